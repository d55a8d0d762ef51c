"""The table as a person sees and works it."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from rich.cells import cell_len
from textual import events
from textual.geometry import Size
from textual.widget import Widget

from kmm_tui.ui.columns import Column
from kmm_tui.ui.linetable import LineTable

MakeStage = Callable[[Widget], Any]


@dataclass(frozen=True)
class Agent:
    """A row, as the board would have one."""

    name: str
    queue: int = 0


COLUMNS: tuple[Column[Agent], ...] = (
    Column("name", "agent", 10, max_width=20, render=lambda row: row.name, priority=0),
    Column("queue", "queue", 6, align="right", render=lambda row: (str(row.queue), "warn"), priority=1),
    Column("for", "for", 6, align="right", ticking=lambda row, now: (f"{now // 60_000} min", "dim"), priority=2),
    Column("more", "more", 30, render=lambda row: "m", priority=3),
)


def people(count: int) -> list[tuple[str, Agent]]:
    return [(f"k{index}", Agent(f"Agent {index}", index)) for index in range(count)]


@pytest.fixture
def table() -> LineTable[Agent]:
    table: LineTable[Agent] = LineTable(COLUMNS)
    table.tick(0)
    return table


def colours(table: Widget, y: int) -> set[str]:
    """Text colours of the line's segments that show anything."""
    styles = [segment.style for segment in table.render_line(y) if segment.text.strip()]
    return {style.color.name for style in styles if style is not None and style.color is not None}


def ground(table: Widget) -> str:
    """The colour behind the first row."""
    style = list(table.render_line(1))[-1].style
    return "" if style is None or style.bgcolor is None else style.bgcolor.name


def wheel_down(widget: Widget) -> events.MouseScrollDown:
    return events.MouseScrollDown(widget, 5, 5, 0, 1, 0, False, False, False)


async def test_a_narrow_screen_shows_the_needed_columns_and_a_wide_one_all(
    stage: MakeStage, table: LineTable[Agent]
) -> None:
    app = stage(table)
    async with app.run_test(size=(200, 10)) as pilot:
        table.set_rows(people(3))
        await pilot.pause()
        assert app.text()[0].split() == ["agent", "queue", "for", "more"]
        await pilot.resize_terminal(40, 10)
        await pilot.pause()
        assert app.text()[0].split() == ["agent", "queue", "for"]
        assert table.shown_columns == ("name", "queue", "for")
        await pilot.resize_terminal(24, 10)
        await pilot.pause()
        assert app.text()[0].split() == ["agent", "queue"]
        assert app.text()[2].split() == ["Agent", "1", "1"]


@pytest.mark.parametrize("size", [(200, 60), (80, 24), (20, 4), (3, 2), (1, 1)])
async def test_every_line_is_as_wide_as_the_table_at_any_size(
    stage: MakeStage, table: LineTable[Agent], size: tuple[int, int]
) -> None:
    app = stage(table)
    async with app.run_test(size=size) as pilot:
        table.set_rows(
            [
                ("a", Agent("李偉北京客服中心第一組")),
                ("b", Agent("👩‍👩‍👧 family", 10**9)),
                ("c", Agent("x\x1b[31m\ty\n")),
            ]
        )
        await pilot.pause()
        assert [cell_len(line) for line in app.text()] == [size[0]] * size[1]
        assert "\x1b" not in "".join(app.text())


async def test_figures_stand_under_their_label_and_do_not_move_as_they_grow(
    stage: MakeStage, table: LineTable[Agent]
) -> None:
    app = stage(table)
    async with app.run_test(size=(40, 5)) as pilot:
        table.set_rows([("a", Agent("[b]x[/b]", 7))])
        await pilot.pause()
        header, row = app.text()[:2]
        assert header.index("queue") + len("queue") == row.index("7") + 1
        assert "[b]x[/b]" in row
        table.set_rows([("a", Agent("[b]x[/b]", 123456))])
        assert app.text()[1].index("123456") + 6 == header.index("queue") + len("queue")


async def test_the_sorted_column_has_an_arrow_and_its_label_stays_in_place(
    stage: MakeStage, table: LineTable[Agent]
) -> None:
    app = stage(table)
    async with app.run_test(size=(40, 5)):
        table.set_rows(people(2))
        plain = app.text()[0]
        table.set_sort("queue", descending=True)
        assert app.text()[0].replace("▾", " ") == plain
        assert "▾queue" in app.text()[0]
        table.set_sort("name")
        assert "agent ▴" in app.text()[0]
        table.set_sort(None)
        assert app.text()[0] == plain


