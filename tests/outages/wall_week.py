"""A week of the wallboard with outages, resizes, turns and breaches, in virtual time: what it shows and what it keeps.

Run `python tests/outages/wall_week.py [--days 7] [--step 10s] [--seed 1]`. The feed is the real one, on the simulator,
with an outage every few hours; the wall is the real app without a terminal, and each of its frames is read. Prints what
was measured and exits with 1 if a promise was not kept: no old figure in fresh colours, every page seen, memory flat.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import queue
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from textual.pilot import Pilot

from kmm_tui.api.window import parse_duration
from kmm_tui.board.limits import StateLimits
from kmm_tui.board.presets import PRESETS
from kmm_tui.board.rows import ScopeRow
from kmm_tui.board.state import TopicState
from kmm_tui.board.wall import DEFAULT_PLANS, Plan
from kmm_tui.board.wallprefs import WallPrefs
from kmm_tui.feed.feed import Spawn
from kmm_tui.simulator.engine import Figures
from kmm_tui.ui.desk import Desk
from kmm_tui.ui.prefs import Prefs
from kmm_tui.ui.wall.app import WallApp
from kmm_tui.ui.wall.screen import WallScreen
from tests.outages.leftovers import MB, growth, resident
from tests.outages.prepared import Prepared
from tests.outages.rig import watched
from tests.outages.soak import ORDERS
from tests.outages.virtual_time import START, run_virtually
from tests.ui.board.conftest import ABOUT, FakeFeed, FrozenClock

HOUR, DAY = 3600.0, 86_400.0
EVERY = 30.0
CEILING = 3 * MB
"""Bytes by which memory may grow after the warm-up, of feed and wall together."""
SIZES = ((200, 60), (120, 40), (80, 24), (60, 20), (100, 30), (230, 70), (59, 19))
BLOCKS = frozenset("█▀▄")
FRESH = ("text", "title", "warn", "critical", "ok")
WALL = WallPrefs(plans=(*DEFAULT_PLANS, Plan(("group:Group 2000",), agents=True)))

_END = object()


class Lively(Prepared):
    """Waits and loads that rise and fall, so that skills breach their limits now and then."""

    def _figures(self, fields: Sequence[str], place: int, size: int) -> Figures:
        hours = (self._clock() - START) / HOUR
        wave = abs(math.sin(hours / 3 + place))
        calm = {
            "queueWaitTime90thPercentile": round(wave**6 * 260_000),
            "queueWaitTime50thPercentile": round(wave**6 * 90_000),
            "humanOnlineLoad": 0.5 + 0.3 * wave,
            "agentLoad": 0.5 + 0.3 * wave,
            "csat": 0.9,
            "overdueConversationsInQueue": 0,
            "overdueConversationsTotal": 0,
            "avgTimeToResponse": 30_000,
            "avgTimeToFirstResponseFirstAssignment": 40_000,
        }
        return super()._figures(fields, place, size) | {name: value for name, value in calm.items() if name in fields}


@dataclass
class Report:
    """What a week was like. Samples are (seconds since its beginning, bytes resident)."""

    frames: int = 0
    old_frames: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    pages: Counter[str] = field(default_factory=Counter)
    wanted: set[str] = field(default_factory=set)
    breaches: int = 0
    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    samples: list[tuple[float, float]] = field(default_factory=list)

    @property
    def grown(self) -> float:
        """Bytes by which memory has grown after the warm-up."""
        return growth(self.samples) if len(self.samples) > 1 else 0.0

    def problems(self) -> list[str]:
        """The promises that were not kept."""
        unseen = sorted(self.wanted - set(self.pages))
        found = [*self.broken[:10], *(f"never seen: page {each}" for each in unseen)]
        if self.grown >= CEILING:
            found.append(f"memory grew by {self.grown / MB:.2f} MB")
        return found


class Floor(threading.Thread):
    """Feed and simulator in virtual time, a step whenever somebody asks: what was published in it, and the moment."""

    def __init__(self, step: float, days: float, seed: int, report: Report) -> None:
        super().__init__(name="floor", daemon=True)
        self.steps: queue.Queue[Any] = queue.Queue(maxsize=1)
        self._step, self._days, self._chance, self._report = step, days, random.Random(seed), report
        self.feed: Any = None

    def run(self) -> None:
        try:
            run_virtually(self._live())
            self.steps.put(_END)
        except BaseException as error:
            self.steps.put(error)
            raise

    async def _live(self) -> None:
        world = {"skills": 8, "groups": 4, "agents": 60}
        async with watched("user", interval=EVERY, world=world, centre=Lively) as board:
            self.feed = board.feed
            told: list[TopicState] = []
            board.told.append(told.append)
            trouble = asyncio.create_task(self._trouble(board))
            for _ in range(int(self._days * DAY / self._step)):
                await board.pass_(self._step)
                board.feed.reading()
                self.steps.put((board.clock.now(), tuple(told)))
                told.clear()
            trouble.cancel()
            await asyncio.gather(trouble, return_exceptions=True)

    async def _trouble(self, board: Any) -> None:
        faults = board.app.service.faults
        while True:
            await board.pass_(self._chance.expovariate(1 / (1.5 * HOUR)))
            order = self._chance.choice(ORDERS)
            faults.switch_on(order)
            self._report.faults[order] += 1
            await board.pass_(self._chance.uniform(60, 2400))
            faults.switch_off()
            if order == "password-changed":
                board.feed.ask_now()


async def play(step: float, days: float, seed: int) -> Report:
    """Lets a wall live for `days`, drawn and read every `step` seconds."""
    report, clock, feeds, chance = Report(), FrozenClock(START), list[FakeFeed](), random.Random(seed)

    def connect(spawn: Spawn, publish: Callable[[TopicState], None]) -> FakeFeed:
        feeds.append(FakeFeed(publish))
        return feeds[0]

    prefs = Prefs(PRESETS["live-chat"], StateLimits(), wall=WALL)
    app = WallApp(Desk(connect, ABOUT, prefs), clock, prefs=prefs)
    floor = Floor(step, days, seed, report)
    floor.start()
    async with app.run_test(size=SIZES[2]) as pilot:
        next_size, next_sample = START + HOUR, START + min(DAY, days * DAY / 4)
        last_breach: tuple[str, ...] = ()
        while (got := floor.steps.get()) is not _END:
            if isinstance(got, BaseException):
                raise got
            clock.time, states = got
            for state in states:
                feeds[0].publish(state)
            if states:
                await pilot.pause()
            if app._settling:
                app._draw()
            app._tick()
            await pilot.pause()
            read(pilot, report)
            waiting = screen_of(pilot)._turns.waiting
            report.breaches += len(set(waiting) - set(last_breach))
            last_breach = waiting
            if clock.time >= next_size:
                next_size += chance.uniform(600, 2 * HOUR)
                await pilot.resize_terminal(*chance.choice(SIZES))
            if clock.time >= next_sample:
                next_sample += 6 * HOUR
                report.samples.append((clock.time - START, float(resident())))
    return report


def screen_of(pilot: Pilot[Any]) -> WallScreen:
    """The wall."""
    screen = pilot.app.screen
    assert isinstance(screen, WallScreen)
    return screen


def read(pilot: Pilot[Any], report: Report) -> None:
    """Looks at the frame that is on the screen."""
    screen, (width, height) = screen_of(pilot), pilot.app.size
    strips = screen._compositor.render_strips()
    report.frames += 1
    report.sizes[width, height] += 1
    report.wanted |= {page.key for page in screen._pages}
    if screen._up:
        report.pages[screen._up.key] += 1
    if len(strips) != height or any(strip.cell_length != width for strip in strips):
        report.broken.append(f"{screen.now:.0f}: a line is not as wide as the screen")
    rows = rows_of(screen)
    if rows and all(row.is_old for row in rows):
        report.old_frames += 1
        coloured = fresh_blocks(pilot, screen, strips)
        if coloured:
            report.broken.append(f"{screen.now:.0f}: old figures in fresh colours: {coloured[:3]}")


def rows_of(screen: WallScreen) -> list[ScopeRow]:
    """What the page that is up shows figures of."""
    scopes = {spot.scope for spot in screen._up.spots} if screen._up else set()
    return [row for scope in scopes if (row := screen.board.row(scope, screen.now))]


def fresh_blocks(pilot: Pilot[Any], screen: WallScreen, strips: Sequence[Any]) -> list[str]:
    """Large characters in the colour of live figures, below the word for what is wrong."""
    variables = pilot.app.theme_variables
    fresh = {variables[f"kmm-{role}"].lower() for role in FRESH}
    lines = strips[screen.body.region.y : screen.body.region.bottom]
    start = next(
        (number + 1 for number, strip in enumerate(lines[:10]) if " old" in strip.text or "no data yet" in strip.text),
        0,
    )
    found = []
    for strip in lines[start:]:
        for segment in strip:
            colour = segment.style.color.get_truecolor().hex if segment.style and segment.style.color else ""
            if colour in fresh and BLOCKS & set(segment.text):
                found.append(f"{segment.text!r} in {colour}")
    return found


def run(step: float, days: float, seed: int) -> Report:
    """A week, or so many days."""
    return asyncio.run(play(step, days, seed))


def main(arguments: list[str]) -> int:
    """Plays and prints; 1 if a promise was not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=float, default=7.0)
    parser.add_argument("--step", default="10s", help="how often a frame is drawn and read")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    began = time.process_time()
    report = run(parse_duration(options.step) / 1000, options.days, options.seed)
    print(f"{options.days:g} days in {time.process_time() - began:.0f} s of CPU, {report.frames} frames read")
    print(f"outages: {report.faults.total()} of {len(report.faults)} kinds; frames of old figures: {report.old_frames}")
    print(f"pages: {dict(report.pages)}; breaches that interrupted: {report.breaches}")
    print(f"sizes: {len(report.sizes)}")
    if report.samples:
        first, last = report.samples[0][1], report.samples[-1][1]
        print(f"resident memory: {first / MB:.1f} MB, then {last / MB:.1f} MB, trend {report.grown / MB:+.2f} MB")
    print(*report.problems(), sep="\n")
    return 1 if report.problems() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
