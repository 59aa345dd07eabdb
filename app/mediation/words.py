"""The words for what happens in mediation: in the trail and in the stories of cases."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.audit import words
from app.audit.words import Field
from app.core import clock
from app.mediation.models import ConfirmationState
from app.mediation.services.offers import SIDES as OFFERED_BY
from app.mediation.services.sessions import ASKED_BY, WAYS
from app.mediation.workflow import SESSION
from app.ui.text import money

_STEPS = {step.name: step.done for step in SESSION.by_name.values()}
_ON_A_CASE = {
    "case.mediation_arrange": _l("Arranged a session"),
    "case.mediation_recuse": _l("Decided on a recusal"),
    "case.mediation_offer": _l("Noted a claim or an offer"),
    **{f"case.mediation_{name}": done for name, done in _STEPS.items()},
    "case.instalment_done": _l("Noted that an instalment was performed"),
    "case.instalment_failed": _l("Noted that an instalment was not performed"),
    "case.instalment_due": _l("Took back what was noted of an instalment"),
    "case.confirmation_noted": _l("Noted how far the judicial confirmation is"),
    "case.confirmation_pack": _l("Bound the application for judicial confirmation into one PDF"),
}


def detail(facts: dict[str, Any]) -> str:
    """Which session, when; of a recusal, who asked and how it was decided."""
    said = []
    if facts.get("session"):
        said.append(_("Session %(n)s", n=facts["session"]))
    if facts.get("part"):
        said.append(_("Instalment %(n)s", n=facts["part"]))
    if facts.get("status"):
        said.append(str(ConfirmationState(facts["status"]).label))
    if facts.get("on"):
        said.append(str(facts["on"]))
    if facts.get("people"):
        said.append(ngettext("%(num)d person", "%(num)d people", facts["people"]))
    if facts.get("files"):
        said.append(_("%(n)s files", n=facts["files"]))
    if facts.get("at"):
        said.append(str(facts["at"]).replace("T", " "))
    if facts.get("side"):
        said += [_("Round %(n)s", n=facts["round"]), str(OFFERED_BY[facts["side"]])]
    if facts.get("amount"):
        said.append(money(Decimal(facts["amount"]), cents=True))
    if facts.get("asked_by"):
        said.append(_("asked for by %(whom)s", whom=ASKED_BY[facts["asked_by"]]))
        said.append(_("granted") if facts.get("granted") else _("not granted"))
    return " · ".join(said)


_WHAT = {
    "name": Field(_l("Name")),
    "active": Field(_l("In use"), lambda value: _("yes") if value else _("no")),
}
words.extend(
    events={
        **_ON_A_CASE,
        **{f"mediation.{name}": done for name, done in _STEPS.items()},
        "mediator.entered": _l("Entered a mediator in the register"),
        "mediator.changed": _l("Changed a mediator's entry"),
        "room.added": _l("Added a room"),
        "room.changed": _l("Changed a room"),
        "feed.made": _l("Made a link for a calendar"),
        "feed.taken_back": _l("Took the link for a calendar back"),
    },
    details=dict.fromkeys(_ON_A_CASE, detail),
    kinds={
        "mediation_session": words.Kind(_l("Mediation session")),
        "mediator": words.Kind(_l("Mediator")),
        "mediation_room": words.Kind(_l("Room")),
    },
    fields={
        "mediator": {
            **_WHAT,
            "office": Field(_l("Belongs to")),
            "speciality": Field(_l("Speciality")),
            "contract": Field(_l("Entrusted by")),
            "until": Field(_l("Entrusted until")),
            "phone": Field(_l("Phone")),
        },
        "room": {**_WHAT, "place": Field(_l("Where it is")), "seats": Field(_l("Seats"))},
        "case.confirmation_noted": {
            "effective_on": Field(_l("In force since")),
            "applied_on": Field(_l("Applied on")),
            "decided_on": Field(_l("Decided on")),
            "court": Field(_l("Court")),
            "reference": Field(_l("Number of the court")),
        },
        "mediation": {
            "starts_at": Field(_l("Time"), lambda at: f"{clock.local(datetime.fromisoformat(at)):%Y-%m-%d %H:%M}"),
            "lasts": Field(_l("Length in minutes")),
            "way": Field(_l("How"), lambda code: str(WAYS[code])),
            "place": Field(_l("Where, if it is no room of ours")),
            "consumers": Field(_l("Comes for the consumer")),
            "merchants": Field(_l("Comes for the business")),
        },
    },
)
