"""Groups are packed into as few parts as they need, and none is left out."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from kmm_tui.feed.parts import ROOM, halves, pack

SIZES = st.dictionaries(st.text(min_size=1, max_size=3), st.floats(0, 2 * ROOM), max_size=40)


@settings(deadline=None)
@given(sizes=SIZES)
def test_each_key_is_in_one_part_and_no_part_is_too_large_by_more_than_one_key(sizes: dict[str, float]) -> None:
    parts = pack(sizes)
    assert sorted(key for part in parts for key in part) == sorted(sizes)
    for part in parts:
        assert len(part) == 1 or sum(sizes[key] for key in part) <= ROOM * (1 + 1e-9)


@settings(deadline=None)
@given(sizes=SIZES)
def test_there_are_never_two_parts_that_would_fit_into_one(sizes: dict[str, float]) -> None:
    loads = sorted(sum(sizes[key] for key in part) for part in pack(sizes))
    assert len(loads) < 2 or loads[0] + loads[1] > ROOM * (1 - 1e-9)


def test_a_usual_large_account_takes_the_fewest_parts() -> None:
    for agents, groups in ((1200, 12), (1800, 60), (950, 10), (5000, 100)):
        sizes = {str(number): agents / groups for number in range(groups)}
        assert len(pack(sizes)) == math.ceil(math.ceil(groups / (ROOM // (agents / groups))))
    assert pack({}) == []


@settings(deadline=None)
@given(keys=st.lists(st.integers().map(str), unique=True))
def test_halves_are_even_and_leave_nothing_out(keys: list[str]) -> None:
    first, second = halves(keys)
    assert [*first, *second] == keys
    assert 0 <= len(first) - len(second) <= 1
