"""What is tidied up at night."""

from __future__ import annotations

from app import audit
from app.accounts import sessions, throttle
from app.jobs import job


@job(name="accounts.sweep", every="20 3 * * *")
def sweep() -> None:
    """Forget old failures, so that made-up sign-in names do not pile up, and sign-ins whose time is over."""
    throttle.sweep()
    if count := sessions.sweep():
        audit.record("account.sign_ins_forgotten", facts={"count": count})
