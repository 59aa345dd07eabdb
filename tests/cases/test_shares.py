"""The ledger of a joint complaint: who answered what, gets what, got what. Every number is worked out by hand."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select

from app import audit
from app.cases.models import Case, Party
from app.cases.papers.facts import facts_of
from app.cases.queries import by_number
from app.cases.services import parties
from app.cases.services.intake import Complainant
from app.cases.shares import queries, services
from app.cases.shares.models import CaseShare
from app.core import clock
from app.core.errors import Changed, Invalid, Missing, NotAllowed, WrongMoment
from app.documents import library
from app.documents import services as office
from app.documents.kinds import kinds
from app.files.accept import accept
from app.mediation.services import performance
from tenants.database import db
from tests.town import EAST, WEST

TODAY = clock.today()
LATER = TODAY + timedelta(days=30)
OTHERS = (Complainant("王建国", "13822223333", Decimal(200)), Complainant("李若兰", "13833334444", Decimal(300)))
# 40 and 60 of the 100 that three get who claim 100, 200 and 300 of 600.
TWICE = f"{TODAY} 40 首期\n{LATER} 60 尾款"


@pytest.fixture
def within(town: Any) -> Callable[..., Any]:
    """Do something to a case of East, in a transaction of its own: `within(number, lambda case, by: …)`."""

    def do(number: str, what: Callable[[Any, Any], Any], *, login: str = "handler") -> Any:
        with town.at(EAST):
            done = what(by_number(number), town.person(EAST, login))
            db.session.commit()
            return done

    return do


@pytest.fixture
def joint(standing: Any) -> str:
    """Three who complain together, in mediation; the first of them claims what the others leave of 600."""
    return str(standing("mediating", amount=Decimal(600), others=OTHERS))


@pytest.fixture
def settled(joint: str, take: Any) -> str:
    take(joint, "settle", amount=Decimal(100), instalments=TWICE, consented=True)
    return joint


def yuan(*amounts: str) -> list[Decimal | None]:
    return [Decimal(amount) if amount else None for amount in amounts]


def agreed(within: Any, number: str) -> list[Decimal | None]:
    return within(number, lambda case, by: [line.agreed for line in queries.lines(case)])


def column(within: Any, number: str, name: str) -> list[Any]:
    return within(number, lambda case, by: [getattr(line, name) for line in queries.lines(case)])


def answering(*answers: bool | None, **agreed: str) -> Callable[[Case, Any], int]:
    """What each answered, and what is agreed with some: `answering(True, None, False, p0="50")`."""

    def enter(case: Case, by: Any) -> int:
        there = queries.people(case)
        given: dict[Any, dict[str, Any]] = {party.id: {} for party in there}
        for party, said in zip(there, answers, strict=False):
            given[party.id]["agrees"] = said
        for place, amount in agreed.items():
            given[there[int(place[1:])].id]["agreed"] = Decimal(amount)
        return services.enter(case, by, given, on=TODAY)

    return enter


def noting(ordinal: int, status: str = "done", **told: Any) -> Callable[[Case, Any], None]:
    def note(case: Case, by: Any) -> None:
        part = queries.opened(case).parts[ordinal - 1]
        said = {"on": TODAY, "remark": "已核对", **told}
        performance.note(part, case, by, status=status, **said)

    return note


def paying(position: int, amount: str, **told: Any) -> Callable[[Case, Any], None]:
    def pay(case: Case, by: Any) -> None:
        said = {"on": TODAY, "evidence": "收条，卷内第5页", **told}
        services.pay(case, by, queries.lines(case)[position], amount=Decimal(amount), **said)

    return pay


# What was agreed -----------------------------------------------------------------------------------------------------


def test_what_was_agreed_is_shared_out_in_proportion_to_the_claims_to_the_fen(joint, within, settled):
    assert column(within, joint, "claimed") == yuan("100", "200", "300")
    assert agreed(within, joint) == yuan("16.67", "33.33", "50.00")  # 16.666…, 33.333…: the larger remainder gets it
    assert column(within, joint, "open") == yuan("16.67", "33.33", "50.00")


def test_who_declined_gets_nothing_and_stays_out(joint, within, take):
    within(joint, answering(True, True, False))
    take(joint, "settle", amount=Decimal(100), consented=True)
    assert agreed(within, joint) == yuan("33.33", "66.67", "")
    assert column(within, joint, "is_in") == [True, True, False]


def test_what_the_ledger_says_stays_and_the_rest_is_shared_out(joint, within, take):
    within(joint, answering(None, None, None, p0="50"))
    take(joint, "settle", amount=Decimal(100), consented=True)
    assert agreed(within, joint) == yuan("50.00", "20.00", "30.00")


@pytest.mark.parametrize("told", [{"p0": "10", "p1": "20", "p2": "30"}, {"p0": "100.01"}])
def test_what_each_gets_comes_to_the_sum_agreed(joint, within, take, told):
    within(joint, answering(None, None, None, **told))
    with pytest.raises(Invalid) as refused:
        take(joint, "settle", amount=Decimal(100), consented=True)
    assert refused.value.field == "shares"
    assert "100" in refused.value.message


def test_with_the_step_a_table_says_who_gets_what_and_who_consents(joint, within, take):
    lines = ["王建国,138 2222 3333,70,同意", "林晓梅,13812346027,,", "李若兰,13833334444,,不同意"]
    take(joint, "settle", amount=Decimal(100), shares=lines, consented=True)
    assert agreed(within, joint) == yuan("30.00", "70.00", "")
    assert column(within, joint, "agrees") == [True, True, False]


@pytest.mark.parametrize("line", ["谁,13899999999,70,同意", "王建国,13822223333,70,也许", "王建国,没有,70,同意"])
def test_a_line_of_the_table_that_cannot_be_taken_is_named_and_nothing_is_settled(joint, look, take, line):
    with pytest.raises(Invalid) as refused:
        take(joint, "settle", amount=Decimal(100), shares=[line])
    assert refused.value.field == "shares"
    assert look(joint).status == "mediating"


def test_without_claims_it_is_shared_out_evenly(standing, within, take):
    number = standing("mediating", others=[Complainant("王建国", "13822223333"), Complainant("李若兰", "13833334444")])
    take(number, "settle", amount=Decimal("100.00"), consented=True)
    assert agreed(within, number) == yuan("33.34", "33.33", "33.33")


def test_one_person_alone_has_no_ledger(standing, within):
    number = standing("settled")
    with pytest.raises(Missing):
        within(number, lambda case, by: queries.opened(case))
    assert within(number, lambda case, by: db.session.scalar(select(Party.agreed))) is None


# Consent of all ------------------------------------------------------------------------------------------------------


def test_who_is_represented_is_asked_until_all_have_answered(joint, within, take):
    within(joint, lambda case, by: parties.elect(case, by, {0}, text="推选书"))
    within(joint, answering(True, True, None))
    with pytest.raises(Invalid) as refused:
        take(joint, "settle", amount=Decimal(100))
    assert refused.value.field == "consented"
    within(joint, answering(True, True, False))
    take(joint, "settle", amount=Decimal(100))
    assert agreed(within, joint) == yuan("33.33", "66.67", "")


def test_that_the_papers_are_there_counts_for_who_has_not_answered(joint, within, take):
    within(joint, lambda case, by: parties.elect(case, by, {0}, text="推选书"))
    within(joint, answering(None, False, None))
    take(joint, "settle", amount=Decimal(100), consented=True)
    assert column(within, joint, "agrees") == [True, False, True]
    told = within(joint, lambda case, by: {(p.answered_on, p.answer_noted_by) for p in queries.people(case)})
    assert told == {(TODAY, "东承办"), (TODAY, "东主任")}


def test_nobody_is_settled_with_where_all_declined(joint, within, take):
    within(joint, answering(False, False, False))
    with pytest.raises(Invalid):
        take(joint, "settle", amount=Decimal(100))


def test_an_answer_to_a_settlement_that_was_reopened_holds_for_no_other(joint, within, take, settled):
    within(joint, noting(1))
    take(joint, "close")
    take(joint, "reopen")
    assert agreed(within, joint) == yuan("", "", "")
    assert within(joint, lambda case, by: queries.asked(case).silent) == 3
    take(joint, "settle", amount=Decimal(60), consented=True)
    assert agreed(within, joint) == yuan("10", "20", "30")
    assert column(within, joint, "paid") == yuan("6.67", "13.33", "20.00"), "what was paid stays paid"
    assert column(within, joint, "open") == yuan("10", "20", "30")


# What was paid -------------------------------------------------------------------------------------------------------


def test_each_instalment_is_shared_out_by_what_is_open_to_the_fen(within, settled):
    within(settled, noting(1))
    assert column(within, settled, "paid") == yuan("6.67", "13.33", "20.00")
    within(settled, noting(2))
    assert column(within, settled, "paid") == yuan("16.67", "33.33", "50.00")
    assert column(within, settled, "open") == yuan("0", "0", "0")


def test_what_was_noted_by_mistake_is_taken_back_from_all(within, settled):
    within(settled, noting(1))
    within(settled, noting(1, "due"))
    assert column(within, settled, "paid") == yuan("0", "0", "0")
    assert within(settled, lambda case, by: db.session.scalar(select(func.count()).select_from(CaseShare))) == 3


def test_what_one_gets_alone_covers_what_is_due_first_and_counts_for_them_only(within, settled):
    within(settled, paying(2, "45", evidence="", proofs=[accept(io.BytesIO(b"1"), "收条.txt")]))
    assert column(within, settled, "paid") == yuan("0", "0", "45")
    first, second = within(settled, lambda case, by: queries.opened(case).parts)
    assert (first.status, first.owed, second.covered) == ("done", Decimal(0), Decimal(5))
    within(settled, noting(2))
    assert column(within, settled, "paid") == yuan("16.67", "33.33", "50.00")
    assert within(settled, lambda case, by: [len(f) for f in queries.opened(case).proofs.values()]) == [1]


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"amount": "50.01"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"evidence": " "}, "evidence"),
        ({"on": TODAY - timedelta(days=1)}, "on"),
        ({"on": TODAY + timedelta(days=1)}, "on"),
    ],
)
def test_what_is_paid_to_one_alone_is_no_more_than_is_open_and_is_shown(within, settled, told, field):
    with pytest.raises(Invalid) as refused:
        within(settled, paying(2, **{"amount": "1", **told}))
    assert refused.value.field == field


def test_what_one_got_alone_may_turn_out_not_to_count(within, settled):
    within(settled, paying(2, "40"))
    with pytest.raises(WrongMoment):
        within(settled, noting(1, "due"))
    share = within(settled, lambda case, by: queries.opened(case).alone[0][0].id)

    def void(case: Case, by: Any) -> None:
        services.void(case, by, queries.share_of(case, share), reason="记到了别人名下")

    within(settled, void)
    assert column(within, settled, "paid") == yuan("0", "0", "0")
    assert within(settled, lambda case, by: [part.status for part in queries.opened(case).parts]) == ["due", "due"]
    with pytest.raises(WrongMoment):
        within(settled, void)


def test_a_sum_to_many_without_instalments_is_one_that_is_waited_for(joint, within, take):
    take(joint, "settle", amount=Decimal(100), perform_by=LATER, consented=True)
    (part,) = within(joint, lambda case, by: queries.opened(case).parts)
    assert (part.due_on, part.amount) == (LATER, Decimal(100))


def test_what_was_settled_before_there_was_a_ledger_is_shared_out_once_it_is_written(within, settled):
    def forget(case: Case, by: Any) -> None:
        for party in queries.people(case):
            party.agreement_id = party.agreed = None
        db.session.flush()
        performance.note(queries.opened(case).parts[0], case, by, status="done", on=TODAY)

    within(settled, forget)
    assert column(within, settled, "paid") == yuan("0", "0", "0")
    within(settled, answering(True, True, True, p0="40"))
    assert agreed(within, settled) == yuan("40", "24", "36")
    assert column(within, settled, "paid") == yuan("16", "9.60", "14.40")  # of 40 by 40, 24 and 36 of 100
    with pytest.raises(WrongMoment):
        within(settled, answering(True, True, False))


# The ledger as a page ------------------------------------------------------------------------------------------------


def test_the_pages_write_the_ledger_and_the_second_is_told(town, joint, within):
    browser = town.client(EAST, "handler")
    browser.get(f"/cases/{joint}/shares")
    address = f"/cases/{joint}/shares/ledger"
    browser.get(address)
    sent = next(form["fields"] for form in browser.page.forms if "agreed-0" in form["fields"])
    assert (sent["claimed-0"], sent["answer-0"]) == ("100.00", "")
    assert browser.post(address, {**sent, "agreed-1": "许多"}).status_code == 422
    assert browser.post(address, {**sent, "table": "谁,13899999999,1,是"}, checked=False).status_code == 422
    told = {**sent, "answer-0": "yes", "agreed-0": "12.50", "table": "王建国,13822223333,7,不同意\n"}
    assert browser.post(address, told).status_code == 303
    assert column(within, joint, "agrees") == [True, False, None]
    assert agreed(within, joint) == yuan("12.50", "", "")
    assert browser.post(address, {**sent, "agreed-0": "13"}).status_code == 409
    assert "12.50" in browser.page.words
    step = town.client(EAST, "handler")
    step.get(f"/cases/{joint}/steps/settle")
    assert "1 人尚未答复" in step.page.words


def test_what_the_trail_says_of_the_ledger_names_nobody(town, joint, within):
    within(joint, answering(True, True, False))
    with town.at(EAST):
        (line, *_rest) = audit.trail(by_number(joint).id)
        assert line.entry.event == "case.shares"
        assert line.entry.facts == {"people": 3, "lines": [0, 1, 2], "total": "0", "consent": 2, "decline": 1}


def test_who_declined_goes_on_in_a_case_of_their_own(town, joint, within):
    within(joint, answering(True, True, False))
    browser = town.client(EAST, "handler")
    browser.get(f"/cases/{joint}/shares")
    own = within(joint, lambda case, by: queries.lines(case)[2].party.id)
    address = f"/cases/{joint}/shares/{own}/own-case"
    assert browser.post(address).status_code == 303
    (number,) = [line for line in column(within, joint, "own") if line]
    with town.at(EAST):
        made = by_number(number)
        assert (made.status, made.amount, made.people) == ("lodged", Decimal(300), 1)
        assert db.session.scalars(select(Party).where(Party.case_id == made.id)).one().reveal("name") == "李若兰"
    assert number in browser.get(f"/cases/{joint}/shares").get_data(as_text=True)
    assert browser.post(address, checked=False).status_code == 409, "once"
    first = within(joint, lambda case, by: queries.lines(case)[0].party.id)
    assert browser.post(f"/cases/{joint}/shares/{first}/own-case", checked=False).status_code == 409, "who declined"


def test_the_spreadsheet_has_whole_names_for_a_reason_and_never_a_formula(town, standing, take, within):
    evil = Complainant("=1+1", "13822223333", Decimal(300))
    number = standing("mediating", amount=Decimal(600), others=[evil])
    take(number, "settle", amount=Decimal(100), instalments=TWICE, consented=True)
    within(number, noting(1))
    browser, address = town.client(EAST, "handler"), f"/cases/{number}/shares/ledger.xlsx"
    assert browser.post(address, {"text": ""}).status_code == 422
    answer = browser.open("POST", address, data={"text": "发放退款", "csrf_token": browser.csrf_token()})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.get_data())).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()][1:]
    assert [cell.data_type for cell in sheet["B"]][2] == "s"
    assert rows[0][1:5] == ["林晓梅", "138 1234 6027", 300, 50]
    assert rows[1][1:5] == ["=1+1", "13822223333", 300, 50]
    assert rows[2][-4:] == [40, None, 40, 60] or rows[2][-4:] == [40, 0, 40, 60]
    with town.at(EAST):
        assert audit.trail(by_number(number).id)[0].entry.event == "case.shares_taken"
    assert town.client(EAST, "clerk").get(f"/cases/{number}/shares").status_code == 200


def test_the_agreement_has_the_list_of_who_settled_and_gets_what(town, joint, within, take):
    within(joint, answering(True, True, False))
    take(joint, "settle", amount=Decimal(100))
    with town.at(EAST):
        form = kinds()["mediation-agreement"]
        said = facts_of(by_number(joint), form)
        assert said["settled_with"] == "林晓梅等2人"
        assert said["shares"] == [
            {"name": "林晓梅", "claimed": "100.00", "agreed": "33.33"},
            {"name": "王建国", "claimed": "200.00", "agreed": "66.67"},
        ]
        said["facts_found"] = "门店关闭"
        shown = str(office.fill(library.template_of(form), form, said, want=("blocks",)))
    assert "王建国" in shown
    assert "66.67" in shown
    assert "李若兰" not in shown
    assert office.masked(form, said)["shares"][1]["name"] == "王**"


def test_of_one_person_the_agreement_has_no_list(town, standing):
    number = standing("settled")
    with town.at(EAST):
        form = kinds()["mediation-agreement"]
        said = {**facts_of(by_number(number), form), "facts_found": "门店关闭"}
        assert (said["settled_with"], said["shares"]) == ("林晓梅", [])
        assert "约定金额" not in str(office.fill(library.template_of(form), form, said, want=("blocks",)))


def test_the_ledger_takes_as_many_statements_for_three_hundred_as_for_three(town, standing, take, settled, statements):
    many = [Complainant(f"甲{n}", f"1381234{n:04d}", Decimal(10)) for n in range(299)]
    number = standing("mediating", phone="13900000000", others=many)
    take(number, "settle", amount=Decimal(100), instalments=TWICE, consented=True)
    browser = town.client(EAST, "handler")

    def cost(address: str) -> int:
        counts = []
        for _look in range(2):
            with statements() as sent:
                browser.get(address)
            counts.append(len(sent))
        return min(counts)

    assert cost(f"/cases/{number}/shares") == cost(f"/cases/{settled}/shares") <= 16
    assert browser.get(f"/cases/{number}/shares").get_data(as_text=True).count("data-row") == 300


def test_nobody_else_reads_or_writes_the_ledger(town, settled, within):
    stranger = town.client(WEST, "handler")
    party = within(settled, lambda case, by: queries.lines(case)[0].party.id)
    for address in ("shares", "shares/ledger", f"shares/{party}/payment", "shares/ledger.xlsx"):
        assert stranger.get(f"/cases/{settled}/{address}", checked=False).status_code == 404, address
    clerk = town.client(EAST, "clerk")
    assert clerk.get(f"/cases/{settled}/shares/{party}/payment", checked=False).status_code == 403
    with pytest.raises(NotAllowed):
        within(settled, paying(0, "1"), login="clerk")
    with pytest.raises(Changed):
        within(settled, paying(0, "1", seen=1))
