"""How fast one account is asked: smoothly, never in bursts, slower at once after a 429, faster again only slowly.

aiolimiter would do the smooth part, but on the loop's own clock and at one fixed rate; this one changes its rate with
what the server says, on the clock that everything else here runs on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from kmm_tui.api.errors import Throttled
from kmm_tui.api.wire import Exchange
from kmm_tui.feed.clock import Clock

AT_ONCE = 4
"""The most calls under way at one time."""
FASTEST = 5.0
"""Calls a second, unless the settings say otherwise: the vendor publishes no figure."""
SLOWEST = 1 / 60
LONGEST_SILENCE = 600.0
"""Seconds: a `Retry-After` above this is not believed."""
LEAST_SILENCE = 1.0
QUIET = 60.0
"""Seconds without a 429 after which the rate is raised by a step."""
STEP = 0.1
"""A step, as a part of the fastest rate."""


@dataclass(frozen=True, slots=True)
class PaceState:
    """What is worth remembering over a restart. Rate in calls a second, moments in epoch seconds."""

    rate: float
    silent_until: float = 0.0
    changed_at: float = 0.0


class Pace:
    """The limiter of one account. `remember` hears of every change, so that a restart does not forget a 429."""

    def __init__(
        self,
        clock: Clock,
        fastest: float = FASTEST,
        *,
        recalled: PaceState | None = None,
        remember: Callable[[PaceState], None] | None = None,
    ) -> None:
        self._clock = clock
        self._fastest = fastest
        self._remember = remember
        self._state = _sane(recalled, fastest, clock.now()) if recalled else PaceState(fastest)
        self._halved_at = 0.0
        self._last = 0.0
        self._line = asyncio.Lock()
        self._slots = asyncio.Semaphore(AT_ONCE)

    @property
    def state(self) -> PaceState:
        """The rate, and until when there has to be silence."""
        return self._state

    @property
    def is_slowed(self) -> bool:
        """Whether a 429 still has its effect."""
        return self._state.rate < self._fastest

    def place(self) -> AbstractAsyncContextManager[object]:
        """Around one call: waits until fewer than `AT_ONCE` are under way."""
        return self._slots

    def heard(self, exchange: Exchange) -> None:
        """Takes note of how a call went."""
        now = self._clock.now()
        state = self._settled(now)
        quiet = now - max(state.changed_at, state.silent_until)
        if exchange.status == 429:
            silence = min(max(exchange.retry_after or 0.0, LEAST_SILENCE), LONGEST_SILENCE)
            # Calls that were under way when the rate was halved tell nothing new by failing as well.
            again = exchange.cost.asked_at / 1000 <= self._halved_at <= now
            if not again:
                self._halved_at = now
            rate = state.rate if again else max(SLOWEST, state.rate / 2)
            self._change(PaceState(rate, max(state.silent_until, now + silence), now))
        elif exchange.status and state.rate < self._fastest and quiet >= QUIET:
            self._change(PaceState(_raised(state.rate, quiet, self._fastest), state.silent_until, now))

    async def turn(self) -> None:
        """Waits for the next turn to ask. Raises `Throttled`, at once, while there has to be silence."""
        self._keep_silence()
        async with self._line:
            # One after the other: each waits for no longer than one distance, whatever the clock does meanwhile.
            self._keep_silence()
            distance = 1 / self._state.rate
            wait = min(self._last + distance - self._clock.now(), distance)
            if wait > 0:
                await self._clock.sleep(wait)
                self._keep_silence()
            self._last = self._clock.now()

    def _keep_silence(self) -> None:
        now = self._clock.now()
        left = self._settled(now).silent_until - now
        if left > 0:
            raise Throttled(
                f"the account was asked too often and is left in peace for {left:.0f} s",
                "poll less, or watch less",
                retry_after=left,
            )

    def _settled(self, now: float) -> PaceState:
        """The state, put right where the clock has jumped back and it lies in what is now the future."""
        state = self._state
        if state.changed_at > now:
            state = replace(state, changed_at=now)
        if state.silent_until > now + LONGEST_SILENCE:
            state = replace(state, silent_until=0.0)
        self._state = state
        return state

    def _change(self, state: PaceState) -> None:
        self._state = state
        if self._remember:
            self._remember(state)


def _sane(recalled: PaceState, fastest: float, now: float) -> PaceState:
    """What was remembered, with what has been earned back since: a step for each quiet minute."""
    quiet = max(0.0, now - max(recalled.changed_at, recalled.silent_until))
    rate = _raised(max(SLOWEST, recalled.rate), quiet, fastest)
    return PaceState(rate, recalled.silent_until if recalled.silent_until - now <= LONGEST_SILENCE else 0.0, now)


def _raised(rate: float, quiet: float, fastest: float) -> float:
    """`rate` after so many `quiet` seconds: a step for each whole minute."""
    return min(fastest, rate + STEP * fastest * (quiet // QUIET))
