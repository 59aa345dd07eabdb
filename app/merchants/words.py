"""The words for what happens to the register, in the trail."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from app.accounts.permissions import Can
from app.audit import words
from app.audit.words import Field


def _both(facts: dict[str, Any]) -> str:
    return f"{facts.get('merged', '')} → {facts.get('into', '')}"


words.extend(
    {
        "merchant.added": _l("Entered a merchant in the register"),
        "merchant.changed": _l("Changed a merchant's entry"),
        "merchant.merged": _l("Merged two entries of one merchant"),
        "merchant.parted": _l("Undid the merging of two entries"),
        "merchant.apart": _l("Found two entries to be two merchants"),
    },
    {
        "merchant.added": lambda facts: facts.get("credit_code") or "",
        **dict.fromkeys(("merchant.merged", "merchant.parted", "merchant.apart"), _both),
    },
    {
        "merchant": words.Kind(
            _l("Merchant"), lambda entry: url_for("merchants.show", number=entry.subject_number), Can.MERCHANT_READ
        )
    },
    {
        "merchant": {
            "name": Field(_l("Registered name")),
            "sign": Field(_l("Shop sign")),
            "credit_code": Field(_l("Credit code")),
            "trade": Field(_l("Trade")),
            "address": Field(_l("Address")),
            "region_code": Field(_l("Region code")),
            "contact_name": Field(_l("Whom to call there")),
            "contact_phone": Field(_l("Telephone there")),
        }
    },
)
