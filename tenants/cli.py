"""Commands that say in one sentence when there is no database to work on."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError


class Commands(AppGroup):
    """A group of commands inside the application."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except OperationalError as fault:
            raise click.ClickException(
                "数据库没有运行，请先启动（演示环境用 make demo）。 The database does not answer: start it (make demo)."
            ) from fault
