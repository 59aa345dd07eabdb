"""Where what is reported took place: that decides whose matter a report is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("case_statement", sa.Column("act_place", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("case_statement", "act_place")
