"""Exceptions that the board outlives, as lines in the log: each at most once a minute, however often it happens."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

QUIET = 60.0
"""Seconds between two lines about the same exception."""
KNOWN = 100
"""How many different exceptions are told apart; beyond, the one that was logged longest ago is forgotten."""

logger = logging.getLogger("kmm_tui.ui")

Place = tuple[str, str, int]


def place_of(error: BaseException) -> Place:
    """The exception's kind, and the file and line that raised it: what makes it the same as another."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    code = (trace.tb_frame.f_code.co_filename, trace.tb_lineno) if trace else ("", 0)
    return (type(error).__name__, *code)


@dataclass
class _Seen:
    logged_at: float
    since: int = 0


class Mishaps:
    """`monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._seen: dict[Place, _Seen] = {}

    def note(self, error: Exception) -> None:
        """Logs `error` with where it came from, unless the same has been logged within the last minute."""
        now, place = self._monotonic(), place_of(error)
        seen = self._seen.get(place)
        if seen is None:
            if len(self._seen) >= KNOWN:
                del self._seen[min(self._seen, key=lambda each: self._seen[each].logged_at)]
            self._seen[place] = _Seen(now)
            logger.error("the board goes on after an unexpected %s", place[0], exc_info=error)
            return
        seen.since += 1
        self._settle(place, seen, now)

    def settle(self) -> None:
        """Logs the count of those that have happened again, once their minute is over. To be called now and then."""
        now = self._monotonic()
        for place, seen in self._seen.items():
            self._settle(place, seen, now)

    def _settle(self, place: Place, seen: _Seen, now: float) -> None:
        if seen.since and now - seen.logged_at >= QUIET:
            name, file, line = place
            seconds = now - seen.logged_at
            logger.error("again: %s at %s:%d, %d times in the last %.0f s", name, file, line, seen.since, seconds)
            seen.logged_at, seen.since = now, 0
