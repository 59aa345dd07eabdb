"""The policy SQL of every base and the grants of every role.

Migrations protect a table by naming its `Wall`; `audit.py` derives the wall from the model and compares what
PostgreSQL really has with what this file says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tenants.bases import (
    Among,
    AmongEntry,
    Between,
    BetweenEntry,
    Owned,
    Private,
    Reference,
    Shared,
    Walled,
)
from tenants.realm import BUREAU_ID

OWNER, APP, GUEST, SEARCH = "portal_owner", "portal_app", "portal_guest", "portal_search"

# The realm, announced once per transaction. plpgsql with SET LOCAL is the one form that is safe in a pool and
# also reaches the workers of a Citus cluster; set_config() and a session SET are neither.
FUNCTIONS = (
    """
create function portal.set_realm(reads bigint[], writes bigint, opens bigint) returns void
language plpgsql as $$
begin
  execute format('SET LOCAL portal.reads = %L', array_to_string(reads, ','));
  execute format('SET LOCAL portal.writes = %L', coalesce(writes::text, ''));
  execute format('SET LOCAL portal.opens = %L', coalesce(opens::text, ''));
end $$
""",
    """
create function portal.reads() returns bigint[] language sql stable parallel safe as
$$ select string_to_array(nullif(current_setting('portal.reads', true), ''), ',')::bigint[] $$
""",
    """
create function portal.writes() returns bigint language sql stable parallel safe as
$$ select nullif(current_setting('portal.writes', true), '')::bigint $$
""",
    """
create function portal.opens() returns bigint language sql stable parallel safe as
$$ select nullif(current_setting('portal.opens', true), '')::bigint $$
""",
)

# The ticket of a guest, announced in the same way: it opens one row.
TICKETS = (
    """
create function portal.set_ticket(ticket text) returns void language plpgsql as $$
begin
  execute format('SET LOCAL portal.ticket = %L', ticket);
end $$
""",
    """
