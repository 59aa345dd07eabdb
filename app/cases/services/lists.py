"""Keeping the lists: the city's by the bureau, a county's own entries and names by the county."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Connection, insert, select
from sqlalchemy.orm import Session

from app import audit
from app.accounts.permissions import Can
from app.cases import lists
from app.cases.lists import LISTS
from app.cases.models import ListEntry
from app.core.errors import Invalid, Missing, NotAllowed
from tenants import realm
from tenants.bases import uuid7
from tenants.database import db
from tenants.realm import BUREAU_ID

CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,19}")
LONGEST = 40
_WATCH = audit.Watch(codes=("position", "active"))


def seed(run: Connection | Session) -> int:
    """Add the city's entries that are missing, and say how many; what is there stays as the bureau has left it."""
    codes = select(ListEntry.listed, ListEntry.code).where(ListEntry.tenant_id == BUREAU_ID)
    held = {tuple(row) for row in run.execute(codes)}
    rows = [
        {
            "tenant_id": BUREAU_ID,
            "id": uuid7(),
            "listed": name,
            "code": entry.code,
            "parent": entry.parent,
            "kind": entry.group,
            "name": entry.name.zh,
            "name_en": entry.name.en,
            "position": entry.position,
            "source": entry.source,
        }
        for name in LISTS
        for entry in lists.shipped(name).values()
        if (name, entry.code) not in held
    ]
    if rows:
        run.execute(insert(ListEntry), rows)
    return len(rows)


def add(by: Any, name: str, *, words: str, words_en: str = "", code: str = "", parent: str = "", kind: str = "") -> str:
    """A new entry, and its code. The city says the code; a county's is made from the one it hangs under.

    Raises Invalid beside the field that cannot be taken.
    """
    _may(by, name)
    if LISTS[name].law:
        raise Invalid("", _("These are laid down by law: there are no others."))
    above = lists.entries(name).get(parent)
    if parent and (above is None or not above.offered):
        raise Invalid("parent", _("This is not on the list."))
    if realm.home().is_bureau:
        code, kind = _citys_code(name, code), above.group if above else kind
        if above and above.parent:
            raise Invalid("parent", _("The city's list has two levels: choose an upper entry."))
        if not above and LISTS[name].kinds and kind not in dict(LISTS[name].kinds):
            raise Invalid("kind", _("This is not on the list."))
    else:
        if above is None or not above.citys:
            raise Invalid("parent", _("Choose the city's entry that it counts as."))
        code, kind = _next_below(name, parent), above.group
    position = max((one.position for one in lists.entries(name).values() if one.of == realm.home().id), default=0) + 1
    entry = ListEntry(
        listed=name,
        code=code,
        parent=parent,
        kind=kind,
        name=_words(words),
        name_en=_english(words_en, words),
        position=position,
        active=True,
        version=1,
    )
    db.session.add(entry)
    db.session.flush()
    audit.record("list.added", entry, by, facts={"listed": name, "code": code}, text=entry.name)
    lists.forget()
    return code


def change(
    by: Any,
    name: str,
    code: str,
    *,
    words: str,
    words_en: str = "",
    active: bool = True,
    position: int | None = None,
    seen: int | None = None,
) -> None:
    """Call an entry something else, offer it no longer, or again. A county changes only how it sees the city's."""
    _may(by, name)
    shown = kept_here(name, code)
    if LISTS[name].law and not active:
        raise Invalid("active", _("These are laid down by law: they cannot be taken out."))
    entry = row_of(name, code)
    if entry is None:
        entry = ListEntry(listed=name, code=code, name="", name_en="", active=True, position=0, version=0)
        db.session.add(entry)
        db.session.flush()
    else:
        db.session.refresh(entry, with_for_update=True)
        audit.only_as_seen(entry, seen)
    before = f"{shown.name.zh} / {shown.name.en}"
    if entry.parent or entry.tenant_id == BUREAU_ID:
        entry.name, entry.name_en = _words(words), _english(words_en, words)
    else:
        citys = _of_the_city(name, code)
        entry.name = "" if words.strip() in ("", citys.name) else _words(words)
        entry.name_en = "" if words_en.strip() in ("", citys.name_en) else words_en.strip()
    was = _WATCH.look(entry)
    if position is not None:
        entry.position = position
    entry.active, entry.version = active, entry.version + 1
    said = f"{before} → {words.strip()} / {words_en.strip()}"
    facts, changes = {"listed": name, "code": code}, _WATCH.since(was, entry)
    audit.record("list.changed", entry, by, facts=facts, changes=changes, text=said)
    lists.forget()


def kept_here(name: str, code: str) -> lists.Entry:
    """An entry that this organisation may change. Raises Missing for another county's, and for none at all."""
    shown = lists.entries(name).get(code)
    if shown is None or not lists.keeps(name) or not (shown.citys or shown.of == realm.home().id):
        raise Missing
    return shown


def row_of(name: str, code: str) -> ListEntry | None:
    """This organisation's own row under a code, if it has one."""
    return db.session.scalars(_rows(name, code).where(ListEntry.tenant_id == realm.home().id)).first()


def _of_the_city(name: str, code: str) -> ListEntry:
    return db.session.scalars(_rows(name, code).where(ListEntry.tenant_id == BUREAU_ID)).one()


def _rows(name: str, code: str) -> Any:
    return select(ListEntry).where(ListEntry.listed == name, ListEntry.code == code)


def _may(by: Any, name: str) -> None:
    if not by.can(Can.LIST_KEEP):
        raise NotAllowed(_("Your role does not include this."))
    if name not in LISTS:
        raise Missing
    if not lists.keeps(name):
        raise NotAllowed(_("The city keeps this list."))


def _words(words: str) -> str:
    if not 0 < len(words.strip()) <= LONGEST:
        raise Invalid("words", _("Between 1 and %(limit)s characters, please.", limit=LONGEST))
    return words.strip()


def _english(words_en: str, words: str) -> str:
    if len(words_en.strip()) > 2 * LONGEST:
        raise Invalid("words_en", _("At most %(limit)s characters, please.", limit=2 * LONGEST))
    return words_en.strip() or words.strip()


def _citys_code(name: str, code: str) -> str:
    if not CODE.fullmatch(code):
        raise Invalid("code", _("A code has letters and digits only, and begins with a letter."))
    if code in lists.entries(name):
        raise Invalid("code", _("There has been such a code already; it is never given again."))
    return code


def _next_below(name: str, parent: str) -> str:
    """S0401-3-1: the city's code, the county, and which of its own entries there this is."""
    ours = f"{parent}-{realm.home().id}-"
    return f"{ours}{1 + sum(code.startswith(ours) for code in lists.entries(name))}"
