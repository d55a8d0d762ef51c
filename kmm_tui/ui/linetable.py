"""A table drawn line by line: only visible rows are formatted, only cells that changed are drawn again.

The app gives the theme's colours as CSS variables (`kmm_tui.ui.themes.variable_defaults`). In use:

    COLUMNS = (
        Column("level", "", 1, render=lambda skill: (skill.glyph, skill.level)),
        Column("name", "skill", 12, max_width=32, gap=1, render=lambda skill: skill.name),
        Column("queue", "queue", 5, align="right", render=lambda skill: (str(skill.queue), "value"),
               sort_value=lambda skill: skill.queue),
        Column("since", "for", 8, align="right", priority=2, ticking=lambda skill, now_ms: clock(now_ms - skill.since)),
    )

    table: LineTable[Skill] = LineTable(COLUMNS, id="skills")      # in compose(); give it a height (1fr by default)
    table.tick(now_ms)                                             # once a second; epoch ms
    table.set_rows([(skill.id, skill) for skill in skills])        # whenever there is something new, in shown order
    table.set_sort("queue", descending=True)                       # the arrow only; the owner orders (`sort_rows`)
    table.dim = True                                               # STALE: all in the stale role
    table.message = "▲ DENIED: this account may not see skills"    # in place of rows; None shows the rows again
    table.pick_column("queue")                                     # the cell that a question is about; None hides it

    def on_line_table_row_highlighted(self, event: LineTable.RowHighlighted) -> None:
        self.show_agents_of(event.key)                             # None when no row is left

The cursor belongs to a key, not to a line: it stays with its row through any reordering, and the view with it. So does
the column cursor, which is hidden until it is used, with its column.
"""

from collections.abc import Hashable, Sequence
from typing import Any, ClassVar, Generic

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from kmm_tui.ui.cells import wrap
from kmm_tui.ui.columns import Column, Placed, RowT, lay_out
from kmm_tui.ui.lean import LeanCache
from kmm_tui.ui.roles import RoleStyles
from kmm_tui.ui.rowlines import CURSOR_AWAY, CURSOR_HERE, PLAIN, RowLines, draw_header, draw_text
from kmm_tui.ui.rowview import RowView
from kmm_tui.ui.tablestyle import COMPONENTS, TABLE_CSS

Painted = tuple[Hashable, int, int]
"""What is on a line of the screen: its cells, the cursor's state, and the place of the marked cell or -1."""


