"""The words of the demo: every situation tells itself whole, in every voice, without anybody's data."""

import re
from datetime import date
from random import Random

import pytest

from app.cases import lists
from app.core.privacy import redact
from app.demo.city import CITY
from app.demo.merchants import Merchant, merchants
from app.demo.people import consumer
from app.demo.texts import DESK, SITUATIONS, TITLE_LENGTH, VOICES, Letter, Matter, letter, matter, say

RECEIVED_ON = date(2026, 11, 20)
SHOPS = merchants()
LEFT_OVER = re.compile(r"[\[\]{}|]|lorem|None|nan|TODO|XXX", re.IGNORECASE)
EXTRAS = {"assignee": "周岚", "date": "11月3日", "round": "二", "offer": "500", "there": "平湖县", "sender": "临河县"}
EXTRAS |= {"days": "5"}


def shop_for(key: str) -> Merchant:
    return next(shop for shop in SHOPS if shop.trade in SITUATIONS[key].trades)


def told(key: str, seed: int = 1, voice: str | None = None) -> tuple[Matter, Letter]:
    rng = Random(f"{key}:{seed}")
    about = matter(rng, SITUATIONS[key], shop_for(key), consumer(seed, 7), RECEIVED_ON)
    return about, letter(rng, about, voice=voice)


def test_there_are_enough_situations_over_goods_and_services():
    kinds = [lists.shipped("categories")[one.category].group for one in SITUATIONS.values()]
    assert len(SITUATIONS) >= 40
    assert set(kinds) == {"goods", "service"}
    assert min(kinds.count("goods"), kinds.count("service")) >= 20


@pytest.mark.parametrize("key", SITUATIONS)
def test_the_codes_of_a_situation_stand_in_the_lists(key: str):
    one = SITUATIONS[key]
    assert one.category in lists.shipped("categories")
    assert lists.shipped("categories")[one.category].parent, "a leaf, not a heading"
    assert lists.shipped("problems")[one.problem].group == "association"
    assert set(one.claims) <= set(lists.shipped("claims"))
    assert set(one.departments) <= {office.slug for office in CITY.departments}


@pytest.mark.parametrize("key", SITUATIONS)
def test_a_situation_is_told_whole_in_every_voice(key: str):
    for voice in VOICES:
        for seed in range(40):
            about, words = told(key, seed, voice)
            for text in (words.title, words.body, words.demand, words.summary):
                assert not LEFT_OVER.search(text), text
            assert 18 <= len(words.body) <= 700, words.body
            assert "其的" not in words.body
            assert words.evidence
            assert about.amount > 0
            assert about.bought_on <= about.found_on <= RECEIVED_ON


@pytest.mark.parametrize("key", SITUATIONS)
def test_titles_and_summaries_carry_no_personal_data(key: str):
    for seed in range(60):
        about, words = told(key, seed)
        assert 4 <= len(words.title) <= TITLE_LENGTH
        for text in (words.title, words.summary):
            assert about.consumer.name not in text
            assert not re.search(r"\d{7,}", text), text
            assert redact(text) == text


def test_every_word_of_the_desk_can_be_said():
    about, _ = told("usedcar")
    for part, keys in DESK.items():
        for key, templates in keys.items():
            if isinstance(templates, str):
                continue
            for seed in range(12):
                words = say(Random(f"{part}:{key}:{seed}"), about, part, key, **EXTRAS)
                assert not LEFT_OVER.search(words), words


def test_every_ground_has_words():
    assert set(lists.shipped("refusal_grounds")) <= set(DESK["refusal"])
    assert set(lists.shipped("ending_grounds")) <= set(DESK["ending"])


def test_a_matter_with_a_department_has_its_question_and_its_answer():
    for key, one in SITUATIONS.items():
        about, _ = told(key)
        assert bool(one.departments) == (about.department is not None)
        assert bool(one.departments) == ("assist" in about.slots and "finding" in about.slots)


def test_the_same_seed_tells_the_same():
    for key in SITUATIONS:
        assert told(key, 5) == told(key, 5)
