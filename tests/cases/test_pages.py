"""The pages of cases, through the front door."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask_babel import force_locale, gettext
from sqlalchemy import func, select

from app import audit
from app.audit.models import Entry
from app.cases import lists
from app.cases.models import Case, CaseState
from app.cases.queries import by_number
from app.cases.services import lodge_many, note, reveal
from app.core import clock
from app.core.forms import BROUGHT_BACK
from tenants.database import db
from tests.browser import Page
from tests.cases.conftest import TOLD
from tests.forms import forms_of
from tests.town import EAST, WEST

BUDGET = 12


def test_the_queue_says_what_against_whom_how_much_and_by_when(town, lodged):
    number = lodged()
    browser = town.client(EAST, "director")
    browser.get("/cases")
    for said in (number, "健身房闭店拒退预付卡余额", "悦动健身"):
        assert said in browser.page.words
    assert "林晓梅" not in browser.page.words


@pytest.mark.parametrize(
    ("address", "there"),
    [
        ("", True),
        ("?who=me", False),
        ("?who=nobody", True),
        ("?status=lodged", True),
        ("?status=mediating", False),
        ("?due=late", False),
        ("?trait=prepaid", True),
        ("?trait=vulnerable", False),
        ("?category=S04", True),
        ("?category=G01", False),
        ("?scope=closed", False),
        ("?scope=all&sort=newest", True),
        ("?draft=waiting", False),
        ("?since=2020-01-01&until=2020-12-31", False),
        ("?merchant=悦动健身", True),
        ("?status=nonsense&sort=nonsense&after=nonsense", True),
    ],
)
def test_filters_live_in_the_address(town, lodged, address, there):
    number = lodged()
    browser = town.client(EAST, "handler")
    assert browser.get(f"/cases{address}").status_code == 200
    assert (number in browser.page.words) is there


def test_a_merchant_that_comes_up_often_is_marked(town):
    from app.merchants import services as register

    with town.at(EAST):
        handler = town.person(EAST, "handler")
        merchant = register.add(handler, name="悦动健身")
        lodge_many([(f"k{n}", replace(TOLD, merchant=merchant, phone=f"1390000{n:04d}")) for n in range(4)], handler)
        db.session.commit()
    browser = town.client(EAST, "handler")
    browser.get("/cases")
    assert browser.page.words.count("30") >= 4
    number = next(link for link in browser.page.links if "/cases/20" in link)
    browser.get(number)
    assert any("/merchants/M" in link for link in browser.page.links)


def test_a_case_page_masks_the_consumer_and_the_numbers_in_the_text(town, lodged):
    number = lodged()
    browser = town.client(EAST, "handler")
    assert browser.get(f"/cases/{number}").status_code == 200
    assert "138****6027" in browser.page.words
    for secret in ("13912340000", "138 1234 6027", "林晓梅"):
        assert secret not in browser.page.words


def test_consumers_who_left_no_phone_are_not_taken_for_one_person(town, lodged):
    numbers = [lodged(phone="") for _ in range(3)]
    browser = town.client(EAST, "handler")
    browser.get(f"/cases/{numbers[0]}")
    with force_locale("zh_Hans_CN"):
        assert gettext("%(n)s other cases in a year", n=0) in browser.page.words


def test_anothers_case_is_answered_like_one_that_never_was(town, lodged):
    number = lodged()
    stranger = town.client(WEST, "handler")
    theirs, nobodys = (stranger.get(f"/cases/{one}") for one in (number, "2026-999999"))
    assert theirs.status_code == nobodys.status_code == 404
    assert _steady(theirs, number) == _steady(nobodys, "2026-999999")
    for path in ("slip", "steps/accept", "reveal/phone", "files"):
        assert stranger.get(f"/cases/{number}/{path}").status_code in (403, 404)


def _steady(answer, number):
    """A page without what differs on every request."""
    text = answer.get_data(as_text=True).replace(number, "")
    return [line for line in text.splitlines() if "nonce" not in line and "Request" not in line and "请求" not in line]


@pytest.mark.parametrize("step", ["accept", "refuse", "withdraw", "supplement", "describe", "assign"])
def test_every_form_of_a_step_opens(town, lodged, step):
    number = lodged()
    browser = town.client(EAST, "director")
    assert browser.get(f"/cases/{number}/steps/{step}").status_code == 200


@pytest.mark.parametrize("step", ["refer", "come_back", "taken_over"])
def test_what_the_exchange_does_is_no_page(town, lodged, step):
    number = lodged()
    assert town.client(EAST, "director").post(f"/cases/{number}/steps/{step}", {"version": "1"}).status_code == 404


def test_the_way_from_acceptance_to_closing(town, lodged):
    number, today = lodged(), str(clock.today())
    browser = town.client(EAST, "handler")
    described = {"title": "健身卡退费", "summary": "闭店不退余额", "nature": "C", "category": "S0401", "problem": "P02"}
    steps = [
        ("accept", described),
        ("mediate", {}),
        ("session", {"on": today, "text": "双方到场"}),
        ("settle", {"on": today, "terms": "分三期退还", "amount": "4,680"}),
        ("close", {}),
    ]
    for version, (step, facts) in enumerate(steps, start=1):
        answer = browser.post(f"/cases/{number}/steps/{step}", {"version": str(version), **facts})
        assert answer.status_code == 303, (step, browser.page.words)
        assert browser.get(f"/cases/{number}").status_code == 200
    with town.at(EAST):
        case = by_number(number)
        assert (case.status, case.outcome, str(case.recovered)) == ("closed", "settled", "4680.00")
        assert case.assignee.login == "handler"


def test_a_draft_is_shown_and_approved_on_the_page(town, lodged, take):
    number = lodged()
    take(number, "refuse", login="handler")
    browser = town.client(EAST, "director")
    browser.get(f"/cases/{number}")
    approve = next(form["action"] for form in browser.page.forms if form.get("action", "").endswith("/approve"))
    assert town.client(EAST, "handler").post(approve, {}).status_code == 403
    assert browser.post(approve, {}).status_code == 303
    assert browser.post(approve, {}).status_code == 409
    browser.get(f"/cases/{number}")
    assert "NA3" in browser.page.words


def test_a_draft_is_sent_back_on_the_page(town, lodged, take):
    number = lodged()
    take(number, "refuse", login="handler")
    browser = town.client(EAST, "director")
    browser.get(f"/cases/{number}")
    back = next(link for link in browser.page.links if link.endswith("/reject"))
    assert browser.get(back).status_code == 200
    assert browser.post(back, {"text": ""}).status_code == 422
    assert browser.post(back, {"text": "理由不足"}).status_code == 303


def test_who_comes_second_sees_both_and_may_still_do_it(town, lodged, take):
    number = lodged()
    browser = town.client(EAST, "handler")
    typed = {"version": "1", "text": "消费者又来电补充"}
    take(number, "claim", login="second")
    answer = browser.post(f"/cases/{number}/steps/supplement", typed)
    assert answer.status_code == 409
    assert "消费者又来电补充" in browser.page.words
    assert "东同事" in browser.page.words
    again = next(form["fields"] for form in browser.page.forms if form.get("action", "").endswith("/supplement"))
    assert browser.post(f"/cases/{number}/steps/supplement", {**typed, "version": again["version"]}).status_code == 303


def opened(browser, path):
    """What a browser would send of the form on a page when nobody touched it."""
    said = browser.get(path).get_data(as_text=True)
    (form,) = (one for one in forms_of(said) if one.action.endswith(path))
    return {name: one.value for name, one in form.controls.items() if one.kind != "submit"}


def test_two_who_describe_a_case_at_once_overwrite_nothing_of_each_other(town, lodged, take):
    number = lodged()
    path = f"/cases/{number}/steps/describe"
    first, second = town.client(EAST, "handler"), town.client(EAST, "second")
    mine, theirs = opened(second, path), opened(first, path)
    assert mine["summary"] == ""
    assert first.post(path, {**theirs, "title": "健身卡退余额", "summary": "闭店，不退余额。"}).status_code == 303
    answer = second.post(path, {**mine, "title": "预付卡闭店不退", "amount": "4680"})
    assert answer.status_code == 409
    (table,) = re.findall(r'aria-labelledby="typed-title">.*?</section>', answer.get_data(as_text=True), re.DOTALL)
    said = Page(f"<table>{table}</table>").words
    for both in ("健身卡退余额", "预付卡闭店不退", "4680.00"):
        assert both in said
    for untouched in ("闭店，不退余额。", "悦动健身"):
        assert untouched not in said
    (form,) = (one for one in forms_of(answer.get_data(as_text=True)) if one.action.endswith(path))
    again = {name: one.value for name, one in form.controls.items() if one.kind != "submit"}
    assert again["summary"] == "闭店，不退余额。"
    assert second.post(path, again).status_code == 303
    with town.at(EAST):
        case = by_number(number)
        assert (case.title, case.summary, str(case.amount)) == ("预付卡闭店不退", "闭店，不退余额。", "4680.00")


def test_the_form_of_a_step_that_is_no_longer_possible_is_not_shown(town, lodged, take):
    number = lodged()
    browser = town.client(EAST, "handler")
    assert browser.get(f"/cases/{number}/steps/accept").status_code == 200
    take(number, "accept", login="second")
    assert browser.get(f"/cases/{number}/steps/accept").status_code == 409
    with force_locale("zh_Hans_CN"):
        assert str(CaseState.ACCEPTED.label) in browser.page.words


def test_a_step_that_became_impossible_keeps_what_was_typed(town, lodged, take):
    number = lodged()
    take(number, "withdraw", login="clerk")
    browser = town.client(EAST, "handler")
    answer = browser.post(f"/cases/{number}/steps/supplement", {"version": "1", "text": "又补充了一句"})
    assert answer.status_code == 409
    assert "又补充了一句" in browser.page.words


def test_a_step_that_became_impossible_keeps_what_was_typed_beside_a_fault(town, lodged, take):
    """Something is wrong with the form as well: it stays until it can be said who was faster."""
    number = lodged()
    take(number, "withdraw", login="clerk")
    browser = town.client(EAST, "handler")
    sent = {"version": "1", "summary": "写好的摘要", "nature": "C", "category": "S0401", "problem": "P02"}
    answer = browser.post(f"/cases/{number}/steps/accept", {**sent, "title": "长" * 500})
    assert answer.status_code == 422
    assert "写好的摘要" in answer.get_data(as_text=True)
    assert "error-summary" in answer.get_data(as_text=True)
    assert browser.post(f"/cases/{number}/steps/accept", {**sent, "title": "退款"}).status_code == 409


def test_a_step_that_became_impossible_is_brought_back_after_signing_in(town, lodged, take):
    number = lodged()
    take(number, "withdraw", login="clerk")
    browser = town.client(EAST, "handler")
    sent = {BROUGHT_BACK: "yes", "version": "1", "text": "会话结束前写的话"}
    answer = browser.post(f"/cases/{number}/steps/supplement", sent)
    assert answer.status_code == 200
    assert "会话结束前写的话" in answer.get_data(as_text=True)


def test_who_only_looked_is_not_the_one_who_was_faster(town, lodged, take):
    """Notes, and looking at a telephone number, stand in the story too, and make nothing newer."""
    number = lodged()
    take(number, "accept", login="second")
    with town.at(EAST):
        case = by_number(number)
        reveal(case, town.person(EAST, "director"), field="phone", reason="回电核实")
        note(case, town.person(EAST, "clerk"), text="已回电")
        db.session.commit()
    browser = town.client(EAST, "handler")
    browser.post(f"/cases/{number}/steps/supplement", {"version": "1", "text": "又补充了一句"})
    assert browser.page.heading
    told = browser.page.words.partition("又补充了一句")[0]
    assert "东同事" in told
    assert not [name for name in ("东窗口", "东主任") if name in told]


def test_what_was_chosen_from_a_list_is_repeated_in_words(town, lodged, take):
    number = lodged()
    take(number, "withdraw", login="clerk")
    browser = town.client(EAST, "handler")
    chosen = {"version": "1", "title": "退款", "summary": "退款", "nature": "C", "category": "S0401", "problem": "P02"}
    assert browser.post(f"/cases/{number}/steps/accept", chosen).status_code == 409
    assert "S0401" not in browser.page.words
    assert lists.shipped("categories")["S0401"].name.zh in browser.page.words


def test_a_step_without_the_version_that_was_seen_is_not_taken(town, lodged):
    number = lodged()
    assert town.client(EAST, "handler").post(f"/cases/{number}/steps/claim", {}).status_code == 409


def test_fields_that_no_form_has_change_nothing(town, lodged):
    number = lodged()
    browser = town.client(EAST, "handler")
    forged = {
        "version": "1",
        "text": "补充",
        "status": "closed",
        "tenant_id": "3",
        "due_on": "2030-01-01",
        "number": "X",
    }
    assert browser.post(f"/cases/{number}/steps/supplement", forged).status_code == 303
    with town.at(EAST):
        case = by_number(number)
        assert (case.status, case.tenant_id) == ("lodged", 2)
        assert case.due_on.year != 2030


# Notes, looks, files -------------------------------------------------------------------------------------------------


def test_a_note_is_internal_unless_said_otherwise(town, lodged):
    number = lodged()
    browser = town.client(EAST, "handler")
    browser.post(f"/cases/{number}/notes", {"text": "先打电话"})
    browser.post(f"/cases/{number}/notes", {"text": "请带发票", "public": "yes"})
    assert browser.post(f"/cases/{number}/notes", {"text": " "}).status_code == 422
    with town.at(EAST):
        lines = [line for line in audit.trail(by_number(number).id) if line.entry.event == "case.note"]
        assert {line.words: line.visibility for line in lines} == {"先打电话": "internal", "请带发票": "public"}


def test_a_look_at_a_personal_field_needs_a_reason_and_is_recorded(town, lodged):
    number = lodged()
    browser = town.client(EAST, "handler")
    path = f"/cases/{number}/reveal/phone"
    assert browser.get(path).status_code == 200
    assert browser.post(path, {"text": ""}).status_code == 422
    browser.post(path, {"text": "约调解时间"}, may_show=("138 1234 6027",))
    assert "138 1234 6027" in browser.page.words
    assert browser.get(f"/cases/{number}/reveal/nothing").status_code == 404
    with town.at(EAST):
        line = next(line for line in audit.trail(by_number(number).id) if line.entry.event == "case.revealed")
        assert (line.entry.facts, line.words, line.entry.actor_name) == ({"field": "phone"}, "约调解时间", "东承办")
        assert not line.entry.public


def test_a_clerk_looks_at_no_personal_field(town, lodged):
    number = lodged()
    browser = town.client(EAST, "clerk")
    assert browser.get(f"/cases/{number}/reveal/phone").status_code == 403
    browser.get(f"/cases/{number}")
    assert not any("/reveal/" in link for link in browser.page.links)


def test_a_file_is_taken_out_by_who_added_it_or_the_director(town, lodged):
    import io

    number = lodged()
    clerk = town.client(EAST, "clerk")
    added = clerk.post(f"/cases/{number}/files", {"evidence": (io.BytesIO("收据".encode()), "收据.txt")})
    assert added.status_code == 303
    clerk.get(f"/cases/{number}")
    remove = next(link for link in clerk.page.links if link.endswith("/remove"))
    assert town.client(EAST, "handler").post(remove, {"text": "错了"}).status_code == 403
    assert clerk.post(remove, {"text": ""}).status_code == 422
    assert clerk.post(remove, {"text": "传错了"}).status_code == 303
    assert clerk.get(remove).status_code == 404
    with town.at(EAST):
        events = [line.entry.event for line in audit.trail(by_number(number).id)]
        assert events[:2] == ["case.file_removed", "case.file_added"]


def test_every_change_leaves_an_entry(town, lodged, statements):
    number = lodged()
    browser = town.client(EAST, "director")
    for path, typed in (
        (f"/cases/{number}/notes", {"text": "一句"}),
        (f"/cases/{number}/steps/claim", {"version": "1"}),
        (f"/cases/{number}/slip", {}),
    ):
        with town.at(EAST):
            before = db.session.scalar(select(func.count()).select_from(Entry))
        browser.post(path, typed)
        with town.at(EAST):
            assert db.session.scalar(select(func.count()).select_from(Entry)) > before, path


# Statements ----------------------------------------------------------------------------------------------------------


def fill(town, count):
    with town.at(EAST):
        handler = town.person(EAST, "handler")
        told = [(f"{count}-{n}", replace(TOLD, phone=f"139{n:08d}", amount=n)) for n in range(count)]
        for case in lodge_many(told, handler).values():
            case.assignee_id = handler.id
        db.session.commit()


def cost(browser, statements, path):
    """How many statements a page takes; the lower of two looks, for now and then one asks whether the rules changed."""
    counted = []
    for _look in range(2):
        with statements() as sent:
            assert browser.get(path).status_code == 200
        counted.append(len(sent))
    return min(counted)


def test_the_list_of_one_s_own_asks_for_nothing_twice(town, statements):
    """With rows, a merchant of the register, and the entry into the realm counted too."""
    from app.merchants import services as register

    with town.at(EAST):
        handler = town.person(EAST, "handler")
        gym = register.add(handler, name="悦动健身有限公司")
        told = [(f"m{n}", replace(TOLD, phone=f"1390000{n:04d}", merchant=gym)) for n in range(5)]
        for case in lodge_many(told, handler).values():
            case.assignee_id = handler.id
        db.session.commit()
    browser, clock_only = (
        town.client(EAST, "handler"),
        ("FROM tenant", "FROM calendar", "FROM legal_", "UPDATE sign_in"),
    )
    browser.get("/cases?who=me")
    assert "悦动健身" in browser.page.words
    counted = []
    for _look in range(2):
        with statements((*clock_only, "FROM list_entry")) as sent:
            browser.get("/cases?who=me")
        counted.append(len(sent))
        assert not [one for one in sent if one.lstrip().startswith("SELECT absence.person_id")]
    assert min(counted) <= BUDGET


@pytest.mark.parametrize(
    "path", ["/cases", "/cases?scope=all&sort=newest", "/desk/today", "/search?q=健身", "/merchants/"]
)
def test_a_list_takes_as_many_statements_at_300_cases_as_at_10(town, statements, path):
    fill(town, 10)
    browser = town.client(EAST, "director")
    few = cost(browser, statements, path)
    fill(town, 290)
    assert cost(browser, statements, path) == few <= BUDGET


def test_a_case_page_takes_as_many_statements_however_long_its_story(town, lodged, statements):
    number = lodged()
    browser = town.client(EAST, "handler")
    short = cost(browser, statements, f"/cases/{number}")
    with town.at(EAST):
        for n in range(30):
            note(by_number(number), town.person(EAST, "handler"), text=f"第{n}次联系")
        db.session.commit()
    assert cost(browser, statements, f"/cases/{number}") == short <= 20


def test_pages_lead_through_all_cases_once(town):
    fill(town, 120)
    browser = town.client(EAST, "handler")
    seen: list[str] = []
    path = "/cases"
    while path:
        browser.get(path)
        ends = (link.partition("#")[0].rpartition("/")[2] for link in browser.page.links)
        seen += dict.fromkeys(end for end in ends if end.startswith("20"))  # a row leads there more than once
        older = [link for link in browser.page.links if link.startswith("?after=")]
        path = f"/cases{older[0]}" if older else ""
    assert len(seen) == len(set(seen)) == 120
    with town.at(EAST):
        assert set(seen) == set(db.session.scalars(select(Case.number)))


def test_what_is_decided_on_stands_beside_each_step(town, lodged):
    """Masked as on the page of the case: a phone number in the account is not shown by the way."""
    number = lodged(facts="健身房闭店，余额4680元不退，请回电13812346027。")
    browser = town.client(EAST, "handler")
    for step in ("accept", "refuse", "flag"):
        assert browser.get(f"/cases/{number}/steps/{step}").status_code == 200
        assert "健身房闭店，余额4680元不退" in browser.page.words
        assert "13812346027" not in browser.page.words
