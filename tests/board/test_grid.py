"""Windows to compare with: the same time of day on the days before, always the same ones, and over for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.api.window import DAY, HOUR, MINUTE, Window
from kmm_tui.board.grid import GRID, comparable, hours, moved_window, oldest, on_grid
from kmm_tui.board.localtime import day_start
from kmm_tui.board.past import is_settled
from kmm_tui.metrics import Method

At = Callable[..., int]

ZONES = [ZoneInfo(name) for name in ("Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")]
# Around every change of clocks of these zones in 2026, and any time else.
CHANGES = [datetime.fromisoformat(f"{day}T00:00+00:00") for day in
           ("2026-03-08", "2026-03-29", "2026-04-04", "2026-10-03", "2026-10-25", "2026-11-01")]  # fmt: skip
moments = st.integers(1_735_689_600_000, 1_830_000_000_000) | st.builds(
    lambda change, days, ms: round(change.timestamp() * 1000) + days * DAY + ms,
    st.sampled_from(CHANGES),
    st.integers(-1, 14),
    st.integers(0, DAY),
)
widths = st.sampled_from([15, 20, 30, 60, 97, 120, 240, 480, 1440]).map(lambda minutes: minutes * MINUTE)


@given(zone=st.sampled_from(ZONES), now=moments, width=widths, anchored=st.booleans())
def test_comparable_windows_are_the_same_time_of_day_on_the_grid_kept_and_over(
    zone: ZoneInfo, now: int, width: int, anchored: bool
) -> None:
    window = Window.last(width, now)
    model = on_grid(window, anchored=anchored)
    found = comparable(window, zone, now, anchored=anchored)
    assert len(found) <= 14  # the 14th only where clocks made the days between shorter
    for one in found:
        assert model
        there = one.window
        assert there.end % GRID == 0
        assert there.width == model.width
        there.check(Method.METRICS, now + 10 * MINUTE)  # still kept a while later
        assert is_settled(there, now)
        for mine, other in ((model.start, there.start), (model.end, there.end)):
            here, then = (datetime.fromtimestamp(ms / 1000, zone) for ms in (mine, other))
            assert here.time() == then.time()
            assert (here.date() - then.date()).days == one.days_ago


@given(zone=st.sampled_from(ZONES), now=moments, width=widths)
def test_only_days_on_which_clocks_change_are_left_out(zone: ZoneInfo, now: int, width: int) -> None:
    left_out = set(range(1, 14)) - {one.days_ago for one in comparable(Window.last(width, now), zone, now)}
    model = on_grid(Window.last(width, now))
    assert model
    for days in left_out:
        there = moved_window(model, -days, zone)
        assert there is None or there.width != model.width or there.start < oldest(now)


def test_an_hour_has_thirteen_windows_yesterday_first(lisbon: ZoneInfo, at: At) -> None:
    now = at("2026-11-22 14:07:31", lisbon)
    found = comparable(Window.last(HOUR, now), lisbon, now)
    assert [one.days_ago for one in found] == list(range(1, 14))
    assert found[0].window == Window(at("2026-11-21 13:00", lisbon), at("2026-11-21 14:00", lisbon))
    assert found[6].window == Window(at("2026-11-15 13:00", lisbon), at("2026-11-15 14:00", lisbon))


@pytest.mark.parametrize(("width", "anchored"), [(HOUR, False), (20 * MINUTE, False), (97 * MINUTE, False)])
def test_for_a_quarter_of_an_hour_they_are_the_same(lisbon: ZoneInfo, at: At, width: int, anchored: bool) -> None:
    begin = at("2026-11-22 14:00:01", lisbon)
    found = {
        tuple(one.window for one in comparable(Window.last(width, now), lisbon, now, anchored=anchored))
        for now in range(begin, begin + 14 * MINUTE, 7_000)
    }
    assert len(found) == 1


def test_a_window_since_a_start_keeps_its_start_and_recurs(lisbon: ZoneInfo, at: At) -> None:
    midnight = at("2026-11-22 00:00", lisbon)
    for clock in ("14:00:01", "14:07", "14:14"):
        now = at(f"2026-11-22 {clock}", lisbon)
        found = comparable(Window(midnight, now), lisbon, now, anchored=True)
        assert found[0].window == Window(at("2026-11-21 00:00", lisbon), at("2026-11-21 14:00", lisbon))
    early = midnight + 3 * MINUTE
    assert comparable(Window(midnight, early), lisbon, early, anchored=True) == ()


def test_summer_time_does_not_move_the_time_of_day(lisbon: ZoneInfo, at: At) -> None:
    now = at("2026-10-28 10:00", lisbon)
    found = {one.days_ago: one.window for one in comparable(Window.last(HOUR, now), lisbon, now)}
    assert found[5] == Window(at("2026-10-23 09:00", lisbon), at("2026-10-23 10:00", lisbon))
    assert now - found[5].end == 5 * DAY + HOUR


def test_a_window_that_clocks_made_longer_or_skipped_is_left_out(lisbon: ZoneInfo, at: At) -> None:
    autumn = at("2026-10-28 02:00", lisbon)
    assert 3 not in {one.days_ago for one in comparable(Window.last(HOUR, autumn), lisbon, autumn)}
    spring = at("2026-04-01 01:45", lisbon)
    assert 3 not in {one.days_ago for one in comparable(Window.last(30 * MINUTE, spring), lisbon, spring)}
    assert 2 in {one.days_ago for one in comparable(Window.last(30 * MINUTE, spring), lisbon, spring)}


@given(now=moments)
def test_the_oldest_moment_is_kept_for_a_while_and_on_the_grid(now: int) -> None:
    edge = oldest(now)
    assert edge % GRID == 0
    assert 14 * MINUTE <= edge - (now - 14 * DAY) <= 31 * MINUTE


@pytest.mark.parametrize(
    ("name", "day", "count"),
    [
        ("Europe/Lisbon", "2026-11-20", 24),
        ("Europe/Lisbon", "2026-10-25", 25),
        ("Europe/Lisbon", "2026-03-29", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Asia/Kathmandu", "2026-11-20", 24),
        ("Australia/Lord_Howe", "2026-04-05", 25),  # the 25th is half an hour
        ("Australia/Lord_Howe", "2026-10-04", 24),  # one of them is half an hour
    ],
)
def test_a_day_has_its_hours(at: At, name: str, day: str, count: int) -> None:
    zone = ZoneInfo(name)
    found = hours(at(f"{day} 12:00", zone), zone)
    assert len(found) == count
    assert {one.hour for one in found} >= set(range(24)) - {1, 2}


@given(zone=st.sampled_from(ZONES), now=moments)
def test_hours_fill_the_day_without_a_gap(zone: ZoneInfo, now: int) -> None:
    found = hours(now, zone)
    assert (found[0].window.start, found[-1].window.end) == (day_start(now, zone), day_start(now, zone, 1))
    assert found[0].window.start <= now < found[-1].window.end
    for one, after in pairwise(found):
        assert one.window.end == after.window.start
    for one in found:
        assert one.window.width in (30 * MINUTE, HOUR)
        assert one.hour == datetime.fromtimestamp(one.window.start / 1000, zone).hour
