"""Failures first: take a protection away and show that what it protected is gone.

Everything happens in one transaction of the superuser, who acts as the app role for a moment; the rollback puts the
wall up again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.specimens import plant

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


def _sign_in_of_a_stranger(connection: Connection) -> None:
    stranger = connection.execute(text("select id from person where tenant_id = 3 limit 1")).scalar_one()
    connection.execute(
        text(
            "insert into sign_in (tenant_id, id, person_id, token_hash, role, device, begun_at, seen_at) "
            "values (2, :id, :person, 'x', 'clerk', '', now(), now())"
        ),
        {"id": uuid4(), "person": stranger},
    )


def test_without_composite_keys_a_row_may_point_into_another_county(tampering: Connection) -> None:
    with tampering.begin_nested() as attempt, pytest.raises(IntegrityError):
        _sign_in_of_a_stranger(tampering)
    if attempt.is_active:
        attempt.rollback()
    (key,) = tampering.execute(
        text(
            "select conname from pg_constraint where conrelid = 'sign_in'::regclass and contype = 'f' "
            "and confrelid = 'person'::regclass"
        )
    ).scalars()
    tampering.execute(text(f"alter table sign_in drop constraint {key}"))
    tampering.execute(text("alter table person add constraint person_id_only unique (id)"))
    tampering.execute(text("alter table sign_in add foreign key (person_id) references person (id)"))
    _sign_in_of_a_stranger(tampering)


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
    tampering.execute(text("set local session_replication_role = replica"))
    tampering.execute(text("alter table sign_in drop constraint if exists fk_sign_in_tenant_id_person_id"))
    (key,) = list(
        tampering.execute(
            text(
                "select conname from pg_constraint where conrelid = 'sign_in'::regclass and contype = 'f' "
                "and confrelid = 'person'::regclass"
            )
        ).scalars()
    ) or [None]
    if key:
        tampering.execute(text(f"alter table sign_in drop constraint {key}"))
    tampering.execute(
        text(
            "insert into sign_in (tenant_id, id, person_id, token_hash, role, device, begun_at, seen_at) "
            "values (2, :id, :nobody, 'y', 'clerk', '', now(), now())"
        ),
        {"id": uuid4(), "nobody": uuid4()},
    )
    tampering.execute(text("set local session_replication_role = origin"))
    add = text(
        "alter table sign_in add constraint again foreign key (tenant_id, person_id) references person (tenant_id, id)"
    )

    def attempt() -> bool:
        """Whether PostgreSQL took the key over the violating row."""
        save = tampering.begin_nested()
        tampering.execute(text("set local role portal_owner"))
        try:
            tampering.execute(add)
        except IntegrityError:
            save.rollback()
            return False
        tampering.execute(text("reset role"))
        save.commit()
        return True

    assert attempt() is False
    tampering.execute(text("drop policy owner on sign_in"))
    assert attempt() is True, "without the policy the broken key is taken, and marked valid"


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
