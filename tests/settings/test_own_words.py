"""The tables whose keys are a person's own words: times away, groups above groups, keys; and the switches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.board.presets import DEFAULT_STATE_LIMITS
from kmm_tui.settings import Loaded, show
from kmm_tui.settings.bindings import read_keys
from kmm_tui.settings.parents import read_parents

Load = Callable[..., Loaded]
Lines = Callable[..., list[str]]

ENOUGH = {"KMM_TUI_ACCOUNT": "1", "KMM_TUI_AUTH__METHOD": "bearer", "KMM_TUI_AUTH__TOKEN": "t"}
MINUTE = 60_000
TIME = 'not a length of time; write a number and its unit, such as "30s", "5m" or "1h"'
KEY = 'must be names of keys, such as "j", "f5", "ctrl+r" or "j,down"'


def rows_of(loaded: Loaded, table: str) -> dict[str, tuple[str, str]]:
    """What ``config show`` says of a table: value, and line or ``default``."""
    rows = [row for row in show(loaded) if row.key.startswith(f"{table}.")]
    return {row.key.removeprefix(f"{table}."): (row.value, row.source.rpartition(":")[2]) for row in rows}


def test_without_times_away_the_usual_ones_hold(load_text: Load) -> None:
    loaded = load_text("", ENOUGH)
    assert loaded.settings.state_limits() == DEFAULT_STATE_LIMITS
    assert {source for _, source in rows_of(loaded, "away").values()} == {"default"}


def test_ones_own_times_away_replace_the_usual_ones_and_are_shown_with_their_lines(load_text: Load) -> None:
    text = """\
[away]
lunch = "45m"
"Team Meeting" = "1h30m"
COACHING = "off"
Default = "20m"
"Back soon" = "90s"
"""
    loaded = load_text(text, ENOUGH)
    limits = loaded.settings.state_limits()
    assert limits.of("AWAY", "Lunch") == 45 * MINUTE
    assert limits.of("AWAY", "team meeting") == 90 * MINUTE
    assert limits.of("AWAY", "Whatever") == limits.of("AWAY", None) == 20 * MINUTE
    assert limits.of("AWAY", "coaching") is None
    assert limits.of("BACK_SOON", None) == limits.of("BACK_SOON", "Lunch") == 90_000
    assert limits.of("AWAY", "Break") == DEFAULT_STATE_LIMITS.of("AWAY", "Break") == 15 * MINUTE
    shown = rows_of(loaded, "away")
    assert shown["lunch"] == ("45m", "2")
    assert shown['"Team Meeting"'] == ("1h30m", "3")
    assert shown["COACHING"] == ("none", "4")
    assert shown["Default"] == ("20m", "5")
    assert shown['"Back soon"'] == ("1m30s", "6")
    assert shown["Break"] == ("15m", "default")
    assert not {"Lunch", "Coaching", "default", "back_soon"} & set(shown)


def test_the_limits_of_all_other_reasons_and_of_back_soon_can_be_taken_away(load_text: Load) -> None:
    limits = load_text('away = { default = "none", back_soon = "off" }', ENOUGH).settings.state_limits()
    assert limits.of("AWAY", "Whatever") is None
    assert limits.of("BACK_SOON", None) is None
    assert limits.of("AWAY", "Lunch") == 30 * MINUTE


def test_groups_above_groups_and_keys_are_read(load_text: Load) -> None:
    loaded = load_text(
        """\
