"""The records of an agent view: one agent's state, figures and time in each state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kmm_tui.simulator.engine import AgentFigures, Figures
from kmm_tui.simulator.figures import Asked, ByTime
from kmm_tui.simulator.floor import Floor, Seat
from kmm_tui.simulator.plan import Agent, Plan
from kmm_tui.simulator.shifts import AWAY, NO_REASON, OFFLINE, ONLINE, Stretch, Timeline

Span = tuple[Timeline, int, int]
"""A timeline, and the part of it that counts: from and to, epoch ms."""


def metadata(plan: Plan, agent: Agent) -> Mapping[str, Any]:
    """What goes into ``agentMetadata``: the same at all times, so make it once."""
    return {
        "agentName": agent.name,
        "agentNickname": agent.nickname,
        "agentLoginName": agent.login,
        "agentGroupName": plan.groups[agent.group].name,
        "agentPictureUrl": None,
        "configuredMaxSlots": agent.slots,
        "agentSkills": [
            {"skillId": int(plan.skills[skill].id), "skillName": plan.skills[skill].name} for skill in agent.skills
        ],
    }


def state(stretch: Stretch | None, line: Timeline, now: int) -> Figures:
    """The agent's state, and since when; `line` holds what led up to it.

    Being away for one reason after another is one state with several reasons.
    """
    if stretch is None:
        since = max((past.end for past in line if past.end <= now), default=now)
        return _state(OFFLINE, since, NO_REASON, since)
    since = stretch.start
    if stretch.status == AWAY:
        for earlier in reversed(line):
            if earlier.end == since and earlier.status == AWAY:
                since = earlier.start
    return _state(stretch.status, since, stretch.reason, stretch.start)


def _state(status: str, since: int, reason: str, reason_since: int) -> Figures:
    return {
        "agentCurrentStatus": status,
        "agentCurrentStatusStartTime": since,
        "agentCurrentStatusReasonId": reason,
        "agentCurrentStatusReasonStartTime": reason_since,
    }


def durations(spans: Sequence[Span]) -> dict[tuple[str, str], int]:
    """Time in each state and reason, ms."""
    spent: dict[tuple[str, str], int] = {}
    for line, start, end in spans:
        for stretch in line:
            first = stretch.start if stretch.start > start else start
            last = stretch.end if stretch.end < end else end
            if last > first:
                key = (stretch.status, stretch.reason)
                spent[key] = spent.get(key, 0) + last - first
    return spent


class Records:
    """Makes the records of one answer: identity and state always, then the metrics asked for.

    ``about`` is each agent's `metadata`, by index.
    """

    def __init__(self, floor: Floor, metrics: Asked, counted: ByTime, about: Sequence[Mapping[str, Any]]) -> None:
        self._floor, self._counted, self._about = floor, counted, about
        self._current = [(field, _CURRENT[name]) for name, field in metrics if name in _CURRENT]
        self._spent = [(field, _SPENT[name]) for name, field in metrics if name in _SPENT]
        self._reason = any(name == "agent_current_status_reason" for name, _ in metrics)

    def record(self, seat: Seat, row: list[int], status: Figures, spans: Sequence[Span]) -> AgentFigures:
        """One agent's record; `row` are the totals of the window, `spans` the timelines that it covers."""
        agent, plan = seat.agent, self._floor.plan
        result: Figures = {"agentId": agent.id, "agentGroupId": int(plan.groups[agent.group].id), **status}
        if self._reason:
            result["agentCurrentStatusReason"] = status["agentCurrentStatusReasonId"]
        for field, current in self._current:
            value = current(seat, self._floor.now)
            if value is not None:
                result[field] = value
        if self._spent:
            spent = durations(spans)
            for field, summed in self._spent:
                total = summed(spent, agent)
                if total is not None:
                    result[field] = total
        self._counted.figures(row, result)
        return AgentFigures(record=result, metadata=self._about[agent.index])


_Spent = Mapping[tuple[str, str], int]


def _by_state(spent: _Spent, agent: Agent) -> list[Figures] | None:
    if agent.is_bot:
        return None
    states: dict[str, int] = {}
    for (status, _), ms in spent.items():
        states[status] = states.get(status, 0) + ms
    return [_duration(status, ms, NO_REASON) for status, ms in sorted(states.items())]


def _by_reason(spent: _Spent, agent: Agent) -> list[Figures] | None:
    if agent.is_bot:
        return None
    return [_duration(status, ms, reason) for (status, reason), ms in sorted(spent.items())]


def _duration(status: str, ms: int, reason: str) -> Figures:
    return {"agentStatus": status, "agentStatusDuration": ms, "agentStatusReasonId": reason}


_SPENT: Mapping[str, Callable[[_Spent, Agent], int | list[Figures] | None]] = {
    "agent_login_duration": lambda spent, _: sum(spent.values()),
    "agent_online_duration": lambda spent, _: sum(ms for (status, _), ms in spent.items() if status == ONLINE),
    "agent_status_duration": _by_state,
    "agent_status_with_reason_duration": _by_reason,
}


def _load(seat: Seat, _now: int) -> float | None:
    return round(len(seat.hand) / seat.slots, 4) if seat.stretch is not None else None


def _pending_rate(seat: Seat, _now: int) -> float | None:
    return round(seat.pending() / len(seat.hand), 4) if seat.hand else None


_CURRENT: Mapping[str, Callable[[Seat, int], int | float | None]] = {
    "assigned_conversations": lambda seat, _: len(seat.hand),
    "active_conversations": lambda seat, now: seat.active(now),
    "pending_agent_response": lambda seat, _: seat.pending(),
    "pending_agent_response_rate": _pending_rate,
    "agent_load": _load,
    "available_slots": lambda seat, _: seat.slots - len(seat.hand) if seat.open else 0,
    "max_slots": lambda seat, _: seat.slots,
}
