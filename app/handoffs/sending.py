"""Letting a letter go, and noting a step so that the other side is told of it once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app import audit, deadlines
from app.cases.models import Case
from app.cases.queries import files_of
from app.cases.queries.parties import known
from app.cases.services.intake import LONGEST_TITLE
from app.cases.workflow import CASE
from app.core import clock, unit
from app.core.errors import Invalid, WrongMoment
from app.core.numbering import next_number
from app.core.privacy import redact
from app.deadlines import Rules
from app.files import services as stored
from app.handoffs import jobs, packet, queries
from app.handoffs.kinds import FULL, KINDS, Kind
from app.handoffs.models import (
    Handoff,
    HandoffDraft,
    HandoffEcho,
    HandoffFile,
    HandoffMessage,
    HandoffState,
    HandoffStep,
)
from tenants import realm
from tenants.bases import uuid7
from tenants.database import db
from tenants.realm import Place


def note(
    handoff: Handoff,
    step: str,
    by: Any,
    *,
    text: str | None = None,
    files: Sequence[Any] = (),
    **said: Any,
) -> HandoffStep:
    """Add a step to the exchange, its words whole for the two and redacted for the bureau, and queue the telling."""
    who = packet.known(handoff) if text else ()
    entry, beside = noted(handoff, step, by, text=text, who=who, **said)
    db.session.add_all([entry, *beside])
    if files:
        packed = stored.attach(HandoffFile, files, packet=handoff, step_id=entry.id)
        if realm.current().writes == handoff.sender_id:
            packet.disclose(handoff, [("file", str(file.id), FULL) for file in packed], handoff.legal_basis, by)
    unit.afterwards(jobs.tell, step=entry.id)
    return entry


def noted(
    handoff: Handoff,
    step: str,
    by: Any,
    *,
    text: str | None = None,
    reason: str = "",
    drafted_by: str = "",
    who: Iterable[str] = (),
) -> tuple[HandoffStep, list[Any]]:
    """A step, and beside it the duty to tell it and its words: nobody's rows yet. `who` is masked for the bureau."""
    parties = packet.parties_of(handoff)
    entry = HandoffStep(
        **parties,
        step=step,
        by_id=by.id,
        by_name=by.name,
        drafted_by=drafted_by,
        reason=reason,
        text=redact(text, who),
        at=clock.now(),
    )
    beside: list[Any] = [HandoffEcho(handoff_id=handoff.id, step_id=entry.id, step=step, made_at=clock.now())]
    if text:
        beside.append(HandoffMessage(**parties, step_id=entry.id, text=text))
    return entry, beside


def follow(
    handoff: Handoff,
    *,
    meets: Sequence[str] = (),
    starts: Sequence[str] = (),
    drops: Sequence[str] = (),
    rules: Rules | None = None,
) -> None:
    """What a step does to the limits of both sides; the one that runs then orders the lists."""
    today = clock.today()
    rules = rules or deadlines.load_rules()
    profile = rules.in_force(today, deadlines.EXCHANGE)
    started: Any
    for started in deadlines.follow(
        handoff, today, profile=profile, meets=meets, starts=starts, drops=drops, rules=rules
    ):
        started.sender_id, started.receiver_id = handoff.sender_id, handoff.receiver_id
    handoff.due_on = min((one.due_on for one in handoff.clocks if one.is_open), default=None)


def receiver_for(kind: Kind, receiver_id: int) -> Place:
    """The organisation with this number. Raises Invalid where this kind may not be sent to it from here."""
    for place in kind.receivers_for(realm.home()):
        if place.id == receiver_id:
            return place
    raise Invalid("receiver", _("Choose an organisation from the list."))


def case_of(draft: HandoffDraft) -> Case:
    return db.session.scalars(select(Case).where(Case.id == draft.case_id)).one()


