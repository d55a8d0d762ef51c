"""One account is asked smoothly, at most four times at once, and left in peace when it says so."""

from __future__ import annotations

import asyncio
import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmm_tui.api.answers import Cost
from kmm_tui.api.errors import Throttled
from kmm_tui.api.wire import Exchange
from kmm_tui.feed.pacing import LONGEST_SILENCE, QUIET, SLOWEST, STEP, Pace, PaceState

START = 1_800_000_000.0


class Ticking:
    """A clock whose sleepers all pass the same time, in the order in which they wake; `jump` moves the wall clock."""

    def __init__(self, now: float = START) -> None:
        self.real = 0.0
        self.offset = now
        self.slept: list[float] = []

    def now(self) -> float:
        return self.real + self.offset

    async def sleep(self, seconds: float) -> None:
        # Turns are waited for one after the other: whoever sleeps here is alone.
        assert seconds >= 0
        self.slept.append(seconds)
        await asyncio.sleep(0)
        self.real += seconds

    def jump(self, seconds: float) -> None:
        # No machine's clock is before 1970.
        self.offset = max(self.offset + seconds, 1000.0)


def answered(
    clock: Ticking, status: int = 200, asked: float | None = None, retry_after: float | None = None
) -> Exchange:
    at = clock.now() if asked is None else asked
    return Exchange("host", "/path", status, Cost(int(at * 1000), 0.1, 10), retry_after)


def throttle(pace: Pace, clock: Ticking, retry_after: float | None = None) -> None:
    pace.heard(answered(clock, 429, clock.now() + 0.001, retry_after))


@settings(deadline=None)
@given(
    rate=st.floats(0.1, 100),
    batches=st.lists(st.tuples(st.integers(1, 12), st.floats(0, 30)), min_size=1, max_size=6),
)
def test_no_two_calls_are_closer_than_the_pace_allows(rate: float, batches: list[tuple[int, float]]) -> None:
    clock = Ticking()
    turns: list[float] = []

    async def one(pace: Pace) -> None:
        await pace.turn()
        turns.append(clock.now())

    async def run() -> None:
        pace = Pace(clock, rate)
        for together, then in batches:
            await asyncio.gather(*(one(pace) for _ in range(together)))
            clock.real += then

    asyncio.run(run())
    assert len(turns) == sum(together for together, _ in batches)
    gaps = [later - earlier for earlier, later in itertools.pairwise(turns)]
    assert all(gap >= 1 / rate - 1e-6 for gap in gaps)


async def test_a_pace_that_has_rested_does_not_make_up_for_it_in_a_burst() -> None:
    clock = Ticking()
    pace = Pace(clock, 5.0)
    await pace.turn()
    clock.real += 3600
    turns = []
    for _ in range(5):
        await pace.turn()
        turns.append(clock.real - 3600)
    assert turns == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])


async def test_at_most_four_calls_are_under_way() -> None:
    pace = Pace(Ticking())
    under_way: list[int] = []
    most = 0
    go_on = asyncio.Event()

    async def call(number: int) -> None:
        nonlocal most
        async with pace.place():
            under_way.append(number)
            most = max(most, len(under_way))
            await go_on.wait()
            under_way.remove(number)

    calls = [asyncio.create_task(call(number)) for number in range(20)]
    for _ in range(10):
        await asyncio.sleep(0)
    assert len(under_way) == 4
    go_on.set()
    await asyncio.gather(*calls)
    assert most == 4


def test_a_refusal_halves_the_rate_once_for_all_calls_that_were_under_way() -> None:
    clock = Ticking()
    pace = Pace(clock, 4.0)
    asked = clock.now()
    clock.real += 0.5
    for _ in range(4):
        pace.heard(answered(clock, 429, asked))
        clock.real += 0.1
    assert pace.state.rate == 2.0
    assert pace.is_slowed
    clock.real += 5
    throttle(pace, clock)
    assert pace.state.rate == 1.0


def test_a_refusal_after_the_rate_was_raised_halves_it_also_for_calls_from_before() -> None:
    clock = Ticking()
    pace = Pace(clock, 4.0)
    throttle(pace, clock)
    clock.real += QUIET + 2
    asked = clock.now() - 0.5
    pace.heard(answered(clock))
    assert pace.state.rate == pytest.approx(2.4)
    pace.heard(answered(clock, 429, asked))
    assert pace.state.rate == pytest.approx(1.2)


@settings(deadline=None)
@given(refusals=st.integers(1, 40), fastest=st.floats(0.1, 100))
def test_the_rate_never_leaves_its_limits(refusals: int, fastest: float) -> None:
    clock = Ticking()
    pace = Pace(clock, fastest)
    for _ in range(refusals):
        throttle(pace, clock)
        clock.real += 700
    assert SLOWEST <= pace.state.rate <= fastest
    for _ in range(400):
        clock.real += QUIET
        pace.heard(answered(clock))
    assert pace.state.rate == fastest
    assert not pace.is_slowed


@pytest.mark.parametrize(
    ("wanted", "kept"), [(None, 1), (0, 1), (0.2, 1), (7, 7), (599, 599), (601, 600), (1e12, 600), (math.inf, 600)]
)
async def test_asking_in_silence_fails_at_once_with_the_seconds_that_are_left(
    wanted: float | None, kept: float
) -> None:
    clock = Ticking()
    pace = Pace(clock)
    throttle(pace, clock, wanted)
    clock.real += 0.25
    with pytest.raises(Throttled) as caught:
        await pace.turn()
    assert caught.value.retry_after == pytest.approx(kept - 0.25)
    assert clock.slept == []
    clock.real += kept - 0.25
    await pace.turn()


