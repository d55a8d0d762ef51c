"""What happened in one day, kept so that a question about any window costs the same.

One series per agent, skill and kind of fact: the moments at which something happened and the running totals after each.
A window's figures are the totals at its end less those at its start, two bisections, however long the window is.

Both ends of a window count. Nothing ever happens on an exact minute (the floor sees to it), so that windows that
are cut in two at a minute add up to the whole.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

ANSWERS = ("answers", "answer_ms", "waits", "wait_ms")
FIRSTS = ("first_waits", "first_wait_ms", "first_assigned", "first_assigned_ms", "first_each", "first_each_ms")
ENDS = ("by_agent", "by_consumer", "auto", "transfers", "back", "handled", "handled_ms")
SURVEYS = ("rated", "good", "fcr_yes", "fcr_no", "fcr_skip", "promoters", "detractors", "scored")
INTENTS = ("messages", "matched")
FAMILIES = (ANSWERS, FIRSTS, ENDS, SURVEYS, INTENTS)
"""The kinds of facts, each with the totals that it keeps; all times in ms."""
OFFSETS = tuple(sum(len(f) for f in FAMILIES[:i]) for i in range(len(FAMILIES)))
WIDTH = sum(len(f) for f in FAMILIES)
COLUMN = {name: OFFSETS[i] + j for i, f in enumerate(FAMILIES) for j, name in enumerate(f)}
"""Where each total stands in a row of all of them."""


class Series:
    """The facts of one kind about one agent and skill, in order of time."""

    __slots__ = ("rows", "times", "total")

    def __init__(self, width: int) -> None:
        self.times = array("I")
        self.rows = array("I", [0]) * width  # the totals before anything happened
        self.total = [0] * width

    def answer(self, time: int, took: int, waited: int | None) -> None:
        """Adds an answer to a series of `ANSWERS`, by far the commonest fact; only a human's was waited for."""
        total = self.total
        total[0] += 1
        total[1] += took
        if waited is not None:
            total[2] += 1
            total[3] += waited
        self.times.append(time)
        self.rows.extend(total)

    def add(self, time: int, *facts: tuple[int, int]) -> None:
        """Adds to some totals, as (place, amount)."""
        total = self.total
        for place, amount in facts:
            total[place] += amount
        self.times.append(time)
        self.rows.extend(total)


class Targets(NamedTuple):
    """The rows that facts are counted in; None where they are not counted.

    A fact about an agent counts if its skill passes and the agent has a row: in that row, or in its skill's if there
    are rows by skill. A fact about a conversation in the queue counts in its skill's row of ``of_nobody``.
    """

    by_agent: Sequence[list[int] | None]
    of_nobody: Sequence[list[int] | None]
    skills: Sequence[bool]
    by_skill: Sequence[list[int]] | None = None


class Ledger:
    """The facts of one day; times are ms since it began. Agent and skill are indices; `nobody` stands for the queue."""

    __slots__ = ("facts", "nobody", "skills")

    def __init__(self, agents: int, skills: int) -> None:
        self.nobody = agents
        self.skills = skills
        self.facts: list[dict[int, Series]] = [{} for _ in FAMILIES]

    def series(self, family: int, agent: int, skill: int) -> Series:
        """The series of one kind of fact about one agent (or nobody) and skill."""
        key = agent * self.skills + skill
        found = self.facts[family].get(key)
        if found is None:
            found = self.facts[family][key] = Series(len(FAMILIES[family]))
        return found

    @property
    def size(self) -> int:
        """How many facts it holds."""
        return sum(len(series.times) for family in self.facts for series in family.values())

    def collect(self, families: Iterable[int], start: int, end: int, into: Targets) -> None:
        """Adds the totals of the window [start, end], ms since the day began, to the rows that `into` names."""
        for family in families:
            width, offset = len(FAMILIES[family]), OFFSETS[family]
            for series, row in self._passing(family, start, end, into):
                times = series.times
                before = bisect_left(times, start)
                after = bisect_right(times, end, before)
                if after == before:
                    continue
                rows, high, low = series.rows, after * width, before * width
                for place in range(offset, offset + width):
                    row[place] += rows[high] - rows[low]
                    high += 1
                    low += 1

    def trend(self, families: Iterable[int], edges: Sequence[int], into: Targets, trend: Sequence[list[int]]) -> None:
        """Adds the totals within each (edges[i], edges[i+1]] to ``trend[i]``, of the facts that `into` counts."""
        for family in families:
            width, offset = len(FAMILIES[family]), OFFSETS[family]
            for series, _ in self._passing(family, edges[0] + 1, edges[-1], into):
                times, rows = series.times, series.rows
                at, last = bisect_right(times, edges[0]), bisect_right(times, edges[-1])
                while at < last:
                    interval = bisect_left(edges, times[at]) - 1
                    until = bisect_right(times, edges[interval + 1], at, last)
                    row = trend[interval]
                    for place in range(width):
                        row[offset + place] += rows[until * width + place] - rows[at * width + place]
                    at = until

    def _passing(self, family: int, start: int, end: int, into: Targets) -> Iterator[tuple[Series, list[int]]]:
        """The series of one kind that may hold something of the window and are counted, each with its row."""
        by_agent, by_skill, skills = into.by_agent, into.by_skill, into.skills
        for key, series in self.facts[family].items():
            times = series.times
            if times[-1] < start or times[0] > end:
                continue
            agent, skill = divmod(key, self.skills)
            row: list[int] | None = None
            if agent == self.nobody:
                row = into.of_nobody[skill]
            elif skills[skill]:
                row = by_agent[agent]
                if row is not None and by_skill is not None:
                    row = by_skill[skill]
            if row is not None:
                yield series, row
