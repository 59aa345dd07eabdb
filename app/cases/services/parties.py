"""Who complains, with whom and through whom; the prepaid card; which papers are there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from app import audit
from app.accounts.permissions import Can
from app.cases import checklist, lists
from app.cases.models import Case, Party, Prepaid, Role
from app.cases.services.intake import ANONYMOUS, GROUP, Agent, Card, Complainant, joined, write_card
from app.cases.services.parts import look_up, statement_of
from app.core import clock
from app.core.errors import Invalid, Missing, NotAllowed, WrongMoment
from app.core.privacy import mask_name, mask_phone
from tenants.database import db

CARD = audit.Watch(codes=("paid", "used", "paid_on", "last_open_on", "records"), words=("lessor",))
CASE = audit.Watch(codes=("elderly", "minor", "claims", "place", "channel"), words=("reference",))
STATEMENT = audit.Watch(
    codes=("purchased_on",), words=("order_number", "platform", "stream", "merchant_address", "merchant_phone")
)
WHO = audit.Watch(words=("name", "phone", "id_number", "address"))
AGENT = audit.Watch(codes=("until",), words=("name", "phone", "id_number", "powers"))
REPRESENTATIVES = 2  # 令20 art. 11
MOST = 500


def join(case: Case, by: Any, people: Sequence[Complainant]) -> int:
    """Add people to a joint complaint, those who are in it already left out; how many are new."""
    _open(case, by)
    db.session.refresh(case, with_for_update={"of": Case})
    known = list(db.session.scalars(select(Party).where(Party.case_id == case.id)))
    phones = {party.reveal("phone") for party in known}
    new = [one for one in people if one.phone not in phones]
    if case.people + len(new) > MOST:
        raise Invalid("table", _("At most %(most)s people in one case.", most=MOST))
    if not new:
        raise Invalid("table", _("Nobody in it is new."))
    db.session.add_all(joined(new, case, after=max(party.position for party in known)))
    case.people += len(new)
    if case.people >= GROUP and not {"group", "major_group"} & set(case.traits):
        case.traits = [*case.traits, "group"]
    audit.record("case.joined", case, by, facts={"people": len(new), "all": case.people})
    return len(new)


def elect(case: Case, by: Any, positions: Collection[int], *, text: str) -> None:
    """Those who speak for all: one or two of the complainants, elected with everybody's consent (令20 art. 11)."""
    _open(case, by)
    if not 1 <= len(positions) <= REPRESENTATIVES:
        raise Invalid("chosen", _("One or two represent all."))
    everybody = list(
        db.session.scalars(
            select(Party)
            .where(Party.case_id == case.id, Party.role == Role.COMPLAINANT.value)
            .order_by(Party.position)
            .with_for_update()
        )
    )
    chosen = [party for party in everybody if party.position in positions]
    if len(chosen) != len(positions):
        raise Invalid("chosen", _("Choose among those who complain."))
    if not text.strip():
        raise Invalid("text", _("Say by which paper they were elected."))
    before = [party.position for party in everybody if party.represents]
    for party in everybody:
        party.represents = party in chosen
    facts = {"was": before, "now": sorted(positions)}
    audit.record("case.represented", case, by, facts=facts, text=text.strip(), public=True)


def consent(case: Case, by: Any, positions: Collection[int]) -> int:
    """Note that these have consented; how many had not before."""
    _open(case, by)
    asked = select(Party).where(
        Party.case_id == case.id, Party.position.in_(positions), Party.consented_on.is_(None), Party.role != "agent"
    )
    new = list(db.session.scalars(asked))
    for party in new:
        party.consented_on = clock.today()
    if new:
        audit.record("case.consented", case, by, facts={"people": len(new)})
    return len(new)


def represented(case: Case) -> int:
    """How many complain together and do not speak for themselves: all but one where nobody was elected."""
    if case.people <= 1:
        return 0
    here = (Party.case_id == case.id, Party.role == Role.COMPLAINANT.value)
    speaking = func.count().filter(Party.represents)
    silent, elected = db.session.execute(select(func.count() - speaking, speaking).where(*here)).one()
    return int(silent) if elected else int(silent) - 1


def require_consent(case: Case, consented: bool | None) -> None:
    """Raises Invalid where others are bound who have not consented: a settlement or a withdrawal needs them all."""
    if not consented and (count := represented(case)):
        raise Invalid(
            "consented",
            ngettext(
                "%(num)d other person has to consent first: put the paper into the file and tick this.",
                "%(num)d other people have to consent first: put the papers into the file and tick this.",
                count,
            ),
        )


def authorise(case: Case, by: Any, agent: Agent) -> None:
    """Who acts for the complainant from now on, by which letter; whoever did before does no more."""
    _open(case, by)
    if not agent.name.strip():
        raise Invalid("agent_name", _("This is needed."))
    if not agent.powers.strip():
        raise Invalid("powers", _("Say what the letter of authorisation allows the agent to do."))
    if agent.until and agent.until < clock.today():
        raise Invalid("until", _("The letter of authorisation has run out."))
    row = db.session.scalars(select(Party).where(Party.case_id == case.id, Party.role == Role.AGENT.value)).first()
    fresh = row is None
    if row is None:
        last = db.session.scalar(select(func.max(Party.position)).where(Party.case_id == case.id)) or 0
        row = Party(case_id=case.id, role=Role.AGENT.value, position=last + 1)
        db.session.add(row)
    before = AGENT.look(row)
    row.name, row.phone, row.id_number = agent.name, agent.phone, agent.id_number
    row.powers, row.until = agent.powers, agent.until
    facts = {"until": agent.until, "fresh": fresh}
    audit.record("case.authorised", case, by, facts=facts, changes=AGENT.since(before, row))


