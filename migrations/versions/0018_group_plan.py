"""One plan for a group, from which each member has instalments of its own; what was paid covers those."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tenants.policies import APP, Wall

revision = "0018"
down_revision = "0017"

WALLS = {
    "group_plan": Wall("private", append_only=True),
    "group_proof": Wall("private", append_only=True),
    "group_payment_share": Wall("private", append_only=True),
}
DROPPED = {
    "group_instalment": Wall("private", removable=True),
    "group_share": Wall("private", append_only=True),
}
# An amendment moves the last day of an agreement.
REWALLED = {"case_agreement": Wall("private", changes=("perform_by",))}
STATES = "'due', 'done', 'failed'"


def upgrade() -> None:
    op.create_table(
        "group_plan",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("written_by_name", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("count between 1 and 36 and months between 1 and 12", name=op.f("ck_group_plan_days")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "group_id"],
            ["case_group.tenant_id", "case_group.id"],
            name=op.f("fk_group_plan_tenant_id_group_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_group_plan_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_group_plan")),
    )
    op.create_index("ix_group_plan_group", "group_plan", ["tenant_id", "group_id"], unique=False)
    op.create_table(
        "group_proof",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.Uuid(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "payment_id"],
            ["group_payment.tenant_id", "group_payment.id"],
            name=op.f("fk_group_proof_tenant_id_payment_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_group_proof_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_group_proof")),
    )
    op.create_index("ix_group_proof_payment", "group_proof", ["tenant_id", "payment_id"], unique=False)
    op.add_column("group_member", sa.Column("consented", sa.Boolean(), nullable=True))
    op.add_column("group_member", sa.Column("answered_on", sa.Date(), nullable=True))
    op.add_column("group_member", sa.Column("plan_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_group_member_tenant_id_plan_id"),
        "group_member",
        "group_plan",
        ["tenant_id", "plan_id"],
        ["tenant_id", "id"],
    )
    op.alter_column("group_payment", "evidence", server_default="")

    op.add_column("mediation_instalment", sa.Column("covered", sa.Numeric(14, 2), server_default="0", nullable=False))
    op.create_check_constraint(op.f("ck_mediation_instalment_covered"), "mediation_instalment", "covered >= 0")
    _states(f"{STATES}, 'replaced'")
    op.drop_constraint(op.f("uq_mediation_instalment_tenant_id_agreement_id_ordinal"), "mediation_instalment")
    op.create_index(
        "ix_mediation_instalment_ordinal",
        "mediation_instalment",
        ["tenant_id", "agreement_id", "ordinal"],
        unique=True,
        postgresql_where=sa.text("status <> 'replaced'"),
    )

    # What was shared out before covers no instalments, and a payment without shares means nothing.
    op.drop_table("group_share")
    op.execute("delete from group_payment")
    op.drop_table("group_instalment")
    op.create_table(
        "group_payment_share",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("instalment_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(14, 2), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_group_payment_share_amount")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "instalment_id"],
            ["mediation_instalment.tenant_id", "mediation_instalment.id"],
            name=op.f("fk_group_payment_share_tenant_id_instalment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "payment_id"],
            ["group_payment.tenant_id", "group_payment.id"],
            name=op.f("fk_group_payment_share_tenant_id_payment_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_group_payment_share_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_group_payment_share")),
        sa.UniqueConstraint(
            "tenant_id",
            "payment_id",
            "instalment_id",
            name=op.f("uq_group_payment_share_tenant_id_payment_id_instalment_id"),
        ),
    )
    op.create_index(
        "ix_group_payment_share_instalment", "group_payment_share", ["tenant_id", "instalment_id"], unique=False
    )

    for table, wall in WALLS.items():
        for statement in wall.statements(table):
            op.execute(statement)
    (changed,) = (policy for policy in REWALLED["case_agreement"].policies() if policy.name == "changed")
    op.execute(changed.sql("case_agreement"))
    op.execute(f"grant update (perform_by) on case_agreement to {APP}")


def downgrade() -> None:
    op.execute(f"revoke update (perform_by) on case_agreement from {APP}")
    op.execute("drop policy changed on case_agreement")
    op.drop_table("group_payment_share")
    op.drop_table("group_proof")
    op.execute("delete from group_payment")
    op.create_table(
        "group_share",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(14, 2), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_group_share_amount")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["group_member.tenant_id", "group_member.id"],
            name=op.f("fk_group_share_tenant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "payment_id"],
            ["group_payment.tenant_id", "group_payment.id"],
            name=op.f("fk_group_share_tenant_id_payment_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_group_share_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_group_share")),
        sa.UniqueConstraint(
            "tenant_id", "payment_id", "member_id", name=op.f("uq_group_share_tenant_id_payment_id_member_id")
        ),
    )
    op.create_index("ix_group_share_member", "group_share", ["tenant_id", "member_id"], unique=False)
    op.create_table(
        "group_instalment",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(14, 2), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_group_instalment_amount")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "group_id"],
            ["case_group.tenant_id", "case_group.id"],
            name=op.f("fk_group_instalment_tenant_id_group_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_group_instalment_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_group_instalment")),
        sa.UniqueConstraint(
            "tenant_id", "group_id", "due_on", name=op.f("uq_group_instalment_tenant_id_group_id_due_on")
        ),
    )
    for table, wall in DROPPED.items():
        for statement in wall.statements(table):
            op.execute(statement)

    # What an amendment had replaced is not known below: its proofs go with it.
    replaced = "(select id from mediation_instalment where status = 'replaced')"
    op.execute(f"delete from mediation_proof where instalment_id in {replaced}")
    op.execute("delete from mediation_instalment where status = 'replaced'")
    op.drop_index("ix_mediation_instalment_ordinal", "mediation_instalment")
    op.create_unique_constraint(
        op.f("uq_mediation_instalment_tenant_id_agreement_id_ordinal"),
        "mediation_instalment",
        ["tenant_id", "agreement_id", "ordinal"],
    )
    _states(STATES)
    op.drop_column("mediation_instalment", "covered")
    op.alter_column("group_payment", "evidence", server_default=None)
    for column in ("plan_id", "answered_on", "consented"):
        op.drop_column("group_member", column)
    op.drop_table("group_plan")


def _states(listed: str) -> None:
    op.drop_constraint(op.f("ck_mediation_instalment_status"), "mediation_instalment")
    op.create_check_constraint(op.f("ck_mediation_instalment_status"), "mediation_instalment", f"status in ({listed})")
