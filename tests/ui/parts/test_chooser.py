"""Choosing columns: what is kept is what is ticked, in the order it stands in."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from rich.cells import cell_len
from textual.app import App
from textual.pilot import Pilot

from kmm_tui.ui.chooser import Choice, ColumnChooser
from kmm_tui.ui.themes import variable_defaults

CHOICES = (
    Choice("name", "skill", "its name", fixed=True),
    Choice("queue", "In queue", "Conversations waiting for an agent.", "queue"),
    Choice("p50", "P50 wait", "Half of the consumers have waited this long or less.", "queue"),
    Choice("p90", "P90 wait", "Nine in ten consumers have waited this long or less.", "queue"),
    Choice("csat", "CSAT", "Survey answers of 4 or 5.", "survey"),
    Choice("load", "Load", "Weight of the open conversations.", "agents"),
)


class Board(App[None]):
    """Behind the chooser; keeps what comes of it."""

    def __init__(self, chooser: ColumnChooser) -> None:
        super().__init__()
        self.chooser = chooser
        self.results: list[tuple[str, ...] | None] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()

    def on_mount(self) -> None:
        self.push_screen(self.chooser, self.results.append)

    def lines(self) -> list[str]:
        strips: Any = self.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip) for strip in strips]


@asynccontextmanager
async def choosing(
    shown: Sequence[str] = ("name", "p90"),
    choices: Sequence[Choice] = CHOICES,
    size: tuple[int, int] = (60, 20),
) -> AsyncIterator[tuple[Board, Pilot[None]]]:
    app = Board(ColumnChooser(choices, shown, ("name", "queue")))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (200, 60)])
async def test_the_shown_ones_stand_on_top_and_every_key_is_told(size: tuple[int, int]) -> None:
    async with choosing(size=size) as (app, _):
        lines = app.lines()
        assert [cell_len(line) for line in lines] == [size[0]] * size[1]
        labels = [choice.label for choice in CHOICES]
        rows = [next((label for label in labels if f"] {label}" in line), None) for line in lines]
        assert [row for row in rows if row] == ["skill", "P90 wait", "In queue", "P50 wait", "CSAT", "Load"]
        assert [line.count("[x]") for line in lines if "[" in line] == [1, 1, 0, 0, 0, 0]
        hints = next(line for line in lines if "space tick" in line)
        assert "esc back" in hints
        assert "its name" in lines[lines.index(hints) - 2]


@pytest.mark.parametrize(
    ("keys", "kept"),
    [
        ((), ("name", "p90")),
        (("down", "down", "space", "space"), ("name", "p90", "queue", "p50")),
        (("down", "space"), ("name",)),
        (("down", "space", "space"), ("name", "queue")),
        (("down", "K"), ("p90", "name")),
        (("shift+down",), ("p90", "name")),
        (("J", "J", "K", "shift+up", "K"), ("name", "p90")),
        (("end", "J", "K", "space"), ("name", "p90", "load")),
        (("end", "space", "space", "space", "space"), ("name", "p90", "load", "csat", "p50", "queue")),
        (("d",), ("name", "queue")),
        (("space",), ("name", "p90")),
        (("slash", "c", "s", "enter", "space"), ("name", "p90", "csat")),
        (("slash", "s", "u", "r", "v", "e", "y", "down", "space"), ("name", "p90", "csat")),
        (("slash", "d", "escape", "end", "space"), ("name", "p90", "load")),
        (("slash", "l", "o", "a", "d", "enter", "escape", "home", "down", "space"), ("name",)),
    ],
)
async def test_keys_tick_move_find_and_keep(keys: tuple[str, ...], kept: tuple[str, ...]) -> None:
    async with choosing() as (app, pilot):
        await pilot.press(*keys, "enter")
        await pilot.pause()
        assert app.results == [kept]


async def test_escape_keeps_nothing() -> None:
    async with choosing() as (app, pilot):
        await pilot.press("end", "space", "escape")
        await pilot.pause()
        assert app.results == [None]


async def test_the_last_column_and_a_fixed_one_stay_and_it_is_said_why() -> None:
    async with choosing() as (app, pilot):
        await pilot.press("space")
        await pilot.pause()
        assert any("▲ skill is always shown" in line for line in app.lines())
        await pilot.press("down")
        await pilot.pause()
        assert not any("▲" in line for line in app.lines())
    async with choosing(("csat",), CHOICES[1:]) as (app, pilot):
        await pilot.press("space", "enter")
        await pilot.pause()
        assert app.results == [("csat",)]


async def test_keys_that_are_no_column_are_dropped_and_fixed_ones_added() -> None:
    async with choosing(("gone", "csat", "csat")) as (app, pilot):
        await pilot.press("enter")
        await pilot.pause()
        assert app.results == [("name", "csat")]


async def test_the_mouse_ticks_by_a_double_click() -> None:
    async with choosing() as (app, pilot):
        y = next(y for y, line in enumerate(app.lines()) if "] CSAT" in line)
        await pilot.double_click(offset=(20, y))
        await pilot.press("enter")
        await pilot.pause()
        assert app.results == [("name", "p90", "csat")]


async def test_hundreds_of_choices_are_found_by_typing() -> None:
    choices = [Choice(f"metric_{index}", f"Metric {index}", f"what {index} is", "all") for index in range(400)]
    async with choosing((), choices) as (app, pilot):
        await pilot.press("slash", *"metric 321")
        await pilot.pause()
        assert sum("] Metric" in line for line in app.lines()) == 1
        assert any("1 of 400" in line for line in app.lines())
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert app.results == []
        assert any("▲ tick a column" in line for line in app.lines())
        await pilot.press("space", "enter")
        await pilot.pause()
        assert app.results == [("metric_321",)]
