"""What the board outlives, what it says of it, and that tests never overlook it."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable
from typing import Any

import pytest
from textual import events
from textual.geometry import Size
from textual.pilot import Pilot

from kmm_tui.ui.board_screen import BoardScreen
from kmm_tui.ui.mishaps import QUIET, Mishaps

SetStage = Callable[..., Any]


def fail(*_: object) -> None:
    raise RuntimeError("boom")


async def drawn(pilot: Pilot[str]) -> None:
    await pilot.pause(0.1)


async def test_a_test_sees_what_fails(stage: SetStage, monkeypatch: pytest.MonkeyPatch) -> None:
    app = stage().app

    async def run() -> None:
        async with app.run_test(size=(120, 40)) as pilot:
            await drawn(pilot)
            monkeypatch.setattr(BoardScreen, "tick", fail)
            app.call_later(app._tick)
            await drawn(pilot)

    with pytest.raises(RuntimeError, match="boom"):
        await run()


async def test_what_fails_ends_neither_the_board_nor_its_hearing(
    stage: SetStage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = stage().app
    app.outlives = True
    with caplog.at_level(logging.ERROR):
        async with app.run_test(size=(120, 40)) as pilot:
            await drawn(pilot)
            monkeypatch.setattr(BoardScreen, "tick", fail)
            for _ in range(5):
                app.call_later(app._tick)
            await drawn(pilot)
            assert app.is_running
            await pilot.press("question_mark")
            for _ in range(50):
                await drawn(pilot)
                if not isinstance(app.screen, BoardScreen):
                    break
            assert not isinstance(app.screen, BoardScreen)
    assert len([record for record in caplog.records if "RuntimeError" in record.getMessage()]) == 1


async def test_a_size_that_the_terminal_no_longer_has_lays_nothing_out(stage: SetStage) -> None:
    app = stage().app
    async with app.run_test(size=(120, 40)) as pilot:
        await drawn(pilot)
        screen, gone = app.screen, Size(100, 30)
        assert isinstance(screen, BoardScreen)
        # Laid out for it, the screen would ask for this size again, and for the present one in turns with it.
        await screen._on_resize(events.Resize(gone, gone))
        assert screen.find_widget(screen.title_bar).region.width == 120
        await pilot.resize_terminal(*gone)
        await drawn(pilot)
        assert screen.find_widget(screen.title_bar).region.width == 100


async def test_what_is_ended_before_it_began_is_not_complained_of(
    stage: SetStage, recwarn: pytest.WarningsRecorder
) -> None:
    app = stage().app
    began: list[str] = []

    async def poll() -> None:
        began.append("poll")

    async with app.run_test(size=(120, 40)):
        app._start_worker(poll(), "too late")
        app.workers.cancel_all()
    gc.collect()
    assert began == []
    assert [str(each.message) for each in recwarn] == []


@pytest.mark.parametrize(("jump", "woken"), [(31.0, 1), (-31.0, 1), (29.0, 0), (-29.0, 0), (86_400.0, 1)])
async def test_a_clock_that_jumped_wakes_the_feed_once(jump: float, woken: int, stage: SetStage) -> None:
    set_up = stage()
    app, clock = set_up.app, set_up.clock
    async with app.run_test(size=(120, 40)) as pilot:
        await drawn(pilot)
        clock.time += jump
        app._tick()
        app._tick()
        await drawn(pilot)
        assert set_up.feed.woken == woken


class Counter:
    time = 1000.0

    def __call__(self) -> float:
        return self.time


def raised(place: int) -> RuntimeError:
    try:
        if place:
            raise RuntimeError("one")
        raise RuntimeError("other")
    except RuntimeError as error:
        return error


def test_the_same_exception_is_logged_once_a_minute_with_its_count(caplog: pytest.LogCaptureFixture) -> None:
    clock = Counter()
    mishaps = Mishaps(clock)
    for _ in range(7):
        mishaps.note(raised(0))
    mishaps.note(raised(1))
    assert len(caplog.records) == 2
    clock.time += QUIET - 1
    mishaps.settle()
    assert len(caplog.records) == 2
    clock.time += 1
    mishaps.settle()
    mishaps.settle()
    (again,) = [record.getMessage() for record in caplog.records[2:]]
    assert "6 times in the last 60 s" in again
    assert "test_enduring.py" in again
