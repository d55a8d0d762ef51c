"""Stepping through the fourteen days: back and forth, by windows and by days, never beyond either end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kmm_tui.api.window import DAY, HOUR, MINUTE
from kmm_tui.board.grid import oldest
from kmm_tui.board.localtime import range_text, shows_same
from kmm_tui.board.shifts import Shift
from kmm_tui.board.span import PRESETS, TODAY, YESTERDAY, SpanError, between, last, since
from kmm_tui.board.travel import AT_EDGE, AT_NOW, Travel
from kmm_tui.metrics import Method

At = Callable[..., int]

NIGHT = Shift("Night", time(22), time(6))
NAMES = ("Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
ZONES = [ZoneInfo(name) for name in NAMES]
CHANGES = [1_774_746_000_000, 1_792_890_000_000, 1_793_512_800_000, 1_775_314_800_000, 1_791_041_400_000]
"""When clocks change in 2026: Lisbon in March and October, New York in November, Lord Howe in April and October."""
moments = st.integers(1_735_689_600_000, 1_830_000_000_000) | st.builds(
    lambda change, by: change + by, st.sampled_from(CHANGES), st.integers(-DAY, 14 * DAY)
)
spans = st.sampled_from([*PRESETS, last(97 * MINUTE), TODAY, YESTERDAY, since(NIGHT)])
moves = st.lists(st.sampled_from([("step", -1), ("step", 1), ("day", -1), ("day", 1)]), max_size=30)


def shown(travel: Travel, now: int, zone: ZoneInfo) -> str:
    window = travel.window(now, zone, (NIGHT,))
    return range_text(window.start, window.end, zone)


def test_a_step_is_one_window_and_a_day_the_same_time_of_day(lisbon: ZoneInfo, at: At) -> None:
    now = at("2026-11-22 14:07:30", lisbon)
    travel = Travel(last(HOUR))
    assert travel.is_live
    back = travel.step(-1, now, lisbon, ())
    assert (shown(back, now, lisbon), back.is_live, back.note) == ("22 Nov 12:08–13:08", False, "")
    assert shown(back.step(-1, now, lisbon, ()), now, lisbon) == "22 Nov 11:08–12:08"
    yesterday = back.day(-1, now, lisbon, ())
    assert shown(yesterday, now, lisbon) == "21 Nov 12:08–13:08"
    assert yesterday.day(1, now, lisbon, ()) == back
    assert back.step(1, now, lisbon, ()) == travel == yesterday.home()


def test_a_day_back_of_today_is_the_same_part_of_yesterday(lisbon: ZoneInfo, at: At) -> None:
    now = at("2026-10-26 14:00", lisbon)
    back = Travel(TODAY).day(-1, now, lisbon, ())
    assert shown(back, now, lisbon) == "25 Oct 00:00–14:00"
    window = back.window(now, lisbon, ())
    assert window.end - window.start == 15 * HOUR


def test_summer_time_does_not_move_the_time_of_day(lisbon: ZoneInfo, at: At) -> None:
    now = at("2026-10-27 10:00", lisbon)
    travel = Travel(last(HOUR))
    for day in ("26 Oct", "25 Oct", "24 Oct"):
        travel = travel.day(-1, now, lisbon, ())
        assert shown(travel, now, lisbon) == f"{day} 09:00–10:00"


def test_where_clocks_skip_the_time_the_window_keeps_its_width(lisbon: ZoneInfo, at: At) -> None:
    now = at("2026-03-30 02:00", lisbon)
    back = Travel(last(30 * MINUTE)).day(-1, now, lisbon, ())
    assert back.window(now, lisbon, ()).width == 30 * MINUTE
    there = Travel(last(HOUR), at("2026-03-30 02:00", lisbon), HOUR).day(-1, now + HOUR, lisbon, ())
    assert shown(there, now, lisbon) == "29 Mar 00:00–02:00"
    assert there.window(now, lisbon, ()).width == HOUR


def test_at_now_there_is_nothing_later(lisbon: ZoneInfo, at: At) -> None:
    now = at("2026-11-22 14:07:30", lisbon)
    travel = Travel(last(HOUR))
    for later in (travel.step(1, now, lisbon, ()), travel.day(1, now, lisbon, ())):
        assert later == travel
        assert later.note == AT_NOW
    assert travel.step(-1, now, lisbon, ()).day(1, now, lisbon, ()).is_live


def test_at_the_edge_of_14_days_there_is_nothing_earlier(lisbon: ZoneInfo, at: At) -> None:
    now = at("2026-11-22 14:07:30", lisbon)
    travel = Travel(last(8 * HOUR))
    for _ in range(20):
        travel = travel.day(-1, now, lisbon, ())
    assert shown(travel, now, lisbon) == "8 Nov 14:30–22:30"
    assert travel.note == AT_EDGE
    assert travel.step(-1, now, lisbon, ()) == travel
    assert travel.step(1, now, lisbon, ()).note == ""
    assert 0.0 < travel.place(now) < 0.05


def test_what_the_14_days_leave_behind_moves_along(lisbon: ZoneInfo, at: At) -> None:
    now = at("2026-11-22 14:07:30", lisbon)
    travel = Travel(last(HOUR)).day(-1, now, lisbon, ())
    later = now + 20 * DAY
    window = travel.window(later, lisbon, ())
    assert (window.start, window.width) == (oldest(later), HOUR)
    assert travel.window(later + MINUTE, lisbon, ()) == window


def test_the_past_stands_still_while_time_passes(lisbon: ZoneInfo, at: At) -> None:
    now = at("2026-11-22 14:07:30", lisbon)
    for span in (last(HOUR), TODAY, since(NIGHT), YESTERDAY):
        back = Travel(span).step(-1, now, lisbon, (NIGHT,))
        assert back.window(now + 3 * HOUR, lisbon, (NIGHT,)) == back.window(now, lisbon, (NIGHT,))


def test_a_range_that_is_over_can_be_left_in_both_directions(lisbon: ZoneInfo, at: At) -> None:
    now = at("2026-11-22 14:07:30", lisbon)
    range_ = Travel(between(at("2026-11-22 10:00", lisbon), at("2026-11-22 12:00", lisbon), lisbon))
    assert not range_.is_live
    later = range_.step(1, now, lisbon, ())
    assert (shown(later, now, lisbon), later.note) == ("22 Nov 12:00–14:00", "")
    assert later.step(-1, now, lisbon, ()) == range_
    end = later.step(1, now, lisbon, ())
    assert (shown(end, now, lisbon), end.note) == ("22 Nov 12:07–14:07", AT_NOW)
    assert range_.place(now) == pytest.approx(1 - (127.5 * MINUTE) / (14 * DAY))


def test_the_place_is_a_share_of_the_14_days(lisbon: ZoneInfo, at: At) -> None:
    now = at("2026-11-22 14:00", lisbon)
    assert Travel(last(HOUR)).place(now) == 1.0
    assert Travel(last(HOUR), now - 7 * DAY, HOUR).place(now) == 0.5
    assert Travel(last(HOUR), now - 40 * DAY, HOUR).place(now) == 0.0
    assert Travel(YESTERDAY).place(now, lisbon) == pytest.approx(1 - 14 / 24 / 14)


@given(zone=st.sampled_from(ZONES), now=moments, span=spans, way=moves)
def test_wherever_one_goes_the_api_answers(zone: ZoneInfo, now: int, span: object, way: list[tuple[str, int]]) -> None:
    travel = Travel(span)  # type: ignore[arg-type]
    for move, direction in way:
        travel = getattr(travel, move)(direction, now, zone, (NIGHT,))
        window = travel.window(now, zone, (NIGHT,))
        window.check(Method.METRICS, now)
        window.check(Method.AGENT_VIEW, now)
        assert window.end <= now
        assert window.width <= DAY
        assert 0.0 <= travel.place(now) <= 1.0
        assert "\n" not in travel.note


@given(zone=st.sampled_from(ZONES), now=moments, span=spans, way=moves, direction=st.sampled_from([-1, 1]))
def test_a_step_forth_and_back_returns(
    zone: ZoneInfo, now: int, span: object, way: list[tuple[str, int]], direction: int
) -> None:
    travel = Travel(span)  # type: ignore[arg-type]
    for move, sign in way:
        travel = getattr(travel, move)(sign, now, zone, (NIGHT,))
    there = travel.step(direction, now, zone, (NIGHT,))
    assume(not there.note and there.is_live <= travel.is_live)
    assert there.step(-direction, now, zone, (NIGHT,)).window(now, zone, (NIGHT,)) == travel.window(now, zone, (NIGHT,))


@given(zone=st.sampled_from(ZONES), now=moments, ago=st.integers(2, 12 * 24 * 60))
def test_a_day_keeps_the_time_of_day_where_there_is_such_a_time(zone: ZoneInfo, now: int, ago: int) -> None:
    here = Travel(last(HOUR), now - now % MINUTE - ago * MINUTE, HOUR)
    there = here.day(-1, now, zone, ())
    assume(not there.note)
    before, after = here.window(now, zone, ()), there.window(now, zone, ())
    # An hour that clocks show twice begins and ends at the same time of day, and has none to keep.
    assume(not shows_same(before.start, before.end, zone))
    for mine, other in ((before.start, after.start), (before.end, after.end)):
        wanted = datetime.fromtimestamp(mine / 1000, zone).replace(fold=0) - timedelta(days=1)
        # Clocks that skip it that day show something else once they are asked.
        assume(wanted.astimezone(UTC).astimezone(zone).time() == wanted.time())
        assert datetime.fromtimestamp(other / 1000, zone).replace(tzinfo=None) == wanted.replace(tzinfo=None)


def test_a_span_that_cannot_be_shown_says_so_when_one_steps(lisbon: ZoneInfo, at: At) -> None:
    gone = Travel(since(NIGHT))
    with pytest.raises(SpanError, match="no shift is called"):
        gone.step(-1, at("2026-11-22 14:07:30", lisbon), lisbon, ())