[group_parents]
" Lisbon " = "Portugal"
"Portugal" = 77
[keys]
table.down = "j, Down"
"table.up" = ["k", ","]
hold = " "
why = "?"
one = 1
quit = "Ctrl+Q"
top = "G"
""",
        ENOUGH,
    )
    assert loaded.settings.group_parents == {"Lisbon": "Portugal", "Portugal": "77"}
    assert loaded.settings.keys == {
        "table.down": "j,down",
        "table.up": "k,comma",
        "hold": "space",
        "why": "question_mark",
        "one": "1",
        "quit": "ctrl+q",
        "top": "G",
    }
    assert rows_of(loaded, "group_parents")["Portugal"] == ("77", "3")
    shown = rows_of(loaded, "keys")
    assert shown['"table.down"'] == ("j,down", "5")
    assert shown['"table.up"'] == ("k,comma", "6")


MISTAKES = [
    ('away = "30m"', ["config.toml:1: away: must be a table; write [away]"]),
    ("[[away]]\n", ["config.toml:1: away: must be a table; write [away], not [[...]]"]),
    ("[[keys]]\n", ["config.toml:1: keys: must be a table; write [keys], not [[...]]"]),
    ("group_parents = 3", ["config.toml:1: group_parents: must be a table; write [group_parents]"]),
    ("[aways]\n", ['config.toml:1: aways: unknown key; did you mean "away"?']),
    ("[away]\nLunch = 30", ['config.toml:2: away.Lunch: a unit is missing; write "30m"']),
    ("[away]\nLunch = '30'", ['config.toml:2: away.Lunch: a unit is missing; write "30m"']),
    ("[away]\n'Team Lunch' = 'soon'", [f'config.toml:2: away."Team Lunch": {TIME}']),
    ("[away]\nLunch = '0s'", ['config.toml:2: away.Lunch: must be between 1s and 24h, such as "30m"']),
    ("[away]\nLunch = '25h'", ['config.toml:2: away.Lunch: must be between 1s and 24h, such as "30m"']),
    *(
        (
            f"[away]\n'<x>' = {wrong}",
            ['config.toml:2: away."<x>": must be a length of time in quotes, such as "30m", or "off"'],
        )
        for wrong in ("true", "['30m']", "00:30:00", "{}")
    ),
    ("[away]\n'' = '30m'", ['config.toml:2: away."": a reason needs a name of one line']),
    ("[away]\n\"a\\nb\" = '30m'", ['config.toml:2: away."a\\nb": a reason needs a name of one line']),
    (
        "[away]\nLunch = '30m'\nlunch = '20m'\n",
        ['config.toml:3: away.lunch: this reason was given before, as "Lunch"'],
    ),
    (
        "[away]\nback_soon = '5m'\n'Back Soon' = '6m'\n",
        ['config.toml:3: away."Back Soon": this reason was given before, as "back_soon"'],
    ),
    *(
        (
            f"[group_parents]\nLisbon = {wrong}",
            ['config.toml:2: group_parents.Lisbon: must be the name or id of the group above, such as "Portugal"'],
        )
        for wrong in ('""', "true", "['Portugal']", '"a\\tb"', f"0x{'f' * 5000}")
    ),
    ("[group_parents]\n' ' = 'x'", ['config.toml:2: group_parents." ": a group needs a name of one line, or its id']),
    (
        "[group_parents]\nLisbon = 'Portugal'\nlisbon = 'Spain'",
        ['config.toml:3: group_parents.lisbon: this group was given before, as "Lisbon"'],
    ),
    (
        "[group_parents]\nLisbon = 'lisbon'",
        ["config.toml:2: group_parents.Lisbon: no group can be above itself: Lisbon under Lisbon"],
    ),
    (
        "[group_parents]\nFaro = 'lisbon'\nLisbon = 'Portugal'\nEurope = 'Lisbon'\nPortugal = 'EUROPE'\n"
        "x = 'y'\ny = 'x'",
        [
            "config.toml:3: group_parents.Lisbon: no group can be above itself: "
            "Lisbon under Portugal under Europe under Lisbon",
            "config.toml:6: group_parents.x: no group can be above itself: x under y under x",
        ],
    ),
    *(
        (f"[keys]\n'table.down' = {wrong}", [f'config.toml:2: keys."table.down": {KEY}'])
        for wrong in (
            '""',
            "[]",
            '["j", ""]',
            '"j,"',
            "true",
            "11",
            "{}",
            '"page down"',
            '"ctrl+"',
            '"\\u0007"',
            '"ab!"',
        )
    ),
    ("[keys]\n'' = 'j'", ['config.toml:2: keys."": the name of what the key does is missing']),
    (
        "[keys]\na.b = 'j'\n'a.b' = 'k'",
        ['config.toml:3: keys."a.b": was given before'],
    ),
    (
        "[keys]\n'table.down' = 'j,down'\n'table.up' = ['k', 'Down']",
        ['config.toml:3: keys."table.up": the key down is given to "table.down" already; a key can do one thing only'],
    ),
    (
        "[keys]\nwhy = '?'\nhelp = 'question_mark'",
        ['config.toml:3: keys.help: the key question_mark is given to "why" already; a key can do one thing only'],
    ),
    ("[ui]\nmouse = 'perhaps'", ["config.toml:2: ui.mouse: must be true or false"]),
    ("[ui]\npin = 1", ["config.toml:2: ui.pin: must be true or false"]),
]


@pytest.mark.parametrize(("text", "lines"), MISTAKES)
def test_a_mistake_is_named_with_its_line_and_what_to_do(error_lines: Lines, text: str, lines: list[str]) -> None:
    assert error_lines(text, ENOUGH) == lines


@pytest.mark.parametrize("word", ["maybe", "2", "truee", "on"])
@pytest.mark.parametrize("variable", ["KMM_TUI_UI__MOUSE", "KMM_TUI_UI__PIN"])
def test_a_switch_in_the_environment_that_is_none_is_named(error_lines: Lines, variable: str, word: str) -> None:
    assert error_lines(None, {**ENOUGH, variable: word}) == [f"{variable}: must be true or false"]


@pytest.mark.parametrize(
    ("word", "on"),
    [("true", True), ("TRUE", True), ("1", True), (" yes ", True), ("false", False), ("0", False), ("No", False)],
)
def test_a_switch_in_the_environment_is_read(load_text: Load, word: str, on: bool) -> None:
    ui = load_text(None, {**ENOUGH, "KMM_TUI_UI__MOUSE": word, "KMM_TUI_UI__PIN": word}).settings.ui
    assert (ui.mouse, ui.pin) == (on, on)


def test_a_file_nested_beyond_reason_is_one_line_whatever_the_table(error_lines: Lines) -> None:
    for table in ("keys", "away", "x"):
        assert error_lines(f"[{table}.{'.'.join('a' * 400)}]\n", ENOUGH) == [
            "config.toml: not TOML that can be read: nested too deeply"
        ]


names = st.sampled_from(["a", "b", "c", "d", "A"])


@given(st.dictionaries(names, names))
def test_what_is_accepted_of_groups_above_groups_has_no_circle(values: dict[str, str]) -> None:
    good, wrong = read_parents(values)
    if wrong:
        return
    above = {child.casefold(): parent.casefold() for child, parent in good.items()}
    for start in above:
        at, steps = start, 0
        while at in above:
            at, steps = above[at], steps + 1
            assert steps <= len(above)


@given(
    st.dictionaries(st.sampled_from(["x", "y", "z.a"]), st.lists(st.sampled_from(["j", "k", "F5", "?"]), min_size=1))
)
def test_what_is_accepted_of_keys_gives_no_key_to_two_things(values: dict[str, list[str]]) -> None:
    good, wrong = read_keys(values)
    given_keys = [key for text in good.values() for key in text.split(",")]
    assert len(given_keys) == len(set(given_keys))
    assert len(good) + len(wrong) == len(values)


def test_times_away_are_lengths_of_time_in_the_settings(load_text: Load) -> None:
    assert load_text("[away]\n Lunch = '45m'\n Break = 'off'", ENOUGH).settings.away == {
        "Lunch": timedelta(minutes=45),
        "Break": None,
    }
