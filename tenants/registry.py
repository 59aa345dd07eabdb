"""Which organisations there are: slug -> Place -> Realm, cached for a few seconds."""

from __future__ import annotations

import re
import threading
import time

from sqlalchemy import BigInteger, CheckConstraint, Engine, UniqueConstraint, select
from sqlalchemy.exc import OperationalError, TimeoutError
from sqlalchemy.orm import Mapped, mapped_column

from tenants.bases import Reference
from tenants.realm import Place, Realm

# Not for an organisation: addresses of the portal itself, and of the bureau's pages beside those of an organisation.
RESERVED = frozenset({"static", "healthz", "readyz", "api", "public", "assets", "favicon.ico", "robots.txt"}) | {
    *("cases", "help", "new", "walls"),
}
FRESH_FOR = 5.0  # seconds; a suspended organisation is shut out everywhere within this time


SLUG = re.compile(r"[a-z][a-z0-9-]{1,30}")


class Tenant(Reference):
    """An organisation: the bureau (always 1), a center, or a department."""

    __tablename__ = "tenant"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("kind in ('bureau', 'center', 'department')", name="kind"),
        CheckConstraint("(kind = 'bureau') = (id = 1)", name="one_bureau"),
        CheckConstraint(f"slug ~ '^{SLUG.pattern}$'", name="slug"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    slug: Mapped[str]
    name: Mapped[str]
    short_name: Mapped[str]
    kind: Mapped[str]
    region_code: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")

    def place(self) -> Place:
        return Place(self.id, self.slug, self.name, self.short_name, self.kind, self.active, self.region_code)


class Registry:
    """The organisations as this process last saw them."""

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self._places: dict[str, Place] = {}
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def use(self, engine: Engine) -> None:
        self._engine = engine
        self.forget()

    def forget(self) -> None:
        """The next look reads the table again."""
        self._read_at = float("-inf")

    def places(self) -> dict[str, Place]:
        """slug -> Place of every organisation, suspended ones too, in the order of their numbers."""
        # While one reads, the others go on with what they know: each may hold a connection that the reader waits for.
        if time.monotonic() - self._read_at > FRESH_FOR and self._lock.acquire(blocking=not self._places):
            try:
                if time.monotonic() - self._read_at > FRESH_FOR:
                    self._read()
            finally:
                self._lock.release()
        return self._places

    def _read(self) -> None:
        assert self._engine is not None, "registry.use(engine) comes first"
        table = Tenant.__table__
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(select(table).order_by(table.c.id)).mappings().all()
        except (OperationalError, TimeoutError):
            if not self._places:
                raise
            return  # whoever is asked for next says that the database is away; nobody is shut out by that
        self._places = {row["slug"]: Place(**row) for row in rows}
        self._read_at = time.monotonic()

    def find(self, slug: str) -> Place | None:
        return self.places().get(slug)

    def by_id(self, tenant_id: int) -> Place:
        """The organisation with this number. Raises KeyError where there is none."""
        for place in self.places().values():
            if place.id == tenant_id:
                return place
        raise KeyError(f"no organisation has the number {tenant_id}")

    def centers(self) -> list[Place]:
        return [place for place in self.places().values() if place.kind == "center" and place.active]

    def departments(self) -> list[Place]:
        return [place for place in self.places().values() if place.kind == "department" and place.active]

    def realm(self, place: Place | str | int) -> Realm:
        """The ordinary realm of an organisation, by itself, its slug or its number."""
        if isinstance(place, str):
            found = self.find(place)
            if found is None:
                raise KeyError(f"no organisation is called {place!r}")
            place = found
        elif isinstance(place, int):
            place = self.by_id(place)
        return Realm.of(place, frozenset(other.id for other in self.places().values()))


registry = Registry()
