"""A part of the screen with a title: what it shows, how much of it, and how fresh it is where that needs saying."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.ui.columns import Column, RowT, Span, sort_rows
from kmm_tui.ui.header import truth
from kmm_tui.ui.lines import Line, RoleLines, spread
from kmm_tui.ui.linetable import LineTable


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

    def update_title(self, left: Line, fresh: Freshness, overall: Freshness, now: float) -> None:
        """`left` is the title; `fresh` is told on the right unless all is well, or all is as bad as the header says."""
        self._left, self._now = tuple(left), now
        self._told = None if fresh.is_live or (fresh.age, fresh.word) == (overall.age, overall.word) else fresh
        self.show()

    def lines(self, width: int) -> Sequence[Line]:
        right: list[Span] = []
        if self._told and (self._told.trouble or self._told.age is not Age.AWAITED):
            right = [*truth(self._told, self._now, None), (" ", "value")]
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


class TablePanel(Panel, Generic[RowT]):
    """A titled table that keeps its rows in the order that the person chose."""

    def __init__(
        self,
        columns: Sequence[Column[RowT]],
        key: Callable[[RowT], str],
        sort: tuple[str, bool],
        *,
        name: str,
        empty: str,
    ) -> None:
        self.table: LineTable[RowT] = LineTable(columns, id=name, empty=empty)
        super().__init__(self.table, id=f"{name}-panel")
        self._columns = {column.key: column for column in columns}
        self._key = key
        self._pinned: list[tuple[str, RowT]] = []
        self._rows: list[tuple[str, RowT]] = []
        self.sort = sort

    def on_mount(self) -> None:
        """The arrow stands where the order comes from."""
        self.table.set_sort(*self.sort)

    def put(self, rows: Sequence[RowT], pinned: Sequence[RowT] = ()) -> None:
        """Shows `rows` in order, under those that are `pinned`."""
        self._pinned = [(self._key(row), row) for row in pinned]
        self._rows = [(self._key(row), row) for row in rows]
        self._order()

    def sort_by(self, key: str, *, descending: bool | None = None) -> None:
        """Orders by the column `key`, if that can be; None is the direction that one looks at it first."""
        column = self._columns[key]
        if column.sort_value is None:
            return
        if descending is None:
            # Figures are looked at from the largest, texts from A.
            descending = column.align == "right"
        self.sort = (key, descending)
        self.table.set_sort(*self.sort)
        self._order()

    def sort_by_next(self) -> None:
        """Orders by the next of the columns that are shown."""
        shown = [key for key in self.table.shown_columns if self._columns[key].sort_value]
        if shown:
            place = shown.index(self.sort[0]) if self.sort[0] in shown else -1
            self.sort_by(shown[(place + 1) % len(shown)])

    def reverse(self) -> None:
        """Turns the order around."""
        self.sort_by(self.sort[0], descending=not self.sort[1])

    @on(LineTable.HeaderSelected)
    def sort_by_header(self, event: LineTable.HeaderSelected) -> None:
        """A click on a header orders by it, a second one the other way around."""
        event.stop()
        if event.key == self.sort[0]:
            self.reverse()
        else:
            self.sort_by(event.key)

    def _order(self) -> None:
        # By name first, so that rows of the same figure keep their places from answer to answer.
        rows = sort_rows(self._rows, self._columns["name"])
        key, descending = self.sort
        self.table.set_rows([*self._pinned, *sort_rows(rows, self._columns[key], descending)])
