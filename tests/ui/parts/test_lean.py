"""Updates write what changed and nothing else, and the screen is the same as if all had been written."""

from __future__ import annotations

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate
from textual.strip import Strip

from kmm_tui.ui.lean import LeanUpdate, lean

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
    written = LeanUpdate([{0: Strip([Segment(row)])}], [(0, WIDTH - 2, WIDTH)], [[WIDTH]]).render_segments(CONSOLE)
    assert "x" not in written
    assert written.endswith("42")


def test_whole_frames_are_left_alone() -> None:
    assert lean(None) is None
    assert lean("text") == "text"
