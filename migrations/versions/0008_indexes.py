"""Indexes for the lists of 300,000 cases, and without those that nobody reads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

OPEN = sa.text("open")
COUNTED = ["assignee_id", "status", "prepaid", "minor", "elderly"]


def upgrade() -> None:
    op.drop_index("ix_case_open", "case_record")
    op.create_index(
        "ix_case_open",
        "case_record",
        ["tenant_id", "queue_on", "id"],
        unique=False,
        postgresql_include=COUNTED,
        postgresql_where=OPEN,
    )
    op.create_index("ix_case_queue", "case_record", ["tenant_id", "queue_on", "id"], unique=False)
    op.create_index("ix_case_decided", "case_record", ["tenant_id", "decided_at"], unique=False)
    op.create_index("ix_case_closed", "case_record", ["tenant_id", "closed_at"], unique=False)
    op.create_index("ix_handoff_clock_started", "handoff_clock", ["started_on", "code"], unique=False)
    op.drop_index("ix_case_clock_running", "case_clock")
    op.drop_index("ix_case_clock_met", "case_clock")


def downgrade() -> None:
    op.create_index(
        "ix_case_clock_met",
        "case_clock",
        ["tenant_id", "code", "met_on"],
        unique=False,
        postgresql_where=sa.text("state = 'met'"),
    )
    op.create_index(
        "ix_case_clock_running",
        "case_clock",
        ["tenant_id", "due_on"],
        unique=False,
        postgresql_where=sa.text("state = 'running'"),
    )
    op.drop_index("ix_handoff_clock_started", "handoff_clock")
    op.drop_index("ix_case_closed", "case_record")
    op.drop_index("ix_case_decided", "case_record")
    op.drop_index("ix_case_queue", "case_record")
    op.drop_index("ix_case_open", "case_record")
    op.create_index("ix_case_open", "case_record", ["tenant_id", "queue_on", "id"], unique=False, postgresql_where=OPEN)
