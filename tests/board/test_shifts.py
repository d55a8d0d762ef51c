"""When a shift runs: across midnight, on some weekdays, and on days on which clocks change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.api.window import DAY, HOUR, MINUTE
from kmm_tui.board.shifts import Shift, last_run, last_start, running

At = Callable[..., int]

EARLY = Shift("Early", time(7), time(15), frozenset(range(5)))
NIGHT = Shift("Night", time(22), time(6))
ZONES = [ZoneInfo(name) for name in ("Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")]


def test_a_shift_runs_from_its_begin_until_just_before_its_end(lisbon: ZoneInfo, at: At) -> None:
    start, end = at("2026-11-20 07:00", lisbon), at("2026-11-20 15:00", lisbon)
    assert running(EARLY, start - 1, lisbon) is None
    assert running(EARLY, start, lisbon) == running(EARLY, end - 1, lisbon) == (start, end)
    assert running(EARLY, end, lisbon) is None
    assert last_start(EARLY, end, lisbon) == start


def test_over_the_weekend_it_last_began_on_friday(lisbon: ZoneInfo, at: At) -> None:
    sunday = at("2026-11-22 10:00", lisbon)
    assert running(EARLY, sunday, lisbon) is None
    assert last_start(EARLY, sunday, lisbon) == at("2026-11-20 07:00", lisbon)


def test_a_night_shift_belongs_to_the_day_on_which_it_begins(lisbon: ZoneInfo, at: At) -> None:
    friday_only = Shift("Friday night", time(22), time(6), frozenset({4}))
    start, end = at("2026-11-20 22:00", lisbon), at("2026-11-21 06:00", lisbon)
    assert running(friday_only, at("2026-11-21 03:00", lisbon), lisbon) == (start, end)
    assert running(friday_only, at("2026-11-20 03:00", lisbon), lisbon) is None
    assert running(friday_only, at("2026-11-21 23:00", lisbon), lisbon) is None


def test_a_shift_with_equal_times_is_a_whole_day(lisbon: ZoneInfo, at: At) -> None:
    whole = Shift("Round the clock", time(8), time(8))
    begins = at("2026-11-20 08:00", lisbon)
    assert running(whole, begins + DAY - 1, lisbon) == (begins, begins + DAY)
    assert running(whole, begins + DAY, lisbon) == (begins + DAY, begins + 2 * DAY)


def test_its_own_zone_comes_before_the_boards(lisbon: ZoneInfo, at: At) -> None:
    york = ZoneInfo("America/New_York")
    own = Shift("Early", time(7), time(15), zone=york)
    start = at("2026-11-20 07:00", york)
    assert running(own, start, lisbon) == (start, start + 8 * HOUR)


@pytest.mark.parametrize(("day", "hours"), [("2026-10-24", 9), ("2026-03-28", 7), ("2026-11-20", 8)])
def test_a_night_on_which_clocks_change_is_an_hour_longer_or_shorter(
    lisbon: ZoneInfo, at: At, day: str, hours: int
) -> None:
    start = at(f"{day} 22:00", lisbon)
    assert running(NIGHT, start + 5 * HOUR, lisbon) == (start, start + hours * HOUR)


def test_a_begin_that_clocks_show_twice_is_the_first_and_one_they_skip_is_later(lisbon: ZoneInfo, at: At) -> None:
    shift = Shift("Small hours", time(1, 30), time(9))
    first = at("2026-10-25 01:30", lisbon)
    assert running(shift, first, lisbon) == (first, at("2026-10-25 09:00", lisbon))
    assert first + HOUR == at("2026-10-25 01:30", lisbon, fold=1)
    skipped = at("2026-03-29 02:30", lisbon)
    assert running(shift, skipped, lisbon) == (skipped, at("2026-03-29 09:00", lisbon))


def test_a_shift_that_clocks_skip_altogether_does_not_run_that_day(lisbon: ZoneInfo, at: At) -> None:
    shift = Shift("Short", time(1, 55), time(2, 30))
    assert shift.on(date(2026, 3, 29), lisbon) is None
    assert last_start(shift, at("2026-03-29 12:00", lisbon), lisbon) == at("2026-03-28 01:55", lisbon)


def test_a_shift_without_days_never_runs(lisbon: ZoneInfo, at: At) -> None:
    never = Shift("Never", time(7), time(15), frozenset())
    assert last_run(never, at("2026-11-20 08:00", lisbon), lisbon) is None


times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
shifts = st.builds(
    Shift, st.just("A"), times, times, st.frozensets(st.integers(0, 6), min_size=1), st.sampled_from(ZONES)
)
moments = st.integers(1_735_689_600_000, 1_830_000_000_000)


@given(shift=shifts, now=moments)
def test_the_last_run_is_the_latest_that_has_begun(shift: Shift, now: int) -> None:
    today = datetime.fromtimestamp(now / 1000, UTC).date()
    runs = [run for ago in range(-2, 20) if (run := shift.on(today - timedelta(ago)))]
    start, end = max(run for run in runs if run[0] <= now)
    assert last_run(shift, now) == (start, end)
    assert last_start(shift, now) == start
    assert running(shift, now) == ((start, end) if now < end else None)
    assert MINUTE <= end - start <= 25 * HOUR
