"""One form for all members, each drafted from its own case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from app.cases.papers import services as papers
from app.cases.papers.facts import proposed
from app.core import clock, unit
from app.core.errors import NotAllowed, Refusal
from app.documents.kinds import Form
from app.groups import jobs, queries
from app.groups.models import CaseGroup, GroupBatch, GroupBatchRow
from app.groups.services.changes import lock, record
from tenants.database import db


def write(group: CaseGroup, by: Any, form: Form, *, filled: Mapping[str, str], issue: bool) -> GroupBatch:
    """Draft one form for every member; with `issue`, each is then issued, or sent for approval, by itself.

    A field that is left empty says in each case what the case says.
    """
    lock(group, by)
    lines = queries.ledger(group)
    batch = GroupBatch(group_id=group.id, kind=form.code, begun_by=by.id, begun_by_name=by.name, begun_at=clock.now())
    db.session.add(batch)
    db.session.flush()
    rows = []
    for line in lines:
        row = GroupBatchRow(batch_id=batch.id, case_id=line.case.id, status="waiting" if issue else "drafted", why="")
        try:
            if not papers.may_draft(line.case, by):
                raise NotAllowed(_("Your role does not include this."))
            said = {**proposed(line.case, form), **{name: value for name, value in filled.items() if value}}
            paper = papers.draft(line.case, form, by, filled=said)
            db.session.flush()
            row.paper_id = paper.id
        except Refusal as refusal:
            row.status, row.why = "refused", str(refusal.message)
        rows.append(row)
    db.session.add_all(rows)
    db.session.flush()
    for row in rows:
        if row.status == "waiting":
            unit.afterwards(jobs.write_one, row=row.id, by=by.id)
    record("group.papers", group, by, facts={"form": form.code, "cases": len(rows)})
    return batch
