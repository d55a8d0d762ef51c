"""Minutes and hours made of raw answers: for each scope and figure the mean and the worst value of each."""

from __future__ import annotations

import math
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from kmm_tui.api.number import Number
from kmm_tui.api.window import DAY, HOUR, MINUTE, Window
from kmm_tui.metrics import BY_FIELD, Kind
from kmm_tui.record.batch import FiguresBatch, Shape
from kmm_tui.record.columns import lowest_is_worst, pack_column, unpack_column
from kmm_tui.record.packed import Unusable, pack, unpack

_MOST_SHAPES = 254


class Resolution(IntEnum):
    """How fine. The numbers are those of the file."""

    MINUTE = 1
    HOUR = 2

    @property
    def slot(self) -> int:
        """The length of one mean, ms."""
        return MINUTE if self is Resolution.MINUTE else HOUR

    @property
    def span(self) -> int:
        """What is stored together, ms."""
        return HOUR if self is Resolution.MINUTE else DAY

    @property
    def slots(self) -> int:
        """How many means are stored together for one scope and figure."""
        return self.span // self.slot


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a span besides its values.

    `moments` holds for each slot the newest answer's [taken at, interval in s, window's start, its end], or None; the
    window is the narrowest one that was answered, which by-time figures are of.
    `present` holds for each scope and slot the place of its shape + 1, or 0 where it was not answered.
    """

    keys: list[str]
    names: list[str | None]
    shapes: list[Shape]
    moments: list[list[Any] | None]
    present: bytes

    @classmethod
    def of(cls, data: Any, present: Any) -> Head:
        """The head that `Span` wrote. Raises one of `packed.UNUSABLE`."""
        keys, names, shapes, moments = unpack(data)
        plain = zlib.decompress(present)
        if len(plain) != len(keys) * len(moments) or len(names) != len(keys):
            raise Unusable("no head")
        found = [(method, tuple(asked), tuple(no), tuple(gone)) for method, asked, no, gone in shapes]
        return cls(keys, names, found, moments, plain)

    def shape(self, key: int, slot: int) -> Shape | None:
        """What was known of the scope at place `key` in `slot`; None if it was not answered."""
        place = self.present[key * len(self.moments) + slot]
        return self.shapes[place - 1] if place else None


@dataclass(slots=True)
class _Cells:
    """One figure: sum, how many, and the worst, for each scope and slot."""

    sums: array[float] = field(default_factory=lambda: array("d"))
    counts: array[int] = field(default_factory=lambda: array("L"))
    worsts: array[float] = field(default_factory=lambda: array("d"))

    def grow(self, size: int) -> None:
        more = size - len(self.sums)
        if more > 0:
            self.sums.frombytes(bytes(more * self.sums.itemsize))
            self.counts.frombytes(bytes(more * self.counts.itemsize))
            self.worsts.frombytes(bytes(more * self.worsts.itemsize))

    def add(self, place: int, value: Number, worst: Number, *, lowest: bool) -> None:
        count = self.counts[place]
        self.counts[place] = count + 1
        self.sums[place] += value
        if not count or (worst < self.worsts[place] if lowest else worst > self.worsts[place]):
            self.worsts[place] = worst


class Span:
    """Gathers the answers of one hour, or the minutes of one day, of all scopes of one level. `start` is epoch ms."""

    def __init__(self, resolution: Resolution, start: int) -> None:
        self._resolution = resolution
        self._start = start
        self._slots = resolution.slots
        self._keys: dict[str, int] = {}
        self._names: list[str | None] = []
        self._shapes: dict[Shape, int] = {}
        self._moments: list[list[Any] | None] = [None] * self._slots
        self._present = bytearray()
        self._cells: dict[str, _Cells] = {}
        self._narrow: frozenset[int] = frozenset()

    def add(self, batch: FiguresBatch) -> None:
        """Adds raw answers. Those of other times are passed over.

        Boards with different windows may share a record. Counts over an hour and over a day have no mean, so that of
        by-time figures a slot tells those of the narrowest window only.
        """
        shapes = [self._shape(shape) for shape in batch.shapes]
        slots = [(batch.taken_at(place) - self._start) // self._resolution.slot for place in range(len(batch.keys))]
        cells: list[int | None] = []
        wide: set[int] = set()
        for place, key in enumerate(batch.keys):
            slot = slots[place]
            if not 0 <= slot < self._slots:
                cells.append(None)
                continue
            at, interval, window_start, window_end = batch.about[batch.which[place]][:4]
            cells.append(self._met(key, batch.names[place], slot, shapes[batch.shape[place]]))
            if not self._newest(slot, [at, interval, window_start, window_end]):
                wide.add(place)
        for fields, places, columns in batch.table:
            where = [cells[place] for place in places]
            for each, column in zip(fields, columns, strict=True):
                known, lowest = self._of_field(each), lowest_is_worst(each)
                left_out = wide if wide and _is_by_time(each) else ()
                for place, cell, value in zip(places, where, column, strict=True):
                    if value is not None and cell is not None and place not in left_out:
                        known.add(cell, value, value, lowest=lowest)

    def add_head(self, start: int, head: Head) -> list[int]:
        """Adds what is known of a finer span that begins at `start`; its scopes' places here, for `add_column`."""
        slot = (start - self._start) // self._resolution.slot
        known = [(at, each) for at, each in enumerate(head.moments) if each]
        self._narrow = frozenset()
        for at, each in known:
            before = self._moments[slot]
            if self._newest(slot, each):
                is_same = before is not None and not _is_wider(before, each)
                self._narrow = self._narrow | {at} if is_same else frozenset({at})
        places = []
        for key, name in enumerate(head.names):
            shapes = [shape for at in range(len(head.moments)) if (shape := head.shape(key, at))]
            place = self._met(head.keys[key], name, slot, self._shape(shapes[-1])) if shapes else -1
            places.append(place)
        return places

    def add_column(self, name: str, places: list[int], slots: int, data: bytes) -> None:
        """Adds one figure of the finer span that `add_head` was told of, which has so many `slots`."""
        means, worsts = unpack_column(data, slots)
        known, lowest = self._of_field(name), lowest_is_worst(name)
        wanted = self._narrow if _is_by_time(name) else range(slots)
        for key, place in enumerate(places):
            part = slice(key * slots, (key + 1) * slots)
            for at, (mean, worst) in enumerate(zip(means[part], worsts[part], strict=True)):
                if mean is not None and worst is not None and place >= 0 and at in wanted:
                    known.add(place, mean, worst, lowest=lowest)

    def head(self) -> tuple[bytes, bytes]:
        """What `Head.of` reads; after everything was added."""
        plain = [list(self._keys), self._names, list(self._shapes), self._moments]
        return pack(plain), zlib.compress(bytes(self._present), 6)

    def columns(self) -> Iterator[tuple[str, bytes]]:
        """Each figure and its blob, one at a time."""
        size = len(self._keys) * self._slots
        for name, cells in self._cells.items():
            cells.grow(size)
            if not any(cells.counts):
                continue
            means = array("d", bytes(8 * size))
            worsts = array("d", bytes(8 * size))
            for place, count in enumerate(cells.counts):
                worsts[place] = cells.worsts[place] if count else math.nan
                mean = cells.sums[place] / count if count else math.nan
                # The sum of the greatest numbers is none any more.
                means[place] = mean if math.isfinite(mean) else worsts[place]
            yield name, pack_column(name, self._slots, means, worsts)

    def __bool__(self) -> bool:
        return bool(self._keys)

    def _shape(self, shape: Shape) -> int:
        return min(self._shapes.setdefault(shape, len(self._shapes)) + 1, _MOST_SHAPES)

    def _met(self, key: str, name: str | None, slot: int, shape: int) -> int:
        place = self._keys.setdefault(key, len(self._keys))
        if place == len(self._names):
            self._names.append(name)
            self._present += bytes(self._slots)
        elif name is not None:
            self._names[place] = name
        cell = place * self._slots + slot
        self._present[cell] = shape
        return cell

    def _newest(self, slot: int, moment: list[Any]) -> bool:
        """Takes note of an answer; false if its window is wider than another one of the slot."""
        known = self._moments[slot]
        if known is None:
            self._moments[slot] = moment
            return True
        latest = moment if moment[0] > known[0] else known
        is_wider = _is_wider(moment, known)
        if _is_wider(known, moment):
            self._forget_counts(slot)
            counted = moment
        else:
            counted = known if is_wider else latest
        self._moments[slot] = [*latest[:2], *counted[2:]]
        return not is_wider

    def _forget_counts(self, slot: int) -> None:
        """Forgets what was counted over a wider window than that of what comes now."""
        for name, cells in self._cells.items():
            if _is_by_time(name):
                for place in range(slot, len(cells.counts), self._slots):
                    cells.sums[place], cells.counts[place] = 0.0, 0

    def _of_field(self, name: str) -> _Cells:
        cells = self._cells.setdefault(name, _Cells())
        cells.grow(len(self._keys) * self._slots)
        return cells


def _is_by_time(field: str) -> bool:
    metric = BY_FIELD.get(field)
    return metric is not None and metric.kind is Kind.BY_TIME


def _is_wider(moment: list[Any], other: list[Any]) -> bool:
    """Whether the window of the first is another, wider one; one that grows from the same begin is the same."""
    width, others = (Window(*each[2:4]).width for each in (moment, other))
    return width > others + MINUTE and abs(moment[2] - other[2]) > MINUTE
