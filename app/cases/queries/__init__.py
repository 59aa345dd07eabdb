"""What is asked about cases: the queue, one case, likely duplicates, a person's day."""

from app.cases.queries.clocks import ClockPage, clock_page, clocks_beside
from app.cases.queries.day import day
from app.cases.queries.duplicates import Found, Hint, alike, duplicates
from app.cases.queries.file import (
    Contacts,
    Opened,
    Slip,
    by_number,
    contacts,
    draft_of,
    file_of,
    files_of,
    opened,
    slip_of,
)
from app.cases.queries.queue import Figures, figures, next_in, of_merchant, queue, rows_of, tabs

__all__ = [
    "ClockPage",
    "Contacts",
    "Figures",
    "Found",
    "Hint",
    "Opened",
    "Slip",
    "alike",
    "by_number",
    "clock_page",
    "clocks_beside",
    "contacts",
    "day",
    "draft_of",
    "duplicates",
    "figures",
    "file_of",
    "files_of",
    "next_in",
    "of_merchant",
    "opened",
    "queue",
    "rows_of",
    "slip_of",
    "tabs",
]
