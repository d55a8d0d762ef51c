"""The filter's line: live as typed, kept by Enter, taken away by Escape, and gone when there is none."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from rich.cells import cell_len
from textual import on
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.pilot import Pilot

from kmm_tui.ui.columns import Column
from kmm_tui.ui.filterbar import FilterBar
from kmm_tui.ui.linetable import LineTable
from kmm_tui.ui.themes import variable_defaults


class Panel(App[None]):
    """A table with a filter below it, and what is heard of the filter."""

    BINDINGS = [("slash", "find", ""), ("q", "fail", "")]  # noqa: RUF012 - the base's own kind of attribute

    def __init__(self) -> None:
        super().__init__()
        self.table: LineTable[str] = LineTable([Column("name", "name", 10, render=str)])
        self.table.set_rows([("a", "Ana"), ("b", "Bo")])
        self.bar = FilterBar()
        self.heard: list[tuple[str, str]] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.table
            yield self.bar

    def action_find(self) -> None:
        self.bar.open()

    def action_fail(self) -> None:
        raise AssertionError("a letter that was typed did something else")

    @on(FilterBar.Changed)
    @on(FilterBar.Closed)
    def hear(self, event: FilterBar.BarMessage) -> None:
        self.heard.append((type(event).__name__, event.text))

    def last_line(self) -> str:
        strips: Any = self.screen._compositor.render_strips()
        return "".join(segment.text for segment in strips[-1])


@asynccontextmanager
async def running(width: int = 60) -> AsyncIterator[tuple[Panel, Pilot[None]]]:
    app = Panel()
    async with app.run_test(size=(width, 8)) as pilot:
        app.table.focus()
        await pilot.pause()
        yield app, pilot


async def test_it_is_not_there_until_it_is_opened_and_takes_one_line_then() -> None:
    async with running() as (app, pilot):
        assert (app.table.size.height, app.bar.is_open) == (8, False)
        await pilot.press("slash")
        await pilot.pause()
        assert (app.table.size.height, app.bar.size.height, app.bar.is_open) == (7, 1, True)
        await pilot.press("b", "q")
        assert app.heard == [("Changed", "b"), ("Changed", "bq")]
        app.bar.update_count(1, 25)
        await pilot.pause()
        assert app.last_line().startswith(" / bq")
        assert app.last_line().rstrip().endswith("1 of 25")
        assert (app.table.size.height, app.bar.size.height) == (7, 1)


@pytest.mark.parametrize("key", ["enter", "down"])
async def test_it_is_kept_and_the_keyboard_goes_back(key: str) -> None:
    async with running() as (app, pilot):
        await pilot.press("slash", "b", key)
        await pilot.pause()
        assert app.focused is app.table
        assert (app.bar.is_open, app.bar.text) == (True, "b")
        assert app.heard == [("Changed", "b"), ("Closed", "b")]
        await pilot.press("slash", "o")
        assert app.heard[2:] == [("Changed", "bo")]
        app.bar.clear()
        await pilot.pause()
        assert app.heard[3:] == [("Changed", "")]
        assert app.bar.text == ""


async def test_escape_takes_the_filter_and_the_line_away() -> None:
    async with running() as (app, pilot):
        await pilot.press("slash", "b", "escape")
        await pilot.pause()
        assert app.focused is app.table
        assert (app.bar.is_open, app.bar.text, app.table.size.height) == (False, "", 8)
        assert app.heard == [("Changed", "b"), ("Changed", ""), ("Closed", "")]


async def test_left_empty_it_is_gone() -> None:
    async with running() as (app, pilot):
        await pilot.press("slash", "enter")
        await pilot.pause()
        assert (app.focused, app.bar.is_open) == (app.table, False)
        assert app.heard == [("Closed", "")]


async def test_a_saved_filter_is_shown_without_taking_the_keyboard() -> None:
    async with running() as (app, pilot):
        app.bar.set_text("bill")
        await pilot.pause()
        assert app.focused is app.table
        assert app.last_line().startswith(" / bill")
        assert app.heard == [("Changed", "bill")]
        app.bar.clear()
        await pilot.pause()
        assert not app.bar.is_open


@pytest.mark.parametrize("width", [20, 30, 60, 200])
async def test_a_note_never_hides_the_count(width: int) -> None:
    async with running(width) as (app, pilot):
        await pilot.press("slash", "(")
        app.bar.update_count(3, 25, "not a pattern: missing ), unterminated subpattern")
        await pilot.pause()
        line = app.last_line()
        assert cell_len(line) == width
        assert line.rstrip().endswith("3 of 25")
        if width >= 60:
            assert "▲ not a pattern: m" in line


async def test_whoever_had_the_keyboard_may_be_gone() -> None:
    async with running() as (app, pilot):
        await pilot.press("slash", "b")
        await app.table.remove()
        await pilot.press("enter")
        await pilot.pause()
        assert app.heard[-1] == ("Closed", "b")
        assert app.focused is None
