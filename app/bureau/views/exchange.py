"""What organisations hand to each other, without what only the two may read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import request

from app import deadlines
from app.accounts.permissions import Can
from app.bureau import boards, queries
from app.bureau.views import bureau
from app.core import clock
from app.facts import periods
from app.handoffs import packet, story
from app.handoffs import queries as handoffs
from app.handoffs.kinds import KINDS
from app.ui import render
from tenants.registry import registry


@bureau.page("/exchange", allow=Can.HANDOFF_READ)
def exchange() -> Any:
    view = queries.EXCHANGE.read(request.args)
    period = view.values.get("sent") or periods.this_month(clock.today())
    flows = handoffs.flows(clock.at(period.since), clock.at(period.until + timedelta(days=1)), clock.today())
    found = queries.exchange(view)
    return render(
        "bureau/exchange.html",
        view=view,
        found=found,
        rows=boards.exchange_rows(found.rows),
        period=period,
        flows=boards.flow_chart(flows, period),
        months=periods.choices(clock.today()),
    )


@bureau.page("/exchange/limits", allow=Can.HANDOFF_READ)
def limits() -> Any:
    """The limits of those who were asked, one by one: what the shares of punctuality are made of."""
    view = queries.LIMITS.read(request.args)
    found, rows = queries.limits(view)
    return render(
        "bureau/limits.html",
        view=view,
        found=found,
        rows=boards.limit_rows(rows),
        months=periods.choices(clock.today()),
    )


@bureau.page("/exchange/<reference>", allow=Can.HANDOFF_READ)
def handoff(reference: str) -> Any:
    """Numbers, parties, status, clocks and steps; the packet and the whole words stay with the two."""
    found, today = handoffs.by_reference(reference), clock.today()
    return render(
        "bureau/handoff.html",
        handoff=found,
        kind=KINDS[found.kind],
        sender=registry.by_id(found.sender_id),
        receiver=registry.by_id(found.receiver_id),
        flow=story.flow(found),
        timeline=story.timeline(handoffs.story(found)),
        matter=story.matter(found),
        ledger=handoffs.ledger(found),
        fields=packet.FIELDS,
        clocks=[deadlines.view(one, today) for one in found.clocks],
    )
