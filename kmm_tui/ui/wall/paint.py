"""A page of figures as lines of text in roles, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from kmm_tui.board.freshness import Freshness
from kmm_tui.ui.cells import clean, cut
from kmm_tui.ui.columns import Fitted, Span, fit_cell
from kmm_tui.ui.lines import Line
from kmm_tui.ui.roles import Role
from kmm_tui.ui.wall.digits import SIZES, figure_width, large
from kmm_tui.ui.wall.figures import Shown
from kmm_tui.ui.wall.grid import GAP, Grid

LEAST_NAME = 4
"""Cells that a name is cut to at most, for the sake of what it is told of."""
BANNER_SIZES = (7, 5, 3)
"""Rows that the word for what is wrong may have."""


def paint(figures: Sequence[Shown], grid: Grid) -> list[Line]:
    """The figures in their places, from the first line of `grid` to its last."""
    lines: list[Line] = [()] * grid.above
    for first in range(0, len(figures), grid.columns):
        if first:
            lines += [()] * grid.between
        blocks = [cell(figure, grid) for figure in figures[first : first + grid.columns]]
        for y in range(grid.height):
            lines.append(_beside([block[y] for block in blocks], grid.width))
    return lines


def cell(figure: Shown, grid: Grid) -> list[list[Span]]:
    """One figure: its label with the target at the end, the figure itself, and the line below it."""
    block = [_ends(figure.label, figure.target, grid.width)]
    block += [[(line, figure.role)] for line in written(figure.text, grid.size, grid.width)]
    if grid.noted:
        block.append(_spans(fit_cell(_whole(figure.note, grid.width) or "", grid.width)))
    return block


def written(text: str, size: int, width: int) -> list[str]:
    """`text` in `size` rows on `width` cells; smaller, on the same ground line, where it would be wider than that."""
    for smaller in reversed([each for each in SIZES if each <= size]):
        if figure_width(text, smaller) <= width:
            return [""] * (size - smaller) + list(large(text, smaller))
    return [""] * (size - 1) + [cut(clean(text), width)]


def _ends(left: Sequence[Span], right: Sequence[Span], width: int) -> list[Span]:
    """`left` and `right` at the ends of a cell. A target that leaves no room for a label is left out."""
    size = sum(cell_len(clean(text)) for text, _ in right)
    needed = sum(cell_len(clean(text)) for text, _ in left)
    if size and size + 1 + min(needed, max(6, width // 2)) > width:
        # A name can be cut and is still one; half a limit is another limit.
        right, size = (), 0
    room = width - size - (1 if size else 0)
    return [*_spans(fit_cell(_named(left, room) or "", room)), *([(" ", "value")] if size else []), *right]  # type: ignore[list-item]


def _named(label: Sequence[Span], room: int) -> tuple[Span, ...]:
    """The label on `room` cells: of whom it is can be cut and is still a name, of what it is cannot."""
    if len(label) < 2 or not label[-1][0].startswith(" "):
        return tuple(label)
    *before, (name, role), what = label
    left = room - sum(cell_len(clean(text)) for text, _ in (*before, what))
    return (*before, (cut(clean(name), left), role), what) if left >= LEAST_NAME else tuple(label)


def _whole(note: Sequence[Span], width: int) -> tuple[Span, ...]:
    """As many parts of the line below as there is room for, each whole; the first in any case."""
    kept = list(note[:1])
    for span in note[1:]:
        if sum(cell_len(clean(text)) for text, _ in (*kept, span)) > width:
            break
        kept.append(span)
    return tuple(kept)


def _spans(fitted: Fitted) -> list[Span]:
    return [(text, role or "value") for text, role in fitted]


def _beside(cells: Sequence[Sequence[Span]], width: int) -> Line:
    """Cells side by side, each padded to `width`."""
    line: list[Span] = []
    for index, spans in enumerate(cells):
        if index:
            line.append((" " * GAP, "value"))
        line += spans
        used = sum(cell_len(clean(text)) for text, _ in spans)
        if used < width and index < len(cells) - 1:
            line.append((" " * (width - used), "value"))
    return tuple(line)


def banner_height(size: int) -> int:
    """Lines of a banner in this size, with the blank one below it."""
    return size + 2


def banner(word: str, role: Role, details: Sequence[Span], size: int, width: int) -> list[Line]:
    """What is wrong in large letters, and below it since when and what happens next."""
    fitting = [each for each in BANNER_SIZES if each <= size and figure_width(word, each) <= width]
    rows = list(large(word, fitting[0])) if fitting else [word]
    return [*(((row, role),) for row in rows), tuple(details), ()]


def word_for(fresh: Freshness) -> str:
    """The word of a banner: the reason if there is one, else how old it is."""
    return fresh.trouble.word.upper() if fresh.trouble else "LATE" if fresh.age.value == "LATE" else "STALE"
