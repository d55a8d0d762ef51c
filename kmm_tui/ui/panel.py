"""A part of the screen with a title: what it shows, how much of it, and how fresh it is where that needs saying."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.ui.cells import clean
from kmm_tui.ui.columns import Span
from kmm_tui.ui.header import truth
from kmm_tui.ui.lines import Line, RoleLines, spread

_APART = 5
"""Cells around what is told on the right."""


class PanelTitle(RoleLines):
    """The title line of a panel."""

    DEFAULT_CSS = """
    PanelTitle { height: 1; background: $kmm-ground; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._left: Line = ()
        self._told: Freshness | None = None
        self._now = 0.0
        self.aside = ""
        """What is told on the right while nothing else is, where there is room."""

    def update_title(self, left: Line, fresh: Freshness, overall: Freshness, now: float) -> None:
        """`left` is the title; `fresh` is told on the right unless all is well, or all is as bad as the header says."""
        self._left, self._now = tuple(left), now
        self._told = None if fresh.is_live or (fresh.age, fresh.word) == (overall.age, overall.word) else fresh
        self.show()

    def lines(self, width: int) -> Sequence[Line]:
        right: list[Span] = []
        if self._told and (self._told.trouble or self._told.age is not Age.AWAITED):
            right = [*truth(self._told, self._now, None), (" ", "value")]
        elif self.aside:
            used = sum(cell_len(clean(text)) for text, _ in self._left)
            if used + cell_len(self.aside) + _APART <= width:
                right = [(f"{self.aside} ", "dim")]
        return [spread([(" ", "value"), *self._left], right, width)]


class Panel(Vertical):
    """A title with one widget below it."""

    DEFAULT_CSS = """
    Panel { width: 1fr; height: 1fr; }
    """

    def __init__(self, body: Widget, *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self.title = PanelTitle()
        self.body = body

    def compose(self) -> ComposeResult:
        yield self.title
        yield self.body
