"""The declarative base and the one SQLAlchemy object."""

from __future__ import annotations

from datetime import datetime

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData, Text
from sqlalchemy.orm import DeclarativeBase

from tenants import realm

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {str: Text, datetime: DateTime(timezone=True)}

    def __repr__(self) -> str:
        """Never a column but the key: objects are logged, people are not."""
        return f"<{type(self).__name__} {getattr(self, 'id', None)}>"


class Database(SQLAlchemy):
    """One session per stay in a realm, instead of one per application context."""

    def leave(self) -> None:
        """End the session of the current stay; nothing that was not committed survives."""
        self.session.remove()


db = Database(
    metadata=Base.metadata,
    disable_autonaming=True,
    session_options={"scopefunc": realm.stay, "expire_on_commit": False},
)
