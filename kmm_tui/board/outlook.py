"""A look ahead, from the last minutes: when a figure crosses its limit, and whether the queue empties, at this pace.

Both say nothing where the numbers are too few or too restless to say it from. How often they come true is measured
against the simulated contact centre, whose future is known: `tests/outlook/table.py`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from statistics import median

from kmm_tui.board.lately import Point
from kmm_tui.board.limits import Bounds
from kmm_tui.board.severity import Severity

REACH = 360.0
"""Seconds of the past that a slope is taken from."""
HORIZON = 900.0
"""Seconds that are looked ahead at most."""
LEAST_POINTS = 6
LEAST_SPAN = 150.0
"""Seconds that the points have to span, and how many there have to be."""
CERTAIN = 0.7
"""The chance from which on something is said."""
STEADY = 1.5
"""So many times its own uncertainty a slope has to be: a wait, which grows with the clock while nobody is served."""
STEADIER = 2.5
"""The same for counts and means, which return to where they were more often than they go on."""


@dataclass(frozen=True, slots=True)
class Slope:
    """How a figure moves: `now` is its level, `rate` its change a second, `error` the standard error of that.

    `noise` is how much it strays from the line, as variance a second; `points` and `span` (seconds) tell what it was
    taken from.
    """

    now: float
    rate: float
    error: float
    noise: float
    points: int
    span: float

    def is_steady(self, times: float) -> bool:
        """Whether it moves at all: by so many times its own uncertainty."""
        return self.rate != 0 and abs(self.rate) >= times * self.error

    def chance(self, distance: float, within: float) -> float:
        """The chance, 0 to 1, of having gone `distance` (in the direction of the rate) within so many seconds.

        The figure as a random walk that drifts, and whose drift is known from `span` seconds: at the end of the time
        it is normally distributed with the variance noise * (t + t^2 / span).
        """
        spread = math.sqrt(self.noise * (within + within * within / self.span))
        ahead = abs(self.rate) * within - distance
        if spread == 0:
            return 1.0 if ahead >= 0 else 0.0
        return 0.5 * (1 + math.erf(ahead / spread / math.sqrt(2)))


@dataclass(frozen=True, slots=True)
class Crossing:
    """A figure is about to enter a level, so many seconds from now on: the likeliest, earliest and latest (or None)."""

    level: Severity
    limit: float
    seconds: float
    earliest: float
    latest: float | None
    chance: float
    slope: Slope


@dataclass(frozen=True, slots=True)
class QueueOutlook:
    """Where the queue is going: `seconds` until it is empty.

    None where it has grown, by `slope.rate` consumers a second: that says what was and nothing of what will be.
    """

    seconds: float | None
    chance: float
    slope: Slope


def slope_of(points: Sequence[Point], now: float) -> Slope | None:
    """How a figure has moved in the last `REACH` seconds before `now`; None where that is too little to tell.

    The slope is the median of the slopes between all pairs (Theil and Sen), which single odd answers do not move.
    """
    recent = [point for point in points if now - REACH <= point[0] <= now]
    if len(recent) < LEAST_POINTS:
        return None
    span = recent[-1][0] - recent[0][0]
    if span < LEAST_SPAN:
        return None
    rate = median((b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(recent, 2))
    strays = [(b[1] - a[1] - rate * (b[0] - a[0])) ** 2 for a, b in pairwise(recent)]
    noise = sum(strays) / span
    last = recent[-1]
    level = (median(y + rate * (last[0] - x) for x, y in recent) + last[1]) / 2 + rate * (now - last[0])
    return Slope(level, rate, math.sqrt(noise / span), noise, len(recent), span)


def crossing(
    points: Sequence[Point], levels: Bounds, held: Severity, now: float, steady: float = STEADY
) -> Crossing | None:
    """When a figure enters its next level at its present slope; None where nothing can be said, or not within reach.

    `held` is the level that it is at, `steady` how certain its slope has to be. Of a figure that is past its next level
    already nothing is ahead.
    """
    nexts = [(Severity.WARN, levels.warn), (Severity.CRITICAL, levels.critical)]
    ahead = [(level, value) for level, value in nexts if value is not None and level > max(held, Severity.CALM)]
    slope = slope_of(points, now) if ahead and held is not Severity.UNKNOWN else None
    if slope is None or not slope.is_steady(steady) or (slope.rate > 0) is not levels.high_is_bad:
        return None
    level, value = ahead[0]
    distance = (value - slope.now) * (1 if levels.high_is_bad else -1)
    seconds = distance / abs(slope.rate)
    if distance <= 0 or seconds > HORIZON:
        return None
    chance = slope.chance(distance, HORIZON)
    if chance < CERTAIN:
        return None
    fast, slow = abs(slope.rate) + slope.error, abs(slope.rate) - slope.error
    latest = distance / slow
    return Crossing(level, value, seconds, distance / fast, latest if latest <= 2 * HORIZON else None, chance, slope)


def queue_outlook(points: Sequence[Point], now: float) -> QueueOutlook | None:
    """Whether the queue will be empty within `HORIZON`, or has grown; None where it does neither for certain."""
    slope = slope_of(points, now)
    if slope is None or not slope.is_steady(STEADIER) or slope.now < 1:
        return None
    if slope.rate > 0:
        return QueueOutlook(None, 1.0, slope)
    seconds, chance = slope.now / -slope.rate, slope.chance(slope.now, HORIZON)
    return QueueOutlook(seconds, chance, slope) if seconds <= HORIZON and chance >= CERTAIN else None
