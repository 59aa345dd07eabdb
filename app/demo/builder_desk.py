"""What lies on the desks: documents and their service, call-backs, tasks, absences, own lists, files called in.

So few that the services themselves write them, when all the cases are there.
"""

from __future__ import annotations

import io
import tomllib
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import xlsxwriter
from sqlalchemy import func, select

from app.accounts import absence
from app.bureau import services as bureau
from app.bureau.queries import case_of
from app.cases.callbacks import services as callbacks
from app.cases.claimants import queries as claims
from app.cases.claimants import services as claimants
from app.cases.models import REPORT, Case, CaseClock, CaseState, Outcome
from app.cases.papers import services as papers
from app.cases.papers.facts import proposed
from app.cases.papers.models import CaseDocument
from app.cases.papers.workflow import PAPER
from app.cases.phrases import services as phrases
from app.cases.services import Complaint, contact, lodge, parties
from app.cases.services.intake import Agent, Complainant
from app.cases.settings import services as settings
from app.cases.tasks import services as tasks
from app.cases.workflow import CASE
from app.cases.worklist import bulk, export, presence
from app.cases.worklist import queries as liked
from app.cases.worklist import services as worklist
from app.core import clock
from app.deadlines import ClockState
from app.deadlines.services import Amendment, amend
from app.demo.builder_papers import paper
from app.demo.builder_town import counties, one_by_one, staff, workday
from app.demo.city import DATA
from app.demo.people import phone
from app.documents import letterhead, library
from app.documents.kinds import kinds
from app.files.accept import EVIDENCE, accept
from app.handbook import services as handbook
from app.investigations import workflow as investigations
from app.mediation.models import Confirmation
from app.mediation.queries import agreement_of
from app.mediation.services import confirming, feeds
from app.notifications import services as notices
from app.transfer import services as transfer
from tenants import realm
from tenants.database import db
from tenants.realm import BUREAU_ID, Place
from tenants.registry import registry

ON_PAPER = ("linhe", "qingshan")  # setting a document takes half a second, so not every center has its own
INVITED = ("zhoulan", "fangzhou", "duanhong")  # handlers whose names the README hands out
AFTER_THE_DESKS = timedelta(minutes=28)
OF_THE_THING = ("P01", "P03", "P06", "P07")  # problems that a laboratory can say something about
PHONES = 900_000  # from here on the numbers of people who stand in nobody's life
# Told in each county by other people: no two of them in the same words.
STREAM = "主播说这件羽绒服含绒量百分之九十，收到后送检只有百分之{found}。客服称是主播个人行为，平台也不处理。"
TOGETHER = "我们五个人在同一家驾校报名，交费后{months}个月没有安排练车，教练离职，学校让我们等通知。要求退还学费。"
ABROAD = (
    "I booked a hotel room for {nights} nights from {day} and paid in advance. On arrival the room was not available. "
    "酒店不同意退款。"
)
ASKED = "想问一下，{months}个月前买的手机坏了，拆封过还能不能保修？发票丢了有没有关系？只是咨询，不投诉。"
PETITION = "反映{road}路口公交站取消后老年人出行不便，之前向街道反映{times}次没有答复，希望上级过问。"
PROPOSED = "建议在{road}路农贸市场的公平秤旁张贴使用说明，并公布复秤电话。{times}次去都没有看到说明。"
REQUESTED = "申请公开{county}{year}年预付式消费投诉的数量和办理情况，希望以电子邮件答复。"
PEOPLE = ("苏若澜", "程以安", "谢知夏", "陆景和", "白砚秋")
ROADS = ("学府", "滨河", "建设", "和平", "迎宾", "柳荫", "长宁", "望江")
TASKS = (
    ("联系经营者，确认其书面答复的时间。", 0, True),
    ("补齐消费者付款凭证，归入卷宗。", 2, False),
    ("走访门店，核对是否正常营业。", 4, False),
)
CONTACTS = (
    ("merchant", "phone", False, "响铃无人接听，下午再拨。"),
    ("merchant", "phone", True, "店长称已报总部，三个工作日内书面答复。"),
    ("consumer", "message", True, "已告知消费者办理进展，约定下周调解。"),
)
PHRASES: dict[str, list[dict[str, Any]]] = tomllib.loads((DATA / "phrases.toml").read_text("utf-8"))
FOR_THE_COURT = {
    "facts_found": "投诉人支付预付款后要求退还余额，双方对剩余金额无争议。",
    "court": "人民法院",
}
WARRANTY = "手机自售出之日起整机保修一年，拆封不影响保修；发票遗失的，可凭购货记录核实。"
OPENNESS = "请向制作该信息的行政机关的政府信息公开工作机构申请，写明姓名、身份证明、联系方式和所需信息的名称。"
CALLED = ("answered", 5, ""), ("answered", 4, ""), ("answered", 2, "履行比约定晚了十天。"), ("nobody", None, "")
HOTLINE = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "点赞数", "反对数")
CALLS = (
    ("反映某洗车店充值卡不能使用", "车主充值后门店换了老板，新老板不认原来的卡，要求退还余额。"),
    ("反映快递柜超时收费", "快递未经同意放进柜子，超时还要付费，认为不合理。"),
    ("咨询", ""),
)
STORM = ("台风停工", "Closed for a typhoon", "江政办发〔2026〕31号", "应急响应期间全市停工一天")


