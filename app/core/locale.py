"""Chinese first; English for whoever chooses it. Only languages from the list are taken."""

from __future__ import annotations

from flask import Flask, Response, has_request_context, request
from flask_babel import Babel, get_locale

LOCALES = {"zh_Hans_CN": "中文", "en": "English"}
DEFAULT = "zh_Hans_CN"
COOKIE = "hp-lang"


def chosen() -> str:
    wish = request.cookies.get(COOKIE, "") if has_request_context() else ""
    return wish if wish in LOCALES else DEFAULT


def remember(response: Response, wish: str) -> Response:
    """Keep the choice of language for a year; anything not on the list is the default."""
    response.set_cookie(
        COOKIE, wish if wish in LOCALES else DEFAULT, max_age=31_536_000, secure=True, httponly=True, samesite="Lax"
    )
    return response


def init_app(app: Flask) -> None:
    Babel(app, locale_selector=chosen)
    app.context_processor(
        lambda: {"locale": str(get_locale()), "lang": "en" if str(get_locale()) == "en" else "zh-CN", "locales": LOCALES}
    )
