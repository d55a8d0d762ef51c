"""What asking costs: calls a minute, answer times, bytes and refusals of the last hour."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, replace
from itertools import takewhile

from kmm_tui.api.wire import Exchange
from kmm_tui.board.meter import Reading
from kmm_tui.feed.clock import Clock

HOUR = 3600.0
RECENT = 300.0
"""Seconds over which calls a minute are counted."""
MOST = 40_000
"""Exchanges kept at most: an hour of the usual pace twice over, some minutes of the fastest that can be set."""


@dataclass(frozen=True, slots=True)
class _Call:
    at: float
    status: int
    took: float
    received: int


class Meter:
    """Counts the exchanges of one account. It forgets what is older than an hour."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = self._seen = clock.now()
        self._calls: deque[_Call] = deque(maxlen=MOST)
        self.totals: Counter[int] = Counter()
        """Calls since the start by HTTP status; 0 had no answer."""
        self._hour: Reading | None = None

    def note(self, exchange: Exchange) -> None:
        """One exchange has ended."""
        cost = exchange.cost
        self.totals[exchange.status] += 1
        self._calls.append(_Call(self._now(), exchange.status, cost.took, cost.received))
        self._hour = None
        self._forget()

    def _forget(self) -> None:
        now = self._now()
        while self._calls and self._calls[0].at < now - HOUR:
            self._calls.popleft()
            self._hour = None

    def reading(self, budget: float, refresh_calls: int) -> Reading:
        """The meter now. `budget` in calls a minute; `refresh_calls` is what one refresh of the present view costs."""
        now = self._now()
        self._forget()
        if self._hour is None:
            self._hour = self._counted()
        recent = sum(1 for _ in takewhile(lambda call: call.at >= now - RECENT, reversed(self._calls)))
        minutes = max(1.0, min(RECENT, now - self._began) / 60)
        return replace(self._hour, per_minute=recent / minutes, budget=budget, refresh_calls=refresh_calls)

    def _counted(self) -> Reading:
        """What is counted over the hour: asked for each second, and another one with a call."""
        answered = [call.took for call in self._calls if call.status]
        return Reading(
            per_minute=0.0,
            budget=0.0,
            refresh_calls=0,
            throttled=sum(1 for call in self._calls if call.status == 429),
            failed=sum(1 for call in self._calls if call.status != 200),
            calls=len(self._calls),
            mean_seconds=sum(answered) / len(answered) if answered else None,
            worst_seconds=max(answered, default=None),
            received=sum(call.received for call in self._calls),
        )

    def _now(self) -> float:
        """The time; where the clock has jumped back, everything before moves along with it."""
        now = self._clock.now()
        if now < self._seen:
            back = self._seen - now
            self._began -= back
            self._calls = deque((replace(call, at=call.at - back) for call in self._calls), maxlen=MOST)
        self._seen = now
        return now
