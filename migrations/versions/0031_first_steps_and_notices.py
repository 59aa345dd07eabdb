"""That somebody has put their first steps away; what they have muted, and how early they want to be told of limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tenants.policies import Wall

revision = "0031"
down_revision = "0030"

WALLS = {
    "first_steps_away": Wall("private", append_only=True, removable=True),
    "notice_muted": Wall("private", append_only=True, removable=True),
    "notice_wish": Wall("private", changes=("within",)),
}


def upgrade() -> None:
    _of_a_person("first_steps_away", sa.Column("at", sa.DateTime(timezone=True), nullable=False))
    _of_a_person(
        "notice_muted",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_number", sa.Text(), nullable=False),
        sa.Column("muted_at", sa.DateTime(timezone=True), nullable=False),
        unique=("tenant_id", "subject_id", "person_id"),
    )
    _of_a_person(
        "notice_wish",
        sa.Column("within", sa.Integer(), nullable=False),
        sa.CheckConstraint("within between 1 and 5", name=op.f("ck_notice_wish_within")),
    )
    for table, wall in WALLS.items():
        for statement in wall.statements(table):
            op.execute(statement)


def _of_a_person(table: str, *more: sa.SchemaItem, unique: tuple[str, ...] = ("tenant_id", "person_id")) -> None:
    """A table of what one of an organisation's people has chosen."""
    op.create_table(
        table,
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        *more,
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f(f"fk_{table}_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f(f"fk_{table}_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(*unique, name=op.f(f"uq_{table}_{'_'.join(unique)}")),
    )


def downgrade() -> None:
    for table in WALLS:
        op.drop_table(table)
