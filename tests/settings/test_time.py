"""Shifts, time zones, the window that the board opens with, past days and the record."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from datetime import time, timedelta

import pytest

from kmm_tui.board.span import TODAY, last
from kmm_tui.settings import Loaded, own_shifts, schema, show

Load = Callable[..., Loaded]
Lines = Callable[..., list[str]]

ENOUGH = {"KMM_TUI_ACCOUNT": "1", "KMM_TUI_AUTH__METHOD": "bearer", "KMM_TUI_AUTH__TOKEN": "t"}
SHIFTS = """\
[board]
zone = "Europe/Lisbon"
window = "early"
[[shifts]]
name = "Early"
from = "7:00"
to = "15:00"
days = ["Mon", "wed-friday"]
[[shifts]]
name = "Night  shift"
from = 22:00:00
to = "24:00"
zone = "America/New_York"
"""
HOUR = 3_600_000


def test_shifts_have_their_times_days_and_zones(load_text: Load) -> None:
    settings = load_text(SHIFTS, ENOUGH).settings
    early, night = settings.shifts()
    assert (early.name, early.begins, early.ends, str(early.zone)) == ("Early", time(7), time(15), "Europe/Lisbon")
    assert early.days == {0, 2, 3, 4}
    assert (night.name, night.begins, night.ends) == ("Night shift", time(22), time(0))
    assert night.days == set(range(7))
    assert str(night.zone) == "America/New_York"
    assert str(settings.zone()) == "Europe/Lisbon"


def test_without_a_zone_the_machines_own_holds(load_text: Load) -> None:
    settings = load_text('[[shifts]]\nname = "Early"\nfrom = "07:00"\nto = "15:00"', ENOUGH).settings
    assert settings.zone() is None
    assert settings.shifts()[0].zone is None


def test_shifts_and_zones_are_shown_with_their_places(load_text: Load) -> None:
    rows = {row.key: row for row in show(load_text(SHIFTS, ENOUGH))}
    assert rows["shifts[0]"].value == "Early 07:00–15:00 mon, wed, thu, fri"
    assert rows["shifts[0]"].source.endswith("config.toml:4")
    assert rows["shifts[1]"].value == "Night shift 22:00–00:00 daily America/New_York"
    assert (rows["board.window"].value, rows["board.zone"].value) == ("early", "Europe/Lisbon")


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        ('"mon-fri"', "mon-fri"),
        ('"fri - mon"', "fri-mon"),
        ('["sun", "sat"]', "sat, sun"),
        ('"daily"', "daily"),
        ('"sunday, tue"', "tue, sun"),
    ],
)
def test_days_as_people_write_them(load_text: Load, days: str, shown: str) -> None:
    text = f'[[shifts]]\nname = "A"\nfrom = "07:00"\nto = "15:00"\ndays = {days}'
    row = next(row for row in show(load_text(text, ENOUGH)) if row.key == "shifts[0]")
    assert row.value == f"A 07:00–15:00 {shown}"


def test_the_board_opens_with_a_length_today_or_a_shift(load_text: Load) -> None:
    assert load_text("", ENOUGH).settings.span() == last(HOUR)
    board = load_text('[board]\nwindow = "Today"', ENOUGH).settings
    assert board.span() == TODAY
    assert board.board.window == timedelta(hours=24)
    assert load_text(SHIFTS, ENOUGH).settings.span().label == "since Early 07:00"
    over = load_text(SHIFTS, {**ENOUGH, "KMM_TUI_BOARD__WINDOW": "2h"}).settings
    assert (over.span(), over.board.window) == (last(2 * HOUR), timedelta(hours=2))
    assert load_text(SHIFTS, ENOUGH, board__window="night shift").settings.span().shift == "Night shift"


def test_past_days_and_the_record_can_be_switched_off(load_text: Load) -> None:
    usual = load_text("", ENOUGH).settings
    assert (usual.usual.fill, usual.usual.days) == (True, 14)
    assert (usual.record.on, usual.record.names, usual.record.cap) == (True, True, 512_000_000)
    text = "[usual]\nfill = false\ndays = 3\n[record]\non = false\nnames = false\ncap = '2 gb'"
    own = load_text(text, ENOUGH).settings
    assert (own.usual.fill, own.usual.days) == (False, 3)
    assert (own.record.on, own.record.names, own.record.cap) == (False, False, 2_000_000_000)


CLOCK = 'must be a time of day in quotes, such as "07:00"'
NAME = 'must be a name of at most 30 characters, such as "Early"'
DAYS = 'must be days such as "mon-fri" or ["mon", "tue", "sat"]'
COUNT = "must be a whole number of days from 1 to 14, such as 14"
LENGTHS = 'a length of time such as "1h", "today", or the name of a shift'
START = '[[shifts]]\nname = "Early"\nfrom = "07:00"\nto = "15:00"\n'  # four lines

MISTAKES = [
    ('[board]\nzone = "Europe/Lisbom"', ['2: board.zone: unknown time zone; did you mean "Europe/Lisbon"?']),
    ('[board]\nzone = "lisbon"', ['2: board.zone: unknown time zone; did you mean "Europe/Lisbon"?']),
    ('[board]\nzone = "Europe/New York"', ['2: board.zone: unknown time zone; did you mean "America/New_York"?']),
    ('[board]\nzone = "../../etc/passwd"', ['2: board.zone: unknown time zone; write one such as "Europe/Lisbon"']),
    ("[board]\nzone = 3", ['2: board.zone: must be the name of a time zone in quotes, such as "Europe/Lisbon"']),
    ('[board]\nwindow = "yesterday"', [f"2: board.window: no shift is called so; write {LENGTHS}"]),
    ('[board]\nwindow = "todya"', ['2: board.window: no shift is called so; did you mean "today"?']),
    (
        '[board]\nwindow = "30x"',
        ['2: board.window: not a length of time; write a number and its unit, such as "30s", "5m" or "1h"'],
    ),
    (f"{START}[board]\nwindow = 'Erly'", ['6: board.window: no shift is called so; did you mean "Early"?']),
    ("shifts = 3", ["1: shifts: must be a list of tables; write [[shifts]]"]),
    ("shifts = [3]", ["1: shifts[0]: must be a table; write [[shifts]]"]),
    ("[shifts]\nname = 'x'", ["1: shifts: must be a list of tables; write [[shifts]]"]),
    ("[[shift]]\nname = 'x'", ['1: shift: unknown key; did you mean "shifts"?']),
    (
        "[[shifts]]\n",
        [
            '1: shifts[0].name: missing; write name = "Early"',
            '1: shifts[0].from: missing; write from = "07:00"',
            '1: shifts[0].to: missing; write to = "15:00"',
        ],
    ),
    (f"{START}form = '8:00'", ['5: shifts[0].form: unknown key; did you mean "from"?']),
    (f"{START}begins = '8:00'", ["5: shifts[0].begins: unknown key; known here: name, from, to, days and zone"]),
    (f"{START}days = []", [f"5: shifts[0].days: {DAYS}"]),
    (f"{START}days = 3", [f"5: shifts[0].days: {DAYS}"]),
    (f"{START}days = ['mon', 3]", [f"5: shifts[0].days: {DAYS}"]),
    (f"{START}days = 'mon-firday'", ['5: shifts[0].days: "firday" is no day; did you mean "friday"?']),
    (f"{START}zone = 'xyzzy'", ['5: shifts[0].zone: unknown time zone; write one such as "Europe/Lisbon"']),
    (
        f"{START}[[shifts]]\nname = 'EARLY'\nfrom='1:00'\nto='2:00'",
        ['6: shifts[1].name: this shift was given before, as "Early"'],
    ),
    *(
        (START.replace("07:00", wrong), [f"3: shifts[0].from: {CLOCK}"])
        for wrong in ("7", "25:00", "07:60", "24:01", "7 am", "", "٠٧:٠٠")
    ),
    (START.replace('"07:00"', "07:00:30"), [f"3: shifts[0].from: {CLOCK}"]),
    *((START.replace("Early", wrong), [f"2: shifts[0].name: {NAME}"]) for wrong in ("", "x" * 31)),
    *(
        (
            START.replace("Early", wrong),
            [f'2: shifts[0].name: "{wrong}" means something else; choose another name, such as "Early"'],
        )
        for wrong in ("Today", "yesterday", "1h", "now")
    ),
    *((f"[usual]\ndays = {wrong}", [f"2: usual.days: {COUNT}"]) for wrong in ("0", "15", "true", '"x"', "1.5")),
    ("[usual]\nfill = 1", ["2: usual.fill: must be true or false"]),
    ("[usual]\nday = 1", ['2: usual.day: unknown key; did you mean "days"?']),
    ("usual = 3", ["1: usual: must be a table; write [usual]"]),
    ("[record]\ncap = 512", ['2: record.cap: a unit is missing; write such as "512MB"']),
    ("[record]\ncap = '512'", ['2: record.cap: must be a size in quotes, such as "512MB" or "2GB"']),
    ("[record]\ncap = '9MB'", ['2: record.cap: must be between 10MB and 100GB, such as "512MB"']),
    ("[record]\ncap = '101GB'", ['2: record.cap: must be between 10MB and 100GB, such as "512MB"']),
    ("[record]\nfill = true", ["2: record.fill: does not belong here; move it to [usual]"]),
]


@pytest.mark.parametrize(("text", "lines"), MISTAKES)
def test_a_mistake_is_named_with_its_line(error_lines: Lines, text: str, lines: list[str]) -> None:
    assert error_lines(text, ENOUGH) == [f"config.toml:{line}" for line in lines]


def test_a_shift_with_a_mistake_is_not_said_to_be_missing(error_lines: Lines) -> None:
    text = START.replace("15:00", "x") + "[board]\nwindow = 'early'"
    assert error_lines(text, ENOUGH) == [f"config.toml:4: shifts[0].to: {CLOCK}"]


def test_a_window_of_the_environment_that_is_no_shift_is_named_by_its_variable(error_lines: Lines) -> None:
    lines = error_lines(START, {**ENOUGH, "KMM_TUI_BOARD__WINDOW": "late"})
    assert lines == [f"KMM_TUI_BOARD__WINDOW: no shift is called so; write {LENGTHS}"]
    assert error_lines(START, {**ENOUGH, "KMM_TUI_SHIFTS": "x"}) == [
        "KMM_TUI_SHIFTS: only the settings file can give shifts; unset this"
    ]


def test_a_machine_without_time_zones_says_what_to_install(
    error_lines: Lines, load_text: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(name: str) -> zoneinfo.ZoneInfo:
        raise zoneinfo.ZoneInfoNotFoundError(name)

    monkeypatch.setattr(own_shifts, "ZoneInfo", none)
    monkeypatch.setattr(own_shifts, "_known_zones", frozenset)
    assert error_lines('[board]\nzone = "Europe/Lisbon"', ENOUGH) == [
        "config.toml:2: board.zone: this machine knows no time zones; "
        "install the Python package tzdata, or leave this out"
    ]
    assert load_text(START, ENOUGH).settings.shifts()[0].name == "Early"


def test_the_schema_says_what_times_and_sizes_look_like() -> None:
    document = schema()
    tables = document["$defs"]
    assert set(tables["OwnShift"]["properties"]) == {"name", "from", "to", "days", "zone"}
    assert tables["OwnShift"]["additionalProperties"] is False
    assert tables["Record"]["properties"]["cap"]["default"] == "512MB"
    assert tables["Usual"]["properties"]["days"]["maximum"] == 14
