"""The ledger of a joint complaint: a line for each who complains, with what they claim, get, answered and got."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from app.cases.models import Agreement, Case, CaseState, Outcome, Party, Role
from app.cases.shares.models import CaseShare
from app.core.errors import Missing
from app.mediation.models import Instalment, InstalmentProof, InstalmentState
from tenants.database import db

NOTHING = Decimal()
UNDER_WAY = (CaseState.LODGED, CaseState.ACCEPTED, CaseState.MEDIATING)
ALONE = "alone-"  # and the key of whoever declined: the key of the case of their own


@dataclass(frozen=True)
class Line:
    """One of those who complain together; amounts in yuan. `got`: what counts, each with its instalment."""

    party: Party
    claimed: Decimal | None
    settled: bool  # the case is
    got: list[tuple[CaseShare, Instalment]] = field(default_factory=list)
    own: str = ""  # the number of the case of their own, once they were taken out

    @property
    def asked_anew(self) -> bool:
        """They answered to a settlement that stands no more: the case was reopened."""
        return self.party.agreement_id is not None and not self.settled

    @property
    def agrees(self) -> bool | None:
        return None if self.asked_anew else self.party.agrees

    @property
    def agreed(self) -> Decimal | None:
        """What they get; before the settlement, what is proposed."""
        return None if self.asked_anew else self.party.agreed

    @property
    def declined(self) -> bool:
        return self.agrees is False

    @property
    def is_in(self) -> bool:
        """What they get is in the settlement that was signed."""
        return self.settled and self.party.agreement_id is not None

    @property
    def paid(self) -> Decimal:
        """What somebody got stays, whatever became of the settlement under which it came."""
        return sum((share.amount for share, _part in self.got), NOTHING)

    @property
    def open(self) -> Decimal:
        """What is still to come of the settlement by which it was agreed."""
        if self.party.agreement_id is None:
            return NOTHING
        here = (share.amount for share, part in self.got if part.agreement_id == self.party.agreement_id)
        return (self.party.agreed or NOTHING) - sum(here, NOTHING)


@dataclass(frozen=True)
class Sums:
    """The ledger, added up."""

    claimed: Decimal
    agreed: Decimal
    paid: Decimal
    open: Decimal
    consent: int
    decline: int
    silent: int  # have not answered

    @property
    def unclaimed(self) -> bool:
        """Nobody has said a claim: what is agreed is shared out evenly."""
        return not self.claimed


@dataclass(frozen=True)
class Ledger:
    """All of it, as its page shows it."""

    lines: list[Line]
    sums: Sums
    agreement: Agreement | None
    parts: list[Instalment]  # of the agreement, without those that another plan has replaced
    proofs: dict[UUID, list[InstalmentProof]]
    alone: list[tuple[CaseShare, Line, Instalment]]  # what was paid to one, what does not count any more among it
    writable: bool

    def shared(self, part: Instalment) -> Decimal:
        """How much of what was paid of an instalment has been given to somebody."""
        mine = (share.amount for line in self.lines for share, of in line.got if of.id == part.id)
        return sum(mine, NOTHING)


def people(case: Case, *, lock: bool = False) -> list[Party]:
    """Those who complain, in the order in which they came."""
    query = select(Party).where(Party.case_id == case.id, Party.role == Role.COMPLAINANT.value)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return list(db.session.scalars(query.order_by(Party.position)))


def claims(case: Case, there: Sequence[Party]) -> list[Decimal | None]:
    """What each claims, in the order of `there`.

    Of whoever told us first often only the amount in dispute is known: theirs is what the others leave of it; where
    the others claim more than that together, it was theirs alone.
    """
    others = sum((party.amount or NOTHING for party in there if party.position), NOTHING)
    whole = case.amount
    first = whole if whole is None or whole < others else whole - others
    return [first if party.position == 0 and party.amount is None else party.amount for party in there]


def lines(case: Case, *, lock: bool = False) -> list[Line]:
    """A line for each; two statements, and one more where somebody declined."""
    return _lines(case, people(case, lock=lock), _shares(case))


def _lines(case: Case, there: Sequence[Party], shares: Sequence[tuple[CaseShare, Instalment]]) -> list[Line]:
    got: dict[UUID, list[tuple[CaseShare, Instalment]]] = {}
    for share, part in shares:
        if share.voided_at is None:
            got.setdefault(share.party_id, []).append((share, part))
    own, settled = _own(there), case.outcome == Outcome.SETTLED
    return [
        Line(party, claimed, settled, got.get(party.id, []), own.get(party.id, ""))
        for party, claimed in zip(there, claims(case, there), strict=True)
    ]


def _shares(case: Case) -> list[tuple[CaseShare, Instalment]]:
    query = (
        select(CaseShare, Instalment)
        .join(Instalment, (Instalment.tenant_id == CaseShare.tenant_id) & (Instalment.id == CaseShare.instalment_id))
        .where(CaseShare.case_id == case.id)
        .order_by(CaseShare.id)
    )
    return [(share, part) for share, part in db.session.execute(query)]


def _own(there: Iterable[Party]) -> dict[UUID, str]:
    """Whoever declined -> the number of the case of their own."""
    keys = {f"{ALONE}{party.id}": party.id for party in there if party.agrees is False}
    if not keys:
        return {}
    rows = db.session.execute(select(Case.submission_key, Case.number).where(Case.submission_key.in_(keys)))
    return {keys[key]: number for key, number in rows if key}


def sums(rows: Sequence[Line]) -> Sums:
    answers = [line.agrees for line in rows]
    return Sums(
        claimed=sum((line.claimed or NOTHING for line in rows), NOTHING),
        agreed=sum((line.agreed or NOTHING for line in rows), NOTHING),
        paid=sum((line.paid for line in rows), NOTHING),
        open=sum((line.open for line in rows), NOTHING),
        consent=answers.count(True),
        decline=answers.count(False),
        silent=answers.count(None),
    )


def asked(case: Case) -> Sums | None:
    """How far those of a joint complaint have answered; None of what one person complains of."""
    return sums(lines(case)) if case.people > 1 else None


def opened(case: Case) -> Ledger:
    """The ledger of a joint complaint. Raises Missing of everything else."""
    if not is_joint(case):
        raise Missing
    shares = _shares(case)
    rows = _lines(case, people(case), shares)
    agreement = agreement_of(case)
    parts = parts_of(agreement) if agreement else []
    by_party = {line.party.id: line for line in rows}
    alone = [(share, by_party[share.party_id], part) for share, part in shares if share.alone]
    return Ledger(rows, sums(rows), agreement, parts, _proofs(parts), alone, may_write(case, rows))


def is_joint(case: Case) -> bool:
    return case.people > 1 and case.is_complaint


def may_write(case: Case, rows: Sequence[Line]) -> bool:
    """While it is under way; and of what was settled before there was a ledger, once."""
    return case.status in UNDER_WAY or (case.is_open and case.outcome == Outcome.SETTLED and not any_in(rows))


def any_in(rows: Iterable[Line]) -> bool:
    return any(line.party.agreement_id is not None for line in rows)


def agreement_of(case: Case) -> Agreement | None:
    """The settlement that stands; None while there is none, or the case was reopened."""
    if case.outcome != Outcome.SETTLED:
        return None
    query = select(Agreement).where(Agreement.case_id == case.id).order_by(Agreement.id.desc()).limit(1)
    return db.session.scalars(query).first()


def parts_of(agreement: Agreement, *, lock: bool = False) -> list[Instalment]:
    """Its instalments, the earliest first; with `lock`, in the order of their keys and until the transaction ends."""
    query = select(Instalment).where(
        Instalment.agreement_id == agreement.id, Instalment.status != InstalmentState.REPLACED.value
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return sorted(db.session.scalars(query.order_by(Instalment.id)), key=lambda part: (part.due_on, part.ordinal))


def _proofs(parts: Sequence[Instalment]) -> dict[UUID, list[InstalmentProof]]:
    found: dict[UUID, list[InstalmentProof]] = {}
    keys = [part.id for part in parts]
    query = select(InstalmentProof).where(InstalmentProof.instalment_id.in_(keys)).order_by(InstalmentProof.id)
    for proof in db.session.scalars(query) if keys else ():
        found.setdefault(proof.instalment_id, []).append(proof)
    return found


def line_of(case: Case, party_id: UUID) -> Line:
    """Raises Missing for somebody of another case, an agent, or nobody at all."""
    found = next((line for line in lines(case) if line.party.id == party_id), None)
    if found is None or not is_joint(case):
        raise Missing
    return found


def share_of(case: Case, key: UUID) -> CaseShare:
    """What was paid to one alone. Raises Missing for what is none of this case."""
    query = select(CaseShare).where(CaseShare.case_id == case.id, CaseShare.id == key, CaseShare.alone)
    found = db.session.scalars(query).first()
    if found is None:
        raise Missing
    return found


@dataclass(frozen=True)
class Part:
    """Who got what of an instalment, and when."""

    part: Instalment
    rows: list[tuple[Line, Decimal, date]]
    proofs: list[InstalmentProof]

    @property
    def whole(self) -> Decimal:
        return sum((amount for _line, amount, _on in self.rows), NOTHING)


def part_of(case: Case, part: Instalment) -> Part:
    rows = [(line, share.amount, share.paid_on) for line in lines(case) for share, of in line.got if of.id == part.id]
    return Part(part, rows, _proofs([part]).get(part.id, []))
