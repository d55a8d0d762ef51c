"""An account may know fewer metrics than the catalogue. Which ones it refuses is found out, and then not asked for.

A refusal that names one metric is believed if the others are accepted. Any other is settled by halving: ask for each
half of the metrics, and for the halves of those that are refused, down to the ones to blame. Where both halves and a
sample of single metrics are refused, something else is to blame.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from kmm_tui.api.errors import RequestRefused, TooManyAgents
from kmm_tui.feed.clock import Clock
from kmm_tui.feed.memory import Memory
from kmm_tui.metrics import BY_NAME, Method

THING = "refused-metrics"
DAY = 86_400
SAMPLE = 8
"""Single metrics that are tried before a refusal counts as one of something else and is passed on as it is."""
FRUITLESS_FOR = 3600.0
"""Seconds for which a refusal that no metric is to blame for is not looked into again."""

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
        self._fruitless: dict[tuple[Method, tuple[str, ...], str], float] = {}

    def refused(self, method: Method) -> frozenset[str]:
        """The request names that this account refuses today."""
        if self._day != self._today():
            self._day, self._refused = self._today(), {}
        return self._refused.get(method, frozenset())

    async def ask(self, method: Method, names: tuple[str, ...], ask: Ask[_Answer]) -> _Answer:
        """`ask` for those of `names` that are not refused. Raises what `ask` raises where no metric is to blame."""
        while True:
            wanted = self._left(method, names)
            try:
                return await ask(wanted)
            except RequestRefused as refusal:
                if refusal.status != 400:
                    raise
                async with self._locks[method]:
                    # Otherwise somebody has found out meanwhile.
                    if self._left(method, names) == wanted:
                        self._refuse(method, await self._found(method, wanted, ask, refusal))

    async def _found(
        self, method: Method, names: tuple[str, ...], ask: Ask[Any], refusal: RequestRefused
    ) -> frozenset[str]:
        """Those of `names` that are to blame, one at least. Raises `refusal` where none is."""
        now = self._clock.now()
        case = (method, names, refusal.said)
        if abs(now - self._fruitless.get(case, -DAY)) < FRUITLESS_FOR:
            raise refusal
        named = tuple(name for name in names if _names(refusal.said, name))
        rest = tuple(name for name in names if name not in named)
        probes = _Probes(ask, names)
        rest_is_good = bool(named and rest) and await probes.is_accepted(rest)
        blamed: frozenset[str] = frozenset()
        if rest_is_good and len(named) == 1:
            blamed = frozenset(named)
        elif rest_is_good or await probes.is_about_metrics(names):
            blamed = await probes.sift(named) or await probes.sift(names)
        if not blamed or len(blamed) == len(names):
            self._fruitless = {**{old: at for old, at in self._fruitless.items() if old[0] is not method}, case: now}
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
            methods[key]: frozenset(name for name in names if isinstance(name, str) and name in BY_NAME)
            for key, names in kept["refused"].items()
            if key in methods and isinstance(names, list)
        }

    def _today(self) -> int:
        return int(self._clock.now() // DAY)


class _Probes:
    """Asks for parts of the metrics, for each part once; `refused` is known to be refused as a whole."""

    def __init__(self, ask: Ask[Any], refused: tuple[str, ...]) -> None:
        self._ask = ask
        self._known = {refused: False}

    async def is_accepted(self, part: tuple[str, ...]) -> bool:
        """Whether a request for just these is answered. Raises what has nothing to do with them."""
        if part not in self._known:
            try:
                await self._ask(part)
            except TooManyAgents:
                self._known[part] = True
            except RequestRefused as error:
                if error.status != 400:
                    raise
                self._known[part] = False
            else:
                self._known[part] = True
        return self._known[part]

    async def is_about_metrics(self, names: tuple[str, ...]) -> bool:
        """Whether any part of the metrics is accepted: a half, or one of a sample from all over the list."""
        middle = len(names) // 2
        if middle == 0:
            return False
        step = max(1.0, len(names) / SAMPLE)
        sample = [(names[int(place * step)],) for place in range(min(SAMPLE, len(names)))]
        for part in (names[:middle], names[middle:], *sample):
            if await self.is_accepted(part):
                return True
        return False

    async def sift(self, part: tuple[str, ...]) -> frozenset[str]:
        """Those of `part` that are refused."""
        if not part or await self.is_accepted(part):
            return frozenset()
        if len(part) == 1:
            return frozenset(part)
        middle = len(part) // 2
        return await self.sift(part[:middle]) | await self.sift(part[middle:])


def _names(said: str, name: str) -> bool:
    """Whether a server's words name the metric, by its request name or its response field."""
    words = {name, BY_NAME[name].field} if name in BY_NAME else {name}
    return any(re.search(rf"(?<![A-Za-z0-9_]){re.escape(word)}(?![A-Za-z0-9_])", said) for word in words)
