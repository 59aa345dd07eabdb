"""Being drafted: everything from the models."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.jobs import schema as jobs
from tenants.audit import models
from tenants.database import Base
from tenants.policies import FUNCTIONS, wall

revision = "0001"
down_revision = None


def upgrade() -> None:
    bind = op.get_bind()
    op.execute("create schema portal")
    op.execute("revoke all on schema portal from public")
    op.execute("grant usage on schema portal to portal_app, portal_guest, portal_search")
    op.execute("grant create on schema portal to portal_search")
    op.execute("grant usage on schema public to portal_app, portal_guest, portal_search")
    for function in FUNCTIONS:
        op.execute(function)
    op.execute("grant select on alembic_version to portal_app")
    Base.metadata.create_all(bind)
    for name, model in sorted(models().items()):
        for statement in wall(model).statements(name):
            op.execute(statement)
    for statement in jobs.statements():
        bind.exec_driver_sql(statement)
    try:
        from app.search import sql

        for statement in sql.statements(bind):
            op.execute(statement)
    except (ImportError, AttributeError):
        pass


def downgrade() -> None:
    pass
