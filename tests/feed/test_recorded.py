"""Moments of a record, found without reading its answers; and the time of a replay."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.api.window import HOUR
from kmm_tui.board.state import TopicState
from kmm_tui.feed.recorded import TOGETHER, last_before, step_after, step_before
from kmm_tui.feed.replay import ReplayClock

START = 1_800_000_000_000


class Listed:
    """A record of which only the moments matter."""

    trouble = ""

    def __init__(self, moments: Sequence[int]) -> None:
        self.moments = sorted(moments)
        self.asked = 0

    async def next_after(self, at_ms: int) -> int | None:
        self.asked += 1
        place = bisect_right(self.moments, at_ms)
        return self.moments[place] if place < len(self.moments) else None

    async def span(self) -> tuple[int, int] | None:
        return (self.moments[0], self.moments[-1]) if self.moments else None

    async def at(self, at_ms: int, reach_ms: int) -> tuple[TopicState, ...]:
        raise AssertionError("moments are found without reading answers")

    async def series(self, *_: Any) -> list[tuple[int, float | None]]:
        raise AssertionError("moments are found without reading answers")


MOMENTS = st.lists(st.integers(0, 3 * HOUR) | st.integers(0, 40), max_size=60, unique=True)


@given(MOMENTS, st.integers(-10, 4 * HOUR) | st.integers(-10, 50))
def test_the_last_moment_before_another_is_found(moments: list[int], at: int) -> None:
    record = Listed(moments)
    place = bisect_left(record.moments, at)
    assert asyncio.run(last_before(record, at)) == (record.moments[place - 1] if place else None)
    assert record.asked < 100


@given(MOMENTS)
def test_steps_forth_pass_all_and_steps_back_pass_all(moments: list[int]) -> None:
    record = Listed(moments)

    async def walk(step: Any, here: int) -> list[int]:
        found = []
        while (there := await step(record, here)) is not None:
            found.append(there)
            here = there
        return found

    forth = asyncio.run(walk(step_after, -1))
    assert forth == sorted(set(forth))
    assert set(forth) <= set(moments)
    # Every moment is one that is stopped at, or one shortly before.
    assert all(any(0 <= stop - moment <= TOGETHER for stop in forth) for moment in moments)
    back = asyncio.run(walk(step_before, max(moments, default=0) + 10 * HOUR))
    assert back == sorted(set(back), reverse=True)
    assert bool(back) == bool(moments)


DEEDS = st.lists(
    st.tuples(st.sampled_from(["pass", "pause", "go", "speed"]), st.floats(0.1, 600, allow_nan=False)), max_size=30
)


@given(DEEDS)
def test_the_replays_time_never_jumps_and_never_passes_the_end(deeds: list[tuple[str, float]]) -> None:
    class Real:
        seconds = 0.0

        def now(self) -> float:
            return self.seconds

        async def sleep(self, seconds: float) -> None: ...

    real = Real()
    clock = ReplayClock(real, START, 1.0, START + HOUR)
    expected = START / 1000
    for what, number in deeds:
        if what == "pass":
            real.seconds += number
            if not clock.is_paused:
                expected = min(expected + number * clock.speed, (START + HOUR) / 1000)
        elif what == "speed":
            clock.speed = number
        else:
            clock.is_paused = what == "pause"
        assert clock.now() == pytest.approx(expected, abs=0.002 * len(deeds))
        assert clock.ms <= START + HOUR
