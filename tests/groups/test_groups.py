"""Group cases: members, the ledger, payments to the fen, settling and writing for all."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.cases.papers.models import CaseDocument
from app.cases.queries import by_number
from app.cases.services import parties
from app.cases.services.intake import Complainant
from app.cases.shares import queries as shares
from app.core import clock
from app.core.errors import Invalid, Missing, NotAllowed, WrongMoment
from app.documents.kinds import kinds
from app.files.accept import accept
from app.groups import queries, services
from app.groups.models import GroupBatchRow, GroupMember
from app.jobs import drain
from tenants.database import db
from tests.town import CITY, EAST, WEST


def paying(amount: Any, **told: Any) -> Any:
    told = {"on": clock.today(), "evidence": "银行回单，见卷第12页", **told}
    return lambda group, by: services.pay(group, by, Decimal(str(amount)), **told)


def agreeing(percent: Any) -> Any:
    return lambda group, by: services.offer(group, by, percent=Decimal(str(percent)), agreed=True)


def lines(town: Any, number: str) -> list[queries.Line]:
    with town.at(EAST):
        found = queries.ledger(queries.by_number(number))
        db.session.expunge_all()
        return found


# Members -------------------------------------------------------------------------------------------------------------


def test_a_group_takes_open_complaints_against_one_merchant(town, grouped, lodged):
    number = grouped(3, claims=[100, 200, 300])
    assert re.fullmatch(r"G\d{4}-\d{6}", number)
    assert [line.member.claimed for line in lines(town, number)] == [100, 200, 300]
    others = [lodged(merchant_name="别的店"), lodged(nature="R")]
    with town.at(EAST):
        group, handler = queries.by_number(number), town.person(EAST, "handler")
        for other in others:
            with pytest.raises(Invalid):
                services.add(group, handler, [by_number(other)])
            db.session.rollback()
        taken = [line.case for line in queries.ledger(group)]
        with pytest.raises(Invalid):
            services.open_group(handler, title="再来一次", cases=taken)
        db.session.rollback()
    another = lodged()
    with town.at(EAST):
        group = queries.by_number(number)
        assert services.add(group, town.person(EAST, "handler"), [by_number(another)]) == 1


def test_a_group_has_two_cases_or_more_and_a_name(town, crowd):
    numbers = crowd(2)
    with town.at(EAST):
        handler, cases = town.person(EAST, "handler"), [by_number(number) for number in numbers]
        for title, chosen in (("一个人", cases[:1]), (" ", cases), ("长" * 41, cases), ("13812346027 群体", cases)):
            with pytest.raises(Invalid):
                services.open_group(handler, title=title, cases=chosen)
        with pytest.raises(NotAllowed):
            services.open_group(town.person(EAST, "clerk"), title="群体", cases=cases)


def test_the_database_has_a_case_in_one_group_only(town, grouped, root):
    grouped(2)
    with pytest.raises(IntegrityError), root.begin() as connection:
        connection.execute(
            text(
                "insert into group_member (tenant_id, id, group_id, case_id, joined_at) "
                "select tenant_id, gen_random_uuid(), group_id, case_id, joined_at from group_member limit 1"
            )
        )


def test_who_leaves_is_free_for_another_group_unless_they_were_paid(town, grouped, settled, within):
    number = grouped(3)
    one = lines(town, number)[0]
    within(number, lambda group, by: services.remove(group, by, queries.member_of(group, one.member.id), reason="撤诉"))
    assert len(lines(town, number)) == 2
    with town.at(EAST):
        assert by_number(one.case.number).traits == []
        assert [case.number for case in queries.candidates(queries.by_number(number))] == [one.case.number]
    with town.at(EAST):
        db.session.execute(text("update case_record set merchant_name = '前一家'"))
        db.session.commit()
    number = settled(2)
    within(number, paying(10))
    other = lines(town, number)[0]
    with pytest.raises(WrongMoment):
        within(
            number, lambda group, by: services.remove(group, by, queries.member_of(group, other.member.id), reason="x")
        )


# The ledger ----------------------------------------------------------------------------------------------------------


def test_what_was_signed_stays_in_the_ledger(town, settled, within):
    number = settled(2, claims=[100, 100])
    member = lines(town, number)[0].member.id
    with pytest.raises(Invalid):
        within(number, lambda group, by: services.enter(group, by, {member: {"agreed": Decimal("49.99")}}))
    within(number, lambda group, by: services.enter(group, by, {member: {"claimed": Decimal(120)}}))
    line = lines(town, number)[0]
    assert (line.member.claimed, line.agreed) == (120, 100)


# For all -------------------------------------------------------------------------------------------------------------


def test_one_form_is_written_for_all_and_each_says_what_became_of_it(town, grouped, within):
    number = grouped(3)
    form = kinds()["minutes"]
    filled = {one.name: one.sample for one in form.fields}
    batch = within(number, lambda group, by: services.write(group, by, form, filled=filled, issue=True)).id
    drain()
    with town.at(EAST):
        rows = queries.rows_of(queries.batch_of(queries.by_number(number), batch))
        assert [(row.status, row.why) for row in rows] == [("done", "")] * 3
        papers = db.session.scalars(select(CaseDocument)).all()
        assert {paper.status for paper in papers} == {"issued"}
        assert len({paper.number for paper in papers if paper.number}) == (3 if form.numbered else 0)


def test_a_form_that_wants_approval_is_submitted_by_who_cannot_give_it(town, grouped, within):
    number = grouped(2)
    form = next(one for one in kinds().values() if one.approval)
    filled = {one.name: one.sample for one in form.fields}
    within(number, lambda group, by: services.write(group, by, form, filled=filled, issue=True))
    drain()
    with town.at(EAST):
        assert {paper.status for paper in db.session.scalars(select(CaseDocument))} == {"waiting"}


def test_a_document_that_cannot_be_issued_stops_no_other(town, grouped, within, monkeypatch):
    number = grouped(2)
    form = kinds()["minutes"]
    filled = {one.name: one.sample for one in form.fields}
    within(number, lambda group, by: services.write(group, by, form, filled=filled, issue=True))
    with town.at(EAST):
        one = db.session.scalars(select(GroupBatchRow).order_by(GroupBatchRow.id)).first()
        paper = db.session.scalars(select(CaseDocument).where(CaseDocument.id == one.paper_id)).one()
        paper.fill_in({})  # what is needed is gone
        db.session.commit()
    drain()
    with town.at(EAST):
        rows = db.session.scalars(select(GroupBatchRow).order_by(GroupBatchRow.id)).all()
        assert [row.status for row in rows] == ["refused", "done"]
        assert rows[0].why


def test_what_holds_for_all_is_written_once(town, grouped, within):
    number = grouped(2)
    within(number, lambda group, by: services.note(group, by, kind="finding", text="商家9月10日停业，备案资金已冻结。"))
    files = [accept(io.BytesIO(b"1"), "停业公告.txt")]
    within(number, lambda group, by: services.attach(group, by, files))
    page = town.client(EAST, "handler").get(f"/groups/{number}").get_data(as_text=True)
    assert "备案资金已冻结" in page
    assert "停业公告.txt" in page
    with town.at(EAST):
        (file,) = queries.files(queries.by_number(number))
    browser = town.client(EAST, "handler")
    assert file.sha256 in browser.get(f"/groups/{number}/files/{file.id}/view").get_data(as_text=True)
    assert f"/east/groups/{number}" in browser.page.links
    assert town.client(WEST, "handler").get(f"/groups/{number}/files/{file.id}/view").status_code == 404
    for bad in (
        lambda group, by: services.note(group, by, kind="fact", text=" "),
        lambda group, by: services.attach(group, by, []),
    ):
        with pytest.raises(Invalid):
            within(number, bad)


# The pages -----------------------------------------------------------------------------------------------------------


def test_the_pages_make_a_group_and_write_its_ledger(town, crowd):
    numbers = crowd(3)
    browser = town.client(EAST, "handler")
    offered = browser.get(f"/groups/new/{numbers[0]}").get_data(as_text=True)
    assert all(number in offered for number in numbers)
    assert browser.post(f"/groups/new/{numbers[0]}", {"title": "群体", "chosen": numbers[:1]}).status_code == 422
    made = browser.post(f"/groups/new/{numbers[0]}", {"title": "群体", "chosen": numbers[:2]})
    address = made.headers["Location"].removeprefix("/east")
    assert browser.post(f"{address}/members", {"chosen": numbers[2:]}).status_code == 303
    typed = {f"agreed-{number}": "1,000.5" for number in numbers}
    assert browser.post(f"{address}/ledger", {**typed, f"agreed-{numbers[0]}": "很多"}).status_code == 422
    browser.get(f"{address}/ledger")
    version = next(form["fields"]["version"] for form in browser.page.forms if f"agreed-{numbers[0]}" in form["fields"])
    assert browser.post(f"{address}/ledger", {**typed, "version": version}).status_code == 303
    other = {f"agreed-{numbers[0]}": "800", "version": version}  # from a page that was opened before
    assert browser.post(f"{address}/ledger", other).status_code == 409
    assert "1000.50" in browser.page.words, "what stands now is beside what was typed"
    assert any(form["fields"].get(f"agreed-{numbers[0]}") == "800" for form in browser.page.forms)
    page = browser.get(address).get_data(as_text=True)
    assert "3,001.50" in page
    assert "data-chart=" not in page, "there is nothing to draw before somebody has settled"
    assert "13956780000" not in page
    assert address.rpartition("/")[2] in browser.get(f"/cases/{numbers[0]}").get_data(as_text=True)
    assert address.rpartition("/")[2] in browser.get("/groups").get_data(as_text=True)


def test_a_clerk_reads_a_group_and_writes_nothing(town, grouped):
    number = grouped(2)
    clerk = town.client(EAST, "clerk")
    assert clerk.get(f"/groups/{number}").status_code == 200
    for address in (
        "members",
        "ledger",
        "payments",
        "settle",
        "documents",
        "plan",
        "amendment",
        "offer",
        "notes",
        "files",
    ):
        assert clerk.get(f"/groups/{number}/{address}", checked=False).status_code == 403, address


def test_a_group_page_takes_as_many_statements_for_forty_as_for_two(town, settled, statements):
    few, many = settled(2, count=3), None
    browser = town.client(EAST, "handler")

    def cost(number: str) -> int:
        counts = []
        for _look in range(2):
            with statements() as sent:
                browser.get(f"/groups/{number}")
            counts.append(len(sent))
        return min(counts)

    small = cost(few)
    with town.at(EAST):
        db.session.execute(text("update case_record set merchant_name = '前一家'"))
        db.session.commit()
    many = settled(40, count=3)
    assert cost(many) == small <= 20


def test_what_is_paid_through_the_group_to_a_joint_complaint_is_shared_out_among_its_people(town, crowd, within):
    numbers = crowd(2, claims=[600, 400])
    with town.at(EAST):
        case, by = by_number(numbers[0]), town.person(EAST, "handler")
        others = [
            Complainant("王建国", "13822223333", Decimal(200)),
            Complainant("李若兰", "13833334444", Decimal(300)),
        ]
        parties.join(case, by, others)
        group = services.open_group(by, title="群体", cases=[by_number(number) for number in numbers])
        db.session.commit()
        number = group.number

    def settle(group: Any, by: Any) -> None:
        services.offer(group, by, percent=Decimal(50), agreed=True)
        services.plan(group, by, terms="分期退还", count=2, first=clock.today())
        answers = {line.member.id: True for line in queries.ledger(group)}
        services.settle(group, by, answers, on=clock.today(), consented=True)

    within(number, settle)  # 300 of 600 and 200 of 400, in halves
    paid = within(number, paying("125"))  # half of what is due first: 75 to the joint complaint

    def got() -> list[Decimal]:
        with town.at(EAST):
            return [line.paid for line in shares.lines(by_number(numbers[0]))]

    assert got() == [Decimal("12.50"), Decimal("25.00"), Decimal("37.50")]  # by what is open of 50, 100 and 150
    key = paid.id
    within(
        number,
        lambda group, by: services.void(group, by, queries.payment_of(group, key), reason="重复"),
        login="director",
    )
    assert got() == [Decimal(0)] * 3


# The walls -----------------------------------------------------------------------------------------------------------


def test_nobody_else_sees_who_is_in_a_group_or_what_they_got(town, settled, within):
    number = settled(2)
    within(number, paying("1", proofs=[accept(io.BytesIO(b"1"), "银行流水.txt")]))
    within(number, lambda group, by: services.note(group, by, kind="fact", text="只有本中心知道"))
    private = (
        "group_member",
        "group_note",
        "group_payment",
        "group_payment_share",
        "group_file",
        "group_plan",
        "group_proof",
        "group_batch",
    )
    for slug in (WEST, CITY):
        with town.at(slug):
            for table in private:
                assert not db.session.execute(text(f"select count(*) from {table}")).scalar(), (slug, table)
    with town.at(WEST):
        with pytest.raises(Missing):
            queries.by_number(number)
        assert not db.session.execute(text("select count(*) from case_group")).scalar()
    assert town.client(WEST, "handler").get(f"/groups/{number}", checked=False).status_code == 404


def test_a_case_of_another_county_is_taken_into_no_group(town, grouped, lodged):
    number, stranger = grouped(2), lodged(WEST)
    browser = town.client(EAST, "handler")
    assert browser.post(f"/groups/{number}/members", {"chosen": [stranger]}).status_code == 422
    with town.at(EAST):
        assert db.session.scalar(select(func.count()).select_from(GroupMember)) == 2
