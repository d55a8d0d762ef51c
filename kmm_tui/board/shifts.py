"""Shifts by name: when one is running, across midnight and on days on which clocks change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta, tzinfo

from kmm_tui.board.localtime import local, moment

EVERY_DAY = frozenset(range(7))
_LOOK_BACK = 15
"""Days: two weeks, so that a weekly shift is found though clocks skip it once."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift. `days` are the weekdays on which it begins, Monday 0.

    One that ends at or before its begin by the clock ends on the next day: equal times are a whole day. `zone` None is
    that of the board.
    """

    name: str
    begins: time
    ends: time
    days: frozenset[int] = EVERY_DAY
    zone: tzinfo | None = None

    def on(self, day: date, zone: tzinfo | None = None) -> tuple[int, int] | None:
        """From when to when it runs if it begins on `day`; None on other weekdays, or where clocks skip all of it."""
        if day.weekday() not in self.days:
            return None
        zone = self.zone or zone
        last = day if self.ends > self.begins else day + timedelta(1)
        start, end = moment(day, self.begins, zone), moment(last, self.ends, zone)
        return (start, end) if start < end else None


def running(shift: Shift, now_ms: int, zone: tzinfo | None = None) -> tuple[int, int] | None:
    """Begin and end of the shift that is running at `now_ms`, None if it is not. `zone` is that of the board."""
    last = last_run(shift, now_ms, zone)
    return last if last and now_ms < last[1] else None


def last_start(shift: Shift, now_ms: int, zone: tzinfo | None = None) -> int | None:
    """When it last began, at or before `now_ms`; None for a shift that has no days."""
    last = last_run(shift, now_ms, zone)
    return last[0] if last else None


def last_run(shift: Shift, now_ms: int, zone: tzinfo | None = None) -> tuple[int, int] | None:
    """Begin and end of the last one that has begun at or before `now_ms`; None for a shift that has no days."""
    return next((run for run in _runs(shift, now_ms, zone) if run[0] <= now_ms), None)


def _runs(shift: Shift, now_ms: int, zone: tzinfo | None) -> Iterator[tuple[int, int]]:
    """The shift of today and of the days before, the latest first."""
    today = local(now_ms, shift.zone or zone).date()
    for ago in range(_LOOK_BACK):
        run = shift.on(today - timedelta(ago), zone)
        if run:
            yield run
