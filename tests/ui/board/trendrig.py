"""A record and a filling of hours that tests of the trend view hand to the board."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from kmm_tui.api.window import DAY, HOUR, MINUTE, Window
from kmm_tui.board.scope import Level, Scope
from kmm_tui.feed.backfill import Progress
from kmm_tui.ui.recordedline import Fits
from kmm_tui.ui.trending import Trending

from .conftest import NOW_MS
from .person import Person

Asked = tuple[Scope, str, int, int]
RETURNS = Scope(Level.SKILL, "2")
"""The skill that is worst, and so stands on top."""
P90 = "queue_wait_time_90th_percentile"


@dataclass
class Recorded:
    """A record that holds what `values` says, every `step` ms, with a gap of an hour in the middle of each day."""

    values: Callable[[str, int], float | None] = lambda _, at: 60_000 + 30_000 * math.sin(at / HOUR)
    since: int = 0
    step: int = 5 * MINUTE
    asked: list[Asked] = field(default_factory=list)
    fits: Fits | None = None
    """What the last line was to be counted over."""
    held: asyncio.Event | None = None
    """What the next reading waits for."""

    async def series(
        self, scope: Scope, name: str, start_ms: int, end_ms: int, points: int, fits: Fits | None = None
    ) -> list[tuple[int, float | None]]:
        self.asked.append((scope, name, start_ms, end_ms))
        self.fits = fits
        held, self.held = self.held, None
        if held:
            await held.wait()
        step = max(self.step, (end_ms - start_ms) // points)
        first = -(-max(start_ms, self.since) // step) * step
        moments = range(first, end_ms + 1, step)
        return [(at, None if at % DAY // HOUR == 12 else self.values(name, at)) for at in moments]


@dataclass
class Filling:
    """What fills in hours, as far as `known` goes."""

    known: dict[Window, float | None] = field(default_factory=dict)
    done: int = 0
    paused: str = ""
    looked: list[tuple[Scope, str, tuple[Window, ...]]] = field(default_factory=list)
    aways: int = 0

    @property
    def progress(self) -> Progress:
        return Progress(0, 0)

    @property
    def hours_progress(self) -> Progress:
        return Progress(self.done, len(self.looked[-1][2]) if self.looked else 0, self.paused)

    def look_at_hours(self, scope: Scope, name: str, hours: Iterable[Window]) -> None:
        past = tuple(each for each in hours if each.end <= NOW_MS)
        self.looked.append((scope, name, past))

    def look_away(self) -> None:
        self.aways += 1

    def hours(self) -> dict[Window, float | None]:
        return dict(self.known)


def remember(person: Person, lines: Recorded | None) -> None:
    screen = person.pilot.app.screen_stack[0]
    assert isinstance(screen, Trending)
    screen.lines = lines


def fill(person: Person, filling: Filling | None) -> None:
    person.stage.feed.backfill = filling


def board_of(person: Person) -> Trending:
    screen = person.pilot.app.screen_stack[0]
    assert isinstance(screen, Trending)
    return screen


async def choose(person: Person, text: str) -> None:
    """Chooses a metric by what it is called."""
    await person.press("c", "slash")
    await person.type(text)
    await person.press("enter", "home", "enter")
    await person.pilot.app.workers.wait_for_complete()
    await person.settled()


def known(person: Person, place: int = 0) -> list[float]:
    """The values of one of the lines that are drawn."""
    return [y for _, y in board_of(person).trend.chart._series[place].points if y is not None]
