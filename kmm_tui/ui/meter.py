"""What asking costs: a word of it at the bottom of the screen, and all of it on a key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from kmm_tui.board.meter import Reading
from kmm_tui.feed.backfill import Backfill, Progress
from kmm_tui.ui.bars import bar
from kmm_tui.ui.cells import clean
from kmm_tui.ui.columns import Span
from kmm_tui.ui.lines import Line, RoleLines, spread

FILLING = 5
"""Cells of the bar of what is known of other days."""


class MeterLine(RoleLines):
    """``3.1 calls/min``, and how many were refused as too many within the hour if there were any."""

    DEFAULT_CSS = """
    MeterLine { width: 18; height: 1; background: $kmm-surface; }
    MeterLine.-refused { width: 30; }
    MeterLine.-filling { width: 34; }
    """

    def __init__(self) -> None:
        super().__init__(id="meter")
        self._filling: Progress | None = None
        self._reading: Reading | None = None

    def update_reading(self, reading: Reading | None) -> None:
        """Shows the meter as it stands."""
        self._reading = reading
        # What it has no need of is room for keys.
        self.set_class(reading is not None and reading.throttled > 0, "-refused")
        self.show()

    def update_filling(self, filling: Progress | None) -> None:
        """Shows how much of what was usual is known; None where nobody wants to know."""
        if filling != self._filling:
            self._filling = filling
            self.set_class(filling is not None, "-filling")
            self.show()

    def lines(self, width: int) -> Sequence[Line]:
        reading = self._reading
        if reading is None:
            return []
        right: list[Span] = []
        if reading.throttled:
            right.append((f"▲ {reading.throttled} x 429  ", "warn"))
        left = filling_words(self._filling) if self._filling else []
        rate = f"{reading.per_minute:.1f} calls/min "
        # The rate gives way: the whole meter tells it, too.
        if not left or sum(cell_len(text) for text, _ in (*left, *right)) + len(rate) < width:
            right.append((rate, "dim"))
        return [spread(left, right, width)]


def filling_words(filling: Progress) -> list[Span]:
    """``usual ███░░ 43/84``."""
    share = bar(filling.done / filling.total if filling.total else None, FILLING)
    return [("usual ", "dim"), (share, "accent"), (f" {filling.done}/{filling.total}", "dim")]


def bytes_text(count: int) -> str:
    """An amount of bytes with three digits at most.

    >>> bytes_text(812), bytes_text(43_000), bytes_text(7_340_000)
    ('812 B', '43.0 kB', '7.34 MB')
    """
    for size, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= size:
            scaled = count / size
            return f"{scaled:.{2 if scaled < 10 else 1 if scaled < 100 else 0}f} {unit}"
    return f"{count} B"


def seconds_text(seconds: float | None) -> str:
    """An answer time; a dash where nothing was answered."""
    return "–" if seconds is None else f"{seconds:.2f} s"


class MeterScreen(ModalScreen[None]):
    """The whole meter, over the board."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,m,q,enter", "dismiss", "Close", id="meter.close"),
    ]
    DEFAULT_CSS = """
    MeterScreen {
        align: center middle;
        & > Vertical {
            width: 64; max-width: 100%; height: auto; background: $kmm-surface; color: $kmm-text; padding: 1 3;
        }
    }
    """

    def __init__(
        self, reading: Reading, every: float, stretched: str, filling: Backfill | None = None, whose: str = ""
    ) -> None:
        """`whose` is the account, where there are several."""
        super().__init__()
        self._whose = f" · {whose}" if whose else ""
        self._rows = [*rows_of(reading, every), *filling_rows(filling)]
        self._note = stretched

    def compose(self) -> ComposeResult:
        """One text."""
        text = Content.assemble(("WHAT ASKING COSTS", "bold $kmm-title"), (clean(self._whose), "$kmm-dim"), "\n")
        width = 2 + max(len(label) for label, value in self._rows if value)
        for label, value in self._rows:
            text += Content.assemble("\n", (label.ljust(width if value else 0), "$kmm-dim"), (value, "$kmm-text"))
        if self._note:
            text += Content.assemble("\n\n", (self._note, "$kmm-warn"))
        with Vertical():
            yield Static(text)


def filling_rows(filling: Backfill | None) -> list[tuple[str, str]]:
    """How much is known of other days, and why it goes on later where it does."""
    if filling is None:
        return []
    known = filling.progress
    rows = [("figures of other days, answers", f"{known.done} of {known.total}")] if known.total else []
    return [*rows, (f"other days paused: {known.paused}", "")] if known.paused else rows


def rows_of(reading: Reading, every: float) -> list[tuple[str, str]]:
    """The meter, line by line. `every` is the interval that was wished for, in seconds."""
    return [
        ("calls a minute, last 5 minutes", f"{reading.per_minute:.1f} of {reading.budget:.0f}"),
        (f"one refresh of this view, each {every:.0f} s", f"{reading.refresh_calls} calls"),
        ("calls in the last hour", f"{reading.calls}"),
        ("not answered with what was asked", f"{reading.failed}"),
        ("refused as too many (429)", f"{reading.throttled}"),
        ("answer time, mean", seconds_text(reading.mean_seconds)),
        ("answer time, worst", seconds_text(reading.worst_seconds)),
        ("received", bytes_text(reading.received)),
    ]
