"""Between the intake form and `services.lodge`: the merchant that was chosen, the hints, what a form is filled with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.cases import checklist, lists, queries
from app.cases.forms import IntakeForm
from app.cases.models import Case
from app.cases.party_forms import agent_of, card_of, people_of
from app.cases.services import Complaint
from app.cases.services.parts import statement_of
from app.core import clock
from app.core.errors import Invalid
from app.core.forms import narrow
from app.merchants import queries as merchants
from app.merchants import services as register
from app.merchants.models import Merchant
from tenants.bases import uuid7


def key() -> str:
    """Of one filling-in of a form: sent twice, it is one complaint."""
    return str(uuid7())


def blank(asked: Mapping[str, str]) -> IntakeForm:
    form = IntakeForm(submission_key=key())
    if not form.is_submitted():
        take_over(form, asked)
    return form


def take_over(form: Any, asked: Mapping[str, str]) -> None:
    """Put what somebody took over from a suggestion into its fields; it is nowhere else until the form is sent."""
    given: dict[str, Any] = {}
    if asked.get("category") in {code for choices in lists.leaves().values() for code, _words in choices}:
        given["category"] = asked["category"]
    merchant = merchants.standing(merchants.find(asked.get("merchant")))
    if merchant is not None:
        given |= {"merchant_number": merchant.number, "merchant_name": merchant.called}
    if given:
        form.put_in(**given)


def complaint(form: IntakeForm, by: Any) -> Complaint:
    typed = form.facts
    told = {"address": typed["merchant_address"] or "", "contact_phone": typed["merchant_phone"] or ""}
    merchant = register.choose(typed.pop("merchant_number"), typed["merchant_name"] or "", by, **told)
    typed["received_at"] = _received(typed.pop("received_on"))
    typed["reference"] = typed["reference"] or None
    typed["facts"] = typed.pop("told")
    beside = {"card": card_of(form), "agent": agent_of(form), "others": people_of(form, "others")}
    known = {one.name for one in fields(Complaint)}
    given = {name: value for name, value in typed.items() if value is not None and name in known}
    return Complaint(**{**given, **beside}, merchant=merchant)


def _received(on: date | None) -> datetime | None:
    """The moment at which it counts as received: now, or at noon of an earlier day. Raises Invalid for a later one."""
    if on is None or on == clock.today():
        return None
    if on > clock.today():
        raise Invalid("received_on", _("That day has not come yet."))
    return clock.at(on, 12)


def found(form: Any) -> list[Merchant]:
    """What to choose from when the page is shown again, or before a script has asked."""
    said = getattr(form, "merchant_name", None)
    shown = merchants.look_up(said.data) if said is not None and said.data else []
    chosen = merchants.find(form.merchant_number.data) if shown else None
    return shown if chosen is None or chosen in shown else [chosen, *shown]


def halves(case: Case) -> dict[str, str]:
    """What a mixed letter says, for both halves to be cut from."""
    statement = statement_of(case)
    return {"complaint": statement.facts, "report": statement.facts, "demand": statement.demand}


def papers(typed: MultiDict[str, str]) -> list[checklist.Line]:
    """The papers that such a case needs, as far as it has been told."""
    ticked = [name for name in ("prepaid", "minor") if name in typed]
    named = [kind for kind, field in (("agent", "agent_name"), ("joint", "others")) if typed.get(field)]
    kinds = checklist.kinds(typed.get("nature", "C"), typed.get("problem"), typed.get("place"), ticked + named)
    return checklist.lines(kinds, typed.getlist("held"))


def hints(typed: Mapping[str, str]) -> queries.Found:
    return queries.duplicates(
        phone=narrow(typed.get("phone")),
        merchant=merchants.find(typed.get("merchant_number")),
        merchant_name=typed.get("merchant_name", ""),
        order_number=typed.get("order_number", ""),
        facts=typed.get("told", ""),
    )


def known(case: Case) -> dict[str, Any]:
    """What the forms of steps ask for and the case says under another name."""
    act_place = statement_of(case).act_place if case.is_report else ""
    return {"merchant_number": case.merchant.number if case.merchant else "", "act_place": act_place, "text": ""}