async def test_a_table_without_rows_says_why(stage: MakeStage) -> None:
    table = LineTable(COLUMNS, empty="nobody is logged in")
    app = stage(table)
    async with app.run_test(size=(40, 8)) as pilot:
        assert "waiting for the first answer" in "".join(app.text())
        table.set_rows(())
        assert "nobody is logged in" in "".join(app.text())
        table.message = "▲ DENIED: this account may not see agents, nor will it ever"
        text = " ".join("".join(app.text()[1:]).split())
        assert text == "▲ DENIED: this account may not see agents, nor will it ever"
        table.message = None
        table.set_rows(people(2))
        await pilot.pause()
        assert "Agent 0" in app.text()[1]


async def test_rows_come_back_where_they_were_after_a_message_and_after_an_empty_answer(
    stage: MakeStage, table: LineTable[Agent]
) -> None:
    app = stage(table)
    async with app.run_test(size=(40, 8)) as pilot:
        table.set_rows(people(50))
        table.move_cursor("k30")
        table.action_cursor(-3)
        await pilot.pause()
        before = app.text()
        table.message = "OFFLINE"
        assert "Agent" not in "".join(app.text())
        await pilot.pause()
        table.message = None
        await pilot.pause()
        assert app.text() == before
        app.heard.clear()
        table.set_rows(())
        await pilot.pause()
        assert table.cursor_key is None
        table.set_rows(people(50))
        await pilot.pause()
        assert app.text() == before
        assert app.heard == [("RowHighlighted", None), ("RowHighlighted", "k27")]


async def test_the_cursor_stays_on_its_row_and_line_through_sorting_and_is_not_announced_again(
    stage: MakeStage, table: LineTable[Agent]
) -> None:
    app = stage(table)
    async with app.run_test(size=(40, 11)) as pilot:
        rows = people(100)
        table.set_rows(rows)
        table.move_cursor("k50")
        await pilot.pause()
        app.heard.clear()
        line = next(y for y, text in enumerate(app.text()) if "Agent 50" in text)
        order = random.Random(5)
        for _ in range(5):
            order.shuffle(rows)
            place = next(index for index, (key, _) in enumerate(rows) if key == "k50")
            rows.insert(max(20, min(place, 70)), rows.pop(place))
            table.set_rows(rows)
            await pilot.pause()
            assert "Agent 50" in app.text()[line]
            assert app.text()[line].startswith("▌") or app.text()[line].startswith("▏")
        assert table.cursor_key == "k50"
        assert app.heard == []
        table.set_rows([row for row in rows if row[0] != "k50"])
        await pilot.pause()
        assert len(app.heard) == 1
        assert app.text()[line].startswith(("▌", "▏"))


async def test_new_trouble_pinned_on_top_is_seen_unless_the_person_picked_a_row_below(
    stage: MakeStage, table: LineTable[Agent]
) -> None:
    app = stage(table)
    async with app.run_test(size=(40, 6)) as pilot:
        table.set_rows(people(50))
        await pilot.pause()
        table.set_rows([("new", Agent("Breach")), *people(50)])
        await pilot.pause()
        assert "Breach" in app.text()[1]
        await pilot.press("end", "home", "down", "down", "down", "down")
        picked = table.cursor_key
        rows = people(50)
        table.set_rows([("x1", Agent("X1")), ("x2", Agent("X2")), ("new", Agent("Breach")), *rows])
        await pilot.pause()
        assert table.cursor_key == picked
        assert any(line.startswith("▌") for line in app.text())


async def test_a_view_scrolled_away_from_the_cursor_does_not_jump(stage: MakeStage, table: LineTable[Agent]) -> None:
    app = stage(table)
    async with app.run_test(size=(40, 6)) as pilot:
        rows = people(100)
        table.set_rows(rows)
        table.scroll_to(y=40, animate=False)
        await pilot.pause()
        assert "Agent 40" in app.text()[1]
        table.set_rows(rows[:10] + rows[20:])
        await pilot.pause()
        assert "Agent 40" in app.text()[1]
        table.set_rows([("n", Agent("New")), *rows])
        await pilot.pause()
        assert "Agent 40" in app.text()[1]


async def test_keys_move_the_cursor_and_enter_opens(stage: MakeStage, table: LineTable[Agent]) -> None:
    app = stage(table)
    async with app.run_test(size=(40, 11)) as pilot:
        table.set_rows(people(100))
        table.focus()
        for keys, key in [
            (["down"], "k1"),
            (["up", "up"], "k0"),
            (["pagedown"], "k10"),
            (["pageup"], "k0"),
            (["end"], "k99"),
            (["down"], "k99"),
            (["home"], "k0"),
        ]:
            await pilot.press(*keys)
            assert table.cursor_key == key
            line = next(line for line in app.text() if line.startswith("▌"))
            assert f"Agent {key[1:]} " in line
        app.heard.clear()
        await pilot.press("enter")
        await pilot.pause()
        assert app.heard == [("RowSelected", "k0")]
        table.message = "OFFLINE"
        await pilot.press("enter")
        await pilot.pause()
        assert app.heard == [("RowSelected", "k0")]


