"""Withdrawals, the consent of those who are represented, and what has to be there before a case is closed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app import audit
from app.cases.models import CaseDraft, CaseState
from app.cases.papers import services as papers
from app.cases.papers.workflow import PAPER
from app.cases.queries import by_number
from app.cases.services import parties
from app.cases.services.intake import Complainant
from app.cases.settings import services as settings
from app.cases.tasks import queries
from app.cases.tasks import services as tasks
from app.cases.workflow import CASE
from app.core import clock
from app.core.errors import Invalid, WrongMoment
from app.documents.kinds import kinds
from tenants.database import db
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


@pytest.mark.parametrize("joined", [False, True])
def test_who_speaks_for_nobody_else_is_not_asked_for_consents(town, standing, take, look, joined):
    number = standing("mediating")
    if joined:
        together(town, number)
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
