"""A look ahead says when, and from what; and nothing where there is too little, too restless, or nothing coming."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.board.lately import Point
from kmm_tui.board.limit_text import bounds_of
from kmm_tui.board.limits import Bounds, Limit
from kmm_tui.board.outlook import HORIZON, LEAST_POINTS, crossing, queue_outlook, slope_of
from kmm_tui.board.severity import Severity

NOW = 1_800_000_000.0
WAIT = "queue_wait_time_90th_percentile"


def levels(warn: float = 60_000, critical: float = 180_000, metric: str = WAIT) -> Bounds:
    found = bounds_of(Limit(metric, warn, critical))
    assert found is not None
    return found


def line(start: float, rate: float, count: int = 12, every: float = 30.0, noise: float = 0.0) -> list[Point]:
    """So many answers up to now: `start` at the first one, `rate` a second."""
    chance = Random(7)
    first = NOW - (count - 1) * every
    return [(first + n * every, start + rate * n * every + chance.gauss(0, noise)) for n in range(count)]


def test_a_straight_line_crosses_where_it_does() -> None:
    found = crossing(line(60_000, 200), levels(), Severity.WARN, NOW)
    assert found is not None
    # 126 s now, 54 s to go, 0.2 s a second.
    assert found.level is Severity.CRITICAL
    assert found.seconds == pytest.approx(54_000 / 200)
    assert found.earliest == pytest.approx(found.seconds)
    assert found.chance == pytest.approx(1.0)


def test_the_next_level_is_meant() -> None:
    found = crossing(line(10_000, 100), levels(), Severity.CALM, NOW)
    assert found is not None
    assert (found.level, found.limit) == (Severity.WARN, 60_000)
    assert crossing(line(170_000, 100), levels(), Severity.CRITICAL, NOW) is None


def test_where_low_is_bad_falling_is_what_counts() -> None:
    shares = levels(0.85, 0.75, "csat")
    found = crossing(line(0.95, -0.0002), shares, Severity.CALM, NOW)
    assert found is not None
    assert found.limit == 0.85
    assert crossing(line(0.90, 0.0002), shares, Severity.CALM, NOW) is None


@pytest.mark.parametrize(
    "points",
    [
        [],
        line(10_000, 100, count=LEAST_POINTS - 1),
        line(10_000, 100, count=12, every=5),
        line(50_000, 0),
        line(50_000, -100),
        line(1_000, 1),
        line(20_000, 40, noise=20_000),
        [(at - 3600, value) for at, value in line(10_000, 100)],
    ],
    ids=["none", "few", "of a minute", "still", "falling", "far away", "restless", "an hour old"],
)
def test_nothing_is_said_where_nothing_can_be_said(points: list[Point]) -> None:
    assert crossing(points, levels(), Severity.CALM, NOW) is None


def test_what_is_unknown_has_no_future() -> None:
    assert crossing(line(10_000, 100), levels(), Severity.UNKNOWN, NOW) is None


def test_one_odd_answer_moves_nothing() -> None:
    points = line(60_000, 200)
    points[5] = (points[5][0], 175_000.0)
    slope = slope_of(points, NOW)
    assert slope is not None
    assert slope.rate == pytest.approx(200, rel=0.05)


@given(st.floats(0, 170_000), st.floats(-500, 500), st.integers(0, 24), st.floats(0, 30_000), st.sampled_from(Severity))
def test_what_is_said_lies_ahead_and_in_order(
    start: float, rate: float, count: int, noise: float, held: Severity
) -> None:
    found = crossing(line(start, rate, count, noise=noise), levels(), held, NOW)
    if found is not None:
        assert 0 < found.earliest <= found.seconds <= HORIZON
        assert found.latest is None or found.latest >= found.seconds
        assert 0.5 < found.chance <= 1
        assert found.level > held


def test_a_queue_that_shrinks_says_when_it_is_empty_and_one_that_grows_how_fast() -> None:
    shrinks = queue_outlook(line(30, -0.05), NOW)
    assert shrinks is not None
    assert shrinks.seconds == pytest.approx((30 - 0.05 * 330) / 0.05)
    grows = queue_outlook(line(3, 0.05), NOW)
    assert grows is not None
    assert grows.seconds is None
    assert grows.slope.rate == pytest.approx(0.05)
    assert queue_outlook(line(12, 0), NOW) is None
    assert queue_outlook(line(0, 0), NOW) is None
    assert queue_outlook(line(900, -0.05), NOW) is None
