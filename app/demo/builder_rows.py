"""Many rows at once as the app role: copied beside the walls, then let in organisation by organisation.

COPY is refused on a table under row level security, so a batch goes into temporary tables first. Everything happens in
one transaction on one connection: a city is there whole, or not at all. Entries and parts of figures wait in temporary
tables until all are known, because a chain has one order and a figure is a sum; so memory stays flat, however many.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from itertools import groupby, islice
from typing import Any

from psycopg import sql
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    Identity,
    Insert,
    MappingResult,
    MetaData,
    Numeric,
    Table,
    Text,
    Update,
    case,
    cast,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.schema import CreateTable

from app.audit.chain import GENESIS
from app.audit.models import Entry, Head, Remark
from app.audit.services import chained
from app.core.numbering import Counter
from app.facts.models import DayFigure, Mark, MonthFigure
from app.facts.tally import monthly
from app.handoffs.models import RECEIVER_SETS, Handoff, HandoffState
from tenants import realm
from tenants.bases import BetweenEntry, uuid7
from tenants.database import Base
from tenants.realm import Realm
from tenants.session import announce

CHUNK = 2000
_json = json.JSONEncoder(ensure_ascii=False).encode
_DIMENSIONS = ("channel", "category", "problem")


class _Stage:
    """The rows of one table on their way: a temporary table beside it, and how they get from there behind the wall."""

    def __init__(self, table: Table, owner: str) -> None:
        self.table, self.owner = table, table.c[owner]
        columns = [column for column in table.columns if column.computed is None]
        self.beside = Table(
            f"new_{table.name}",
            MetaData(),
            *(Column(column.name, column.type) for column in columns),
            prefixes=["temporary"],
            postgresql_on_commit="DROP",
        )
        self.made = [(_attribute(table, column), _default(column)) for column in columns]
        self.json = [place for place, column in enumerate(columns) if isinstance(column.type, JSONB)]
        self.rows: list[Any] = []

    def values(self, row: Any) -> list[Any]:
        """What the columns hold: as it was set, else what the model gives a new row."""
        said = row if isinstance(row, dict) else row.__dict__
        values = [said[name] if name in said else default() for name, default in self.made]
        for place in self.json:
            if values[place] is not None:
                values[place] = _json(values[place])
        return values

    def let_in(self, owner: int) -> Insert:
        beside, table = self.beside, self.table
        taken: list[Any] = list(beside.c)
        if table is Handoff.__table__:  # a sender cannot send what has been accepted already
            status = beside.c.status
            sent = case((status.in_(RECEIVER_SETS), HandoffState.SENT.value), else_=status)
            taken[list(beside.c).index(status)] = sent
        mine = beside.c[self.owner.name] == owner
        return insert(table).from_select(list(beside.c.keys()), select(*taken).where(mine))


def _attribute(table: Table, column: Column[Any]) -> str:
    """How the model calls a column: a few are called otherwise in the database."""
    mapper = next((one for one in Base.registry.mappers if one.local_table is table), None)
    return mapper.get_property_by_column(column).key if mapper else column.name


def _default(column: Column[Any]) -> Callable[[], Any]:
    made: Any = column.default
    if made is None:
        return lambda: None
    return (lambda: made.arg(None)) if made.is_callable else (lambda: made.arg)


def _owner(model: Any) -> str:
    """The column that says who writes a row."""
    if issubclass(model, BetweenEntry):
        return "author_id"
    return "sender_id" if model is Handoff else "tenant_id"


class Bulk:
    """Takes rows in any order and writes them in the order of their keys; `close()` links the chains and adds up."""

    def __init__(self, connection: Connection, realms: Mapping[int, Realm]) -> None:
        self.connection, self.realms = connection, realms
        self.order = {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}
        self.stages: dict[type[Any], _Stage] = {}
        kept = [Column(c.name, c.type) for c in Entry.__table__.columns if c.name not in ("seq", "hash")]
        number = Column("n", BigInteger, Identity())
        self.entries = self._temporary("new_entries", *kept, Column("words", Text), number)
        self.said = [column.name for column in self.entries.columns if column.name != "n"]
        dimensions = [Column(name, Text) for name in ("measure", *_DIMENSIONS)]
        self.cells = self._temporary(
            "new_cells", Column("tenant_id", BigInteger), Column("day", Date), *dimensions, Column("value", Numeric)
        )
        self.told: list[list[Any]] = []
        self.counted: list[tuple[Any, ...]] = []

    def add(self, *rows: Base) -> None:
        """Rows that may still change until `pour()`."""
        for row in rows:
            self._stage(type(row)).rows.append(row)

    def put(self, model: type[Base], *rows: dict[str, Any]) -> None:
        self._stage(model).rows.extend(rows)

    def tell(self, entry: dict[str, Any], words: str | None) -> None:
        """An entry; its place in the chain is found when all are there."""
        facts = _json(entry["facts"])
        said = {**entry, "facts": facts, "words": words}
        self.told.append([said[name] for name in self.said])

    def count(self, tenant: int, parts: Iterable[Any]) -> None:
        """Parts of figures, as `facts.tally` makes them."""
        for measure, day, *dimensions, value in parts:
            self.counted.append((tenant, day, measure, *dimensions, value))

    def pour(self) -> None:
        """Write what has come so far."""
        self._copy(self.entries, self.said, self.told)
        self._copy(self.cells, list(self.cells.columns.keys()), self.counted)
        self.told, self.counted = [], []
        for stage in sorted(self.stages.values(), key=lambda stage: self.order[stage.table.name]):
            if not stage.rows:
                continue
            self._copy(stage.beside, list(stage.beside.columns.keys()), map(stage.values, stage.rows))
            self._let_in(stage)
            stage.rows = []
        # Foreign keys are checked by plans that were made when the tables were empty: for few rows any index will do,
        # and every check would read more of it the fuller the city is.
        self.connection.execute(text("discard plans"))

    def close(self, at: Any, numbers: Mapping[tuple[int, str, int], int]) -> None:
        """The chains, the figures and the counters; `at` is when all that was current."""
        self.pour()
        for tenant, head in self._chains():
            with self._behind(tenant):
                self._keep(Head, {"tenant_id": tenant, **head}, "tenant_id")
                place = self.realms[tenant].home
                if place is not None and place.kind == "center":  # cases are counted there
                    self._keep(Mark, {"tenant_id": tenant, "seq": head["seq"], "at": at}, "tenant_id")
        self._figures()
        for (tenant, kind, year), last in numbers.items():
            row = {"tenant_id": tenant, "kind": kind, "year": year, "last": last}
            with self._behind(tenant):
                self._keep(Counter, row, "tenant_id", "kind", "year")

    # How -------------------------------------------------------------------------------------------------------------

    def _temporary(self, name: str, *columns: Column[Any]) -> Table:
        table = Table(name, MetaData(), *columns, prefixes=["temporary"], postgresql_on_commit="DROP")
        self.connection.execute(CreateTable(table))
        return table

    def _stage(self, model: type[Any]) -> _Stage:
        if model not in self.stages:
            stage = self.stages[model] = _Stage(model.__table__, _owner(model))
            self.connection.execute(CreateTable(stage.beside))
        return self.stages[model]

    def _copy(self, table: Table, columns: list[str], rows: Iterable[Any]) -> None:
        driver: Any = self.connection.connection.driver_connection
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table.name), names)
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    @contextmanager
    def _behind(self, tenant: int) -> Iterator[None]:
        """A stay in that organisation, of which this very connection is told."""
        with realm.enter(self.realms[tenant]):
            announce(self.connection)
            yield

    def _let_in(self, stage: _Stage) -> None:
        owner = stage.beside.c[stage.owner.name]
        for tenant in self.connection.scalars(select(owner).distinct().order_by(owner)).all():
            with self._behind(tenant):
                self.connection.execute(stage.let_in(tenant))
        if stage.table is Handoff.__table__:
            receiver = stage.beside.c.receiver_id
            for tenant in self.connection.scalars(select(receiver).distinct().order_by(receiver)).all():
                with self._behind(tenant):
                    self.connection.execute(self._answered(stage, tenant))
        self.connection.execute(text(f"truncate {stage.beside.name}"))

    def _answered(self, stage: _Stage, receiver: int) -> Update:
        """What the receiver has made of what was sent: the status is the receiver's to set."""
        table, beside = stage.table, stage.beside
        settled = beside.c.receiver_id == receiver, beside.c.status.in_(RECEIVER_SETS), table.c.id == beside.c.id
        return update(table).values(status=beside.c.status).where(*settled)

    def _chains(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Link what was told to the chain of each organisation, in order of time; yields where each stands then."""
        order = self.entries.c.tenant_id, self.entries.c.at, self.entries.c.n
        streamed = select(self.entries).order_by(*order).execution_options(yield_per=CHUNK)
        rows = self.connection.execute(streamed).mappings()
        for tenant, group in groupby(rows, key=lambda row: row["tenant_id"]):
            with self._behind(tenant):
                found = self.connection.execute(select(Head.seq, Head.hash).where(Head.tenant_id == tenant)).first()
            seq, previous = (found.seq, bytes(found.hash)) if found else (0, GENESIS)
            while part := list(islice(group, CHUNK)):
                waiting = [
                    ({name: row[name] for name in row if name not in ("words", "n")}, row["words"]) for row in part
                ]
                linked, remarks = chained(waiting, seq, previous)
                seq, previous = linked[-1]["seq"], linked[-1]["hash"]
                self.put(Entry, *linked)
                self.put(Remark, *remarks)
                self.pour()
            yield tenant, {"seq": seq, "hash": previous}

    def _figures(self) -> None:
        """Add the parts up by day, and by month along every breakdown."""
        cells = self.cells.c
        by_day = cells.tenant_id, cells.day, cells.measure
        for part in self._sums(*by_day).partitions():
            self.put(DayFigure, *({"id": uuid7(), **row} for row in part))
            self.pour()
        month = cast(func.date_trunc("month", cells.day), Date).label("month")
        sums = self._sums(cells.tenant_id, month, cells.measure, *(cells[name] for name in _DIMENSIONS))
        for tenant, group in groupby(sums, key=lambda row: row["tenant_id"]):
            coarse: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
            while part := list(islice(group, CHUNK)):
                for row in part:
                    finest, *others = monthly(row["measure"], *(row[name] for name in _DIMENSIONS))
                    self.put(MonthFigure, _month_figure(tenant, (row["month"], *finest), row["value"]))
                    for cell in others:
                        coarse[row["month"], *cell] += row["value"]
                self.pour()
            self.put(MonthFigure, *(_month_figure(tenant, cell, value) for cell, value in coarse.items()))
        self.pour()

    def _sums(self, *grain: Any) -> MappingResult:
        total = func.sum(self.cells.c.value).label("value")
        query = select(*grain, total).group_by(*grain).order_by(*grain)
        return self.connection.execute(query.execution_options(yield_per=CHUNK)).mappings()

    def _keep(self, model: type[Any], row: dict[str, Any], *key: str) -> None:
        """Insert the row, or bring the one with that key up to date."""
        changed = {name: value for name, value in row.items() if name not in key}
        added = upsert(model).values(id=uuid7(), **row)
        self.connection.execute(added.on_conflict_do_update(index_elements=list(key), set_=changed))


def _month_figure(tenant: int, cell: tuple[Any, ...], value: Decimal) -> dict[str, Any]:
    names = ("month", "measure", *_DIMENSIONS)
    return {"tenant_id": tenant, "id": uuid7(), **dict(zip(names, cell, strict=True)), "value": value}
