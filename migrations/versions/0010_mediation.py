"""Mediation: who mediates, where and when; offers; instalments and what became of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.policies import Wall

revision = "0010"
down_revision = "0009"

WALLS = {
    "mediation_room": Wall("private"),
    "mediation_feed": Wall("private", removable=True),
    "mediator": Wall("private"),
    "mediation_offer": Wall("private", append_only=True),
    "mediation_recusal": Wall("private", append_only=True),
    "mediation_session": Wall("private"),
    "mediation_booking": Wall("private", append_only=True, removable=True),
    "mediation_confirmation": Wall("private"),
    "mediation_instalment": Wall("private"),
    "mediation_seat": Wall("private", append_only=True, removable=True),
    "mediation_proof": Wall("private"),
}


def upgrade() -> None:
    op.create_table(
        "mediation_room",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_mediation_room_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_mediation_room")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_mediation_room_tenant_id_name")),
    )
    op.create_table(
        "mediation_feed",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_hash", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_mediation_feed_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_mediation_feed_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_mediation_feed")),
        sa.UniqueConstraint("tenant_id", "person_id", name=op.f("uq_mediation_feed_tenant_id_person_id")),
        sa.UniqueConstraint("tenant_id", "ticket_hash", name=op.f("uq_mediation_feed_tenant_id_ticket_hash")),
    )
    op.create_table(
        "mediator",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), server_default="", nullable=False),
        sa.Column("speciality", sa.Text(), server_default="", nullable=False),
        sa.Column("contract", sa.Text(), server_default="", nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("phone_sealed", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("(kind = 'inside') = (person_id is not null)", name=op.f("ck_mediator_person")),
        sa.CheckConstraint("kind in ('person', 'body', 'inside')", name=op.f("ck_mediator_kind")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"], ["person.tenant_id", "person.id"], name=op.f("fk_mediator_tenant_id_person_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_mediator_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_mediator")),
        sa.UniqueConstraint("tenant_id", "person_id", name=op.f("uq_mediator_tenant_id_person_id")),
    )
    op.create_table(
        "mediation_offer",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("noted_by_name", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side in ('consumer', 'merchant', 'mediator')", name=op.f("ck_mediation_offer_side")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_mediation_offer_amount")),
        sa.CheckConstraint("round > 0", name=op.f("ck_mediation_offer_round")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_mediation_offer_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_mediation_offer_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_mediation_offer")),
        sa.UniqueConstraint(
            "tenant_id", "case_id", "ordinal", name=op.f("uq_mediation_offer_tenant_id_case_id_ordinal")
        ),
    )
    op.create_table(
        "mediation_recusal",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("mediator_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("decided_by_name", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "asked_by in ('consumer', 'merchant', 'mediator', 'center')", name=op.f("ck_mediation_recusal_asked_by")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_mediation_recusal_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mediator_id"],
            ["mediator.tenant_id", "mediator.id"],
            name=op.f("fk_mediation_recusal_tenant_id_mediator_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_mediation_recusal_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_mediation_recusal")),
    )
    op.create_index("ix_mediation_recusal_case", "mediation_recusal", ["tenant_id", "case_id"], unique=False)
    op.create_table(
        "mediation_session",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lasts", sa.Integer(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("recorder_id", sa.Uuid(), nullable=True),
        sa.Column("consumers", sa.Text(), server_default="", nullable=False),
        sa.Column("merchants", sa.Text(), server_default="", nullable=False),
        sa.Column("came", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("minutes", sa.Text(), server_default="", nullable=False),
        sa.Column("arranged_by_name", sa.Text(), nullable=False),
        sa.Column("arranged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("(way = 'room') = (room_id is not null)", name=op.f("ck_mediation_session_room")),
        sa.CheckConstraint("status in ('planned', 'held', 'cancelled')", name=op.f("ck_mediation_session_status")),
        sa.CheckConstraint("way in ('site', 'phone', 'online', 'room')", name=op.f("ck_mediation_session_way")),
        sa.CheckConstraint("lasts > 0", name=op.f("ck_mediation_session_lasts")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_mediation_session_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "recorder_id"],
            ["person.tenant_id", "person.id"],
            name=op.f("fk_mediation_session_tenant_id_recorder_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "room_id"],
            ["mediation_room.tenant_id", "mediation_room.id"],
            name=op.f("fk_mediation_session_tenant_id_room_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_mediation_session_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_mediation_session")),
        sa.UniqueConstraint(
            "tenant_id", "case_id", "ordinal", name=op.f("uq_mediation_session_tenant_id_case_id_ordinal")
        ),
    )
    op.create_index("ix_mediation_session_starts", "mediation_session", ["tenant_id", "starts_at"], unique=False)
    op.create_table(
        "mediation_booking",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("held", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(tenant_id, tenant_id, '[]')"), "&&"),
            (sa.text("int8range(uuid_hash_extended(held, 0), uuid_hash_extended(held, 0), '[]')"), "&&"),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            using="gist",
            name="ex_mediation_booking",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "session_id"],
            ["mediation_session.tenant_id", "mediation_session.id"],
            name=op.f("fk_mediation_booking_tenant_id_session_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_mediation_booking_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_mediation_booking")),
    )
    op.create_index("ix_mediation_booking_session", "mediation_booking", ["tenant_id", "session_id"], unique=False)
    op.create_table(
        "mediation_confirmation",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("court", sa.Text(), server_default="", nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "status in ('open', 'applied', 'confirmed', 'declined')", name=op.f("ck_mediation_confirmation_status")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "agreement_id"],
            ["case_agreement.tenant_id", "case_agreement.id"],
            name=op.f("fk_mediation_confirmation_tenant_id_agreement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_mediation_confirmation_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_mediation_confirmation_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_mediation_confirmation")),
        sa.UniqueConstraint("tenant_id", "agreement_id", name=op.f("uq_mediation_confirmation_tenant_id_agreement_id")),
    )
    op.create_table(
        "mediation_instalment",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("performed_on", sa.Date(), nullable=True),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(status = 'done') = (performed_on is not null)", name=op.f("ck_mediation_instalment_performed_on")
        ),
        sa.CheckConstraint("status in ('due', 'done', 'failed')", name=op.f("ck_mediation_instalment_status")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_mediation_instalment_amount")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "agreement_id"],
            ["case_agreement.tenant_id", "case_agreement.id"],
            name=op.f("fk_mediation_instalment_tenant_id_agreement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"],
            ["case_record.tenant_id", "case_record.id"],
            name=op.f("fk_mediation_instalment_tenant_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_mediation_instalment_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_mediation_instalment")),
        sa.UniqueConstraint(
            "tenant_id", "agreement_id", "ordinal", name=op.f("uq_mediation_instalment_tenant_id_agreement_id_ordinal")
        ),
    )
    op.create_index(
        "ix_mediation_instalment_due",
        "mediation_instalment",
        ["tenant_id", "due_on"],
        unique=False,
        postgresql_where="status = 'due'",
    )
    op.create_table(
        "mediation_seat",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("mediator_id", sa.Uuid(), nullable=False),
        sa.Column("presides", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mediator_id"],
            ["mediator.tenant_id", "mediator.id"],
            name=op.f("fk_mediation_seat_tenant_id_mediator_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "session_id"],
            ["mediation_session.tenant_id", "mediation_session.id"],
            name=op.f("fk_mediation_seat_tenant_id_session_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_mediation_seat_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_mediation_seat")),
        sa.UniqueConstraint(
            "tenant_id", "session_id", "mediator_id", name=op.f("uq_mediation_seat_tenant_id_session_id_mediator_id")
        ),
    )
    op.create_table(
        "mediation_proof",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instalment_id", sa.Uuid(), nullable=False),
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
            ["tenant_id", "instalment_id"],
            ["mediation_instalment.tenant_id", "mediation_instalment.id"],
            name=op.f("fk_mediation_proof_tenant_id_instalment_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_mediation_proof_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_mediation_proof")),
    )
    op.create_index("ix_mediation_proof_instalment", "mediation_proof", ["tenant_id", "instalment_id"], unique=False)
    for table, wall in WALLS.items():
        for statement in wall.statements(table):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(WALLS):
        op.drop_table(table)
