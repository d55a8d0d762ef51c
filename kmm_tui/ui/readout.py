"""The lines of a chart: their points, their gaps, and what each says at a moment; and the legend that writes it."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from rich.cells import cell_len

from kmm_tui.ui.braille import sample
from kmm_tui.ui.cells import clean, cut
from kmm_tui.ui.roles import Role

Point = tuple[int, float | None]
Pieces = list[tuple[str, str | None]]
"""Texts side by side with the names of their looks."""

NOT_KNOWN = "·"
"""What a line says at a moment at which nothing is known of it."""

_SAMPLE_CELLS = 3
_APART = 3
_GAP_SPACINGS = 2.5


@dataclass(frozen=True, slots=True)
class Series:
    """One line: points of (epoch ms, value or None for *not known*), in order of time."""

    label: str
    points: tuple[Point, ...] = field(default=())
    role: Role = "accent"
    gap_ms: int | None = None
    """A longer distance between two points is a gap; None: 2.5 times the usual distance in this series."""

    @property
    def widest(self) -> float:
        """The longest distance between two points that are connected, ms; 0 if there is but one."""
        if self.gap_ms is not None:
            return self.gap_ms
        apart = [later[0] - earlier[0] for earlier, later in pairwise(self.points)]
        return median(apart) * _GAP_SPACINGS if apart else 0

    def runs(self) -> Iterator[list[tuple[int, float]]]:
        """The pieces of the line that are known without a gap, each of one point or more."""
        limit = self.widest
        run: list[tuple[int, float]] = []
        for x, y in self.points:
            known = y is not None and math.isfinite(y)
            if run and (not known or x - run[-1][0] > limit):
                yield run
                run = []
            if known and y is not None:
                run.append((x, y))
        if run:
            yield run

    def inside(self, start: int, end: int) -> tuple[Point, ...]:
        """The points from `start` to `end`, both included, epoch ms."""
        first = bisect_left(self.points, start, key=lambda point: point[0])
        return self.points[first : bisect_right(self.points, end, key=lambda point: point[0])]

    def near(self, moment: int) -> Point | None:
        """The point nearest to `moment` (epoch ms), if it is no further than half of what still connects two points."""
        after = bisect_left(self.points, moment, key=lambda point: point[0])
        around = self.points[max(0, after - 1) : after + 1]
        nearest = min(around, key=lambda point: abs(point[0] - moment), default=None)
        return nearest if nearest and abs(nearest[0] - moment) * 2 <= self.widest else None


@dataclass(frozen=True, slots=True)
class Readout:
    """What stands under a chart's cursor: a time, and (label, text, role) of each line."""

    time: str
    values: tuple[tuple[str, str, Role], ...]


def value_text(points: Sequence[Point], write: Callable[[float], str]) -> str:
    """What several points that share one place say: their one value, or from the lowest to the highest."""
    known = [y for _, y in points if y is not None and math.isfinite(y)]
    if not known:
        return NOT_KNOWN
    lowest, highest = clean(write(min(known))), clean(write(max(known)))
    return lowest if lowest == highest else f"{lowest}–{highest}"


def legend(series: Sequence[Series], width: int, most: int) -> list[Pieces]:
    """Sample and name of each series, in as few lines as they need; what does not fit in `most` is cut."""
    return _pack([_entry(index, each.label, each.role) for index, each in enumerate(series)], width, most)[0]


def told(readout: Readout, width: int, rows: int) -> list[Pieces]:
    """The legend with the values of `readout`, in exactly `rows` lines: names give way to figures."""
    lines: list[Pieces] = []
    for room in range(max((cell_len(clean(label)) for label, _, _ in readout.values), default=0), -1, -1):
        entries: list[Pieces] = [[(clean(readout.time), "strong")]]
        for index, (label, text, role) in enumerate(readout.values):
            name = cut(clean(label), room)
            entries.append([*_entry(index, name, role), (f" {clean(text)}", "strong")])
        lines, fits = _pack(entries, width, rows)
        if fits:
            break
    return lines + [[(" " * width, None)]] * (rows - len(lines))


def _entry(index: int, label: str, role: Role) -> Pieces:
    name = clean(label)
    return [(sample(index, _SAMPLE_CELLS), role), (f" {name}" if name else "", "label")]


def _pack(entries: Sequence[Pieces], width: int, most: int) -> tuple[list[Pieces], bool]:
    """Entries side by side over `most` lines of `width` cells, and whether all of them fit whole."""
    lines: list[Pieces] = []
    used = width
    for entry in entries:
        size = _size(entry)
        if used + _APART + size > width and len(lines) < most:
            lines.append([(" ", None), *entry])
            used = 1 + size
        elif lines:
            lines[-1] += [(" " * _APART, None), *entry]
            used += _APART + size
    fits = all(_size(line) <= width for line in lines)
    return [_exactly(line, width) for line in lines], fits


def _size(pieces: Pieces) -> int:
    return sum(cell_len(text) for text, _ in pieces)


def _exactly(pieces: Pieces, width: int) -> Pieces:
    """`pieces` padded or cut with `…` to `width` cells."""
    if _size(pieces) <= width:
        return [*pieces, (" " * (width - _size(pieces)), None)]
    found: Pieces = []
    room = width
    for text, name in pieces:
        size = cell_len(text)
        if size >= room:
            # Something follows or is cut off, so the last cell says so.
            return [*found, (cut(f"{text} ", room), name)]
        found.append((text, name))
        room -= size
    return found
