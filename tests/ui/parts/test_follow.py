"""Cursor and view belong to rows, through any reordering, arrival or departure."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.ui.follow import place_of, top_of

KEYS = st.lists(st.sampled_from("abcdefghijklmnop"), min_size=1, max_size=16, unique=True)


def rows(keys: Iterable[str]) -> list[tuple[str, None]]:
    return [(key, None) for key in keys]


@given(KEYS, KEYS, st.data())
def test_the_cursor_stays_with_its_row_or_goes_to_the_nearest_that_is_left(
    before: list[str], after: list[str], data: st.DataObject
) -> None:
    old = data.draw(st.integers(0, len(before) - 1))
    key = before[old]
    found = after[place_of(rows(after), key, rows(before), old)]
    left = [abs(index - old) for index, each in enumerate(before) if each in after]
    if key in after:
        assert found == key
    elif left:
        assert abs(before.index(found) - old) == min(left)
    else:
        assert found == after[0]


@given(KEYS, KEYS, st.integers(0, 15), st.integers(1, 8), st.data())
def test_a_visible_cursor_stays_on_its_line(
    before: list[str], after: list[str], top: int, page: int, data: st.DataObject
) -> None:
    top = min(top, len(before) - 1)
    old = data.draw(st.integers(top, min(len(before), top + page) - 1))
    new = place_of(rows(after), before[old], rows(before), old)
    kept = top_of(rows(after), rows(before), top, page, old, new)
    assert kept is not None
    assert new - kept == old - top


@given(KEYS, KEYS, st.integers(0, 15), st.integers(1, 8))
def test_without_a_visible_cursor_the_first_visible_row_that_is_left_stays_on_its_line(
    before: list[str], after: list[str], top: int, page: int
) -> None:
    visible = before[top : top + page]
    kept = top_of(rows(after), rows(before), top, page, -1, 0)
    left = [key for key in visible if key in after]
    if left:
        assert kept is not None
        assert after.index(left[0]) - kept == visible.index(left[0])
    else:
        assert kept is None


def test_of_two_neighbours_as_near_the_lower_one_is_taken() -> None:
    assert place_of(rows("ac"), "b", rows("abc"), 1) == 1