def lay_out(now: datetime) -> None:
    """In every county and at the bureau, as of this moment."""
    for place in counties(now):
        _at_the_desk(place)
    with clock.freeze(now + AFTER_THE_DESKS), realm.enter(registry.realm(BUREAU_ID), db.leave):
        _at_the_bureau()
        db.session.commit()


def _at_the_desk(place: Place) -> None:
    admins, directors, clerks, handlers = map(staff, ("center_admin", "director", "clerk", "handler"))
    if not all((admins, directors, clerks, handlers)):
        return
    admin, director, clerk = admins[0], directors[0], clerks[0]
    todo: list[Callable[[], object]] = [
        partial(_set_up, admin, director, handlers[0]),
        *_special(place, clerk),
        partial(_located, place, handlers[0]),
        partial(_call_back, clerk),
        partial(_tasks, director, handlers),
        partial(_lists, director, handlers[0]),
    ]
    if place.slug in ON_PAPER:
        todo += [
            partial(_form, place, admin),
            partial(_papers, handlers[0], director),
            partial(_to_the_court, handlers[0]),
            partial(_tested, handlers[0], director),
            partial(_messages, place, clerk),
        ]
    one_by_one(*todo, partial(_away, director, handlers))


def _set_up(admin: Any, director: Any, handler: Any) -> None:
    settings.change(director, call_backs="all")
    rule = claims.rules().get("LC1", claims.USUAL["LC1"])
    claimants.change_rule(admin, "LC1", seen=0, least=rule.least + 1, days=rule.days, active=True)
    for one in PHRASES["center"]:
        phrases.add(admin, **one, of_center=True)
    for one in PHRASES["own"]:
        phrases.add(handler, **one)


def _form(place: Place, admin: Any) -> None:
    letterhead.change(admin, prefix=f"{place.short_name[:1]}消保")
    form = kinds()["mediation-notice"]
    library.replace(form, admin, name="投诉调解通知书（本中心格式）.docx", content=io.BytesIO(form.shipped))


def _away(director: Any, handlers: Sequence[Any]) -> None:
    """Somebody is on leave from today, but nobody whom a visitor is invited to be."""
    person = next(one for one in reversed(handlers) if one.login not in INVITED)
    absence.enter(director, person=person.id, first_on=clock.today(), last_on=_in(4), deputy=director.id)


def _in(days: int) -> date:
    return clock.today() + timedelta(days=days)


def _cases(most: int, *wanted: Any) -> list[Case]:
    found = select(Case).where(*wanted, Case.nature != REPORT).order_by(Case.received_at.desc(), Case.number)
    return list(db.session.scalars(found.limit(most)))


