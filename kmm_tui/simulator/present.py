"""The state of the floor at this moment, for all that passes a request's filters, and by skill or group.

A skill's agents are those who have it, and its load is theirs: all that they have in hand over all their places. Its
conversations are those in the skill. A conversation in the queue counts in the home group of its skill, so that groups
add up to the account.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kmm_tui.simulator.conversation import IDLE
from kmm_tui.simulator.engine import Figures
from kmm_tui.simulator.figures import Asked
from kmm_tui.simulator.floor import Floor, Seat
from kmm_tui.simulator.shifts import AWAY, BACK_SOON, ONLINE


class Tally:
    """Counts of agents, places and conversations."""

    __slots__ = (
        "active", "assigned", "away", "back_soon", "free", "late_here", "late_queued", "load", "load_away",
        "load_human", "load_online", "online", "places", "places_away", "places_human", "places_online", "waits",
    )  # fmt: skip

    def __init__(self) -> None:
        self.active = self.assigned = self.late_here = self.late_queued = self.free = 0
        self.online = self.away = self.back_soon = 0
        self.load = self.load_human = self.load_online = self.load_away = 0
        self.places = self.places_human = self.places_online = self.places_away = 0
        self.waits: list[int] = []

    def add_agent(self, seat: Seat) -> None:
        """Counts one agent, if logged in. Each conversation in hand weighs one place."""
        if seat.stretch is None:
            return
        status, load, places = seat.stretch.status, len(seat.hand), seat.slots
        self.load += load
        self.places += places
        if not seat.is_bot:
            self.load_human += load
            self.places_human += places
        if status == ONLINE:
            self.online += 1
            self.free += places - load
            if not seat.is_bot:
                self.load_online += load
                self.places_online += places
        elif status == BACK_SOON:
            self.back_soon += 1
        elif status == AWAY:
            self.away += 1
            self.load_away += load
            self.places_away += places

    def value(self, name: str) -> int | float | None:
        """One current metric, by the catalogue's name; None where there is nothing to divide by, or no such metric."""
        match name:
            case "unassigned_conversations":
                return len(self.waits)
            case "open_conversations":
                return len(self.waits) + self.assigned
            case "assigned_conversations":
                return self.assigned
            case "active_conversations":
                return self.active
            case "overdue_conversations_in_queue":
                return self.late_queued
            case "overdue_conversations_assigned":
                return self.late_here
            case "overdue_conversations_total":
                return self.late_queued + self.late_here
            case "queue_wait_time_50th_percentile":
                return self._percentile(50)
            case "queue_wait_time_90th_percentile":
                return self._percentile(90)
            case "online_agents":
                return self.online
            case "away_agents":
                return self.away
            case "back_soon_agents":
                return self.back_soon
            case "agent_load":
                return _over(self.load, self.places)
            case "human_agent_load":
                return _over(self.load_human, self.places_human)
            case "human_online_load":
                return _over(self.load_online, self.places_online)
            case "human_away_load":
                return _over(self.load_away, self.places_away)
            case "available_slots":
                return self.free
            case _:
                return None

    def _percentile(self, percent: int) -> int | None:
        """By nearest rank: the shortest wait that this share of those queueing do not exceed."""
        self.waits.sort()
        return self.waits[-(-len(self.waits) * percent // 100) - 1] if self.waits else None

    def figures(self, metrics: Asked, into: Figures) -> None:
        """Puts those of the metrics that are current values into `into`."""
        for name, field in metrics:
            value = self.value(name)
            if value is not None:
                into[field] = value


def _over(load: int, places: int) -> float | None:
    return round(load / places, 4) if places else None


def survey(
    floor: Floor,
    seats: Sequence[bool],
    skills: Sequence[bool],
    queues: Sequence[bool],
    by_skill: Sequence[Tally | None] | None,
    by_group: Sequence[Tally | None] | None,
) -> Tally:
    """Counts the floor: returns the tally of all, and fills those of the skills or groups that have one.

    `seats`, `skills` and `queues` say of each agent, skill and skill's queue whether it passes the filters.
    """
    everyone, now, plan = Tally(), floor.now, floor.plan
    slas = [skill.sla for skill in plan.skills]
    some = not all(skills)
    for seat in floor.seats:
        if seat.stretch is None or not seats[seat.index]:
            continue
        own = seat.agent.skills
        if not some or any(skills[skill] for skill in own):
            everyone.add_agent(seat)
            if by_group is not None and (tally := by_group[seat.agent.group]) is not None:
                tally.add_agent(seat)
            if by_skill is not None:
                for skill in own:
                    tally = by_skill[skill]
                    if tally is not None:
                        tally.add_agent(seat)
        for talk in seat.hand:
            if not skills[talk.skill]:
                continue
            active = now - talk.touched_at < IDLE
            late = talk.waiting and now - talk.waits_since > slas[talk.skill]
            tally = by_skill[talk.skill] if by_skill is not None else by_group[seat.agent.group] if by_group else None
            for each in (everyone,) if tally is None else (everyone, tally):
                each.assigned += 1
                each.active += active
                each.late_here += late
    for skill, queue in enumerate(floor.queues):
        if not queues[skill] or not queue:
            continue
        home = plan.skills[skill].home
        tally = by_skill[skill] if by_skill is not None else by_group[home] if by_group else None
        waits = [now - talk.queued_at for talk, token in queue if talk.token == token]
        late_count = sum(now - talk.waits_since > slas[skill] for talk, token in queue if talk.token == token)
        for each in (everyone,) if tally is None else (everyone, tally):
            each.waits += waits
            each.late_queued += late_count
    return everyone


def merged(tallies: Iterable[Tally]) -> Tally:
    """The tally of groups that share nothing, together."""
    result = Tally()
    for tally in tallies:
        for name in Tally.__slots__:
            setattr(result, name, getattr(result, name) + getattr(tally, name))
    return result
