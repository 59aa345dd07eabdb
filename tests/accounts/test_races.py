"""Two at once: one slip opens one door, and no crowd gets past the limit."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from app.accounts import services, sessions
from tenants.database import db
from tests.town import EAST, PASSWORD

CROWD = 6


@pytest.fixture
def crowd(town):
    """Several browsers that send the same form in the same moment; returns their answers."""

    def send(login, passwords):
        browsers = [town.client(EAST) for _ in passwords]
        tokens = [browser.csrf_token() for browser in browsers]
        start = Barrier(len(browsers))

        def one(browser, token, password):
            start.wait(10)
            return browser.post("/sign-in", {"login": login, "password": password, "csrf_token": token}).status_code

        with ThreadPoolExecutor(len(browsers)) as pool:
            return sorted(pool.map(one, browsers, tokens, passwords))

    return send


def test_one_slip_opens_one_door(town, crowd):
    with town.at(EAST):
        code = services.slip(town.person(EAST, "handler"), by=None)
        db.session.commit()
    codes = crowd("handler", [code] * 4)
    assert codes.count(303) == 1
    assert set(codes) <= {303, 422, 429}


def test_a_crowd_of_guesses_gets_no_further_than_five(town, crowd):
    """The try is counted before it is made."""
    codes = crowd("handler", [f"guess number {number}" for number in range(CROWD + 2)])
    assert codes == [422] * 5 + [429] * (CROWD + 2 - 5)


def test_signing_in_on_many_devices_at_once_leaves_five(town, crowd):
    for _ in range(2):
        crowd("handler", [PASSWORD] * 4)
    with town.at(EAST):
        assert len(sessions.open_of(town.person(EAST, "handler"))) == sessions.AT_MOST
