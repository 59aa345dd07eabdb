"""What is bound into the file of a case beside its documents: what was told, shown and answered in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.cases.models import Agreement, Case, CaseFile, CaseJoin
from app.cases.papers.beyond import called
from app.cases.papers.facts import issued
from app.cases.papers.models import CaseDocumentReceipt, CaseDocumentService
from app.cases.papers.phrases import day, hour
from app.cases.queries import files_of
from app.cases.queries.parties import known
from app.core import clock
from app.groups.models import CaseGroup, GroupFile, GroupMember, GroupNote
from app.handoffs import queries as handoffs
from app.handoffs.kinds import KINDS
from app.handoffs.words import STEPS
from app.investigations.models import (
    Custody,
    EvidenceCustody,
    EvidenceItem,
    EvidenceItemFile,
    Investigation,
    InvestigationPoint,
    InvestigationVisit,
)
from app.mediation.models import Instalment, InstalmentProof
from tenants.database import db

OF_ALL = "群体案共同事实"
Row = tuple[str, str]  # what it is, and its words


@dataclass(frozen=True)
class Leaf:
    """A file, and from where it comes."""

    file: Any
    note: str
    bound: bool = True  # else it is only listed, even in the whole file


def joined(case: Case) -> list[Case]:
    """The cases that go on in this one."""
    query = select(Case).join(CaseJoin, CaseJoin.case_id == Case.id)
    return list(db.session.scalars(query.where(CaseJoin.into_id == case.id, CaseJoin.parted_at.is_(None))))


def named(case: Case, *, others: bool = False) -> tuple[str, ...]:
    """The words that would name who complains: here, in what was joined, in the group; `others`: in the group alone."""
    group = _group_of(case)
    members = select(GroupMember.case_id).where(GroupMember.group_id == group.id) if group else None
    in_group = [one for one in db.session.scalars(members) if one != case.id] if members is not None else []
    return known(*in_group) if others else known(case.id, *(one.id for one in joined(case)), *in_group)


def leaves(case: Case) -> Iterator[Leaf]:
    """Every file of the case: the consumer's, those of service, of the inquiry, of performance, and of who answered.

    Not the proofs of payments to a group: they may name all of its members. What holds for all of them is listed.
    """
    for file in files_of(case):
        yield Leaf(file, day(file.added_at))
    for other in joined(case):
        for file in db.session.scalars(select(CaseFile).where(CaseFile.case_id == other.id).order_by(CaseFile.id)):
            yield Leaf(file, f"并入案件{other.number}")
    yield from _of_service(case)
    yield from _of_investigation(case)
    yield from _of_performance(case)
    yield from _of_group(case)
    for letter in reversed(handoffs.of_case(case)):
        for told in reversed(handoffs.story(letter)):
            if told.step.author_id != case.tenant_id:
                yield from (Leaf(file, f"{told.place.short_name}　{letter.number}") for file in told.files)


def _of_service(case: Case) -> Iterator[Leaf]:
    papers = {paper.id: paper for paper in issued(case)}
    query = (
        select(CaseDocumentReceipt, CaseDocumentService.document_id)
        .join(CaseDocumentService, CaseDocumentService.id == CaseDocumentReceipt.service_id)
        .where(CaseDocumentService.document_id.in_(papers))
        .order_by(CaseDocumentReceipt.id)
    )
    for file, paper in db.session.execute(query):
        yield Leaf(file, f"送达凭证　{called(papers[paper])}")


def _of_investigation(case: Case) -> Iterator[Leaf]:
    query = (
        select(EvidenceItemFile, EvidenceItem.ordinal)
        .join(EvidenceItem, EvidenceItem.id == EvidenceItemFile.item_id)
        .join(Investigation, Investigation.id == EvidenceItem.investigation_id)
        .where(Investigation.case_id == case.id)
        .order_by(EvidenceItem.ordinal)
    )
    for file, ordinal in db.session.execute(query):
        yield Leaf(file, f"调查证据第{ordinal}号")


def _of_performance(case: Case) -> Iterator[Leaf]:
    query = (
        select(InstalmentProof, Instalment.ordinal)
        .join(Instalment, Instalment.id == InstalmentProof.instalment_id)
        .join(Agreement, Agreement.id == Instalment.agreement_id)
        .where(Agreement.case_id == case.id)
        .order_by(InstalmentProof.id)
    )
    for file, ordinal in db.session.execute(query):
        yield Leaf(file, f"第{ordinal}期履行凭证")


def _group_of(case: Case) -> CaseGroup | None:
    member = select(GroupMember.group_id).where(GroupMember.case_id == case.id, GroupMember.left_at.is_(None))
    return db.session.scalars(select(CaseGroup).where(CaseGroup.id.in_(member))).first()


def _of_group(case: Case) -> Iterator[Leaf]:
    group = _group_of(case)
    if group is not None:
        query = select(GroupFile).where(GroupFile.group_id == group.id).order_by(GroupFile.id)
        yield from (
            Leaf(file, f"群体案{group.number}共同材料，另存", bound=False) for file in db.session.scalars(query)
        )


# In words ------------------------------------------------------------------------------------------------------------


def told(case: Case) -> Mapping[str, list[Row]]:
    """Title -> what was written to and by others, found out, and established for a whole group; nothing where empty."""
    said = {"往来函件": _letters(case), "调查情况": _inquiry(case), OF_ALL: _of_all(case)}
    return {title: rows for title, rows in said.items() if rows}


def _letters(case: Case) -> list[Row]:
    rows = []
    for letter in reversed(handoffs.of_case(case)):
        rows.append((f"{letter.number}", f"{KINDS[letter.kind].label}　{letter.state.label}"))
        for told in reversed(handoffs.story(letter)):
            who = f"{clock.local(told.step.at):%Y-%m-%d}　{told.place.short_name}"
            rows.append((who, "　".join(filter(None, (str(STEPS[told.step.step]), told.words)))))
    return rows


def _inquiry(case: Case) -> list[Row]:
    one = db.session.scalars(select(Investigation).where(Investigation.case_id == case.id)).first()
    if one is None:
        return []
    rows = [("立项原因", one.reason)]
    for point in db.session.scalars(_of(InvestigationPoint, one)):
        done = f"{day(point.done_on)}　{point.result}" if point.done_on else "未完成"
        rows.append((f"调查事项{point.ordinal}", f"{point.text}　{point.person_name}　{done}"))
    for visit in db.session.scalars(_of(InvestigationVisit, one)):
        there = (hour(visit.visited_at), visit.place, visit.present, visit.findings)
        rows.append((f"走访{visit.ordinal}", "　".join(there)))
    for item in db.session.scalars(_of(EvidenceItem, one)):
        rows.append((f"证据第{item.ordinal}号", f"{item.title}　{item.source}　{day(item.taken_on)}　{_kept(item)}"))
    return [*rows, ("调查结论", one.findings)] if one.findings else rows


def _of(model: Any, one: Investigation) -> Any:
    return select(model).where(model.investigation_id == one.id).order_by(model.ordinal)


def _kept(item: EvidenceItem) -> str:
    """Its chain of custody, in one line."""
    lines = select(EvidenceCustody).where(EvidenceCustody.item_id == item.id).order_by(EvidenceCustody.ordinal)
    acts = [f"{day(one.moved_on)}{Custody(one.act).label}{one.holder}" for one in db.session.scalars(lines)]
    return "；".join(acts)


def _of_all(case: Case) -> list[Row]:
    group = _group_of(case)
    if group is None:
        return []
    notes = select(GroupNote).where(GroupNote.group_id == group.id).order_by(GroupNote.id)
    kinds = {"fact": "事实", "finding": "认定"}
    return [(f"{kinds[one.kind]}　{day(one.written_at)}", one.text) for one in db.session.scalars(notes)]
