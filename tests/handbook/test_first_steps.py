"""First steps: what somebody new begins with, ticked by what there is and by nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from app.cases.services import lodge
from app.cases.workflow import CASE
from app.documents import letterhead
from app.handbook import queries, services
from app.handbook.contents import CHAPTERS
from app.handbook.queries import STEPS
from app.mediation.services import register
from tenants.database import db
from tests.cases.conftest import TOLD
from tests.town import CITY, EAST, MARKET


def begun(town: Any, login: str, slug: str = EAST) -> dict[str, bool | None]:
    """page of a step -> whether it is done; of several steps on one page whether all are."""
    with town.at(slug):
        found: dict[str, bool | None] = {}
        for one in queries.begun(town.person(slug, login)):
            before = found.get(one.step.page, True)
            found[one.step.page] = one.done and before if one.done is not None else None
        return found


def test_every_step_leads_to_a_page_for_those_who_take_it(app: Any) -> None:
    for step in STEPS:
        if step.page.startswith("chapter:"):
            assert step.page.removeprefix("chapter:") in CHAPTERS
            continue
        view = app.view_functions[step.page.partition("?")[0]]
        assert set(step.kinds) <= view.area.kinds, step.page


def test_what_a_new_center_has_to_set_up_is_done_once_it_is_there(town: Any) -> None:
    before = begun(town, "admin")
    assert before["accounts.people"] is True
    assert before["mediators.index"] is before["templates.letterhead"] is False
    with town.at(EAST):
        by = town.person(EAST, "director")
        register.add_room(by, name="一号调解室")
        register.enter(by, kind="inside", person=str(town.person(EAST, "handler").id))
        letterhead.change(town.person(EAST, "admin"), address="江州市东县政通路1号", telephone="0309-6020315")
        db.session.commit()
    after = begun(town, "admin")
    assert after["mediators.index"] is after["templates.letterhead"] is True
    assert {page for page in before if before[page] != after[page]} == {"mediators.index", "templates.letterhead"}


def test_a_handler_has_taken_the_first_case_on_once_one_is_in_their_hands(town: Any) -> None:
    assert begun(town, "handler")["chapter:acceptance"] is False
    with town.at(EAST):
        by = town.person(EAST, "handler")
        case = lodge(TOLD, by).case
        db.session.flush()
        CASE.take("claim", case, by=by)
        db.session.commit()
    assert begun(town, "handler")["chapter:acceptance"] is True
    assert begun(town, "second")["chapter:acceptance"] is False


@pytest.mark.parametrize(("slug", "login"), [(EAST, "clerk"), (EAST, "admin"), (CITY, "supervisor")])
def test_they_stand_on_the_start_page_until_they_are_put_away(town: Any, slug: str, login: str) -> None:
    browser = town.client(slug, login)
    assert browser.post("/first-steps/put-away").status_code == 303
    there = browser.get("/", follow_redirects=True).get_data(as_text=True)
    assert 'id="first-title"' not in there
    assert "/first-steps/take-out" in browser.get("/help").get_data(as_text=True)
    browser.post("/first-steps/take-out")
    assert 'id="first-title"' in browser.get("/", follow_redirects=True).get_data(as_text=True)


def test_who_puts_them_away_does_it_for_nobody_else_and_twice_is_once(town: Any) -> None:
    with town.at(EAST):
        for _again in range(2):
            services.put_away(town.person(EAST, "clerk"))
        db.session.commit()
        assert queries.put_away(town.person(EAST, "clerk"))
        assert not queries.put_away(town.person(EAST, "handler"))


def test_a_department_finds_them_under_help(town: Any) -> None:
    assert 'id="first-title"' in town.client(MARKET, "head").get("/help").get_data(as_text=True)
    assert 'id="first-title"' not in town.client(MARKET, None).get("/help").get_data(as_text=True)
