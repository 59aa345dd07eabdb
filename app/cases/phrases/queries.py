"""Which phrases there are, and what they say of a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy import Select, or_, select

from app.cases.models import Case
from app.cases.phrases.models import Phrase
from app.cases.phrases.variables import facts_of, fill
from app.cases.workflow import CASE
from app.core.errors import Missing
from app.core.forms import Prose
from tenants.database import db

ANYWHERE, NOTE = "any", "note"


def places() -> dict[str, Any]:
    """Where a phrase may be meant for: everywhere, a note, and the steps that something is written with."""
    writes = (step for step in CASE.by_name.values() if step.form and not step.hidden and _has_words(step.form))
    return {
        ANYWHERE: lazy_pgettext("phrase", "Everywhere"),
        NOTE: _l("Note"),
        **{step.name: step.label for step in writes},
    }


def _has_words(form: Any) -> bool:
    fields = (getattr(form, name, None) for name in dir(form))
    return any(getattr(field, "field_class", None) is Prose for field in fields)


def shelf(owner: UUID | None) -> Select[Any]:
    """The phrases of one person, or the center's, in the order in which they are offered."""
    return select(Phrase).where(Phrase.owner_id.is_not_distinct_from(owner)).order_by(Phrase.position, Phrase.id)


def kept(owner: UUID | None) -> Sequence[Phrase]:
    return db.session.scalars(shelf(owner)).all()


def one(key: UUID, owner: UUID | None) -> Phrase:
    """One of them. Raises Missing where it is not on that shelf, whoever else may have it."""
    found = db.session.scalars(shelf(owner).where(Phrase.id == key)).first()
    if found is None:
        raise Missing
    return found


@dataclass(frozen=True)
class Offer:
    """A phrase as it reads in a case."""

    title: str
    text: str
    here: bool  # meant for this very place
    own: bool


def offered(case: Case, place: str, me: Any) -> list[Offer]:
    """What can be put in at a place of a case: what is meant for it first, one's own before the center's."""
    query = select(Phrase).where(
        Phrase.active, Phrase.place.in_({ANYWHERE, place}), or_(Phrase.owner_id.is_(None), Phrase.owner_id == me.id)
    )
    order = (Phrase.place == ANYWHERE, Phrase.owner_id.is_(None), Phrase.position, Phrase.id)
    facts = facts_of(case)
    return [
        Offer(one.title, fill(one.words, facts), here=one.place != ANYWHERE, own=one.owner_id is not None)
        for one in db.session.scalars(query.order_by(*order))
    ]
