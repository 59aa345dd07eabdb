"""Withdrawals, the consent of those who are represented, and what has to be there before a case is closed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app import audit
from app.cases import closing_list
from app.cases.models import CaseDraft, CaseState
from app.cases.papers import services as papers
from app.cases.papers.queries import of_case as papers_of
from app.cases.papers.workflow import PAPER
from app.cases.queries import by_number
from app.cases.services import parties
from app.cases.services.intake import Complainant
from app.cases.settings import services as settings
from app.cases.tasks import queries
from app.cases.tasks import services as tasks
from app.cases.workflow import CASE
from app.cases.worklist import bulk
from app.core import clock
from app.core.errors import Invalid, WrongMoment
from app.documents.kinds import kinds
from app.investigations.workflow import propose
from app.mediation.queries import session_of
from app.mediation.services import register, sessions
from app.mediation.services.sessions import Plan
from app.mediation.workflow import SESSION
from tenants.database import db
from tests.consents import agreed
from tests.town import EAST

OTHERS = [Complainant(f"消费者{n}", f"1391234{n:04d}", Decimal(100), True) for n in range(3)]


def in_east(town: Any, number: str, do: Any, login: str = "director") -> Any:
    with town.at(EAST):
        done = do(by_number(number), town.person(EAST, login))
        db.session.commit()
        return done


def together(town: Any, number: str, *speaking: int) -> None:
    """Four complain; of these some are elected to speak for all."""
    in_east(town, number, lambda case, by: parties.join(case, by, OTHERS))
    if speaking:
        in_east(town, number, lambda case, by: parties.elect(case, by, set(speaking), text="推选书"))


# Withdrawn -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["accepted", "mediating"])
def test_withdrawn_after_acceptance_mediation_ends_on_that_ground_and_both_are_told(standing, take, look, status):
    number = standing(status)
    take(number, "retract")
    case = look(number)
    assert (case.status, case.ground, case.outcome) == ("ended", "T1", "ended")
    assert case.clock("mediation") is None
    assert case.clock("termination_notice") is not None
    with pytest.raises(WrongMoment):
        take(number, "close")
    take(number, "notify")
    take(number, "close")
    assert look(number).status == CaseState.CLOSED


def test_it_is_said_how_it_was_withdrawn_and_not_before_the_case_came(standing, take, look):
    number = standing("accepted")
    with pytest.raises(Invalid) as refused:
        take(number, "retract", text="")
    assert refused.value.field == "text"
    with pytest.raises(Invalid) as refused:
        take(number, "retract", on=clock.today().replace(year=2020))
    assert refused.value.field == "on"
    assert look(number).status == CaseState.ACCEPTED


# Those who are represented -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "step"), [("mediating", "settle"), ("mediating", "retract"), ("lodged", "withdraw")]
)
def test_who_is_represented_has_to_consent_to_a_settlement_and_to_a_withdrawal(
    town, standing, take, look, status, step
):
    number = standing(status)
    together(town, number, 0, 2)
    with pytest.raises(Invalid) as refused:
        take(number, step)
    assert refused.value.field == "consented"
    assert "2" in refused.value.message  # of the four, two speak for the others
    assert look(number).status == status
    take(number, step, consented=True)
    assert look(number).status != status


def test_who_speaks_for_nobody_else_is_not_asked_for_consents(town, standing, take, look):
    number = standing("mediating")
    page = town.client(EAST, "handler")
    page.get(f"/cases/{number}/steps/settle")
    assert not any("consented" in form["fields"] for form in page.page.forms)
    take(number, "settle")
    assert look(number).status == CaseState.SETTLED


def test_the_form_asks_for_the_consents_and_the_story_keeps_that_they_are_there(town, standing):
    number = standing("mediating")
    together(town, number, 0)
    page = town.client(EAST, "handler")
    page.get(f"/cases/{number}/steps/settle")
    with town.at(EAST):
        version = str(by_number(number).version)
    said = {"on": clock.today().isoformat(), "terms": "各退一百", "amount": "400", "version": version}
    assert page.post(f"/cases/{number}/steps/settle", said).status_code == 422
    assert page.post(f"/cases/{number}/steps/settle", {**said, "consented": "y"}).status_code == 303
    with town.at(EAST):
        line = next(line for line in audit.trail(by_number(number).id) if line.entry.event == "case.settle")
        assert line.entry.facts["consented"] is True


# Before it is closed -------------------------------------------------------------------------------------------------


def closing(town: Any, number: str, login: str = "director") -> str:
    """Why it cannot be closed; nothing where it can."""
    with town.at(EAST):
        try:
            CASE.take("close", by_number(number), by=town.person(EAST, login))
        except WrongMoment as refusal:
            return str(refusal.message)
        finally:
            db.session.rollback()
    return ""


def test_an_open_task_is_finished_first(town, standing):
    number = standing("settled")
    said = {"text": "寄送调解书", "due_on": clock.today()}
    key = in_east(town, number, lambda case, by: tasks.give(by, case=case, assignee=by.id, **said).id)
    assert closing(town, number).startswith(("1 task on this case", "该案件", "本案"))
    with town.at(EAST):
        director = town.person(EAST, "director")
        tasks.finish(queries.by_key(key, director), director)
        db.session.commit()
    assert closing(town, number) == ""


def paper(town: Any, number: str, kind: str, *steps: tuple[str, str]) -> None:
    """A document of the case, taken through these steps: (who, step)."""

    def write(case: Any, by: Any) -> None:
        form = kinds()[kind]
        made = papers.draft(case, form, by, filled={one.name: one.sample for one in form.fields})
        db.session.flush()
        for login, step in steps:
            PAPER.take(step, made, by=town.person(EAST, login))
            db.session.flush()

    in_east(town, number, write, "handler")


def test_a_document_that_waits_for_approval_is_issued_or_discarded_first(town, standing):
    number = standing("settled")
    paper(town, number, "recusal", ("handler", "submit"))
    assert "1" in closing(town, number)
    assert closing(town, standing("settled", phone="13912345678")) == ""


def test_a_step_that_waits_for_approval_is_decided_first(town, standing, take):
    number = standing("settled")
    with town.at(EAST):
        case = by_number(number)
        by = town.person(EAST, "handler")
        db.session.add(
            CaseDraft(
                subject_id=case.id,
                step="extend",
                facts={},
                seen=1,
                status="waiting",
                drafted_by=by.id,
                drafted_by_name=by.name,
                drafted_at=clock.now(),
            )
        )
        db.session.commit()
    assert closing(town, number)


def test_where_the_center_wants_it_the_document_of_the_outcome_is_issued_first(town, standing):
    number = standing("settled")
    assert closing(town, number) == ""
    with town.at(EAST):
        settings.change(town.person(EAST, "director"), papers_first=True)
        db.session.commit()
    assert "《" in closing(town, number) or "“" in closing(town, number)
    paper(town, number, "mediation-agreement", ("handler", "issue"))
    assert closing(town, number) == ""


def checked(town: Any, number: str) -> dict[str, str]:
    """What the list says is missing, by what it asks for."""
    with town.at(EAST):
        case = by_number(number)
        return {line.title: line.missing for line in closing_list.lines_of([case])[case.id] if line.missing}


def test_what_was_issued_is_served_too_and_the_list_says_on_whom_it_was_not(town, standing):
    """It helps, and keeps nobody from closing the case."""
    number = standing("settled")
    assert set(checked(town, number)) == {"已出具《投诉受理决定书》", "已出具《投诉调解书》"}
    for kind in ("acceptance", "mediation-agreement"):
        paper(town, number, kind, ("handler", "issue"))
    assert set(checked(town, number)) == {"《投诉受理决定书》已送达", "《投诉调解书》已送达"}
    with town.at(EAST):
        handler, made = town.person(EAST, "handler"), papers_of(by_number(number))
        for one in made:
            papers.serve(one, by_number(number), handler, party="consumer", mode="handed", served_on=clock.today())
        db.session.commit()
    assert checked(town, number) == {}
    assert closing(town, number) == ""


def test_a_session_that_is_still_planned_is_cancelled_first(town, standing):
    number = standing("mediating")
    with town.at(EAST):
        director = town.person(EAST, "director")
        who = register.enter(director, kind="person", name="秦律师", speciality="预付卡", contract="委2026-3")
        at = clock.at(clock.today() + timedelta(days=7), 9)
        agreed(by_number(number), director)
        session = sessions.arrange(
            by_number(number), director, Plan(starts_at=at, lasts=60, way="phone", room=None, mediators=[who])
        )
        db.session.flush()
        CASE.take("settle", by_number(number), by=director, on=clock.today(), terms="各退一百", amount=Decimal(1))
        db.session.commit()
        key = session.id
    assert closing(town, number).startswith("尚有 1 场调解会")
    with town.at(EAST):
        SESSION.take("cancel", session_of(by_number(number), key), by=town.person(EAST, "director"), text="已和解")
        db.session.commit()
    assert closing(town, number) == ""


def test_an_investigation_is_concluded_first(town, standing):
    number = standing("mediating")
    in_east(town, number, lambda case, by: propose(case, by, scope="complex", text="牵涉多家门店"))
    in_east(town, number, lambda case, by: CASE.take("end", case, by=by, ground="T3", text="商家拒绝退款"))
    in_east(town, number, lambda case, by: CASE.take("notify", case, by=by, on=clock.today(), mode="post"))
    assert closing(town, number).startswith("调查尚未终结")


@pytest.mark.parametrize("step", ["dealt_with", "not_file"])
def test_a_report_is_not_ended_over_what_was_begun(town, lodged, take, look, step):
    number = lodged(nature="R", problem="R07")
    if step == "dealt_with":
        take(number, "file")
    said = {"text": "现场查看", "due_on": clock.today()}
    key = in_east(town, number, lambda case, by: tasks.give(by, case=case, assignee=by.id, **said).id)
    with pytest.raises(WrongMoment, match="1 项待办"):
        take(number, step, text="已查清")
    in_east(town, number, lambda case, by: tasks.finish(queries.by_key(key, by), by))
    take(number, step, text="已查清")
    assert look(number).status == CaseState.CLOSED


def test_the_draft_of_the_very_step_does_not_stand_in_its_own_way(town, lodged, take, look):
    """A handler proposes to open no case file; the director approves."""
    number = lodged(nature="R", problem="R07")
    take(number, "not_file", login="handler", text="查无实据")
    assert look(number).status == CaseState.LODGED
    with town.at(EAST):
        case = by_number(number)
        CASE.approve(CASE.waiting(case), case, by=town.person(EAST, "director"))
        db.session.commit()
    assert look(number).outcome == "not_filed"


def test_many_are_looked_over_in_as_few_statements_as_one(town, standing, statements):
    """What the list will refuse is told before, of each case its own reason."""
    fine = standing("settled")
    untold = standing("ended", phone="13912345678")
    with town.at(EAST):
        director = town.person(EAST, "director")
        found = [by_number(number) for number in (fine, untold)]
        with statements() as of_two:
            foreseen = bulk.look_over(bulk.named("close", director), found, director)
        assert [case.number for case in foreseen.able] == [fine]
        assert [(case.number, why[:10]) for case, why in foreseen.refused] == [(untold, "请先登记告知双方：终")]
        with statements() as of_one:
            bulk.look_over(bulk.named("close", director), found[:1], director)
        assert len(of_two) <= len(of_one)


def test_the_page_of_the_case_names_what_is_missing_and_says_so_when_somebody_closes_it(town, standing):
    number = standing("ended")
    page = town.client(EAST, "handler")
    page.get("/account?lang=en")
    page.get(f"/cases/{number}")
    assert "Before it is closed 1 missing" in page.page.words
    assert f"/east/cases/{number}/steps/notify" in page.page.links
    with town.at(EAST):
        version = str(by_number(number).version)
    answer = page.post(f"/cases/{number}/steps/close", {"version": version})
    assert answer.status_code == 409
    assert "Tell both parties first" in page.page.words
    page.get(f"/cases/{standing('settled', phone='13912345678')}")
    assert "Before it is closed complete" in page.page.words


@pytest.mark.parametrize("status", ["lodged", "accepted", "mediating", "closed", "refused"])
def test_the_checklist_is_there_when_a_case_can_be_closed_and_not_before(town, standing, status):
    page = town.client(EAST, "handler")
    page.get("/account?lang=en")
    page.get(f"/cases/{standing(status)}")
    assert "Before it is closed" not in page.page.words
