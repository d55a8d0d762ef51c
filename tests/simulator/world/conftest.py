"""A small floor with a clock that the test moves, and the questions the tests ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from kmm_tui.metrics import Kind, Method, Unit, offered
from kmm_tui.simulator.engine import Figures, Filters, GroupBy
from kmm_tui.simulator.world import World, build_world

MINUTE = 60_000
START = 1_795_000_000_000
"""Some Wednesday in 2026."""


class Clock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.seconds = 5_000.0

    def __call__(self) -> float:
        return self.seconds


class Asker:
    """A world, its clock, and shorthands for questions about it."""

    def __init__(self, **options: Any) -> None:
        self.clock = Clock()
        world = build_world(**{"size": "small", "start": START, "clock": self.clock, **options})
        assert isinstance(world, World)
        self.world = world

    def wait(self, minutes: float) -> None:
        """Lets time pass."""
        self.clock.seconds += minutes * 60

    def window(self, minutes: int = 60, ago: int = 0, **filters: Any) -> Filters:
        """A window of whole minutes that ends so many minutes before the last whole minute."""
        end = self.world.now() // MINUTE * MINUTE - ago * MINUTE
        return Filters(end - minutes * MINUTE, end, **filters)

    def account(self, filters: Filters) -> Figures:
        """The account's figures: every metric of the metrics method."""
        together, _ = self.world.metrics(filters, names(Method.METRICS), None, want_all=True)
        assert together is not None
        return together

    def by(self, group_by: GroupBy, filters: Filters) -> dict[str, Figures]:
        """The figures of each skill or group, by its id."""
        _, entries = self.world.metrics(filters, names(Method.METRICS), group_by, want_all=False)
        return {entry.key: entry.figures for entry in entries}

    def agents(self, filters: Filters) -> dict[str, Figures]:
        """The agents' records by id, with every metric of the agent view."""
        return {agent.record["agentId"]: agent.record for agent in self.world.agents(filters, names(Method.AGENT_VIEW))}


def names(method: Method) -> list[str]:
    return [metric.name for metric in offered(method)]


def added(rows: Iterable[Figures], fields: Iterable[str]) -> dict[str, int]:
    """The sum of each field over rows."""
    rows = list(rows)
    return {field: sum(row[field] for row in rows) for field in fields}


@pytest.fixture(scope="session")
def ask() -> Callable[..., Asker]:
    """Makes a small world at a fixed moment; options are those of `build_world`."""
    return Asker


@pytest.fixture(scope="session")
def busy() -> Asker:
    """One busy small floor for tests that only look, and do not let time pass."""
    return Asker(seed=3)


@pytest.fixture(scope="session")
def total() -> Callable[[Iterable[Figures], Iterable[str]], dict[str, int]]:
    return added


@pytest.fixture(scope="session")
def counts() -> list[str]:
    """The response fields of the metrics method that count conversations over a window."""
    return [m.field for m in offered(Method.METRICS, Kind.BY_TIME) if m.unit is Unit.COUNT]


@pytest.fixture(scope="session")
def places() -> list[str]:
    """The response fields of the metrics method that count conversations and agents now."""
    free = {"availableSlots"}
    return [m.field for m in offered(Method.METRICS, Kind.CURRENT) if m.unit is Unit.COUNT and m.field not in free]


@pytest.fixture(scope="session")
def narrowed() -> Callable[..., Filters]:
    return replace
