"""Looking into a case: approval, plan, visits, evidence and who has it, testing that stops the clock, letters."""

from __future__ import annotations

import hashlib
import io
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from app.audit.models import Entry
from app.cases.papers.models import CaseDocument
from app.cases.papers.workflow import PAPER
from app.cases.queries import by_number
from app.core import clock
from app.core.errors import Invalid, Missing, NotAllowed, WrongMoment
from app.files.accept import accept
from app.handoffs.models import DraftState, HandoffDraft
from app.investigations import jobs, queries
from app.investigations.models import InvestigationState, OrderState
from app.investigations.workflow import propose
from app.jobs import drain
from app.notifications.models import Notice
from tenants.database import db
from tests.investigations.conftest import TOLD
from tests.town import EAST, MARKET, WEST

S = InvestigationState


def events(town: Any, number: str) -> list[str]:
    with town.at(EAST):
        case = by_number(number)
        return list(db.session.scalars(select(Entry.event).where(Entry.subject_id == case.id).order_by(Entry.seq)))


def noticed(town: Any, event: str) -> list[Any]:
    with town.at(EAST):
        return list(db.session.scalars(select(Notice.person_id).where(Notice.event == event)))


# The life of it ------------------------------------------------------------------------------------------------------


def test_a_handler_s_waits_for_the_director_who_is_told(town, opened, take):
    number = opened("handler")
    drain()
    assert noticed(town, "investigation.waits") == [town.director.id]
    with pytest.raises(NotAllowed):
        take(number, "begin")
    with pytest.raises(WrongMoment):
        take(number, "visit", visited_at=clock.now(), text="门店关闭", said={"place": "门店", "present": "东承办"})
    begun = take(number, "begin", login="director")
    drain()
    assert (begun.status, begun.approved_by_name) == ("under_way", "东主任")
    assert noticed(town, "investigation.begin") == [town.handler.id]
    assert events(town, number)[-2:] == ["case.investigation_propose", "case.investigation_begin"]


def test_a_director_s_own_begins_at_once_and_there_is_only_one(town, opened):
    number = opened()
    with town.at(EAST):
        case = by_number(number)
        assert queries.found(case).status == S.UNDER_WAY
        with pytest.raises(WrongMoment):
            propose(case, town.person(EAST, "handler"), scope="major", text="再查一次")


def test_one_that_was_not_approved_may_be_asked_for_again(opened, take):
    number = opened("handler")
    assert take(number, "decline", login="director", text="先调解").status == S.DECLINED
    assert take(number, "take_up", text="商家跨县经营").status == S.OPEN


def test_what_is_open_has_to_be_finished_before_the_findings(town, opened, take):
    number = opened()
    take(number, "plan", person=str(town.handler.id), due_on=clock.today(), text="查清收款账户")
    told = {"conclusion": "confirmed", "text": "账户为店长个人所有"}
    with pytest.raises(WrongMoment):
        take(number, "conclude", **told)
    take(number, "finish", point="1", text="银行流水已调取")
    ended = take(number, "conclude", **told)
    assert (ended.status, ended.findings) == ("concluded", "账户为店长个人所有")


def test_a_point_is_somebody_s_who_handles_cases_and_lies_ahead(town, opened, take):
    number = opened()
    for person, due_on, field in (
        (town.person(EAST, "clerk").id, clock.today(), "person"),
        (town.person(WEST, "handler").id, clock.today(), "person"),
        ("nobody", clock.today(), "person"),
        (town.handler.id, clock.today() - timedelta(days=1), "due_on"),
    ):
        with pytest.raises(Invalid) as refusal:
            take(number, "plan", person=str(person), due_on=due_on, text="查清收款账户")
        assert refusal.value.field == field


# Evidence ------------------------------------------------------------------------------------------------------------


def collected(take: Any, number: str, **more: Any) -> None:
    said = {"title": "收款码照片", "source": "门店前台", "holder": "", **more.pop("said", {})}
    take(number, "collect", taken_on=clock.today(), said=said, **more)


def chain(town: Any, number: str) -> list[tuple[str, str]]:
    with town.at(EAST):
        (piece,) = queries.opened(queries.found(by_number(number))).pieces
        return [(line.act, line.holder) for line in piece.chain]


def test_a_file_is_kept_with_its_hash_and_a_chain_begins_with_who_took_it(town, opened, take):
    number, body = opened(), "收款码".encode()
    collected(take, number, evidence=[accept(io.BytesIO(body), "收款码.txt")])
    with town.at(EAST):
        one = queries.found(by_number(number))
        (piece,) = queries.opened(one).pieces
        assert piece.file.sha256 == hashlib.sha256(body).hexdigest()
        assert queries.file_of(one, piece.file.id).id == piece.file.id
    assert chain(town, number) == [("received", "东承办")]
    answer = town.client(EAST, "clerk").open("GET", f"/cases/{number}/investigation/files/{piece.file.id}")
    assert answer.data == body
    assert events(town, number)[-1] == "case.investigation_file"


