"""The command line from the outside: what a DBA can do with it, and that what is the matter is said in one sentence."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from app.jobs import tasks
from app.settings import Settings, Unusable
from tenants import provisioning
from tenants.audit import BrokenWalls
from tenants.policies import APP, GUEST, OWNER, SEARCH
from tenants.provisioning import NoRoles, UnsafeRole
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
    monkeypatch.setattr(provisioning, "SEARCH", "portal_nobody")
    app = create_engine(settings.url(APP), poolclass=NullPool)
    with pytest.raises(NoRoles, match=r"^portal_nobody$"):
        provisioning.make_roles(app, {})
    monkeypatch.undo()
    provisioning.make_roles(app, {})


def test_what_makes_a_role_and_fails_tells_no_password(flask: Flask, settings: Settings, keeper: str) -> None:
    url = shown(settings.url("setup").set(username=keeper, password="keeper"))
    done = flask("set-up", DATABASE_URL=url)
    said = sentence(done)
    assert "may not make them (permission denied" in said
    assert "请数据库管理员执行 flask tenants roles --print-sql" in said
    for role in (OWNER, APP, GUEST, SEARCH):
        assert settings.role_password(role) not in done.stdout + done.stderr


# In one sentence ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"FIELD_KEYS": None}, "FIELD_KEYS is not set"),
        ({"FIELD_KEYS": "k1:zz"}, "FIELD_KEYS wants id:hex pairs"),
        ({"PROXIES": "one"}, "PROXIES is one, which is not a number"),
        ({"SIGN_IN_DAYS": "30"}, "SIGN_IN_DAYS is 30"),
        ({"APP_URL": "somewhere:secret@"}, "APP_URL is not an address"),
    ],
)
def test_a_setting_that_is_no_use_is_one_sentence(flask: Flask, changed: dict[str, Any], said: str) -> None:
    told = sentence(flask("tenants", "list", **changed))
    assert told.startswith(said)
    assert "secret" not in told


def test_before_it_is_set_up_a_command_says_so(flask: Flask, empty: Settings, settings: Settings) -> None:
    with create_engine(empty.url("setup"), isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
        connection.exec_driver_sql(f'grant connect on database "{empty.url("setup").database}" to portal_app')
    assert "run flask set-up first" in sentence(flask("tenants", "list", DATABASE_URL=empty.database_url))


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
    assert said.endswith("east.zip cannot be written: No such file or directory")


def test_an_export_that_fails_leaves_what_was_there(flask: Flask, tmp_path: Path) -> None:
    target = tmp_path / "east.zip"
    target.write_text("of yesterday")
    tmp_path.chmod(0o500)
    try:
        done = flask("tenants", "export", "nowhere", "--to", str(target))
        assert "no organisation is called nowhere" in sentence(done)
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
