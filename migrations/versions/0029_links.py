"""Cases that have to do with each other; how a letter stood before it was divided, and that it was taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tenants.policies import Wall

revision = "0029"
down_revision = "0028"

WALLS = {
    "case_link": Wall("private", changes=("removed_at",)),
    "case_division": Wall("private", changes=("taken_back_at",)),
}
KNOWN = ("settled", "ended", "refused", "withdrawn", "taken_over", "joined", "filed", "not_filed", "guided")


def upgrade() -> None:
    _outcomes(*KNOWN, "taken_back")
    op.create_table(
        "case_link",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("tie", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("linked_by_name", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "tie in ('dispute', 'consumer', 'merchant', 'follows', 'other')", name=op.f("ck_case_link_tie")
        ),
        sa.CheckConstraint("other_id <> case_id", name=op.f("ck_case_link_other_id")),
        *_keys("case_link", "case_id", "other_id"),
    )
    op.create_index(
        "ix_case_link_case",
        "case_link",
        ["tenant_id", "case_id", "other_id"],
        unique=True,
        postgresql_where=sa.text("removed_at is null"),
    )
    op.create_index("ix_case_link_other", "case_link", ["tenant_id", "other_id"], unique=False)
    op.create_table(
        "case_division",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("demand", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("summary_confirmed", sa.Boolean(), nullable=False),
        sa.Column("proposed_title", sa.Text(), nullable=False),
        sa.Column("proposed_summary", sa.Text(), nullable=False),
        sa.Column("divided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("tenant_id", "report_id", name=op.f("uq_case_division_tenant_id_report_id")),
        *_keys("case_division", "case_id", "report_id"),
    )
    op.create_index("ix_case_division_case", "case_division", ["tenant_id", "case_id"], unique=False)
    for table, wall in WALLS.items():
        for statement in wall.statements(table):
            op.execute(statement)


def _keys(table: str, *columns: str) -> tuple[sa.Constraint, ...]:
    return (
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", column],
                ["case_record.tenant_id", "case_record.id"],
                name=op.f(f"fk_{table}_tenant_id_{column}"),
            )
            for column in columns
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f(f"fk_{table}_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    for table in reversed(WALLS):
        op.drop_table(table)
    # Below, what goes on in another case was joined to it.
    op.execute("update case_record set outcome = 'joined' where outcome = 'taken_back'")
    _outcomes(*KNOWN)


def _outcomes(*known: str) -> None:
    listed = ", ".join(f"'{outcome}'" for outcome in known)
    op.drop_constraint(op.f("ck_case_record_outcome"), "case_record")
    op.create_check_constraint(op.f("ck_case_record_outcome"), "case_record", f"outcome in ({listed})")
