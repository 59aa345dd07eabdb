import gzip
import re
from pathlib import Path

import pytest

from app.ui import assets

FOLDER = Path(assets.FOLDER)
LIMIT_PUBLIC = 150 * 1024


def test_a_fingerprinted_file_may_be_kept_for_ever_and_others_not(face):
    client = face.test_client()
    assert "immutable" in client.get(assets.url("hengping.css")).headers["Cache-Control"]
    assert client.get("/static/hengping.css?v=old").headers["Cache-Control"] == "no-cache"


def test_what_can_be_compressed_is_and_says_so(face):
    answer = face.test_client().get(assets.url("app.js"), headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert gzip.decompress(answer.data) == (FOLDER / "app.js").read_bytes()


@pytest.mark.parametrize("name", ["../assets.py", "..%2fassets.py", "missing.css", "", "vendor"])
def test_nothing_outside_the_built_files_is_served(face, name):
    assert face.test_client().get(f"/static/{name}").status_code == 404


def test_every_icon_that_a_template_names_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (FOLDER / "icons.svg").read_text()))
    named = {
        name
        for page in FOLDER.parents[1].rglob("templates/**/*.html")
        for name in re.findall(r'\bicon\("([\w-]+)"', page.read_text("utf-8"))
    }
    assert named <= sprite


def test_the_first_load_of_a_plain_page_stays_small():
    loaded = ("vendor/tabler.css", "hengping.css", "vendor/htmx.js", "app.js", "icons.svg", "favicon.svg")
    assert sum(len(assets.pressed(name)) for name in loaded) < LIMIT_PUBLIC


def test_nothing_built_speaks_to_another_host_or_writes_inline_styles():
    built = {path.name: path.read_text("utf-8") for path in FOLDER.rglob("*.*s*") if path.suffix in (".css", ".js")}
    for name, text in built.items():
        assert not re.search(r"url\(['\"]?https?:|@import", text), name
    assert 'setAttribute("style"' not in built["app.js"] + built["charts.js"]


def test_the_licences_of_all_that_is_built_in_are_there():
    licences = (FOLDER / "vendor/LICENSES").read_text("utf-8")
    for name in ("@tabler/core", "@tabler/icons", "htmx.org", "echarts", "zrender", "tslib"):
        assert f"\n{name} " in licences
