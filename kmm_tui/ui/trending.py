"""The trend view: any metric over hours and days from the record, and the hours of two weeks as a map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from textual import on
from textual.message import Message

from kmm_tui.api.window import DAY, HOUR, MINUTE, Window
from kmm_tui.board.asked import AGENT_FIGURES, FIGURES
from kmm_tui.board.derived import known_metrics, requested
from kmm_tui.board.figure import Absent, Figure
from kmm_tui.board.grid import DAYS, hours
from kmm_tui.board.judge import method_of
from kmm_tui.board.localtime import clock_text, day_start, local
from kmm_tui.board.look import Look
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.span import Span, between
from kmm_tui.board.travel import Travel
from kmm_tui.feed.backfill import Backfill
from kmm_tui.metrics import Kind, Method, Metric, offered
from kmm_tui.ui.board_screen import AnyPanel
from kmm_tui.ui.chooser import Choice
from kmm_tui.ui.comparing import Comparing
from kmm_tui.ui.figure_column import choosable
from kmm_tui.ui.heatmap import HeatMap, local_day, scale_of
from kmm_tui.ui.places import View
from kmm_tui.ui.recordedline import Lines, RecordedLine, read_line
from kmm_tui.ui.travelling import short_label
from kmm_tui.ui.trend_panel import Shown
from kmm_tui.ui.trendchoice import MetricScreen
from kmm_tui.ui.trendstyle import label_of, progress_spans, width_text

RECORDED_WIDTHS = (HOUR, 4 * HOUR, DAY, 3 * DAY, 14 * DAY)
"""Stretches of a recorded line, ms."""
OWN_WIDTHS: dict[int, int] = {HOUR: 1, 6 * HOUR: 5, DAY: 15}
"""Stretches of the API's own counts, ms, with the minutes between points: 60, 72 and 96 of the 100 it answers."""
READ_AGAIN = 10.0
"""Seconds after which a line is read anew at the earliest."""
OWN = "api"
"""The key of the API's own counts among metrics."""
INTERVALS = (1, 5, 10, 15, 30, 60)
"""Minutes between points that a person may choose; an answer of the API holds at most 100 of them."""
MOST_POINTS, LEAST_POINTS = 100, 2
OF_TREND = ("trend_metric", "trend_stretch", "trend_interval", "trend_map")
OF_ROWS = ("filter", "hold")
"""What the view of a trend has no rows for."""
USUAL_MAP = "closed_conversations"

MAP_METRICS = {metric.name: metric for metric in offered(Method.METRICS, Kind.BY_TIME) if metric.is_number}

_LineKey = tuple[Scope, str, int, Window | None, Span]


