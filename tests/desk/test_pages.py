"""A person's day, and the one search box."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote, unquote, urlencode

import pytest

from app.cases.papers import services as papers
from app.cases.papers.workflow import PAPER
from app.cases.queries import by_number
from app.cases.services import lodge, lodge_many
from app.core import clock
from app.core.forms import narrow
from app.desk import search as desk_search
from app.desk.search import snippet
from app.documents.kinds import kinds
from app.handoffs import services as handoffs
from app.investigations import workflow as investigations
from app.investigations.models import Scope
from tenants.database import db
from tests.cases.conftest import TOLD
from tests.forms import forms_of
from tests.handoffs.conftest import REQUEST
from tests.town import CITY, EAST, MARKET, WEST


@pytest.fixture
def told(town):
    """Lodge a complaint in East: `told(title="…")` says its number."""

    def make(place=EAST, **facts):
        with town.at(place):
            case = lodge(replace(TOLD, **facts), town.person(place, "handler")).case
            db.session.commit()
            return case.number

    return make


def words(browser, path):
    assert browser.get(path).status_code == 200
    return browser.page.words


def look_up(browser, said):
    """Type something into the box on top; the words of the page that comes of it."""
    answer = browser.post("/search", {"q": said})
    assert answer.status_code == 303
    return words(browser, answer.location)


def test_a_day_without_work_says_so(town):
    browser = town.client(EAST, "handler")
    assert not any("/cases/20" in link for link in (words(browser, "/desk/today"), browser.page.links)[1])


def test_the_first_page_is_the_day(town):
    assert town.client(EAST, "handler").get("/").location.endswith("/desk/today")


def test_who_reads_no_case_is_shown_no_count_of_them(town, told):
    told(received_at=clock.now() - timedelta(days=40))
    for login, shown in (("director", True), ("admin", False)):
        page = town.client(EAST, login).get("/desk/today").get_data(as_text=True)
        assert ('class="count late"' in page) is shown, login


def test_a_day_begins_with_what_is_late(town, told):
    late = told(received_at=clock.now() - timedelta(days=40))
    new = told(phone="13900000009")
    said = words(town.client(EAST, "director"), "/desk/today")
    assert said.index(late) < said.index(new)


def test_a_handler_sees_the_own_late_cases_and_the_new_ones(town, told):
    late = told(received_at=clock.now() - timedelta(days=40))
    said = words(town.client(EAST, "handler"), "/desk/today")
    assert late in said  # new to everybody: nobody has taken it
    with town.at(EAST):
        from app.cases.queries import by_number
        from app.cases.workflow import CASE

        CASE.take("claim", by_number(late), by=town.person(EAST, "second"))
        db.session.commit()
    assert late not in words(town.client(EAST, "handler"), "/desk/today")
    assert late in words(town.client(EAST, "second"), "/desk/today")


def test_the_director_sees_what_waits_for_approval(town, told):
    number = told()
    with town.at(EAST):
        from app.cases.queries import by_number
        from app.cases.workflow import CASE

        CASE.take("refuse", by_number(number), by=town.person(EAST, "handler"), ground="NA1", text="不属于职责")
        db.session.commit()
    assert words(town.client(EAST, "director"), "/desk/today").count(number) == 2  # to approve, and new


def test_letters_and_documents_wait_on_the_same_list(town, told):
    """Whatever waits for the director's word is in one place, with the way to it."""
    number = told()
    form = kinds()["closing"]
    with town.at(EAST):
        by, case = town.person(EAST, "handler"), by_number(number)
        letter = handoffs.send(case, by, **REQUEST)
        paper = papers.draft(case, form, by, filled={one.name: one.sample for one in form.fields})
        db.session.flush()
        PAPER.take("submit", paper, by=by)
        investigations.propose(case, by, scope=Scope.MAJOR.value, text="多人受骗")
        db.session.commit()
        ways = [f"/east/letters/{letter.number}", f"/east/cases/{number}/documents/{paper.id}"]
        ways.append(f"/east/cases/{number}/investigation")
    director, handler = town.client(EAST, "director"), town.client(EAST, "handler")
    director.get("/desk/today")
    assert [link for link in director.page.links if link in ways] == ways
    handler.get("/desk/today")
    assert not [link for link in handler.page.links if link in ways]


