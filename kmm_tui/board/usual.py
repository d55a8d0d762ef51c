"""What was normal: a figure beside its values in the same window on the days before, and what the change means."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from kmm_tui.board.figure import Figures, Number
from kmm_tui.board.figure_text import count_text, wait_text
from kmm_tui.metrics import Good, Kind, Metric, Unit

YESTERDAY, LAST_WEEK = 1, 7
"""Days ago."""
LEAST = 3
"""So many known values make a median."""
SAME_RATIO = 0.03
"""Up to this share of the usual value a difference is none."""
_ONE = {Unit.DURATION: 1000.0, Unit.RATIO: 0.01, Unit.SHARE: 0.01}
"""What counts as one unit, in the metric's own: a second, a point of a percentage, otherwise one."""
_HUGE = 1e9
_MOST_RATIO = 9.99
"""The largest change that is written in full; people read more as *a lot*."""


@dataclass(frozen=True, slots=True)
class Usual:
    """A figure and what it was, in the metric's unit; None is unknown.

    `median` is of all known values of the past, of which there are `count`; None below `LEAST` of them.
    """

    value: Number | None
    yesterday: Number | None
    last_week: Number | None
    median: float | None
    count: int


class ChangeKind(Enum):
    """What a change means for the consumers."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    PLAIN = "changed"
    """Neither good nor bad: the metric has no good direction."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Change:
    """How a value differs from a usual one. `difference` is in the metric's unit, `ratio` is it over the usual value.

    `ratio` is None where there is nothing to divide by, both are None where a value is unknown. `arrow` is ``▲``,
    ``▼``, ``=`` or ''; `text` such as ``+12 %`` for counts, ``−0:08`` for durations, ``+3 pt`` for percentages.
    """

    kind: ChangeKind
    ratio: float | None
    difference: float | None
    arrow: str
    text: str


_UNKNOWN = Change(ChangeKind.UNKNOWN, None, None, "", "")


def usual(metric: Metric, present: Figures, past: Mapping[int, Mapping[str, Number | None]]) -> Usual | None:
    """`metric` in `present` and in `past`, values by response field by days ago. None for metrics not by time."""
    if metric.kind is not Kind.BY_TIME or not metric.is_number:
        return None
    values = {days: found.get(metric.field) for days, found in past.items() if days > 0}
    known = [value for value in values.values() if value is not None]
    median = float(statistics.median(known)) if len(known) >= LEAST else None
    return Usual(present.number(metric), values.get(YESTERDAY), values.get(LAST_WEEK), median, len(known))


def change(metric: Metric, value: Number | None, base: Number | None) -> Change:
    """How `value` differs from `base`, its value at another time. Up to 3 % or one unit it is the same."""
    if value is None or base is None:
        return _UNKNOWN
    difference = float(value) - float(base)
    if not math.isfinite(difference):
        return _UNKNOWN
    ratio = difference / abs(base) if base else None
    if ratio is not None and not math.isfinite(ratio):
        ratio = None
    # What a subtraction of floats is off by must not decide: 0.86 - 0.85 is one point.
    one = _ONE.get(metric.unit, 1.0) * (1 + 1e-9)
    text = _text(metric, difference, ratio)
    if abs(difference) <= one or (ratio is not None and abs(ratio) <= SAME_RATIO):
        return Change(ChangeKind.SAME, ratio, difference, "=", text)
    rises = difference > 0
    kind = ChangeKind.PLAIN
    if metric.good is not Good.NEITHER:
        kind = ChangeKind.BETTER if rises == (metric.good is Good.UP) else ChangeKind.WORSE
    return Change(kind, ratio, difference, "▲" if rises else "▼", text)


def _text(metric: Metric, difference: float, ratio: float | None) -> str:
    size = abs(difference)
    match metric.unit:
        case Unit.DURATION:
            amount = wait_text(size)
        case Unit.RATIO | Unit.SHARE:
            amount = f"{count_text(round(min(size, _HUGE) * 100))} pt"
        case Unit.SCORE:
            amount = count_text(round(size))
        case _:
            amount = count_text(size) if ratio is None else f"{round(min(abs(ratio), _MOST_RATIO) * 100)} %"
    if not any(digit in amount for digit in "123456789"):
        return amount
    beyond = ">" if amount == f"{round(_MOST_RATIO * 100)} %" else ""
    return f"{beyond}{'+' if difference > 0 else '−'}{amount}"
