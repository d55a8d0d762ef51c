"""The rate limit of an account: a bucket of tokens, refilled steadily."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from kmm_tui.simulator.http_refusal import Refusal


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests that are let through: ``per_second`` in the long run, ``burst`` at once. Both over 0."""

    per_second: float = 20.0
    burst: int = 60

    def __post_init__(self) -> None:
        if self.per_second <= 0 or self.burst < 1:
            raise ValueError("a rate must be over 0 a second, with a burst of at least 1")


class Bucket:
    """One account's tokens. ``clock`` gives seconds."""

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._tokens = float(rate.burst)
        self._filled = clock()

    def take(self) -> None:
        """Take one token. Raises a refusal with 429 whose ``Retry-After`` is the whole seconds until there is one."""
        now = self._clock()
        self._tokens = min(float(self._rate.burst), self._tokens + max(0.0, now - self._filled) * self._rate.per_second)
        self._filled = now
        if self._tokens < 1:
            wait = max(1, math.ceil((1 - self._tokens) / self._rate.per_second))
            raise Refusal(429, "throttled", "too many requests", {"Retry-After": str(wait)})
        self._tokens -= 1
