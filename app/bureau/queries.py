"""What the bureau asks: the cases of all counties in one order, one case without its private rows, grants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, ColumnElement, Select, and_, column, func, or_, select, true, values
from sqlalchemy.orm import aliased, joinedload, selectinload, undefer

from app import audit, deadlines
from app.accounts.models import Person
from app.bureau.models import Extent, Grant
from app.cases import lists
from app.cases import queries as cases
from app.cases.models import Case, CaseClock, CaseFile, CaseState, Outcome
from app.cases.queries.queue import clocks_of
from app.core import clock
from app.core.errors import Missing
from app.core.listing import Filter, Listing, Order, Page, Spread, View, capped, ordered
from app.deadlines import SOON, URGENT, ClockView, Profile, Regime
from app.facts import periods
from app.facts.periods import Period
from app.facts.tally import UNCOUNTED
from app.handoffs import queries as handoffs
from app.handoffs.kinds import KINDS
from app.handoffs.models import Handoff, HandoffClock, HandoffState
from app.merchants.models import Merchant
from tenants import realm
from tenants.audit import faults, models
from tenants.database import db
from tenants.realm import Place
from tenants.registry import registry

__all__ = ["clocks_of"]  # of the rows of a list

MOST = 1000  # rows of a list are counted no further
BURNING = 8


# Which organisations --------------------------------------------------------------------------------------------------


def counties() -> list[Place]:
    """Every county, suspended ones too: their figures do not go away."""
    return [place for place in registry.places().values() if place.kind == "center"]


def county(slug: str) -> Place:
    """Raises Missing for anything that is no county."""
    place = registry.find(slug)
    if place is None or place.kind != "center":
        raise Missing
    return place


def organisation(slug: str) -> Place:
    """Raises Missing for the bureau itself too: it is nobody's to suspend."""
    place = registry.find(slug)
    if place is None or place.is_bureau:
        raise Missing
    return place


# The cases of the city ------------------------------------------------------------------------------------------------


def _period(code: str) -> Period:
    return periods.read(code, clock.today())


def _on_days(moment: Any, period: Period) -> ColumnElement[bool]:
    return and_(moment >= clock.at(period.since), moment < clock.at(period.until + timedelta(days=1)))


def _due(value: str) -> ColumnElement[bool]:
    today = clock.today()
    if value == "late":
        return and_(Case.open, Case.queue_on < today)
    last = deadlines.load_calendar().last_day_within(today, URGENT if value == "urgent" else SOON)
    return and_(Case.open, Case.queue_on.between(today, last))


def _standing(value: str) -> Any:
    return Case.open if value == "open" else Case.status == value


def _kept(value: str) -> ColumnElement[bool]:
    missed = (
        select(CaseClock.id)
        .where(CaseClock.tenant_id == Case.tenant_id, CaseClock.case_id == Case.id, CaseClock.met_on > CaseClock.due_on)
        .exists()
    )
    return missed if value == "no" else ~missed


def _against(said: str) -> ColumnElement[bool]:
    """Whatever of a merchant was typed, whole: the credit code, the registered name, or the sign."""
    called = or_(Merchant.credit_code == said.upper(), Merchant.name == said, Merchant.sign == said)
    known = select(Merchant.id).where(Merchant.tenant_id == Case.tenant_id, called)
    return Case.merchant_id.in_(known)


def _said(words: str) -> ColumnElement[bool]:
    """In what the counties show of a case; who complained, and in what words, is not searched from here."""
    number = or_(Case.number == words, Case.reference == words)
    shown = (Case.given_title, Case.merchant_name, Case.given_summary)
    return or_(number, *(column_.contains(words, autoescape=True) for column_ in shown))


def _besides(codes: str) -> ColumnElement[bool]:
    """What a chart shows as “other”: of none of these categories, or of none at all."""
    shown = {below for code in codes.split(",") for below in lists.below("categories", code)}
    return or_(Case.category.is_(None), Case.category.not_in(shown))


def _named(codes: str) -> str:
    return "、".join(str(lists.named("categories", code)) for code in codes.split(","))


def _states() -> list[tuple[str, Any]]:
    return [("open", _("still open")), *((state.value, state.label) for state in CaseState)]


