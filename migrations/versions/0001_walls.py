"""The walls: the realm, the registry of organisations, what is counted per organisation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tenants.policies import FUNCTIONS, Wall

revision = "0001"
down_revision = None

WALLS = {
    "tenant": Wall("reference"),
    "act": Wall("owned", changes=("done_at", "undone")),
    "counter": Wall("owned"),
}


def upgrade() -> None:
    op.execute("create schema portal")
    op.execute("revoke all on schema portal from public")
    op.execute("grant usage on schema portal to portal_app, portal_guest, portal_search")
    op.execute("grant create on schema portal to portal_search")  # it owns the search function
    op.execute("grant usage on schema public to portal_app, portal_guest, portal_search")
    op.execute("grant select on alembic_version to portal_app")  # readiness says which schema it is
    for function in FUNCTIONS:
        op.execute(function)
    op.create_table(
        "tenant",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint("(kind = 'bureau') = (id = 1)", name=op.f("ck_tenant_one_bureau")),
        sa.CheckConstraint("kind in ('bureau', 'center', 'department')", name=op.f("ck_tenant_kind")),
        sa.CheckConstraint("slug ~ '^[a-z][a-z0-9-]{1,30}$'", name=op.f("ck_tenant_slug")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenant_slug")),
    )
    op.create_table(
        "act",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(["target_id"], ["tenant.id"], name=op.f("fk_act_target_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_act_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_act")),
    )
    op.create_table(
        "counter",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_counter_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_counter")),
        sa.UniqueConstraint("tenant_id", "kind", "year", name=op.f("uq_counter_tenant_id_kind_year")),
    )
    for table, wall in WALLS.items():
        for statement in wall.statements(table):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(WALLS):
        op.drop_table(table)
    op.execute("drop schema portal cascade")
    op.execute("revoke select on alembic_version from portal_app")
    op.execute("revoke usage on schema public from portal_app, portal_guest, portal_search")
