"""What is done for consumers beyond mediation. Effects of steps; what people typed lies in `said` and stays private."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, select

from app import audit
from app.advocacy.models import Exposure, Judgment, LitigationSupport, Means, Medium
from app.cases.models import Case
from app.core import clock
from app.core.errors import Invalid, WrongMoment
from tenants.database import db

Said = Mapping[str, str]


def of_case(model: Any, case: Case) -> Any:
    return db.session.scalars(select(model).where(model.case_id == case.id)).first()


def both(case: Case) -> dict[str, Any]:
    """kind -> what there is of it in the case, or None."""

    def beside(model: Any) -> Any:
        return and_(model.tenant_id == Case.tenant_id, model.case_id == Case.id)

    query = select(LitigationSupport, Exposure).select_from(Case)
    query = query.outerjoin(LitigationSupport, beside(LitigationSupport)).outerjoin(Exposure, beside(Exposure))
    lawsuit, exposure = db.session.execute(query.where(Case.id == case.id)).one()
    return {"litigation": lawsuit, "exposure": exposure}


def case_of(one: Any) -> Case:
    return db.session.scalars(select(Case).where(Case.id == one.case_id)).one()


def begin(case: Case, by: Any, kind: str, *, text: str, means: str = "", medium: str = "") -> Any:
    """Ask for support of a lawsuit or for an exposure; the director decides. Raises WrongMoment where there is one."""
    db.session.execute(select(Case.id).where(Case.id == case.id).with_for_update())  # two clicks, one of them
    model = LitigationSupport if kind == "litigation" else Exposure
    if (there := of_case(model, case)) is not None:
        raise audit.too_late(_("This was asked for in this case already."), there)
    if kind == "litigation" and means not in list(Means):
        raise Invalid("means", _("Choose one."))
    if kind == "exposure" and medium not in list(Medium):
        raise Invalid("medium", _("Choose one."))
    chosen = {"means": means} if kind == "litigation" else {"medium": medium}
    one = model(
        case_id=case.id,
        reason=_needed(text),
        asked_by=by.id,
        asked_by_name=by.name,
        asked_at=clock.now(),
        **chosen,
    )
    db.session.add(one)
    return one


def ask_again(one: Any, by: Any, *, text: str | None = None, **rest: Any) -> None:
    """What was not approved may be once something has changed; whoever asks now hears of the decision."""
    one.asked_by, one.asked_by_name, one.asked_at = by.id, by.name, clock.now()


def approve(one: Any, by: Any, *, text: str | None = None, **rest: Any) -> None:
    """Of an exposure: only once its facts were checked and the merchant was heard."""
    if isinstance(one, Exposure) and not (one.checked_on and one.heard_on):
        raise WrongMoment(_("First the facts are checked and the merchant is heard."))
    one.approved_by_name, one.approved_at = by.name, clock.now()


# Litigation ----------------------------------------------------------------------------------------------------------


def file(one: LitigationSupport, by: Any, *, filed_on: date, said: Said, text: str | None = None, **rest: Any) -> None:
    _past("filed_on", filed_on)
    one.court, one.court_number, one.filed_on = said["court"], said["court_number"], filed_on


def hearing(one: LitigationSupport, by: Any, *, hearing_at: datetime, text: str | None = None, **rest: Any) -> None:
    if one.filed_on and clock.on(hearing_at) < one.filed_on:
        raise Invalid("hearing_at", _("That cannot have been before %(day)s.", day=one.filed_on))
    one.hearing_at = hearing_at


def judge(
    one: LitigationSupport, by: Any, *, judgment: str, judged_on: date, text: str | None = None, **rest: Any
) -> None:
    if judgment not in list(Judgment):
        raise Invalid("judgment", _("Choose one."))
    _past("judged_on", judged_on, one.filed_on)
    one.judgment, one.judged_on, one.result = judgment, judged_on, _needed(text)


# Exposure ------------------------------------------------------------------------------------------------------------


def check(one: Exposure, by: Any, *, checked_on: date, text: str | None = None, **rest: Any) -> None:
    _past("checked_on", checked_on)
    one.verified, one.checked_on = _needed(text), checked_on


def hear(one: Exposure, by: Any, *, heard_on: date, text: str | None = None, **rest: Any) -> None:
    _past("heard_on", heard_on)
    one.heard, one.heard_on = _needed(text), heard_on


def publish(one: Exposure, by: Any, *, published_on: date, said: Said, text: str | None = None, **rest: Any) -> None:
    _past("published_on", published_on, clock.on(one.approved_at) if one.approved_at else None)
    one.published_in, one.published_on = said["published_in"], published_on


def retract(one: Exposure, by: Any, *, text: str | None = None, **rest: Any) -> None:
    _needed(text)
    one.retracted_on = clock.today()


def _needed(text: str | None) -> str:
    if not (text or "").strip():
        raise Invalid("text", _("This is needed."))
    return str(text).strip()


def _past(field: str, on: date, earliest: date | None = None) -> None:
    if on > clock.today():
        raise Invalid(field, _("That day has not come yet."))
    if earliest is not None and on < earliest:
        raise Invalid(field, _("That cannot have been before %(day)s.", day=earliest))
