"""The local calendar of a simulated contact centre.

Whenever a world is started, its scene's hour and weekday are *now*: its time zone is chosen to make them so. Local days
are numbered from 1970-01-01. A world day begins at the scene's ``day_begins``, when the floor is swept clean.
"""

from __future__ import annotations

from typing import NamedTuple

from kmm_tui.simulator.plan import MINUTE

DAY = 24 * 60 * MINUTE
"""Milliseconds in a day."""
_QUARTER = 15 * MINUTE


class Calendar(NamedTuple):
    """``offset`` is local time less UTC, ms; ``begins`` the local time of day at which a world day begins, ms."""

    offset: int
    begins: int

    @classmethod
    def showing(cls, start: int, *, weekday: int, time: int, begins: int) -> Calendar:
        """The calendar in which `start` (epoch ms) is on this weekday (Monday 0) and time of day (ms), to 8 minutes."""
        today = start // DAY
        ahead = (weekday - weekday_of(today) + 3) % 7 - 3
        offset = (today + ahead) * DAY + time - start
        return cls(offset=round(offset / _QUARTER) * _QUARTER, begins=begins)

    def day(self, moment: int) -> int:
        """The number of the world day that `moment` (epoch ms) falls in."""
        return (moment + self.offset - self.begins) // DAY

    def start(self, day: int) -> int:
        """When that world day begins, epoch ms. It ends when the next one begins."""
        return day * DAY + self.begins - self.offset

    def midnight(self, day: int) -> int:
        """The local midnight with which the calendar day of this number begins, epoch ms."""
        return day * DAY - self.offset


def weekday_of(day: int) -> int:
    """The weekday of a local day number, Monday 0: day 0 was a Thursday."""
    return (day + 3) % 7
