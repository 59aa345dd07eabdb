"""Whom somebody called, visited or wrote to: logged from the page of a case, counted there, told to nobody outside."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app import audit
from app.cases import queries, services
from app.cases.queries import by_number
from app.core import clock
from app.core.errors import Invalid
from tenants.database import db
from tests.forms import forms_of
from tests.town import CITY, EAST, WEST

CALLED: dict[str, Any] = {"whom": "consumer", "way": "phone", "reached": True}


@pytest.fixture
def log(town) -> Any:
    """Log a contact in East: `log(number, reached=False)`."""

    def make(number: str, **said: Any) -> None:
        with town.at(EAST):
            services.contact(by_number(number), town.person(EAST, "handler"), **{**CALLED, **said})
            db.session.commit()

    return make


def test_the_form_on_the_page_of_a_case_logs_a_call_as_it_stands(town, lodged):
    number = lodged()
    browser = town.client(EAST, "handler")
    page = browser.get(f"/cases/{number}").get_data(as_text=True)
    (form,) = (one for one in forms_of(page) if one.action.endswith("/contacts"))
    sent = {name: control.value for name, control in form.controls.items()}
    assert browser.post(form.action, sent).status_code == 303
    with town.at(EAST):
        (line,) = queries.contacts(by_number(number)).lines
        assert {**line.entry.facts, "at": ""} == {"whom": "consumer", "way": "phone", "reached": True, "at": ""}
        assert line.words is None
        assert line.visibility == "internal"


def test_they_are_counted_and_the_latest_is_the_last_that_was_not_the_last_that_was_noted(town, lodged, log):
    with clock.freeze(clock.now() - timedelta(days=4)):
        number = lodged()
    now = clock.now()
    log(number, reached=False, at=now - timedelta(hours=1))
    log(number, whom="merchant", at=now - timedelta(days=2))
    log(number, way="visit", at=now - timedelta(days=1))
    browser = town.client(EAST, "clerk")
    browser.get("/account?lang=en")
    browser.get(f"/cases/{number}")
    assert "2 calls, 1 visit" in browser.page.words
    assert "unreached" in browser.page.words
    with town.at(EAST):
        assert queries.contacts(by_number(number)).last["reached"] is False
    log(number)
    browser.get(f"/cases/{number}")
    assert "3 calls, 1 visit" in browser.page.words
    assert "unreached" not in browser.page.words


def test_what_was_said_stands_in_the_story_and_is_read_by_nobody_outside(town, lodged, log):
    number = lodged()
    log(number, text="店长答应明天来。")
    browser = town.client(EAST, "clerk")
    browser.get(f"/cases/{number}")
    assert "店长答应明天来。" in browser.page.words
    assert town.client(WEST, "handler").get(f"/cases/{number}/contacts").status_code == 404
    with town.at(EAST):
        key = by_number(number).id
    with town.at(CITY):
        (line,) = (line for line in audit.trail(key) if line.entry.event == "case.contact")
        assert line.words is None
        assert not line.entry.public


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"whom": "nobody"}, "whom"),
        ({"way": "pigeon"}, "way"),
        ({"at": timedelta(minutes=5)}, "at"),
        ({"at": timedelta(days=-3)}, "at"),
        ({"text": "长" * 501}, "said"),
    ],
)
def test_what_cannot_have_been_is_refused_beside_its_field(lodged, log, fault, field):
    fault = {name: clock.now() + value if name == "at" else value for name, value in fault.items()}
    with pytest.raises(Invalid) as refused:
        log(lodged(), **fault)
    assert refused.value.field == field


def test_the_form_keeps_what_was_typed_when_a_moment_is_refused(town, lodged):
    number = lodged()
    browser = town.client(EAST, "handler")
    said = {"whom": "merchant", "way": "visit", "reached": "no", "at": "2099-01-01T09:00", "said": "门店关着"}
    assert browser.post(f"/cases/{number}/contacts", said).status_code == 422
    assert "门店关着" in browser.page.words
    assert browser.post(f"/cases/{number}/contacts", {**said, "at": ""}).status_code == 422


def test_a_number_is_a_link_that_calls_it_only_where_it_is_shown(town, lodged):
    number = lodged()
    browser = town.client(EAST, "handler")
    browser.get(f"/cases/{number}")
    assert not [link for link in browser.page.links if link.startswith("tel:")]
    browser.post(f"/cases/{number}/reveal/phone", {"text": "约调解时间"}, may_show=("138 1234 6027",))
    assert "tel:13812346027" in browser.page.links
    browser.post(f"/cases/{number}/reveal/name", {"text": "核对姓名"})
    assert not [link for link in browser.page.links if link.startswith("tel:")]
