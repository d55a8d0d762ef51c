"""What one answer said, frozen: the screen is a function of the snapshots that it was handed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from kmm_tui.api.answers import AgentRecord, Cost, HistoricalAnswer, Skill, StateDuration
from kmm_tui.api.number import Number
from kmm_tui.api.window import Window
from kmm_tui.board.figure import Figures
from kmm_tui.board.scope import Level, Scope
from kmm_tui.metrics import Method, Metric


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The figures of one scope, in one window, as they were answered at one time. `taken_at` is epoch ms."""

    scope: Scope
    name: str | None
    window: Window
    figures: Figures
    taken_at: int
    cost: Cost


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent of a roster. Moments are epoch ms; None is unknown."""

    key: str
    name: str | None
    group_id: str | None
    group_name: str | None
    skills: tuple[Skill, ...]
    status: str | None
    since: int | None
    reason: str | None
    reason_since: int | None
    slots: int | None
    figures: Figures

    def is_in(self, scope: Scope) -> bool:
        """Whether the agent belongs to the account, has the skill, or is of the group itself."""
        if scope.level is Level.SKILL:
            return any(skill.key == scope.key for skill in self.skills)
        if scope.level is Level.GROUP:
            return self.group_id == scope.key
        return scope.level is Level.ACCOUNT or self.key == scope.key


@dataclass(frozen=True, slots=True)
class Roster:
    """The agents who are logged in, as of one sweep. `is_whole` is False where some of them could not be read."""

    agents: tuple[Agent, ...]
    window: Window
    taken_at: int
    cost: Cost
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class AgentDetail:
    """Everything about one agent, as of one answer. `agent` is None where the answer does not list the agent.

    `states` are the times spent in each state during the window, `reasons` in each state and away reason; neither
    holds offline time.
    """

    key: str
    agent: Agent | None
    states: tuple[StateDuration, ...]
    reasons: tuple[StateDuration, ...]
    window: Window
    taken_at: int
    cost: Cost


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """Counts of the interval that ends at `end`, epoch ms, by response field; None is unknown."""

    end: int
    values: dict[str, Number | None] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Trend:
    """Counts over time for one scope, oldest first; `interval` in minutes, None if it cannot be told."""

    scope: Scope
    window: Window
    interval: int | None
    points: tuple[TrendPoint, ...]
    taken_at: int
    cost: Cost


@dataclass(frozen=True, slots=True)
class Listing:
    """That the skills or the groups of the account are known, and how many there are."""

    level: Level
    count: int
    taken_at: int


def figures_of(
    method: Method,
    asked: tuple[Metric, ...],
    values: Mapping[str, Number | None],
    refused: frozenset[str] = frozenset(),
) -> Figures:
    """Figures that know what was asked for, and what the account refuses to tell (response fields)."""
    return Figures(method, fields_of(asked), values, refused)


def fields_of(asked: Iterable[Metric]) -> frozenset[str]:
    """The response fields of what was asked for: one object for all who asked the same."""
    return _fields(tuple([metric.field for metric in asked]))


@lru_cache(64)
def _fields(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(names)


def agent_of(record: AgentRecord, asked: frozenset[str], refused: frozenset[str] = frozenset()) -> Agent:
    """A roster's agent from an answer's record; `asked` and `refused` are response fields."""
    return Agent(
        key=record.agent_id,
        name=record.name,
        group_id=record.group_id,
        group_name=record.group_name,
        skills=record.skills,
        status=record.status,
        since=record.status_since,
        reason=record.reason,
        reason_since=record.reason_since,
        slots=record.configured_slots,
        figures=Figures(Method.AGENT_VIEW, asked, record.metrics, refused),
    )


def trend_of(scope: Scope, answer: HistoricalAnswer) -> Trend:
    """A trend from an answer of the historical method."""
    points = tuple(TrendPoint(point.timestamp, dict(point.values)) for point in answer.points)
    return Trend(scope, answer.window, answer.interval, points, answer.cost.asked_at, answer.cost)
