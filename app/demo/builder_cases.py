"""Deeds on a case as rows: the declared steps, clocks and entries of the services, without asking the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm.attributes import set_committed_value

from app import audit
from app.accounts.models import Person
from app.accounts.permissions import ROLES, Can
from app.cases.models import (
    DIVIDED,
    Agreement,
    Case,
    CaseCredential,
    CaseDraft,
    CaseFile,
    CaseStatement,
    Outcome,
    Party,
)
from app.cases.services import Complaint, closing, timing, triage
from app.cases.services.intake import beside, credential_of, rows_of
from app.cases.services.parts import document, follow
from app.cases.services.triage import in_codes, supplemented
from app.cases.workflow import CASE
from app.core import clock, trace
from app.deadlines import Rules
from app.demo.builder_papers import paper
from app.demo.builder_rows import Bulk
from app.demo.builder_script import Deed, Script, complaint
from app.demo.builder_town import Town
from app.facts.models import CaseTally
from app.facts.tally import contributions
from app.files import services as stored
from app.files.store import Store
from app.mediation import schedule
from app.mediation.models import Instalment, InstalmentState
from app.merchants.models import Merchant
from app.notifications.models import Notice
from app.notifications.services import notice
from app.search import services as search
from app.search.models import SearchDocument
from app.workflow import Step
from app.workflow.engine import codes, plain
from tenants import realm
from tenants.bases import uuid7
from tenants.database import db

NOTICES = timedelta(days=14)  # what was told before is of no use to anybody
UNREAD = timedelta(days=2)
READ_AFTER = timedelta(hours=3)


@dataclass
class Desk:
    """What every deed needs: the town, what is counted by, and where rows and bytes go."""

    town: Town
    rules: Rules
    rows: Bulk
    store: Store
    now: datetime
    notices: timedelta

    @contextmanager
    def at(self, slug: str, moment: datetime) -> Iterator[None]:
        """In the realm of that office, at that moment; everything within is one request."""
        with realm.enter(self.town.realms[slug], db.leave), clock.freeze(moment):
            trace.begin()
            yield

    def record(
        self,
        event: str,
        subject: Any,
        by: Any,
        facts: Mapping[str, Any],
        text: str | None = None,
        *,
        changes: audit.Changes | None = None,
        public: bool = False,
    ) -> None:
        audit.record(event, subject, by, facts=facts, changes=changes, text=text, public=public, keep=self.rows.tell)

    def tell(
        self,
        event: str,
        subject: Any,
        *,
        people: Iterable[UUID | None] = (),
        can: Can | None = None,
        but: UUID | None = None,
        **said: Any,
    ) -> None:
        """Notices to people of the office, the old ones read, those of long ago left out."""
        age = self.now - clock.now()
        if age > self.notices:
            return
        told, same = set(people), notice(event, subject, **said)
        read_at = clock.now() + READ_AFTER if age > UNREAD else None
        for person in self.town.people[realm.home().slug].values():
            if (person.id in told or (can is not None and can in ROLES[person.role].can)) and person.id != but:
                self.rows.put(Notice, {**same, "id": uuid7(), "person_id": person.id, "read_at": read_at})

    def keep(self, file: Any) -> Any:
        return self.store.keep(file.content)


@dataclass
class Folder:
    """A case on somebody's desk, and what lies with it."""

    case: Case
    statement: CaseStatement
    party: Party
    credential: CaseCredential | None = None
    files: list[CaseFile] = field(default_factory=list)
    drafts: list[CaseDraft] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    instalments: list[Instalment] = field(default_factory=list)
    beside: list[Any] = field(default_factory=list)  # a card, an agent, others who complain


