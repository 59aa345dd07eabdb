"""What was agreed: instalments whose sums match, what became of them, and the 30 days for the court."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app import audit, deadlines
from app.cases.models import Case
from app.cases.papers import services as papers
from app.cases.papers.facts import facts_of
from app.cases.papers.workflow import PAPER
from app.cases.queries import by_number
from app.core import clock
from app.core.errors import Changed, Invalid, NotAllowed
from app.documents.kinds import kinds
from app.files.accept import accept
from app.mediation import jobs, queries, schedule
from app.mediation.confirmation import CODE, window
from app.mediation.schedule import Term
from app.mediation.services import confirming, performance
from app.notifications.models import Notice
from tenants.database import db
from tests.town import BEGUN, EAST

pytestmark = pytest.mark.usefixtures("one_day")
TODAY = clock.on(BEGUN)


def days(n: int) -> str:
    return f"{clock.today() + timedelta(days=n)}"


@pytest.fixture
def settled(standing: Any, take: Any) -> Any:
    """A case that was settled in three instalments."""

    def make(*lines: str, amount: str = "4680.00", **facts: Any) -> str:
        number = standing("mediating")
        said = "\n".join(lines or (f"{days(10)} 1560 首期", f"{days(40)} 1,560.00 二期", f"{days(70)}，1560元，尾款"))
        take(number, "settle", amount=Decimal(amount), instalments=said, **facts)
        return number

    return make


def parts(town: Any, number: str) -> Any:
    with town.at(EAST):
        agreed = queries.agreement_of(by_number(number))
        db.session.expunge_all()
        return agreed


def note(town: Any, number: str, ordinal: int, login: str = "handler", **facts: Any) -> None:
    with town.at(EAST):
        case = by_number(number)
        part = queries.agreement_of(case).parts[ordinal - 1]
        performance.note(part, case, town.person(EAST, login), **facts)
        db.session.commit()


# The schedule ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "term"),
    [
        ("2026-12-05 1560 首期", Term(date(2026, 12, 5), Decimal(1560), "首期")),
        ("2026年12月5日前，1,560.00元，首期", Term(date(2026, 12, 5), Decimal(1560), "首期")),
        ("２０２６－１２－５\t￥１５６０．５０", Term(date(2026, 12, 5), Decimal("1560.50"))),
        ("2026/12/5 当面赔礼道歉", Term(date(2026, 12, 5), None, "当面赔礼道歉")),
        ("2026-12-05", Term(date(2026, 12, 5), None)),
    ],
)
def test_a_line_is_read_as_people_write_it(app, said, term):
    assert schedule.read(said) == [term]


@pytest.mark.parametrize("said", ["下个月五号 1560", "2026-13-05 1560", "1560 首期", "2026-12-05X1560"])
def test_what_cannot_be_read_is_named_by_its_line(app, said):
    with pytest.raises(Invalid, match="2"):
        schedule.read(f"2026-12-05 1\n{said}")


def test_instalments_are_kept_by_their_days_and_the_last_is_the_end(town, settled):
    agreed = parts(town, settled(f"{days(40)} 3120 尾款", f"{days(10)} 1560 首期"))
    assert [(one.ordinal, one.amount, one.words) for one in agreed.parts] == [(1, 1560, "首期"), (2, 3120, "尾款")]
    assert f"{agreed.agreement.perform_by}" == days(40)


@pytest.mark.parametrize(
    "lines", [(f"{TODAY + timedelta(9)} 1560", f"{TODAY + timedelta(19)} 3119.99"), (f"{TODAY - timedelta(1)} 4680",)]
)
def test_sums_that_do_not_match_and_days_before_the_agreement_are_refused(town, settled, lines):
    with pytest.raises(Invalid) as refused:
        settled(*lines)
    assert refused.value.field == "instalments"
    with town.at(EAST):
        assert db.session.scalars(select(Case).where(Case.status == "settled")).all() == []


def test_what_is_performed_at_once_has_no_instalments(town, standing, take):
    number = standing("mediating")
    take(number, "settle", amount=Decimal(300))
    assert parts(town, number).parts == []


def test_what_is_performed_by_a_day_is_waited_for_on_that_day(town, standing, take):
    """Without a line of instalments too: somebody reminds of it, and notes what became of it."""
    number, by = standing("mediating"), clock.today() + timedelta(days=5)
    take(number, "settle", amount=Decimal(300), perform_by=by)
    (part,) = parts(town, number).parts
    assert (part.ordinal, part.amount, part.due_on, part.status) == (1, Decimal(300), by, "due")


def test_the_agreement_that_is_signed_has_the_instalments_in_it(town, settled):
    number = settled()
    with town.at(EAST):
        case, handler = by_number(number), town.person(EAST, "handler")
        said = facts_of(case, kinds()["mediation-agreement"])["agreement"]
        for words in ("第1期", "1,560.00", "首期", "第3期", "尾款"):
            assert words in said, words
        paper = papers.draft(case, kinds()["mediation-agreement"], handler, filled={"facts_found": "余额未退"})
        db.session.flush()
        PAPER.take("issue", paper, by=handler)
        db.session.commit()
        from app.cases.papers.queries import file_of
        from app.files.store import store

        with store.open(file_of(paper, papers.PDF)) as pdf:
            words = "".join(page.extract_text() for page in PdfReader(pdf).pages)
    assert "第3期" in words.replace(" ", "")


# What became of it ----------------------------------------------------------------------------------------------------


def test_performed_with_its_proof_it_counts(town, settled):
    number = settled()
    receipt = accept(io.BytesIO("转账凭证".encode()), "转账.txt")
    note(town, number, 1, status="done", on=clock.today(), proofs=[receipt], remark="微信转账")
    agreed = parts(town, number)
    assert agreed.performed == 1560
    assert [file.name for file in agreed.proofs[agreed.parts[0].id]] == ["转账.txt"]
    with town.at(EAST):
        (line, *_rest) = audit.trail(by_number(number).id)
        assert line.entry.event == "case.instalment_done"
        assert line.entry.facts["part"] == 1
        assert "微信" not in str(line.entry.facts)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"status": "done", "on": None}, "on"),
        ({"status": "done", "on": TODAY + timedelta(days=1)}, "on"),
        ({"status": "done", "on": TODAY - timedelta(days=1)}, "on"),
        ({"status": "failed", "remark": " "}, "remark"),
        ({"status": "due"}, "remark"),
    ],
)
def test_a_day_that_cannot_be_and_a_failure_without_a_word_are_refused(town, settled, facts, field):
    number = settled()
    with pytest.raises(Invalid) as refused:
        note(town, number, 1, **facts)
    assert refused.value.field == field


def test_who_was_slower_is_told_and_who_may_not_is_refused(town, settled):
    number = settled()
    note(town, number, 1, status="done", on=clock.today(), seen=1)
    with pytest.raises(Changed):
        note(town, number, 1, status="failed", remark="未到账", seen=1)
    with pytest.raises(NotAllowed):
        note(town, number, 2, login="clerk", status="done", on=clock.today())


def test_reminders_come_before_on_and_after_the_day_and_each_once(town, standing, take):
    """Due on Tuesday 2026-12-08: told from Thursday 12-03 (three working days), on the day, and weekly when late."""
    number = standing("mediating")
    told: list[tuple[str, list[str]]] = []
    # The weekend of 12-05 tells nothing; 12-15 is the eighth day after, the first of the second week.
    mornings = [date(2026, 12, 2), *(date(2026, 12, n) for n in (3, 4, 5, 7, 8, 9, 10, 15))]
    take(number, "assign", assignee=str(town.person(EAST, "handler").id))
    take(number, "settle", amount=Decimal(300), instalments="2026-12-08 300 全部")
    for morning in mornings:
        with clock.freeze(clock.at(morning, 8, 35)), town.at(EAST):
            before = set(db.session.scalars(select(Notice.id)))
            jobs.remind_of_instalments.run()
            db.session.commit()
            new = db.session.scalars(select(Notice).where(Notice.id.not_in(before))).all()
            told.append((f"{morning:%m-%d}", sorted({one.event for one in new})))
    assert [one for one in told if one[1]] == [
        ("12-03", ["instalment.soon"]),
        ("12-08", ["instalment.today"]),
        ("12-09", ["instalment.late"]),
        ("12-15", ["instalment.late"]),
    ]


def test_what_is_overdue_is_told_to_whoever_approves_too_and_what_was_performed_to_nobody(town, standing, take):
    number = standing("mediating")
    take(number, "assign", assignee=str(town.person(EAST, "handler").id))
    take(number, "settle", amount=Decimal(300), instalments="2026-12-08 100\n2026-12-08 200")
    note(town, number, 1, status="done", on=clock.today())
    with clock.freeze(clock.at(date(2026, 12, 9), 8, 35)), town.at(EAST):
        jobs.remind_of_instalments.run()
        db.session.commit()
        rows = db.session.scalars(select(Notice).where(Notice.event == "instalment.late")).all()
        people = {row.person_id for row in rows}
        assert people == {town.person(EAST, "handler").id, town.person(EAST, "director").id}
        assert {row.facts["part"] for row in rows} == {2}


# The court ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effective_on", "last"),
    [
        # November has 30 days: the thirtieth day after Monday 2 November is Wednesday 2 December.
        (date(2026, 11, 2), date(2026, 12, 2)),
        # 6 November + 30 = Sunday 6 December, so Monday 7 December (Civil Procedure Law art. 85).
        (date(2026, 11, 6), date(2026, 12, 7)),
        # 18 January + 30 = 17 February 2026, the first day of the Year of the Horse; the Spring Festival is off from
        # 15 to 23 February, so it ends on Tuesday 24 February.
        (date(2026, 1, 18), date(2026, 2, 24)),
        # 15 January + 30 = 14 February 2026, a Saturday that is worked in exchange: it stays.
        (date(2026, 1, 15), date(2026, 2, 14)),
        # 1 September + 30 = 1 October, National Day; off until 7 October, so Thursday 8 October.
        (date(2026, 9, 1), date(2026, 10, 8)),
    ],
)
def test_both_may_apply_for_thirty_days_from_the_day_after_it_took_effect(town, lodged, effective_on, last):
    number = lodged()
    with town.at(EAST), clock.freeze(clock.at(effective_on, 10)):
        found = window(by_number(number), effective_on)
        assert found.due_on == last
        assert not found.closed
        assert f"{effective_on}" in str(found.reason)
        assert "第二百零五条" in str(found.reason)
        if last != effective_on + timedelta(days=30):
            assert f"{last}" in found.reason.steps[-1]
    with town.at(EAST):
        case = by_number(number)
        with clock.freeze(clock.at(last, 23, 59)):
            assert not window(case, effective_on).closed
        with clock.freeze(clock.at(last + timedelta(days=1))):
            assert window(case, effective_on).closed


def test_a_case_whose_profile_does_not_name_the_limit_has_it_too(town, lodged):
    """It is the law's, whoever mediates."""
    number = lodged()
    with town.at(EAST):
        case = by_number(number)
        case.profile_code, case.profile_version = "yu-rong", 1
        assert CODE not in deadlines.load_rules().profile("yu-rong", 1).limits
        assert window(case, date(2026, 11, 2)).due_on == date(2026, 12, 2)


