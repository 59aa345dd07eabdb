"""What the trail says of groups."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from app.accounts.permissions import Can
from app.audit import words
from app.deadlines.wording import say
from app.documents.kinds import kinds
from app.ui.text import money

_EVENTS: dict[str, Any] = {
    "group.opened": _l("Made a group"),
    "group.added": _l("Took cases into the group"),
    "group.removed": _l("Took a case out of the group"),
    "group.noted": _l("Wrote something down for all"),
    "group.filed": _l("Put papers in for all"),
    "group.ledger": _l("Wrote into the ledger"),
    "group.planned": _l("Laid down the plan"),
    "group.replanned": _l("Laid down the plan anew"),
    "group.amended": _l("Amended the plan"),
    "group.paid": _l("Noted a payment and shared it out"),
    "group.unpaid": _l("Declared that a payment does not count"),
    "group.settled": _l("Settled for all"),
    "group.papers": _l("Wrote one form for all"),
    "case.grouped": _l("Taken into a group"),
    "case.ungrouped": _l("Taken out of the group"),
    "case.group_ledger": _l("Wrote into the ledger of the group"),
    "case.group_paid": _l("Got a share of a payment"),
    "case.group_unpaid": _l("Lost a share of a payment that does not count"),
    "case.group_declined": _l("Did not consent to the plan of the group"),
    "case.group_amended": _l("Put what is open on other days, by the amended plan of the group"),
}


def detail(facts: dict[str, Any]) -> str:
    """Numbers, amounts and days of an entry."""
    said = [str(facts[name]) for name in ("group", "case") if facts.get(name)]
    said += [_("%(n)s cases", n=facts["cases"])] if facts.get("cases") else []
    said += [_("%(n)s files", n=facts["files"])] if facts.get("files") else []
    said += [say(kinds()[facts["form"]].title)] if facts.get("form") in kinds() else []
    said += [money(Decimal(str(facts[name])), cents=True) for name in ("total", "amount") if facts.get(name)]
    said += [_("%(n)s instalments", n=facts["count"])] if facts.get("count") else []
    said += [str(facts[name]) for name in ("on", "first") if facts.get(name)]
    if "settled" in facts:
        said.append(_("%(settled)s settled, %(refused)s not", settled=facts["settled"], refused=facts["refused"]))
        said += [_("%(n)s did not consent", n=facts["declined"])] if facts.get("declined") else []
    return " · ".join(said)


def _yuan(amount: Any) -> str:
    return str(money(Decimal(str(amount)), cents=True))


_AMOUNTS = {
    "claimed": words.Field(_l("Claimed"), _yuan),
    "offered": words.Field(lazy_pgettext("ledger", "Offered"), _yuan),
    "agreed": words.Field(_l("Agreed"), _yuan),
}
words.extend(
    _EVENTS,
    dict.fromkeys(_EVENTS, detail),
    {
        "case_group": words.Kind(
            _l("Group"), lambda entry: url_for("groups.show", number=entry.subject_number), Can.CASE_READ
        )
    },
    {"case.group_ledger": _AMOUNTS, "case.group_declined": _AMOUNTS},
)