class LineTable(RowView[RowT], Generic[RowT], can_focus=True, inherit_bindings=False):
    """See the module's text. `columns` are all there may be; how many are shown depends on the width."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS
    DEFAULT_CSS = TABLE_CSS
    # With ids, so that the person's settings can map them to other keys.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor(-1)", "Up", show=False, id="table.up"),
        Binding("down,j", "cursor(1)", "Down", show=False, id="table.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="table.page-up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="table.page-down"),
        Binding("home", "first", "First", show=False, id="table.first"),
        Binding("end", "last", "Last", show=False, id="table.last"),
        Binding("left,h", "column(-1)", "Column to the left", show=False, id="table.left"),
        Binding("right,l", "column(1)", "Column to the right", show=False, id="table.right"),
        Binding("enter", "select", "Open", show=False, id="table.open"),
    ]

    dim: reactive[bool] = reactive(False, repaint=False)
    """STALE: every text in the stale role. Glyphs, words and places stay."""
    message: reactive[str | None] = reactive(None, repaint=False)
    """Shown in place of the rows, which are kept."""

    class RowMessage(Message):
        """About one row of `table`."""

        def __init__(self, table: "LineTable[Any]", key: str | None) -> None:
            super().__init__()
            self.table = table
            self.key = key

        @property
        def control(self) -> Widget:
            """The table, so that `@on` can tell tables apart by a selector."""
            return self.table

    class RowHighlighted(RowMessage):
        """The cursor is on another row than before; `key` is None when none is left."""

    class RowSelected(RowMessage):
        """Enter, or a double click, on the row `key`."""

        key: str

    class HeaderSelected(RowMessage):
        """A click on the header of the column `key`."""

        key: str

    def __init__(
        self,
        columns: Sequence[Column[RowT]],
        *,
        waiting: str = "waiting for the first answer",
        empty: str = "no rows",
        id: str | None = None,  # noqa: A002 - Textual's name for it
        classes: str | None = None,
    ) -> None:
        """`waiting` is shown until the first `set_rows`, `empty` when there are no rows: nothing is never blank."""
        super().__init__(id=id, classes=classes)
        self._columns = tuple(columns)
        self._waiting: str | None = waiting
        self._empty = empty
        self._column: str | None = None
        self._place = -1
        self._sort: tuple[str, bool] | None = None
        self._styles_cache = LeanCache(self._draw_part)
        self._look = RoleStyles(self, "linetable")
        self._lines: RowLines[RowT] = RowLines(self._look)
        self._header: Strip | None = None
        self._painted: dict[int, Painted] = {}
        self._parked = 0
        self._covered: str | None = waiting

    # -- what is shown

    @property
    def shown_columns(self) -> tuple[str, ...]:
        """The keys of the columns that fit the present width."""
        self._arrange()
        return tuple(place.column.key for place in self._lines.places)

    def width_of(self, key: str) -> int:
        """The cells of the column `key`; 0 where there is none, or no room for it."""
        self._arrange()
        return next((place.width for place in self._lines.places if place.column.key == key), 0)

    @property
    def cursor_column(self) -> str | None:
        """The key of the column under the column cursor, or None while that is hidden."""
        self._arrange()
        return self._column

    def set_rows(self, rows: Sequence[tuple[str, RowT]]) -> None:
        """Shows `rows` (key, row) in this order. Keys are unique; a row is drawn again only if it is != what it was."""
        before, old_cursor = self._rows, self._cursor
        self._waiting = None
        top = self.scroll_offset.y
        self._rows = rows = tuple(rows)
        self._find_cursor(before)
        if self._show_message():
            return
        if len(rows) != len(before):
            self._resize_scroll()
        self._follow(before, old_cursor, top)
        self._sync()

    def set_columns(self, columns: Sequence[Column[RowT]]) -> None:
        """Shows other columns; rows, cursor and scroll stay, and the column cursor if its column does."""
        self._columns = tuple(columns)
        self._forget()

    def pick_column(self, key: str | None) -> bool:
        """Puts the column cursor on the column `key`; None hides it. False if that column is not shown."""
        self._arrange()
        keys = [place.column.key for place in self._lines.places]
        if keys and key is not None and key not in keys:
            return False
        self._column = key
        self._place = keys.index(key) if key in keys else -1
        self._sync()
        return True

    def set_sort(self, key: str | None, descending: bool = False) -> None:
        """Marks the column that the rows are ordered by, or none."""
        sort = None if key is None else (key, descending)
        if sort != self._sort:
            self._sort = sort
            self._header = None
            self.refresh(Region(0, 0, self.size.width, 1))

    def tick(self, now_ms: int) -> None:
        """Moves the table's clock (epoch ms): draws again the visible cells of ticking columns whose text changed."""
        self._lines.now_ms = now_ms
        if self._lines.ticks:
            self._sync()

    def on_mount(self) -> None:
        """Rows may have been set before there was a screen."""
        self._resize_scroll()

    def watch_dim(self, dim: bool) -> None:
        self._look.dim = dim
        self.notify_style_update()
        self.refresh()

    def watch_message(self) -> None:
        self._show_message()

    def _announce(self, key: str | None) -> None:
        self.post_message(self.RowHighlighted(self, key))

    # -- drawing

    def _lines_to_scroll(self) -> int:
        return 1 if self._message() else len(self._rows) + 1

    def _message(self) -> str | None:
        """What stands in place of the rows, if anything."""
        if self.message is not None:
            return self.message
        return self._waiting if self._waiting is not None else (None if self._rows else self._empty)

    def _show_message(self) -> bool:
        """Brings the message up or takes it away; True if all will be drawn anew."""
        message = self._message()
        if message == self._covered:
            return message is not None
        if message is not None and self._covered is None:
            self._parked = self.scroll_offset.y
        uncovered = message is None
        self._covered = message
        self._resize_scroll()
        if uncovered and self.is_mounted:
            self._scroll_rows(self._parked)
            if self._picked:
                self._reveal()
        self.refresh()
        return True

    def _sync(self) -> None:
        """Compares every visible line with what is on the screen and asks for what differs."""
        if self._covered is not None or not self.is_mounted:
            return
        # Cells ask for the widths of others: places that changed in the middle of a line would not fit it.
        self._arrange()
        top = self.scroll_offset.y
        regions: list[Region] = []
        for y in range(1, self.size.height):
            painted = self._painted.get(y)
            if painted is None:
                continue
            wanted = self._descriptor(top + y - 1)
            if wanted == painted:
                continue
            left, right = 0, self.size.width
            if wanted[1:] == painted[1:]:
                left, right = self._lines.differing(painted[0], wanted[0], right)
            last = regions[-1] if regions else None
            if last and (last.x, last.right, last.bottom) == (left, right, y):
                # A column that ticks is one region: each costs as much as several lines.
                regions[-1] = Region(left, last.y, last.width, last.height + 1)
            else:
                regions.append(Region(left, y, right - left, 1))
        if regions:
            self.refresh(*regions)

    def _descriptor(self, index: int) -> Painted:
        """What the row's line looks like."""
        if index >= len(self._rows):
            return (), PLAIN, -1
        cells = self._lines.line(*self._rows[index]).cells
        if index != self._cursor:
            return cells, PLAIN, -1
        return cells, CURSOR_HERE if self.has_focus else CURSOR_AWAY, self._place

    def render_line(self, y: int) -> Strip:
        """The strip of one line of the visible part: header, row, message or blank."""
        width = self.size.width
        self._arrange()
        if y == 0:
            if self._header is None:
                self._header = draw_header(self._lines.places, width, self._sort, self._look)
            return self._header
        index = self.scroll_offset.y + y - 1
        if self._covered is not None:
            lines = wrap(self._covered, width - 2, max(1, self.size.height - 2))
            first = 2 if self.size.height > 3 else 1
            at = y - first
            return draw_text(f" {lines[at]}" if 0 <= at < len(lines) else "", width, self._look("message"))
        self._painted[y] = _, variant, marked = self._descriptor(index)
        if index >= len(self._rows):
            return draw_text("", width, self._look(None))
        return self._lines.strip(*self._rows[index], variant, marked)

    def _draw_part(self, crop: Region) -> list[Strip] | None:
        """Some cells of some rows, without the rest of their lines; None where there is more than that."""
        width = self.size.width
        if self._covered is not None or crop.y == 0 or crop.right > width or crop.width == width:
            return None
        self._arrange()
        strips = []
        for y in crop.line_range:
            index = self.scroll_offset.y + y - 1
            if index >= len(self._rows):
                return None
            self._painted[y] = _, variant, marked = self._descriptor(index)
            strips.append(self._lines.part(*self._rows[index], variant, marked, crop.x, crop.right))
        return strips

    def _arrange(self) -> None:
        """Chooses and places the columns for the present width, unless they are."""
        width = self.size.width
        if self._lines.width == width:
            return
        self._header = None
        # Two cells stay free for the scroll bar, so that nothing shifts when there is one.
        self._lines.lay_out(lay_out(self._columns, width - 2), width, self.size.height)
        keys = [place.column.key for place in self._lines.places]
        if self._column not in keys:
            self._column = None
        self._place = keys.index(self._column) if self._column is not None else -1

    def _forget(self) -> None:
        """Everything cut to the present width and columns."""
        self._header = None
        self._painted.clear()
        self._lines.lay_out((), 0, 0)
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._look.clear()
        self._header = None
        self._lines.clear()

    def on_resize(self) -> None:
        """Columns are chosen anew; a cursor that the person placed stays in view."""
        self._forget()
        if self._picked and self._covered is None:
            self._reveal()

    # -- keys and mouse

    def action_column(self, step: int) -> None:
        """One column to the left (-1) or right (1); the first step brings the column cursor in from that side."""
        shown = self.shown_columns
        if shown and self._covered is None and self._rows:
            if self._place >= 0:
                place = max(0, min(self._place + step, len(shown) - 1))
            else:
                place = 0 if step > 0 else len(shown) - 1
            self.pick_column(shown[place])

    def action_select(self) -> None:
        """Opens the row under the cursor."""
        if self._covered is None and self._key is not None and self._cursor >= 0:
            self.post_message(self.RowSelected(self, self._key))

    def on_click(self, event: events.Click) -> None:
        """Header: by which column; row: both cursors go there, a double click opens it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        place = self._place_at(offset.x)
        if offset.y == 0:
            if place is not None:
                self.post_message(self.HeaderSelected(self, place.column.key))
            return
        index = self.scroll_offset.y + offset.y - 1
        if self._covered is None and index < len(self._rows):
            if place is not None:
                self.pick_column(place.column.key)
            self._move_to(index)
            if event.chain > 1:
                self.action_select()

    def _place_at(self, x: int) -> Placed[RowT] | None:
        """The column whose label is at `x`; the gap in front of a column belongs to it."""
        return next((place for place in self._lines.places if x < place.end), None)
