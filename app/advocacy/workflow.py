"""The lives of both: asked for, approved by the director, done step by step."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app import audit
from app.accounts.permissions import Can
from app.advocacy import forms, jobs, services
from app.advocacy.models import Exposure, ExposureState, LitigationState
from app.cases.models import Case
from app.core import unit
from app.workflow import Step, Workflow
from tenants.database import db

L, E = LitigationState, ExposureState


def kind_of(one: Any) -> str:
    return "exposure" if isinstance(one, Exposure) else "litigation"


def _told(step: Step, one: Any, by: Any, **rest: Any) -> None:
    """What was done stands in the story of the case; who asked hears of the decision."""
    kind = kind_of(one)
    audit.record(f"case.{kind}_{step.name}", services.case_of(one), by)
    if step.tell:
        unit.afterwards(jobs.tell, kind=kind, key=one.id, step=step.name, by=by.id)


LITIGATION = Workflow(
    "litigation",
    L,
    first=L.ASKED,
    told=_told,
    steps=[
        Step(
            "approve", _l("Approve"), {L.ASKED}, L.APPROVED, Can.CASE_APPROVE, form=forms.RemarkForm,
            effect=services.approve, primary=True, done=_l("Approved the support of a lawsuit"), tell=("drafter",),
        ),
        Step(
            "decline", _l("Do not approve"), {L.ASKED}, L.DECLINED, Can.CASE_APPROVE, form=forms.ReasonForm,
            done=_l("Did not approve the support of a lawsuit"), tell=("drafter",),
        ),
        Step(
            "file", _l("Note court and number"), {L.APPROVED}, L.FILED, Can.CASE_HANDLE, form=forms.FileForm,
            effect=services.file, primary=True, done=_l("The court has taken up the lawsuit"),
        ),
        Step(
            "hearing", _l("Note the hearing"), {L.FILED}, None, Can.CASE_HANDLE, form=forms.HearingForm,
            effect=services.hearing, done=_l("Noted the hearing before the court"),
        ),
        Step(
            "judge", _l("Note the outcome"), {L.FILED}, L.DECIDED, Can.CASE_HANDLE, form=forms.JudgmentForm,
            effect=services.judge, primary=True, done=_l("Noted the outcome of the lawsuit"),
        ),
        Step(
            "ask_again", _l("Ask again"), {L.DECLINED}, L.ASKED, Can.CASE_HANDLE, form=forms.ReasonForm,
            effect=services.ask_again, done=_l("Asked for the support of a lawsuit again"), tell=("director",),
        ),
    ],
)  # fmt: skip

EXPOSURE = Workflow(
    "exposure",
    E,
    first=E.PROPOSED,
    told=_told,
    steps=[
        Step(
            "check", _l("Note the check of facts"), {E.PROPOSED}, None, Can.CASE_HANDLE, form=forms.CheckForm,
            effect=services.check, done=_l("Checked the facts of an exposure"),
        ),
        Step(
            "hear", _l("Note what the merchant says"), {E.PROPOSED}, None, Can.CASE_HANDLE, form=forms.HearForm,
            effect=services.hear, done=_l("Heard the merchant on an exposure"),
        ),
        Step(
            "approve", _l("Approve"), {E.PROPOSED}, E.APPROVED, Can.CASE_APPROVE, form=forms.RemarkForm,
            effect=services.approve, primary=True, when=lambda one: bool(one.checked_on and one.heard_on),
            done=_l("Approved an exposure through media"), tell=("drafter",),
        ),
        Step(
            "decline", _l("Do not approve"), {E.PROPOSED}, E.DECLINED, Can.CASE_APPROVE, form=forms.ReasonForm,
            done=_l("Did not approve an exposure through media"), tell=("drafter",),
        ),
        Step(
            "publish", _l("Note the publication"), {E.APPROVED}, E.PUBLISHED, Can.CASE_HANDLE,
            form=forms.PublishForm, effect=services.publish, primary=True, done=_l("Exposed through media"),
        ),
        Step(
            "retract", _l("Correct or take back"), {E.PUBLISHED}, E.RETRACTED, Can.CASE_APPROVE,
            form=forms.ReasonForm, effect=services.retract, done=_l("Corrected or took back an exposure"),
        ),
        Step(
            "ask_again", _l("Ask again"), {E.DECLINED}, E.PROPOSED, Can.CASE_HANDLE, form=forms.ReasonForm,
            effect=services.ask_again, done=_l("Asked for an exposure through media again"), tell=("director",),
        ),
    ],
)  # fmt: skip

WORKFLOWS = {"litigation": LITIGATION, "exposure": EXPOSURE}


def ask(case: Case, by: Any, kind: str, *, text: str, **chosen: Any) -> Any:
    """Ask for one of the two; it waits for the director."""
    one = services.begin(case, by, kind, text=text, **chosen)
    db.session.flush()
    for noun in (f"{kind}.ask", f"case.{kind}_ask"):
        audit.record(noun, one if noun.startswith(kind) else case, by, facts=chosen, text=text)
    unit.afterwards(jobs.tell, kind=kind, key=one.id, step="ask", by=by.id)
    return one
