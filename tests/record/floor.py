"""Answers as a contact centre gives them: every 30 s, of so many skills, groups and agents, figures that wander."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from kmm_tui.api.answers import Cost, Skill
from kmm_tui.api.number import Number
from kmm_tui.api.window import HOUR, Window
from kmm_tui.board.asked import AGENT_FIGURES, FIGURES
from kmm_tui.board.figure import Figures
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Agent, Roster, Snapshot
from kmm_tui.board.state import AGENTS, Section, Topic, TopicState
from kmm_tui.metrics import BY_NAME, Method, Metric, Unit

START = 1_800_000_000_000 // HOUR * HOUR
"""A whole hour, epoch ms."""
EVERY = 30_000

ASKED = tuple(BY_NAME[name] for name in FIGURES)
AGENT_ASKED = tuple(BY_NAME[name] for name in AGENT_FIGURES)
FIELDS = frozenset(metric.field for metric in ASKED)
AGENT_FIELDS = frozenset(metric.field for metric in AGENT_ASKED)


@dataclass
class TurnedClock:
    """A clock that only a test turns."""

    seconds: float = START / 1000

    def now(self) -> float:
        return self.seconds


def figures_state(
    scope: Scope,
    taken_at: int,
    values: dict[str, Number | None],
    name: str | None = None,
    interval: float = 30.0,
    width: int = HOUR,
) -> TopicState:
    """One good answer of a scope, in which all of the board's figures were asked for over the last `width` ms."""
    cost = Cost(taken_at, 0.21, 4321, 1)
    figures = Figures(Method.METRICS, FIELDS, values)
    snapshot = Snapshot(scope, name, Window(taken_at - width, taken_at), figures, taken_at, cost)
    return TopicState(Topic(Section.FIGURES, scope), interval, snapshot)


def roster_state(taken_at: int, agents: tuple[Agent, ...]) -> TopicState:
    """One good answer about all agents."""
    window = Window(taken_at - HOUR, taken_at)
    return TopicState(AGENTS, 30.0, Roster(agents, window, taken_at, Cost(taken_at, 1.1, 900_000, 20)))


class Floor:
    """Polls of a floor with so many skills, groups and agents, from `START` on. The same seed gives the same polls."""

    def __init__(self, skills: int = 99, groups: int = 80, agents: int = 0, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        self.scopes = [
            ACCOUNT,
            *(Scope(Level.SKILL, str(3_000_000_000 + n)) for n in range(skills)),
            *(Scope(Level.GROUP, str(1_600_000_000 + n)) for n in range(groups)),
        ]
        self._values = [{metric.field: self._first(metric) for metric in ASKED} for _ in self.scopes]
        self._agents = [{metric.field: self._first(metric) for metric in AGENT_ASKED} for _ in range(agents)]
        self._since = [START - self._chance.randrange(HOUR) for _ in range(agents)]

    def polls(self, count: int, start: int = START) -> Iterator[tuple[int, list[TopicState]]]:
        """So many polls: the moment of each (epoch ms), and its answers."""
        for turn in range(count):
            yield start + turn * EVERY, self.poll(start + turn * EVERY)

    def poll(self, at: int) -> list[TopicState]:
        """The answers of one moment."""
        states = []
        for place, scope in enumerate(self.scopes):
            self._wander(self._values[place], ASKED)
            states.append(figures_state(scope, at, dict(self._values[place]), f"Scope {place}"))
        if self._agents:
            states.append(roster_state(at, tuple(self._agent(n, at) for n in range(len(self._agents)))))
        return states

    def _agent(self, number: int, at: int) -> Agent:
        self._wander(self._agents[number], AGENT_ASKED)
        for metric in AGENT_ASKED:
            # One agent's loads and rates are of a handful of conversations.
            if metric.unit in (Unit.RATIO, Unit.SHARE):
                self._agents[number][metric.field] = self._chance.randrange(9) / 8
        if self._chance.random() < 0.02:
            self._since[number] = at
        figures = Figures(Method.AGENT_VIEW, AGENT_FIELDS, dict(self._agents[number]))
        skills = tuple(Skill(str(3_000_000_000 + n), f"Skill {n}") for n in range(number % 7, number % 7 + 4))
        status = ("ONLINE", "AWAY", "BACK_SOON")[self._since[number] % 3]
        group = str(1_600_000_000 + number % 40)
        return Agent(
            str(500_000 + number), f"Agent Name {number}", group, f"Group {number % 40}", skills, status,
            self._since[number], None, None, 8, figures,
        )  # fmt: skip

    def _first(self, metric: Metric) -> Number | None:
        if metric.unit is Unit.COUNT:
            return self._chance.randrange(60)
        if metric.unit is Unit.DURATION:
            return self._chance.randrange(10_000, 900_000)
        return self._chance.random() if metric.is_number else None

    def _wander(self, values: dict[str, Number | None], metrics: tuple[Metric, ...]) -> None:
        chance = self._chance.random
        for metric in metrics:
            value = values[metric.field]
            # Two figures in three are others than half a minute ago.
            if value is None or chance() < 1 / 3:
                continue
            if metric.unit is Unit.COUNT:
                values[metric.field] = max(0, int(value + chance() * 5 - 2))
            elif metric.unit is Unit.DURATION:
                values[metric.field] = int(value * (0.97 + 0.06 * chance()) + 1)
            else:
                values[metric.field] = min(1.5, max(0.0, value + chance() * 0.04 - 0.02))
