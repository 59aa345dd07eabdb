"""Taking a complaint in: once, whatever happens twice."""

from __future__ import annotations

import io
import re
import threading
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.cases import queries
from app.cases.models import Case, CaseClock, CaseCredential, CaseFile, CaseStatement, Party
from app.cases.services import entitle, lodge, lodge_many
from app.core import clock
from app.core.errors import Invalid
from app.core.privacy import blind_index
from app.search import queries as search
from tenants.database import db
from tests.cases.conftest import TOLD
from tests.town import CITY, EAST, WEST


@pytest.fixture
def east(town):
    """Inside East, as its clerk."""
    with town.at(EAST):
        yield town.person(EAST, "clerk")


def test_a_complaint_becomes_a_case_with_a_number_and_a_clock(east):
    case = lodge(TOLD, east, key="k1").case
    db.session.commit()
    assert case.number == f"{clock.today().year}-000001"
    assert (case.status, case.party_label, case.phone_mask) == ("lodged", "林**", "138****6027")
    running = db.session.scalars(select(CaseClock)).one()
    assert (running.code, running.due_on) == ("acceptance", case.due_on)


def test_the_row_that_the_city_reads_has_no_personal_data(east):
    case = lodge(replace(TOLD, title="", address="江州市东县人民路3号", id_number="110101199003070011"), east).case
    said = " ".join(str(getattr(case, column.key)) for column in Case.__table__.columns if column.key != "open")
    for secret in ("林晓梅", "13812346027", "13912340000", "110101199003070011", "人民路"):
        assert secret not in said


def test_until_a_handler_has_read_it_the_county_reads_how_a_letter_begins(east):
    long = "我在城东的健身房办了三年卡，昨天去的时候门关着。" * 12 + "此外我婆婆的病情店里的人都知道。"
    case = lodge(replace(TOLD, title="", facts=long), east).case
    assert long.startswith(case.title.removesuffix("…"))
    assert (len(case.title), case.summary) == (23, "")


def test_a_letter_that_is_accepted_as_it_came_is_told_to_the_city_by_its_classification(town, take):
    """Nobody has written a summary: no rule makes one of the letter, however quickly somebody clicks."""
    letter = "我在悦动健身办卡，门店关了，退我500元。我婆婆王秀兰住滨江路12号"
    with town.at(EAST):
        told = replace(TOLD, title="", facts=letter, amount=Decimal(500), claims=("C05",))
        number = lodge(told, town.person(EAST, "clerk")).case.number
        db.session.commit()
    take(number, "accept")
    with town.at(EAST):
        case = queries.by_number(number)
        assert case.given_summary == "健身 · 合同 · 补足数量 · 500.00 元"
        assert case.given_title == "我在悦动健身办卡，门店关了，退我…"
    page = town.client(CITY, "supervisor").get(f"/counties/{EAST}/cases/{number}").text
    assert "滨江路" not in page
    assert "婆婆" not in page


def test_until_a_handler_has_read_it_the_city_reads_nothing_of_a_letter(town, take):
    """However short it is; what a handler has made of it, the city reads."""
    told = replace(TOLD, title="", facts="婆婆的病店里都知道")
    with town.at(EAST):
        number = lodge(told, town.person(EAST, "clerk")).case.number
        db.session.commit()
    address = f"/counties/{EAST}/cases/{number}"
    bureau = town.client(CITY, "supervisor")
    page = bureau.get(address).text
    assert "尚未研判" in page
    assert "婆婆" not in page
    assert not case_links(bureau, "/counties/cases?q=婆婆")
    with town.at(EAST):
        case = queries.by_number(number)
        assert (case.title, case.summary) == ("婆婆的…", "")
    take(number, "describe", title="泄露病情", summary="店家泄露顾客病情", category="S0401", problem="P02")
    assert "店家泄露顾客病情" in bureau.get(address).text
    assert case_links(bureau, "/counties/cases?q=店家泄露") == [f"/{CITY}{address}"]


@pytest.mark.parametrize("field", ["title", "merchant_name"])
@pytest.mark.parametrize("number", ["13812346027", "110101199003070011", "138 1234 6027"])
def test_what_the_city_reads_takes_no_number_of_anybody(east, field, number):
    with pytest.raises(Invalid) as refused:
        lodge(replace(TOLD, **{field: f"退卡 {number}"}), east)
    assert refused.value.field == field


