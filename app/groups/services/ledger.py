"""Writing the ledger: what each claims, is offered, and agrees to."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from app import audit
from app.core.errors import Invalid
from app.core.sharing import FEN
from app.groups import queries
from app.groups.models import CaseGroup
from app.groups.queries import NOTHING, Line
from app.groups.services.changes import lock, record

LEDGER = audit.Watch(codes=("claimed", "offered", "agreed"))


def enter(
    group: CaseGroup, by: Any, given: Mapping[UUID, Mapping[str, Decimal | None]], *, seen: int | None = None
) -> int:
    """Write amounts into the lines of some members: member -> claimed, offered, agreed; how many lines changed.

    What a settled case agreed on stays as it was signed. Raises Changed when `seen` is not the version any more: a
    ledger is sent as a whole, and would put back what somebody else has written since.
    """
    lock(group, by, seen=seen)
    changed = 0
    for line in queries.ledger(group):
        member, was = line.member, LEDGER.look(line.member)
        for name, amount in given.get(member.id, {}).items():
            if name == "agreed" and amount != member.agreed:
                _may_agree(line)
            setattr(member, name, amount)
        if changes := LEDGER.since(was, member):
            audit.record("case.group_ledger", line.case, by, facts={"group": group.number}, changes=changes)
            changed += 1
    if changed:
        record("group.ledger", group, by, facts={"cases": changed})
    return changed


def _may_agree(line: Line) -> None:
    if not line.is_under_way:
        raise Invalid("agreed", _("%(number)s is decided: what was agreed stays.", number=line.case.number))


def offer(group: CaseGroup, by: Any, *, percent: Decimal, agreed: bool = False, seen: int | None = None) -> int:
    """The merchant offers everybody the same share of what they claim; with `agreed`, they agree to it.

    Who did not consent to the plan agrees for themselves, if they do.
    """
    lock(group, by, seen=seen)
    if not 0 < percent <= 100:
        raise Invalid("percent", _("Between 1 and 100, please."))
    lines = [line for line in queries.ledger(group) if line.is_under_way and line.member.claimed is not None]
    if not lines:
        raise Invalid("percent", _("Nobody who is still open has said a claim."))
    shares = {line.member.id: ((line.member.claimed or NOTHING) * percent / 100).quantize(FEN) for line in lines}
    alone = {line.member.id for line in lines if line.declined}
    given = {
        key: {"offered": share, **({"agreed": share} if agreed and key not in alone else {})}
        for key, share in shares.items()
    }
    return enter(group, by, given)
