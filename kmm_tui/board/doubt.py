"""An answer that falls from many to none: perhaps the floor is empty, and perhaps the server has lost its mind."""

from __future__ import annotations

from kmm_tui.board.snapshot import Roster, Snapshot, Trend
from kmm_tui.board.state import Content
from kmm_tui.metrics import BY_NAME

MANY = 5
"""So many agents, or agents and conversations, do not vanish from one answer to the next."""
EMPTY = "EMPTY?"
"""The word for it."""
BELIEVED_AFTER = 3
"""Empty answers in a row after which the floor is believed to be empty."""

_PRESENCE = tuple(
    BY_NAME[name]
    for name in (
        "online_agents",
        "away_agents",
        "back_soon_agents",
        "assigned_conversations",
        "unassigned_conversations",
    )
)


def fell_to_nothing(before: Content | None, after: Content) -> bool:
    """Whether `after` is empty where `before` was anything but."""
    if isinstance(before, Roster) and isinstance(after, Roster):
        return len(before.agents) >= MANY and not after.agents
    if isinstance(before, Snapshot) and isinstance(after, Snapshot):
        return _presence(before) >= MANY and _presence(after) == 0
    if isinstance(before, Trend) and isinstance(after, Trend):
        return _counted(before) and not _counted(after)
    return False


def _presence(snapshot: Snapshot) -> float:
    return sum(snapshot.figures.number(metric) or 0 for metric in _PRESENCE)


def _counted(trend: Trend) -> bool:
    return any(value is not None for point in trend.points for value in point.values.values())
