"""The file of a case as one PDF (卷宗): cover with index, the case, its course, its documents, its evidence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app import audit
from app.accounts.permissions import Can
from app.audit import words
from app.cases.links.queries import related
from app.cases.models import Case
from app.cases.papers import services
from app.cases.papers.facts import facts_of, issued
from app.cases.papers.leaves import OF_ALL, leaves, named, told
from app.cases.papers.models import CaseDocument, CaseDocumentFile
from app.cases.papers.phrases import day
from app.cases.queries.parties import known
from app.cases.services.joining import joined_to
from app.core import clock
from app.core.errors import Invalid, NotAllowed, WrongMoment
from app.core.privacy import redact
from app.documents import services as office
from app.documents.kinds import kinds
from app.documents.services import Part, paragraph, table
from app.files.refusal import Unreadable
from app.files.store import store
from tenants import realm
from tenants.database import db

MOST_BYTES = 60 * 2**20  # of evidence that is bound in; the rest is listed
_FACTS = (
    *("case_number", "case_title", "reference", "channel", "nature", "received_on", "accepted_on", "decided_on"),
    *("closed_on", "consumer", "consumer_phone", "consumer_id", "consumer_address", "merchant", "merchant_code"),
    *("merchant_address", "category", "problem", "claims", "amount", "story", "demand", "order_number", "ground"),
    *("agreement", "agreed_on", "perform_by", "performed", "recovered", "handler", "elected", "agent_name"),
    *("agent_phone", "agent_powers", "agent_term", "card_number", "card_paid", "card_used", "card_balance"),
)


# What it may be made of.
PARTS: dict[str, Any] = {
    "case": _l("The case"),
    "course": _l("Its course"),
    "told": _l("Letters, inquiry, facts of the group"),
    "papers": _l("Documents"),
    "evidence": _l("Evidence"),
}


def bound(case: Case, by: Any, *, whole: bool, reason: str = "", parts: Collection[str] = tuple(PARTS)) -> bytes:
    """The file as a PDF, masked unless somebody says what they need the whole of it for; that it was made is recorded.

    A masked file leaves the evidence out: nobody can mask a photograph. Raises NotAllowed, Invalid and WrongMoment.
    """
    if whole and not by.can(Can.CASE_REVEAL, case):
        raise NotAllowed(_("Your role does not include this."))
    if whole and len(reason.strip()) < 2:
        raise Invalid("text", _("Say what you need it for."))
    if not set(parts) & PARTS.keys():
        raise Invalid("parts", _("Choose at least one part."))
    here = realm.home()
    with force_locale("zh_Hans_CN"):
        lines = (here.name, f"案件编号：{case.number}", f"案件标题：{case.title}", _how(whole))
        try:
            pdf = office.bind("卷宗", lines, _parts(case, whole, parts))
        except office.Unfilled as fault:
            raise WrongMoment(str(fault)) from fault
    if pdf is None:
        raise WrongMoment(_("There is no PDF: this server has no Chinese font. Ask whoever runs it to install one."))
    extent = "whole" if whole else "masked"
    for other in joined_to(case) if whole else ():
        audit.record("case.bundle", other, by, facts={"extent": extent, "of": case.number}, text=reason.strip())
    facts: dict[str, Any] = {"extent": extent}
    if left_out := [part for part in PARTS if part not in parts]:
        facts["without"] = left_out
    audit.record("case.bundle", case, by, facts=facts, text=reason.strip() if whole else None)
    return pdf


def _how(whole: bool) -> str:
    how = "全本，含个人信息，依法保管" if whole else "遮盖本，不含证据原件"
    return f"{how}　制作日期：{day(clock.today())}"


def _parts(case: Case, whole: bool, parts: Collection[str]) -> Iterator[Part]:
    names = named(case, others=whole)  # in the whole file, too, of the others of a group nobody is named
    made: dict[str, Callable[[], Iterator[Part]]] = {
        "case": lambda: _cases(case, whole),
        "course": lambda: iter([Part("办理经过", blocks=tuple(_course(case, whole, names)))]),
        "told": lambda: _told(case, whole, names),
        "papers": lambda: _papers(case, whole),
        "evidence": lambda: _evidence(case, whole, names),
    }
    for part, make in made.items():
        if part in parts:
            yield from make()


def _cases(case: Case, whole: bool) -> Iterator[Part]:
    yield Part("案件情况", blocks=tuple(_case(case, whole)))
    if found := related(case):
        names = known(
            case.id, *(one.case.id for one in found)
        )  # of another case nobody is named, in the whole file too
        rows = [(one.case.number, one.tie, redact(one.link.why, names)) for one in found]
        ties = table([("案件编号", "关系", "说明"), *rows], (22, 28, 50))
        yield Part("关联案件", blocks=(paragraph("关联案件", size=16, bold=True, side="center"), ties))
    for other in joined_to(case):
        yield Part(f"并入案件{other.number}", blocks=tuple(_case(other, whole, title=f"并入案件{other.number}")))


def _papers(case: Case, whole: bool) -> Iterator[Part]:
    for paper in issued(case):
        yield Part(paper.form.title.zh, paper.number or "", pdf=_paper(paper, whole))


def _case(case: Case, whole: bool, title: str = "案件情况") -> Iterator[dict[str, Any]]:
    form = kinds()["registration"]
    said = facts_of(case, form)
    shown = said if whole else office.masked(form, said)
    names = form.facts()
    yield paragraph(title, size=16, bold=True, side="center")
    yield table([(names[name].words.zh, str(shown[name])) for name in _FACTS if shown[name]], (30, 70))


def _told(case: Case, whole: bool, names: Collection[str]) -> Iterator[Part]:
    for title, rows in told(case).items():
        kept = whole and title != OF_ALL
        said = [(what, words if kept else redact(words, names)) for what, words in rows]
        yield Part(title, blocks=(paragraph(title, size=16, bold=True, side="center"), table(said, (24, 76))))


def _course(case: Case, whole: bool, names: Collection[str]) -> Iterator[dict[str, Any]]:
    yield paragraph("办理经过", size=16, bold=True, side="center")
    rows = [("时间", "事项", "经办")]
    for line in reversed(audit.trail(case.id, limit=1000)):
        entry, said = line.entry, line.words or ""
        what = [
            str(words.name(entry.event)),
            words.detail(entry.event, entry.facts),
            said if whole else redact(said, names),
        ]
        at = clock.local(entry.at)
        rows.append((f"{at:%Y-%m-%d %H:%M}", "　".join(filter(None, map(str, what))), entry.actor_name))
    yield table(rows, (22, 62, 16))


def _paper(paper: CaseDocument, whole: bool) -> bytes:
    """As it was issued; masked, it is set once more."""
    if not whole:
        shown = office.masked(paper.form, paper.filled())
        return office.fill(services.template_of(paper), paper.form, shown, want=("pdf",)).pdf or b""
    query = select(CaseDocumentFile).where(
        CaseDocumentFile.document_id == paper.id, CaseDocumentFile.media_type == services.PDF
    )
    file = db.session.scalars(query).first()
    return _bytes(file) if file is not None else b""


def _evidence(case: Case, whole: bool, names: Collection[str]) -> Iterator[Part]:
    left = MOST_BYTES
    for leaf in leaves(case):
        file = leaf.file
        printable = file.is_picture or file.media_type == services.PDF
        content = _bytes(file) if whole and leaf.bound and printable and file.size <= left else b""
        left -= len(content)
        called = file.name if whole and leaf.bound else redact(file.name, names)
        yield Part(called, leaf.note, picture=content) if file.is_picture else Part(called, leaf.note, pdf=content)


def _bytes(file: Any) -> bytes:
    """Nothing for a file that is gone or damaged: the index says so, and the rest is bound."""
    try:
        with store.open(file) as content:
            return content.read()
    except Unreadable:
        return b""
