"""The life of an investigation: opened, approved by the director, under way, concluded; and what is done meanwhile."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app import audit
from app.accounts.permissions import Can
from app.cases.models import Case
from app.core import unit
from app.investigations import forms, jobs, queries, services
from app.investigations.models import Investigation, InvestigationState
from app.workflow import Step, Workflow
from tenants.database import db

S = InvestigationState
_NOW = frozenset({S.UNDER_WAY})


def _told(step: Step, one: Investigation, by: Any, **rest: Any) -> None:
    """What was done stands in the story of the case; who proposed it hears of the decision."""
    audit.record(f"case.investigation_{step.name}", services.case_of(one), by)
    if step.tell:
        unit.afterwards(jobs.tell, investigation=one.id, step=step.name, by=by.id)


INVESTIGATION = Workflow(
    "investigation",
    S,
    first=S.OPEN,
    told=_told,
    steps=[
        Step(
            "begin", _l("Approve"), {S.OPEN}, S.UNDER_WAY, Can.CASE_APPROVE,
            form=forms.RemarkForm, effect=services.begin, primary=True,
            done=_l("Approved the investigation"), tell=("drafter",),
        ),
        Step(
            "decline", _l("Do not approve"), {S.OPEN}, S.DECLINED, Can.CASE_APPROVE,
            form=forms.ReasonForm, done=_l("Did not approve the investigation"), tell=("drafter",),
        ),
        Step(
            "take_up", _l("Take it up again"), {S.DECLINED, S.CONCLUDED}, S.OPEN, Can.CASE_HANDLE,
            form=forms.ReasonForm, effect=services.take_up,
            done=_l("Asked to take the investigation up again"), tell=("director",),
        ),
        Step(
            "plan", _l("Add to the plan"), _NOW, None, Can.CASE_HANDLE,
            form=forms.PlanForm, effect=services.plan, done=_l("Added a point to the plan"),
        ),
        Step(
            "finish", _l("Finish a point"), _NOW, None, Can.CASE_HANDLE,
            form=forms.FinishForm, effect=services.finish, when=lambda one: bool(queries.open_points(one)),
            done=_l("Finished a point of the plan"),
        ),
        Step(
            "visit", _l("Record a visit"), _NOW, None, Can.CASE_HANDLE,
            form=forms.VisitForm, effect=services.visit, done=_l("Recorded a visit"),
        ),
        Step(
            "collect", _l("Take in evidence"), _NOW, None, Can.CASE_HANDLE,
            form=forms.CollectForm, effect=services.collect, done=_l("Took in a piece of evidence"),
        ),
        Step(
            "hand_on", _l("Hand on, seal, give back"), {S.UNDER_WAY, S.CONCLUDED}, None, Can.CASE_HANDLE,
            form=forms.HandOnForm, effect=services.hand_on, when=lambda one: bool(queries.items_of(one)),
            done=_l("Noted where a piece of evidence is"),
        ),
        Step(
            "order", _l("Order testing"), _NOW, None, Can.CASE_HANDLE,
            form=forms.OrderForm, effect=services.order, done=_l("Ordered something tested"),
        ),
        Step(
            "receive", _l("Note a report"), _NOW, None, Can.CASE_HANDLE,
            form=forms.EndOrderForm, effect=services.receive, when=lambda one: bool(queries.orders_out(one)),
            done=_l("Received the report of a laboratory"),
        ),
        Step(
            "call_off", _l("Call an order off"), _NOW, None, Can.CASE_HANDLE,
            form=forms.EndOrderForm, effect=services.call_off, when=lambda one: bool(queries.orders_out(one)),
            done=_l("Called off an order for testing"),
        ),
        Step(
            "advise", _l("Write to a regulator"), {S.UNDER_WAY, S.CONCLUDED}, None, Can.CASE_HANDLE,
            form=forms.AdviseForm, effect=services.advise, done=_l("Wrote a recommendation to a regulator"),
        ),
        Step(
            "answered", _l("Note an answer"), {S.UNDER_WAY, S.CONCLUDED}, None, Can.CASE_HANDLE,
            form=forms.AnsweredForm, effect=services.answered, when=lambda one: bool(queries.unanswered(one)),
            done=_l("Noted the answer to a recommendation"),
        ),
        Step(
            "conclude", _l("Conclude"), _NOW, S.CONCLUDED, Can.CASE_HANDLE,
            form=forms.ConcludeForm, effect=services.conclude, primary=True, done=_l("Concluded the investigation"),
        ),
    ],
)  # fmt: skip


def propose(case: Case, by: Any, *, scope: str, text: str) -> Investigation:
    """Open an investigation; whoever may approve it has begun it with that, all others wait for the director."""
    one = services.propose(case, by, scope=scope, reason=text)
    db.session.flush()
    audit.record("investigation.propose", one, by, facts={"scope": scope}, text=text)
    audit.record("case.investigation_propose", case, by, facts={"scope": scope}, text=text)
    if by.can(Can.CASE_APPROVE, case):
        INVESTIGATION.take("begin", one, by=by)
    else:
        unit.afterwards(jobs.tell, investigation=one.id, step="propose", by=by.id)
    return one
