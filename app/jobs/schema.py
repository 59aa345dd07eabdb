"""The queue's own tables, in the schema `jobs`, where no search_path is needed to reach them."""

from __future__ import annotations

import re

from procrastinate.schema import SchemaManager

from tenants.policies import APP


def statements() -> list[str]:
    """What a migration runs as the owner; every function is pinned to the schema, so that callers need not be."""
    return [
        "create schema jobs",
        "revoke all on schema jobs from public",
        f"grant usage on schema jobs to {APP}",
        f"set local search_path = jobs; {_tables()}; set local search_path = public",
        """
do $$
declare f regprocedure;
begin
  for f in select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
           where n.nspname = 'jobs' and p.prokind = 'f' loop
    execute 'alter function ' || f::text || ' set search_path = jobs, pg_temp';
  end loop;
end $$
""",
        f"grant select, insert, update, delete on all tables in schema jobs to {APP}",
        f"grant usage on all sequences in schema jobs to {APP}",
    ]


def _tables() -> str:
    """The library's schema, without its attempt to create an extension that every PostgreSQL has."""
    return re.sub(r"DO \$\$.*?plpgsql.*?\$\$;", "", SchemaManager.get_schema(), count=1, flags=re.DOTALL).replace(
        "%", "%%"
    )
