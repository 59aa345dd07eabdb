"""A complaint of East with everything in it that a document may speak of, made by the services."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.advocacy import services as advocacy
from app.advocacy.models import Exposure, LitigationSupport
from app.advocacy.workflow import WORKFLOWS, ask
from app.cases.models import Case
from app.cases.papers import services as papers
from app.cases.papers.workflow import PAPER
from app.cases.services import Complaint, attach, consents, lodge, parties
from app.cases.services.intake import Agent, Card, Complainant
from app.cases.workflow import CASE
from app.core import clock
from app.documents import letterhead
from app.documents.kinds import kinds
from app.files.accept import accept
from app.handoffs import services as handoffs
from app.investigations import queries as investigations
from app.investigations.workflow import INVESTIGATION, propose
from app.mediation import queries as mediation
from app.mediation.services import performance, register, sessions
from app.mediation.services.sessions import Plan
from app.mediation.workflow import SESSION
from app.merchants import services as merchants
from app.merchants.dealings import services as dealings
from app.merchants.dealings.workflow import INTERVIEW
from tenants.database import db
from tests.cases.conftest import TOLD
from tests.consents import agreed
from tests.handoffs.conftest import REQUEST
from tests.town import EAST

# By which somebody would be known: none of it may reach the business that a report is about.
SECRETS = (
    *("林晓梅", "13812346027", "林晓东", "13811112222", "王建国", "13822223333", "李若兰", "柳荫路", "DD-2026-77"),
    *("YD880012345678", "万象商场", "有亲属在该店", "约定再议", "本人签收", "检测委托书", "收据.txt", "转账.txt"),
)


def rich(town: Any) -> Case:
    """In a transaction of East: mediated, stopped and lengthened, settled in two parts of which one was paid."""
    director, handler = town.person(EAST, "director"), town.person(EAST, "handler")
    letterhead.change(
        director, prefix="", address="东县人民路12号", telephone="0309-6110315", hours="周一至周五 9:00—17:00"
    )
    gym = merchants.add(
        handler,
        name="东县悦动健身有限公司",
        credit_code="91330100MA2B0C7X3T",
        address="东县河滨路8号",
        contact_phone="0309-6110888",
    )
    case = lodge(_told(gym), handler, evidence=[_file("收据.txt")]).case
    db.session.flush()
    parties.elect(case, handler, {0, 2}, text="三人签名的推选书")
    take(case, handler, "accept", title="退费", summary="闭店未退", category="S0401", problem="P02")
    take(case, handler, "mediate")
    _beside(case, gym, handler, director)
    _meet(case, handler, director)
    _wait(case, handler, director)
    _settle(case, handler)
    _serve(case, handler)
    db.session.flush()
    return case


def take(case: Case, by: Any, step: str, **facts: Any) -> None:
    CASE.take(step, case, by=by, **facts)
    db.session.flush()


def _file(name: str) -> Any:
    return accept(io.BytesIO(name.encode()), name)


def _ago(days: int) -> Any:
    return clock.today() - timedelta(days=days)


def _told(gym: Any) -> Complaint:
    return replace(
        TOLD,
        address="江州市东县城关镇柳荫路12号3幢502室",
        id_number="110101199003078478",
        amount=Decimal(4680),
        claims=("C04",),
        purchased_on=_ago(200),
        order_number="DD-2026-77",
        place="live",
        platform="某短视频平台",
        stream="暖冬直播间",
        reference="12345-20261108-0031",
        merchant=gym,
        card=Card("YD880012345678", Decimal(6000), Decimal(1320), _ago(200), "东县万象商场", _ago(20), "merchant"),
        agent=Agent("林晓东", "13811112222", "", "代为参加调解，代为变更请求。", _ago(-90)),
        others=(
            Complainant("王建国", "13822223333", Decimal(900), consented=True),
            Complainant("李若兰", "13833334444", Decimal(700), consented=True),
        ),
        received_at=clock.now() - timedelta(days=9),
    )


def _beside(case: Case, gym: Any, handler: Any, director: Any) -> None:
    """A letter to a department, an interview, an investigation, a lawsuit that is supported, and an exposure."""
    handoffs.send(case, director, **REQUEST, files=[])
    talk = dealings.call_in(
        gym, handler, held_at=clock.now() - timedelta(hours=2), said={"place": "本单位会议室"}, text="退款安排",
        case=case.number,
    )  # fmt: skip
    said = {"present": "法定代表人钱某"}
    INTERVIEW.take("hold", talk, by=handler, held_at=talk.held_at, said=said, text="告知林晓梅等人的投诉")
    dealings.note(gym, handler, due_on=_ago(-15), text="完成退款登记", interview=str(talk.id))
    one = propose(case, director, scope="complex", text="牵涉多家门店")
    db.session.flush()
    seen = {"place": "河滨路8号门店", "present": "东承办、东同事"}
    INVESTIGATION.take("visit", one, by=handler, visited_at=clock.now(), text="门店关闭", said=seen)
    one.findings = "收取预付款后闭店"
    for kind, chosen in (("litigation", {"means": "letter"}), ("exposure", {"medium": "press"})):
        ask(case, handler, kind, text="多家门店闭店不退款", **chosen)
        db.session.flush()
    shown, lawsuit = advocacy.of_case(Exposure, case), advocacy.of_case(LitigationSupport, case)
    WORKFLOWS["exposure"].take("check", shown, by=handler, checked_on=clock.today(), text="已核对合同")
    WORKFLOWS["exposure"].take("hear", shown, by=handler, heard_on=clock.today(), text="经营者未答复")
    WORKFLOWS["litigation"].take("approve", lawsuit, by=director)
    court = {"court": "东县人民法院", "court_number": "（2026）江01民初77号"}
    WORKFLOWS["litigation"].take("file", lawsuit, by=handler, filed_on=clock.today(), said=court)


def _meet(case: Case, handler: Any, director: Any) -> None:
    """One session was held, one is to come, and a mediator keeps out of them."""
    room = register.add_room(director, name="调解室一", place="一楼", seats=8)
    lawyer = register.enter(director, kind="person", name="秦律师", speciality="预付卡", contract="委2026-3")
    friend = register.enter(director, kind="person", name="韩律师", contract="委2026-4")
    db.session.flush()
    agreed(case, handler)
    consents.note(case, handler, matter=consents.PUBLISH, side="consumer", given=True, said_on=clock.today())
    who: dict[str, Any] = {"room": room, "recorder": handler, "consumers": "林晓梅本人", "merchants": "店长钱某"}
    held = sessions.arrange(case, handler, Plan(clock.at(_ago(2), 9, 30), 90, "room", [lawyer], **who))
    db.session.flush()
    SESSION.take("hold", held, by=handler, came=["consumer", "merchant"], text="林晓梅要求退款，双方约定再议。")
    db.session.flush()
    sessions.arrange(case, handler, Plan(clock.at(_ago(-7), 14), 60, "room", [lawyer], **who))
    sessions.recuse(case, friend, handler, asked_by="merchant", reason="林晓梅称其有亲属在该店", granted=True)
    db.session.flush()


def _wait(case: Case, handler: Any, director: Any) -> None:
    """Testing, on a paper that is in the file; and a limit beside it that was extended. Then it goes on."""
    (file,) = attach(case, handler, [_file("检测委托书.txt")])
    db.session.flush()
    take(case, handler, "pause", reason="testing", evidence="JC-2026-17", on=clock.today(), file=str(file.id))
    take(case, handler, "resume", on=clock.today())
    take(case, handler, "add_limit", limit="order-121/1/case_decision", on=_ago(3))
    told = {"clock": "case_decision", "amount": 15, "evidence": "YQ-2026-3", "text": "需等待检测结果"}
    take(case, director, "extend", **told)
    ordered = {"laboratory": "江州市产品质量检验院", "tested": "跑步机一台", "payer": "双方垫付"}
    one = investigations.found(case)
    INVESTIGATION.take("order", one, by=handler, answer_by=_ago(-15), text="是否有缺陷", said=ordered)
    db.session.flush()
    INVESTIGATION.take("receive", one, by=handler, order="1", ended_on=clock.today(), text="没有缺陷")
    db.session.flush()


def _settle(case: Case, handler: Any) -> None:
    """In two parts, the first paid today, and before the court."""
    today = clock.today()
    parts = f"{today} 2340 首期\n{today + timedelta(days=30)} 2340 尾款"
    told = {"terms": "分两期退还", "amount": Decimal(4680), "instalments": parts, "effective_on": today}
    take(case, handler, "settle", on=today, consented=True, **told)
    agreed = mediation.agreement_of(case)
    first = agreed.parts[0]
    performance.note(first, case, handler, status="done", on=today, proofs=[_file("转账.txt")], remark="林晓梅已收到")
    if agreed.confirmation:
        agreed.confirmation.court = "东县人民法院"
    db.session.flush()


def _serve(case: Case, handler: Any) -> None:
    """A decision that the consumer has got."""
    paper = papers.draft(case, kinds()["acceptance"], handler, filled={})
    db.session.flush()
    PAPER.take("issue", paper, by=handler)
    db.session.flush()
    papers.serve(paper, case, handler, party="consumer", mode="handed", served_on=clock.today(), note="本人签收")