def test_the_limit_is_no_clock_of_the_case(town, settled):
    """It is the parties': neither the queue nor the center's figures count it."""
    number = settled(effective_on=clock.today())
    with town.at(EAST):
        assert CODE not in {one.code for one in by_number(number).clocks}
    assert parts(town, number).window.due_on >= clock.today() + timedelta(days=30)


def confirm(town: Any, number: str, login: str = "handler", **facts: Any) -> None:
    with town.at(EAST):
        case = by_number(number)
        agreed = queries.agreement_of(case)
        said = {"effective_on": clock.today(), "status": "open", **facts}
        confirming.note(case, agreed.agreement, agreed.confirmation, town.person(EAST, login), **said)
        db.session.commit()


def test_applied_for_and_confirmed_it_says_by_whom_and_when(town, settled):
    number, today = settled(), clock.today()
    confirm(town, number)
    confirm(town, number, status="applied", court="东县人民法院", applied_on=today)
    confirm(town, number, status="confirmed", court="东县人民法院", applied_on=today, decided_on=today, reference="1")
    there = parts(town, number).confirmation
    assert (there.status, there.court, there.decided_on, there.version) == ("confirmed", "东县人民法院", today, 3)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"effective_on": TODAY + timedelta(days=1)}, "effective_on"),
        ({"effective_on": TODAY - timedelta(days=1)}, "effective_on"),
        ({"status": "applied", "court": "法院"}, "applied_on"),
        ({"status": "applied", "applied_on": TODAY}, "court"),
        ({"status": "confirmed", "court": "法院", "applied_on": TODAY}, "decided_on"),
    ],
)
def test_what_cannot_be_so_is_refused_beside_its_field(town, settled, facts, field):
    number = settled()
    with pytest.raises(Invalid) as refused:
        confirm(town, number, **facts)
    assert refused.value.field == field


