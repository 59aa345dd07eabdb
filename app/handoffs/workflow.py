"""The lives of the kinds of handoff, and of the letter before it is sent: each declared once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app import audit
from app.accounts.permissions import Can
from app.cases.workflow import CASE
from app.core import clock, unit
from app.core.errors import Invalid, NotAllowed
from app.handoffs import forms, jobs, packet, queries, sending
from app.handoffs.kinds import KINDS, ReturnReason
from app.handoffs.models import DraftState, Handoff, HandoffClock, HandoffDraft, HandoffState
from app.workflow import Step, Workflow
from tenants import realm
from tenants.database import db
from tenants.registry import registry

S, D = HandoffState, DraftState
SENDER, RECEIVER = "sender", "receiver"


@dataclass(frozen=True)
class Move(Step):
    """A step that belongs to one of the two sides."""

    side: str = SENDER


class Exchange(Workflow):
    """A workflow between two organisations: who is not the side of a step is refused before anything else is asked."""

    def open_to(self, person: Any, subject: Any) -> list[Step]:
        side = subject.side_of(realm.current().writes)
        return [step for step in super().open_to(person, subject) if step.side == side]  # type: ignore[attr-defined]  # a Move

    def take(
        self, name: str, subject: Any, *, by: Any, seen: int | None = None, text: str | None = None, **facts: Any
    ) -> Any:
        if self[name].side != subject.side_of(realm.current().writes):  # type: ignore[attr-defined]  # a Move
            raise NotAllowed(_("This step is for the other side to take."))
        return super().take(name, subject, by=by, seen=seen, text=text, **facts)

    def since(self, subject: Any, seen: int | None) -> list[audit.Line]:
        """Out of the exchange: the trail of this organisation does not tell what the other side did."""
        told = queries.story(subject)
        return [_line(one) for one in (told if seen is None else told[: max(0, subject.version - seen)])]

    def _lock(self, subject: Any) -> None:
        """The clocks too are read again: what another person did to them a moment ago counts."""
        super()._lock(subject)
        clocks = select(HandoffClock).where(HandoffClock.handoff_id == subject.id)
        db.session.scalars(clocks.execution_options(populate_existing=True)).all()
        db.session.expire(subject, ["clocks"])

    def _go(self, step: Step, subject: Any, by: Any, text: str | None, facts: dict[str, Any]) -> Step:
        taken = super()._go(step, subject, by, text, facts)
        sending.on_our_case(subject, step.name, by, text)
        sending.note(
            subject, step.name, by, text=text, reason=facts.get("reason") or "", files=facts.get("files") or ()
        )
        return taken


def _line(one: queries.Told) -> audit.Line:
    """A step of the exchange as a line of a trail."""
    step = one.step
    who = {"actor_name": step.by_name, "actor_place": step.author_id, "actor_role": ""}
    facts = {} if step.step == "write" else {"after": step.step}
    entry = audit.Entry(at=step.at, event=f"handoff.{step.step}", facts=facts, tenant_id=realm.home().id, seq=0, **who)
    return audit.Line(entry, one.words, {})


def _follow(step: Step, handoff: Handoff, by: Any, facts: dict[str, Any]) -> None:
    sending.follow(handoff, meets=step.meets, starts=step.starts, drops=step.drops)


# What a step changes beyond the status. The handoff itself is written last: a flush before the status has changed
# would carry the other side's status, and the policy refuses that.


def _words(text: str | None) -> None:
    if not (text or "").strip():
        raise Invalid("text", _("Say it in words too: the other side reads nothing else."))


def _sign(handoff: Handoff, by: Any, *, text: str | None = None, **rest: Any) -> None:
    handoff.signed_at = clock.now()


def _accept(handoff: Handoff, by: Any, *, text: str | None = None, **rest: Any) -> None:
    handoff.decided_at = clock.now()


def _take_over(handoff: Handoff, by: Any, *, text: str | None = None, **rest: Any) -> None:
    """The receiver opens its own case; with that the exchange has come to its end."""
    case = packet.take_over(handoff, by)
    handoff.receiver_case_id, handoff.receiver_case_number = case.id, case.number
    handoff.decided_at = handoff.ended_at = clock.now()


def _return(handoff: Handoff, by: Any, *, reason: str = "", text: str | None = None, **rest: Any) -> None:
    if reason not in list(ReturnReason):
        raise Invalid("reason", _("Choose the reason."))
    _words(text)
    handoff.decided_at = clock.now()
    handoff.returns += 1
    if KINDS[handoff.kind].moves_case:
        handoff.ended_at = clock.now()


def _answer(handoff: Handoff, by: Any, *, text: str | None = None, **rest: Any) -> None:
    _words(text)
    handoff.answered_at = clock.now()


def _send_back(handoff: Handoff, by: Any, *, text: str | None = None, **rest: Any) -> None:
    _words(text)
    handoff.sent_back_at = clock.now()


def _resend(handoff: Handoff, by: Any, *, text: str | None = None, **rest: Any) -> None:
    _words(text)


def _close(handoff: Handoff, by: Any, *, text: str | None = None, **rest: Any) -> None:
    handoff.ended_at = clock.now()


def _withdraw(handoff: Handoff, by: Any, *, text: str | None = None, **rest: Any) -> None:
    """Acts at once: what was disclosed is shut in this transaction, and a referred case is back on its desk."""
    _words(text)
    packet.close_to_receiver(handoff)
    case = queries.own_case(handoff)
    if KINDS[handoff.kind].moves_case and case is not None:
        CASE.take("come_back", case, by=by)
    handoff.ended_at = clock.now()


# The kinds ----------------------------------------------------------------------------------------------------------


def _sign_step(answer: str) -> Move:
    return Move(
        "sign", _l("Sign for it"), {S.SENT}, S.SIGNED, Can.HANDOFF_RECEIVE, effect=_sign,
        meets=("sign",), starts=(answer,), primary=True, done=_l("Signed for it"), side=RECEIVER,
    )  # fmt: skip


def _return_step(answer: str, *starts: str) -> Move:
    return Move(
        "return", _l("Return it"), {S.SENT, S.SIGNED}, S.RETURNED, Can.HANDOFF_RECEIVE, form=forms.ReturnForm,
        effect=_return, meets=("sign", answer), starts=starts, done=_l("Returned it"), side=RECEIVER,
    )  # fmt: skip


def _withdraw_step(answer: str, *source: HandoffState) -> Move:
    return Move(
        "withdraw", _l("Withdraw"), set(source), S.WITHDRAWN, Can.HANDOFF_SEND, form=forms.WordsForm,
        effect=_withdraw, drops=("sign", answer), done=_l("Withdrew it"), side=SENDER,
    )  # fmt: skip


REFERRAL = Exchange(
    "handoff",
    S,
    first=S.SENT,
    follow=_follow,
    steps=[
        _sign_step("referral_answer"),
        Move(
            "accept", _l("Take the case over"), {S.SIGNED}, S.ACCEPTED, Can.HANDOFF_RECEIVE,
            effect=_take_over, meets=("referral_answer",), primary=True, done=_l("Took the case over"), side=RECEIVER,
        ),
        _return_step("referral_answer"),
        _withdraw_step("referral_answer", S.SENT, S.SIGNED),
    ],
)  # fmt: skip

REQUEST = Exchange(
    "handoff",
    S,
    first=S.SENT,
    follow=_follow,
    steps=[
        _sign_step("request_answer"),
        Move(
            "accept", _l("Accept the request"), {S.SIGNED}, S.ACCEPTED, Can.HANDOFF_RECEIVE,
            effect=_accept, primary=True, done=_l("Accepted the request"), side=RECEIVER,
        ),
        _return_step("request_answer", "return_handling"),
        Move(
            "answer", _l("Answer"), {S.ACCEPTED, S.SENT_BACK}, S.ANSWERED, Can.HANDOFF_ANSWER, form=forms.AnswerForm,
            effect=_answer, meets=("request_answer",), starts=("answer_review",), primary=True,
            done=_l("Answered"), side=RECEIVER,
        ),
        Move(
            "resend", _l("Complete it and send it again"), {S.RETURNED}, S.SENT, Can.HANDOFF_SEND,
            form=forms.AnswerForm, effect=_resend, meets=("return_handling",), starts=("sign",), primary=True,
            # No ping-pong: what was returned twice is not sent a third time.
            when=lambda handoff: handoff.returns < 2, done=_l("Sent it again"), side=SENDER,
        ),
        Move(
            "close", _l("Close the exchange"), {S.ANSWERED, S.RETURNED}, S.CLOSED, Can.HANDOFF_SEND,
            form=forms.RemarkForm, effect=_close, meets=("answer_review", "return_handling"), primary=True,
            done=_l("Closed the exchange"), side=SENDER,
        ),
        Move(
            "send_back", _l("Send the answer back"), {S.ANSWERED}, S.SENT_BACK, Can.HANDOFF_SEND, form=forms.WordsForm,
            effect=_send_back, meets=("answer_review",), starts=("request_answer",),
            when=lambda handoff: handoff.sent_back_at is None, done=_l("Sent the answer back"), side=SENDER,
        ),
        _withdraw_step("request_answer", S.SENT, S.SIGNED, S.ACCEPTED, S.SENT_BACK),
    ],
)  # fmt: skip

WORKFLOWS: dict[str, Exchange] = {"referral": REFERRAL, "request": REQUEST}


def life_of(handoff: Handoff) -> Exchange:
    return WORKFLOWS[handoff.kind]


# Before it is sent --------------------------------------------------------------------------------------------------


def _revise(draft: HandoffDraft, by: Any, *, letter: dict[str, Any], text: str | None = None, **rest: Any) -> None:
    sending.compose(draft, sending.case_of(draft), **letter)


def _decided(draft: HandoffDraft, by: Any, *, text: str | None = None, **rest: Any) -> None:
    _words(text)
    draft.decided_by_name, draft.decided_at = by.name, clock.now()


def _on_the_case(step: Step, draft: HandoffDraft, by: Any, **rest: Any) -> None:
    """The story of the case tells that a letter waits, was given back or dropped; of its sending it tells anyway."""
    if step.name not in ("send", "revise"):
        facts = {"kind": draft.kind, "letter": draft.number, "to": registry.by_id(draft.receiver_id).slug}
        audit.record(f"case.letter_{step.name}", sending.case_of(draft), by, facts=facts)
    if step.tell:
        unit.afterwards(jobs.tell_of_letter, letter=draft.id, step=step.name)


LETTER = Workflow(
    "letter",
    D,
    first=D.DRAFTED,
    watch=audit.Watch(
        codes=("receiver_id", "fields", "files"), words=("subject", "ask", "wanted", "legal_basis", "need")
    ),
    told=_on_the_case,
    steps=[
        Step(
            "send", _l("Approve and send"), {D.DRAFTED, D.WAITING, D.REJECTED}, D.SENT, Can.CASE_APPROVE,
            effect=sending.dispatch, primary=True, done=_l("Approved and sent the letter"),
        ),
        Step(
            "submit", _l("Submit for approval"), {D.DRAFTED, D.REJECTED}, D.WAITING, Can.HANDOFF_SEND,
            primary=True, done=_l("Submitted the letter for approval"), tell=("director",),
        ),
        Step(
            "revise", _l("Change the letter"), {D.DRAFTED, D.REJECTED}, D.DRAFTED, Can.HANDOFF_SEND,
            effect=_revise, hidden=True, done=_l("Changed the letter"),
        ),
        Step(
            "reject", _l("Give it back to the drafter"), {D.WAITING}, D.REJECTED, Can.CASE_APPROVE,
            form=forms.WordsForm, effect=_decided, done=_l("Gave the letter back"), tell=("drafter",),
        ),
        Step(
            "discard", _l("Discard"), {D.DRAFTED, D.WAITING, D.REJECTED}, D.DISCARDED, Can.HANDOFF_SEND,
            done=_l("Discarded the letter"),
        ),
    ],
)  # fmt: skip
