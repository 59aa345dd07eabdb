from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from app.search import services
from app.search.queries import Hit, by_number, find
from app.search.services import Document, index, rebuild, remove
from tenants import realm
from tenants.bases import uuid7
from tenants.database import db
from tenants.registry import registry
from tests.town import CITY, EAST, WEST, Town

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


def case(*texts: str, day: int = 0, number: str = "2026-000001", **facts: Any) -> Document:
    return Document(
        facts.pop("kind", "case"),
        facts.pop("subject_id", None) or uuid7(),
        number,
        BEGAN + timedelta(days=day),
        texts,
        **facts,
    )


def ids(hits: list[Hit]) -> list[UUID]:
    return [hit.subject_id for hit in hits]


@pytest.fixture
def in_east(town: Town) -> Any:
    with town.at(EAST) as place:
        yield place


def test_all_words_must_be_there_and_the_newest_comes_first(in_east: Any) -> None:
    old, new, other = (
        case("健身房关门，预付卡退款", day=1),
        case("预付卡余额不退款", day=2),
        case("外卖吃出异物", day=3),
    )
    index(old, new, other)
    assert ids(find("退款", ["case"])) == [new.subject_id, old.subject_id]
    assert ids(find("退款 健身", ["case"])) == [old.subject_id]
    assert ids(find("异物", ["case"])) == [other.subject_id]
    assert find("汽车", ["case"]) == []
    assert find(" ，", ["case"]) == []
    assert find("退款", ["handoff"]) == []


def test_pairs_that_do_not_follow_each_other_are_not_the_word(in_east: Any) -> None:
    whole, scattered = case("预付卡退款"), case("卡退了，付卡的预付款不退")
    index(whole, scattered)
    assert ids(find("预付卡退", ["case"])) == [whole.subject_id]


def test_one_character_and_the_beginning_of_a_word_are_enough(in_east: Any) -> None:
    one = case("三楼的火锅店，iPhone 15")
    index(one)
    for typed in ("店", "火", "iph", "ＩＰＨＯＮＥ", "15", "火锅店", "锅店"):
        assert ids(find(typed, ["case"])) == [one.subject_id], typed
    assert find("hone", ["case"]) == []


@pytest.mark.parametrize("typed", ["100%", "a_b", "it's", "'退'", "\\", "退':* | '", "a & !b", "%", "退\0款"])
def test_signs_of_any_notation_are_only_text(in_east: Any, typed: str) -> None:
    index(case("别的事"))
    assert find(typed, ["case"]) == []


def test_writing_again_replaces_and_removing_forgets(in_east: Any) -> None:
    first = case("火锅", number="2026-000007")
    index(first)
    index(case("烧烤", number="2026-000007", subject_id=first.subject_id, is_open=False, day=5))
    assert find("火锅", ["case"]) == []
    assert find("烧烤", ["case"]) == [Hit("case", first.subject_id, BEGAN + timedelta(days=5))]
    assert find("烧烤", ["case"], only_open=True) == []
    remove("case", first.subject_id)
    assert find("烧烤", ["case"]) == []


def test_a_number_is_found_as_typed_in_any_width(in_east: Any) -> None:
    one = case("火锅", number="2026-004817")
    index(one, case("火锅", number="2026-004818"))
    assert ids(by_number("２０２６－００４８１７ ", ["case"])) == [one.subject_id]
    assert ids(find("2026-004817", ["case"])) == [one.subject_id]
    assert by_number("2026-0048", ["case"]) == []
    assert by_number("", ["case"]) == []


