"""Round numbers for a chart's axes: values from 0 up, and moments in a person's own time."""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

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
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def value_marks(highest: float, most: int, steps: Sequence[float] | None = None, whole: bool = False) -> list[float]:
    """Marks from 0 to the first round one at or above `highest`: two at least, `most` (2 or more) at most.

    Their distance is one of `steps`, otherwise 1, 2 or 5 times a power of ten; a `whole` one is not under 1. With
    nothing above 0 the axis still has a height, so that a line at 0 is seen to be at 0.
    """
    rough = (highest if highest > 1e-9 else 1.0) / max(1, most - 1)
    step = next((each for each in steps or () if each >= rough * (1 - 1e-9)), None)
    if step is None:
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(each * power for each in (1, 2, 5, 10) if each * power >= rough * (1 - 1e-9))
    if whole:
        step = max(1.0, step)
    count = max(1, math.ceil(highest / step - 1e-9))
    return [step * index for index in range(count + 1)]


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
            marks = list(_day_marks(start_ms, end_ms, days, zone))
            if len(marks) <= most:
                return marks
    return []


def _local(moment_ms: int, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).astimezone(zone)


def _label(local: datetime) -> str:
    if local.hour or local.minute:
        return f"{local:%H:%M}"
    return f"{local.day} {_MONTHS[local.month - 1]}"


def _clock_marks(start_ms: int, end_ms: int, step: int, zone: tzinfo | None) -> Iterator[tuple[int, str]]:
    # Every zone's offset is a multiple of a quarter of an hour, so round local times are found on that raster.
    raster = math.gcd(step, 15 * _MINUTE)
    for moment in range(-(-start_ms // raster) * raster, end_ms + 1, raster):
        local = _local(moment, zone)
        if (local.hour * 60 + local.minute) * _MINUTE % step == 0:
            yield moment, _label(local)


def _day_marks(start_ms: int, end_ms: int, days: int, zone: tzinfo | None) -> Iterator[tuple[int, str]]:
    day = _local(start_ms, zone).date()
    last = _local(end_ms, zone).date()
    while day <= last:
        # Counted from a fixed day, so that the marks do not jump as the window moves.
        if day.toordinal() % days == 0:
            midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
            moment = int(midnight.timestamp() * 1000)
            if start_ms <= moment <= end_ms:
                yield moment, f"{day.day} {_MONTHS[day.month - 1]}"
        day += timedelta(days=1)