CASES = Listing(
    filters=[
        Filter("q", _l("Search"), _said),
        Filter(
            "county", _l("County"), lambda value: Case.tenant_id == county(value).id,
            choices=lambda: [(place.slug, place.short_name) for place in counties()],
        ),
        Filter("status", _l("Status"), _standing, choices=_states),
        Filter(
            "due", _l("Time limit"), _due,
            choices=lambda: [
                ("late", _("late")), ("urgent", _("within two working days")), ("soon", _("within five working days")),
            ],
        ),
        Filter(
            "category", _l("Category"), lambda value: Case.category.in_(lists.below("categories", value)),
            choices=lambda: lists.choices("categories"),
        ),
        Filter("besides", _l("Category other than"), _besides, say=_named),
        Filter(
            "problem", _l("Problem"), lambda value: Case.problem.in_(lists.below("problems", value)),
            choices=lambda: lists.choices("problems"),
        ),
        Filter(
            "channel", _l("Channel"), lambda value: Case.channel.in_(lists.below("channels", value)),
            choices=lambda: lists.choices("channels"),
        ),
        Filter("received", _l("Received in"), lambda period: _on_days(Case.received_at, period), parse=_period),
        Filter("closed", _l("Closed in"), lambda period: and_(
            Case.outcome.not_in(UNCOUNTED), _on_days(Case.closed_at, period)), parse=_period),
        Filter("accepted", _l("Accepted in"), lambda period: _on_days(Case.accepted_at, period), parse=_period),
        Filter("decided", _l("Decided in"), lambda period: _on_days(
            func.coalesce(Case.decided_at, Case.closed_at), period), parse=_period),
        Filter("settled", _l("Settled in"), lambda period: and_(
            Case.outcome == "settled", _on_days(Case.decided_at, period)), parse=_period),
        Filter(
            "outcome", _l("Outcome"), lambda value: Case.outcome == value,
            choices=lambda: [(one.value, one.label) for one in Outcome],
        ),
        Filter(
            "origin", _l("Came"), lambda value: Case.origin == value,
            choices=lambda: [("first", _("from the consumer")), ("taken_over", _("from another county"))],
        ),
        Filter(
            "kept", _l("Limits kept"), _kept, choices=lambda: [("yes", _("all kept")), ("no", _("not all kept"))],
        ),
        Filter("merchant", _l("Merchant"), _against),
    ],
    orders=[
        Order("newest", _l("Newest first"), (Case.received_at, Case.id), descending=True),
        Order("due", _l("By time limit"), (Case.queue_on, Case.id)),
    ],
)  # fmt: skip


def listed(view: View) -> Page[Case]:
    """One page of the city's cases in one order, in one statement, however many counties and however deep."""
    return view.page(select(Case), spread=_through(_places(view), view))


def counted(view: View) -> int:
    """How many there are, counted no further than MOST + 1."""
    return capped(view.narrow(select(Case.id).where(Case.tenant_id.in_(_places(view)))), MOST)


def _places(view: View) -> list[int]:
    named = view.values.get("county")
    return [county(named).id] if named else [place.id for place in counties()]


def _through(places: Sequence[int], view: View) -> Spread:
    """A page of each place by a LATERAL walk through its index, and of these the first: 15 ms become 0.2."""
    columns = view.order.columns

    def spread(query: Select[Any], downwards: bool) -> Select[Any]:
        asked = values(column("id", BigInteger), name="asked").data([(place,) for place in places])
        of_one = query.with_only_columns(Case.tenant_id, *columns).where(Case.tenant_id == asked.c.id).lateral("of_one")
        first = ordered((of_one.c[each.key] for each in columns), downwards)
        keys = select(of_one).select_from(asked.join(of_one, true())).order_by(*first).limit(view.listing.size + 1)
        found, shown = keys.subquery("found"), aliased(Case)
        return (
            select(shown)
            .join(found, and_(shown.tenant_id == found.c.tenant_id, shown.id == found.c.id))
            .options(undefer(shown.queue_on))
            .order_by(*ordered((found.c[each.key] for each in columns), downwards))
        )

    return spread


