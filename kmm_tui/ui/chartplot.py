"""The picture of a line chart at one size: where moments and values stand, and the rows of cells that show them."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from typing import Literal

from rich.cells import cell_len

from kmm_tui.board.severity import Severity
from kmm_tui.ui.braille import DOTS_ACROSS, Canvas, level_line, trace
from kmm_tui.ui.cells import clean, cut, fit
from kmm_tui.ui.chartscale import ValueScale, day_text, local_moment, reach, time_marks, value_marks
from kmm_tui.ui.levels import GLYPHS
from kmm_tui.ui.readout import NOT_KNOWN, Pieces, Readout, Series, value_text

Level = Literal["warn", "critical"]
Limit = tuple[float, Level, str]
"""A value, which level begins there, and how it is called: ``(60_000, "warn", "max 1:00")``."""

_SIGNS: dict[Level, str] = {"warn": GLYPHS[Severity.WARN], "critical": GLYPHS[Severity.CRITICAL]}
_LIMIT_DOTS = (True, True, False, False)
"""One cell on, one cell off: unlike any pattern of a series."""
_ZERO_DOTS = (True, False)
_TIME_CELLS = 6
_MOST_LIMIT_CELLS = 16
_LEAST_PLOT = 24
"""So many cells stay for the lines beside the names of limits."""


@dataclass(frozen=True, slots=True)
class Unit:
    """How values are written and where marks may stand; see `LineChart`."""

    write: Callable[[float], str]
    steps: tuple[float, ...] | None
    whole: bool
    top: float | None


class Plot:
    """Series over the time `span` (epoch ms) on `size` cells, of which the last `axis` rows are the time axis."""

    def __init__(
        self,
        series: Sequence[Series],
        span: tuple[int, int],
        limits: Sequence[Limit],
        unit: Unit,
        zone: tzinfo | None,
        size: tuple[int, int],
        axis: int,
    ) -> None:
        self._series = tuple(series)
        self.start, self.end = span
        self._unit, self._zone = unit, zone
        self.width, height = size
        self.height = height - axis
        self._axis = axis
        self._runs = [
            [[(x, y) for x, y in run if self.start <= x <= self.end] for run in each.runs()] for each in self._series
        ]
        values = [y for line in self._runs for run in line for _, y in run]
        self.scale = self._make_scale(values, [value for value, _, _ in limits])
        self._labels = {self.scale.row(mark): clean(unit.write(mark)) for mark in reversed(self.scale.marks)}
        if self.height < 2:
            self._labels = {0: clean(unit.write(self.scale.top))}
        self.gutter = max(map(cell_len, self._labels.values())) + 1
        if self.width - self.gutter < 8:
            self._labels, self.gutter = {}, 0
        self._limits = [limit for limit in limits if self.scale.holds(limit[0])]
        self._right = self._limit_cells()
        self.across = self.width - self.gutter - self._right
        """Cells from left to right that the lines have."""

    def _make_scale(self, values: Sequence[float], limits: Sequence[float]) -> ValueScale:
        lowest, highest = min(values, default=0.0), max(values, default=0.0)
        most = max(2, min(6, (self.height + 2) // 3))
        unit = self._unit
        bottom, top = reach(lowest, highest, limits)
        if unit.top is not None:
            top = unit.top
        if bottom < 0 < top:
            most = max(3, most)
        marks = value_marks(top, most, unit.steps, unit.whole, bottom)
        if unit.top is not None and marks[-1] != unit.top:
            marks = [*(mark for mark in marks if mark <= 0), unit.top]
        return ValueScale(tuple(marks), max(1, self.height))

    def _limit_cells(self) -> int:
        """The cells on the right for the names of limits, or for their glyphs alone."""
        if not self._limits or self.height < 2:
            return 0
        spare = self.width - self.gutter
        names = min(_MOST_LIMIT_CELLS, 3 + max(cell_len(clean(label)) for _, _, label in self._limits))
        return names if spare - names >= _LEAST_PLOT else 2 if spare >= 10 else 0

    # -- where things stand

    def column(self, moment: int) -> int:
        """The column of cells, 0 at the left end of the lines, of an epoch moment (ms)."""
        return self._dot(moment) // DOTS_ACROSS

    def _dot(self, moment: int) -> int:
        return round((moment - self.start) / max(1, self.end - self.start) * (self.across * DOTS_ACROSS - 1))

    def moment(self, column: int) -> int:
        """The moment (epoch ms) in the middle of a column; one outside counts as the outermost."""
        dot = max(0, min(column, self.across - 1)) * DOTS_ACROSS + (DOTS_ACROSS - 1) / 2
        return self.start + round(dot / max(1, self.across * DOTS_ACROSS - 1) * (self.end - self.start))

    @cached_property
    def _stops(self) -> list[tuple[int, int]]:
        """Each column in which something is known, with the first moment in it."""
        first: dict[int, int] = {}
        for moment in sorted({x for line in self._runs for run in line for x, _ in run}):
            first.setdefault(self.column(moment), moment)
        return list(first.items())

    def step(self, moment: int | None, steps: int) -> int | None:
        """The moment so many known columns to the right (negative: left); from None it comes in at that side."""
        stops = self._stops
        if not stops:
            return None
        if moment is None:
            target = -1 if steps > 0 else len(stops)
            steps = 1 if steps > 0 else -1
        else:
            column = self.column(moment)
            target = bisect_left(stops, column, key=lambda stop: stop[0])
            if steps > 0 and (target == len(stops) or stops[target][0] != column):
                target -= 1
        return stops[max(0, min(target + steps, len(stops) - 1))][1]

    def edge(self, last: bool) -> int | None:
        """The first or the last known moment; None if there is none."""
        return self._stops[-1 if last else 0][1] if self._stops else None

    def snap(self, column: int) -> int:
        """The moment that a pointer on `column` means: a known one in it or in reach, else the column's own."""
        own = self.moment(column)
        here = [first for at, first in self._stops if at == column]
        if here:
            return here[0]
        near = [point[0] for each in self._series if (point := each.near(own)) and point[1] is not None]
        near = [moment for moment in near if self.start <= moment <= self.end]
        return min(near, key=lambda moment: abs(moment - own), default=own)

    # -- what is told

    def read(self, moment: int) -> Readout:
        """What each series says at `moment`; where a column holds several points, from the lowest to the highest."""
        column = self.column(moment)
        # Dots stand at both ends, so a column is a little wider than its share of the whole.
        reach_ms = DOTS_ACROSS * (self.end - self.start) // max(1, self.across * DOTS_ACROSS - 1) + 1
        values, moments = [], [moment]
        for each in self._series:
            here = [x for x in each.inside(moment - reach_ms, moment + reach_ms) if self.column(x[0]) == column]
            if len(here) > 1:
                moments += [here[0][0], here[-1][0]]
            elif (near := each.near(moment)) is not None and not here:
                here = [near]
            values.append((each.label, value_text(here, self._unit.write) if here else NOT_KNOWN, each.role))
        return Readout(self._time_text(min(moments), max(moments)), tuple(values))

    def _time_text(self, first: int, last: int) -> str:
        start, end = (local_moment(moment, self._zone) for moment in (first, last))
        form = "%H:%M:%S" if first % 60_000 or last % 60_000 else "%H:%M"
        day = ""
        if local_moment(self.start, self._zone).date() != local_moment(self.end, self._zone).date():
            day = f"{day_text(start.date())} "
        return f"{day}{start.strftime(form)}" + (f"–{end.strftime(form)}" if last > first else "")

    # -- the picture

    def rows(self) -> list[Pieces]:
        """The picture, top to bottom: lines with the value axis on their left, and the time axis below."""
        canvas = Canvas(self.across, self.height)
        for owner, line in enumerate(self._runs):
            for run in line:
                trace(canvas, owner, [(self._dot(x), self.scale.dot(y)) for x, y in run])
        names: list[str | None] = [series.role for series in self._series]
        for value, level, _ in self._limits:
            level_line(canvas, len(names), self.scale.dot(value), _LIMIT_DOTS)
            names.append(level)
        if self.scale.bottom < 0 < self.scale.top:
            level_line(canvas, len(names), self.scale.dot(0), _ZERO_DOTS)
            names.append("axis")
        right = self._limit_names()
        rows: list[Pieces] = []
        for row in range(self.height):
            label = self._labels.get(row)
            tick = "" if not self.gutter else "│" if label is None else "┤"
            pieces: Pieces = [(fit(label or "", self.gutter - 1, "right"), "label"), (tick, "axis")]
            pieces += [(text, None if owner is None else names[owner]) for text, owner in canvas.row(row)]
            rows.append([piece for piece in [*pieces, *right.get(row, [(" " * self._right, None)])] if piece[0]])
        return rows + self._time_axis()

    def _limit_names(self) -> dict[int, Pieces]:
        """Glyph and name of each limit by the row they stand in: its own, or one beside if that is taken."""
        found: dict[int, Pieces] = {}
        if not self._right:
            return found
        for value, level, label in sorted(self._limits, key=lambda limit: limit[1] != "critical"):
            row = self.scale.row(value)
            free = [each for each in (row, row + 1, row - 1) if each not in found and 0 <= each < self.height]
            if free:
                name = cut(f" {clean(label)}", self._right - 2)
                padding = " " * (self._right - 2 - cell_len(name))
                found[free[0]] = [(f" {_SIGNS[level]}", level), (name, "label"), (padding, None)]
        return found

    def _time_axis(self) -> list[Pieces]:
        """The axis line if there are two rows for it, and the labels of time centred under their marks."""
        if not self._axis:
            return []
        width, gutter = self.width, self.gutter
        labels = [" "] * width
        line = [" "] * max(0, gutter - 1) + ["└"] * min(1, gutter) + ["─"] * self.across + [" "] * self._right
        free = 0
        most = max(1, self.across // (_TIME_CELLS + 4))
        for moment, label in time_marks(self.start, self.end, most, self._zone):
            column = gutter + self.column(moment)
            place = max(free, min(column - len(label) // 2, width - len(label)))
            if place > column or place + len(label) > width:
                continue
            labels[place : place + len(label)] = label
            line[column] = "┬"
            free = place + len(label) + 1
        texts: list[Pieces] = [[("".join(line), "axis")], [("".join(labels), "label")]]
        return texts[2 - self._axis :]
