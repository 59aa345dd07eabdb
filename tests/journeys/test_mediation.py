"""A session that something is in the way of, the calendar that shows it; an agreement in instalments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.cases.models import CaseState
from app.cases.queries import by_number
from app.cases.workflow import CASE
from app.core import clock
from app.mediation.models import ConfirmationState, SessionState
from tenants.database import db
from tests.consents import agreed
from tests.journeys.tab import Tab
from tests.town import EAST, Town


def in_mediation(town: Town, number: str) -> str:
    with town.at(EAST):
        case, director = by_number(number), town.person(EAST, "director")
        agreed(by_number(number), town.person(EAST, "handler"))
        for step in ("accept", "mediate"):
            CASE.take(step, case, by=director)
            db.session.flush()
        db.session.commit()
    return number


def plan(tab: Tab, day: str, at: str, presides: str) -> None:
    tab.fill("on", day)
    tab.fill("at", at)
    tab.main.locator("#room").select_option(label="调解室一")
    tab.main.locator("#presides").select_option(label=presides)


def test_a_session_is_arranged_after_what_was_in_its_way_was_named(
    sit: Callable[..., Tab], lodged: Callable[..., str], town: Town
) -> None:
    first, second = (in_mediation(town, lodged()) for _n in range(2))
    day = f"{clock.today() + timedelta(days=3)}"
    director = sit(EAST, "director")
    director.menu("/mediators")
    director.follow("Add a room")
    director.fill("name", "调解室一")
    director.send()
    director.follow(director.main.locator("a.btn-primary"))
    director.picture("mediator-new")
    director.tick("kind", "person")
    director.fill("name", "秦律师")
    director.fill("speciality", "预付卡")
    director.send()
    director.picture("mediators")

    tab = sit(EAST, "handler")
    for number, at in ((first, "09:00"), (second, "09:30")):
        tab.open(f"/cases/{number}")
        tab.follow("Arrange a session")
        plan(tab, day, at, "秦律师 · 预付卡")
        if number == first:
            tab.send()
            tab.stands(SessionState.PLANNED)
            tab.picture("session")
    with tab.expecting(422):
        tab.send()
    tab.reads("调解室一", "09:00", "10:00", first)
    tab.picture("session-conflict")
    tab.fill("at", "10:00")
    tab.send()
    tab.stands(SessionState.PLANNED)

    tab.open(f"/mediation?week={day}")
    tab.reads(first, second)
    tab.picture("calendar")
    tab.press("j")
    tab.press("Enter", leads=True)
    tab.stands(SessionState.PLANNED)
    phone: Any = sit(EAST, "handler", phone=True)
    phone.open(f"/mediation?week={day}")
    phone.reads(first, second)
    tab.open(f"/cases/{first}")
    tab.picture("case-with-session")


def test_an_agreement_in_instalments_is_settled_performed_and_brought_to_the_court(
    sit: Callable[..., Tab], lodged: Callable[..., str], town: Town, photo: Path
) -> None:
    number, today = in_mediation(town, lodged()), clock.today()
    tab = sit(EAST, "handler")
    tab.open(f"/cases/{number}/mediation")
    for side, amount in (("consumer", "4680"), ("merchant", "3120")):
        tab.main.locator("summary", has_text=tab.say("Note a claim or an offer")).press("Enter")
        tab.tick("side", side)
        tab.fill("amount", amount)
        tab.send()
    tab.reads("1,560.00")
    tab.picture("offers")

    tab.open(f"/cases/{number}")
    tab.take("settle")
    tab.fill("terms", "退还预付款余额3120元，分两期支付。")
    tab.fill("amount", "3120")
    tab.fill("instalments", f"{today} 1560 首期\n{today + timedelta(days=30)} 1500 尾款")
    tab.fill("effective_on", f"{today}")
    with tab.expecting(422):
        tab.send()
    tab.reads("3,060.00", "3,120.00")
    tab.picture("settle-sums")
    tab.fill("instalments", f"{today} 1560 首期\n{today + timedelta(days=30)} 1560 尾款")
    tab.send()
    tab.stands(CaseState.SETTLED)
    tab.follow(tab.main.locator(f'a[href$="/cases/{number}/mediation"]').first)
    tab.reads("首期", "尾款")
    tab.follow(tab.main.locator('a[href*="/instalments/"]').first)
    tab.attach("proofs", photo)
    tab.picture("perform")
    tab.send()
    tab.reads("1,560.00", photo.name)
    tab.picture("agreement")
    tab.follow("Judicial confirmation")
    tab.says("Until when")
    tab.fill("court", "东县人民法院")
    tab.tick("status", "applied")
    tab.fill("applied_on", f"{today}")
    tab.follow("Save")
    tab.stands(ConfirmationState.APPLIED)
    tab.picture("confirmation")
