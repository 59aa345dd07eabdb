"""The command line from the outside: what a DBA can do with it, and that what is the matter is said in one sentence."""

from __future__ import annotations

import dataclasses
import os
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from app.jobs import tasks
from app.settings import Settings, Unusable
from tenants import provisioning
from tenants.audit import BrokenWalls
from tenants.cli import Commands
from tenants.policies import APP, OWNER
from tenants.provisioning import ROLES, NoRoles, UnsafeRole
from tests.conftest import connect, settings_for

ROOT = Path(__file__).parents[2]
Flask = Callable[..., "subprocess.CompletedProcess[str]"]


def shown(url: URL) -> str:
    return str(url.set(drivername="postgresql").render_as_string(hide_password=False))


@pytest.fixture
def flask(settings: Settings, tmp_path: Path) -> Flask:
    """Run a command as its keeper would, with the settings of this test in the environment."""

    def run(*command: str, **changed: str | None) -> subprocess.CompletedProcess[str]:
        told = {
            "DATABASE_URL": settings.database_url,
            "SECRET_KEY": settings.secret_key,
            "FIELD_KEYS": settings.field_keys,
            "INSTANCE": str(tmp_path),
            **changed,
        }
        ours = {name for name in os.environ if name in told or name.endswith("_URL") or name == "ENVIRONMENT"}
        environment = {name: value for name, value in os.environ.items() if name not in ours}
        return subprocess.run(
            [sys.executable, "-m", "flask", *command],
            cwd=ROOT,
            env=environment | {name: value for name, value in told.items() if value is not None},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def empty(server: str, worker_id: str) -> Iterator[Settings]:
    """A database in which nothing is, and to which nobody has been let."""
    name = f"hengping_empty_{worker_id}"
    with connect(server, "postgres") as connection:
        connection.exec_driver_sql(f"drop database if exists {name} with (force)")
        connection.exec_driver_sql(f"create database {name}")
    yield settings_for(server, name)
    with connect(server, "postgres") as connection:
        connection.exec_driver_sql(f"drop database if exists {name} with (force)")


@pytest.fixture
def keeper(root: Engine, worker_id: str, database: str) -> Iterator[str]:
    """A login that may create roles, and has no say over those that are there."""
    name = f"keeper_{worker_id}"
    with root.begin() as connection:
        connection.execute(text(f"create role {name} login createrole password 'keeper'"))
        connection.execute(text(f'grant connect on database "{database}" to {name}'))
    yield name
    with root.begin() as connection:
        connection.execute(text(f"drop owned by {name}"))
        connection.execute(text(f"drop role {name}"))


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """What a command that failed said, when that was one line and no more."""
    assert done.returncode == 1, done.stdout + done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


# A DBA ----------------------------------------------------------------------------------------------------------------


def test_where_a_dba_makes_the_roles_the_portal_sets_itself_up(flask: Flask, empty: Settings) -> None:
    """The printed statements are run by the DBA; set-up then has no login but that of the owner of the tables."""
    printed = flask("tenants", "roles", "--print-sql", DATABASE_URL=empty.database_url)
    assert printed.returncode == 0, printed.stderr
    dba = create_engine(empty.url("setup"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with dba.connect() as connection:
        for statement in printed.stdout.strip().splitlines():
            connection.exec_driver_sql(statement)
        may = connection.execute(text("select rolcreaterole, rolsuper from pg_roles where rolname = 'portal_owner'"))
        assert tuple(may.one()) == (False, False)
    owner = shown(empty.url(OWNER))
    done = flask("set-up", DATABASE_URL=owner)
    assert done.returncode == 0, done.stderr
    audited = flask("tenants", "audit", DATABASE_URL=owner)
    assert audited.returncode == 0, audited.stdout
    assert audited.stdout.startswith("0 faults in ")
    assert flask("jobs", "drain", DATABASE_URL=owner).stdout == "done 0\n"


def test_who_may_make_no_roles_is_told_which_are_missing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provisioning, "ROLES", [*provisioning.ROLES, "portal_nobody"])
    app = create_engine(settings.url(APP), poolclass=NullPool)
    with pytest.raises(NoRoles, match=r"^portal_nobody$"):
        provisioning.make_roles(app, {})
    monkeypatch.undo()
    provisioning.make_roles(app, {})


def test_roles_that_are_there_do_for_who_has_no_say_over_them(flask: Flask, settings: Settings, keeper: str) -> None:
    url = shown(settings.url("setup").set(username=keeper, password="keeper"))
    done = flask("set-up", DATABASE_URL=url)
    assert done.returncode == 0, done.stderr


def test_a_database_that_was_not_handed_out_is_the_matter_of_a_dba(flask: Flask, empty: Settings) -> None:
    with connect(empty.database_url, empty.url("setup").database or "") as connection:
        connection.exec_driver_sql("grant connect on database " + str(empty.url("setup").database) + " to portal_app")
    app = shown(empty.url(APP))
    said = sentence(flask("set-up", DATABASE_URL=app))
    assert "portal_owner may create nothing in this database" in said
    assert "请数据库管理员执行 flask tenants roles --print-sql" in said


def test_a_statement_that_makes_a_role_holds_no_password(settings: Settings, root: Engine) -> None:
    """PostgreSQL writes statements into its log; and the password holds nevertheless."""
    passwords = settings.role_passwords()
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(root, "before_cursor_execute", note)
    try:
        provisioning.make_roles(root, passwords)
    finally:
        event.remove(root, "before_cursor_execute", note)
    assert sum("SCRAM-SHA-256$" in statement for statement in sent) == len(passwords) == 3
    assert [role for role, password in passwords.items() for statement in sent if password in statement] == []


def test_a_statement_that_fails_is_not_repeated(as_app: Engine) -> None:
    secret = "-".join(("no", "word", "of", "this"))
    with (
        as_app.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        pytest.raises(NoRoles, match="permission denied") as fault,
    ):
        provisioning._run_in_turn(connection, f"alter role portal_owner password '{secret}'")
    assert secret not in "".join(traceback.format_exception(fault.value))


def test_who_may_create_roles_and_owns_the_database_sets_up(
    flask: Flask, empty: Settings, root: Engine, worker_id: str
) -> None:
    """No more than the page on deployment asks for: on PostgreSQL 16 and later NOCREATEDB takes more than that."""
    name, database = f"maker_{worker_id}", empty.url("setup").database
    with root.begin() as connection:
        connection.execute(text(f"create role {name} login createrole password 'maker'"))
        connection.execute(text(f"grant {', '.join(ROLES)} to {name} with admin option"))
        connection.execute(text(f'alter database "{database}" owner to {name}'))
    try:
        done = flask("set-up", DATABASE_URL=shown(empty.url("setup").set(username=name, password="maker")))
        assert done.returncode == 0, done.stderr
    finally:
        with root.begin() as connection:
            connection.execute(text(f'alter database "{database}" owner to current_user'))
        with connect(empty.database_url, database or "") as connection:
            connection.exec_driver_sql(f"reassign owned by {name} to current_user")
            connection.exec_driver_sql(f"drop owned by {name} cascade")
            connection.exec_driver_sql(f"drop role {name}")


def test_an_old_server_is_said_before_anything_is_made(
    app: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provisioning, "OLDEST", 99)
    done = app.test_cli_runner().invoke(args=["set-up"])
    assert done.exit_code == 1
    assert done.output.startswith("Error: 需要 PostgreSQL ")
    assert "is too old: version" in done.output
    assert len(done.output.splitlines()) == 1


def test_addresses_given_apart_leave_roles_and_their_passwords_alone(flask: Flask, settings: Settings) -> None:
    """Nobody who might change them is so much as asked."""
    given = {f"{name}_URL": shown(settings.url(f"portal_{name.lower()}")) for name in ("OWNER", "APP", "GUEST")}
    done = flask("set-up", **{**given, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere"})
    assert done.returncode == 0, done.stderr


def test_tables_that_would_belong_to_somebody_else_are_not_made(flask: Flask, empty: Settings) -> None:
    assert "must belong to portal_owner" in sentence(
        flask("set-up", DATABASE_URL=empty.database_url, OWNER_URL=empty.database_url)
    )


# In one sentence ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"FIELD_KEYS": None}, "FIELD_KEYS is not set"),
        ({"FIELD_KEYS": "k1:zz"}, "FIELD_KEYS wants id:hex pairs"),
        ({"PROXIES": "one"}, "PROXIES is one, which is not a number"),
        ({"SIGN_IN_DAYS": "30"}, "SIGN_IN_DAYS is 30"),
        ({"APP_URL": "somewhere:secret@"}, "APP_URL is not an address"),
        ({"DATABASE_URL": "postgresql://portal:secret@db:port/portal"}, "DATABASE_URL is not an address"),
        ({"DATABASE_URL": "mysql://portal:secret@db/portal"}, "DATABASE_URL is not an address"),
    ],
)
def test_a_setting_that_is_no_use_is_one_sentence(flask: Flask, changed: dict[str, Any], said: str) -> None:
    told = sentence(flask("tenants", "list", **changed))
    assert said in told
    assert next(iter(changed)) in told.partition("。")[0]
    assert "secret" not in told


BEFORE_SET_UP = (
    ("tenants", "list"),
    ("tenants", "audit"),
    ("jobs", "work"),
    ("triage", "train", "--all"),
)


def test_a_host_that_is_not_found_is_named_with_its_port(flask: Flask) -> None:
    said = sentence(flask("set-up", DATABASE_URL="postgresql://portal:hush@nowhere.invalid:6000/portal"))
    assert "nowhere.invalid:6000: " in said
    assert "hush" not in said


def test_who_waits_in_vain_is_not_told_that_there_is_no_database(
    flask: Flask, root: Engine, as_owner: Engine, app: Any
) -> None:
    with as_owner.connect() as connection:
        connection.execute(text("lock table tenant in access exclusive mode"))
        said = sentence(flask("tenants", "list"))
        connection.rollback()
    assert "The database did not do it: " in said
    assert "cannot be reached" not in said


def test_a_demo_on_an_address_that_is_none_is_a_sentence_of_each_language(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.serve"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": "junk", "INSTANCE": str(tmp_path), "PORT": str(free_port())},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "DATABASE_URL 不是形如 postgresql://user@host:5432/name 的地址。",
        "DATABASE_URL is not an address such as postgresql://user@host:5432/name.",
    ]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_every_group_of_commands_speaks_in_sentences(app: Any) -> None:
    groups = [group for group in app.cli.commands.values() if hasattr(group, "commands") and group.name != "db"]
    assert len(groups) > 8
    assert [group.name for group in groups if not isinstance(group, Commands)] == []


def test_before_it_is_set_up_a_command_says_so(flask: Flask, empty: Settings, settings: Settings) -> None:
    with create_engine(empty.url("setup"), isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
        connection.exec_driver_sql(f'grant connect on database "{empty.url("setup").database}" to portal_app')
    for command in BEFORE_SET_UP:
        assert "run flask set-up first" in sentence(flask(*command, DATABASE_URL=empty.database_url)), command


def test_a_wrong_address_and_an_unknown_user_are_one_sentence(flask: Flask, settings: Settings) -> None:
    nobody = settings.url("setup").set(username="nobody_at_all", password="hush")
    for command in (("set-up",), ("tenants", "list")):
        wrong = {"DATABASE_URL": "postgresql://portal:hush@127.0.0.1:1/portal"}
        said = sentence(flask(*command, **wrong))
        assert "无法连接数据库" in said
        assert "port 1 failed: Connection refused" in said
        assert "hush" not in said
    said = sentence(flask("set-up", DATABASE_URL=shown(nobody)))
    assert "nobody_at_all" in said
    assert "hush" not in said


@pytest.mark.parametrize("command", [("tenants", "list"), ("jobs", "work")])
def test_a_command_does_not_work_as_a_superuser(flask: Flask, settings: Settings, command: tuple[str, ...]) -> None:
    said = sentence(flask(*command, APP_URL=settings.database_url))
    assert "is a superuser" in said


def test_an_export_that_cannot_be_written_is_one_sentence(flask: Flask, tmp_path: Path) -> None:
    said = sentence(flask("tenants", "export", "east", "--to", str(tmp_path / "missing" / "east.zip")))
    assert said.endswith("east.zip cannot be written: No such file or directory.")


def test_an_export_that_fails_leaves_what_was_there(flask: Flask, tmp_path: Path) -> None:
    target = tmp_path / "east.zip"
    target.write_text("of yesterday")
    tmp_path.chmod(0o500)
    try:
        done = flask("tenants", "export", "nowhere", "--to", str(target))
        assert "No organisation is called nowhere" in sentence(done)
        assert target.read_text() == "of yesterday"
    finally:
        tmp_path.chmod(0o700)


# The worker -----------------------------------------------------------------------------------------------------------


def test_the_worker_refuses_a_queue_that_it_would_serve_as_superuser(app: Any, settings: Settings) -> None:
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = dataclasses.replace(settings, worker_url=settings.database_url)
    try:
        with pytest.raises(UnsafeRole, match="superuser"):
            tasks.run_worker(wait=False)
    finally:
        app.config["SETTINGS"] = kept
    tasks.run_worker(wait=False)


def test_the_worker_does_not_work_behind_broken_walls(app: Any, settings: Settings, root: Engine) -> None:
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = dataclasses.replace(settings, environment="production")
    try:
        tasks.run_worker(wait=False)
        with root.begin() as connection:
            connection.execute(text("alter table person no force row level security"))
        with pytest.raises(BrokenWalls, match="person: row level security does not bind the owner"):
            tasks.run_worker(wait=False)
    finally:
        app.config["SETTINGS"] = kept
        with root.begin() as connection:
            connection.execute(text("alter table person force row level security"))


# What is written of them ----------------------------------------------------------------------------------------------


def test_every_command_is_in_the_handbook_of_its_keeper(app: Any) -> None:
    """Each by its whole name, in docs/commands.md."""
    handbook = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    ours = [name for name in app.cli.commands if name not in ("db", "run", "shell", "routes")]
    whole = []
    for name in ours:
        command = app.cli.commands[name]
        below = getattr(command, "commands", None)
        whole += [f"flask {name} {one}" for one in below] if below else [f"flask {name}"]
    assert len(whole) > 20
    assert [name for name in whole if f"`{name}" not in handbook] == []


def test_settings_are_no_use_by_themselves() -> None:
    with pytest.raises(Unusable, match="DATABASE_URL is not set"):
        Settings.from_env({})
