"""Who acts for a complainant is found by itself: few have an agent, and a large county has many who complain."""

from __future__ import annotations

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.create_index(
        "ix_case_party_agent", "case_party", ["tenant_id", "case_id"], unique=False, postgresql_where="role = 'agent'"
    )


def downgrade() -> None:
    op.drop_index("ix_case_party_agent", table_name="case_party")
