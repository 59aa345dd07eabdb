"""Phrases that are written again and again: a center's, and one person's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tenants.policies import Wall

revision = "0028"
down_revision = "0027"

WALL = Wall("private", changes=("title", "place", "words", "position", "active", "version"))


def upgrade() -> None:
    op.create_table(
        "phrase",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), server_default="any", nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_phrase_tenant_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_phrase_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_phrase")),
    )
    op.create_index("ix_phrase_owner", "phrase", ["tenant_id", "owner_id", "position"], unique=False)
    for statement in WALL.statements("phrase"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("phrase")
