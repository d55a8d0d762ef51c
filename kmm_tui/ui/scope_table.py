"""The columns of the tables of skills and of agent groups, and their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from kmm_tui.board.freshness import Age
from kmm_tui.board.rows import EVERYTHING, ScopeRow
from kmm_tui.board.scope import ACCOUNT, Level
from kmm_tui.metrics import Kind, Method, Metric
from kmm_tui.ui.columns import Cell, Column, Span
from kmm_tui.ui.figure_column import Usual, Widths, choosable, figure_cell, figure_column, named, usual_of
from kmm_tui.ui.levels import glyph

DEFAULT_COLUMNS: Usual = (
    ("unassigned_conversations", None, 0),
    ("queue_wait_time_50th_percentile", None, 3),
    ("queue_wait_time_90th_percentile", None, 0),
    ("overdue_conversations_in_queue", None, 9),
    ("overdue_conversations_total", None, 1),
    ("sla_share", None, 8),
    ("online_agents", None, 0),
    ("away_agents", None, 0),
    ("back_soon_agents", None, 2),
    ("online_share", None, 12),
    ("available_slots", None, 4),
    ("human_online_load", "load", 0),
    ("avg_time_to_first_response_first_assignment", "1st", 7),
    ("avg_time_to_response", None, 5),
    ("closed_conversations", None, 6),
    ("closed_by_agent", None, 11),
    ("closed_by_consumer", None, 11),
    ("auto_closed", None, 11),
    ("csat", None, 10),
    ("assigned_conversations", None, 13),
    ("active_conversations", None, 14),
)
"""Name, a shorter label where it is needed, and rank of need."""
NAMES = {Level.SKILL: "skill", Level.GROUP: "agent group"}
"""What a row is called."""
STRONG = ("unassigned_conversations", "queue_wait_time_90th_percentile")


def _render(metric: Metric) -> Callable[[ScopeRow], Cell]:
    strong = metric.name in STRONG

    def render(row: ScopeRow) -> Cell:
        gone = row.age in (Age.GONE, Age.AWAITED)
        return figure_cell(row, metric, strong=strong, stale=row.is_old, gone=gone)

    return render


class Beside(Protocol):
    """Says what stands beside a by-time figure; `label` is what it is of."""

    @property
    def label(self) -> str: ...

    def beside(self, row: ScopeRow, metric: Metric, width: int) -> tuple[Span, ...]: ...


_SOUGHT = 5
"""So much more a by-time figure is needed while it is compared: whoever wants that wants to see it."""
BESIDE_CELLS = 13
"""A figure and its change: ``1:00 ▲+0:22!``."""


def _beside(metric: Metric, beside: Beside, priority: int) -> Column[ScopeRow]:
    def render(row: ScopeRow) -> Cell:
        return () if row.is_old else beside.beside(row, metric, BESIDE_CELLS)

    return Column(f"{metric.name}~", beside.label, BESIDE_CELLS, render=render, align="right", priority=priority, gap=1)


def _level(row: ScopeRow) -> Span:
    return glyph(row.severity, stale=row.is_old)


def _label(depth: Callable[[ScopeRow], int], widths: Widths) -> Callable[[ScopeRow], Cell]:
    def render(row: ScopeRow) -> Cell:
        if row.scope == ACCOUNT:
            name: Span = ("whole account", "stale" if row.is_old else "accent")
        else:
            name = (f"{'  ' * depth(row)}{row.label}", "stale" if row.is_old else "value")
        return name if row.age in (Age.GONE, Age.AWAITED) else named(name, row, widths, stale=row.is_old)

    return render


def scope_columns(
    level: Level,
    chosen: Sequence[str] | None = None,
    depth: Callable[[ScopeRow], int] = lambda _: 0,
    beside: Beside | None = None,
    widths: Widths = lambda _: 1,
) -> tuple[Column[ScopeRow], ...]:
    """The columns of skills or of agent groups. `chosen` are metrics by name.

    `depth` is how far a row's name is indented, as it stands below another. `beside` says what stands beside by-time
    figures, such as how they differ from yesterday's. `widths` are those on the screen.
    """
    usual = {name: (label, priority) for name, label, priority in usual_of(DEFAULT_COLUMNS, level)}
    what = NAMES[level]
    metrics = choosable(Method.METRICS)
    columns: list[Column[ScopeRow]] = [
        Column("level", "", 1, render=_level, sort_value=lambda row: row.judged.rank),
        Column(
            "name",
            what,
            18,
            render=_label(depth, widths),
            max_width=30,
            gap=1,
            sort_value=lambda row: row.label.casefold(),
        ),
    ]
    for place, name in enumerate(usual if chosen is None else chosen):
        if name in metrics:
            label, priority = usual.get(name, (None, 20))
            # Of chosen columns the first ones are the ones that are needed.
            priority = priority if chosen is None else place
            if beside and chosen is None and metrics[name].kind is Kind.BY_TIME:
                priority -= _SOUGHT
            columns.append(figure_column(metrics[name], _render(metrics[name]), label=label, priority=priority))
            if beside and metrics[name].kind is Kind.BY_TIME:
                columns.append(_beside(metrics[name], beside, priority))
    return tuple(columns)


SCOPE_SORT = ("unassigned_conversations", True)
"""Where the most consumers wait comes first."""


def row_key(row: ScopeRow) -> str:
    """The row's identity in its table."""
    return EVERYTHING if row.scope == ACCOUNT else row.scope.key


def row_words(row: ScopeRow) -> tuple[str, ...]:
    """What a filter looks at."""
    return (row.label, row.scope.key)
