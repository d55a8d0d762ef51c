"""What a person would have to put together from several figures: who is away with work, for how long, what moves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kmm_tui.board.agents import in_state_since
from kmm_tui.board.derived import metric_named, number_of
from kmm_tui.board.figure import Absent, Figures, Number
from kmm_tui.board.figure_text import count_text, percent_text
from kmm_tui.board.limits import StateLimits
from kmm_tui.board.severity import Severity
from kmm_tui.board.snapshot import Agent
from kmm_tui.metrics import BY_NAME

ABSENT_STATES = ("AWAY", "BACK_SOON")
"""Logged in, and not there to answer."""
WARN_FROM = 0.9
"""The share of a state's limit from which on it is worth a warning; it is critical beyond the limit."""

_ASSIGNED = BY_NAME["assigned_conversations"]
_CHIP_ORDER = ("ONLINE", "AWAY", "BACK_SOON", "OFFLINE")


@dataclass(frozen=True, slots=True)
class AwayWithWork:
    """Agents who are away or back soon while conversations are assigned to them, longest in their state first.

    `consumers` counts those conversations, None if of no such agent it is known. `unknown` counts the absent agents
    whose conversations are not known: they are not among `agents`.
    """

    agents: tuple[Agent, ...]
    consumers: int | None
    unknown: int = 0


class StateChip(NamedTuple):
    """How many agents are in a state, for a reason where it has one. States are as the API calls them."""

    status: str | None
    reason: str | None
    agents: int


def has_work(agent: Agent) -> bool:
    """Whether conversations are known to be assigned to the agent."""
    return (agent.figures.number(_ASSIGNED) or 0) > 0


def is_away_with_work(agent: Agent) -> bool:
    """Whether the agent is away or back soon while conversations are known to be assigned."""
    return agent.status in ABSENT_STATES and has_work(agent)


def away_with_work(agents: Iterable[Agent]) -> AwayWithWork:
    """Who of `agents` is away with work."""
    absent = [agent for agent in agents if agent.status in ABSENT_STATES]
    unknown = sum(1 for agent in absent if isinstance(agent.figures.get(_ASSIGNED), Absent))
    found = sorted((agent for agent in absent if has_work(agent)), key=longest_first)
    consumers = sum(int(agent.figures.number(_ASSIGNED) or 0) for agent in found)
    is_known = unknown == 0 or len(absent) > unknown
    return AwayWithWork(tuple(found), consumers if is_known else None, unknown)


def longest_first(agent: Agent) -> tuple[int, str, str]:
    """An order by time in state, the longest first; of whom it is not known last."""
    return in_state_since(agent) or 2**53, agent.name or "", agent.key


def time_in_state_ms(agent: Agent, now_ms: int) -> int | None:
    """How long the agent has been in the state for its reason, ms, never below 0; None if unknown."""
    since = in_state_since(agent)
    return None if since is None else max(0, now_ms - since)


def state_limit(agent: Agent, limits: StateLimits) -> int | None:
    """How long the agent may be in the present state, ms; None without a limit."""
    return limits.of(agent.status, agent.reason)


def severity_of_time(spent_ms: int | None, limit_ms: int | None) -> Severity:
    """How bad a time in a state is: warn from 90 % of the limit on, critical beyond it; calm without a limit.

    A time that is not known is unknown where there is a limit to it.
    """
    if limit_ms is None:
        return Severity.CALM
    if spent_ms is None:
        return Severity.UNKNOWN
    if spent_ms > limit_ms:
        return Severity.CRITICAL
    return Severity.WARN if spent_ms >= WARN_FROM * limit_ms else Severity.CALM


def over_limit(agents: Iterable[Agent], limits: StateLimits, now_ms: int) -> list[Agent]:
    """The agents who are in their state for longer than they may, those furthest over their limit first."""
    over: list[tuple[int, Agent]] = []
    for agent in agents:
        spent, limit = time_in_state_ms(agent, now_ms), state_limit(agent, limits)
        if spent is not None and limit is not None and spent > limit:
            over.append((limit - spent, agent))
    return [agent for _, agent in sorted(over, key=lambda pair: (pair[0], pair[1].key))]


def reason_counts(agents: Iterable[Agent]) -> list[StateChip]:
    """How many agents are online, away for which reason, back soon, offline, in any other state; only what there is.

    Away agents by reason, the most frequent one first and those without a reason last.
    """
    counts = Counter((agent.status, agent.reason if agent.status == "AWAY" else None) for agent in agents)

    def order(chip: StateChip) -> tuple[int, str, bool, int, str]:
        place = _CHIP_ORDER.index(chip.status) if chip.status in _CHIP_ORDER else len(_CHIP_ORDER)
        return place, chip.status or "~", chip.reason is None, -chip.agents, chip.reason or ""

    return sorted((StateChip(status, reason, count) for (status, reason), count in counts.items()), key=order)


def what_moves(figures: Figures | None, agents: Sequence[Agent]) -> tuple[str, ...]:
    """What lies behind a scope's waits and loads now, in short phrases; only of what is known.

    `agents` are those of the scope, or none where they are not known.
    """

    def number(name: str) -> Number | None:
        metric = metric_named(name)
        return None if metric is None else number_of(figures, metric)

    found = []
    for name, words in (
        ("unassigned_conversations", "waiting"),
        ("overdue_conversations_in_queue", "overdue in queue"),
    ):
        if (value := number(name)) is not None:
            found.append(f"{count_text(value)} {words}")
    if (free := number("available_slots")) is not None:
        found.append(f"{count_text(free)} free slot{'' if free == 1 else 's'}")
    states = [number(name) for name in ("online_agents", "away_agents", "back_soon_agents")]
    known = [value for value in states if value is not None]
    if len(known) < len(states):
        known = [sum(agent.status == status for agent in agents) for status in ("ONLINE", *ABSENT_STATES)]
    if total := sum(known):
        _, away, soon = known
        found.append(f"{count_text(away)} of {count_text(total)} agents away")
        if soon:
            found.append(f"{count_text(soon)} back soon")
    if (load := number("agent_load")) is not None:
        found.append(f"load {percent_text(load).replace('%', ' %')}")
    away_now = away_with_work(agents)
    if away_now.agents:
        consumers = away_now.consumers or 0
        people = "consumer" if consumers == 1 else "consumers"
        found.append(f"{len(away_now.agents)} away with work ({consumers} {people})")
    if (closed := number("closed_conversations")) is not None:
        found.append(f"{count_text(closed)} closed")
    return tuple(found)