@pytest.mark.parametrize(
    ("slug", "login", "searches"),
    [
        (EAST, "clerk", True),
        (EAST, "director", True),
        (EAST, "admin", False),
        (MARKET, "officer", True),
        (CITY, "analyst", True),
        (CITY, "admin", True),
    ],
)
def test_the_search_is_offered_to_who_may_use_it(town, slug, login, searches):
    browser = town.client(slug, login)
    browser.get("/account")
    forms = [form for form in browser.page.forms if form.get("role") == "search"]
    assert bool(forms) == searches
    for form in forms:
        answer = browser.post(form["action"].removeprefix(f"/{slug}"), {**form["fields"], "q": "健身"})
        assert browser.get(answer.location.removeprefix(f"/{slug}")).status_code == 200


def test_the_administrator_is_led_to_the_people(town):
    browser = town.client(EAST, "admin")
    words(browser, "/desk/today")
    assert any(link.endswith("/people") for link in browser.page.links)


@pytest.mark.parametrize("said", ["健身房 余额", "悦动健身", "138 1234 6027", "１３８１２３４６０２７", "闭店"])
def test_a_case_is_found_by_words_merchant_and_whole_phone(town, told, said):
    number = told()
    assert number in look_up(town.client(EAST, "clerk"), said)


@pytest.mark.parametrize("said", ["电饭锅", "6027", "13812346028", "林晓梅"])
def test_what_is_not_there_is_not_found(town, told, said):
    number = told()
    assert number not in look_up(town.client(EAST, "handler"), said)


def test_a_case_is_found_by_its_number(town, told):
    number = told()
    browser = town.client(EAST, "handler")
    assert number in look_up(browser, number)
    assert number in words(browser, f"/search?q={number}")


def test_a_case_is_found_by_the_number_on_the_slip(town):
    """As somebody reads it out at the window; of another county's slip nothing is known."""
    with town.at(EAST):
        lodged = lodge(TOLD, town.person(EAST, "handler"), slip=True)
        number, receipt = lodged.case.number, lodged.receipt
        db.session.commit()
    for slug, there in ((EAST, True), (WEST, False)):
        browser = town.client(slug, "clerk")
        for said in (receipt, receipt.lower()):
            browser.get(browser.post("/search", {"q": said}).headers["Location"])
            assert (f"/{slug}/cases/{number}" in browser.page.links) == there, said


def test_a_search_ends_at_the_wall(town, told):
    told()
    west = town.client(WEST, "handler")
    for said in ("健身房", "13812346027"):
        look_up(west, said)
        assert not any("/cases/20" in link for link in west.page.links)


def test_a_search_has_pages_without_gaps(town):
    with town.at(EAST):
        lodge_many([(f"k{n}", replace(TOLD, phone=f"1390000{n:04d}")) for n in range(70)], town.person(EAST, "handler"))
        db.session.commit()
    browser, seen, path = town.client(EAST, "handler"), [], "/search?q=健身房"
    while path:
        words(browser, path)
        seen += [link for link in browser.page.links if re.search(r"/cases/\d{4}-\d{6}$", link)]
        older = [link for link in browser.page.links if link.startswith("?q=") and "after=" in link]
        path = f"/search{older[0]}" if older else ""
    assert len(seen) == len(set(seen)) == 70


def test_a_merchant_is_found_too(town):
    from app.merchants import services

    with town.at(EAST):
        services.add(town.person(EAST, "handler"), name="东县惠民食品有限公司")
        db.session.commit()
    assert "东县惠民食品有限公司" in words(town.client(EAST, "clerk"), "/search?q=惠民")


# What stands in an address (CR8) --------------------------------------------------------------------------------------

NUMBERS = [
    "13812346027",
    "138 1234 6027",
    "+86-138-1234-6027",
    "１３８１２３４６０２７",
    "0571-85123456",
    "85123456",
    "+1 212 555 0100",
    "110101199003078478",
    "11010119900307847x",
    "林晓梅13812346027",
    "身份证 110101 19900307 8478",
]


@pytest.mark.parametrize("said", NUMBERS)
def test_a_number_of_somebody_never_stands_in_an_address(town, told, said):
    """The box sends it by POST; the address that comes of it can be opened again, and read by nobody."""
    told(phone="13812346027")
    browser = town.client(EAST, "handler")
    address = browser.post("/search", {"q": said}).location
    assert address.startswith("/east/search?of=")
    assert not set(re.findall(r"\d{4,}", said)) & set(re.findall(r"\d{4,}", unquote(address)))
    for _again in range(2):
        page = browser.get(address).get_data(as_text=True)
        assert f'value="{narrow(said)}"' in page  # in the box, to be changed
        assert not re.search(r"\d{6}", browser.page.title + browser.page.heading)


