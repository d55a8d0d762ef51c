"""What figures were a short while ago, as far as this board has seen them: for the small line beside a figure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from kmm_tui.board.derived import metric_named, number_of
from kmm_tui.board.figure import Number
from kmm_tui.board.scope import Scope
from kmm_tui.board.snapshot import Snapshot

STEPS = 30
"""Steps that are kept."""
INTERVALS = 4
"""Intervals of asking to one step. A step shows its last answer: many figures must not be averaged."""


class Recent:
    """The last `STEPS` steps of `watched` metrics of each scope. A step without an answer is a gap."""

    def __init__(self, watched: Iterable[str]) -> None:
        self._watched = tuple(watched)
        self._kept: dict[Scope, deque[tuple[int, tuple[Number | None, ...]]]] = {}

    def note(self, snapshot: Snapshot, interval: float) -> None:
        """Takes note of an answer, asked for every `interval` seconds."""
        step = self.step_of(snapshot.taken_at / 1000, interval)
        values = tuple(self._number(snapshot, name) for name in self._watched)
        kept = self._kept.setdefault(snapshot.scope, deque(maxlen=STEPS))
        if kept and kept[-1][0] > step:
            # The clock was set back, or the interval changed: other steps than these.
            kept.clear()
        if kept and kept[-1][0] == step:
            kept.pop()
        kept.append((step, values))

    def forget(self, scope: Scope) -> None:
        """Forgets a scope that is no more."""
        self._kept.pop(scope, None)

    def values(self, scope: Scope, name: str, now: float, interval: float, count: int) -> list[Number | None]:
        """The last `count` steps until `now` (epoch s), oldest first; None where nothing was answered."""
        kept = self._kept.get(scope)
        if not kept or name not in self._watched:
            return []
        place, last = self._watched.index(name), self.step_of(now, interval)
        found = {step: values[place] for step, values in kept}
        return [found.get(step) for step in range(last - count + 1, last + 1)]

    @staticmethod
    def step_of(at: float, interval: float) -> int:
        """The step that a moment (epoch s) belongs to."""
        return int(at // (max(1.0, interval) * INTERVALS))

    @staticmethod
    def _number(snapshot: Snapshot, name: str) -> Number | None:
        metric = metric_named(name)
        return None if metric is None else number_of(snapshot.figures, metric)
