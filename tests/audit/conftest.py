"""A county's trail, and a hand that tampers with it from behind the walls."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from app import audit
from app.audit.models import Entry
from tenants.database import db
from tests.cases.conftest import lodged, take
from tests.town import EAST

__all__ = ["lodged", "take"]


@pytest.fixture
def chain(town):
    """Ten entries in East, one with words; returns its trail by number."""

    def written():
        with town.at(EAST):
            person = town.person(EAST, "handler")
            for number in range(9):
                audit.record("case.note", person, person, facts={"number": number})
            audit.record("case.note", person, person, text="电话里说的话")
            db.session.commit()
        with town.at(EAST):
            return [entry.seq for entry in db.session.scalars(select(Entry).order_by(Entry.seq))]

    return written()


@pytest.fixture
def tamper(root):
    """Run statements as the superuser, whom no wall binds."""

    def run(*statements, **values):
        with root.begin() as connection:
            for statement in statements:
                connection.execute(text(statement), values)

    return run


@pytest.fixture
def verify(app):
    """What `flask audit verify` says, and how it ends."""

    def run(*arguments):
        said = app.test_cli_runner().invoke(args=["audit", "verify", *arguments])
        return said.exit_code, said.output

    return run
