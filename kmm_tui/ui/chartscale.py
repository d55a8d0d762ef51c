"""Round numbers for a chart's axes: values on both sides of 0, and moments in a person's own time."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from kmm_tui.ui.braille import DOTS_DOWN

_SECOND = 1000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR

DURATION_STEPS: tuple[float, ...] = tuple(
    [_SECOND * each for each in (1, 2, 5, 10, 15, 30)]
    + [_MINUTE * each for each in (1, 2, 5, 10, 15, 30)]
    + [_HOUR * each for each in (1, 2, 3, 6, 12, 24, 48, 96, 240, 480, 1200)]
)
"""Distances between marks that read well on an axis of milliseconds."""

_TIME_STEPS = tuple([_MINUTE * each for each in (1, 2, 5, 10, 15, 30)] + [_HOUR * each for each in (1, 2, 3, 4, 6, 12)])
_DAY_STEPS = (1, 2, 7, 14, 28, 91, 182, 364)
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


LIMIT_IN_REACH = 0.6
"""From this part of a limit on, the data bring the limit into the picture."""


@dataclass(frozen=True, slots=True)
class ValueScale:
    """Where values stand, in dots from the top, over `height` cells; `marks` are the round values on the axis."""

    marks: tuple[float, ...]
    height: int

    @property
    def bottom(self) -> float:
        """The lowest value that has a place of its own."""
        return self.marks[0]

    @property
    def top(self) -> float:
        """The highest value that has a place of its own."""
        return self.marks[-1]

    def holds(self, value: float) -> bool:
        """Whether `value` lies on the scale."""
        return self.bottom <= value <= self.top

    def dot(self, value: float) -> int:
        """The row of dots of `value`, 0 at the top; what is beyond the scale sticks to its edge."""
        share = (value - self.bottom) / (self.top - self.bottom)
        return round((1 - max(0.0, min(share, 1.0))) * (self.height * DOTS_DOWN - 1))

    def row(self, value: float) -> int:
        """The row of cells of `value`, 0 at the top."""
        return self.dot(value) // DOTS_DOWN


def reach(lowest: float, highest: float, limits: Iterable[float]) -> tuple[float, float]:
    """The range of values to show: from 0 or below to 0 or above, with each limit that the data have come near to."""
    bottom, top = min(0.0, lowest), max(0.0, highest)
    for limit in limits:
        if limit > 0 and highest >= limit * LIMIT_IN_REACH:
            top = max(top, limit)
        elif limit < 0 and lowest <= limit * LIMIT_IN_REACH:
            bottom = min(bottom, limit)
    return bottom, top


def value_marks(
    highest: float, most: int, steps: Sequence[float] | None = None, whole: bool = False, lowest: float = 0.0
) -> list[float]:
    """Marks from the last round one at or below `lowest` to the first at or above `highest`, with 0 among them.

    There are two at least and `most` at most, which is 2 or more, and 3 or more with values on both sides of 0. Their
    distance is one of `steps`, otherwise 1, 2 or 5 times a power of ten; a `whole` one is not under 1. With nothing
    but 0 the axis still has a height, so that a line at 0 is seen to be at 0.
    """
    above, below = max(0.0, highest), max(0.0, -lowest)
    above, below = (each if each > 1e-9 else 0.0 for each in (above, below))
    if not above and not below:
        above = 1.0
    step, up, down = next(
        (step, up, down)
        for step in _steps((above + below) / max(1, most - 1), steps, whole)
        if (up := math.ceil(above / step - 1e-9)) + (down := math.ceil(below / step - 1e-9)) < max(most, 2)
    )
    return [step * index for index in range(-down, max(up, 1 - down) + 1)]


def _steps(rough: float, steps: Sequence[float] | None, whole: bool) -> Iterator[float]:
    """Round distances from `rough` up."""
    least = max(1.0, rough) if whole else rough
    for step in steps or ():
        if step >= rough * (1 - 1e-9):
            yield max(1.0, step) if whole else step
    power = 10.0 ** math.floor(math.log10(least))
    while True:
        for each in (1, 2, 5):
            if each * power >= least * (1 - 1e-9):
                yield each * power
        power *= 10


def time_marks(start_ms: int, end_ms: int, most: int, zone: tzinfo | None = None) -> list[tuple[int, str]]:
    """At most `most` round moments (epoch ms) from `start_ms` to `end_ms`, with their labels in `zone`.

    `zone` None is the machine's own. Labels are `14:05`, and `3 Nov` at midnight or where only days are told.
    """
    span = end_ms - start_ms
    if span <= 0 or most < 1:
        return []
    for step in _TIME_STEPS:
        if span / step <= most + 1:
            marks = list(_clock_marks(start_ms, end_ms, step, zone))
            if len(marks) <= most:
                return marks
    for days in _DAY_STEPS:
        if span / (days * _DAY) <= most + 1:
            marks = list(day_marks(start_ms, end_ms, days, zone))
            if len(marks) <= most:
                return marks
    return []


def local_moment(moment_ms: int, zone: tzinfo | None) -> datetime:
    """An epoch moment (ms) on the clock of `zone`; None is the machine's own."""
    return datetime.fromtimestamp(moment_ms / 1000, UTC).astimezone(zone)


def day_text(day: date) -> str:
    """A day with its weekday, the same under any locale: `Thu 19 Nov`."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def _label(local: datetime) -> str:
    if local.hour or local.minute:
        return f"{local:%H:%M}"
    return f"{local.day} {_MONTHS[local.month - 1]}"


def _clock_marks(start_ms: int, end_ms: int, step: int, zone: tzinfo | None) -> Iterator[tuple[int, str]]:
    # Every zone's offset is a multiple of a quarter of an hour, so round local times are found on that raster.
    raster = math.gcd(step, 15 * _MINUTE)
    for moment in range(-(-start_ms // raster) * raster, end_ms + 1, raster):
        local = local_moment(moment, zone)
        if (local.hour * 60 + local.minute) * _MINUTE % step == 0:
            yield moment, _label(local)


def day_marks(start_ms: int, end_ms: int, days: int, zone: tzinfo | None) -> Iterator[tuple[int, str]]:
    """The local midnights from `start_ms` to `end_ms` (epoch ms), one in so many `days`, with labels as `3 Nov`."""
    day = local_moment(start_ms, zone).date()
    last = local_moment(end_ms, zone).date()
    while day <= last:
        # Counted from a fixed day, so that the marks do not jump as the window moves.
        if day.toordinal() % days == 0:
            midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
            moment = int(midnight.timestamp() * 1000)
            if start_ms <= moment <= end_ms:
                yield moment, f"{day.day} {_MONTHS[day.month - 1]}"
        day += timedelta(days=1)