def test_an_application_after_the_thirty_days_is_refused_by_the_day(town, settled):
    number, signed = settled(), clock.today()
    confirm(town, number)
    with town.at(EAST):
        last = window(by_number(number), signed).due_on
    with clock.freeze(clock.at(last + timedelta(days=1), 10)):
        late = {"effective_on": signed, "status": "applied", "court": "法院"}
        with pytest.raises(Invalid) as refused:
            confirm(town, number, applied_on=last + timedelta(days=1), **late)
        assert refused.value.field == "applied_on"
        confirm(town, number, applied_on=last, **late)


def test_the_end_of_the_window_is_told_twice_to_the_handler(town, standing, take):
    number = standing("mediating")
    handler = town.person(EAST, "handler")
    take(number, "assign", assignee=str(handler.id))
    take(number, "settle", effective_on=clock.today())
    with town.at(EAST):
        last = window(by_number(number), clock.today()).due_on
        told = []
        for left in range(20, -2, -1):
            with clock.freeze(clock.at(last - timedelta(days=left), 8, 40)):
                jobs.remind_of_confirmation.run()
                db.session.commit()
        query = select(Notice).where(Notice.event == "confirmation.soon").order_by(Notice.created_at)
        told = [(one.person_id, (last - clock.on(one.created_at)).days) for one in db.session.scalars(query)]
    assert [one[0] for one in told] == [handler.id] * 2
    assert 7 <= told[0][1] <= 10
    assert 0 <= told[1][1] <= 3


