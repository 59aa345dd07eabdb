"""How amounts, numbers and times are written for people."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.core import clock
from app.core.privacy import redact

NOTHING = "—"
_BETWEEN, _DIALLED = re.compile(r"[\s()‐–—-]"), re.compile(r"\+?[0-9]{5,15}")
_LATIN, _HAN = re.compile(r"[A-Za-z]{2} ?[a-z]{2}"), re.compile(r"[\u4e00-\u9fff]")
CHINESE_STEPS: tuple[tuple[int, str], ...] = ((10**8, "亿"), (10**4, "万"))
ENGLISH_STEPS: tuple[tuple[int, str], ...] = ((10**6, "M"), (10**3, "K"))


def chinese() -> bool:
    """Whether the reader reads Chinese; true outside a request."""
    locale = get_locale()
    return locale is None or locale.language == "zh"


def tongue(said: object) -> Markup:
    """The attribute that says a text is English, for those who have a page read to them; nothing for any other."""
    text = str(said)
    return Markup(' lang="en"') if _LATIN.search(text) and not _HAN.search(text) else Markup()


def number(value: float | Decimal | None, places: int | None = None) -> str:
    """12345.6 -> 12,345.6; `places` fixes the decimals; nothing is a dash."""
    if value is None:
        return NOTHING
    pattern = "#,##0.###" if places is None else f"#,##0.{'0' * places}".rstrip(".")
    return str(format_decimal(value, pattern, locale="en"))


def up_to(value: int | None, most: int | None) -> str:
    """12, or 99+ of what was counted no further than 99; empty for none."""
    if not value:
        return ""
    return number(value) if most is None or value <= most else f"{number(most)}+"


def money(value: float | Decimal | None, short: bool = False, cents: bool = False) -> str:
    """4680 -> ¥4,680; `cents` always shows them; `short` counts in 万 (¥428.6万), or in thousands and millions."""
    if value is None:
        return NOTHING
    exact = Decimal(value)
    if short and abs(exact) >= 10_000:
        steps = CHINESE_STEPS if chinese() else ENGLISH_STEPS
        size, unit = next(step for step in steps if abs(exact) >= step[0])
        return f"¥{number(exact / size, 1)}{unit}"
    return f"¥{number(exact, 2 if cents or exact != exact.to_integral_value() else 0)}"


def percent(share: float | None, places: int = 1) -> str:
    """0.968 -> 96.8%."""
    return NOTHING if share is None else f"{number(share * 100, places)}%"


def day(value: date | datetime | None, short: bool = False) -> str:
    """2026-09-16; `short` leaves out the year when it is this one."""
    if value is None:
        return NOTHING
    on = clock.on(value) if isinstance(value, datetime) else value
    return f"{on:%m-%d}" if short and on.year == clock.today().year else f"{on:%Y-%m-%d}"


def when(value: datetime | None, year: bool = False) -> str:
    """11-20 15:10 local time; with the year when it is not this one, or when paper is to keep it."""
    if value is None:
        return NOTHING
    local = clock.local(value)
    return f"{day(value, short=not year)} {local:%H:%M}"


def moment(value: date | datetime | None) -> Markup:
    """A <time> element: short to read, exact for machines and on hover."""
    if value is None:
        return escape(NOTHING)
    if not isinstance(value, datetime):
        return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), day(value))
    local = clock.local(value)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        local.isoformat(timespec="seconds"), f"{local:%Y-%m-%d %H:%M:%S}", when(value)
    )


def dial(number: object) -> str:
    """0309-6020315转802 -> tel:03096020315;ext=802, where a click calls it; empty for what is masked or no number."""
    main, _turn, extension = unicodedata.normalize("NFKC", str(number or "")).partition("转")
    digits = _BETWEEN.sub("", main)
    if not _DIALLED.fullmatch(digits):
        return ""
    return f"tel:{digits};ext={extension}" if extension.isdecimal() else f"tel:{digits}"


def was_done(what: object) -> str:
    """What is told on top of the next page: that a step was taken, in the words of its timeline."""
    return str(_("Done: %(what)s", what=what))


def filesize(size: int) -> str:
    """18.4 MB, 312 KB."""
    return f"{number(size / 2**20, 1)} MB" if size >= 2**20 else f"{number(max(1, size / 2**10), 0)} KB"


def attrs_of(*sets: dict[str, Any]) -> dict[str, Any]:
    """Attributes of a control put together, later ones winning, those without a value left out."""
    return {key: value for each in sets for key, value in each.items() if value is not None}


FILTERS: dict[str, Callable[..., Any]] = {
    "day": day, "dial": dial, "filesize": filesize, "moment": moment, "money": money, "number": number,
    "percent": percent, "redacted": redact, "tongue": tongue, "when": when,
}  # fmt: skip


def script_words() -> dict[str, str]:
    """What the scripts say, in the reader's language."""
    return {
        "leave": _("What you typed has not been saved. Leave the page?"),
        "restored": _("Your draft of %(when)s is back.", when="{when}"),
        "discard": _("Discard the draft"),
        "copied": _("Copied."),
        "expiring": _("You will be signed out in two minutes because nothing happened for a while."),
        "ending": _("A session lasts twelve hours: in two minutes you will be signed out. Save what you have begun."),
        "stay": _("Stay signed in"),
        "stayed": _("You stay signed in."),
        "signedOut": _("You have been signed out. Sign in in a new tab, then try again: what you typed is still here."),
        "signIn": _("Sign in"),
        "refused": _("You may not do this."),
        "gone": _("This is no longer here. Reload the page."),
        "conflict": _("Somebody else was faster. Reload the page to see how it stands now."),
        "tooMany": _("Too many attempts. Please wait a little."),
        "failed": _("The server could not do this. Nothing was lost; please try again."),
        "offline": _("No connection to the server. Nothing was lost; please try again."),
        "timeout": _("The server takes too long to answer. Please try again."),
        "again": _("Try again"),
        "tooBig": _("too big, at most %(limit)s", limit="{limit}"),
        "tooManyFiles": _("At most %(limit)s files at a time.", limit="{limit}"),
        "remove": _("Remove"),
        "left": _("%(n)s characters left", n="{n}"),
        "over": _("%(n)s characters too many", n="{n}"),
        "colleagues": _("Colleagues: arrow keys choose, Enter takes, Escape closes"),
        "inserted": _("Inserted where the cursor was."),
        "keysOn": _("Keyboard shortcuts are on."),
        "keysOff": _("Keyboard shortcuts are off."),
        "updated": _("Updated."),
    }