@pytest.mark.parametrize("field", ["title", "summary", "merchant_name"])
def test_nor_does_what_a_handler_describes(lodged, take, field):
    told = {"category": "S0401", "problem": "P02", "title": "退卡", "summary": "要求退还余额"}
    with pytest.raises(Invalid) as refused:
        take(lodged(), "describe", **{**told, field: "身份证 110101199003070011"})
    assert refused.value.field == field


@pytest.mark.parametrize("field", ["title", "merchant_name"])
def test_nor_does_what_a_handler_makes_of_it(town, lodged, field):
    number, told = lodged(), {"category": "S0401", "problem": "P02", "title": "退卡", "summary": "要求退还余额"}
    browser = town.client(EAST, "handler")
    page = browser.post(f"/cases/{number}/steps/accept", {**told, field: "联系 13812346027"})
    assert page.status_code == 422
    assert "请勿填写电话号码和身份证号" in page.text
    assert "联系 13812346027" in page.text, "what was typed is kept"
    with town.at(EAST):
        assert queries.by_number(number).status == "lodged"


def case_links(browser, path):
    browser.get(path)
    return sorted({link for link in browser.page.links if re.fullmatch(r".*/cases/\d{4}-\d+", link)})


def test_the_consumer_is_sealed_and_found_by_phone(east):
    case = lodge(TOLD, east).case
    db.session.commit()
    party = db.session.scalars(select(Party)).one()
    assert "林晓梅" not in (party.name_sealed or "")
    assert (str(party.phone), party.reveal("phone")) == ("138****6027", "138 1234 6027")
    whose = db.session.scalars(select(Party.case_id).where(Party.phone.matches("１３８-1234-6027"))).one()
    assert whose == case.id


def test_the_same_submission_is_one_case(east):
    first, second = (lodge(TOLD, east, key="k1") for _time in range(2))
    assert (first.fresh, second.fresh, first.case) == (True, False, second.case)
    assert db.session.scalar(select(func.count()).select_from(Case)) == 1


def test_the_same_key_for_something_else_is_refused(east):
    lodge(TOLD, east, key="k1")
    with pytest.raises(Invalid):
        lodge(replace(TOLD, amount=Decimal(1)), east, key="k1")


def test_two_counties_may_use_the_same_key(town):
    for place in (EAST, WEST):
        with town.at(place):
            assert lodge(TOLD, town.person(place, "clerk"), key="k1").fresh
            db.session.commit()


def test_the_code_is_kept_as_a_hash_and_has_eighty_bits(east):
    lodged = lodge(TOLD, east, slip=True)
    db.session.flush()
    kept = db.session.scalars(select(CaseCredential)).one()
    assert len(lodged.code.replace("-", "")) == 16
    assert not set("ILOU") & set(lodged.code)
    assert kept.tracking_index == blind_index(lodged.code.lower(), "tracking")
    assert lodged.code not in f"{kept.receipt} {kept.tracking_index}"
    assert lodged.case.number not in kept.receipt


def test_what_is_not_on_a_list_is_refused(east):
    for facts, field in (
        ({"channel": "pigeon"}, "channel"),
        ({"claims": ("C01", "C99")}, "claims"),
        ({"category": "Z1"}, "category"),
        ({"facts": "  "}, "facts"),
        ({"received_at": clock.now() + timedelta(days=1)}, "received_at"),
    ):
        with pytest.raises(Invalid) as refusal:
            lodge(replace(TOLD, **facts), east)
        assert refusal.value.field == field


def test_many_are_lodged_at_once_and_never_again(east):
    told = [(f"row-{n}", replace(TOLD, phone=f"1390000{n:04d}", title="")) for n in range(30)]
    made = lodge_many(told, east)
    db.session.commit()
    assert len(made) == 30
    assert len({case.number for case in made.values()}) == 30
    assert lodge_many(told, east) == {}
    assert len(search.find("健身房", ["case"], limit=50)) == 30
    assert lodge(TOLD, east).case.number.endswith("-000031")
    assert db.session.scalar(select(func.count()).select_from(CaseStatement)) == 31


def test_many_take_few_statements(east, statements):
    with statements() as sent:
        lodge_many([(f"row-{n}", TOLD) for n in range(60)], east)
        db.session.flush()
    assert len(sent) <= 15


def test_a_title_is_the_first_sentence_without_numbers():
    assert entitle("电饭锅坏了，联系13812346027。商家一直不理，去了三次也没有人出来。") == "电饭锅坏了，联系138****6027"
    assert entitle("婆婆的病店里都知道") == "婆婆的…", "never half of a letter, however short"
    assert len(entitle("很长" * 50)) == 30
    assert entitle("  ") == "—"


