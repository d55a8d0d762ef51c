"""Rows under a cursor in a scrolling view: both belong to a row's key, not to its line.

The base of the line table; it knows nothing of columns, and draws nothing.
"""

from collections.abc import Sequence
from typing import Generic

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.widget import Widget

from kmm_tui.ui.columns import RowT
from kmm_tui.ui.follow import Keyed, place_of, top_of


class RowView(ScrollView, Generic[RowT]):
    """Keyed rows, one of them under the cursor. A subclass draws them below one line of header."""

    def __init__(self, *, id: str | None, classes: str | None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id, classes=classes)
        self._rows: Sequence[tuple[str, RowT]] = ()
        self._cursor = -1
        self._key: str | None = None
        # Whether the person placed the cursor, so that it has to stay in view.
        self._picked = False

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor, or None without rows."""
        return self._key if self._cursor >= 0 else None

    @property
    def cursor_row(self) -> RowT | None:
        """The row under the cursor, or None without rows."""
        return self._rows[self._cursor][1] if self._cursor >= 0 else None

    @property
    def rows(self) -> Sequence[tuple[str, RowT]]:
        """The rows as last set."""
        return self._rows

    def move_cursor(self, key: str) -> bool:
        """Puts the cursor on the row `key` and shows it; False if there is no such row."""
        for index, (each, _) in enumerate(self._rows):
            if each == key:
                self._move_to(index)
                return True
        return False

    # -- what the subclass draws and tells

    def _sync(self) -> None:
        """Asks for every visible line that differs from what is on the screen."""
        raise NotImplementedError

    def _lines_to_scroll(self) -> int:
        """Lines of the whole, the header among them."""
        raise NotImplementedError

    def _announce(self, key: str | None) -> None:
        """The cursor is on the row `key` now; None when no row is left."""
        raise NotImplementedError

    # -- following

    def _find_cursor(self, before: Keyed) -> None:
        if self._rows:
            self._set_cursor(place_of(self._rows, self._key, before, self._cursor))
        elif self._cursor >= 0:
            # The key is kept: the same rows may be back with the next answer.
            self._cursor = -1
            self._announce(None)

    def _set_cursor(self, index: int) -> None:
        key = self._rows[index][0]
        changed = key != self._key or self._cursor < 0
        self._cursor, self._key = index, key
        if changed:
            self._announce(key)

    def _follow(self, before: Keyed, old_cursor: int, top: int) -> None:
        """Scrolls so that what the person looks at stays on its line."""
        if top > 0:
            kept = top_of(self._rows, before, top, self._page, old_cursor, self._cursor)
            if kept is not None:
                self._scroll_rows(kept)
        elif self._picked and 0 <= old_cursor < self._page:
            # The top is where trouble is pinned: it is left only for a row that the person picked.
            self._reveal()

    def _move_to(self, index: int) -> None:
        if self._rows:
            self._picked = True
            self._set_cursor(max(0, min(index, len(self._rows) - 1)))
            self._reveal()
            self._sync()

    def _reveal(self) -> None:
        top = self.scroll_offset.y
        if self._cursor < top:
            self._scroll_rows(self._cursor)
        elif self._cursor >= top + self._page:
            self._scroll_rows(self._cursor - self._page + 1)

    def _scroll_rows(self, top: int) -> None:
        self.scroll_to(y=max(0, top), animate=False, force=True)

    @property
    def _page(self) -> int:
        """Lines for rows, at least 1."""
        return max(1, self.size.height - 1)

    def _resize_scroll(self) -> None:
        # Not through the reactive, which would lay out the whole screen whenever somebody logs in or out.
        self.set_reactive(Widget.virtual_size, Size(1, self._lines_to_scroll()))
        if self.is_mounted:
            self._scroll_update(self.virtual_size)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = new_value
        if round(old_value) != round(new_value):
            self._sync()

    # -- keys

    def action_cursor(self, step: int) -> None:
        """One line up (-1) or down (1)."""
        self._move_to(self._cursor + step)

    def action_page(self, step: int) -> None:
        """One screenful up (-1) or down (1)."""
        self._move_to(self._cursor + step * self._page)

    def action_first(self) -> None:
        """To the first row."""
        self._move_to(0)

    def action_last(self) -> None:
        """To the last row."""
        self._move_to(len(self._rows) - 1)
