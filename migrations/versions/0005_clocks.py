"""By which limits each organisation works, what a calendar changed and why, and the clocks that it moved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.policies import Wall

revision = "0005"
down_revision = "0004"

WALLS = {
    "legal_regime": Wall(
        "reference",
        changes=("channels", "family", "in_flight", "on_transfer", "reason", "set_at", "set_by", "supplement"),
    ),
    "calendar_change": Wall("reference", append_only=True),
    "calendar_recount": Wall("owned", append_only=True),
    "clock_move": Wall("owned", append_only=True),
}


def upgrade() -> None:
    op.create_table(
        "legal_regime",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("family", sa.Text(), nullable=True),
        sa.Column("in_flight", sa.Text(), nullable=False),
        sa.Column("on_transfer", sa.Text(), nullable=False),
        sa.Column("supplement", sa.Boolean(), nullable=False),
        sa.Column("channels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("in_flight in ('old', 'new')", name=op.f("ck_legal_regime_in_flight")),
        sa.CheckConstraint("on_transfer in ('anew', 'carry')", name=op.f("ck_legal_regime_on_transfer")),
        sa.ForeignKeyConstraint(["organisation_id"], ["tenant.id"], name=op.f("fk_legal_regime_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", "effective_from", name=op.f("pk_legal_regime")),
    )
    op.create_table(
        "calendar_change",
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("days", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_calendar_change")),
    )
    op.create_table(
        "calendar_recount",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_calendar_recount_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_calendar_recount")),
        sa.UniqueConstraint("tenant_id", "version", name=op.f("uq_calendar_recount_tenant_id_version")),
    )
    op.create_table(
        "clock_move",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("profile_code", sa.Text(), nullable=False),
        sa.Column("profile_version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("before_on", sa.Date(), nullable=False),
        sa.Column("after_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_clock_move_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_clock_move")),
    )
    op.create_index("ix_clock_move_version", "clock_move", ["tenant_id", "version", "before_on"], unique=False)
    op.create_index("ix_clock_move_clock", "clock_move", ["tenant_id", "clock_id"], unique=False)
    op.add_column("legal_limit", sa.Column("extends_needs", sa.Text(), nullable=True))
    op.add_column("case_record", sa.Column("rule_chosen_at", sa.DateTime(timezone=True), nullable=True))
    # A bar is amber from five working days left, whatever the limit: what was laid down before said two for most.
    for table in ("legal_limit", "case_clock", "handoff_clock"):
        op.execute(f"update {table} set warns_at = 5 where warns_at <> 5")
    for table, wall in WALLS.items():
        for statement in wall.statements(table):
            op.execute(statement)


def downgrade() -> None:
    op.drop_column("case_record", "rule_chosen_at")
    op.drop_column("legal_limit", "extends_needs")
    for table in reversed(WALLS):
        op.drop_table(table)
