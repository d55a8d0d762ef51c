"""How old is what is shown, and why: one pure function, and the words for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

LATE_AFTER = 2
"""Intervals without an answer after which a figure is late."""
STALE_AFTER = 5
"""Intervals without an answer after which it is stale."""
GONE_AFTER = 20
"""Intervals without an answer after which its value is not shown any more, though not before `GONE_LEAST`."""
GONE_LEAST = 600.0
"""Seconds for which a value is shown at least, as stale, however short the interval."""


class Age(Enum):
    """The state of a figure by its age alone."""

    AWAITED = "…"
    """Never answered yet."""
    LIVE = "LIVE"
    LATE = "LATE"
    STALE = "STALE"
    """To be drawn dimmed, without colour."""
    GONE = "--"
    """To be drawn without its value."""
    PAST = "PAST"
    """About a time that is over: it neither is live nor grows old."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the last attempt failed. `word` is one of AUTH, DENIED, THROTTLED, OFFLINE, SERVER, GARBLED, EMPTY? ..."""

    word: str
    message: str
    at: float


@dataclass(frozen=True, slots=True)
class Freshness:
    """An age in words and seconds, with the reason and the time of the next try (epoch s) where something is wrong."""

    age: Age
    seconds: float | None
    trouble: Trouble | None = None
    next_try: float | None = None

    @property
    def is_live(self) -> bool:
        """Whether nothing at all is wrong."""
        return self.age is Age.LIVE and self.trouble is None

    @property
    def is_dim(self) -> bool:
        """Whether values are to be drawn without colour."""
        return self.age in (Age.STALE, Age.GONE, Age.AWAITED)

    @property
    def word(self) -> str:
        """The one word for it: the reason if there is one, else the age."""
        return self.trouble.word if self.trouble else self.age.value


def freshness(
    last_good: float | None,
    interval: float,
    now: float,
    trouble: Trouble | None = None,
    next_try: float | None = None,
) -> Freshness:
    """The freshness at `now` of an answer asked for at `last_good` (epoch s), polled every `interval` seconds.

    A clock that jumped backwards makes an answer of the future: it counts as new, never as negative age.
    """
    if last_good is None:
        return Freshness(Age.AWAITED, None, trouble, next_try)
    seconds = max(0.0, now - last_good)
    late, stale, gone = _ends(interval)
    if seconds > gone:
        age = Age.GONE
    elif seconds > stale:
        age = Age.STALE
    elif seconds > late:
        age = Age.LATE
    else:
        age = Age.LIVE
    return Freshness(age, seconds, trouble, next_try)


def age_until(last_good: float, interval: float, now: float) -> float:
    """Until when (epoch s) an answer keeps the age that it has at `now`; arguments as of `freshness`."""
    return next((max(now, last_good + end) for end in _ends(interval) if now - last_good <= end), math.inf)


def _ends(interval: float) -> tuple[float, float, float]:
    """Seconds for which an answer is live, is late at most, and is shown at all."""
    return LATE_AFTER * interval, STALE_AFTER * interval, max(GONE_AFTER * interval, GONE_LEAST)
