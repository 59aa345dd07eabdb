"""The papers of the demo: made here, and what the door for files lets in."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from app.demo.builder_papers import paper
from app.demo.texts import SITUATIONS
from app.files.accept import accept

NAMES = sorted({name for one in SITUATIONS.values() for name in one.text["evidence"]})
FORMS = {name.rsplit(".", 1)[1]: name for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_every_paper_is_what_its_name_says(name: str):
    made = paper(name)
    content = made.content.getvalue()  # type: ignore[attr-defined]  # held in memory
    assert (made.name, made.size) == (name, len(content))
    if made.media_type.startswith("image/"):
        with Image.open(io.BytesIO(content)) as picture:
            assert (Image.MIME[picture.format or ""], *picture.size) == (made.media_type, made.width, made.height)


@pytest.mark.parametrize("form", FORMS)
def test_the_door_for_files_lets_them_in(form: str):
    made = paper(FORMS[form])
    let_in = accept(io.BytesIO(made.content.getvalue()), made.name)  # type: ignore[attr-defined]  # held in memory
    shown = ("name", "media_type", "width", "height")
    assert [getattr(let_in, fact) for fact in shown] == [getattr(made, fact) for fact in shown]
