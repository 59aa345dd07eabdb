from __future__ import annotations

import io
import random
import time
import zipfile

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.files.accept import Accepted, accept
from app.files.containers import weigh
from app.files.refusal import Refused
from tests.files import specimens
from tests.weight import at_most

OFFICE = "application/vnd.openxmlformats-officedocument."


def taken(body: bytes, name: str) -> Accepted:
    return accept(io.BytesIO(body), name)


def refusal(body: bytes, name: str) -> str:
    with pytest.raises(Refused) as refused:
        taken(body, name)
    return str(refused.value)


@pytest.mark.parametrize(
    ("body", "name", "media_type"),
    [
        (specimens.PDF, "合同.pdf", "application/pdf"),
        (specimens.PDF, "合同.PDF", "application/pdf"),
        (
            specimens.docx(),
            "投诉材料.docx",
            OFFICE + "wordprocessingml.document",
        ),
        (specimens.xlsx(), "消费记录.xlsx", OFFICE + "spreadsheetml.sheet"),
        ("充值 4,680 元".encode(), "说明.txt", "text/plain"),
        ("日期,金额\n3月5日,4680\n".encode("gb18030"), "流水.csv", "text/csv"),
        ("说明".encode("utf-16"), "说明.txt", "text/plain"),
        (b"BMW dealer, invoice 3", "invoice.txt", "text/plain"),
        (specimens.MP3, "录音.mp3", "audio/mpeg"),
        (specimens.wav(), "录音.wav", "audio/wav"),
        (specimens.MP4, "录像.mp4", "video/mp4"),
        (specimens.MP4, "录音.m4a", "audio/mp4"),
    ],
)
def test_what_people_send_is_taken_as_it_is(body: bytes, name: str, media_type: str) -> None:
    file = taken(body, name)
    assert (file.name, file.media_type, file.size) == (name, media_type, len(body))
    assert file.content.read() == body


@pytest.mark.parametrize(
    ("form", "name"), [("JPEG", "小票.jpg"), ("JPEG", "小票.jpeg"), ("PNG", "截图.png"), ("WEBP", "图.webp")]
)
def test_a_picture_is_made_anew(form: str, name: str) -> None:
    sent = specimens.picture(form) + b"PK\x03\x04 and whatever else was hung on"
    file = taken(sent, name)
    made = file.content.read()
    assert (file.width, file.height, file.size) == (64, 32, len(made))
    assert b"whatever else" not in made
    assert Image.open(io.BytesIO(made)).format == form


def test_a_photograph_loses_its_place_device_and_comment_and_stands_upright() -> None:
    sent = specimens.photograph_with_a_place()
    assert b"Telephone" in sent
    file = taken(sent, "门店.jpg")
    made = file.content.read()
    assert (file.width, file.height) == (32, 64)
    with Image.open(io.BytesIO(made)) as picture:
        assert not picture.getexif()
        assert not picture.getexif().get_ifd(0x8825)
        assert "comment" not in picture.info
    assert b"Telephone" not in made
    assert b"children" not in made
    assert b"Exif" not in made


def test_colour_profiles_and_text_of_a_png_are_left_behind() -> None:
    out = io.BytesIO()
    words = PngInfo()
    words.add_text("Author", "林晓梅")
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG", pnginfo=words, icc_profile=b"profile", dpi=(72, 72))
    with Image.open(taken(out.getvalue(), "图.png").content) as picture:
        assert picture.mode == "RGBA"
        assert picture.info == {}


def test_a_palette_picture_with_a_transparent_colour_stays_transparent() -> None:
    out = io.BytesIO()
    Image.new("P", (4, 4)).save(out, "PNG", transparency=0)
    with Image.open(taken(out.getvalue(), "图.png").content) as picture:
        assert picture.mode == "RGBA"


@pytest.mark.parametrize("side", [50_000, 9_000])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(side: int) -> None:
    began = time.thread_time()
    assert "pixels" in refusal(specimens.png_that_claims(side, side), "大图.png")
    assert time.thread_time() - began < 1


