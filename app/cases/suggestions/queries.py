"""What a text suggests, and what is known of how good suggestions are."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.cases import lists
from app.cases.models import Case
from app.cases.services.parts import statement_of
from app.cases.suggestions import learning
from app.cases.suggestions.models import TrainedModel, Training, TrainingState
from app.core import clock
from app.files.refusal import Unreadable
from app.files.store import store
from app.merchants.meant import Meant, meant
from tenants import realm
from tenants.database import db
from tenants.kept import OfOrganisation

log = logging.getLogger("hengping.triage")

GIVEN_UP = timedelta(hours=1)  # a training that still runs after this is left for dead
KEPT = 12  # organisations whose model stays in the memory of a process; each takes a few megabytes
_kept: OfOrganisation[tuple[UUID, learning.Model | None]] = OfOrganisation(KEPT)  # which of its models, as it was read


@dataclass(frozen=True)
class Category:
    """A category that a text may be about, and how sure that is, from 0 to 1."""

    code: str
    share: float

    @property
    def title(self) -> str:
        return lists.named("categories", self.code)

    @property
    def sure(self) -> str:
        if self.share >= 0.8:
            return _("very likely")
        return _("likely") if self.share >= 0.5 else _("possible")


@dataclass(frozen=True)
class Suggested:
    """For a person to take over or to leave. Nothing else is done with it."""

    categories: list[Category] = field(default_factory=list)
    merchant: Meant | None = None

    def __bool__(self) -> bool:
        return bool(self.categories or self.merchant)


def suggested(text: str, *, merchant_known: bool = False) -> Suggested:
    """What a text suggests: a statement for the model, one for the merchant, and neither writes."""
    return Suggested(_categories(text), None if merchant_known else meant(text))


def of_case(case: Case) -> Suggested:
    """What the text of a case suggests, without what it is called already."""
    statement = statement_of(case)
    told = f"{case.title}\n{statement.facts}\n{statement.demand}"
    found = suggested(told, merchant_known=case.merchant_id is not None)
    if found.categories and found.categories[0].code == case.category:
        return Suggested([], found.merchant)
    return Suggested([one for one in found.categories if one.code != case.category], found.merchant)


def _categories(text: str) -> list[Category]:
    known = model()
    if known is None:
        return []
    chosen_from = offered()
    return [Category(code, share) for code, share in known.suggest(text) if code in chosen_from]


def offered() -> set[str]:
    """The categories that a form offers here."""
    return {code for choices in lists.leaves().values() for code, _words in choices}


def model() -> learning.Model | None:
    """What this organisation has learned last; read once in every process, and anew after something newer."""
    if not learning.installed():
        return None
    row = newest()
    if row is None or row.recipe != learning.RECIPE:
        return None
    key, known = _kept.get() or (None, None)
    return known if key == row.id else _kept.put((row.id, _read(row)))[1]


def newest() -> TrainedModel | None:
    mine = TrainedModel.tenant_id == realm.current().opens
    return db.session.scalars(select(TrainedModel).where(mine).order_by(TrainedModel.id.desc()).limit(1)).first()


def _read(row: TrainedModel) -> learning.Model | None:
    try:
        with store.open(row) as content:
            return learning.read(content)
    except (Unreadable, learning.Unusable) as fault:
        log.warning("what was learned cannot be read", extra={"model": str(row.id), "fault": type(fault).__name__})
        return None


@dataclass(frozen=True)
class Standing:
    """How it stands: the training whose model is used, the latest one, and whether there is anything to learn with."""

    used: Training | None
    latest: Training | None
    installed: bool
    outdated: bool  # learned by a recipe that is no longer used

    @property
    def running(self) -> bool:
        latest = self.latest
        return latest is not None and latest.state == TrainingState.RUNNING and latest.begun_at > clock.now() - GIVEN_UP


def standing() -> Standing:
    row = newest()
    latest = db.session.scalars(
        select(Training).order_by(Training.begun_at.desc(), Training.id.desc()).limit(1)
    ).first()
    used = db.session.get(Training, (row.tenant_id, row.training_id)) if row else None
    return Standing(used, latest, learning.installed(), row is not None and row.recipe != learning.RECIPE)


@dataclass(frozen=True)
class Line:
    """A category of the table: from how many it was learned, and its part of the test."""

    title: str
    learned: int
    tested: int
    said: int
    right: int


def table(training: Training) -> list[Line]:
    """The categories of a training, those of which there were most first."""
    lines = [Line(lists.named("categories", code), **count) for code, count in training.categories.items()]
    return sorted(lines, key=lambda line: (-line.learned, -line.tested, line.title))


def whys() -> dict[str, Any]:
    """code -> why a training came to nothing, with what can be done."""
    return {
        "too_few": _(
            "Too few closed cases. %(least)s are needed, in at least two categories of %(each)s or more; learn again "
            "once more cases are closed.",
            least=learning.LEAST,
            each=learning.LEAST_OF_ONE,
        ),
        "not_installed": _("The part that learns is not installed. The administrator of the server can add it."),
        "broke_off": _("It broke off. Try again; if it breaks off once more, tell the administrator of the server."),
    }
