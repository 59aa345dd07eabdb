"""The queue: indexes that hold what it is narrowed by, and how often a case was taken up again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

NARROWED_BY = [
    "assignee_id", "status", "prepaid", "minor", "elderly", "nature", "channel", "category", "problem", "claims",
    "traits", "place", "amount", "people", "reopened", "origin", "origin_from", "summary_confirmed", "rule_chosen_at",
]  # fmt: skip
COUNTED = ["assignee_id", "status", "prepaid", "minor", "elderly"]
PARTS = {
    "ix_case_clock_paused": ("case_clock", "state = 'paused'"),
    "ix_case_clock_extended": ("case_clock", "extended_by > 0"),
    "ix_case_document_waiting": ("case_document", "status = 'waiting'"),
}


def upgrade() -> None:
    op.add_column("case_record", sa.Column("reopened", sa.Integer(), server_default="0", nullable=False))
    op.execute(
        "update case_record set reopened = told.times from (select tenant_id, subject_id, count(*) as times "
        "from audit_entry where event in ('case.reopen', 'case.reconsider') group by tenant_id, subject_id) told "
        "where told.tenant_id = case_record.tenant_id and told.subject_id = case_record.id"
    )
    op.drop_index("ix_case_open", "case_record")
    op.create_index(
        "ix_case_open",
        "case_record",
        ["tenant_id", "queue_on", "id"],
        unique=False,
        postgresql_include=[*NARROWED_BY, "received_at"],
        postgresql_where=sa.text("open"),
    )
    op.drop_index("ix_case_received", "case_record")
    op.create_index(
        "ix_case_received",
        "case_record",
        ["tenant_id", "received_at", "id"],
        unique=False,
        postgresql_include=[*NARROWED_BY, "queue_on"],
    )
    op.create_index("ix_case_against", "case_record", ["tenant_id", "merchant_name", "received_at"], unique=False)
    for name, (table, where) in PARTS.items():
        op.create_index(name, table, ["tenant_id", "case_id"], unique=False, postgresql_where=sa.text(where))


def downgrade() -> None:
    for name, (table, _where) in PARTS.items():
        op.drop_index(name, table)
    op.drop_index("ix_case_against", "case_record")
    op.drop_index("ix_case_received", "case_record")
    op.create_index("ix_case_received", "case_record", ["tenant_id", "received_at", "id"], unique=False)
    op.drop_index("ix_case_open", "case_record")
    op.create_index(
        "ix_case_open",
        "case_record",
        ["tenant_id", "queue_on", "id"],
        unique=False,
        postgresql_include=COUNTED,
        postgresql_where=sa.text("open"),
    )
    op.drop_column("case_record", "reopened")
