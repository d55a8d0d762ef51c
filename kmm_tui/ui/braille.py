"""Lines drawn in braille dots: two across and four down in each terminal cell."""

from collections.abc import Iterable, Iterator
from itertools import groupby

DOTS_ACROSS, DOTS_DOWN = 2, 4

# Unicode 16.0, Braille Patterns: the bit of the dot at (x, y) within a cell.
_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_FIRST = 0x2800

Pattern = tuple[bool, ...]

PATTERNS: tuple[Pattern, ...] = (
    (True,),
    (True, False, False),
    (True, True, True, True, False, False, False),
    (True, True, True, False, False, True, False, False),
)
"""Solid, dotted, dashed, dash-dotted: what tells lines apart without colour."""


def pattern_of(index: int) -> Pattern:
    """The pattern of the series number `index`, from 0; they come round again after the last."""
    return PATTERNS[index % len(PATTERNS)]


class Canvas:
    """`width` x `height` cells of dots. Each cell knows the lowest number of those who drew in it, its owner."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._bits = bytearray(width * height)
        self._owners = bytearray(width * height)

    def dot(self, x: int, y: int, owner: int) -> None:
        """Sets one dot, counted in dots from the left and the top; outside is ignored. `owner` is 0 to 253."""
        column, row = x >> 1, y >> 2
        if 0 <= column < self.width and 0 <= row < self.height:
            at = row * self.width + column
            self._bits[at] |= _BITS[x & 1][y & 3]
            if not self._owners[at] or self._owners[at] > owner + 1:
                self._owners[at] = owner + 1

    def row(self, row: int) -> list[tuple[str, int | None]]:
        """One row of cells as runs of text of the same owner; None for what nobody drew in, as blanks."""
        start = row * self.width
        runs: list[tuple[str, int | None]] = []
        text, last = "", -1
        for bits, owner in zip(
            self._bits[start : start + self.width], self._owners[start : start + self.width], strict=True
        ):
            if owner != last and text:
                runs.append((text, last - 1 if last else None))
                text = ""
            last = owner
            text += chr(_FIRST + bits) if bits else " "
        if text:
            runs.append((text, last - 1 if last else None))
        return runs


class Pen:
    """Draws connected lines in one pattern for one owner."""

    def __init__(self, canvas: Canvas, owner: int) -> None:
        self._canvas = canvas
        self._owner = owner
        self._pattern = pattern_of(owner)
        self._steps = 0
        self._at: tuple[int, int] | None = None

    def lift(self) -> None:
        """The next `to` starts a new line."""
        self._at = None
        self._steps = 0

    def to(self, x: int, y: int) -> None:
        """A line from where the pen is to the dot (x, y); a dot there if it was lifted."""
        points = iter([(x, y)]) if self._at is None else _between(*self._at, x, y)
        for point in points:
            if self._pattern[self._steps % len(self._pattern)]:
                self._canvas.dot(*point, self._owner)
            self._steps += 1
        self._at = (x, y)

    def skip(self, x: int, y: int) -> None:
        """The next `to` goes on from the dot (x, y)."""
        self._at = (x, y)


def trace(canvas: Canvas, owner: int, run: Iterable[tuple[int, int]]) -> None:
    """Draws one line through dots in order of x: all of one column as one stroke between its extremes.

    A line of one column alone is two dots wide within its cell, so that it is seen.
    """
    pen = Pen(canvas, owner)
    columns = x = last = 0
    for x, dots in groupby(run, key=lambda dot: dot[0]):
        rows = [y for _, y in dots]
        near, far = min(rows), max(rows)
        # The pattern of a line shows only if no dot is passed twice.
        if columns and abs(last - far) < abs(last - near):
            near, far = far, near
        last = rows[-1]
        columns += 1
        pen.to(x, near)
        pen.to(x, far)
        pen.skip(x, last)
    if columns == 1:
        canvas.dot(x ^ 1, last, owner)


def level_line(canvas: Canvas, owner: int, y: int, pattern: Pattern) -> None:
    """A line across the whole canvas at the row of dots `y`, in `pattern` from the left."""
    for x in range(canvas.width * DOTS_ACROSS):
        if pattern[x % len(pattern)]:
            canvas.dot(x, y, owner)


def _between(x0: int, y0: int, x1: int, y1: int) -> Iterator[tuple[int, int]]:
    """The dots after (x0, y0) up to (x1, y1), by Bresenham's algorithm (1965)."""
    across, down = abs(x1 - x0), -abs(y1 - y0)
    step_x, step_y = (1 if x0 < x1 else -1), (1 if y0 < y1 else -1)
    error = across + down
    while (x0, y0) != (x1, y1):
        twice = 2 * error
        if twice >= down:
            error += down
            x0 += step_x
        if twice <= across:
            error += across
            y0 += step_y
        yield x0, y0


def sample(index: int, width: int = 3) -> str:
    """A short piece of the line of series number `index`, `width` cells, for a legend."""
    canvas = Canvas(width, 1)
    pen = Pen(canvas, index)
    pen.to(0, 2)
    pen.to(width * DOTS_ACROSS - 1, 2)
    return "".join(text for text, _ in canvas.row(0))
