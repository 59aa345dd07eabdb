"""The offices, merchants and consumers of the fictional city: credible, valid in form, and nobody's."""

import re
from collections import Counter
from datetime import date

import phonenumbers
import pytest
from pypinyin import lazy_pinyin
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

from app.accounts.permissions import ROLES
from app.demo.city import CITY
from app.demo.merchants import TRADES, merchants
from app.demo.people import consumer, phone
from app.demo.texts import SITUATIONS

SLUGS = {
    "city", "linhe", "qingshan", "yunyang", "pinghu", "shiquan", "nanping", "anlan", "dongling",
    "scjg", "sww", "gaj", "zjj", "wlj", "jyj", "jtj", "nyj",
}  # fmt: skip


def test_the_city_has_its_offices_and_about_sixty_people_over_all_roles():
    assert set(CITY.offices) == SLUGS
    assert 55 <= len(CITY.officials) <= 70
    assert {person.role for person in CITY.officials} == set(ROLES)
    for person in CITY.officials:
        assert ROLES[person.role].kind == CITY.offices[person.office].kind, person


def test_every_center_can_do_the_whole_work_and_every_department_can_answer():
    for center in CITY.centers:
        assert all(center.holding(role) for role in ("clerk", "handler", "director", "center_admin"))
        assert len(center.holding("handler")) >= 2
    for department in CITY.departments:
        assert department.holding("officer")
        assert department.holding("head")


def test_logins_are_the_names_in_pinyin_and_unique_in_an_office():
    logins = Counter((person.office, person.login) for person in CITY.officials)
    assert max(logins.values()) == 1
    for person in CITY.officials:
        assert re.fullmatch(r"[a-z]+", person.login)
    spelt = [person for person in CITY.officials if "".join(lazy_pinyin(person.name)).startswith(person.login[:2])]
    assert len(spelt) >= len(CITY.officials) - 3  # names read in more than one way


def test_region_codes_are_outside_the_standard():
    codes = [office.region_code for office in CITY.offices.values()]
    assert all(re.fullmatch(r"9901\d\d", code) for code in codes)
    assert len({office.region_code for office in CITY.centers}) == len(CITY.centers)


def test_three_hundred_merchants_have_valid_codes_of_their_own():
    shops = merchants()
    assert len(shops) == 300
    assert len({shop.credit_code for shop in shops}) == 300
    assert len({shop.name for shop in shops}) == 300
    for shop in shops:
        assert uscc.is_valid(shop.credit_code), shop
        assert shop.credit_code[2:8] == CITY.offices[shop.county].region_code
        assert (shop.credit_code[1] == "2") == ("个体" in shop.name)
        assert re.fullmatch(r"[\u4e00-\u9fff]\*+", shop.legal_representative)
        assert CITY.offices[shop.county].county in shop.address


def test_every_trade_has_a_shop_somewhere_and_some_chains_have_several_counties():
    shops = merchants()
    assert {shop.trade for shop in shops} == set(TRADES)
    assert {trade for one in SITUATIONS.values() for trade in one.trades} <= set(TRADES)
    chains = {
        shop.chain: {other.county for other in shops if other.chain == shop.chain} for shop in shops if shop.chain
    }
    assert len(chains) >= 10
    assert all(len(counties) >= 2 for counties in chains.values())


def test_the_same_seed_makes_the_same_shops_and_another_seed_others():
    assert merchants(seed=3) == merchants(seed=3)
    assert merchants(seed=3) != merchants(seed=4)


@pytest.mark.parametrize("elderly", [False, True])
def test_consumers_have_papers_that_a_form_accepts(elderly: bool):
    for key in range(300):
        person = consumer(key, 7, elderly=elderly)
        assert phonenumbers.is_valid_number(phonenumbers.parse(person.phone, "CN")), person.phone
        assert mod_11_2.is_valid(person.id_number), person
        assert person.id_number.startswith("9901")
        assert person.id_number[6:14] == f"{person.born_on:%Y%m%d}"
        assert int(person.id_number[16]) % 2 == (0 if person.woman else 1)
        assert person.address.startswith("江州市")
        assert re.fullmatch(r"[\u4e00-\u9fff]{2,4}", person.name)
        assert (person.age(date(2026, 11, 22)) >= 60) or not elderly


def test_no_two_consumers_share_a_phone_up_to_a_million():
    assert len({phone(key) for key in range(1_000_000)}) == 1_000_000


def test_a_consumer_is_decided_by_key_and_seed_alone():
    assert consumer(12, 7) == consumer(12, 7)
    assert consumer(12, 7) != consumer(12, 8)
