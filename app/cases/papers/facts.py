"""What a document may say of a case: from its rows to words, in Chinese whoever asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from unicodedata import normalize

from flask_babel import force_locale
from sqlalchemy import and_, select

from app import audit
from app.cases import grounds, lists
from app.cases.models import Agreement, Case, CaseFile, CaseStatement, Outcome, Party, Prepaid
from app.cases.papers.beyond import beyond, services
from app.cases.papers.course import course_of
from app.cases.papers.models import CaseDocument
from app.cases.papers.phrases import capital, day, english_day, money
from app.cases.queries import files_of
from app.cases.queries.parties import known, parties
from app.cases.services import consents
from app.cases.services.joining import joined_to
from app.cases.services.parts import profile_of
from app.cases.shares.queries import claims
from app.core import clock
from app.core.privacy import redact
from app.deadlines import NoRule, Profile
from app.deadlines.wording import days
from app.documents import letterhead
from app.documents.kinds import Field, Form
from app.documents.models import DocumentState
from app.mediation.models import Instalment, InstalmentState
from app.merchants.queries import contact_of
from tenants import realm
from tenants.database import db

UNNUMBERED = "（拟稿，未编号）"
NAMELESS = "投诉人（姓名不详）"
WITHHELD = "（举报人信息依法保密）"
ROUTES = (
    "与经营者协商和解；请求消费者协会或者依法成立的其他调解组织调解；向有关行政部门投诉；"
    "根据与经营者达成的仲裁协议提请仲裁机构仲裁；向人民法院提起诉讼"
)
ROUTES_EN = (
    "settle with the business, turn to a consumer association or another mediator, complain to an authority, "
    "go to arbitration, or sue"
)
NEITHER = "该事项不属于消费者权益争议投诉，也不属于对经营者违法行为的举报"
REPORTED_ELSEWHERE = "你反映的涉嫌违法行为不属于我单位管辖"
TESTING = "，检测、鉴定等所需时间依法扣除"
OF_CONSUMER = (
    "consumer",
    "settled_with",
    "consumer_phone",
    "consumer_id",
    "consumer_address",
    "story",
    "demand",
    "act_place",
)
OF_PURCHASE = ("purchased_on", "order_number")  # by which a merchant would know who bought
# What the business was told itself, or shown: it may read that again, without the names of who complains.
TOLD_TO_MERCHANT = ("interview_", "visit", "exposure_medium", "exposure_heard")
DECIDED = frozenset({f"case.{step}" for step in ("refuse", "end", "retract", "not_file", "dealt_with", "guide")})
RECORDS = {"merchant": "经营者", "consumer": "消费者", "both": "双方", "nobody": "无人保存或者拒绝提供"}


def facts_of(case: Case, form: Form) -> dict[str, Any]:
    """Every fact of the case that a document of this form may use, whole.

    Of who made a report nothing goes to the business that it is about (Order 121 art. 31): not even to a template
    that asks for it.
    """
    return {name: _in_words(value) for name, value in _known(case, form).items()}


def _known(case: Case, form: Form) -> dict[str, Any]:
    """The same, days still days."""
    kept = _keeps_secret(case, form)
    with force_locale("zh_Hans_CN"):
        files, papers, outcome = files_of(case), issued(case), _of_outcome(case)
        said = {
            **_of_place(),
            **_of_case(case),
            **_of_law(case),
            **_of_people(case),
            **outcome,
            **_lists(files, papers),
        }
        course = course_of(case, files, ground=outcome["ground"])
        more = beyond(case, form)
        if kept:
            said |= _withheld(case)
            course = _blank(course)
            more = _without_names(case, more)
        sides = {"consumer": said["consumer"], "merchant": said["merchant"], "office": ""}
        served = services(papers, to=sides.__getitem__, only="merchant" if kept else "")
    with force_locale("en"):
        said |= _in_english(case)
    return {**said, **course, **more, **served}


def _keeps_secret(case: Case, form: Form) -> bool:
    """Whether somebody made a report who is to be kept from the business that reads this."""
    return case.is_confidential and "merchant" in form.to


def tells_who(case: Case, form: Form, filled: Mapping[str, str]) -> str:
    """The first field that would let the business know who made the report; empty where none does.

    Looked for is how whoever reported is called and found, and the number of their order, however it is spaced.
    """
    if not _keeps_secret(case, form):
        return ""
    ways = _ways_to(case)
    return next((name for name, said in filled.items() if any(way in _bare(said or "") for way in ways)), "")


def _ways_to(case: Case) -> list[str]:
    """Of this report, and of those that were joined to it; not what is too short to tell anybody from others."""
    every = [case.id, *(one.id for one in joined_to(case))]
    people = db.session.scalars(select(Party).where(Party.case_id.in_(every)))
    numbers = [party.reveal(name) for party in people for name in ("phone", "id_number")]
    orders = db.session.scalars(select(CaseStatement.order_number).where(CaseStatement.case_id.in_(every)))
    told = [_bare(order) for order in orders]
    orders_told = [order for order in told if len(order) >= 6 and any(sign.isdigit() for sign in order)]
    ways = [_bare(way) for way in (*known(*every), *numbers) if way]
    return [*(way for way in ways if len(way) >= 2), *orders_told]


def _bare(said: str) -> str:
    """Full-width signs made plain; without blanks and dashes, and letters small."""
    return "".join(sign for sign in normalize("NFKC", said).lower() if not sign.isspace() and sign not in "-—‐·")


def _withheld(case: Case) -> dict[str, Any]:
    """What stands in the place of who made a report, and of all by which they could be known."""
    # Made by rule from what was reported, until somebody has written it anew; of both in one, never theirs.
    told = () if case.summary_confirmed and case.is_report else ("case_title", "summary")
    withheld = dict.fromkeys((*OF_CONSUMER, "under_name", *OF_PURCHASE, *told), WITHHELD)
    others = {**_of_others(None, ()), **_of_shares(case, ()), **_of_card(None)}
    return {**withheld, "evidence": [], **_blank(others)}


def _without_names(case: Case, more: Mapping[str, Any]) -> dict[str, Any]:
    """What the business was told or shown; nothing of what went to others."""
    told = {name: value for name, value in more.items() if name.startswith(TOLD_TO_MERCHANT)}
    names = known(case.id)
    return _blank(more) | {name: redact(value, names) for name, value in told.items()}


def _blank(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: [] if isinstance(value, list) else "" for name, value in said.items()}


def _in_words(value: Any) -> Any:
    return day(value) if value is None or isinstance(value, date) else value


def _of_place() -> dict[str, Any]:
    here = realm.home()
    return {
        "issuer": here.name,
        "issuer_short": here.short_name,
        **letterhead.facts(),
        "number": UNNUMBERED,
        "issued_on": day(clock.today()),
        "routes": ROUTES,
    }


def _of_case(case: Case) -> dict[str, Any]:
    return {
        "case_number": case.number,
        "case_title": case.title,
        "summary": case.summary,
        "reference": case.reference or "",
        "handler": case.assignee.name if case.assignee else "",
        "channel": lists.named("channels", case.channel),
        "nature": lists.named("natures", case.nature),
        "category": lists.named("categories", case.category),
        "problem": lists.named("problems", case.problem),
        "claims": "、".join(lists.named("claims", code) for code in case.claims),
        "amount": money(case.amount),
        "amount_capital": capital(case.amount),
        "recovered": money(case.recovered),
        "recovered_capital": capital(case.recovered),
        "received_on": day(case.received_at),
        "accepted_on": day(case.accepted_at),
        "decided_on": day(case.decided_at),
        "closed_on": day(case.closed_at),
        "merchant": case.merchant.name if case.merchant else case.merchant_name or "被投诉人（名称不详）",
        "merchant_code": (case.merchant.credit_code if case.merchant else None) or "",
        "bought_how": lists.named("places", case.place) if case.place else "",
        "elsewhere": REPORTED_ELSEWHERE if case.is_report else NEITHER,
    }


def _of_law(case: Case) -> dict[str, Any]:
    profile = profile_of(case)
    running = case.clock("mediation")
    return {
        "law": f"《{profile.law.zh}》",
        "acceptance_basis": _limit(profile, "acceptance", basis=True),
        "acceptance_limit": _limit(profile, "acceptance"),
        "mediation_basis": _limit(profile, "mediation", basis=True),
        "mediation_limit": _limit(profile, "mediation"),
        "testing_left_out": TESTING if _testing_stops(profile) else "",
        "mediation_due": day(running.due_on if running else None),
        "ending_basis": _limit(profile, "termination_notice", basis=True),
    }


def _testing_stops(profile: Profile) -> bool:
    """Whether what a test takes is left out of mediation under this rule."""
    return "mediation" in profile.limits and "testing" in profile.limits["mediation"].pauses


def _in_english(case: Case) -> dict[str, Any]:
    """What the forms for consumers from abroad say of law, days and grounds."""
    profile, agreement, running = profile_of(case), _agreement(case), case.clock("mediation")
    return {
        "received_on_en": english_day(case.received_at),
        "accepted_on_en": english_day(case.accepted_at),
        "agreed_on_en": english_day(agreement.agreed_on if agreement else None),
        "perform_by_en": english_day(agreement.perform_by if agreement else None),
        "mediation_due_en": english_day(running.due_on if running else None),
        "acceptance_limit_en": _limit(profile, "acceptance"),
        "mediation_limit_en": _limit(profile, "mediation"),
        "law_en": f"the {profile.law.en}",
        "ground_en": _ground(case),
        "routes_en": ROUTES_EN,
    }


def _limit(profile: Profile, code: str, *, basis: bool = False) -> str:
    """Its citation, or how long it is; the law by itself where the body has no such limit."""
    try:
        limit = profile.limit(code)
    except NoRule:
        return f"《{profile.law.zh}》" if basis else ""
    return limit.citation if basis else days(limit.amount, limit.unit)


def _of_people(case: Case) -> dict[str, Any]:
    statement, party = db.session.execute(
        select(CaseStatement, Party)
        .join(
            Party,
            and_(
                Party.tenant_id == CaseStatement.tenant_id,
                Party.case_id == CaseStatement.case_id,
                Party.position == 0,
            ),
        )
        .where(CaseStatement.case_id == case.id)
    ).one()
    consumer = _complainants(party.reveal("name") or NAMELESS, case.people)
    return {
        "consumer": consumer,
        "settled_with": consumer,
        "consumer_phone": party.reveal("phone") or "",
        "consumer_id": party.reveal("id_number") or "",
        "consumer_address": party.reveal("address") or "",
        "story": statement.facts,
        "demand": statement.demand,
        "act_place": statement.act_place,
        "purchased_on": day(statement.purchased_on),
        "order_number": statement.order_number,
        "platform": statement.platform,
        "stream": statement.stream,
        **_of_merchant(case, statement),
        "under_name": "实名" if party.reveal("name") else "匿名",
        **_with_them(case),
    }


def _of_merchant(case: Case, statement: CaseStatement) -> dict[str, str]:
    """Where the business is and how to call it: by the register, else as the consumer told it."""
    contact = contact_of(case.merchant) if case.merchant else None
    return {
        "merchant_address": (case.merchant.address if case.merchant else "") or statement.merchant_address,
        "merchant_phone": (contact.reveal("phone") if contact else None) or statement.reveal("merchant_phone") or "",
    }


def _with_them(case: Case) -> dict[str, Any]:
    """Who complains with them and who acts for them; the prepaid card."""
    there = parties(case, everybody=True)
    people = sorted(there.people, key=lambda party: party.position)
    return {
        **_of_others(there.agent, people),
        **_of_shares(case, people),
        **_of_card(there.card),
        **_consents(case),
    }


def _of_shares(case: Case, people: Sequence[Party]) -> dict[str, Any]:
    """What each of a joint complaint gets by the settlement, and who settled: not who declined it."""
    lines = [(party, claimed) for party, claimed in zip(people, claims(case, people), strict=True)]
    settled = [line for line in lines if case.outcome == Outcome.SETTLED and line[0].agreement_id is not None]
    shares = [
        {"name": party.reveal("name") or "", "claimed": money(claimed), "agreed": money(party.agreed)}
        for party, claimed in settled
    ]
    first = {"settled_with": _complainants(shares[0]["name"] or NAMELESS, len(shares))} if shares else {}
    return {"shares": shares, **first}


def _consents(case: Case) -> dict[str, str]:
    """What the consumer answered; nothing before they were asked."""
    said = {one.matter: one.said for one in consents.standing(case) if one.side == "consumer"}
    return {f"consent_{matter}": ("同意" if it.given else "不同意") if it else "" for matter, it in said.items()}


def _of_others(agent: Party | None, everybody: Sequence[Party]) -> dict[str, Any]:
    return {
        "others": [
            {
                "name": party.reveal("name") or "",
                "phone": party.reveal("phone") or "",
                "amount": money(party.amount),
                "consented_on": day(party.consented_on),
            }
            for party in everybody
            if party.position
        ],
        "elected": "、".join(party.reveal("name") or "" for party in everybody if party.represents),
        "agent_name": (agent.reveal("name") if agent else None) or "",
        "agent_phone": (agent.reveal("phone") if agent else None) or "",
        "agent_powers": agent.powers if agent else "",
        "agent_term": f"至{day(agent.until)}止" if agent and agent.until else "",
    }


def _of_card(card: Prepaid | None) -> dict[str, str]:
    return {
        "card_number": (card.reveal("card") if card else None) or "",
        "card_paid": money(card.paid) if card else "",
        "card_used": money(card.used) if card else "",
        "card_balance": money(card.balance) if card else "",
        "card_paid_on": day(card.paid_on) if card else "",
        "card_lessor": card.lessor if card else "",
        "card_last_open_on": day(card.last_open_on) if card else "",
        "card_records": RECORDS.get(card.records, "") if card else "",
    }


def _complainants(name: str, people: int) -> str:
    """Who complains, as a document says it of several: 林晓梅等41人."""
    return f"{name}等{people}人" if people > 1 else name


def _of_outcome(case: Case) -> dict[str, Any]:
    agreement = _agreement(case)
    return {
        "ground": _ground(case),
        "agreement": _agreed(agreement) if agreement else "",
        "agreed_on": day(agreement.agreed_on if agreement else None),
        "perform_by": day(agreement.perform_by if agreement else None),
    }


def _agreement(case: Case) -> Agreement | None:
    query = select(Agreement).where(Agreement.case_id == case.id).order_by(Agreement.id.desc())
    return db.session.scalars(query.limit(1)).first()


def _ground(case: Case) -> str:
    return grounds.named(case.profile_code, case.ground)


def _agreed(agreement: Agreement) -> str:
    """What was agreed, and where it is performed in parts, each with its day."""
    query = select(Instalment).where(
        Instalment.agreement_id == agreement.id, Instalment.status != InstalmentState.REPLACED.value
    )
    parts = list(db.session.scalars(query.order_by(Instalment.ordinal)))
    if len(parts) < 2:
        return agreement.terms
    listed = [
        f"第{one.ordinal}期：{day(one.due_on)}前"
        + (f"支付{money(one.amount)}元" if one.amount is not None else "")
        + (f"（{one.words}）" if one.words else "")
        for one in parts
    ]
    return "\n".join((agreement.terms, "分期履行如下：", *listed))


def _lists(files: Sequence[CaseFile], papers: Sequence[CaseDocument]) -> dict[str, Any]:
    return {
        "evidence": [{"name": file.name, "added_on": day(file.added_at)} for file in files],
        "papers": [
            {"title": one.form.title.zh, "number": one.number or "（无文号）", "issued_on": day(one.issued_on)}
            for one in papers
        ],
    }


def issued(case: Case) -> Sequence[CaseDocument]:
    """What was issued in the case and still stands, in that order."""
    query = select(CaseDocument).where(
        CaseDocument.case_id == case.id, CaseDocument.status == DocumentState.ISSUED.value
    )
    return db.session.scalars(query.order_by(CaseDocument.issued_at)).all()


def proposed(case: Case, form: Form) -> dict[str, str]:
    """What the fields of a form are filled with before a person looks at them.

    Not those that ask for somebody's name; texts of the file are proposed as they are, for whoever reads the file.
    """
    why = _reason(case)
    said = {**_known(case, form), "reason": redact(why, known(case.id)) if _keeps_secret(case, form) else why}
    return {one.name: "" if one.personal else _proposal(said, one) for one in form.fields if one.prefill}


def answered(case: Case, form: Form, filled: Mapping[str, str]) -> dict[str, str]:
    """What was filled in; where somebody's name was left to the case, what the case says."""
    asked = [one for one in form.fields if one.personal and not filled.get(one.name)]
    said = _known(case, form) if asked else {}
    return {**filled, **{one.name: _proposal(said, one) for one in asked}}


def _proposal(said: Mapping[str, Any], field: Field) -> str:
    """The first of what is proposed that the case knows, as the field is typed."""
    found = next(filter(None, (said.get(name) for name in field.proposes)), "")
    if field.kind == "date":
        return found.isoformat() if isinstance(found, date) else ""
    return str(_in_words(found))


def _reason(case: Case) -> str:
    """The words with which the case was refused, its mediation ended, or the result of a report was noted."""
    told = (line.words for line in audit.trail(case.id) if line.entry.event in DECIDED)
    return next(filter(None, told), "")
