"""Windows of time, and what the API allows of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from kmm_tui.api.errors import LimitExceeded
from kmm_tui.metrics import Method

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

WIDEST = DAY
"""The widest window of every method, ms."""
KEPT = {Method.METRICS: 14 * DAY, Method.AGENT_VIEW: 14 * DAY, Method.HISTORICAL: DAY}
"""How far back each method's data reaches, ms."""
MOST_POINTS = 100
"""The most points that one historical answer may hold."""

_DURATION = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII)


def parse_duration(text: str) -> int:
    """Milliseconds of hours, minutes and seconds, each a whole number with its unit, in that order.

    Raises `ValueError` with one line that says how to write it.

    >>> parse_duration("1h30m")
    5400000
    """
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None or not any(match.groups()):
        raise ValueError('not a length of time; write a number and its unit, such as "30s", "5m" or "1h"')
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * HOUR + minutes * MINUTE + seconds * SECOND


def format_duration(ms: int) -> str:
    """The shortest way to write a whole number of seconds that `parse_duration` reads.

    >>> format_duration(5_400_000), format_duration(30_000)
    ('1h30m', '30s')
    """
    hours, rest = divmod(round(ms / SECOND) * SECOND, HOUR)
    minutes, seconds = divmod(rest // SECOND, 60)
    parts = ((hours, "h"), (minutes, "m"), (seconds, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


def floor_minute(ms: int) -> int:
    """The whole minute at or before `ms`."""
    return ms - ms % MINUTE


def ceil_minute(ms: int) -> int:
    """The whole minute at or after `ms`."""
    return -floor_minute(-ms)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """From `start` to `end`, both included, epoch ms UTC. The server rounds outwards to whole minutes."""

    start: int
    end: int

    @classmethod
    def last(cls, duration: int, now: int) -> Self:
        """The `duration` ms up to `now`, so that the server's rounding to whole minutes makes exactly that width."""
        return cls(ceil_minute(now) - duration, now)

    @property
    def width(self) -> int:
        """Its width after the server's rounding, ms."""
        return ceil_minute(self.end) - floor_minute(self.start)

    def check(self, method: Method, now: int) -> None:
        """Raises `LimitExceeded` for a window that `method` cannot answer at the moment `now` (epoch ms)."""
        if self.end <= self.start:
            raise LimitExceeded("the window ends before it begins", "give an end that lies after the start")
        if self.start > now:
            raise LimitExceeded("the window lies in the future", "ask for one that has begun")
        if self.end - self.start > WIDEST:
            raise LimitExceeded(
                f"the window is {format_duration(self.width)} wide and the API answers at most 24h at once",
                "ask for 24h or less, several times if need be",
            )
        if self.start < floor_minute(now) - KEPT[method]:
            kept = "24 hours" if KEPT[method] == DAY else f"{KEPT[method] // DAY} days"
            raise LimitExceeded(
                f"the window begins before what the {method.value} method keeps, which is {kept}",
                f"ask for a window within the last {kept}",
            )
