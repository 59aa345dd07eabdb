"""The schema of the database: brought to a revision, and compared with the one that this program was written for."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def migrate(owner: Engine, revision: str = "head") -> None:
    """Bring the schema to `revision`, each migration in a transaction of its own."""
    with owner.connect() as connection:
        config = alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@cache
def revisions() -> list[str]:
    """Of all migrations, the newest first."""
    return [script.revision for script in ScriptDirectory.from_config(alembic()).walk_revisions()]


def standing(connection: Connection) -> str | None:
    return connection.execute(text("select version_num from alembic_version")).scalar()


def behind(standing: str | None) -> bool:
    """Whether migrations are missing. A revision that is not known here is a newer one: an upgrade is under way."""
    return standing is None or standing in revisions()[1:]
