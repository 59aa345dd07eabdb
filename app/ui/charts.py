"""One description of a chart: the picture ECharts draws, and the same numbers as a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from flask_babel import gettext as _

from app.ui.text import number

Value = float | int | None


@dataclass(frozen=True)
class Series:
    """One row of values, as many as the chart has labels; `urls` lead to the list behind each."""

    name: str
    values: Sequence[Value]
    urls: Sequence[str] = ()


class Flow(NamedTuple):
    """`value` things went from `source` to `target`; `url` leads to the list of them."""

    source: str
    target: str
    value: float
    url: str | None = None


class Row(NamedTuple):
    """A line of the table twin; beside each cell the list behind it, where there is one."""

    cells: list[str | Value]
    urls: list[str | None]


class Table(NamedTuple):
    """The numbers of a chart: names of columns, and lines. Ready for a CSV writer."""

    head: list[str]
    rows: list[Row]


@dataclass(frozen=True)
class Chart:
    """`labels` are the categories (columns for a heatmap); a sankey has `flows` instead of labels and series."""

    kind: Literal["bar", "line", "pie", "sankey", "heatmap"]
    title: str
    labels: Sequence[str] = ()
    series: Sequence[Series] = ()
    unit: str = ""
    stacked: bool = False
    sideways: bool = False  # bars from left to right: for long names
    flows: Sequence[Flow] = ()
    urls: Sequence[str] = ()  # per label, the list behind the figure
    by: str = ""  # what the labels are: head of the first column
    note: str = field(default="")

    def table(self) -> Table:
        """The same numbers, one line per label (per flow in a sankey)."""
        if self.kind == "sankey":
            head = [_("From"), _("To"), self.unit or _("Count")]
            return Table(head, [Row([one.source, one.target, one.value], [None, None, one.url]) for one in self.flows])
        columns = [self.urls, *(series.urls for series in self.series)]
        return Table(
            [self.by or self.title, *(series.name for series in self.series)],
            [
                Row([label, *(s.values[n] for s in self.series)], [urls[n] if urls else None for urls in columns])
                for n, label in enumerate(self.labels)
            ],
        )

    def spoken(self) -> str:
        """What a screen reader says instead of the picture: where it is highest, and the sum."""
        if self.kind == "sankey":
            points = [(f"{flow.source} → {flow.target}", flow.value) for flow in self.flows]
        else:
            sums = [sum(s.values[n] or 0 for s in self.series) for n in range(len(self.labels))]
            points = list(zip(self.labels, sums, strict=True))
        if not points:
            return _("no data")
        label, value = max(points, key=lambda point: point[1])
        return _("highest %(label)s with %(value)s%(unit)s", label=label, value=number(value), unit=self.unit)

    def option(self) -> dict[str, Any]:
        """What charts.js gives to ECharts; colours and fonts come from the theme of the page."""
        return {
            "kind": self.kind,
            "unit": self.unit,
            "urls": list(self.urls),
            "option": {"sankey": self._sankey, "pie": self._pie, "heatmap": self._heatmap}.get(self.kind, self._axes)(),
        }

    def _axes(self) -> dict[str, Any]:
        names = {"type": "category", "data": list(self.labels)}
        values = {"type": "value", "name": self.unit}
        return {
            "xAxis": values if self.sideways else names,
            "yAxis": names | {"inverse": True} if self.sideways else values,
            "legend": {"show": len(self.series) > 1},
            "tooltip": {"trigger": "axis"},
            "series": [
                {
                    "type": self.kind,
                    "name": series.name,
                    "data": list(series.values),
                    **({"stack": "all"} if self.stacked else {}),
                }
                for series in self.series
            ],
        }

    def _pie(self) -> dict[str, Any]:
        values = self.series[0].values if self.series else ()
        data = [{"name": name, "value": value} for name, value in zip(self.labels, values, strict=True)]
        return {"tooltip": {"trigger": "item"}, "series": [{"type": "pie", "data": data}]}

    def _heatmap(self) -> dict[str, Any]:
        cells = [[x, y, value] for y, s in enumerate(self.series) for x, value in enumerate(s.values)]
        return {
            "xAxis": {"type": "category", "data": list(self.labels)},
            "yAxis": {"type": "category", "data": [series.name for series in self.series], "inverse": True},
            "visualMap": {"min": 0, "max": max((cell[2] or 0 for cell in cells), default=0) or 1},
            "tooltip": {"trigger": "item"},
            "series": [{"type": "heatmap", "data": cells}],
        }

    def _sankey(self) -> dict[str, Any]:
        # An organisation may send and receive: it stands once on each side, or the flows would run in circles.
        senders = dict.fromkeys(flow.source for flow in self.flows)
        receivers = dict.fromkeys(flow.target for flow in self.flows)
        nodes = [{"name": f"s:{name}", "depth": 0} for name in senders]
        nodes += [{"name": f"t:{name}", "depth": 1} for name in receivers]
        links = [{"source": f"s:{f.source}", "target": f"t:{f.target}", "value": f.value} for f in self.flows]
        return {"tooltip": {"trigger": "item"}, "series": [{"type": "sankey", "data": nodes, "links": links}]}


def sparkline_points(values: Iterable[Value], width: int = 110, height: int = 24) -> str:
    """The points of a small line over `values`; gaps are left out, a flat row runs through the middle."""
    known = [(n, float(value)) for n, value in enumerate(values) if value is not None]
    if not known:
        return ""
    low, high = min(v for _n, v in known), max(v for _n, v in known)
    last = max(known[-1][0], 1)
    reach = height - 4
    return " ".join(
        f"{n * width / last:.1f},{2 + reach * (1 - ((v - low) / (high - low) if high > low else 0.5)):.1f}"
        for n, v in known
    )
