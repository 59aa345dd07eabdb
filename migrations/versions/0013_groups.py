"""Cases that go on in an earlier one; signals about claimants; groups of cases with their ledger, instalments, payments and documents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.policies import Wall

revision = "0013"
down_revision = "0012"

WALLS = {
    "case_join": Wall("owned", changes=("parted_at",)),
    "case_group": Wall("owned"),
    "group_member": Wall("private"),
    "group_note": Wall("private", append_only=True),
    "group_file": Wall("private", append_only=True),
    "group_instalment": Wall("private", removable=True),
    "group_payment": Wall("private", changes=("voided_at", "void_reason")),
    "group_share": Wall("private", append_only=True),
    "group_batch": Wall("private", append_only=True),
    "group_batch_row": Wall("private", changes=("status", "why")),
    "claimant_rule": Wall("shared", changes=("least", "days", "active", "version")),
    "claimant_decision": Wall("private", append_only=True),
}
OUTCOMES = "'settled', 'ended', 'refused', 'withdrawn', 'taken_over'"
STATES = "'lodged', 'accepted', 'mediating', 'settled', 'ended', 'refused', 'referred', 'closed'"


def upgrade() -> None:
    _outcomes(f"{OUTCOMES}, 'joined'")
    op.create_index(
        "ix_case_statement_order",
        "case_statement",
        ["tenant_id", "order_number"],
        unique=False,
        postgresql_where=sa.text("order_number <> ''"),
    )
    op.create_table(
        "case_join",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("clocks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"before in ({STATES})", name=op.f("ck_case_join_before")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_case_join_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "into_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_case_join_tenant_id_into_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_join_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_join")),
    )
    op.create_index(
        "ix_case_join_case",
        "case_join",
        ["tenant_id", "case_id"],
        unique=True,
        postgresql_where=sa.text("parted_at is null"),
    )
    op.create_index("ix_case_join_into", "case_join", ["tenant_id", "into_id"], unique=False)
    groups()
    claimants()
    for table, wall in WALLS.items():
        for statement in wall.statements(table):
            op.execute(statement)


def groups() -> None:
    op.create_table(
        "case_group",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=True),
        sa.Column("merchant_name", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "merchant_id"],
            ["merchant.tenant_id", "merchant.id"],
            name=op.f("fk_case_group_tenant_id_merchant_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_group_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_group")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_case_group_tenant_id_number")),
    )
    op.create_index("ix_case_group_newest", "case_group", ["tenant_id", "opened_at", "id"], unique=False)
    op.create_table(
        "group_member",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("claimed", sa.Numeric(14, 2), nullable=True),
        sa.Column("offered", sa.Numeric(14, 2), nullable=True),
        sa.Column("agreed", sa.Numeric(14, 2), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("claimed >= 0 and offered >= 0 and agreed >= 0", name=op.f("ck_group_member_amounts")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_group_member_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "group_id"],
            ["case_group.tenant_id", "case_group.id"],
            name=op.f("fk_group_member_tenant_id_group_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_group_member_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_group_member")),
    )
    op.create_index(
        "ix_group_member_case",
        "group_member",
        ["tenant_id", "case_id"],
        unique=True,
        postgresql_where=sa.text("left_at is null"),
    )
    op.create_index("ix_group_member_group", "group_member", ["tenant_id", "group_id"], unique=False)
    op.create_table(
        "group_note",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by_name", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('fact', 'finding')", name=op.f("ck_group_note_kind")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "group_id"],
            ["case_group.tenant_id", "case_group.id"],
            name=op.f("fk_group_note_tenant_id_group_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_group_note_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_group_note")),
    )
    op.create_index("ix_group_note_group", "group_note", ["tenant_id", "group_id"], unique=False)
    op.create_table(
        "group_file",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
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
            ["tenant_id", "group_id"],
            ["case_group.tenant_id", "case_group.id"],
            name=op.f("fk_group_file_tenant_id_group_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_group_file_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_group_file")),
    )
    op.create_index("ix_group_file_group", "group_file", ["tenant_id", "group_id"], unique=False)
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
    op.create_table(
        "group_payment",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(14, 2), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("noted_by_name", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_group_payment_amount")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "group_id"],
            ["case_group.tenant_id", "case_group.id"],
            name=op.f("fk_group_payment_tenant_id_group_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_group_payment_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_group_payment")),
    )
    op.create_index("ix_group_payment_group", "group_payment", ["tenant_id", "group_id"], unique=False)
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
        "group_batch",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("begun_by", sa.Uuid(), nullable=False),
        sa.Column("begun_by_name", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "group_id"],
            ["case_group.tenant_id", "case_group.id"],
            name=op.f("fk_group_batch_tenant_id_group_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_group_batch_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_group_batch")),
    )
    op.create_index("ix_group_batch_group", "group_batch", ["tenant_id", "group_id"], unique=False)
    op.create_table(
        "group_batch_row",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("paper_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "status in ('waiting', 'drafted', 'done', 'refused')", name=op.f("ck_group_batch_row_status")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "batch_id"],
            ["group_batch.tenant_id", "group_batch.id"],
            name=op.f("fk_group_batch_row_tenant_id_batch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_group_batch_row_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "paper_id"],
            ["case_document.tenant_id", "case_document.id"],
            name=op.f("fk_group_batch_row_tenant_id_paper_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_group_batch_row_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_group_batch_row")),
    )
    op.create_index("ix_group_batch_row_batch", "group_batch_row", ["tenant_id", "batch_id"], unique=False)


def claimants() -> None:
    op.create_table(
        "claimant_rule",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("code in ('LC1', 'LC2', 'LC3', 'LC4', 'LC5')", name=op.f("ck_claimant_rule_code")),
        sa.CheckConstraint("least between 1 and 1000", name=op.f("ck_claimant_rule_least")),
        sa.CheckConstraint("days between 1 and 1100", name=op.f("ck_claimant_rule_days")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_claimant_rule_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_claimant_rule")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_claimant_rule_tenant_id_code")),
    )
    op.create_table(
        "claimant_decision",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("signals", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_by_name", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "verdict in ('consumer', 'doubtful', 'not_consumer')", name=op.f("ck_claimant_decision_verdict")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_claimant_decision_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_claimant_decision_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_claimant_decision")),
    )
    op.create_index("ix_claimant_decision_case", "claimant_decision", ["tenant_id", "case_id"], unique=False)


def downgrade() -> None:
    for table in reversed(WALLS):
        op.drop_table(table)
    op.drop_index("ix_case_statement_order", "case_statement")
    # What was joined counts as withdrawn: the schema below knows no better word.
    op.execute("update case_record set outcome = 'withdrawn' where outcome = 'joined'")
    _outcomes(OUTCOMES)


def _outcomes(listed: str) -> None:
    op.drop_constraint(op.f("ck_case_record_outcome"), "case_record")
    op.create_check_constraint(op.f("ck_case_record_outcome"), "case_record", f"outcome in ({listed})")
