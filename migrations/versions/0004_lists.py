"""The lists that cases are classified by, as rows: the city's, and a county's own below them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tenants.policies import Wall

revision = "0004"
down_revision = "0003"

WALLS = {"list_entry": Wall("shared", changes=("name", "name_en", "position", "active", "version"))}


def upgrade() -> None:
    op.create_table(
        "list_entry",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listed", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("name_en", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_list_entry_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_list_entry")),
        sa.UniqueConstraint("tenant_id", "listed", "code", name=op.f("uq_list_entry_tenant_id_listed_code")),
    )
    for table, wall in WALLS.items():
        for statement in wall.statements(table):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(WALLS):
        op.drop_table(table)
