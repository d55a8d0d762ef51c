"""A simulated contact centre that stands still, served by the simulator's own service: what a test compares with.

``python frozen_floor.py [--size small] [--odd-names] [--fault ORDER]...`` announces itself in one line of JSON and ends
with its stdin. Current values never move; a window of a width always holds the same figures.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kmm_tui.simulator.engine import AgentFigures, Engine, Figures, Filters, GroupBy, GroupFigures
from kmm_tui.simulator.server import serve
from kmm_tui.simulator.world import build_world

MINUTE = 60_000
LATE = 90_000
ODD_NAMES = (
    "[b]Bold[/b] [link=x]",
    "red \x1b[31mAlert\x07\x9b2J\r\n two\tlines\x00",
    "日本語サポート窓口の長い名前です",
    "🤖🎧 Support",
    "\u202egnilliB",
    "[/]",
    "Zürich e\u0301t\u0301e\u0301",
    "x" * 300,
)


class FrozenFloor:
    """The world as it was when it was built, shown as if that were always now."""

    def __init__(self, size: str, odd_names: bool) -> None:
        stopped = time.time()
        self._world: Engine = build_world(size=size, scene="lunch", clock=lambda: stopped)
        self._stopped = round(stopped * 1000)
        self._odd = odd_names
        self._renamed: dict[str, str] = {}

    def now(self) -> int:
        return round(time.time() * 1000)

    def group_names(self) -> Sequence[tuple[str, str]]:
        return self._world.group_names()

    def metrics(
        self, filters: Filters, names: Sequence[str], group_by: GroupBy | None, *, want_all: bool
    ) -> tuple[Figures | None, list[GroupFigures]]:
        total, groups = self._world.metrics(self._back(filters), names, group_by, want_all=want_all)
        return total, [replace(group, name=self._name(group.key, group.name)) for group in groups]

    def agents(self, filters: Filters, names: Sequence[str]) -> list[AgentFigures]:
        return [
            replace(agent, metadata={**agent.metadata, "agentName": self._name(agent.record["agentId"], str(name))})
            for agent in self._world.agents(self._back(filters), names)
            for name in [agent.metadata["agentName"]]
        ]

    def historical(self, filters: Filters, names: Sequence[str], edges: Sequence[int]) -> list[Figures]:
        shift = self._shift(filters)
        return self._world.historical(self._back(filters), names, [edge - shift for edge in edges])

    def _shift(self, filters: Filters) -> int:
        now = self.now()
        # A request that was made just before a minute ended is answered as of then, however late it arrives.
        if now - LATE < filters.end <= now + MINUTE:
            now = filters.end - 1
        return now // MINUTE * MINUTE - self._stopped // MINUTE * MINUTE

    def _back(self, filters: Filters) -> Filters:
        shift = self._shift(filters)
        return replace(filters, start=filters.start - shift, end=filters.end - shift)

    def _name(self, key: str, name: str) -> str:
        if not self._odd:
            return name
        return self._renamed.setdefault(key, ODD_NAMES[len(self._renamed) % len(ODD_NAMES)])


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", default="small")
    parser.add_argument("--odd-names", action="store_true")
    parser.add_argument("--fault", dest="faults", action="append", default=[])
    given: Any = parser.parse_args()

    def build() -> Engine:
        return FrozenFloor(given.size, given.odd_names)

    return serve(
        build=build, faults=given.faults, announce=True, until_stdin_closes=True, per_second=1000.0, burst=1000
    )


if __name__ == "__main__":
    sys.exit(main())
