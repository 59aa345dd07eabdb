"""Every form, issued from a case that knows all that a case can know: nothing is open, and nothing known is missing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.cases.models import Case
from app.cases.papers import services
from app.cases.papers.facts import facts_of, proposed
from app.cases.papers.models import CaseDocument
from app.cases.papers.queries import files_of
from app.cases.papers.workflow import PAPER
from app.core import clock
from app.core.errors import WrongMoment
from app.documents.kinds import Form, kinds
from app.files.store import store
from tenants.database import db
from tests.cases.rich import rich
from tests.documents.conftest import rows, texts
from tests.documents.test_forms import LEFT_OPEN, TO_BE_SIGNED
from tests.town import EAST

pytestmark = pytest.mark.usefixtures("one_day")

# What no table has, so that somebody has to say it.
TYPED = {
    *(
        "acceptance_by",
        "answer_by",
        "provide_by",
        "mediate_by",
        "recusal_days",
        "phone",
        "publish",
        "entrust",
        "letter",
    ),
    *("opinion", "materials", "copy_to", "suspicion", "harm", "advice", "level", "ask", "reason_en", "facts_found_en"),
    *("materials_en", "result_en", "decision_en", "matter_en", "term_en", "performed_en"),
    *("agreement_en", "message", "topic", "product", "quantity", "sealed", "questions", "payer", "matter"),
    *("suggestion", "findings", "place", "result", "reason", "receiver"),
}
SUM = re.compile(r"[\d,]+\.\d\d")  # beside which, in the list of who gets what, there is room to sign
# What a settled complaint of this center has not: it was not referred here, reported, refused, closed, or still runs.
UNKNOWN = {"origin", "origin_letter", "act_place", "ground", "ground_en", "closed_on"}
UNKNOWN |= {"mediation_due", "mediation_due_en"}


@pytest.fixture
def case(town: Any) -> Any:
    with town.at(EAST):
        yield rich(town)


def issued(case: Case, form: Form, by: Any) -> CaseDocument:
    """As the case proposes it, with samples where nobody but a person knows."""
    known = proposed(case, form)
    sample = {one.name: f"{clock.today()}" if one.kind == "date" else one.sample for one in form.fields}
    filled = {one.name: known.get(one.name) or ("" if one.personal else sample[one.name]) for one in form.fields}
    paper = services.draft(case, form, by, filled=filled)
    db.session.flush()
    PAPER.take("approve" if form.approval else "issue", paper, by=by)
    db.session.flush()
    return paper


def test_every_fact_that_a_case_can_have_is_known_of_this_one(case):
    unknown = {name for name, value in facts_of(case, kinds()["file-index"]).items() if not value}
    assert unknown == UNKNOWN


def test_what_a_form_asks_for_is_proposed_or_lies_in_no_table(case):
    asked = {
        (form.code, one.name)
        for form in kinds().values()
        for one in form.fields
        if not proposed(case, form).get(one.name) and not one.personal
    }
    assert {name for _code, name in asked} <= TYPED, asked
    assert {name for code, name in asked if code in ("minutes", "performance", "suspension", "extension")} == set()


def test_every_form_issued_is_whole(town, case):
    """No mark left open, no name with nothing beside it; and every fact that the form has a place for stands in it."""
    director = town.person(EAST, "director")
    for form in kinds().values():
        if set(form.needed) & UNKNOWN:  # of a case that was settled no paper says that it was refused or ended
            with pytest.raises(WrongMoment):
                issued(case, form, director)
            continue
        paper = issued(case, form, director)
        with store.open(files_of(paper)[services.WORD]) as word:
            content = word.read()
        said = texts(content)
        assert not [line for line in said if LEFT_OPEN.search(line)], form.code
        for row in rows(content):
            for name, value in zip(row[::2], row[1::2], strict=False):
                assert value.strip() or not name.strip() or TO_BE_SIGNED.search(name) or SUM.fullmatch(name), (
                    form.code,
                    row,
                )
        whole, facts = "".join(said), paper.filled()
        left_out = tuple(f"?{name} " for name in UNKNOWN)
        shown = "\n".join(line for line in form.body.splitlines() if not line.startswith(left_out))
        for name in re.findall(r"{{ (\w+) }}", shown):
            assert facts[name], (form.code, name)
            assert all(line in whole for line in facts[name].split("\n")), (form.code, name)
        for listed, one, cells in re.findall(r"^\*(\w+) as (\w+) (.*)$", form.body, re.MULTILINE):
            columns = re.findall(rf"{{{{ {one}\.(\w+) }}}}", cells)
            assert facts[listed], (form.code, listed)
            assert all(row[column] in whole for row in facts[listed] for column in columns), (form.code, listed)
