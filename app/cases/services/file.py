"""The file of a case: notes, contacts, evidence, and personal fields that somebody has to see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy import select

from app import audit
from app.accounts.permissions import Can
from app.cases import mentions
from app.cases.models import Case, CaseFile, Party
from app.cases.services.parts import statement_of
from app.core import clock
from app.core.errors import Invalid, NotAllowed, WrongMoment
from app.files import services as stored
from tenants.database import db

# What is masked on the page: the fields of the consumer, and numbers in the consumer's own words.
PERSONAL: dict[str, Any] = {
    **Party.FIELDS,
    "statement": _l("What happened, in the consumer's words"),
    "merchant_phone": _l("Telephone of the merchant"),
}
# With whom somebody spoke or tried to, and by which way.
WHOM: dict[str, Any] = {
    "consumer": lazy_pgettext("contact", "Consumer"),
    "merchant": lazy_pgettext("contact", "Merchant"),
    "agent": lazy_pgettext("contact", "Agent"),
    "other": lazy_pgettext("contact", "Somebody else"),
}
WAYS: dict[str, Any] = {
    "phone": lazy_pgettext("contact", "Telephone"),
    "visit": lazy_pgettext("contact", "Visit"),
    "letter": lazy_pgettext("contact", "Letter"),
    "message": lazy_pgettext("contact", "Text message"),
    "platform": lazy_pgettext("contact", "Platform"),
}
LONGEST_CONTACT = 500


def note(case: Case, by: Any, *, text: str, public: bool = False) -> None:
    """Add a note to the story; a public one may be told to the consumer. Raises Invalid when it is empty.

    Colleagues who are called in it (@王芳) are told.
    """
    if not text.strip():
        raise Invalid("text", _("Write the note first."))
    entry = audit.record("case.note", case, by, text=text.strip(), public=public)
    mentions.tell(case, text, entry, by)


def contact(
    case: Case, by: Any, *, whom: str, way: str, reached: bool, at: datetime | None = None, text: str = ""
) -> None:
    """Note in the story whom somebody called, visited or wrote to, and what was said; nobody outside reads it.

    `at` is when, by default now. Raises Invalid for a moment ahead, or before the day on which the case came in.
    """
    for field, code, known in (("whom", whom, WHOM), ("way", way, WAYS)):
        if code not in known:
            raise Invalid(field, _("This is not on the list."))
    now = clock.now()
    at = at or now
    if at > now:
        raise Invalid("at", _("That is still ahead."))
    if clock.on(at) < clock.on(case.received_at):
        raise Invalid("at", _("The case came in only on %(day)s.", day=clock.on(case.received_at)))
    if len(text.strip()) > LONGEST_CONTACT:
        raise Invalid("said", _("At most %(limit)s characters, please.", limit=LONGEST_CONTACT))
    facts = {"whom": whom, "way": way, "reached": reached, "at": at.isoformat(timespec="seconds")}
    audit.record("case.contact", case, by, facts=facts, text=text.strip() or None)


def reveal(case: Case, by: Any, *, field: str, reason: str) -> str:
    """The whole of a personal field, in exchange for a reason; who saw it and why stays in the story."""
    if not by.can(Can.CASE_REVEAL, case):
        raise NotAllowed(_("Your role does not include this."))
    if field not in PERSONAL:
        raise Invalid("field", _("There is no such field."))
    if len(reason.strip()) < 2:
        raise Invalid("text", _("Say what you need it for."))
    audit.record("case.revealed", case, by, facts={"field": field}, text=reason.strip())
    if field == "statement":
        return statement_of(case).facts
    if field == "merchant_phone":
        return statement_of(case).reveal(field) or ""
    return (
        db.session.scalars(select(Party).where(Party.case_id == case.id, Party.position == 0)).one().reveal(field) or ""
    )


def attach(case: Case, by: Any, evidence: Sequence[Any]) -> list[CaseFile]:
    """Put accepted files into the case. Raises Invalid when there is none, WrongMoment when the case is over."""
    if not evidence:
        raise Invalid("evidence", _("Choose at least one file."))
    if not case.is_open:
        raise WrongMoment(_("The case is over; reopen it to add to its file."))
    rows = stored.attach(CaseFile, evidence, case_id=case.id, added_by=by.id, added_at=clock.now())
    audit.record("case.file_added", case, by, facts={"files": len(rows)}, text="、".join(row.name for row in rows))
    return rows


def may_remove(file: CaseFile, case: Case, by: Any) -> bool:
    """Who added a file may take it back on the same day, the director while the case is open."""
    if file.case_id != case.id or not case.is_open or not by.can(Can.CASE_INTAKE, case):
        return False
    same_day = file.added_by == by.id and clock.on(file.added_at) == clock.today()
    return same_day or by.can(Can.CASE_APPROVE, case)


def remove_file(case: Case, file: CaseFile, by: Any, *, reason: str) -> None:
    """Take a file out of the case; that it was there, and why it went, stays in the story.

    The row goes now; the sweep takes the bytes, so that nothing is lost if this transaction fails.
    """
    if not may_remove(file, case, by):
        raise NotAllowed(_("A file can be taken out by who added it on the same day, or by the director."))
    if not reason.strip():
        raise Invalid("text", _("Say why it is taken out."))
    audit.record(
        "case.file_removed", case, by, facts={"sha256": file.sha256[:16]}, text=f"{file.name}：{reason.strip()}"
    )
    db.session.delete(file)
