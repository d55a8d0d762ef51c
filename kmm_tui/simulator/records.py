"""The records of an agent view: one agent's state, figures and time in each state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kmm_tui.simulator.engine import AgentFigures, Figures
from kmm_tui.simulator.figures import by_time, canonical, field_of
from kmm_tui.simulator.floor import Floor, Seat
from kmm_tui.simulator.plan import Agent, Plan
from kmm_tui.simulator.shifts import NO_REASON, OFFLINE, ONLINE, Stretch, Timeline

Span = tuple[Timeline, int, int]
"""A timeline, and the part of it that counts: from and to, epoch ms."""


def metadata(plan: Plan, agent: Agent) -> Mapping[str, Any]:
    """What goes into ``agentMetadata``: the same at all times."""
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
    """The agent's state, and since when. The state began with the first of the stretches in it without a break."""
    past = [s for s in line if s.start <= now]
    if stretch is None:
        since = past[-1].end if past else now
        return _state(OFFLINE, since, NO_REASON, since)
    since = stretch.start
    for earlier in reversed(past[:-1]):
        if earlier.end != since or earlier.status != stretch.status:
            break
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


def record(
    floor: Floor, seat: Seat, names: Sequence[str], row: list[int], status: Figures, spans: Sequence[Span]
) -> AgentFigures:
    """One agent's record: identity and state always, then the metrics asked for."""
    agent, plan = seat.agent, floor.plan
    result: Figures = {"agentId": agent.id, "agentGroupId": int(plan.groups[agent.group].id), **status}
    spent = durations(spans) if spans else {}
    for name in names:
        match canonical(name):
            case "agent_current_status_reason":
                result["agentCurrentStatusReason"] = status["agentCurrentStatusReasonId"]
            case "agent_login_duration":
                result[field_of(name)] = sum(spent.values())
            case "agent_online_duration":
                result[field_of(name)] = sum(ms for (state_, _), ms in spent.items() if state_ == ONLINE)
            case "agent_status_duration" if not agent.is_bot:
                result[field_of(name)] = _by_state(spent)
            case "agent_status_with_reason_duration" if not agent.is_bot:
                result[field_of(name)] = [_duration(s, ms, reason) for (s, reason), ms in sorted(spent.items())]
            case other:
                value = _current(other, seat, floor.now)
                if value is not None:
                    result[field_of(name)] = value
    by_time(row, names, result)
    return AgentFigures(record=result, metadata=metadata(plan, agent))


def _by_state(spent: Mapping[tuple[str, str], int]) -> list[Figures]:
    states: dict[str, int] = {}
    for (status, _), ms in spent.items():
        states[status] = states.get(status, 0) + ms
    return [_duration(status, ms, NO_REASON) for status, ms in sorted(states.items())]


def _duration(status: str, ms: int, reason: str) -> Figures:
    return {"agentStatus": status, "agentStatusDuration": ms, "agentStatusReasonId": reason}


def _current(name: str, seat: Seat, now: int) -> int | float | None:
    match name:
        case "assigned_conversations":
            return len(seat.hand)
        case "active_conversations":
            return seat.active(now)
        case "pending_agent_response":
            return seat.pending()
        case "pending_agent_response_rate":
            return round(seat.pending() / len(seat.hand), 4) if seat.hand else None
        case "agent_load":
            return round(len(seat.hand) / seat.slots, 4) if seat.stretch is not None else None
        case "available_slots":
            return seat.slots - len(seat.hand) if seat.open else 0
        case "max_slots":
            return seat.slots
        case _:
            return None
