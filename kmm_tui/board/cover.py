"""Who could cover: for a queue with more consumers than free places, the agents who are near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kmm_tui.board.derived import number_of
from kmm_tui.board.figure import Figures, Number
from kmm_tui.board.insight import ABSENT_STATES, time_in_state_ms
from kmm_tui.board.scope import Scope
from kmm_tui.board.snapshot import Agent
from kmm_tui.metrics import BY_NAME

_WAITING = BY_NAME["unassigned_conversations"]
_FREE = BY_NAME["available_slots"]


@dataclass(frozen=True, slots=True)
class Cover:
    """Whether a scope needs cover, and who could give it.

    `needed` is whether more consumers wait than there are free places, None where that is not known: unknown is not
    *no*. `away` are the agents of the scope who are away or back soon, those who left last in front; `room` those who
    are online with free places, the most of them in front.
    """

    needed: bool | None
    waiting: int | None
    free: int | None
    away: tuple[Agent, ...]
    room: tuple[Agent, ...]


def cover(scope: Scope, figures: Figures | None, agents: Sequence[Agent], now_ms: int) -> Cover:
    """Who of `agents` could cover `scope`, whose figures these are; agents of other scopes are passed over."""
    waiting, free = _count(number_of(figures, _WAITING)), _count(number_of(figures, _FREE))
    mine = [agent for agent in agents if agent.is_in(scope)]
    away = [agent for agent in mine if agent.status in ABSENT_STATES]
    room = [agent for agent in mine if agent.status == "ONLINE" and _room(agent) > 0]

    def shortest_first(agent: Agent) -> tuple[int, str, str]:
        spent = time_in_state_ms(agent, now_ms)
        return 2**53 if spent is None else spent, agent.name or "", agent.key

    return Cover(
        needed=_needed(waiting, free),
        waiting=waiting,
        free=free,
        away=tuple(sorted(away, key=shortest_first)),
        room=tuple(sorted(room, key=lambda agent: (-_room(agent), agent.name or "", agent.key))),
    )


def _needed(waiting: int | None, free: int | None) -> bool | None:
    if waiting is None:
        return None
    if waiting <= 0:
        return False
    return None if free is None else waiting > free


def _room(agent: Agent) -> Number:
    return agent.figures.number(_FREE) or 0


def _count(value: Number | None) -> int | None:
    return None if value is None else int(value)
