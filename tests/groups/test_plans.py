"""One plan for all: who consents has a settlement of their own, what is paid covers it, what was signed stays."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app import audit, deadlines
from app.cases.models import Agreement, Case
from app.cases.papers.facts import facts_of
from app.cases.queries import by_number
from app.core import clock
from app.core.errors import Changed, Invalid, NotAllowed, WrongMoment
from app.documents.kinds import kinds
from app.files.accept import accept
from app.groups import jobs as group_jobs
from app.groups import queries, services
from app.groups.models import GroupPlan, GroupShare, months_after
from app.groups.views import _picture
from app.mediation import jobs
from app.mediation import queries as mediation
from app.mediation.confirmation import window
from app.mediation.models import Confirmation, Instalment
from app.mediation.services import confirming, performance
from app.notifications.models import Notice
from app.notifications.words import title
from tenants.database import db
from tests.groups.test_groups import agreeing, lines, paying
from tests.town import BEGUN, EAST

pytestmark = pytest.mark.usefixtures("one_day")
TODAY = clock.on(BEGUN)
D = Decimal


def planning(**told: Any) -> Any:
    told = {"terms": "分期退还", "count": 3, "first": clock.today(), **told}
    return lambda group, by: services.plan(group, by, **told)


def answering(answers: Any, **told: Any) -> Any:
    """Answers in the order of the ledger: True, False, or None for who was not asked."""
    told = {"on": clock.today(), "consented": True, **told}

    def settle(group: Any, by: Any) -> Any:
        there = zip(queries.ledger(group), answers, strict=True)
        return services.settle(group, by, {line.member.id: said for line, said in there if said is not None}, **told)

    return settle


def amending(*chosen: int, **told: Any) -> Any:
    told = {"reason": "商家资金周转困难", "count": 2, "on": clock.today(), "consented": True, **told}
    told.setdefault("first", clock.today() + timedelta(days=30))

    def amend(group: Any, by: Any) -> Any:
        there = queries.ledger(group)
        return services.amend(group, by, {there[n].member.id for n in chosen}, **told)

    return amend


def parts_of(town: Any, number: str) -> list[list[tuple[int, date, Decimal, str]]]:
    """Of each line, its instalments: number, day, amount, status."""
    return [[(one.ordinal, one.due_on, one.amount, one.status) for one in line.parts] for line in lines(town, number)]


def events(town: Any) -> dict[str, int]:
    with town.at(EAST):
        return dict(db.session.execute(text("select event, count(*) from audit_entry group by event")).all())


# The plan ------------------------------------------------------------------------------------------------------------


def test_the_days_of_a_plan_by_hand():
    plan = GroupPlan(count=3, first_on=date(2026, 12, 31), months=2)
    # February 2027 has 28 days, April has 30.
    assert plan.days == [date(2026, 12, 31), date(2027, 2, 28), date(2027, 4, 30)]
    assert months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert months_after(date(2027, 11, 30), 3) == date(2028, 2, 29)
    assert months_after(date(2026, 12, 5), 1) == date(2027, 1, 5)


def test_each_who_consents_has_a_settlement_and_instalments_of_their_own(town, grouped, within):
    with clock.freeze(clock.at(clock.today(), 10)):
        number = grouped(2, claims=["50.00", "50.01"])
        within(number, agreeing(100))
        first = clock.today() + timedelta(days=10)
        within(number, planning(first=first))
        within(number, answering([True, True], effective_on=clock.today()))
    days = [months_after(first, n) for n in range(3)]
    # 5000 fen in three: 1667, 1667, 1666; 5001 fen: 1667 each.
    assert parts_of(town, number) == [
        [(1, days[0], D("16.67"), "due"), (2, days[1], D("16.67"), "due"), (3, days[2], D("16.66"), "due")],
        [(1, days[0], D("16.67"), "due"), (2, days[1], D("16.67"), "due"), (3, days[2], D("16.67"), "due")],
    ]
    with town.at(EAST):
        agreements = db.session.scalars(select(Agreement)).all()
        assert {(one.terms, one.perform_by, one.agreed_on) for one in agreements} == {("分期退还", days[2], TODAY)}
        assert {one.effective_on for one in db.session.scalars(select(Confirmation))} == {TODAY}
        case = lines_case(number, 0)
        agreed = mediation.agreement_of(case)
        assert agreed.window == window(case, TODAY)
        assert "第3期" in facts_of(case, kinds()["mediation-agreement"])["agreement"]
        (entry, *_rest) = [line.entry for line in audit.trail(case.id) if line.entry.event == "case.settle"]
        assert entry.facts["consented"] is True
        members = [line.member for line in queries.ledger(queries.by_number(number))]
        assert {(one.consented, one.answered_on) for one in members} == {(True, TODAY)}


def lines_case(number: str, n: int) -> Case:
    return queries.ledger(queries.by_number(number))[n].case


def test_who_consents_after_the_first_day_catches_up_on_the_day_they_consent(town, grouped, within):
    """Due 2026-11-10, 12-10 and 2027-01-10; signed on 2026-12-15: two thirds at once, the last as everybody."""
    with clock.freeze(clock.at(date(2026, 11, 2), 10)):
        number = grouped(2, claims=[300, 300])
        within(number, agreeing(100))
        within(number, planning(first=date(2026, 11, 10)))
        within(number, answering([True, None]))
    with clock.freeze(clock.at(date(2026, 12, 15), 10)):
        within(number, answering([None, True]))
    assert parts_of(town, number)[1] == [(1, date(2026, 12, 15), 200, "due"), (2, date(2027, 1, 10), 100, "due")]


def test_who_does_not_consent_stays_open_and_is_mediated_alone(town, grouped, within, take, look):
    number = grouped(3, claims=[100, 200, 300])
    within(number, agreeing(80))
    within(number, planning())
    done = within(number, answering([True, False, None]))
    assert [(bool(row.why), row.declined) for row in done] == [(False, False), (False, True)]
    one, two, three = lines(town, number)
    assert [line.case.status for line in (one, two, three)] == ["settled", "accepted", "accepted"]
    assert (two.declined, two.member.answered_on, two.member.agreed, two.parts) == (True, TODAY, None, [])
    assert three.member.consented is None
    assert events(town)["case.group_declined"] == 1
    # A later offer to all does not agree for them; what they agree to, they agree to alone.
    within(number, agreeing(90))
    assert [line.member.agreed for line in lines(town, number)] == [80, None, 270]
    take(two.case.number, "settle", amount=D(150), instalments=f"{TODAY} 150")
    assert look(two.case.number).status == "settled"
    assert lines(town, number)[1].agreed == 150
    with town.at(EAST):
        assert lines_case(number, 1).outcome == "settled"


def test_an_answer_that_is_sent_again_is_not_written_down_again(town, grouped, within):
    number = grouped(2)
    within(number, agreeing(80))
    within(number, planning())
    within(number, answering([None, False]))
    within(number, answering([True, False]))
    assert events(town)["case.group_declined"] == 1


def test_one_that_refuses_stops_no_other(town, grouped, within, take, look):
    number = grouped(4, claims=[100, 200, 300, 400])
    within(number, agreeing(80))
    within(number, planning())
    refused = lines(town, number)[1].case.number
    take(refused, "end")
    with town.at(EAST):
        rows = services.may_settle(queries.by_number(number), town.person(EAST, "handler"))
        assert [bool(row.why) for row in rows] == [False, True, False, False]
    done = within(number, answering([True] * 4))
    assert [bool(row.why) for row in done] == [False, True, False, False]
    assert [line.case.status for line in lines(town, number)] == ["settled", "ended", "settled", "settled"]
    assert look(refused).status == "ended"
    with town.at(EAST):
        assert sorted(db.session.scalars(select(Agreement.amount))) == [80, 240, 320]
    assert (events(town)["case.settle"], events(town)["group.settled"]) == (3, 1)


def test_a_case_that_refuses_at_the_last_moment_leaves_nothing_behind(town, grouped, within, monkeypatch):
    """The savepoint: what the step had written before it refused is gone, what others did and its entries stay."""
    from app.cases.services import mediation as stage

    number = grouped(3)
    within(number, agreeing(100))
    within(number, planning())
    victim = lines(town, number)[1]
    real = stage.not_ahead

    def sometimes(case: Case, on: date) -> None:
        real(case, on)
        if case.id == victim.case.id and case.outcome is None and db.session().in_nested_transaction():
            case.given_title = "写了一半"
            db.session.flush()
            raise Invalid("on", "不行")

    monkeypatch.setattr(stage, "not_ahead", sometimes)
    done = within(number, answering([True] * 3))
    assert [row.why for row in done] == ["", "不行", ""]
    assert events(town)["case.settle"] == 2
    with town.at(EAST):
        assert by_number(victim.case.number).title != "写了一半"
    assert lines(town, number)[1].member.consented is None


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"consented": False}, "consented"),
        ({"on": TODAY + timedelta(days=1)}, "on"),
        ({"effective_on": TODAY + timedelta(days=1)}, "effective_on"),
        ({"effective_on": TODAY - timedelta(days=1)}, "effective_on"),
    ],
)
def test_nobody_is_settled_without_consent_or_on_a_day_that_cannot_be(town, grouped, within, told, field):
    number = grouped(2)
    within(number, agreeing(100))
    within(number, planning())
    with pytest.raises(Invalid) as refused:
        within(number, answering([True, True], **told))
    assert refused.value.field == field
    assert {line.case.status for line in lines(town, number)} == {"accepted"}


def test_without_a_plan_or_an_answer_or_an_amount_nobody_is_settled(town, grouped, within):
    number = grouped(2)
    with pytest.raises(WrongMoment):
        within(number, answering([True, True]))
    within(number, planning())
    with town.at(EAST):
        rows = services.may_settle(queries.by_number(number), town.person(EAST, "handler"))
        assert all(row.why for row in rows)
    with pytest.raises(Invalid) as refused:
        within(number, answering([None, None]))
    assert refused.value.field == "answers"


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"terms": " "}, "terms"),
        ({"count": 0}, "count"),
        ({"count": 37}, "count"),
        ({"months": 13}, "count"),
        ({"first": TODAY - timedelta(days=400)}, "first"),
        ({"count": 36, "months": 12}, "first"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(grouped, within, told, field):
    number = grouped(2)
    with pytest.raises(Invalid) as refused:
        within(number, planning(**told))
    assert refused.value.field == field


def test_a_plan_is_laid_down_anew_until_somebody_has_settled_on_it(town, grouped, within):
    number = grouped(2, claims=[100, 100])
    within(number, agreeing(100))
    within(number, planning(count=2))
    within(number, planning(count=4))
    within(number, answering([True, None]))
    assert len(parts_of(town, number)[0]) == 4
    with pytest.raises(WrongMoment, match="1"):
        within(number, planning(count=2))
    within(number, paying(30))
    with pytest.raises(WrongMoment) as refused:
        within(number, planning(count=2))
    assert "补充协议" in str(refused.value.message)
    browser = town.client(EAST, "handler")
    browser.get(f"/groups/{number}/plan")
    assert str(refused.value.message).partition(" ")[0] in browser.page.words
    form = {"terms": "改写", "count": "2", "first": f"{TODAY}", "months": "1"}
    assert browser.post(f"/groups/{number}/plan", form).status_code == 409
    assert len(parts_of(town, number)[0]) == 4


# Payments ------------------------------------------------------------------------------------------------------------


def test_a_sum_is_shared_out_to_the_fen_and_covers_the_earliest_instalments(town, settled, within):
    """50.00 and 50.01 in three; 40 paid: 20.00 each (2000 of 10001 parts to either, the odd fen to the larger rest)."""
    number = settled(2, claims=["50.00", "50.01"], count=3)
    within(number, paying("40"))
    one, two = lines(town, number)
    assert (one.paid, two.paid) == (D("20.00"), D("20.00"))
    # 16.67 performed, 3.33 of the second; what is left is 50 - 20 and 50.01 - 20.
    assert [(part.status, part.covered, part.performed_on) for part in one.parts] == [
        ("done", D("16.67"), TODAY),
        ("due", D("3.33"), None),
        ("due", D(0), None),
    ]
    assert (one.outstanding, two.outstanding) == (30, D("30.01"))
    dues = queries.dues([one, two])
    assert [(due.amount, due.paid, due.people) for due in dues] == [
        (D("33.34"), D("33.34"), 2),
        (D("33.34"), D("6.66"), 2),
        (D("33.33"), 0, 2),
    ]
    assert queries.next_due(dues) == (months_after(TODAY, 1), D("26.68"))
    within(number, paying("60.01"))
    assert [(line.paid, line.outstanding) for line in lines(town, number)] == [(50, 0), (D("50.01"), 0)]
    with pytest.raises(Invalid):
        within(number, paying("0.01"))
    with town.at(EAST):
        performed = mediation.agreement_of(lines_case(number, 0)).performed
    assert performed == 50


def test_who_pays_what_everybody_is_due_leaves_nobody_a_fen_short(town, settled, within):
    """One large claim and many small ones: in proportion to the whole, a third of 1.00 would come out as 0.33."""
    number = settled(6, claims=["10000", "1", "1", "1", "1", "1"], count=3)
    first = sum(line.parts[0].amount for line in lines(town, number))
    assert first == D("3335.04"), "3333.34 and five times 0.34"
    within(number, paying(str(first)))
    assert [line.parts[0].status for line in lines(town, number)] == ["done"] * 6
    assert all(not line.parts[1].covered for line in lines(town, number))


def test_the_shares_of_every_payment_add_up_to_it(town, settled, within):
    number = settled(7, claims=["333.33", "100.01", "77.77", "0.05", "1200", "58.60", "999.99"], count=3)
    for amount in ("0.01", "123.45", "700.10"):
        payment = within(number, paying(amount)).id
        with town.at(EAST):
            total = db.session.scalar(select(func.sum(GroupShare.amount)).where(GroupShare.payment_id == payment))
        assert total == D(amount)
    assert all(0 <= line.paid <= line.agreed for line in lines(town, number))


def test_a_line_for_each_is_entered_at_once_with_its_proof(town, settled, within):
    number = settled(3, claims=[300, 600, 900], count=3)
    got = dict(zip([line.member.id for line in lines(town, number)], [D(100), D(250), D(0)], strict=True))
    statement = [accept(io.BytesIO("流水".encode()), "银行流水.txt")]
    payment = within(number, lambda group, by: services.pay(group, by, got, on=TODAY, proofs=statement))
    with town.at(EAST):
        group = queries.by_number(number)
        there = queries.payment_of(group, payment.id)
        assert (there.amount, there.evidence) == (350, "")
        shares = [(case.number, part.ordinal, amount) for case, part, amount in queries.shares(there)]
        assert [(ordinal, amount) for _case, ordinal, amount in shares] == [(1, 100), (1, 200), (2, 50)]
        assert [file.name for file in queries.proofs(there)] == ["银行流水.txt"]
    assert [line.paid for line in lines(town, number)] == [100, 250, 0]
    assert events(town)["case.group_paid"] == 2


@pytest.mark.parametrize("told", [{"on": date(2999, 1, 1)}, {"evidence": " "}, {"amount": "0"}, {"amount": "9999999"}])
def test_a_payment_that_cannot_be_is_refused(settled, within, told):
    number = settled(2)
    with pytest.raises(Invalid):
        within(number, paying(told.pop("amount", "1"), **told))


def test_nothing_is_paid_before_it_was_agreed_or_to_who_has_not_settled(town, settled, within):
    with clock.freeze(clock.at(TODAY, 10)):
        number = settled(2, claims=[100, 100])
        with pytest.raises(Invalid) as refused:
            within(number, paying(1, on=TODAY - timedelta(days=1)))
        assert refused.value.field == "on"
    member = lines(town, number)[0].member.id
    with pytest.raises(Invalid) as refused:
        within(number, lambda group, by: services.pay(group, by, {member: D("100.01")}, on=TODAY, evidence="回单"))
    assert refused.value.field.startswith("amount-")
    with pytest.raises(Invalid):
        within(number, lambda group, by: services.pay(group, by, {}, on=TODAY, evidence="回单"))


def test_what_one_got_is_noted_on_their_own_case_too_and_counts_in_the_group(town, settled, within):
    number = settled(2, claims=[300, 300], count=3)
    within(number, paying(100))  # 50 each, half of the first
    case = lines(town, number)[0].case.number
    receipt = [accept(io.BytesIO("收条".encode()), "收条.txt")]
    note(town, case, 1, status="done", on=TODAY, proofs=receipt)
    assert [(line.paid, line.outstanding) for line in lines(town, number)] == [(100, 200), (50, 250)]
    # Half of it came through the group and stays paid when the note on the case is taken back.
    note(town, case, 1, status="failed", remark="退票")
    assert [(line.paid, line.outstanding) for line in lines(town, number)] == [(50, 250), (50, 250)]
    assert lines(town, number)[0].late == 50
    within(number, paying(100))
    with pytest.raises(WrongMoment):
        note(town, case, 1, status="due", remark="登记有误")


def note(town: Any, case: str, ordinal: int, **facts: Any) -> None:
    with town.at(EAST):
        there = by_number(case)
        part = mediation.agreement_of(there).parts[ordinal - 1]
        performance.note(part, there, town.person(EAST, "handler"), **facts)
        db.session.commit()


def test_a_payment_that_was_a_mistake_counts_no_more(town, settled, within):
    number = settled(2, claims=[100, 200], count=2)
    within(number, paying("60"))
    payment = within(number, paying("150")).id
    assert [line.paid for line in lines(town, number)] == [70, 140]
    within(number, lambda group, by: services.void(group, by, queries.payment_of(group, payment), reason="重复登记"))
    # 60 in the proportion 1 : 2 are left: 20 of 50 and 40 of 100.
    assert [[(part.status, part.paid) for part in line.parts] for line in lines(town, number)] == [
        [("due", 20), ("due", 0)],
        [("due", 40), ("due", 0)],
    ]
    assert events(town)["case.group_unpaid"] == 2
    with pytest.raises(WrongMoment):
        within(number, lambda group, by: services.void(group, by, queries.payment_of(group, payment), reason="再来"))
    within(number, paying("240"))


# Amending ------------------------------------------------------------------------------------------------------------


def test_an_amendment_puts_what_is_open_on_other_days_and_leaves_what_was_paid(town, settled, within):
    """300 and 600 in three; 270 paid: 90 of 100 and 180 of 200. Open are 210 and 420, in two."""
    number = settled(2, claims=[300, 600], count=3)
    within(number, paying("150"))  # 50, 100
    within(number, paying("210"))  # 70, 140: the first performed, 20 and 40 of the second
    first = TODAY + timedelta(days=45)
    done = within(number, amending(0, first=first, count=2))
    assert [row.why for row in done] == [""]
    later, days = months_after(first, 1), [months_after(TODAY, n) for n in range(3)]
    assert parts_of(town, number) == [
        # What was paid of the second is performed; the 180 left are due on the new days.
        [
            (1, days[0], 100, "done"),
            (2, days[1], 20, "done"),
            (3, first, 90, "due"),
            (4, later, 90, "due"),
        ],
        [(1, days[0], 200, "done"), (2, days[1], 200, "due"), (3, days[2], 200, "due")],
    ]
    with town.at(EAST):
        agreements = {one.amount: one.perform_by for one in db.session.scalars(select(Agreement))}
        assert agreements == {300: later, 600: days[2]}
        shown = mediation.agreement_of(lines_case(number, 0)).parts
        assert [(one.ordinal, one.status) for one in shown if one.status == "replaced"] == [(3, "replaced")]
        assert "第4期" in facts_of(lines_case(number, 0), kinds()["mediation-agreement"])["agreement"]
        plans = db.session.scalars(select(GroupPlan).order_by(GroupPlan.id)).all()
        assert [(one.reason, one.terms) for one in plans] == [("", "分期退还"), ("商家资金周转困难", "分期退还")]
    assert (events(town)["group.amended"], events(town)["case.group_amended"]) == (1, 1)
    assert [line.outstanding for line in lines(town, number)] == [180, 360]


def test_a_payment_that_does_not_count_after_an_amendment_is_owed_again(town, settled, within):
    number = settled(2, claims=[300, 300], count=3)
    payment = within(number, paying("240")).id  # 120 each: 100 and 20 of the second
    within(number, amending(0, 1))
    within(number, lambda group, by: services.void(group, by, queries.payment_of(group, payment), reason="退票"))
    assert [(line.paid, line.outstanding) for line in lines(town, number)] == [(0, 300)] * 2
    within(number, paying("600"))
    assert [(line.paid, line.outstanding) for line in lines(town, number)] == [(300, 0)] * 2


def test_what_was_replaced_is_noted_no_more_and_reminds_of_nothing(town, settled, within):
    number = settled(2, claims=[100, 100], count=2, first=TODAY + timedelta(days=5))
    within(number, amending(0, 1, first=TODAY + timedelta(days=200)))
    case = lines(town, number)[0].case.number
    with pytest.raises(WrongMoment):
        note(town, case, 1, status="done", on=TODAY)
    with clock.freeze(clock.at(_working_day(TODAY + timedelta(days=60)), 8, 35)), town.at(EAST):
        jobs.remind_of_instalments.run()
        group_jobs.remind_of_instalments.run()
        assert db.session.scalars(select(Notice).where(Notice.event.like("%instalment%"))).all() == []


def _working_day(day: date) -> date:
    while not deadlines.load_calendar().is_working_day(day):
        day += timedelta(days=1)
    return day


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"consented": False}, "consented"),
        ({"on": TODAY + timedelta(days=1)}, "on"),
        ({"first": TODAY - timedelta(days=1)}, "first"),
        ({"count": 37}, "count"),
    ],
)
def test_an_amendment_that_cannot_be_is_refused(town, settled, within, told, field):
    number = settled(2)
    with pytest.raises(Invalid) as refused:
        within(number, amending(0, **told))
    assert refused.value.field == field


def test_nothing_is_amended_before_somebody_settled_nor_what_is_paid_or_before_the_court(
    town, grouped, settled, within
):
    number = settled(2, claims=[100, 200], effective_on=TODAY)
    one = lines(town, number)[0]
    within(number, lambda group, by: services.pay(group, by, {one.member.id: D(100)}, on=TODAY, evidence="回单"))
    with town.at(EAST):
        case = lines_case(number, 1)
        agreed = mediation.agreement_of(case)
        said = {"effective_on": TODAY, "status": "applied", "court": "东县人民法院", "applied_on": TODAY}
        confirming.note(case, agreed.agreement, agreed.confirmation, town.person(EAST, "handler"), **said)
        db.session.commit()
        rows = services.may_amend(queries.by_number(number), town.person(EAST, "handler"))
        assert all(row.why for row in rows)
    with pytest.raises(Invalid) as refused:
        within(number, amending(0, 1))
    assert refused.value.field == "chosen"
    with town.at(EAST):
        db.session.execute(text("update case_record set merchant_name = '前一家'"))
        db.session.commit()
    fresh = grouped(2)
    within(fresh, planning())
    with pytest.raises(WrongMoment):
        within(fresh, amending(0))


def test_a_later_agreement_replaces_what_was_open_of_the_earlier(town, settled, within, take):
    number = settled(2, claims=[300, 300], count=3)
    within(number, paying(200))  # the first of each
    case = lines(town, number)[0].case.number
    take(case, "close")
    take(case, "reopen")
    assert (lines(town, number)[0].parts, lines(town, number)[0].outstanding) == ([], 0)
    take(case, "settle", amount=D(150), instalments=f"{TODAY} 150")
    line = lines(town, number)[0]
    assert (line.agreed, line.paid, line.outstanding) == (250, 100, 150), "what was paid before stays in the ledger"
    with town.at(EAST):
        there = db.session.scalars(select(Instalment).where(Instalment.case_id == line.case.id).order_by(Instalment.id))
        assert [one.status for one in there] == ["done", "replaced", "replaced", "due"]


# Reopened ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def reopened(settled: Any, within: Any, take: Any, town: Any) -> Any:
    """A group of two of 300 each, settled in three, of which so many were reopened after 240 was paid in all."""

    def make(count: int, **told: Any) -> str:
        number = settled(2, claims=[300, 300], count=3, **told)
        within(number, paying(240))  # 120 each: the first of 100, and 20 of the second
        for line in lines(town, number)[:count]:
            take(line.case.number, "close")
            take(line.case.number, "reopen")
        return number

    return make


def test_a_plan_is_laid_down_anew_with_a_reason_once_all_who_settled_are_reopened(town, reopened, within):
    number = reopened(2)
    assert [(one.agreed, one.paid, one.outstanding, one.is_reopened) for one in lines(town, number)] == [
        (300, 120, 0, True)
    ] * 2
    with pytest.raises(WrongMoment):
        within(number, amending(0))
    with pytest.raises(Invalid) as refused:
        within(number, planning(count=2))
    assert refused.value.field == "reason"
    browser = town.client(EAST, "handler")
    seen = version_of(browser, f"/groups/{number}/plan", "reason")
    form = {"terms": "余款分两期", "count": "2", "first": f"{TODAY}", "months": "1", "version": seen}
    assert browser.post(f"/groups/{number}/plan", form).status_code == 422
    assert browser.post(f"/groups/{number}/plan", {**form, "reason": "商家停业，重新协商"}).status_code == 303
    assert (events(town)["group.replanned"], events(town)["group.planned"]) == (1, 1)
    with town.at(EAST):
        plans = db.session.scalars(select(GroupPlan).order_by(GroupPlan.id)).all()
        assert [(one.terms, one.reason) for one in plans] == [("分期退还", ""), ("余款分两期", "商家停业，重新协商")]
    # Nobody has settled on this one yet: it is written over as any first draft.
    within(number, planning(count=2, terms="余款分两期退还"))


def test_who_was_reopened_settles_anew_on_what_is_left_and_what_was_paid_stays(town, reopened, within):
    """300 each, 120 paid: 100 and 20 of the second stay; 180 are due anew, in two of 90."""
    number = reopened(2)
    within(number, planning(count=2, reason="商家停业，重新协商"))
    within(number, answering([True, False]))
    one, two = lines(town, number)
    assert [(part.ordinal, part.amount, part.status, part.performed_on) for part in one.parts] == [
        (1, 100, "done", TODAY),
        (3, 90, "due", None),
        (2, 20, "done", TODAY),
        (4, 90, "due", None),
    ]
    assert (one.agreed, one.paid, one.outstanding, one.before) == (300, 120, 180, [])
    assert (two.agreed, two.paid, two.outstanding, two.declined) == (0, 120, 0, True)
    with town.at(EAST):
        agreed = mediation.agreement_of(lines_case(number, 0))
        assert (agreed.agreement.amount, agreed.performed) == (300, 120)
        assert lines_case(number, 0).recovered == 300
    # Payments go on in the same ledger, and the first one can still turn out not to count.
    within(number, paying(180))
    assert lines(town, number)[0].outstanding == 0
    with town.at(EAST):
        first = queries.payments(queries.by_number(number))[0].id
    within(number, lambda group, by: services.void(group, by, queries.payment_of(group, first), reason="退票"))
    one, two = lines(town, number)
    assert (one.agreed, one.paid, one.outstanding) == (300, 180, 120)
    assert (two.paid, two.outstanding) == (0, 0)


def test_less_than_was_paid_cannot_be_agreed_anew(town, reopened, within):
    number = reopened(1)
    one = lines(town, number)[0]
    within(number, lambda group, by: services.enter(group, by, {one.member.id: {"agreed": D("119.99")}}))
    done = within(number, answering([True, None]))
    assert ["120.00" in row.why for row in done] == [True]
    within(number, lambda group, by: services.enter(group, by, {one.member.id: {"agreed": D(120)}}))
    assert [row.why for row in within(number, answering([True, None]))] == [""]
    one = lines(town, number)[0]
    assert (one.agreed, one.paid, one.outstanding) == (120, 120, 0)


def test_while_another_is_settled_the_plan_is_amended_for_who_was_reopened(town, reopened, within):
    number = reopened(1)
    with pytest.raises(WrongMoment, match="补充协议"):
        within(number, planning(reason="重新协商"))
    first = TODAY + timedelta(days=60)
    assert within(number, amending(first=first, count=1, consented=False)) == []
    within(number, answering([True, None]))
    one, two = lines(town, number)
    assert [(part.due_on, part.amount) for part in one.owed] == [(first, 180)]
    assert [part.due_on for part in two.owed] == [months_after(TODAY, 1), months_after(TODAY, 2)], "paid as before"
    assert events(town)["group.amended"] == 1
    # Now nobody is left to settle: whoever is to be amended is chosen, and has consented.
    with pytest.raises(Invalid) as refused:
        within(number, amending())
    assert refused.value.field == "chosen"


def test_the_page_amends_for_those_who_settle_later_and_says_who_was_reopened(town, reopened):
    number = reopened(1)
    browser, address = town.client(EAST, "handler"), f"/groups/{number}"
    browser.get(address)
    assert "重新办理" in browser.page.words
    seen = version_of(browser, f"{address}/amendment", "reason")
    form = {"reason": "资金周转", "count": "1", "first": f"{TODAY}", "months": "1", "on": f"{TODAY}", "version": seen}
    assert browser.post(f"{address}/amendment", form).status_code == 200
    assert "今后" in browser.page.words


def test_a_payment_under_a_settlement_that_another_followed_is_owed_no_more(town, reopened, within, take):
    """Settled alone at 150 after 120 were paid: that the 120 were a mistake makes none of the first 300 due again."""
    number = reopened(1)
    take(lines(town, number)[0].case.number, "settle", amount=D(150), instalments=f"{TODAY} 150")
    with town.at(EAST):
        first = queries.payments(queries.by_number(number))[0].id
    within(number, lambda group, by: services.void(group, by, queries.payment_of(group, first), reason="退票"))
    one, two = lines(town, number)
    assert (one.agreed, one.paid, one.outstanding) == (150, 0, 150)
    assert (two.paid, two.outstanding) == (0, 300)
    with town.at(EAST):
        due = select(func.count()).where(Instalment.case_id == one.case.id, Instalment.status == "due")
        assert db.session.scalar(due) == 1


def test_who_settles_alone_after_being_reopened_is_on_the_plan_no_more(town, reopened, within, take):
    number = reopened(2)
    for line in lines(town, number):
        take(line.case.number, "settle", amount=D(150), instalments=f"{TODAY} 150")
    assert [(line.member.plan_id, line.is_on_plan) for line in lines(town, number)] == [(None, False)] * 2
    with town.at(EAST):
        assert queries.settled_on_it(queries.by_number(number)) == 0
    with pytest.raises(WrongMoment):
        within(number, amending(0))
    within(number, planning(count=2))  # nobody is bound by the first: nothing has to be said for that


# Reminders -----------------------------------------------------------------------------------------------------------


def morning(town: Any, day: date, hour: int = 8) -> list[tuple[str, str, Any]]:
    """Both jobs of a morning; who was newly told what, in the order of their logins."""
    with clock.freeze(clock.at(day, hour, 35)), town.at(EAST):
        before = set(db.session.scalars(select(Notice.id)))
        jobs.remind_of_instalments.run()
        group_jobs.remind_of_instalments.run()
        db.session.commit()
        new = db.session.scalars(select(Notice).where(Notice.id.not_in(before)))
        return sorted((row.person.login, row.event, _counted(row.facts)) for row in new)


def _counted(facts: dict[str, Any]) -> Any:
    return tuple(facts[name] for name in ("late", "today", "soon")) if "turns" in facts else facts["number"]


@pytest.fixture
def assigned(settled: Any, town: Any, take: Any) -> Any:
    """A group with one plan, its cases in the hands of these: `assigned({"handler": 3}, count=1, first=…)`."""

    def make(hands: dict[str, int], **plan: Any) -> str:
        number = settled(sum(hands.values()), **plan)
        there = iter(lines(town, number))
        for login, count in hands.items():
            for line in islice(there, count):
                take(line.case.number, "assign", assignee=str(town.person(EAST, login).id))
        return number

    return make


def test_forty_members_with_one_plan_are_one_notice_a_morning(town, assigned):
    """Due on Tuesday 2026-12-08: three working days before is Thursday 12-03."""
    with clock.freeze(clock.at(date(2026, 11, 2), 10)):
        number = assigned({"handler": 40}, first=date(2026, 12, 8))
    assert morning(town, date(2026, 12, 2)) == []
    assert morning(town, date(2026, 12, 3)) == [("handler", "group.instalments", (0, 0, 40))]
    assert morning(town, date(2026, 12, 3), 9) == [], "the job once more"
    assert morning(town, date(2026, 12, 4)) == [], "told already"
    with town.at(EAST):
        notice = db.session.scalars(select(Notice)).one()
        key = notice.id
        assert "40" in title(notice.event, notice.facts)
    browser = town.client(EAST, "handler")
    answer = browser.post(f"/notices/{key}")
    assert answer.headers["Location"].endswith(f"/groups/{number}#ledger-title")
    assert 'id="ledger-title"' in browser.get(f"/groups/{number}").get_data(as_text=True)


def test_each_handler_hears_of_their_own_and_who_approves_of_what_is_late(town, assigned, within, take, standing):
    with clock.freeze(clock.at(date(2026, 11, 2), 10)):
        number = assigned({"handler": 2, "second": 1}, first=date(2026, 12, 8))
        alone = standing("mediating")
        take(alone, "assign", assignee=str(town.person(EAST, "handler").id))
        take(alone, "settle", amount=D(300), instalments="2026-12-08 300 全部")
    assert morning(town, date(2026, 12, 3)) == [
        ("handler", "group.instalments", (0, 0, 2)),
        ("handler", "instalment.soon", alone),
        ("second", "group.instalments", (0, 0, 1)),
    ]
    with clock.freeze(clock.at(date(2026, 12, 7), 10)):
        got = {lines(town, number)[0].member.id: D(100)}
        within(number, lambda group, by: services.pay(group, by, got, on=clock.today(), evidence="回单"))
    assert [row for row in morning(town, date(2026, 12, 8)) if row[1] != "instalment.today"] == [
        ("handler", "group.instalments", (0, 1, 0)),
        ("second", "group.instalments", (0, 1, 0)),
    ]
    assert [row for row in morning(town, date(2026, 12, 9)) if row[1] != "instalment.late"] == [
        ("director", "group.instalments", (2, 0, 0)),
        ("handler", "group.instalments", (1, 0, 0)),
        ("second", "group.instalments", (1, 0, 0)),
    ]
    assert morning(town, date(2026, 12, 10)) == []
    assert len(morning(town, date(2026, 12, 15))) == 5, "and again in the second week, of the single case too"


def test_a_day_of_the_plan_that_comes_near_is_told_with_what_is_late(town, assigned):
    """Due on 12-08 and on Friday 2027-01-08: three working days before is Tuesday 01-05, four weeks after the first."""
    with clock.freeze(clock.at(date(2026, 11, 2), 10)):
        assigned({"handler": 3}, count=2, first=date(2026, 12, 8))
    days = [date(2026, 12, 31), date(2027, 1, 4), date(2027, 1, 5), date(2027, 1, 6)]
    told = [[row for row in morning(town, day) if row[0] == "handler"] for day in days]
    assert [[counts for _login, _event, counts in rows] for rows in told] == [[(3, 0, 0)], [], [(3, 0, 3)], []]


def test_the_thirty_days_for_the_court_are_told_once_a_group_and_day(town, assigned, take):
    """November has 30 days: 30 days from Monday 2 November end on Wednesday 2 December."""
    with clock.freeze(clock.at(date(2026, 11, 2), 10)):
        number = assigned({"handler": 3, "second": 1}, effective_on=date(2026, 11, 2))

    def told(day: date) -> list[tuple[str, int, str]]:
        with town.at(EAST), clock.freeze(clock.at(day, 8, 41)):
            before = set(db.session.scalars(select(Notice.id)))
            jobs.remind_of_confirmation.run()
            group_jobs.remind_of_confirmation.run()
            db.session.commit()
            new = db.session.scalars(select(Notice).where(Notice.id.not_in(before)))
            return sorted((row.person.login, row.facts["cases"], row.facts["on"]) for row in new)

    with town.at(EAST), clock.freeze(clock.at(date(2026, 11, 23), 8)):
        assert mediation.agreement_of(lines_case(number, 0)).window.due_on == date(2026, 12, 2)
    assert told(date(2026, 11, 20)) == [], "twelve days are left"
    assert told(date(2026, 11, 23)) == [("handler", 3, "2026-12-02"), ("second", 1, "2026-12-02")]
    assert told(date(2026, 11, 24)) == [], "told already"
    with town.at(EAST):
        notice = db.session.scalars(select(Notice).where(Notice.event == "group.confirmation")).first()
        assert notice.endpoint == "groups.show"
        assert number in title(notice.event, notice.facts)
    assert told(date(2026, 11, 30)) == [("handler", 3, "2026-12-02"), ("second", 1, "2026-12-02")], "two days are left"
    assert told(date(2026, 12, 1)) == []


# The pages -----------------------------------------------------------------------------------------------------------


def version_of(browser: Any, address: str, field: str) -> str:
    browser.get(address)
    return next(form["fields"]["version"] for form in browser.page.forms if field in form["fields"])


def test_the_pages_settle_pay_and_amend(town, grouped, within):
    number = grouped(3, claims=[300, 300, 300])
    within(number, agreeing(100))
    browser, address = town.client(EAST, "handler"), f"/groups/{number}"
    plan = {"terms": "分三期", "count": "3", "first": f"{TODAY}", "months": "1"}
    seen = version_of(browser, f"{address}/plan", "terms")
    assert browser.post(f"{address}/plan", {**plan, "version": seen}).status_code == 303
    late = browser.post(f"{address}/plan", {**plan, "terms": "分四期", "version": seen})
    assert late.status_code == 409
    assert "分三期" in browser.page.words, "what stands now is beside what was typed"
    assert late.get_data(as_text=True).count("分四期") == 3, "beside it, to be copied, and in the form"
    cases = [line.case.number for line in lines(town, number)]
    answers = {f"answer-{cases[0]}": "yes", f"answer-{cases[1]}": "yes", f"answer-{cases[2]}": "no", "on": f"{TODAY}"}
    seen = version_of(browser, f"{address}/settle", "on")
    said = browser.post(f"{address}/settle", {**answers, "version": seen})
    assert said.status_code == 422
    assert f'name="answer-{cases[2]}" value="no" checked' in said.get_data(as_text=True), "what was chosen is kept"
    assert browser.post(f"{address}/settle", {**answers, "consented": "y", "version": seen}).status_code == 200
    assert browser.post(f"{address}/settle", {**answers, "consented": "y", "version": seen}).status_code == 409

    seen = version_of(browser, f"{address}/payments", "way")
    rows = {"way": "rows", "on": f"{TODAY}", "evidence": "三笔转账", "version": seen}
    wrong = browser.post(f"{address}/payments", {**rows, f"amount-{cases[0]}": "1,000", f"amount-{cases[1]}": "很多"})
    assert wrong.status_code == 422
    page = wrong.get_data(as_text=True)
    assert page.count('aria-invalid="true"') == 2
    assert 'value="1,000"' in page
    assert 'value="很多"' in page
    assert "三笔转账" in page
    file = (io.BytesIO("流水".encode()), "银行流水.txt")
    right = {**rows, f"amount-{cases[0]}": "100", f"amount-{cases[1]}": "50", "proofs": file}
    paid = browser.post(f"{address}/payments", right)
    assert paid.status_code == 303
    browser.get(paid.headers["Location"].removeprefix("/east"))
    assert "银行流水.txt" in browser.page.words
    again = browser.post(f"{address}/payments", {**rows, f"amount-{cases[1]}": "50"})
    assert again.status_code == 409
    assert 'value="50"' in again.get_data(as_text=True)
    assert "250.00" in browser.page.words, "what is open now is beside what was typed"

    browser.get(address)
    shown = browser.get(address).get_data(as_text=True)
    assert "data-chart=" in shown
    assert shown.count("twin") >= 1
    assert "不同意" in browser.page.words
    amend = {
        "reason": "资金周转",
        "count": "2",
        "first": f"{TODAY + timedelta(days=60)}",
        "months": "1",
        "on": f"{TODAY}",
    }
    seen = version_of(browser, f"{address}/amendment", "reason")
    amend |= {"chosen": [cases[1]], "version": seen}
    assert browser.post(f"{address}/amendment", amend).status_code == 422
    assert browser.post(f"{address}/amendment", {**amend, "consented": "y"}).status_code == 200
    assert browser.post(f"{address}/amendment", {**amend, "consented": "y"}).status_code == 409
    assert [line.outstanding for line in lines(town, number)] == [200, 250, 0]
    assert "资金周转" in browser.get(address).get_data(as_text=True)
    browser.get(f"/cases/{cases[1]}/mediation")
    assert "50.00" in browser.page.words


def test_the_picture_says_what_is_paid_late_and_open(town, grouped, within):
    """Two of 300 in three, due today and in one and two months; seen a day later: 100 late, or paid."""
    with clock.freeze(clock.at(date(2026, 11, 2), 10)):
        number = grouped(3, claims=[300, 300, 300])
        within(number, agreeing(100))
        within(number, planning())
        within(number, answering([True, True, False]))
        first = lines(town, number)[0].member.id
        within(number, lambda group, by: services.pay(group, by, {first: D(100)}, on=clock.today(), evidence="回单"))
    with clock.freeze(clock.at(date(2026, 11, 3), 10)), town.at(EAST), town.app.test_request_context("/"):
        found = queries.ledger(queries.by_number(number))
        chart = _picture(found)
    assert [list(series.values) for series in chart.series] == [[100, 0], [200, 200], [0, 100]]
    assert [row.cells[1:] for row in chart.table().rows] == [[100, 200, 0], [0, 200, 100]]


def test_who_was_slower_is_told_and_who_may_not_is_refused(town, settled, within):
    number = settled(2, claims=[100, 100])
    for late in (paying(1, seen=1), amending(0, seen=1), answering([True, True], seen=1)):
        with pytest.raises(Changed):
            within(number, late)
    with pytest.raises(WrongMoment, match="东承办"):
        within(number, planning(seen=1))
    for what in (paying(1), amending(0), answering([True, True]), planning()):
        with pytest.raises(NotAllowed):
            within(number, what, login="clerk")
