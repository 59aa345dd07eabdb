"""The instalments of an agreement, as somebody writes them: a line each, the day, the amount, what it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select, update

from app.core.errors import Invalid
from app.core.forms import narrow
from app.mediation.models import Instalment
from app.mediation.models import InstalmentState as S
from app.ui.text import money
from tenants.database import db

MOST = 120  # ten years of months
_LINE = re.compile(
    r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?前?"
    r"(?:[\s,;|]+¥?(?P<amount>\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d{1,2})?)元?(?=[\s,;|]|$))?"
    r"(?:[\s,;|]+(?P<words>.*))?"
)


@dataclass(frozen=True)
class Term:
    """What is to be performed by a day."""

    due_on: date
    amount: Decimal | None
    words: str = ""


def read(said: str) -> list[Term]:
    """The terms by their days. Raises Invalid, naming the line that cannot be read."""
    terms = [_term(line, one) for line, one in enumerate(said.splitlines(), start=1) if one.strip()]
    if len(terms) > MOST:
        raise Invalid("instalments", _("At most %(most)s instalments.", most=MOST))
    return sorted(terms, key=lambda term: term.due_on)


def _term(line: int, said: str) -> Term:
    found = _LINE.fullmatch(narrow(said).replace("；", ";"))
    try:
        if found is None:
            raise ValueError
        due_on = date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        wrong = _("Line %(line)s: write the day, the amount and what it is, such as 2026-12-05 1560 首期.", line=line)
        raise Invalid("instalments", wrong) from None
    amount = Decimal(found["amount"].replace(",", "")).quantize(Decimal("0.01")) if found["amount"] else None
    return Term(due_on, amount, (found["words"] or "").strip())


def check(terms: Sequence[Term], amount: Decimal, agreed_on: date) -> None:
    """Raises Invalid where the sums do not match, or something was due before it was agreed."""
    for term in terms:
        if term.due_on < agreed_on:
            raise Invalid("instalments", _("%(day)s is before the day of the agreement.", day=term.due_on))
        if term.due_on.year > agreed_on.year + 10:
            raise Invalid("instalments", _("%(day)s is more than ten years ahead.", day=term.due_on))
    together = sum((term.amount or Decimal(0) for term in terms), Decimal(0))
    if terms and together != amount:
        said = {"sum": money(together, cents=True), "amount": money(amount, cents=True)}
        raise Invalid("instalments", _("The instalments come to %(sum)s, the agreement to %(amount)s.", **said))


def replace(*, case_id: UUID) -> None:
    """What is still due of an earlier agreement of the case is not waited for any more."""
    due = (Instalment.case_id == case_id, Instalment.status.in_((S.DUE.value, S.FAILED.value)))
    db.session.execute(update(Instalment).where(*due).values(status=S.REPLACED.value, version=Instalment.version + 1))


def keep(*, case_id: UUID, agreement_id: UUID) -> int:
    """What was paid of the agreements before goes on in this one, as its first instalments; how many these are."""
    paid = (Instalment.case_id == case_id, Instalment.agreement_id != agreement_id, Instalment.status == S.DONE.value)
    query = select(Instalment).where(*paid, Instalment.amount > 0)
    rows = list(db.session.scalars(query.order_by(Instalment.due_on, Instalment.ordinal, Instalment.id)))
    for ordinal, part in enumerate(rows, start=1):
        part.agreement_id, part.ordinal = agreement_id, ordinal
        part.version += 1
    return len(rows)


def written(terms: Sequence[Term], *, case_id: UUID, agreement_id: UUID, after: int = 0) -> list[Instalment]:
    """The rows of a schedule, numbered on from those that stay."""
    return [
        Instalment(
            case_id=case_id,
            agreement_id=agreement_id,
            ordinal=ordinal,
            due_on=term.due_on,
            amount=term.amount,
            words=term.words,
            covered=Decimal(0),
            status="due",
            remark="",
            version=1,
        )
        for ordinal, term in enumerate(terms, start=after + 1)
    ]
