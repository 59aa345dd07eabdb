"""What is measured, by which formula, and whether more of it is better: one table, of which /measures is made."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Measure:
    """`counts` and `of` name what `tally` counts. With `of` it is a share (or an average), and both parts are shown."""

    code: str
    label: Any
    formula: Any
    counts: str = ""  # '' for what is counted at this moment, from the open cases
    of: str = ""
    unit: str = "cases"  # cases | yuan | share | days
    rising: bool | None = None  # whether more of it is good news; None where it is neither
    city: str = ""  # what the city adds up instead, so that nothing is counted twice

    @property
    def live(self) -> bool:
        return not self.counts

    def figure(self, counted: Any, *, city: bool = False) -> Figure:
        """Its value where `counted(name)` tells how many of a thing were counted."""
        name = self.city if city and self.city else self.counts
        return Figure(self, counted(name), counted(self.of) if self.of else None)


@dataclass(frozen=True)
class Figure:
    """A measured value with what it is made of."""

    measure: Measure
    amount: Decimal
    of: Decimal | None = None

    @property
    def value(self) -> float | Decimal | None:
        """The amount, or the share; None where there is nothing to take a share of."""
        if self.of is None:
            return self.amount
        return float(self.amount / self.of) if self.of else None

    def change(self, then: Figure) -> Change | None:
        """How it moved since `then`; None where that says nothing."""
        now, before = self.value, then.value
        if now is None or before is None or (self.measure.unit != "share" and not before):
            return None
        moved = float(now) - float(before)
        points = self.measure.unit == "share"
        amount = moved * 100 if points else moved / float(before) * 100
        good = None if self.measure.rising is None or not moved else self.measure.rising == (moved > 0)
        return Change(amount, points, good)


@dataclass(frozen=True)
class Change:
    """In percent of what it was or, for shares, in percentage points."""

    amount: float
    points: bool
    good: bool | None


MEASURES: dict[str, Measure] = {
    measure.code: measure
    for measure in (
        Measure(
            "received", _l("New cases"), counts="received", city="received_first", rising=False,
            formula=_l(
                "Cases received on the days of the period. A county counts those taken over from another county too; "
                "the city counts every complaint once, where it was received first."
            ),
        ),
        Measure(
            "open", _l("Open cases"), formula=_l("Cases that are neither refused nor closed at this moment."),
            rising=False,
        ),
        Measure(
            "late", _l("Late cases"), rising=False,
            formula=_l("Open cases of which a time limit has passed without being met, at this moment."),
        ),
        Measure(
            "soon", _l("Due soon"), rising=False,
            formula=_l("Open cases whose time limit ends today or within five working days, at this moment."),
        ),
        Measure(
            "accepted", _l("Cases accepted"), counts="accepted",
            formula=_l("Cases accepted on the days of the period, whenever they were received."),
        ),
        Measure(
            "acceptance", _l("Acceptance rate"), counts="accepted", of="received", unit="share",
            formula=_l("Accepted ÷ received, both in the period."),
        ),
        Measure(
            "checked", _l("First check in time"), counts="checked_on_time", of="checked", unit="share", rising=True,
            formula=_l(
                "Decisions to accept or refuse, or on a clue, within the limit ÷ all such decisions in the period."
            ),
        ),
        Measure(
            "closed", _l("Cases closed"), counts="closed",
            formula=_l(
                "Cases closed on the days of the period, withdrawn ones too. What another county has taken over, or "
                "was joined to an earlier case, is closed there, and counted there."
            ),
        ),
        Measure(
            "on_time", _l("Closed in time"), counts="closed_on_time", of="closed", unit="share", rising=True,
            formula=_l("Closed cases of which no time limit was missed ÷ cases closed in the period."),
        ),
        Measure(
            "settlement", _l("Mediation success"), counts="closed_settled", of="closed", unit="share", rising=True,
            formula=_l("Closed cases in which the parties had agreed ÷ cases closed in the period."),
        ),
        Measure(
            "settled", _l("Cases settled"), counts="settled",
            formula=_l("Cases in which the parties agreed on the days of the period, closed by now or not."),
        ),
        Measure(
            "recovered", _l("Recovered"), counts="recovered", unit="yuan", rising=True,
            formula=_l("The sum that was agreed in the settlements of the period."),
        ),
        Measure(
            "disputed", _l("In dispute"), counts="disputed", unit="yuan",
            formula=_l("The sum in dispute of the cases received in the period."),
        ),
        Measure(
            "duration", _l("Days to close"), counts="closed_days", of="closed", unit="days", rising=False,
            formula=_l("Calendar days from receipt to closing, on average over the cases closed in the period."),
        ),
        Measure(
            "refused", _l("Cases refused"), counts="refused",
            formula=_l("Cases refused on the days of the period, on a ground of the rule that they go by."),
        ),
        Measure(
            "filed", _l("Case files opened on reports"), counts="filed",
            formula=_l("Reports on which a case file was opened and whose result was noted in the period."),
        ),
        Measure(
            "not_filed", _l("Reports without a case file"), counts="not_filed",
            formula=_l("Reports whose clue was checked in the period and on which no case file was opened."),
        ),
        Measure(
            "guided", _l("No complaints, told where to turn"), counts="guided",
            formula=_l("What came in and is neither complaint nor report, and was answered in the period."),
        ),
        Measure(
            "withdrawn", _l("Cases withdrawn"), counts="withdrawn",
            formula=_l("Cases the consumer withdrew before they were accepted."),
        ),
        Measure(
            "moved", _l("Moved to another county"), counts="taken_over",
            formula=_l("Cases that another county took over in the period."),
        ),
    )
}  # fmt: skip

# Everything that the measures are made of, as `tally` names it.
COUNTED = sorted({name for measure in MEASURES.values() for name in (measure.counts, measure.of, measure.city) if name})
