"""Suggestions of a category and a merchant: learned from the center's own cases, shown, and never more than that."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from html import unescape
from itertools import product
from pathlib import Path
from typing import Any

import numpy
import pytest
from flask_babel import force_locale
from sqlalchemy import func, select, text

from app.audit.models import Entry
from app.cases.models import Case, CaseState
from app.cases.queries import by_number
from app.cases.services import lodge_many
from app.cases.suggestions import learning, queries, services
from app.cases.suggestions.learning import Told
from app.cases.suggestions.models import TrainedModel, Training
from app.core import clock
from app.core.errors import NotAllowed, WrongMoment
from app.files import services as files
from app.files.store import store
from app.jobs import drain
from app.merchants import services as register
from app.merchants.meant import meant
from tenants.database import db
from tenants.kept import OfOrganisation
from tests.cases.conftest import TOLD
from tests.forms import forms_of
from tests.town import CITY, EAST, MARKET, WEST

PART = {"HX-Request": "true"}
# category -> how people speak of it: what it is about, what is wrong, what they say then
SPEECH = {
    "S0401": (
        ("健身房", "健身俱乐部", "游泳馆", "瑜伽馆"),
        ("突然闭店", "暂停营业", "搬走了"),
        ("会员卡里还有钱", "私教课没上完", "年卡不给退"),
    ),
    "G0101": (
        ("超市的牛奶", "面包房的蛋糕", "熟食店的卤肉", "水果店的苹果"),
        ("已经过期", "发霉变质", "有异味"),
        ("吃了拉肚子", "要求赔偿", "店家不认"),
    ),
    "G0302": (
        ("新买的手机", "网购的手机", "专卖店的手机", "二手手机"),
        ("屏幕失灵", "电池鼓包", "无法开机"),
        ("三包期内不给换", "维修点推诿", "要求退货"),
    ),
}


def letters() -> list[Told]:
    """As many closed cases as there are ways to say it, the categories by turns."""
    said = {code: [f"我在{a}遇到问题，{b}，{c}。" for a, b, c in product(*parts)] for code, parts in SPEECH.items()}
    by_turns = zip(*([Told(words, "", code) for words in listed] for code, listed in said.items()), strict=True)
    return [one for group in by_turns for one in group]


@pytest.fixture
def closed(town: Any) -> Callable[..., list[str]]:
    """Cases of a county that were accepted and closed: `closed()`, `closed(WEST, most=10)`."""

    def make(place: str = EAST, most: int | None = None, *, confirmed: bool = True) -> list[str]:
        told = letters()[:most]
        with town.at(place):
            start = clock.now() - timedelta(days=len(told))
            complaints = [
                (
                    f"{place}-{confirmed}-{n}",
                    replace(
                        TOLD,
                        facts=one.words,
                        demand="退款",
                        title="",
                        phone=f"139{n:08d}",
                        merchant_name="",
                        category=one.category,
                        received_at=start + timedelta(days=n),
                    ),
                )
                for n, one in enumerate(told)
            ]
            cases = list(lodge_many(complaints, town.person(place, "handler")).values())
            for case in cases:
                case.status, case.summary_confirmed, case.closed_at = CaseState.CLOSED.value, confirmed, clock.now()
            db.session.commit()
            return [case.number for case in cases]

    return make


@pytest.fixture
def trained(town: Any, closed: Any) -> Training:
    """East has learned from its closed cases."""
    closed()
    return learn(town)


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> None:
    queries._kept.forget()


@contextmanager
def without_scikit_learn() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in sys.modules if name.partition(".")[0] == "sklearn"]:
            patch.delitem(sys.modules, name)
        patch.setitem(sys.modules, "sklearn", None)
        yield


def learn(town: Any, place: str = EAST) -> Training:
    with town.at(place):
        training = services.run(services.opened(None).id)
        db.session.commit()
        db.session.refresh(training)
        db.session.expunge(training)
        return training


def suggestions(town: Any, said: str, place: str = EAST) -> list[str]:
    with town.at(place):
        return [one.code for one in queries.suggested(said).categories]


def run(app: Any, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=["triage", "train", *arguments])


def chinese(msgid: str, **facts: Any) -> str:
    from flask_babel import gettext

    with force_locale("zh_Hans_CN"):
        return gettext(msgid, **facts)


# What is learned -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "category"),
    [
        ("办了健身卡，店家突然闭店，私教课还有二十节没上完", "S0401"),
        ("在超市买的蛋糕发霉变质，孩子吃了拉肚子", "G0101"),
        ("手机买了一个月就无法开机，维修点推诿", "G0302"),
    ],
)
def test_what_was_learned_is_found_again_in_other_words(town, trained, said, category):
    assert suggestions(town, said)[0] == category


def test_the_figures_are_of_the_latest_cases_and_add_up(trained):
    assert (trained.status, trained.learned_from, trained.tested_on) == ("done", 108, 22)
    assert trained.accuracy == trained.correct / 22 > 0.8
    counts = trained.categories
    assert counts.keys() == SPEECH.keys()
    assert sum(one["tested"] for one in counts.values()) == sum(one["said"] for one in counts.values()) == 22
    assert sum(one["right"] for one in counts.values()) == trained.correct
    assert sum(one["learned"] for one in counts.values()) == 108
    f1 = [2 * one["right"] / (one["tested"] + one["said"]) for one in counts.values()]
    assert float(trained.macro_f1) == pytest.approx(sum(f1) / 3, abs=1e-4)


def test_the_same_cases_teach_the_same(trained, town):
    again = learn(town)
    assert (again.correct, again.macro_f1, again.categories) == (trained.correct, trained.macro_f1, trained.categories)


def test_a_case_is_tested_by_what_the_earlier_ones_taught():
    odd = [Told("从来没有人这样说过的一件事情", "", "S0601")]
    _model, figures = learning.learn([*letters(), *odd])
    assert figures.tested_on == 22
    assert figures.categories["S0601"] == learning.Count(learned=0, tested=1, said=0, right=0)


def test_of_a_category_with_too_few_cases_nothing_is_suggested():
    few = [Told(f"宾馆房间卫生差，第{n}次投诉", "", "S0601") for n in range(learning.LEAST_OF_ONE - 1)]
    model, figures = learning.learn([*few, *letters()])
    assert "S0601" not in model.codes
    assert figures.learned_from == 108


def test_a_letter_that_was_sent_many_times_is_learned_once():
    once = learning.learn(letters())[1]
    many = learning.learn([*letters(), *[letters()[0]] * 40])[1]
    assert many == once


def test_two_categories_are_told_apart_like_many():
    two = [one for one in letters() if one.category != "G0302"]
    model, _figures = learning.learn(two)
    assert model.weights.shape == (2, learning.FEATURES)
    assert model.suggest("游泳馆暂停营业，年卡不给退")[0][0] == "S0401"
    assert model.suggest("水果店的苹果发霉变质，要求赔偿")[0][0] == "G0101"


def test_what_is_likely_adds_up_to_one_and_what_is_unlike_everything_suggests_nothing(town, trained):
    model, _figures = learning.learn(letters())
    assert sum(share for _code, share in model.likely("健身房突然闭店")) == pytest.approx(1)
    assert suggestions(town, "健身") == []
    assert suggestions(town, "") == []
    assert learning._sure_enough([("A", 0.39), ("B", 0.31), ("C", 0.3)]) == []
    assert learning._sure_enough([("A", 0.6), ("B", 0.2), ("C", 0.1), ("D", 0.1)]) == [("A", 0.6), ("B", 0.2)]
    even = [("A", 0.4), ("B", 0.2), ("C", 0.2), ("D", 0.2)]
    assert len(learning._sure_enough(even)) == learning.SHOWN


def test_only_closed_cases_that_a_handler_has_confirmed_are_learned_from(town, closed, lodged, standing):
    closed(confirmed=False)
    lodged()
    standing("accepted", phone="13900000002")
    standing("closed", phone="13900000003", facts="唯一一件经承办人确认并办结的案件")
    with town.at(EAST):
        told = list(services.closed())
    assert [one.category for one in told] == ["S0401"]
    assert "唯一一件" in told[0].words


def test_a_category_that_is_no_longer_chosen_from_is_neither_learned_nor_suggested(town, trained):
    from app.cases.services import lists as kept

    with town.at(EAST):
        kept.change(town.person(EAST, "admin"), "categories", "S0401", words="", seen=0, active=False)
        db.session.commit()
        assert "S0401" not in {one.category for one in services.closed()}
    assert "S0401" not in suggestions(town, "办了健身卡，店家突然闭店，私教课还有二十节没上完")


# How it is kept ------------------------------------------------------------------------------------------------------


def test_the_file_lies_in_the_folder_of_its_center_and_has_no_pickle_and_no_words(town, trained):
    with town.at(EAST):
        row = queries.newest()
        kept = store.root / str(row.tenant_id) / str(row.stored_as)[:2] / str(row.stored_as)
        content = kept.read_bytes()
        assert files.sweep(older_than=-1).missing == set()
    assert kept.exists(), "the sweep knows it"
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        assert sorted(bundle.namelist()) == ["codes.npy", "offsets.npy", "recipe.npy", "sharpness.npy", "weights.npy"]
        for name in bundle.namelist():
            array = numpy.load(io.BytesIO(bundle.read(name)), allow_pickle=False)
            assert array.dtype.kind in "fiU", name
            assert array.dtype.kind != "U" or set(array.tolist()) == set(SPEECH)
            assert "健".encode() not in bundle.read(name)


def test_a_file_with_an_object_in_it_is_refused_and_nothing_is_suggested(town, trained):
    content = io.BytesIO()
    numpy.savez(content, recipe=numpy.array([object()]), codes=numpy.array([{}], dtype=object))
    content.seek(0)
    with pytest.raises(learning.Unusable):
        learning.read(content)
    for broken in (b"", b"PK\x03\x04", b"\x80\x04\x95", "文字".encode()):
        with pytest.raises(learning.Unusable):
            learning.read(io.BytesIO(broken))
    with town.at(EAST):
        row = queries.newest()
        (store.root / str(row.tenant_id) / str(row.stored_as)[:2] / str(row.stored_as)).write_bytes(b"other bytes")
    assert suggestions(town, "健身房突然闭店，年卡不给退") == []


def test_arrays_that_do_not_belong_together_are_no_model():
    model, _figures = learning.learn(letters())
    for wrong in (
        replace(model, codes=model.codes[:2]),
        replace(model, weights=model.weights[:, :-1]),
        replace(model, offsets=model.offsets[:1]),
    ):
        with pytest.raises(learning.Unusable):
            learning.read(wrong.written())
    assert learning.read(model.written()).likely("健身房闭店") == model.likely("健身房闭店")


def test_what_is_learned_anew_takes_the_place_of_what_was_there_at_once(town, trained):
    with town.at(EAST):
        first = queries.model()
        assert queries.model() is first, "read once in a process"
    learn(town)
    with town.at(EAST):
        assert db.session.scalar(select(func.count()).select_from(TrainedModel)) == 1
        assert db.session.scalar(select(func.count()).select_from(Training)) == 2
        assert queries.model() is not first


def test_a_model_of_another_recipe_is_not_used_and_the_page_says_so(town, trained, monkeypatch):
    monkeypatch.setattr(learning, "RECIPE", learning.RECIPE + 1)
    assert suggestions(town, "健身房突然闭店，年卡不给退") == []
    page = town.client(EAST, "director").get("/category-suggestions").get_data(as_text=True)
    assert (
        chinese("This was learned by an earlier version of the portal and is not used any more: learn again.") in page
    )


def test_no_more_models_are_held_than_a_process_should(town, closed, monkeypatch):
    monkeypatch.setattr(queries, "_kept", OfOrganisation(1))
    for place in (EAST, WEST):
        closed(place)
        learn(town, place)
        assert suggestions(town, "健身房突然闭店，年卡不给退", place)
    assert list(queries._kept._values) == [3]


# Behind the wall -----------------------------------------------------------------------------------------------------


def test_no_county_uses_or_reaches_what_another_one_learned(town, trained):
    said = "健身房突然闭店，年卡不给退"
    assert suggestions(town, said)
    assert suggestions(town, said, WEST) == []
    with town.at(EAST):
        row = queries.newest()
        db.session.expunge(row)
    for place in (WEST, CITY, MARKET):
        with town.at(place):
            assert queries.newest() is None
            for table in ("triage_model", "triage_training"):
                assert not db.session.execute(text(f"select count(*) from {table}")).scalar(), (place, table)
            with pytest.raises(PermissionError):
                store.open(row)
    west = town.client(WEST, "director").get("/category-suggestions").get_data(as_text=True)
    assert chinese("Nothing was learned yet") in west


def test_a_county_learns_from_its_own_cases_alone(town, closed):
    closed(WEST)
    assert learn(town).why == "too_few"
    with town.at(EAST):
        assert list(services.closed()) == []


# Where somebody decides ----------------------------------------------------------------------------------------------


def test_the_intake_form_suggests_while_somebody_types_and_chooses_nothing(town, trained):
    browser = town.client(EAST, "clerk")
    typed = {"told": "在健身房办了年卡，突然闭店，会员卡里还有钱", "demand": "退款"}
    fragment = browser.post("/cases/new/suggestions", typed, headers=PART).get_data(as_text=True)
    assert "/cases/new?category=S0401" in fragment
    assert 'hx-params="none"' in fragment, "what was typed does not go into an address"
    assert "selected" not in fragment
    assert "checked" not in fragment
    assert browser.post("/cases/new/suggestions", {"told": "你好"}, headers=PART).get_data(as_text=True).strip() == ""
    (form,) = (one for one in forms_of(browser.get("/cases/new").get_data(as_text=True)) if "told" in one.controls)
    assert form.controls["category"].value == ""


def test_one_click_puts_the_category_into_the_intake_form_and_an_unknown_one_into_nothing(town, trained):
    browser = town.client(EAST, "clerk")
    for code, stands in (("S0401", "S0401"), ("X9", ""), ("", "")):
        said = browser.get(f"/cases/new?category={code}").get_data(as_text=True)
        (form,) = (one for one in forms_of(said) if "told" in one.controls)
        assert form.controls["category"].value == stands
    assert 'id="category-field"' in said


def test_a_case_that_waits_for_triage_leads_to_the_form_with_the_value_in_it_without_a_script(town, trained, lodged):
    number = lodged(facts="在健身房办了年卡，突然闭店，会员卡里还有钱", category=None)
    browser = town.client(EAST, "handler")
    page = browser.get(f"/cases/{number}").get_data(as_text=True)
    assert f"/cases/{number}/suggestions" in page
    browser.get(f"/cases/{number}/suggestions")
    link = next(link for link in browser.page.links if "category=" in link)
    assert link.endswith(f"/cases/{number}/steps/accept?category=S0401")
    said = browser.get(f"/cases/{number}/steps/accept?category=S0401").get_data(as_text=True)
    (form,) = (one for one in forms_of(said) if "summary" in one.controls)
    assert form.controls["category"].value == "S0401"
    with town.at(EAST):
        assert by_number(number).category is None, "nothing was saved by it"
    sent = {name: one.value for name, one in form.controls.items() if one.kind != "submit"} | {"problem": "P02"}
    assert browser.post(f"/cases/{number}/steps/accept", sent).status_code == 303
    with town.at(EAST):
        assert by_number(number).category == "S0401"


def test_what_was_taken_over_is_kept_when_somebody_else_was_faster(town, trained, lodged, take):
    number = lodged(facts="在健身房办了年卡，突然闭店，会员卡里还有钱", category=None)
    browser = town.client(EAST, "handler")
    said = browser.get(f"/cases/{number}/steps/accept?category=S0401").get_data(as_text=True)
    (form,) = (one for one in forms_of(said) if "summary" in one.controls)
    sent = {name: one.value for name, one in form.controls.items() if one.kind != "submit"} | {"problem": "P02"}
    take(number, "claim", login="second")
    again = browser.post(f"/cases/{number}/steps/accept", sent)
    assert again.status_code == 409
    (form,) = (one for one in forms_of(again.get_data(as_text=True)) if "summary" in one.controls)
    assert form.controls["category"].value == "S0401"


def test_a_script_gets_the_panel_or_nothing_and_beside_a_step_the_form_of_that_step(town, trained, lodged):
    number = lodged(facts="在健身房办了年卡，突然闭店，会员卡里还有钱", category=None)
    silent = lodged(facts="？", title="？", demand="", merchant_name="", phone="13900000002", category=None)
    browser = town.client(EAST, "handler")
    assert "category=S0401" in browser.get(f"/cases/{number}/suggestions", headers=PART).get_data(as_text=True)
    assert browser.get(f"/cases/{silent}/suggestions", headers=PART).get_data(as_text=True).strip() == ""
    beside = browser.get(f"/cases/{number}/suggestions?step=describe", headers=PART).get_data(as_text=True)
    assert f"/cases/{number}/steps/describe?category=S0401" in unescape(beside)
    assert browser.get(f"/cases/{number}/suggestions?step=refuse", checked=False).status_code == 404
    assert town.client(EAST, "clerk").get(f"/cases/{number}/suggestions", checked=False).status_code == 403
    assert town.client(WEST, "handler").get(f"/cases/{number}/suggestions", checked=False).status_code == 404


def test_what_a_case_is_called_already_is_not_suggested_again(town, trained, lodged):
    facts = "在健身房办了年卡，突然闭店，会员卡里还有钱"
    for category, found in (("S0401", []), ("G0101", ["S0401"])):
        number = lodged(facts=facts, category=category, phone="13900000002", merchant_name="")
        with town.at(EAST):
            assert [one.code for one in queries.of_case(by_number(number)).categories] == found


def test_a_suggestion_changes_nothing_and_leaves_no_entry(town, trained, lodged, statements):
    number = lodged(facts="在健身房办了年卡，突然闭店，会员卡里还有钱", category=None)
    with town.at(EAST):
        stood = db.session.execute(text("select xmin::text, category, version from case_record")).all()
        entries = db.session.scalar(select(func.count()).select_from(Entry))
    browser = town.client(EAST, "handler")
    with statements() as sent:
        browser.get(f"/cases/{number}/suggestions", headers=PART)
        browser.post("/cases/new/suggestions", {"told": "在健身房办了年卡，突然闭店"}, headers=PART)
    assert not [one for one in sent if not one.lstrip().lower().startswith(("select", "begin"))]
    with town.at(EAST):
        assert db.session.execute(text("select xmin::text, category, version from case_record")).all() == stood
        assert db.session.scalar(select(func.count()).select_from(Entry)) == entries + 1, "that they signed in"


def test_a_suggestion_takes_two_statements(town, trained, statements):
    with town.at(EAST):
        queries.suggested("在健身房办了年卡，突然闭店")
        with statements() as sent:
            queries.suggested("在超市买的蛋糕发霉变质")
    assert len(sent) == 2


# The merchant --------------------------------------------------------------------------------------------------------

REGISTER = (
    ("临江县悦动体育文化有限公司", "悦动健身"),
    ("东县悦动健身器材有限公司", "悦动健身器材行"),
    ("东县康源医药有限公司", "康源大药房(柳荫路店)"),
    ("东县康源医药有限公司二分店", "康源大药房(青年街店)"),
    ("江州市芊语美容有限公司", "芊语美容养生馆"),
    ("东县阿福面馆", ""),
    ("好又多超市", ""),
    ("便民超市有限公司", ""),
    ("东县王记", "王记"),
)


@pytest.fixture
def registered(town: Any) -> None:
    with town.at(EAST):
        for name, sign in REGISTER:
            register.add(town.person(EAST, "handler"), name=name, sign=sign)
        db.session.commit()


@pytest.mark.parametrize(
    ("said", "called", "named"),
    [
        ("我在悦动健身办的卡，店关了", "悦动健身", True),
        ("在悦动健身器材行买的跑步机坏了", "悦动健身器材行", True),
        ("临江县悦动体育文化有限公司不退款", "悦动健身", True),
        ("柳荫路的康源大药房卖过期药", "康源大药房(柳荫路店)", True),
        ("芊语美容馆的养生卡不退", "芊语美容养生馆", False),
        ("阿福面馆的面里有头发", "东县阿福面馆", False),
        ("东县阿福面馆的面里有头发", "东县阿福面馆", True),
        ("好又多超市的牛奶过期", "好又多超市", True),
        ("某某有限公司不退款", None, None),
        ("康源大药房卖过期药", None, None),
        ("王记的包子不新鲜", None, None),
        ("一家没有登记的店", None, None),
        ("", None, None),
    ],
)
def test_the_merchant_that_a_text_names(town, registered, said, called, named):
    with town.at(EAST):
        found = meant(said)
        assert (found and found.merchant.called, found and found.named) == (called, named)
    with town.at(WEST):
        assert meant(said) is None


def test_a_merchant_that_was_merged_is_not_suggested(town, registered):
    from app.merchants.merging import services as merging
    from app.merchants.queries import look_up

    with town.at(EAST):
        one, other = look_up("悦动健身器材")[0], look_up("芊语")[0]
        merging.merge(one, other, town.person(EAST, "handler"))
        db.session.flush()
        assert meant("在悦动健身器材行买的跑步机坏了").merchant.called == "悦动健身"


def test_the_merchant_is_suggested_without_any_model_and_put_into_the_form(town, registered, lodged):
    number = lodged(facts="在悦动健身办的卡，店关了", merchant_name="")
    browser = town.client(EAST, "handler")
    browser.get(f"/cases/{number}/suggestions")
    link = next(link for link in browser.page.links if "merchant=" in link)
    said = browser.get(link[link.index("/cases/") :]).get_data(as_text=True)
    (form,) = (one for one in forms_of(said) if "summary" in one.controls)
    assert form.controls["merchant_name"].value == "悦动健身"
    assert form.controls["merchant_number"].value == link.rpartition("=")[2]
    typed = {"told": "在悦动健身办的卡，店关了", "merchant_name": ""}
    assert "merchant=M" in browser.post("/cases/new/suggestions", typed, headers=PART).get_data(as_text=True)
    named = browser.post("/cases/new/suggestions", {**typed, "merchant_name": "悦"}, headers=PART).get_data(
        as_text=True
    )
    assert "merchant=M" not in named, "who has named one needs no suggestion"


# No model, too few, not installed ------------------------------------------------------------------------------------


def test_without_a_model_no_category_is_suggested_and_everything_else_is_as_ever(town, lodged):
    number = lodged()
    assert suggestions(town, "健身房突然闭店，年卡不给退") == []
    browser = town.client(EAST, "handler")
    assert browser.get(f"/cases/{number}/suggestions").status_code == 200
    assert browser.post("/cases/new/suggestions", {"told": "健身房突然闭店"}, headers=PART).status_code == 200


def test_too_few_cases_teach_nothing_and_what_was_learned_before_stays(town, closed, trained):
    with town.at(EAST):
        cases = db.session.scalars(select(Case).order_by(Case.received_at)).all()
        for case in cases[30:]:
            case.summary_confirmed = False
        db.session.commit()
    few = learn(town)
    assert (few.status, few.why, few.found) == ("failed", "too_few", 30)
    assert suggestions(town, "健身房突然闭店，年卡不给退")
    page = town.client(EAST, "director").get("/category-suggestions").get_data(as_text=True)
    assert chinese("What was learned before stays in use.") in page


def test_where_it_is_not_installed_the_page_says_so_and_the_rest_works(town, trained, lodged):
    number = lodged()
    with without_scikit_learn():
        assert not learning.installed()
        assert suggestions(town, "健身房突然闭店，年卡不给退") == []
        director = town.client(EAST, "director")
        page = director.get("/category-suggestions")
        assert page.status_code == 200
        assert chinese("Everything else works without it.") in page.get_data(as_text=True)
        assert not any(form.get("action", "").endswith("/train") for form in director.page.forms)
        assert director.post("/category-suggestions/train", {}, checked=False).status_code == 409
        assert director.get(f"/cases/{number}/steps/accept").status_code == 200
        assert (
            town.client(EAST, "clerk")
            .post("/cases/new/suggestions", {"told": "健身房突然闭店"}, headers=PART)
            .status_code
            == 200
        )
        assert learn(town).why == "not_installed"


def test_the_portal_is_read_without_scikit_learn_or_numpy():
    import subprocess

    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.modules.update(sklearn=None, numpy=None, scipy=None)\n"
            "import app.areas, app.models, app.commands\n"
            "from importlib import import_module\n"
            "[import_module(address.partition(':')[0]) for address in (*app.areas.AREAS, *app.commands.COMMANDS)]",
        ],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


# The command ---------------------------------------------------------------------------------------------------------


def test_the_last_line_says_from_how_many_it_learned_and_how_the_test_came_out(app, town, closed):
    closed()
    done = run(app, "--center", EAST)
    assert done.exit_code == 0, done.output
    with town.at(EAST):
        training = db.session.scalars(select(Training)).one()
        said = (
            f"learned from 108 cases in 3 categories, tested on the latest 22: {training.correct} right, "
            f"accuracy {training.accuracy:.1%}, macro-F1 {float(training.macro_f1):.1%}"
        )
        events = db.session.scalars(select(Entry.event).where(Entry.event.startswith("triage."))).all()
        assert sorted(events) == ["triage.begun", "triage.learned"]
    assert done.output.splitlines()[-1] == said


def test_every_center_learns_from_its_own(app, town, closed):
    closed(), closed(WEST)
    done = run(app, "--all")
    assert done.exit_code == 0, done.output
    *lines, last = done.output.splitlines()
    assert [line.partition(":")[0] for line in lines] == [EAST, WEST, "north"]
    assert "too few closed cases to learn from: 0" in lines[2]
    assert last.startswith("learned from 216 cases of 2 centers, tested on the latest 44: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--center", EAST), "Error: too few closed cases to learn from: 30, where 50 are needed"),
        (("--all",), "No center has enough closed cases."),
        (("--center", MARKET), "market is no county center."),
        (("--center", "none-such"), "No organisation is called none-such."),
        ((), "Error: say --center SLUG, or --all"),
        (("--all", "--center", EAST), "Error: say --center SLUG, or --all"),
    ],
)
def test_what_cannot_be_learned_is_one_sentence_and_a_failure(app, closed, arguments, said):
    closed(most=30)
    done = run(app, *arguments)
    assert done.exit_code != 0
    assert said in done.output.splitlines()[-1]
    assert "Traceback" not in done.output


def test_without_scikit_learn_the_command_says_how_to_install_it(app, closed):
    closed()
    with without_scikit_learn():
        done = run(app, "--center", EAST)
    assert done.exit_code != 0
    assert done.output.splitlines()[-1].endswith(
        "scikit-learn is not installed: run pip install --require-hashes -r requirements-triage.lock first."
    )


# The page ------------------------------------------------------------------------------------------------------------


def test_the_director_has_it_learned_behind_the_page_and_reads_how_the_test_came_out(town, closed):
    closed()
    browser = town.client(EAST, "director")
    browser.get("/category-suggestions")
    assert chinese("Nothing was learned yet") in browser.page.words
    assert browser.post("/category-suggestions/train", {}).status_code == 303
    running = browser.get("/category-suggestions").get_data(as_text=True)
    assert "every 2s" in running
    assert browser.post("/category-suggestions/train", {}, checked=False).status_code == 409
    drain()
    done = browser.get("/category-suggestions").get_data(as_text=True)
    assert "every 2s" not in done
    with town.at(EAST):
        training = db.session.scalars(select(Training)).one()
        entries = db.session.execute(
            select(Entry.event, Entry.actor_name, Entry.facts)
            .where(Entry.event.startswith("triage."))
            .order_by(Entry.seq)
        ).all()
    right, learned = training.correct, training.learned_from
    assert chinese("right with the first: %(n)s of %(all)s", n=right, all=22) in browser.page.words
    for count in training.categories.values():
        assert chinese("%(n)s of %(all)s", n=count["right"], all=count["tested"]) in browser.page.words
    assert "东主任" in browser.page.words
    assert [entry[:2] for entry in entries] == [("triage.begun", "东主任"), ("triage.learned", "东主任")]
    assert entries[1].facts == {"learned_from": learned, "tested_on": 22, "right": right}
    trail = town.client(EAST, "director").get("/audit").get_data(as_text=True)
    assert chinese("Learned suggestions of categories from closed cases") in trail


def test_a_training_that_breaks_off_says_so_and_can_be_asked_for_again(town, closed, monkeypatch):
    closed()
    monkeypatch.setattr(learning, "learn", lambda told: 1 / 0)
    browser = town.client(EAST, "admin")
    browser.post("/category-suggestions/train", {})
    drain()
    browser.get("/category-suggestions")
    assert chinese("It broke off. Try again; if it breaks off once more, tell the administrator of the server.") in (
        browser.page.words
    )
    monkeypatch.undo()
    assert browser.post("/category-suggestions/train", {}).status_code == 303
    drain()
    assert suggestions(town, "健身房突然闭店，年卡不给退")


def test_a_training_that_nobody_finished_keeps_nobody_from_the_next(town, closed):
    closed()
    with town.at(EAST):
        db.session.add(Training(begun_at=clock.now() - queries.GIVEN_UP - timedelta(minutes=1)))
        db.session.commit()
        services.begin(town.person(EAST, "director"))
        with pytest.raises(WrongMoment):
            services.begin(town.person(EAST, "admin"))


@pytest.mark.parametrize(
    ("place", "login", "code"),
    [
        (EAST, "director", 200),
        (EAST, "admin", 200),
        (EAST, "handler", 403),
        (EAST, "clerk", 403),
        (CITY, "admin", 404),
        (MARKET, "head", 404),
    ],
)
def test_the_page_is_for_the_director_and_the_administrator_of_a_center(town, place, login, code):
    browser = town.client(place, login)
    assert browser.get("/category-suggestions", checked=False).status_code == code
    assert browser.post("/category-suggestions/train", {}, checked=False).status_code == (303 if code == 200 else code)
    if code == 403:
        with town.at(place), pytest.raises(NotAllowed):
            services.begin(town.person(place, login))