def describe_card(case: Case, by: Any, card: Card | None) -> None:
    """What is known of the prepaid card now."""
    _open(case, by)
    if not card:
        raise Invalid("paid", _("Say something of the card."))
    if card.paid is not None and card.used is not None and card.used > card.paid:
        raise Invalid("used", _("More than was paid cannot have been used."))
    row = db.session.scalars(select(Prepaid).where(Prepaid.case_id == case.id)).first()
    if row is None:
        row = Prepaid(case_id=case.id, lessor="", records="")
        db.session.add(row)
    before = CARD.look(row)
    write_card(row, card)
    case.prepaid = True
    audit.record("case.card", case, by, changes=CARD.since(before, row))


def correct(case: Case, by: Any, *, text: str, seen: int | None = None, **facts: Any) -> None:
    """Put right what was taken down of a case: who complains, what was bought where, how it came in.

    A personal field that is None or empty stays as it is; of every other, what is given takes its place. Raises
    NotAllowed, WrongMoment, Changed, and Invalid beside the field.
    """
    _open(case, by)
    db.session.refresh(case, with_for_update={"of": Case})
    audit.only_as_seen(case, seen)
    if not text.strip():
        raise Invalid("text", _("Say why."))
    for name, listed in (("channel", "channels"), ("place", "places")):
        lists.check(listed, facts[name] or None, name, _("This is not on the list."), kept=getattr(case, name))
    for code in facts["claims"]:
        kept = code if code in case.claims else None
        lists.check("claims", code, "claims", _("This is not on the list."), kept=kept)
    if facts["purchased_on"] and facts["purchased_on"] > clock.today():
        raise Invalid("purchased_on", _("That day has not come yet."))
    statement = statement_of(case)
    party = db.session.scalars(select(Party).where(Party.case_id == case.id, Party.position == 0)).one()
    was = [(watch, row, watch.look(row)) for watch, row in ((CASE, case), (STATEMENT, statement), (WHO, party))]
    for name in (*CASE.codes, *CASE.words):
        setattr(case, name, facts[name] or None if name in ("place", "reference") else facts[name])
    for name in ("purchased_on", "order_number", "platform", "stream", "merchant_address"):
        setattr(statement, name, facts[name])
    for row, names in ((statement, ("merchant_phone",)), (party, ("name", "phone", "id_number", "address"))):
        for name in names:
            if facts.get(name):
                setattr(row, name, facts[name])
    case.party_label = mask_name(party.reveal("name") or "") or ANONYMOUS
    case.phone_mask = mask_phone(party.reveal("phone") or "")
    case.version += 1
    changes = [watch.since(before, row) for watch, row, before in was]
    audit.record(
        "case.corrected",
        case,
        by,
        changes=audit.Changes(
            {name: pair for one in changes for name, pair in one.codes.items()},
            {name: pair for one in changes for name, pair in one.words.items()},
        ),
        text=text.strip(),
    )
    look_up(case)


def tick(case: Case, by: Any, held: Collection[str]) -> None:
    """Which papers of the checklist are there."""
    _open(case, by)
    if unknown := set(held) - checklist.papers().keys():
        raise Invalid("held", _("This is not on the list.") + " " + ", ".join(sorted(unknown)))
    statement = statement_of(case)
    before, now = set(statement.held), set(held)
    if before == now:
        return
    statement.held = [code for code in checklist.papers() if code in now]
    facts = {"came": sorted(now - before), "went": sorted(before - now)}
    audit.record("case.papers", case, by, facts=facts)


def party_of(case: Case, party_id: UUID) -> Party:
    """Raises Missing for somebody of another case, or nobody at all."""
    party = db.session.scalars(select(Party).where(Party.case_id == case.id, Party.id == party_id)).first()
    if party is None:
        raise Missing
    return party


def reveal_party(case: Case, by: Any, party: Party, *, reason: str) -> dict[str, str]:
    """Name, phone and ID number of one of them, in exchange for a reason that stays in the story."""
    if not by.can(Can.CASE_REVEAL, case):
        raise NotAllowed(_("Your role does not include this."))
    if len(reason.strip()) < 2:
        raise Invalid("text", _("Say what you need it for."))
    audit.record("case.party_revealed", case, by, facts={"position": party.position}, text=reason.strip())
    return {field: party.reveal(field) or "" for field in ("name", "phone", "id_number")}


def _open(case: Case, by: Any) -> None:
    if not by.can(Can.CASE_INTAKE, case):
        raise NotAllowed(_("Your role does not include this."))
    if not case.is_open:
        raise WrongMoment(_("The case is over; reopen it to add to its file."))
