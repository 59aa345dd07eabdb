"""Failures first: take a protection away and show that what it protected is gone.

Everything happens in one transaction of the superuser, who acts as the app role for a moment; the rollback puts the
wall up again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, create_engine, insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.accounts.models import SignIn
from tests.specimens import plant, values

EAST, WEST, CITY = 2, 3, 1


@pytest.fixture
def tampering(app: Any, root: Engine) -> Iterator[Connection]:
    with root.connect() as connection:
        plant(connection, WEST, EAST)
        yield connection
        connection.rollback()


def count(connection: Connection, table: str, *, tenant: int = EAST, reads: list[int] | None = None) -> int:
    """What the app role sees in `tenant`'s realm."""
    connection.execute(text("set local role portal_app"))
    connection.execute(
        text("select portal.set_realm(:reads, :tenant, :tenant)"), {"reads": reads or [tenant], "tenant": tenant}
    )
    found = connection.execute(text(f"select count(*) from {table} where tenant_id = {WEST}")).scalar_one()
    connection.execute(text("reset role"))
    return int(found)


def test_without_row_level_security_a_county_reads_its_neighbour(tampering: Connection) -> None:
    assert count(tampering, "person") == 0
    tampering.execute(text("alter table person disable row level security"))
    assert count(tampering, "person") > 0


def test_without_the_private_policy_the_bureau_reads_what_people_confided(tampering: Connection) -> None:
    assert count(tampering, "credential", tenant=CITY, reads=[1, 2, 3]) == 0
    tampering.execute(text("drop policy seen on credential"))
    tampering.execute(
        text("create policy seen on credential for select to portal_app using (tenant_id = any (portal.reads()))")
    )
    assert count(tampering, "credential", tenant=CITY, reads=[1, 2, 3]) > 0


def test_a_policy_that_lets_anybody_remove_lets_a_county_empty_its_neighbour(tampering: Connection) -> None:
    def removed() -> int:
        tampering.execute(text("set local role portal_app"))
        tampering.execute(text("select portal.set_realm(array[2, 3], 2, 3)"))
        gone = tampering.execute(text("delete from triage_model where tenant_id = 3")).rowcount
        tampering.execute(text("reset role"))
        return int(gone)

    assert removed() == 0
    tampering.execute(text("drop policy removed on triage_model"))
    tampering.execute(text("create policy removed on triage_model for delete to portal_app using (true)"))
    assert removed() > 0


def _sign_in_as(connection: Connection, person: UUID) -> None:
    """A session in East that belongs to `person`, whoever that is."""
    table = SignIn.__table__
    connection.execute(insert(table).values(**values(table, word=uuid4().hex, tenant_id=EAST, person_id=person)))


def _taken(connection: Connection, run: Callable[[], Any], *, role: str | None = None) -> bool:
    """Whether PostgreSQL takes a statement, or says that it breaks a key."""
    save = connection.begin_nested()
    if role:
        connection.execute(text(f"set local role {role}"))
    try:
        run()
    except IntegrityError:
        save.rollback()
        return False
    connection.execute(text("reset role"))
    save.commit()
    return True


def _drop_key_to_person(connection: Connection) -> None:
    (key,) = connection.execute(
        text(
            "select conname from pg_constraint where conrelid = 'sign_in'::regclass and contype = 'f' "
            "and confrelid = 'person'::regclass"
        )
    ).scalars()
    connection.execute(text(f"alter table sign_in drop constraint {key}"))


def test_without_composite_keys_a_row_may_point_into_another_county(tampering: Connection) -> None:
    stranger = tampering.execute(text("select id from person where tenant_id = 3 limit 1")).scalar_one()
    assert not _taken(tampering, lambda: _sign_in_as(tampering, stranger))
    _drop_key_to_person(tampering)
    tampering.execute(text("alter table person add constraint person_id_only unique (id)"))
    tampering.execute(text("delete from sign_in"))
    tampering.execute(text("alter table sign_in add foreign key (person_id) references person (id)"))
    assert _taken(tampering, lambda: _sign_in_as(tampering, stranger)), "a plain key does not know whose row it is"


def test_a_policy_that_names_no_role_opens_the_table_to_guests(tampering: Connection) -> None:
    """Permissive policies are ORed: one without a role is everybody's, whatever the others say."""

    def guest_sees() -> int:
        tampering.execute(text("set local role portal_guest"))
        seen = tampering.execute(text("select count(*) from person where tenant_id = 3")).scalar_one()
        tampering.execute(text("reset role"))
        return int(seen)

    tampering.execute(text("grant select on person to portal_guest"))
    assert guest_sees() == 0
    tampering.execute(text("create policy slip on person for select using (true)"))
    assert guest_sees() > 0


def test_without_its_own_policy_the_owner_validates_a_broken_key_and_updates_nothing(tampering: Connection) -> None:
    """FORCE binds the owner: a migration would be told that all is well."""

    def as_owner(run: Callable[[], Any]) -> Any:
        tampering.execute(text("set local role portal_owner"))
        try:
            return run()
        finally:
            tampering.execute(text("reset role"))

    def touch() -> int:
        return int(tampering.execute(text("update person set name = name")).rowcount)

    assert as_owner(touch) > 0
    tampering.execute(text("drop policy owner on person"))
    assert as_owner(touch) == 0


def test_a_broken_key_added_by_a_migration_is_refused(tampering: Connection) -> None:
    _drop_key_to_person(tampering)
    _sign_in_as(tampering, uuid4())

    def add() -> None:
        tampering.execute(
            text("alter table sign_in add foreign key (tenant_id, person_id) references person (tenant_id, id)")
        )

    assert not _taken(tampering, add, role="portal_owner")
    tampering.execute(text("drop policy owner on sign_in"))
    assert _taken(tampering, add, role="portal_owner"), "without the policy it is taken, and marked valid"


def _borrow_after_the_stay(settings: Any, statement: str) -> str:
    """What the next borrower of a pooled connection finds announced."""
    engine = create_engine(settings.url("portal_app"), pool_size=1, max_overflow=0)
    with engine.connect() as connection:
        connection.execute(text(statement))
        connection.commit()
    with engine.connect() as connection:
        left = connection.execute(text("select current_setting('portal.reads', true)")).scalar()
    engine.dispose()
    return left or ""


def test_a_setting_of_the_session_would_stay_in_the_pool(settings: Any, app: Any) -> None:
    assert _borrow_after_the_stay(settings, "select portal.set_realm(array[3::bigint], 3, 3)") == ""
    assert _borrow_after_the_stay(settings, "set portal.reads = '3'") == "3"


def test_a_view_of_the_owner_shows_every_tenant(tampering: Connection) -> None:
    tampering.execute(text("create view everyone as select * from person"))
    tampering.execute(text("grant select on everyone to portal_app"))
    assert count(tampering, "everyone") > 0


def test_the_app_role_cannot_lift_the_wall_itself(as_app: Engine, app: Any) -> None:
    for statement in (
        "alter table person disable row level security",
        "drop policy seen on person",
        "create policy mine on person for select to portal_app using (true)",
        "set role portal_owner",
        "set row_security = off; select * from person",
        "create table loot as select * from person",
    ):
        with as_app.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(text(statement))
