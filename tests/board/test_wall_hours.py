"""When a wall is open, how it moves aside, and how large its figures have to be."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.board.shifts import Shift
from kmm_tui.board.wallhours import Hours, drift, opens_text
from kmm_tui.board.wallsight import INCH, Sight, sight_text

LISBON = ZoneInfo("Europe/Lisbon")
WEEK = Hours(
    (
        Shift("open", time(7), time(21), frozenset(range(5)), LISBON),
        Shift("open", time(9), time(14), frozenset({5}), LISBON),
    )
)
NIGHT = Hours((Shift("open", time(22), time(6), zone=LISBON),))


def at(text: str, zone: ZoneInfo = LISBON) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


@pytest.mark.parametrize(
    ("when", "is_open", "words"),
    [
        ("2026-11-26 06:59", False, "closed until 07:00"),
        ("2026-11-26 07:00", True, ""),
        ("2026-11-26 20:59", True, ""),
        ("2026-11-26 21:00", False, "closed until Fri 07:00"),
        ("2026-11-27 22:00", False, "closed until Sat 09:00"),
        ("2026-11-28 14:00", False, "closed until Mon 07:00"),
    ],
)
def test_it_is_open_on_its_days_and_says_when_it_opens(when: str, is_open: bool, words: str) -> None:
    now = at(when)
    assert WEEK.is_open(now, None) is is_open
    if not is_open:
        assert opens_text(WEEK.opens(now, None), now, LISBON) == words


def test_hours_may_go_on_past_midnight() -> None:
    assert NIGHT.is_open(at("2026-11-26 23:00"), None)
    assert NIGHT.is_open(at("2026-11-27 05:59"), None)
    assert not NIGHT.is_open(at("2026-11-27 06:00"), None)


def test_hours_follow_the_clocks_of_their_zone() -> None:
    # In Lisbon clocks go back on the last Sunday of October: seven in the morning is another moment then.
    assert WEEK.opens(at("2026-10-23 22:00"), None) == at("2026-10-24 09:00")
    assert WEEK.opens(at("2026-10-25 22:00"), None) == at("2026-10-26 07:00")
    assert datetime.fromtimestamp(at("2026-10-26 07:00") / 1000, UTC).hour == 7
    assert datetime.fromtimestamp(at("2026-10-23 07:00") / 1000, UTC).hour == 6


def test_without_hours_it_is_always_open() -> None:
    assert Hours().is_open(at("2026-11-26 03:00"), None)
    assert Hours().opens(at("2026-11-26 03:00"), None) is None
    assert opens_text(None, 0, LISBON) == "closed"


@given(st.integers(1_600_000_000_000, 2_000_000_000_000))
def test_it_opens_when_it_says_it_will(now: int) -> None:
    opens = WEEK.opens(now, None)
    assert opens is not None
    assert now < opens <= now + 3 * 86_400_000
    assert WEEK.is_open(opens, None)
    assert not WEEK.is_open(opens - 1, None)


def test_every_cell_is_left_within_four_steps() -> None:
    places = [drift(each * 180.0, 180.0) for each in range(4)]
    assert sorted(places) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert drift(0.0, 180.0) == drift(179.9, 180.0) != drift(180.0, 180.0)


def test_figures_are_as_high_as_twenty_minutes_of_arc_take() -> None:
    sight = Sight(55 * INCH, 6000)
    assert sight.height == pytest.approx(34.9, abs=0.05)
    # A 55 inch screen is 685 mm high.
    assert sight.row(60) == pytest.approx(11.4, abs=0.05)
    assert (sight.needed(60), sight.needed(30), sight.needed(120)) == (4, 2, 7)


def test_what_is_needed_and_used_is_said_in_one_line() -> None:
    sight = Sight(55 * INCH, 6000)
    assert sight_text(sight, 60, 5, 14) == '6 m from a 55" screen of 60 rows: figures need 4 rows and have 5'
    assert sight_text(sight, 60, None, 14).endswith("and this terminal holds none that large; choose a larger font")
    far = Sight(24 * INCH, 20_000)
    assert far.needed(60) > 14
    assert "the largest have 14; a font of" in sight_text(far, 60, 14, 14)


@given(st.floats(100, 10_000), st.floats(300, 100_000), st.integers(1, 400))
def test_so_many_rows_are_enough_and_one_less_is_not(diagonal: float, distance: float, rows: int) -> None:
    sight = Sight(diagonal, distance)
    needed = sight.needed(rows)
    assert needed * sight.row(rows) >= sight.height * (1 - 1e-6)
    assert needed == 1 or (needed - 1) * sight.row(rows) < sight.height * (1 + 1e-6)
