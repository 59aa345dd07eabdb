"""Opening the offices of Jiangzhou through the services: organisations, people, registers. What is there stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from typing import Any

from sqlalchemy import select, update

from app import audit, deadlines
from app.accounts import passwords
from app.accounts.models import Credential, Person
from app.accounts.services import FIRST_ROLE, add_person
from app.core import clock
from app.deadlines.profiles import Regime
from app.deadlines.services import set_regime
from app.demo.city import CITY, PASSWORD, Office, Official
from app.demo.merchants import TRADES, merchants
from app.demo.merchants import Merchant as Shop
from app.documents import letterhead
from app.merchants import services as register
from app.merchants.models import Merchant
from tenants import provisioning, realm
from tenants.database import db
from tenants.realm import BUREAU_ID, Place, Realm
from tenants.registry import Tenant, registry

BEFORE_THE_FIRST_CASE = timedelta(days=580)
APART = timedelta(seconds=90)


@dataclass(frozen=True)
class Town:
    """The offices as they stand: who works there, in which realm, and which shop has which entry in which register."""

    realms: Mapping[str, Realm]
    people: Mapping[str, Mapping[str, Person]]
    registers: Mapping[str, Mapping[int, Merchant]]  # by the key of the shop

    def person(self, slug: str, login: str) -> Person:
        return self.people[slug][login]

    def number(self, slug: str) -> int:
        return self.numbers[slug]

    def slug(self, number: int) -> str:
        return self.slugs[number]

    @cached_property
    def numbers(self) -> dict[str, int]:
        return {slug: there.home.id for slug, there in self.realms.items() if there.home is not None}

    @cached_property
    def slugs(self) -> dict[int, str]:
        return {number: slug for slug, number in self.numbers.items()}


def counties(now: datetime) -> Iterator[Place]:
    """Each center in turn, inside of it and at that moment; what was done there is committed."""
    with clock.freeze(now):
        for place in registry.centers():
            with realm.enter(registry.realm(place), db.leave):
                yield place
                db.session.commit()


def one_by_one(*deeds: Callable[[], object]) -> None:
    """What is done after one another, some minutes apart."""
    for place, deed in enumerate(deeds):
        with clock.freeze(clock.now() + place * APART):
            deed()
            db.session.flush()


def workday(ahead: int) -> date:
    """The day so many working days ahead of today, or behind it where that is negative."""
    calendar, day = deadlines.load_calendar(), clock.today()
    if ahead >= 0:
        return calendar.add_working_days(day, ahead)
    while ahead:
        day -= timedelta(days=1)
        ahead += calendar.is_working_day(day)
    return day


def staff(role: str) -> list[Any]:
    """Who has that role in the organisation that is acted in, by sign-in name."""
    wanted = select(Person).where(Person.tenant_id == realm.home().id, Person.role == role, Person.active)
    return list(db.session.scalars(wanted.order_by(Person.login)))


def open_offices(now: datetime, seed: int) -> None:
    """Open what is missing, some days before the first complaint came in."""
    with clock.freeze(now - BEFORE_THE_FIRST_CASE), realm.enter(registry.realm(BUREAU_ID), db.leave):
        _open_tenants()
        db.session.commit()
        registry.forget()
        people, _shops = _missing(CITY.bureau, seed, BUREAU_ID)
        if people:
            _appoint(CITY.bureau, people)
            _put_up_the_sign(CITY.bureau)
            _lay_down_rules()
            db.session.commit()
        for office in (*CITY.centers, *CITY.departments):
            _move_in(office, seed)


def known(seed: int) -> Town:
    """The town as it stands now."""
    found: Town = Town({}, {}, {})
    keys = {shop.credit_code: shop.key for shop in merchants(seed=seed)}
    for slug in CITY.offices:
        there = registry.realm(slug)
        with realm.enter(there, db.leave):
            mine = realm.home().id
            people = db.session.scalars(select(Person).where(Person.tenant_id == mine)).all()
            entries = db.session.scalars(select(Merchant).where(Merchant.tenant_id == mine)).all()
            db.session.expunge_all()
        staff = {person.login: person for person in people}
        listed = {keys[entry.credit_code]: entry for entry in entries if entry.credit_code in keys}
        found = Town({**found.realms, slug: there}, {**found.people, slug: staff}, {**found.registers, slug: listed})
    return found


def _open_tenants() -> None:
    bureau = db.session.get_one(Tenant, BUREAU_ID)
    bureau.name, bureau.short_name = CITY.bureau.name, CITY.bureau.short_name
    bureau.region_code = CITY.bureau.region_code
    for office in (*CITY.centers, *CITY.departments):
        if registry.find(office.slug) is None:
            provisioning.open_tenant(
                office.slug, office.name, office.kind, short_name=office.short_name, region_code=office.region_code
            )


def _lay_down_rules() -> None:
    """What the city adds to the orders, from before the first complaint on: the hotline's limit runs beside theirs."""
    regime = Regime(
        effective_from=clock.today(),
        supplement=True,
        channels={"hotline": "hotline"},
        reason="全市统一：补正材料和核实身份期间不计入受理期限；12345热线转办件同时按热线时限答复。",
    )
    set_regime(regime, _there(CITY.bureau.holding("bureau_admin")[0]))