def _special(place: Place, clerk: Any) -> list[Callable[[], object]]:
    """What came in today: several people and their agent, a purchase in a live stream, a guest from abroad."""
    mine, other = PHONES + place.id * 100, place.id % 8
    others = [Complainant(name, phone(mine + n), consented=True) for n, name in enumerate(PEOPLE[1:], 1)]
    several = Complaint(
        facts=TOGETHER.format(months=4 + other), demand="退还学费。", title="驾校收费后半年不安排练车",
        name=PEOPLE[0], phone=phone(mine), category="S0303", problem="P02", claims=("C06",),
        merchant_name="顺达驾校", others=others,
    )  # fmt: skip
    stream = Complaint(
        facts=STREAM.format(found=31 + 3 * other), demand="退一赔三。", title="直播间羽绒服含绒量不符",
        name="叶清和", phone=phone(mine + 10),
        merchant_name="暖冬服饰旗舰店", place="platform", platform="某短视频平台", stream="暖冬直播间",
        category="S0502", problem="P05", claims=("C04", "C11"),
        order_number=f"DD2026{mine}", amount=Decimal(599), purchased_on=_in(-16),
    )  # fmt: skip
    guest = ABROAD.format(nights=2 + other % 3, day=f"{_in(-9 - other):%-d %B}")
    abroad = Complaint(
        facts=guest, demand="Refund of the deposit. 退还预付房费。", title="预订酒店到店无房不退款", name="Ada Merrow",
        phone=phone(mine + 11), category="S0102", problem="P02", claims=("C10",),
        merchant_name="临江酒店", traits=("foreign",), amount=Decimal(860),
    )  # fmt: skip
    asked = Complaint(
        facts=ASKED.format(months=5 + other), title="咨询手机保修", name="路清扬", phone=phone(mine + 12), nature="Q",
    )  # fmt: skip
    petition = Complaint(
        facts=PETITION.format(road=ROADS[other], times=2 + other), title="反映公交站点取消", name="温如故",
        phone=phone(mine + 13), nature="X", channel="letter",
    )  # fmt: skip
    proposed = Complaint(
        facts=PROPOSED.format(road=ROADS[other - 1], times=2 + other), title="建议公布公平秤使用说明", name="江望舒",
        phone=phone(mine + 14), nature="S",
    )  # fmt: skip
    requested = Complaint(
        facts=REQUESTED.format(county=place.short_name.removesuffix("中心"), year=clock.today().year - 1),
        title="申请公开预付消费投诉办理情况", name="秦墨白",
        phone=phone(mine + 15), nature="G", channel="mail",
    )  # fmt: skip
    agent = Agent("闻人语", phone(mine + 9), "", "代为投诉、参加调解", _in(90))
    return [
        partial(_together, several, agent, clerk),
        partial(lodge, stream, clerk),
        partial(_in_english, abroad, clerk, _issue if place.slug in ON_PAPER else _draft),
        partial(_answered, asked, staff("handler")[0], clerk),
        partial(lodge, petition, clerk),
        partial(lodge, proposed, clerk),
        partial(_shown_the_way, requested, staff("handler")[0], clerk),
    ]


def _together(several: Complaint, agent: Agent, clerk: Any) -> None:
    case = lodge(several, clerk).case
    db.session.flush()
    parties.elect(case, clerk, {0, 2}, text="五人签名的推选书")
    parties.authorise(case, clerk, agent)


def _answered(asked: Complaint, handler: Any, clerk: Any) -> None:
    """Only a question: it is answered on the spot, and on paper."""
    _draft(_guided(asked, handler, clerk, WARRANTY), "guidance", handler)


def _shown_the_way(requested: Complaint, handler: Any, clerk: Any) -> None:
    """Not for this center to decide: where to apply is told."""
    _guided(requested, handler, clerk, OPENNESS)


def _guided(told: Complaint, handler: Any, clerk: Any, words: str) -> Case:
    case = lodge(told, clerk).case
    db.session.flush()
    CASE.take("guide", case, by=handler, text=words)
    db.session.flush()
    return case


def _in_english(abroad: Complaint, clerk: Any, hand_out: Callable[..., object]) -> None:
    """A guest from abroad is given a receipt that can be read, and is to be asked for their passport."""
    case, handler = lodge(abroad, clerk).case, staff("handler")[0]
    db.session.flush()
    hand_out(case, "receipt-en", handler)
    _draft(case, "identity-notice-en", handler)


def _located(place: Place, handler: Any) -> None:
    """Of a report of which the clue is being checked, it has been asked where it took place."""
    checked = Case.nature == REPORT, Case.status == CaseState.LODGED.value, Case.given_title != ""
    for case in db.session.scalars(select(Case).where(*checked).order_by(Case.received_at, Case.number).limit(1)):
        county = place.name.partition("消费者权益保护")[0]
        CASE.take("describe", case, by=handler, act_place=f"{county}{ROADS[place.id % 8]}路口")


