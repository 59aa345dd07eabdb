"""Learning from closed cases, and keeping what was learned in the place of what was learned before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import and_, select

from app import audit
from app.accounts.models import Person
from app.accounts.permissions import Can
from app.cases.models import Case, CaseState, CaseStatement, Outcome
from app.cases.suggestions import jobs, learning, queries
from app.cases.suggestions.learning import Figures, Model, Told
from app.cases.suggestions.models import TrainedModel, Training, TrainingState
from app.core import clock, unit
from app.core.errors import NotAllowed, WrongMoment
from app.files.store import store
from tenants import realm
from tenants.database import db

MOST = 20_000  # of the latest cases
NAME, MEDIA_TYPE = "category-suggestions.npz", "application/octet-stream"


def begin(by: Any) -> Training:
    """Queue a training. Raises WrongMoment while one runs, or where there is nothing to learn with."""
    if not by.can(Can.TRIAGE_KEEP):
        raise NotAllowed(_("Your role does not include this."))
    if not learning.installed():
        raise WrongMoment(queries.whys()["not_installed"])
    if queries.standing().running:
        raise WrongMoment(_("It is being learned just now."))
    training = opened(by)
    unit.afterwards(jobs.learn, training=training.id)
    return training


def opened(by: Any) -> Training:
    """A training that is about to run; without a person it was asked for at the server."""
    name = getattr(by, "name", "")
    training = Training(begun_by=getattr(by, "id", None), begun_by_name=name, begun_at=clock.now())
    db.session.add(training)
    db.session.flush()
    audit.record("triage.begun", training, by)
    return training


def run(training_id: UUID) -> Training:
    """Learn, and keep what was learned. What stands in the way is noted: then what was learned before stays in use."""
    training = db.session.get_one(Training, (realm.current().writes, training_id))
    if training.status != TrainingState.RUNNING:
        return training
    if not learning.installed():
        return fail(training_id, "not_installed")
    told = list(closed())
    db.session.commit()  # nothing is locked while it is learned
    try:
        model, figures = learning.learn(told)
    except learning.TooFew as few:
        return fail(training_id, "too_few", found=few.found)
    return keep(db.session.get_one(Training, (realm.current().writes, training_id)), model, figures)


def closed() -> Iterator[Told]:
    """The closed cases whose classification a handler has confirmed, in the order in which they came.

    One that goes on in another is left out, and so is a category that is no longer chosen from.
    """
    offered = queries.offered()
    query = (
        select(CaseStatement.facts, CaseStatement.demand, Case.title, Case.category)
        .join(Case, and_(Case.tenant_id == CaseStatement.tenant_id, Case.id == CaseStatement.case_id))
        .where(
            Case.status.in_((CaseState.CLOSED.value, CaseState.REFUSED.value)),
            Case.outcome.is_distinct_from(Outcome.JOINED.value),
            Case.outcome.is_distinct_from(Outcome.TAKEN_BACK.value),
            Case.summary_confirmed,
            Case.category.in_(offered),
        )
        .order_by(Case.received_at.desc(), Case.id.desc())
        .limit(MOST)
    )
    for row in reversed(db.session.execute(query).all()):
        yield Told(f"{row.facts}\n{row.demand}", row.title, row.category)


def keep(training: Training, model: Model, figures: Figures) -> Training:
    """Put what was learned in the place of what was there before; the sweep takes the older bytes."""
    for older in db.session.scalars(select(TrainedModel)):
        db.session.delete(older)
    db.session.flush()
    kept = store.keep(model.written())
    facts = {"size": kept.size, "sha256": kept.sha256, "stored_as": kept.stored_as, "recipe": learning.RECIPE}
    db.session.add(TrainedModel(training_id=training.id, name=NAME, media_type=MEDIA_TYPE, **facts))
    training.status, training.ended_at, training.recipe = TrainingState.DONE.value, clock.now(), learning.RECIPE
    training.learned_from = training.found = figures.learned_from
    training.tested_on, training.correct = figures.tested_on, figures.right
    training.shown, training.among = figures.shown, figures.among
    training.macro_f1 = Decimal(f"{figures.macro_f1:.5f}")
    training.categories = {code: asdict(count) for code, count in figures.categories.items()}
    db.session.flush()
    counts = {"learned_from": figures.learned_from, "tested_on": figures.tested_on, "right": figures.right}
    audit.record("triage.learned", training, _asked_by(training), facts=counts)
    return training


def fail(training_id: UUID, why: str, *, found: int = 0) -> Training:
    """Note why nothing came of it."""
    training = db.session.get_one(Training, (realm.current().writes, training_id))
    training.status, training.why, training.ended_at = TrainingState.FAILED.value, why, clock.now()
    training.found = found
    audit.record("triage.failed", training, _asked_by(training), facts={"why": why})
    return training


def _asked_by(training: Training) -> Person | None:
    return db.session.get(Person, (training.tenant_id, training.begun_by)) if training.begun_by else None
