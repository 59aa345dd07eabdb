"""A document may be served by e-mail, as the official forms allow."""

from __future__ import annotations

from alembic import op

revision = "0033"
down_revision = "0032"

NAME, TABLE = "ck_case_document_service_mode", "case_document_service"
BEFORE = ("handed", "post", "phone", "message", "internet")


def upgrade() -> None:
    _allow((*BEFORE[:-1], "email", BEFORE[-1]))


def downgrade() -> None:
    op.execute(f"update {TABLE} set mode = 'internet' where mode = 'email'")
    _allow(BEFORE)


def _allow(modes: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{mode}'" for mode in modes)
    op.drop_constraint(op.f(NAME), TABLE, type_="check")
    op.create_check_constraint(op.f(NAME), TABLE, f"mode in ({listed})")
