"""Where colours are few or none, all that they say is said in another way, and can be read."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import Color, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as TextualColor

from kmm_tui.settings.themefile import GROUND_ROLES, ROLES, TEXT_ROLES, contrast
from kmm_tui.ui.looks import Depth, Looks, looks_for, on_256
from kmm_tui.ui.themes import load_themes, roles_of

from .eyes import distance

THEMES = {theme.name: theme for theme in load_themes()[0]}
COLOURED = [name for name in THEMES if name != "kmm-mono"]
BLACK = TextualColor(0, 0, 0)


def looks(name: str, depth: Depth) -> Looks:
    found = looks_for(roles_of(THEMES[name]), THEMES[name].dark, depth)
    assert found is not None
    return found


def styled(name: str, role: str, ground: str = "ground", *, bold: bool = False) -> Style:
    """What a widget draws `role` in."""
    roles = roles_of(THEMES[name])
    return Style(color=roles[role], bgcolor=roles[ground], bold=bold or role == "critical")


def drawn(filtered: Looks, style: Style, text: str = "word") -> list[tuple[str, Style]]:
    return [(part.text, part.style or Style()) for part in filtered.apply([Segment(text, style)], BLACK)]


def look(filtered: Looks, style: Style, text: str = "word") -> Style:
    [(same, found)] = drawn(filtered, style, text)
    assert same == text
    return found


def described(marks: dict[str, bool]) -> str:
    return " ".join(mark for mark, is_on in marks.items() if is_on)


@pytest.mark.parametrize("name", COLOURED)
def test_a_terminal_of_all_colours_gets_a_theme_as_it_is(name: str) -> None:
    assert looks_for(roles_of(THEMES[name]), THEMES[name].dark, "truecolor") is None


# -- 256 colours


@pytest.mark.parametrize("name", THEMES)
def test_on_256_colours_all_text_can_be_read_on_all_grounds(name: str) -> None:
    numbers = on_256(roles_of(THEMES[name]))
    shown = {role: Color.from_ansi(numbers[role]).get_truecolor().hex for role in ROLES}
    for role, ground in itertools.product(TEXT_ROLES, GROUND_ROLES):
        assert contrast(shown[role], shown[ground]) >= 4.5, (role, ground)
    for role in ROLES:
        assert distance(shown[role], roles_of(THEMES[name])[role]) < 18, role
    for ground in ("cursor", "cursor-blurred"):
        assert shown[ground] != shown["ground"]
    if name in COLOURED:
        for one, other in itertools.combinations(("ok", "warn", "critical", "stale"), 2):
            assert distance(shown[one], shown[other]) >= 8, (one, other)


@pytest.mark.parametrize("name", COLOURED)
def test_on_256_colours_only_numbers_of_the_fixed_table_are_sent(name: str) -> None:
    filtered = looks(name, "256")
    for role, ground in itertools.product(TEXT_ROLES, GROUND_ROLES):
        found = look(filtered, styled(name, role, ground))
        for colour in (found.color, found.bgcolor):
            assert colour is not None
            assert colour.type is ColorType.EIGHT_BIT
            assert colour.number is not None
            assert colour.number >= 16
        assert not found.reverse


# -- 16 colours


@pytest.mark.parametrize("name", COLOURED)
def test_on_16_colours_only_trouble_and_what_is_chosen_have_one(name: str) -> None:
    filtered = looks(name, "standard")
    plain = look(filtered, styled(name, "text"))
    for role in ("ok", "dim", "online", "away", "back-soon", "offline"):
        assert look(filtered, styled(name, role)) == plain
    told = {role: look(filtered, styled(name, role)) for role in ("warn", "critical", "stale", "accent")}
    assert told["critical"].bold
    assert told["stale"].dim
    assert len({style.color for style in (plain, told["warn"], told["critical"], told["accent"])}) == 4
    for style in told.values():
        assert style.color is not None
        assert style.color.type is ColorType.STANDARD
        assert style.bgcolor == plain.bgcolor


@pytest.mark.parametrize("name", COLOURED)
def test_on_16_colours_the_chosen_row_is_reversed_and_one_ground(name: str) -> None:
    filtered = looks(name, "standard")
    rows = [look(filtered, styled(name, role, "cursor")) for role in TEXT_ROLES if role not in ("warn", "critical")]
    assert {style.reverse for style in rows} == {True}
    assert len({style.color for style in rows}) == 1
    # Trouble stays a mark of its colour, and what is blank beside it belongs to the row.
    parts = dict(drawn(filtered, styled(name, "warn", "cursor"), "  ▲1:48  "))
    assert parts["▲1:48"].color != rows[0].color
    assert parts["  "].color == rows[0].color


# -- none at all


@pytest.mark.parametrize("name", THEMES)
def test_without_colours_none_is_sent_and_signs_stay_apart(name: str) -> None:
    filtered = looks(name, "none")
    found = {}
    for role, ground in itertools.product(TEXT_ROLES, ("ground", "surface", "cursor")):
        style = found[role, ground] = look(filtered, styled(name, role, ground))
        assert style.color is not None
        assert style.bgcolor is not None
        assert style.color.is_default
        assert style.bgcolor.is_default
    for ground in ("ground", "surface", "cursor"):
        told = {
            role: (bool(found[role, ground].bold), bool(found[role, ground].dim), bool(found[role, ground].reverse))
            for role in ("text", "warn", "critical", "stale")
        }
        assert len(set(told.values())) == 4, (ground, told)
    for role in TEXT_ROLES:
        assert bool(found[role, "cursor"].reverse) is not bool(found[role, "ground"].reverse)


def test_the_theme_without_colour_says_it_with_letters_and_keeps_its_greys() -> None:
    filtered = looks("kmm-mono", "truecolor")
    critical = look(filtered, styled("kmm-mono", "critical"))
    assert critical.reverse
    assert critical.bold
    assert look(filtered, styled("kmm-mono", "warn")).bold
    assert look(filtered, styled("kmm-mono", "stale")).dim
    assert not look(filtered, styled("kmm-mono", "title", bold=True)).bold
    greys = {look(filtered, styled("kmm-mono", role, "cursor")).color for role in ("text", "dim", "accent", "online")}
    assert len(greys) == 1, "a reversed row is of one ground"
    dim = look(filtered, styled("kmm-mono", "dim"))
    assert dim.color == Color.parse(roles_of(THEMES["kmm-mono"])["dim"])


def test_a_mark_is_as_long_as_its_word_and_filled_signs_are_not_turned_inside_out() -> None:
    filtered = looks("kmm-dark", "none")
    parts = drawn(filtered, styled("kmm-dark", "critical"), "  ■4:12   ")
    assert [(text, bool(style.reverse)) for text, style in parts] == [("  ", False), ("■4:12", True), ("   ", False)]
    for text in ("████▌", "▁▂▅█", "⣀⣤", "■", "!"):
        assert not look(filtered, styled("kmm-dark", "critical"), text).reverse, text


def test_what_lies_behind_is_dim_and_what_only_a_ground_showed_is_reversed() -> None:
    roles = roles_of(THEMES["kmm-dark"])
    filtered = looks("kmm-dark", "none")
    assert look(filtered, Style(color="#4a5058", bgcolor=roles["ground"])).dim
    assert not look(filtered, Style(color="#e0e0e0", bgcolor=roles["ground"])).dim
    # The cursor of a field, the thumb of a scrollbar.
    assert look(filtered, Style(color=roles["ground"], bgcolor=roles["text"])).reverse
    assert look(filtered, Style(color=roles["ground"], bgcolor=roles["line"])).reverse


@given(
    name=st.sampled_from(sorted(THEMES)),
    depth=st.sampled_from(["256", "standard", "none"]),
    text=st.text(min_size=1, max_size=30),
    fore=st.sampled_from(ROLES) | st.tuples(*[st.integers(0, 255)] * 3),
    ground=st.sampled_from(ROLES) | st.tuples(*[st.integers(0, 255)] * 3),
    marks=st.fixed_dictionaries({mark: st.booleans() for mark in ("bold", "dim", "underline", "reverse")}),
)
def test_whatever_is_drawn_keeps_its_text_and_its_underline(
    name: str,
    depth: Depth,
    text: str,
    fore: str | tuple[int, int, int],
    ground: str | tuple[int, int, int],
    marks: dict[str, bool],
) -> None:
    roles = roles_of(THEMES[name])
    color, bgcolor = (roles[each] if isinstance(each, str) else Color.from_rgb(*each) for each in (fore, ground))
    parts = drawn(looks(name, depth), Style(color=color, bgcolor=bgcolor) + Style.parse(described(marks)), text)
    assert "".join(part for part, _ in parts) == text
    assert sum(cell_len(part) for part, _ in parts) == cell_len(text)
    for _, style in parts:
        assert bool(style.underline) is marks["underline"]
        for colour in (style.color, style.bgcolor):
            assert colour is not None
            assert colour.type is not ColorType.TRUECOLOR
