"""Building Jiangzhou: offices through the services, cases by the thousand as the rows that the services would write.

All cases are one transaction, closed by the entry `demo.built` in the bureau's chain: a city is there whole or not at
all, and whatever broke off is simply begun again. `tests/demo/test_builder.py` holds the rows to the services.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import Connection, create_engine, select, text

from app import deadlines
from app.audit.models import Entry
from app.cases.jobs import remind
from app.cases.models import Case
from app.core import clock
from app.deadlines.services import shipped_rules
from app.demo.builder_beyond import go_beyond
from app.demo.builder_cases import NOTICES, Cases, Desk, Folder
from app.demo.builder_desk import lay_out
from app.demo.builder_exchanges import Exchanges, Mail
from app.demo.builder_grants import call_in
from app.demo.builder_groups import gather
from app.demo.builder_mediation import mediate
from app.demo.builder_merchants import deal
from app.demo.builder_register import Family, Register
from app.demo.builder_rows import Bulk
from app.demo.builder_script import Deed, Script, script
from app.demo.builder_town import Town, counties, known, open_offices
from app.demo.city import CITY
from app.demo.pace import at_the_desks
from app.demo.records import Life
from app.demo.story import MONTHS, lives
from app.files.store import Store, store
from app.jobs import drain
from app.settings import Settings
from tenants import realm
from tenants.audit import models
from tenants.database import db
from tenants.policies import OWNER
from tenants.realm import BUREAU_ID
from tenants.registry import registry
from tenants.session import announce

BUILT = "demo.built"
BATCH = 500  # families between two writings
LAST_HOUR = timedelta(hours=1)  # the story is told up to here, then follows what lies on the desks
DESKS = (
    (58, go_beyond),
    (54, mediate),
    (42, gather),
    (34, deal),
    (30, lay_out),
)  # so many minutes ago, none before the one ahead is done
WITH_PAPERS = 3000  # of a larger city about so many of the latest cases have their papers: the disk is finite
_ONE_AT_A_TIME = 20261122  # the advisory lock that a builder holds

Progress = Callable[[int], None]


class NotEmpty(RuntimeError):
    """There are cases that this builder did not make; it adds nothing to them."""


def is_built() -> bool:
    """Whether the city is complete."""
    with realm.enter(registry.realm(BUREAU_ID), db.leave):
        marker = select(Entry.id).where(Entry.tenant_id == BUREAU_ID, Entry.event == BUILT)
        return db.session.scalars(marker).first() is not None


def build(settings: Settings, cases: int, seed: int, now: datetime, progress: Progress = lambda done: None) -> int:
    """Build the city as it stood at work last, seen from `now`; how many cases it has, 0 if it was there.

    Raises NotEmpty.
    """
    now = at_work(now)
    told = now - LAST_HOUR
    with alone() as connection:
        if is_built():
            return 0
        open_offices(now, seed)
        town = known(seed)
        writer = Writer(connection, town, told)
        writer.tell(_counted(cases, seed, told, progress), papers_since(cases, told))
        with writer.desk.at(CITY.bureau.slug, told):
            writer.desk.record(BUILT, None, None, {"cases": cases, "seed": seed})
        writer.close(call_in(writer.desk))
        connection.commit()
    for minutes, part in DESKS:
        part(now - timedelta(minutes=minutes))
    with clock.freeze(now):
        while drain():
            pass
    _tidy(settings)
    _remind(now)
    return writer.made


def at_work(now: datetime) -> datetime:
    """As of when the demo stands: nothing in it was done at night, at lunch or on a day off."""
    return at_the_desks(now, shipped_rules().calendar)


def papers_since(cases: int, now: datetime) -> datetime | None:
    """Since when what came in has its papers; None where all of it has."""
    return now - timedelta(days=MONTHS * 30) * (WITH_PAPERS / cases) if cases > WITH_PAPERS else None


class Writer:
    """Writes down what became of lives, in the transaction that is open: deed by deed, as they happened."""

    def __init__(self, connection: Connection, town: Town, now: datetime, notices: timedelta = NOTICES) -> None:
        """What people were told longer ago than `notices` is left out."""
        with realm.enter(town.realms[CITY.bureau.slug], db.leave):
            rules = deadlines.load_rules()
        self.rows = Bulk(connection, {there.home.id: there for there in town.realms.values() if there.home})
        self.desk = Desk(town, rules, self.rows, Store(store.root, durable=False), now, notices)
        self.cases = Cases(self.desk)
        self.exchanges = Exchanges(self.desk, self.cases)
        self.register, self.made = Register(), 0

    def tell(self, told: Iterable[Life], papers: datetime | None = None) -> None:
        """Lives in order of receipt; where `papers` says since when, only what came in since then has its files."""
        scripts = (script(life, papers) for life in told)
        for place, family in enumerate(self.register.give(scripts), start=1):
            self._write(family)
            if place % BATCH == 0:
                self.rows.pour()

    def close(self, further: Mapping[tuple[int, str, int], int] = MappingProxyType({})) -> None:
        """Write what waited until all was told; `further` numbers were given out beside the lives."""
        slugs = self.desk.town.numbers
        given = {(slugs[slug], kind, year): last for (slug, kind, year), last in self.register.last.items()}
        self.rows.close(self.desk.now, {**given, **further})

    def _write(self, family: Family) -> None:
        folders: list[Folder] = []
        mails: list[Mail] = []
        for part, told in enumerate(family.scripts):
            folders += [mail.child for mail in mails if mail.child is not None]
            here: dict[int, Mail] = {}
            for deed in told.deeds:
                if deed.verb == "lodge":
                    folders.append(self.cases.lodge(told, deed, family.number(part, "case")))
                else:
                    self._do(family, part, told, deed, folders[part], here)
            mails += here.values()
        for folder in folders:
            self.cases.close(folder)
        for mail in mails:
            self.exchanges.close(mail)
        self.made += len(folders)

    def _do(self, family: Family, part: int, told: Script, deed: Deed, folder: Folder, mails: dict[int, Mail]) -> None:
        place = deed.exchange
        match deed.verb:
            case "letter":
                number = family.number(part, "letter", place)
                mails[place] = self.exchanges.letter(told.life, folder, deed, number)
            case "letter_step":
                self.exchanges.on_the_desk(mails[place], deed)
            case "send":
                self.exchanges.send(mails[place], deed, family.number(part, "send", place))
            case "move":
                opens = deed.step == "accept" and told.life.exchanges[place].kind == "referral"
                self.exchanges.move(mails[place], deed, family.number(1, "case") if opens else None)
            case "write":
                self.exchanges.write(mails[place], deed)
            case _:
                self.cases.do(folder, deed)


@contextmanager
def alone() -> Iterator[Connection]:
    """One transaction of the app role, for one builder at a time, however long it takes."""
    with db.engine.connect() as connection:
        connection.execute(text("set local lock_timeout = 0"))
        connection.execute(text("set local statement_timeout = 0"))
        connection.execute(text("set local idle_in_transaction_session_timeout = 0"))
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
        _refuse_strangers(connection)
        yield connection


def _refuse_strangers(connection: Connection) -> None:
    """A half-built city has no case, and a built one is not built again."""
    if is_built():
        return
    with realm.enter(registry.realm(BUREAU_ID)):
        announce(connection)
    if connection.execute(select(Case.id).limit(1)).first() is not None:
        raise NotEmpty


def _counted(cases: int, seed: int, now: datetime, progress: Progress) -> Iterator[Life]:
    with realm.enter(registry.realm(BUREAU_ID), db.leave):
        rules = deadlines.load_rules()
    for life in lives(cases, seed, now, rules):
        yield life
        if life.parent is None:
            progress(1)


def _tidy(settings: Settings) -> None:
    """After so many rows the planner knows nothing and no page is all-visible: only the owner can help that."""
    owner = create_engine(settings.url(OWNER), isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        for name in sorted(models()):
            connection.execute(text(f"vacuum (analyze) {name}"))
    owner.dispose()


def _remind(now: datetime) -> None:
    """What everybody was told on the last working morning: late, due soon."""
    day = clock.on(now)
    with realm.enter(registry.realm(BUREAU_ID), db.leave):
        calendar = deadlines.load_calendar()
    while clock.at(day, 8, 30) > now or not calendar.is_working_day(day):
        day -= timedelta(days=1)
    for _place in counties(clock.at(day, 8, 30)):
        remind.run()
