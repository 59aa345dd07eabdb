"""Built files under /static: an address that changes with the content, and bytes that may be kept for ever."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, request, send_file
from markupsafe import Markup

FOLDER = Path(__file__).with_name("static")
FOREVER = "public, max-age=31536000, immutable"
PRESSED = {".css", ".js", ".svg", ""}  # "" is vendor/LICENSES

# Only to bring the templates of app/ui along; it has no address of its own.
blueprint = Blueprint("ui", __name__, template_folder="templates")


@cache
def version(name: str) -> str:
    """A short hash of the content of the file `name` under static/."""
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]


@cache
def url(name: str) -> str:
    """The address of a built file; outside every organisation, so the browser keeps one copy for all of them."""
    return f"/static/{name}?v={version(name)}"


def icon(name: str, label: str = "") -> Markup:
    """An icon of the sprite; silent for screen readers unless it has a `label`."""
    voice = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon" {}><use href="{}#{}"/></svg>').format(
        voice, url("icons.svg"), name
    )


@cache
def pressed(name: str) -> bytes:
    """The file compressed once per process."""
    return gzip.compress((FOLDER / name).read_bytes(), mtime=0)


def send(filename: str) -> Response:
    """One built file: for ever under its fingerprint, otherwise to be asked for again."""
    path = (FOLDER / filename).resolve()
    if not path.is_file() or FOLDER not in path.parents:
        abort(404)
    name = path.relative_to(FOLDER).as_posix()
    answer = send_file(path, etag=version(name), conditional=True)
    if path.suffix in PRESSED:
        answer.vary.add("Accept-Encoding")
        if answer.status_code == 200 and "gzip" in request.accept_encodings:
            answer.direct_passthrough = False
            answer.set_data(pressed(name))
            answer.content_encoding = "gzip"
    fresh = request.args.get("v") == version(name)
    answer.headers["Cache-Control"] = FOREVER if fresh else "no-cache"
    return answer