@pytest.mark.parametrize(("form", "name"), [("JPEG", "大图.jpg"), ("PNG", "大图.png"), ("WEBP", "大图.webp")])
def test_a_picture_of_many_pixels_leaves_the_server_small(form: str, name: str) -> None:
    sent = specimens.picture(form, size=(5_000, 5_000))
    with at_most(32):
        file = taken(sent, name)
    assert (file.width, file.height) == (5_000, 5_000)


def test_a_picture_cut_off_half_way_is_refused() -> None:
    assert "damaged" in refusal(specimens.picture(size=(600, 600))[:900], "小票.jpg")


@pytest.mark.parametrize(
    ("body", "name", "why"),
    [
        (b"", "空.pdf", "empty"),
        (specimens.PDF, "合同", "what kind"),
        (specimens.PDF, "合同.pdf.exe", "not taken in"),
        (b"MZ\x90\0" * 64, "合同.pdf", "not what the name says"),
        (specimens.PDF, "小票.jpg", "not what the name says"),
        (specimens.picture("WEBP"), "录音.wav", "not what the name says"),
        (specimens.picture("PNG"), "小票.jpg", "not what the name says"),
        (specimens.picture("GIF"), "图.png", "not what the name says"),
        (specimens.picture("GIF"), "图.gif", "not taken in"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "图.svg", "HTML, SVG, XML"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "图.png", "not what the name says"),
        (b"<html>", "页.html", "HTML, SVG, XML"),
        (b" \n<!DOCTYPE html><script>alert(1)</script>", "说明.txt", "HTML, SVG, XML"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "流水.csv", "HTML, SVG, XML"),
        (specimens.PDF, "说明.txt", "not plain text"),
        (b"\0\1\2\3", "说明.txt", "not plain text"),
        (b"\xff\xfe\x00", "说明.txt", "not plain text"),
        (b"\x81", "说明.txt", "not plain text"),
        (b"%!PS-Adobe", "说明.txt", "not plain text"),
        (specimens.archive({"a.txt": b"a"}), "材料.zip", "one by one"),
        (specimens.archive({"a.txt": b"a"}), "材料.docx", "neither"),
        (specimens.xlsx(), "材料.docx", "not what the name says"),
        (specimens.docx(), "材料.xlsx", "not what the name says"),
        (specimens.OLE, "材料.docx", "password"),
        (specimens.OLE, "材料.doc", "Old office"),
        (specimens.HEIC, "照片.heic", "HEIC"),
        (specimens.HEIC, "照片.jpg", "HEIC"),
        (specimens.PDF + specimens.archive({"a.txt": b"a"}), "合同.pdf", "two kinds"),
        (specimens.MP3 + specimens.archive({"a.class": b"a"}), "录音.mp3", "two kinds"),
        (b"GIF89a/*" + specimens.PDF, "合同.pdf", "not what the name says"),
    ],
)
def test_every_refusal_says_why(body: bytes, name: str, why: str) -> None:
    assert why in refusal(body, name)


def test_a_file_that_is_too_large_is_told_both_sizes() -> None:
    with pytest.raises(Refused, match="has 3 MB; at most 2 MB"):
        accept(io.BytesIO(specimens.PDF + b"\0" * (2 * 2**20)), "合同.pdf", largest=2 * 2**20)


def zeros(size: int) -> bytes:
    return b'<?xml version="1.0"?><a>' + b" " * size + b"</a>"


HEAD = b'<?xml version="1.0"?>'
LAUGHS = HEAD + b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><w:document xmlns:w="urn:w">&b;</w:document>'
ENDLESS = b"<!-- " + random.Random(1).randbytes(40_000).hex().encode() + b" -->" + LAUGHS


