"""The trend: closed, transferred and concluded conversations over the last hours, of the account or a scope."""

from __future__ import annotations

from datetime import tzinfo

from kmm_tui.api.window import MINUTE, format_duration
from kmm_tui.board.board import Board
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.board.scope import ACCOUNT, Scope
from kmm_tui.board.state import Section, Topic
from kmm_tui.metrics import BY_NAME
from kmm_tui.ui.columns import Span
from kmm_tui.ui.linechart import LineChart, Series
from kmm_tui.ui.panel import Panel
from kmm_tui.ui.roles import Role

LINES: tuple[tuple[str, str, Role], ...] = (
    ("concluded_conversations", "concluded", "dim"),
    ("closed_conversations", "closed", "accent"),
    ("transfers", "transferred", "value"),
)
"""Request name, word and role of each line, the largest first."""


class TrendPanel(Panel):
    """The chart with its title."""

    def __init__(self, tz: tzinfo | None) -> None:
        self.chart = LineChart(zone=tz, id="trend")
        super().__init__(self.chart, id="trend-panel")
        self.chart.can_focus = True
        self.scope = ACCOUNT
        self._subject = ""

    def freshness(self, board: Board, now: float) -> Freshness:
        """How fresh the trend of the present scope is."""
        return board.freshness(Topic(Section.TREND, self.scope), now)

    def title_words(self, board: Board) -> list[Span]:
        """Of whom, over which time, in which steps."""
        return [("TREND", "strong"), (f" of {board.label(self.scope)}{self._subject}", "dim")]

    def update_trend(self, board: Board, scope: Scope, now: float) -> None:
        """Draws the last answer of `scope`, as old as it is; without one it says why there is none."""
        self.scope = scope
        trend, fresh = board.trend(scope), self.freshness(board, now)
        self.chart.dim = fresh.age in (Age.STALE, Age.GONE)
        if trend is None or fresh.age is Age.GONE:
            self._subject = ""
            gone = "--  the last trend is too old to be shown" if trend else "waiting for the first answer"
            self.chart.message = gone if trend or not fresh.trouble else f"{fresh.trouble.word}: no answer yet"
            return
        each = f" · per {trend.interval} min" if trend.interval else ""
        self._subject = f" · last {format_duration(trend.window.width)}{each}"
        self.chart.message = None if trend.points else "nothing is counted in this window yet"
        gap = trend.interval * MINUTE * 3 // 2 if trend.interval else None
        series = [
            Series(word, tuple((p.end, p.values.get(BY_NAME[name].field)) for p in trend.points), role, gap)
            for name, word, role in LINES
        ]
        self.chart.set_data(series, (trend.window.start, trend.window.end))
