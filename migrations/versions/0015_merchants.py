"""Interviews of merchants and their commitments; entries of the register that were merged, or found to be two."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.policies import Wall

revision = "0015"
down_revision = "0014"

WALLS = {
    "merchant_interview": Wall("private"),
    "merchant_commitment": Wall("private"),
    "merchant_merge": Wall("owned", changes=("undone_at", "undone_by")),
    "merchant_apart": Wall("owned", append_only=True),
}


def upgrade() -> None:
    op.add_column("merchant", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_merchant_tenant_id_merged_into_id"),
        "merchant",
        "merchant",
        ["tenant_id", "merged_into_id"],
        ["tenant_id", "id"],
    )
    op.create_check_constraint(op.f("ck_merchant_merged_into"), "merchant", "merged_into_id <> id")
    op.create_index(
        "ix_merchant_merged",
        "merchant",
        ["tenant_id", "merged_into_id"],
        unique=False,
        postgresql_where=sa.text("merged_into_id is not null"),
    )
    op.create_table(
        "merchant_interview",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("present", sa.Text(), server_default="", nullable=False),
        sa.Column("minutes", sa.Text(), server_default="", nullable=False),
        sa.Column("called_by", sa.Uuid(), nullable=False),
        sa.Column("called_by_name", sa.Text(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("status in ('called', 'held', 'cancelled')", name=op.f("ck_merchant_interview_status")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_merchant_interview_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "merchant_id"],
            ["merchant.tenant_id", "merchant.id"],
            name=op.f("fk_merchant_interview_tenant_id_merchant_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_merchant_interview_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_merchant_interview")),
    )
    op.create_index(
        "ix_merchant_interview_merchant", "merchant_interview", ["tenant_id", "merchant_id", "held_at"], unique=False
    )
    op.create_table(
        "merchant_commitment",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("interview_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("promise", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.Column("watched_by", sa.Uuid(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("status in ('open', 'kept', 'broken')", name=op.f("ck_merchant_commitment_status")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "interview_id"],
            ["merchant_interview.tenant_id", "merchant_interview.id"],
            name=op.f("fk_merchant_commitment_tenant_id_interview_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "merchant_id"],
            ["merchant.tenant_id", "merchant.id"],
            name=op.f("fk_merchant_commitment_tenant_id_merchant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "watched_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_merchant_commitment_tenant_id_watched_by"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_merchant_commitment_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_merchant_commitment")),
    )
    op.create_index(
        "ix_merchant_commitment_due",
        "merchant_commitment",
        ["tenant_id", "due_on", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "ix_merchant_commitment_merchant", "merchant_commitment", ["tenant_id", "merchant_id", "due_on"], unique=False
    )
    op.create_table(
        "merchant_merge",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("cases", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("groups", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("interviews", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("commitments", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("merged_by", sa.Uuid(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "into_id"],
            ["merchant.tenant_id", "merchant.id"],
            name=op.f("fk_merchant_merge_tenant_id_into_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "merchant_id"],
            ["merchant.tenant_id", "merchant.id"],
            name=op.f("fk_merchant_merge_tenant_id_merchant_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_merchant_merge_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_merchant_merge")),
    )
    op.create_index("ix_merchant_merge_into", "merchant_merge", ["tenant_id", "into_id"], unique=False)
    op.create_index(
        "ix_merchant_merge_merchant",
        "merchant_merge",
        ["tenant_id", "merchant_id"],
        unique=True,
        postgresql_where="undone_at is null",
    )
    op.create_table(
        "merchant_apart",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "first_id"],
            ["merchant.tenant_id", "merchant.id"],
            name=op.f("fk_merchant_apart_tenant_id_first_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "second_id"],
            ["merchant.tenant_id", "merchant.id"],
            name=op.f("fk_merchant_apart_tenant_id_second_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_merchant_apart_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_merchant_apart")),
        sa.UniqueConstraint(
            "tenant_id", "first_id", "second_id", name=op.f("uq_merchant_apart_tenant_id_first_id_second_id")
        ),
    )

    for table, wall in WALLS.items():
        for statement in wall.statements(table):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(WALLS):
        op.drop_table(table)
    op.drop_column("merchant", "merged_into_id")
