"""Rows turned into strips for a line table: cells kept per row, strips per row and cursor state, both bounded."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, cast

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip

from kmm_tui.ui.cells import clean, cut, fit
from kmm_tui.ui.columns import Cell, Fitted, Placed, RowT, fit_cell
from kmm_tui.ui.roles import RoleStyles

PLAIN, CURSOR_HERE, CURSOR_AWAY = 0, 1, 2
"""Whether the cursor is on a line, and whether the table has the keyboard."""
MARKS = (" ", "▌", "▏")
"""The first cell of a line, by cursor state: it says so without colour."""


@dataclass(slots=True)
class Line(Generic[RowT]):
    """One row as drawn at `now_ms`."""

    row: RowT
    now_ms: int
    rendered: list[Cell]
    cells: tuple[Fitted, ...]
    strips: dict[tuple[int, int], Strip] = field(default_factory=dict)


class RowLines(Generic[RowT]):
    """The cells and strips of recently visible rows, by key."""

    def __init__(self, look: RoleStyles) -> None:
        self._look = look
        self._kept: LRUCache[str, Line[RowT]] = LRUCache(64)
        self.width = 0
        self.places: tuple[Placed[RowT], ...] = ()
        self.now_ms = 0
        self._ticking: list[tuple[int, Placed[RowT], Callable[[RowT, int], Cell]]] = []

    def lay_out(self, places: tuple[Placed[RowT], ...], width: int, height: int) -> None:
        """Draws by these places from now on, on a screen part of this size in cells."""
        self.places = places
        ticking = ((index, place, place.column.ticking) for index, place in enumerate(places))
        self._ticking = [(index, place, tick) for index, place, tick in ticking if tick is not None]
        self.width = width
        self._kept = LRUCache(max(64, 3 * height))

    @property
    def ticks(self) -> bool:
        """Whether anything changes with time alone."""
        return bool(self._ticking)

    def clear(self) -> None:
        """Forgets what was drawn, as the styles changed."""
        self._kept.clear()

    def line(self, key: str, row: RowT) -> Line[RowT]:
        """The row's cells as of now, made only if the row or the text of a ticking cell changed."""
        line = self._kept.get(key)
        now = self.now_ms
        if line is None:
            rendered = [place.column.rendered(row, now) for place in self.places]
            cells = tuple(
                [fit_cell(cell, p.width, p.column.align) for p, cell in zip(self.places, rendered, strict=True)]
            )
            line = self._kept[key] = Line(row, now, rendered, cells)
        elif not (line.row is row or line.row == row):
            line.row, line.now_ms = row, now
            self._replace(line, [place.column.rendered(row, now) for place in self.places])
        elif line.now_ms != now:
            line.now_ms = now
            if self.ticks:
                self._tick(line)
        return line

    def _tick(self, line: Line[RowT]) -> None:
        now, cells = self.now_ms, list(line.cells)
        for index, place, tick in self._ticking:
            cell = tick(line.row, now)
            if cell != line.rendered[index]:
                line.rendered[index] = cell
                cells[index] = fit_cell(cell, place.width, place.column.align)
        self._put(line, tuple(cells))

    def _replace(self, line: Line[RowT], rendered: list[Cell]) -> None:
        """Fits the cells that are not what they were."""
        before = line.rendered
        if rendered == before:
            return
        line.rendered = rendered
        cells = tuple(
            [
                fitted if cell == old else fit_cell(cell, place.width, place.column.align)
                for place, cell, old, fitted in zip(self.places, rendered, before, line.cells, strict=True)
            ]
        )
        self._put(line, cells)

    def _put(self, line: Line[RowT], cells: tuple[Fitted, ...]) -> None:
        if cells != line.cells:
            line.cells = cells
            line.strips.clear()

    def differing(self, old: Hashable, new: Hashable, width: int) -> tuple[int, int]:
        """From which cell to which two lines of the same cursor state differ."""
        before, after = cast(tuple[Fitted, ...], old), cast(tuple[Fitted, ...], new)
        if len(before) != len(after) or len(after) != len(self.places):
            return 0, width
        changed = [place for place, a, b in zip(self.places, before, after, strict=True) if a != b]
        return changed[0].x, changed[-1].end

    def strip(self, key: str, row: RowT, variant: int, marked: int = -1) -> Strip:
        """The row's line, drawn; `marked` is the place of the cell under the column cursor, if any."""
        line = self.line(key, row)
        strip = line.strips.get((variant, marked))
        if strip is None:
            # A cursor that went through many columns leaves no strip of each behind.
            if len(line.strips) > 3:
                line.strips.clear()
            strip = line.strips[variant, marked] = self._draw(line, variant, marked)
        return strip

    def part(self, key: str, row: RowT, variant: int, marked: int, left: int, right: int) -> Strip:
        """The cells of the row's line from `left` to before `right`: of a few columns, the others are not drawn."""
        line = self.line(key, row)
        shown = [each for each in zip(self.places, line.cells, strict=True) if left < each[0].end and each[0].x < right]
        if marked >= 0 or left == 0 or not shown or shown[0][0].x < left or shown[-1][0].end > right:
            return self.strip(key, row, variant, marked).crop(left, right)
        pieces: list[tuple[str, str | None]] = []
        x = left
        for place, cell in shown:
            if place.x > x:
                pieces.append((" " * (place.x - x), None))
            pieces += cell
            x = place.end
        if x < right:
            pieces.append((" " * (right - x), None))
        return join(pieces, right - left, self._look, None if variant == PLAIN else "cursor")

    def _draw(self, line: Line[RowT], variant: int, marked: int) -> Strip:
        over = None if variant == PLAIN else "cursor"
        pieces: list[tuple[str, str | None]] = [(MARKS[variant], "mark" if over else None)]
        before: list[Segment] = []
        x = start = 1
        for index, (place, cell) in enumerate(zip(self.places, line.cells, strict=True)):
            if place.x > x:
                pieces.append((" " * (place.x - x), None))
            if index == marked:
                before = [*join(pieces, place.x, self._look, over), *join(list(cell), place.width, self._look, "cell")]
                pieces, start = [], place.end
            else:
                pieces += cell
            x = place.end
        if x < self.width:
            pieces.append((" " * (self.width - x), None))
        if not before:
            return join(pieces, self.width, self._look, over)
        return Strip([*before, *join(pieces, self.width - start, self._look, over)], self.width)