def burning(places: Sequence[int], most: int = BURNING) -> list[Case]:
    """The open cases whose limits passed first."""
    view = CASES.read({"due": "late", "sort": "due"})
    narrow = replace(view, listing=replace(CASES, size=most))
    return narrow.page(select(Case), spread=_through(places, narrow)).rows


# One case, without its private rows -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """A county's case as far as the bureau sees it uncalled: no statement, no party, no words, no papers."""

    case: Case
    clocks: list[ClockView]
    lines: list[audit.Line]
    handoffs: list[Handoff]


def case_of(place: Place, number: str) -> Case:
    """Raises Missing. The number is the county's own: another county has one that is called the same."""
    query = (
        select(Case)
        .where(Case.tenant_id == place.id, Case.number == number)
        .options(joinedload(Case.assignee), joinedload(Case.merchant), selectinload(Case.clocks))
    )
    case = db.session.scalars(query).first()
    if case is None:
        raise Missing
    return case


def seen(case: Case) -> Seen:
    today, rules = clock.today(), deadlines.load_rules()
    return Seen(
        case=case,
        clocks=[deadlines.view(one, today, rules) for one in case.clocks if one.state != "void"],
        lines=audit.trail(case.id),
        handoffs=handoffs.of_case(case),
    )


def file_of(grant: Grant) -> cases.Opened:
    """The called-in file. Only inside services.reading(grant)."""
    return cases.opened(case_of(registry.by_id(grant.county_id), grant.case_number))


def paper_of(grant: Grant, paper: UUID) -> CaseFile:
    """One paper of it; Missing for one of another case. Only inside services.reading(grant, paper=…)."""
    query = select(CaseFile).where(
        CaseFile.tenant_id == grant.county_id, CaseFile.case_id == grant.case_id, CaseFile.id == paper
    )
    file = db.session.scalars(query).first()
    if file is None:
        raise Missing
    return file


# Grants ---------------------------------------------------------------------------------------------------------------


def grant_for(case: Case, person: Person) -> Grant | None:
    """What lets this very person open this very case now; the longest where there are several."""
    query = (
        select(Grant)
        .where(
            Grant.tenant_id == realm.current().writes,
            Grant.case_id == case.id,
            Grant.county_id == case.tenant_id,
            Grant.person_id == person.id,
            _holds("now"),
        )
        .order_by(Grant.extent == Extent.STORY, Grant.until.desc())
        .limit(1)
    )
    return db.session.scalars(query).first()


def grant(number: str) -> Grant:
    """Raises Missing."""
    query = select(Grant).where(Grant.tenant_id == realm.current().writes, Grant.number == number)
    found = db.session.scalars(query).first()
    if found is None:
        raise Missing
    return found


def _holds(value: str) -> ColumnElement[bool]:
    now = and_(Grant.revoked_at.is_(None), Grant.until > clock.now())
    return now if value == "now" else ~now


GRANTS = Listing(
    filters=[
        Filter("holds", _l("Which"), _holds, choices=lambda: [("now", _("in effect")), ("over", _("has ended"))]),
        Filter(
            "county", _l("County"), lambda value: Grant.county_id == county(value).id,
            choices=lambda: [(place.slug, place.short_name) for place in counties()],
        ),
    ],
    orders=[Order("newest", _l("Newest first"), (Grant.given_at, Grant.id), descending=True)],
)  # fmt: skip


def grants(view: View) -> Page[Grant]:
    return view.page(select(Grant).where(Grant.tenant_id == realm.current().writes))


# The exchange between organisations -----------------------------------------------------------------------------------


def _senders() -> list[tuple[str, Any]]:
    return [(place.slug, place.short_name) for place in registry.places().values() if not place.is_bureau]


