"""The wall in the settings: its pages, its hours, and how far away people stand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import time

import pytest

from kmm_tui.board.wall import DEFAULT_PLANS, Names, Plan
from kmm_tui.board.wallhours import Closed
from kmm_tui.board.wallprefs import Notices, WallPrefs
from kmm_tui.settings import Loaded, schema, show
from kmm_tui.settings.walls import SIZES, length_mm
from kmm_tui.ui.wall import digits

Load = Callable[..., Loaded]
Lines = Callable[..., list[str]]

ENOUGH = {"KMM_TUI_ACCOUNT": "1", "KMM_TUI_AUTH__METHOD": "bearer", "KMM_TUI_AUTH__TOKEN": "t"}
WHOLE = """\
[board]
zone = "Europe/Lisbon"
[wallboard]
rotate = "30s"
breach_hold = "2m"
names = "Initials"
bell = true
notices = "osc777"
open = ["mon-fri 07:00-21:00", "sat, sun 9:00-14:00"]
closed = "blank"
screen = "55in"
distance = "6 m"
[[wallboard.pages]]
on = "account"
metrics = ["unassigned_conversations", "csat", "sla_share"]
size = 5
title = "Service"
[[wallboard.pages]]
on = ["skill:Bill*", 7]
top = 6
[[wallboard.pages]]
on = "group:Lisbon"
agents = true
"""


def test_without_any_settings_there_are_good_pages(load_text: Load) -> None:
    assert load_text("", ENOUGH).settings.wall() == WallPrefs()
    assert WallPrefs().plans == DEFAULT_PLANS


def test_all_of_it_is_read(load_text: Load) -> None:
    wall = load_text(WHOLE, ENOUGH).settings.wall()
    assert wall.plans == (
        Plan(("account",), ("unassigned_conversations", "csat", "sla_share"), 5, "Service"),
        Plan(("skill:Bill*", "7"), top=6),
        Plan(("group:Lisbon",), agents=True),
    )
    assert (wall.rotate, wall.breach_hold, wall.names) == (30.0, 120.0, Names.INITIALS)
    assert (wall.bell, wall.notices, wall.hours.closed) == (True, Notices.OSC777, Closed.BLANK)
    week, end = wall.hours.open
    assert (week.begins, week.ends, week.days, str(week.zone)) == (
        time(7),
        time(21),
        frozenset(range(5)),
        "Europe/Lisbon",
    )
    assert (end.begins, end.ends, end.days) == (time(9), time(14), frozenset({5, 6}))
    assert wall.sight is not None
    assert (wall.sight.diagonal, wall.sight.distance) == (55 * 25.4, 6000)


def test_a_floor_has_figures_of_teams_and_no_names(load_text: Load) -> None:
    wall = load_text(WHOLE.replace("[wallboard]", "[wallboard]\nfloor = true"), ENOUGH).settings.wall()
    assert [plan.agents for plan in wall.plans] == [False, False]
    assert wall.names is Names.OFF


def test_the_environment_and_flags_give_all_but_the_pages(load_text: Load, error_lines: Lines) -> None:
    given = ENOUGH | {
        "KMM_TUI_WALLBOARD__OPEN": "mon-fri 07:00-21:00, sat 9:00-14:00",
        "KMM_TUI_WALLBOARD__BELL": "true",
    }
    wall = load_text("", given, wallboard__screen="140cm", wallboard__distance="20ft", wallboard__floor=True).settings
    assert len(wall.wall().hours.open) == 2
    assert wall.wall().bell
    assert wall.wallboard.floor
    (line,) = error_lines("", ENOUGH | {"KMM_TUI_WALLBOARD__PAGES": "account"})
    assert line == "KMM_TUI_WALLBOARD__PAGES: only the settings file can give wallboard.pages; unset this"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('rotate = "1s"', 'config.toml:2: wallboard.rotate: must be between 5s and 1h, such as "20s"'),
        ('names = "inital"', 'config.toml:2: wallboard.names: did you mean "initials"?'),
        ('closed = "off"', 'config.toml:2: wallboard.closed: must be "dim" or "blank"'),
        ('open = "7-21"', 'config.toml:2: wallboard.open[0]: must be days and hours such as "mon-fri 07:00-21:00"'),
        ('open = ["mon-fry 07:00-21:00"]', 'config.toml:2: wallboard.open[0]: "fry" is no day; did you mean "friday"?'),
        ('screen = "55"', 'config.toml:2: wallboard.screen: must be a length such as "55in", "140cm", "6m" or "20ft"'),
        ('distance = "1mm"', 'config.toml:2: wallboard.distance: must be from "30cm" to "100m"'),
        ('rotat = "20s"', 'config.toml:2: wallboard.rotat: unknown key; did you mean "rotate"?'),
        ("pages = 3", "config.toml:2: wallboard.pages: must be a list of tables; write [[wallboard.pages]]"),
        (
            '[[wallboard.pages]]\nmetrics = ["cast"]',
            'config.toml:3: wallboard.pages[0].metrics[0]: unknown metric; did you mean "csat"?',
        ),
        (
            '[[wallboard.pages]]\nmetrics = "transfer_rate"',
            "config.toml:3: wallboard.pages[0].metrics[0]: this metric is known of agents only, "
            "not of the account, skills and groups",
        ),
        (
            "[[wallboard.pages]]\nsize = 4",
            "config.toml:3: wallboard.pages[0].size: must be 3, 5, 7, 10, 14 or 20: the rows of a figure",
        ),
        (
            '[[wallboard.pages]]\non = "agent:Ana"',
            "config.toml:3: wallboard.pages[0].on[0]: agents have no pages of figures; "
            "agents = true lists those of a skill or group",
        ),
        (
            "[[wallboard.pages]]\nmetric = 1",
            'config.toml:3: wallboard.pages[0].metric: unknown key; did you mean "metrics"?',
        ),
        (
            '[[wallboard.pages]]\nagents = true\nmetrics = "csat"',
            "config.toml:2: wallboard.pages[0]: lists agents or shows metrics, not both; leave out one of the two",
        ),
        (
            "floor = true\n[[wallboard.pages]]\nagents = true",
            "config.toml:1: wallboard: floor leaves no page: all of them list agents; add a page of figures",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_that_says_what_to_do(error_lines: Lines, text: str, line: str) -> None:
    head = "" if text.startswith("[[") else "[wallboard]\n"
    found = error_lines(f"{head or chr(10)}{text}", ENOUGH)
    assert found == [line]


def test_it_is_shown_with_its_places(load_text: Load) -> None:
    rows = {row.key: row for row in show(load_text(WHOLE, ENOUGH))}
    assert rows["wallboard.pages[0]"].value == "Service: account; unassigned_conversations, csat, sla_share; size 5"
    assert rows["wallboard.pages[1]"].value == "skill:Bill*, 7; top 6"
    assert rows["wallboard.pages[2]"].value == "group:Lisbon; agents"
    assert rows["wallboard.pages[2]"].source.endswith("config.toml:21")
    assert rows["wallboard.rotate"].value == "30s"
    plain = {row.key: row.value for row in show(load_text("", ENOUGH))}
    assert (plain["wallboard.open"], plain["wallboard.pages"]) == ("always", "the usual")


def test_the_schema_is_json_and_knows_the_pages() -> None:
    document = json.loads(json.dumps(schema()))
    assert set(document["$defs"]["WallPage"]["properties"]) == {"on", "metrics", "size", "title", "top", "agents"}
    assert document["$defs"]["Wallboard"]["properties"]["rotate"]["default"] == "20s"


def test_lengths_are_told_in_what_people_measure_with() -> None:
    found = [length_mm(text) for text in ("1in", "1 cm", "6m", "1ft", "5mm")]
    assert found == pytest.approx([25.4, 10, 6000, 304.8, 5])
    assert SIZES == digits.SIZES
