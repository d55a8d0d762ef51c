"""The board of a replay as a person sees it: it says that it is none of now, and its keys go through the record."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC
from pathlib import Path

import pytest
from textual.pilot import Pilot

from kmm_tui.board.state import LISTS
from kmm_tui.record.record import Record
from kmm_tui.ui.replaying import ReplayApp

from .conftest import ABOUT, LIMITED, NOW_MS, FrozenClock, whole_board

TURNS = 10
EVERY = 30_000
START = NOW_MS - TURNS * EVERY
"""2026-11-22 13:59:31 UTC."""


@dataclass
class TurnedClock:
    """Real time, which only a test lets go by."""

    seconds: float = 0.0
    sleepers: list[asyncio.Future[None]] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.sleepers.append(sleeper)
        await sleeper

    def turn(self, seconds: float) -> None:
        """Lets time go by; who sleeps looks whether it was long enough."""
        self.seconds += seconds
        for sleeper in self.sleepers:
            if not sleeper.done():
                sleeper.set_result(None)
        self.sleepers.clear()


@dataclass
class Show:
    """A replay under way."""

    app: ReplayApp
    clock: TurnedClock
    pilot: Pilot[str]

    @property
    def lines(self) -> list[str]:
        return ["".join(piece.text for piece in line) for line in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    async def until(self, *words: str) -> None:
        """Waits until all of `words` are to be seen."""
        async with asyncio.timeout(30):
            while not all(word in self.text for word in words):
                await self.pilot.pause(0.01)

    async def turn(self, seconds: float) -> None:
        self.clock.turn(seconds)
        self.app._tick()
        await self.pilot.pause()


OnStage = Callable[..., Awaitable[Show]]


@pytest.fixture
async def replay(tmp_path: Path) -> AsyncIterator[Callable[..., ReplayApp]]:
    """Ten turns of asking, of which the middle four were missed, as a replay that begins at the first."""
    record = Record(tmp_path, "12345678", clock=FrozenClock())
    record.start()
    for place in (0, 1, 2, 7, 8, 9):
        at = START + place * EVERY
        for state in whole_board():
            if state.content and state.topic not in LISTS.values():
                record.note(replace(state, content=replace(state.content, taken_at=at)))
    await record.written()
    span = await record.span()
    assert span is not None
    about = replace(ABOUT, notice="REPLAY")

    def make(clock: TurnedClock, speed: float = 1.0) -> ReplayApp:
        return ReplayApp(record, span, about, clock, START + 1000, speed=speed, tz=UTC, prefs=LIMITED)

    yield make
    await record.close()


async def test_it_says_that_it_is_not_live(replay: Callable[..., ReplayApp]) -> None:
    for size in ((120, 40), (60, 20)):
        clock = TurnedClock()
        app = replay(clock, 10.0)
        async with app.run_test(size=size) as pilot:
            show = Show(app, clock, pilot)
            await show.until("◂ PAST", "▶ REPLAY Sun 22 Nov 13:59:32", "■ 4:12")
            assert "LIVE" not in show.text
            assert "●" not in show.lines[1]
            assert show.lines[0].startswith("┏")
            assert show.lines[-1].startswith("┗")
            assert "calls/min" not in show.text
            # What the terminal is too small for is no live board either.
            await pilot.resize_terminal(50, 12)
            await show.until("this terminal has")
            assert "LIVE" not in show.text


async def test_keys_play_stop_step_and_leap(replay: Callable[..., ReplayApp]) -> None:
    clock = TurnedClock()
    app = replay(clock)
    async with app.run_test(size=(120, 40)) as pilot:
        show = Show(app, clock, pilot)
        await show.until("13:59:32", "■ 4:12")
        await show.turn(30)
        await show.until("Nov 14:00:02", "answer of 14:00:01")
        await pilot.press("space")
        await show.until("PAUSED")
        await show.turn(3600)
        await show.until("Nov 14:00:02")
        await pilot.press("full_stop")
        await show.until("Nov 14:00:31")
        await pilot.press("right_square_bracket")
        await show.until("Nov 14:03:01")
        await pilot.press("comma", "left_square_bracket")
        await show.until("Nov 14:00:01")
        await pilot.press("left_square_bracket", "left_square_bracket")
        await show.until("the record begins here", "Nov 13:59:31")
        await pilot.press("right_curly_bracket")
        await show.until("the record ends here", "Nov 14:04:01 · END")
        await pilot.press("left_curly_bracket")
        await show.until("Nov 13:59:31 · PAUSED", "0%")
        await pilot.press("plus", "plus", "minus", "equals_sign")
        await show.until("5×")
        await pilot.press("space")
        await show.turn(6)
        await show.until("▶ REPLAY Sun 22 Nov 14:00:01", "answer of 14:00:01")


async def test_a_gap_looks_as_it_did(replay: Callable[..., ReplayApp]) -> None:
    clock = TurnedClock()
    app = replay(clock)
    async with app.run_test(size=(120, 40)) as pilot:
        show = Show(app, clock, pilot)
        await show.until("◂ PAST", "■ 4:12")
        await show.turn(30 + 30 + 65)
        await show.until("▲ LATE 1m")
        await show.turn(25)
        await show.turn(60)
        await show.until("Nov 14:03:02", "◂ PAST 1s")


async def test_nobody_is_asked_for_anything(replay: Callable[..., ReplayApp]) -> None:
    clock = TurnedClock()
    app = replay(clock)
    async with app.run_test(size=(120, 40)) as pilot:
        show = Show(app, clock, pilot)
        await show.until("◂ PAST", "■ 4:12")
        for key in ("r", "m"):
            await pilot.press(key)
            await show.until("a replay asks for nothing")
        await pilot.press("g")
        await show.until("as they were recorded")
        assert "with sub-groups" not in show.text
        # What is said goes with a person's time, and not with that of the replay.
        await show.turn(100)
        await show.until("as they were recorded")


async def test_the_help_tells_its_keys(replay: Callable[..., ReplayApp]) -> None:
    clock = TurnedClock()
    app = replay(clock)
    async with app.run_test(size=(120, 40)) as pilot:
        show = Show(app, clock, pilot)
        await show.until("◂ PAST")
        await pilot.press("f1")
        await show.until("stop the replay, or let it go on", "ten minutes back", ". ]", ", [")
        assert "hold the rows still" not in show.text


async def test_what_is_chosen_stays_chosen_from_moment_to_moment(replay: Callable[..., ReplayApp]) -> None:
    clock = TurnedClock()
    app = replay(clock)
    async with app.run_test(size=(120, 40)) as pilot:
        show = Show(app, clock, pilot)
        await show.until("◂ PAST", "■ 4:12")
        await pilot.press("down", "down", "enter")
        await show.until("AGENTS of")
        title = next(line for line in show.lines if "AGENTS of" in line)
        await pilot.press("full_stop")
        await show.until("Nov 14:00:01")
        assert next(line for line in show.lines if "AGENTS of" in line) == title
