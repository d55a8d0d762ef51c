"""A simulated contact centre that can be asked everything the API can be asked.

**Days.** A world is a row of days. Each begins at a quiet local hour on an empty floor, is played from its own random
stream, and ends when the system closes whatever is still open; who is logged in follows from the roster alone. So a day
comes out the same whether it is played at once or minute by minute, before or after any other, and a window's figures
never change once it is past. At the start only today is played, up to now; a past day is played when a window first
reaches into it, and only its ledger is kept.

**Windows** count both of their ends; nothing ever happens on an exact minute, so windows cut in two at a minute add up.

**Memory.** The ledgers of past days are dropped beyond what the API keeps, and the least used ones beyond a budget:
they are played again if somebody asks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from kmm_tui.simulator.daytime import DAY, Calendar
from kmm_tui.simulator.demand import Demand
from kmm_tui.simulator.engine import AgentFigures, Engine, Figures, Filters, GroupBy, GroupFigures
from kmm_tui.simulator.figures import ByTime, asked, new_row
from kmm_tui.simulator.floor import Floor
from kmm_tui.simulator.history import History
from kmm_tui.simulator.ledger import Ledger, Targets
from kmm_tui.simulator.plan import MINUTE, Plan, build_plan
from kmm_tui.simulator.present import Tally, merged, survey
from kmm_tui.simulator.records import Records, Span, metadata, state
from kmm_tui.simulator.scenes import Scene, SceneError, load_scene
from kmm_tui.simulator.shifts import OFFLINE, Rota, Timeline

if TYPE_CHECKING:
    from pathlib import Path


def build_world(
    *,
    size: str = "medium",
    scene: str | Path = "busy",
    seed: int = 1,
    start: int | None = None,
    speed: float = 1.0,
    clock: Callable[[], float] = time.time,
) -> Engine:
    """A contact centre of this size (`small`, `medium`, `large`) in this scene, with 14 days behind it.

    `scene` is a built-in one or a TOML file (see `kmm_tui.simulator.scenes`). `start` is the world's present at this
    moment, epoch ms; the clock's by default. `clock` tells seconds; the world runs `speed` times as fast. The same
    size, scene, seed and start make the same world. Raises `ValueError` for a size, speed or scene that does not exist.
    """
    if not 0 < speed <= 10_000:
        raise ValueError(f"speed {speed} is not above 0 and up to 10000")
    return World(build_plan(size, seed), load_scene(scene), seed, start, speed, clock)


class World:
    """The engine: keeps the time, plays days as they are needed, and counts what was asked for."""

    def __init__(
        self, plan: Plan, scene: Scene, seed: int, start: int | None, speed: float, clock: Callable[[], float]
    ) -> None:
        self.plan, self.scene = plan, scene
        self._seed, self._speed, self._clock = seed, speed, clock
        self._began = clock()
        self._start = self._now = round(self._began * 1000) if start is None else start
        unknown = {i.skill for i in scene.incidents if i.skill} - {skill.name for skill in plan.skills}
        if unknown:
            raise SceneError(f"{scene.name}: incident.skill: no skill is named {sorted(unknown)[0]!r} at this size")
        self.calendar = Calendar.showing(self._start, weekday=scene.weekday, time=scene.time, begins=scene.day_begins)
        self.rota = Rota(plan, scene, self.calendar, seed, self._start)
        self._demand = Demand(plan, scene, self.calendar, self._start)
        self.history = History(self._played)
        self._about = [metadata(plan, agent) for agent in plan.agents]
        self._today = self.calendar.day(self._start)
        self.floor = self._open(self._today)
        self.now()

    # -- time -------------------------------------------------------------------------------------------------------

    def now(self) -> int:
        """The world's present, epoch ms; the floor is played up to it. It never runs backwards."""
        self._now = max(self._now, self._start + round(self._speed * 1000 * (self._clock() - self._began)))
        day = self.calendar.day(self._now)
        if day != self._today:
            if day == self._today + 1:
                self.floor.advance(DAY)
                self.history.add(self._today, self.floor.ledger)
            self._today, self.floor = day, self._open(day)
        self.floor.advance(self._now - self.floor.start)
        return self._now

    def _open(self, day: int) -> Floor:
        name = f"day/{self.plan.size}/{self._seed}/{day}"
        return Floor(self.plan, self.rota.of(day), self._demand.rates(day), name, self.calendar.start(day))

    def _played(self, day: int) -> Ledger:
        floor = self._open(day)
        floor.advance(DAY)
        return floor.ledger

    def _ledgers(self, start: int, end: int) -> Iterator[tuple[int, Ledger]]:
        """The ledgers of the days that a window touches, each with the moment its day begins, epoch ms."""
        for day in self._days(start, end):
            yield self.calendar.start(day), self.floor.ledger if day == self._today else self.history.ledger(day)

    def _days(self, start: int, end: int) -> range:
        """The world days that a window touches, none of them in the future."""
        return range(self.calendar.day(start), min(self.calendar.day(end), self._today) + 1)

    def _collect(self, counted: ByTime, start: int, end: int, into: Targets) -> None:
        if counted.families:
            for begins, ledger in self._ledgers(start, end):
                ledger.collect(counted.families, start - begins, end - begins, into)

    # -- who passes -------------------------------------------------------------------------------------------------

    def _groups(self, filters: Filters) -> list[bool]:
        if filters.group_ids is None:
            return [True] * len(self.plan.groups)
        named = {self.plan.group_of[key] for key in filters.group_ids if key in self.plan.group_of}
        if filters.include_subgroups:
            named = {below for group in named for below in self.plan.subtree[group]}
        return [group.index in named for group in self.plan.groups]

    def _agents(self, filters: Filters, groups: Sequence[bool]) -> list[bool]:
        ids, types = filters.agent_ids, filters.user_types
        return [
            groups[agent.group] and (ids is None or agent.id in ids) and (types is None or agent.user_type in types)
            for agent in self.plan.agents
        ]

    def _skills(self, filters: Filters) -> list[bool]:
        ids = filters.skill_ids
        return [ids is None or skill.id in ids for skill in self.plan.skills]

    def _queues(self, filters: Filters, groups: Sequence[bool], skills: Sequence[bool]) -> list[bool]:
        """Whose queues count: those of no agent in particular, in the home group of their skill."""
        if filters.agent_ids is not None:
            return [False] * len(skills)
        types = filters.user_types
        return [
            skills[skill.index]
            and groups[skill.home]
            and (types is None or ("BOT" if skill.for_bots else "HUMAN") in types)
            for skill in self.plan.skills
        ]

    # -- the questions ----------------------------------------------------------------------------------------------

    def group_names(self) -> Sequence[tuple[str, str]]:
        """Every agent group as (id, name)."""
        return [(group.id, group.name) for group in self.plan.groups]

    def metrics(
        self, filters: Filters, names: Sequence[str], group_by: GroupBy | None, *, want_all: bool
    ) -> tuple[Figures | None, list[GroupFigures]]:
        """The figures of all together, and by skill or group; each one that passes the filters has an entry.

        With sub-groups the filter lets in the groups named and all below them; the entries are those of the groups
        named, each with everything below it.
        """
        self.now()
        plan, named = self.plan, asked(names)
        counted = ByTime(named)
        groups, skills = self._groups(filters), self._skills(filters)
        agents, queues = self._agents(filters, groups), self._queues(filters, groups, skills)
        of_group = group_by == "agentGroupId"
        count = len(plan.groups) if of_group else len(plan.skills)
        rows = [new_row() for _ in range(count)]
        into = Targets(
            by_agent=[rows[a.group if of_group else 0] if agents[a.index] else None for a in plan.agents],
            of_nobody=[rows[s.home if of_group else s.index] if queues[s.index] else None for s in plan.skills],
            skills=skills,
            by_skill=None if of_group else rows,
        )
        self._collect(counted, filters.start, filters.end, into)
        tallies = [Tally() for _ in range(count)] if group_by else []
        everyone = survey(
            self.floor, agents, skills, queues,
            tallies if group_by == "skillId" else None, tallies if of_group else None,
        )  # fmt: skip

        def figures(row: list[int], tally: Tally) -> Figures:
            result: Figures = {}
            counted.figures(row, result)
            tally.figures(named, result)
            return result

        together = figures(_summed(rows), everyone) if want_all else None
        entries: list[GroupFigures] = []
        if group_by == "skillId":
            entries = [
                GroupFigures(skill.id, skill.name, figures(rows[skill.index], tallies[skill.index]))
                for skill in plan.skills
                if skills[skill.index]
            ]
        elif of_group:
            for group in plan.groups:
                if filters.group_ids is not None and group.id not in filters.group_ids:
                    continue
                row, tally = rows[group.index], tallies[group.index]
                if filters.include_subgroups:
                    below = sorted(plan.subtree[group.index])
                    row = _summed([rows[g] for g in below])
                    tally = merged(tallies[g] for g in below)
                entries.append(GroupFigures(group.id, group.name, figures(row, tally)))
        return together, entries

    def agents(self, filters: Filters, names: Sequence[str]) -> list[AgentFigures]:
        """The agents that pass. Those logged out pass as ``OFFLINE`` if they were logged in during the window."""
        now = self.now()
        plan = self.plan
        passes, skills = self._agents(filters, self._groups(filters)), self._skills(filters)
        fresh = now // MINUTE * MINUTE  # durations are up to a minute old
        days: list[tuple[list[Timeline], int, int]] = []
        for day in self._days(filters.start, filters.end):
            begins, ends = self.calendar.start(day), self.calendar.start(day + 1)
            days.append((self.rota.of(day), max(filters.start, begins), min(filters.end, ends, fresh)))
        latest = min(filters.end, now)
        known = [lines for lines, _, _ in days]
        if not days or self._days(filters.start, filters.end)[-1] != self._today:
            known.append(self.rota.of(self._today))
        chosen: list[tuple[int, Figures, list[Span]]] = []
        for seat in self.floor.seats:
            index = seat.index
            if not passes[index] or not any(skills[skill] for skill in seat.agent.skills):
                continue
            status = OFFLINE if seat.stretch is None else seat.stretch.status
            if status not in filters.statuses:
                continue
            spans = [(lines[index], start, end) for lines, start, end in days]
            line = known[-1][index] if len(known) == 1 else [s for lines in known for s in lines[index]]
            if status == OFFLINE and not any(s.start <= latest and s.end >= filters.start for s in line):
                continue
            chosen.append((index, state(seat.stretch, line, now), spans))
        rows: list[list[int] | None] = [None] * len(plan.agents)
        own = [new_row() for _ in chosen]
        for row, (index, _, _) in zip(own, chosen, strict=True):
            rows[index] = row
        metrics = asked(names)
        counted = ByTime(metrics)
        into = Targets(by_agent=rows, of_nobody=[None] * len(plan.skills), skills=[True] * len(plan.skills))
        self._collect(counted, filters.start, filters.end, into)
        records = Records(self.floor, metrics, counted, self._about)
        return [
            records.record(self.floor.seats[index], row, status, spans)
            for row, (index, status, spans) in zip(own, chosen, strict=True)
        ]

    def historical(self, filters: Filters, names: Sequence[str], edges: Sequence[int]) -> list[Figures]:
        """The counts within each (edges[i], edges[i+1]]; none of them for an interval is 0, not left out."""
        self.now()
        groups, skills = self._groups(filters), self._skills(filters)
        agents, queues = self._agents(filters, groups), self._queues(filters, groups, skills)
        any_row = new_row()  # only says which facts count
        into = Targets(
            by_agent=[any_row if passes else None for passes in agents],
            of_nobody=[any_row if passes else None for passes in queues],
            skills=skills,
        )
        trend = [new_row() for _ in pairwise(edges)]
        counted = ByTime(asked(names))
        if trend and counted.families:
            for begins, ledger in self._ledgers(edges[0] + 1, edges[-1]):
                ledger.trend(counted.families, [edge - begins for edge in edges], into, trend)
        answers: list[Figures] = [{} for _ in trend]
        for row, figures in zip(trend, answers, strict=True):
            counted.figures(row, figures)
        return answers


def _summed(rows: Sequence[list[int]]) -> list[int]:
    return [sum(column) for column in zip(*rows, strict=True)]