async def test_the_mouse_picks_opens_scrolls_and_sorts(stage: MakeStage, table: LineTable[Agent]) -> None:
    app = stage(table)
    async with app.run_test(size=(40, 11)) as pilot:
        table.set_rows(people(100))
        await pilot.pause()
        app.heard.clear()
        await pilot.click(table, offset=(5, 4))
        await pilot.pause()
        assert app.heard == [("RowHighlighted", "k3")]
        await pilot.double_click(table, offset=(5, 6))
        await pilot.pause()
        assert app.heard[1:] == [("RowHighlighted", "k5"), ("RowSelected", "k5")]
        app.heard.clear()
        at = app.text()[0].index("queue")
        await pilot.click(table, offset=(at + 2, 0))
        await pilot.click(table, offset=(39, 0))
        await pilot.pause()
        assert app.heard == [("HeaderSelected", "queue")]
        table.post_message(wheel_down(table))
        await pilot.pause()
        assert "Agent 0 " not in app.text()[1]
        assert table.cursor_key == "k5"


async def test_the_cursor_is_seen_without_colour_and_tells_where_the_keyboard_is(
    stage: MakeStage, table: LineTable[Agent]
) -> None:
    app = stage(table)
    async with app.run_test(size=(40, 5)) as pilot:
        table.set_rows(people(3))
        table.focus()
        await pilot.pause()
        assert [line[0] for line in app.text()] == [" ", "▌", " ", " ", " "]
        focused = ground(table)
        app.set_focus(None)
        await pilot.pause()
        assert [line[0] for line in app.text()] == [" ", "▏", " ", " ", " "]
        assert ground(table) != focused


async def test_stale_rows_lose_their_colours_but_no_text(stage: MakeStage, table: LineTable[Agent]) -> None:
    app = stage(table)
    async with app.run_test(size=(40, 5)) as pilot:
        table.set_rows(people(2))
        await pilot.pause()
        text, live = app.text(), colours(table, 2)
        assert "#f0b840" in live
        table.dim = True
        await pilot.pause()
        assert app.text() == text
        assert colours(table, 2) == {app.current_theme.variables["kmm-stale"]}
        table.dim = False
        await pilot.pause()
        assert colours(table, 2) == live


async def test_another_theme_is_seen_at_once(stage: MakeStage, table: LineTable[Agent]) -> None:
    app = stage(table)
    async with app.run_test(size=(40, 5)) as pilot:
        table.set_rows(people(2))
        await pilot.pause()
        dark = colours(table, 2)
        app.theme = "kmm-light"
        await pilot.pause()
        assert not dark & colours(table, 2)
        assert app.current_theme.variables["kmm-warn"] in colours(table, 2)


async def test_other_columns_keep_rows_and_cursor(stage: MakeStage, table: LineTable[Agent]) -> None:
    app = stage(table)
    async with app.run_test(size=(40, 5)) as pilot:
        table.set_rows(people(9))
        table.move_cursor("k2")
        table.set_columns(COLUMNS[1:2])
        await pilot.pause()
        assert app.text()[0].split() == ["queue"]
        assert table.cursor_key == "k2"
        assert not table.move_cursor("nobody")


async def test_a_picked_row_stays_in_view_when_the_screen_shrinks(stage: MakeStage, table: LineTable[Agent]) -> None:
    app = stage(table)
    async with app.run_test(size=(40, 20)) as pilot:
        table.set_rows(people(50))
        table.move_cursor("k17")
        await pilot.pause()
        await pilot.resize_terminal(40, 6)
        await pilot.pause()
        assert any("Agent 17 " in line for line in app.text())


async def test_rows_that_come_before_a_new_size_is_drawn_are_laid_out_for_it(stage: MakeStage) -> None:
    def named(row: Agent) -> str:
        return row.name if own.width_of("more") else f"{row.name}: {row.queue}"

    own: LineTable[Agent] = LineTable((Column("name", "agent", 14, render=named), *COLUMNS[1:]))
    app = stage(own)
    async with app.run_test(size=(200, 10)) as pilot:
        own.set_rows(people(3))
        await pilot.pause()
        narrow = Size(40, 10)
        app.screen._compositor.reflow(app.screen, narrow)
        own.set_rows([(key, Agent(row.name, row.queue + 1)) for key, row in people(3)])
        assert own.shown_columns == ("name", "queue", "for")
        assert "Agent 0: 1" in app.text()[1]
