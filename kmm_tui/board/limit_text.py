"""Limits in words."""

from __future__ import annotations

from kmm_tui.board.derived import metric_named
from kmm_tui.board.figure_text import figure_text
from kmm_tui.board.limits import Bounds, Limit, bounds
from kmm_tui.board.severity import Severity


def value_text(limit: Limit, value: float) -> str:
    """A value of the limit's metric, as the metric is written."""
    metric = metric_named(limit.metric)
    return f"{value:g}" if metric is None else figure_text(value, metric)


def bound_text(limit: Limit, severity: Severity) -> str:
    """The limit that a severity broke: ``max 3:00``, ``min 85%``; '' if that level is not set."""
    value = limit.critical if severity is Severity.CRITICAL else limit.warn
    if value is None:
        return ""
    found = bounds_of(limit)
    return f"{'max' if found is None or found.high_is_bad else 'min'} {value_text(limit, value)}"


def bounds_of(limit: Limit) -> Bounds | None:
    """Where the limit's levels are entered and left; None for a metric that nothing knows."""
    metric = metric_named(limit.metric)
    return None if metric is None else bounds(limit, metric)


def limit_text(limit: Limit) -> str:
    """Both levels: ``▲ 1:00  ■ 3:00``."""
    levels = (("▲", limit.warn), ("■", limit.critical))
    return "  ".join(f"{sign} {value_text(limit, value)}" for sign, value in levels if value is not None)
