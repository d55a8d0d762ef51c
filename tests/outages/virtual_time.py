"""Time that passes only while everybody sleeps: an event loop whose clock jumps to the next moment that is waited for.

Everything that waits on the loop (pollers, pacing, timeouts of connections, keep-alive) takes its full time by this
clock and next to none by a real one. Sockets are real: before time jumps, whatever is on its way on loopback arrives.
"""

from __future__ import annotations

import asyncio
import selectors
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

START = 1_800_000_000.0
"""Epoch seconds at which virtual time begins: a beat of every interval used here."""
GRACE = 0.001
"""Real seconds that sockets are given before time jumps."""
DISK_THREAD = "kept board"

_Result = TypeVar("_Result")


class _Impatient(selectors.DefaultSelector):
    """Waits for nothing but what is under way."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if not found and timeout != 0 and self.loop.is_something_under_way():
            found = super().select(GRACE)
        while not found and timeout != 0 and any(thread.name == DISK_THREAD for thread in threading.enumerate()):
            found = super().select(GRACE)
        if found or timeout == 0:
            return found
        if timeout is None:
            return super().select(None)
        self.loop.jump(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop with virtual time, which begins at 0."""

    def __init__(self) -> None:
        self._now = 0.0
        self.is_something_under_way: Callable[[], bool] = lambda: False
        """Whether something may be on its way through a socket."""
        selector = _Impatient()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self._now

    def jump(self, seconds: float) -> None:
        """Nobody has anything to do for so long."""
        self._now += seconds


class VirtualClock:
    """The wall clock of virtual time, for everything that takes one; calling it gives epoch seconds as well."""

    def now(self) -> float:
        """Epoch seconds."""
        return START + asyncio.get_running_loop().time()

    __call__ = now

    async def sleep(self, seconds: float) -> None:
        """Returns after `seconds` of virtual time."""
        await asyncio.sleep(seconds)


def run_virtually(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Runs `work` to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
