"""A line chart in braille dots, on a scale from 0 that reads round, with gaps where nothing is known.

    chart = LineChart(y_format=clock, steps=DURATION_STEPS, zone=zone)       # in compose()
    chart.set_data([Series("p90 wait", points, "warn"), Series("usual", usual, "dim")], span=(start_ms, end_ms))
    chart.dim = True                                  # STALE: all in the stale role
    chart.message = "not kept by the API"             # in place of the chart; None shows it again

Series are told apart by the pattern of their line (solid, dotted, dashed, dash-dotted), by their place in the legend
and last by colour. A missing value, or a distance in time over `gap_ms`, is a gap: nothing is drawn across it.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import pairwise
from statistics import median
from typing import ClassVar

from rich.cells import cell_len
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from kmm_tui.ui.braille import DOTS_ACROSS, DOTS_DOWN, Canvas, Pen, sample
from kmm_tui.ui.cells import clean, cut, fit, wrap
from kmm_tui.ui.chartscale import time_marks, value_marks
from kmm_tui.ui.roles import Role, RoleStyles, role_classes, role_rules
from kmm_tui.ui.rowlines import draw_text, join

Point = tuple[int, float | None]
Pieces = list[tuple[str, str | None]]

_LABEL_CELLS = 6
_SAMPLE_CELLS = 3
_GAP_SPACINGS = 2.5


@dataclass(frozen=True, slots=True)
class Series:
    """One line: points of (epoch ms, value or None for *not known*), in order of time."""

    label: str
    points: tuple[Point, ...] = field(default=())
    role: Role = "accent"
    gap_ms: int | None = None
    """A longer distance between two points is a gap; None: 2.5 times the usual distance in this series."""

    def runs(self) -> Iterator[list[tuple[int, float]]]:
        """The pieces of the line that are known without a gap, each of one point or more."""
        apart = [later[0] - earlier[0] for earlier, later in pairwise(self.points)]
        limit = self.gap_ms if self.gap_ms is not None else (median(apart) * _GAP_SPACINGS if apart else 0)
        run: list[tuple[int, float]] = []
        for x, y in self.points:
            known = y is not None and math.isfinite(y)
            if run and (not known or x - run[-1][0] > limit):
                yield run
                run = []
            if known and y is not None:
                run.append((x, y))
        if run:
            yield run


class LineChart(Widget):
    """See the module's text. It fills what room it is given, from some 20 x 4 cells up."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"linechart--axis", "linechart--label", *role_classes("linechart")}
    DEFAULT_CSS = """
    LineChart {
        height: 1fr;
        width: 1fr;
        background: $kmm-ground;
        color: $kmm-text;
        & > .linechart--axis { color: $kmm-line; }
        & > .linechart--label { color: $kmm-dim; }
        %s
    }
    """ % role_rules("linechart")  # noqa: UP031 - the block is full of braces

    dim: reactive[bool] = reactive(False, repaint=False)
    """STALE: every line and label in the stale role."""
    message: reactive[str | None] = reactive(None, repaint=False)
    """Shown in place of the chart."""

    def __init__(
        self,
        *,
        y_format: Callable[[float], str] = "{:g}".format,
        y_top: float | None = None,
        steps: Sequence[float] | None = None,
        whole: bool = False,
        zone: tzinfo | None = None,
        waiting: str = "waiting for the first answer",
        empty: str = "nothing known in this time",
        id: str | None = None,  # noqa: A002 - Textual's name for it
        classes: str | None = None,
    ) -> None:
        """`y_format` writes a value with its unit; `y_top` fixes the scale (1 for shares), values above stick to it.

        `steps` are the distances for marks (`DURATION_STEPS` for ms), `whole` keeps them at 1 or more. `zone` is for
        the labels of time, None the machine's own. Raises ValueError for a `y_top` that is not above 0.
        """
        super().__init__(id=id, classes=classes)
        if y_top is not None and not y_top > 0:
            raise ValueError("y_top must be above 0")
        self._y_format = y_format
        self._y_top = y_top
        self._steps = steps
        self._whole = whole
        self._zone = zone
        self._waiting: str | None = waiting
        self._empty = empty
        self._series: tuple[Series, ...] = ()
        self._span: tuple[int, int] | None = None
        self._look = RoleStyles(self, "linechart")
        self._strips: list[Strip] | None = None
        self._drawn_size = (0, 0)

    def set_data(self, series: Sequence[Series], span: tuple[int, int] | None = None) -> None:
        """Shows these series from `span[0]` to `span[1]` (epoch ms; None: as far as their points go)."""
        given = tuple(series)
        if self._waiting is None and given == self._series and span == self._span:
            return
        self._waiting = None
        self._series, self._span = given, span
        self._redraw()

    def watch_dim(self, dim: bool) -> None:
        self._look.dim = dim
        self._redraw()

    def watch_message(self) -> None:
        self._redraw()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._look.clear()
        self._strips = None

    def _redraw(self) -> None:
        self._strips = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the chart as drawn for the present data and size."""
        width, height = self.size
        if self._strips is None or self._drawn_size != (width, height):
            self._drawn_size = (width, height)
            self._strips = self._draw(width, height)
        return self._strips[y] if y < len(self._strips) else draw_text("", width, self._look(None))

    # -- drawing

    def _draw(self, width: int, height: int) -> list[Strip]:
        runs = [list(series.runs()) for series in self._series]
        moments = [x for line in runs for run in line for x, _ in run]
        start, end = self._span if self._span is not None else (min(moments, default=0), max(moments, default=0))
        message = self.message or self._waiting
        if message is None and not any(start <= moment <= end for moment in moments):
            message = self._empty
        if message is not None:
            lines = wrap(message, width - 2, height)
            above = [""] * ((height - len(lines)) // 2)
            return [draw_text(f" {line}", width, self._look("label")) for line in above + lines]
        legend = self._legend(width, max(1, height // 4)) if height >= 3 else []
        axis = 2 if height >= 8 else 1 if height >= 3 else 0
        plot_height = height - len(legend) - axis
        marks, labels, gutter = self._scale(runs, start, end, width, plot_height)
        canvas = Canvas(width - gutter, plot_height)
        for index, line in enumerate(runs):
            self._trace(Pen(canvas, index), line, start, end, marks[-1], canvas)
        rows: list[Pieces] = legend
        for row in range(plot_height):
            label = labels.get(row)
            tick = "" if not gutter else "│" if label is None else "┤"
            pieces: Pieces = [(fit(label or "", gutter - 1, "right"), "label"), (tick, "axis")]
            pieces += [(text, None if owner is None else self._series[owner].role) for text, owner in canvas.row(row)]
            rows.append(pieces)
        rows += self._time_axis(start, end, gutter, width, axis)
        return [join([piece for piece in pieces if piece[0]], width, self._look) for pieces in rows]

    def _scale(
        self, runs: list[list[list[tuple[int, float]]]], start: int, end: int, width: int, height: int
    ) -> tuple[list[float], dict[int, str], int]:
        """The marks of the value axis, the label of each row that has one, and the cells the axis takes."""
        most = max(2, min(6, (height + 2) // 3))
        highest = self._y_top
        if highest is None:
            highest = max((y for line in runs for run in line for x, y in run if start <= x <= end), default=0.0)
        marks = value_marks(highest, most, self._steps, self._whole)
        if self._y_top is not None and marks[-1] != self._y_top:
            marks = [0.0, self._y_top]
        labels = {
            _dot_row(mark, marks[-1], height) // DOTS_DOWN: clean(self._y_format(mark)) for mark in reversed(marks)
        }
        if height < 2:
            labels = {0: clean(self._y_format(marks[-1]))}
        gutter = max(map(cell_len, labels.values())) + 1
        if width - gutter < 8:
            return marks, {}, 0
        return marks, labels, gutter

    def _trace(
        self, pen: Pen, line: list[list[tuple[int, float]]], start: int, end: int, top: float, canvas: Canvas
    ) -> None:
        across = canvas.width * DOTS_ACROSS - 1
        span = max(1, end - start)
        for run in line:
            pen.lift()
            column: list[int] = []
            at = -1
            for x, y in run:
                if not start <= x <= end:
                    continue
                place = round((x - start) / span * across)
                if place != at and column:
                    _stroke(pen, at, column)
                    column = []
                at = place
                column.append(_dot_row(y, top, canvas.height))
            if column:
                _stroke(pen, at, column)

    def _legend(self, width: int, most: int) -> list[Pieces]:
        """Sample and name of each series, in as few lines as they need; what does not fit in `most` is cut."""
        lines: list[Pieces] = []
        used = width
        for index, series in enumerate(self._series):
            label = clean(series.label)
            size = _SAMPLE_CELLS + 1 + cell_len(label)
            if used + 3 + size > width and len(lines) < most:
                lines.append([(" ", None)])
                used = 1
            else:
                space = min(3, width - used)
                lines[-1].append((" " * space, None))
                used += space
            if used + _SAMPLE_CELLS + 2 > width:
                lines[-1].append((cut("…", width - used), "label"))
                break
            lines[-1] += [
                (sample(index, _SAMPLE_CELLS), series.role),
                (cut(f" {label}", width - used - _SAMPLE_CELLS), "label"),
            ]
            used = min(width, used + size)
        return [[*pieces, (" " * (width - sum(cell_len(text) for text, _ in pieces)), None)] for pieces in lines]

    def _time_axis(self, start: int, end: int, gutter: int, width: int, rows: int) -> list[Pieces]:
        """The axis line if there are two rows for it, and the labels of time centred under their marks."""
        if not rows:
            return []
        room = width - gutter
        labels, line = [" "] * width, [" "] * max(0, gutter - 1) + ["└"] * min(1, gutter) + ["─"] * room
        free = 0
        for moment, label in time_marks(start, end, max(1, room // (_LABEL_CELLS + 4)), self._zone):
            column = gutter + round((moment - start) / max(1, end - start) * (room * DOTS_ACROSS - 1)) // DOTS_ACROSS
            place = max(free, min(column - len(label) // 2, width - len(label)))
            if place > column or place + len(label) > width:
                continue
            labels[place : place + len(label)] = label
            line[column] = "┬"
            free = place + len(label) + 1
        texts: list[Pieces] = [[("".join(line), "axis")], [("".join(labels), "label")]]
        return texts[2 - rows :]


def _dot_row(value: float, top: float, height: int) -> int:
    """The row of dots, from the top, of a value on an axis from 0 to `top` over `height` cells; held inside."""
    rows = height * DOTS_DOWN - 1
    return round((1 - max(0.0, min(value / top, 1.0))) * rows)


def _stroke(pen: Pen, x: int, rows: list[int]) -> None:
    """All values that share one column of dots: from the first by the extremes to the last."""
    pen.to(x, rows[0])
    if len(rows) > 1:
        pen.to(x, min(rows))
        pen.to(x, max(rows))
        pen.to(x, rows[-1])
