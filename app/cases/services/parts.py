"""What every stage needs: the due date for the queue, the search document, the legal profile."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, select

from app.cases.models import Case, CaseStatement
from app.deadlines import ClockState, Profile, load_rules
from app.merchants.models import Merchant
from app.search import services as search
from app.search.services import Document
from tenants.database import db

KIND = "case"


def redate(case: Case) -> None:
    """Carry the earliest running clock over to the case, where lists are ordered by it."""
    running = [clock for clock in case.clocks if clock.state == ClockState.RUNNING]
    first = min(running, key=lambda clock: clock.due_on, default=None)
    case.due_on = first.due_on if first else None
    case.due_code = first.code if first else None


def profile_of(case: Case) -> Profile:
    """The limits that bind the case, chosen by its day of receipt."""
    return load_rules().profile(case.profile_code, case.profile_version)


def statement_of(case: Case) -> CaseStatement:
    return db.session.scalars(select(CaseStatement).where(CaseStatement.case_id == case.id)).one()


def look_up(case: Case) -> None:
    """Write the search document of a case anew, after something that can be found of it has changed."""
    search.index(document(case, statement_of(case), case.merchant))


def document(case: Case, statement: CaseStatement, merchant: Merchant | None) -> Document:
    """What a case can be found by: its words and its merchant. The phone is found by its blind index instead."""
    names = (merchant.name, merchant.sign, merchant.credit_code) if merchant else (case.merchant_name,)
    told = (statement.facts, statement.demand, statement.order_number)
    return Document(
        kind=KIND,
        subject_id=case.id,
        number=case.number,
        at=case.received_at,
        texts=(case.title, case.summary, case.reference, *told, *names),
        is_open=case.is_open,
    )


@search.source(KIND)
def documents() -> Iterator[Document]:
    """Every case of the organisation, for building the search anew."""
    query = (
        select(Case, CaseStatement, Merchant)
        .join(CaseStatement, and_(CaseStatement.tenant_id == Case.tenant_id, CaseStatement.case_id == Case.id))
        .outerjoin(Merchant, and_(Merchant.tenant_id == Case.tenant_id, Merchant.id == Case.merchant_id))
        .order_by(Case.id)
        .execution_options(yield_per=500)
    )
    for case, statement, merchant in db.session.execute(query):
        yield document(case, statement, merchant)