def test_pages_follow_each_other_without_gap_or_repetition(in_east: Any) -> None:
    """Rare and common words, evenly spread and long ago: every way the function takes gives what a full scan gives."""
    chance = random.Random(5)
    written = []
    for number in range(900):
        words = ["投诉"]
        if chance.random() < 0.3:
            words.append("物业")
        if number < 120:
            words.append("旧案")
        if number in (3, 450, 899):
            words.append("麒麟")
        # Several on one day: the key decides their order.
        written.append(case(*words, day=number // 4, is_open=number % 3 == 0, number=f"2026-{number:06d}"))
    index(*written)
    for typed in ("投诉", "物业", "旧案", "麒麟", "投 物业", "没有"):
        for only_open in (False, True):
            expected = sorted(
                (
                    (one.at, one.subject_id)
                    for one in written
                    if (one.is_open or not only_open)
                    and all(any(part in text_ for text_ in one.texts) for part in typed.split())
                ),
                reverse=True,
            )
            found: list[Hit] = []
            while page := find(typed, ["case"], only_open=only_open, limit=40, before=found[-1] if found else None):
                found += page
            assert [(hit.at, hit.subject_id) for hit in found] == expected, (typed, only_open)


def test_a_county_finds_its_own_and_the_city_finds_nothing_of_it_unless_called_in(town: Town) -> None:
    east, west = case("麒麟火锅"), case("麒麟烧烤")
    with town.at(EAST) as place:
        index(east)
        db.session.commit()
    with town.at(WEST):
        index(west)
        db.session.commit()
        assert ids(find("麒麟", ["case"])) == [west.subject_id]
    with town.at(CITY):
        assert find("麒麟", ["case"]) == []
        assert by_number("2026-000001", ["case"]) == []
    under_a_grant = registry.realm(CITY).looking_into(place)
    with realm.enter(under_a_grant, db.leave):
        assert ids(find("麒麟", ["case"])) == [east.subject_id]
        assert ids(by_number("2026-000001", ["case"])) == [east.subject_id]


def test_the_function_answers_nobody_who_has_not_said_who_is_asking(town: Town, as_app: Engine, settings: Any) -> None:
    with town.at(EAST):
        index(case("麒麟"))
        db.session.commit()
    asked = "select * from portal.search_documents('{case}', '''麒麟''', '{}', false, null, null, 50)"
    with as_app.connect() as connection:
        assert connection.execute(text(asked)).all() == []
        assert connection.execute(text("select * from search_document")).all() == []
        connection.execute(text("select portal.set_realm('{2}', 2, 2)"))
        assert len(connection.execute(text(asked)).all()) == 1


def test_only_the_application_may_call_the_function(town: Town, root: Engine) -> None:
    asked = "select * from portal.search_documents('{case}', '''麒麟''', '{}', false, null, null, 50)"
    with root.connect() as connection:
        connection.execute(text("set role portal_guest"))
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text(asked))


def test_the_function_belongs_to_a_role_that_reads_one_table_and_cannot_log_in(root: Engine) -> None:
    with root.connect() as connection:
        tables = connection.execute(
            text("select table_name from information_schema.role_table_grants where grantee = 'portal_search'")
        ).scalars()
        assert set(tables) == {"search_document"}
        login, whole = connection.execute(
            text("select rolcanlogin, rolbypassrls or rolsuper from pg_roles where rolname = 'portal_search'")
        ).one()
        assert (login, whole) == (False, False)


def test_rebuilding_writes_what_the_sources_say_and_forgets_the_rest(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, forgotten, elsewhere = case("麒麟一"), case("麒麟二"), case("麒麟三", kind="merchant")
    monkeypatch.setattr(services, "_sources", {"case": lambda: iter([known])})
    with town.at(EAST):
        index(forgotten, elsewhere)
        assert rebuild() == 1
        db.session.commit()
        assert set(ids(find("麒麟", ["case", "merchant"]))) == {known.subject_id, elsewhere.subject_id}


def test_the_command_rebuilds_one_organisation_after_another(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_sources", {"case": lambda: iter([case("麒麟")])})
    result = town.app.test_cli_runner().invoke(args=["search", "rebuild", "--tenant", EAST])
    assert result.exit_code == 0, result.output
    assert result.output == "east: 1 documents\n"
    with town.at(EAST):
        assert len(find("麒麟", ["case"])) == 1