def test_a_shorter_silence_does_not_end_a_longer_one() -> None:
    clock = Ticking()
    pace = Pace(clock)
    throttle(pace, clock, 300)
    pace.heard(answered(clock, 429, clock.now() - 1, 2))
    assert pace.state.silent_until - clock.now() == 300


async def test_who_waits_for_a_turn_when_silence_begins_does_not_ask() -> None:
    clock = Ticking()
    pace = Pace(clock, 1.0)
    await pace.turn()
    waiting = [asyncio.create_task(pace.turn()) for _ in range(3)]
    await asyncio.sleep(0)
    throttle(pace, clock, 60)
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(outcome, Throttled) for outcome in outcomes)


async def test_who_gives_up_waiting_takes_no_turn_away() -> None:
    clock = Ticking()
    pace = Pace(clock, 1.0)
    await pace.turn()
    leaving = asyncio.create_task(pace.turn())
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    await pace.turn()
    assert clock.real == pytest.approx(1.0)


def test_each_quiet_minute_raises_the_rate_by_a_step_counted_from_the_end_of_the_silence() -> None:
    clock = Ticking()
    pace = Pace(clock, 10.0)
    throttle(pace, clock, 120)
    seen = []
    for _ in range(8 * 12):
        clock.real += 5
        pace.heard(answered(clock))
        seen.append(pace.state.rate)
    by_minute = seen[11::12]
    assert by_minute == pytest.approx([5, 5, 6, 7, 8, 9, 10, 10])


def test_failures_other_than_a_refusal_for_haste_do_not_slow_it_and_no_answer_does_not_raise_it() -> None:
    clock = Ticking()
    pace = Pace(clock, 10.0)
    for status in (0, 200, 400, 401, 403, 500, 503):
        pace.heard(answered(clock, status))
    assert pace.state.rate == 10.0
    throttle(pace, clock)
    clock.real += 600
    pace.heard(answered(clock, 0))
    assert pace.state.rate == 5.0


def test_every_change_is_remembered_and_a_restart_goes_on_with_what_has_been_earned_back() -> None:
    clock = Ticking()
    remembered: list[PaceState] = []
    pace = Pace(clock, 10.0, remember=remembered.append)
    throttle(pace, clock, 30)
    assert remembered[-1] == pace.state
    for away, rate in ((0, 5.0), (29, 5.0), (89, 5.0), (91, 6.0), (331, 10.0), (1e6, 10.0)):
        later = Ticking(clock.now() + away)
        again = Pace(later, 10.0, recalled=remembered[-1])
        assert again.state.rate == pytest.approx(rate)
        assert again.state.silent_until == remembered[-1].silent_until


async def test_a_restart_in_silence_is_silent() -> None:
    pace = Pace(Ticking(START + 100), recalled=PaceState(1.0, START + 160, START))
    with pytest.raises(Throttled) as caught:
        await pace.turn()
    assert caught.value.retry_after == pytest.approx(60)


@settings(deadline=None)
@given(
    rate=st.floats(1e-9, 1e9),
    silent_until=st.floats(-1e15, 1e15),
    changed_at=st.floats(-1e15, 1e15),
)
def test_whatever_was_remembered_never_blocks_for_longer_than_ten_minutes(
    rate: float, silent_until: float, changed_at: float
) -> None:
    clock = Ticking()
    pace = Pace(clock, 5.0, recalled=PaceState(rate, silent_until, changed_at))
    assert SLOWEST <= pace.state.rate <= 5.0
    assert pace.state.silent_until - clock.now() <= LONGEST_SILENCE
    assert asyncio.run(blocked(pace, clock)) <= LONGEST_SILENCE


async def blocked(pace: Pace, clock: Ticking) -> float:
    """Real seconds until a call may go out, for one who tries again when told to."""
    began = clock.real
    for _ in range(3):
        try:
            await pace.turn()
        except Throttled as silence:
            clock.real += (silence.retry_after or math.inf) + 0.001
        else:
            return clock.real - began - 0.01
    raise AssertionError("silent again after the silence")


JUMPS = st.one_of(st.floats(-1e9, 1e9), st.floats(-700, 700), st.sampled_from([-3600.0, -86400.0, 3600.0, 0.0]))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("jump"), JUMPS),
        st.tuples(st.just("429"), st.floats(0, 1e5)),
        st.tuples(st.just("200"), st.just(0.0)),
        st.tuples(st.just("pass"), st.floats(0, 100)),
        st.tuples(st.just("turn"), st.just(0.0)),
    ),
    max_size=25,
)


@settings(max_examples=200, deadline=None)
@given(steps=STEPS)
def test_a_clock_that_jumps_never_blocks_for_longer_than_ten_minutes(steps: list[tuple[str, float]]) -> None:
    async def run() -> None:
        clock = Ticking()
        pace = Pace(clock)
        for what, how_much in steps:
            if what == "jump":
                clock.jump(how_much)
            elif what == "pass":
                clock.real += how_much
            elif what == "turn":
                await blocked(pace, clock)
            elif what == "429":
                throttle(pace, clock, how_much)
            else:
                pace.heard(answered(clock))
            assert SLOWEST <= pace.state.rate <= 5.0
        assert await blocked(pace, clock) <= LONGEST_SILENCE + 1 / pace.state.rate
        # And it recovers: no moment of another time keeps it slow.
        for _ in range(80):
            clock.real += QUIET
            pace.heard(answered(clock))
        assert not pace.is_slowed
        throttle(pace, clock)
        assert pace.state.rate == 2.5

    asyncio.run(run())


def test_a_step_is_a_tenth_of_the_fastest_rate() -> None:
    clock = Ticking()
    pace = Pace(clock, 2.0)
    throttle(pace, clock)
    clock.real += 1 + QUIET
    pace.heard(answered(clock))
    assert pace.state.rate == pytest.approx(1 + 2 * STEP)
