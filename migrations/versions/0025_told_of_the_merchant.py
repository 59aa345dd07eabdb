"""Where the business is and how to call it, as the consumer told it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("case_statement", sa.Column("merchant_address", sa.Text(), server_default="", nullable=False))
    op.add_column("case_statement", sa.Column("merchant_phone_sealed", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("case_statement", "merchant_phone_sealed")
    op.drop_column("case_statement", "merchant_address")
