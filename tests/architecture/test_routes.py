"""Every route says who may enter, is written like the others, and can be found."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from app.core.area import ANYONE, SIGNED_IN, Area
from app.navigation import MENUS

TOP = Path(__file__).parents[2]
# Served without a realm and without an area of ours.
PLAIN = {"static"}
KEBAB = re.compile(r"^(/|(/(<[a-z]+(\([^)]*\))?:[a-z_]+>|<[a-z_]+>|[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?))+/?)$")


def rules(app: Any) -> list[Any]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in PLAIN]


def test_every_route_says_who_may_enter(app: Any) -> None:
    silent = [rule.endpoint for rule in rules(app) if not isinstance(getattr(_view(app, rule), "allow", None), StrEnum)]
    assert not silent, f"declare these with Area.page(…, allow=…): {silent}"


def _view(app: Any, rule: Any) -> Any:
    return app.view_functions[rule.endpoint]


def test_a_plain_route_cannot_be_declared() -> None:
    with pytest.raises(TypeError, match="allow="):
        Area("loose", __name__).route("/loose")


def test_every_path_is_kebab_case(app: Any) -> None:
    odd = [rule.rule for rule in rules(app) if not KEBAB.match(rule.rule)]
    assert not odd, f"write these like /two-words/<number>: {odd}"


def test_no_two_pages_share_an_address(app: Any) -> None:
    seen: dict[tuple[str, str], str] = {}
    for rule in rules(app):
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            other = seen.setdefault((method, rule.rule), rule.endpoint)
            assert other == rule.endpoint, f"{method} {rule.rule} is both {other} and {rule.endpoint}"


# endpoint -> how one comes there: nothing in the portal names it.
NAMED_NOWHERE = {
    "documents.check": "by the QR code on a paper",
    "handoffs.found": "by the search box of a department, which asks for its address",
    "portal.readyz": "whoever watches over the service asks for it",
    "worklist.export_again": "by the address of a form that was sent, when its page is opened anew",
    "worklist.preview_again": "by the address of a form that was sent, when its page is opened anew",
    "worklist.print_again": "by the address of a form that was sent, when its page is opened anew",
}


def test_something_leads_to_every_page(app: Any) -> None:
    """A page that no template, no menu and no code names is one that nobody finds."""
    sources = [path for ending in ("*.py", "*.html") for path in (TOP / "app").rglob(ending)]
    named = set(re.findall(r"""["']([a-z_]*\.[a-z_]+)["']""", "\n".join(path.read_text("utf-8") for path in sources)))
    pages = {rule.endpoint for rule in rules(app) if "GET" in rule.methods}
    lost = {page for page in pages if not {page, f".{page.partition('.')[2]}"} & named}
    assert lost == set(NAMED_NOWHERE)


def test_anyone_may_enter_only_where_it_is_meant(app: Any) -> None:
    """A page that forgets its permission would turn up here."""
    open_to_all = {rule.endpoint for rule in rules(app) if _view(app, rule).allow is ANYONE}
    assert open_to_all == {
        *("portal.home", "portal.healthz", "portal.readyz"),
        *("accounts.sign_in", "accounts.sign_out", "documents.check", "mediation.fed"),
        *("handbook.index", "handbook.look_up", "handbook.chapter"),
    }
    assert {"portal.home", "accounts.sign_in"} <= open_to_all


def test_signed_in_is_enough_only_for_what_concerns_oneself(app: Any) -> None:
    """Anything about cases, people or the exchange needs a permission."""
    for rule in rules(app):
        if _view(app, rule).allow is SIGNED_IN:
            assert rule.endpoint.partition(".")[0] in {
                "accounts",
                "desk",
                "deadlines",
                "notifications",
                "flows",
                "handbook",
                "portal",
                "roles",
            } or rule.endpoint in {"staffing.absences", "staffing.back"}, rule.endpoint  # one's own absence


def test_every_menu_entry_leads_somewhere(app: Any) -> None:
    entries = {item.endpoint for groups in MENUS.values() for group in groups for item in group.items}
    assert entries <= app.view_functions.keys(), entries - app.view_functions.keys()


def test_every_menu_entry_exists_in_its_kind_of_organisation(app: Any) -> None:
    for kind, groups in MENUS.items():
        for group in groups:
            for item in group.items:
                assert kind in app.view_functions[item.endpoint].area.kinds, f"{item.endpoint} is not for a {kind}"
                assert item.can is None or app.view_functions[item.endpoint].allow in (item.can, SIGNED_IN)


def test_views_are_short(app: Any) -> None:
    """A view names one service or one query: it is at most fifteen lines of code."""
    import ast
    import inspect
    import textwrap

    long = []
    for endpoint, view in app.view_functions.items():
        if endpoint in PLAIN:
            continue
        tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(view))))
        function = tree.body[0]
        assert isinstance(function, ast.FunctionDef)
        body = function.body[1:] if ast.get_docstring(function) else function.body
        lines = (function.end_lineno or 0) - body[0].lineno + 1 if body else 0
        if lines > 15:
            long.append(f"{endpoint} ({lines})")
    assert not long, long
