"""The face of every page: rendering, charts, the words of numbers and times, preferences, assets."""

import secrets
from functools import partial

from flask import Flask

from app.ui import assets, charts, preferences, text
from app.ui.render import Careful, render, shell
from app.ui.text import was_done

__all__ = ["init_app", "render", "was_done"]


def init_app(app: Flask) -> None:
    """Give `app` the templates, the filters and the built assets."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(text.FILTERS)
    app.jinja_env.globals.update(
        asset=assets.url,
        attrs_of=text.attrs_of,
        fresh_key=partial(secrets.token_urlsafe, 16),
        icon=assets.icon,
        sparkline_points=charts.sparkline_points,
        words=text.script_words,
    )
    app.jinja_env.undefined = Careful
    app.register_blueprint(assets.blueprint)
    app.add_url_rule("/static/<path:filename>", "static", assets.send)
    app.context_processor(shell)
    preferences.init_app(app)
