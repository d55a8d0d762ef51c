"""A heat map: one metric over the hours of several days, as shades that read without colour.

    heat = HeatMap()                                  # in compose(); 17 lines show 14 days whole
    heat.set_cells(metric, [local_day(day, zone, figures) for day in days], scale_of(metric, figures.values()))
    heat.message = "these hours are being asked for"  # in place of the map; None shows it again

    def on_heat_map_selected(self, event: HeatMap.Selected) -> None:
        self.travel_to(event.start)                   # Enter, or a double click, on an hour

Days stand in the order they are handed in, the newest first by custom. The dark end is always *more*; whether more is
good is for the legend to say. Nothing is never a shade: what is not known is `·`, what does not apply is `–`.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from kmm_tui.api.window import HOUR, MINUTE, SECOND
from kmm_tui.board.figure import Absent, Figure
from kmm_tui.board.figure_text import figure_text
from kmm_tui.metrics import Good, Metric, Unit
from kmm_tui.ui.cells import wrap
from kmm_tui.ui.chartscale import day_text, value_marks
from kmm_tui.ui.columns import Span
from kmm_tui.ui.lines import Line, RoleLines

SHADES = " ░▒▓█"
"""From the low end of the scale or below, by quarters, to the last quarter and above."""
HOURS = 24
SECOND_TIME = "²"
"""Beside an hour that the clocks ran through twice: the second time is shown."""

_QUARTERS = tuple(each * 10.0**power for power in range(-3, 6) for each in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8))
_WHOLE_QUARTERS = tuple(each for each in _QUARTERS if each.is_integer())
_DURATION_QUARTERS = tuple(
    unit * each
    for unit, parts in (
        (SECOND, (1, 2, 3, 4, 5, 10, 15, 20, 30, 45)),
        (MINUTE, (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45)),
        (HOUR, (1, 1.5, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48)),
    )
    for each in parts
)
_SHARES_FROM = (0.2, 0.4, 0.6, 0.8)
_NOT_KNOWN = "·"
_NOTE_CELLS = 4
_LEGEND_FROM = 6
"""Lines from which on there is room for a legend."""
_WORDS = {
    None: "not known",
    Absent.NOT_ASKED: "not known",
    Absent.NOT_ANSWERED: "asked for, not answered",
    Absent.NOT_OFFERED: "not offered",
    Absent.NOT_APPLICABLE: "not applicable",
}
_GOOD = {Good.UP: "more is better", Good.DOWN: "less is better", Good.NEITHER: "neither is better"}


@dataclass(frozen=True, slots=True)
class Day:
    """A row: figures by local hour, 0 to 23. An hour that is missing in `hours` is not known.

    `starts` are the epoch ms at which the hours begin; one that is missing in it does not exist on this day. `doubled`
    are hours that the day has twice: `hours` and `starts` tell of the second.
    """

    date: date
    hours: Mapping[int, Figure | None] = field(hash=False)
    starts: Mapping[int, int] = field(hash=False)
    doubled: frozenset[int] = frozenset()


def local_day(day: date, zone: tzinfo | None, figures: Mapping[int, Figure | None]) -> Day:
    """The day of this date in `zone` (None: the machine's own), its figures given by the epoch ms of each hour's start.

    Where the clocks go forward an hour does not exist, where they go back one is there twice.
    """
    starts: dict[int, int] = {}
    doubled = set()
    for hour in range(HOURS):
        clock = datetime(day.year, day.month, day.day, hour)  # noqa: DTZ001 - a clock's face, whose moment is sought
        first, second = (clock.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        if first.astimezone(zone).replace(tzinfo=None) != clock:
            continue
        if first != second:
            doubled.add(hour)
        starts[hour] = int(second.timestamp() * 1000)
    hours = {hour: figures.get(start) for hour, start in starts.items()}
    return Day(day, hours, starts, frozenset(doubled))


def scale_of(metric: Metric, figures: Iterable[Figure | None]) -> tuple[float, float]:
    """The low and high end to shade these figures by, in round quarters.

    Scores have their whole range; shares end at 1 and begin at 0, or further up if the lowest of them is above that.
    Everything else begins at 0 and ends at the highest figure or a little above.
    """
    known = [each for each in figures if isinstance(each, int | float) and math.isfinite(each)]
    if metric.unit is Unit.SCORE:
        return -100.0, 100.0
    if metric.unit is Unit.SHARE:
        return max((low for low in _SHARES_FROM if low < min(known, default=0.0)), default=0.0), 1.0
    steps = {Unit.DURATION: _DURATION_QUARTERS, Unit.COUNT: _WHOLE_QUARTERS}.get(metric.unit, _QUARTERS)
    marks = value_marks(max(known, default=0.0), len(SHADES), steps, metric.unit is Unit.COUNT)
    return 0.0, marks[1] * (len(SHADES) - 1)


def shade(value: float, low: float, high: float) -> str:
    """The glyph of `value` on the scale from `low` to `high`: never lighter for more; anything above `low` shows."""
    if value <= low:
        return SHADES[0]
    if value >= high:
        return SHADES[-1]
    return SHADES[max(1, math.ceil((value - low) / (high - low) * (len(SHADES) - 1)))]


class HeatMap(RoleLines, can_focus=True):
    """See the module's text. It takes some 32 x 5 cells at least; 60 columns show cells of two."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "cursor(0, -1)", "Hour before", show=False, id="heat.left"),
        Binding("right,l", "cursor(0, 1)", "Hour after", show=False, id="heat.right"),
        Binding("up,k", "cursor(-1, 0)", "Day above", show=False, id="heat.up"),
        Binding("down,j", "cursor(1, 0)", "Day below", show=False, id="heat.down"),
        Binding("home", "cursor(0, -23)", "First hour", show=False, id="heat.first"),
        Binding("end", "cursor(0, 23)", "Last hour", show=False, id="heat.last"),
        Binding("enter", "select", "Go there", show=False, id="heat.open"),
        Binding("escape", "cursor_off", "No cursor", show=False, id="heat.off"),
    ]
    DEFAULT_CSS = """
    HeatMap { height: 1fr; }
    """

    message: reactive[str | None] = reactive(None, repaint=False)
    """Shown in place of the map."""

    class Selected(Message):
        """Enter, or a double click, on an hour: it begins at `start`, epoch ms."""

        def __init__(self, heat: "HeatMap", start: int) -> None:
            super().__init__()
            self.heat = heat
            self.start = start

        @property
        def control(self) -> Widget:
            """The map, so that `@on` can tell maps apart by a selector."""
            return self.heat

    def __init__(
        self,
        *,
        waiting: str = "no hour is known yet",
        id: str | None = None,  # noqa: A002 - Textual's name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._waiting = waiting
        self._metric: Metric | None = None
        self._days: tuple[Day, ...] = ()
        self._scale = (0.0, 1.0)
        self._cursor: tuple[date, int] | None = None

    def set_cells(self, metric: Metric, days: Sequence[Day], scale: tuple[float, float]) -> None:
        """Shows these days, top to bottom, shaded from `scale[0]` to `scale[1]` in the metric's unit.

        Raises ValueError for a scale that does not rise, or two rows of the same date.
        """
        if not scale[0] < scale[1]:
            raise ValueError("a scale has to rise")
        if len({day.date for day in days}) != len(days):
            raise ValueError("two rows of the same date")
        self._metric, self._days, self._scale = metric, tuple(days), scale
        self.show()

    def watch_message(self) -> None:
        self.show()

    # -- the cursor

    @property
    def cursor(self) -> tuple[date, int] | None:
        """The day and hour that is read; None while there is none. It stays with its day as days come and go."""
        return self._cursor if self._row is not None else None

    @property
    def _row(self) -> int | None:
        return next((i for i, day in enumerate(self._days) if self._cursor and day.date == self._cursor[0]), None)

    def cursor_to(self, day: date, hour: int) -> None:
        """Reads the hour (0 to 23) of `day`. Raises ValueError for another hour."""
        if not 0 <= hour < HOURS:
            raise ValueError("a day's hours are 0 to 23")
        self._cursor = day, hour
        self.show()

    def cursor_off(self) -> None:
        """Takes the cursor away."""
        self._cursor = None
        self.show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Without a cursor Escape and Enter are the screen's."""
        return self.cursor is not None if action in ("cursor_off", "select") else True

    def action_cursor(self, down: int, right: int) -> None:
        """Moves by days and hours; the first step brings the cursor to the latest hour that is known."""
        if not self._days:
            return
        row = self._row
        if row is None or self._cursor is None:
            known = [(day.starts[hour], day.date, hour) for day in self._days for hour in _known_hours(day)]
            _, day, hour = max(known, default=(0, self._days[0].date, 0))
            self.cursor_to(day, hour)
            return
        row = max(0, min(row + down, len(self._days) - 1))
        self.cursor_to(self._days[row].date, max(0, min(self._cursor[1] + right, HOURS - 1)))

    def action_cursor_off(self) -> None:
        """Takes the cursor away."""
        self.cursor_off()

    def action_select(self) -> None:
        """Opens the hour under the cursor, if there is such an hour."""
        row = self._row
        if row is not None and self._cursor is not None:
            start = self._days[row].starts.get(self._cursor[1])
            if start is not None:
                self.post_message(self.Selected(self, start))

    def on_click(self, event: events.Click) -> None:
        """A click reads an hour, a double click opens it."""
        offset = event.get_content_offset(self)
        label, cell = _layout(self.size.width)
        if offset is None or self._told() or not cell:
            return
        row, hour = offset.y - 2 + self._first_row(), (offset.x - label) // cell
        if 2 <= offset.y < 2 + self._rows_shown() and 0 <= hour < HOURS and offset.x >= label and row < len(self._days):
            self.cursor_to(self._days[row].date, hour)
            if event.chain > 1:
                self.action_select()

    # -- drawing

    def lines(self, width: int) -> Sequence[Line]:
        told = self._told()
        label, cell = _layout(width)
        metric = self._metric
        if told or not cell or metric is None:
            text = told or f"a heat map takes {_layout_least()} columns"
            return [[(f" {line}", "dim")] for line in wrap(text, width - 2, self.size.height)]
        first, count = self._first_row(), self._rows_shown()
        hidden = len(self._days) - count
        rows: list[Line] = [self._head(metric, width), self._hour_line(label, cell, hidden)]
        rows += [self._day_line(day, metric, label, cell) for day in self._days[first : first + count]]
        if self.size.height >= len(rows) + 1:
            rows.append(self._legend(metric, width))
        return rows

    def _told(self) -> str | None:
        """What stands in place of the map, if anything."""
        return self.message or (None if self._days and self._metric else self._waiting)

    def _rows_shown(self) -> int:
        # Days can be reached by the cursor, the legend cannot: it gives way last.
        around = 3 if self.size.height >= _LEGEND_FROM else 2
        return max(0, min(len(self._days), self.size.height - around))

    def _first_row(self) -> int:
        """Days that do not fit are reached by the cursor."""
        return max(0, (self._row or 0) - self._rows_shown() + 1)

    def _head(self, metric: Metric, width: int) -> list[Span]:
        row, cursor = self._row, self._cursor
        if row is None or cursor is None:
            return [(f" {metric.label}", "strong"), ("  by day and hour", "dim")]
        day, hour = self._days[row], cursor[1]
        time = f" {day_text(day.date)} {hour:02}:00–{hour + 1:02}:00"
        if hour not in day.starts:
            return [(time, "value"), ("  no such hour, the clocks went forward", "dim")]
        if hour in day.doubled:
            time += f" {SECOND_TIME}"
        figure = day.hours.get(hour)
        told: Span = (
            (_WORDS[figure], "dim")
            if figure is None or isinstance(figure, Absent)
            else (figure_text(figure, metric), "strong")
        )
        # The figure is what was asked for, so the name gives way.
        name = metric.label if len(f"{time}  {metric.label} {told[0]}") <= width else metric.short
        return [(f"{time}  {name} ", "value"), told]

    def _hour_line(self, label: int, cell: int, hidden: int) -> list[Span]:
        every = 1 if cell >= 3 else 3 if cell == 2 else 6
        text = [" "] * (HOURS * cell)
        for hour in range(0, HOURS, every):
            text[hour * cell : hour * cell + 2] = f"{hour:02}"
        more = f" ↕{hidden} more" if hidden else ""
        if self.cursor is None:
            return [(more.ljust(label), "dim"), ("".join(text), "dim")]
        hour = self.cursor[1]
        at = min(hour * cell, len(text) - 2)
        # The neighbours' digits would make another number of it.
        for near in range(max(0, at - 2), min(len(text), at + 4)):
            if cell < 3:
                text[near] = " "
        line = "".join(text)
        return [(more.ljust(label), "dim"), (line[:at], "dim"), (f"{hour:02}", "accent"), (line[at + 2 :], "dim")]

    def _day_line(self, day: Day, metric: Metric, label: int, cell: int) -> list[Span]:
        cursor = self.cursor
        here = cursor is not None and cursor[0] == day.date
        name = day_text(day.date) if label >= 12 else day_text(day.date).rsplit(" ", 1)[0]
        spans: list[Span] = [("▌" if here else " ", "accent"), (name.ljust(label - 1), "value" if here else "dim")]
        for hour in range(HOURS):
            glyph = self._glyph(day, hour, metric)
            wide = glyph * cell if glyph in SHADES else glyph.center(cell)
            if hour in day.doubled and cell > 1:
                wide = wide[:-1] + SECOND_TIME
            if here and cursor is not None and cursor[1] == hour:
                spans.append((_framed(glyph, cell), "accent"))
            else:
                spans.append((wide, "value" if glyph in SHADES else "dim"))
        length = len(day.starts) + len(day.doubled)
        if length != HOURS:
            spans.append((f" {length}h", "dim"))
        return _merged(spans)

    def _glyph(self, day: Day, hour: int, metric: Metric) -> str:
        """The one character that an hour shows."""
        if hour not in day.starts:
            return " "
        figure = day.hours.get(hour)
        if figure is None or isinstance(figure, Absent):
            text = figure.value if figure else _NOT_KNOWN
            return text if len(text) == 1 else _NOT_KNOWN
        return shade(figure, *self._scale) if metric.is_number and math.isfinite(figure) else _NOT_KNOWN

    def _legend(self, metric: Metric, width: int) -> list[Span]:
        low, high = self._scale
        parts = len(SHADES) - 1
        spans: list[Span] = [(f" {figure_text(low, metric)}", "dim")]
        for part, glyph in enumerate(SHADES[1:], 1):
            bound = figure_text(low + (high - low) * part / parts, metric)
            spans += [(f" {glyph * 2}", "value"), (f" {bound}", "dim")]
        words = f"+  {_GOOD[metric.good]}"
        room = width - len(words) - sum(len(text) for text, _ in spans)
        if room < 0:
            ends = figure_text(low, metric), figure_text(high, metric)
            return [(f" {ends[0]} ", "dim"), (SHADES[1:], "value"), (f" {ends[1]}{words}", "dim")]
        more = "  · not known  – not applicable"
        return [*spans, (words + more if len(more) <= room else words, "dim")]


def _known_hours(day: Day) -> list[int]:
    return [hour for hour, figure in day.hours.items() if isinstance(figure, int | float) and hour in day.starts]


def _layout(width: int) -> tuple[int, int]:
    """The cells of a day's name and of one hour; (0, 0) where there is no room for any."""
    for label, cell in ((12, 7), (12, 6), (12, 5), (12, 4), (12, 3), (12, 2), (8, 2), (8, 1)):
        if label + HOURS * cell + _NOTE_CELLS <= width:
            return label, cell
    return (8, 1) if width >= _layout_least() else (0, 0)


def _layout_least() -> int:
    return 8 + HOURS


def _framed(glyph: str, cell: int) -> str:
    """An hour under the cursor, which is seen without colour, too."""
    return "◆" if cell == 1 else "[]" if cell == 2 else f"[{glyph.center(cell - 2, glyph if glyph in SHADES else ' ')}]"


def _merged(spans: Sequence[Span]) -> list[Span]:
    """Neighbours of one role as one text."""
    found: list[Span] = []
    for text, role in spans:
        if found and found[-1][1] == role:
            found[-1] = (found[-1][0] + text, role)
        else:
            found.append((text, role))
    return found
