"""The pages of the exchange, as people open them."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest

from app.handoffs import queries
from app.jobs import drain
from tenants.database import db
from tests.handoffs.conftest import REFERRAL, REQUEST, Exchange, case
from tests.handoffs.test_referral import evidence
from tests.town import EAST, MARKET, NORTH, POLICE, WEST, Town

LETTER = {"receiver": "5", "subject": "核查预付卡备案", "ask": "请核查该店备案。", "share_story": "masked"}


def test_a_letter_is_written_looked_over_submitted_and_sent(exchange: Exchange, town: Town) -> None:
    number = exchange.lodge()
    handler, director = town.client(EAST, "handler"), town.client(EAST, "director")
    assert handler.get(f"/cases/{number}/letters/new?kind=request").status_code == 200
    assert handler.page is not None
    assert "核查" not in handler.page.heading
    written = handler.post(f"/cases/{number}/letters/new?kind=request", LETTER)
    assert written.status_code == 303
    letter = written.headers["Location"].removeprefix(f"/{EAST}")
    handler.get(letter)
    assert handler.page is not None
    assert "138****6027" in handler.page.words
    assert handler.post(f"{letter}/steps/send", {"version": "1"}).status_code == 403
    assert handler.post(f"{letter}/steps/submit", {"version": "1"}).status_code == 303
    director.get("/letters")
    assert director.page is not None
    assert "核查预付卡备案" in director.page.words
    sent = director.post(f"{letter}/steps/send", {"version": "2"})
    assert sent.headers["Location"] == f"/{EAST}/handoffs/east-ZB-2026-000001"
    assert director.get("/outbox").status_code == 200
    assert director.get("/handoffs/east-ZB-2026-000001").status_code == 200


def test_the_form_of_a_step_is_shown_as_long_as_the_step_is_possible(exchange: Exchange, town: Town) -> None:
    number = exchange.lodge()
    handler, director = town.client(EAST, "handler"), town.client(EAST, "director")
    letter = handler.post(f"/cases/{number}/letters/new?kind=request", LETTER).headers["Location"]
    changed = {**LETTER, "version": "2", "ask": "请一并核查预付资金存管情况。"}
    assert handler.get(f"{letter}/edit").status_code == 200
    for step, status in (("submit", "待审批"), ("send", "已发出")):
        assert director.post(f"{letter}/steps/{step}", {"version": "1" if step == "submit" else "2"}).status_code == 303
        for answer in (handler.get(f"{letter}/edit"), handler.post(f"{letter}/edit", changed)):
            assert answer.status_code == 409
            assert handler.page is not None
            assert status in handler.page.words
            assert not any("ask" in form["fields"] for form in handler.page.forms)
        assert changed["ask"] in handler.page.words  # what was sent in is not lost
    assert director.get(f"{letter}/steps/reject").status_code == 409
    reference = "east-ZB-2026-000001"
    officer = town.client(MARKET, "officer")
    assert officer.get(f"/handoffs/{reference}/steps/return").status_code == 200
    assert officer.get(f"/handoffs/{reference}/steps/answer").status_code == 409


def test_two_who_change_a_letter_at_once_overwrite_nothing_of_each_other(exchange: Exchange, town: Town) -> None:
    number = exchange.lodge()
    handler, director = town.client(EAST, "handler"), town.client(EAST, "director")
    letter = handler.post(f"/cases/{number}/letters/new?kind=request", LETTER).headers["Location"]
    (loaded,) = (form["fields"]["loaded"] for form in _forms(handler, f"{letter}/edit") if "loaded" in form["fields"])
    sent = {**LETTER, "version": "1", "loaded": loaded}
    assert director.post(f"{letter}/edit", {**sent, "ask": "请核查备案和存管。"}).status_code == 303
    assert handler.post(f"{letter}/edit", {**sent, "wanted": "查处情况"}).status_code == 409
    assert handler.page is not None
    assert "请核查备案和存管。" in handler.page.words
    assert LETTER["ask"] not in handler.page.words
    (form,) = (form for form in handler.page.forms if "wanted" in form["fields"])
    assert (form["fields"]["wanted"], form["fields"]["version"]) == ("查处情况", "2")


def _forms(browser: Any, path: str) -> list[Any]:
    browser.get(path)
    return list(browser.page.forms)


def test_what_is_not_ticked_in_the_form_is_not_shared(exchange: Exchange, town: Town) -> None:
    """A form that leaves the shares out shares nothing, whatever the kind would propose."""
    number = exchange.lodge()
    bare = {**LETTER, "receiver": "3"}
    del bare["share_story"]
    assert town.client(EAST, "handler").post(f"/cases/{number}/letters/new?kind=referral", bare).status_code == 303
    with town.at(EAST):
        (draft,) = queries.drafts_of_case(case(number))
        assert draft.fields == {}


def test_a_letter_that_lacks_a_reason_keeps_what_was_typed(exchange: Exchange, town: Town) -> None:
    number, handler = exchange.lodge(), town.client(EAST, "handler")
    response = handler.post(f"/cases/{number}/letters/new?kind=request", {**LETTER, "share_phone": "full"})
    assert response.status_code == 422
    assert "请核查该店备案。" in response.get_data(as_text=True)


def test_the_department_signs_accepts_and_answers_with_a_file(exchange: Exchange, town: Town, request_: str) -> None:
    officer = town.client(MARKET, "officer")
    officer.get("/inbox")
    assert officer.page is not None
    assert REQUEST["subject"] in officer.page.words
    officer.get(f"/handoffs/{request_}")
    assert "138****6027" in officer.page.words
    for step, version in (("sign", "1"), ("accept", "2")):
        assert officer.post(f"/handoffs/{request_}/steps/{step}", {"version": version}).status_code == 303
    officer.get("/under-way")
    assert REQUEST["subject"] in officer.page.words
    officer.get(f"/handoffs/{request_}/steps/answer")
    paper = (BytesIO("立案决定书".encode()), "立案决定书.txt")
    answer = {"version": "3", "text": "已立案。", "files": paper}
    done = officer.post(f"/handoffs/{request_}/steps/answer", answer, content_type="multipart/form-data")
    assert done.status_code == 303
    officer.get("/answered")
    drain()
    handler = town.client(EAST, "handler")
    handler.get(f"/handoffs/{request_}")
    assert handler.page is not None
    assert "已立案。" in handler.page.words
    assert "立案决定书.txt" in handler.page.words
    link = next(link for link in handler.page.links if "/files/" in link)
    downloaded = handler.get(link)
    assert downloaded.get_data().decode() == "立案决定书"
    assert downloaded.headers["Content-Disposition"].startswith("attachment")


def test_returning_asks_for_reason_and_words(exchange: Exchange, town: Town, request_: str) -> None:
    officer, step = town.client(MARKET, "officer"), f"/handoffs/{request_}/steps/return"
    assert officer.get(step).status_code == 200
    assert officer.post(step, {"version": "1", "text": "不属本局。"}).status_code == 422
    assert officer.post(step, {"version": "1", "reason": "not_ours"}).status_code == 422
    assert officer.post(step, {"version": "1", "reason": "not_ours", "text": "不属本局职责。"}).status_code == 303
    assert officer.post(step, {"version": "2", "reason": "not_ours", "text": "再退。"}).status_code == 409


def test_a_message_goes_to_the_other_side(exchange: Exchange, town: Town, request_: str) -> None:
    officer = town.client(MARKET, "officer")
    assert officer.post(f"/handoffs/{request_}/messages", {"text": ""}).status_code == 422
    assert officer.post(f"/handoffs/{request_}/messages", {"text": "请补充付款凭证。"}).status_code == 303
    handler = town.client(EAST, "handler")
    handler.get(f"/handoffs/{request_}")
    assert handler.page is not None
    assert "请补充付款凭证。" in handler.page.words


def test_a_whole_field_is_shown_for_a_reason(exchange: Exchange, town: Town) -> None:
    reference = exchange.send(exchange.lodge(), {**REQUEST, "fields": {"phone": "full"}, "need": "需核实"})
    officer = town.client(MARKET, "officer")
    officer.get(f"/handoffs/{reference}")
    page = f"/handoffs/{reference}/fields/phone"
    assert officer.get(page).status_code == 200
    assert officer.post(page, {"text": ""}).status_code == 422
    shown = officer.post(page, {"text": "联系消费者核实"}, may_show=("13812346027",))
    assert "13812346027" in shown.get_data(as_text=True)
    assert officer.get(f"/handoffs/{reference}/fields/password").status_code == 404


@pytest.mark.parametrize("stranger", [(NORTH, "handler"), (POLICE, "officer"), (MARKET, "officer")])
def test_a_stranger_meets_the_same_page_as_where_there_is_nothing(
    exchange: Exchange, town: Town, stranger: tuple[str, str]
) -> None:
    number = exchange.lodge()
    with town.at(EAST):
        keys = [str(file.id) for file in evidence(case(number), town)]
        db.session.commit()
    reference = exchange.send(number, REFERRAL, files=keys)
    with town.at(EAST):
        key = queries.packed_files(queries.by_reference(reference))[0].id
    browser = town.client(*stranger)

    def seen(path: str) -> tuple[int, str]:
        response = browser.get(path, checked=False)
        return response.status_code, browser.page.heading if browser.page else ""

    nowhere = seen("/handoffs/east-YS-2026-999999")
    assert nowhere[0] == 404
    for path in ("", "/steps/sign", f"/files/{key}", "/fields/phone"):
        assert seen(f"/handoffs/{reference}{path}") == nowhere


def test_the_file_is_gone_for_the_receiver_once_it_is_withdrawn(exchange: Exchange, town: Town) -> None:
    number = exchange.lodge()
    with town.at(EAST):
        keys = [str(file.id) for file in evidence(case(number), town)]
        db.session.commit()
    reference = exchange.send(number, REFERRAL, files=keys)
    west, east = town.client(WEST, "handler"), town.client(EAST, "handler")
    west.get(f"/handoffs/{reference}")
    assert west.page is not None
    link = next(link for link in west.page.links if "/files/" in link)
    assert west.get(link).status_code == 200
    done = east.post(f"/handoffs/{reference}/steps/withdraw", {"version": "1", "text": "材料有误。"})
    assert done.status_code == 303
    assert west.get(link).status_code == 404
    assert west.get(f"/handoffs/{reference}").status_code == 200
    assert "林" not in west.page.words
    assert east.get(link.replace(f"/{WEST}/", f"/{EAST}/")).status_code == 200


def test_the_page_of_a_case_shows_what_went_out_and_offers_what_may(exchange: Exchange, town: Town) -> None:
    number, handler = exchange.lodge(), town.client(EAST, "handler")
    handler.get(f"/cases/{number}")
    assert handler.page is not None
    assert any(link.endswith(f"/cases/{number}/letters/new?kind=referral") for link in handler.page.links)
    exchange.send(number, REFERRAL)
    handler.get(f"/cases/{number}")
    assert "YS-2026-000001" in handler.page.words
    assert not any("kind=referral" in link for link in handler.page.links)


def test_the_statements_of_a_tray_do_not_grow_with_its_rows(exchange: Exchange, town: Town, statements: Any) -> None:
    exchange.send(exchange.lodge(), REQUEST)
    browser = town.client(MARKET, "officer")
    browser.get("/inbox")
    with statements() as few:
        browser.get("/inbox")
    for _more in range(4):
        exchange.send(exchange.lodge(), REQUEST)
    with statements() as many:
        browser.get("/inbox")
    assert len(many) == len(few)


def test_a_tray_opens_its_first_letter_beside_it(exchange: Exchange, town: Town) -> None:
    """The first one is that whose last day comes first; nothing has to be chosen before something can be read."""
    sent = exchange.send(exchange.lodge(), {**REQUEST, "ask": "请先核查这一件。"})
    exchange.send(exchange.lodge(), {**REQUEST, "ask": "这一件可以稍后。"})
    officer = town.client(MARKET, "officer")
    page = officer.get("/inbox").get_data(as_text=True)
    assert "请先核查这一件。" in officer.page.words
    assert "这一件可以稍后。" not in officer.page.words
    assert f'action="/{MARKET}/handoffs/{sent}/steps/sign"' in page
    assert officer.page.heading == "收件"  # the page is the tray: a phone shows nothing else
    for step, version in (("sign", "1"), ("accept", "2")):
        assert officer.post(f"/handoffs/{sent}/steps/{step}", {"version": version}).status_code == 303
    officer.get("/under-way")
    assert "请先核查这一件。" in officer.page.words
    handler = town.client(EAST, "handler")
    handler.get("/outbox")
    assert "这一件可以稍后。" in handler.page.words  # what went out is read newest first


def test_the_letters_chosen_are_signed_for_and_the_others_named_with_the_reason(exchange: Exchange, town: Town) -> None:
    mine = [exchange.send(exchange.lodge(), REQUEST) for _ in range(3)]
    foreign = exchange.send(exchange.lodge(), {**REQUEST, "receiver": 6})
    officer = town.client(MARKET, "officer")
    boxes = officer.get("/inbox").get_data(as_text=True)
    assert all(f'name="chosen" value="{reference}"' in boxes for reference in mine)
    exchange.do(EAST, "director", mine[1], "withdraw", text="材料有误。")
    assert officer.post("/inbox/sign", {"chosen": [*mine[:2], foreign]}).status_code == 303
    officer.get("/inbox")
    assert "已签收 1 件" in officer.page.words
    assert "ZB-2026-000002 未签收" in officer.page.words
    assert "已撤回" in officer.page.words
    assert f"{foreign} 未签收" in officer.page.words
    states = [exchange.see(EAST, reference).status for reference in (*mine, foreign)]
    assert states == ["signed", "withdrawn", "sent", "sent"]
    assert officer.post("/inbox/sign", {}).status_code == 303
    officer.get("/inbox")
    assert "请先勾选" in officer.page.words


def test_a_clerk_who_may_not_sign_is_offered_no_box_and_refused(exchange: Exchange, town: Town) -> None:
    sent = [exchange.send(exchange.lodge(), REFERRAL) for _ in range(2)]
    clerk = town.client(WEST, "clerk")
    assert 'name="chosen"' not in clerk.get("/inbox").get_data(as_text=True)
    assert clerk.post("/inbox/sign", {"chosen": sent}).status_code == 403
    assert 'name="chosen"' in town.client(WEST, "handler").get("/inbox").get_data(as_text=True)


@pytest.mark.parametrize(
    ("said", "finds"),
    [
        ("ZB-2026-000001", True),
        ("zb-2026-000001", True),
        ("预付卡 悦动", True),
        ("东县", True),
        ("西县", False),
        ("预付卡 西县", False),
        ("市场监管", False),  # every letter in this house is to it
        ("%", False),
        ("13812346027", False),
    ],
)
def test_a_department_finds_a_letter_by_number_title_sender_and_merchant(
    exchange: Exchange, town: Town, request_: str, said: str, finds: bool
) -> None:
    exchange.send(exchange.lodge(), {**REQUEST, "receiver": 6, "subject": "预付卡 给公安"})
    officer = town.client(MARKET, "officer")
    officer.get("/inbox")
    (box,) = (form for form in officer.page.forms if "q" in form["fields"])
    assert (box["method"], box["action"], box["fields"]["list"]) == ("post", f"/{MARKET}/narrow", f"/{MARKET}/found")
    led = officer.post("/narrow", {"list": f"/{MARKET}/found", "q": said}).headers["Location"]
    assert "1381234" not in led
    officer.get(led.removeprefix(f"/{MARKET}"))
    assert (REQUEST["subject"] in officer.page.words) is finds
    assert "给公安" not in officer.page.words
    officer.get(f"/found?q={quote(said)}")
    assert (REQUEST["subject"] in officer.page.words) is finds
