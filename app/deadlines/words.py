"""The words for what happens to the calendar, in the trail."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.audit import words

words.extend(
    {
        "calendar.published": _l("Published the calendar of a year"),
        "calendar.recounted": _l("Worked the due dates out again"),
    },
    {
        "calendar.published": lambda facts: _l(
            "%(year)s · %(days)s days changed", year=facts["year"], days=len(facts.get("changes", ()))
        ),
        "calendar.recounted": lambda facts: _l("Due dates moved: %(moved)s", moved=facts["moved"]),
    },
)
