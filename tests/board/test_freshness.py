"""How old is what is shown: a word that only ever gets worse with age, and says why."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.board.board import worst
from kmm_tui.board.freshness import Age, Freshness, Trouble, age_until, freshness

BADNESS = [Age.LIVE, Age.LATE, Age.STALE, Age.GONE]
TROUBLE = Trouble("OFFLINE", "no network; wait", 100.0)
MOMENTS = st.floats(1e9, 2e9)
AGES = st.floats(0, 1e7)
INTERVALS = st.floats(5, 3600)


@given(MOMENTS, AGES, AGES, INTERVALS)
def test_older_is_never_fresher(asked: float, a: float, b: float, interval: float) -> None:
    young, old = sorted((a, b))
    before, after = freshness(asked, interval, asked + young), freshness(asked, interval, asked + old)
    assert BADNESS.index(before.age) <= BADNESS.index(after.age)
    assert (before.seconds or 0) <= (after.seconds or 0)


@given(MOMENTS, AGES, INTERVALS)
def test_nothing_is_live_beyond_two_intervals(asked: float, age: float, interval: float) -> None:
    found = freshness(asked, interval, asked + age)
    slack = 1e-3
    if age > 2 * interval + slack:
        assert found.age is not Age.LIVE
        assert not found.is_live
    if age < 2 * interval - slack:
        assert found.is_live
    if age > 5 * interval + slack:
        assert found.is_dim
    assert (found.age is Age.GONE) <= (age > 600 - slack)


@given(MOMENTS, st.floats(0, 1e6), INTERVALS)
def test_a_clock_that_jumps_back_makes_no_negative_age(asked: float, back: float, interval: float) -> None:
    found = freshness(asked, interval, asked - back, TROUBLE, asked + 5)
    assert (found.age, found.seconds) == (Age.LIVE, 0.0)
    assert not found.is_live
    assert found.word == "OFFLINE"


@pytest.mark.parametrize(
    ("seconds", "age"),
    [(0, Age.LIVE), (60, Age.LIVE), (60.1, Age.LATE), (150, Age.LATE), (150.1, Age.STALE), (600, Age.STALE),
     (600.1, Age.GONE)],
)  # fmt: skip
def test_the_words_for_an_interval_of_half_a_minute(seconds: float, age: Age) -> None:
    assert freshness(1000.0, 30.0, 1000.0 + seconds).age is age


def test_what_was_never_answered_is_awaited_and_says_why() -> None:
    found = freshness(None, 30, 1000, TROUBLE, 1005)
    assert (found.age, found.seconds, found.word, found.next_try) == (Age.AWAITED, None, "OFFLINE", 1005)
    assert found.is_dim
    assert freshness(None, 30, 1000).word == "…"


@given(st.lists(st.builds(Freshness, st.sampled_from(Age), st.none() | AGES, st.none() | st.just(TROUBLE)), max_size=8))
def test_the_worst_is_one_of_them_and_none_is_worse(found: list[Freshness]) -> None:
    chosen = worst(found)
    if not found:
        assert chosen.age is Age.AWAITED
        return
    order = [Age.PAST, Age.LIVE, Age.AWAITED, Age.LATE, Age.STALE, Age.GONE]
    assert chosen in found
    assert all(order.index(each.age) <= order.index(chosen.age) for each in found)
    if any(each.trouble and each.age is chosen.age for each in found):
        assert chosen.trouble


@given(MOMENTS, AGES, INTERVALS)
def test_until_it_is_said_to_change_an_age_stays_and_then_it_changes(asked: float, age: float, interval: float) -> None:
    now = asked + age
    until, found = age_until(asked, interval, now), freshness(asked, interval, now).age
    if math.isinf(until):
        assert found is Age.GONE
        return
    assert until >= now
    assert freshness(asked, interval, max(now, until - 1e-3)).age is found
    assert freshness(asked, interval, until + 1e-3).age is not found
