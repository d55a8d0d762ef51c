"""Large characters are legible and stand in columns."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.ui.wall.digits import SIZES, figure_width, gap, glyph, large

NEEDED = (
    "0123456789%:smhd-.–?<>+kMG/nor·…" + "LATE STALE OFFLINE AUTH DENIED THROTTLED SERVER GARBLED EMPTY? REFUSED ERROR"
)


@pytest.mark.parametrize("size", SIZES)
def test_every_character_has_its_rows_all_as_wide(size: int) -> None:
    for each in set(NEEDED):
        rows = glyph(each, size)
        assert len(rows) == size
        assert len({len(row) for row in rows}) == 1
        assert set("".join(rows)) <= set(" ▀▄█")


@pytest.mark.parametrize("size", SIZES)
def test_figures_are_monospaced(size: int) -> None:
    assert len({figure_width(each, size) for each in "0123456789"}) == 1


@pytest.mark.parametrize("size", SIZES)
def test_no_two_figures_look_the_same(size: int) -> None:
    for one, other in combinations("0123456789%:smhd-.", 2):
        assert glyph(one, size) != glyph(other, size), (one, other)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_not_known_is_a_box_and_never_blank(size: int) -> None:
    assert "".join(glyph("漢", size)).strip()
    assert glyph("漢", size) == glyph("\x1b", size)


@given(st.text(st.sampled_from(NEEDED), min_size=1, max_size=8), st.sampled_from(SIZES))
def test_a_text_is_as_wide_as_it_says(text: str, size: int) -> None:
    rows = large(text, size)
    assert {len(row) for row in rows} == {figure_width(text, size)}
    assert figure_width(text + "0", size) == figure_width(text, size) + gap(size) + figure_width("0", size)
