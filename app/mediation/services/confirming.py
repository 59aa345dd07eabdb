"""Judicial confirmation: since when an agreement is in force, what the court was asked and said; the pack."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from app import audit
from app.accounts.permissions import Can
from app.cases.models import Agreement, Case
from app.cases.papers import queries as papers
from app.cases.papers.phrases import day
from app.cases.papers.services import PDF
from app.core import clock
from app.core.errors import Invalid, NotAllowed, WrongMoment
from app.documents import services as office
from app.documents.services import Part
from app.files.refusal import Unreadable
from app.files.store import store
from app.mediation import confirmation as law
from app.mediation import queries
from app.mediation.models import Confirmation, ConfirmationState
from tenants import realm
from tenants.database import db

WATCH = audit.Watch(codes=("effective_on", "status", "applied_on", "decided_on"), words=("court", "reference"))
S = ConfirmationState


def note(
    case: Case,
    agreement: Agreement,
    there: Confirmation | None,
    by: Any,
    *,
    effective_on: date,
    status: str,
    court: str = "",
    reference: str = "",
    applied_on: date | None = None,
    decided_on: date | None = None,
    seen: int | None = None,
) -> Confirmation:
    """Note how far it is. Raises Invalid beside a day that cannot be so."""
    if not by.can(Can.CASE_HANDLE, case):
        raise NotAllowed(_("Your role does not include this."))
    db.session.refresh(case, with_for_update={"of": Case})  # two who note the first word of it, one after the other
    there = there or queries.confirmation_of(agreement)
    if there is None:
        there = Confirmation(case_id=case.id, agreement_id=agreement.id, effective_on=effective_on, version=0)
        was = dict.fromkeys((*WATCH.codes, *WATCH.words))
    else:
        db.session.refresh(there, with_for_update=True)
        audit.only_as_seen(there, seen, _told)
        was = WATCH.look(there)
    _check(case, agreement, effective_on, status, court, applied_on, decided_on)
    there.effective_on, there.status = effective_on, status
    there.court, there.reference = court.strip(), reference.strip()
    there.applied_on = applied_on if status != S.OPEN else None
    there.decided_on = decided_on if status in (S.CONFIRMED, S.DECLINED) else None
    there.version += 1
    db.session.add(there)
    facts = {"status": status, "on": there.decided_on or there.applied_on or effective_on}
    audit.record("case.confirmation_noted", case, by, facts=facts, changes=WATCH.since(was, there))
    return there


def _told(there: Confirmation, seen: int | None) -> list[audit.Line]:
    """What was noted last, out of the story of its case."""
    return [line for line in audit.trail(there.case_id) if line.entry.event == "case.confirmation_noted"][:1]


def _check(
    case: Case,
    agreement: Agreement,
    effective_on: date,
    status: str,
    court: str,
    applied_on: date | None,
    decided_on: date | None,
) -> None:
    today = clock.today()
    if not agreement.agreed_on <= effective_on <= today:
        raise Invalid("effective_on", _("Between the day of the agreement and today, please."))
    if status == S.OPEN:
        return
    if applied_on is None or not effective_on <= applied_on <= today:
        raise Invalid("applied_on", _("Between the day it took effect and today, please."))
    last = law.window(case, effective_on).due_on
    if applied_on > last:
        late = _("The 30 days ended on %(day)s: the court takes no application after that.", day=last)
        raise Invalid("applied_on", late)
    if not court.strip():
        raise Invalid("court", _("Say which court."))
    decided = status in (S.CONFIRMED, S.DECLINED)
    if decided and (decided_on is None or not applied_on <= decided_on <= today):
        raise Invalid("decided_on", _("Between the day of the application and today, please."))


def pack(case: Case, by: Any, *, reason: str) -> bytes:
    """What goes to the court as one PDF: it has personal data in it, so what for is said and stays in the story."""
    if not by.can(Can.CASE_REVEAL, case):
        raise NotAllowed(_("Your role does not include this."))
    if len(reason.strip()) < 2:
        raise Invalid("text", _("Say what you need it for."))
    wanted = law.pack(papers.of_case(case))
    missing = [paper.form.title.zh for paper in wanted if paper.issued is None]
    if missing:
        raise Invalid("text", _("Issue these first: %(what)s.", what="、".join(missing)))
    with force_locale("zh_Hans_CN"):
        lines = (realm.home().name, f"案件编号：{case.number}", f"制作日期：{day(clock.today())}")
        parts = [Part(one.form.title.zh, one.issued.number or "", pdf=_pdf(one.issued)) for one in wanted if one.issued]
        try:
            pdf = office.bind("司法确认申请材料", lines, parts)
        except office.Unfilled as fault:
            raise WrongMoment(str(fault)) from fault
    if pdf is None:
        raise WrongMoment(_("There is no PDF: this server has no Chinese font. Ask whoever runs it to install one."))
    audit.record("case.confirmation_pack", case, by, facts={"papers": len(parts)}, text=reason.strip())
    return pdf


def _pdf(paper: Any) -> bytes:
    """Nothing for one that is gone or damaged: the index says so."""
    file = papers.file_of(paper, PDF)
    try:
        if file is not None:
            with store.open(file) as content:
                return content.read()
    except Unreadable:
        pass
    return b""
