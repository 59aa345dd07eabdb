"""Cookies in the hand, the trail of accounts, and statements as they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select, text

from app.accounts.models import Person
from app.audit.models import Entry
from tenants.database import db
from tests.town import EAST


class Jar:
    """Takes a browser's cookie for an organisation, and puts it into another browser."""

    def __init__(self, town):
        self.town = town

    def taken(self, browser, slug=EAST):
        found = browser.client.get_cookie(f"__Host-hp-{slug}", domain="127.0.0.1")
        return found.value if found else None

    def replay(self, value, slug=EAST):
        browser = self.town.client(slug)
        browser.client.set_cookie(f"__Host-hp-{slug}", value, domain="127.0.0.1")
        return browser


@pytest.fixture
def jar(town):
    return Jar(town)


@pytest.fixture
def events(town):
    """The events of an organisation's trail so far, oldest first."""

    def read(slug=EAST, prefix="account."):
        with town.at(slug) as place:
            rows = db.session.scalars(select(Entry).where(Entry.tenant_id == place.id).order_by(Entry.seq))
            return [entry for entry in rows if entry.event.startswith(prefix)]

    return read


@pytest.fixture
def somebody(town):
    """Change somebody of an organisation through a service, as from another process."""

    @contextmanager
    def change(login, slug=EAST) -> Iterator[Person]:
        with town.at(slug) as place:
            yield db.session.scalars(select(Person).where(Person.tenant_id == place.id, Person.login == login)).one()
            db.session.commit()

    return change


@pytest.fixture
def credentials(root):
    """The stored secrets of somebody, seen from behind the walls."""

    def read(login, slug=EAST):
        with root.connect() as connection:
            return connection.execute(
                text(
                    "select c.* from credential c join person p on p.tenant_id = c.tenant_id and p.id = c.person_id "
                    "join tenant t on t.id = p.tenant_id where p.login = :login and t.slug = :slug"
                ),
                {"login": login, "slug": slug},
            ).one()

    return read
