"""Which template a form is filled in with: the shipped one, or one that an administrator has put in its place."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import IO, Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import undefer

from app import audit
from app.audit import words
from app.core import clock
from app.deadlines.wording import say
from app.documents.kinds import Form, kinds
from app.documents.models import DocumentTemplate
from app.documents.services import Unfilled, lint
from tenants import realm
from tenants.database import db
from tenants.realm import BUREAU_ID


def template_of(form: Form) -> bytes:
    """The bytes that a document of this form is filled into, here and now."""
    row = in_place(form, content=True)
    return row.content if row is not None and row.content is not None else form.shipped


def signed_in(form: Form, sha256: str) -> bytes:
    """The template that a document was issued in, by its hash; what is used now where it is gone with an update."""
    if sha256 in ("", hashlib.sha256(form.shipped).hexdigest()):
        return form.shipped if sha256 else template_of(form)
    owners = (realm.home().id, BUREAU_ID)
    query = select(DocumentTemplate.content).where(
        DocumentTemplate.kind == form.code, DocumentTemplate.sha256 == sha256, DocumentTemplate.tenant_id.in_(owners)
    )
    return db.session.scalars(query.limit(1)).first() or template_of(form)


def in_place(form: Form, *, content: bool = False) -> DocumentTemplate | None:
    """What stands in the place of the shipped template: our own, else the city's; None for neither."""
    for owner in dict.fromkeys((realm.home().id, BUREAU_ID)):
        query = select(DocumentTemplate).where(DocumentTemplate.kind == form.code, DocumentTemplate.tenant_id == owner)
        query = query.order_by(DocumentTemplate.edition.desc()).limit(1)
        newest = db.session.scalars(query.options(undefer(DocumentTemplate.content)) if content else query).first()
        if newest is not None and newest.sha256:
            return newest
    return None


def history(form: Form) -> Sequence[DocumentTemplate]:
    """What this organisation has done with the template of a form, the newest first."""
    query = select(DocumentTemplate).where(
        DocumentTemplate.kind == form.code, DocumentTemplate.tenant_id == realm.home().id
    )
    return db.session.scalars(query.order_by(DocumentTemplate.edition.desc())).all()


def replaced() -> set[str]:
    """The forms of which somebody has changed the template, ourselves or the city."""
    owners = (realm.home().id, BUREAU_ID)
    query = select(DocumentTemplate.kind).where(DocumentTemplate.tenant_id.in_(owners)).distinct()
    return {code for code in db.session.scalars(query) if code in kinds() and in_place(kinds()[code]) is not None}


def replace(form: Form, by: Any, *, name: str, content: IO[bytes]) -> DocumentTemplate:
    """Put a template in the place of what is used. Raises Unfilled with every sentence that speaks against it."""
    body = content.read()
    if wrong := lint(body, form):
        raise Unfilled(wrong)
    return _put(form, by, "replace", name=name, content=body, sha256=hashlib.sha256(body).hexdigest())


def restore(form: Form, by: Any) -> None:
    """Go back to what is there without us: the city's template, else the shipped one. What was ours is kept."""
    newest = next(iter(history(form)), None)
    if newest is not None and newest.sha256:
        _put(form, by, "restore", content=None)


def _put(form: Form, by: Any, event: str, **facts: Any) -> DocumentTemplate:
    newest = next(iter(history(form)), None)
    row = DocumentTemplate(
        kind=form.code,
        edition=newest.edition + 1 if newest else 1,
        put_by_name=by.name,
        put_at=clock.now(),
        **facts,
    )
    db.session.add(row)
    audit.record(f"template.{event}", row, by, facts={"form": form.code, "edition": row.edition})
    return row


def _detail(facts: dict[str, Any]) -> str:
    return f"{say(kinds()[facts['form']].title)} · {facts['edition']}" if facts.get("form") in kinds() else ""


_EVENTS = {
    "template.replace": _l("Replaced the template of a document"),
    "template.restore": _l("Went back to the template that was there before"),
    "template.letterhead": _l("Changed the letterhead"),
    "template.prefix": _l("Changed what the numbers of documents begin with"),  # before there was more to say
}
words.extend(
    _EVENTS,
    dict.fromkeys(_EVENTS, _detail),
    {
        "document_template": words.Kind(_l("Template of a document")),
        "letterhead": words.Kind(_l("Letterhead and contact")),
        "document_prefix": words.Kind(_l("Beginning of the numbers")),
    },
    {
        "template.letterhead": {
            "prefix": words.Field(_l("Numbers begin with")),
            "address": words.Field(_l("Address")),
            "telephone": words.Field(_l("Telephone")),
            "hours": words.Field(_l("Office hours")),
        }
    },
)
