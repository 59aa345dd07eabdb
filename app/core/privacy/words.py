"""Where people's own words are kept: whatever they say may stand there, a phone number too."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy.orm import mapped_column

from tenants.database import Base

_MARK = "own words"

# `facts: Mapped[Words]`. Words are walled, not sealed, so the table is Private, or between two and confidential.
Words = Annotated[str, mapped_column(info={_MARK: True})]


def own_words() -> set[tuple[str, str]]:
    """(table, column) wherever a domain keeps people's own words."""
    return {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.info.get(_MARK)
    }
