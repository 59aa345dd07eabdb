"""How things go, as a picture and as a table: nothing in it but what is declared, and all of that."""

from __future__ import annotations

from typing import Any

import pytest

from app.accounts.permissions import roles_of
from app.cases.workflow import CASE
from app.desk import flows
from app.workflow.drawing import HIGH, WIDE, drawn, numbered
from tests.town import CITY, EAST, MARKET

EVERY = {name: flow for lives in flows.FLOWS.values() for name, (_title, flow) in lives.items()}


@pytest.mark.parametrize(("slug", "login"), [(EAST, "clerk"), (CITY, "supervisor"), (MARKET, "officer")])
def test_everybody_finds_the_lives_that_their_organisation_has_a_part_in(town: Any, slug: str, login: str) -> None:
    browser = town.client(slug, login)
    page = browser.get("/flows").get_data(as_text=True)
    kind = {EAST: "center", CITY: "bureau", MARKET: "department"}[slug]
    assert page.count('class="lifeline"') == len(flows.FLOWS[kind])
    for _title, flow in flows.FLOWS[kind].values():
        for step in flow.by_name.values():
            assert str(step.label) in page
    assert f'href="/{slug}/flows"' in page, "it is in the menu"


@pytest.mark.parametrize("name", EVERY)
def test_every_state_has_a_box_of_its_own_and_every_step_that_leads_on_an_arrow(name: str) -> None:
    flow = EVERY[name]
    picture = drawn(flow)
    assert {box.state for box in picture.boxes} == set(flow.states)
    spots = {(box.x, box.y) for box in picture.boxes}
    assert len(spots) == len(picture.boxes)
    for box in picture.boxes:
        assert 0 <= box.x <= picture.width - WIDE
        assert 0 <= box.y <= picture.height - HIGH
    leading = {
        str(number)
        for number, step in numbered(flow)
        if step.target is not None and any(source != step.target for source in step.source)
    }
    assert {number for arrow in picture.arrows for number in arrow.numbers.split(",")} == leading
    assert all(0 < arrow.x < picture.width and 0 < arrow.y < picture.height for arrow in picture.arrows)


def test_who_takes_a_step_is_who_has_the_permission(town: Any) -> None:
    with town.at(EAST):
        rows = {str(row["label"]): row for row in flows._rows(CASE)}
        refuse, refer = (rows[str(CASE[name].label)] for name in ("refuse", "refer"))
    director = next(role for role in roles_of("center") if role.code == "director")
    assert refuse["approval"] == [director.label]
    assert refer["who"] == [], "the exchange takes it"


def test_a_role_is_shown_with_its_menu_and_its_steps_and_gives_nobody_a_right(town: Any) -> None:
    browser = town.client(EAST, "admin")
    clerk = browser.get("/roles/clerk").get_data(as_text=True)
    director = browser.get("/roles/director").get_data(as_text=True)
    assert "登记消费者补充" in clerk
    assert "重新办理" not in clerk
    assert "本中心设置" not in clerk
    assert "重新办理" in director
    assert "本中心设置" in director
    assert browser.get("/roles/officer", checked=False).status_code == 404, "a role of another kind of organisation"
    assert browser.get("/case-settings", checked=False).status_code == 403
