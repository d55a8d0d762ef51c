"""Whatever a name is made of, it takes the cells of its column, no more and no fewer."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from kmm_tui.ui.cells import Align, clean, cut, fit, wrap
from kmm_tui.ui.columns import Span, fit_cell

# With what measures oddly: joiners, variation selectors, flags, combining marks, wide and ambiguous characters.
ODD = st.sampled_from("\u200d\ufe0f\u0301\u20e3👩👧🇩🇪❤☎李한ｱ…\u202e\x1b\t\n\x9b\ud800\u00ad\u3000\u0e33")
TEXTS = st.one_of(st.text(), st.text(ODD), st.text(st.one_of(ODD, st.characters())))
WIDTHS = st.integers(0, 30)


@given(TEXTS, WIDTHS, st.sampled_from(["left", "right"]))
@example("日本語", 4, "left")
@example("\u200d👩", 2, "left")
def test_a_fitted_text_is_exactly_as_wide_as_asked(text: str, width: int, align: Align) -> None:
    assert cell_len(fit(text, width, align)) == width


@given(TEXTS, WIDTHS)
def test_a_cut_text_is_never_wider_and_says_that_it_was_cut(text: str, width: int) -> None:
    text = clean(text)
    result = cut(text, width)
    assert cell_len(result) <= width
    if width and cell_len(text) <= width:
        assert result == text
    elif width:
        assert result.endswith("…")
        assert cell_len(result) == width


@given(TEXTS)
def test_nothing_that_a_terminal_acts_upon_passes(text: str) -> None:
    result = clean(text)
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in result)
    assert not set(result) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    result.encode()


@given(st.lists(st.tuples(TEXTS, st.sampled_from(["value", "warn"])), max_size=4), WIDTHS)
def test_a_cell_of_several_texts_is_exactly_as_wide_as_its_column(spans: list[Span], width: int) -> None:
    assert sum(cell_len(text) for text, _ in fit_cell(tuple(spans), width, "right")) == width


@given(TEXTS, st.integers(1, 30), st.integers(1, 4))
def test_a_wrapped_text_stays_within_its_lines(text: str, width: int, most: int) -> None:
    lines = wrap(text, width, most)
    assert len(lines) <= most
    assert all(cell_len(line) <= width for line in lines)


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("Marta Kowalczyk", 8, "Marta K…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日 …"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("[red]x[/]", 12, "[red]x[/]   "),
        ("a\tb\nc", 5, "a b c"),
        ("x", 0, ""),
    ],
)
def test_names_are_cut_by_what_is_seen(text: str, width: int, shown: str) -> None:
    assert fit(text, width) == shown


def test_the_last_line_of_a_wrapped_text_tells_that_more_is_missing() -> None:
    assert wrap("one two three four", 7, 2) == ["one two", "three …"]
    assert wrap("one two", 7, 2) == ["one two"]


def test_a_cell_of_several_texts_is_cut_in_the_role_of_the_cut_text() -> None:
    assert fit_cell((("ab", "warn"), ("cdef", "dim")), 4) == (("ab", "warn"), ("c…", "dim"))
    assert fit_cell((("ab", "warn"), ("cdef", "dim")), 2) == (("a…", "warn"),)
    assert fit_cell(("12", "critical"), 4, "right") == (("  ", None), ("12", "critical"))