class Trending(Comparing):
    """The board with all that its trend view can show."""

    class Stretched(Message):
        """The API's own counts are wanted over `width` ms, in steps of `interval` minutes."""

        def __init__(self, width: int, interval: int) -> None:
            super().__init__()
            self.width, self.interval = width, interval

    lines: Lines | None = None
    """What has been recorded; None where nothing is. Set by the app, as are the next two."""
    backfill_of: Callable[[], Backfill | None] = staticmethod(lambda: None)
    can_stretch: Callable[[], bool] = staticmethod(lambda: False)
    """Whether the API can be asked for other stretches; otherwise only a part of what it was asked for is shown."""
    _metric: Metric | None = None
    _map_metric = MAP_METRICS[USUAL_MAP]
    _is_map = False
    _width = 4 * HOUR
    _own_width: int | None = None
    _interval: int | None = None
    """Minutes between points, as chosen; None is what suits the stretch."""
    _line: RecordedLine | None = None
    _line_key: _LineKey | None = None
    _reading: _LineKey | None = None
    _read_at = 0.0
    _hours_key: tuple[Scope, str, int] | None = None
    _hours_drawn: tuple[object, ...] = ()

    # -- what is shown

    @property
    def _shown(self) -> Shown | None:
        if self.trail.here.view is not View.TREND:
            return None
        if self._is_map:
            return Shown(self._map_metric, None, is_map=True)
        return Shown(self._metric, self._width if self._metric else self._own_width)

    def _update_panels(self) -> None:
        self.trend.over = short_label(self.present.span)
        self.trend.show(self._shown)
        super()._update_panels()
        shown = self._shown if self.trend.display else None
        self._follow_line(shown)
        self._follow_hours(shown)

    def arrive(self) -> None:
        """The keys are those of the place, also where the same part keeps the keyboard."""
        super().arrive()
        self.refresh_bindings()

    def tick(self, now: float) -> None:
        """The map fills as answers come."""
        super().tick(now)
        if self._hours_key:
            self._draw_hours()

    @property
    def present_look(self) -> Look:
        """What is looked at: the line of an agent goes on with the agents' figures."""
        look = super().present_look
        is_agent = self._trend_scope.level is Level.AGENT
        return replace(look, agents=True) if is_agent and self._recorded is not None else look

    def _wanted(self, method: Method, *panels: AnyPanel) -> tuple[str, ...]:
        found, metric = super()._wanted(method, *panels), self._recorded
        if metric is None or method not in metric.methods:
            return found
        return tuple(sorted({*found, *(name for name in requested((metric.name,)) if name not in _usual(method))}))

    @property
    def _recorded(self) -> Metric | None:
        """The metric whose recorded line can be seen."""
        shown = self._shown
        return shown.metric if shown and not shown.is_map else None

    # -- what a person does

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The keys of the trend are for its own view, those of rows for all others."""
        if action in (OF_ROWS if self.trail.here.view is View.TREND else OF_TREND):
            return False
        return super().check_action(action, parameters)

    def action_trend_metric(self) -> None:
        """Chooses whose line is drawn, or what the map shows."""
        is_map = self._is_map
        if is_map:
            choices = [_choice(metric) for metric in MAP_METRICS.values()]
            present = self._map_metric.name
        else:
            told = choosable(method_of(self._trend_scope.level))
            choices = [Choice(OWN, "closed, transferred, concluded", "The API's own counts over time.", "API")]
            choices += [_choice(metric) for metric in told.values()]
            present = self._metric.name if self._metric else OWN

        def done(key: str | None) -> None:
            if key is None:
                return
            if is_map:
                self._map_metric = MAP_METRICS[key]
            else:
                self._metric = known_metrics().get(key)
            self._show_other()

        self.app.push_screen(MetricScreen(choices, present), done)

    def action_trend_stretch(self) -> None:
        """Goes on to the next stretch of time."""
        if self._is_map:
            self.say("the map always shows the last 14 days")
        elif self._metric:
            self._width = _next(self._width, RECORDED_WIDTHS)
            self._show_other()
        else:
            self._stretch_own()

    def _stretch_own(self) -> None:
        trend = self.board.trend(self._trend_scope)
        asked = trend.window.width if trend else 0
        if self.can_stretch() and self.past is None:
            self._own_width = _next(self._own_width or asked, tuple(OWN_WIDTHS))
            if self._interval not in intervals(self._own_width):
                self._interval = None
            self.post_message(self.Stretched(self._own_width, self._interval or OWN_WIDTHS[self._own_width]))
        else:
            widths = (*(width for width in OWN_WIDTHS if width < asked), asked)
            self._own_width = _next(self._own_width or asked, widths)
        self._show_other()

    def action_trend_interval(self) -> None:
        """Goes on to the next number of minutes between points, and after the largest to what suits the stretch."""
        if self._is_map or self._metric:
            self.say("intervals are those of the API's own counts: c chooses them")
        elif self.past is not None or not self.can_stretch():
            self.say("the interval is chosen at the present: . goes there")
        else:
            trend = self.board.trend(self._trend_scope)
            width = self._own_width or (trend.window.width // HOUR * HOUR if trend else 6 * HOUR)
            choice = intervals(width)
            found = next((each for each in choice if each > (self._interval or 0)), None)
            self._own_width, self._interval = width, found
            usual = OWN_WIDTHS.get(width, choice[0])
            self.post_message(self.Stretched(width, found or usual))
            self.say(
                f"a point each {found} min" if found else f"a point each {usual} min, as suits {width_text(width)}"
            )
            self._show_other()

    def action_trend_map(self) -> None:
        """Shows the hours of the last days as a map, or the line again."""
        self._is_map = not self._is_map
        self._show_other()

    def _show_other(self) -> None:
        self._update_panels()
        self.update_titles()
        self.look()

    # -- lines from the record

    def _follow_line(self, shown: Shown | None) -> None:
        """Reads the line that is looked at, if it has not been read a moment ago."""
        metric = shown.metric if shown and not shown.is_map else None
        if shown is None or metric is None:
            self._line_key = None
            return
        scope, width = self._trend_scope, shown.width or 0
        if method_of(scope.level) not in metric.methods or self.lines is None:
            self._line_key = None
            self._draw_line(metric, scope, width)
            return
        key = (scope, metric.name, width, self.past, self.present.span)
        if key != self._line_key:
            self._line, self._line_key, self._reading = None, key, None
            self._read_at = -READ_AGAIN
        if self._reading is None and not 0 <= self.now - self._read_at < READ_AGAIN:
            self._reading, self._read_at = key, self.now
            reading: Any = partial(self._read_line, self.lines, key, metric)
            self.run_worker(reading, group="trend line", exclusive=True, exit_on_error=False)
        self._draw_line(metric, scope, width)

    async def _read_line(self, lines: Lines, key: _LineKey, metric: Metric) -> None:
        scope, _, width, past, _ = key
        end = past.end if past else self._now_ms
        try:
            found = await read_line(lines, scope, metric, end - width, end, self.tz, self.present.judge())
        finally:
            if self._reading is key:
                self._reading = None
        if self._line_key is key:
            self._line = found
            self._draw_line(metric, scope, width)

    def _draw_line(self, metric: Metric, scope: Scope, width: int) -> None:
        self.trend.show_line(metric, self._line, self._instead_of_line(metric, scope, width))

    def _instead_of_line(self, metric: Metric, scope: Scope, width: int) -> str | None:
        """What stands in place of a line, with what to do about it; None where there is one."""
        if method_of(scope.level) not in metric.methods:
            return f"{metric.label} is not told of this {scope.level.value}: c chooses another metric"
        if self.lines is None:
            return (
                f"nothing is recorded on this machine, so there is no line of {metric.label}: set on = true under "
                "[record] in the settings, or press c for the API's own counts"
            )
        if self._line is None:
            return "reading the record"
        if not self._line.is_known:
            whose = label_of(self.board, scope)
            over = f", counted over {self.present.span.label}," if metric.kind is Kind.BY_TIME else ""
            return (
                f"nothing is recorded of {metric.label} of {whose}{over} in the last {width_text(width)}: it is from "
                "now on, while this is looked at; z is another stretch, c another metric"
            )
        return None

    # -- the map of hours

    def _follow_hours(self, shown: Shown | None) -> None:
        """Has the hours asked for that are looked at, and no others."""
        metric = shown.metric if shown and shown.is_map else None
        backfill, scope = self.backfill_of(), self._trend_scope
        wanted = None
        if metric is not None and backfill is not None and scope.level is not Level.AGENT:
            wanted = (scope, metric.name, self._now_ms // (15 * MINUTE))
        if wanted != self._hours_key:
            self._hours_key, self._hours_drawn = wanted, ()
            if backfill is None:
                pass
            elif wanted is None:
                backfill.look_away()
            else:
                windows = [hour.window for day in self._days() for hour in hours(day, self.tz)]
                backfill.look_at_hours(scope, wanted[1], windows)
        if metric is not None:
            self.trend.heat.message = _instead_of_map(backfill, scope)
            self._draw_hours()

    def _days(self) -> list[int]:
        """When the last fourteen local days began, the newest first."""
        return [day_start(self._now_ms, self.tz, -ago) for ago in range(DAYS)]

    def _draw_hours(self) -> None:
        backfill = self.backfill_of()
        if backfill is None or self._hours_key is None:
            self.trend.progress.update_line(())
            return
        progress = backfill.hours_progress
        known: dict[int, Figure | None] = {
            window.start: Absent.NOT_APPLICABLE if value is None else value
            for window, value in backfill.hours().items()
        }
        drawn = (self._hours_key, progress, len(known))
        if drawn != self._hours_drawn:
            self._hours_drawn = drawn
            days = [local_day(local(day, self.tz).date(), self.tz, known) for day in self._days()]
            self.trend.heat.set_cells(self._map_metric, days, scale_of(self._map_metric, known.values()))
            self.trend.progress.update_line(progress_spans(progress))

    @on(HeatMap.Selected)
    def travel_to_hour(self, event: HeatMap.Selected) -> None:
        """Goes to an hour of the map; the one that still goes on ends now."""
        event.stop()
        start, end = event.start, event.start + HOUR
        self._travel(lambda: Travel(between(start, end if end <= self._now_ms else None, self.tz)))
        if self.past and self.past.start == start:
            clock = f"{clock_text(start, self.tz)}–{clock_text(end, self.tz)}"
            self.say(f"the board is that of {clock} now: 1 shows all of it, . comes back to the present")


def intervals(width: int) -> tuple[int, ...]:
    """The intervals that can be chosen for so many ms, in minutes."""
    return tuple(each for each in INTERVALS if LEAST_POINTS <= width // (each * MINUTE) <= MOST_POINTS)


def _usual(method: Method) -> Sequence[str]:
    return FIGURES if method is Method.METRICS else AGENT_FIGURES


def _next(width: int, widths: Sequence[int]) -> int:
    """The next longer one, and after the longest the shortest again."""
    return next((each for each in sorted(widths) if each > width), min(widths, default=width))


def _choice(metric: Metric) -> Choice:
    return Choice(metric.name, metric.label, metric.meaning, "now" if metric.kind is Kind.CURRENT else "in the window")


def _instead_of_map(backfill: Backfill | None, scope: Scope) -> str | None:
    """What stands in place of the map, with what to do about it; None where there is one."""
    if scope.level is Level.AGENT:
        return "hours of past days are not offered for agents, only for the account, skills and groups: H is the line"
    if backfill is None:
        return "past days are not asked for here: set fill = true under [usual] in the settings; H is the line"
    return None
