"""What is asked of an account as a rule: the board's figures in the usual window, and the trend behind them."""

from __future__ import annotations

from kmm_tui.board import asked
from kmm_tui.feed.gather import Wants

TREND_WINDOW = 6 * 60 * 60 * 1000
TREND_INTERVAL = 5
"""Minutes between two points of the trend: 72 of the 100 points that one answer may hold."""


def usual_wants(window: int) -> Wants:
    """What the board asks for, counted over `window` ms."""
    return Wants(
        window=window,
        metrics=asked.FIGURES,
        agent_metrics=asked.AGENT_FIGURES,
        trend_metrics=asked.TREND_FIGURES,
        trend_window=TREND_WINDOW,
        trend_interval=TREND_INTERVAL,
    )