create function portal.ticket() returns text language sql stable parallel safe as
$$ select nullif(current_setting('portal.ticket', true), '') $$
""",
)

_MINE = "tenant_id = portal.writes()"
_SEEN = {
    "owned": "tenant_id = ANY (portal.reads())",
    "private": "tenant_id = portal.opens()",
    # What the city says to all is said to those who are somebody: without a realm there are no rows.
    "shared": f"tenant_id = ANY (portal.reads()) OR (tenant_id = {BUREAU_ID} AND portal.reads() IS NOT NULL)",
    "between": "sender_id = ANY (portal.reads()) OR receiver_id = ANY (portal.reads())",
    "between_entry": "sender_id = ANY (portal.reads()) OR receiver_id = ANY (portal.reads())",
    "between_confidential": "sender_id = portal.opens() OR (receiver_id = portal.opens() AND open_to_receiver)",
    "among": "participants && portal.reads()",
    "among_entry": "participants && portal.reads()",
    "reference": "true",
}
_ADDED = {
    "between_entry": "author_id = portal.writes() AND (portal.writes() = sender_id OR portal.writes() = receiver_id)",
    "among": "lead_id = portal.writes()",
    "among_entry": "author_id = portal.writes() AND portal.writes() = ANY (participants)",
    "reference": f"portal.writes() = {BUREAU_ID}",
}
_ADDED["between_confidential"] = _ADDED["between_entry"]
_PARTY = "portal.writes() = sender_id OR portal.writes() = receiver_id"
_CHANGED = {
    # Both sides may move an entry on (a clock is met by the one, paused by the other), within the granted columns.
    "between_entry": _PARTY,
    # What was disclosed is the sender's to withdraw, nobody else's.
    "between_confidential": "sender_id = portal.writes()",
    "among": _ADDED["among"],
    "among_entry": _ADDED["among_entry"],
    "reference": _ADDED["reference"],
}


@dataclass(frozen=True)
class Policy:
    name: str
    command: str  # SELECT | INSERT | UPDATE | DELETE | ALL
    role: str
    using: str | None = None
    check: str | None = None

    def sql(self, table: str) -> str:
        using = f" using ({self.using})" if self.using else ""
        check = f" with check ({self.check})" if self.check else ""
        return f"create policy {self.name} on {table} for {self.command.lower()} to {self.role}{using}{check}"


@dataclass(frozen=True)
class Wall:
    """All that decides who may do what with a table."""

    base: str
    append_only: bool = False
    removable: bool = False
    changes: tuple[str, ...] | None = None
    sender_sets: tuple[str, ...] = ()
    receiver_sets: tuple[str, ...] = ()
    searched: bool = False  # portal_search reads it, inside its one function
    checked: tuple[str, ...] = ()  # what a guest reads of the one row whose ticket they hold

    def policies(self) -> list[Policy]:
        seen = _SEEN[self.base]
        # Nor is a letter sent that says it has been accepted already.
        between = self.base == "between"
        added = self._sets("sender_id", self.sender_sets) if between else _ADDED.get(self.base, _MINE)
        changed = _CHANGED.get(self.base, _MINE)
        rows = [Policy("seen", "SELECT", APP, using=seen), Policy("added", "INSERT", APP, check=added)]
        if not self.append_only:
            if self.base == "between":
                rows.append(Policy("moved", "UPDATE", APP, using=_PARTY, check=self._each_its_own_statuses()))
            else:
                rows.append(Policy("changed", "UPDATE", APP, using=changed, check=changed))
        if self.removable:
            rows.append(Policy("removed", "DELETE", APP, using=changed))
        if self.searched:
            rows.append(Policy("searched", "SELECT", SEARCH, using="true"))
        if self.checked:
            rows.append(Policy("checked", "SELECT", GUEST, using="ticket_hash = portal.ticket()"))
        # FORCE hides rows from the owner too: without this a data step updates nothing and says nothing.
        rows.append(Policy("owner", "ALL", OWNER, using="true", check="true"))
        return rows

    def _each_its_own_statuses(self) -> str:
        return f"{self._sets('sender_id', self.sender_sets)} OR {self._sets('receiver_id', self.receiver_sets)}"

    def _sets(self, column: str, statuses: tuple[str, ...]) -> str:
        listed = ", ".join(f"'{status}'::text" for status in statuses)
        return f"(portal.writes() = {column} AND status = ANY (ARRAY[{listed}]))"

    def grants(self) -> dict[tuple[str, str], frozenset[str] | None]:
        """(role, privilege) -> the columns it is granted on; None is the whole table."""
        rows: dict[tuple[str, str], frozenset[str] | None] = {(APP, "SELECT"): None, (APP, "INSERT"): None}
        if not self.append_only and self.changes != ():
            rows[(APP, "UPDATE")] = None if self.changes is None else frozenset(self.changes)
        if self.removable:
            rows[(APP, "DELETE")] = None
        if self.searched:
            rows[(SEARCH, "SELECT")] = None
        if self.checked:
            rows[(GUEST, "SELECT")] = frozenset(self.checked)
        return rows

    def statements(self, table: str) -> list[str]:
        """What a migration runs, one statement per execute (Citus takes no more)."""
        lines = [
            f"alter table {table} enable row level security",
            f"alter table {table} force row level security",
            *(policy.sql(table) for policy in self.policies()),
        ]
        for (role, privilege), columns in self.grants().items():
            listed = "" if columns is None else f" ({', '.join(sorted(columns))})"
            lines.append(f"grant {privilege.lower()}{listed} on {table} to {role}")
        return lines


def wall(model: type[Any]) -> Wall:
    """The wall that a model asks for by its base and its class attributes."""
    if not issubclass(model, Walled):
        raise TypeError(f"{model.__name__} stands on none of the six bases")
    return Wall(
        base=_base(model),
        append_only=model.append_only,
        removable=model.removable,
        changes=model.changes,
        sender_sets=getattr(model, "sender_sets", ()),
        receiver_sets=getattr(model, "receiver_sets", ()),
        searched=getattr(model, "searched", False),
        checked=getattr(model, "checked", ()),
    )


def _base(model: type[Any]) -> str:
    if issubclass(model, BetweenEntry):
        return "between_confidential" if model.confidential else "between_entry"
    names = {
        Owned: "owned",
        Private: "private",
        Shared: "shared",
        Between: "between",
        Among: "among",
        AmongEntry: "among_entry",
        Reference: "reference",
    }
    return next(name for base, name in names.items() if issubclass(model, base))
