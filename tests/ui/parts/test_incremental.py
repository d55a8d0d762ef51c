"""What is drawn piece by piece is what would be drawn at once: no line is ever left over from before."""

import asyncio
from dataclasses import dataclass
from typing import Any, Self

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from rich.cells import split_graphemes
from textual.app import App, ComposeResult
from textual.geometry import Region

from kmm_tui.ui.columns import Column
from kmm_tui.ui.linetable import LineTable
from kmm_tui.ui.themes import variable_defaults


@dataclass(frozen=True)
class Row:
    """A name and a figure."""

    name: str
    figure: int


ROWS = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from(["Ana", "李偉北京", "👩‍👩‍👧"]), st.integers(0, 3)),
    max_size=24,
    unique_by=lambda row: row[0],
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("rows"), ROWS),
        st.tuples(st.just("tick"), st.integers(0, 5)),
        st.tuples(
            st.just("key"), st.sampled_from(["up", "down", "pagedown", "pageup", "end", "home", "left", "right"])
        ),
        st.tuples(st.just("scroll"), st.integers(0, 30)),
        st.tuples(st.just("message"), st.sampled_from([None, "DENIED"])),
        st.tuples(st.just("sort"), st.sampled_from([None, "name"])),
        st.tuples(st.just("dim"), st.booleans()),
        st.tuples(st.just("column"), st.sampled_from([None, "name", "age"])),
        st.tuples(st.just("columns"), st.integers(1, 3)),
    ),
    min_size=4,
    max_size=14,
)
COLUMNS: tuple[Column[Row], ...] = (
    Column("name", "name", 8, max_width=12, render=lambda row: row.name),
    Column(
        "figure",
        "figure",
        6,
        align="right",
        render=lambda row: (str(row.figure), "warn" if row.figure > 1 else "value"),
    ),
    Column("age", "age", 5, align="right", ticking=lambda row, now: str(now // (row.figure + 1))),
)


class Screen(LineTable[Row]):
    """Keeps what a terminal would show: it copies only what was asked to be drawn again."""

    def __init__(self) -> None:
        super().__init__(COLUMNS)
        self.shown: list[list[tuple[str, str]]] = []
        self.asked: list[Region] = []

    def refresh(self, *regions: Region, **options: Any) -> Self:
        if hasattr(self, "asked"):
            self.asked.extend(regions or [self.size.region])
        return super().refresh(*regions, **options)

    def cells(self, y: int) -> list[tuple[str, str]]:
        """Each cell of a line with its look; the second one of a wide character is empty."""
        cells: list[tuple[str, str]] = []
        for segment in self.render_line(y):
            for start, stop, width in split_graphemes(segment.text)[0]:
                text, style = segment.text[start:stop], segment.style
                # The colour of a blank's text is not seen.
                seen = (
                    str(style)
                    if text.strip() or style is None
                    else f"{style.bgcolor} {style.reverse} {style.underline}"
                )
                cells += [(text, seen), *[("", "")] * (width - 1)]
        assert len(cells) == self.size.width
        return cells

    def draw(self) -> None:
        if len(self.shown) != self.size.height:
            self.shown = [self.cells(y) for y in range(self.size.height)]
        for region in self.asked:
            for y in region.line_range:
                if y < self.size.height:
                    self.shown[y][region.x : region.right] = self.cells(y)[region.x : region.right]
        self.asked.clear()

    def whole(self) -> list[list[tuple[str, str]]]:
        self._lines.clear()
        return [self.cells(y) for y in range(self.size.height)]


class Bare(App[None]):
    """The table alone."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()

    def compose(self) -> ComposeResult:
        self.table = Screen()
        yield self.table


async def play(steps: list[tuple[str, Any]]) -> None:
    app = Bare()
    async with app.run_test(size=(32, 9)) as pilot:
        table = app.table
        table.focus()
        await pilot.pause()
        table.draw()
        for what, value in steps:
            held = table.cursor_key
            if what == "rows":
                table.set_rows([(str(key), Row(name, figure)) for key, name, figure in value])
                keys = [str(key) for key, _, _ in value]
                assert (table.cursor_key in keys) if keys else table.cursor_key is None
                if held in keys:
                    assert table.cursor_key == held
            elif what == "tick":
                table.tick(value)
            elif what == "key":
                await pilot.press(value)
            elif what == "scroll":
                table.scroll_to(y=value, animate=False)
            elif what == "column":
                table.pick_column(value)
            elif what == "columns":
                table.set_columns(COLUMNS[:value])
                assert table.cursor_column in (None, *table.shown_columns)
            elif what == "sort":
                table.set_sort(value)
            else:
                setattr(table, what, value)
            table.draw()
            assert table.shown == table.whole(), what


# Every example starts an app: making a failing one smaller would take minutes.
@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(STEPS)
def test_the_screen_is_always_what_it_should_be(steps: list[tuple[str, Any]]) -> None:
    asyncio.run(play(steps))
