"""Steps, and the one function that takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app import audit
from app.core import clock
from app.core.errors import NotAllowed, Unsaved, WrongMoment
from app.core.privacy import is_code
from app.core.states import State
from tenants.database import db

Effect = Callable[..., None]


@dataclass(frozen=True)
class Step:
    """One declared step: it drives buttons, forms, clocks, the audit, who is told, and the tests."""

    name: str
    label: Any  # on the button
    source: frozenset[Any] | set[Any]
    target: Any | None  # None: the status stays
    permission: StrEnum
    form: type[Any] | None = None
    effect: Effect | None = None  # effect(subject, by, text=…, **facts): the change beyond the status
    approval: StrEnum | None = None  # who does not have it drafts; who has it approves
    meets: tuple[str, ...] = ()  # clocks that stop
    starts: tuple[str, ...] = ()  # clocks that start
    drops: tuple[str, ...] = ()  # clocks that end without being met
    tell: tuple[str, ...] = ()
    public: bool = False  # the consumer may be told
    primary: bool = False  # the natural next step: its button is the one in colour
    done: Any = None  # in the timeline: "accepted the complaint"
    hidden: bool = False  # taken by the portal, never a button
    when: Callable[[Any], bool] | None = None  # a further condition on the subject


@dataclass(frozen=True)
class Approval:
    """What became of taking a step that needs approval: a draft that waits."""

    draft: Any


@dataclass
class Workflow:
    """The life of one kind of thing. `noun` prefixes its events: case.accept."""

    noun: str
    states: type[State]
    first: Any
    steps: Iterable[Step]
    draft: type[Any] | None = None  # the domain's table of drafts
    follow: Callable[..., None] | None = None  # follow(step, subject, by, facts): its clocks
    told: Callable[..., None] | None = None  # told(step, subject, by): queue notices
    watch: audit.Watch = field(default_factory=audit.Watch)  # whose changes are told
    also: tuple[str, ...] = ()  # what is done to a subject beside its steps and makes it a version newer
    by_name: dict[str, Step] = field(init=False)

    def __post_init__(self) -> None:
        self.by_name = {step.name: step for step in self.steps}
        for step in self.by_name.values():
            if step.approval and self.draft is None:
                raise TypeError(f"{self.noun}.{step.name} needs approval, and there is no table of drafts")

    def __getitem__(self, name: str) -> Step:
        """The step of that name. Raises WrongMoment for one that does not exist: a made-up address."""
        try:
            return self.by_name[name]
        except KeyError:
            raise WrongMoment(_("There is no such step.")) from None

    def possible(self, step: Step, subject: Any) -> bool:
        return subject.status in step.source and (step.when is None or step.when(subject))

    def require(self, step: Step, subject: Any, seen: int | None = None) -> None:
        """Raises WrongMoment, naming the status, unless the step is possible: before its form is shown, too."""
        if not self.possible(step, subject):
            status = self.states(subject.status).label
            said = _("This step is no longer possible: the status is now “%(status)s”.", status=status)
            raise audit.too_late(said, subject, seen, self.since)

    def since(self, subject: Any, seen: int | None) -> Sequence[audit.Line]:
        """What was done to a subject after somebody saw that version of it, newest first."""
        changing = (*self.by_name, "drafted", "draft_rejected", *self.also)
        return audit.since(subject, seen, events=[f"{self.noun}.{name}" for name in changing])

    def open_to(self, person: Any, subject: Any) -> list[Step]:
        """The buttons: steps this person may take on this subject now, the natural one first."""
        steps = [
            step
            for step in self.by_name.values()
            if not step.hidden and self.possible(step, subject) and person.can(step.permission, subject)
        ]
        return sorted(steps, key=lambda step: not step.primary)

    def take(
        self, name: str, subject: Any, *, by: Any, seen: int | None = None, text: str | None = None, **facts: Any
    ) -> Step | Approval:
        """Take a step: lock, check, change, record, and queue what must follow the commit.

        Raises NotAllowed (403), WrongMoment (409) or Changed (409, when `seen` is not the version any more), and
        Unsaved when the object carries edits that locking it would drop. Returns an Approval when the step was
        only drafted.
        """
        step = self[name]
        self._lock(subject)
        if by is not None and not by.can(step.permission, subject):
            raise NotAllowed(_("Your role does not include this step."))
        self.require(step, subject, seen)
        audit.only_as_seen(subject, seen, self.since)
        if step.approval and not by.can(step.approval, subject):
            return Approval(self._draft(step, subject, by, text, facts))
        return self._go(step, subject, by, text, facts)

    def approve(self, draft: Any, subject: Any, *, by: Any, text: str | None = None) -> Step:
        """Let a waiting draft happen, as if drafted and approved in one."""
        step = self._open(draft, subject, by)
        if not self.possible(step, subject):
            raise audit.too_late(_("This step is no longer possible."), subject, told=self.since)
        self._decide(draft, "approved", by)
        facts = {**draft.facts, "drafted_by": draft.drafted_by_name, "drafted_on": clock.on(draft.drafted_at)}
        if text:
            audit.record(f"{self.noun}.note", subject, by, text=text)
        return self._go(step, subject, by, draft.text, facts)

    def reject(self, draft: Any, subject: Any, *, by: Any, text: str) -> None:
        """Send a draft back with words; the subject stays where it is."""
        step = self._open(draft, subject, by)
        self._decide(draft, "rejected", by)
        subject.version += 1
        audit.record(f"{self.noun}.draft_rejected", subject, by, facts={"step": step.name}, text=text)

    def _open(self, draft: Any, subject: Any, by: Any) -> Step:
        """Lock a waiting draft and its subject for whoever may decide on it; its step."""
        step = self[draft.step]
        self._lock(subject)
        db.session.refresh(draft, with_for_update=True)
        if step.approval is None or not by.can(step.approval, subject):
            raise NotAllowed(_("Your role does not include approving this."))
        if draft.status != "waiting":
            raise audit.too_late(_("This draft has already been decided."), subject, told=self.since)
        return step

    def waiting(self, subject: Any) -> Any | None:
        """The draft that waits for approval on this subject, if there is one."""
        if self.draft is None:
            return None
        return db.session.scalars(
            select(self.draft).where(self.draft.subject_id == subject.id, self.draft.status == "waiting")
        ).first()

    def _lock(self, subject: Any) -> None:
        if db.session.is_modified(subject):
            raise Unsaved(subject)
        # Two clicks, one winner. Of the subject alone: what was joined to it when it was read cannot be locked with it.
        db.session.refresh(subject, with_for_update={"of": type(subject)})

    def _draft(self, step: Step, subject: Any, by: Any, text: str | None, facts: dict[str, Any]) -> Any:
        if self.waiting(subject) is not None:
            raise audit.too_late(_("A draft is already waiting for approval."), subject, told=self.since)
        assert self.draft is not None
        draft = self.draft(
            subject_id=subject.id,
            step=step.name,
            facts=plain(facts),
            text=text,
            seen=subject.version,
            status="waiting",
            drafted_by=by.id,
            drafted_by_name=by.name,
            drafted_at=clock.now(),
        )
        db.session.add(draft)
        subject.version += 1
        audit.record(f"{self.noun}.drafted", subject, by, facts={"step": step.name, **codes(facts)}, text=text)
        if self.told:
            self.told(step, subject, by, drafted=True)
        return draft

    @staticmethod
    def _decide(draft: Any, status: str, by: Any) -> None:
        draft.status, draft.decided_by, draft.decided_at = status, by.id, clock.now()

    def _go(self, step: Step, subject: Any, by: Any, text: str | None, facts: dict[str, Any]) -> Step:
        before, was = subject.status, self.watch.look(subject)
        if step.effect:
            step.effect(subject, by, text=text, **facts)
        if step.target is not None:
            subject.status = str(step.target)
        subject.version += 1
        if self.follow:
            self.follow(step, subject, by, facts)
        audit.record(
            f"{self.noun}.{step.name}",
            subject,
            by,
            facts={"before": before, "after": subject.status, **codes(facts)},
            changes=self.watch.since(was, subject),
            text=text,
            public=step.public,
        )
        if self.told:
            self.told(step, subject, by)
        return step


def plain(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts as JSON can keep them: dates and amounts as text."""
    return {
        name: value if value is None or isinstance(value, bool | int | str | list) else str(value)
        for name, value in facts.items()
    }


def codes(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts that an entry may carry in the open: codes, numbers, dates; free text is left out.

    A text counts as a code when `is_code` says so.
    """
    kept = {}
    for name, value in facts.items():
        if value is None or isinstance(value, list | dict):
            continue
        said = value if isinstance(value, bool | int) else str(value)
        if isinstance(said, bool | int) or is_code(said):
            kept[name] = said
    return kept
