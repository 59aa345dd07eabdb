"""Whose matter a case is: a suggestion with its reason and rule (J1–J12), for a person to decide.

Nothing is sent, refused or changed by it. What is laid down by the law of complaints stands here; which department
supervises what, and where people turn with what is no complaint, stands in data.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from flask_babel import gettext as _

from app.cases import lists
from app.cases.lists import DATA
from app.cases.models import MIXED, REPORT, Case
from app.core import clock
from app.deadlines.calendar import Bilingual
from app.deadlines.wording import say
from app.merchants import queries as merchants
from tenants import realm
from tenants.realm import Place
from tenants.registry import registry

MINE, COUNTY, DEPARTMENT, PLATFORM, AWAY, NO_COMPLAINT, NOTE = (
    "mine", "county", "department", "platform", "away", "no_complaint", "note",
)  # fmt: skip
YEARS = 3
MANY = 50  # who complain together: the city may take such a matter up
ADVERTISING = ("Q06", "R01")
CRIME, STAGED = "suspected_crime", "staged"  # traits that a person sets
_CENTER, _POLICE = "消费者权益保护", "公安"


@dataclass(frozen=True)
class Advice:
    """One suggestion: whose it is, by which rule, and why. `to` is the organisation meant, if it is one of ours."""

    whose: str
    rule: str
    title: str
    why: str
    to: Place | None = None


@dataclass(frozen=True)
class Route:
    """Where somebody turns with what is no complaint."""

    words: Bilingual  # for who works on it
    sender: str  # as the letter says it; empty where only a person can answer
    law: str

    def __str__(self) -> str:
        return say(self.words)


@cache
def routes() -> dict[str, Route]:
    """nature -> where to turn."""
    return {
        row["nature"]: Route(Bilingual(row["route"], row["route_en"]), row["sender"], row["law"])
        for row in _rows("routes")
    }


def route(case: Case) -> Route | None:
    """Where the sender of this is told to turn; None where it is a matter of ours."""
    return routes().get(case.nature)


def advise(case: Case, *, platform: str = "", bought_on: date | None = None, act_place: str = "") -> list[Advice]:
    """What speaks for whose matter it is, the weightiest first; never empty. `act_place` counts of a report."""
    told = route(case)
    if told is not None:
        title = _("No complaint: %(nature)s", nature=lists.named("natures", case.nature))
        return [Advice(NO_COMPLAINT, _("Consumer Protection Law, art. 39"), title, str(told))]
    place = _of_the_act(case, platform, act_place) if case.is_report else _place(case, platform)
    return [*_notes(case), *_long_ago(case, bought_on), place, *_against_passing_on(case, place), *_departments(case)]


def _place(case: Case, platform: str) -> Advice:
    """The county whose matter it is, by where the merchant is, or the platform on which it sells."""
    address = case.merchant.address if case.merchant else ""
    region = (case.merchant.region_code or "")[:6] if case.merchant else ""
    if case.place in ("platform", "live") and not address:
        return _of_the_platform(platform)
    rule = {"platform": "J2", "live": "J2", "site": "J3"}.get(case.place or "", "J1")
    there = _center_of(region, address)
    if there is None and _is_away(region):
        why = _("The merchant is registered under region %(region)s, outside this city.", region=region)
        return Advice(AWAY, rule, _("Outside this city"), why)
    if there is None:
        why = _("Nothing says where the merchant is. Of several that have power, who received it first handles it.")
        return Advice(MINE, "J4", _("Ours, as long as nothing else is known"), why)
    why = {
        "J1": _("The merchant does business at %(address)s.", address=address or region),
        "J2": _("The seller publishes the address %(address)s.", address=address or region),
        "J3": _("It sells on its own site; its domicile is %(address)s.", address=address or region),
    }[rule]
    return _of(there, rule, why)


def _of(there: Place, rule: str, why: str) -> Advice:
    if there.id == realm.home().id:
        return Advice(MINE, rule, _("Ours"), why, there)
    return Advice(COUNTY, rule, there.short_name, why, there)


def _of_the_act(case: Case, platform: str, act_place: str) -> Advice:
    """The county whose report it is: where the act took place, if that is known (O20 art. 25).

    If not, where the business is done speaks for it, before where it is registered; that a shop is in another county
    than the seat of its company says nothing against the shop.
    """
    address = case.merchant.address if case.merchant else ""
    region = (case.merchant.region_code or "")[:6] if case.merchant else ""
    if there := _center_of("", act_place):
        return _of(there, "J6", _("A report goes where the act took place: %(address)s.", address=act_place))
    unsaid = (
        _("The act took place at %(place)s; that names no county of this city.", place=act_place)
        if act_place
        else _("Where the act took place is not known yet: ask, and note it.")
    )
    if there := _center_of("", address):
        return _of(there, "J6", f"{unsaid} {_('The merchant does business at %(address)s.', address=address)}")
    if there := _center_of(region, ""):
        at = _("The merchant is registered under region %(region)s.", region=region)
        return _of(there, "J6", f"{unsaid} {at}")
    if _is_away(region):
        at = _("The merchant is registered under region %(region)s, outside this city.", region=region)
        return Advice(AWAY, "J7", _("Outside this city"), f"{unsaid} {at}")
    if case.place in ("platform", "live") and not (address or act_place):
        return _of_the_platform(platform)
    first = _("Of several that have power, who received it first handles it.")
    return Advice(MINE, "J4", _("Ours, as long as nothing else is known"), f"{unsaid} {first}")


def _of_the_platform(platform: str) -> Advice:
    """Where the domicile of the platform is, if its operator stands in the register (O20 art. 12)."""
    on = platform or _("the platform")
    why = _("The seller's address is not published or cannot be reached: the domicile of the platform decides.")
    operator = merchants.exactly(platform)
    if operator is None or not (operator.address or operator.region_code):
        enter = _("Once its operator is in the register, with address, this says whose matter it is.")
        return Advice(PLATFORM, "J2", _("Where %(platform)s has its domicile", platform=on), f"{why} {enter}")
    region = (operator.region_code or "")[:6]
    there = _center_of(region, operator.address)
    at = _("%(operator)s has its domicile at %(address)s.", operator=operator.name, address=operator.address or region)
    if there is None and _is_away(region):
        return Advice(AWAY, "J2", _("Outside this city"), f"{why} {at}")
    if there is None:
        return Advice(PLATFORM, "J2", _("Where %(platform)s has its domicile", platform=on), f"{why} {at}")
    return _of(there, "J2", f"{why} {at}")


def _departments(case: Case) -> Iterator[Advice]:
    """The department that supervises the trade, and answers if it is asked; the case stays with us."""
    said = set()
    if CRIME in case.traits:
        said.add(_POLICE)
        why = _("A suspected crime goes to the police, with a copy to the procuratorate.")
        yield _department(_POLICE, "J11", why)
    for row in _supervisors(case):
        if row["called"] in said:
            continue
        said.add(row["called"])
        why = say(Bilingual(row["why"], row["why_en"]))
        if case.nature == REPORT:
            tell = _("Of a report that it has no power over a center tells where to turn, and does not pass it on.")
            yield _department(row["called"], "J7", f"{why} {tell}")
        else:
            yield _department(row["called"], "J9", why)


def _supervisors(case: Case) -> list[dict[str, str]]:
    """Who supervises exactly this, else the whole branch; and prepaid cards beside it."""
    rows, own = _rows("departments"), lists.as_city("categories", case.category) if case.category else ""
    exactly = [row for row in rows if row["for"] == own]
    branch = exactly or [row for row in rows if own and row["for"] == lists.top("categories", own)]
    return [*branch, *(row for row in rows if case.prepaid and row["for"] == "prepaid")]


def _department(called: str, rule: str, why: str) -> Advice:
    to = next((place for place in registry.departments() if _is(called, place)), None)
    return Advice(DEPARTMENT, rule, to.short_name if to else called, why, to)


def _against_passing_on(case: Case, place: Advice) -> Iterator[Advice]:
    """What came from somebody who distributes goes back there, if it is not ours."""
    if place.whose == MINE:
        return
    if case.origin_from is not None:
        giver = registry.by_id(case.origin_from).short_name
        why = _("What was passed to us and is not ours goes back to %(giver)s, with the reason.", giver=giver)
        yield Advice(NOTE, "J8", _("Back, not on"), why)
    elif case.channel == "hotline":
        why = _("Object to the order with the hotline in time; until it has decided, who got it first answers for it.")
        yield Advice(NOTE, "J10", _("An order of the hotline"), why)


def _long_ago(case: Case, bought_on: date | None) -> Iterator[Advice]:
    """Nothing is accepted three years after the consumer knew (Order 121 art. 16 (4)); the purchase is a hint."""
    if case.nature == REPORT or bought_on is None:
        return
    received_on = clock.on(case.received_at)
    over = (bought_on.year + YEARS, bought_on.month, bought_on.day)
    if over < (received_on.year, received_on.month, received_on.day):
        why = _(
            "Bought on %(day)s, more than three years before. What counts is when the consumer knew: ask, before it is "
            "refused for that.",
            day=bought_on,
        )
        yield Advice(NOTE, "D9", _("Long ago"), why)


def _notes(case: Case) -> Iterator[Advice]:
    """What else bears on it."""
    if case.nature == MIXED:
        yield Advice(
            NOTE, _("Order 121, art. 9"), _("Two procedures"), _("Divide it: complaint and report each go their way.")
        )
    if "major_group" in case.traits or case.people >= MANY:
        why = _("%(n)s people complain: the city may take the matter up, or be asked to.", n=case.people)
        yield Advice(NOTE, "J5", _("A major group"), why)
    if case.nature == REPORT and case.problem in ADVERTISING:
        why = _("Who published it is looked at first, where the publisher is; the advertiser then in the same case.")
        yield Advice(NOTE, "J6", _("An advertisement"), why)
    if STAGED in case.traits:
        why = _("If it is shown to be planted, exchanged, forged or extorted, end the mediation and tell the police.")
        yield Advice(NOTE, "J11", _("Perhaps staged"), why)
    if "repeated" in case.traits and case.nature == REPORT:
        why = _("The same report again is not handled again; new facts are added to the earlier one.")
        yield Advice(NOTE, "J12", _("Told before"), why)


def _is_away(region: str) -> bool:
    """Whether a region lies outside this city; of one that is not known it is not said."""
    return bool(region) and region[:4] != (realm.home().region_code or region)[:4]


def _center_of(region: str, address: str) -> Place | None:
    """The center of a county, by the region's code or by its name in an address."""
    centers = registry.centers()
    by_code = next((one for one in centers if region and one.region_code == region), None)
    return by_code or next((one for one in centers if address and _county(one) in address), None)


def _county(center: Place) -> str:
    """临河县消费者权益保护中心 is the center of 临河县."""
    return center.name.partition(_CENTER)[0] or center.name


def _is(called: str, department: Place) -> bool:
    """市场监督管理局 is 市场监管, and 文化和旅游局 is 文旅."""
    return all(sign in department.name for sign in called)


@cache
def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
