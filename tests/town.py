"""One small town for all tests: who handles in East, who approves, who works in West and must see nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from app.core import clock
from app.settings import Settings
from tenants import realm
from tenants.database import db
from tenants.realm import Place
from tenants.registry import Tenant, registry

CITY, EAST, WEST, NORTH, MARKET, POLICE = "city", "east", "west", "north", "market", "police"
PLACES = (
    # number, slug, name, short, kind
    (2, EAST, "东县消费者权益保护中心", "东县中心", "center"),
    (3, WEST, "西县消费者权益保护中心", "西县中心", "center"),
    (4, NORTH, "北县消费者权益保护中心", "北县中心", "center"),
    (5, MARKET, "江州市市场监督管理局", "市市场监管局", "department"),
    (6, POLICE, "江州市公安局", "市公安局", "department"),
)
PEOPLE = (
    # place, login, name, role
    (EAST, "clerk", "东窗口", "clerk"),
    (EAST, "handler", "东承办", "handler"),
    (EAST, "second", "东同事", "handler"),
    (EAST, "director", "东主任", "director"),
    (EAST, "admin", "东管理", "center_admin"),
    (WEST, "clerk", "西窗口", "clerk"),
    (WEST, "handler", "西承办", "handler"),
    (WEST, "director", "西主任", "director"),
    (WEST, "admin", "西管理", "center_admin"),
    (NORTH, "handler", "北承办", "handler"),
    (NORTH, "director", "北主任", "director"),
    (MARKET, "officer", "市监办", "officer"),
    (MARKET, "head", "市监长", "head"),
    (POLICE, "officer", "公安办", "officer"),
    (POLICE, "head", "公安长", "head"),
    (CITY, "supervisor", "市督察", "supervisor"),
    (CITY, "analyst", "市分析", "analyst"),
    (CITY, "admin", "市管理", "bureau_admin"),
)
BEGUN = clock.now()  # a run may last past midnight: who counts from its first day keeps to it, with `one_day`
PASSWORD = "Town-people-sign-in-1"


def build(settings: Settings) -> None:
    """Put the town into the template database: organisations as the owner, people through the services."""
    from app import create_app
    from app.accounts.services import add_person

    owner = create_engine(settings.url("portal_owner"))
    with Session(owner) as session, session.begin():
        for number, slug, name, short, kind in PLACES:
            session.add(Tenant(id=number, slug=slug, name=name, short_name=short, kind=kind, active=True))
    owner.dispose()
    app = create_app(settings)
    with app.app_context():
        for slug in dict.fromkeys(place for place, *_ in PEOPLE):
            with realm.enter(registry.realm(slug), db.leave):
                for place, login, name, role in PEOPLE:
                    if place == slug:
                        add_person(login=login, name=name, role=role, password=PASSWORD)
                db.session.commit()
        db.engine.dispose()


class Town:
    """The way into the town from a test."""

    def __init__(self, app: Any) -> None:
        self.app = app

    @contextmanager
    def at(self, slug: str) -> Iterator[Place]:
        """Be inside an organisation: `with town.at(EAST): …`; commit yourself."""
        with realm.enter(registry.realm(slug), db.leave):
            yield realm.home()

    def person(self, slug: str, login: str) -> Any:
        """A person as an actor for services, detached from any session."""
        from app.accounts.models import Person

        def found() -> Any:
            # The City reads everybody's people.
            mine = Person.tenant_id == realm.home().id
            return db.session.scalars(select(Person).where(mine, Person.login == login)).one()

        if not realm.absent():
            return found()
        with self.at(slug):
            person = found()
            db.session.expunge(person)
            return person

    def client(self, slug: str, login: str | None = None) -> Any:
        """A browser without a screen, signed in as somebody, or as nobody."""
        from tests.browser import Browser

        browser = Browser(self.app, slug)
        if login:
            browser.sign_in(login, PASSWORD)
        return browser

    @cached_property
    def handler(self) -> Any:
        return self.person(EAST, "handler")

    @cached_property
    def director(self) -> Any:
        return self.person(EAST, "director")
