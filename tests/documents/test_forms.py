"""The shipped forms, filled in and opened again."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from pypdf import PdfReader

from app.documents import make, press
from app.documents.kinds import bilingual, common, kinds
from app.documents.services import fill, masked
from tests.documents.conftest import pressed, rows, texts

FORMS = list(kinds())
OFFICIAL = {
    "registration",
    "report-registration",
    "distribution",
    "identity-notice",
    "acceptance",
    "refusal",
    "mediation-notice",
    "termination",
    "mediation-agreement",
    "report-result",
}
LEFT_OPEN = re.compile(r"\{[{%#]|[}%#]\}|\bNone\b|undefined", re.IGNORECASE)
TO_BE_SIGNED = re.compile(r"签名|日期|盖章|意见|审批|备注|代收|联系电话")


def test_the_ten_official_forms_are_there() -> None:
    assert {code for code, form in kinds().items() if form.group == "official"} == OFFICIAL


def test_no_two_forms_number_alike() -> None:
    rows = {form.row: form.mark for form in kinds().values()}
    assert len(set(rows.values())) == len(rows)
    assert {form.mark for form in kinds().values()} == set(rows.values())  # one row, one mark


@pytest.mark.parametrize("code", FORMS)
def test_a_shipped_template_is_what_its_source_says(code: str) -> None:
    assert make.made(kinds()[code]) == kinds()[code].shipped, "run python -m app.documents.make"


@pytest.mark.parametrize("code", FORMS)
def test_every_placeholder_is_filled(code: str) -> None:
    form = kinds()[code]
    made = pressed(form, form.samples(), "docx", "pdf", link="https://example.org/check/x")
    said = texts(made.docx)
    assert not [line for line in said if LEFT_OPEN.search(line)]
    whole = "".join(said)
    assert form.title.zh in whole
    assert form.samples()["issuer"] in whole
    for one in form.fields:
        assert one.sample in whole, f"what is typed as {one.name} does not appear"
    if form.numbered:
        assert form.samples()["number"] in whole
    assert made.pdf is not None
    printed = "".join(page.extract_text() for page in PdfReader(io.BytesIO(made.pdf)).pages)
    plain = re.sub(r"\s", "", printed)
    assert form.title.zh in plain
    for one in form.fields:
        assert re.sub(r"\s", "", one.sample) in plain


@pytest.mark.parametrize("code", FORMS)
def test_what_is_not_known_leaves_no_empty_row(code: str) -> None:
    """A row with a name and nothing said is there to be filled in by hand, or it is left out."""
    form = kinds()[code]
    sure = {name: fact.sample for name, fact in common().items() if name in SURE} | {
        one.name: one.sample for one in form.fields if one.needed
    }
    made = pressed(form, sure, "docx")
    for row in rows(made.docx):
        for name, value in zip(row[::2], row[1::2], strict=False):
            assert value.strip() or not name.strip() or TO_BE_SIGNED.search(name), row
    assert not [line for line in texts(made.docx) if LEFT_OPEN.search(line)]


# What every case has a word for; see app.cases.papers.facts.
SURE = {
    *("issuer", "issuer_short", "number", "issued_on", "routes", "case_number", "case_title", "channel", "nature"),
    *("received_on", "consumer", "consumer_phone", "merchant", "story", "demand", "handler", "accepted_on", "law"),
    *("acceptance_basis", "mediation_basis", "mediation_limit", "ending_basis", "agreement", "agreed_on"),
    "settled_with",
}


@pytest.mark.parametrize("code", FORMS)
def test_a_shipped_form_passes_the_look_that_a_stranger_s_gets(code: str) -> None:
    assert list(press.faults(kinds()[code].shipped, kinds()[code].schema())) == []


@pytest.mark.parametrize("code", [form.code for form in kinds().values() if form.of])
def test_a_form_for_consumers_from_abroad_says_it_in_english_too(code: str) -> None:
    form = kinds()[code]
    whole = "".join(texts(pressed(form, form.samples(), "docx").docx))
    assert form.title.en in whole
    assert "The Chinese text prevails." in whole
    used = {name for name in form.facts() if name.endswith("_en") and f"{{{{ {name} }}}}" in form.body}
    for name in used:
        assert str(form.facts()[name].sample) in whole
    first = kinds()[form.of]
    assert (form.to, form.mark, form.approval, form.numbered) == (first.to, first.mark, first.approval, first.numbered)
    assert {one.name for one in first.fields} <= {one.name for one in form.fields}, "whoever typed one types the other"


# See the head of bilingual.toml for why.
IN_CHINESE_ALONE = {"minutes", "service-record", "litigation-support"}


def test_every_form_that_a_consumer_gets_has_one_with_english_in_it() -> None:
    theirs = {form.code for form in kinds().values() if "consumer" in form.to and not form.of}
    assert theirs - set(bilingual()) == IN_CHINESE_ALONE


def test_a_day_that_is_typed_has_its_english_name_too() -> None:
    for form in kinds().values():
        if form.of:
            assert all(one.sample_en for one in form.fields if one.kind == "date"), form.code
            assert {f"{one.name}_en" for one in form.fields if one.kind == "date"} <= set(form.facts())


@pytest.mark.parametrize("code", ["mediation-notice", "mediation-notice-en"])
def test_a_notice_of_mediation_gives_its_telephone_once(code: str) -> None:
    form = kinds()[code]
    known = {**form.samples(), "issuer_phone": "0309-6110315", "phone": "0309-6110315"}
    assert "".join(texts(pressed(form, known, "docx").docx)).count("0309-6110315") == 1


def test_nobody_signs_for_the_market_regulator() -> None:
    """These are forms of a center: who issues them is the organisation itself."""
    for form in kinds().values():
        said = "".join(texts(form.shipped))
        assert "市场监督管理局" not in said, form.code
        assert "{{ issuer }}" in said, form.code


def test_what_people_wrote_is_text_whatever_they_wrote(app: Any) -> None:
    """Neither XML nor a mark of ours: it stands there as it was typed."""
    form = kinds()["refusal"]
    odd = "<w:p>&amp; {{ issuer }} {% if x %}\x0b“引号”\n第二行"
    made = fill(form.shipped, form, {**form.samples(), "reason": odd}, want=("docx", "pdf"))
    whole = "".join(texts(made.docx))
    assert "<w:p>&amp; {{ issuer }} {% if x %}“引号”" in whole
    assert made.pdf is not None
    printed = "".join(page.extract_text() for page in PdfReader(io.BytesIO(made.pdf)).pages)
    assert "{%ifx%}" in re.sub(r"\s", "", printed)


def test_a_page_shows_personal_facts_masked(app: Any) -> None:
    form = kinds()["registration"]
    shown = masked(form, {**form.samples(), "story": "店长电话13912340000"})
    assert (shown["consumer"], shown["consumer_phone"]) == ("林**", "138****6027")
    assert "13912340000" not in shown["story"]
    assert shown["consumer_address"] == "临河县****"
    assert "110101199003078478" not in str(shown)
    assert shown["merchant"] == form.samples()["merchant"]
