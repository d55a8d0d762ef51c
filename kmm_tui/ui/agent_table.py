"""The columns of the table of agents, and their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kmm_tui.board.agents import by_state, in_state_since
from kmm_tui.board.figure import Absent
from kmm_tui.board.figure_text import clock_text, figure_text
from kmm_tui.board.insight import severity_of_time
from kmm_tui.board.rows import AgentRow
from kmm_tui.board.scope import Level
from kmm_tui.board.severity import Severity
from kmm_tui.board.snapshot import Agent
from kmm_tui.metrics import BY_NAME, Method, Metric
from kmm_tui.ui.bars import bar
from kmm_tui.ui.columns import Cell, Column, Span
from kmm_tui.ui.figure_column import Usual, Widths, choosable, figure_cell, figure_column, named, usual_of
from kmm_tui.ui.levels import GLYPHS, ROLES
from kmm_tui.ui.roles import Role

STATES: dict[str, tuple[str, str, Role]] = {
    "ONLINE": ("●", "online", "online"),
    "BACK_SOON": ("◐", "back soon", "back-soon"),
    "AWAY": ("○", "away", "away"),
    "OFFLINE": ("·", "offline", "offline"),
}
"""Glyph, word and role of each state."""

DEFAULT_COLUMNS: Usual = (
    ("assigned_conversations", None, 1),
    ("active_conversations", None, 6),
    ("pending_agent_response", None, 7),
    ("agent_load", None, 2),
    ("available_slots", "slots", 4),
    ("avg_time_to_response", None, 5),
    ("closed_conversations", None, 5),
    ("transfer_rate", "transf", 9),
    ("csat", None, 8),
)
"""Name, a shorter label where it is needed, and rank of need."""

BAR = 8
"""Cells of a time bar."""


def state_cell(agent: Agent) -> Cell:
    """The state as glyph and word; the reason, where there is one, says more than the word."""
    if agent.status is None:
        # Of a moment that is over nobody can be asked any more.
        return ("not recorded" if agent.figures.unrecorded else "not told", "dim")
    glyph, word, role = STATES.get(agent.status, ("?", agent.status.lower(), "dim"))
    return ((f"{glyph} ", role), (agent.reason or word, role))


def agent_severity(row: AgentRow, now_ms: int) -> Severity:
    """The worst of the agent's figures, of the time in the present state, and of being away with work."""
    spent = _spent(row, now_ms)
    time = Severity.CALM if spent is None or row.limit is None else severity_of_time(spent, row.limit)
    return max(row.judged.severity, time, Severity.WARN if row.has_work else Severity.CALM)


def agent_rank(row: AgentRow, now_ms: int) -> int:
    """How far on top a row belongs: away with work, and over the time at that, comes first."""
    spent = _spent(row, now_ms)
    over = row.limit is not None and spent is not None and spent >= row.limit
    if row.has_work:
        return 5 if over else 4
    if over:
        return 3
    return {Severity.CRITICAL: 2, Severity.WARN: 1}.get(row.judged.severity, 0)


def _spent(row: AgentRow, now_ms: int) -> int | None:
    since = in_state_since(row.agent)
    return None if since is None else max(0, now_ms - since)


def level_sign(row: AgentRow, now_ms: int) -> Span:
    """The sign of the worst of it: `!` for being away with work, else that of the severity."""
    severity = agent_severity(row, now_ms)
    if row.has_work:
        return ("!", ROLES[severity])
    return (GLYPHS[severity], ROLES[severity])


def time_in_state(row: AgentRow, now_ms: int) -> Span:
    """How long the agent has been in this state; ticks."""
    spent = _spent(row, now_ms)
    if spent is None:
        return (Absent.NOT_RECORDED.value if row.agent.figures.unrecorded else "?", "dim")
    return (clock_text(spent), _time_role(row, spent))


