"""Keeping phrases: one's own everybody for themselves, the center's whoever keeps its lists."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from app import audit
from app.accounts.permissions import Can
from app.cases.phrases.models import Phrase
from app.cases.phrases.queries import ANYWHERE, places, shelf
from app.cases.phrases.variables import VARIABLES, fill, samples, unknown
from app.core.errors import Invalid, NotAllowed
from app.core.privacy import tells_of_somebody
from tenants.database import db

LONGEST_TITLE, LONGEST, MOST = 30, 1000, 60  # signs, signs, phrases of one person or of the center
WATCH = audit.Watch(codes=("place", "active"), words=("title", "words"))


def add(
    by: Any, *, title: str, words: str, place: str = ANYWHERE, active: bool = True, of_center: bool = False
) -> Phrase:
    """Keep a phrase for oneself, or for the center. Raises Invalid."""
    owner = None if of_center else by.id
    _may(owner, by)
    _check(title, words, place)
    number, last = db.session.execute(_standing(owner)).one()
    if number >= MOST:
        raise Invalid("", _("At most %(n)s phrases can be kept. Give one other words instead.", n=MOST))
    said = {"title": title.strip(), "words": words.strip(), "place": place, "active": active}
    phrase = Phrase(owner_id=owner, position=last + 1, version=1, **said)
    db.session.add(phrase)
    db.session.flush()
    _note("added", phrase, by)
    return phrase


def _standing(owner: Any) -> Any:
    """How many there are, and the position of the last one."""
    mine = Phrase.owner_id.is_not_distinct_from(owner)
    return select(func.count(), func.coalesce(func.max(Phrase.position), 0)).where(mine)


def change(
    phrase: Phrase, by: Any, *, title: str, words: str, place: str, active: bool, seen: int | None = None
) -> None:
    """Word it otherwise, or offer it no longer. Raises Invalid, or Changed where somebody was faster."""
    _may(phrase.owner_id, by)
    db.session.refresh(phrase, with_for_update=True)
    audit.only_as_seen(phrase, seen, _told)
    _check(title, words, place)
    was = WATCH.look(phrase)
    phrase.title, phrase.words, phrase.place, phrase.active = title.strip(), words.strip(), place, active
    phrase.version += 1
    _note("changed", phrase, by, WATCH.since(was, phrase))


def move_up(phrase: Phrase, by: Any) -> None:
    """Offer it before the one above it; the first one stays where it is."""
    _may(phrase.owner_id, by)
    row = list(db.session.scalars(shelf(phrase.owner_id).with_for_update().execution_options(populate_existing=True)))
    place = row.index(phrase)
    row.insert(max(place - 1, 0), row.pop(place))
    for position, one in enumerate(row, start=1):
        one.position = position
    _note("moved", phrase, by)


def look(words: str) -> str:
    """How it would read, with the facts of a case that there might be. Raises Invalid."""
    _named(words)
    return fill(words, samples())


def _may(owner: UUID | None, by: Any) -> None:
    if not (by.can(Can.LIST_KEEP) if owner is None else owner == by.id):
        raise NotAllowed(_("Your role does not include this."))


def _check(title: str, words: str, place: str) -> None:
    for field, said, longest in (("title", title, LONGEST_TITLE), ("words", words, LONGEST)):
        if not 0 < len(said.strip()) <= longest:
            raise Invalid(field, _("Between 1 and %(limit)s characters, please.", limit=longest))
        if tells_of_somebody(said):
            raise Invalid(field, _("A phrase is for every case: leave out phone and ID numbers, variables bring them."))
    if place not in places():
        raise Invalid("place", _("This is not on the list."))
    _named(words)


def _named(words: str) -> None:
    if odd := unknown(words):
        known = "".join(f"{{{name}}}" for name in VARIABLES)
        raise Invalid("words", _("%(odd)s is no variable. There are: %(known)s", odd=odd[0], known=known))


def _told(phrase: Phrase, seen: int | None) -> Any:
    """Moving it makes it no version newer."""
    return audit.since(phrase, seen, events=("phrase.added", "phrase.changed"))


def _note(what: str, phrase: Phrase, by: Any, changes: audit.Changes | None = None) -> None:
    """Of one's own only that there is one: others read the trail."""
    if phrase.owner_id:
        audit.record(f"phrase.{what}", phrase, by, changes=audit.Changes(changes.codes) if changes else None)
    else:
        audit.record(f"phrase.{what}", phrase, by, changes=changes, text=phrase.title)
