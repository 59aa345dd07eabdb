"""The grounds of refusal and of ending (不予受理、终止调解): every rule has its own, under codes that all share.

The lists of the city hold those of Order 121. What another rule says otherwise stands in data/grounds_by_rule.csv, with
its article; of a rule that nothing is known of, no ground names an article or a number of days.
"""

from __future__ import annotations

import csv
from functools import cache

from flask_babel import gettext as _

from app.cases import lists
from app.cases.models import Case
from app.core import clock
from app.core.errors import Invalid
from app.deadlines import ClockState
from app.deadlines.calendar import Bilingual

LISTED_UNDER = "order-121"  # the rule whose grounds the lists of the city hold
ANY_OTHER = "*"
OUT_OF_TIME = "T5"


@cache
def _said() -> dict[tuple[str, str], dict[str, lists.Entry]]:
    """(profile, list) -> code -> Entry."""
    found: dict[tuple[str, str], dict[str, lists.Entry]] = {}
    with (lists.DATA / "grounds_by_rule.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            name = Bilingual(row["name"], row["name_en"])
            entry = lists.Entry(row["code"], name, source=row["source"])
            found.setdefault((row["profile"], row["listed"]), {})[row["code"]] = entry
    return found


def of(listed: str, profile: str) -> dict[str, lists.Entry]:
    """code -> Entry of the grounds that this rule knows, in its order."""
    if profile == LISTED_UNDER:
        return lists.entries(listed)
    own = _said().get((profile, listed))
    return own or {**lists.entries(listed), **_said().get((ANY_OTHER, listed), {})}


def named(profile: str, code: str | None) -> str:
    """The words for a ground, as this rule has it; the code itself where it has none."""
    if not code:
        return ""
    entry = of("refusal_grounds" if code.startswith("NA") else "ending_grounds", profile).get(code)
    return str(entry) if entry else code


def choices(listed: str, case: Case) -> list[tuple[str, str]]:
    """(code, words) for a field of choices."""
    return [(entry.code, f"{entry.code} {entry}") for entry in of(listed, case.profile_code).values()]


def check(listed: str, case: Case, code: str) -> None:
    """Raises Invalid for nothing, for a ground that the rule of the case does not know, and for time not run out."""
    if not code:
        raise Invalid("ground", _("Choose the ground."))
    if code not in of(listed, case.profile_code):
        raise Invalid("ground", _("This is not on the list."))
    limit = case.clock("mediation")
    if code != OUT_OF_TIME or limit is None:
        return
    if limit.state == ClockState.PAUSED:
        raise Invalid("ground", _("The time for mediation stands still, so it has not run out: let it go on first."))
    if clock.today() <= limit.due_on:
        raise Invalid("ground", _("The time for mediation has not run out: its last day is %(day)s.", day=limit.due_on))
