"""Built files under /static: an address that changes with the content, and bytes that may be kept for ever."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, request
from markupsafe import Markup

FOLDER = Path(__file__).with_name("static")
FOREVER = "public, max-age=31536000, immutable"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

# Only to bring the templates of app/ui along; it has no address of its own.
blueprint = Blueprint("ui", __name__, template_folder="templates")


@cache
def content(name: str) -> bytes:
    """The bytes of the built file `name`; there are few and they never change while the server runs."""
    return (FOLDER / name).read_bytes()


@cache
def version(name: str) -> str:
    """A short hash of the content of the file `name`."""
    return hashlib.sha256(content(name)).hexdigest()[:12]


@cache
def pressed(name: str) -> bytes:
    """The file compressed, once per process."""
    return gzip.compress(content(name), mtime=0)


@cache
def url(name: str) -> str:
    """The address of a built file; outside every organisation, so the browser keeps one copy for all of them."""
    return f"/static/{name}?v={version(name)}"


def icon(name: str, label: str = "") -> Markup:
    """An icon of the sprite; silent for screen readers unless it has a `label`."""
    voice = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon" {}><use href="{}#{}"/></svg>').format(voice, url("icons.svg"), name)


def send(filename: str) -> Response:
    """One built file: for ever under its fingerprint, otherwise to be asked for again."""
    path = (FOLDER / filename).resolve()
    if not path.is_file() or FOLDER not in path.parents:
        abort(404)
    name = path.relative_to(FOLDER).as_posix()
    answer = Response(mimetype=TYPES.get(path.suffix, "text/plain"))
    press = request.accept_encodings["gzip"] > 0
    answer.set_data(pressed(name) if press else content(name))
    if press:
        answer.content_encoding = "gzip"
    answer.vary.add("Accept-Encoding")
    answer.set_etag(f"{version(name)}{'-gz' if press else ''}")
    answer.headers["Cache-Control"] = FOREVER if request.args.get("v") == version(name) else "no-cache"
    answer.make_conditional(request)
    return answer
