"""The narrow doors: roles, opening and closing organisations, and one act in another realm."""

from __future__ import annotations

import csv
import io
import json
import random
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, BinaryIO
from uuid import UUID

from psycopg import Error, errors, sql
from sqlalchemy import Connection, Engine, ForeignKey, Select, event, func, or_, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column

from tenants import realm
from tenants.bases import OF_TENANT, Between, BetweenEntry, Owned, uuid7
from tenants.database import Base, db
from tenants.policies import APP, GUEST, OWNER, SEARCH
from tenants.realm import Place, Realm
from tenants.registry import SLUG, Tenant, registry

ROLES = [OWNER, APP, GUEST, SEARCH]

# The minutes a forgotten transaction may hold its locks, the seconds a statement may run or wait.
LIMITS = {
    APP: {"statement_timeout": "30s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "60s"},
    GUEST: {"statement_timeout": "5s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "10s"},
    OWNER: {"lock_timeout": "5s"},
}


def roles_sql(database: str, passwords: dict[str, str]) -> list[str]:
    """The statements that make the four roles and hand them one database; may be run again and again.

    For a superuser, or a role with CREATEROLE that owns the database; `flask tenants roles --print-sql` prints them for
    a DBA.
    """
    name = sql.Identifier(database)
    lines: list[sql.Composable] = []
    for role in ROLES:
        login = sql.SQL("login" if role in passwords else "nologin")
        lines.append(
            sql.SQL(
                "do $do$ begin if not exists (select from pg_roles where rolname = {literal}) "
                "then create role {role}; end if; end $do$"
            ).format(literal=sql.Literal(role), role=sql.Identifier(role))
        )
        password = sql.SQL(" password {}").format(sql.Literal(passwords[role])) if role in passwords else sql.SQL("")
        # Since version 16 NOCREATEDB may be said only by who has CREATEDB: it is said where it changes something.
        lines.append(
            sql.SQL(
                "do $do$ begin if exists (select from pg_roles where rolname = {literal} and rolcreatedb) "
                "then alter role {role} nocreatedb; end if; end $do$"
            ).format(literal=sql.Literal(role), role=sql.Identifier(role))
        )
        lines.append(
            sql.SQL("alter role {role} with {login} nocreaterole inherit{password}").format(
                role=sql.Identifier(role), login=login, password=password
            )
        )
    lines += [
        sql.SQL("grant {search} to {owner}").format(search=sql.Identifier(SEARCH), owner=sql.Identifier(OWNER)),
        sql.SQL("revoke all on database {} from public").format(name),
        sql.SQL("grant connect, create, temporary on database {} to {}").format(name, sql.Identifier(OWNER)),
        sql.SQL("grant connect, temporary on database {} to {}").format(name, sql.Identifier(APP)),
        sql.SQL("grant connect on database {} to {}").format(name, sql.Identifier(GUEST)),
        sql.SQL("revoke all on schema public from public"),
        sql.SQL("grant all on schema public to {} with grant option").format(sql.Identifier(OWNER)),
    ]
    for role, limits in LIMITS.items():
        lines += [
            sql.SQL("alter role {} in database {} set {} = {}").format(
                sql.Identifier(role), name, sql.Identifier(setting), sql.Literal(value)
            )
            for setting, value in limits.items()
        ]
    return [line.as_string(None) for line in lines]


class WrongOwner(RuntimeError):
    """The migrations were about to run as a role other than the one that the walls name as owner of the tables."""


OLDEST = 15  # of PostgreSQL: the walls are tested on no older one


class OldServer(RuntimeError):
    """PostgreSQL is older than the walls need."""


def refuse_old_server(engine: Engine) -> None:
    with engine.connect() as connection:
        version = int(connection.execute(text("show server_version_num")).scalar_one())
    if version < OLDEST * 10_000:
        raise OldServer(f"PostgreSQL {version // 10_000} is too old")


def refuse_wrong_owner(owner: Engine) -> None:
    with owner.connect() as connection:
        name = connection.execute(text("select current_user")).scalar_one()
    if name != OWNER:
        raise WrongOwner(f"OWNER_URL signs in as {name}, but the tables must belong to {OWNER}")


class NoRoles(RuntimeError):
    """The roles of the portal are not there, and who sets up may not make them."""


def make_roles(engine: Engine, passwords: dict[str, str]) -> None:
    """Run `roles_sql` on the database that `engine` is connected to, if whoever that is may; else they must be there.

    Raises NoRoles, which never repeats a statement: a password stands in it.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(text(_MAY_MAKE_ROLES), {"roles": ROLES}).scalar_one():
            there = set(connection.execute(text(_THERE), {"roles": ROLES}).scalars())
            if missing := [role for role in ROLES if role not in there]:
                raise NoRoles(", ".join(missing))
            if not connection.execute(text(_MAY_CREATE)).scalar_one():
                raise NoRoles(f"{OWNER} may create nothing in this database")
            return
        database = connection.execute(text("select current_database()")).scalar_one()
        verifiers = {role: _verifier(connection, role, password) for role, password in passwords.items()}
        for statement in roles_sql(database, verifiers):
            _run_in_turn(connection, statement)


def _verifier(connection: Connection, role: str, password: str) -> str:
    """What PostgreSQL keeps instead of the password: it writes statements that fail, and often all, into its log."""
    driver: Any = connection.connection.driver_connection
    return str(driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode())


def add_extensions(owner: Engine) -> None:
    """Those that make the portal faster, where the server has them; the owner may, for PostgreSQL trusts them."""
    with owner.begin() as connection:
        found = text("select 1 from pg_available_extensions where name = 'btree_gin'")
        if connection.execute(found).first() is not None:
            connection.exec_driver_sql("create extension if not exists btree_gin")


def _run_in_turn(connection: Connection, statement: str) -> None:
    """Roles belong to the whole server, and advisory locks to one database: who comes second tries again."""
    for attempt in range(50):
        try:
            connection.exec_driver_sql(statement)
            return
        except DBAPIError as fault:
            why = fault.orig
        # Said again out here, so that the fault with the statement in it hangs on nothing.
        if not isinstance(why, _CLASHES) or attempt == 49:
            raise NoRoles(why.diag.message_primary if isinstance(why, Error) else type(why).__name__)
        time.sleep(0.02 + random.random() / 20)


class UnsafeRole(RuntimeError):
    """The application was about to serve as a role that row level security does not bind."""


_CLASHES = (errors.InternalError_, errors.UniqueViolation, errors.DuplicateObject)  # two who make roles at once
# CREATEROLE alone does not do: since version 16 it takes ADMIN over roles that are there, and a database is handed out
# by its owner.
_MAY_MAKE_ROLES = """
select me.rolsuper or me.rolcreaterole and pg_has_role(d.datdba, 'usage') and not exists (
    select from pg_roles r where r.rolname = any (:roles) and current_setting('server_version_num')::int >= 160000
    and not pg_has_role(r.oid, 'member with admin option'))
from pg_roles me, pg_database d where me.rolname = current_user and d.datname = current_database()
"""
_MAY_CREATE = "select has_database_privilege('portal_owner', current_database(), 'create')"
_THERE = "select rolname from pg_roles where rolname = any (:roles)"
_ROLE = """
select rolname, rolsuper, rolbypassrls, rolcreaterole, pg_has_role(current_user, 'portal_owner', 'member') as owns,
       pg_has_role(current_user, 'portal_app', 'member') and :guest as acts
from pg_roles where rolname = current_user
"""


def refuse_unsafe_role(engine: Engine, *, now: bool, guest: bool = False) -> None:
    """Let no connection out of this engine if its role may ignore policies: UnsafeRole, at the first connection.

    A `guest` may not be a role that acts for organisations either. `now` makes that connection here: a server does not
    start; a command may come before there are roles at all.
    """

    @event.listens_for(engine, "first_connect")
    def look(connection: Any, record: Any) -> None:
        with connection.cursor() as cursor:
            name, *faults = cursor.execute(_ROLE.replace(":guest", str(guest))).fetchone()
        connection.rollback()
        said = ("is a superuser", "has BYPASSRLS", "may create roles", f"is a member of {OWNER}", f"acts as {APP}")
        for fault, words in zip(faults, said, strict=True):
            if fault:
                connection.close()
                raise UnsafeRole(f"the portal does not serve as {name}, which {words}: use {GUEST if guest else APP}")

    if now:
        engine.connect().close()


class Act(Owned):
    """One act in another realm, begun and done; a row without `done_at` is a half-done act for the sweep."""

    __tablename__ = "act"
    changes = ("done_at", "undone")

    target_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    why: Mapped[str]
    begun_at: Mapped[datetime] = mapped_column(server_default=func.now())
    done_at: Mapped[datetime | None]
    undone: Mapped[bool] = mapped_column(default=False, server_default="false")  # refused, and rolled back there


_acting: ContextVar[UUID | None] = ContextVar("act", default=None)


def acting() -> UUID | None:
    """The act under which this is done in another realm; what is recorded there bears it."""
    return _acting.get()


@contextmanager
def during(act_id: UUID) -> Iterator[None]:
    """What is done inside belongs to an act."""
    token = _acting.set(act_id)
    try:
        yield
    finally:
        _acting.reset(token)


@contextmanager
def act_in(target: Realm, why: str) -> Iterator[UUID]:
    """One act in another realm: a second session and transaction, committed when the block ends well.

    The intention is committed at home first and marked done afterwards, both under the act id that is
    yielded, so that a crash between the two transactions leaves a row that `half_done()` finds. A refusal inside
    rolls the act back over there and is noted here as undone.
    """
    at_home = realm.current()
    if at_home.writes is None or target.home is None:
        raise PermissionError("an act needs an organisation that acts and one that it is done in")
    act_id = uuid7()
    with realm.aside(at_home, db.leave):
        db.session.add(Act(id=act_id, target_id=target.home.id, why=why))
        db.session.commit()
    undone = True
    try:
        with realm.aside(target, db.leave), during(act_id):
            yield act_id
            db.session.commit()
        undone = False
    finally:
        with realm.aside(at_home, db.leave):
            act = db.session.get_one(Act, (at_home.writes, act_id))
            act.done_at, act.undone = datetime.now(UTC), undone
            db.session.commit()


@contextmanager
def look_in(target: Realm) -> Iterator[None]:
    """Read in another realm, in a session of its own that is never committed (the bureau under a grant)."""
    if target.writes is not None:
        raise PermissionError("looking is done without a pen")
    with realm.aside(target, db.leave):
        yield


def half_done() -> Select[Any]:
    """Acts of this tenant that were begun a while ago and never marked done: older than any is still under way."""
    mine = Act.tenant_id == realm.current().writes
    return select(Act).where(mine, Act.done_at.is_(None), Act.begun_at < func.now() - text("interval '15 minutes'"))


def settle(act: Act, found: Callable[[Act], bool]) -> bool:
    """Mark a half-done act by what its other side says; whether it was done there. `found` is asked in that realm."""
    with realm.aside(registry.realm(act.target_id), db.leave):
        done = found(act)
    act.done_at, act.undone = datetime.now(UTC), not done
    return done


# Who writes into the chains what was done from the command line: (event, organisation, facts, words).
RECORDERS: list[Callable[[str, Place, Mapping[str, Any], str | None], None]] = []


def record(event: str, place: Place, *, text: str | None = None, **facts: Any) -> None:
    """Let what was done by nobody who is signed in stand in the chain of the realm that runs. Before the commit."""
    for recorder in RECORDERS:
        recorder(event, place, facts, text)


def open_tenant(
    slug: str, name: str, kind: str, *, short_name: str | None = None, region_code: str | None = None
) -> Place:
    """Open an organisation, from inside the bureau's realm. Raises ValueError on a slug that is none, or taken."""
    if not SLUG.fullmatch(slug):
        raise ValueError(
            f"{slug} 不能用作简称：须以小写字母开头，由小写字母、数字和短横组成，2 至 31 个字符。 "
            f"{slug} is no slug: small letters, digits and dashes, 2 to 31, a letter first."
        )
    if registry.find(slug) is not None:
        raise ValueError(f"{slug} 已被占用。 {slug} is taken.")
    number = db.session.execute(select(func.coalesce(func.max(Tenant.id), 0) + 1)).scalar_one()
    tenant = Tenant(
        id=number, slug=slug, name=name, short_name=short_name or name, kind=kind, region_code=region_code, active=True
    )
    db.session.add(tenant)
    db.session.flush()
    return tenant.place()


def rename(slug: str, name: str, *, short_name: str | None = None) -> str:
    """Give an organisation another name, from inside the bureau's realm; its slug, and every address, stays.

    Papers that were issued keep the name they bear. Returns “old → new”; raises ValueError for no name.
    """
    if not name.strip() or (short_name is not None and not short_name.strip()):
        raise ValueError("名称不能为空。 A name is needed.")
    tenant = db.session.execute(select(Tenant).where(Tenant.slug == slug)).scalar_one()
    was, tenant.name, tenant.short_name = tenant.name, name.strip(), (short_name or name).strip()
    return f"{was} → {tenant.name}"


def suspend(slug: str, *, active: bool = False) -> None:
    """Shut an organisation out, or let it in again, from inside the bureau's realm; takes seconds to act."""
    tenant = db.session.execute(select(Tenant).where(Tenant.slug == slug)).scalar_one()
    if tenant.kind == "bureau":
        raise ValueError("市级机构不能停用。 The bureau cannot be suspended.")
    tenant.active = active


def export(place: Place, out: BinaryIO) -> dict[str, int]:
    """Write all rows that belong to `place` as CSV files in a zip; returns table -> rows. Run in its realm.

    Between rows are in both parties' exports: the exchange belongs to both.
    """
    counts: dict[str, int] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for model in sorted(_models(), key=lambda model: str(model.__tablename__)):
            name = model.__tablename__
            table = Base.metadata.tables[name]
            if issubclass(model, OF_TENANT):
                query = select(table).where(table.c.tenant_id == place.id)
            elif issubclass(model, Between | BetweenEntry):
                query = select(table).where(or_(table.c.sender_id == place.id, table.c.receiver_id == place.id))
            else:
                continue
            lines = io.StringIO()
            writer = csv.writer(lines)
            writer.writerow(table.columns.keys())
            rows = db.session.execute(query.order_by(*table.primary_key.columns))
            count = 0
            for row in rows:
                writer.writerow([_plain(value) for value in row])
                count += 1
            counts[name] = count
            bundle.writestr(f"{name}.csv", lines.getvalue())
        bundle.writestr("counts.json", json.dumps(counts, indent=1, sort_keys=True))
    return counts


def _models() -> list[Any]:
    return [mapper.class_ for mapper in Base.registry.mappers]


def _plain(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if hasattr(value, "isoformat") else value
