"""AL2: an entry says what every field was and what it is: codes in the open, words in private, numbers masked."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select

import app as portal
from app import audit, jobs
from app.audit import changes, words
from app.audit.models import Entry, Remark
from app.cases import queries as cases
from app.cases import services
from app.cases.models import CaseClock
from app.cases.services.parts import WATCH
from app.cases.workflow import CASE
from app.deadlines.counting import recount_open
from app.handoffs import services as letters
from app.handoffs.workflow import LETTER, WORKFLOWS
from app.merchants import services as register
from app.workflow.engine import codes
from tenants.database import db
from tenants.registry import registry
from tests.town import CITY, EAST, MARKET

KEY = "019f0000-0000-7000-8000-000000000001"


def last(event):
    """The newest entry of that event, and the words that lie beside it."""
    found = select(Entry, Remark.text).outerjoin(Remark, Remark.entry_id == Entry.id).where(Entry.event == event)
    return db.session.execute(found.order_by(Entry.seq.desc()).limit(1)).one()


def described(**said):
    return {"title": "退余额", "summary": "健身房闭店", "nature": "C", "category": "S0401", "problem": "P02", **said}


# The pieces ----------------------------------------------------------------------------------------------------------


def test_what_is_the_same_is_no_change_and_nothing_is_nothing():
    watch = audit.Watch(codes=("code", "amount"), words=("name",))
    thing = SimpleNamespace(code="", amount=None, name=None)
    before = watch.look(thing)
    thing.code, thing.name = None, ""
    assert not watch.since(before, thing)
    thing.code, thing.name = "A", "甲"
    assert watch.since(before, thing) == audit.Changes({"code": [None, "A"]}, {"name": [None, "甲"]})


@pytest.mark.parametrize("said", [None, "", "说了一句", "两行\n的话", '{"name": ["假", "的"]}'])
def test_what_somebody_said_and_what_was_changed_come_apart_again(said):
    made = audit.Changes({"code": ["A", "B"]}, {"name": ["旧\n名", "新"]})
    facts, remark = changes.written({"n": 1}, said, made)
    assert facts == {"n": 1, "changes": {"code": ["A", "B"], "name": None}}
    assert changes.read(facts, remark) == (said or None, {"code": ["A", "B"], "name": ["旧\n名", "新"]})
    assert changes.read(facts, None) == (None, {"code": ["A", "B"], "name": None})


def test_without_a_change_the_words_stay_as_they_were_said():
    assert changes.written({}, "话", audit.Changes()) == ({}, "话")
    assert changes.read({}, "话\n又一句") == ("话\n又一句", {})
    assert changes.read({"changes": {"code": [1, 2]}}, "话\n又一句") == ("话\n又一句", {"code": [1, 2]})


@pytest.mark.parametrize("said", ["13800001234", "tel:13800001234", "110101199003078478", "a@b.cn", "0592-2228888"])
def test_what_looks_like_somebodys_number_is_no_code(said):
    """A phone as the terms of an agreement is private; it has no blank and is short, as codes are."""
    assert codes({"terms": said}) == {}


@pytest.mark.parametrize("said", ["T3", "JC-2026-17", "2026-11-22", "4680.00", "M2026-000123", KEY, 7, True])
def test_what_is_a_code_stays_one(said):
    assert codes({"code": said}) == {"code": said}


def test_every_field_that_is_watched_is_there():
    from app.accounts.models import Person
    from app.cases.models import Case
    from app.handoffs.models import HandoffDraft
    from app.merchants.models import Merchant

    for watch, model in (
        (CASE.watch, Case),
        (LETTER.watch, HandoffDraft),
        (register.WATCH, Merchant),
        (audit.Watch(words=("name", "title")), Person),
    ):
        assert {*watch.codes, *watch.words} <= set(dir(model))
    assert CASE.watch is WATCH
    assert set(words.FIELDS["case"]) <= {*WATCH.codes, *WATCH.words}
    assert set(words.FIELDS["letter"]) == {*LETTER.watch.codes, *LETTER.watch.words}
    assert all(not life.watch.words for life in WORKFLOWS.values())


def test_every_event_has_words(app):
    """Every name that the code records, found in the code; those that a step makes are the steps' own."""
    code = "\n".join(path.read_text("utf-8") for path in Path(portal.__file__).parent.rglob("*.py"))
    recorded = set(re.findall(r'audit\.record\(\s*"([a-z_]+\.[a-z_]+)"', code))
    assert len(recorded) > 50
    assert sorted(recorded - words.EVENTS.keys()) == []