def time_bar(row: AgentRow, now_ms: int) -> Cell:
    """The time in state against its limit; ticks. Nothing without a limit."""
    spent = _spent(row, now_ms)
    if row.limit is None or spent is None:
        return ""
    role = _time_role(row, spent)
    # A row of blocks is loud: only one that is nearly over gets weight.
    return ((bar(spent / row.limit, BAR), "dim" if role == "value" else role), (f" /{clock_text(row.limit)}", "dim"))


def _time_role(row: AgentRow, spent: int) -> Role:
    return ROLES[Severity.CALM if row.limit is None else severity_of_time(spent, row.limit)]


def _slots(row: AgentRow) -> Span:
    """Free places over configured ones."""
    free, most = BY_NAME["available_slots"], BY_NAME["max_slots"]
    places = row.get(most)
    if isinstance(places, Absent) and row.agent.slots is not None:
        places = row.agent.slots
    return (f"{figure_text(row.get(free), free)}/{figure_text(places, most)}", "value")


def _name(widths: Widths) -> Callable[[AgentRow], Cell]:
    return lambda row: named((row.agent.name or f"agent {row.key}", "value"), row, widths)


def _render(metric: Metric) -> Callable[[AgentRow], Cell]:
    if metric.name == "available_slots":
        return _slots
    strong = metric.name == "assigned_conversations"
    return lambda row: figure_cell(row, metric, strong=strong)


def _since(row: AgentRow) -> int | None:
    since = in_state_since(row.agent)
    # The longest time has the earliest beginning.
    return None if since is None else -since


def agent_columns(chosen: Sequence[str] | None = None, widths: Widths = lambda _: 1) -> tuple[Column[AgentRow], ...]:
    """The columns. `chosen` are metrics by name; None is the usual ones. `widths` are those on the screen."""
    usual = {name: (label, priority) for name, label, priority in usual_of(DEFAULT_COLUMNS, Level.AGENT)}
    metrics = choosable(Method.AGENT_VIEW)
    columns: list[Column[AgentRow]] = [
        Column("level", "", 1, ticking=level_sign),
        Column("name", "agent", 16, render=_name(widths), max_width=28, gap=1, sort_value=_name_order),
        Column(
            "state", "state", 13, render=lambda row: state_cell(row.agent), sort_value=lambda row: by_state(row.agent)
        ),
        Column("for", "for", 8, ticking=time_in_state, align="right", gap=1, sort_value=_since),
        Column("limit", "", BAR + len(" /1:00:00"), ticking=time_bar, gap=1, priority=3),
    ]
    for place, name in enumerate(usual if chosen is None else chosen):
        if name in metrics:
            label, priority = usual.get(name, (None, 20))
            priority = priority if chosen is None else place
            columns.append(figure_column(metrics[name], _render(metrics[name]), label=label, priority=priority))
    columns.append(
        Column("group", "agent group", 12, render=_group, priority=30, max_width=24, sort_value=_group_order)
    )
    return tuple(columns)


def _name_order(row: AgentRow) -> str:
    return (row.agent.name or row.key).casefold()


def _group(row: AgentRow) -> Span:
    agent = row.agent
    return (agent.group_name or (f"group {agent.group_id}" if agent.group_id else "–"), "dim")


def _group_order(row: AgentRow) -> str:
    return (row.agent.group_name or row.agent.group_id or "").casefold()


AGENT_SORT = ("state", False)
"""Away first, and who is away longest: that is who a supervisor looks for."""


def agent_key(row: AgentRow) -> str:
    """The agent's identity in the table."""
    return row.key


def agent_words(row: AgentRow) -> tuple[str, ...]:
    """What a filter looks at: name, state, reason, group and skills."""
    agent = row.agent
    skills = (skill.name or skill.key for skill in agent.skills)
    word = STATES.get(agent.status or "", ("", agent.status or "", ""))[1]
    return (agent.name or "", agent.key, word, agent.reason or "", agent.group_name or "", *skills)