def test_the_pack_is_one_pdf_of_what_was_issued_and_says_what_is_missing(town, settled):
    number = settled()
    with town.at(EAST):
        case, handler = by_number(number), town.person(EAST, "handler")
        with pytest.raises(Invalid, match="司法确认申请书"):
            confirming.pack(case, handler, reason="双方申请司法确认")
        for code in ("mediation-agreement", "judicial-confirmation"):
            form = kinds()[code]
            paper = papers.draft(case, form, handler, filled={one.name: one.sample for one in form.fields})
            db.session.flush()
            PAPER.take("issue", paper, by=handler)
        with pytest.raises(Invalid):
            confirming.pack(case, handler, reason="")
        with pytest.raises(NotAllowed):
            confirming.pack(case, town.person(EAST, "clerk"), reason="双方申请司法确认")
        pdf = confirming.pack(case, handler, reason="双方申请司法确认")
        db.session.commit()
        words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace(" ", "")
        assert audit.trail(case.id)[0].entry.event == "case.confirmation_pack"
    assert words.index("司法确认申请材料") < words.index("确认双方达成的调解协议有效") < words.index("第3期")


def test_the_pages_of_an_agreement(town, settled):
    number = settled(effective_on=clock.today())
    browser = town.client(EAST, "handler")
    browser.get(f"/cases/{number}")
    assert "1,560.00" in browser.page.words
    browser.get(f"/cases/{number}/mediation")
    for word in ("首期", "尾款", days(10), "4,680.00"):
        assert word in browser.page.words, word
    part = parts(town, number).parts[0]
    path = f"/cases/{number}/instalments/{part.id}"
    browser.get(path)
    assert browser.post(path, {"status": "done", "on": days(0), "version": "1"}).status_code == 303
    assert browser.post(path, {"status": "done", "on": days(3), "version": "2"}).status_code == 422
    browser.get(f"/cases/{number}/confirmation")
    assert "第二百零五条" in browser.page.words
    answer = browser.post(f"/cases/{number}/confirmation/pack", {"text": "申请司法确认"})
    assert answer.status_code == 422
    assert town.client(EAST, "clerk").open("GET", f"/cases/{number}/confirmation").status_code == 403
