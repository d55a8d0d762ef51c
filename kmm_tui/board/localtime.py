"""Moments on a wall clock: dates and times of a zone, safe on the days on which clocks change.

A zone is a `tzinfo`, or None for the machine's own. Moments are epoch ms. A time that clocks show twice is the first of
the two; a time that they skip is moved forward by as much as they skip.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MIDNIGHT = time()


def local(ms: int, zone: tzinfo | None) -> datetime:
    """What a wall clock in `zone` shows at `ms`; without a zone of its own where `zone` is None."""
    return datetime.fromtimestamp(ms / 1000, zone)


def moment(day: date, clock: time, zone: tzinfo | None) -> int:
    """When it is `clock` on `day` in `zone`."""
    return round(datetime.combine(day, clock.replace(fold=0), zone).timestamp() * 1000)


def moved(ms: int, days: int, zone: tzinfo | None) -> int:
    """The moment at which clocks in `zone` show the same as at `ms`, that many local days later."""
    if not days:
        return ms
    shown = local(ms, zone)
    return moment(shown.date() + timedelta(days), shown.time(), zone)


def shows_same(ms: int, other: int, zone: tzinfo | None) -> bool:
    """Whether wall clocks in `zone` show the same time of day at both moments."""
    return local(ms, zone).time() == local(other, zone).time()


def day_start(ms: int, zone: tzinfo | None, days: int = 0) -> int:
    """When the local day that lies `days` after that of `ms` begins: its first moment, where midnight is skipped."""
    return moment(local(ms, zone).date() + timedelta(days), MIDNIGHT, zone)


def clock_text(ms: int, zone: tzinfo | None) -> str:
    """``10:05``."""
    return f"{local(ms, zone):%H:%M}"


def day_text(ms: int, zone: tzinfo | None) -> str:
    """``20 Nov``; in English whatever the machine's language is."""
    shown = local(ms, zone)
    return f"{shown.day} {MONTHS[shown.month - 1]}"


def moment_text(ms: int, zone: tzinfo | None) -> str:
    """``20 Nov 10:05``."""
    return f"{day_text(ms, zone)} {clock_text(ms, zone)}"


def range_text(start: int, end: int, zone: tzinfo | None) -> str:
    """``20 Nov 10:00–11:30``, ``20 Nov 22:00–21 Nov 06:00``, or ``20 Nov`` for a whole local day."""
    next_day = day_start(start, zone, 1)
    if end == next_day:
        whole = start == day_start(start, zone)
        return day_text(start, zone) if whole else f"{moment_text(start, zone)}–24:00"
    until = clock_text(end, zone) if end < next_day else moment_text(end, zone)
    return f"{moment_text(start, zone)}–{until}"
