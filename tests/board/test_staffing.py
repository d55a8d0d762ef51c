"""How many more agents: Erlang's formula, a range that is never upside down, and silence where there is too little."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.board.staffing import LEAST_CLOSED, LEAST_WAITING, SHARE, Need, erlang_c, places_for, staffing

NEED = Need(
    closed=120, window=3600, opened=4, opened_over=600, assigned=40, waiting=20, free=0, online=12, places_each=3.5,
    target=180,
)  # fmt: skip


@pytest.mark.parametrize(("places", "erlangs"), [(1, 0.5), (2, 1.0), (5, 3.0), (10, 8.0), (55, 50.0), (90, 60.0)])
def test_erlang_c_is_the_sum_that_it_stands_for(places: int, erlangs: float) -> None:
    full = erlangs**places / math.factorial(places) * places / (places - erlangs)
    fewer = sum(erlangs**count / math.factorial(count) for count in range(places))
    assert erlang_c(places, erlangs) == pytest.approx(full / (fewer + full))


def test_of_one_place_that_is_taken_half_the_time_every_second_one_waits() -> None:
    assert erlang_c(1, 0.5) == pytest.approx(0.5)


def test_too_few_places_have_everybody_wait_and_nobody_waits_for_nothing() -> None:
    assert erlang_c(3, 3.0) == 1.0
    assert erlang_c(3, 0.0) == 0.0


@given(st.floats(0.0001, 0.5), st.floats(30, 3000), st.floats(5, 900))
def test_one_place_less_is_too_few(arrivals: float, holding: float, target: float) -> None:
    places = places_for(arrivals, holding, target)
    erlangs = arrivals * holding
    assert places >= erlangs
    if places - 1 > erlangs and places > 1:
        late = erlang_c(places - 1, erlangs) * math.exp(-(places - 1 - erlangs) * target / holding)
        assert late > SHARE


def test_a_full_floor_with_a_queue_needs_agents_and_one_with_room_none() -> None:
    full = staffing(NEED)
    assert full is not None
    assert 0 < full.least <= full.most
    assert full.holding == pytest.approx(40 / (120 / 3600))
    roomy = staffing(replace(NEED, waiting=5, opened=0, free=200))
    assert roomy is not None
    assert (roomy.least, roomy.most) == (0, 0)


@given(
    st.floats(LEAST_CLOSED, 5000), st.floats(-50, 50), st.floats(1, 800), st.floats(LEAST_WAITING, 300),
    st.floats(0, 300), st.floats(1, 10), st.floats(5, 1800),
)  # fmt: skip
def test_a_range_is_never_upside_down(
    closed: float, opened: float, assigned: float, waiting: float, free: float, each: float, target: float
) -> None:
    need = Need(closed, 3600, opened, 600, assigned, waiting, free, 5, each, target)
    found = staffing(need)
    assert found is not None
    assert 0 <= found.least <= found.most


@pytest.mark.parametrize(
    "change",
    [
        {"closed": LEAST_CLOSED - 1},
        {"assigned": 0},
        {"online": 0},
        {"places_each": 0},
        {"target": 0},
        {"opened_over": 0},
    ],
)
def test_from_too_little_nothing_is_said(change: dict[str, float]) -> None:
    assert staffing(replace(NEED, **change)) is None  # type: ignore[arg-type]
