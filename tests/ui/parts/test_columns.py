"""Columns keep their widths; the least needed give way on a narrow screen."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.ui.columns import Column, lay_out, sort_rows


@st.composite
def column_lists(draw: st.DrawFn) -> list[Column[Any]]:
    columns: list[Column[Any]] = []
    for index in range(draw(st.integers(1, 12))):
        width = draw(st.integers(1, 20))
        most = draw(st.one_of(st.none(), st.integers(width, 40)))
        columns.append(
            Column(
                str(index),
                "",
                width,
                render=str,
                max_width=most,
                priority=draw(st.integers(0, 4)),
                gap=draw(st.integers(0, 3)),
            )
        )
    return columns


@given(column_lists(), st.integers(0, 250))
def test_columns_never_overlap_nor_leave_the_screen(columns: list[Column[Any]], width: int) -> None:
    free = 1
    for place in lay_out(columns, width):
        assert place.x >= free
        assert place.width >= 1
        assert place.x + place.width <= width
        assert place.width <= (place.column.max_width or place.column.width)
        free = place.x + place.width


@given(column_lists(), st.integers(2, 250))
def test_a_wider_screen_shows_every_column_of_the_narrower_and_something_at_all(
    columns: list[Column[Any]], width: int
) -> None:
    narrow = {place.column.key for place in lay_out(columns, width)}
    wide = {place.column.key for place in lay_out(columns, width + 1)}
    assert narrow
    assert narrow <= wide


@given(column_lists(), st.integers(2, 250))
def test_a_column_is_hidden_only_after_all_less_needed_ones(columns: list[Column[Any]], width: int) -> None:
    shown = {place.column.key for place in lay_out(columns, width)}
    hidden = [column.priority for column in columns if column.key not in shown]
    if hidden:
        assert all(column.priority <= min(hidden) for column in columns if column.key in shown)


def test_the_name_takes_up_the_room_that_is_left_up_to_its_most() -> None:
    columns = [Column("name", "", 10, max_width=30, render=str), Column("n", "", 5, render=str)]
    assert [place.width for place in lay_out(columns, 28)] == [20, 5]
    assert [place.width for place in lay_out(columns, 200)] == [30, 5]


def test_a_column_needs_one_way_to_be_drawn_and_a_width() -> None:
    with pytest.raises(ValueError, match="either render or ticking"):
        Column("a", "", 3)
    with pytest.raises(ValueError, match="either render or ticking"):
        Column("a", "", 3, render=str, ticking=lambda row, now_ms: "")
    with pytest.raises(ValueError, match="width"):
        Column("a", "", 3, max_width=2, render=str)


def test_rows_are_sorted_by_value_and_those_without_a_figure_come_last_both_ways() -> None:
    column: Column[Any] = Column("n", "", 3, render=str, sort_value=lambda row: row)
    rows = [("a", 10), ("b", None), ("c", 9), ("d", math.nan), ("e", 10), ("f", 100)]
    assert [key for key, _ in sort_rows(rows, column)] == ["c", "a", "e", "f", "b", "d"]
    assert [key for key, _ in sort_rows(rows, column, descending=True)] == ["f", "a", "e", "c", "b", "d"]
    with pytest.raises(ValueError, match="no sort value"):
        sort_rows(rows, Column("x", "", 3, render=str))