def _move_in(office: Office, seed: int) -> None:
    """An act of the bureau in the realm of the office: its people, and the merchants of the county."""
    place = registry.find(office.slug)
    assert place is not None
    people, listed = _missing(office, seed, place.id)
    if people or listed:
        with provisioning.act_in(registry.realm(place), "open an office of the demo") as act:
            _appoint(office, people)
            _put_up_the_sign(office)
            _enter(office, listed)
        facts = {"place": office.slug, "role": FIRST_ROLE[office.kind], "act": act}
        audit.record("tenant.person_appointed", facts=facts, kind="tenant")
        db.session.commit()


def _missing(office: Office, seed: int, number: int) -> tuple[list[Official], list[Shop]]:
    """Who is not appointed yet, the administrator first, and which merchants stand in no register."""
    logins = set(db.session.scalars(select(Person.login).where(Person.tenant_id == number)))
    codes = set(db.session.scalars(select(Merchant.credit_code).where(Merchant.tenant_id == number)))
    people = sorted(office.people, key=lambda official: official.role != FIRST_ROLE[office.kind])
    return (
        [one for one in people if one.login not in logins],
        [shop for shop in merchants(seed=seed) if shop.county == office.slug and shop.credit_code not in codes],
    )


def _appoint(office: Office, people: list[Official]) -> None:
    """The first administrator is appointed by the bureau, the others by the administrator."""
    keeper = _there(office.holding(FIRST_ROLE[office.kind])[0])
    added = []
    for one in people:
        person = add_person(one.login, one.name, one.role, title=one.title, by=keeper)
        keeper = keeper or person
        added.append(person.id)
    theirs = Credential.tenant_id == realm.current().writes, Credential.person_id.in_(added)
    db.session.execute(update(Credential).where(*theirs).values(password_hash=_password()))


def _there(official: Official) -> Person | None:
    mine = Person.tenant_id == realm.current().writes
    return db.session.scalars(select(Person).where(mine, Person.login == official.login)).first()


@cache
def _password() -> str:
    """One password, one hash: sealing it for everybody anew would take longer than all the rest."""
    return passwords.sealed(PASSWORD)


def _put_up_the_sign(office: Office) -> None:
    """Where it is found, as its administrator has it printed on its papers."""
    if office.address and not any(letterhead.facts().values()):
        keeper = _there(office.holding(FIRST_ROLE[office.kind])[0])
        letterhead.change(keeper, address=office.address, telephone=office.telephone, hours=office.hours)


def _enter(office: Office, shops: list[Shop]) -> None:
    """The merchants of the county, as the director has them entered."""
    keeper = _there(office.holding("director")[0]) if shops else None
    for shop in shops:
        register.add(
            keeper,
            name=shop.name,
            sign=shop.sign,
            credit_code=shop.credit_code,
            trade=TRADES[shop.trade],
            address=shop.address,
            region_code=office.region_code,
            contact_name=f"{shop.legal_representative[0]}经理",
            contact_phone=shop.phone,
        )
