"""What comes back, as frozen values. A figure that is missing, null or not a number is None and never 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from kmm_tui.api.number import Number
from kmm_tui.api.window import Window
from kmm_tui.metrics import Metric

Figures: TypeAlias = Mapping[str, Number | None]


@dataclass(frozen=True, slots=True)
class Cost:
    """What an answer cost. `asked_at` is epoch ms, `took` seconds, `received` bytes on arrival, `calls` a count."""

    asked_at: int
    took: float
    received: int
    calls: int = 1

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            min(self.asked_at, other.asked_at),
            self.took + other.took,
            self.received + other.received,
            self.calls + other.calls,
        )


@dataclass(frozen=True, slots=True)
class MetricsRow:
    """A skill's or group's figures by response field. `name` is None where the id has none."""

    key: str
    name: str | None
    metrics: Figures


@dataclass(frozen=True, slots=True)
class MetricsAnswer:
    """An answer of the metrics method. `total` is the server's own count of all groups, None if it told none.

    `left_out` counts the groups that could not be read.
    """

    window: Window
    asked: tuple[Metric, ...]
    total: int | None
    rows: tuple[MetricsRow, ...]
    all: Figures | None
    cost: Cost
    left_out: int = 0

    @property
    def count(self) -> int:
        """How many groups there are, also those on other pages."""
        return max(self.total or 0, self.sent)

    @property
    def sent(self) -> int:
        """How many groups came, those that could not be read included."""
        return len(self.rows) + self.left_out


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill that an agent has."""

    key: str
    name: str | None


@dataclass(frozen=True, slots=True)
class StateDuration:
    """How long, in ms, an agent was in a state (for a reason, where the server tells it)."""

    state: str
    duration: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AgentRecord:
    """An agent. Moments are epoch ms; `status` is ONLINE, AWAY, BACK_SOON, OFFLINE or what else the server said."""

    agent_id: str
    name: str | None
    nickname: str | None
    login_name: str | None
    group_id: str | None
    group_name: str | None
    skills: tuple[Skill, ...]
    status: str | None
    status_since: int | None
    reason: str | None
    reason_since: int | None
    configured_slots: int | None
    metrics: Figures
    states: tuple[StateDuration, ...] = ()
    reasons: tuple[StateDuration, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentViewAnswer:
    """An answer of the agent_view method. `total` is the server's own count of all agents, None if it told none.

    `left_out` counts the agents that could not be read.
    """

    window: Window
    asked: tuple[Metric, ...]
    total: int | None
    records: tuple[AgentRecord, ...]
    cost: Cost
    left_out: int = 0

    @property
    def count(self) -> int:
        """How many agents there are, also those on other pages."""
        return max(self.total or 0, self.sent)

    @property
    def sent(self) -> int:
        """How many agents came, those that could not be read included."""
        return len(self.records) + self.left_out


@dataclass(frozen=True, slots=True)
class Point:
    """Counts of the interval that ends at `timestamp`, epoch ms."""

    timestamp: int
    values: Figures


@dataclass(frozen=True, slots=True)
class HistoricalAnswer:
    """An answer of the historical method, oldest point first. `interval` is in minutes; None if one cannot be told."""

    window: Window
    asked: tuple[Metric, ...]
    interval: int | None
    points: tuple[Point, ...]
    cost: Cost
