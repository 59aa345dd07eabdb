"""What the trail says of the ledger of a joint complaint: numbers and days, and nobody's name."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.audit import words
from app.ui.text import money

_EVENTS: dict[str, Any] = {
    "case.shares": _l("Wrote into the ledger of the joint complaint"),
    "case.share_paid": _l("Noted a payment to one of those who complain together"),
    "case.share_unpaid": _l("Declared that a payment to one of them does not count"),
    "case.taken_out": _l("Took out who declined the settlement, into a case of their own"),
    "case.shares_taken": _l("Took the ledger of the joint complaint with whole names"),
}


def detail(facts: dict[str, Any]) -> str:
    """Which lines, how much, how many have answered."""
    said = []
    if "position" in facts:
        said.append(_("No. %(n)s in the list", n=facts["position"] + 1))
    if facts.get("other"):
        said.append(str(facts["other"]))
    if "people" in facts:
        said.append(ngettext("%(num)d person", "%(num)d people", facts["people"]))
    said += [_("Instalment %(n)s", n=facts["part"])] if facts.get("part") else []
    said += [money(Decimal(str(facts[name])), cents=True) for name in ("total", "amount") if facts.get(name)]
    if "consent" in facts:
        said.append(_("%(yes)s agree, %(no)s do not", yes=facts["consent"], no=facts["decline"]))
    said += [str(facts["on"])] if facts.get("on") else []
    said += [_("%(n)s files", n=facts["files"])] if facts.get("files") else []
    return " · ".join(said)


words.extend(_EVENTS, dict.fromkeys(_EVENTS, detail))
