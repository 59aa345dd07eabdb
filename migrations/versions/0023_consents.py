"""What the sides have agreed to: entrusted mediation, and publication."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tenants.policies import Wall

revision = "0023"
down_revision = "0022"

WALL = Wall("private", append_only=True)


def upgrade() -> None:
    op.create_table(
        "case_consent",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), server_default="", nullable=False),
        sa.Column("noted_by_name", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("matter in ('entrust', 'publish')", name=op.f("ck_case_consent_matter")),
        sa.CheckConstraint("side in ('consumer', 'merchant')", name=op.f("ck_case_consent_side")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_case_consent_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_consent_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_consent")),
    )
    op.create_index("ix_case_consent_case", "case_consent", ["tenant_id", "case_id"], unique=False)
    for statement in WALL.statements("case_consent"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("case_consent")
