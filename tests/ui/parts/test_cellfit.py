"""Cells of several texts: aligned as a whole, and cut where it hurts least."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from kmm_tui.ui.columns import Cell, fit_cell
from kmm_tui.ui.roles import ROLES

SPANS = st.lists(
    st.tuples(st.text(st.sampled_from("aB 1:■李é\u0301…"), max_size=8), st.sampled_from(ROLES)), min_size=1, max_size=5
)
BAD: Cell = (("■ ", "critical"), ("4:12", "critical"))


def text(cell: Cell, width: int, *, right: bool) -> str:
    return "".join(piece for piece, _ in fit_cell(cell, width, "right" if right else "left"))


@given(SPANS, st.integers(1, 30), st.booleans())
def test_a_cell_is_as_wide_as_its_column_whatever_it_holds(
    spans: list[tuple[str, str]], width: int, right: bool
) -> None:
    assert cell_len(text(tuple(spans), width, right=right)) == width  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("width", "drawn"), [(9, "   ■ 4:12"), (6, "■ 4:12"), (5, "■4:12"), (4, "■ 4…"), (2, "■…"), (1, "…")]
)
def test_a_figure_with_its_sign_is_aligned_as_one_and_loses_the_gap_before_a_digit(width: int, drawn: str) -> None:
    assert text(BAD, width, right=True) == drawn


def test_padding_has_no_role_and_every_text_keeps_its_own() -> None:
    cell: Cell = (("■ ", "critical"), ("4:12", "warn"))
    assert fit_cell(cell, 8, "right") == (("  ", None), ("■ ", "critical"), ("4:12", "warn"))
    assert fit_cell(cell, 5, "right") == (("■", "critical"), ("4:12", "warn"))
    assert fit_cell(cell, 8) == (("■ ", "critical"), ("4:12", "warn"), ("  ", None))


def test_a_word_behind_its_sign_is_cut_with_the_gap_kept() -> None:
    assert text((("○ ", "away"), ("Lunch break", "away")), 8, right=False) == "○ Lunch…"