def test_a_phone_number_is_shown_masked_above_what_it_found(town, told):
    told()
    assert "138****6027" in look_up(town.client(EAST, "handler"), "13812346027")


def test_words_can_be_passed_on_and_numbers_of_files_too(town):
    browser = town.client(EAST, "handler")
    for said in ("健身房 退款", "余额", "黄金 包装", "2026-000123", "4680元", "3幢"):
        assert browser.post("/search", {"q": said}).location == f"/east/search?{urlencode({'q': said})}"


@pytest.mark.parametrize("said", ["林晓梅", "健身房 林晓梅", "欧阳兰"])
def test_a_name_stands_in_no_address_and_is_found(town, told, said):
    """A log of addresses, ours or a proxy's, keeps no names (CR8)."""
    number = told(facts=f"健身房 {said} 说余额不退。")
    browser = town.client(EAST, "handler")
    address = browser.post("/search", {"q": said}).location
    assert address.startswith("/east/search?of=")
    page = browser.get(address.removeprefix("/east")).text
    assert number in browser.page.words
    assert 'name="of"' in page, "what is found is narrowed like any other search"


@pytest.mark.parametrize("said", NUMBERS)
def test_a_number_in_an_address_is_not_looked_for(town, told, statements, said):
    number = told(facts=f"请回电{said}。")
    browser = town.client(EAST, "handler")
    browser.get("/account?lang=en")
    with statements() as sent:
        answer = browser.get("/search", query_string={"q": said})
    assert answer.status_code == 422
    assert not [line for line in sent if "search_document" in line or "case_party" in line]
    assert number not in browser.page.words
    assert "has no place in an address" in browser.page.words
    assert next(form for form in browser.page.forms if form["action"] == "/east/search")["fields"]["q"] == ""
    assert quote(said) not in answer.get_data(as_text=True)


def test_a_sealed_search_is_for_who_asked_and_for_a_day(town, told):
    number = told()
    browser = town.client(EAST, "handler")
    address = browser.post("/search", {"q": "13812346027"}).location
    assert number in words(browser, address)
    for slug, login in ((EAST, "second"), (WEST, "handler")):
        other = town.client(slug, login)
        assert other.get(address.replace("/east/", f"/{slug}/")).status_code == 422
        assert number not in other.page.words
    assert browser.get(address[:-9] + "AAAAAAAA%3D").status_code == 422
    with clock.freeze(clock.now() + timedelta(hours=13)):
        late = town.client(EAST, "handler")
        assert late.get(address).status_code == 422
        assert number not in late.page.words


def test_what_narrows_a_list_goes_into_its_address_without_numbers_of_people(town):
    browser = town.client(EAST, "director")
    browser.get("/account?lang=en")
    told_ = {"list": "/east/cases", "merchant": "悦动健身", "status": "", "due": "late"}
    asked = urlencode({"merchant": "悦动健身", "due": "late"})
    assert browser.post("/narrow", told_).location == f"/east/cases?{asked}"
    answer = browser.post("/narrow", {**told_, "merchant": "138 1234 6027"})
    assert answer.location == "/east/cases?due=late"
    assert "Only the search box takes one" in words(browser, answer.location)
    assert browser.post("/narrow", {"list": "/east/audit", "number": "2026-000123"}).location.endswith("2026-000123")
    code = browser.post("/narrow", {"list": "/east/merchants/", "called": "91330100MA27"}).location
    assert code.endswith("91330100MA27")


