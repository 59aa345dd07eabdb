"""The words for what happens to the calendar, in the trail."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.audit import words

words.extend(
    {
        "calendar.published": _l("Published the calendar of a year"),
        "calendar.amended": _l("Changed days of the calendar"),
        "calendar.recounted": _l("Worked the due dates out again"),
        "regime.set": _l("Set by which limits an organisation works"),
        "regime.reached": _l("The city changed by which limits is worked"),
    },
    {
        "calendar.published": lambda facts: _l(
            "%(year)s · %(days)s days changed", year=facts["year"], days=len(facts.get("changes", ()))
        ),
        "calendar.amended": lambda facts: _l(
            "%(first)s to %(last)s · version %(version)s of the calendar",
            first=facts["first"],
            last=facts["last"],
            version=facts["version"],
        ),
        "calendar.recounted": lambda facts: _l("Due dates moved: %(moved)s", moved=facts["moved"]),
    },
)
