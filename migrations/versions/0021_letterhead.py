"""What numbers begin with becomes the letterhead: beside it stands where, by what telephone and when one is found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tenants.policies import APP

revision = "0021"
down_revision = "0020"

RENAMED = {"document_prefix": "letterhead"}  # its policies go along
KEYS = ("pk_{}", "uq_{}_tenant_id", "fk_{}_tenant_id")
TEXTS = ("address", "telephone", "hours")


def upgrade() -> None:
    _rename("document_prefix", "letterhead")
    op.alter_column("letterhead", "prefix", server_default="")
    for name in TEXTS:
        op.add_column("letterhead", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("letterhead", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.execute(f"grant update ({', '.join((*TEXTS, 'version'))}) on letterhead to {APP}")


def downgrade() -> None:
    op.execute("delete from letterhead where prefix = ''")  # below there is no row for who begins as usual
    for name in (*TEXTS, "version"):
        op.drop_column("letterhead", name)
    op.alter_column("letterhead", "prefix", server_default=None)
    _rename("letterhead", "document_prefix")


def _rename(was: str, becomes: str) -> None:
    op.rename_table(was, becomes)
    for key in KEYS:
        op.execute(f"alter table {becomes} rename constraint {key.format(was)} to {key.format(becomes)}")
