"""What keeps files and rows in agreement while nobody looks."""

from __future__ import annotations

from app import audit
from app.files import services
from app.jobs import job


@job(name="files.sweep", every="40 19 * * *")  # twenty to four in the night, local time
def sweep() -> None:
    """Remove what no row knows, and note how many rows have lost their file."""
    swept = services.sweep()
    if swept.removed or swept.missing:
        audit.record("files.swept", facts={"removed": swept.removed, "missing": len(swept.missing)})
