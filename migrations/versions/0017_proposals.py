"""What a rule makes of a letter stays with the statement until a handler has read it: the city reads the case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_UNREAD = "s.tenant_id = c.tenant_id and s.case_id = c.id and not c.summary_confirmed"


def upgrade() -> None:
    for name in ("title", "summary"):
        op.add_column("case_statement", sa.Column(name, sa.Text(), server_default="", nullable=False))
        op.alter_column("case_record", name, server_default="")
    op.execute(f"update case_statement s set title = c.title, summary = c.summary from case_record c where {_UNREAD}")
    op.execute("update case_record set title = '', summary = '' where not summary_confirmed")


def downgrade() -> None:
    op.execute(f"update case_record c set title = s.title, summary = s.summary from case_statement s where {_UNREAD}")
    for name in ("title", "summary"):
        op.alter_column("case_record", name, server_default=None)
        op.drop_column("case_statement", name)
