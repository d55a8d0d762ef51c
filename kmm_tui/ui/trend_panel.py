"""The trend of the account or a scope: the API's own counts, a recorded line of any metric, or a map of hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from kmm_tui.api.window import MINUTE, format_duration
from kmm_tui.board.board import Board
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.state import AGENTS, Section, Topic
from kmm_tui.feed.past import NOT_KEPT
from kmm_tui.metrics import BY_NAME, Kind, Metric
from kmm_tui.ui.columns import Span
from kmm_tui.ui.heatmap import HeatMap
from kmm_tui.ui.linechart import LineChart, Series
from kmm_tui.ui.lines import Line, RoleLines, name_of
from kmm_tui.ui.panel import Panel
from kmm_tui.ui.recordedline import RecordedLine, is_known
from kmm_tui.ui.roles import Role
from kmm_tui.ui.trendstyle import label_of, limits_of, set_unit, width_text

LINES: tuple[tuple[str, str, Role], ...] = (
    ("concluded_conversations", "concluded", "dim"),
    ("closed_conversations", "closed", "accent"),
    ("transfers", "transferred", "value"),
)
"""Request name, word and role of each line, the largest first."""
LAST_WEEK = "a week earlier"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the trend view shows: a map of hours, a recorded line of `metric`, or without one the API's own counts.

    `width` is in ms; None is as much as the API was asked for.
    """

    metric: Metric | None = None
    width: int | None = None
    is_map: bool = False


class ProgressLine(RoleLines):
    """How much of the map is known."""

    def __init__(self) -> None:
        super().__init__(id="trend-progress")
        self._told: tuple[Span, ...] = ()

    def update_line(self, told: Line) -> None:
        """Shows another line; an empty one takes no room."""
        self._told = tuple(told)
        if self.display != bool(told):
            self.display = bool(told)
        self.show()

    def lines(self, width: int) -> Sequence[Line]:  # noqa: ARG002
        return [self._told]


class TrendPanel(Panel):
    """The chart, or the map in its place, with a title."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "screen.trend_metric", "Metric", id="trend.metric",
                tooltip="trend: choose whose line is drawn, any metric from the record or the API's own counts"),
        Binding("z", "screen.trend_stretch", "Stretch", id="trend.stretch",
                tooltip="trend: a longer time, and in the end the shortest again"),
        Binding("H", "screen.trend_map", "Map", id="trend.map",
                tooltip="trend: the hours of the last 14 days as a map, and back"),
        Binding("i", "screen.trend_interval", "Interval", id="trend.interval",
                tooltip="trend: how many minutes the API's own counts are put together, or what suits the stretch"),
    ]  # fmt: skip
    DEFAULT_CSS = """
    TrendPanel {
        HeatMap, ProgressLine { display: none; }
        &.-map { LineChart { display: none; } HeatMap { display: block; } }
    }
    """

    def __init__(self, tz: tzinfo | None) -> None:
        self.chart = LineChart(zone=tz, id="trend")
        self.heat = HeatMap(id="trend-map")
        self.progress = ProgressLine()
        super().__init__(self.chart, id="trend-panel")
        self.chart.can_focus = True
        self.scope = ACCOUNT
        self.shown: Shown | None = None
        self.over = ""
        """What by-time figures are counted over, such as ``1h`` or ``today``."""
        self._subject = ""

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield self.heat
        yield self.progress

    def show(self, shown: Shown | None) -> None:
        """Shows this from now on; None is the short form that stands beside tables."""
        before, self.shown = self.shown, shown
        if shown == before:
            return
        self._subject = ""
        is_map = shown is not None and shown.is_map
        if is_map != self.has_class("-map"):
            had_focus = self.has_focus_within
            self.set_class(is_map, "-map")
            self.body = self.heat if is_map else self.chart
            if had_focus:
                self.body.focus()
        if not is_map:
            self.progress.update_line(())
        metric = shown.metric if shown and not is_map else None
        if metric != (before.metric if before and not before.is_map else None):
            set_unit(self.chart, metric)
            self.chart.set_limits(())
            self.chart.cursor_off()

    def freshness(self, board: Board, now: float) -> Freshness:
        """How fresh what is shown is; hours that are over never grow old."""
        if self.shown and self.shown.is_map:
            return Freshness(Age.LIVE, 0.0)
        if self.shown and self.shown.metric:
            topic = AGENTS if self.scope.level is Level.AGENT else Topic(Section.FIGURES, self.scope)
            return board.freshness(topic, now)
        return board.freshness(Topic(Section.TREND, self.scope), now)

    def title_words(self, board: Board) -> list[Span]:
        """Of whom, what, over which time, in which steps, and from where."""
        name = name_of(self.scope, label_of(board, self.scope))
        return [("TREND", "strong"), (" of ", "dim"), (name, "dim"), (self._subject, "dim")]

    def update_trend(self, board: Board, scope: Scope, now: float) -> None:
        """Draws what there is of `scope`, as old as it is; without an answer it says why there is none."""
        self.scope = scope
        fresh, shown = self.freshness(board, now), self.shown
        if shown and shown.is_map:
            metric = shown.metric
            self._subject = f" · {metric.label if metric else ''} · 14 days hour by hour · from the API"
            return
        self.chart.dim = fresh.age in (Age.STALE, Age.GONE)
        if shown and shown.metric:
            over = f" {self.over}" if shown.metric.kind is Kind.BY_TIME else ""
            self._subject = f" · {shown.metric.label}{over} · last {width_text(shown.width or 0)} · record"
            self.chart.set_limits(limits_of(board, scope, shown.metric))
        else:
            self._update_own(board, scope, fresh)

    def _update_own(self, board: Board, scope: Scope, fresh: Freshness) -> None:
        """The API's own counts."""
        trend = board.trend(scope)
        if trend is None or fresh.age is Age.GONE:
            self._subject = ""
            gone = "--  the last trend is too old to be shown" if trend else "waiting for the first answer"
            if trend or not fresh.trouble:
                self.chart.message = gone
            elif fresh.trouble.word == NOT_KEPT:
                self.chart.message = f"{fresh.trouble.message}: c, and H"
            else:
                self.chart.message = f"{fresh.trouble.word}: no answer yet"
            return
        start, end = trend.window.start, trend.window.end
        if self.shown and self.shown.width:
            start = max(start, end - self.shown.width)
        each = f" · per {trend.interval} min" if trend.interval else ""
        source = " · historical" if self.shown else ""
        self._subject = f" · last {format_duration(end - start)}{each}{source}"
        self.chart.message = None if trend.points else "nothing is counted in this window yet"
        gap = trend.interval * MINUTE * 3 // 2 if trend.interval else None
        series = [
            Series(word, tuple((p.end, p.values.get(BY_NAME[name].field)) for p in trend.points), role, gap)
            for name, word, role in LINES
        ]
        self.chart.set_data(series, (start, end))

    def show_line(self, metric: Metric, line: RecordedLine | None, message: str | None) -> None:
        """Draws what was recorded of `metric`, or tells `message` in its place."""
        self.chart.message = message
        if line is None or message is not None:
            return
        series = [Series(metric.label, line.points, "accent")]
        if is_known(line.before):
            series.append(Series(LAST_WEEK, line.before, "dim"))
        self.chart.set_data(series, (line.start, line.end))
