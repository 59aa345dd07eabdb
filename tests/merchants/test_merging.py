"""Two entries of one merchant are found, merged and taken apart again; what is two in law stays two."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import Entry
from app.cases.models import Case
from app.cases.services.parts import KIND
from app.core.errors import Invalid, NotAllowed, WrongMoment
from app.demo.merchants import credit_code
from app.groups import services as groups
from app.groups.models import CaseGroup
from app.merchants import queries, services
from app.merchants.merging import queries as merging
from app.merchants.merging.queries import core
from app.merchants.merging.services import keep_apart, merge, part
from app.search import queries as search
from tenants.database import db
from tests.merchants.conftest import row
from tests.town import EAST, WEST


def a_code(seed: int = 1) -> str:
    return credit_code(Random(seed), "1", "330106")


def proposed() -> list[tuple[str, str]]:
    return [(one.keep.name, one.drop.name) for one in merging.proposals()]


def of_cases(number: str) -> set[str]:
    merchant = row(number)
    return set(db.session.scalars(select(Case.title).where(Case.merchant_id == merchant.id)))


@pytest.mark.parametrize(
    ("name", "compared"),
    [
        ("东县悦动健身有限公司", "东县悦动健身"),
        ("东县悦动健身（滨江店）", "东县悦动健身滨江店"),
        ("东县 悦动健身 有限责任公司", "东县悦动健身"),
        ("有限公司", "有限公司"),
    ],
)
def test_names_are_compared_without_legal_form_brackets_and_blanks(name, compared):
    assert core(name) == compared


def test_names_that_are_nearly_the_same_are_proposed_and_others_are_not(town, entered):
    entered("东县悦动健身有限公司", credit_code=a_code())
    entered("东县悦动健身")
    entered("东县惠民食品超市")
    entered("东县四季鲜果店")
    with town.at(EAST):
        assert proposed() == [("东县悦动健身有限公司", "东县悦动健身")]
        assert "100%" in merging.proposals()[0].reasons[0]
    with town.at(WEST):
        assert proposed() == []


def test_the_same_sign_over_the_door_is_a_reason(town, entered):
    entered("东县甲乙丙商贸有限公司", sign="悦动健身(滨江店)", credit_code=a_code())
    entered("悦动", sign="悦动健身（滨江店）")
    with town.at(EAST):
        assert proposed() == [("东县甲乙丙商贸有限公司", "悦动")]


def test_two_with_a_credit_code_each_are_two_in_law(town, entered):
    one = entered("东县悦动健身有限公司", credit_code=a_code(1))
    other = entered("东县悦动健身有限公司", credit_code=a_code(2))
    with town.at(EAST):
        assert proposed() == []
        with pytest.raises(Invalid):
            merge(row(one), row(other), town.person(EAST, "handler"))


def test_who_said_that_two_are_two_is_not_asked_again(town, entered):
    one, other = entered("东县悦动健身有限公司"), entered("东县悦动健身")
    with town.at(EAST):
        handler = town.person(EAST, "handler")
        keep_apart(row(one), row(other), handler)
        db.session.flush()
        assert proposed() == []
        keep_apart(row(other), row(one), handler)  # said twice, kept once
        db.session.commit()


def test_cases_and_groups_follow_the_entry_and_go_back_with_it(town, entered):
    stays, goes = entered("东县悦动健身有限公司", cases=1, credit_code=a_code()), entered("东县悦动健身", cases=3)
    with town.at(EAST):
        handler = town.person(EAST, "handler")
        against = list(db.session.scalars(select(Case).where(Case.merchant_id == row(goes).id).order_by(Case.id)))
        groups.open_group(handler, title="悦动", cases=against[:2])
        merge(row(goes), row(stays), handler)
        db.session.commit()
        assert of_cases(stays) == {f"东县悦动健身第{n}件" for n in (1, 2, 3)} | {"东县悦动健身有限公司第1件"}
        assert of_cases(goes) == set()
        assert db.session.scalars(select(CaseGroup.merchant_id)).all() == [row(stays).id]
        names = set(db.session.scalars(select(Case.merchant_name).where(Case.merchant_id == row(stays).id)))
        assert names == {"东县悦动健身", "东县悦动健身有限公司"}  # as they were lodged

        elsewhere = services.add(handler, name="别家")
        db.session.flush()
        db.session.get_one(Case, (against[2].tenant_id, against[2].id)).merchant_id = elsewhere.id
        db.session.flush()
        part(row(goes), handler)
        db.session.commit()
        assert of_cases(goes) == {"东县悦动健身第1件", "东县悦动健身第2件"}
        assert of_cases(elsewhere.number) == {"东县悦动健身第3件"}  # somebody put it there since
        assert of_cases(stays) == {"东县悦动健身有限公司第1件"}
        assert db.session.scalars(select(CaseGroup.merchant_id)).all() == [row(goes).id]
        events = db.session.scalars(select(Entry.event).where(Entry.event.like("merchant.%")).order_by(Entry.seq)).all()
        assert events.count("merchant.merged") == events.count("merchant.parted") == 2


def test_a_merged_entry_is_out_of_the_register_and_leads_to_the_one_that_stands_for_it(town, entered):
    last, middle, first = entered("悦动丙"), entered("悦动乙"), entered("悦动甲")
    with town.at(EAST):
        handler = town.person(EAST, "handler")
        merge(row(first), row(middle), handler)
        merge(row(middle), row(last), handler)
        db.session.flush()
        assert [one.name for one in queries.look_up("悦动")] == ["悦动丙"]
        chosen = services.choose(first, "", handler)
        assert chosen is not None
        assert chosen.number == last
        for entry in (first, middle):
            with pytest.raises(WrongMoment):
                merge(row(entry), row(last), handler)
            with pytest.raises(WrongMoment):
                services.change(row(entry), handler, name="别名")
        with pytest.raises(WrongMoment):
            part(row(first), handler)  # where it went has gone on itself
        part(row(middle), handler)
        part(row(first), handler)
        db.session.commit()
        assert len(queries.look_up("悦动")) == 3
        with pytest.raises(WrongMoment):
            part(row(first), handler)


def test_the_entry_with_the_credit_code_stays_and_none_goes_into_itself(town, entered):
    coded, other = entered("悦动有限公司", credit_code=a_code()), entered("悦动")
    with town.at(EAST):
        handler = town.person(EAST, "handler")
        for one, into in ((coded, other), (other, other)):
            with pytest.raises(Invalid) as refusal:
                merge(row(one), row(into), handler)
            assert refusal.value.field == "into"
        with pytest.raises(NotAllowed):
            merge(row(other), row(coded), town.person(EAST, "admin"))


def test_the_pages_propose_merge_and_undo(town, entered):
    stays, goes = entered("东县悦动健身有限公司", cases=1, credit_code=a_code()), entered("东县悦动健身", cases=2)
    browser = town.client(EAST, "handler")
    browser.get("/merchants/alike")
    assert "东县悦动健身有限公司" in browser.page.words
    browser.get(f"/merchants/{goes}/merge?into={stays}")
    assert browser.post(f"/merchants/{goes}/merge", {"into": "M2020-999999"}).status_code == 422
    sent = browser.post(f"/merchants/{goes}/merge", {"into": f" {stays.lower()} "})
    assert sent.status_code == 303, browser.page.words
    browser.get(f"/merchants/{stays}")
    assert "东县悦动健身第2件" in browser.page.words
    browser.get(f"/merchants/{goes}")
    assert stays in browser.page.words
    browser.get("/merchants/?called=悦动")
    assert goes not in browser.page.words
    assert browser.post(f"/merchants/{goes}/part").status_code == 303
    browser.get(f"/merchants/{goes}")
    assert "东县悦动健身第2件" in browser.page.words
    assert browser.post(f"/merchants/{stays}/apart/{goes}").status_code == 303
    browser.get("/merchants/alike")
    assert goes not in browser.page.words


def test_another_county_neither_sees_nor_merges_them(town, entered):
    number = entered("东县悦动健身")
    stranger: Any = town.client(WEST, "handler")
    for path in (f"/merchants/{number}/merge", f"/merchants/{number}/interviews/new"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"/merchants/{number}/part").status_code == 404


def test_what_was_merged_or_renamed_is_found_by_what_it_is_called_now(town, entered):
    """A search for the name of the entry that stays finds the cases that came over, until they are taken apart."""
    kept, dropped = entered("东县晨星健身有限公司"), entered("东县悦动健身", cases=1)
    handler = "handler"

    def found(said: str) -> int:
        return len(search.find(said, [KIND]))

    with town.at(EAST):
        merge(row(dropped), row(kept), town.person(EAST, handler))
        db.session.commit()
        assert found("晨星") == 1
        services.change(row(kept), town.person(EAST, handler), name="东县长庚健身有限公司", credit_code=None)
        db.session.commit()
        assert (found("长庚"), found("晨星")) == (1, 0)
        part(row(dropped), town.person(EAST, handler))
        db.session.commit()
        assert (found("长庚"), found("悦动")) == (0, 1)
