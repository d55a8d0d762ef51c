"""What an account may be asked is known over a restart, and refreshes are stretched until they fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmm_tui.api.answers import Cost
from kmm_tui.api.wire import Exchange
from kmm_tui.feed.budget import SHARE, STRETCH_STEP, THING, Budget
from kmm_tui.feed.clock import SystemClock
from kmm_tui.feed.memory import Memory


def refused(clock: Any, retry_after: float) -> Exchange:
    return Exchange("host", "/path", 429, Cost(clock.ms + 1, 0.1, 10), retry_after)


def test_a_refusal_is_known_after_a_restart(tmp_path: Path, slept_on: Any) -> None:
    first = Budget(slept_on, Memory(tmp_path, "1"), fastest=4.0)
    first.heard(refused(slept_on, 120))
    slept_on.seconds += 5
    second = Budget(slept_on, Memory(tmp_path, "1"), fastest=4.0)
    assert second.pace.state.rate == 2.0
    assert second.pace.state.silent_until - slept_on.now() == pytest.approx(115)
    assert second.reading(3).budget == 120
    # Another account has nothing to do with it.
    assert Budget(slept_on, Memory(tmp_path, "2"), fastest=4.0).pace.state.rate == 4.0


@pytest.mark.parametrize(
    "kept",
    [
        None, 3, "x", [], {}, {"rate": "fast"}, {"rate": None}, {"rate": 0}, {"rate": -1}, {"rate": True},
        {"rate": float("nan")}, {"rate": float("inf")}, {"rate": 1e300, "silent_until": 1e300, "changed_at": -1e300},
        {"rate": 2, "silent_until": "x", "changed_at": []}, {"rate": 2, "silent_until": float("nan")},
    ],
)  # fmt: skip
def test_a_spoilt_memory_is_as_none(tmp_path: Path, slept_on: Any, kept: Any) -> None:
    memory = Memory(tmp_path, "1")
    memory.remember(THING, kept)
    state = Budget(slept_on, memory, fastest=4.0).pace.state
    assert 0 < state.rate <= 4.0
    assert state.silent_until <= slept_on.now() + 600


@settings(deadline=None)
@given(fastest=st.floats(0.1, 100), interval=st.floats(5, 3600), calls=st.integers(0, 1000))
def test_a_stretched_interval_is_the_shortest_that_keeps_the_pace(fastest: float, interval: float, calls: int) -> None:
    stretched = Budget(SystemClock(), fastest=fastest).stretched(interval, calls)
    assert stretched >= interval
    assert calls / stretched <= fastest * SHARE * (1 + 1e-9)
    if stretched > interval:
        assert stretched % STRETCH_STEP == 0
        assert calls / (stretched - STRETCH_STEP) > fastest * SHARE * (1 - 1e-9) or stretched - STRETCH_STEP < interval


def test_a_view_that_fits_is_not_stretched_and_one_that_was_slowed_down_is(slept_on: Any) -> None:
    budget = Budget(slept_on, fastest=1.0)
    assert budget.stretched(30, 24) == 30
    assert budget.stretched(30, 25) == 35
    budget.heard(refused(slept_on, 1))
    assert budget.stretched(30, 24) == 60
    assert budget.reading(24).throttled == 1