def test_a_chain_says_who_has_it_from_when_and_what_is_sealed(town, opened, take):
    number, today = opened(), clock.today()
    collected(take, number)

    def hand(act: str, holder: str = "", on: date = today) -> None:
        take(number, "hand_on", item="1", act=act, moved_on=on, said={"holder": holder}, text="封条 0017")

    def refused(field: str, act: str, holder: str = "", on: date = today) -> None:
        with pytest.raises(Invalid) as refusal:
            hand(act, holder, on)
        assert refusal.value.field == field

    refused("act", "unsealed")
    refused("act", "received")
    hand("sealed")
    refused("act", "sealed")
    refused("holder", "handed")
    hand("handed", "物证室 何云")
    refused("moved_on", "unsealed", on=today - timedelta(days=1))
    refused("moved_on", "unsealed", on=today + timedelta(days=1))
    hand("unsealed")
    hand("returned", "悦动健身 店长")
    refused("item", "handed", "东承办")
    assert chain(town, number) == [
        ("received", "东承办"),
        ("sealed", "东承办"),
        ("handed", "物证室 何云"),
        ("unsealed", "物证室 何云"),
        ("returned", "悦动健身 店长"),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "update evidence_custody set holder = '别人'",
        "delete from evidence_custody",
        "update evidence_item set title = '别的'",
        "delete from evidence_item_file",
        "update evidence_item_file set sha256 = repeat('0', 64)",
        "update investigation_visit set findings = ''",
        "update appraisal set number = 'X'",
    ],
)
def test_what_was_written_down_can_be_changed_by_nobody(town, opened, take, statement):
    number = opened()
    collected(take, number, evidence=[accept(io.BytesIO(b"x"), "a.txt")])
    with town.at(EAST), pytest.raises(ProgrammingError, match="permission denied"):
        db.session.execute(text(statement))


# Testing -------------------------------------------------------------------------------------------------------------

ORDER = {"laboratory": "江州市产品质量检验院", "tested": "电热水壶一台", "payer": "商家垫付"}


def ordered(take: Any, number: str) -> None:
    take(number, "order", answer_by=clock.today() + timedelta(days=20), said=ORDER, text="壶体是否有缺陷")


def test_an_order_stops_the_limit_on_its_own_number_and_its_report_lets_it_go_on(town, opened, take):
    # Mediation since Monday 2026-11-02: 60 days end on 2027-01-01, a Friday that nobody has confirmed as a holiday.
    with clock.freeze(clock.at(date(2026, 11, 2), 10)):
        number = opened()
    with town.at(EAST):
        due = by_number(number).clock("mediation").due_on
    assert due == date(2027, 1, 1)
    # Ordered on the 10th, here on the 24th: 14 days do not count. Friday 2027-01-01 + 14 = Friday 2027-01-15.
    with clock.freeze(clock.at(date(2026, 11, 10), 10)):
        ordered(take, number)
    with town.at(EAST):
        limit = by_number(number).clock("mediation")
        (order,) = queries.orders_out(queries.found(by_number(number)))
        paper = db.session.scalars(select(CaseDocument).where(CaseDocument.kind == "appraisal-order")).one()
        assert (limit.state, limit.paused_on) == ("paused", date(2026, 11, 10))
        assert limit.spans[-1]["evidence"] == order.number == paper.number == "东消检委〔2026〕第1号"
    with clock.freeze(clock.at(date(2026, 11, 24), 10)):
        with pytest.raises(WrongMoment):
            take(number, "conclude", conclusion="confirmed", text="有缺陷")
        take(number, "receive", order="1", ended_on=date(2026, 11, 24), text="不合格")
    with town.at(EAST):
        limit = by_number(number).clock("mediation")
        assert (limit.state, limit.due_on) == ("running", date(2027, 1, 15))


def test_of_two_orders_the_last_that_is_out_lets_it_go_on(town, opened, take):
    number = opened()
    ordered(take, number)
    ordered(take, number)
    take(number, "receive", order="1", ended_on=clock.today(), text="合格")
    with town.at(EAST):
        assert by_number(number).clock("mediation").state == "paused"
    take(number, "call_off", order="2", ended_on=clock.today(), text="双方和解")
    with town.at(EAST):
        assert by_number(number).clock("mediation").state == "running"
        states = [order.status for order in queries.opened(queries.found(by_number(number))).orders]
        assert states == [OrderState.RECEIVED, OrderState.CANCELLED]


def test_where_nothing_runs_that_testing_stops_the_order_goes_out_all_the_same(town, take):
    from app.cases.services import lodge

    with town.at(EAST):
        case = lodge(TOLD, town.person(EAST, "handler")).case
        propose(case, town.person(EAST, "director"), scope="major", text="来件即查")
        db.session.commit()
        number = case.number
    ordered(take, number)
    with town.at(EAST):
        (order,) = queries.orders_out(queries.found(by_number(number)))
        assert (order.paused, by_number(number).clock("acceptance").state) == (False, "running")
    take(number, "receive", order="1", ended_on=clock.today(), text="合格")


# Letters to regulators -----------------------------------------------------------------------------------------------


