"""Two counties at work, each with a neighbour and a department: something of every kind, in every state.

East and West never meet: what East hands to North and to the market department is nothing to West, and the reverse.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from shutil import copytree
from typing import Any

from sqlalchemy import Engine, text

from app import deadlines
from app.accounts import absence
from app.advocacy import workflow as advocacy
from app.bureau import services as bureau
from app.bureau.queries import case_of, grant_for
from app.cases import services as cases
from app.cases.callbacks import services as callbacks
from app.cases.claimants import services as claimants
from app.cases.links import services as links
from app.cases.papers import services as papers_of
from app.cases.papers.workflow import PAPER
from app.cases.phrases import services as phrases
from app.cases.queries import by_number, files_of
from app.cases.services import Complaint, dividing, lists, parties
from app.cases.services.intake import Agent, Card, Complainant
from app.cases.settings import services as settings
from app.cases.shares import queries as shares_of
from app.cases.shares import services as shares
from app.cases.suggestions import learning
from app.cases.suggestions import services as suggestions
from app.cases.suggestions.learning import Told
from app.cases.tasks import services as tasks
from app.cases.workflow import CASE
from app.cases.worklist import bulk, export, presence
from app.cases.worklist import queries as liked
from app.cases.worklist import services as worklist
from app.core import clock
from app.core.numbering import Counter
from app.deadlines.services import Amendment, amend
from app.documents import letterhead, library
from app.documents.kinds import kinds
from app.facts import services as facts
from app.files.accept import EVIDENCE, accept
from app.files.store import store
from app.groups import services as groups
from app.groups.queries import ledger
from app.handbook import services as handbook
from app.handoffs import queries as letters
from app.handoffs import services as handoffs
from app.handoffs.workflow import LETTER
from app.investigations import workflow as investigations
from app.jobs import drain
from app.mediation import queries as mediation
from app.mediation.services import feeds, offers, performance, register, sessions
from app.mediation.services.sessions import Plan
from app.mediation.workflow import SESSION
from app.merchants import services as merchants
from app.merchants.dealings import services as dealings
from app.merchants.dealings.workflow import COMMITMENT, INTERVIEW
from app.merchants.merging import services as merging
from app.merchants.queries import by_number as merchant_by_number
from app.notifications import services as notices
from app.transfer import services as transfer
from tenants.bases import uuid7
from tenants.database import db
from tenants.registry import registry
from tests.conftest import forget, keep_in
from tests.consents import agreed
from tests.files import specimens as papers
from tests.town import CITY, EAST, MARKET, NORTH, PASSWORD, WEST, Town
from tests.transfer.test_sheet import book

COUNTIES = (EAST, WEST)
APART = 500  # between the numbers of one county and of the next, so that a number of one is none of the other

_ORDERED = ("laboratory", "tested", "payer")
_ADVISED: dict[str, Any] = {"text": "加强检查", "said": {"office": "省通信管理局", "findings": "多家门店闭店"}}


def _receipt() -> Any:
    return accept(io.BytesIO("收款码".encode()), "收款码.txt")


def telling(step: str) -> dict[str, Any]:
    """What has to be said with a step of a case."""
    today = clock.today()
    return {
        "refuse": {"ground": "NA3", "text": "不是为生活消费需要"},
        "withdraw": {"text": "电话撤回", "consented": True},
        "session": {"on": today, "text": "双方到场"},
        "settle": {
            "on": today,
            "terms": "分三期退还",
            "amount": Decimal("4680.00"),
            "instalments": f"{today} 1680 首期\n{today + timedelta(days=30)} 3000 尾款",
            "effective_on": today,
            "consented": True,
        },
        "end": {"ground": "T3", "text": "商家拒绝退款"},
    }.get(step, {})


@dataclass
class Scenario:
    """The town after a busy day."""

    town: Town
    root: Engine
    cases: dict[str, dict[str, str]]  # slug -> status -> number of a case that stands there

    def rows(self, query: str, **facts: Any) -> list[Any]:
        """Look behind the walls."""
        with self.root.connect() as connection:
            return list(connection.execute(text(query), facts))

    @property
    def files(self) -> Path:
        return store.root

    def tenant(self, slug: str) -> int:
        place = registry.find(slug)
        assert place is not None
        return place.id


def build(app: Any, root: Engine) -> Scenario:
    """Everybody in the town has worked a little: once for a process, and put back as it was then."""
    schema, kept = ("counties" if _built else "town"), store.root.with_name("counties")
    with root.begin() as connection:
        connection.execute(text(f"select {schema}.restore()"))
    forget()
    if not _built:
        _built.append(_work(Town(app), root))
        with root.begin() as connection:
            for statement in keep_in("counties"):
                connection.exec_driver_sql(statement)
        copytree(store.root, kept)
    copytree(kept, store.root, dirs_exist_ok=True)  # others have swept some away, and planted their words in some
    return _built[0]


_built: list[Scenario] = []


def _work(town: Town, root: Engine) -> Scenario:
    """Services only."""
    built = {}
    for ordinal, slug in enumerate(COUNTIES):
        _set_numbers_apart(town, slug, ordinal * APART)
        built[slug] = County(town, slug).work()
        drain()
    _call_in_and_give_back(town, built[WEST]["mediating"])
    _change_the_calendar(town)
    for place in registry.places().values():
        with town.at(place.slug):
            facts.catch_up()
            db.session.commit()
    drain()
    return Scenario(town, root, built)


def _set_numbers_apart(town: Town, slug: str, by: int) -> None:
    kinds = ("case", "merchant", "group", "import", "letter", "handoff-referral", "handoff-request")
    with town.at(slug):
        for kind in kinds if by else ():
            db.session.add(Counter(id=uuid7(), kind=kind, year=clock.today().year, last=by))
        db.session.commit()


def _change_the_calendar(town: Town) -> None:
    """The day on which mediations that began today end becomes a day off: all of them move, and nobody else."""
    with town.at(CITY):
        last = deadlines.load_calendar().add_calendar_days(clock.today(), 60)
        off = Amendment(last, last, "holiday", "停工一天", "Day off", "江政办发〔2026〕7号", "台风")
        amend(off, town.person(CITY, "admin"))
        db.session.commit()
    drain()


def _call_in_and_give_back(town: Town, number: str) -> None:
    """A grant that was, so that the bureau has one in its list and holds none."""
    with town.at(CITY):
        supervisor = town.person(CITY, "supervisor")
        found = case_of(registry.find(WEST), number)  # type: ignore[arg-type]  # West is there
        bureau.call_in(found, supervisor, extent="file", reason="核查办理质量", days=1, longest=14)
        db.session.commit()
        grant = grant_for(found, supervisor)
        assert grant is not None
        bureau.give_back(grant, supervisor)
        db.session.commit()


class County:
    """One county's day."""

    def __init__(self, town: Town, slug: str) -> None:
        self.town, self.slug = town, slug
        place = registry.find(slug)
        assert place is not None
        self.id, self.name = place.id, place.short_name
        self.lodged = 0

    def by(self, login: str) -> Any:
        return self.town.person(self.slug, login)

    def work(self) -> dict[str, str]:
        self.keep_the_register()
        self.keep_the_lists()
        self.keep_the_mediators()
        standing = {
            "lodged": self.lodge(),
            "accepted": self.lodge("accept"),
            "mediating": self.lodge("accept", "mediate", "session"),
            "settled": self.lodge("accept", "mediate", "settle"),
            "ended": self.lodge("accept", "mediate", "end"),
            "refused": self.lodge("refuse"),
            "withdrawn": self.lodge("withdraw"),
            "closed": self.lodge("accept", "mediate", "settle", "close"),
        }
        self.fill_the_file(standing["mediating"])
        self.arrange_sessions(standing["mediating"])
        self.put_in_a_template()
        self.write_papers(standing["mediating"])
        self.perform(standing["settled"])
        self.complain_together(standing["accepted"])
        self.investigate(standing["mediating"])
        self.stand_up_for(standing["ended"])
        self.give_tasks(standing["accepted"])
        self.keep_phrases()
        self.relate(standing["mediating"], standing["accepted"], standing["ended"])
        self.judge(standing["accepted"])
        self.deal_with_a_merchant(standing["accepted"])
        self.call_back(standing["closed"])
        self.learn_categories()
        self.draft_a_refusal(self.lodge(), rejected=True)
        standing["drafted"] = self.draft_a_refusal(self.lodge())
        self.take(self.lodge(), "join_earlier", into=standing["lodged"])
        standing["referred"] = self.refer(NORTH)
        standing["taken_over"] = self.refer(NORTH, "sign", "accept")
        self.ask(MARKET, "sign", "accept", "answer")
        self.ask(MARKET, "sign", "return")
        self.ask(MARKET, "sign", "accept", withdraw=True)
        self.ask(MARKET)
        self.write_letters(standing["accepted"])
        standing["mixed"] = self.lodge(nature="M")
        self.make_a_group()
        self.lodge("accept", "mediate", "settle")  # one to be closed: of the other, papers and clocks come first
        self.take_letters_in()
        self.import_messages()
        self.keep_filters()
        self.come_and_go()
        self.settle_together()
        return standing

    def settle_together(self) -> None:
        """Of three one declines; of what was agreed some is paid to all, and twice something to one alone."""
        others = [
            Complainant(f"林晓{sign}", f"1370000{self.id:02d}1{n}", Decimal(900)) for n, sign in enumerate("菊松", 1)
        ]
        number = self.lodge("accept", others=others, amount=Decimal(4680))
        with self.town.at(self.slug):
            case, handler = by_number(number), self.by("handler")
            last = shares_of.lines(case)[2].party.id
            shares.enter(case, handler, {last: {"agrees": False}}, on=clock.today())
            db.session.commit()
        self.take(number, "settle")
        with self.town.at(self.slug):
            case, handler = by_number(number), self.by("handler")
            for amount in (100, 200):
                line = shares_of.lines(case)[1]
                shares.pay(case, handler, line, amount=Decimal(amount), on=clock.today(), evidence="收条")
                db.session.flush()
            part = shares_of.opened(case).parts[0]
            performance.note(part, case, handler, status="done", on=clock.today())
            db.session.commit()

    def keep_filters(self) -> None:
        """One's own and one for all, and a liking for many columns."""
        with self.town.at(self.slug):
            by = self.by("handler")
            worklist.keep(by, {"merchant": "悦动健身"}, name="健身")
            worklist.keep(by, {"status": "lodged"}, name="待审查", shared=True)
            worklist.like(by, columns=list(liked.CHOICES), density="compact")
            every = bulk.chosen(by, [], {"status": "accepted"})
            bulk.begin(bulk.ACTIONS["flag"], every, by, flag="urgent", text="督促")
            presence.arrive(every[0], by, writes=True)
            presence.keep_draft(every[0], by, "电话无人接听")
            handbook.put_away(by)
            notices.mute(every[0], by=by)
            notices.wish(3, by=by)
            export.begin(self.by("director"), {"merchant": "悦动健身"}, personal=True, reason="年度归档")
            db.session.commit()

    # The register ----------------------------------------------------------------------------------------------------

    def keep_the_register(self) -> None:
        with self.town.at(self.slug):
            made = merchants.add(
                self.by("handler"),
                name=f"{self.name}悦动健身有限公司",
                sign=f"{self.name}悦动健身",
                trade="健身服务",
                address="柳荫路12号",
                contact_name="钱经理",
                contact_phone=f"1391111000{self.id}",
            )
            db.session.commit()
            self.merchant_number = made.number

    def deal_with_a_merchant(self, number: str) -> None:
        """Called in twice: once held with a commitment that was not kept; three entries, of which one is merged."""
        now, today, place = clock.now(), clock.today(), {"place": "中心会议室"}
        with self.town.at(self.slug):
            handler = self.by("handler")
            case = by_number(number)
            assert case.merchant is not None
            merchant = case.merchant
            held = dealings.call_in(merchant, handler, held_at=now, said=place, text="连续闭店", case=number)
            dealings.call_in(merchant, handler, held_at=now + timedelta(days=3), said=place, text="复查")
            INTERVIEW.take("hold", held, by=handler, held_at=now, said={"present": "店长"}, text="同意退款")
            db.session.flush()
            told = {"due_on": today, "text": "七日内退款", "interview": str(held.id)}
            broken = dealings.note(merchant, handler, **told)
            dealings.note(merchant, handler, **told)
            db.session.flush()
            COMMITMENT.take("break", broken, by=handler, checked_on=today, text="电话核实未退款")
            one, other, third = (merchants.add(handler, name=f"{self.name}四季鲜果{n}") for n in ("店", "", "有限公司"))
            db.session.flush()
            merging.merge(one, other, handler)
            db.session.flush()
            merging.keep_apart(other, third, handler)
            for n in ("", "店"):  # these two wait for somebody to look at them
                merchants.add(handler, name=f"{self.name}百味小吃{n}")
            db.session.commit()

    def keep_the_lists(self) -> None:
        with self.town.at(self.slug):
            admin = self.by("admin")
            lists.add(admin, "categories", words=f"{self.name}私教课", parent="S0401")
            lists.change(admin, "channels", "station", words=f"{self.name}维权站")
            found = {
                "address": f"江州市{self.name}城关镇政通路1号",
                "telephone": "0309-6020315",
                "hours": "每日9时至17时",
            }
            letterhead.change(admin, **found)
            db.session.commit()

    # Mediation -------------------------------------------------------------------------------------------------------

    def keep_the_mediators(self) -> None:
        with self.town.at(self.slug):
            director = self.by("director")
            register.add_room(director, name=f"{self.name}调解室")
            register.enter(director, kind="person", name=f"{self.name}秦律师", phone=f"1350000{self.id:02d}00")
            register.enter(director, kind="inside", person=str(self.by("handler").id))
            feeds.make(self.by("handler"))
            db.session.commit()

    def arrange_sessions(self, number: str) -> None:
        """One that was held, one that could be recorded now, one to come, one that was cancelled; a recusal."""
        with self.town.at(self.slug):
            case, director = by_number(number), self.by("director")
            room, (sits, *_rest) = mediation.rooms()[0], mediation.mediators()
            agreed(case, director)
            told = {"room": room, "mediators": [sits], "consumers": "林晓梅", "merchants": "钱经理"}
            sittings = []
            for minutes in (-8, -5, 3000, -2, 4000):  # one is held, one to be cancelled, moved, held: at any hour
                plan = Plan(clock.now() + timedelta(minutes=minutes), 1, "room", **told)
                sittings.append(sessions.arrange(case, director, plan))
                db.session.flush()
            SESSION.take("hold", sittings[0], by=director, came=["consumer"], text="双方到场")
            db.session.flush()
            SESSION.take("cancel", sittings[4], by=director, text="改期另行通知")
            offers.note(case, director, side="consumer", said_on=clock.today(), amount=Decimal(4680), words="全额退还")
            offers.note(case, director, side="merchant", said_on=clock.today(), words="延长会籍")
            other = next(one for one in mediation.mediators() if one is not sits)
            sessions.recuse(case, other, director, asked_by="merchant", reason="亲属", granted=True)
            db.session.commit()

    def perform(self, number: str) -> None:
        """The first instalment, with its proof; and what goes to the court."""
        with self.town.at(self.slug):
            case, handler = by_number(number), self.by("handler")
            part = mediation.agreement_of(case).parts[0]
            proofs = [accept(io.BytesIO("转账凭证".encode()), "转账.txt")]
            performance.note(part, case, handler, status="done", on=clock.today(), remark="微信转账", proofs=proofs)
            for code in ("mediation-agreement", "judicial-confirmation"):
                form = kinds()[code]
                paper = papers_of.draft(case, form, handler, filled={one.name: one.sample for one in form.fields})
                db.session.flush()
                PAPER.take("issue", paper, by=handler)
            db.session.commit()

    # Cases -----------------------------------------------------------------------------------------------------------

    def told(self) -> Complaint:
        self.lodged += 1
        return Complaint(
            facts=f"{self.name}第{self.lodged}件：健身房闭店，卡里还有余额，店长不接电话。",
            demand="退还余额",
            title="健身房闭店拒退预付卡余额",
            name="林晓梅",
            phone=f"1380000{self.id:02d}{self.lodged:02d}",
            id_number="110101199003078478",
            address=f"{self.name}柳荫路{self.lodged}号",
            category="S0401",
            problem="P02",
            order_number=f"DD{self.lodged}",
            reference=f"12345-{self.id}-{self.lodged}",
        )

    def lodge(self, *steps: str, **told_too: Any) -> str:
        with self.town.at(self.slug):
            told = replace(self.told(), **{"merchant": merchant_by_number(self.merchant_number), **told_too})
            case = cases.lodge(told, self.by("clerk"), slip=True).case
            db.session.flush()
            if steps:
                agreed(case, self.by("clerk"))
            number = case.number
            db.session.commit()
        for step in steps:
            self.take(number, step)
        return number

    def take(self, number: str, step: str, login: str = "director", **facts: Any) -> None:
        said = {**telling(step), **facts}
        with self.town.at(self.slug):
            CASE.take(step, by_number(number), by=self.by(login), **said)
            db.session.commit()

    def fill_the_file(self, number: str) -> None:
        kept = {
            "收据.txt": "收据一张".encode(),
            "合同.docx": papers.docx(),
            "流水.xlsx": papers.xlsx(),
            "照片.jpg": papers.picture(),
        }
        with self.town.at(self.slug):
            case, clerk = by_number(number), self.by("clerk")
            cases.attach(case, clerk, [accept(io.BytesIO(body), name) for name, body in kept.items()])
            cases.note(case, self.by("handler"), text="店长答应明天来。")
            cases.note(case, self.by("handler"), text="已联系商家。", public=True)
            cases.reveal(case, self.by("handler"), field="phone", reason="回访")
            cases.contact(case, self.by("handler"), whom="merchant", way="phone", reached=False, text="无人接听")
            db.session.commit()

    def put_in_a_template(self) -> None:
        form = kinds()["report-result"]
        with self.town.at(self.slug):
            library.replace(form, self.by("admin"), name="告知书.docx", content=io.BytesIO(form.shipped))
            db.session.commit()

    def write_papers(self, number: str) -> None:
        """One that waits, one that was served, and the newest a draft."""
        with self.town.at(self.slug):
            case, handler = by_number(number), self.by("handler")
            for code, step in (("recusal", "submit"), ("minutes", "issue"), ("minutes", "")):
                form = kinds()[code]
                paper = papers_of.draft(case, form, handler, filled={one.name: one.sample for one in form.fields})
                db.session.flush()
                if step:
                    PAPER.take(step, paper, by=handler)
                if step == "issue":
                    db.session.flush()
                    served = {"party": "consumer", "mode": "handed", "note": "本人签收"}
                    papers_of.serve(paper, case, handler, served_on=clock.today(), proof=[_receipt()], **served)
            db.session.commit()

    def complain_together(self, number: str) -> None:
        people = [
            Complainant(f"林晓{sign}", f"1370000{self.id:02d}0{n}", None, n > 1) for n, sign in enumerate("兰竹梅")
        ]
        agent = Agent("赵律师", f"1360000{self.id:02d}00", "", "代为投诉、调解", clock.today())
        with self.town.at(self.slug):
            case, clerk = by_number(number), self.by("clerk")
            parties.join(case, clerk, people)
            parties.elect(case, clerk, {0, 2}, text="推选书")
            parties.authorise(case, clerk, agent)
            parties.describe_card(case, clerk, Card("6222020200112233", Decimal(5000), Decimal(320), lessor="万家广场"))
            parties.tick(case, clerk, {"identity", "consent"})
            agreed(case, clerk)
            db.session.commit()

    def give_tasks(self, number: str) -> None:
        """One on a case for somebody else, one that is done, and one of somebody's own."""
        said = {"text": "联系商家", "due_on": clock.today()}
        with self.town.at(self.slug):
            case, director, handler = by_number(number), self.by("director"), self.by("handler")
            tasks.give(director, case=case, assignee=handler.id, **said)
            tasks.finish(tasks.give(director, case=case, assignee=director.id, **said), director)
            tasks.give(handler, assignee=handler.id, **said)
            today, clerk = clock.today(), self.by("clerk")  # handlers are there, for sessions are arranged with them
            absence.enter(director, person=clerk.id, deputy=handler.id, first_on=today, last_on=today)
            db.session.commit()

    def keep_phrases(self) -> None:
        """Two of the center, two of somebody's own."""
        with self.town.at(self.slug):
            for login in ("admin", "handler"):
                for place in ("note", "any"):
                    said = f"您的投诉{{案件编号}}由{self.name}办理。"
                    told = {"title": f"{self.name}常用语", "words": said, "place": place}
                    phrases.add(self.by(login), **told, of_center=login == "admin")
            db.session.commit()

    def investigate(self, number: str) -> None:
        """One under way with something of everything, and one that waits for the director."""
        today = clock.today()
        steps: tuple[tuple[str, dict[str, Any]], ...] = (
            ("plan", {"person": str(self.by("handler").id), "due_on": today, "text": "查清收款账户"}),
            ("visit", {"visited_at": clock.now(), "text": "门店关闭", "said": {"place": "门店", "present": "东承办"}}),
            ("collect", {"taken_on": today, "said": {"title": "收款码", "source": "前台"}, "evidence": [_receipt()]}),
            ("order", {"answer_by": today, "text": "有无缺陷", "said": dict.fromkeys(_ORDERED, "质检院")}),
            ("advise", {"department": "5", "answer_by": today + timedelta(days=9), **_ADVISED}),
            ("advise", {"department": "", "answer_by": today + timedelta(days=9), **_ADVISED}),
        )
        with self.town.at(self.slug):
            director = self.by("director")
            one = investigations.propose(by_number(number), director, scope="complex", text="牵涉多家门店")
            for step, told in steps:
                db.session.flush()
                investigations.INVESTIGATION.take(step, one, by=director, **told)
            db.session.commit()
        waiting = self.lodge()
        with self.town.at(self.slug):
            investigations.propose(by_number(waiting), self.by("handler"), scope="major", text="金额大")
            db.session.commit()
        drain()

    def stand_up_for(self, number: str) -> None:
        """A lawsuit that is supported, and something to be published, checked and heard."""
        today = clock.today()
        with self.town.at(self.slug):
            case, director = by_number(number), self.by("director")
            advocacy.ask(case, director, "litigation", means="letter", text="老年人诉讼能力弱")
            one = advocacy.ask(case, director, "exposure", medium="press", text="多家门店闭店")
            for step, told in (("check", {"checked_on": today}), ("hear", {"heard_on": today})):
                db.session.flush()
                advocacy.EXPOSURE.take(step, one, by=director, text="已核实", **told)
            db.session.commit()
        drain()

    def relate(self, number: str, related: str, other: str) -> None:
        """One that stands, and one that was taken away."""
        with self.town.at(self.slug):
            case, handler = by_number(number), self.by("handler")
            links.relate(case, handler, related=related, tie="follows", why="此前调解未履行")
            gone = links.relate(case, handler, related=other, tie="merchant", why="同一商家")
            db.session.flush()
            links.sever(gone, case, handler, reason="并非同一商家")
            db.session.commit()

    def judge(self, number: str) -> None:
        with self.town.at(self.slug):
            claimants.judge(by_number(number), self.by("handler"), verdict="doubtful", reason="同一人短期多次投诉")
            db.session.commit()

    def learn_categories(self) -> None:
        """From letters that nobody wrote, for there are too few closed cases; and once from too few."""
        told = [
            Told(f"第{n}次去{what}，{'店家不认账' if n % 2 else '要求退款'}", "", code)
            for n in range(learning.LEAST)
            for what, code in (("健身房上课", "S0401"), ("超市买牛奶", "G0101"))
        ]
        with self.town.at(self.slug):
            suggestions.run(suggestions.opened(self.by("director")).id)
            db.session.flush()
            suggestions.keep(suggestions.opened(self.by("admin")), *learning.learn(told))
            db.session.commit()

    def call_back(self, number: str) -> None:
        """Nobody answers at the first try; one closed before waits for a call, too."""
        with self.town.at(self.slug):
            settings.change(self.by("director"), call_backs="all")
            row = callbacks.draw(by_number(number))
            assert row is not None
            callbacks.attempt(row, self.by("clerk"), result="nobody", remark="无人接听")
            db.session.commit()

    def draft_a_refusal(self, number: str, *, rejected: bool = False) -> str:
        self.take(number, "refuse", login="handler")
        if rejected:
            with self.town.at(self.slug):
                case = by_number(number)
                CASE.reject(CASE.waiting(case), case, by=self.by("director"), text="理由不足")
                db.session.commit()
        return number

    def make_a_group(self) -> None:
        """Three consumers of another merchant: one is paid a share, one is left out of the settlement."""
        numbers = [self.lodge("accept", merchant=None, merchant_name=f"{self.name}水岸健身") for _n in range(4)]
        with self.town.at(self.slug):
            handler, form = self.by("handler"), kinds()["minutes"]
            group = groups.open_group(
                handler, title=f"{self.name}水岸健身群体案", cases=[by_number(number) for number in numbers[:3]]
            )
            lines = ledger(group)
            amounts = {"claimed": Decimal(300), "offered": Decimal(200), "agreed": Decimal(200)}
            groups.enter(group, handler, {line.member.id: amounts for line in lines[:2]})
            groups.plan(group, handler, terms="退还三分之二，分两期", count=2, first=clock.today())
            groups.note(group, handler, kind="finding", text="商家停业，备案资金冻结。")
            groups.attach(group, handler, [accept(io.BytesIO("公告".encode()), "公告.txt")])
            groups.write(group, handler, form, filled={one.name: one.sample for one in form.fields}, issue=False)
            groups.settle(group, handler, {lines[0].member.id: True}, on=clock.today(), consented=True)
            statement = [accept(io.BytesIO("流水".encode()), "银行流水.txt")]
            groups.pay(group, handler, Decimal("100.01"), on=clock.today(), evidence="银行回单", proofs=statement)
            db.session.commit()

    # Across the wall -------------------------------------------------------------------------------------------------

    def refer(self, to: str, *steps: str) -> str:
        number = self.lodge()
        self._send(number, to, steps, kind="referral", fields={"name": "full", "phone": "masked", "story": "full"})
        return number

    def ask(self, to: str, *steps: str, withdraw: bool = False) -> None:
        number = self.lodge("accept")
        self.fill_the_file(number)
        reference = self._send(number, to, steps, kind="request", fields={"story": "masked", "demand": "full"})
        if withdraw:
            with self.town.at(self.slug):
                handoffs.take(letters.by_reference(reference), "withdraw", self.by("director"), text="不再需要")
                db.session.commit()

    def _send(self, number: str, to: str, steps: tuple[str, ...], *, kind: str, fields: dict[str, str]) -> str:
        receiver = registry.find(to)
        assert receiver is not None
        with self.town.at(self.slug):
            case = by_number(number)
            draft = handoffs.send(
                case,
                self.by("director"),
                kind=kind,
                receiver=receiver.id,
                subject="预付卡备案核查",
                ask="请核查备案情况。",
                wanted="核查结果",
                legal_basis="第十二条",
                need="需要联系",
                fields=fields,
                files=[str(file.id) for file in files_of(case)],
            )
            db.session.commit()
            reference = letters.reference_of(draft)
            assert reference is not None
        drain()
        for step in steps:
            with self.town.at(to):
                answers = [accept(io.BytesIO("核查意见".encode()), "意见.txt")] if step == "answer" else []
                said: dict[str, Any] = {"text": "已核查"} if step in ("answer", "return") else {}
                said |= {"reason": "incomplete"} if step == "return" else {}
                said |= {"files": answers} if answers else {}
                who = self.town.person(to, "director" if to == NORTH else "officer")
                handoffs.take(letters.by_reference(reference), step, who, **said)
                db.session.commit()
            drain()
        with self.town.at(self.slug):
            found = letters.by_reference(reference)
            if found.status not in ("closed", "withdrawn"):
                handoffs.write(found, self.by("director"), text="请尽快。")
            db.session.commit()
        drain()
        return reference

    def write_letters(self, number: str) -> None:
        market = registry.find(MARKET)
        assert market is not None
        letter = {"kind": "request", "receiver": market.id, "subject": "核查", "ask": "请核查。", "wanted": "结果"}
        for end in ("drafted", "waiting", "rejected"):
            with self.town.at(self.slug):
                draft = handoffs.prepare(by_number(number), self.by("handler"), **letter, legal_basis="第三条")
                db.session.flush()
                if end != "drafted":
                    LETTER.take("submit", draft, by=self.by("handler"))
                    db.session.flush()
                if end == "rejected":
                    LETTER.take("reject", draft, by=self.by("director"), text="写清楚")
                db.session.commit()

    # Imports and visits ----------------------------------------------------------------------------------------------

    def secret(self, of: str) -> str:
        """What somebody confides in a few words: it goes through the services, so what they make of it is found too."""
        return f"PRIV-{self.slug}-letter.{of}-aaaaaa"

    def take_letters_in(self) -> None:
        """Letters so short that their beginning is the whole: one that nobody read, and one that was divided."""
        self.lodge(title="", facts=self.secret("taken"))
        mixed = self.lodge(title="", facts=self.secret("mixed"), nature="M")
        with self.town.at(self.slug):
            told = {"complaint": self.secret("complaint"), "report": self.secret("report")}
            dividing.divide(by_number(mixed), self.by("handler"), **told)
            db.session.commit()

    def import_messages(self) -> None:
        rows = [[f"{self.id}{n}", "用户", "商家不退款", "2019/1/4", f"{self.name}：不退款。", 0, 0] for n in range(3)]
        rows.append([f"{self.id}4", "用户", self.secret("heading"), "2019/1/4", self.secret("imported"), 0, 0])
        rows[1][3] = "不详"
        kinds = {".xlsx": EVIDENCE[".xlsx"]}
        for run in (True, False):
            with self.town.at(self.slug):
                clerk = self.by("clerk")
                batch = transfer.begin(accept(book(*rows), "来件.xlsx", kinds=kinds), clerk)
                if run:
                    transfer.start(batch, batch.columns, clerk)
                db.session.commit()

    def come_and_go(self) -> None:
        browser = self.town.client(self.slug)
        browser.post("/sign-in", {"login": "handler", "password": "not it"})
        browser.sign_in("handler", PASSWORD)