@pytest.mark.parametrize("to", ["", "//evil.example/", "https://evil.example", "/west/cases", "cases"])
def test_a_list_is_narrowed_nowhere_else(town, to):
    assert town.client(EAST, "director").post("/narrow", {"list": to, "q": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("slug", "login", "address", "name"),
    [
        (EAST, "director", "/cases", "merchant"),
        (EAST, "director", "/audit", "number"),
        (EAST, "director", "/merchants/", "called"),
        (CITY, "supervisor", "/counties/cases", "q"),
        (CITY, "supervisor", "/counties/cases", "merchant"),
    ],
)
def test_no_list_is_narrowed_by_a_number_in_its_address(town, slug, login, address, name):
    browser = town.client(slug, login)
    page = browser.get(f"{address}?{name}=13812346027").get_data(as_text=True)
    assert "13812346027" not in page


def test_every_field_that_words_are_typed_into_is_sent_by_post(town):
    """No page has a form that would put what is typed into an address."""
    seen = 0
    for slug, login in ((EAST, "director"), (EAST, "admin"), (CITY, "supervisor"), (MARKET, "head")):
        browser = town.client(slug, login)
        browser.get("/account")
        for path in {link for link in browser.page.links if link.startswith(f"/{slug}/") and "?" not in link}:
            if browser.open("GET", path).mimetype == "text/html":
                for form in forms_of(browser.open("GET", path).get_data(as_text=True)):
                    typed = [one.name for one in form.controls.values() if one.kind in ("text", "search", "textarea")]
                    assert not typed or form.method == "post", (path, typed)
                    seen += len(typed)
    assert seen > 20


def test_where_the_words_stand_is_shown_and_marked_in_each_case_found(town, told):
    told(facts="老板推荐充值三千元，办卡后第二个月门店关门，充值卡余额不退，电话13812346027。")
    browser = town.client(EAST, "clerk")
    page = browser.get("/search?q=充值卡余额").get_data(as_text=True)
    assert "<mark>充值卡余额</mark>不退" in page
    assert "13812346027" not in page


@pytest.mark.parametrize(
    ("text", "sought", "shown"),
    [
        ("充值卡余额不退", ["余额"], "充值卡[余额]不退"),
        ("甲" * 40 + "余额" + "乙" * 100, ["余额"], "…" + "甲" * 16 + "[余额]" + "乙" * 62 + "…"),
        ("余额 充值", ["充值", "余额"], "[余额] [充值]"),
        ("ab12 cd", ["ab1"], "[ab1]2 cd"),
        ("没有这个词", ["余额"], ""),
        ("（余额）", ["）"], "（余额[）]"),
    ],
)
def test_a_snippet_begins_shortly_before_the_first_word(text, sought, shown):
    pieces = snippet(text, sought)
    assert "".join(f"[{piece.text}]" if piece.sought else piece.text for piece in pieces) == shown


def test_a_snippet_shows_what_the_title_does_not_where_it_can():
    told = snippet("余额不退 店已搬走，余额三千", ["余额"], behind=4)
    assert "".join(piece.text for piece in told).endswith("余额三千")


def test_a_search_is_narrowed_and_keeps_its_words(town, told):
    told(nature="C")
    told(nature="R", title="举报健身房")
    browser = town.client(EAST, "handler")
    both = browser.get("/search?q=健身房")
    assert both.status_code == 200
    sent = browser.post("/narrow", {"list": "/east/search", "q": "健身房", "nature": "R"})
    address = sent.location.removeprefix("/east")
    browser.get(address)
    found = [link for link in browser.page.links if re.search(r"/cases/\d{4}-\d{6}$", link)]
    assert len(found) == 1
    without = next(link for link in browser.page.links if link.startswith("?") and "nature" not in link)
    browser.get(f"/search{without}")
    assert len([link for link in browser.page.links if re.search(r"/cases/\d{4}-\d{6}$", link)]) == 2
    assert "没有符合" in words(browser, "/search?q=健身房&status=closed")


def test_a_narrowed_search_looks_further_than_one_page_of_hits(town, told, monkeypatch):
    monkeypatch.setattr(desk_search, "SCANNED", 2)
    for n in range(6):
        told(nature="R" if n == 0 else "C", title=f"健身房{n}")  # the one that fits came in first: it is found last
    browser = town.client(EAST, "handler")
    browser.get("/search?q=健身房&nature=R")
    assert len([link for link in browser.page.links if re.search(r"/cases/\d{4}-\d{6}$", link)]) == 1
    monkeypatch.setattr(desk_search, "LOOKS", 2)
    browser.get("/search?q=健身房&nature=R")
    older = [link for link in browser.page.links if "after=" in link]
    assert older, "the rest is left to the next page, which is offered"
    browser.get(f"/search{older[0]}")
    assert len([link for link in browser.page.links if re.search(r"/cases/\d{4}-\d{6}$", link)]) == 1
