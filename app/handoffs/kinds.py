"""The kinds of handoff as data: who may send it to whom, how it is numbered, what lies in its packet by default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.states import State
from tenants.realm import Place
from tenants.registry import registry

FULL, MASKED = "full", "masked"


class ReturnReason(State):
    """Why something is returned; the words come with it."""

    ELSEWHERE = "elsewhere", _l("The merchant is not in our area")
    NOT_OURS = "not_ours", _l("Not a matter of ours")
    INCOMPLETE = "incomplete", _l("The material is not enough to act on")
    DUPLICATE = "duplicate", _l("We have this matter already")
    COURT = "court", _l("Before a court or an arbitrator")
    OTHER = "other", _l("Another reason")


@dataclass(frozen=True)
class Kind:
    """One kind of handoff. Its life stands in `workflow`, under the same code."""

    code: str
    label: Any
    prefix: str  # of its numbers: ZB-2026-000207
    verb: Any  # on the button of a case
    explain: Any  # one sentence above the form
    senders: frozenset[str]  # kinds of organisation
    receivers: frozenset[str]
    fields: Mapping[str, str] = field(default_factory=dict)  # what is ticked when the form opens: code -> extent
    moves_case: bool = False  # the sender's case goes with it, and the receiver opens its own
    bases: Mapping[str, str] = field(default_factory=dict)  # the provision that is proposed: rule of the case -> it

    def basis_for(self, profile: str) -> str:
        """The provision to hand a case over by, under the rule that the case goes by; "" stands for every other."""
        return self.bases.get(profile, self.bases.get("", ""))

    def receivers_for(self, sender: Place) -> list[Place]:
        """The organisations that `sender` may send it to."""
        if sender.kind not in self.senders:
            return []
        return [
            place
            for place in registry.places().values()
            if place.active and place.kind in self.receivers and place.id != sender.id
        ]


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            "referral",
            _l("Referral"),
            prefix="YS",
            verb=_l("Refer to another county"),
            explain=_l(
                "The other county takes the case over by opening its own from what you send. Until it has, the case "
                "is yours and its time limits run on; if it is returned, the case is back on your desk."
            ),
            senders=frozenset({"center"}),
            receivers=frozenset({"center"}),
            fields={"name": FULL, "phone": FULL, "story": FULL, "demand": FULL},
            moves_case=True,
            bases={
                "order-20": "市场监督管理投诉举报处理暂行办法 第十二条",
                "order-121": "市场监督管理投诉举报处理办法 第十二条",
            },
        ),
        Kind(
            "request",
            _l("Department request"),
            prefix="ZB",
            verb=_l("Ask a department"),
            explain=_l("The department looks into what you ask and answers you. The case stays with you."),
            senders=frozenset({"center"}),
            receivers=frozenset({"department"}),
            fields={"story": MASKED, "demand": FULL},
            bases={"": "消费者权益保护法实施条例 第二十八条"},
        ),
    )
}
# Accepted is the end of some and the beginning of work for others: lists are told apart by it.
TAKEN_OVER = tuple(kind.code for kind in KINDS.values() if kind.moves_case)


def kinds_for(sender: Place) -> list[Kind]:
    """The kinds that this organisation may send."""
    return [kind for kind in KINDS.values() if kind.receivers_for(sender)]
