"""A real PostgreSQL, made once; every test connects as the app role, so row level security is always on."""

from __future__ import annotations

import gc
import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from app.serve import postgres
from app.settings import Settings

TEMPLATE = "hengping_template"
SECRET = "only-for-tests-" + "0" * 32

# Real input is no part of the portal. It is where HENGPING_SHARED says, or beside the project; else its tests skip.
BESIDE = Path(__file__).parents[2] / "shared"
if BESIDE.is_dir():
    os.environ.setdefault("HENGPING_SHARED", str(BESIDE))


# How long an example takes says something of the machine, and nothing of the law.
hypothesis.settings.register_profile("hengping", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("hengping")


# One server for all workers ------------------------------------------------------------------------------------------

# Nothing here must survive a power cut.
IN_A_HURRY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
_ending: pytest.StashKey[ExitStack] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """The controller starts the server and makes the template; workers find its address in the environment."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    config.stash[_ending] = ExitStack()
    shapes = tempfile.TemporaryDirectory(prefix="hengping-shapes-")  # of pages, see tests/journeys/tab.py
    os.environ["HENGPING_TEST_SHAPES"] = config.stash[_ending].enter_context(shapes)
    given = os.environ.get("PORTAL_TEST_DATABASE_URL")
    if given:
        address = given
    else:
        folder = Path(config.stash[_ending].enter_context(tempfile.TemporaryDirectory(prefix="hengping-test-")))
        address = config.stash[_ending].enter_context(postgres.running(folder / "pg", **IN_A_HURRY))
    os.environ["HENGPING_TEST_SERVER"] = address
    _make_template(address)


HEAVY = ("tests/everywhere/", "tests/demo/", "tests/audit/test_every_change", "tests/isolation/", "tests/serve/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long is begun first, so that in the end no worker waits for another; the rest stays as shuffled."""
    items.sort(key=lambda item: next((n for n, heavy in enumerate(HEAVY) if item.nodeid.startswith(heavy)), len(HEAVY)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file goes to one worker, and all that looks at the demo's city to one, which builds it once."""
    from xdist.scheduler import LoadFileScheduling

    class ByWhatIsBuilt(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return "tests/demo" if file.startswith("tests/demo/") else file

    return ByWhatIsBuilt(config, log)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _ending in config.stash:
        config.stash[_ending].close()


@pytest.fixture(scope="session", autouse=True)
def nobody_is_in_the_log() -> Iterator[None]:
    """What the application logs in all the tests of this process is held against LG2 at the end."""
    from tests.logs import Listener

    log, listener = logging.getLogger("hengping"), Listener()
    log.setLevel(logging.INFO)
    log.addHandler(listener)
    yield
    log.removeHandler(listener)
    assert not listener.told, "\n".join(listener.told[:20])


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Note how often something was tried and what came of it; the run says so in its last lines."""

    def note(said: str) -> None:
        request.node.user_properties.append(("rounds", said))

    return note


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """`rounds: …` for every note that a test left, whichever worker ran it."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                for name, said in report.user_properties:
                    if name == "rounds":
                        terminalreporter.write_line(f"rounds: {said}")


def _url(address: str, database: str) -> URL:
    return make_url(address).set(drivername="postgresql+psycopg", database=database)


def connect(address: str, database: str) -> Any:
    engine = create_engine(_url(address, database), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    return engine.connect()


def settings_for(address: str, database: str, **changes: Any) -> Settings:
    facts: dict[str, Any] = {
        "database_url": _url(address, database).render_as_string(hide_password=False),
        "secret_key": SECRET,
        "field_keys": "k1:" + "11" * 32,
        "environment": "test",
        "instance": Path(tempfile.gettempdir()) / f"hengping-test-files-{os.getpid()}",
        "trusted_hosts": ("127.0.0.1", "localhost"),
    }
    return Settings(**{**facts, **changes})


def _make_template(address: str) -> None:
    from app.setup import set_up
    from tests.town import build

    with connect(address, "postgres") as connection:
        connection.exec_driver_sql(f"drop database if exists {TEMPLATE} with (force)")
        connection.exec_driver_sql(f"create database {TEMPLATE}")
    settings = settings_for(address, TEMPLATE)
    set_up(settings)
    build(settings)
    with connect(address, TEMPLATE) as connection:
        for statement in keep_in("town"):
            connection.exec_driver_sql(statement)


# After a test every table is as the town left it: kept in a schema, put back by one function.
def keep_in(schema: str) -> tuple[str, ...]:
    """Statements that copy all rows there and make `<schema>.restore()`; what PostgreSQL computes is not written.

    The function names every table, so that a connection plans it once and not for every test.
    """
    return (
        f"create schema {schema}",
        f"""
do $do$
declare t text; there boolean; listed text; said text := '';
begin
  for t in select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version' loop
    execute format('create table {schema}.%%I as select * from public.%%I', t, t);
    said := said || format('delete from public.%%I;', t);
    execute format('select exists (select from {schema}.%%I)', t) into there;
    if there then
      select string_agg(quote_ident(column_name), ', ') into listed from information_schema.columns
      where table_schema = 'public' and table_name = t and is_generated = 'NEVER';
      said := said || format('insert into public.%%I (%%s) select %%s from {schema}.%%I;', t, listed, listed, t);
    end if;
  end loop;
  execute format('create function {schema}.restore() returns void language plpgsql as %%L', $fn$
#variable_conflict use_column
begin
  set local session_replication_role = replica;
  $fn$ || said || $fn$
  delete from jobs.procrastinate_events;
  delete from jobs.procrastinate_periodic_defers;
  delete from jobs.procrastinate_jobs;
end $fn$);
end $do$
""",
    )


@pytest.fixture(scope="session")
def server() -> str:
    """The address of the server, as the one who sets up."""
    return os.environ["HENGPING_TEST_SERVER"]


@pytest.fixture(scope="session")
def database(server: str, worker_id: str) -> Iterator[str]:
    """This worker's own copy of the town."""
    name = f"hengping_test_{worker_id}"
    with connect(server, "postgres") as connection:
        connection.exec_driver_sql(f"drop database if exists {name} with (force)")
        connection.exec_driver_sql(f"create database {name} template {TEMPLATE}")
    from tenants.policies import APP, GUEST, OWNER
    from tenants.provisioning import make_roles

    settings = settings_for(server, name)
    root = create_engine(settings.url("setup"), poolclass=NullPool)
    make_roles(root, {role: settings.role_password(role) for role in (OWNER, APP, GUEST)})
    yield name
    with connect(server, "postgres") as connection:
        connection.exec_driver_sql(f"drop database if exists {name} with (force)")


@pytest.fixture(scope="session")
def settings(server: str, database: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_for(server, database, instance=tmp_path_factory.mktemp("instance"))


@pytest.fixture(scope="session")
def root(settings: Settings) -> Iterator[Engine]:
    """The superuser: to put things back, to tamper, to look behind the walls. Never to act."""
    engine = create_engine(settings.url("setup"))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def whole_app(settings: Settings) -> Any:
    from app import create_app

    app = create_app(settings)
    # All that is there by now stays to the end: looking for garbage in it again and again finds none.
    gc.collect()
    gc.freeze()
    return app


def _restore(root: Engine, tries: int = 5) -> None:
    """Put the town back; a test that raced may still be letting go of its last rows."""
    for left in reversed(range(tries)):
        try:
            with root.begin() as connection:
                connection.execute(text("select town.restore()"))
        except OperationalError:
            if not left:
                raise
        else:
            return


def forget() -> None:
    """What this process remembers of the database is read again."""
    from app import deadlines
    from app.cases import lists
    from tenants.registry import registry

    registry.forget()
    lists.forget()
    deadlines.forget()


@pytest.fixture
def one_day() -> Iterator[None]:
    """Let it stay the moment at which the run began, for modules whose dates are worked out from that day."""
    from app.core import clock
    from tests.town import BEGUN

    with clock.freeze(BEGUN):
        yield


@pytest.fixture
def app(whole_app: Any, root: Engine) -> Iterator[Any]:
    """The application on a fresh town."""
    _restore(root)
    forget()
    with whole_app.app_context():
        yield whole_app


@pytest.fixture
def town(app: Any) -> Any:
    """East, West, a department and the City, and the people in them."""
    from tests.town import Town

    return Town(app)


@pytest.fixture(scope="session")
def as_app(settings: Settings) -> Iterator[Engine]:
    """The app role by itself, in raw SQL and without any of our Python: for tests of the lock."""
    engine = create_engine(settings.url("portal_app"), poolclass=NullPool)
    yield engine
    engine.dispose()


@pytest.fixture
def as_owner(settings: Settings) -> Iterator[Engine]:
    engine = create_engine(settings.url("portal_owner"), poolclass=NullPool)
    yield engine
    engine.dispose()


# Read or written again after some seconds or a minute, whatever a page does: no part of what the page costs.
BY_THE_CLOCK = ("set_realm", "FROM tenant", "FROM calendar", "FROM legal_", "FROM list_entry", "UPDATE sign_in")


@pytest.fixture
def statements(whole_app: Any) -> Callable[..., Any]:
    """`with statements() as sent:` holds what a block sends to the database, without what the clock causes."""
    from tenants.database import db

    @contextmanager
    def listen(without: tuple[str, ...] = BY_THE_CLOCK) -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not any(words in statement for words in without):
                sent.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return listen
