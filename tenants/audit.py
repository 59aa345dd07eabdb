"""The walls as they should stand against the walls as they stand in PostgreSQL.

`faults()` says every difference as one sentence; none means that the promises of README.md hold in this database.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

from tenants.bases import OF_TENANT, Among, AmongEntry, Between, BetweenEntry, Reference, Walled
from tenants.database import Base
from tenants.policies import APP, FUNCTIONS, GUEST, OWNER, SEARCH, TICKETS, Policy, wall

# SECURITY DEFINER functions that exist on purpose: name -> owner. Anything else is a fault.
DEFINERS = {"portal.search_documents": SEARCH}
# What the functions of the schema `portal` do, word for word: the policies trust them.
_BODY = re.compile(r"create function (portal\.\w+)\(.*?\$\$(.*)\$\$", re.DOTALL)


def bodies(*functions: str) -> dict[str, str]:
    """name -> body of `create function portal.…` statements."""
    return {found[1]: found[2] for found in map(_BODY.search, functions) if found}


BODIES = bodies(*FUNCTIONS, *TICKETS)
# Tables that are ours without being models.
BESIDE = {"alembic_version"}
# Schemas of libraries whose rows carry ids only.
LIBRARIES = {"jobs"}


def models() -> dict[str, type[Any]]:
    return {
        mapper.local_table.name: mapper.class_  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, Walled)
    }


def faults(connection: Connection) -> list[str]:
    """Every difference between what the models ask for and what the database does, as sentences."""
    known = models()
    return [
        *_tables(connection, known),
        *_policies(connection, known),
        *_grants(connection, known),
        *_keys(connection, known),
        *_doors(connection),
        *_roles(connection),
    ]


class NotSetUp(RuntimeError):
    """There are no tables, and so no walls that could be compared."""


def refuse_no_tables(connection: Connection) -> None:
    there = "select 1 from pg_class where relnamespace = 'public'::regnamespace and relname = 'tenant'"
    if not _rows(connection, there):
        raise NotSetUp("there are no tables")


class BrokenWalls(RuntimeError):
    """The walls in the database are not the declared ones."""


def refuse_broken_walls(engine: Engine) -> None:
    """Raises NotSetUp, or BrokenWalls where the walls in the database differ from the declared ones."""
    with engine.connect() as connection:
        refuse_no_tables(connection)
        found = faults(connection)
    if found:
        engine.dispose()
        more = f"; and {len(found) - 3} more, which flask tenants audit lists" if len(found) > 3 else ""
        raise BrokenWalls("the portal does not serve behind broken walls: " + "; ".join(found[:3]) + more)


def _rows(connection: Connection, statement: str, **values: Any) -> list[Any]:
    return list(connection.execute(text(statement), values))


def _tables(connection: Connection, known: dict[str, type[Any]]) -> list[str]:
    said = []
    there = {
        row.relname: row
        for row in _rows(
            connection,
            "select c.relname, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner) as owner "
            "from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "where n.nspname = 'public' and c.relkind in ('r', 'p')",
        )
    }
    for name in sorted(known.keys() - there.keys()):
        said.append(f"{name}: the model has no table")
    for name in sorted(there.keys() - known.keys() - BESIDE):
        said.append(f"{name}: the table has no model on one of the six bases")
    for name in sorted(known.keys() & there.keys()):
        row = there[name]
        if not row.relrowsecurity:
            said.append(f"{name}: row level security is off")
        if not row.relforcerowsecurity:
            said.append(f"{name}: row level security does not bind the owner (FORCE is off)")
        if row.owner != OWNER:
            said.append(f"{name}: belongs to {row.owner}, not to {OWNER}")
    return said


# Every column that a policy speaks of.
_SPOKEN_OF = (
    "tenant_id bigint, sender_id bigint, receiver_id bigint, author_id bigint, lead_id bigint, participants bigint[], "
    "open_to_receiver boolean, status text, ticket_hash text"
)


def _as_printed(connection: Connection, policies: Iterable[Policy]) -> dict[str | None, str | None]:
    """expression -> how PostgreSQL prints it: with every parenthesis, so that nothing else is taken for the same.

    It is asked to print them, in a table of the moment: a printer of ours would be right about what it was told of.
    What asks for a function that is not there can not be said, and no policy on a table is the same as that.
    """
    said = sorted({one for policy in policies for one in (policy.using, policy.check) if one})
    with connection.begin_nested() as save:
        connection.exec_driver_sql(f"create temporary table wall_words ({_SPOKEN_OF})")
        for place, expression in enumerate(said):
            with suppress(ProgrammingError), connection.begin_nested():
                connection.exec_driver_sql(f"create policy said_{place} on wall_words using ({expression})")
        printed = {
            row.polname: row.words
            for row in _rows(
                connection,
                "select polname::text, pg_get_expr(polqual, polrelid) as words from pg_policy "
                "where polrelid = 'pg_temp.wall_words'::regclass",
            )
        }
        save.rollback()
    return {None: None, **{one: printed.get(f"said_{place}", "") for place, one in enumerate(said)}}


def _policies(connection: Connection, known: dict[str, type[Any]]) -> list[str]:
    said = []
    there: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in _rows(
        connection,
        "select tablename, policyname, permissive, roles::text[] as roles, cmd, qual, with_check "
        "from pg_policies where schemaname = 'public'",
    ):
        there[row.tablename][row.policyname] = row
    printed = _as_printed(connection, (policy for model in known.values() for policy in wall(model).policies()))
    for table, model in sorted(known.items()):
        wanted = {policy.name: policy for policy in wall(model).policies()}
        for name in sorted(wanted.keys() - there[table].keys()):
            said.append(f"{table}: policy {name!r} is missing")
        for name in sorted(there[table].keys() - wanted.keys()):
            said.append(f"{table}: policy {name!r} is not one of ours")
        for name in sorted(wanted.keys() & there[table].keys()):
            if not _same(wanted[name], there[table][name], printed):
                said.append(f"{table}: policy {name!r} was changed")
    return said


def _same(policy: Policy, row: Any, printed: dict[str | None, str | None]) -> bool:
    return (
        row.permissive == "PERMISSIVE"
        and row.cmd == policy.command
        and list(row.roles) == [policy.role]
        and row.qual == printed[policy.using]
        and row.with_check == printed[policy.check]
    )


def _grants(connection: Connection, known: dict[str, type[Any]]) -> list[str]:
    said = []
    there: dict[str, dict[tuple[str, str], set[str] | None]] = defaultdict(dict)
    for row in _rows(
        connection,
        "select c.relname, a.grantee::regrole::text as role, a.grantee, a.privilege_type "
        "from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a "
        "where n.nspname = 'public' and c.relkind in ('r', 'p')",
    ):
        role = "PUBLIC" if row.grantee == 0 else row.role
        if role != OWNER:
            there[row.relname][(role, row.privilege_type)] = None
    for row in _rows(
        connection,
        "select c.relname, t.attname, a.grantee::regrole::text as role, a.grantee, a.privilege_type "
        "from pg_attribute t join pg_class c on c.oid = t.attrelid "
        "join pg_namespace n on n.oid = c.relnamespace, aclexplode(t.attacl) a "
        "where n.nspname = 'public' and c.relkind in ('r', 'p') and not t.attisdropped",  # 15 keeps what those granted
    ):
        key = ("PUBLIC" if row.grantee == 0 else row.role, row.privilege_type)
        columns = there[row.relname].setdefault(key, set())
        if columns is not None:
            columns.add(row.attname)
    for table, model in sorted(known.items()):
        wanted = wall(model).grants()
        for key in sorted(wanted.keys() - there[table].keys()):
            said.append(f"{table}: {key[0]} lacks {key[1]}")
        for key in sorted(there[table].keys() - wanted.keys()):
            said.append(f"{table}: {key[0]} has {key[1]}, which no wall grants")
        for key in sorted(wanted.keys() & there[table].keys()):
            columns = there[table][key]
            if wanted[key] != (None if columns is None else frozenset(columns)):
                said.append(f"{table}: {key[0]} has {key[1]} on other columns than its wall grants")
    return said


def _tenant_columns(model: type[Any] | None) -> set[str]:
    """The columns that say whose a row is: one of them must be in every key that crosses tables."""
    if model is None or issubclass(model, Reference):
        return set()
    if issubclass(model, OF_TENANT):
        return {"tenant_id"}
    if issubclass(model, Between | BetweenEntry):
        return {"sender_id", "receiver_id"}
    return {"lead_id", "author_id", "participants"} if issubclass(model, Among | AmongEntry) else set()


def _keys(connection: Connection, known: dict[str, type[Any]]) -> list[str]:
    said = []
    for row in _rows(
        connection,
        "select k.conname, s.relname as source, t.relname as target, "
        "(select array_agg(a.attname order by a.attnum)::text[] from pg_attribute a "
        " where a.attrelid = k.conrelid and a.attnum = any (k.conkey)) as columns, k.confdeltype, k.convalidated "
        "from pg_constraint k join pg_class s on s.oid = k.conrelid join pg_class t on t.oid = k.confrelid "
        "join pg_namespace n on n.oid = s.relnamespace where k.contype = 'f' and n.nspname = 'public'",
    ):
        whose = _tenant_columns(known.get(row.source))
        if _tenant_columns(known.get(row.target)) and not whose & set(row.columns):
            said.append(f"{row.source}: foreign key {row.conname} to {row.target} does not carry the tenant")
        if row.confdeltype == "n":
            said.append(f"{row.source}: foreign key {row.conname} sets null on delete, which Citus refuses")
        if not row.convalidated:
            said.append(f"{row.source}: foreign key {row.conname} was never validated")
    for row in _rows(
        connection,
        "select i.relname as name, t.relname as source, x.indisprimary, "
        "(select array_agg(a.attname order by k.n)::text[] from unnest(x.indkey::int[]) with ordinality k(attnum, n) "
        " join pg_attribute a on a.attrelid = t.oid and a.attnum = k.attnum) as columns "
        "from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid "
        "join pg_namespace n on n.oid = t.relnamespace where x.indisunique and n.nspname = 'public'",
    ):
        model = known.get(row.source)
        if model is not None and issubclass(model, OF_TENANT) and row.columns[0] != "tenant_id":
            said.append(
                f"{row.source}: unique index {row.name} does not start with tenant_id and tells what others have"
            )
        shared = model is not None and issubclass(model, Between | BetweenEntry | Among | AmongEntry)
        if shared and row.columns[0] not in ("id", "sender_id", "author_id", "lead_id"):
            said.append(f"{row.source}: unique index {row.name} starts with neither its key nor a party")
    for row in _rows(
        connection,
        "select c.relname, g.tgname from pg_trigger g join pg_class c on c.oid = g.tgrelid "
        "join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and not g.tgisinternal",
    ):
        said.append(f"{row.relname}: trigger {row.tgname}; Citus refuses triggers")
    return said


def _doors(connection: Connection) -> list[str]:
    said = []
    for row in _rows(
        connection,
        "with given as (select c.oid, a.grantee from pg_class c, aclexplode(c.relacl) a "
        "union select t.attrelid, a.grantee from pg_attribute t, aclexplode(t.attacl) a) "
        "select distinct n.nspname || '.' || c.relname as name, c.relkind in ('v', 'm') as view, "
        "given.grantee::regrole::text as role, given.grantee "
        "from given join pg_class c on c.oid = given.oid join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%' "
        "and (c.relkind in ('v', 'm') or n.nspname <> 'public' and c.relkind in ('r', 'p', 'f')) "
        "and not (n.nspname = any (:libraries)) and not exists (select from pg_depend d where d.objid = c.oid "
        "and d.deptype = 'e')",
        libraries=sorted(LIBRARIES),
    ):
        if row.grantee == 0 or row.role in (APP, GUEST, SEARCH):
            whom = "PUBLIC" if row.grantee == 0 else row.role
            what = (
                "a view is granted to {}; views run as their owner"
                if row.view
                else "a table out of sight, granted to {}"
            )
            said.append(f"{row.name}: {what.format(whom)}")
    found = {}
    for row in _rows(
        connection,
        "select n.nspname || '.' || p.proname as name, pg_get_userbyid(p.proowner) as owner, p.proconfig, "
        "exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a "
        "        where a.grantee = 0) as everybody, "
        "(select array_agg(a.grantee::regrole::text) from aclexplode(p.proacl) a where a.grantee <> 0) as who "
        "from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
        "where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema') "
        "and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')",
    ):
        found[row.name] = row.owner
        if row.name not in DEFINERS:
            said.append(f"{row.name}: a SECURITY DEFINER function that no list names")
        elif row.owner != DEFINERS[row.name]:
            said.append(f"{row.name}: belongs to {row.owner}, not to {DEFINERS[row.name]}")
        if not any(setting.startswith("search_path=") for setting in row.proconfig or ()):
            said.append(f"{row.name}: its search_path is not pinned")
        if row.everybody:
            said.append(f"{row.name}: everybody may execute it")
        said += [f"{row.name}: {role} may execute it" for role in row.who or () if role not in (APP, OWNER, row.owner)]
    said += [f"{name}: the listed function is missing" for name in sorted(DEFINERS.keys() - found.keys())]
    return said + _functions(connection)


def _functions(connection: Connection) -> list[str]:
    """The functions that policies and doors rest on do what they were made to do, and there are no others."""
    there = {
        row.name: row
        for row in _rows(
            connection,
            "select 'portal.' || proname as name, prosrc, proconfig, prosecdef from pg_proc "
            "where pronamespace = 'portal'::regnamespace",
        )
    }
    said = [f"{name}: a function that no list names" for name in sorted(there.keys() - BODIES.keys() - DEFINERS.keys())]
    for name, body in sorted(BODIES.items()):
        row = there.get(name)
        if row is None:
            said.append(f"{name}: the function is missing")
        elif row.prosrc != body or (row.prosecdef and name not in DEFINERS):
            said.append(f"{name}: the function was changed")
    return said


def _roles(connection: Connection) -> list[str]:
    said = []
    roles = {
        row.rolname: row
        for row in _rows(
            connection,
            "select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin from pg_roles "
            "where rolname = any (:names)",
            names=[OWNER, APP, GUEST, SEARCH],
        )
    }
    for name in (OWNER, APP, GUEST, SEARCH):
        if name not in roles:
            said.append(f"role {name} is missing")
            continue
        row = roles[name]
        for fault, words in (
            (row.rolsuper, "is a superuser"),
            (row.rolbypassrls, "has BYPASSRLS"),
            (row.rolcreaterole, "may create roles"),
            (row.rolcreatedb, "may create databases"),
            (name == SEARCH and row.rolcanlogin, "may log in"),
        ):
            if fault:
                said.append(f"role {name} {words}")
    for row in _rows(
        connection,
        "select m.member::regrole::text as member, m.roleid::regrole::text as role from pg_auth_members m "
        "where m.member::regrole::text = any (:names)",
        names=[APP, GUEST, SEARCH],
    ):
        said.append(f"role {row.member} is a member of {row.role}")
    for row in _rows(
        connection,
        "select coalesce(r.rolname, 'everybody') as role, setting from pg_db_role_setting s "
        "left join pg_roles r on r.oid = s.setrole, unnest(s.setconfig) setting "
        "where setting like 'portal.%' and s.setdatabase in (0, (select oid from pg_database where datname = "
        "current_database()))",
    ):
        said.append(f"role {row.role} begins in a realm of its own: {row.setting}")
    for row in _rows(
        connection,
        "select pg_get_userbyid(c.relowner) as role, c.relname from pg_class c join pg_namespace n on "
        "n.oid = c.relnamespace where n.nspname not like 'pg_%' and pg_get_userbyid(c.relowner) = any (:names)",
        names=[APP, GUEST, SEARCH],
    ):
        said.append(f"role {row.role} owns {row.relname}")
    return said
