"""Agents together: how many are in which state, since when, and in which order a supervisor wants to see them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from kmm_tui.board.snapshot import Agent

STATE_ORDER = ("AWAY", "BACK_SOON", "ONLINE", "OFFLINE")
"""Agents' states by how much a supervisor wants to see them."""


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many agents are logged in, and in which states; `other` are states that this version does not know."""

    total: int
    online: int
    away: int
    back_soon: int
    other: int


def count_states(agents: list[Agent]) -> StateCount:
    """How many of `agents` are in which state."""
    states = Counter(agent.status for agent in agents)
    online, away, soon = states["ONLINE"], states["AWAY"], states["BACK_SOON"]
    return StateCount(len(agents), online, away, soon, len(agents) - online - away - soon)


def in_state_since(agent: Agent) -> int | None:
    """When the agent's state, or the reason for it where that was chosen later, began; epoch ms, None if unknown."""
    moments = [moment for moment in (agent.since, agent.reason_since if agent.reason else None) if moment]
    return max(moments) if moments else None


def by_state(agent: Agent) -> tuple[int, int, str]:
    """An order of agents: away, back soon, online; in each the one who is in it longest first."""
    place = STATE_ORDER.index(agent.status) if agent.status in STATE_ORDER else len(STATE_ORDER)
    return place, in_state_since(agent) or 2**53, agent.name or agent.key
