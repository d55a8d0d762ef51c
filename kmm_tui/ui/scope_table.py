"""The columns of the tables of skills and of agent groups, and their order."""

from __future__ import annotations

from collections.abc import Callable

from kmm_tui.board.board import EVERYTHING, ScopeRow
from kmm_tui.board.figure import Absent
from kmm_tui.board.figure_text import GONE, figure_text
from kmm_tui.board.freshness import Age
from kmm_tui.board.scope import ACCOUNT
from kmm_tui.metrics import BY_NAME
from kmm_tui.ui.columns import Column, Span
from kmm_tui.ui.roles import Role


def _figure(name: str, strong: bool = False) -> Callable[[ScopeRow], Span]:
    metric = BY_NAME[name]

    def render(row: ScopeRow) -> Span:
        if row.age in (Age.GONE, Age.AWAITED):
            return (GONE, "stale")
        figure = row.get(metric)
        role: Role = "strong" if strong else "value"
        if row.age is Age.STALE:
            role = "stale"
        elif isinstance(figure, Absent) or figure == 0:
            # A zero is calm, and so it is quiet.
            role = "dim"
        return (figure_text(figure, metric), role)

    return render


def _column(
    name: str, label: str, width: int, priority: int, *, strong: bool = False, gap: int = 2
) -> Column[ScopeRow]:
    return Column(
        key=name,
        label=label,
        width=width,
        render=_figure(name, strong),
        align="right",
        priority=priority,
        gap=gap,
        sort_value=lambda row: row.number(name),
    )


def _label(row: ScopeRow) -> Span:
    stale = row.age in (Age.STALE, Age.GONE)
    if row.scope == ACCOUNT:
        return ("whole account", "stale" if stale else "accent")
    return (row.label, "stale" if stale else "value")


def scope_columns(what: str) -> tuple[Column[ScopeRow], ...]:
    """The columns; `what` is the label of the first: ``skill`` or ``agent group``."""
    return (
        Column("name", what, 20, render=_label, max_width=30, sort_value=lambda row: row.label.casefold()),
        _column("unassigned_conversations", "queue", 5, 0, strong=True),
        _column("queue_wait_time_50th_percentile", "p50", 5, 3),
        _column("queue_wait_time_90th_percentile", "p90", 5, 0, strong=True),
        _column("overdue_conversations_total", "overdue", 7, 1),
        _column("online_agents", "online", 6, 0),
        _column("away_agents", "away", 4, 0),
        _column("back_soon_agents", "soon", 4, 2),
        _column("available_slots", "free", 5, 4, gap=1),
        _column("agent_load", "load", 5, 0),
        _column("assigned_conversations", "assigned", 8, 10),
        _column("active_conversations", "active", 6, 11),
        _column("avg_time_to_first_response_first_assignment", "1st", 5, 8),
        _column("avg_time_to_response", "resp", 5, 5),
        _column("closed_conversations", "closed", 6, 6),
        _column("closed_by_agent", "agt", 5, 7, gap=1),
        _column("closed_by_consumer", "con", 5, 7, gap=1),
        _column("auto_closed", "auto", 5, 7, gap=1),
        _column("csat", "csat", 4, 9),
    )


SCOPE_SORT = ("unassigned_conversations", True)
"""Where the most consumers wait comes first."""


def row_key(row: ScopeRow) -> str:
    """The row's identity in its table."""
    return EVERYTHING if row.scope == ACCOUNT else row.scope.key
