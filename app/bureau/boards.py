"""What the bureau's pages show of the figures: cards, rows and charts, each number with the address of its list."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app import deadlines
from app.bureau import queries
from app.cases import lists
from app.core import clock
from app.facts import periods
from app.facts import queries as facts
from app.facts.measures import MEASURES, Change, Figure
from app.facts.periods import Period
from app.handoffs import queries as handoffs
from app.handoffs import story as exchange
from app.handoffs.kinds import KINDS
from app.handoffs.models import Handoff, HandoffClock
from app.ui.charts import Chart, Flow, Series
from app.ui.text import money, number, percent
from tenants.realm import Place
from tenants.registry import registry

CARDS = ("received", "open", "late", "on_time", "settlement", "recovered")
MONTHS = 12
CATEGORIES = 5  # in the chart by themselves; the rest together
FLOWS = 16
NOW, YEAR_AGO, BEFORE = "now", "year ago", "before"


def overview(period: Period) -> dict[str, Any]:
    """The city: six figures, the counties side by side, the flows, the trend, the departments, what burns."""
    counties = queries.counties()
    places = [place.id for place in counties]
    sums, standing = facts.sums(_compared(period), places), facts.standing(places)
    flows = handoffs.flows(clock.at(period.since), clock.at(period.until + timedelta(days=1)), clock.today())
    return {
        "cards": _cards(sums, facts.altogether(standing), period),
        "rows": _counties(counties, sums, standing, period),
        "total": _total(sums, standing, period),
        "trend": trend(period, places),
        "flows_left_out": len({(flow.sender, flow.receiver) for flow in flows}) > FLOWS,
        "flows": flow_chart(flows, period),
        "punctuality": _departments(period),
        "burning": _burning(counties, standing),
        **_age(facts.counted_at(places)),
    }


def county(place: Place, period: Period) -> dict[str, Any]:
    """One county: the same figures, every measure with what it is made of, what burns there."""
    places = [place.id]
    sums, standing = facts.sums(_compared(period), places), facts.standing(places)[place.id]
    problems = facts.by_month("received", "problem", period.since, period.until, places)
    burning = queries.burning(places)
    return {
        "cards": _cards(sums, standing, period, place),
        "measures": measures(sums, place, period),
        "trend": trend(period, places, place),
        "problems": _problems(problems, place, period),
        "burning": burning,
        "clocks": queries.clocks_of(burning),
        **_age(facts.counted_at(places)),
    }


def _compared(period: Period) -> dict[str, Period]:
    return {NOW: period, YEAR_AGO: period.year_ago(), BEFORE: period.before()}


# Figures --------------------------------------------------------------------------------------------------------------


def said(figure: Figure) -> str:
    """A value as it is written: 3,482 · ¥428.6万 · 96.8% · 21.4."""
    if figure.measure.unit == "yuan":
        return money(figure.value, short=True)
    if figure.measure.unit == "share":
        return percent(None if figure.value is None else float(figure.value))
    return number(figure.value, 1 if figure.measure.unit == "days" else 0)


# Of what a share is made, the list behind either number.
_PARTS = {"acceptance": ("accepted", "received"), "on_time": ("kept", "closed"), "settlement": ("settlement", "closed")}


def parts(figure: Figure, period: Period, place: Place | None = None) -> list[dict[str, Any]]:
    """What a share is made of, 161 / 173, each with the list behind it where there is one."""
    if figure.of is None:
        return []
    behind = _PARTS.get(figure.measure.code)
    urls = [address(code, period, place) for code in behind] if behind else [None, None]
    sizes = (figure.amount, figure.of)
    return [{"n": number(n), "url": url if n else None} for n, url in zip(sizes, urls, strict=True)]


def moved(change: Change) -> str:
    """12.4% or, for shares, 1.9 points."""
    amount = number(abs(change.amount), 1)
    return _("%(amount)s points", amount=amount) if change.points else f"{amount}%"


def _arrow(change: Change | None) -> dict[str, Any]:
    if change is None or not round(change.amount, 1):  # what would be written as 0.0 is no change
        return {"change": "", "arrow": "up", "good": None}
    return {"change": moved(change), "arrow": "down" if change.amount < 0 else "up", "good": change.good}


def _cards(
    sums: facts.Sums, standing: facts.Standing, period: Period, place: Place | None = None
) -> list[dict[str, Any]]:
    cards = []
    for code in CARDS:
        measure = MEASURES[code]
        key = place.id if place else None
        figure = standing.figure(code) if measure.live else sums.figure(code, NOW, key)
        then = None if measure.live else sums.figure(code, YEAR_AGO, key)
        earlier = None if measure.live else sums.figure(code, BEFORE, key)
        cards.append(
            {
                "label": measure.label,
                "n": said(figure),
                "url": address(code, period, place),
                "parts": parts(figure, period, place),
                "detail": _detail(figure, earlier, standing),
                "detail_url": address("soon", period, place) if code == "late" and standing.soon else None,
                **_arrow(figure.change(then) if then else None),
            }
        )
    return cards


def _detail(figure: Figure, earlier: Figure | None, standing: facts.Standing) -> str:
    """The small line of a card: how it moved since the last period."""
    if figure.measure.code == "late":
        return _("%(n)s due within five working days", n=number(standing.soon))
    if figure.measure.live:
        return _("at this moment")
    change = figure.change(earlier) if earlier else None
    if change is None:
        return ""
    return _("on the last period %(change)s", change=f"{'−' if change.amount < 0 else '+'}{moved(change)}")


def address(code: str, period: Period, place: Place | None = None) -> str:
    """The list behind a figure; of a share, the list of what it is a share of."""
    asked: dict[str, dict[str, Any]] = {
        "received": {"received": period.code} if place else {"received": period.code, "origin": "first"},
        "acceptance": {"received": period.code},
        "disputed": {"received": period.code},
        "open": {"status": "open"},
        "late": {"due": "late", "sort": "due"},
        "soon": {"due": "soon", "sort": "due"},
        "closed": {"closed": period.code},
        "on_time": {"closed": period.code},
        "kept": {"closed": period.code, "kept": "yes"},
        "duration": {"closed": period.code},
        "settlement": {"closed": period.code, "outcome": "settled"},
        "settled": {"settled": period.code},
        "recovered": {"settled": period.code},
        "accepted": {"accepted": period.code},
        "refused": {"outcome": "refused", "decided": period.code},
        "withdrawn": {"outcome": "withdrawn", "decided": period.code},
        "filed": {"outcome": "filed", "decided": period.code},
        "not_filed": {"outcome": "not_filed", "decided": period.code},
        "guided": {"outcome": "guided", "decided": period.code},
        "moved": {"outcome": "taken_over", "decided": period.code},
    }
    where: dict[str, Any] = {"county": place.slug} if place else {}
    return url_for("bureau.cases", **where, **asked.get(code, {}))


def measures(sums: facts.Sums, place: Place, period: Period) -> list[dict[str, Any]]:
    """Every measure of a period with its numerator and denominator, a year ago and a period before."""
    rows = []
    for code, measure in MEASURES.items():
        if not measure.live:
            figure, then, before = (sums.figure(code, which, place.id) for which in (NOW, YEAR_AGO, BEFORE))
            rows.append(
                {
                    "measure": measure,
                    "value": said(figure),
                    "url": address(code, period, place) if figure.amount else None,
                    "parts": parts(figure, period, place),
                    "year": _arrow(figure.change(then)) | {"then": said(then)},
                    "before": _arrow(figure.change(before)) | {"then": said(before)},
                }
            )
    return rows


def _age(counted: Mapping[int, datetime | None]) -> dict[str, Any]:
    """Until when the figures are complete, and how many counties have never been counted."""
    known = [at for at in counted.values() if at]
    return {"counted_at": min(known, default=None), "uncounted": len(counted) - len(known)}


# Counties -------------------------------------------------------------------------------------------------------------


def _counties(
    counties: Sequence[Place], sums: facts.Sums, standing: Mapping[int, facts.Standing], period: Period
) -> list[dict[str, Any]]:
    lines = facts.weekly("received", [place.id for place in counties])
    hands = facts.hands([place.id for place in counties])
    return [
        {
            "place": place,
            "received": said(sums.figure("received", NOW, place.id)),
            "moved": _arrow(sums.figure("received", NOW, place.id).change(sums.figure("received", YEAR_AGO, place.id))),
            "standing": standing[place.id],
            "per_head": standing[place.id].open / hands[place.id] if hands.get(place.id) else None,
            "line": lines[place.id],
            "on_time": sums.figure("on_time", NOW, place.id),
            "urls": {code: address(code, period, place) for code in ("received", "open", "late", "on_time", "kept")},
        }
        for place in counties
    ]


def _total(sums: facts.Sums, standing: Mapping[int, facts.Standing], period: Period) -> dict[str, Any]:
    return {
        "received": said(sums.figure("received", NOW)),
        "standing": facts.altogether(standing),
        "on_time": sums.figure("on_time", NOW),
        "urls": {code: address(code, period) for code in ("received", "open", "late", "on_time", "kept")},
    }


def _burning(counties: Sequence[Place], standing: Mapping[int, facts.Standing]) -> list[dict[str, Any]]:
    """Who has late cases and cases due soon, the most first."""
    worst = sorted(
        (place for place in counties if standing[place.id].late or standing[place.id].soon),
        key=lambda place: (-standing[place.id].late, -standing[place.id].soon),
    )
    return [
        {
            "place": place,
            "standing": standing[place.id],
            "late": url_for("bureau.cases", county=place.slug, due="late", sort="due"),
            "soon": url_for("bureau.cases", county=place.slug, due="soon", sort="due"),
        }
        for place in worst
    ]


# Categories and problems ----------------------------------------------------------------------------------------------


def trend(period: Period, places: Sequence[int], place: Place | None = None) -> Chart:
    """The cases received in the last twelve months, by category; the rare ones together."""
    months = periods.last_months(period.until, MONTHS)
    grid = _upper(facts.by_month("received", "category", months[0], period.until, places))
    sizes: Counter[str] = Counter()
    for (_month, code), value in grid.items():
        sizes[code] += int(value)
    alone = [code for code, _size in sizes.most_common() if code][:CATEGORIES]
    others = [code for code in sizes if code not in alone]
    where: dict[str, Any] = {"county": place.slug} if place else {}

    def behind(**more: Any) -> list[str]:
        return [url_for("bureau.cases", **where, **more, received=f"{month:%Y-%m}") for month in months]

    series = [
        Series(lists.named("categories", code), _line(grid, months, [code]), behind(category=code)) for code in alone
    ]
    if others:
        series.append(
            Series(_("Other or not yet classified"), _line(grid, months, others), behind(besides=",".join(alone)))
        )
    return Chart(
        "bar",
        _("Received by category"),
        labels=[f"{month:%Y-%m}" for month in months],
        series=series,
        stacked=True,
        urls=behind(),
        by=_("Month"),
        note=_("A case that was taken over from another county is counted there too.") if place is None else "",
    )


def _upper(grid: facts.Grid) -> facts.Grid:
    """The same by the upper categories."""
    folded: facts.Grid = defaultdict(Decimal)
    for (month, code), value in grid.items():
        folded[(month, lists.top("categories", code))] += value
    return folded


def _line(grid: facts.Grid, months: Sequence[date], codes: Sequence[str]) -> list[int]:
    return [int(sum(grid.get((month, code), Decimal()) for code in codes)) for month in months]


def _problems(grid: facts.Grid, place: Place, period: Period) -> list[dict[str, Any]]:
    """What was complained about, the most first, with the share of all."""
    sizes: Counter[str] = Counter()
    for (_month, code), value in grid.items():
        sizes[lists.as_city("problems", code)] += int(value)
    every = sum(sizes.values())
    return [
        {
            "label": lists.named("problems", code),
            "n": size,
            "share": 100 * size / every,
            "url": url_for("bureau.cases", county=place.slug, problem=code, received=period.code),
        }
        for code, size in sizes.most_common()
        if code and size
    ]


# Between organisations ------------------------------------------------------------------------------------------------


def flow_chart(flows: Sequence[handoffs.Flow], period: Period) -> Chart | None:
    """Who handed how much to whom in the period; None where nothing went anywhere."""
    sizes: Counter[tuple[Place, Place]] = Counter()
    for flow in flows:
        sizes[(flow.sender, flow.receiver)] += flow.sent
    if not sizes:
        return None

    def behind(source: Place, target: Place) -> str:
        narrowed: dict[str, Any] = {"from": source.slug, "to": target.slug, "sent": period.code}
        return url_for("bureau.exchange", **narrowed)

    return Chart(
        "sankey",
        _("Flows between organisations"),
        flows=[
            Flow(source.short_name, target.short_name, size, behind(source, target))
            for (source, target), size in sizes.most_common(FLOWS)
        ],
        unit=_("cases"),
    )


def exchange_rows(rows: Sequence[Handoff]) -> list[dict[str, Any]]:
    """What a list says of each: who hands what to whom, where it stands, and the limit that runs."""
    return [{**_handed(row), "clock": exchange.clock_view(row) if row.ended_at is None else None} for row in rows]


def _handed(row: Handoff) -> dict[str, Any]:
    return {
        "handoff": row,
        "url": url_for("bureau.handoff", reference=handoffs.reference(row)),
        "kind": KINDS[row.kind].label,
        "sender": registry.by_id(row.sender_id).short_name,
        "receiver": registry.by_id(row.receiver_id).short_name,
    }


def limit_rows(rows: Sequence[tuple[HandoffClock, Handoff]]) -> list[dict[str, Any]]:
    """What a list says of each limit: of which handoff, whose it was, and whether it was kept."""
    today, rules = clock.today(), deadlines.load_rules()
    return [
        {**_handed(handoff), "limit": limit, "clock": deadlines.view(limit, today, rules)} for limit, handoff in rows
    ]


def _departments(period: Period) -> list[dict[str, Any]]:
    """How the departments keep the limits of what they receive."""
    known = {one.place.id: one for one in handoffs.punctuality(period.since, period.until, clock.today())}
    return [
        {
            "place": place,
            "kept": known.get(place.id),
            "tone": _tone(known[place.id].rate) if place.id in known else "",
            "url": url_for("bureau.exchange", to=place.slug),
            "urls": {
                how: url_for("bureau.limits", to=place.slug, began=period.code, kept=how)
                for how in ("ended", "in_time", "overdue")
            },
        }
        for place in registry.departments()
    ]


def _tone(rate: float | None) -> str:
    if rate is None:
        return ""
    return "met" if rate >= 0.9 else "soon" if rate >= 0.75 else "late"
