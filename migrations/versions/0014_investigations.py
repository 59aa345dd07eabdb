"""Investigations, with evidence and testing; support of lawsuits, exposure through media; how a report came out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tenants.policies import Wall

revision = "0014"
down_revision = "0013"

WALLS = {
    "investigation": Wall("private"),
    "investigation_point": Wall("private", changes=("done_on", "result")),
    "investigation_visit": Wall("private", append_only=True),
    "evidence_item": Wall("private", append_only=True),
    "evidence_item_file": Wall("private", append_only=True),
    "evidence_custody": Wall("private", append_only=True),
    "appraisal": Wall("private", changes=("status", "ended_on", "result")),
    "recommendation": Wall("private", changes=("answered_on", "answer")),
    "litigation_support": Wall("private"),
    "exposure": Wall("private"),
    "document_prefix": Wall("owned", changes=("prefix",)),
    "case_document_receipt": Wall("private", append_only=True),
}


def _outcomes(*known: str) -> None:
    """What may be said of how a case came out."""
    listed = ", ".join(f"'{outcome}'" for outcome in known)
    op.drop_constraint(op.f("ck_case_record_outcome"), "case_record")
    op.create_check_constraint(op.f("ck_case_record_outcome"), "case_record", f"outcome in ({listed})")


def upgrade() -> None:
    op.create_table(
        "investigation",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_by_name", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_name", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=True),
        sa.Column("findings", sa.Text(), server_default="", nullable=False),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "conclusion in ('confirmed', 'partly', 'not_confirmed', 'undecided')",
            name=op.f("ck_investigation_conclusion"),
        ),
        sa.CheckConstraint("scope in ('major', 'complex', 'cross_county')", name=op.f("ck_investigation_scope")),
        sa.CheckConstraint(
            "status in ('open', 'declined', 'under_way', 'concluded')", name=op.f("ck_investigation_status")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_investigation_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_investigation_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_investigation")),
        sa.UniqueConstraint("tenant_id", "case_id", name=op.f("uq_investigation_tenant_id_case_id")),
    )
    op.create_table(
        "investigation_point",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("investigation_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "investigation_id"],
            ["investigation.tenant_id", "investigation.id"],
            name=op.f("fk_investigation_point_tenant_id_investigation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_investigation_point_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_investigation_point_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_investigation_point")),
        sa.UniqueConstraint(
            "tenant_id",
            "investigation_id",
            "ordinal",
            name=op.f("uq_investigation_point_tenant_id_investigation_id_ordinal"),
        ),
    )
    op.create_index(
        "ix_investigation_point_due",
        "investigation_point",
        ["tenant_id", "due_on"],
        unique=False,
        postgresql_where="done_on is null",
    )
    op.create_table(
        "investigation_visit",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("investigation_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("present", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("noted_by_name", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "investigation_id"],
            ["investigation.tenant_id", "investigation.id"],
            name=op.f("fk_investigation_visit_tenant_id_investigation_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_investigation_visit_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_investigation_visit")),
        sa.UniqueConstraint(
            "tenant_id",
            "investigation_id",
            "ordinal",
            name=op.f("uq_investigation_visit_tenant_id_investigation_id_ordinal"),
        ),
    )
    op.create_table(
        "evidence_item",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("investigation_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("noted_by_name", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "investigation_id"],
            ["investigation.tenant_id", "investigation.id"],
            name=op.f("fk_evidence_item_tenant_id_investigation_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_evidence_item_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_evidence_item")),
        sa.UniqueConstraint(
            "tenant_id", "investigation_id", "ordinal", name=op.f("uq_evidence_item_tenant_id_investigation_id_ordinal")
        ),
    )
    op.create_table(
        "evidence_item_file",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.Uuid(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["evidence_item.tenant_id", "evidence_item.id"],
            name=op.f("fk_evidence_item_file_tenant_id_item_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_evidence_item_file_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_evidence_item_file")),
        sa.UniqueConstraint("tenant_id", "item_id", name=op.f("uq_evidence_item_file_tenant_id_item_id")),
    )
    op.create_table(
        "evidence_custody",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("noted_by_name", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "act in ('received', 'handed', 'sealed', 'unsealed', 'returned')", name=op.f("ck_evidence_custody_act")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["evidence_item.tenant_id", "evidence_item.id"],
            name=op.f("fk_evidence_custody_tenant_id_item_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_evidence_custody_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_evidence_custody")),
        sa.UniqueConstraint(
            "tenant_id", "item_id", "ordinal", name=op.f("uq_evidence_custody_tenant_id_item_id_ordinal")
        ),
    )
    op.create_table(
        "appraisal",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("investigation_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("laboratory", sa.Text(), nullable=False),
        sa.Column("tested", sa.Text(), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("status in ('ordered', 'received', 'cancelled')", name=op.f("ck_appraisal_status")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "document_id"],
            ["case_document.tenant_id", "case_document.id"],
            name=op.f("fk_appraisal_tenant_id_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "investigation_id"],
            ["investigation.tenant_id", "investigation.id"],
            name=op.f("fk_appraisal_tenant_id_investigation_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_appraisal_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_appraisal")),
        sa.UniqueConstraint(
            "tenant_id", "investigation_id", "ordinal", name=op.f("uq_appraisal_tenant_id_investigation_id_ordinal")
        ),
    )
    op.create_table(
        "recommendation",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("investigation_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("noted_by_name", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("letter_id is null or document_id is null", name=op.f("ck_recommendation_way")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "document_id"],
            ["case_document.tenant_id", "case_document.id"],
            name=op.f("fk_recommendation_tenant_id_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "investigation_id"],
            ["investigation.tenant_id", "investigation.id"],
            name=op.f("fk_recommendation_tenant_id_investigation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "letter_id"],
            ["handoff_draft.tenant_id", "handoff_draft.id"],
            name=op.f("fk_recommendation_tenant_id_letter_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_recommendation_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_recommendation")),
        sa.UniqueConstraint(
            "tenant_id",
            "investigation_id",
            "ordinal",
            name=op.f("uq_recommendation_tenant_id_investigation_id_ordinal"),
        ),
    )
    op.create_index(
        "ix_recommendation_due",
        "recommendation",
        ["tenant_id", "due_on"],
        unique=False,
        postgresql_where="answered_on is null",
    )
    op.create_table(
        "litigation_support",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("court", sa.Text(), server_default="", nullable=False),
        sa.Column("court_number", sa.Text(), server_default="", nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("hearing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judgment", sa.Text(), nullable=True),
        sa.Column("judged_on", sa.Date(), nullable=True),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_by_name", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_name", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "judgment in ('won', 'partly', 'lost', 'settled', 'withdrawn')", name=op.f("ck_litigation_support_judgment")
        ),
        sa.CheckConstraint(
            "means in ('letter', 'advice', 'lawyer', 'evidence')", name=op.f("ck_litigation_support_means")
        ),
        sa.CheckConstraint(
            "status in ('asked', 'declined', 'approved', 'filed', 'decided')", name=op.f("ck_litigation_support_status")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_litigation_support_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_litigation_support_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_litigation_support")),
        sa.UniqueConstraint("tenant_id", "case_id", name=op.f("uq_litigation_support_tenant_id_case_id")),
    )
    op.create_table(
        "exposure",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("verified", sa.Text(), server_default="", nullable=False),
        sa.Column("heard_on", sa.Date(), nullable=True),
        sa.Column("heard", sa.Text(), server_default="", nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_in", sa.Text(), server_default="", nullable=False),
        sa.Column("retracted_on", sa.Date(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_by_name", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_name", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "medium in ('own', 'press', 'broadcast', 'online', 'board')", name=op.f("ck_exposure_medium")
        ),
        sa.CheckConstraint(
            "status in ('proposed', 'declined', 'approved', 'published', 'retracted')", name=op.f("ck_exposure_status")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_exposure_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_exposure_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_exposure")),
        sa.UniqueConstraint("tenant_id", "case_id", name=op.f("uq_exposure_tenant_id_case_id")),
    )
    op.create_table(
        "document_prefix",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_document_prefix_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_document_prefix")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_document_prefix_tenant_id")),
    )
    op.create_table(
        "case_document_receipt",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.Uuid(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_id"],
            ["case_document_service.tenant_id", "case_document_service.id"],
            name=op.f("fk_case_document_receipt_tenant_id_service_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_document_receipt_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_document_receipt")),
    )
    op.create_index(
        "ix_case_document_receipt_service", "case_document_receipt", ["tenant_id", "service_id"], unique=False
    )

    _outcomes("settled", "ended", "refused", "withdrawn", "taken_over", "joined", "filed", "not_filed")

    for table, wall in WALLS.items():
        for statement in wall.statements(table):
            op.execute(statement)


def downgrade() -> None:
    # Of a report the schema below says only that it ended, or was not taken up.
    op.execute("update case_record set outcome = 'ended' where outcome = 'filed'")
    op.execute("update case_record set outcome = 'refused' where outcome = 'not_filed'")
    _outcomes("settled", "ended", "refused", "withdrawn", "taken_over", "joined")

    for table in reversed(WALLS):
        op.drop_table(table)
