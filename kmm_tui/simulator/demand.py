"""How many consumers come, by skill, hour and weekday.

As a forecaster would plan it from the other end: the consumers of a skill in a quarter of an hour are what the people
rostered for it can just about handle, times how hard that hour presses, times the scene's pressure.
"""

from __future__ import annotations

from kmm_tui.simulator.daytime import DAY, Calendar, weekday_of
from kmm_tui.simulator.plan import MINUTE, Plan
from kmm_tui.simulator.scenes import Incident, Scene
from kmm_tui.simulator.shifts import ATTENDANCE, WEEKEND, incident_begins

SLOT = 15 * MINUTE
SLOTS = DAY // SLOT
HANDLING = 20.4 * MINUTE
"""Mean time, ms, that a conversation spends with human agents, as measured on this floor on a calm day."""
SHARE_ONLINE = 0.84
"""Share of a shift that an agent is online for."""
VIA_BOT = 0.22
"""Share of the consumers whom the assistant hears first."""
BOT_PASSES_ON = 0.55
"""Share of its conversations that the assistant hands on to people."""
_MAIN_SKILL_SHARE = 0.6

# How hard each hour presses, 1 = all that the rostered people can handle.
_PRESSURE = (
    0.74, 0.70, 0.66, 0.63, 0.61, 0.63, 0.70, 0.82, 0.97, 1.06, 1.10, 1.09,
    1.04, 1.02, 1.07, 1.06, 1.02, 0.97, 0.93, 0.91, 0.89, 0.87, 0.82, 0.78,
)  # fmt: skip
_WEEKDAY = (1.04, 1.0, 0.99, 0.98, 0.97, 0.93, 0.88)
"""How hard each day presses on those who work on it, Monday first."""


def capacity(plan: Plan) -> list[list[float]]:
    """For each skill, its share of the agents' places for conversations, in each quarter hour of a weekday."""
    table = [[0.0] * SLOTS for _ in plan.skills]
    for agent in plan.agents:
        if agent.is_bot:
            continue
        first = -(-agent.shift.begins * MINUTE // SLOT)
        last = (agent.shift.begins + agent.shift.lasts) * MINUTE // SLOT - 1
        places = agent.slots * ATTENDANCE * SHARE_ONLINE
        others = len(agent.skills) - 1
        for place, skill in enumerate(agent.skills):
            if others == 0:
                share = places
            else:
                share = places * (_MAIN_SKILL_SHARE if place == 0 else (1 - _MAIN_SKILL_SHARE) / others)
            row = table[skill]
            for slot in range(first, last):
                row[slot % SLOTS] += share
    return table


class Demand:
    """The arrivals of any world day of one world."""

    def __init__(self, plan: Plan, scene: Scene, calendar: Calendar, start: int) -> None:
        self._plan, self._scene, self._calendar, self._start = plan, scene, calendar, start
        self._capacity = capacity(plan)

    def rates(self, day: int) -> list[list[float]]:
        """Consumers per ms on that day, by skill and quarter hour since the day began. The last skill is the bots'."""
        calendar = self._calendar
        first, shift = calendar.start(day), calendar.begins // SLOT
        hours = []
        for slot in range(SLOTS):
            later, local = divmod(shift + slot, SLOTS)
            weekday = weekday_of(day + later)
            come = WEEKEND / ATTENDANCE if weekday >= 5 else 1.0
            hour, quarter = divmod(local, 4)
            hard = _PRESSURE[hour] + (_PRESSURE[(hour + 1) % 24] - _PRESSURE[hour]) * quarter / 4
            hours.append((local, hard * _WEEKDAY[weekday] * come * self._scene.pressure / HANDLING))
        rates = []
        for skill in self._plan.skills[:-1]:
            places = self._capacity[skill.index]
            rates.append([places[local] * hard * skill.heat * (1 - VIA_BOT) for local, hard in hours])
        through_bots = VIA_BOT / (1 - VIA_BOT) / BOT_PASSES_ON
        rates.append([sum(row[slot] for row in rates) * through_bots for slot in range(SLOTS)])
        for incident in self._scene.incidents:
            for number in (day - 1, day, day + 1):
                begins = incident_begins(incident, calendar, self._start, number)
                if begins is not None:
                    self._multiply(rates, incident, begins - first)
        return rates

    def _multiply(self, rates: list[list[float]], incident: Incident, begins: int) -> None:
        ends = begins + incident.lasts
        for skill, row in zip(self._plan.skills, rates, strict=True):
            if incident.skill in (None, skill.name):
                for slot in range(max(0, begins // SLOT), min(SLOTS, -(-ends // SLOT))):
                    overlap = min(ends, (slot + 1) * SLOT) - max(begins, slot * SLOT)
                    row[slot] *= 1 + (incident.arrivals - 1) * overlap / SLOT
