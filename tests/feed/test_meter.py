"""What asking costs is counted over the last hour, in memory that does not grow, whatever the clock does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmm_tui.api.answers import Cost
from kmm_tui.api.wire import Exchange
from kmm_tui.feed import meter
from kmm_tui.feed.meter import HOUR, Meter


class Hand:
    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("a meter does not sleep")


def exchange(status: int = 200, took: float = 0.1, received: int = 10) -> Exchange:
    return Exchange("host", "/path", status, Cost(0, took, received))


def test_a_meter_that_has_seen_nothing_says_so() -> None:
    seen = Meter(Hand()).reading(300, 5)
    assert (seen.per_minute, seen.calls, seen.throttled, seen.failed, seen.received) == (0, 0, 0, 0, 0)
    assert (seen.mean_seconds, seen.worst_seconds) == (None, None)
    assert (seen.budget, seen.refresh_calls) == (300, 5)


def test_it_tells_answers_refusals_and_calls_without_an_answer_apart() -> None:
    counted = Meter(Hand())
    for status, took in ((200, 1.0), (200, 2.0), (429, 3.0), (500, 6.0), (0, 30.0)):
        counted.note(exchange(status, took, 100))
    seen = counted.reading(300, 5)
    assert (seen.calls, seen.throttled, seen.failed, seen.received) == (5, 1, 3, 500)
    # What was never answered has no answer time.
    assert (seen.mean_seconds, seen.worst_seconds) == (3.0, 6.0)


@settings(deadline=None)
@given(steps=st.lists(st.tuples(st.floats(0, 2000), st.sampled_from([0, 200, 401, 429, 500])), max_size=40))
def test_only_the_last_hour_counts(steps: list[tuple[float, int]]) -> None:
    clock, kept = Hand(), []
    counted = Meter(clock)
    for later, status in steps:
        clock.seconds += later
        counted.note(exchange(status))
        kept.append((clock.seconds, status))
        seen = counted.reading(300, 1)
        hour = [status for at, status in kept if at >= clock.seconds - HOUR]
        assert (seen.calls, seen.throttled) == (len(hour), hour.count(429))
        assert seen.failed == len(hour) - hour.count(200)


def test_calls_a_minute_are_those_of_the_last_minutes() -> None:
    clock = Hand()
    counted = Meter(clock)
    for _ in range(30):
        counted.note(exchange())
    # In the first minute nobody is said to ask faster than they did.
    assert counted.reading(300, 1).per_minute == 30
    for _ in range(60):
        clock.seconds += 10
        counted.note(exchange())
    assert counted.reading(300, 1).per_minute == pytest.approx(6, abs=0.3)
    clock.seconds += 301
    assert counted.reading(300, 1).per_minute == 0


def test_it_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meter, "MOST", 100)
    clock = Hand()
    counted = Meter(clock)
    for _ in range(1000):
        counted.note(exchange())
        clock.seconds += 0.01
    assert counted.reading(300, 1).calls == 100
    clock.seconds -= 50
    counted.note(exchange())
    assert counted.reading(300, 1).calls == 100


@pytest.mark.parametrize("back", [1.0, 400.0, 1800.0, 86_400.0, 1e9])
def test_a_clock_that_jumped_back_changes_nothing_but_the_time(back: float) -> None:
    clock = Hand()
    counted = Meter(clock)
    for _ in range(10):
        clock.seconds += 60
        counted.note(exchange())
    before = counted.reading(300, 1)
    clock.seconds -= back
    assert counted.reading(300, 1) == before
    clock.seconds += HOUR + 1
    assert counted.reading(300, 1).calls == 0


def test_a_clock_that_jumped_ahead_forgets_and_goes_on(slept_on: Any) -> None:
    counted = Meter(slept_on)
    counted.note(exchange(429))
    slept_on.seconds += 1e9
    counted.note(exchange())
    seen = counted.reading(300, 1)
    assert (seen.calls, seen.throttled) == (1, 0)
