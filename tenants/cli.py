"""Commands that say in one sentence what is the matter with the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from psycopg import Error, errors
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError, ProgrammingError

from tenants.audit import BrokenWalls, NotSetUp
from tenants.provisioning import OLDEST, NoRoles, OldServer, UnsafeRole, WrongOwner
from tenants.realm import Place
from tenants.registry import registry

FAULTS = (OperationalError, ProgrammingError, OldServer, NoRoles, WrongOwner, UnsafeRole, NotSetUp, BrokenWalls)
_NOT_SET_UP = (errors.UndefinedTable, errors.UndefinedColumn, errors.UndefinedFunction, errors.InvalidSchemaName)


def sorry(chinese: str, english: str) -> click.ClickException:
    """What a command could not do, in both languages."""
    return click.ClickException(f"{chinese} {english}")


def organisation(slug: str, kind: str | None = None) -> Place:
    """The organisation of that slug, and of that kind if one is asked for. Raises ClickException."""
    place = registry.find(slug)
    if place is None:
        raise sorry(f"没有简称为 {slug} 的单位。", f"No organisation is called {slug}.")
    if kind and place.kind != kind:
        raise sorry(f"{slug} 不是区县中心。", f"{slug} is no county center.")
    return place


class Commands(AppGroup):
    """A group of commands inside the application."""

    def invoke(self, ctx: click.Context) -> Any:
        with in_a_sentence():
            return super().invoke(ctx)


@contextmanager
def in_a_sentence() -> Iterator[None]:
    """Raises ClickException, with nothing that was asked of the database, for what its keeper has to put right."""
    try:
        yield
    except FAULTS as fault:
        if said := explained(fault, current_app.config["SETTINGS"].url("setup")):
            raise click.ClickException(" ".join(said)) from None
        raise


def explained(fault: Exception, url: URL | None = None) -> tuple[str, str] | None:
    """In Chinese and in English, what is the matter and what to do; None for what only a programmer can mend.

    `url` is the server that was meant, for the faults that do not name one.
    """
    why = getattr(fault, "orig", None)
    if isinstance(fault, NoRoles):
        return (
            f"数据库角色不全，DATABASE_URL 的用户也不能建立（{fault}）。"
            "请数据库管理员执行 flask tenants roles --print-sql 给出的语句，再重新运行。",
            f"The roles are not all there, and the user of DATABASE_URL may not make them ({fault}): "
            "have a DBA run what flask tenants roles --print-sql prints, and try again.",
        )
    if isinstance(fault, OldServer):
        return (f"需要 PostgreSQL {OLDEST} 以上版本。", f"{fault}: version {OLDEST} or later is needed.")
    if isinstance(fault, WrongOwner):
        return ("OWNER_URL 的用户须是 portal_owner：各表须归其所有。", f"{_capital(fault)}.")
    if isinstance(fault, UnsafeRole):
        return ("数据库用户不受行级安全约束，门户拒绝以其运行。", f"{_capital(fault)}.")
    if isinstance(fault, BrokenWalls):
        return ("数据库中的隔离策略与代码不符，拒绝启动。", f"{_capital(fault)}.")
    if isinstance(fault, NotSetUp) or isinstance(why, _NOT_SET_UP):
        return (
            "数据库尚未初始化，或版本早于程序：请先运行 flask set-up。",
            "The database has not been set up, or is older than the program: run flask set-up first.",
        )
    if isinstance(fault, OperationalError):
        if state := getattr(why, "sqlstate", None):  # we were let in, and then it was not done
            said = why.diag.message_primary if isinstance(why, Error) else state
            return (
                f"数据库没有完成操作：{said}。请稍后再试。",
                f"The database did not do it: {said}. Try again later.",
            )
        said = unreachable(fault, url)
        return (
            f"无法连接数据库：{said}。请检查地址、用户和密码，或先启动数据库（演示环境用 make demo）。",
            f"The database cannot be reached: {said}. "
            "Check address, user and password, or start it first (the demo: make demo).",
        )
    return None


def unreachable(fault: OperationalError, url: URL | None) -> str:
    """Which server did not let us in, and why, in its own words: the first of the addresses that were tried."""
    lines = [line.strip() for line in str(fault.orig).splitlines() if line.strip()]
    first = next((line for line in lines if line.startswith("- ")), lines[0] if lines else "")
    said = first.removeprefix("- ").rpartition("connection failed: ")[2].rstrip(".")
    if url is None or "port" in said or "socket" in said:
        return said
    return f"{url.host}:{url.port or 5432}: {said}"


def _capital(fault: Exception) -> str:
    said = str(fault)
    return said[:1].upper() + said[1:]