EXCHANGE = Listing(
    filters=[
        Filter(
            "kind", _l("Kind"), lambda value: Handoff.kind == value,
            choices=lambda: [(kind.code, kind.label) for kind in KINDS.values()],
        ),
        Filter("from", _l("From"), lambda value: Handoff.sender_id == organisation(value).id, choices=_senders),
        Filter("to", _l("To"), lambda value: Handoff.receiver_id == organisation(value).id, choices=_senders),
        Filter(
            "status", _l("Status"), lambda value: Handoff.status == value,
            choices=lambda: [(state.value, state.label) for state in HandoffState],
        ),
        Filter(
            "due", _l("Time limit"), lambda _value: and_(Handoff.ended_at.is_(None), Handoff.due_on < clock.today()),
            choices=lambda: [("late", _("late"))],
        ),
        Filter(
            "open", _l("Which"), lambda value: Handoff.ended_at.is_(None) == (value == "yes"),
            choices=lambda: [("yes", _("under way")), ("no", _("ended"))],
        ),
        Filter("sent", _l("Sent in"), lambda period: _on_days(Handoff.sent_at, period), parse=_period),
    ],
    orders=[Order("newest", _l("Newest first"), (Handoff.sent_at, Handoff.id), descending=True)],
)  # fmt: skip


def exchange(view: View) -> Page[Handoff]:
    return view.page(select(Handoff).options(selectinload(Handoff.clocks)))


LIMITS = Listing(
    filters=[
        Filter(
            "to", _l("Receiver"), lambda value: HandoffClock.receiver_id == organisation(value).id, choices=_senders,
        ),
        Filter(
            "began", _l("Began in"), lambda period: HandoffClock.started_on.between(period.since, period.until),
            parse=_period,
        ),
        Filter(
            "kept", _l("Limits kept"), lambda value: handoffs.kept(value, clock.today()),
            choices=lambda: [
                ("ended", _("ended")), ("in_time", _("ended in time")), ("missed", _("ended late")),
                ("running", _("still running")), ("overdue", _("running past the last day")),
            ],
        ),
    ],
    orders=[Order("newest", _l("Newest first"), (HandoffClock.started_on, HandoffClock.id), descending=True)],
)  # fmt: skip


def limits(view: View) -> tuple[Page[HandoffClock], list[tuple[HandoffClock, Handoff]]]:
    """A page of the limits of receivers, and the same rows with the handoff of each."""
    found = view.page(select(HandoffClock).where(handoffs.of_receivers()))
    asked = select(Handoff).where(Handoff.id.in_({limit.handoff_id for limit in found.rows}))
    known = {handoff.id: handoff for handoff in db.session.scalars(asked)}
    return found, [(limit, known[limit.handoff_id]) for limit in found.rows]


# Organisations --------------------------------------------------------------------------------------------------------


def head_counts() -> dict[int, int]:
    """How many active people each organisation has."""
    rows = db.session.execute(select(Person.tenant_id, func.count()).where(Person.active).group_by(Person.tenant_id))
    return dict(rows.all())


def people_of(place: Place) -> list[Person]:
    """Who works there; the bureau sees names and roles, not how they sign in."""
    query = select(Person).where(Person.tenant_id == place.id).order_by(Person.active.desc(), Person.role, Person.name)
    return list(db.session.scalars(query))


def walled() -> int:
    """How many tables stand behind walls."""
    return len(models())


def walls() -> list[str]:
    """Every difference between the walls as they should stand and as they stand in PostgreSQL."""
    with db.engine.connect() as connection:
        return faults(connection)


# By which limits who works -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Working:
    """How an organisation works today, and whether by a choice of its own."""

    place: Place
    now: Regime
    own: bool
    profile: Profile
    channels: list[tuple[str, Profile]]


def regimes(today: date) -> list[Working]:
    """The city first, then the centers."""
    rules = deadlines.load_rules()
    places = [place for place in registry.places().values() if place.kind in ("bureau", "center")]
    found = []
    for place in sorted(places, key=lambda place: place.id):
        now = rules.regime(place.id, today)
        bound = [(code, rules.find_in_force(today, family)) for code, family in now.channels.items()]
        found.append(
            Working(
                place=place,
                now=now,
                own=now.organisation == place.id and bool(now.set_by),
                profile=rules.in_force(today, now.family or deadlines.ADMINISTRATIVE),
                channels=[(code, profile) for code, profile in bound if profile],
            )
        )
    return found


def regime_now(organisation: int, today: date) -> Regime:
    """What the form for an organisation begins with; a center that has none of its own begins as the city has it."""
    now = deadlines.load_rules().regime(organisation, today)
    return now if now.organisation == organisation else replace(now, organisation=organisation, family=None)
