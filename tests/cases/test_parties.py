"""Who complains: together, through an agent, with a card in hand and papers that are missing."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app import audit
from app.cases import checklist, joint, lists, queries
from app.cases.models import Case, CaseStatement, Party, Prepaid
from app.cases.papers.facts import facts_of
from app.cases.queries import by_number
from app.cases.queries.parties import parties as parties_of
from app.cases.services import lists as keeping
from app.cases.services import lodge, parties
from app.cases.services.intake import Agent, Card, Complainant
from app.cases.services.parts import statement_of
from app.core import clock
from app.core.errors import Invalid, NotAllowed
from app.documents.kinds import kinds
from app.merchants.services import choose
from tenants.database import db
from tests.cases.conftest import TOLD
from tests.town import CITY, EAST, WEST
from tests.transfer.test_sheet import book

PEOPLE = [Complainant(f"消费者{n}", f"1391234{n:04d}", Decimal(100 + n), n % 2 == 0) for n in range(40)]
PART = {"HX-Request": "true"}  # a piece of a page
INTAKE = {"told": "健身房闭店，不退款。", "claims": ["C06"], "channel": "window", "nature": "C"}


def in_east(town: Any, number: str, do: Any, *, login: str = "clerk") -> Any:
    with town.at(EAST):
        done = do(by_number(number), town.person(EAST, login))
        db.session.commit()
        return done


# Together ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "name", "phone", "amount", "consented"),
    [
        ("林晓兰\t138 0000 1235\t1,200.50\t是", "林晓兰", "13800001235", Decimal("1200.50"), True),
        ("林晓兰，１３８００００１２３５，￥100，同意", "林晓兰", "13800001235", Decimal("100.00"), True),
        ("林晓兰 13800001235", "林晓兰", "13800001235", None, False),
        ("姓名,电话,金额,同意\n林晓兰,13800001235,100元,否", "林晓兰", "13800001235", Decimal("100.00"), False),
    ],
)
def test_a_table_is_read_as_people_paste_it(app, table, name, phone, amount, consented):
    told = joint.read(table)
    assert not told.faults
    assert told.people == [Complainant(name, phone, amount, consented)]


def test_every_line_that_cannot_be_taken_is_named(app):
    told = joint.read(
        "林晓兰,13800001235\n,13800001236\n林晓竹,没有\n林晓梅,13800001237,许多\n林二,13800001235\n林三,13800001238,1,也许"
    )
    assert [one.name for one in told.people] == ["林晓兰"]
    named = [re.search(r"\d+", fault).group() for fault in told.faults]
    assert named == ["2", "3", "4", "5", "6"]


def test_a_spreadsheet_is_read_like_a_pasted_table(town, lodged):
    number, browser = lodged(), town.client(EAST, "clerk")
    rows = [
        ("姓名", "电话", "金额", "同意"),
        ("林晓兰", 13800001235, 1200.5, "是"),
        ("林晓竹", "138 0000 1236", "", "否"),
    ]
    address = f"/cases/{number}/complainants"
    assert browser.post(address, {"sheet": (book(*rows[1:], head=rows[0]), "名单.xlsx")}).status_code == 303
    with town.at(EAST):
        said = parties_of(by_number(number), everybody=True)
        assert [party.amount for party in said.people[1:]] == [Decimal("1200.50"), None]
        assert [party.consented_on is not None for party in said.people[1:]] == [True, False]
    wrong = [*rows, ("", "13800001237", "", ""), ("林晓梅", "没有", "", "")]
    page = browser.post(address, {"sheet": (book(*wrong[1:], head=wrong[0]), "名单.xlsx")})
    assert page.status_code == 422
    told = page.get_data(as_text=True)
    assert "4" in told
    assert "5" in told
    assert "13800001237" not in told


@pytest.mark.parametrize("content", [b"PK\x03\x04 no workbook", b""])
def test_what_is_no_spreadsheet_is_refused(town, lodged, content):
    number, browser = lodged(), town.client(EAST, "clerk")
    sent = {"sheet": (io.BytesIO(content), "名单.xlsx")}
    assert browser.post(f"/cases/{number}/complainants", sent).status_code == 422
    assert browser.post(f"/cases/{number}/complainants", {}).status_code == 422
    with town.at(EAST):
        assert by_number(number).people == 1


def test_hundreds_complain_together_and_are_a_group(town):
    with town.at(EAST):
        many = [Complainant(f"甲{n}", f"1381234{n:04d}") for n in range(300)]
        case = lodge(replace(TOLD, phone="13900000000", others=many), town.person(EAST, "clerk")).case
        db.session.commit()
        assert (case.people, case.traits) == (301, ["group"])
        assert db.session.scalar(select(func.count()).select_from(Party).where(Party.case_id == case.id)) == 301
    page = town.client(EAST, "clerk").get(f"/cases/{case.number}/complainants").get_data(as_text=True)
    assert page.count("data-row") == 301
    assert "甲299" not in page, "masked"
    assert "13812340299" not in page


def test_people_are_added_once(town, lodged):
    number = lodged()
    assert in_east(town, number, lambda case, by: parties.join(case, by, PEOPLE)) == 40
    with pytest.raises(Invalid):
        in_east(town, number, lambda case, by: parties.join(case, by, PEOPLE[:3]))
    more = [*PEOPLE[:3], Complainant("新来", "13700000000")]
    assert in_east(town, number, lambda case, by: parties.join(case, by, more)) == 1
    with town.at(EAST):
        case = by_number(number)
        assert case.people == 42
        positions = list(db.session.scalars(select(Party.position).where(Party.case_id == case.id)))
        assert sorted(positions) == list(range(42))


def test_one_phone_finds_everybody_who_complains(town, lodged):
    number = lodged()
    in_east(town, number, lambda case, by: parties.join(case, by, PEOPLE[:2]))
    with town.at(EAST):
        assert [hint.case.number for hint in queries.duplicates(phone="139-1234-0001").hints] == [number]


def test_one_or_two_represent_all_and_an_agent_is_none_of_them(town, lodged):
    number = lodged()
    in_east(town, number, lambda case, by: parties.join(case, by, PEOPLE[:4]))
    in_east(town, number, lambda case, by: parties.authorise(case, by, Agent("赵律师", powers="代为投诉")))
    for positions in (set(), {0, 1, 2}, {0, 99}, {5}):
        with pytest.raises(Invalid):
            in_east(town, number, lambda case, by, at=positions: parties.elect(case, by, at, text="推选书"))
    with pytest.raises(Invalid):
        in_east(town, number, lambda case, by: parties.elect(case, by, {1}, text=" "))
    in_east(town, number, lambda case, by: parties.elect(case, by, {0, 2}, text="推选书"))
    in_east(town, number, lambda case, by: parties.elect(case, by, {1}, text="另行推选"))
    with town.at(EAST):
        said = parties_of(by_number(number), everybody=True)
        assert [party.position for party in said.people if party.represents] == [1]
        assert said.agent is not None
        assert said.agent.position == 5


def test_the_database_has_no_agent_who_represents(town, lodged, root):
    number = lodged()
    in_east(town, number, lambda case, by: parties.authorise(case, by, Agent("赵律师", powers="代为投诉")))
    with pytest.raises(IntegrityError), root.begin() as connection:
        connection.execute(text("update case_party set represents = true where role = 'agent'"))


def test_consent_is_noted_with_the_day(town, lodged):
    number = lodged()
    in_east(town, number, lambda case, by: parties.join(case, by, PEOPLE[:4]))
    assert in_east(town, number, lambda case, by: parties.consent(case, by, {1, 2, 3})) == 1, "two of them had"
    with town.at(EAST):
        said = parties_of(by_number(number), everybody=True)
        assert said.unheard == 1


def test_the_pages_join_and_elect(town, lodged):
    number = lodged()
    browser = town.client(EAST, "clerk")
    table = "林晓兰，13800001235，100，是\n林晓竹，13800001236，100，是"
    assert browser.post(f"/cases/{number}/complainants", {"table": "林晓兰，不知道"}).status_code == 422
    assert browser.post(f"/cases/{number}/complainants", {"table": table}).status_code == 303
    chosen = {"chosen": ["0", "2"], "act": "elect", "text": "推选书，见卷第3页"}
    assert browser.post(f"/cases/{number}/representatives", chosen).status_code == 303
    assert browser.post(f"/cases/{number}/representatives", {**chosen, "chosen": ["0", "1", "2"]}).status_code == 422
    page = browser.get(f"/cases/{number}").get_data(as_text=True)
    assert "13800001236" not in page
    assert f"/cases/{number}/complainants" in page


def test_whoever_looks_at_one_of_them_says_why(town, lodged):
    number = lodged()
    in_east(town, number, lambda case, by: parties.join(case, by, PEOPLE[:2]))
    handler = town.client(EAST, "handler")
    with town.at(EAST):
        person = db.session.scalars(select(Party.id).where(Party.position == 2)).one()
        nobody = db.session.scalars(select(Case.id)).one()
    assert "13912340001" not in handler.get(f"/cases/{number}/complainants/{person}").get_data(as_text=True)
    assert handler.post(f"/cases/{number}/complainants/{person}", {"text": ""}).status_code == 422
    shown = handler.post(f"/cases/{number}/complainants/{person}", {"text": "核对人数"}, may_show=("13912340001",))
    assert "13912340001" in shown.get_data(as_text=True)
    with town.at(EAST):
        assert db.session.execute(text("select count(*) from audit_entry where event = 'case.party_revealed'")).scalar()
    assert town.client(EAST, "clerk").get(f"/cases/{number}/complainants/{person}", checked=False).status_code == 403
    assert handler.get(f"/cases/{number}/complainants/{nobody}", checked=False).status_code == 404


def test_only_the_county_sees_them(town, lodged):
    number = lodged()
    in_east(town, number, lambda case, by: parties.join(case, by, PEOPLE[:2]))
    for slug in (WEST, CITY):
        with town.at(slug):
            assert not db.session.execute(text("select count(*) from case_party")).scalar()
            assert not db.session.execute(text("select count(*) from case_prepaid")).scalar()


# An agent ------------------------------------------------------------------------------------------------------------


def test_an_agent_needs_powers_and_a_letter_that_has_not_run_out(town):
    with town.at(EAST):
        clerk, yesterday = town.person(EAST, "clerk"), clock.today() - timedelta(days=1)
        for agent in (Agent("赵律师"), Agent("赵律师", powers="代为投诉", until=yesterday)):
            with pytest.raises(Invalid):
                lodge(replace(TOLD, agent=agent), clerk)
        case = lodge(replace(TOLD, agent=Agent("赵律师", powers="代为投诉", until=clock.today())), clerk).case
        said = parties_of(case)
        assert (said.agent.position, said.agent.powers) == (1, "代为投诉")
        assert {"authority", "agent_id"} <= {paper.code for paper in said.missing}
        parties.authorise(case, clerk, Agent("钱律师", powers="代为调解"))
        everybody = select(func.count()).select_from(Party).where(Party.case_id == case.id)
        assert db.session.scalar(everybody) == 2, "one acts, not two"


# The card ------------------------------------------------------------------------------------------------------------


def test_the_balance_is_what_was_paid_and_not_used(town):
    with town.at(EAST):
        card = Card("6222020200112233", Decimal(5000), Decimal(320), lessor="万家广场", records="nobody")
        case = lodge(replace(TOLD, prepaid=False, card=card), town.person(EAST, "clerk")).case
        db.session.commit()
        row = db.session.scalars(select(Prepaid).where(Prepaid.case_id == case.id)).one()
        assert (row.balance, str(row.card), case.prepaid) == (Decimal("4680.00"), "**** 2233", True)
        with pytest.raises(Invalid):
            lodge(replace(TOLD, card=Card(paid=Decimal(1), used=Decimal(2))), town.person(EAST, "clerk"))


def test_what_is_known_of_the_card_is_put_right_without_showing_its_number(town, lodged):
    number = lodged(card=Card("6222020200112233", Decimal(5000), Decimal(320)))
    browser = town.client(EAST, "clerk")
    page = browser.get(f"/cases/{number}/card").get_data(as_text=True)
    assert "6222020200112233" not in page
    assert 'value="5000.00"' in page
    changed = {"paid": "5000", "used": "400", "card_number": "", "last_open_on": "2026-09-01"}
    assert browser.post(f"/cases/{number}/card", changed).status_code == 303
    assert browser.post(f"/cases/{number}/card", {"paid": "1", "used": "2"}).status_code == 422
    with town.at(EAST):
        row = db.session.scalars(select(Prepaid)).one()
        assert (row.balance, row.reveal("card")) == (Decimal("4600.00"), "6222020200112233")


# The papers ----------------------------------------------------------------------------------------------------------


def test_every_paper_is_asked_for_by_something_that_there_is(app):
    known = {
        "complaint",
        "report",
        "prepaid",
        "agent",
        "joint",
        "minor",
        *lists.shipped("problems"),
        *lists.shipped("places"),
    }
    for paper in checklist.papers().values():
        assert paper.of <= known, paper.code
        assert paper.name.zh
        assert paper.name.en


def test_the_checklist_follows_the_problem_and_how_it_was_bought(app):
    def codes(*kinds: str) -> set[str]:
        return {paper.code for paper in checklist.wanted(kinds)}

    assert codes() == set()
    assert codes("complaint") == {"identity", "purchase"}
    assert codes("report", "R07") == {"clue", "premises", "registered"}
    assert "contract" in codes("P02") & codes("prepaid")
    assert "stream" in codes("live") - codes("platform")


@pytest.mark.parametrize("problem", [f"R0{n}" for n in range(1, 9)])
def test_who_reports_is_asked_for_the_clue_and_not_who_they_are(town, lodged, problem):
    number = lodged(nature="R", problem=problem, name=None, phone=None)
    with town.at(EAST):
        asked = {line.paper.code for line in parties_of(by_number(number)).lines}
        bought = [checklist.wanted(checklist.kinds(nature, problem, "platform", [])) for nature in "CR"]
    assert "clue" in asked
    assert not asked & {"identity", "purchase"}
    assert ["order" in {paper.code for paper in papers} for papers in bought] == [True, False]


def test_what_is_neither_complaint_nor_report_needs_no_papers(town, lodged):
    number = lodged(nature="Q", held=())
    with town.at(EAST):
        assert parties_of(by_number(number)).lines == []


def test_a_problem_of_the_countys_own_asks_for_what_the_citys_above_it_asks_for(town, lodged):
    with town.at(EAST):
        keeping.add(town.person(EAST, "admin"), "problems", words="健身合同", parent="P02")
        db.session.commit()
        own = next(code for code in lists.below("problems", "P02") if code != "P02")
    number = lodged(problem=own)
    with town.at(EAST):
        assert "contract" in {line.paper.code for line in parties_of(by_number(number)).lines}
    page = town.client(EAST, "handler").get("/cases?problem=P02").get_data(as_text=True)
    assert number in page


def test_a_case_says_what_is_missing_until_it_is_there(town, lodged):
    number = lodged()
    browser = town.client(EAST, "clerk")
    printed = browser.get(f"/cases/{number}/missing").get_data(as_text=True)
    assert [str(paper) in printed for paper in checklist.wanted(["complaint", "P02", "prepaid"]) if paper.needed] == [
        True
    ] * 4
    assert browser.post(f"/cases/{number}/checklist", {"held": ["identity", "contract"]}).status_code == 303
    assert browser.post(f"/cases/{number}/checklist", {"held": ["no-such"]}).status_code == 422
    with town.at(EAST):
        assert {paper.code for paper in parties_of(by_number(number)).missing} == {"purchase", "card"}


def test_the_papers_asked_for_follow_what_is_typed(town):
    browser = town.client(EAST, "clerk")
    fragment = browser.get("/cases/new/checklist?problem=P05&place=live&held=advert", headers=PART).get_data(
        as_text=True
    )
    assert 'value="advert" checked' in fragment
    assert 'value="stream"' in fragment
    assert 'value="weight"' not in fragment


# At the window -------------------------------------------------------------------------------------------------------


def test_the_window_takes_all_of_it_at_once(town):
    browser = town.client(EAST, "clerk")
    said = {
        **INTAKE,
        "name": "林晓梅",
        "phone": "13812346027",
        "others": "林晓兰，13800001235，100，是",
        "agent_name": "赵律师",
        "powers": "代为投诉",
        "place": "live",
        "platform": "某平台",
        "stream": "小美直播间",
        "paid": "5,000",
        "used": "320",
        "traits": ["disabled"],
        "held": ["identity", "order"],
    }
    assert browser.post("/cases/new", said).status_code == 303
    with town.at(EAST):
        case = db.session.scalars(select(Case)).one()
        statement = db.session.scalars(select(CaseStatement)).one()
        assert (case.place, case.traits, case.people, case.prepaid) == ("live", ["disabled"], 2, True)
        assert (statement.platform, statement.stream, statement.held) == ("某平台", "小美直播间", ["identity", "order"])
        assert [party.role for party in db.session.scalars(select(Party).order_by(Party.position))] == [
            "complainant",
            "agent",
            "complainant",
        ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("others", "林晓兰，不知道"),
        ("purchased_on", "2099-01-01"),
        ("merchant_name", "91330106MA2B1XYZ0A"),
        ("place", "moon"),
        ("traits", "tall"),
        ("held", "no-such"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(town, field, value):
    browser = town.client(EAST, "clerk")
    answer = browser.post("/cases/new", {**INTAKE, field: value})
    assert answer.status_code == 422
    with town.at(EAST):
        assert not db.session.scalar(select(func.count()).select_from(Case))


def test_everything_but_the_main_fields_is_folded_and_none_is_needed(town):
    browser = town.client(EAST, "clerk")
    page = browser.get("/cases/new").get_data(as_text=True)
    for name in ("agent_name", "others", "platform", "card_number", "traits"):
        before = page.partition(f'name="{name}"')[0]
        assert before.count("<details") > before.count("</details"), name
    assert browser.post("/cases/new", {"told": "不退款。", "channel": "window", "nature": "C"}).status_code == 303


def test_a_credit_code_is_checked_while_it_is_typed(town):
    browser = town.client(EAST, "handler")
    wrong, right = "91330106MA2B1XYZ0A", "91330106673959654P"
    for said, doubted in ((wrong, True), (right, False)):
        answer = browser.post("/merchants/look-up", {"merchant_name": said}, headers=PART).get_data(as_text=True)
        assert ('class="wrong"' in answer) is doubted
    with town.at(EAST), pytest.raises(Invalid):
        choose("", wrong, town.person(EAST, "handler"))


def test_who_only_administers_takes_nothing_in(town, lodged):
    number = lodged()
    for do in (
        lambda case, by: parties.join(case, by, PEOPLE),
        lambda case, by: parties.authorise(case, by, Agent("赵", powers="投诉")),
        lambda case, by: parties.describe_card(case, by, Card(paid=Decimal(1))),
        lambda case, by: parties.tick(case, by, {"identity"}),
    ):
        with pytest.raises(NotAllowed):
            in_east(town, number, do, login="admin")


def test_where_nobody_was_elected_everybody_else_has_to_consent(town, lodged, take):
    """One of three withdraws, or settles, for nobody but themselves (令20 art. 11)."""
    others = [Complainant("王建国", "13822223333"), Complainant("李若兰", "13833334444")]
    number = lodged(others=others)
    for step in ("withdraw", "settle"):
        if step == "settle":
            take(number, "accept")
        with pytest.raises(Invalid) as refused:
            take(number, step)
        assert refused.value.field == "consented"
        assert "2" in refused.value.message
    assert 'name="consented"' in town.client(EAST, "handler").get(f"/cases/{number}/steps/settle").text
    take(number, "settle", consented=True)
    with town.at(EAST):
        assert by_number(number).status == "settled"


# What was taken down -------------------------------------------------------------------------------------------------


CORRECTED = {
    "name": "", "phone": "13900009999", "id_number": "", "address": "", "elderly": True, "minor": False,
    "claims": ["C06"], "place": "platform", "purchased_on": None, "order_number": "DD1", "platform": "某平台",
    "stream": "", "merchant_address": "江州市东县人民路9号", "merchant_phone": "057188886666", "channel": "letter",
    "reference": "R-1",
}  # fmt: skip


def test_what_was_taken_down_wrongly_is_put_right_and_what_it_said_stays_on_record(town, lodged):
    number = lodged()
    with town.at(EAST):
        case = by_number(number)
        parties.correct(case, town.person(EAST, "clerk"), text="登记时听错", seen=case.version, **CORRECTED)
        db.session.commit()
        case, statement = by_number(number), statement_of(by_number(number))
        party = db.session.scalars(select(Party).where(Party.case_id == case.id)).one()
        assert (party.reveal("name"), party.reveal("phone")) == ("林晓梅", "13900009999")
        assert (case.party_label, case.phone_mask, case.channel, case.elderly) == (
            "林**",
            "139****9999",
            "letter",
            True,
        )
        assert (statement.order_number, statement.merchant_address) == ("DD1", "江州市东县人民路9号")
        assert statement.merchant_phone != statement.reveal("merchant_phone")
        (line,) = [line for line in audit.trail(case.id) if line.entry.event == "case.corrected"]
        assert line.changes["phone"] == ["138****6027", "139****9999"]
        assert "13900009999" not in str(line.entry.facts)
        said = facts_of(case, kinds()["registration"])
        assert (said["platform"], said["merchant_phone"], said["merchant_address"]) == (
            "某平台", statement.reveal("merchant_phone"), "江州市东县人民路9号"
        )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"), [("channel", "X"), ("place", "X"), ("claims", ["X"]), ("text", " "), ("purchased_on", "later")]
)
def test_what_cannot_be_put_right_so_is_said_beside_the_field(town, lodged, field, value):
    value = clock.today() + timedelta(days=1) if value == "later" else value
    number, told = lodged(), {**CORRECTED, "text": "听错", field: value}
    with town.at(EAST), pytest.raises(Invalid) as refused:
        parties.correct(by_number(number), town.person(EAST, "clerk"), **told)
    assert refused.value.field == field


def test_the_page_shows_what_stands_there_and_no_personal_field(town, lodged):
    number = lodged(order_number="DD-77", merchant_phone="13911112222")
    browser = town.client(EAST, "clerk")
    page = browser.get(f"/cases/{number}/correct").text
    assert "DD-77" in page
    for secret in ("林晓梅", "13812346027", "13911112222"):
        assert secret not in page
    assert (
        browser.post(f"/cases/{number}/correct", {"version": "9", "channel": "phone", "text": "x"}).status_code == 409
    )