# A case --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def case(lodged, take):
    """Accepted as it was told, then described otherwise."""
    number = lodged()
    take(number, "accept", login="handler")
    take(number, "describe", login="handler", **described(category="S0402", title="店主王某不退"))
    return number


def test_a_correction_says_what_it_was_before(case, town):
    with town.at(EAST):
        entry, remark = last("case.describe")
        assert entry.facts["changes"] == {"category": ["S0401", "S0402"], "title": None, "summary": None}
        private = json.loads(remark.rpartition("\n")[2])
        assert private["title"] == ["健身房闭店拒退预付卡余额", "店主王某不退"]
        assert private["summary"][1] == "健身房闭店"
        assert "王某" not in json.dumps(entry.facts, ensure_ascii=False)


@pytest.mark.parametrize(("language", "said"), [
    ("en", ("Category: ", " → ", "Title: 健身房闭店拒退预付卡余额 → 店主王某", "Handler: — → 东承办")),
    ("zh_Hans_CN", ("类别：", " → ", "标题：健身房闭店拒退预付卡余额 → 店主王某", "承办人：— → 东承办")),
])  # fmt: skip
def test_the_story_tells_it_in_the_readers_language(case, town, language, said):
    browser = town.client(EAST, "handler")
    browser.get(f"/sign-in?lang={language}")
    browser.get(f"/cases/{case}")
    for part in said:
        assert part in browser.page.words


def test_the_city_reads_which_words_were_changed_and_not_the_words(case, town):
    browser = town.client(CITY, "supervisor")
    browser.get("/sign-in?lang=en")
    browser.get(f"/counties/east/cases/{case}")
    story = browser.page.words
    assert "Title: changed" in story
    assert "Category: " in story
    assert "→ 店主王某" not in story
    assert "Title: 健身房闭店拒退预付卡余额" not in story


def test_the_trail_tells_codes_and_not_words(case, town):
    browser = town.client(EAST, "admin")
    browser.get("/sign-in?lang=en")
    browser.get("/audit?event=case.describe")
    assert "Corrected the description" in browser.page.words
    assert "Title: changed" in browser.page.words
    assert "店主王某" not in browser.page.words


def test_a_case_that_changes_hands_says_whose_it_was(case, take, town):
    with town.at(EAST):
        other, before = town.person(EAST, "second").id, town.person(EAST, "handler").id
    take(case, "assign", assignee=str(other))
    with town.at(EAST):
        assert last("case.assign")[0].facts["changes"] == {"assignee_id": [str(before), str(other)]}
    browser = town.client(EAST, "handler")
    browser.get("/sign-in?lang=en")
    browser.get(f"/cases/{case}")
    assert "Handler: 东承办 → 东同事" in browser.page.words


def test_what_came_out_is_not_forgotten_when_it_is_begun_again(lodged, take, town):
    number = lodged()
    for step in ("accept", "mediate", "settle", "close", "reopen"):
        take(number, step)
    with town.at(EAST):
        changed = last("case.reopen")[0].facts["changes"]
    assert changed["outcome"] == ["settled", None]
    assert changed["recovered"] == ["4680.00", None]


def test_a_step_that_changes_nothing_else_says_nothing_else(lodged, take, town):
    number = lodged()
    take(number, "accept", login="handler")
    take(number, "mediate", login="handler")
    with town.at(EAST):
        assert "changes" not in last("case.mediate")[0].facts


