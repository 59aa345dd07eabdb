"""The work: merchants, cases, handoffs, imports, figures, the bureau's grants."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.policies import Wall

revision = "0003"
down_revision = "0002"

WALLS = {
    "day_figure": Wall("owned", removable=True),
    "facts_mark": Wall("owned"),
    "handoff": Wall(
        "between",
        changes=(
            "status",
            "version",
            "returns",
            "sent_back_at",
            "signed_at",
            "decided_at",
            "answered_at",
            "ended_at",
            "due_on",
            "receiver_case_id",
            "receiver_case_number",
        ),
        sender_sets=("sent", "sent_back", "closed", "withdrawn"),
        receiver_sets=("signed", "accepted", "returned", "answered"),
    ),
    "handoff_echo": Wall("owned", changes=("done_at",)),
    "import_file": Wall("private"),
    "merchant": Wall("owned"),
    "month_figure": Wall("owned", removable=True),
    "case_record": Wall("owned"),
    "file_grant": Wall("owned", changes=("revoked_at", "revoked_by")),
    "handoff_clock": Wall(
        "between_entry",
        changes=(
            "calendar_version",
            "due_on",
            "extended_by",
            "met_on",
            "paused_days",
            "paused_on",
            "paused_reason",
            "spans",
            "state",
        ),
    ),
    "handoff_disclosure": Wall("between_entry", append_only=True),
    "handoff_file": Wall("between_confidential", changes=("open_to_receiver",)),
    "handoff_message": Wall("between_confidential", changes=("open_to_receiver",)),
    "handoff_personal": Wall("between_confidential", changes=("open_to_receiver",)),
    "handoff_step": Wall("between_entry", append_only=True),
    "import_fault": Wall("private", append_only=True),
    "merchant_contact": Wall("private"),
    "case_agreement": Wall("private", append_only=True),
    "case_clock": Wall(
        "owned",
        changes=(
            "calendar_version",
            "due_on",
            "extended_by",
            "met_on",
            "paused_days",
            "paused_on",
            "paused_reason",
            "spans",
            "state",
        ),
    ),
    "case_credential": Wall("private"),
    "case_draft": Wall("private"),
    "case_file": Wall("private", removable=True),
    "case_party": Wall("private"),
    "case_statement": Wall("private"),
    "case_tally": Wall("owned", removable=True),
    "handoff_draft": Wall("private"),
}


def upgrade() -> None:
    op.create_table(
        "day_figure",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("value", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_day_figure_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_day_figure")),
        sa.UniqueConstraint("tenant_id", "day", "measure", name=op.f("uq_day_figure_tenant_id_day_measure")),
    )
    op.create_index(
        "ix_day_figure_measure",
        "day_figure",
        ["tenant_id", "measure", "day"],
        unique=False,
        postgresql_include=["value"],
    )
    op.create_table(
        "facts_mark",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_facts_mark_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_facts_mark")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_facts_mark_tenant_id")),
    )
    op.create_table(
        "handoff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.BigInteger(), nullable=False),
        sa.Column("receiver_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("ask", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), server_default="", nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("legal_basis", sa.Text(), server_default="", nullable=False),
        sa.Column("contact", sa.Text(), server_default="", nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("sender_case_id", sa.Uuid(), nullable=True),
        sa.Column("sender_case_number", sa.Text(), nullable=True),
        sa.Column("receiver_case_id", sa.Uuid(), nullable=True),
        sa.Column("receiver_case_number", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("returns", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "status in ('sent', 'sent_back', 'closed', 'withdrawn', 'signed', 'accepted', 'returned', 'answered')",
            name=op.f("ck_handoff_status"),
        ),
        sa.CheckConstraint("sender_id <> receiver_id", name=op.f("ck_handoff_two")),
        sa.ForeignKeyConstraint(["receiver_id"], ["tenant.id"], name=op.f("fk_handoff_receiver_id")),
        sa.ForeignKeyConstraint(["sender_id"], ["tenant.id"], name=op.f("fk_handoff_sender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff")),
        sa.UniqueConstraint("id", "receiver_id", name="uq_handoff_receiver"),
        sa.UniqueConstraint("id", "sender_id", "receiver_id", name="uq_handoff_parties"),
        sa.UniqueConstraint("sender_id", "number", name=op.f("uq_handoff_sender_id_number")),
    )
    op.create_index("ix_handoff_case", "handoff", ["sender_id", "sender_case_id"], unique=False)
    op.create_index("ix_handoff_received", "handoff", ["receiver_id", "status", "due_on", "id"], unique=False)
    op.create_index("ix_handoff_receiver", "handoff", ["receiver_id", "id"], unique=False)
    op.create_index("ix_handoff_sender", "handoff", ["sender_id", "id"], unique=False)
    op.create_index("ix_handoff_sent_at", "handoff", ["sent_at", "id"], unique=False)
    op.create_table(
        "handoff_echo",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("handoff_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_handoff_echo_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_handoff_echo")),
        sa.UniqueConstraint("tenant_id", "step_id", name=op.f("uq_handoff_echo_tenant_id_step_id")),
    )
    op.create_index(
        "ix_handoff_echo_untold",
        "handoff_echo",
        ["tenant_id", "made_at"],
        unique=False,
        postgresql_where="done_at is null",
    )
    op.create_table(
        "import_file",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("imported", sa.Integer(), nullable=False),
        sa.Column("already", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("begun_by", sa.Uuid(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.Uuid(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "status in ('mapping', 'running', 'stopped', 'done', 'failed')", name=op.f("ck_import_file_status")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_import_file_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_import_file")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_import_file_tenant_id_number")),
    )
    op.create_index("ix_import_file_begun", "import_file", ["tenant_id", "begun_at"], unique=False)
    op.create_table(
        "merchant",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sign", sa.Text(), server_default="", nullable=False),
        sa.Column("credit_code", sa.Text(), nullable=True),
        sa.Column("trade", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("length(credit_code) = 18", name=op.f("ck_merchant_credit_code")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_merchant_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_merchant")),
        sa.UniqueConstraint("tenant_id", "credit_code", name=op.f("uq_merchant_tenant_id_credit_code")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_merchant_tenant_id_number")),
    )
    op.create_index("ix_merchant_name", "merchant", ["tenant_id", "name", "id"], unique=False)
    op.create_table(
        "month_figure",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("value", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_month_figure_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_month_figure")),
        sa.UniqueConstraint(
            "tenant_id",
            "month",
            "measure",
            "channel",
            "category",
            "problem",
            name=op.f("uq_month_figure_tenant_id_month_measure_channel_category_problem"),
        ),
    )
    op.create_index(
        "ix_month_figure_measure",
        "month_figure",
        ["tenant_id", "measure", "month", "category"],
        unique=False,
        postgresql_include=["value"],
    )
    op.create_table(
        "case_record",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("summary_confirmed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("party_label", sa.Text(), nullable=False),
        sa.Column("phone_mask", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("claims", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("recovered", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("prepaid", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("minor", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("elderly", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("merchant_id", sa.Uuid(), nullable=True),
        sa.Column("merchant_name", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("before_referral", sa.Text(), nullable=True),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("origin", sa.Text(), server_default="first", nullable=False),
        sa.Column("origin_id", sa.Uuid(), nullable=True),
        sa.Column("origin_from", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("profile_code", sa.Text(), nullable=False),
        sa.Column("profile_version", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_code", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("submission_key", sa.Text(), nullable=True),
        sa.Column("submission_hash", sa.Text(), nullable=True),
        sa.Column(
            "open",
            sa.Boolean(),
            sa.Computed(
                "status in ('lodged', 'accepted', 'mediating', 'settled', 'ended', 'referred')", persisted=True
            ),
            nullable=False,
        ),
        sa.Column(
            "queue_on", sa.Date(), sa.Computed("coalesce(due_on, date '9999-12-31')", persisted=True), nullable=False
        ),
        sa.CheckConstraint("(origin = 'taken_over') = (origin_id is not null)", name=op.f("ck_case_record_origin_id")),
        sa.CheckConstraint("origin in ('first', 'taken_over')", name=op.f("ck_case_record_origin")),
        sa.CheckConstraint(
            "outcome in ('settled', 'ended', 'refused', 'withdrawn', 'taken_over')", name=op.f("ck_case_record_outcome")
        ),
        sa.CheckConstraint(
            "status in ('lodged', 'accepted', 'mediating', 'settled', 'ended', 'refused', 'referred', 'closed')",
            name=op.f("ck_case_record_status"),
        ),
        sa.ForeignKeyConstraint(
            ["origin_id", "tenant_id"],
            ["handoff.id", "handoff.receiver_id"],
            name=op.f("fk_case_record_origin_id_tenant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignee_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_case_record_tenant_id_assignee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "merchant_id"],
            ["merchant.tenant_id", "merchant.id"],
            name=op.f("fk_case_record_tenant_id_merchant_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_record_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_record")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_case_record_tenant_id_number")),
        sa.UniqueConstraint("tenant_id", "submission_key", name=op.f("uq_case_record_tenant_id_submission_key")),
    )
    op.create_index("ix_case_merchant", "case_record", ["tenant_id", "merchant_id", "received_at"], unique=False)
    op.create_index(
        "ix_case_mine",
        "case_record",
        ["tenant_id", "assignee_id", "queue_on", "id"],
        unique=False,
        postgresql_where="open",
    )
    op.create_index(
        "ix_case_open", "case_record", ["tenant_id", "queue_on", "id"], unique=False, postgresql_where="open"
    )
    op.create_index(
        "ix_case_prepaid",
        "case_record",
        ["tenant_id", "queue_on", "id"],
        unique=False,
        postgresql_where="open and prepaid",
    )
    op.create_index("ix_case_received", "case_record", ["tenant_id", "received_at", "id"], unique=False)
    op.create_index(
        "ix_case_standing",
        "case_record",
        ["tenant_id", "status", "queue_on", "id"],
        unique=False,
        postgresql_where="open",
    )
    op.create_index("ix_case_status", "case_record", ["tenant_id", "status", "received_at", "id"], unique=False)
    op.create_index(
        "ix_case_vulnerable",
        "case_record",
        ["tenant_id", "queue_on", "id"],
        unique=False,
        postgresql_where="open and (minor or elderly)",
    )
    op.create_table(
        "file_grant",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("extent", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.CheckConstraint("extent in ('story', 'file')", name=op.f("ck_file_grant_extent")),
        sa.ForeignKeyConstraint(["county_id"], ["tenant.id"], name=op.f("fk_file_grant_county_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_file_grant_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_file_grant_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_file_grant")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_file_grant_tenant_id_number")),
    )
    op.create_index("ix_file_grant_case", "file_grant", ["tenant_id", "case_id", "person_id"], unique=False)
    op.create_index("ix_file_grant_given", "file_grant", ["tenant_id", "given_at", "id"], unique=False)
    op.create_table(
        "handoff_clock",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.BigInteger(), nullable=False),
        sa.Column("receiver_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("handoff_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("profile_code", sa.Text(), nullable=False),
        sa.Column("profile_version", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("rolls", sa.Boolean(), nullable=False),
        sa.Column("warns_at", sa.Integer(), nullable=False),
        sa.Column("calendar_version", sa.Integer(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("paused_reason", sa.Text(), nullable=True),
        sa.Column("paused_days", sa.Integer(), nullable=False),
        sa.Column("extended_by", sa.Integer(), nullable=False),
        sa.Column("spans", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(state = 'met') = (met_on is not null) and met_on >= started_on", name=op.f("ck_handoff_clock_met_on")
        ),
        sa.CheckConstraint("(state = 'paused') = (paused_on is not null)", name=op.f("ck_handoff_clock_paused_on")),
        sa.CheckConstraint("state in ('running', 'paused', 'met', 'void')", name=op.f("ck_handoff_clock_state")),
        sa.CheckConstraint("unit in ('working', 'calendar')", name=op.f("ck_handoff_clock_unit")),
        sa.CheckConstraint(
            "(paused_on is null) = (paused_reason is null)", name=op.f("ck_handoff_clock_paused_reason")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_handoff_clock_amount")),
        sa.CheckConstraint("due_on >= started_on", name=op.f("ck_handoff_clock_due_on")),
        sa.CheckConstraint("extended_by >= 0", name=op.f("ck_handoff_clock_extended_by")),
        sa.CheckConstraint("paused_days >= 0", name=op.f("ck_handoff_clock_paused_days")),
        sa.ForeignKeyConstraint(["author_id"], ["tenant.id"], name=op.f("fk_handoff_clock_author_id")),
        sa.ForeignKeyConstraint(
            ["handoff_id", "sender_id", "receiver_id"],
            ["handoff.id", "handoff.sender_id", "handoff.receiver_id"],
            name=op.f("fk_handoff_clock_handoff_id_sender_id_receiver_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_clock")),
    )
    op.create_index("ix_handoff_clock_handoff", "handoff_clock", ["handoff_id"], unique=False)
    op.create_table(
        "handoff_disclosure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.BigInteger(), nullable=False),
        sa.Column("receiver_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("handoff_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("extent", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("extent in ('full', 'masked')", name=op.f("ck_handoff_disclosure_extent")),
        sa.CheckConstraint("what in ('field', 'file')", name=op.f("ck_handoff_disclosure_what")),
        sa.CheckConstraint("author_id = sender_id", name=op.f("ck_handoff_disclosure_author")),
        sa.ForeignKeyConstraint(["author_id"], ["tenant.id"], name=op.f("fk_handoff_disclosure_author_id")),
        sa.ForeignKeyConstraint(
            ["handoff_id", "sender_id", "receiver_id"],
            ["handoff.id", "handoff.sender_id", "handoff.receiver_id"],
            name=op.f("fk_handoff_disclosure_handoff_id_sender_id_receiver_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_disclosure")),
    )
    op.create_index("ix_handoff_disclosure_handoff", "handoff_disclosure", ["handoff_id"], unique=False)
    op.create_table(
        "handoff_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.BigInteger(), nullable=False),
        sa.Column("receiver_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("handoff_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.Uuid(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("open_to_receiver", sa.Boolean(), server_default="true", nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["tenant.id"], name=op.f("fk_handoff_file_author_id")),
        sa.ForeignKeyConstraint(
            ["handoff_id", "sender_id", "receiver_id"],
            ["handoff.id", "handoff.sender_id", "handoff.receiver_id"],
            name=op.f("fk_handoff_file_handoff_id_sender_id_receiver_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_file")),
    )
    op.create_index("ix_handoff_file_handoff", "handoff_file", ["handoff_id"], unique=False)
    op.create_table(
        "handoff_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.BigInteger(), nullable=False),
        sa.Column("receiver_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("handoff_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("open_to_receiver", sa.Boolean(), server_default="true", nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["tenant.id"], name=op.f("fk_handoff_message_author_id")),
        sa.ForeignKeyConstraint(
            ["handoff_id", "sender_id", "receiver_id"],
            ["handoff.id", "handoff.sender_id", "handoff.receiver_id"],
            name=op.f("fk_handoff_message_handoff_id_sender_id_receiver_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_message")),
    )
    op.create_index("ix_handoff_message_handoff", "handoff_message", ["handoff_id"], unique=False)
    op.create_table(
        "handoff_personal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.BigInteger(), nullable=False),
        sa.Column("receiver_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("handoff_id", sa.Uuid(), nullable=False),
        sa.Column("masked", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("story", sa.Text(), server_default="", nullable=False),
        sa.Column("demand", sa.Text(), server_default="", nullable=False),
        sa.Column("name_sealed", sa.Text(), nullable=True),
        sa.Column("phone_sealed", sa.Text(), nullable=True),
        sa.Column("id_sealed", sa.Text(), nullable=True),
        sa.Column("address_sealed", sa.Text(), nullable=True),
        sa.Column("open_to_receiver", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint("author_id = sender_id", name=op.f("ck_handoff_personal_author")),
        sa.ForeignKeyConstraint(["author_id"], ["tenant.id"], name=op.f("fk_handoff_personal_author_id")),
        sa.ForeignKeyConstraint(
            ["handoff_id", "sender_id", "receiver_id"],
            ["handoff.id", "handoff.sender_id", "handoff.receiver_id"],
            name=op.f("fk_handoff_personal_handoff_id_sender_id_receiver_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_personal")),
        sa.UniqueConstraint("sender_id", "handoff_id", name=op.f("uq_handoff_personal_sender_id_handoff_id")),
    )
    op.create_table(
        "handoff_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.BigInteger(), nullable=False),
        sa.Column("receiver_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("handoff_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(author_id = sender_id and step in ('send', 'resend', 'send_back', 'close', 'withdraw', 'write')) or (author_id = receiver_id and step in ('sign', 'accept', 'return', 'answer', 'write'))",
            name=op.f("ck_handoff_step_side"),
        ),
        sa.ForeignKeyConstraint(["author_id"], ["tenant.id"], name=op.f("fk_handoff_step_author_id")),
        sa.ForeignKeyConstraint(
            ["handoff_id", "sender_id", "receiver_id"],
            ["handoff.id", "handoff.sender_id", "handoff.receiver_id"],
            name=op.f("fk_handoff_step_handoff_id_sender_id_receiver_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_step")),
    )
    op.create_index("ix_handoff_step_handoff", "handoff_step", ["handoff_id", "at"], unique=False)
    op.create_table(
        "import_fault",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "import_id"],
            ["import_file.tenant_id", "import_file.id"],
            name=op.f("fk_import_fault_tenant_id_import_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_import_fault_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_import_fault")),
        sa.UniqueConstraint("tenant_id", "import_id", "line", name=op.f("uq_import_fault_tenant_id_import_id_line")),
    )
    op.create_table(
        "merchant_contact",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("phone_sealed", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "merchant_id"],
            ["merchant.tenant_id", "merchant.id"],
            name=op.f("fk_merchant_contact_tenant_id_merchant_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_merchant_contact_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_merchant_contact")),
        sa.UniqueConstraint("tenant_id", "merchant_id", name=op.f("uq_merchant_contact_tenant_id_merchant_id")),
    )
    op.create_table(
        "case_agreement",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("perform_by", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_case_agreement_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_agreement_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_agreement")),
    )
    op.create_index("ix_case_agreement_case", "case_agreement", ["tenant_id", "case_id"], unique=False)
    op.create_table(
        "case_clock",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("profile_code", sa.Text(), nullable=False),
        sa.Column("profile_version", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("rolls", sa.Boolean(), nullable=False),
        sa.Column("warns_at", sa.Integer(), nullable=False),
        sa.Column("calendar_version", sa.Integer(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("paused_reason", sa.Text(), nullable=True),
        sa.Column("paused_days", sa.Integer(), nullable=False),
        sa.Column("extended_by", sa.Integer(), nullable=False),
        sa.Column("spans", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(state = 'met') = (met_on is not null) and met_on >= started_on", name=op.f("ck_case_clock_met_on")
        ),
        sa.CheckConstraint("(state = 'paused') = (paused_on is not null)", name=op.f("ck_case_clock_paused_on")),
        sa.CheckConstraint("state in ('running', 'paused', 'met', 'void')", name=op.f("ck_case_clock_state")),
        sa.CheckConstraint("unit in ('working', 'calendar')", name=op.f("ck_case_clock_unit")),
        sa.CheckConstraint("(paused_on is null) = (paused_reason is null)", name=op.f("ck_case_clock_paused_reason")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_case_clock_amount")),
        sa.CheckConstraint("due_on >= started_on", name=op.f("ck_case_clock_due_on")),
        sa.CheckConstraint("extended_by >= 0", name=op.f("ck_case_clock_extended_by")),
        sa.CheckConstraint("paused_days >= 0", name=op.f("ck_case_clock_paused_days")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_case_clock_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_clock_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_clock")),
    )
    op.create_index("ix_case_clock_case", "case_clock", ["tenant_id", "case_id"], unique=False)
    op.create_index(
        "ix_case_clock_met",
        "case_clock",
        ["tenant_id", "code", "met_on"],
        unique=False,
        postgresql_where="state = 'met'",
    )
    op.create_index(
        "ix_case_clock_running",
        "case_clock",
        ["tenant_id", "due_on"],
        unique=False,
        postgresql_where="state = 'running'",
    )
    op.create_table(
        "case_credential",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("tracking_index", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_case_credential_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_credential_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_credential")),
        sa.UniqueConstraint("tenant_id", "case_id", name=op.f("uq_case_credential_tenant_id_case_id")),
        sa.UniqueConstraint("tenant_id", "receipt", name=op.f("uq_case_credential_tenant_id_receipt")),
    )
    op.create_table(
        "case_draft",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("drafted_by_name", sa.Text(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status in ('waiting', 'approved', 'rejected', 'withdrawn')", name=op.f("ck_case_draft_status")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "subject_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_case_draft_tenant_id_subject_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_draft_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_draft")),
    )
    op.create_index("ix_case_draft_subject", "case_draft", ["tenant_id", "subject_id"], unique=False)
    op.create_index(
        "ix_case_draft_waiting",
        "case_draft",
        ["tenant_id", "drafted_at"],
        unique=False,
        postgresql_where="status = 'waiting'",
    )
    op.create_table(
        "case_file",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
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
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_case_file_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_file_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_file")),
    )
    op.create_index("ix_case_file_case", "case_file", ["tenant_id", "case_id"], unique=False)
    op.create_table(
        "case_party",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("name_sealed", sa.Text(), nullable=True),
        sa.Column("phone_sealed", sa.Text(), nullable=True),
        sa.Column("phone_index", sa.Text(), nullable=True),
        sa.Column("id_sealed", sa.Text(), nullable=True),
        sa.Column("address_sealed", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_case_party_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_party_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_party")),
        sa.UniqueConstraint("tenant_id", "case_id", name=op.f("uq_case_party_tenant_id_case_id")),
    )
    op.create_index("ix_case_party_phone", "case_party", ["tenant_id", "phone_index"], unique=False)
    op.create_table(
        "case_statement",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("demand", sa.Text(), server_default="", nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purchased_on", sa.Date(), nullable=True),
        sa.Column("order_number", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_case_statement_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_statement_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_statement")),
        sa.UniqueConstraint("tenant_id", "case_id", name=op.f("uq_case_statement_tenant_id_case_id")),
    )
    op.create_table(
        "case_tally",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_case_tally_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_case_tally_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_case_tally")),
        sa.UniqueConstraint("tenant_id", "case_id", name=op.f("uq_case_tally_tenant_id_case_id")),
    )
    op.create_table(
        "handoff_draft",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("receiver_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("ask", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), server_default="", nullable=False),
        sa.Column("legal_basis", sa.Text(), server_default="", nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("need", sa.Text(), server_default="", nullable=False),
        sa.Column("files", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("drafted_by_name", sa.Text(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handoff_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "status in ('drafted', 'waiting', 'rejected', 'sent', 'discarded')", name=op.f("ck_handoff_draft_status")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_handoff_draft_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_handoff_draft_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_handoff_draft")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_handoff_draft_tenant_id_number")),
    )
    op.create_index("ix_handoff_draft_case", "handoff_draft", ["tenant_id", "case_id"], unique=False)
    op.create_index(
        "ix_handoff_draft_waiting",
        "handoff_draft",
        ["tenant_id", "drafted_at"],
        unique=False,
        postgresql_where="status = 'waiting'",
    )
    for table, wall in WALLS.items():
        for statement in wall.statements(table):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(WALLS):
        op.drop_table(table)
