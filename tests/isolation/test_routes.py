"""Every route × every stranger, made from the URL map: a new page is covered the moment it exists."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from app.accounts.permissions import ROLES
from app.core.area import ANYONE, SIGNED_IN
from tests.town import CITY, EAST, MARKET, PEOPLE, WEST, Town


def pages(app: Any) -> list[tuple[str, str, Any]]:
    """(method, path, view) of every route, with something harmless in the place of every variable."""
    found = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if rule.endpoint == "static":
            continue
        path = _filled(rule)
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            found.append((method, path, view))
    return found


def _filled(rule: Any) -> str:
    path = rule.rule
    for name, converter in rule._converters.items():
        kind = type(converter).__name__
        value = {"UUIDConverter": str(uuid4()), "IntegerConverter": "1", "AnyConverter": "case"}.get(kind, "none-such")
        for written in (f"<{name}>", *(f"<{part}:{name}>" for part in ("uuid", "int", "string", "path", "slug"))):
            path = path.replace(written, value)
    return path


def test_nobody_gets_past_sign_in(app: Any, town: Town) -> None:
    """A visitor without a session is sent to sign in, or finds nothing, on every page that is not for anyone."""
    for slug in (EAST, CITY, MARKET):
        browser = town.client(slug)
        token = browser.csrf_token()
        for method, path, view in pages(app):
            if view.allow is ANYONE:
                continue
            options = {"data": {"csrf_token": token}} if method != "GET" else {}
            response = browser.client.open(
                browser.path(path), method=method, base_url="http://127.0.0.1", buffered=True, **options
            )
            here = {EAST: "center", CITY: "bureau", MARKET: "department"}[slug] in view.area.kinds
            if here:
                assert response.status_code in (302, 303), (method, path, response.status_code)
                assert f"/{slug}/sign-in" in response.headers["Location"], (method, path)
            else:
                assert response.status_code == 404, (method, path, response.status_code)


@pytest.mark.parametrize(("slug", "login", "name", "role"), PEOPLE, ids=[f"{p[0]}-{p[1]}" for p in PEOPLE])
def test_a_role_enters_what_it_may_and_nothing_else(
    app: Any, town: Town, slug: str, login: str, name: str, role: str
) -> None:
    """403 where the permission is missing, 404 where the organisation has no such page, never a fault."""
    browser = town.client(slug, login)
    token = browser.csrf_token()
    kind = ROLES[role].kind
    for method, path, view in pages(app):
        if path in ("/sign-in", "/sign-out", "/account/devices/end"):
            continue  # these end the very session that walks
        options = {"data": {"csrf_token": token}} if method != "GET" else {}
        response = browser.client.open(
            browser.path(path), method=method, base_url="http://127.0.0.1", buffered=True, **options
        )
        if kind not in view.area.kinds:
            assert response.status_code == 404, (method, path, response.status_code)
        elif view.allow in (ANYONE, SIGNED_IN) or view.allow in ROLES[role].can:
            assert response.status_code not in {403, *range(500, 600)}, (method, path, response.status_code)
        else:
            assert response.status_code == 403, (method, path, response.status_code)


def test_a_session_of_one_county_is_worth_nothing_in_another(app: Any, town: Town) -> None:
    """The cookie carried over under the other county's name is not a session there."""
    east = town.client(EAST, "handler")
    cookie = east.client.get_cookie(f"__Host-hp-{EAST}", domain="127.0.0.1")
    assert cookie is not None
    west = town.client(WEST)
    west.client.set_cookie(f"__Host-hp-{WEST}", cookie.value, domain="127.0.0.1")
    response = west.client.get(f"/{WEST}/account", base_url="http://127.0.0.1", buffered=True)
    assert response.status_code in (302, 303)
    assert "sign-in" in response.headers["Location"]


def test_two_organisations_stay_signed_in_side_by_side(app: Any, town: Town) -> None:
    from tests.town import PASSWORD

    browser = town.client(EAST, "handler")
    browser.slug = WEST
    browser.sign_in("handler", PASSWORD)
    assert browser.get("/account").status_code == 200
    browser.slug = EAST
    assert browser.get("/account").status_code == 200
