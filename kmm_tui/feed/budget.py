"""What one account may be asked, and what it is: the pace, the meter, and the memory of both over a restart."""

from __future__ import annotations

import math
from dataclasses import asdict

from kmm_tui.api.number import number
from kmm_tui.api.wire import Exchange
from kmm_tui.board.meter import Reading
from kmm_tui.feed.clock import Clock
from kmm_tui.feed.log import log_exchange
from kmm_tui.feed.memory import Memory
from kmm_tui.feed.meter import Meter
from kmm_tui.feed.pacing import FASTEST, Pace, PaceState

THING = "pace"
SHARE = 0.8
"""The part of the pace that polling plans to use: signing in and retries need some as well."""
STRETCH_STEP = 5.0
"""Seconds: a stretched interval is a multiple of this."""


class Budget:
    """Hand `pace` to the client as its gate and `heard` as its observer; `fastest` is in calls a second."""

    def __init__(self, clock: Clock, memory: Memory | None = None, fastest: float = FASTEST) -> None:
        self._clock = clock
        self.memory = memory or Memory(None, "")
        self.meter = Meter(clock)
        self.pace = Pace(
            clock,
            fastest,
            recalled=_recalled(self.memory.recall(THING)),
            remember=lambda state: self.memory.remember(THING, asdict(state)),
        )

    def heard(self, exchange: Exchange) -> None:
        """Takes note of a call that has ended."""
        log_exchange(exchange)
        self.meter.note(exchange)
        self.pace.heard(exchange)

    def stretched(self, interval: float, calls: int) -> float:
        """The shortest interval, in seconds and not under `interval`, at which `calls` a refresh keep the pace."""
        needed = calls / (self.pace.state.rate * SHARE)
        return interval if needed <= interval else math.ceil(needed / STRETCH_STEP) * STRETCH_STEP

    def reading(self, calls: int) -> Reading:
        """The meter now; `calls` is what one refresh of the present view costs."""
        return self.meter.reading(self.pace.state.rate * 60, calls)


def _recalled(kept: object) -> PaceState | None:
    if not isinstance(kept, dict):
        return None
    rate, silent_until, changed_at = (number(kept.get(key)) for key in ("rate", "silent_until", "changed_at"))
    return None if rate is None or rate <= 0 else PaceState(rate, silent_until or 0.0, changed_at or 0.0)
