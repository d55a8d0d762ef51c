"""Where the figures of a page stand, and how large they can be: all as large, in columns of one width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kmm_tui.board.wall import MOST_FIGURES
from kmm_tui.ui.wall.digits import SIZES, SMALLEST, figure_width

GAP = 3
"""Blank cells between two columns."""
LEAST_CELL = 14
"""Cells that a label and its target take."""
LEAST_SPREAD = 4
"""Blank lines that may lie between two rows of small figures; of large ones as many as they are high."""


@dataclass(frozen=True, slots=True)
class Grid:
    """`columns` x `rows` figures of `size` rows each, in cells of `width`; `between` blank lines between two rows.

    `noted` says whether there is a line below each figure; `above` blank lines are left over the first row.
    """

    columns: int
    rows: int
    size: int
    width: int
    noted: bool
    between: int
    above: int

    @property
    def height(self) -> int:
        """Lines of one figure."""
        return 1 + self.size + self.noted

    @property
    def used(self) -> int:
        """Lines of all of them, without what is above."""
        return self.rows * self.height + (self.rows - 1) * self.between


def place(rooms: Sequence[str], width: int, height: int, size: int | None = None, least: int = SMALLEST) -> Grid | None:
    """The grid for figures that need room for these texts, on `width` x `height` cells; None if they do not fit.

    The figures are as large as can be, but have `size` rows if it is given, and at least `least`. The widths depend on
    what the figures are and on the screen, never on their values.
    """
    if not rooms:
        return None
    sizes = [each for each in reversed(SIZES) if (each == size if size else each >= least)]
    for noted in (True, False):
        for each in sizes:
            found = _of_size(rooms, width, height, each, noted)
            if found:
                return found
    return None


def _of_size(rooms: Sequence[str], width: int, height: int, size: int, noted: bool) -> Grid | None:
    needed = max(LEAST_CELL, *(figure_width(room, size) for room in rooms))
    best: Grid | None = None
    for columns in range(1, len(rooms) + 1):
        cell = (width - GAP * (columns - 1)) // columns
        rows = -(-len(rooms) // columns)
        spare = height - rows * (1 + size + noted)
        if cell < needed or spare < 0:
            continue
        between = min(max(LEAST_SPREAD, size), spare // rows) if rows > 1 else 0
        above = (spare - between * (rows - 1)) // 2
        grid = Grid(columns, rows, size, cell, noted, between, above)
        # Few empty places first, then as square as a screen is.
        if best is None or _order(grid, len(rooms)) < _order(best, len(rooms)):
            best = grid
    return best


def _order(grid: Grid, count: int) -> tuple[int, int, int]:
    return (grid.columns * grid.rows - count, abs(grid.columns - grid.rows), -grid.columns)


def capacity(rooms: Sequence[str], width: int, height: int, size: int | None, least: int) -> int:
    """How many of these figures, the first ones, fit together in such a size: 0 where not even one does."""
    most = min(len(rooms), MOST_FIGURES)
    return next((n for n in range(most, 0, -1) if place(rooms[:n], width, height, size, least)), 0)
