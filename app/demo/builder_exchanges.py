"""Deeds between two offices as rows: letters, packets, steps of either side, and what the other side hears of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from secrets import randbits
from typing import Any
from uuid import UUID

from app.accounts.permissions import Can
from app.cases.models import CaseFile
from app.core import clock
from app.core.privacy import redact
from app.demo.builder_cases import Cases, Desk, Folder
from app.demo.builder_papers import paper
from app.demo.builder_script import Deed, letter
from app.demo.records import Exchange, Life
from app.files import services as stored
from app.handoffs import packet, sending
from app.handoffs.jobs import MOVES, OtherSide
from app.handoffs.kinds import FULL, KINDS
from app.handoffs.models import DraftState, Handoff, HandoffDraft, HandoffEcho, HandoffFile, HandoffStep
from app.handoffs.packet import Material
from app.handoffs.workflow import LETTER, WORKFLOWS
from app.workflow.engine import codes
from tenants import provisioning
from tenants.provisioning import Act


@dataclass
class Mail:
    """An exchange under way: the letter it began with, what was handed over, and the case on either side."""

    exchange: Exchange
    life: Life
    folder: Folder
    draft: HandoffDraft
    handoff: Handoff | None = None
    child: Folder | None = None
    shared: dict[str, str] = field(default_factory=dict)
    given: list[Any] = field(default_factory=list)  # what the sender disclosed and can close again
    files: list[HandoffFile] = field(default_factory=list)
    steps: list[HandoffStep] = field(default_factory=list)

    @property
    def out(self) -> Handoff:
        assert self.handoff is not None
        return self.handoff

    def other(self, slug: str) -> str:
        return self.exchange.receiver if slug == self.exchange.sender else self.exchange.sender

    def own_case(self, slug: str) -> Folder | None:
        return self.folder if slug == self.exchange.sender else self.child


class Exchanges:
    """Takes the deeds that concern an exchange."""

    def __init__(self, desk: Desk, cases: Cases) -> None:
        self.desk, self.cases = desk, cases

    def letter(self, life: Life, folder: Folder, deed: Deed, number: str) -> Mail:
        """A letter is drafted by the handler."""
        exchange, case, desk = life.exchanges[deed.exchange], folder.case, self.desk
        with desk.at(deed.place, deed.at):
            by = desk.town.person(deed.place, deed.by)
            said = letter(life, exchange, case.profile_code)
            draft = HandoffDraft(
                **{**said, "subject": redact(said["subject"])},
                number=number,
                case_id=case.id,
                case_number=case.number,
                receiver_id=desk.town.number(exchange.receiver),
                files=[str(file.id) for file in chosen(folder.files, deed)],
                status=DraftState.DRAFTED.value,
                version=1,
                drafted_by=by.id,
                drafted_by_name=by.name,
                drafted_at=clock.now(),
            )
            desk.record("letter.draft", draft, by, {"kind": draft.kind, "case": case.number})
        return Mail(exchange, life, folder, draft)

    def on_the_desk(self, mail: Mail, deed: Deed) -> None:
        """It is submitted to the director, given back, changed, or discarded."""
        draft, case, desk, step = mail.draft, mail.folder.case, self.desk, LETTER[deed.step]
        with desk.at(deed.place, deed.at):
            by = desk.town.person(deed.place, deed.by)
            before, was = draft.status, LETTER.watch.look(draft)
            text = deed.text
            if step.name == "revise":
                draft.ask, text = text or "", None
            elif step.effect:
                step.effect(draft, by, text=text)
            draft.status, draft.version = str(step.target), draft.version + 1
            moved = {"before": before, "after": draft.status}
            desk.record(f"letter.{step.name}", draft, by, moved, text, changes=LETTER.watch.since(was, draft))
            if step.name != "revise":
                told = {"kind": draft.kind, "letter": draft.number, "to": mail.exchange.receiver}
                desk.record(f"case.letter_{step.name}", case, by, told)
            if step.tell:
                whom: dict[str, Any] = {"can": Can.CASE_APPROVE} if "director" in step.tell else {}
                desk.tell(
                    f"letter.{step.name}",
                    draft,
                    **(whom or {"people": [draft.drafted_by]}),
                    endpoint="handoffs.letter",
                    arguments={"number": draft.number},
                    key=f"letter:{draft.id}:{step.name}:{draft.version}",
                )

    def send(self, mail: Mail, deed: Deed, number: str) -> None:
        """The director lets it go; the case goes with it or not."""
        draft, case, kind, desk = mail.draft, mail.folder.case, KINDS[mail.exchange.kind], self.desk
        with desk.at(deed.place, deed.at):
            by = desk.town.person(deed.place, deed.by)
            if kind.moves_case:
                self.cases.take(mail.folder, "refer", by)
            mail.handoff = handoff = sending.handed_over(draft, case, number, packet.words_of(mail.folder.party))
            handoff.id = key_of(deed.at)  # lists show the newest first, by key
            sending.follow(handoff, starts=("sign",), rules=desk.rules)
            drafter = draft.drafted_by_name if draft.drafted_by != by.id else ""
            step = self._note(mail, "send", by, draft.ask, drafted_by=drafter)
            given = self._pack(mail, step.id)
            desk.rows.add(*packet.ledger(handoff, given, packet.ground_of(handoff, draft.need), by))
            draft.handoff_id, draft.decided_by_name, draft.decided_at = handoff.id, by.name, clock.now()
            draft.status, draft.version = DraftState.SENT.value, draft.version + 1
            told = {"kind": kind.code, "number": number, "to": mail.exchange.receiver}
            desk.record("handoff.send", handoff, by, sending.send_facts(draft, told, len(mail.files)), draft.ask)
            desk.record("case.handoff_send", case, by, told, draft.ask)
            moved = {"before": DraftState.WAITING.value, "after": DraftState.SENT.value}
            desk.record("letter.send", draft, by, moved)
        self._hear(mail, step, draft.ask)

    def move(self, mail: Mail, deed: Deed, number: str | None = None) -> None:
        """A step of either side; `number` is that of the case which the receiver opens by it."""
        handoff, step, desk = mail.out, WORKFLOWS[mail.exchange.kind][deed.step], self.desk
        with desk.at(deed.place, deed.at):
            by, before = desk.town.person(deed.place, deed.by), handoff.status
            if number is not None:
                self._take_over(mail, by, number)
            elif step.name == "withdraw":
                self._withdraw(mail, by)
            elif step.effect:
                step.effect(handoff, by, text=deed.text, **deed.facts)
            handoff.status = str(step.target)
            handoff.version += 1
            sending.follow(handoff, meets=step.meets, starts=step.starts, drops=step.drops, rules=desk.rules)
            told = {"before": before, "after": handoff.status, **codes(dict(deed.facts))}
            desk.record(f"handoff.{step.name}", handoff, by, told, deed.text)
            noted = self._noted(mail, deed, by)
        self._hear(mail, noted, deed.text)

    def write(self, mail: Mail, deed: Deed) -> None:
        """A message that moves nothing."""
        with self.desk.at(deed.place, deed.at):
            by = self.desk.town.person(deed.place, deed.by)
            self.desk.record("handoff.write", mail.out, by, {"files": len(deed.files)}, deed.text)
            noted = self._noted(mail, deed, by)
        self._hear(mail, noted, deed.text)

    def close(self, mail: Mail) -> None:
        """Nothing more will happen to it."""
        self.desk.rows.add(mail.draft)
        if mail.handoff is not None:
            for limit in mail.handoff.clocks:
                limit.handoff_id = mail.handoff.id
            self.desk.rows.add(mail.handoff, *mail.handoff.clocks)

    # How -------------------------------------------------------------------------------------------------------------

    def _noted(self, mail: Mail, deed: Deed, by: Any) -> HandoffStep:
        """The step in the story of our own case, and in the exchange."""
        folder = mail.own_case(deed.place)
        if folder is not None:
            told = {"kind": mail.exchange.kind, "number": mail.out.number}
            self.desk.record(f"case.handoff_{deed.step}", folder.case, by, told, deed.text)
        step = self._note(mail, deed.step, by, deed.text, reason=deed.facts.get("reason", ""))
        if deed.files:
            packed = self._keep(mail, [paper(name) for name in deed.files], step.id, self._store)
            if deed.place == mail.exchange.sender:
                given = [("file", str(file.id), FULL) for file in packed]
                self.desk.rows.add(*packet.ledger(mail.out, given, mail.out.legal_basis, by))
        return step

    def _note(self, mail: Mail, name: str, by: Any, text: str | None, **said: Any) -> HandoffStep:
        step, beside = sending.noted(mail.out, name, by, text=text, **said)
        for row in beside:
            if isinstance(row, HandoffEcho):
                row.done_at = clock.now()
        self.desk.rows.add(step, *beside)
        self._given(mail, beside)
        mail.steps.append(step)
        return step

    def _pack(self, mail: Mail, step_id: UUID) -> list[packet.Given]:
        folder = mail.folder
        personal, given = packet.pack(mail.out, Material(folder.party, folder.statement), mail.draft.fields)
        mail.shared = packet.shared_in(personal)
        self.desk.rows.add(personal)
        self._given(mail, [personal])
        sent = [file for file in folder.files if str(file.id) in mail.draft.files]
        packed = self._keep(mail, sent, step_id, self._copy)
        return [*given, *(("file", str(file.id), FULL) for file in packed)]

    def _keep(self, mail: Mail, files: list[Any], step_id: UUID, keep: Any) -> list[HandoffFile]:
        handoff = mail.out
        rows = stored.kept(HandoffFile, files, lambda file: keep(file, handoff), handoff, {"step_id": step_id})
        mail.files += rows
        self.desk.rows.add(*rows)
        self._given(mail, rows)
        return rows

    @staticmethod
    def _given(mail: Mail, rows: Iterable[Any]) -> None:
        sender = mail.out.sender_id
        mail.given += [row for row in rows if hasattr(row, "open_to_receiver") and row.author_id == sender]

    def _store(self, file: Any, handoff: Any) -> Any:
        return self.desk.store.keep(file.content, packet=handoff)

    def _copy(self, file: Any, handoff: Any) -> Any:
        return self.desk.store.copy(file, packet=handoff)

    def _take_over(self, mail: Mail, by: Any, number: str) -> None:
        """The receiver opens its own case from the packet."""
        handoff, desk = mail.out, self.desk
        register = desk.town.registers[mail.exchange.receiver].values()
        code = handoff.facts["credit_code"]
        shop = next((entry for entry in register if code and entry.credit_code == code), None)
        told = packet.complaint_in(handoff, mail.shared, shop, desk.rules)
        mail.child = child = self.cases.open(told, number, key=f"handoff-{handoff.id}")
        case = child.case
        case.origin, case.origin_id, case.origin_from = "taken_over", handoff.id, handoff.sender_id
        self.cases.lodged(case, by)
        facts = {"case_id": case.id, "added_by": by.id, "added_at": clock.now()}
        child.files = stored.kept(CaseFile, mail.files, desk.store.copy, None, facts)
        handoff.receiver_case_id, handoff.receiver_case_number = case.id, number
        handoff.decided_at = handoff.ended_at = clock.now()

    def _withdraw(self, mail: Mail, by: Any) -> None:
        """What was disclosed is shut, and a referred case is back on its desk."""
        for row in mail.given:
            row.open_to_receiver = False
        if KINDS[mail.exchange.kind].moves_case:
            self.cases.take(mail.folder, "come_back", by)
        mail.out.ended_at = clock.now()

    def _hear(self, mail: Mail, step: HandoffStep, words: str | None) -> None:
        """What the step means in the other organisation's own realm and chain, as `handoffs.jobs` tells it."""
        handoff, desk, at = mail.out, self.desk, step.at
        here = mail.exchange.sender if step.author_id == handoff.sender_id else mail.exchange.receiver
        there = mail.other(here)
        why = f"handoff.{step.step} {step.id}"
        author, other = desk.town.number(here), desk.town.number(there)
        act = Act(tenant_id=author, target_id=other, why=why, begun_at=at, done_at=at)
        desk.rows.add(act)
        with desk.at(there, at), provisioning.during(act.id):
            desk.rows.add(HandoffEcho(handoff_id=handoff.id, step_id=step.id, step=step.step, made_at=at, done_at=at))
            by = OtherSide(step.by_id, step.by_name, step.author_id)
            facts = {"kind": handoff.kind, "reason": step.reason or None}
            desk.record(f"handoff.heard_{step.step}", handoff, by, facts, words)
            folder = mail.own_case(there)
            if folder is not None:
                told = {**facts, "number": handoff.number, "from": here}
                desk.record(f"case.handoff_{step.step}", folder.case, by, told, words)
                move = MOVES.get(step.step) if KINDS[handoff.kind].moves_case else None
                if move and here == mail.exchange.receiver:
                    self.cases.take(folder, move, by)
            self._notice(mail, step, here, folder)

    def _notice(self, mail: Mail, step: HandoffStep, here: str, folder: Folder | None) -> None:
        if step.step == "sign":
            return
        whom: dict[str, Any] = {"can": Can.HANDOFF_RECEIVE}
        if here == mail.exchange.receiver:
            senders = [other.by_id for other in mail.steps if other.author_id == mail.out.sender_id]
            whom = {"people": [*senders, mail.draft.drafted_by, folder.case.assignee_id if folder else None]}
        self.desk.tell(
            f"handoff.heard_{step.step}",
            mail.out,
            **whom,
            facts={"number": mail.out.number, "place": here},
            endpoint="handoffs.show",
            arguments={"reference": f"{mail.exchange.sender}-{mail.out.number}"},
            key=f"handoff:{step.id}",
        )


def chosen(files: Iterable[CaseFile], deed: Deed) -> list[CaseFile]:
    """The files of the case that go with a letter."""
    return [file for file in files if file.name in deed.files]


def key_of(moment: datetime) -> UUID:
    """A key as one made at that moment would be (RFC 9562, version 7)."""
    stamp = int(moment.timestamp() * 1000)
    return UUID(int=stamp << 80 | 0x7 << 76 | randbits(12) << 64 | 0b10 << 62 | randbits(62))
