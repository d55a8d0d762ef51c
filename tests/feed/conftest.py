"""A clock that only the test turns and that can be slept on, and a way to let everything happen that can happen now."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from kmm_tui.feed import gather
from kmm_tui.feed.gather import Wants
from tests.feed.fed import Account, Fed

HOUR = 3_600_000


class SleptOn:
    """Time that stands still until `pass_` lets it go on; whoever sleeps wakes at the exact moment."""

    def __init__(self, now: float = 1_800_000_030.5) -> None:
        self.seconds = now
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> float:
        return self.seconds

    @property
    def ms(self) -> int:
        return round(self.seconds * 1000)

    async def sleep(self, seconds: float) -> None:
        self._count += 1
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.seconds + seconds, self._count, future))
        await future

    async def pass_(self, seconds: float, settle: Callable[[], Awaitable[None]]) -> None:
        """Lets `seconds` go by, waking each sleeper in its turn."""
        end = self.seconds + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            at = self._sleepers[0][0]
            self.seconds = max(self.seconds, at)
            # Who sleeps until the same moment wakes in the same turn of the loop, as with a real clock.
            while self._sleepers and self._sleepers[0][0] <= at + 1e-3:
                future = heapq.heappop(self._sleepers)[2]
                if not future.done():
                    future.set_result(None)
            await settle()
        self.seconds = end


@pytest.fixture
def slept_on() -> SleptOn:
    return SleptOn()


@pytest.fixture
def settle() -> Callable[[], Awaitable[None]]:
    """Lets the loop turn until nothing more comes of what is there now; nothing here waits for the network."""

    async def settle() -> None:
        for _ in range(60):
            await asyncio.sleep(0)

    return settle


@pytest.fixture(autouse=True)
def no_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked for in the same turn of the loop is gathered; nobody waits for more."""
    monkeypatch.setattr(gather, "MOMENT", 0)


@pytest.fixture
def wants() -> Wants:
    return Wants(
        window=HOUR,
        metrics=("online_agents", "closed_conversations"),
        agent_metrics=("agent_load",),
        trend_metrics=("closed_conversations",),
        trend_window=8 * HOUR,
        trend_interval=5,
    )


@pytest.fixture
def wait_for() -> Any:
    """Turns the loop until something is so: for answers that come over a socket."""

    async def wait_for(so: Callable[[], Any]) -> None:
        async with asyncio.timeout(30):
            while not so():  # noqa: ASYNC110 - the product needs no such event
                await asyncio.sleep(0)

    return wait_for


@pytest.fixture
async def start(slept_on: Any, settle: Any, wants: Wants) -> AsyncIterator[Callable[..., Fed]]:
    """Begins a feed, at a beat, that watches these; `folder` is where its board is kept."""
    started: list[Fed] = []
    slept_on.seconds = 1_800_000_000.0

    def make(
        *watch: str,
        every: float | None = None,
        folder: Path | None = None,
        account: Account | None = None,
        begin: bool = True,
    ) -> Fed:
        fed = Fed(account or Account(slept_on, every), slept_on, settle, wants, watch, folder)
        started.append(fed)
        if begin:
            fed.feed.start()
        return fed

    yield make
    for fed in started:
        await fed.end()