def _draft(case: Case, code: str, by: Any) -> CaseDocument:
    form, on = kinds()[code], clock.today()
    sits_on = workday(-1 if code == "minutes" else 3)
    here = {
        "place": "本中心一楼调解室",
        "mediator": by.name,
        "session_at": f"{sits_on:%Y年%-m月%-d日}上午九时",
        "phone": letterhead.present().telephone,
        "provide_by": workday(5).isoformat(),
    }
    goods = (case.category or "").startswith("G")
    said = {
        **here,
        **FOR_THE_COURT,
        "present": "消费者、经营者代表",
        "reason": "因需对商品进行检测。" if goods else "因需等待有关部门复函。",
    }
    known = {name: value for name, value in proposed(case, form).items() if value}
    told = {
        one.name: "" if one.personal else said.get(one.name) or (on.isoformat() if one.kind == "date" else one.sample)
        for one in form.fields
    }
    made = papers.draft(case, form, by, filled={**told, **known})
    db.session.flush()
    return made


def _issue(case: Case, code: str, by: Any, served: Sequence[tuple[str, str, str]] = ()) -> None:
    made = _draft(case, code, by)
    PAPER.take("issue", made, by=by)
    db.session.flush()
    for party, mode, note in served:
        proof = [paper("送达回证.jpg")] if mode == "handed" else []
        papers.serve(made, case, by, party=party, mode=mode, served_on=clock.today(), note=note, proof=proof)
    db.session.flush()


def _papers(handler: Any, director: Any) -> None:
    """Issued and served, in draft, void, and one that waits for the director."""
    mediating = _cases(3, Case.status == CaseState.MEDIATING.value)
    for case in mediating:
        _issue(case, "acceptance", handler, [("consumer", "handed", "本人签收")])
        _issue(case, "mediation-notice", handler, [("consumer", "message", ""), ("merchant", "post", "EMS 快递")])
    if mediating:
        _draft(mediating[0], "minutes", handler)
        void = _draft(mediating[-1], "suspension", handler)
        PAPER.take("issue", void, by=handler)
        db.session.flush()
        PAPER.take("void", void, by=director, text="中止日期写错，另行制作。")
    for case in _cases(1, Case.status.in_([CaseState.SETTLED.value, CaseState.ENDED.value])):
        PAPER.take("submit", _draft(case, "closing", handler), by=handler)
        db.session.flush()


def _to_the_court(handler: Any) -> None:
    """An agreement that the two want confirmed: effective, and applied for."""
    for case in _cases(3, Case.outcome == Outcome.SETTLED.value, Case.prepaid):
        known = select(Confirmation.id).where(Confirmation.case_id == case.id)
        agreement = agreement_of(case).agreement
        if agreement is None or db.session.scalar(known) or not _in(-20) <= agreement.agreed_on <= clock.today():
            continue
        for code in ("mediation-agreement", "judicial-confirmation"):
            _issue(case, code, handler)
        confirming.note(
            case, agreement, None, handler,
            effective_on=agreement.agreed_on, applied_on=clock.today(), status="applied", court=FOR_THE_COURT["court"],
        )  # fmt: skip
        return


def _call_back(clerk: Any) -> None:
    """Of the cases closed last some were asked; one of them is not content, one could not be reached, some wait."""
    over = (Case.status == CaseState.CLOSED.value, Case.outcome != Outcome.TAKEN_BACK.value)
    latest = select(Case).where(*over).order_by(Case.closed_at.desc(), Case.number)
    for place, case in enumerate(db.session.scalars(latest.limit(7))):
        row = callbacks.draw(case)
        if row is not None and place < len(CALLED):
            result, satisfaction, said = CALLED[place]
            told: dict[str, Any] = (
                {"satisfaction": satisfaction, "reason": said} if result == "answered" else {"remark": "无人接听"}
            )
            callbacks.attempt(row, clerk, result=result, **told)


def _tasks(director: Any, handlers: Sequence[Any]) -> None:
    for case, (text, ahead, done) in zip(
        _cases(len(TASKS), Case.status == CaseState.MEDIATING.value), TASKS, strict=False
    ):
        task = tasks.give(director, case=case, assignee=handlers[0].id, text=text, due_on=_in(ahead))
        db.session.flush()
        if done:
            tasks.finish(task, handlers[0])
            for whom, way, reached, said in CONTACTS:
                contact(case, handlers[0], whom=whom, way=way, reached=reached, text=said)
    tasks.give(handlers[0], assignee=handlers[0].id, text="整理本月调解笔录，周五前归档。", due_on=_in(3))


