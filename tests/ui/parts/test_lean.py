"""Updates write what changed and nothing else, and the screen is the same as if all had been written."""

from __future__ import annotations

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from kmm_tui.ui.lean import LeanCompositor, LeanUpdate, lean

WIDTH, HEIGHT = 24, 4
CONSOLE = Console(width=WIDTH, height=HEIGHT, force_terminal=True, color_system="truecolor", legacy_windows=False)
letters = st.text("abcdefghij ·█é", min_size=WIDTH, max_size=WIDTH)
screens = st.lists(letters, min_size=HEIGHT, max_size=HEIGHT)
spans = st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1), st.integers(1, WIDTH)).map(
    lambda span: (span[0], min(span[1], span[2] - 1), max(span[1] + 1, span[2]))
)


def update_of(rows: list[str], cut: int, changed: list[tuple[int, int, int]]) -> ChopsUpdate:
    """As the compositor makes it for two widgets beside each other, the second one from `cut` on."""
    chops = [{0: Strip([Segment(row[:cut])]), cut: Strip([Segment(row[cut:])])} for row in rows]
    return ChopsUpdate(chops, sorted(changed), [[cut, WIDTH]] * HEIGHT)


def terminal(rows: list[str]) -> tuple[pyte.Screen, pyte.Stream]:
    screen = pyte.Screen(WIDTH, HEIGHT)
    stream = pyte.Stream(screen)
    for y, row in enumerate(rows):
        stream.feed(f"\x1b[{y + 1};1H{row}")
    return screen, stream


@given(screens, screens, st.integers(1, WIDTH - 1), st.lists(spans, min_size=1, max_size=6))
def test_exactly_the_changed_cells_are_written(
    old: list[str], new: list[str], cut: int, changed: list[tuple[int, int, int]]
) -> None:
    screen, stream = terminal(old)
    update = lean(update_of(new, cut, changed))
    assert isinstance(update, LeanUpdate)
    stream.feed(update.render_segments(CONSOLE))
    wanted = [list(row) for row in old]
    for y, start, stop in changed:
        wanted[y][start:stop] = new[y][start:stop]
    assert screen.display == ["".join(row) for row in wanted]


def test_a_figure_in_a_long_line_costs_its_own_cells() -> None:
    row = "x" * (WIDTH - 2) + "42"
    update = lean(ChopsUpdate([{0: Strip([Segment(row)])}], [(0, WIDTH - 2, WIDTH)], [[WIDTH]]))
    assert isinstance(update, LeanUpdate)
    written = update.render_segments(CONSOLE)
    assert "x" not in written
    assert written.endswith("42")


def test_whole_frames_are_left_alone() -> None:
    assert lean(None) is None
    assert lean("text") == "text"


class Ticking(Widget):
    """Counts the lines that it is asked to draw."""

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self.drawn = 0

    def render_line(self, y: int) -> Strip:
        self.drawn += 1
        return Strip([Segment(f"{self.id} {y} {self.drawn}".ljust(self.size.width))])


async def test_what_lies_between_two_changes_is_not_looked_at() -> None:
    looked: list[str] = []

    class Looked(Ticking):
        def render_lines(self, crop: Region) -> list[Strip]:
            looked.append(f"{self.id} {crop.y}-{crop.bottom}")
            return super().render_lines(crop)

    class Board(Screen[None]):
        def __init__(self) -> None:
            super().__init__()
            self._compositor = LeanCompositor()

        def compose(self) -> ComposeResult:
            yield from (Looked("top"), Looked("middle"), Looked("bottom"))

    class Stage(App[None]):
        CSS = "Ticking { height: 8; }"

        def get_default_screen(self) -> Board:
            return Board()

    app = Stage()
    async with app.run_test(size=(40, 24)) as pilot:
        top, bottom = app.screen.query_one("#top", Looked), app.screen.query_one("#bottom", Looked)
        await pilot.pause(0.1)
        looked.clear()
        top.refresh(Region(0, 0, 40, 1))
        bottom.refresh(Region(0, 6, 10, 1), Region(0, 3, 10, 1))
        await pilot.pause()
        assert sorted(looked) == ["bottom 3-4", "bottom 6-7", "top 0-1"]
