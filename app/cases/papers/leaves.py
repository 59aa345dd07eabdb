"""What is bound into the file of a case beside its documents: what was told, shown and answered in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.cases.links.queries import ever_related
from app.cases.models import Agreement, Case, CaseFile
from app.cases.papers.beyond import called
from app.cases.papers.facts import issued
from app.cases.papers.models import CaseDocumentReceipt, CaseDocumentService
from app.cases.papers.phrases import day, hour
from app.cases.queries import files_of
from app.cases.queries.parties import known
from app.cases.services.joining import joined_to
from app.core import clock
from app.groups import queries as groups
from app.groups.models import GroupMember
from app.handoffs import queries as handoffs
from app.handoffs.kinds import KINDS
from app.handoffs.words import STEPS
from app.investigations import queries as investigations
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


def named(case: Case, *, others: bool = False) -> tuple[str, ...]:
    """The words that would name who complains: here, in what was joined or related, in the group.

    `others`: in the group alone.
    """
    found = groups.group_of(case)
    members = select(GroupMember.case_id).where(GroupMember.group_id == found[0].id) if found else None
    in_group = [one for one in db.session.scalars(members) if one != case.id] if members is not None else []
    if others:
        return known(*in_group)
    return known(case.id, *(one.id for one in joined_to(case)), *ever_related(case), *in_group)


def leaves(case: Case) -> Iterator[Leaf]:
    """Every file of the case: the consumer's, those of service, of the inquiry, of performance, and of who answered.

    Not the proofs of payments to a group: they may name all of its members. What holds for all of them is listed.
    """
    for file in files_of(case):
        yield Leaf(file, day(file.added_at))
    others = {one.id: one.number for one in joined_to(case)}
    for file in db.session.scalars(select(CaseFile).where(CaseFile.case_id.in_(others)).order_by(CaseFile.id)):
        yield Leaf(file, f"并入案件{others[file.case_id]}")
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
    one = investigations.of_case(case)
    for piece in investigations.opened(one).pieces if one else ():
        if piece.file is not None:
            yield Leaf(piece.file, f"调查证据第{piece.item.ordinal}号")


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


def _of_group(case: Case) -> Iterator[Leaf]:
    if found := groups.group_of(case):
        note = f"群体案{found[0].number}共同材料，另存"
        yield from (Leaf(file, note, bound=False) for file in groups.files(found[0]))


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
    one = investigations.of_case(case)
    if one is None:
        return []
    opened, rows = investigations.opened(one), [("立项原因", one.reason)]
    for point in opened.points:
        done = f"{day(point.done_on)}　{point.result}" if point.done_on else "未完成"
        rows.append((f"调查事项{point.ordinal}", f"{point.text}　{point.person_name}　{done}"))
    for visit in opened.visits:
        there = (hour(visit.visited_at), visit.place, visit.present, visit.findings)
        rows.append((f"走访{visit.ordinal}", "　".join(there)))
    for piece in opened.pieces:
        item, chain = piece.item, (f"{day(line.moved_on)}{line.state.label}{line.holder}" for line in piece.chain)
        rows.append(
            (f"证据第{item.ordinal}号", "　".join((item.title, item.source, day(item.taken_on), "；".join(chain))))
        )
    return [*rows, ("调查结论", one.findings)] if one.findings else rows


def _of_all(case: Case) -> list[Row]:
    found, kinds = groups.group_of(case), {"fact": "事实", "finding": "认定"}
    notes = groups.notes(found[0]) if found else []
    return [(f"{kinds[one.kind]}　{day(one.written_at)}", one.text) for one in notes]
