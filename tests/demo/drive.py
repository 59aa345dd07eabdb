"""The same deeds through the services: what the builder's rows are held to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from app.cases import queries as cases
from app.cases import services as desk
from app.cases.queries import files_of
from app.cases.services import Complaint
from app.cases.services.parties import tick
from app.cases.workflow import CASE
from app.core import clock, trace
from app.demo.builder_cases import as_asked
from app.demo.builder_exchanges import chosen
from app.demo.builder_papers import paper
from app.demo.builder_script import Deed, Script, complaint, letter
from app.demo.builder_town import Town
from app.demo.records import Exchange, Life
from app.handoffs import queries
from app.handoffs import services as exchanges
from app.handoffs.models import HandoffDraft
from app.handoffs.workflow import LETTER
from app.jobs import drain
from app.mediation.models import Instalment
from app.mediation.services import performance
from tenants import realm
from tenants.database import db


def _letter(life: Life, exchange: Exchange) -> dict[str, Any]:
    """The form of a letter once more; of what kind it is cannot be changed."""
    said = letter(life, exchange, "")
    del said["kind"]
    return said


class Clerks:
    """Takes deeds one after the other, each as a request of its own, and lets the jobs run before the next."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.cases: dict[int, str] = {}  # of a life, its number
        self.taken_over: dict[int, str] = {}  # of the life it was taken over from
        self.letters: dict[tuple[int, int], str] = {}
        self.sent: dict[tuple[int, int], str] = {}

    def live(self, scripts: Iterable[Script]) -> None:
        told = [(deed.at, place, script, deed) for place, script in enumerate(scripts) for deed in script.deeds]
        for _at, _place, script, deed in sorted(told, key=lambda one: one[:2]):
            with clock.freeze(deed.at):
                trace.begin()
                with realm.enter(self.town.realms[deed.place], db.leave):
                    self.do(script, deed)
                    db.session.commit()
                while drain():
                    pass

    def do(self, script: Script, deed: Deed) -> None:
        by, key = self.town.person(deed.place, deed.by), (script.life.key, deed.exchange)
        files = [paper(name) for name in deed.files]
        match deed.verb:
            case "lodge":
                self._lodge(script, deed, by, files)
            case "letter_step":
                draft = db.session.scalars(select(HandoffDraft).where(HandoffDraft.number == self.letters[key])).one()
                if deed.step == "revise":
                    exchange = script.life.exchanges[deed.exchange]
                    there = {name: getattr(draft, name) for name in ("files", "legal_basis")}
                    exchanges.revise(
                        draft,
                        by,
                        **{
                            **_letter(script.life, exchange),
                            **there,
                            "receiver": draft.receiver_id,
                            "ask": deed.text or "",
                        },
                    )
                else:
                    LETTER.take(deed.step, draft, by=by, text=deed.text)
            case "send":
                draft = db.session.scalars(select(HandoffDraft).where(HandoffDraft.number == self.letters[key])).one()
                LETTER.take("send", draft, by=by)
                db.session.flush()
                self.sent[key] = queries.reference_of(draft) or ""
            case "move":
                handoff = queries.by_reference(self.sent[key])
                more: dict[str, Any] = {"files": files} if files else {}
                exchanges.take(handoff, deed.step, by, text=deed.text, **deed.facts, **more)
                if handoff.receiver_case_number:
                    self.taken_over[script.life.key] = handoff.receiver_case_number
            case "write":
                exchanges.write(queries.by_reference(self.sent[key]), by, text=deed.text or "", files=files)
            case _:
                self._on_the_case(script, deed, by, files)

    def _lodge(self, script: Script, deed: Deed, by: Any, files: list[Any]) -> None:
        life = script.life
        shop = self.town.registers[deed.place].get(life.merchant.key)
        slip = deed.facts["slip"]
        lodged = desk.lodge(Complaint(**complaint(life), merchant=shop), by, evidence=files, slip=slip)
        db.session.flush()
        if slip:
            desk.slip_shown(lodged.case)
        self.cases[life.key] = lodged.case.number

    def _on_the_case(self, script: Script, deed: Deed, by: Any, files: list[Any]) -> None:
        life = script.life
        case = cases.by_number(self.cases[life.key] if life.parent is None else self.taken_over[life.parent])
        facts = as_asked(deed.facts, deed.place, self.town)
        match deed.verb:
            case "take" | "draft":
                CASE.take(deed.step, case, by=by, text=deed.text, **facts)
            case "approve":
                CASE.approve(CASE.waiting(case), case, by=by)
            case "reject":
                CASE.reject(CASE.waiting(case), case, by=by, text=deed.text or "")
            case "note":
                desk.note(case, by, text=deed.text or "", public=bool(facts.get("public")))
            case "tick":
                tick(case, by, facts["held"])
            case "perform":
                due = select(Instalment).where(Instalment.case_id == case.id, Instalment.status == "due")
                performance.note(db.session.scalars(due).one(), case, by, status="done", on=facts["on"])
            case "attach":
                desk.attach(case, by, files)
            case "letter":
                exchange = life.exchanges[deed.exchange]
                sent = [str(file.id) for file in chosen(files_of(case), deed)]
                receiver = self.town.number(exchange.receiver)
                draft = exchanges.prepare(
                    case, by, receiver=receiver, files=sent, **letter(life, exchange, case.profile_code)
                )
                self.letters[life.key, deed.exchange] = draft.number
