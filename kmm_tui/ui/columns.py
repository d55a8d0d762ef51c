"""The columns of a line table: what each shows, how wide it is, and which ones give way when the screen is narrow."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from rich.cells import cell_len

from kmm_tui.ui.cells import Align, clean, cut
from kmm_tui.ui.roles import Role

Span = tuple[str, Role]
"""A text in one role."""
Cell = str | Span | tuple[Span, ...]
"""What a column renders: a text (in the role `value`), a text in a role, or several of them side by side."""
Fitted = tuple[tuple[str, Role | None], ...]
"""A cell of exactly its column's width; padding has no role."""

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Column(Generic[RowT]):
    """One column. Its width depends on the screen only, never on the data.

    Give either `render` or `ticking`; raises ValueError otherwise, or when a width is not positive.
    """

    key: str
    label: str
    width: int
    """Cells, at least 1. What does not fit is cut with `…`."""
    render: Callable[[RowT], Cell] | None = None
    ticking: Callable[[RowT, int], Cell] | None = None
    """For text that changes with the clock alone: called with the row and the table's present moment, epoch ms."""
    max_width: int | None = None
    """Makes the column flexible: it takes up spare room up to this many cells. Meant for names."""
    align: Align = "left"
    priority: int = 0
    """Rank of need: 0 stays longest, the highest number gives way first, and of equals the one further right."""
    gap: int = 2
    """Blank cells in front of it, unless it is the first one shown."""
    sort_value: Callable[[RowT], Any] | None = None
    """What `sort_rows` orders by: a value, not a text; None means *no figure* and always comes last."""
    counted: bool = False
    """Whether its figures are counted over a window of time; all others are of one moment. Its label is underlined."""

    def __post_init__(self) -> None:
        if (self.render is None) == (self.ticking is None):
            raise ValueError(f"column {self.key}: give either render or ticking")
        if self.width < 1 or (self.max_width is not None and self.max_width < self.width) or self.gap < 0:
            raise ValueError(f"column {self.key}: impossible width")

    def rendered(self, row: RowT, now_ms: int) -> Cell:
        """The cell of `row` before it is fitted."""
        if self.render is not None:
            return self.render(row)
        assert self.ticking is not None  # noqa: S101 - held by __post_init__
        return self.ticking(row, now_ms)


@dataclass(frozen=True, slots=True)
class Placed(Generic[RowT]):
    """A column in its place: from cell `x`, `width` cells."""

    column: Column[RowT]
    x: int
    width: int

    @property
    def end(self) -> int:
        """The cell after its last one."""
        return self.x + self.width


def lay_out(columns: Sequence[Column[RowT]], width: int, left: int = 1) -> tuple[Placed[RowT], ...]:
    """Which columns fit into `width` cells, where, and how wide; the first `left` cells stay free.

    A wider screen never shows fewer columns. The neediest column is always shown, cut if it must be.
    """
    room = width - left
    if room <= 0 or not columns:
        return ()
    ranked = sorted(range(len(columns)), key=lambda index: (columns[index].priority, index))
    chosen: list[int] = ranked[:1]
    for index in ranked[1:]:
        if _needed([columns[each] for each in sorted([*chosen, index])]) > room:
            break
        chosen.append(index)
    shown = [columns[index] for index in sorted(chosen)]
    spare = room - _needed(shown)
    placed: list[Placed[RowT]] = []
    flexible = sum(1 for column in shown if column.max_width is not None)
    x = left
    for column in shown:
        size = column.width
        if column.max_width is not None:
            share = max(0, min(column.max_width - size, spare // flexible))
            size, spare, flexible = size + share, spare - share, flexible - 1
        if placed:
            x += column.gap
        size = min(size, width - x)
        placed.append(Placed(column, x, size))
        x += size
    return tuple(placed)


def _needed(columns: Sequence[Column[RowT]]) -> int:
    return sum(column.width + column.gap for column in columns) - columns[0].gap


def fit_cell(cell: Cell, width: int, align: Align = "left") -> Fitted:
    """`cell` cleaned, cut and padded to exactly `width` terminal cells."""
    if width <= 0:
        return ()
    spans = _spans(cell)
    if len(spans) == 1:
        text, role = spans[0]
        text = clean(text)
        room = width - cell_len(text)
        if room == 0:
            return ((text, role),)
        if room < 0:
            return ((cut(text, width), role),)
        padding = (" " * room, None)
        return (padding, (text, role)) if align == "right" else ((text, role), padding)
    pieces: list[tuple[str, Role | None]] = []
    used = 0
    for text, role in spans:
        text = clean(text)
        size = cell_len(text)
        if used + size > width:
            tight = _squeezed(spans, width) if align == "right" else None
            return fit_cell(tight, width, align) if tight else _cut_spans(spans, width)
        if size:
            pieces.append((text, role))
            used += size
    if used < width:
        padding = (" " * (width - used), None)
        pieces.insert(0 if align == "right" else len(pieces), padding)
    return tuple(pieces)


def _spans(cell: Cell) -> tuple[Span, ...]:
    if isinstance(cell, str):
        return ((cell, "value"),)
    if cell and isinstance(cell[0], str):
        return (cell,)
    return cell


def _squeezed(spans: Sequence[Span], width: int) -> tuple[Span, ...] | None:
    """`spans` without the blanks around each if that makes them fit: a figure is not cut for a gap."""
    tight: tuple[Span, ...] = tuple([(clean(text).strip(" "), role) for text, role in spans])
    return tight if sum(cell_len(text) for text, _ in tight) <= width else None


def _cut_spans(spans: Sequence[Span], width: int) -> Fitted:
    pieces: list[tuple[str, Role | None]] = []
    room = width
    rest = [(clean(text), role) for text, role in spans]
    for index, (text, role) in enumerate(rest):
        size = cell_len(text)
        more = any(cell_len(later) for later, _ in rest[index + 1 :])
        # The last cell is kept for the `…` as long as anything follows.
        if size < room or (size == room and not more):
            if size:
                pieces.append((text, role))
            room -= size
            continue
        text = cut(text, room) if size > room else cut(f"{text} ", room)
        pieces.append((text, role))
        break
    return tuple(pieces)


def sort_rows(
    rows: Iterable[tuple[str, RowT]], column: Column[RowT], descending: bool = False
) -> list[tuple[str, RowT]]:
    """Rows ordered by the column's `sort_value`; equal ones keep their order, rows without a figure come last.

    Raises ValueError for a column that cannot be sorted by.
    """
    value = column.sort_value
    if value is None:
        raise ValueError(f"column {column.key} has no sort value")
    with_figure: list[tuple[Any, tuple[str, RowT]]] = []
    without: list[tuple[str, RowT]] = []
    for row in rows:
        figure = value(row[1])
        if figure is None or figure != figure:
            without.append(row)
        else:
            with_figure.append((figure, row))
    with_figure.sort(key=lambda pair: pair[0], reverse=descending)
    return [row for _, row in with_figure] + without
