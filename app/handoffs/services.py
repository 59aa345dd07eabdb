"""What is done to a handoff: prepare, send, sign, accept, return, answer, write, send back, close, withdraw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from app import audit
from app.accounts.permissions import Can
from app.cases.models import Case
from app.core import clock
from app.core.errors import Invalid, Missing, NotAllowed, WrongMoment
from app.core.numbering import next_number
from app.handoffs import packet, queries, sending
from app.handoffs.kinds import KINDS
from app.handoffs.models import DraftState, Handoff, HandoffDraft, HandoffState, HandoffStep
from app.handoffs.workflow import LETTER, life_of
from tenants import realm
from tenants.database import db
from tenants.realm import Place

_OVER = (HandoffState.CLOSED, HandoffState.WITHDRAWN)


# Before it is sent --------------------------------------------------------------------------------------------------


def prepare(
    case: Case,
    by: Any,
    *,
    kind: str,
    receiver: int,
    subject: str,
    ask: str,
    wanted: str = "",
    legal_basis: str = "",
    fields: Mapping[str, str] | None = None,
    need: str = "",
    files: Sequence[str] = (),
) -> HandoffDraft:
    """Write a letter from a case; nothing has left yet. `fields` are what is ticked: code -> full | masked.

    `files` are keys of the case's files. Raises Invalid beside the field that cannot be taken.
    """
    if not by.can(Can.HANDOFF_SEND, case):
        raise NotAllowed(_("Your role does not include this."))
    draft = HandoffDraft(
        number=next_number("letter", clock.today().year),
        case_id=case.id,
        case_number=case.number,
        kind=KINDS[kind].code,
        status=DraftState.DRAFTED.value,
        version=1,
        drafted_by=by.id,
        drafted_by_name=by.name,
        drafted_at=clock.now(),
    )
    sending.compose(
        draft,
        case,
        receiver=receiver,
        subject=subject,
        ask=ask,
        wanted=wanted,
        legal_basis=legal_basis,
        fields=fields or {},
        need=need,
        files=files,
    )
    db.session.add(draft)
    audit.record("letter.draft", draft, by, facts={"kind": kind, "case": case.number})
    return draft


def revise(draft: HandoffDraft, by: Any, *, seen: int | None = None, **letter: Any) -> None:
    """Write a letter anew that has not been submitted, or was given back. Raises WrongMoment and Changed."""
    LETTER.take("revise", draft, by=by, seen=seen, letter=letter)


def send(case: Case, by: Any, **letter: Any) -> HandoffDraft:
    """Prepare and send in one: sent at once by whoever may approve, else submitted to the director."""
    draft = prepare(case, by, **letter)
    db.session.flush()
    LETTER.take("send" if by.can(Can.CASE_APPROVE, draft) else "submit", draft, by=by)
    return draft


# Steps --------------------------------------------------------------------------------------------------------------


def take(handoff: Handoff, step: str, by: Any, *, seen: int | None = None, **facts: Any) -> None:
    """Take a step of the handoff's own life. Raises NotAllowed, WrongMoment, Changed, Invalid."""
    life_of(handoff).take(step, handoff, by=by, seen=seen, **facts)


def sign_many(references: Sequence[str], by: Any) -> tuple[list[str], list[tuple[str, Any]]]:
    """Sign for several: the numbers signed for, and of each other one its number and why not.

    One that has meanwhile been signed for or withdrawn holds nobody else back.
    """
    signed, refused = [], []
    for reference in sorted(set(references)):  # in one order, so that two who do so at once wait for each other
        name = reference
        try:
            handoff = queries.by_reference(reference)
            name = handoff.number
            take(handoff, "sign", by)
        except Missing:
            refused.append((name, _("It is not in this in-tray.")))
        except (NotAllowed, WrongMoment) as refusal:
            refused.append((name, refusal.message))
        else:
            db.session.flush()
            signed.append(name)
    return signed, refused


def may_write(handoff: Handoff, by: Any) -> bool:
    """Whether this person may add a message to the exchange."""
    side = handoff.side_of(realm.current().writes)
    needed = {"sender": Can.HANDOFF_SEND, "receiver": Can.HANDOFF_ANSWER}.get(side or "")
    return needed is not None and by.can(needed, handoff) and handoff.status not in _OVER


def write(handoff: Handoff, by: Any, *, text: str, files: Sequence[Any] = ()) -> HandoffStep:
    """Ask back, explain, add a paper: a message that moves nothing."""
    if not may_write(handoff, by):
        if handoff.status in _OVER:
            raise audit.too_late(_("This exchange is over."), handoff, told=life_of(handoff).since)
        raise NotAllowed(_("Your role does not include this."))
    if not text.strip():
        raise Invalid("text", _("Write something first."))
    audit.record("handoff.write", handoff, by, facts={"files": len(files)}, text=text)
    sending.on_our_case(handoff, "write", by, text)
    return sending.note(handoff, "write", by, text=text, files=files)


def reveal(handoff: Handoff, by: Any, *, field: str, reason: str) -> str:
    """The whole of a personal field that was shared, in exchange for a reason; who saw it stays in our chain."""
    if not (by.can(Can.HANDOFF_RECEIVE, handoff) or by.can(Can.HANDOFF_SEND, handoff)):
        raise NotAllowed(_("Your role does not include this."))
    personal = packet.personal_of(handoff)
    shared = [line.code for line in packet.lines(personal) if line.hidden]
    if personal is None or field not in shared:
        raise Invalid("field", _("There is no such field."))
    if len(reason.strip()) < 2:
        raise Invalid("text", _("Say what you need it for."))
    audit.record("handoff.revealed", handoff, by, facts={"field": field}, text=reason.strip())
    return packet.whole_of(personal, field)


def receivers(kind: str) -> list[Place]:
    """Whom this organisation may send that kind to."""
    return KINDS[kind].receivers_for(realm.home())
