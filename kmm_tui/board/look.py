"""What a person looks at: the rest is not asked for."""

from __future__ import annotations

from dataclasses import dataclass

from kmm_tui.board.scope import ACCOUNT, Level, Scope


@dataclass(frozen=True, slots=True)
class Look:
    """What is on the screen."""

    levels: frozenset[Level] = frozenset({Level.SKILL, Level.GROUP})
    """Of which of skills and groups the table is shown."""
    agents: bool = True
    trend: Scope | None = ACCOUNT
    """Whose trend is shown: the account's, a skill's, a group's or an agent's."""
    agent: str | None = None
    """The key of the agent of whom everything is shown."""
    offline: bool = False
    """Whether agents who have logged out during the window are wanted, too."""
    metrics: tuple[str, ...] = ()
    """Request names wanted of account, skills and groups besides the usual ones."""
    agent_metrics: tuple[str, ...] = ()
    """Request names wanted of agents besides the usual ones."""
