"""The menus as data: what there is, who sees it, and what is counted beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.local import LocalProxy

from app.accounts.permissions import Can, Role
from app.cases import queries as cases
from app.handoffs import queries as handoffs
from app.ui.text import up_to
from tenants import realm


@dataclass(frozen=True)
class Item:
    endpoint: str
    title: Any
    can: Can | None = None
    count: str | None = None  # name of a figure in COUNTS
    late: bool = False  # the figure is something that burns


@dataclass(frozen=True)
class Group:
    title: Any
    items: tuple[Item, ...]


_LISTS = Item("reference.index", _l("Lists"), Can.LIST_KEEP)
_MEDIATORS = Item("mediators.index", _l("Mediators and rooms"), Can.MEDIATION_KEEP)
_SIGNALS = Item("signals.index", _l("Signals about claimants"), Can.LIST_KEEP)
_SUGGESTIONS = Item("suggestions.index", _l("Category suggestions"), Can.TRIAGE_KEEP)
_TEMPLATES = Item("templates.index", _l("Templates of documents"), Can.LIST_KEEP)
_PHRASES = (
    Item("phrases.index", _l("Phrases to reuse"), Can.CASE_READ),
    Item("center_phrases.index", _l("Phrases of the center"), Can.LIST_KEEP),
)
_SETTINGS = Item("settings.index", _l("Settings of the center"), Can.CASE_APPROVE)
_PEOPLE = (
    Item("accounts.people", _l("People"), Can.PERSON_KEEP),
    Item("accounts.roles", _l("Roles")),
    Item("flows.index", _l("How things go")),
    Item("deadlines.index", _l("Time limits and calendar")),
    Item("audit.index", _l("Audit trail"), Can.AUDIT_READ),
)

MENUS: dict[str, tuple[Group, ...]] = {
    "center": (
        Group(
            "",
            (
                Item("desk.today", _l("Today"), None, "late", late=True),
                Item("cases.index", _l("Cases"), Can.CASE_READ, "open"),
                Item("tasks.index", _l("Tasks"), Can.CASE_READ),
                Item("handoffs.inbox", _l("Inbox"), Can.HANDOFF_READ, "received"),
                Item("handoffs.outbox", _l("Outbox"), Can.HANDOFF_READ),
            ),
        ),
        Group(
            _l("Work"),
            (
                Item("mediation.calendar", _l("Mediation sessions"), Can.CASE_READ),
                Item("merchants.index", _l("Merchants"), Can.MERCHANT_READ),
                Item("groups.index", _l("Group cases"), Can.CASE_READ),
                Item("transfer.index", _l("Imports"), Can.TRANSFER_IMPORT),
                Item("callbacks.index", _l("Call-backs"), Can.CASE_INTAKE),
                Item("staffing.absences", _l("Absences")),
            ),
        ),
        Group(
            _l("Administration"),
            (*_PEOPLE, _MEDIATORS, _LISTS, _SIGNALS, _SUGGESTIONS, _TEMPLATES, *_PHRASES, _SETTINGS),
        ),
    ),
    "bureau": (
        Group(
            "",
            (
                Item("bureau.overview", _l("City overview"), Can.CITY_READ),
                Item("bureau.cases", _l("Cases of the city"), Can.CITY_READ),
                Item("bureau.exchange", _l("Exchange between organisations"), Can.HANDOFF_READ),
                Item("bureau.grants", _l("Files called in"), Can.CITY_CALL_IN),
            ),
        ),
        Group(
            _l("Administration"),
            (
                Item("bureau.organisations", _l("Organisations"), Can.CITY_ADMINISTER),
                Item("bureau.rules", _l("Rules for time limits"), Can.CITY_ADMINISTER),
                *_PEOPLE,
                _LISTS,
                _SIGNALS,
                _TEMPLATES,
            ),
        ),
    ),
    "department": (
        Group(
            "",
            (
                Item("handoffs.inbox", _l("Inbox"), Can.HANDOFF_READ, "received"),
                Item("handoffs.under_way", _l("Under way"), Can.HANDOFF_READ, "under_way"),
                Item("handoffs.answered", _l("Answered"), Can.HANDOFF_READ),
            ),
        ),
        Group(_l("Administration"), _PEOPLE),
    ),
}

# name -> how many, for the present realm; each is one indexed statement. Filled by the domains that count.
COUNTS: dict[str, Callable[[Any], int]] = {
    "open": lambda person: cases.figures(person).open,
    # The day is everybody's, its figure theirs alone who may see what is late.
    "late": lambda person: cases.figures(person).late if person.can(Can.CASE_READ) else 0,
    "received": lambda person: handoffs.count("received"),
    "under_way": lambda person: handoffs.count("under_way"),
}


COUNTED = dict.fromkeys(("received", "under_way"), handoffs.COUNTED)  # no further than this


def menu() -> list[dict[str, Any]]:
    """This person's menu: groups of links, with counts, and the present page marked."""
    if realm.absent() or not current_user.is_authenticated:
        return []
    groups = []
    for group in MENUS[realm.home().kind]:
        items = [_shown(item) for item in group.items if item.can is None or current_user.can(item.can)]
        if items:
            groups.append({"title": group.title, "items": items})
    return groups


def menu_of(role: Role) -> list[tuple[Any, list[Any]]]:
    """(group, titles) of what a role finds in its menu."""
    groups = [
        (group.title, [item.title for item in group.items if item.can is None or item.can in role.can])
        for group in MENUS[role.kind]
    ]
    return [(title, items) for title, items in groups if items]


def _shown(item: Item) -> dict[str, Any]:
    area = item.endpoint.partition(".")[0]
    same_area = sum(
        1 for group in MENUS[realm.home().kind] for other in group.items if other.endpoint.startswith(f"{area}.")
    )
    # The search is of the desk, and no part of the day.
    on = request.endpoint == item.endpoint or (same_area == 1 and request.blueprint == area != "desk")
    count = COUNTS[item.count](current_user) if item.count else None
    return {
        "endpoint": item.endpoint,
        "url": url_for(item.endpoint),
        "title": item.title,
        "count": count,
        "said": up_to(count, COUNTED.get(item.count or "")),
        "late": item.late and bool(count),
        "on": on,
    }


def init_app(app: Flask) -> None:
    app.extensions["menu"] = menu  # for the command palette, which stands on a lower floor
    app.extensions["menu_of"] = menu_of  # and for the page of a role
    app.context_processor(
        lambda: {
            "menu": LocalProxy(menu),  # made only where a page shows it
            "place": None if realm.absent() else realm.home(),
            "me": current_user if current_user and current_user.is_authenticated else None,
            "brand": {"city": app.config["SETTINGS"].city},
        }
    )
