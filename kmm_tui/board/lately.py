"""The last answers of each scope, one by one: what a look ahead is computed from."""

from __future__ import annotations

import math
from array import array
from collections import deque
from collections.abc import Iterable

from kmm_tui.api.window import HOUR
from kmm_tui.board.derived import metric_named, number_of
from kmm_tui.board.scope import Scope
from kmm_tui.board.snapshot import Snapshot

ANSWERS = 24
"""Answers that are kept of a scope: of half a minute each they reach back twelve minutes."""

Point = tuple[float, float]
"""When (epoch s), and what."""


class Lately:
    """The last `ANSWERS` answers about `watched` metrics, by scope: a few hundred bytes each."""

    def __init__(self, watched: Iterable[str]) -> None:
        self._metrics = {name: metric for name in watched if (metric := metric_named(name)) is not None}
        self._places = {name: place for place, name in enumerate(self._metrics, 1)}
        self._kept: dict[Scope, deque[array[float]]] = {}
        self._widths: dict[Scope, int] = {}

    def note(self, snapshot: Snapshot) -> None:
        """Takes note of an answer; those before it are forgotten where they make no line with it.

        As where the window has another width now, or the clock was set back.
        """
        scope, at = snapshot.scope, snapshot.taken_at / 1000
        # A window up to now is rounded to minutes, and one since a shift began grows with each answer.
        width = round((snapshot.window.end - snapshot.window.start) / HOUR * 4)
        kept = self._kept.setdefault(scope, deque(maxlen=ANSWERS))
        if kept and at == kept[-1][0]:
            return
        if kept and (at < kept[-1][0] or abs(width - self._widths[scope]) > 1):
            kept.clear()
        self._widths[scope] = width
        numbers = [number_of(snapshot.figures, metric) for metric in self._metrics.values()]
        kept.append(array("d", [at, *(math.nan if number is None else number for number in numbers)]))

    def forget(self, scope: Scope) -> None:
        """Forgets a scope that is no more."""
        self._kept.pop(scope, None)
        self._widths.pop(scope, None)

    def clear(self) -> None:
        """Forgets all: what comes from now on is counted otherwise."""
        self._kept.clear()
        self._widths.clear()

    def points(self, scope: Scope, name: str, since: float) -> list[Point]:
        """What a metric was from `since` (epoch s) on, oldest first; without answers that held no value."""
        place = self._places.get(name)
        if place is None:
            return []
        found = [(row[0], row[place]) for row in self._kept.get(scope, ()) if row[0] >= since]
        return [point for point in found if not math.isnan(point[1])]
