"""The cell that a question is about: it is picked by key or mouse, seen without colour, and stays with its column."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from textual.widget import Widget

from kmm_tui.ui.columns import Column
from kmm_tui.ui.linetable import LineTable

MakeStage = Callable[[Widget], Any]
MakeRedraws = Callable[[Widget], Any]


@dataclass(frozen=True)
class Skill:
    """A row, as the board would have one."""

    name: str
    queue: int = 0


COLUMNS: tuple[Column[Skill], ...] = (
    Column("name", "skill", 10, render=lambda row: row.name, priority=0),
    Column("queue", "queue", 6, align="right", render=lambda row: (str(row.queue), "critical"), priority=1),
    Column("for", "for", 6, align="right", ticking=lambda row, now: str(now), priority=2),
)
ROWS = [("a", Skill("Billing", 14)), ("b", Skill("Claims", 3)), ("c", Skill("Orders", 0))]


@pytest.fixture
def table() -> LineTable[Skill]:
    table: LineTable[Skill] = LineTable(COLUMNS)
    table.set_rows(ROWS)
    return table


def marked(table: Widget) -> list[tuple[int, str]]:
    """The underlined text of each line that has any."""
    found = []
    for y in range(table.size.height):
        text = "".join(segment.text for segment in table.render_line(y) if segment.style and segment.style.underline)
        if text:
            found.append((y, text))
    return found


async def test_arrows_walk_over_the_shown_columns_and_stop_at_the_ends(
    stage: MakeStage, table: LineTable[Skill]
) -> None:
    app = stage(table)
    async with app.run_test(size=(60, 6)) as pilot:
        table.focus()
        await pilot.pause()
        assert table.cursor_column is None
        assert marked(table) == []
        for key, column, cell in [
            ("right", "name", "Billing   "),
            ("l", "queue", "    14"),
            ("right", "for", "     0"),
            ("right", "for", "     0"),
            ("left", "queue", "    14"),
            ("h", "name", "Billing   "),
            ("left", "name", "Billing   "),
        ]:
            await pilot.press(key)
            assert table.cursor_column == column
            assert marked(table) == [(1, cell)]
        assert table.cursor_key == "a"
        table.pick_column(None)
        await pilot.press("left")
        assert table.cursor_column == "for"


async def test_the_mark_goes_with_the_row_keeps_the_roles_colour_and_the_texts_place(
    stage: MakeStage, table: LineTable[Skill]
) -> None:
    app = stage(table)
    async with app.run_test(size=(60, 6)) as pilot:
        table.focus()
        await pilot.pause()
        text = app.text()
        assert table.pick_column("queue")
        assert app.text() == text
        (critical,) = [str(segment.style) for segment in table.render_line(1) if segment.text == "14"]
        assert app.current_theme.variables["kmm-critical"] in critical
        await pilot.press("down")
        assert marked(table) == [(2, "     3")]
        app.set_focus(None)
        await pilot.pause()
        assert marked(table) == [(2, "     3")]
        table.dim = True
        assert marked(table) == [(2, "     3")]
        table.message = "DENIED"
        assert marked(table) == []
        await pilot.press("left")
        table.message = None
        await pilot.pause()
        assert marked(table) == [(2, "     3")]


async def test_it_stays_with_its_column_and_ends_when_that_is_not_shown(
    stage: MakeStage, table: LineTable[Skill]
) -> None:
    app = stage(table)
    async with app.run_test(size=(60, 6)) as pilot:
        table.move_cursor("b")
        table.pick_column("for")
        table.set_columns([COLUMNS[2], COLUMNS[0]])
        assert table.cursor_column == "for"
        assert table.cursor_key == "b"
        await pilot.pause()
        assert marked(table) == [(2, "     0")]
        table.set_rows(list(reversed(ROWS)))
        assert marked(table) == [(2, "     0")]
        await pilot.resize_terminal(16, 6)
        await pilot.pause()
        assert table.shown_columns == ("name",)
        assert table.cursor_column is None
        assert not table.pick_column("for")
        await pilot.resize_terminal(60, 6)
        await pilot.pause()
        assert marked(table) == []


async def test_a_column_picked_before_there_is_a_screen_is_marked_if_it_can_be_shown(stage: MakeStage) -> None:
    for key, cell in (("queue", [(1, "    14")]), ("no such", [])):
        table: LineTable[Skill] = LineTable(COLUMNS)
        table.pick_column(key)
        table.set_rows(ROWS)
        async with stage(table).run_test(size=(60, 6)) as pilot:
            await pilot.pause()
            assert marked(table) == cell


async def test_a_click_on_a_cell_picks_it(stage: MakeStage, table: LineTable[Skill]) -> None:
    app = stage(table)
    async with app.run_test(size=(60, 6)) as pilot:
        await pilot.pause()
        at = app.text()[0].index("queue")
        await pilot.click(table, offset=(at, 3))
        assert (table.cursor_key, table.cursor_column) == ("c", "queue")
        await pilot.click(table, offset=(55, 2))
        assert (table.cursor_key, table.cursor_column) == ("b", "queue")
        await pilot.click(table, offset=(3, 5))
        assert (table.cursor_key, table.cursor_column) == ("b", "queue")


async def test_a_step_draws_the_cursors_line_only_and_no_step_nothing(
    stage: MakeStage, table: LineTable[Skill], redraws: MakeRedraws
) -> None:
    app = stage(table)
    async with app.run_test(size=(60, 6)) as pilot:
        table.focus()
        await pilot.pause()
        asked = redraws(table)
        await pilot.press("right")
        assert [region.y for region in asked.take()] == [1]
        table.pick_column("name")
        await pilot.press("left")
        assert asked.take() == []
        assert asked.layouts == 0