def join(pieces: list[tuple[str, str | None]], width: int, look: RoleStyles, over: str | None = None) -> Strip:
    """One strip of `width` cells from texts and their component names; None is for blanks on the plain ground.

    Neighbours that look the same become one segment, and blanks join the text before them, as each segment costs
    some 30 bytes of escape sequence.
    """
    segments: list[Segment] = []
    texts: list[str] = []
    last: Style | None = None
    carries = False
    for text, name in pieces:
        if name is not None or not carries:
            style = look(name, over)
            if style is not last:
                if texts:
                    segments.append(Segment("".join(texts), last))
                    texts = []
                last, carries = style, look.carries_blanks(style, over)
        texts.append(text)
    if texts:
        segments.append(Segment("".join(texts), last))
    return Strip(segments, width)


def draw_text(text: str, width: int, style: Style) -> Strip:
    """One text over a whole line."""
    return Strip([Segment(fit(text, width), style)], width)


def draw_header(places: tuple[Placed[RowT], ...], width: int, sort: tuple[str, bool] | None, look: RoleStyles) -> Strip:
    """The labels above their columns; the sorted one has an arrow beside it, into the gap if need be."""
    pieces: list[tuple[str, str | None]] = []
    x = 0
    for place in places:
        label = clean(place.column.label)
        room = place.width
        arrow = ""
        if sort is not None and sort[0] == place.column.key:
            arrow = "▾" if sort[1] else "▴"
        if place.column.align == "right":
            label = f"{arrow}{cut(label, room)}"
            start = max(x, place.x + room - cell_len(label))
        else:
            start = place.x
            if arrow:
                label = f"{label} {arrow}" if cell_len(label) + 2 <= room else f"{cut(label, room - 1)}{arrow}"
        end = place.x + room
        label = cut(label, end - start)
        pieces.append((" " * (start - x), None))
        name = "sorted" if arrow else "header"
        if place.column.counted:
            # The arrow is no part of the label.
            word = label.strip("▾▴ ")
            before, _, after = label.partition(word) if word else (label, "", "")
            parts = ((before, name), (word, f"{name}-counted"), (after, name))
            pieces += [(text, each) for text, each in parts if text]
        else:
            pieces.append((label, name))
        x = start + cell_len(label)
    pieces.append((" " * max(0, width - x), None))
    return join(pieces, width, look)
