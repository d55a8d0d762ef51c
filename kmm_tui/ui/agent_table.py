"""The columns of the table of agents."""

from __future__ import annotations

from collections.abc import Callable

from kmm_tui.board.agents import by_state, in_state_since
from kmm_tui.board.figure import Absent
from kmm_tui.board.figure_text import clock_text, figure_text
from kmm_tui.board.snapshot import Agent
from kmm_tui.metrics import BY_NAME
from kmm_tui.ui.columns import Cell, Column, Span
from kmm_tui.ui.roles import Role

STATES: dict[str, tuple[str, str, Role]] = {
    "ONLINE": ("●", "online", "online"),
    "BACK_SOON": ("◐", "back soon", "back-soon"),
    "AWAY": ("○", "away", "away"),
    "OFFLINE": ("·", "offline", "offline"),
}
"""Glyph, word and role of each state."""


def state_cell(agent: Agent) -> Cell:
    """The state as glyph and word; the reason, where there is one, says more than the word."""
    glyph, word, role = STATES.get(agent.status or "", ("?", (agent.status or "unknown").lower(), "dim"))
    return ((f"{glyph} ", role), (agent.reason or word, role))


def time_in_state(agent: Agent, now_ms: int) -> Span:
    """How long the agent has been in this state; ticks."""
    since = in_state_since(agent)
    return ("?", "dim") if since is None else (clock_text(max(0, now_ms - since)), "value")


def _number(name: str, *, strong: bool = False) -> Callable[[Agent], Span]:
    metric = BY_NAME[name]

    def render(agent: Agent) -> Span:
        figure = agent.figures.get(metric)
        quiet = isinstance(figure, Absent) or figure == 0
        return (figure_text(figure, metric), "dim" if quiet else "strong" if strong else "value")

    return render


def _column(name: str, label: str, width: int, priority: int, *, strong: bool = False) -> Column[Agent]:
    metric = BY_NAME[name]
    return Column(
        key=name,
        label=label,
        width=width,
        render=_number(name, strong=strong),
        align="right",
        priority=priority,
        sort_value=lambda agent: agent.figures.number(metric),
    )


def _slots(agent: Agent) -> Span:
    """Free places over configured ones."""
    free, most = BY_NAME["available_slots"], BY_NAME["max_slots"]
    places = agent.figures.get(most)
    if isinstance(places, Absent) and agent.slots is not None:
        places = agent.slots
    return (f"{figure_text(agent.figures.get(free), free)}/{figure_text(places, most)}", "value")


def _name(agent: Agent) -> Span:
    return (agent.name or f"agent {agent.key}", "value")


AGENT_COLUMNS: tuple[Column[Agent], ...] = (
    Column("name", "agent", 16, render=_name, max_width=28, sort_value=lambda a: (a.name or a.key).casefold()),
    Column("state", "state", 13, render=state_cell, sort_value=by_state),
    Column(
        "for",
        "for",
        8,
        ticking=time_in_state,
        align="right",
        # The longest time has the earliest beginning.
        sort_value=lambda a: None if in_state_since(a) is None else -(in_state_since(a) or 0),
    ),
    _column("assigned_conversations", "assigned", 8, 1, strong=True),
    _column("active_conversations", "active", 6, 4),
    _column("pending_agent_response", "pending", 7, 6),
    _column("agent_load", "load", 5, 2),
    Column(
        "available_slots",
        "slots",
        5,
        render=_slots,
        align="right",
        priority=3,
        sort_value=lambda a: a.figures.number(BY_NAME["available_slots"]),
    ),
    _column("avg_time_to_response", "resp", 5, 5),
    _column("closed_conversations", "closed", 6, 5),
    _column("csat", "csat", 5, 7),
    Column(
        "group",
        "agent group",
        12,
        render=lambda a: (a.group_name or (f"group {a.group_id}" if a.group_id else "–"), "dim"),
        priority=9,
        max_width=24,
        sort_value=lambda a: (a.group_name or a.group_id or "").casefold(),
    ),
)

AGENT_SORT = ("state", False)
"""Away first, and who is away longest: that is who a supervisor looks for."""


def agent_key(agent: Agent) -> str:
    """The agent's identity in the table."""
    return agent.key
