"""The ledger as a picture: how claims and offers come towards each other, round by round."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from flask_babel import gettext as _

from app.mediation.models import MediationOffer
from app.ui.charts import Chart, Series
from app.ui.text import money


def ladder(offers: Sequence[MediationOffer]) -> Chart | None:
    """A line for each side, over the rounds; None where no amount was said."""
    rounds = sorted({one.round for one in offers})
    said = {(one.side, one.round): one.amount for one in offers if one.amount is not None}
    if not said:
        return None
    titles = {"consumer": _("The consumer asks for"), "merchant": _("The merchant offers")}
    titles["mediator"] = _("The mediator proposes")
    series = [
        Series(title, [_plain(said.get((side, one))) for one in rounds])
        for side, title in titles.items()
        if any(key == side for key, _round in said)
    ]
    labels = [_("Round %(n)s", n=one) for one in rounds]
    return Chart("line", _("Claims and offers"), labels, series, unit=_("yuan"), by=_("Round"), note=between(offers))


def between(offers: Sequence[MediationOffer]) -> str:
    """How far the two are from each other by what they said last."""
    last = {one.side: one.amount for one in offers if one.amount is not None}
    claim, offer = last.get("consumer"), last.get("merchant")
    if claim is None or offer is None:
        return ""
    if claim <= offer:
        return _("The offer reaches the claim.")
    return _("%(much)s lie between them.", much=money(claim - offer, cents=True))


def _plain(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
