"""What a document may say of a case: from its rows to words, in Chinese whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import cn2an
from babel.dates import get_month_names
from flask_babel import force_locale
from sqlalchemy import and_, select

from app import audit
from app.cases import grounds, lists
from app.cases.models import Agreement, Case, CaseFile, CaseStatement, Party
from app.cases.papers.models import CaseDocument
from app.cases.services.parts import profile_of
from app.core import clock
from app.deadlines import NoRule, Profile
from app.deadlines.wording import days
from app.documents import letterhead
from app.documents.kinds import Form
from app.documents.models import DocumentState
from app.mediation.models import Instalment, InstalmentState
from tenants import realm
from tenants.database import db

UNNUMBERED = "（拟稿，未编号）"
WITHHELD = "（举报人信息依法保密）"
ROUTES = (
    "与经营者协商和解；请求消费者协会或者依法成立的其他调解组织调解；向有关行政部门投诉；"
    "根据与经营者达成的仲裁协议提请仲裁机构仲裁；向人民法院提起诉讼"
)
ROUTES_EN = (
    "settle with the business, turn to a consumer association or another mediator, complain to an authority, "
    "go to arbitration, or sue"
)
OF_CONSUMER = ("consumer", "consumer_phone", "consumer_id", "consumer_address", "story", "demand")
OF_PURCHASE = ("purchased_on", "order_number")  # by which a merchant would know who bought


def facts_of(case: Case, form: Form) -> dict[str, Any]:
    """Every fact of the case that a document of this form may use, whole.

    Of who made a report nothing goes to the business that it is about (Order 121 art. 31): not even to a template
    that asks for it.
    """
    with force_locale("zh_Hans_CN"):
        said = {
            **_of_place(),
            **_of_case(case),
            **_of_law(case),
            **_of_people(case),
            **_of_outcome(case),
            **_lists(case),
        }
    with force_locale("en"):
        said |= _in_english(case)
    if case.is_confidential and "merchant" in form.to:
        # Made by rule from what was reported, until somebody has written it anew; of both in one, never theirs.
        told = () if case.summary_confirmed and case.is_report else ("case_title", "summary")
        said |= dict.fromkeys((*OF_CONSUMER, *OF_PURCHASE, *told), WITHHELD) | {"evidence": []}
    return said


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
        "merchant_address": case.merchant.address if case.merchant else "",
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
        "mediation_due": day(running.due_on if running else None),
        "ending_basis": _limit(profile, "termination_notice", basis=True),
    }


def _in_english(case: Case) -> dict[str, Any]:
    """What the forms for consumers from abroad say of law, days and grounds."""
    profile, agreement = profile_of(case), _agreement(case)
    return {
        "received_on_en": english_day(case.received_at),
        "accepted_on_en": english_day(case.accepted_at),
        "agreed_on_en": english_day(agreement.agreed_on if agreement else None),
        "perform_by_en": english_day(agreement.perform_by if agreement else None),
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
    return {
        "consumer": _complainants(party.reveal("name") or "投诉人（姓名不详）", case.people),
        "consumer_phone": party.reveal("phone") or "",
        "consumer_id": party.reveal("id_number") or "",
        "consumer_address": party.reveal("address") or "",
        "story": statement.facts,
        "demand": statement.demand,
        "purchased_on": day(statement.purchased_on),
        "order_number": statement.order_number,
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


def _lists(case: Case) -> dict[str, Any]:
    files = db.session.scalars(select(CaseFile).where(CaseFile.case_id == case.id).order_by(CaseFile.id))
    return {
        "evidence": [{"name": file.name, "added_on": day(file.added_at)} for file in files],
        "papers": [
            {"title": one.form.title.zh, "number": one.number or "", "issued_on": day(one.issued_on)}
            for one in issued(case)
        ],
    }


def issued(case: Case) -> Sequence[CaseDocument]:
    """What was issued in the case and still stands, in that order."""
    query = select(CaseDocument).where(
        CaseDocument.case_id == case.id, CaseDocument.status == DocumentState.ISSUED.value
    )
    return db.session.scalars(query.order_by(CaseDocument.issued_at)).all()


def proposed(case: Case, form: Form) -> dict[str, str]:
    """What the fields of a form are filled with before a person looks at them."""
    known = {**facts_of(case, form), "reason": _reason(case)}
    return {one.name: str(known.get(one.prefill, "")) for one in form.fields if one.prefill}


def _reason(case: Case) -> str:
    """The words with which the case was refused or its mediation ended."""
    told = (
        line.words for line in audit.trail(case.id) if line.entry.event in ("case.refuse", "case.end", "case.retract")
    )
    return next(filter(None, told), "")


# In words ------------------------------------------------------------------------------------------------------------


def day(moment: date | datetime | None) -> str:
    """2026年11月8日"""
    if moment is None:
        return ""
    on = clock.on(moment) if isinstance(moment, datetime) else moment
    return f"{on.year}年{on.month}月{on.day}日"


def english_day(moment: date | datetime | None) -> str:
    """8 November 2026"""
    if moment is None:
        return ""
    on = clock.on(moment) if isinstance(moment, datetime) else moment
    return f"{on.day} {get_month_names('wide', locale='en')[on.month]} {on.year}"


def money(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"


def capital(amount: Decimal | None) -> str:
    """人民币肆仟陆佰捌拾元整, as amounts are written where nobody may add to them."""
    return "" if amount is None else f"人民币{cn2an.an2cn(str(amount.normalize().__format__('f')), 'rmb')}"