def advise(take: Any, number: str, login: str = "director", **told: Any) -> None:
    said = {"office": told.pop("office", ""), "findings": "多家门店闭店不退款。"}
    answer_by = told.pop("answer_by", clock.today() + timedelta(days=15))
    told = {"department": "", "text": "建议开展资金存管检查。", "answer_by": answer_by, **told}
    take(number, "advise", login=login, said=said, **told)


def test_a_department_is_sent_a_request_that_waits_for_the_director(town, opened, take):
    number = opened()
    advise(take, number, login="handler", department="5")
    with town.at(EAST):
        (letter,) = queries.letters_of(queries.found(by_number(number)))
        assert (letter.state, letter.handoff) == (DraftState.WAITING, None)
    advise(take, number, department="5")
    drain()
    with town.at(EAST):
        sent = queries.letters_of(queries.found(by_number(number)))[1]
        assert sent.handoff.status == "sent"
        assert sent.reference.startswith("east-ZB-")
        draft = db.session.scalars(select(HandoffDraft).where(HandoffDraft.id == sent.advice.letter_id)).one()
        assert (draft.fields, draft.files) == ({}, [])
    with town.at(MARKET):
        assert "资金存管" in db.session.scalars(text("select ask from handoff")).one()


def test_another_authority_is_written_to_on_paper_and_its_answer_noted(town, opened, take):
    number = opened()
    advise(take, number, login="handler", office="江北省通信管理局")
    with town.at(EAST):
        one = queries.found(by_number(number))
        (letter,) = queries.letters_of(one)
        assert (letter.paper.status, queries.unanswered(one)) == ("waiting", [])
        PAPER.take("approve", letter.paper, by=town.person(EAST, "director"))
        db.session.commit()
    take(number, "answered", letter="1", answered_on=clock.today(), text="已列入检查计划")
    with town.at(EAST):
        one = queries.found(by_number(number))
        assert queries.letters_of(one)[0].advice.answer == "已列入检查计划"
        assert queries.unanswered(one) == []


def test_nobody_and_no_time_are_refused(opened, take):
    number = opened()
    for told, field in (
        ({"office": ""}, "department"),
        ({"department": "3"}, "department"),  # another county is no regulator
        ({"office": "通信管理局", "answer_by": clock.today()}, "answer_by"),
    ):
        with pytest.raises(Invalid) as refusal:
            advise(take, number, **told)
        assert refusal.value.field == field


def test_late_points_and_letters_are_said_once(town, opened, take):
    with clock.freeze(clock.at(date(2026, 11, 2), 10)):
        number = opened()
        take(number, "plan", person=str(town.handler.id), due_on=date(2026, 11, 5), text="查清收款账户")
        advise(take, number, office="江北省通信管理局", answer_by=date(2026, 11, 9))

    def morning(day: int) -> tuple[int, int]:
        with clock.freeze(clock.at(date(2026, 11, day), 8, 40)), town.at(EAST):
            jobs.remind.run()
            db.session.commit()
        events = ("investigation.point_due", "investigation.letter_due")
        return tuple(len(noticed(town, event)) for event in events)  # type: ignore[return-value]

    assert [morning(day) for day in (4, 5, 9, 10, 11)] == [(0, 0), (1, 0), (1, 0), (1, 1), (1, 1)]


# The pages -----------------------------------------------------------------------------------------------------------


def test_the_page_shows_all_of_it_and_the_case_leads_there(town, opened, take):
    number = opened()
    collected(take, number, evidence=[accept(io.BytesIO(b"x"), "收款码.txt")])
    take(
        number, "visit", visited_at=clock.now(), text="门店关闭", said={"place": "河滨路8号", "present": "东承办、何云"}
    )
    browser = town.client(EAST, "handler")
    page = browser.get(f"/cases/{number}/investigation").get_data(as_text=True)
    for said in ("门店关闭", "河滨路8号", "SHA-256", "收款码.txt", "牵涉多家门店"):
        assert said in page
    assert f"/cases/{number}/investigation" in browser.get(f"/cases/{number}").get_data(as_text=True)


def test_a_form_is_sent_and_what_is_wrong_is_said_beside_it(town, mediating):
    browser = town.client(EAST, "handler")
    where = f"/cases/{mediating}/investigation"
    assert browser.post(f"{where}/new", {"scope": "major"}).status_code == 422
    assert browser.post(f"{where}/new", {"scope": "major", "text": "金额大"}).status_code == 303
    director = town.client(EAST, "director")
    assert director.post(f"{where}/steps/begin", {"version": 1}).status_code == 303
    told = {"version": 2, "visited_at": "2099-01-01T10:00", "place": "门店", "present": "东承办", "text": "关闭"}
    assert browser.post(f"{where}/steps/visit", told).status_code == 422
    assert browser.post(f"{where}/steps/visit", {**told, "visited_at": "2026-10-01T10:00"}).status_code == 303


def test_where_there_is_none_there_is_no_page(town, mediating):
    with town.at(EAST), pytest.raises(Missing):
        queries.found(by_number(mediating))
    assert town.client(EAST, "handler").open("GET", f"/cases/{mediating}/investigation").status_code == 404
