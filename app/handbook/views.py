"""The handbook: its contents, the search in it, and its chapters. For anybody, signed in or not."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from app.accounts import me
from app.core.area import ANYONE, SIGNED_IN, Area
from app.core.errors import Missing
from app.core.forms import narrow
from app.core.privacy import tells_of_somebody
from app.handbook import book, services
from app.handbook.about import address, kind, language
from app.handbook.contents import CHAPTERS, KINDS, Chapter
from app.ui import render

LONGEST = 60

handbook = Area("handbook", __name__, outside=True)


@handbook.page("/help", allow=ANYONE)
def index() -> Any:
    said = _sought(request.args.get("q"))
    hits = book.find(said, language())
    return render("handbook/index.html", said=said, hits=hits, shelves=_shelves())


@handbook.page("/help", allow=ANYONE, methods=("POST",))
def look_up() -> Any:
    """By POST, as all that is typed: a number of somebody goes into no address."""
    said = narrow(request.form.get("q"))[:LONGEST]
    if tells_of_somebody(said):
        flash(_("The handbook is searched for words. Phone and ID numbers are not looked for here."), "warn")
        said = ""
    return redirect(url_for(".index", q=said or None), 303)


@handbook.page("/help/<code>", allow=ANYONE)
def chapter(code: str) -> Any:
    if code not in CHAPTERS:
        raise Missing
    text = book.text_of(code, language())
    parts = [(part, part.html(address)) for part in text.parts]
    found = CHAPTERS[code]
    return render(
        "handbook/chapter.html", chapter=found, whose=_whose(found), text=text, parts=parts, shelves=_shelves()
    )


@handbook.page("/first-steps/put-away", allow=SIGNED_IN, methods=("POST",))
def put_away() -> Any:
    services.put_away(me())
    flash(_("The first steps are put away. Under “Help” you find them again."))
    return redirect(url_for("portal.home"), 303)


@handbook.page("/first-steps/take-out", allow=SIGNED_IN, methods=("POST",))
def take_out() -> Any:
    services.take_out(me())
    return redirect(url_for("portal.home"), 303)


def _whose(chapter: Chapter) -> str:
    """Intake clerk, Director; with the kind of organisation where there is more than one."""
    if not chapter.can:
        return _("everybody")
    said = {kind: _(", ").join(map(str, roles)) for kind, roles in chapter.whose.items()}
    if len(said) == 1:
        return next(iter(said.values()))
    return _("; ").join(f"{KINDS[kind]}{_(': ')}{roles}" for kind, roles in said.items())


def _sought(said: str | None) -> str:
    words = narrow(said)[:LONGEST]
    return "" if tells_of_somebody(words) else words


def _shelves() -> list[tuple[Any, list[tuple[str, str]]]]:
    """(for whom, [(code, title)]): what is everybody's first, then that of the organisation that is entered."""
    said, here = language(), kind()
    order = sorted(KINDS, key=lambda one: one != here)
    shelves = [(_("For everybody"), [code for code, one in CHAPTERS.items() if len(one.kinds) == len(KINDS)])]
    shelves += [(KINDS[one], [code for code, it in CHAPTERS.items() if it.kinds == (one,)]) for one in order]
    return [(whose, [(code, book.text_of(code, said).title) for code in codes]) for whose, codes in shelves]