def _tested(handler: Any, director: Any) -> None:
    """A thing that is tested, so that the mediation waits, and what is recommended to a department meanwhile."""
    bought = Case.status == CaseState.MEDIATING.value, Case.category.startswith("G")
    goods = _cases(1, *bought, Case.problem.in_(OF_THE_THING)) or _cases(1, *bought)
    if not goods:
        return
    one = investigations.propose(goods[0], director, scope="complex", text="同型号商品多次投诉，需委托检测。")
    market = registry.find("scjg")
    ordered = {"laboratory": "江州市产品质量检验院", "tested": "同型号商品一台", "payer": "双方约定先行垫付"}
    advised = {"office": "", "findings": "同型号商品近三个月投诉五起，反映同一问题。"}
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        ("order", {"answer_by": _in(15), "text": "是否存在质量缺陷。", "said": ordered}),
        (
            "advise",
            {
                "department": str(market.id) if market else "",
                "answer_by": _in(20),
                "text": "建议对该型号商品开展监督抽查。",
                "said": advised,
            },
        ),
    )
    for step, told in steps:
        db.session.flush()
        investigations.INVESTIGATION.take(step, one, by=handler, **told)


def _lists(director: Any, handler: Any) -> None:
    """How people like their queue, what they look at again and again, what they did to many, and what they took out."""
    worklist.keep(handler, {"trait": "prepaid"}, name="预付卡")
    worklist.keep(director, {"due": "late"}, name="超期案件", shared=True)
    worklist.like(handler, columns=list(liked.CHOICES)[:6], density="compact")
    open_ones = _cases(3, Case.status == CaseState.ACCEPTED.value)
    if open_ones:
        numbers = [case.number for case in open_ones]
        bulk.begin(bulk.ACTIONS["flag"], bulk.chosen(director, numbers), director, flag="urgent", text="本周内开展调解")
        presence.keep_draft(open_ones[0], handler, "已电话联系经营者，对方称明天答复。")
    export.begin(director, {"status": CaseState.MEDIATING.value})
    feeds.make(handler)
    for person in (director, handler):  # who have worked here for long
        handbook.put_away(person)
    for case in _cases(1, Case.status == CaseState.MEDIATING.value):
        notices.mute(case, by=director)
    notices.wish(3, by=handler)


def _messages(place: Place, clerk: Any) -> None:
    """A small sheet of the hotline, with a row that cannot be taken."""
    out, came = io.BytesIO(), f"{workday(-1):%Y/%m/%d} 09:12"
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HOTLINE)
        for line, (subject, words) in enumerate(CALLS, 1):
            sheet.write_row(line, 0, (f"R{place.id:02d}{line:05d}", "市民", subject, came, words, 0, 0))
    out.seek(0)
    kinds_taken = {".xlsx": EVIDENCE[".xlsx"]}
    batch = transfer.begin(accept(out, "12345转办件.xlsx", kinds=kinds_taken), clerk)
    db.session.flush()
    transfer.start(batch, batch.columns, clerk)


def _at_the_bureau() -> None:
    """A day off that was announced late, on which many time limits end; two files that were called in."""
    supervisor, admin = staff("supervisor")[0], staff("bureau_admin")[0]
    ends = (
        select(CaseClock.due_on)
        .where(CaseClock.state == ClockState.RUNNING, CaseClock.due_on > _in(9))
        .group_by(CaseClock.due_on)
        .order_by(func.count().desc(), CaseClock.due_on)
    )
    if day := db.session.scalars(ends.limit(1)).first():
        name, name_en, source, reason = STORM
        amend(Amendment(day, day, "holiday", name, name_en, source, reason), admin)
        db.session.commit()
    late = (
        select(Case.tenant_id, Case.number)
        .where(Case.status == CaseState.MEDIATING.value, Case.due_on < clock.today())
        .order_by(Case.due_on, Case.tenant_id, Case.number)
    )
    for place, (center, number) in enumerate(db.session.execute(late.limit(2)).all()):
        case = case_of(registry.by_id(center), number)
        reason = "办理超期，核查调解过程和中止依据。" if place else "市长热线交办，核查退款进展。"
        grant = bureau.call_in(case, supervisor, extent="file", reason=reason, days=3, longest=14)
        db.session.commit()
        if place:
            bureau.give_back(grant, supervisor)
            db.session.commit()
