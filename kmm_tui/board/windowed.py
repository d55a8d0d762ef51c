"""Which figures belong to a window, and which answers count over the same one."""

from __future__ import annotations

from dataclasses import replace

from kmm_tui.api.window import MINUTE, Window
from kmm_tui.board.figure import Figures
from kmm_tui.board.snapshot import AgentDetail, Roster, Snapshot
from kmm_tui.metrics import CATALOGUE, Kind

BY_TIME_FIELDS = frozenset(metric.field for metric in CATALOGUE if metric.kind is Kind.BY_TIME)
"""The response fields that are counted over a window; all others are of one moment."""


def is_alike(window: Window, other: Window) -> bool:
    """Whether both are as wide, or grow from the same begin: what was counted over them can stand side by side."""
    return abs(window.width - other.width) <= MINUTE or abs(window.start - other.start) <= MINUTE


def of_the_moment(content: Snapshot | Roster | AgentDetail) -> Snapshot | Roster | AgentDetail:
    """`content` without its by-time figures."""
    if isinstance(content, Snapshot):
        return replace(content, figures=_current(content.figures))
    if isinstance(content, Roster):
        agents = tuple(replace(agent, figures=_current(agent.figures)) for agent in content.agents)
        return replace(content, agents=agents)
    agent = content.agent
    return content if agent is None else replace(content, agent=replace(agent, figures=_current(agent.figures)))


def _current(figures: Figures) -> Figures:
    values = {field: value for field, value in figures.values.items() if field not in BY_TIME_FIELDS}
    return replace(figures, asked=figures.asked - BY_TIME_FIELDS, values=values)
