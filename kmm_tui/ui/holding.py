"""Rows that are held still: what is said of them, and that they look as old as they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kmm_tui.board.figure_text import clock_text
from kmm_tui.board.freshness import STALE_AFTER
from kmm_tui.ui.columns import Span
from kmm_tui.ui.table_panel import TablePanel


def held_words(changes: int, seconds: float, key: str) -> list[Span]:
    """For how long rows are held, how many of them would look otherwise by now, and the `key` that lets them go on."""
    count = "no change yet" if not changes else f"{changes} change{'' if changes == 1 else 's'}"
    return [("  ", "value"), ("▌▌HELD", "warn"), (f" {clock_text(seconds * 1000)}  {count} · {key} goes on", "value")]


def age_held(panels: Iterable[TablePanel[Any]], seconds: float, interval: float) -> None:
    """Dims rows that are held for longer than an answer may be used: asking goes on, but they show none of it."""
    if seconds > STALE_AFTER * interval:
        for panel in panels:
            if panel.is_held:
                panel.table.dim = True