def compose(
    draft: HandoffDraft,
    case: Case,
    *,
    receiver: int,
    subject: str,
    ask: str,
    wanted: str,
    legal_basis: str,
    fields: Mapping[str, str],
    need: str,
    files: Sequence[str],
) -> None:
    """Write what was filled in into a draft. Raises Invalid beside the field that cannot be taken."""
    if not subject.strip() or len(subject) > LONGEST_TITLE:
        raise Invalid("subject", _("Between 1 and %(limit)s characters, please.", limit=LONGEST_TITLE))
    if not ask.strip():
        raise Invalid("ask", _("Say what is asked."))
    packet.check(fields, need)
    there = {str(file.id) for file in files_of(case)}
    if not there.issuperset(files):
        raise Invalid("files", _("There is no such file in this case."))
    draft.receiver_id = receiver_for(KINDS[draft.kind], receiver).id
    draft.subject = redact(subject, known(case.id))
    draft.ask, draft.wanted, draft.legal_basis = ask, wanted, legal_basis
    draft.fields, draft.need, draft.files = dict(fields), need, list(files)


def on_our_case(handoff: Handoff, step: str, by: Any, text: str | None = None) -> None:
    """Let the story of the case on our side tell what happened to its handoff."""
    case = queries.own_case(handoff)
    if case is not None:
        facts = {"kind": handoff.kind, "number": handoff.number}
        audit.record(f"case.handoff_{step}", case, by, facts=facts, text=text)


def dispatch(draft: HandoffDraft, by: Any, *, text: str | None = None, **rest: Any) -> None:
    """Send a letter: the handoff, its packet and ledger, the clock of the other side, and the case with it or not."""
    kind, case = KINDS[draft.kind], case_of(draft)
    receiver = receiver_for(kind, draft.receiver_id)
    packet.check(draft.fields, draft.need)
    if kind.moves_case:
        CASE.take("refer", case, by=by)
    elif not case.is_open:
        raise WrongMoment(_("The case is closed; nothing more is sent from it."))
    number = next_number(f"handoff-{kind.code}", clock.today().year, prefix=f"{kind.prefix}-")
    handoff = handed_over(draft, case, number, known(case.id))
    db.session.add(handoff)
    follow(handoff, starts=("sign",))
    db.session.flush()
    drafter = draft.drafted_by_name if draft.drafted_by != by.id else ""
    sent = note(handoff, "send", by, text=draft.ask, drafted_by=drafter)
    chosen = [file for file in files_of(case) if str(file.id) in draft.files]
    packet.fill(handoff, case, by, fields=draft.fields, need=draft.need, files=chosen, step_id=sent.id)
    draft.handoff_id, draft.decided_by_name, draft.decided_at = handoff.id, by.name, clock.now()
    told = {"kind": kind.code, "number": handoff.number, "to": receiver.slug}
    audit.record("handoff.send", handoff, by, facts=send_facts(draft, told, len(chosen)), text=draft.ask)
    audit.record("case.handoff_send", case, by, facts=told, text=draft.ask)


def send_facts(draft: HandoffDraft, told: Mapping[str, Any], files: int) -> dict[str, Any]:
    """What the chain keeps of a letter that went out: where to, of which case, and how much of which fields."""
    fields = [f"{code}:{extent}" for code, extent in sorted(draft.fields.items())]
    return {**told, "case": draft.case_number, "fields": fields, "files": files}


def handed_over(draft: HandoffDraft, case: Case, number: str, who: Sequence[str]) -> Handoff:
    """What a letter becomes when it is sent, `who` masked in it; nobody's row yet."""
    return Handoff(
        id=uuid7(),
        receiver_id=draft.receiver_id,
        kind=draft.kind,
        number=number,
        subject=draft.subject,
        ask=redact(draft.ask, who),
        wanted=redact(draft.wanted, who),
        summary=redact(case.given_summary, who),
        legal_basis=redact(draft.legal_basis, who),
        contact=draft.drafted_by_name,
        facts=packet.facts_of(case),
        status=HandoffState.SENT.value,
        sender_case_id=case.id,
        sender_case_number=case.number,
        sent_at=clock.now(),
        returns=0,
        version=1,
    )
