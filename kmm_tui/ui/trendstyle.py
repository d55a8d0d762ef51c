"""How a metric looks on a chart: its unit, its scale, and the lines of its limits."""

from __future__ import annotations

from functools import partial
from typing import TypedDict

from kmm_tui.api.window import DAY, format_duration
from kmm_tui.board.board import Board
from kmm_tui.board.figure_text import figure_text
from kmm_tui.board.limit_text import bound_text
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.severity import Severity
from kmm_tui.board.snapshot import Snapshot
from kmm_tui.board.state import Section, Topic
from kmm_tui.feed.backfill import Progress
from kmm_tui.metrics import Metric, Unit
from kmm_tui.ui.chartscale import DURATION_STEPS
from kmm_tui.ui.columns import Span
from kmm_tui.ui.linechart import Limit, LineChart

BAR_CELLS = 20


class _Scale(TypedDict, total=False):
    y_top: float
    steps: tuple[float, ...]
    whole: bool


_SCALES: dict[Unit, _Scale] = {
    Unit.COUNT: {"whole": True},
    Unit.DURATION: {"steps": DURATION_STEPS},
    Unit.SHARE: {"y_top": 1.0},
}


def set_unit(chart: LineChart, metric: Metric | None) -> None:
    """Writes values as `metric` is written, on a scale that suits its unit; None is plain numbers."""
    if metric is None:
        chart.set_unit("{:g}".format)
    else:
        chart.set_unit(partial(_text, metric), **_SCALES.get(metric.unit, {}))


def _text(metric: Metric, value: float) -> str:
    return figure_text(value, metric)


def width_text(ms: int) -> str:
    """A stretch of time: ``4h``, ``3 days``."""
    return f"{ms // DAY} days" if ms >= 2 * DAY and ms % DAY == 0 else format_duration(ms)


def label_of(board: Board, scope: Scope) -> str:
    """The name of a scope for people, that of an agent included."""
    return name_of(board, scope) or board.label(scope)


def name_of(board: Board, scope: Scope) -> str | None:
    """The name of a skill, group or agent as it was last told; None without one."""
    if scope.level is Level.AGENT:
        row = board.detail_row(scope.key)
        return row.agent.name if row else None
    state = board.state(Topic(Section.FIGURES, scope))
    return state.content.name if state and isinstance(state.content, Snapshot) else None


def limits_of(board: Board, scope: Scope, metric: Metric) -> list[Limit]:
    """The limits in force for a metric of a scope, as lines of a chart."""
    limit = board.judge.limit_for(metric.name, scope, name_of(board, scope))
    if limit is None:
        return []
    found: list[Limit] = []
    if limit.warn is not None:
        found.append((limit.warn, "warn", bound_text(limit, Severity.WARN)))
    if limit.critical is not None:
        found.append((limit.critical, "critical", bound_text(limit, Severity.CRITICAL)))
    return found


def progress_spans(progress: Progress) -> list[Span]:
    """``▒▒░░ 120 of 336 hours asked, live polling goes first``; how many there are once none is left."""
    if progress.is_done:
        return [(f" all {progress.total} hours asked", "dim")]
    filled = progress.done * BAR_CELLS // progress.total
    told = f" {progress.done} of {progress.total} hours asked"
    # Without a reason to wait it still is so that what is live has the first turn.
    why = progress.paused or "live polling goes first"
    return [(" ", "dim"), ("▒" * filled, "accent"), ("░" * (BAR_CELLS - filled), "dim"), (told, "value"),
            (f", {why}", "dim")]  # fmt: skip
