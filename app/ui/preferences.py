"""What a reader prefers on this device: language, size of text, light or dark, density.

Kept in cookies that hold one word of an allow-list, so the page is right before any script runs and without one.
`?size=large` on any page sets it and leads back to the same page.
"""

from urllib.parse import urlencode

from flask import Flask, has_request_context, redirect, request
from werkzeug.wrappers import Response

from app.core.privacy import tells_of_somebody

LANGUAGES = {"zh": "zh_Hans_CN", "en": "en"}
CHOICES: dict[str, tuple[str, ...]] = {
    "lang": tuple(LANGUAGES),
    "size": ("normal", "large"),
    "theme": ("auto", "light", "dark"),
    "density": ("normal", "compact"),
}
YEAR = 365 * 24 * 3600


def preference(name: str) -> str:
    """The reader's choice for `name`; the first one listed where none was made."""
    said = request.cookies.get(f"hp-{name}")
    return said if said in CHOICES[name] else CHOICES[name][0]


def locale() -> str:
    """The locale of this request, for Babel: Chinese unless the reader chose otherwise."""
    return LANGUAGES[preference("lang")] if has_request_context() else LANGUAGES["zh"]


def switch(name: str, value: str) -> str:
    """The address of this very page with one preference changed; a phone number in it is not passed on."""
    said = [
        (key, value)
        for key, value in request.args.items(multi=True)
        if key not in CHOICES and not tells_of_somebody(value)
    ]
    return f"{request.script_root}{request.path}?{urlencode([*said, (name, value)])}"


def remember() -> Response | None:
    """Keep what the address asks for, then go on to the same page without it."""
    said = {name: request.args[name] for name in CHOICES if name in request.args}
    if not said or request.method != "GET":
        return None
    rest = [(key, value) for key, value in request.args.items(multi=True) if key not in CHOICES]
    answer = redirect(f"{request.script_root}{request.path}" + (f"?{urlencode(rest)}" if rest else ""))
    for name, value in said.items():
        if value in CHOICES[name]:
            answer.set_cookie(f"hp-{name}", value, max_age=YEAR, samesite="Lax", secure=request.is_secure)
    return answer


def init_app(app: Flask) -> None:
    """Answer the switches before any view, and let templates ask."""
    app.before_request(remember)
    app.jinja_env.globals.update(preference=preference, switch=switch)
