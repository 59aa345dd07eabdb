"""Cases that go on in an earlier one; what finds the same matter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.policies import Wall

revision = "0013"
down_revision = "0012"

WALLS = {"case_join": Wall("owned", changes=("parted_at",))}
OUTCOMES = "'settled', 'ended', 'refused', 'withdrawn', 'taken_over'"
STATES = "'lodged', 'accepted', 'mediating', 'settled', 'ended', 'refused', 'referred', 'closed'"


def upgrade() -> None:
    _outcomes(f"{OUTCOMES}, 'joined'")
    op.create_index(
        "ix_case_statement_order",
        "case_statement",
        ["tenant_id", "order_number"],
        unique=False,
        postgresql_where=sa.text("order_number <> ''"),
    )
    op.create_table(
        "case_join",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("clocks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"before in ({STATES})", name=op.f("ck_case_join_before")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_case_join_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "into_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_case_join_tenant_id_into_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_join_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_join")),
    )
    op.create_index(
        "ix_case_join_case",
        "case_join",
        ["tenant_id", "case_id"],
        unique=True,
        postgresql_where=sa.text("parted_at is null"),
    )
    op.create_index("ix_case_join_into", "case_join", ["tenant_id", "into_id"], unique=False)
    for table, wall in WALLS.items():
        for statement in wall.statements(table):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(WALLS):
        op.drop_table(table)
    op.drop_index("ix_case_statement_order", "case_statement")
    # What was joined counts as withdrawn: the schema below knows no better word.
    op.execute("update case_record set outcome = 'withdrawn' where outcome = 'joined'")
    _outcomes(OUTCOMES)


def _outcomes(listed: str) -> None:
    op.drop_constraint(op.f("ck_case_record_outcome"), "case_record")
    op.create_check_constraint(op.f("ck_case_record_outcome"), "case_record", f"outcome in ({listed})")
