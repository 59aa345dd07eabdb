"""Of a joint complaint, what each gets by the settlement, what each answered to it, and what each got."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tenants.policies import Wall

revision = "0030"
down_revision = "0029"

WALL = Wall("private", changes=("voided_at", "void_reason"))
ANSWERS = ("agreed", "agreement_id", "agrees", "answered_on", "answer_noted_by")


def upgrade() -> None:
    op.add_column("case_party", sa.Column("agreed", sa.Numeric(14, 2), nullable=True))
    op.add_column("case_party", sa.Column("agreement_id", sa.Uuid(), nullable=True))
    op.add_column("case_party", sa.Column("agrees", sa.Boolean(), nullable=True))
    op.add_column("case_party", sa.Column("answered_on", sa.Date(), nullable=True))
    op.add_column("case_party", sa.Column("answer_noted_by", sa.Text(), server_default="", nullable=False))
    op.create_foreign_key(
        op.f("fk_case_party_tenant_id_agreement_id"),
        "case_party",
        "case_agreement",
        ["tenant_id", "agreement_id"],
        ["tenant_id", "id"],
    )
    op.create_check_constraint(op.f("ck_case_party_agreed"), "case_party", "agreed >= 0")
    op.create_check_constraint(
        op.f("ck_case_party_answered_on"), "case_party", "(agrees is null) = (answered_on is null)"
    )
    op.create_table(
        "case_share",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("instalment_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(14, 2), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("alone", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("evidence", sa.Text(), server_default="", nullable=False),
        sa.Column("noted_by_name", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_case_share_amount")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_case_share_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "instalment_id"],
            ["mediation_instalment.tenant_id", "mediation_instalment.id"],
            name=op.f("fk_case_share_tenant_id_instalment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "party_id"],
            ["case_party.tenant_id", "case_party.id"],
            name=op.f("fk_case_share_tenant_id_party_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_share_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_share")),
    )
    op.create_index("ix_case_share_case", "case_share", ["tenant_id", "case_id"], unique=False)
    for statement in WALL.statements("case_share"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("case_share")
    op.drop_constraint(op.f("ck_case_party_answered_on"), "case_party")
    op.drop_constraint(op.f("ck_case_party_agreed"), "case_party")
    op.drop_constraint(op.f("fk_case_party_tenant_id_agreement_id"), "case_party")
    for column in reversed(ANSWERS):
        op.drop_column("case_party", column)
