from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import Form

from app.files.fields import EvidenceField
from tests.files import specimens


class Evidence(Form):
    files = EvidenceField("Files", most=3, largest=2**20, together=2**20)


def sent(*files: tuple[str, bytes]) -> Evidence:
    return Evidence(MultiDict([("files", FileStorage(io.BytesIO(body), filename=name)) for name, body in files]))


def test_accepted_files_are_the_data_of_a_valid_form() -> None:
    form = sent(("合同.pdf", specimens.PDF), ("小票.png", specimens.picture("PNG")))
    assert form.validate()
    assert [(file.name, file.media_type) for file in form.files.data] == [
        ("合同.pdf", "application/pdf"),
        ("小票.png", "image/png"),
    ]


@pytest.mark.parametrize("nothing", [[], [("files", FileStorage(io.BytesIO(b""), filename=""))], [("files", "a text")]])
def test_no_file_is_an_empty_list(nothing: list[tuple[str, object]]) -> None:
    form = Evidence(MultiDict(nothing))
    assert form.validate()
    assert form.files.data == []


def test_one_bad_file_leaves_none_and_each_fault_is_told_by_name() -> None:
    form = sent(("合同.pdf", specimens.PDF), ("a/程序\u202e.exe", b"MZ"), ("空.txt", b""))
    assert not form.validate()
    assert form.files.data == []
    first, second = form.files.errors
    assert first.startswith("程序.exe: Files of the kind .exe")
    assert second == "空.txt: The file is empty."


def test_too_many_and_too_much_are_told() -> None:
    assert not (form := sent(*[("合同.pdf", specimens.PDF)] * 4)).validate()
    assert form.files.errors == ["At most 3 more files are taken in here."]
    large = specimens.PDF + b"\0" * 700_000
    assert not (form := sent(("甲.pdf", large), ("乙.pdf", large))).validate()
    assert form.files.errors == ["Together the files may have at most 1 MB more."]


def test_what_a_case_has_already_counts() -> None:
    form = sent(("合同.pdf", specimens.PDF))
    form.files.beside([SimpleNamespace(size=10)] * 3)
    assert not form.validate()
    form = sent(("合同.pdf", specimens.PDF))
    form.files.beside([SimpleNamespace(size=2**20)])
    assert not form.validate()


def test_the_browser_is_told_what_to_offer() -> None:
    shown = str(Evidence().files())
    assert "multiple" in shown
    assert ".pdf" in shown