def test_the_terms_of_an_agreement_stay_private_even_if_they_are_a_number(lodged, take, town):
    number = lodged()
    for step in ("accept", "mediate"):
        take(number, step)
    take(number, "settle", terms="13800001234")
    with town.at(CITY):
        facts = last("case.settle")[0].facts
    assert "13800001234" not in json.dumps(facts)
    assert facts["amount"] == "4680.00"


def test_a_changed_calendar_leaves_a_line_in_the_story_of_the_case(lodged, town):
    number = lodged()
    with town.at(EAST):
        db.session.scalars(select(CaseClock)).one().due_on = date(2030, 1, 1)
        cases.by_number(number).due_on = date(2030, 1, 1)
        db.session.scalars(select(CaseClock)).one().calendar_version = 0
        db.session.commit()
        assert recount_open() == 1
        db.session.commit()
    jobs.drain()
    with town.at(EAST):
        was, now = last("case.redated")[0].facts["changes"]["due_on"]
        assert (was, now) == ("2030-01-01", str(cases.by_number(number).due_on))
    browser = town.client(EAST, "handler")
    browser.get("/sign-in?lang=en")
    browser.get(f"/cases/{number}")
    assert f"Due date: 2030-01-01 → {now}" in browser.page.words


# Others --------------------------------------------------------------------------------------------------------------


def test_a_merchants_entry_says_what_it_was_before_and_never_a_whole_number(town):
    with town.at(EAST):
        by = town.person(EAST, "handler")
        merchant = register.add(by, name="甲店", contact_name="王强", contact_phone="13900001111")
        db.session.commit()
        register.change(merchant, by, name="乙店", region_code="999901", contact_name="", contact_phone="13922221111")
        db.session.commit()
        entry, remark = last("merchant.changed")
        assert entry.facts["changes"] == {"region_code": [None, "999901"], "name": None, "contact_phone": None}
        assert json.loads(remark) == {"name": ["甲店", "乙店"], "contact_phone": ["139****1111", "139****1111"]}
        assert "139000" not in remark
        register.change(merchant, by, name="乙店", region_code="999901", contact_name="李刚", contact_phone="")
        db.session.commit()
        entry, remark = last("merchant.changed")
        assert json.loads(remark) == {"contact_name": ["王强", "李刚"]}


def test_a_letter_that_was_changed_says_what_it_asked_before(lodged, take, town):
    number = lodged()
    take(number, "accept", login="handler")
    letter = {"receiver": registry.find(MARKET).id, "wanted": "", "legal_basis": "第三条", "need": "", "files": ()}
    with town.at(EAST):
        by = town.person(EAST, "handler")
        draft = letters.prepare(
            cases.by_number(number),
            by,
            kind="request",
            subject="核查",
            ask="请核查。",
            fields={"story": "masked"},
            **letter,
        )
        db.session.commit()
        letters.revise(draft, by, subject="核查", ask="请查备案。", fields={"demand": "full"}, **letter)
        db.session.commit()
        entry, remark = last("letter.revise")
        assert entry.facts["changes"] == {"fields": [{"story": "masked"}, {"demand": "full"}], "ask": None}
        assert json.loads(remark) == {"ask": ["请核查。", "请查备案。"]}
    browser = town.client(EAST, "director")
    browser.get("/sign-in?lang=en")
    browser.get("/audit?event=letter.revise")
    assert "What is asked: changed" in browser.page.words
    assert "(masked) → " in browser.page.words


def test_a_note_is_shown_as_it_was_written(lodged, town):
    number = lodged()
    with town.at(EAST):
        services.note(cases.by_number(number), town.person(EAST, "handler"), text='店长说：\n{"退": ["一半"]}')
        db.session.commit()
        line = audit.trail(cases.by_number(number).id)[0]
        assert (line.words, line.changes) == ('店长说：\n{"退": ["一半"]}', {})
