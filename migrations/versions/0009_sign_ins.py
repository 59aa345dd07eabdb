"""Sign-ins may be forgotten when their time is over."""

from __future__ import annotations

from alembic import op

from tenants.policies import APP, Wall

revision = "0009"
down_revision = "0008"

REWALLED = {"sign_in": Wall("private", changes=("seen_at", "ended_at", "ended_why"), removable=True)}


def upgrade() -> None:
    (removed,) = (policy for policy in REWALLED["sign_in"].policies() if policy.name == "removed")
    op.execute(removed.sql("sign_in"))
    op.execute(f"grant delete on sign_in to {APP}")


def downgrade() -> None:
    op.execute(f"revoke delete on sign_in from {APP}")
    op.execute("drop policy removed on sign_in")
