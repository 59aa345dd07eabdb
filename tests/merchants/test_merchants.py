"""The register of merchants."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.core.errors import Changed, Invalid
from app.merchants import queries, services
from app.merchants.models import Merchant, MerchantContact
from tenants.database import db
from tests.town import EAST, WEST


@pytest.fixture
def keeper(town):
    with town.at(EAST):
        yield town.person(EAST, "handler")


def a_code():
    from random import Random

    from app.demo.merchants import credit_code

    return credit_code(Random(1), "1", "330106")


def test_a_merchant_is_found_by_name_sign_and_code(keeper):
    merchant = services.add(keeper, name="东县悦动健身有限公司", sign="悦动健身(滨江店)", credit_code=a_code().lower())
    for said in ("悦动", "滨江店", "东县悦动健身有限公司", a_code()[:10], "（滨江店）"):
        assert queries.look_up(said) == [merchant], said
    for said in ("", "悦", "惠民", "%", "__"):
        assert queries.look_up(said) == [], said


def test_a_wrong_credit_code_is_refused(keeper):
    wrong = a_code()[:-1] + ("0" if a_code()[-1] != "0" else "1")
    with pytest.raises(Invalid) as refusal:
        services.add(keeper, name="某店", credit_code=wrong)
    assert refusal.value.field == "credit_code"


def test_a_credit_code_is_there_once_in_each_county(town, keeper):
    services.add(keeper, name="甲", credit_code=a_code())
    db.session.flush()
    with pytest.raises(Invalid):
        services.add(keeper, name="乙", credit_code=a_code())
    services.add(keeper, name="丙")
    services.add(keeper, name="丁")


def test_two_counties_know_the_same_merchant_each_for_itself(town):
    for place in (EAST, WEST):
        with town.at(place):
            services.add(town.person(place, "handler"), name="连锁", credit_code=a_code())
            db.session.commit()


def test_whom_to_call_is_sealed(keeper):
    merchant = services.add(keeper, name="某店", contact_name="王强", contact_phone="13900001111")
    contact = db.session.scalars(select(MerchantContact)).one()
    assert str(queries.contact_of(merchant).phone) == "139****1111"
    assert "13900001111" not in contact.phone_sealed


def test_who_changes_an_older_version_is_told(keeper):
    merchant = services.add(keeper, name="某店")
    services.change(merchant, keeper, seen=1, name="某店一", contact_phone="")
    db.session.flush()
    with pytest.raises(Changed):
        services.change(merchant, keeper, seen=1, name="某店二")


@pytest.mark.parametrize("field", ["name", "sign"])
def test_what_a_merchant_is_called_has_no_number_of_anybody(keeper, field):
    """The city reads it; a new entry and a changed one."""
    called = {"name": "某店", field: "某店 13812346027"}
    with pytest.raises(Invalid) as refused:
        services.add(keeper, **called)
    assert refused.value.field == field
    merchant = services.add(keeper, name="某店")
    with pytest.raises(Invalid) as refused:
        services.change(merchant, keeper, **called)
    assert refused.value.field == field


def test_the_pages_open_and_keep_what_was_typed(town):
    browser = town.client(EAST, "handler")
    assert browser.get("/merchants/new").status_code == 200
    assert browser.post("/merchants/new", {"name": "", "credit_code": "123"}).status_code == 422
    answer = browser.post("/merchants/new", {"name": "东县惠民食品", "contact_phone": "0571-5123456"})
    assert answer.status_code == 303
    path = answer.location
    assert browser.get(path).status_code == 200
    assert browser.get(f"{path}/edit").status_code == 200
    edited = {"version": "1", "name": "东县惠民食品店", "contact_phone": ""}
    assert browser.post(f"{path}/edit", edited).status_code == 303
    other = {"version": "1", "name": "东县惠民食品超市", "sign": "惠民超市", "contact_phone": ""}
    assert browser.post(f"{path}/edit", other).status_code == 409
    for both in ("东县惠民食品店", "东县惠民食品超市", "惠民超市"):
        assert both in browser.page.words
    version = next(form["fields"]["version"] for form in browser.page.forms if "sign" in form["fields"])
    assert browser.post(f"{path}/edit", {**edited, "version": version}).status_code == 303
    browser.get("/merchants/?called=惠民食品店")
    assert "东县惠民食品店" in browser.page.words
    browser.post("/merchants/look-up", {"merchant_name": "惠民"}, headers={"HX-Request": "true"})
    assert "东县惠民食品店" in browser.page.words
    assert town.client(WEST, "handler").get(path.removeprefix("/east")).status_code == 404


def test_a_merchants_page_lists_its_cases(town):
    from dataclasses import replace

    from app.cases.services import lodge
    from tests.cases.conftest import TOLD

    with town.at(EAST):
        handler = town.person(EAST, "handler")
        merchant = services.add(handler, name="悦动健身")
        lodge(replace(TOLD, merchant=merchant), handler)
        lodge(replace(TOLD, merchant=None, title="别的事"), handler)
        number = merchant.number
        db.session.commit()
        assert db.session.scalar(select(Merchant.number)) == number
    browser = town.client(EAST, "handler")
    browser.get(f"/merchants/{number}")
    assert "健身房闭店拒退预付卡余额" in browser.page.words
    assert "别的事" not in browser.page.words


def test_who_only_reads_the_register_changes_nothing(town):
    clerk = town.client(EAST, "clerk")
    assert clerk.get("/merchants/").status_code == 200
    assert clerk.get("/merchants/new").status_code == 403


@pytest.mark.parametrize("kept", ["悦己（东县）健身服务有限公司", "悦己(东县)健身服务有限公司"])
def test_wide_and_narrow_brackets_are_one_name(town, keeper, kept):
    """A licence is printed with wide ones; who types takes what the keyboard gives."""
    entry = services.add(keeper, name=kept)
    db.session.commit()
    for said in ("悦己（东县）健身服务有限公司", "悦己(东县)健身服务有限公司"):
        assert queries.exactly(said) == entry
        assert queries.look_up(said) == [entry]
        assert queries.look_up(said[:6]) == [entry]
        assert services.choose(None, said, keeper) == entry
        assert services.choose(services.NEW, said, keeper) == entry, "it is not entered twice"