class Cases:
    """Takes the deeds that concern a case."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        # What the other effects do is done by them; these ask the database for rows, or write there.
        self.effects: dict[str, Callable[..., None]] = {
            "accept": self._accept,
            "file": self._accept,
            "assign": self._assign,
            "close": lambda folder, by, **said: closing.closed(folder.case),
            "retract": lambda folder, by, **said: closing.retracted(folder.case),
            "withdraw": lambda folder, by, **said: triage.withdrawn(folder.case),
            "describe": self._describe,
            "flag": self._flag,
            "rule": self._rule,
            "settle": self._settle,
            "supplement": self._supplement,
        }

    def lodge(self, script: Script, deed: Deed, number: str) -> Folder:
        life, desk = script.life, self.desk
        with desk.at(deed.place, deed.at):
            by = desk.town.person(deed.place, deed.by)
            shop = desk.town.registers[deed.place].get(life.merchant.key)
            folder = self.open(Complaint(**complaint(life), merchant=shop), number)
            self.attach(folder, by, deed.files)
            self.lodged(folder.case, by, len(deed.files))
            if deed.facts["slip"]:
                folder.credential, _code = credential_of(folder.case)
                folder.credential.shown_at = clock.now()
        return folder

    def open(self, told: Complaint, number: str, key: str | None = None) -> Folder:
        fingerprint = told.fingerprint() if key else ""
        folder = Folder(*rows_of(told, number, key, fingerprint, self.desk.rules))
        folder.beside = beside(told, folder.case)
        set_committed_value(folder.case, "merchant", told.merchant)
        return folder

    def lodged(self, case: Case, by: Any, files: int = 0) -> None:
        facts = {"channel": case.channel, "due": case.due_on, **({"files": files} if files else {})}
        self.desk.record("case.lodge", case, by, facts, public=True)

    def attach(self, folder: Folder, by: Any, names: Iterable[str]) -> list[CaseFile]:
        """Papers into the file of the case."""
        papers = [paper(name) for name in names]
        facts = {"case_id": folder.case.id, "added_by": by.id, "added_at": clock.now()}
        rows = stored.kept(CaseFile, papers, self.desk.keep, None, facts)
        folder.files += rows
        return rows

    def do(self, folder: Folder, deed: Deed) -> None:
        """A deed on a case that is open: take, draft, approve, reject, note, tick, perform or attach."""
        with self.desk.at(deed.place, deed.at):
            by = self.desk.town.person(deed.place, deed.by)
            if deed.verb == "take":
                self.take(folder, deed.step, by, deed.text, **deed.facts)
            elif deed.verb == "draft":
                self._draft(folder, CASE[deed.step], by, deed)
            elif deed.verb == "approve":
                self._approve(folder, by)
            elif deed.verb == "reject":
                self._reject(folder, by, deed.text)
            elif deed.verb == "tick":
                self._tick(folder, by, deed.facts["held"])
            elif deed.verb == "perform":
                self._perform(folder, by, deed.facts["on"])
            elif deed.verb == "note":
                public = bool(deed.facts.get("public"))
                self.desk.record("case.note", folder.case, by, {}, deed.text, public=public)
            else:
                rows = self.attach(folder, by, deed.files)
                names = "、".join(row.name for row in rows)
                self.desk.record("case.file_added", folder.case, by, {"files": len(rows)}, names)

    def take(self, folder: Folder, name: str, by: Any, text: str | None = None, **facts: Any) -> None:
        """What `Workflow.take` comes to once everything was allowed."""
        case, step, facts = folder.case, CASE[name], self._known(folder, facts)
        before, was = case.status, CASE.watch.look(case)
        if name in self.effects:
            self.effects[name](folder, by, text=text, **facts)
        elif step.effect:
            step.effect(case, by, text=text, **facts)
        if step.target is not None:
            case.status = str(step.target)
        case.version += 1
        follow(case, step, facts.get("on") or clock.today(), rules=self.desk.rules)
        told = {"before": before, "after": case.status, **codes(facts)}
        changes = CASE.watch.since(was, case)
        self.desk.record(f"case.{name}", case, by, told, text, changes=changes, public=step.public)
        self._told(step, folder, by)

    def close(self, folder: Folder) -> None:
        """Nothing more will happen to it: its rows, its search document, and what it adds to the figures."""
        case, rows = folder.case, self.desk.rows
        with realm.enter(self.desk.town.realms[self._slug(case)]):
            for limit in case.clocks:
                limit.case_id = case.id
            rows.add(case, folder.statement, folder.party, *case.clocks)
            rows.add(
                *folder.beside, *folder.files, *folder.drafts, *folder.agreements, *filter(None, [folder.credential])
            )
            rows.add(*folder.instalments)
            rows.put(SearchDocument, search.row(document(case, folder.statement, case.merchant)))
            parts = [list(part) for part in contributions(case, case.clocks)]
            tally = {"tenant_id": case.tenant_id, "id": uuid7(), "case_id": case.id, "parts": parts}
            rows.put(CaseTally, tally)
            rows.count(case.tenant_id, parts)

    # How -------------------------------------------------------------------------------------------------------------

    def _known(self, folder: Folder, facts: Mapping[str, Any]) -> dict[str, Any]:
        return as_asked(facts, self._slug(folder.case), self.desk.town)

    def _slug(self, case: Case) -> str:
        return self.desk.town.slug(case.tenant_id)

    def _accept(self, folder: Folder, by: Person, merchant_number: str | None = None, **facts: Any) -> None:
        self._describe(folder, by, **facts)
        case = folder.case
        case.accepted_at = clock.now()
        if merchant_number:
            entries: Iterable[Merchant] = self.desk.town.registers[self._slug(case)].values()
            shop = next(entry for entry in entries if entry.number == merchant_number)
            case.merchant_id, case.merchant_name = shop.id, shop.called
            set_committed_value(case, "merchant", shop)
        if case.assignee_id is None and by.can(Can.CASE_HANDLE, case):
            case.assignee_id = by.id

    @staticmethod
    def _describe(folder: Folder, by: Any, text: str | None = None, **facts: Any) -> None:
        case, statement = folder.case, folder.statement
        case.given_title = facts.pop("title", None) or case.given_title or statement.title
        summary = facts.pop("summary", None) or case.given_summary or statement.summary
        case.summary_confirmed = True
        for name, value in facts.items():
            setattr(case, name, value)
        case.given_summary = summary or in_codes(case)

    @staticmethod
    def _supplement(folder: Folder, by: Any, text: str) -> None:
        statement = folder.statement
        statement.facts = supplemented(statement.facts, text)

    @staticmethod
    def _flag(folder: Folder, by: Any, traits: list[str], **rest: Any) -> None:
        folder.case.traits = [*traits, *(code for code in folder.case.traits if code == DIVIDED)]

    def _rule(self, folder: Folder, by: Any, profile: str, **rest: Any) -> None:
        case, (code, _slash, version) = folder.case, profile.partition("/")
        for facts in timing.rebased(case, self.desk.rules.profile(code, int(version))):
            self.desk.record("case.rebased", case, by, facts)
        case.rule_chosen_at = clock.now()

    @staticmethod
    def _assign(folder: Folder, by: Any, assignee: str, **rest: Any) -> None:
        folder.case.assignee_id = UUID(assignee)

    @staticmethod
    def _settle(folder: Folder, by: Any, terms: str, amount: Any, on: Any, perform_by: Any = None, **rest: Any) -> None:
        case = folder.case
        agreed = Agreement(id=uuid7(), case_id=case.id, terms=terms, amount=amount, agreed_on=on, perform_by=perform_by)
        folder.agreements.append(agreed)
        if perform_by:
            whole = [schedule.Term(perform_by, Decimal(amount) or None)]
            folder.instalments += schedule.written(whole, case_id=case.id, agreement_id=agreed.id)
        case.recovered, case.outcome, case.decided_at = amount, Outcome.SETTLED.value, clock.now()

    def _tick(self, folder: Folder, by: Any, held: Sequence[str]) -> None:
        before, now = set(folder.statement.held), set(held)
        if before != now:
            folder.statement.held = list(held)
            facts = {"came": sorted(now - before), "went": sorted(before - now)}
            self.desk.record("case.papers", folder.case, by, facts)

    def _perform(self, folder: Folder, by: Any, on: date) -> None:
        part = folder.instalments[-1]
        facts = {"part": part.ordinal, "was": part.status, "on": on, "files": None, "people": None}
        part.status, part.performed_on, part.version = InstalmentState.DONE.value, on, part.version + 1
        self.desk.record("case.instalment_done", folder.case, by, facts)

    def _draft(self, folder: Folder, step: Step, by: Any, deed: Deed) -> None:
        case = folder.case
        draft = CaseDraft(
            subject_id=case.id,
            step=step.name,
            facts=plain(dict(deed.facts)),
            text=deed.text,
            seen=case.version,
            status="waiting",
            drafted_by=by.id,
            drafted_by_name=by.name,
            drafted_at=clock.now(),
        )
        folder.drafts.append(draft)
        case.version += 1
        told = {"step": step.name, **codes(dict(deed.facts))}
        self.desk.record("case.drafted", case, by, told, deed.text)
        self._notice("drafted", step, case, but=by.id, can=Can.CASE_APPROVE)

    def _approve(self, folder: Folder, by: Any) -> None:
        draft = folder.drafts[-1]
        draft.status, draft.decided_by, draft.decided_at = "approved", by.id, clock.now()
        facts = {**draft.facts, "drafted_by": draft.drafted_by_name, "drafted_on": clock.on(draft.drafted_at)}
        self.take(folder, draft.step, by, draft.text, **facts)

    def _reject(self, folder: Folder, by: Any, text: str | None) -> None:
        case, draft = folder.case, folder.drafts[-1]
        draft.status, draft.decided_by, draft.decided_at = "rejected", by.id, clock.now()
        case.version += 1
        self.desk.record("case.draft_rejected", case, by, {"step": draft.step}, text)

    def _told(self, step: Step, folder: Folder, by: Any) -> None:
        if not step.tell:
            return
        people: list[UUID | None] = []
        if "assignee" in step.tell:
            people.append(folder.case.assignee_id)
        if "drafter" in step.tell:
            people += [draft.drafted_by for draft in folder.drafts[-1:] if draft.step == step.name]
        can = Can.CASE_APPROVE if "director" in step.tell else None
        self._notice(step.name, step, folder.case, people=people, can=can, but=getattr(by, "id", None))

    def _notice(self, event: str, step: Step, case: Case, **whom: Any) -> None:
        self.desk.tell(
            f"case.{event}",
            case,
            facts={"step": step.name},
            endpoint="cases.show",
            arguments={"number": case.number},
            **whom,
        )


def as_asked(facts: Mapping[str, Any], slug: str, town: Town) -> dict[str, Any]:
    """Facts of a deed as a form brings them: people by key, merchants by their number in that register."""
    said = dict(facts)
    if "assignee" in said:
        said["assignee"] = str(town.person(slug, said["assignee"]).id)
    if "merchant" in said:
        said["merchant_number"] = town.registers[slug][said.pop("merchant")].number
    return said
