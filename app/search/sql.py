"""The index and the one function that reads it: run by migrations, named for the audit of the walls.

Row level security keeps `@@` away from an index, because the operator is not leakproof. So the index is read by a
function that runs as `portal_search`, a role that cannot log in and may read this one table; the tenant is tested
inside. It returns keys and dates, never text: the rows are then read as the person who asks.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from tenants.policies import APP, SEARCH

NAME = "portal.search_documents"
SIGNATURE = f"{NAME}(text[], text, text[], boolean, timestamptz, uuid, integer)"
INDEX = "ix_search_document_tsv"

# For a common word the index lists far more than a page needs; walking from the newest document meets enough of
# them at once. For a rare one the walk would be long, and the index is short. The planner's guess is right only
# while a word is spread evenly over the years, so the newest documents themselves decide: a first short walk shows
# how common the word is nowadays, a second one follows where it promises the rest of the page, and whatever is
# still missing comes from the index, older than where the walk ended. The matches are fenced off (offset 0) so
# that no plan turns them back into a walk; the tenant is a variable, and with custom plans a bigint constant.
_MATCHES = """d.kind = any (kinds) and d.tsv @@ query and (d.is_open or not only_open)
        and not exists (select from unnest(words) word where strpos(d.folded, word) = 0)"""
_FROM_HERE = "d.tenant_id = mine and (d.at, d.subject_id) < (before_at, before_id)"
_NEWEST_FIRST = "order by d.at desc, d.subject_id desc"
FUNCTION = f"""
create function {NAME}(
  kinds text[], asked text, words text[], only_open boolean, before_at timestamptz, before_id uuid, most integer
) returns table (kind text, subject_id uuid, at timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
  mine bigint := portal.opens();
  query tsquery := asked::tsquery;
  walk integer := 100;
  met integer;
begin
  if mine is null then return; end if;
  before_at := coalesce(before_at, 'infinity');
  before_id := coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  for step in 1..2 loop
    return query
      select d.kind, d.subject_id, d.at
      from (select * from public.search_document d where {_FROM_HERE} {_NEWEST_FIRST} limit walk) d
      where {_MATCHES}
      {_NEWEST_FIRST} limit most;
    get diagnostics met = row_count;
    most := most - met;
    if most <= 0 then return; end if;
    select d.at, d.subject_id into before_at, before_id
      from public.search_document d where {_FROM_HERE} {_NEWEST_FIRST} offset walk - 1 limit 1;
    if not found then return; end if;
    exit when met < 5;
    walk := 2 * walk * most / met;
  end loop;
  return query
    select d.kind, d.subject_id, d.at
    from (select d.kind, d.subject_id, d.at from public.search_document d
          where {_FROM_HERE} and {_MATCHES} offset 0) d
    {_NEWEST_FIRST} limit most;
end $$
"""  # noqa: S608 (constants of this file only)


def statements(connection: Connection) -> list[str]:
    """What a migration runs once `search_document` is there, one statement per execute."""
    return [
        index(connection),
        FUNCTION,
        f"alter function {SIGNATURE} owner to {SEARCH}",
        f"revoke all on function {SIGNATURE} from public",
        f"grant execute on function {SIGNATURE} to {APP}",
    ]


def index(connection: Connection) -> str:
    """With btree_gin one tenant's words are looked up alone; without it everybody's, and the tenant is picked out."""
    found = connection.execute(text("select exists (select from pg_extension where extname = 'btree_gin')"))
    columns = "tenant_id, tsv" if found.scalar_one() else "tsv"
    return f"create index {INDEX} on search_document using gin ({columns})"
