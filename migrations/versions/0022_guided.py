"""What is neither complaint nor report comes out by itself: its sender was told where to turn."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"

KNOWN = ("settled", "ended", "refused", "withdrawn", "taken_over", "joined", "filed", "not_filed")


def upgrade() -> None:
    _outcomes(*KNOWN, "guided")


def downgrade() -> None:
    # Below, what was not heard was refused.
    op.execute("update case_record set outcome = 'refused' where outcome = 'guided'")
    _outcomes(*KNOWN)


def _outcomes(*known: str) -> None:
    listed = ", ".join(f"'{outcome}'" for outcome in known)
    op.drop_constraint(op.f("ck_case_record_outcome"), "case_record")
    op.create_check_constraint(op.f("ck_case_record_outcome"), "case_record", f"outcome in ({listed})")
