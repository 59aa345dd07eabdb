"""What was learned to suggest a category by, and how its test came out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.policies import Wall

revision = "0016"
down_revision = "0015"

WALLS = {
    "triage_training": Wall(
        "private",
        changes=(
            "status",
            "why",
            "found",
            "recipe",
            "learned_from",
            "tested_on",
            "correct",
            "shown",
            "among",
            "macro_f1",
            "categories",
            "ended_at",
        ),
    ),
    "triage_model": Wall("private", append_only=True, removable=True),
}
_COUNTS = ("found", "recipe", "learned_from", "tested_on", "correct", "shown", "among")


def upgrade() -> None:
    op.create_table(
        "triage_training",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in _COUNTS),
        sa.Column("macro_f1", sa.Numeric(precision=6, scale=5), nullable=True),
        sa.Column("categories", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("begun_by", sa.Uuid(), nullable=True),
        sa.Column("begun_by_name", sa.Text(), server_default="", nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status in ('running', 'done', 'failed')", name=op.f("ck_triage_training_status")),
        sa.CheckConstraint("why in ('', 'too_few', 'not_installed', 'broke_off')", name=op.f("ck_triage_training_why")),
        sa.CheckConstraint(
            "correct <= tested_on and among <= shown and shown <= tested_on", name=op.f("ck_triage_training_figures")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_triage_training_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_triage_training")),
    )
    op.create_index("ix_triage_training_begun", "triage_training", ["tenant_id", "begun_at"], unique=False)
    op.create_table(
        "triage_model",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("training_id", sa.Uuid(), nullable=False),
        sa.Column("recipe", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.Uuid(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "training_id"],
            ["triage_training.tenant_id", "triage_training.id"],
            name=op.f("fk_triage_model_tenant_id_training_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_triage_model_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_triage_model")),
        sa.UniqueConstraint("tenant_id", "training_id", name=op.f("uq_triage_model_tenant_id_training_id")),
    )

    for table, wall in WALLS.items():
        for statement in wall.statements(table):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(WALLS):
        op.drop_table(table)
