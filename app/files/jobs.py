"""What keeps files and rows in agreement while nobody looks."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app import audit
from app.audit import words
from app.files import services
from app.jobs import job


@job(name="files.sweep", every="40 19 * * *")  # twenty to four in the night, local time
def sweep() -> None:
    """Remove what no row knows, and note how many rows have lost their file."""
    swept = services.sweep()
    if swept.removed or swept.missing:
        audit.record("files.swept", facts={"removed": swept.removed, "missing": len(swept.missing)})


words.extend(
    {
        "files.swept": _l("Looked whether every file is there"),
        "file.unreadable": _l("A file could not be read"),
    },
    {"files.swept": lambda facts: _l("removed %(removed)s, missing %(missing)s", **facts)},
)
