"""An account may know fewer metrics than the catalogue. Which ones it refuses is found out, and then not asked for.

A refusal that names a metric settles it. One that names none is settled by halving: ask for each half of the metrics,
and for the halves of those that are refused, down to the ones to blame.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from kmm_tui.api.errors import RequestRefused
from kmm_tui.feed.clock import Clock
from kmm_tui.feed.memory import Memory
from kmm_tui.metrics import BY_NAME, Method

THING = "refused-metrics"
DAY = 86_400
MOST_PROBES = 40
"""Calls that finding the refused metrics may take, before the first refusal is passed on as it is."""

_Answer = TypeVar("_Answer")
Ask = Callable[[tuple[str, ...]], Awaitable[_Answer]]
"""Asks for metrics by their request names."""


class Offered:
    """What one account refuses, by method, for a day: then it is asked again, in case it has learnt."""

    def __init__(self, clock: Clock, memory: Memory) -> None:
        self._clock = clock
        self._memory = memory
        self._locks = {method: asyncio.Lock() for method in Method}
        self._day = self._today()
        self._refused: dict[Method, frozenset[str]] = self._recalled(memory.recall(THING))

    def refused(self, method: Method) -> frozenset[str]:
        """The request names that this account refuses today."""
        if self._day != self._today():
            self._day, self._refused = self._today(), {}
        return self._refused.get(method, frozenset())

    async def ask(self, method: Method, names: tuple[str, ...], ask: Ask[_Answer]) -> _Answer:
        """`ask` for those of `names` that are not refused. Raises what `ask` raises where no metric is to blame."""
        wanted = self._left(method, names)
        try:
            return await ask(wanted)
        except RequestRefused as refusal:
            if refusal.status != 400:
                raise
            async with self._locks[method]:
                if (left := self._left(method, names)) == wanted:
                    # Nobody has found out meanwhile.
                    blamed = await self._blame(wanted, ask, refusal)
                    self._refuse(method, blamed)
                    left = self._left(method, names)
            return await ask(left)

    async def _blame(self, names: tuple[str, ...], ask: Ask[Any], refusal: RequestRefused) -> frozenset[str]:
        named = frozenset(name for name in names if _names(refusal.said, name))
        if named and len(named) < len(names):
            return named
        probes = 0

        async def sift(part: tuple[str, ...]) -> frozenset[str]:
            nonlocal probes
            probes += 1
            if probes > MOST_PROBES:
                raise refusal
            try:
                await ask(part)
            except RequestRefused as error:
                if error.status != 400:
                    raise
                if len(part) == 1:
                    return frozenset(part)
            else:
                return frozenset()
            middle = len(part) // 2
            return await sift(part[:middle]) | await sift(part[middle:])

        middle = len(names) // 2
        if middle == 0:
            raise refusal
        blamed = await sift(names[:middle]) | await sift(names[middle:])
        if not blamed or len(blamed) == len(names):
            # Each metric is refused, or none is by itself: it was something else in the request.
            raise refusal
        return blamed

    def _left(self, method: Method, names: tuple[str, ...]) -> tuple[str, ...]:
        refused = self.refused(method)
        return tuple(name for name in names if name not in refused)

    def _refuse(self, method: Method, names: frozenset[str]) -> None:
        self._refused[method] = self.refused(method) | names
        refused = {each.value: sorted(found) for each, found in self._refused.items()}
        self._memory.remember(THING, {"day": self._day, "refused": refused})

    def _recalled(self, kept: Any) -> dict[Method, frozenset[str]]:
        if not isinstance(kept, dict) or kept.get("day") != self._day or not isinstance(kept.get("refused"), dict):
            return {}
        methods = {method.value: method for method in Method}
        return {
            methods[key]: frozenset(name for name in names if name in BY_NAME)
            for key, names in kept["refused"].items()
            if key in methods and isinstance(names, list)
        }

    def _today(self) -> int:
        return int(self._clock.now() // DAY)


def _names(said: str, name: str) -> bool:
    """Whether a server's words name the metric, by its request name or its response field."""
    words = {name, BY_NAME[name].field} if name in BY_NAME else {name}
    return any(re.search(rf"(?<![A-Za-z0-9_]){re.escape(word)}(?![A-Za-z0-9_])", said) for word in words)
