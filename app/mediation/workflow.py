"""The life of a session: planned, moved, held with its minutes, or cancelled."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app import audit
from app.accounts.permissions import Can
from app.mediation import forms
from app.mediation.models import MediationSession, SessionState
from app.mediation.services import sessions
from app.workflow import Step, Workflow

S = SessionState


class Sessions(Workflow):
    """The case is locked before the session, as whoever arranges another or decides on a recusal does."""

    def _lock(self, subject: Any) -> None:
        sessions.lock(sessions.case_of(subject))
        super()._lock(subject)


def _on_the_case(step: Step, session: MediationSession, by: Any, **rest: Any) -> None:
    """The case tells of it; that a session was held is a step of the case itself."""
    if step.name != "hold":
        facts = {"session": session.ordinal, "at": sessions.told(session.starts_at)}
        audit.record(f"case.mediation_{step.name}", sessions.case_of(session), by, facts=facts)


SESSION = Sessions(
    "mediation",
    S,
    first=S.PLANNED,
    told=_on_the_case,
    watch=audit.Watch(codes=("starts_at", "lasts", "way"), words=("place", "consumers", "merchants")),
    steps=[
        Step(
            "hold", _l("Record the session"), {S.PLANNED}, S.HELD, Can.CASE_HANDLE,
            form=forms.HoldForm, effect=sessions.hold, primary=True, done=_l("Recorded the session"),
        ),
        Step(
            "move", _l("Move or change it"), {S.PLANNED}, None, Can.CASE_HANDLE,
            form=forms.MoveForm, effect=sessions.move, done=_l("Moved or changed the session"),
        ),
        Step(
            "cancel", _l("Cancel it"), {S.PLANNED}, S.CANCELLED, Can.CASE_HANDLE,
            form=forms.ReasonForm, effect=sessions.cancel, done=_l("Cancelled the session"),
        ),
    ],
)  # fmt: skip
