"""Bars never lie about full, empty or over, and never take more room than they are given."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from kmm_tui.board.severity import Severity
from kmm_tui.ui.bars import OVER, bar, limit_cell, spark, stacked
from kmm_tui.ui.columns import Cell
from kmm_tui.ui.roles import ROLES, Role

NUMBERS = st.one_of(st.none(), st.floats(-1e9, 1e9), st.sampled_from([0.0, 1.0, math.nan, math.inf, -math.inf]))
_ORDER = " ░▏▎▍▌▋▊▉█»"


def text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    return "".join(piece[0] for piece in cell)


@given(NUMBERS, st.integers(-1, 40))
def test_a_bar_is_as_wide_as_asked(fraction: float | None, width: int) -> None:
    assert cell_len(bar(fraction, width)) == max(0, width)


@given(st.floats(0, 1.2), st.floats(0, 1.2), st.integers(1, 40))
def test_more_never_looks_like_less(one: float, other: float, width: int) -> None:
    less, more = (bar(each, width) for each in sorted((one, other)))
    assert [_ORDER.index(char) for char in less] <= [_ORDER.index(char) for char in more]


@given(st.floats(0, 1, exclude_min=True, exclude_max=True), st.integers(1, 40))
def test_only_nothing_looks_empty_and_only_all_looks_full(fraction: float, width: int) -> None:
    assert bar(fraction, width) not in (bar(0, width), bar(1, width), bar(1.01, width), bar(None, width))


def test_a_bar_in_eighths() -> None:
    assert bar(0.5, 4) == "██░░"
    assert bar(0.53125, 4) == "██▏░"
    assert bar(1, 4) == "████"
    assert bar(1.3, 4) == f"███{OVER}"
    assert bar(0, 4) == bar(-3, 4) == "░░░░"
    assert bar(None, 4) == bar(math.nan, 4) == "    "


def test_a_time_against_its_limit() -> None:
    minute = 60_000
    for label, spent, limit, width, drawn in [
        ("Lunch", 27 * minute + 10_000, 30 * minute, 26, "Lunch ███████▏ 27:10/30:00"),
        ("Break", 4 * minute, 15 * minute, 32, "Break     ██▏░░░░░    4:00/15:00"),
        ("Training", 5 * minute, None, 26, "Training        5:00      "),
        ("Lunch", 27 * minute, 30 * minute, 18, "Lunch  27:00/30:00"),
        ("Lunch", 27 * minute, 30 * minute, 11, "27:00/30:00"),
        ("Lunch", 27 * minute, 30 * minute, 6, "27:00"),
    ]:
        assert text(limit_cell(label, spent, limit, width)) == drawn


@pytest.mark.parametrize("width", range(26, 60))
def test_bars_stand_below_each_other_whatever_the_label_and_the_time(width: int) -> None:
    rows = [("Lunch", 27.2, 30), ("Team meeting", 4.0, 15), ("中文", 59.9, 45), ("", 0.0, 30)]
    drawn = [text(limit_cell(label, spent * 60_000, limit * 60_000, width)) for label, spent, limit in rows]
    assert [cell_len(line) for line in drawn] == [width] * 4
    starts = {cell_len(line[: min(line.index(char) for char in "█▏▎▍▌▋▊▉░" if char in line)]) for line in drawn}
    assert len(starts) == 1
    assert [line.endswith(f"/{limit}:00") for line, (_, _, limit) in zip(drawn, rows, strict=True)] == [True] * 4
    bare = text(limit_cell("Lunch", 27 * 60_000, None, width))
    assert bare.index("27:00") == drawn[0].index("27:12")
    assert "/" not in bare


@given(st.text(max_size=12), st.floats(0, 1e12), st.one_of(st.none(), st.floats(0, 1e10)), st.integers(0, 70))
def test_a_limit_never_takes_more_than_its_room_and_the_time_stays_longest(
    label: str, spent: float, limit: float | None, width: int
) -> None:
    drawn = text(limit_cell(label, spent, limit, width))
    assert cell_len(drawn) <= width
    clock = text(limit_cell("", spent, None, 12)).strip()
    if width >= 12:
        assert clock in drawn


def test_over_the_limit_is_seen_without_colour_and_has_the_role_of_its_severity() -> None:
    over = limit_cell("Lunch", 31 * 60_000, 30 * 60_000, 30, Severity.CRITICAL)
    assert OVER in text(over)
    assert ("31:00", "critical") in over
    calm = limit_cell("Lunch", 3 * 60_000, 30 * 60_000, 30)
    assert OVER not in text(calm)
    assert ("3:00", "value") in calm
    assert OVER in text(limit_cell("Lunch", 1000, 0, 30))


PARTS = st.lists(
    st.tuples(
        st.one_of(st.floats(0, 1e300), st.sampled_from([0.0, 5e-324, 1e-9, -1.0, math.nan, math.inf])),
        st.sampled_from(ROLES),
        st.sampled_from("█▓▒░"),
    ),
    max_size=12,
)


@given(PARTS, st.integers(0, 60))
def test_parts_fill_the_room_exactly_and_none_is_lost(parts: Sequence[tuple[float, Role, str]], width: int) -> None:
    cell = stacked(parts, width)
    assert cell_len(text(cell)) == width
    shares = [part for part in parts if part[0] > 0 and math.isfinite(part[0])]
    if width and shares:
        assert not isinstance(cell, str)
        assert len(cell) == min(len(shares), width)
        if len(shares) <= width:
            assert [(glyph, role) for _, role, glyph in shares] == [(piece[0][0], piece[1]) for piece in cell]


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=6), st.integers(20, 80))
def test_parts_are_as_long_as_their_shares_to_within_the_cells_given_to_small_ones(
    shares: list[int], width: int
) -> None:
    cell = stacked([(share, "value", "█") for share in shares], width)
    for share, piece in zip(shares, cell, strict=True):
        assert abs(len(piece[0]) - share / sum(shares) * width) <= len(shares)


def test_a_state_history() -> None:
    parts: list[tuple[float, Role, str]] = [
        (50, "online", "█"),
        (0, "away", "▒"),
        (49, "away", "▒"),
        (1, "offline", "·"),
    ]
    assert text(stacked(parts, 10)) == "█████▒▒▒▒·"
    assert text(stacked([(0, "away", "▒")], 4)) == "    "
    with pytest.raises(ValueError, match="one cell"):
        stacked([(1, "away", "李")], 4)


@given(st.lists(NUMBERS, max_size=40), st.integers(-1, 30), st.floats(-10, 10), st.floats(-10, 10))
def test_a_spark_line_is_as_wide_as_asked_on_any_scale(
    values: list[float | None], width: int, low: float, high: float
) -> None:
    assert cell_len(spark(values, width, low, high)) == max(0, width)


def test_a_spark_line_has_a_fixed_scale_gaps_and_the_newest_on_the_right() -> None:
    assert spark(range(8), 8, 0, 8) == "▁▂▃▄▅▆▇█"
    assert spark([1, 1, 1], 5, 0, 8) == "  ▂▂▂"
    assert spark([0, None, math.nan, 8, 99, -5], 6, 0, 8) == "▁  ██▁"
    assert spark(range(20), 3, 0, 20) == "▇██"
