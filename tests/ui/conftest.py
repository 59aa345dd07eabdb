"""A bare application with nothing but the face, and pages written for the tests: no database is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader

from app import ui

TEMPLATES = Path(__file__).with_name("templates")
EAST = SimpleNamespace(slug="east", name="East Center", kind="center")
ANN = SimpleNamespace(name="Ann", role_label="Mediator", can=lambda permission: True)

PAGE = """
{% extends "base.html" %}
{% import "ui/lists.html" as lists %}
{% set greeting = "Good day" %}
{% block title %}Cases{% endblock %}
{% block content %}
<div id="rows">{% block rows %}{{ greeting }}{{ lists.empty("Nothing here") }}{% endblock %}</div>
{% endblock %}
"""


@pytest.fixture
def pages() -> dict[str, str]:
    """Templates of the test, by name; a test adds its own."""
    return {"page.html": PAGE}


@pytest.fixture
def face(pages: dict[str, str]) -> Flask:
    app = Flask("face", static_folder=None)
    app.config.update(SECRET_KEY="only for tests", TESTING=True, WTF_CSRF_TIME_LIMIT=None)
    Babel(app, locale_selector=ui.preferences.locale)
    CSRFProtect(app)
    ui.init_app(app)
    app.jinja_loader = ChoiceLoader([DictLoader(pages), FileSystemLoader(TEMPLATES)])
    app.context_processor(
        lambda: {
            "place": EAST, "me": ANN, "menu": [], "brand": {"city": "Riverton"}, "csp_nonce": "n0nce",
        }
    )  # fmt: skip
    app.add_url_rule("/page", "page", lambda: ui.render("page.html"))
    return app


@pytest.fixture
def show(face: Flask, pages: dict[str, str]) -> Iterator[Callable[..., str]]:
    """Renders a piece of template inside a request: `show("{{ 1|money }}")`."""

    def render(source: str, **facts: Any) -> str:
        return face.jinja_env.from_string(source).render(**facts)

    with face.test_request_context("/page?lang=en"):
        yield render
