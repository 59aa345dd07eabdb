"""Who complains: several together, an agent; where it was bought; the prepaid card; which papers are there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.policies import Wall

revision = "0007"
down_revision = "0006"

WALLS = {"case_prepaid": Wall("private")}


def columns() -> dict[str, tuple[sa.Column, ...]]:
    return {
        "case_record": (
            sa.Column("place", sa.Text(), nullable=True),
            sa.Column("traits", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
            sa.Column("people", sa.Integer(), server_default="1", nullable=False),
        ),
        "case_statement": (
            sa.Column("platform", sa.Text(), server_default="", nullable=False),
            sa.Column("stream", sa.Text(), server_default="", nullable=False),
            sa.Column("held", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        ),
        "case_party": (
            sa.Column("role", sa.Text(), server_default="complainant", nullable=False),
            sa.Column("position", sa.Integer(), server_default="0", nullable=False),
            sa.Column("represents", sa.Boolean(), server_default="false", nullable=False),
            sa.Column("amount", sa.Numeric(14, 2), nullable=True),
            sa.Column("consented_on", sa.Date(), nullable=True),
            sa.Column("powers", sa.Text(), server_default="", nullable=False),
            sa.Column("until", sa.Date(), nullable=True),
        ),
    }


def upgrade() -> None:
    for table, added in columns().items():
        for column in added:
            op.add_column(table, column)
    op.drop_constraint(op.f("uq_case_party_tenant_id_case_id"), "case_party")
    op.create_unique_constraint(
        op.f("uq_case_party_tenant_id_case_id_position"), "case_party", ["tenant_id", "case_id", "position"]
    )
    op.create_check_constraint(op.f("ck_case_party_role"), "case_party", "role in ('complainant', 'agent')")
    op.create_check_constraint(
        op.f("ck_case_party_agent"), "case_party", "role = 'complainant' or (position > 0 and not represents)"
    )
    op.create_table(
        "case_prepaid",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("card_sealed", sa.Text(), nullable=True),
        sa.Column("paid", sa.Numeric(14, 2), nullable=True),
        sa.Column("used", sa.Numeric(14, 2), nullable=True),
        sa.Column("balance", sa.Numeric(14, 2), sa.Computed("paid - used", persisted=True), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("lessor", sa.Text(), server_default="", nullable=False),
        sa.Column("last_open_on", sa.Date(), nullable=True),
        sa.Column("records", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "records in ('', 'merchant', 'consumer', 'both', 'nobody')", name=op.f("ck_case_prepaid_records")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_case_prepaid_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_prepaid_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_prepaid")),
        sa.UniqueConstraint("tenant_id", "case_id", name=op.f("uq_case_prepaid_tenant_id_case_id")),
    )
    for table, wall in WALLS.items():
        for statement in wall.statements(table):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(WALLS):
        op.drop_table(table)
    # Only the one complainant that the schema below knows can stay.
    op.execute("delete from case_party where position > 0")
    op.drop_constraint(op.f("uq_case_party_tenant_id_case_id_position"), "case_party")
    op.create_unique_constraint(op.f("uq_case_party_tenant_id_case_id"), "case_party", ["tenant_id", "case_id"])
    for table, added in columns().items():
        for column in added:
            op.drop_column(table, column.name)
