"""Whatever a terminal makes of the width of a name, all beside it stands where it belongs."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from kmm_tui.ui.anchored import anchored
from kmm_tui.ui.cells import fit
from kmm_tui.ui.lean import lean

WIDTH = 25
CONSOLE = Console(width=WIDTH, height=3, force_terminal=True, color_system="truecolor", legacy_windows=False)
ODD = ["🏳️‍🌈 x", "👩‍👩‍👧‍👦", "नमस्ते हिन्दी", "🇵🇹🇪🇸", "☺️", "ไทย ภาษา", "e\u0301ric", "ﷺ", "\u200b\u200bzero", "1️⃣"]
PLAIN = ["Billing", "Réclamations", "日本語サポート", "한국어 지원", "Ωμέγα", "Кейс", "שירות", "▲ 20 ○ ▁▂█ …"]


class Terminal:
    """A terminal with its own idea of widths, which shows `rows`."""

    def __init__(self, rows: list[str]) -> None:
        self.screen = pyte.Screen(WIDTH, len(rows))
        self.stream = pyte.Stream(self.screen)
        for y, row in enumerate(rows):
            self.stream.feed(f"\x1b[{y + 1};1H{row}")

    def cells(self, y: int, start: int, stop: int) -> str:
        return "".join(self.screen.buffer[y][x].data for x in range(start, stop))


def row_of(name: str) -> Strip:
    bold = Style(bold=True)
    return Strip([Segment("! "), Segment(fit(name, 12), bold), Segment("  4:12  42"), Segment("\u2588")])


@given(st.sampled_from(ODD) | st.text(max_size=9))
def test_what_is_beside_a_name_stays_in_its_cells(name: str) -> None:
    shown = Terminal(["#" * WIDTH] * 3)
    update = lean(LayoutUpdate([[row_of("Billing")], [row_of(name)], [row_of("Billing")]], Region(0, 0, WIDTH, 3)))
    assert update is not None
    shown.stream.feed(update.render_segments(CONSOLE))  # type: ignore[union-attr]
    for y in range(3):
        assert shown.cells(y, 0, 2) == "! "
        assert shown.cells(y, 14, 24) == "  4:12  42"
    # Nothing of what was there is left where a terminal thinks a name narrower.
    assert "#" not in "".join(shown.cells(y, 0, 24) for y in (0, 2))
    assert name.count("#") >= shown.cells(1, 0, 24).count("#")


@pytest.mark.parametrize("name", ODD)
def test_a_name_at_the_edge_does_not_run_into_the_next_line(name: str) -> None:
    shown = Terminal(["#" * WIDTH, "x" * WIDTH])
    strip = Strip([Segment(fit(name, WIDTH, "right"))])
    update = lean(ChopsUpdate([{0: strip}, {0: None}], [(0, 0, WIDTH)], [[WIDTH], [WIDTH]]))
    shown.stream.feed(update.render_segments(CONSOLE))  # type: ignore[union-attr]
    assert shown.cells(1, 0, WIDTH) == "x" * WIDTH
    assert shown.screen.mode & {pyte.modes.DECAWM}


@pytest.mark.parametrize("name", PLAIN)
def test_what_all_terminals_agree_on_costs_nothing(name: str) -> None:
    strip = row_of(name)
    assert anchored(strip, 0, 0, CONSOLE) == strip.render(CONSOLE)
