"""Who is logged in, and in which state, on any day: shifts, breaks, and what a scene does to them.

States follow the roster alone, never the conversations, so that any moment of any day can be told without playing the
days before it. One random stream a calendar day; shifts may run on into the next.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from kmm_tui.simulator.daytime import Calendar, weekday_of
from kmm_tui.simulator.plan import MINUTE, Agent, Plan
from kmm_tui.simulator.scenes import Incident, Scene

ONLINE, BACK_SOON, AWAY, OFFLINE = "ONLINE", "BACK_SOON", "AWAY", "OFFLINE"
NO_REASON = "NA"
CLOSING_TIME = "End of shift"
ATTENDANCE, WEEKEND = 0.965, 0.33
"""The share of the people who come to work on a weekday, and on a day of the weekend."""

_KEPT_DAYS = 6


class Stretch(NamedTuple):
    """One agent in one state for a while: from ``start`` to ``end``, epoch ms."""

    start: int
    end: int
    status: str
    reason: str

    @property
    def answers(self) -> bool:
        """Whether the agent goes on answering the conversations already assigned."""
        return self.status != AWAY or self.reason == CLOSING_TIME


Timeline = list[Stretch]
"""What one agent does, in order and without overlaps; where there is nothing, the agent is logged out."""


class Rota:
    """The timelines of all agents, by world day, made when first asked for. ``start`` is the start of the world."""

    def __init__(self, plan: Plan, scene: Scene, calendar: Calendar, seed: int, start: int) -> None:
        self._plan, self._scene, self._calendar, self._seed, self._start = plan, scene, calendar, seed, start
        self._shifts: dict[int, list[Timeline]] = {}
        self._days: dict[int, list[Timeline]] = {}

    def of(self, day: int) -> list[Timeline]:
        """What each agent does from the beginning of that world day to its end; stretches reach over both."""
        lines = self._days.pop(day, None) or self._make(day)
        _keep(self._days, day, lines)
        return lines

    def _make(self, day: int) -> list[Timeline]:
        first, last = self._calendar.start(day), self._calendar.start(day + 1)
        parts = [self._calendar_day(number) for number in (day - 1, day, day + 1)]
        lines: list[Timeline] = []
        for agent in self._plan.agents:
            if agent.is_bot:
                since = self._calendar.midnight(self._calendar.day(self._start) - 15)
                lines.append([Stretch(min(since, first), last + 1, ONLINE, NO_REASON)])
            else:
                lines.append([s for part in parts for s in part[agent.index] if s.end > first and s.start < last])
        return lines

    def _calendar_day(self, day: int) -> list[Timeline]:
        lines = self._shifts.pop(day, None)
        if lines is None:
            rng = Random(f"rota/{self._plan.size}/{self._seed}/{day}")
            midnight, weekend = self._calendar.midnight(day), weekday_of(day) >= 5
            lines = self._disturb(day, [_shift(agent, midnight, weekend, rng) for agent in self._plan.agents])
        _keep(self._shifts, day, lines)
        return lines

    def _disturb(self, day: int, lines: list[Timeline]) -> list[Timeline]:
        """Lays the incidents of the scene over the shifts that begin on this day."""
        for place, incident in enumerate(self._scene.incidents):
            rng = Random(f"incident/{self._plan.size}/{self._seed}/{day}/{place}")
            for days in (-1, 0, 1):  # shifts and incidents may run across midnight
                begins = incident_begins(incident, self._calendar, self._start, day + days)
                if begins is None:
                    continue
                for agent in self._plan.agents:
                    if not agent.is_bot:
                        lines[agent.index] = _struck(lines[agent.index], incident, begins, rng)
        return lines


def _keep(days: dict[int, list[Timeline]], day: int, lines: list[Timeline]) -> None:
    """Keeps the days used last: some, not all; they are quickly made again."""
    days[day] = lines
    while len(days) > _KEPT_DAYS:
        days.pop(next(iter(days)))


def incident_begins(incident: Incident, calendar: Calendar, start: int, day: int) -> int | None:
    """When this incident strikes on the calendar day of this number, epoch ms; None if it does not."""
    first = start + incident.begins
    since = day - (first + calendar.offset) // (24 * 60 * MINUTE)
    if since == 0 or (incident.every_day and since > 0):
        return first + since * 24 * 60 * MINUTE
    return None


def _shift(agent: Agent, midnight: int, weekend: bool, rng: Random) -> Timeline:
    comes = rng.random() < (WEEKEND if weekend else ATTENDANCE)
    if agent.is_bot or not comes:
        return []
    shift = agent.shift
    login = midnight + (shift.begins + rng.randrange(-8, 9)) * MINUTE + rng.randrange(60_000)
    logout = midnight + (shift.begins + shift.lasts + rng.randrange(-3, 12)) * MINUTE + rng.randrange(60_000)
    length = shift.lasts
    pauses: list[tuple[float, float, str, str]] = []  # begins, lasts, minutes after login

    def pause(about: float, spread: float, low: float, high: float, reason: str, status: str = AWAY) -> None:
        pauses.append((about * length + rng.uniform(-spread, spread), rng.uniform(low, high), status, reason))

    pause(0.24, 35, 9, 17, "Break")
    pause(0.52, 50, 27, 44, "Lunch")
    pause(0.78, 35, 9, 17, "Break")
    if rng.random() < 0.22:
        pause(rng.uniform(0.1, 0.9), 10, 20, 45, rng.choice(("Coaching", "Training", "Meeting")))
    if rng.random() < 0.5:
        pause(rng.uniform(0.05, 0.95), 5, 2, 6, NO_REASON)
    for _ in range(2):
        pause(rng.uniform(0.05, 0.95), 5, 3, 9, NO_REASON, BACK_SOON)
    pauses.append(((logout - login) / MINUTE - rng.uniform(8, 18), 60, AWAY, CLOSING_TIME))
    pauses.sort()
    line: Timeline = []
    at = login
    for begins, lasts, status, reason in pauses:
        start = login + round(begins * MINUTE)
        end = min(start + round(lasts * MINUTE), logout)
        if start < at + 2 * MINUTE and reason != CLOSING_TIME:
            continue
        start = max(start, at)
        if start > at:
            line.append(Stretch(at, start, ONLINE, NO_REASON))
        if end > start:
            line.append(Stretch(start, end, status, reason))
        at = max(at, end)
    return line


def _struck(line: Timeline, incident: Incident, begins: int, rng: Random) -> Timeline:
    chance, late, early = rng.random(), rng.random(), rng.random()
    leaves = chance < incident.logout
    if not leaves and not incident.logout <= chance < incident.logout + incident.away:
        return line
    # Not all at one stroke: within the first fifth they go, within the last they are back.
    start = begins + round(incident.lasts * 0.2 * late)
    end = begins + incident.lasts - round(incident.lasts * 0.2 * early)
    result: Timeline = []
    for stretch in line:
        if stretch.end <= start or stretch.start >= end:
            result.append(stretch)
            continue
        if stretch.start < start:
            result.append(Stretch(stretch.start, start, stretch.status, stretch.reason))
        if not leaves:
            at, until = max(start, stretch.start), min(end, stretch.end)
            if result and result[-1].end == at and (result[-1].status, result[-1].reason) == (AWAY, incident.reason):
                at = result.pop().start
            result.append(Stretch(at, until, AWAY, incident.reason))
        if stretch.end > end:
            result.append(Stretch(end, stretch.end, stretch.status, stretch.reason))
    return result
