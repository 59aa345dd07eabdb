"""The queue: indexes that hold what it is narrowed by, filters that were kept, and habits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.policies import Wall

revision = "0012"
down_revision = "0011"

NARROWED_BY = [
    "assignee_id", "status", "prepaid", "minor", "elderly", "nature", "channel", "category", "problem", "claims",
    "traits", "place", "amount", "people", "reopened", "origin", "origin_from", "summary_confirmed", "rule_chosen_at",
]  # fmt: skip
COUNTED = ["assignee_id", "status", "prepaid", "minor", "elderly"]
PARTS = {
    "ix_case_clock_paused": ("case_clock", "state = 'paused'"),
    "ix_case_clock_extended": ("case_clock", "extended_by > 0"),
    "ix_case_document_waiting": ("case_document", "status = 'waiting'"),
}
WALLS = {
    "case_filter": Wall("private", removable=True),
    "case_habit": Wall("private", changes=("columns", "size", "density", "usual_id", "after")),
    "case_bulk": Wall("private", changes=("status", "ended_at")),
    "case_bulk_row": Wall("private", changes=("status", "why", "before", "version")),
    "case_export": Wall("private", changes=("status", "rows", "position", "ended_at", "until")),
    "case_export_file": Wall("private", removable=True),
    "case_presence": Wall("private", changes=("seen_at", "writes"), removable=True),
    "case_note_draft": Wall("private", changes=("text", "saved_at"), removable=True),
}


def upgrade() -> None:
    op.add_column("case_record", sa.Column("reopened", sa.Integer(), server_default="0", nullable=False))
    op.execute(
        "update case_record set reopened = told.times from (select tenant_id, subject_id, count(*) as times "
        "from audit_entry where event in ('case.reopen', 'case.reconsider') group by tenant_id, subject_id) told "
        "where told.tenant_id = case_record.tenant_id and told.subject_id = case_record.id"
    )
    op.drop_index("ix_case_open", "case_record")
    op.create_index(
        "ix_case_open",
        "case_record",
        ["tenant_id", "queue_on", "id"],
        unique=False,
        postgresql_include=[*NARROWED_BY, "received_at"],
        postgresql_where=sa.text("open"),
    )
    op.drop_index("ix_case_received", "case_record")
    op.create_index(
        "ix_case_received",
        "case_record",
        ["tenant_id", "received_at", "id"],
        unique=False,
        postgresql_include=[*NARROWED_BY, "queue_on"],
    )
    op.create_index("ix_case_against", "case_record", ["tenant_id", "merchant_name", "received_at"], unique=False)
    for name, (table, where) in PARTS.items():
        op.create_index(name, table, ["tenant_id", "case_id"], unique=False, postgresql_where=sa.text(where))
    op.create_table(
        "case_filter",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("asked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_case_filter_tenant_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_filter_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_filter")),
        sa.UniqueConstraint("tenant_id", "owner_id", "name", name=op.f("uq_case_filter_tenant_id_owner_id_name")),
    )
    op.create_table(
        "case_habit",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("columns", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("density", sa.Text(), nullable=False),
        sa.Column("usual_id", sa.Uuid(), nullable=True),
        sa.Column("after", sa.Text(), nullable=False),
        sa.CheckConstraint("after in ('case', 'next', 'list')", name=op.f("ck_case_habit_after")),
        sa.CheckConstraint("density in ('normal', 'compact')", name=op.f("ck_case_habit_density")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_case_habit_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_habit_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_habit")),
        sa.UniqueConstraint("tenant_id", "person_id", name=op.f("uq_case_habit_tenant_id_person_id")),
    )
    op.create_table(
        "case_bulk",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("begun_by", sa.Uuid(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status in ('running', 'done', 'failed', 'undone')", name=op.f("ck_case_bulk_status")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "begun_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_case_bulk_tenant_id_begun_by"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_bulk_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_bulk")),
    )
    op.create_index("ix_case_bulk_begun", "case_bulk", ["tenant_id", "begun_by", "begun_at"], unique=False)
    op.create_table(
        "case_bulk_row",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bulk_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.CheckConstraint("status in ('waiting', 'done', 'refused', 'undone')", name=op.f("ck_case_bulk_row_status")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "bulk_id"],
            ["case_bulk.tenant_id", "case_bulk.id"],
            name=op.f("fk_case_bulk_row_tenant_id_bulk_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_case_bulk_row_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_bulk_row_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_bulk_row")),
        sa.UniqueConstraint("tenant_id", "bulk_id", "case_id", name=op.f("uq_case_bulk_row_tenant_id_bulk_id_case_id")),
    )
    op.create_index("ix_case_bulk_row_number", "case_bulk_row", ["tenant_id", "bulk_id", "number"], unique=False)
    op.create_table(
        "case_export",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("begun_by", sa.Uuid(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status in ('running', 'done', 'failed', 'expired')", name=op.f("ck_case_export_status")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "begun_by"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_case_export_tenant_id_begun_by"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_export_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_export")),
    )
    op.create_index("ix_case_export_begun", "case_export", ["tenant_id", "begun_by", "begun_at"], unique=False)
    op.create_table(
        "case_export_file",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.Uuid(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "export_id"],
            ["case_export.tenant_id", "case_export.id"],
            name=op.f("fk_case_export_file_tenant_id_export_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_export_file_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_export_file")),
        sa.UniqueConstraint("tenant_id", "export_id", name=op.f("uq_case_export_file_tenant_id_export_id")),
    )
    op.create_table(
        "case_presence",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("writes", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_case_presence_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_case_presence_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_presence_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_presence")),
        sa.UniqueConstraint(
            "tenant_id", "case_id", "person_id", name=op.f("uq_case_presence_tenant_id_case_id_person_id")
        ),
    )
    op.create_index("ix_case_presence_seen", "case_presence", ["tenant_id", "seen_at"], unique=False)
    op.create_table(
        "case_note_draft",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_case_note_draft_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_case_note_draft_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_note_draft_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_note_draft")),
        sa.UniqueConstraint(
            "tenant_id", "case_id", "person_id", name=op.f("uq_case_note_draft_tenant_id_case_id_person_id")
        ),
    )
    for table, wall in WALLS.items():
        for statement in wall.statements(table):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(WALLS):
        op.drop_table(table)
    for name, (table, _where) in PARTS.items():
        op.drop_index(name, table)
    op.drop_index("ix_case_against", "case_record")
    op.drop_index("ix_case_received", "case_record")
    op.create_index("ix_case_received", "case_record", ["tenant_id", "received_at", "id"], unique=False)
    op.drop_index("ix_case_open", "case_record")
    op.create_index(
        "ix_case_open",
        "case_record",
        ["tenant_id", "queue_on", "id"],
        unique=False,
        postgresql_include=COUNTED,
        postgresql_where=sa.text("open"),
    )
    op.drop_column("case_record", "reopened")
