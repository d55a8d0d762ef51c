"""A line of any metric from what this machine has recorded, with that of a week earlier."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Protocol

from kmm_tui.api.window import Window
from kmm_tui.board.derived import DERIVED, inputs_of
from kmm_tui.board.localtime import moved
from kmm_tui.board.scope import Scope
from kmm_tui.metrics import Kind, Metric
from kmm_tui.ui.readout import Point

Fits = Callable[[Window], bool]
"""Whether what was counted over a window belongs to a line; called in another thread."""
POINTS = 300
"""More than there are dots across most terminals."""
A_WEEK = 7


class Lines(Protocol):
    """What has a line of every metric that was ever asked for on this machine."""

    async def series(
        self, scope: Scope, name: str, start_ms: int, end_ms: int, points: int, fits: Fits | None
    ) -> list[tuple[int, float | None]]:
        """At most `points` values between two moments (epoch ms), oldest first; None follows the last before a gap.

        With `fits` only what was counted over such windows.
        """
        ...


@dataclass(frozen=True, slots=True)
class RecordedLine:
    """What was recorded from `start` to `end`, epoch ms; `before` is of a week earlier, moved to the same times."""

    start: int
    end: int
    points: tuple[Point, ...]
    before: tuple[Point, ...]

    @property
    def is_known(self) -> bool:
        """Whether anything at all was recorded in that time."""
        return is_known(self.points) or is_known(self.before)


def is_known(points: Sequence[Point]) -> bool:
    """Whether there is a value among them."""
    return any(value is not None and math.isfinite(value) for _, value in points)


async def read_line(
    lines: Lines, scope: Scope, metric: Metric, start: int, end: int, zone: tzinfo | None, fits: Fits
) -> RecordedLine:
    """Reads the line of `metric`, of the catalogue or derived, between two moments, epoch ms.

    Of a by-time metric only what was counted over windows that `fits`: a person, or another board, may have had others.
    A week earlier is meant by the clock of `zone`, so that days on which it is changed stay comparable.
    """
    by = end - moved(end, -A_WEEK, zone)
    wanted = fits if metric.kind is Kind.BY_TIME else None
    points = await _points(lines, scope, metric, start, end, wanted)
    before = await _points(lines, scope, metric, start - by, end - by, wanted)
    return RecordedLine(start, end, points, tuple((at + by, value) for at, value in before))


async def _points(
    lines: Lines, scope: Scope, metric: Metric, start: int, end: int, fits: Fits | None
) -> tuple[Point, ...]:
    found = [await lines.series(scope, name, start, end, POINTS, fits) for name in inputs_of(metric.name)]
    derived = DERIVED.get(metric.name)
    if derived is None:
        return tuple(found[0])
    # Inputs come in the same answers, so they have the same moments; where one is missing nothing can be computed.
    inputs = [dict(each) for each in found]
    points: list[Point] = []
    for at in sorted(set().union(*inputs)):
        values = [value for each in inputs if (value := each.get(at)) is not None]
        usable = len(values) == len(inputs) and min(values) >= 0
        points.append((at, derived.compute(values) if usable else None))
    return tuple(points)
