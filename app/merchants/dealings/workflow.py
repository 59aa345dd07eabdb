"""The lives of an interview and of a commitment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from app import audit
from app.accounts.permissions import Can
from app.core import clock
from app.merchants.dealings import forms, queries, services
from app.merchants.dealings.models import CommitmentState, InterviewState, MerchantCommitment, MerchantInterview
from app.merchants.models import Merchant
from app.workflow import Step, Workflow

T, C = InterviewState, CommitmentState

INTERVIEW = Workflow(
    "interview",
    T,
    first=T.CALLED,
    watch=audit.Watch(codes=("held_at",), words=("place",)),
    steps=[
        Step(
            "hold", _l("Record the interview"), {T.CALLED}, T.HELD, Can.CASE_HANDLE, form=forms.HoldForm,
            effect=services.hold, primary=True, done=_l("Recorded the interview"),
        ),
        Step(
            "move", _l("Move it"), {T.CALLED}, None, Can.CASE_HANDLE, form=forms.MoveForm,
            effect=services.move, done=_l("Moved the interview"),
        ),
        Step(
            "cancel", _l("Cancel it"), {T.CALLED}, T.CANCELLED, Can.CASE_HANDLE, form=forms.ReasonForm,
            done=_l("Cancelled the interview"),
        ),
    ],
)  # fmt: skip

COMMITMENT = Workflow(
    "commitment",
    C,
    first=C.OPEN,
    steps=[
        Step(
            "keep", _l("It was kept"), {C.OPEN}, C.KEPT, Can.CASE_HANDLE, form=forms.CheckForm,
            effect=services.check, primary=True, done=_l("Noted that a commitment was kept"),
        ),
        Step(
            "break", _l("It was not kept"), {C.OPEN}, C.BROKEN, Can.CASE_HANDLE, form=forms.CheckForm,
            effect=services.check, done=_l("Noted that a commitment was not kept"),
        ),
    ],
)  # fmt: skip


@dataclass(frozen=True)
class Dealt:
    """What was taken up with a merchant, each with the steps that somebody may take now."""

    interviews: list[tuple[MerchantInterview, list[Step]]]
    commitments: list[tuple[MerchantCommitment, list[Step]]]
    today: Any

    @property
    def broken(self) -> int:
        return sum(one.status == C.BROKEN for one, _steps in self.commitments)


def dealt_with(merchant: Merchant, person: Any) -> Dealt:
    return Dealt(
        [(one, INTERVIEW.open_to(person, one)) for one in queries.interviews(merchant)],
        [(one, COMMITMENT.open_to(person, one)) for one in queries.commitments(merchant)],
        clock.today(),
    )
