"""Who complains in a case, its prepaid card, and its checklist."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from sqlalchemy import and_, select

from app.cases import checklist
from app.cases.models import Case, CaseStatement, Party, Prepaid, Role
from app.core.privacy import known_words
from tenants.database import db

FIRST = 5  # shown on the page of the case


@dataclass(frozen=True)
class Parties:
    """What the page of a case says of them; `others` are the first few."""

    case: Case
    statement: CaseStatement
    card: Prepaid | None
    agent: Party | None
    people: list[Party]  # who complain, the first of them and then the others; all of them where all were asked for

    @cached_property
    def lines(self) -> list[checklist.Line]:
        return checklist.lines(kinds(self.case, agent=self.agent is not None), self.statement.held)

    @property
    def missing(self) -> list[checklist.Paper]:
        return [line.paper for line in self.lines if line.missing]

    @property
    def amount(self) -> Decimal:
        return sum((party.amount or Decimal() for party in self.people), Decimal())

    @property
    def unheard(self) -> int:
        """How many of those shown have not consented to complaining together; to report together needs no consent."""
        return sum(party.consented_on is None for party in self.people if party.position and not self.case.is_report)


def known(*cases: UUID) -> tuple[str, ...]:
    """The words that would give away who complains in these cases: kept out of everything that others read."""
    rows = db.session.scalars(select(Party).where(Party.case_id.in_(cases)))
    return tuple({word for row in rows for word in known_words(row.reveal("name"), row.reveal("address"))})


def parties(case: Case, *, everybody: bool = False) -> Parties:
    """Two statements: the account with the card, and the people."""
    statement, card = db.session.execute(
        select(CaseStatement, Prepaid)
        .outerjoin(
            Prepaid, and_(Prepaid.tenant_id == CaseStatement.tenant_id, Prepaid.case_id == CaseStatement.case_id)
        )
        .where(CaseStatement.case_id == case.id)
    ).one()
    query = select(Party).where(Party.case_id == case.id)
    # The agent and the representatives first, so that a page of the first few has them.
    first = query.order_by(Party.role, Party.represents.desc(), Party.position)
    rows = list(db.session.scalars(first if everybody else first.limit(FIRST + 1)))
    agent = next((party for party in rows if party.role == Role.AGENT), None)
    return Parties(case, statement, card, agent, [party for party in rows if party is not agent])


def kinds(case: Case, *, agent: bool = False) -> list[str]:
    """What the checklist goes by."""
    traits = {"prepaid": case.prepaid, "agent": agent, "joint": case.people > 1, "minor": case.minor}
    return checklist.kinds(case.nature, case.problem, case.place, [name for name, is_so in traits.items() if is_so])
