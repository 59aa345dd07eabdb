"""What is tidied up at night."""

from __future__ import annotations

from app.accounts import throttle
from app.jobs import job


@job(name="accounts.sweep", every="20 3 * * *")
def sweep() -> None:
    """Forget old failures, so that made-up sign-in names do not pile up."""
    throttle.sweep()
