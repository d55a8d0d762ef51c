"""Moments of the simulated contact centre with what the API tells of them, and the futures that really follow."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import heapify
from random import Random

from kmm_tui.api.answers import Cost
from kmm_tui.api.window import HOUR, Window
from kmm_tui.board.asked import FIGURES
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Snapshot, figures_of
from kmm_tui.metrics import Method, of_names
from kmm_tui.simulator.engine import Figures, Filters
from kmm_tui.simulator.floor import Floor
from kmm_tui.simulator.ledger import Ledger
from kmm_tui.simulator.plan import build_plan
from kmm_tui.simulator.scenes import load_scene
from kmm_tui.simulator.shifts import ONLINE, Stretch
from kmm_tui.simulator.world import World

START = 1_795_356_000_000
"""2026-11-22 14:00 UTC; each scene brings its own time of day."""
EVERY = 30.0
_ASKED = tuple(of_names(FIGURES))


@dataclass
class Turned:
    """Seconds since the start of the world."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Played:
    """A world that is played turn by turn, and asked at each as a board asks."""

    world: World
    clock: Turned

    @classmethod
    def of(cls, scene: str, size: str, seed: int) -> Played:
        clock = Turned()
        return cls(World(build_plan(size, seed), load_scene(scene), seed, START, 1.0, clock), clock)

    def turns(self, count: int) -> Iterator[tuple[float, dict[Scope, Snapshot]]]:
        """At each turn of asking, when it is (epoch s) and the figures of the account and of each skill."""
        for turn in range(count):
            self.clock.seconds = turn * EVERY
            now = self.world.now()
            window = Window.last(HOUR, now)
            filters = Filters(window.start // 60_000 * 60_000, now)
            account, groups = self.world.metrics(filters, FIGURES, "skillId", want_all=True)
            found = {ACCOUNT: _snapshot(ACCOUNT, None, account or {}, window, now)}
            for group in groups:
                scope = Scope(Level.SKILL, group.key)
                found[scope] = _snapshot(scope, group.name, group.figures, window, now)
            yield now / 1000, found


def _snapshot(scope: Scope, name: str | None, figures: Figures, window: Window, now: int) -> Snapshot:
    return Snapshot(scope, name, window, figures_of(Method.METRICS, _ASKED, figures), now, Cost(now, 0.1, 1000))


def later(floor: Floor, name: str, *, skill: int, more: int) -> Floor | None:
    """Another future of `floor`, with so many more agents online for `skill` alone; None where there are not so many.

    Those are agents who have the skill and are not online now; they stay to the end.
    """
    spare = [seat for seat in floor.seats if skill in seat.agent.skills and not seat.open and not seat.is_bot]
    if len(spare) < more:
        return None
    # Facts are counted anew: what was before is of no interest, and is most of what would have to be copied.
    shared = {id(each): each for each in (floor.plan, floor._rates, floor._spread, floor._wanted)}
    ledger = Ledger(len(floor.plan.agents), len(floor.plan.skills))
    other: Floor = copy.deepcopy(floor, {**shared, id(floor.ledger): ledger})
    other._rng = Random(name)
    other._chance = other._rng.random
    now = other.now
    called = {seat.index for seat in spare[:more]}
    other._events = [event for event in other._events if not (event[2] == 0 and event[3] in called)]
    heapify(other._events)
    for index in sorted(called):
        seat = other.seats[index]
        seat.agent = replace(seat.agent, skills=(skill,))
        begun = Stretch(other.start + now, other.start + now + 4 * HOUR, ONLINE, "NA")
        other._change(seat, begun, now)
    return other


def p90(floor: Floor, skill: int) -> float:
    """What nine in ten of those in the queue of a skill have waited at most, seconds; 0 where nobody waits."""
    waits = sorted(floor.now - talk.queued_at for talk, token in floor.queues[skill] if talk.token == token)
    return waits[-(-len(waits) * 9 // 10) - 1] / 1000 if waits else 0.0


def in_time(floors: Sequence[Floor], skill: int, target: float, minutes: tuple[int, int]) -> float:
    """The share of the looks, one a minute between these two, at which the p90 wait was within `target` seconds."""
    kept = looks = 0
    for floor in floors:
        began = floor.now
        for minute in range(minutes[0], minutes[1] + 1):
            floor.advance(began + minute * 60_000)
            looks += 1
            kept += p90(floor, skill) <= target
    return kept / looks
