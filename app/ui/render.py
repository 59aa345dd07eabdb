"""A page, or the one block of it that htmx asked for."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, render_template, request
from flask_babel import get_locale
from jinja2 import StrictUndefined, Undefined
from jinja2.runtime import Context
from jinja2.utils import missing


class Careful(StrictUndefined):
    """A misspelt name or attribute is a fault; a key left out of a dict of options is simply not there."""

    def __new__(cls, hint: str | None = None, obj: Any = missing, name: str | None = None, *args: Any) -> Any:
        if isinstance(obj, Mapping):
            return Undefined(hint, obj, name, *args)
        return super().__new__(cls)


def wanted(context: Context, block: str | None) -> str | None:
    """The name of the block to send alone: `block`, or the one the target's id names; None for the whole page."""
    headers = request.headers
    if "HX-Request" not in headers or "HX-Boosted" in headers or "HX-History-Restore-Request" in headers:
        return None
    named = block or headers.get("HX-Target", "").replace("-", "_")
    return named if named in context.blocks else None


def render(page: str, *, block: str | None = None, **facts: Any) -> str:
    """`page` with `facts`; for htmx only the block that is its target, with the title of the page."""
    if "HX-Request" not in request.headers:
        return render_template(page, **facts)
    current_app.update_template_context(facts)
    template = current_app.jinja_env.get_template(page)
    context = template.new_context(facts)
    # Up to its first visible output the page runs its own imports and sets, and learns the blocks it inherits.
    output = template.root_render_func(context)
    opening = ""
    while not opening.strip() and (piece := next(output, None)) is not None:
        opening += piece
    named = wanted(context, block)
    if named is None:
        return opening + "".join(output)
    title = "".join(context.blocks["full_title"][-1](context)) if "full_title" in context.blocks else ""
    body = "".join(context.blocks[named][0](context))
    return (f"<title>{title.strip()}</title>\n" if title else "") + body


def shell() -> dict[str, Any]:
    """What base.html and plain.html rely on when a view says nothing about it."""
    return {
        "root": request.script_root,
        "lang": str(get_locale() or "zh_Hans_CN").replace("_", "-"),
        "form": None,
    }