# The form ------------------------------------------------------------------------------------------------------------


def form_of(browser):
    browser.get("/cases/new")
    return next(form["fields"]["submission_key"] for form in browser.page.forms if "submission_key" in form["fields"])


def test_the_window_form_sent_twice_leads_to_the_same_slip(town):
    browser = town.client(EAST, "clerk")
    typed = {
        "submission_key": form_of(browser),
        "told": "买到坏的电饭锅",
        "phone": "１３８ 1234-6027",
        "amount": "¥1,236.00",
    }
    answers = [browser.post("/cases/new", typed) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    with town.at(EAST):
        case = db.session.scalars(select(Case)).one()
        assert (case.phone_mask, case.amount) == ("138****6027", Decimal("1236.00"))


def test_the_same_form_with_other_words_is_refused_and_keeps_them(town):
    browser = town.client(EAST, "clerk")
    key = form_of(browser)
    browser.post("/cases/new", {"submission_key": key, "told": "买到坏的电饭锅"})
    answer = browser.post("/cases/new", {"submission_key": key, "told": "买到坏的电视机"})
    assert answer.status_code == 422
    assert "买到坏的电视机" in answer.get_data(as_text=True)
    with town.at(EAST):
        assert db.session.scalar(select(func.count()).select_from(Case)) == 1


def test_the_slip_shows_the_code_once_and_a_new_one_on_request(town):
    browser = town.client(EAST, "clerk")
    answer = browser.post("/cases/new", {"submission_key": form_of(browser), "told": "买到坏的电饭锅"})
    code = next(word for word in _words(browser, answer.location) if _is_code(word))
    assert not any(_is_code(word) for word in _words(browser, answer.location))
    answer = browser.post(answer.location.removeprefix("http://127.0.0.1"), {})
    renewed = next(word for word in _words(browser, answer.location) if _is_code(word))
    assert renewed != code


def test_the_slip_says_by_when_each_of_the_next_steps_is_taken(town, take, lodged):
    """Order 121: 7 working days to accept, 60 days to mediate; the hotline’s answer within 5."""
    with clock.freeze(clock.at(date(2026, 6, 1), 10)):  # a Monday
        number, browser = lodged(), town.client(EAST, "clerk")
        take(number, "add_limit")
        browser.get(f"/cases/{number}/slip")
    for day in ("2026-06-10", "2026-08-10", "2026-06-08"):
        assert day in browser.page.words, day


def _words(browser, path):
    browser.get(path)
    return browser.page.words.split()


def _is_code(word):
    return len(word) == 19 and word.count("-") == 3 and not word.startswith(str(clock.today().year))


def test_an_empty_form_says_what_is_missing(town):
    browser = town.client(EAST, "clerk")
    answer = browser.post("/cases/new", {"submission_key": form_of(browser), "told": " "})
    assert answer.status_code == 422
    assert browser.page.title.strip().startswith(("Error", "错误"))


def test_evidence_comes_with_the_complaint_and_a_bad_file_is_refused(town):
    browser = town.client(EAST, "clerk")
    key = form_of(browser)
    bad = {"evidence": (io.BytesIO(b"<svg/>"), "图.svg")}
    assert browser.post("/cases/new", {"submission_key": key, "told": "坏了", **bad}).status_code == 422
    for wrong in ({"told": " "}, {"told": "坏了", "phone": "12"}, {"told": "坏了", "amount": "三千"}):
        lost = {"evidence": (io.BytesIO("小票".encode()), "小票.txt")}
        answer = browser.post("/cases/new", {"submission_key": key, **wrong, **lost})
        assert answer.status_code == 422
        assert "请重新选择" in answer.get_data(as_text=True), "a browser forgets chosen files, and the page says so"
    good = {"evidence": (io.BytesIO("小票 1236 元".encode()), "小票.txt")}
    answer = browser.post("/cases/new", {"submission_key": key, "told": "坏了", **good})
    assert answer.status_code == 303
    number = answer.location.split("/")[-2]
    with town.at(EAST):
        file = db.session.scalars(select(CaseFile)).one()
    got = browser.get(f"/cases/{number}/files/{file.id}", checked=False)
    assert got.get_data(as_text=True) == "小票 1236 元"
    assert "attachment" in got.headers["Content-Disposition"]
    assert town.client(WEST, "handler").get(f"/cases/{number}/files/{file.id}").status_code == 404


def test_the_merchant_is_chosen_named_or_entered(town):
    from app.merchants import services as register

    with town.at(EAST):
        known = register.add(town.person(EAST, "handler"), name="东县惠民食品有限公司", sign="惠民超市").number
        db.session.commit()
    browser = town.client(EAST, "handler")
    for typed, expected in (
        ({"merchant_name": "惠民", "merchant_number": known}, ("惠民超市", True)),
        ({"merchant_name": "惠民超市"}, ("惠民超市", True)),
        ({"merchant_name": "街角小店", "merchant_number": ""}, ("街角小店", False)),
        ({"merchant_name": "新开小店", "merchant_number": "+"}, ("新开小店", True)),
    ):
        answer = browser.post("/cases/new", {"submission_key": form_of(browser), "told": "坏了", **typed})
        with town.at(EAST):
            case = queries.by_number(answer.location.split("/")[-2])
            assert (case.merchant_name, case.merchant_id is not None) == expected


def test_twenty_windows_at_once_get_twenty_numbers(town, app):
    """And the twenty-first, who sends what the first has sent, gets the first one's."""
    browser = town.client(EAST, "clerk")
    keys = [form_of(browser) for _window in range(20)]
    token = browser.csrf_token()
    answers: list = [None] * 21

    def send(at: int) -> None:
        told = {"submission_key": keys[at % 20], "told": f"第{at % 20}件", "csrf_token": token}
        answers[at] = browser.open("POST", "/cases/new", data=told)

    windows = [threading.Thread(target=send, args=(at,)) for at in range(21)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 20
    assert answers[20].location == answers[0].location
    with town.at(EAST):
        assert db.session.scalar(select(func.count()).select_from(Case)) == 20


# Hints ---------------------------------------------------------------------------------------------------------------


def test_the_same_phone_is_a_hint(town, lodged):
    number = lodged()
    with town.at(EAST):
        (hint,) = queries.duplicates(phone="138-1234-6027").hints
        assert hint.case.number == number
    with town.at(WEST):
        assert queries.duplicates(phone="13812346027").hints == []


def test_like_words_against_the_same_merchant_are_a_hint(town, lodged):
    number = lodged()
    with town.at(EAST):
        like = "健身房突然闭店，卡里还有4680元没有退，店长手机无人接听"
        assert [hint.case.number for hint in queries.duplicates(merchant_name="悦动健身", facts=like).hints] == [number]
        assert queries.duplicates(merchant_name="悦动健身", facts="买到的水杯有裂缝").hints == []
        assert queries.duplicates(merchant_name="别的健身", facts=like).hints == []


def test_what_is_over_a_year_old_is_no_hint(town, lodged):
    lodged(received_at=clock.now() - timedelta(days=400))
    with town.at(EAST):
        assert queries.duplicates(phone="13812346027").hints == []


def test_the_form_shows_hints_while_it_is_filled_in(town, lodged):
    number = lodged()
    browser = town.client(EAST, "clerk")
    answer = browser.post("/cases/new/duplicates", {"phone": "13812346027"}, headers={"HX-Request": "true"})
    assert number in answer.get_data(as_text=True)


def test_a_letter_counts_from_the_day_on_which_it_was_signed_for(town):
    """Working days from Friday 2026-11-20: 23 24 25 26 27 30 and 1 December."""
    with clock.freeze(clock.at(date(2026, 11, 24), 10)):
        browser = town.client(EAST, "clerk")
        said = {"told": "健身房闭店，不退款。", "channel": "letter", "nature": "C", "submission_key": "letter-1"}
        refused = browser.post("/cases/new", {**said, "received_on": "2026-11-25"})
        assert refused.status_code == 422
        assert 'id="received_on-wrong"' in refused.text
        assert (
            browser.post("/cases/new", {**said, "received_on": "2026-11-20", "reference": "来文12号"}).status_code
            == 303
        )
        with town.at(EAST):
            case = db.session.scalars(select(Case)).one()
            assert (clock.on(case.received_at), case.due_on) == (date(2026, 11, 20), date(2026, 12, 1))
            assert case.reference == "来文12号"


def test_what_is_said_of_an_agent_without_a_name_is_not_dropped(town):
    said = {
        "told": "健身房闭店，不退款。",
        "channel": "window",
        "nature": "C",
        "powers": "代为投诉",
        "submission_key": "a-1",
    }
    refused = town.client(EAST, "clerk").post("/cases/new", said)
    assert refused.status_code == 422
    assert 'id="agent_name-wrong"' in refused.text
    assert "代为投诉" in refused.text
