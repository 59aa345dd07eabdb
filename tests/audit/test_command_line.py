"""The narrow doors of the command line leave entries too: nobody is signed in there, and somebody was."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import Entry
from app.audit.trail import verify
from tenants import realm
from tenants.database import db
from tenants.registry import registry
from tests.town import CITY, EAST, Town


def told(town: Town, slug: str) -> list[tuple[str, dict[str, Any], str]]:
    """Of the organisations, by the chain of one of them."""
    with town.at(slug):
        query = select(Entry).where(Entry.event.like("tenant.%"), Entry.tenant_id == realm.current().writes)
        rows = db.session.scalars(query.order_by(Entry.seq))
        return [(row.event, row.facts, row.actor_role) for row in rows]


def run(app: Any, *arguments: str) -> None:
    done = app.test_cli_runner().invoke(args=["tenants", *arguments])
    assert done.exit_code == 0, done.output


def test_opening_and_shutting_out_stand_in_the_citys_chain(app: Any, town: Town) -> None:
    run(app, "add", "upper", "上县消费者权益保护中心", "--kind", "center")
    run(app, "rename", "upper", "上区消费者权益保护中心", "--short-name", "上区中心")
    place = registry.find("upper")
    assert place is not None
    assert (place.name, place.short_name) == ("上区消费者权益保护中心", "上区中心")
    blank = app.test_cli_runner().invoke(args=["tenants", "rename", "upper", " "])
    assert (blank.exit_code, "A name is needed" in blank.output) == (1, True)
    for step in ("suspend", "resume"):
        run(app, step, "upper")
    assert told(town, CITY) == [
        ("tenant.opened", {"place": "upper", "kind": "center"}, "system"),
        ("tenant.renamed", {"place": "upper"}, "system"),
        ("tenant.suspended", {"place": "upper"}, "system"),
        ("tenant.resumed", {"place": "upper"}, "system"),
    ]
    with town.at(CITY):
        assert verify() is None


def test_an_export_stands_in_both_chains(app: Any, town: Town, tmp_path: Path) -> None:
    target = tmp_path / "east.zip"
    run(app, "export", EAST, "--to", str(target))
    ((event, facts, _role),) = told(town, EAST)
    assert event == "tenant.exported"
    assert facts["rows"] > 0
    assert told(town, CITY) == told(town, EAST)
    assert "counts.json" in zipfile.ZipFile(target).namelist()


@pytest.mark.parametrize("slug", ["cases", "new", "walls", "static"])
def test_no_organisation_takes_the_address_of_a_page(app: Any, slug: str) -> None:
    done = app.test_cli_runner().invoke(args=["tenants", "add", slug, "某县中心", "--kind", "center"])
    assert done.exit_code == 1
    assert "is reserved" in done.output
