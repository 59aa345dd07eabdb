"""Opening an organisation in one form, shutting it out, handing its rows over, and looking after the walls."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from app.audit.models import Entry
from app.audit.trail import verify
from app.bureau import services
from app.core.errors import Invalid
from tenants import realm
from tenants.database import db
from tenants.provisioning import half_done
from tenants.registry import registry
from tests.facts.small_town import CANARY, Builder
from tests.town import CITY, EAST, Town

OPENED = {
    "kind": "center",
    "name": "南县消费者权益保护中心",
    "short_name": "南县",
    "slug": "south",
    "region_code": "990108",
    "person": "南管理",
    "login": "nan.guan",
}


@pytest.fixture
def admin(town: Town) -> Any:
    return town.client(CITY, "admin")


def code_on(page: str) -> str:
    found = re.search(r'<p class="code">([^<]+)</p>', page)
    assert found, page
    return found[1].strip()


def test_a_county_is_opened_in_one_form_and_its_administrator_signs_in_with_the_slip(town: Town, admin: Any) -> None:
    answer = admin.post("/organisations/new", OPENED)
    assert answer.status_code == 200
    assert "南县" in answer.text
    registry.forget()
    south = town.client("south")
    entered = south.post("/sign-in", {"login": "nan.guan", "password": code_on(answer.text)})
    assert entered.status_code == 303
    assert south.get("/people").headers["Location"].endswith("/account/password"), "a slip opens that page only"
    assert "南县消费者权益保护中心" in admin.get("/organisations").text
    assert admin.get("/organisations/south").status_code == 200


def test_it_stands_in_both_trails_and_leaves_nothing_half_done(town: Town, admin: Any) -> None:
    admin.post("/organisations/new", OPENED)
    registry.forget()
    expected = {CITY: {"tenant.opened", "tenant.person_appointed"}, "south": {"person.appointed", "person.slip"}}
    for slug, events in expected.items():
        with town.at(slug):
            mine = select(Entry.event).where(Entry.tenant_id == realm.current().writes)
            assert set(db.session.scalars(mine)) >= events
            assert verify() is None
    with town.at(CITY):
        assert db.session.scalars(half_done()).all() == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "east"}, "slug"),
        ({"slug": "static"}, "slug"),
        ({"slug": "cases"}, "slug"),
        ({"slug": "Süd"}, "slug"),
        ({"slug": "x"}, "slug"),
        ({"login": "a b"}, "login"),
        ({"login": ""}, "login"),
        ({"name": ""}, "name"),
        ({"short_name": "很长很长很长很长很长很长很长"}, "short_name"),
    ],
)
def test_what_cannot_be_opened_is_said_beside_the_field_and_nothing_is_opened(
    town: Town, admin: Any, change: dict[str, str], field: str
) -> None:
    before = list(registry.places())
    answer = admin.post("/organisations/new", {**OPENED, **change})
    assert answer.status_code == 422
    assert f'id="{field}-wrong"' in answer.text
    registry.forget()
    assert list(registry.places()) == before


def test_one_that_was_left_without_an_administrator_gets_one_later(town: Town, admin: Any) -> None:
    with town.at(CITY):
        by = town.person(CITY, "admin")
        with pytest.raises(Invalid):
            services.open_organisation(by, **{**_facts(), "slug": "east"})
        place, _person, _code = services.open_organisation(by, **_facts())
        db.session.commit()
    answer = admin.post(f"/organisations/{place.slug}", {"person": "南副手", "login": "nan.fu"})
    assert code_on(answer.text)
    assert "南副手" in admin.get(f"/organisations/{place.slug}").text
    assert admin.post(f"/organisations/{place.slug}", {"person": "又一个", "login": "nan.fu"}).status_code == 422


def _facts() -> dict[str, str]:
    return dict(OPENED)


def test_suspended_it_is_gone_and_let_in_again_it_is_back(town: Town, admin: Any) -> None:
    director = town.client(EAST, "director")
    assert director.get("/account").status_code == 200
    assert admin.post("/organisations/east/suspend").status_code == 303
    registry.forget()
    assert director.get("/account", checked=False).status_code == 404
    assert town.client(CITY, "supervisor").get("/counties/east").status_code == 200, "its figures do not go away"
    assert admin.post("/organisations/east/resume").status_code == 303
    registry.forget()
    assert director.get("/account").status_code == 200
    with town.at(CITY):
        mine = select(Entry.event).where(Entry.event.like("tenant.%"), Entry.tenant_id == 1).order_by(Entry.seq)
        events = db.session.scalars(mine).all()
        assert events == ["tenant.suspended", "tenant.resumed"]


def test_the_bureau_cannot_be_suspended(admin: Any) -> None:
    for step in ("suspend", "resume", "export"):
        assert admin.post(f"/organisations/city/{step}").status_code == 404


def test_an_export_holds_what_the_bureau_may_see_and_nothing_that_was_confided(fresh_town: Builder) -> None:
    admin = fresh_town.town.client(CITY, "admin")
    answer = admin.post("/organisations/east/export")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith("east-2026-06-18.zip")
    assert CANARY.encode() not in answer.data
    with zipfile.ZipFile(io.BytesIO(answer.data)) as bundle:
        counts = json.loads(bundle.read("counts.json"))
        assert counts["case_record"] == 7
        assert not any(
            counts[name] for name in ("case_statement", "case_party", "credential", "audit_remark", "notice")
        )
        for name in bundle.namelist():
            assert CANARY not in bundle.read(name).decode(), name


def test_the_walls_are_looked_after(admin: Any, root: Engine) -> None:
    assert 'class="note ok"' in admin.get("/organisations/walls").text
    with root.begin() as connection:
        connection.execute(text("alter table merchant disable row level security"))
    try:
        page = admin.get("/organisations/walls").text
        assert "merchant: row level security is off" in page
        assert 'class="note red"' in page
    finally:
        with root.begin() as connection:
            connection.execute(text("alter table merchant enable row level security"))