def link(kind: bytes) -> bytes:
    return (
        HEAD
        + b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + b'<Relationship Id="r1" Type="http://x/%s" Target="http://10.0.0.1/x" TargetMode="External"/>' % kind
        + b"</Relationships>"
    )


def with_text(body: bytes) -> bytes:
    return specimens.archive({**specimens.DOCX_PARTS, "word/document.xml": body})


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (specimens.docx(word__a=zeros(200 * 2**20)), "far more"),
        (specimens.docx(word__a=zeros(20 * 2**20)), "far more"),
        (specimens.archive({**specimens.DOCX_PARTS, **{f"p{n}": b"" for n in range(2_100)}}), "too many parts"),
        (specimens.docx(**{"word__embeddings__a.xlsx": b"x"}), "another archive"),
        (specimens.docx(word__media__a=specimens.archive({"a": b"a"})), "another archive"),
        (specimens.docx(**{"word__vbaProject.bin": b"x"}), "macro"),
        (with_text(LAUGHS), "entities"),
        (with_text(LAUGHS.decode().encode("utf-16")), "entities"),
        (with_text(ENDLESS), "damaged"),
        (with_text(b"\0"), "damaged"),
        (specimens.docx(**{"word___rels__document.xml.rels": link(b"image")}), "elsewhere"),
        (specimens.docx(**{"word___rels__settings.xml.rels": link(b"attachedTemplate")}), "elsewhere"),
        (specimens.docx(**{"word___rels__document.xml.rels": LAUGHS}), "damaged"),
        (specimens.docx()[:-60], "damaged"),
        (specimens.docx()[:200] + specimens.docx()[260:], "damaged"),
    ],
    ids=[
        "200 MB of blanks", "a thousand times its size", "2,100 parts", "a workbook inside", "an archive inside",
        "macro", "entities", "entities in UTF-16", "a prolog without end", "no XML", "fetches a picture",
        "fetches a template", "entities in links", "cut off", "cut out",
    ],
)  # fmt: skip
def test_a_document_that_hides_something_is_refused_quickly(body: bytes, why: str) -> None:
    began = time.thread_time()
    assert why in refusal(body, "材料.docx")
    assert time.thread_time() - began < 1


def test_a_document_may_have_links_to_click_and_printer_settings() -> None:
    parts = {
        "word___rels__document.xml.rels": link(b"hyperlink"),
        "word__printerSettings1.bin": b"x",
        "word__media__a.png": specimens.picture("PNG"),
    }
    assert weigh(io.BytesIO(specimens.docx(**parts))) == "docx"


@pytest.mark.parametrize(("declared", "refused"), [(90, False), (101, True)])
def test_a_document_that_declares_more_than_a_hundred_megabytes_is_refused(declared: int, refused: bool) -> None:
    """However little of it can be squeezed: the declared total counts by itself, not only against what is packed."""
    out = io.BytesIO(specimens.docx())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_STORED) as bundle:
        bundle.writestr("word/media/image1.jpeg", random.Random(1).randbytes(2 * 2**20))
        bundle.getinfo("word/media/image1.jpeg").file_size = declared * 2**20
    out.seek(0)
    if refused:
        with pytest.raises(Refused, match="unpacks to far more"):
            weigh(out)
    else:
        assert weigh(out) == "docx"


def test_parts_that_overlap_are_refused() -> None:
    body = bytearray(specimens.docx(word__a=b"x" * 5_000))
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        (entry,) = [e for e in archive.infolist() if e.filename == "word/a"]
    at = body.rfind(b"word/a") - 46
    body[at + 20 : at + 24] = (entry.compress_size + 10_000_000).to_bytes(4, "little")
    with pytest.raises(Refused):
        weigh(io.BytesIO(bytes(body)))


def test_a_locked_document_is_told_from_a_damaged_one() -> None:
    body = bytearray(specimens.docx())
    at = body.find(b"PK\x01\x02")
    body[at + 8] |= 1
    assert "password" in refusal(bytes(body), "材料.docx")
