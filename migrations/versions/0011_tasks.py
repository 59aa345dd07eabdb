"""What somebody has to do by a day; who is away, and who deputises; call-backs; what a center decides for itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tenants.policies import Wall

revision = "0011"
down_revision = "0010"

WALLS = {
    "task": Wall("private", changes=("text", "due_on", "assignee_id", "status", "done_at", "version")),
    "absence": Wall("private", changes=("last_on", "ended_at")),
    "case_setting": Wall(
        "owned",
        changes=(
            "burden_share",
            "burden_least",
            "call_backs",
            "call_back_share",
            "call_back_days",
            "seed",
            "papers_first",
            "version",
        ),
    ),
    "call_back": Wall("private", changes=("status", "satisfaction", "reason", "ended_at", "version")),
    "call_back_attempt": Wall("private", append_only=True),
}


def upgrade() -> None:
    op.create_table(
        "task",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("status in ('open', 'done')", name=op.f("ck_task_status")),
        *_keys("task", case_id="case_record", assignee_id="person", given_by="person"),
    )
    op.create_index(op.f("ix_task_case"), "task", ["tenant_id", "case_id"])
    op.create_index(
        op.f("ix_task_open"),
        "task",
        ["tenant_id", "assignee_id", "due_on", "id"],
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(op.f("ix_task_given"), "task", ["tenant_id", "given_by", "due_on", "id"])
    op.create_table(
        "absence",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_absence_days")),
        sa.CheckConstraint("deputy_id <> person_id", name=op.f("ck_absence_deputy")),
        *_keys("absence", person_id="person", deputy_id="person", entered_by="person"),
    )
    op.create_index(op.f("ix_absence_person"), "absence", ["tenant_id", "person_id", "last_on"])
    op.create_index(op.f("ix_absence_deputy"), "absence", ["tenant_id", "deputy_id", "last_on"])
    op.create_table(
        "case_setting",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("burden_share", sa.Integer(), server_default="50", nullable=False),
        sa.Column("burden_least", sa.Integer(), server_default="6", nullable=False),
        sa.Column("call_backs", sa.Text(), server_default="none", nullable=False),
        sa.Column("call_back_share", sa.Integer(), server_default="30", nullable=False),
        sa.Column("call_back_days", sa.Integer(), server_default="5", nullable=False),
        sa.Column("seed", sa.Text(), server_default="", nullable=False),
        sa.Column("papers_first", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("burden_share between 1 and 100", name=op.f("ck_case_setting_burden_share")),
        sa.CheckConstraint("burden_least >= 1", name=op.f("ck_case_setting_burden_least")),
        sa.CheckConstraint("call_backs in ('none', 'all', 'sample')", name=op.f("ck_case_setting_call_backs")),
        sa.CheckConstraint("call_back_share between 1 and 100", name=op.f("ck_case_setting_call_back_share")),
        sa.CheckConstraint("call_back_days between 1 and 60", name=op.f("ck_case_setting_call_back_days")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_case_setting_tenant_id")),
        *_keys("case_setting"),
    )
    op.create_table(
        "call_back",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "status in ('waiting', 'answered', 'unanswered', 'dropped')", name=op.f("ck_call_back_status")
        ),
        sa.CheckConstraint("basis in ('all', 'sample')", name=op.f("ck_call_back_basis")),
        sa.CheckConstraint("satisfaction between 1 and 5", name=op.f("ck_call_back_satisfaction")),
        sa.CheckConstraint("(satisfaction is not null) = (status = 'answered')", name=op.f("ck_call_back_answered")),
        sa.UniqueConstraint("tenant_id", "case_id", "closed_at", name=op.f("uq_call_back_tenant_id_case_id_closed_at")),
        *_keys("call_back", case_id="case_record"),
    )
    op.create_index(
        op.f("ix_call_back_waiting"),
        "call_back",
        ["tenant_id", "due_on", "id"],
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_index(op.f("ix_call_back_ended"), "call_back", ["tenant_id", "ended_at", "id"])
    op.create_table(
        "call_back_attempt",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_back_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "result in ('answered', 'nobody', 'declined', 'wrong')", name=op.f("ck_call_back_attempt_result")
        ),
        *_keys("call_back_attempt", call_back_id="call_back"),
    )
    op.create_index(op.f("ix_call_back_attempt"), "call_back_attempt", ["tenant_id", "call_back_id"])
    for table, wall in WALLS.items():
        for statement in wall.statements(table):
            op.execute(statement)


def _keys(table: str, **targets: str) -> tuple[sa.Constraint, ...]:
    return (
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", column],
                [f"{target}.tenant_id", f"{target}.id"],
                name=op.f(f"fk_{table}_tenant_id_{column}"),
            )
            for column, target in targets.items()
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f(f"fk_{table}_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    for table in reversed(WALLS):
        op.drop_table(table)
