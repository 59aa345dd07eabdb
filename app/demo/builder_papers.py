"""The papers of the demo: small, real files of every kind that is taken in, one for each name."""

from __future__ import annotations

import io
from functools import cache
from random import Random

import xlsxwriter
from PIL import Image, ImageDraw

from app.files.accept import Accepted, accept

_PICTURES = {"jpg": "image/jpeg", "png": "image/png"}
_SIZE = (240, 320)
_PAPER, _INK, _LINE = (250, 248, 243), (58, 58, 66), (196, 192, 184)
_TINTS = ((188, 74, 60), (62, 99, 158), (84, 130, 92), (150, 112, 60))


@cache
def paper(name: str) -> Accepted:
    """The file of that name, as the door for files let it in."""
    title, _dot, form = name.rpartition(".")
    make = {"pdf": _pdf, "xlsx": _xlsx, "mp3": _mp3, "mp4": _mp4, "jpg": _jpeg, "png": _png}[form]
    content = make(title)
    if form in _PICTURES:  # strangers' are made anew in a process of their own; these are as new as can be
        return Accepted(name, _PICTURES[form], len(content), io.BytesIO(content), *_SIZE)
    return accept(io.BytesIO(content), name)


def _pdf(title: str) -> bytes:
    """One page with the title on it, in the Chinese face that every reader brings along."""
    words = f"<feff{title.encode('utf-16-be').hex()}>"
    below = f"<{'江州市 演示材料'.encode('utf-16-be').hex()}>"
    shown = words.replace("feff", "", 1)
    page = f"BT /F1 20 Tf 72 740 Td {shown} Tj 0 -36 Td /F1 11 Tf {below} Tj ET\n"
    page += "\n".join(f"0.7 G 72 {y} m 523 {y} l S" for y in range(660, 200, -28))
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(page)} >>\nstream\n{page}\nendstream",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 7 0 R "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
        "/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
        f"<< /Title {words} >>",
    )
    body, places = "%PDF-1.4\n", []
    for number, said in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{said}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    body += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
    body += f"<< /Size {len(objects) + 1} /Root 1 0 R /Info 8 0 R >>\nstartxref\n{body.index('xref')}\n%%EOF\n"
    return body.encode("ascii")


def _jpeg(title: str) -> bytes:
    return _picture(title, "JPEG")


def _png(title: str) -> bytes:
    return _picture(title, "PNG")


def _picture(title: str, form: str) -> bytes:
    """A sheet with lines, a stamp and an amount, drawn anew for every title: a stand-in that can be told apart."""
    rng = Random(title)
    sheet = Image.new("RGB", _SIZE, _PAPER)
    draw = ImageDraw.Draw(sheet)
    tint = rng.choice(_TINTS)
    draw.rectangle((0, 0, 240, 27), fill=tint)
    for place in range(len(title)):
        draw.rectangle((12 + place * 15, 8, 23 + place * 15, 19), fill=_PAPER)
    for y in range(48, 232, 24):
        draw.rectangle((12, y, 12 + rng.randint(40, 200), y + 3), fill=_LINE)
    draw.ellipse((152, 232, 212, 292), outline=tint, width=3)
    draw.text((20, 290), f"CNY {rng.randint(20, 9000)}.00", fill=_INK)
    out = io.BytesIO()
    sheet.save(out, form)
    return out.getvalue()


def _xlsx(title: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.set_column(0, 0, 24)
        for row, (item, amount) in enumerate([(title, ""), ("材料费", "3200"), ("人工费", "1800"), ("合计", "5000")]):
            page.write_string(row, 0, item)
            page.write_string(row, 1, amount)
    return out.getvalue()


def _mp3(title: str) -> bytes:
    """Half a second of silence: MPEG-1 layer III frames, 32 kbit/s, 44.1 kHz, mono."""
    frame = b"\xff\xfb\x10\xc0" + bytes(100)
    return b"ID3\x03\x00\x00\x00\x00\x00\x00" + frame * 20


def _mp4(title: str) -> bytes:
    """A container that says what it is, with nothing to play in it."""

    def box(kind: bytes, content: bytes) -> bytes:
        return (len(content) + 8).to_bytes(4, "big") + kind + content

    return box(b"ftyp", b"isom\x00\x00\x02\x00isomiso2mp41") + box(b"free", b"") + box(b"mdat", bytes(64))
