"""The forms of both and of their steps."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired

from app.advocacy.models import Judgment, Means, Medium
from app.workflow.forms import NEEDED, ReasonForm, RemarkForm, StepForm, day, day_and_time, line, listed, prose

__all__ = ["ReasonForm", "RemarkForm"]


class AskForm(StepForm):
    means = RadioField(_l("How it is supported"), [InputRequired(_l("Choose one."))], choices=lambda: listed(Means))
    text = prose(_l("Why this lawsuit is supported"), description=_l("Who asked for it, and what the claim rests on."))


class FileForm(StepForm):
    court = line(_l("Court"))
    court_number = line(_l("Number of the lawsuit"))
    filed_on = day(_l("Taken up by the court on"))
    text = prose(_l("Remark"), needed=False)


class HearingForm(StepForm):
    hearing_at = day_and_time(_l("Hearing"))
    text = prose(_l("Remark"), needed=False)


class JudgmentForm(StepForm):
    judgment = RadioField(_l("How it came out"), [InputRequired(_l("Choose one."))], choices=lambda: listed(Judgment))
    judged_on = day(_l("On"))
    text = prose(_l("What was decided"))


class ProposeForm(StepForm):
    medium = SelectField(_l("Where"), [NEEDED], choices=lambda: listed(Medium))
    text = prose(
        _l("What is to be published"), description=_l("Facts that are proved. No consumer and no reporter is named.")
    )


class CheckForm(StepForm):
    checked_on = day(_l("Checked on"))
    text = prose(_l("Which facts were checked, and how"))


class HearForm(StepForm):
    heard_on = day(_l("Heard on"))
    text = prose(_l("What the merchant says to it"), description=_l("Or that it was asked and gave no answer."))


class PublishForm(StepForm):
    published_in = line(_l("Title and place, or address"))
    published_on = day(_l("Published on"))
    text = prose(_l("Remark"), needed=False)
