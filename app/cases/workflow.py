"""The life of a case, declared once: steps, who takes them, the clocks that follow, who is told."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.accounts.permissions import Can
from app.cases import forms
from app.cases.jobs import tell
from app.cases.models import MIXED, OPEN, Case, CaseDraft, CaseState, Outcome
from app.cases.services import closing, dividing, joining, mediation, timing, triage
from app.cases.services.parts import WATCH, follow, look_up
from app.core import clock, unit
from app.workflow import Step, Workflow

S = CaseState
_UNDER_WAY = frozenset({S.LODGED, S.ACCEPTED, S.MEDIATING})
_HEARD = frozenset({S.LODGED, S.ACCEPTED})
_MEDIATED = frozenset({S.ACCEPTED, S.MEDIATING})
_MERITS = frozenset({Outcome.SETTLED.value, Outcome.ENDED.value, Outcome.FILED.value})
_NOT_HEARD = frozenset({Outcome.REFUSED.value, Outcome.WITHDRAWN.value, Outcome.NOT_FILED.value, Outcome.GUIDED.value})


def is_mediated(case: Case) -> bool:
    """Only a complaint is; but what turned out to be none while it was mediated has to come to an end."""
    return case.is_complaint or case.status == S.MEDIATING


def is_undivided(case: Case) -> bool:
    """A letter that is both is divided before it comes to any end: or what is reported in it would end unread."""
    return case.nature == MIXED


def _follow(step: Step, case: Case, by: Any, facts: dict[str, Any]) -> None:
    follow(case, step, facts.get("on") or clock.today())
    if step.target is not None and (step.target not in OPEN or not step.source <= frozenset(OPEN)):
        look_up(case)  # the search tells open cases from others


def _told(step: Step, case: Case, by: Any, *, drafted: bool = False) -> None:
    """Queue the notices; who gets them is worked out when they are sent."""
    whom = ("approver",) if drafted else step.tell
    if whom:
        unit.afterwards(tell, case=case.id, step=step.name, whom=",".join(whom), by=getattr(by, "id", None))


CASE = Workflow(
    "case",
    S,
    first=S.LODGED,
    draft=CaseDraft,
    follow=_follow,
    told=_told,
    also=("divided", "reunited", "shares", "share_paid", "share_unpaid", "taken_out"),
    watch=WATCH,
    steps=[
        # Triage 受理审查
        Step(
            "accept", _l("Accept"), {S.LODGED}, S.ACCEPTED, Can.CASE_TRIAGE,
            form=forms.AcceptForm, effect=triage.accept, meets=("acceptance",), starts=("mediation",),
            when=lambda case: case.is_complaint,
            public=True, primary=True, done=_l("Accepted the complaint"), tell=("assignee",),
        ),
        Step(
            "refuse", _l("Refuse"), {S.LODGED}, S.REFUSED, Can.CASE_TRIAGE,
            form=forms.RefuseForm, effect=triage.refuse, approval=Can.CASE_APPROVE, meets=("acceptance",),
            when=lambda case: case.is_complaint and not is_undivided(case),
            public=True, done=_l("Refused the complaint"), tell=("assignee", "drafter"),
        ),
        # What is no complaint, or a report that is for others to look into 非投诉举报事项、告知途径
        Step(
            "guide", _l("Tell where to turn"), _HEARD, S.CLOSED, Can.CASE_TRIAGE,
            form=forms.GuideForm, effect=triage.guide, meets=("acceptance", "clue_check"), drops=("mediation",),
            when=lambda case: case.is_outside or (case.is_report and case.status == S.LODGED),
            public=True, primary=True, done=_l("Told the sender where to turn"), tell=("assignee",),
        ),
        Step(
            "withdraw", _l("Withdrawn by the consumer"), {S.LODGED}, S.CLOSED, Can.CASE_INTAKE,
            form=forms.WithdrawForm, effect=triage.withdraw, drops=("acceptance", "clue_check"),
            when=lambda case: not is_undivided(case),
            public=True, done=_l("Withdrawn by the consumer"), tell=("assignee",),
        ),
        # Of a report: its clue is checked, and decided is whether a case file is opened 举报核查
        Step(
            "file", _l("Open a case file"), {S.LODGED}, S.ACCEPTED, Can.CASE_TRIAGE,
            form=forms.AcceptForm, effect=triage.accept, meets=("acceptance", "clue_check"), starts=("case_decision",),
            when=lambda case: case.is_report, primary=True, done=_l("Opened a case file on the report"),
            tell=("assignee",),
        ),
        Step(
            "not_file", _l("Open no case file"), {S.LODGED}, S.CLOSED, Can.CASE_TRIAGE,
            form=forms.ReasonForm, effect=triage.not_file, approval=Can.CASE_APPROVE,
            meets=("acceptance", "clue_check"), when=lambda case: case.is_report,
            done=_l("Opened no case file on the report"), tell=("assignee", "drafter"),
        ),
        Step(
            "dealt_with", _l("Note the result of the report"), {S.ACCEPTED}, S.CLOSED, Can.CASE_HANDLE,
            form=forms.ReasonForm, effect=closing.dealt_with, meets=("case_decision",),
            when=lambda case: case.is_report, primary=True, done=_l("Noted the result of the report"),
            tell=("director",),
        ),
        Step(
            "join_earlier", _l("Join to an earlier case"), _UNDER_WAY, S.CLOSED, Can.CASE_TRIAGE,
            form=forms.JoinEarlierForm, effect=joining.join, drops=("acceptance", "mediation", "clue_check"),
            when=lambda case: not is_undivided(case),
            public=True, done=_l("Joined to an earlier case"), tell=("assignee",),
        ),
        Step(
            "part", _l("Take it out of the earlier case"), {S.CLOSED}, None, Can.CASE_TRIAGE,
            form=forms.ReasonForm, effect=joining.part, when=joining.may_part,
            public=True, done=_l("Taken out of the earlier case again"), tell=("assignee",),
        ),
        # Of a report out of a divided letter: by taking the division back, never by a button of its own
        Step(
            "taken_back", _l("Taken back"), {S.LODGED}, S.CLOSED, Can.CASE_TRIAGE,
            effect=dividing.taken_back, drops=("acceptance", "clue_check"), hidden=True,
            when=lambda case: case.is_report and dividing.is_half(case),
            done=_l("Taken back into the letter that it was divided from"), tell=("assignee",),
        ),
        # Mediation 调解
        Step(
            "mediate", _l("Begin mediation"), {S.ACCEPTED}, S.MEDIATING, Can.CASE_HANDLE,
            form=forms.TextForm, when=lambda case: case.is_complaint,
            public=True, primary=True, done=_l("Began mediation"),
        ),
        Step(
            "settle", _l("Record the agreement"), _MEDIATED, S.SETTLED, Can.CASE_HANDLE,
            form=forms.SettleForm, effect=mediation.settle, meets=("mediation",), when=is_mediated,
            public=True, primary=True, done=_l("The parties agreed"), tell=("assignee", "director"),
        ),
        Step(
            "session", _l("Record a session"), {S.MEDIATING}, None, Can.CASE_HANDLE,
            form=forms.SessionForm, effect=mediation.session, done=_l("Mediation session"),
        ),
        Step(
            "end", _l("End mediation"), _MEDIATED, S.ENDED, Can.CASE_HANDLE,
            form=forms.EndForm, effect=mediation.end, meets=("mediation",), starts=("termination_notice",),
            when=is_mediated, public=True, done=_l("Ended mediation"), tell=("assignee", "director"),
        ),
        Step(
            "retract", _l("The consumer withdraws"), _MEDIATED, S.ENDED, Can.CASE_HANDLE,
            form=forms.RetractForm, effect=closing.retract, meets=("mediation",), starts=("termination_notice",),
            when=is_mediated, public=True, done=_l("The consumer withdrew the complaint"),
            tell=("assignee", "director"),
        ),
        Step(
            "pause", _l("Stop the clock"), _UNDER_WAY, None, Can.CASE_HANDLE,
            form=forms.PauseForm, effect=timing.pause, when=lambda case: bool(timing.pausable(case)),
            public=True, done=_l("Stopped the clock"),
        ),
        Step(
            "resume", _l("Let the clock go on"), _UNDER_WAY, None, Can.CASE_HANDLE,
            form=forms.ResumeForm, effect=timing.resume, when=lambda case: bool(timing.paused(case)),
            public=True, done=_l("Let the clock go on"),
        ),
        Step(
            "extend", _l("Extend the time limit"), frozenset(OPEN), None, Can.CASE_HANDLE,
            form=forms.ExtendForm, effect=timing.extend, approval=Can.CASE_APPROVE,
            when=lambda case: bool(timing.extendable(case)),
            public=True, done=_l("Extended the time limit"), tell=("assignee", "drafter"),
        ),
        Step(
            "rule", _l("Count by another rule"), frozenset(OPEN), None, Can.CASE_HANDLE,
            form=forms.RuleForm, effect=timing.choose_rule, approval=Can.CASE_APPROVE,
            when=lambda case: bool(timing.ruled(case)),
            public=True, done=_l("Counted by another rule"), tell=("assignee", "drafter"),
        ),
        Step(
            "add_limit", _l("Add a time limit"), frozenset(OPEN), None, Can.CASE_HANDLE,
            form=forms.AddLimitForm, effect=timing.add_limit, done=_l("Added a time limit"),
        ),
        Step(
            "meet_limit", _l("A further time limit was met"), frozenset(OPEN), None, Can.CASE_HANDLE,
            form=forms.MeetLimitForm, effect=timing.meet_limit, when=lambda case: bool(timing.further(case)),
            public=True, done=_l("Met a further time limit"),
        ),
        # Closing 办结
        Step(
            "notify", _l("Both parties were told"), {S.ENDED}, None, Can.CASE_HANDLE,
            form=forms.NotifyForm, effect=closing.notify, meets=("termination_notice",),
            when=lambda case: case.clock("termination_notice") is not None,
            public=True, primary=True, done=_l("Told both parties of the end of mediation"),
        ),
        Step(
            "close", _l("Close the case"), {S.SETTLED, S.ENDED}, S.CLOSED, Can.CASE_HANDLE,
            form=forms.TextForm, effect=closing.close,
            public=True, primary=True, done=_l("Closed the case"), tell=("director",),
        ),
        Step(
            "reopen", _l("Reopen"), {S.CLOSED}, S.ACCEPTED, Can.CASE_REOPEN,
            form=forms.ReasonForm, effect=closing.reopen, starts=("mediation", "case_decision"),
            when=lambda case: case.outcome in _MERITS,
            public=True, done=_l("Reopened the case"), tell=("assignee",),
        ),
        Step(
            "reconsider", _l("Consider again"), {S.REFUSED, S.CLOSED}, S.LODGED, Can.CASE_REOPEN,
            form=forms.ReasonForm, effect=closing.reconsider, starts=("acceptance",),
            when=lambda case: case.outcome in _NOT_HEARD,
            public=True, done=_l("Took it up for consideration again"), tell=("assignee",),
        ),
        # At any time while it is open
        Step(
            "claim", _l("Take it on"), _UNDER_WAY, None, Can.CASE_HANDLE,
            effect=triage.claim, when=lambda case: case.assignee_id is None, done=_l("Took the case on"),
        ),
        Step(
            "assign", _l("Assign"), frozenset(OPEN), None, Can.CASE_ASSIGN,
            form=forms.AssignForm, effect=triage.assign, done=_l("Assigned the case"), tell=("assignee",),
        ),
        Step(
            "flag", _l("Mark with traits"), frozenset(OPEN), None, Can.CASE_TRIAGE,
            form=forms.FlagForm, effect=triage.flag, done=_l("Changed the traits"),
        ),
        Step(
            "describe", _l("Correct title, summary and classification"), frozenset(OPEN), None, Can.CASE_TRIAGE,
            form=forms.DescribeForm, effect=triage.describe, done=_l("Corrected the description"),
        ),
        Step(
            "supplement", _l("Add what the consumer told"), _UNDER_WAY, None, Can.CASE_INTAKE,
            form=forms.ReasonForm, effect=triage.supplement, done=_l("The consumer told more"), tell=("assignee",),
        ),
        # Between counties: taken by the exchange, never by a button
        Step(
            "refer", _l("Refer"), _UNDER_WAY, S.REFERRED, Can.HANDOFF_SEND,
            effect=closing.refer, hidden=True, public=True, done=_l("Referred to another organisation"),
        ),
        Step(
            "come_back", _l("Came back"), {S.REFERRED}, None, Can.HANDOFF_SEND,
            effect=closing.come_back, hidden=True, public=True, done=_l("Came back from the other organisation"),
            tell=("assignee", "director"),
        ),
        Step(
            "taken_over", _l("Taken over"), {S.REFERRED}, S.CLOSED, Can.HANDOFF_SEND,
            effect=closing.taken_over, drops=("acceptance", "clue_check", "mediation"), hidden=True, public=True,
            done=_l("Taken over by the other organisation"), tell=("assignee",),
        ),
    ],
)  # fmt: skip
