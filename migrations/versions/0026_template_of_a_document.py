"""Which template an issued document was filled into."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.add_column("case_document", sa.Column("template_sha256", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("case_document", "template_sha256")
