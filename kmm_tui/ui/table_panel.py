"""A titled table whose rows a person orders, filters and holds still; what breaches stands on top."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic

from textual import on
from textual.app import ComposeResult

from kmm_tui.ui.columns import Column, RowT, Span, sort_rows
from kmm_tui.ui.filterbar import FilterBar
from kmm_tui.ui.linetable import LineTable
from kmm_tui.ui.matching import Matcher
from kmm_tui.ui.panel import Panel

Keyed = list[tuple[str, RowT]]


class TablePanel(Panel, Generic[RowT]):
    """`rank` says how far on top a row belongs while `pin` is on, 0 not at all; `words` are what a filter looks at.

    While it is held, rows stay as they are, and `changes` counts those that would look otherwise.
    """

    def __init__(
        self,
        columns: Sequence[Column[RowT]],
        key: Callable[[RowT], str],
        sort: tuple[str, bool],
        *,
        name: str,
        empty: str,
        rank: Callable[[RowT], int],
        words: Callable[[RowT], Iterable[str]],
    ) -> None:
        self.table: LineTable[RowT] = LineTable(columns, id=name, empty=empty)
        super().__init__(self.table, id=f"{name}-panel")
        self.filter_bar = FilterBar(id=f"{name}-filter")
        self._key = key
        self._rank = rank
        self._words = words
        self._top: Keyed[RowT] = []
        self._rows: Keyed[RowT] = []
        self._latest: tuple[Keyed[RowT], Keyed[RowT]] | None = None
        self._text, self._matcher = "", Matcher("")
        self._absence: str | None = None
        self.columns: tuple[Column[RowT], ...] = tuple(columns)
        self.default_sort = self.sort = sort
        self.pin = True
        self.changes = 0

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield self.filter_bar

    def on_mount(self) -> None:
        """The arrow stands where the order comes from."""
        self.table.set_sort(*self.sort)

    def _width_of(self, column: str) -> int:
        return self.table.width_of(column)

    # -- rows

    def put(self, rows: Sequence[RowT], top: Sequence[RowT] = (), *, other: bool = False) -> None:
        """Shows `rows` in order, under those that are always on `top`.

        `other` says that the person wants to see others than before: those are shown, and held from now on.
        """
        fresh = [(self._key(row), row) for row in top], [(self._key(row), row) for row in rows]
        if self.is_held:
            self._latest = fresh
            if other:
                self._top, self._rows = fresh
                self._order()
            self._age(fresh)
            self.changes = self._changed(fresh)
            return
        self._top, self._rows = fresh
        self._order()

    def key_of(self, row: RowT) -> str:
        """The identity of a row in the table."""
        return self._key(row)

    def row(self, key: str) -> RowT | None:
        """The row of this key, shown or filtered away."""
        return next((row for each, row in (*self._top, *self._rows) if each == key), None)

    @property
    def all_rows(self) -> list[RowT]:
        """Every row, also those that are filtered away."""
        return [row for _, row in self._rows]

    @property
    def shown_rows(self) -> list[RowT]:
        """The rows as they stand on the screen, scrolled away or not."""
        return [row for _, row in self.table.rows]

    # -- held

    @property
    def is_held(self) -> bool:
        """Whether the rows are held still."""
        return self._latest is not None

    def hold(self, held: bool) -> None:
        """Holds the rows still, or lets them be what they are by now."""
        if held and self._latest is None:
            self._latest = self._top, self._rows
        elif not held and self._latest is not None:
            self._top, self._rows = self._latest
            self._latest, self.changes = None, 0
            self._order()

    def aged(self, row: RowT, latest: RowT) -> RowT:  # noqa: ARG002 - for panels whose rows know their age
        """The held `row`, never younger than it was, with the age of the `latest`."""
        return row

    def _age(self, fresh: tuple[Keyed[RowT], Keyed[RowT]]) -> None:
        latest = dict((*fresh[0], *fresh[1]))
        top, rows = (
            [(key, self.aged(row, latest.get(key, row))) for key, row in part] for part in (self._top, self._rows)
        )
        if (top, rows) != (self._top, self._rows):
            self._top, self._rows = top, rows
            self._order()

    def _changed(self, fresh: tuple[Keyed[RowT], Keyed[RowT]]) -> int:
        shown, latest = dict((*self._top, *self._rows)), dict((*fresh[0], *fresh[1]))
        return sum(1 for key in shown.keys() | latest.keys() if shown.get(key) != latest.get(key))

    # -- order

    def set_columns(self, columns: Sequence[Column[RowT]]) -> None:
        """Other columns. An order by one that is gone falls back to the usual one."""
        self.columns = tuple(columns)
        self.table.set_columns(columns)
        if self._column(self.sort[0]) is None:
            self.sort = self.default_sort if self._column(self.default_sort[0]) else ("name", False)
        self.table.set_sort(*self.sort)
        self._order()

    def sort_by(self, key: str, *, descending: bool | None = None) -> None:
        """Orders by the column `key`, if that can be; None is the direction that one looks at it first."""
        column = self._column(key)
        if column is None or column.sort_value is None:
            return
        if descending is None:
            # Figures are looked at from the largest, texts from A.
            descending = column.align == "right"
        self.sort = (key, descending)
        self.table.set_sort(*self.sort)
        self._order()

    def sort_by_next(self) -> None:
        """Orders by the column under the column cursor, or by the next of those that are shown."""
        picked = self.table.cursor_column
        if picked and picked != self.sort[0]:
            self.sort_by(picked)
            return
        shown = [key for key in self.table.shown_columns if self._sortable(key)]
        if shown:
            place = shown.index(self.sort[0]) if self.sort[0] in shown else -1
            self.sort_by(shown[(place + 1) % len(shown)])

    def reverse(self) -> None:
        """Turns the order around."""
        self.sort_by(self.sort[0], descending=not self.sort[1])

    def toggle_pin(self) -> None:
        """Puts breaching rows on top, or leaves them where the order has them."""
        self.pin = not self.pin
        self._order()

    @on(LineTable.HeaderSelected)
    def sort_by_header(self, event: LineTable.HeaderSelected) -> None:
        """A click on a header orders by it, a second one the other way around."""
        event.stop()
        if event.key == self.sort[0]:
            self.reverse()
        else:
            self.sort_by(event.key)

    def _column(self, key: str) -> Column[RowT] | None:
        return next((column for column in self.columns if column.key == key), None)

    def _sortable(self, key: str) -> bool:
        column = self._column(key)
        return column is not None and column.sort_value is not None and bool(column.label)

    def _order(self) -> None:
        # By name first, so that rows of the same figure keep their places from answer to answer.
        name, by = self._column("name"), self._column(self.sort[0])
        rows = [row for row in self._rows if self.fits(row[1])]
        for column, descending in ((name, False), (by, self.sort[1])):
            if column is not None:
                rows = sort_rows(rows, column, descending)
        if self.pin:
            rows.sort(key=lambda row: -self._rank(row[1]))
        self.table.set_rows([*self._top, *self.arranged(rows)])
        self._tell_absence()
        self.filter_bar.update_count(len(rows), len(self._rows), self._matcher.note)

    # -- instead of rows

    def tell_absence(self, words: str | None) -> None:
        """Says why there are no rows, in their place; None where there is no such reason."""
        self._absence = words
        self._tell_absence()

    def _tell_absence(self) -> None:
        hidden = bool(self._rows) and not self.table.rows
        self.table.message = self.nothing_fits() if self._absence is None and hidden else self._absence

    def nothing_fits(self) -> str:
        """Says that there are rows, and that the person's own choice hides all of them."""
        return f"none of {len(self._rows)} fits /{self.filter_text} (Esc shows all)"

    def arranged(self, rows: Keyed[RowT]) -> Keyed[RowT]:
        """The rows in their last order: for a panel that knows of more than one column's order."""
        return rows

    # -- filter

    def refilter(self) -> None:
        """Looks anew which rows are wanted."""
        self._order()

    @property
    def filter_text(self) -> str:
        """What the rows are filtered by; '' shows all."""
        return self._text

    def set_filter(self, text: str) -> None:
        """Shows only rows that fit `text`."""
        self._text, self._matcher = text.strip(), Matcher(text)
        self._order()

    def clear_filter(self) -> None:
        """Shows all rows, and takes the line away into which the filter was typed."""
        self.filter_bar.clear()
        self.set_filter("")

    def fits(self, row: RowT) -> bool:
        """Whether a row is one of those that are wanted."""
        return self._matcher.is_empty or self._matcher.matches(*self._words(row))

    @on(FilterBar.Changed)
    def filter_as_typed(self, event: FilterBar.Changed) -> None:
        """Filters while the person types."""
        event.stop()
        self.set_filter(event.text)

    @on(FilterBar.Closed)
    def back_to_rows(self, event: FilterBar.Closed) -> None:
        """The keyboard goes back to the rows."""
        event.stop()
        self.table.focus()

    # -- words for the title

    def filter_words(self) -> list[Span]:
        """Says that not all is shown, where that is so."""
        return [(f"  /{self.filter_text}", "accent")] if self.filter_text else []
