"""The documents of a case, their files, how they were served; templates; what the holder of a document may check."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tenants.policies import TICKETS, Wall

revision = "0006"
down_revision = "0005"

WALLS = {
    "case_document": Wall("private"),
    "case_document_file": Wall("private"),
    "case_document_service": Wall("private", append_only=True),
    "document_template": Wall("shared", append_only=True),
    "document_check": Wall(
        "owned",
        changes=("voided_on",),
        checked=("tenant_id", "ticket_hash", "kind", "number", "issued_on", "voided_on"),
    ),
}


# As the realm is announced: transaction-local, and by the one form that is safe in a pool.
def upgrade() -> None:
    op.create_table(
        "case_document",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("edition", sa.Integer(), server_default="1", nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("facts_sealed", sa.Text(), nullable=True),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("drafted_by_name", sa.Text(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_name", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status in ('drafted', 'waiting', 'issued', 'voided', 'discarded')", name=op.f("ck_case_document_status")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_case_document_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_document_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_document")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_case_document_tenant_id_number")),
        sa.UniqueConstraint(
            "tenant_id", "case_id", "kind", "edition", name=op.f("uq_case_document_tenant_id_case_id_kind_edition")
        ),
    )
    op.create_table(
        "case_document_file",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.Uuid(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "document_id"],
            ["case_document.tenant_id", "case_document.id"],
            name=op.f("fk_case_document_file_tenant_id_document_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_document_file_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_document_file")),
        sa.UniqueConstraint(
            "tenant_id",
            "document_id",
            "media_type",
            name=op.f("uq_case_document_file_tenant_id_document_id_media_type"),
        ),
    )
    op.create_table(
        "case_document_service",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("noted_by_name", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("party in ('consumer', 'merchant', 'office')", name=op.f("ck_case_document_service_party")),
        sa.CheckConstraint(
            "mode in ('handed', 'post', 'phone', 'message', 'internet')", name=op.f("ck_case_document_service_mode")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "document_id"],
            ["case_document.tenant_id", "case_document.id"],
            name=op.f("fk_case_document_service_tenant_id_document_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_document_service_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_document_service")),
    )
    op.create_index(
        "ix_case_document_service_document", "case_document_service", ["tenant_id", "document_id"], unique=False
    )
    for function in TICKETS:
        op.execute(function)
    op.create_table(
        "document_check",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_hash", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("voided_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_document_check_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_document_check")),
        sa.UniqueConstraint("tenant_id", "ticket_hash", name=op.f("uq_document_check_tenant_id_ticket_hash")),
    )
    op.create_table(
        "document_template",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("put_by_name", sa.Text(), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_document_template_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_document_template")),
        sa.UniqueConstraint("tenant_id", "kind", "edition", name=op.f("uq_document_template_tenant_id_kind_edition")),
    )
    for table, wall in WALLS.items():
        for statement in wall.statements(table):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(WALLS):
        op.drop_table(table)
    op.execute("drop function portal.ticket()")
    op.execute("drop function portal.set_ticket(text)")
