"""The real board without its screen, on the real simulator, in virtual time: feed, pacing, client, wire and parsing."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from pydantic import SecretStr

from kmm_tui.api.client import KmmClient
from kmm_tui.api.credentials import AppKey, Bearer, ClientCredentials, Credentials, UserLogin
from kmm_tui.board.board import Board
from kmm_tui.board.scope import Watch
from kmm_tui.board.state import TopicState
from kmm_tui.feed.budget import Budget
from kmm_tui.feed.feed import Feed
from kmm_tui.feed.kept import KeptBoard
from kmm_tui.feed.memory import Memory
from kmm_tui.feed.pacing import Pace
from kmm_tui.feed.wanted import usual_wants
from kmm_tui.simulator.server_app import Simulator, create_app
from kmm_tui.simulator.signin import DEMO, DEMO_ACCOUNT
from tests.outages.prepared import InlineRoom, Prepared
from tests.outages.virtual_time import VirtualClock, VirtualLoop

HOUR = 3_600_000
SIGN_INS: Mapping[str, Credentials] = {
    "user": UserLogin(DEMO.username, SecretStr(DEMO.password)),
    "app key": AppKey(*map(SecretStr, (DEMO.app_key, DEMO.secret, DEMO.access_token, DEMO.access_token_secret))),
    "OAuth 2.0": ClientCredentials(DEMO.client_id, SecretStr(DEMO.client_secret)),
    "bearer": Bearer(SecretStr(DEMO.token)),
}
WANTS = usual_wants(HOUR)


class _Turnstile:
    """The account's pace, and how many calls are under way."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self.under_way = 0

    async def turn(self) -> None:
        await self._pace.turn()

    @contextlib.asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        async with self._pace.place():
            self.under_way += 1
            try:
                yield
            finally:
                self.under_way -= 1


@dataclass
class Watched:
    """A board that is fed. `told` hears of every state after the board has taken note of it."""

    app: Simulator
    client: KmmClient
    clock: VirtualClock
    budget: Budget
    board: Board = field(default_factory=Board)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    told: list[Callable[[TopicState], None]] = field(default_factory=list)
    feed: Feed = field(init=False)

    def calls(self, *targets: str) -> int:
        """How many requests the simulator has had, for these targets or for all."""
        counted = self.app.service.counters.targets
        return sum(counted[target] for target in targets) if targets else counted.total()

    def spawn(self, work: Any, name: str) -> object:
        self.tasks.append(asyncio.create_task(work, name=name))
        return self.tasks[-1]

    def publish(self, state: TopicState) -> None:
        self.board.put(state)
        for hear in self.told:
            hear(state)

    async def pass_(self, seconds: float) -> None:
        """Lets time go by."""
        await self.clock.sleep(seconds)

    def ended(self) -> list[str]:
        """The workers that are no more: none should be, as long as the board lives."""
        return [task.get_name() for task in self.tasks if task.done()]


@contextlib.asynccontextmanager
async def watched(
    sign_in: str | Credentials = "user",
    *,
    interval: float = 30.0,
    sockets: bool = False,
    folder: Path | None = None,
    world: Mapping[str, Any] | None = None,
    begin: bool = True,
    centre: Callable[..., Prepared] = Prepared,
    **simulator: Any,
) -> AsyncIterator[Watched]:
    """A board that polls every `interval` seconds. With `sockets` the simulator is reached over loopback.

    `world` is handed to `centre`. With `folder` the board and the pace are kept there.
    `simulator` is handed to `create_app`.
    """
    clock = VirtualClock()
    engine = centre(clock, **(world or {}))
    app = create_app(engine, clock=clock, sleep=clock.sleep, **simulator)
    app.service.room = InlineRoom(engine)
    budget = Budget(clock, Memory(folder, DEMO_ACCOUNT))
    credentials = SIGN_INS[sign_in] if isinstance(sign_in, str) else sign_in
    async with contextlib.AsyncExitStack() as stack:
        http = None
        gate = _Turnstile(budget.pace)
        if sockets:
            loop = asyncio.get_running_loop()
            assert isinstance(loop, VirtualLoop)
            loop.is_something_under_way = lambda: gate.under_way > 0
            address = await stack.enter_async_context(serving(app))
        else:
            address = "http://127.0.0.1:8080"
            http = httpx.AsyncClient(
                transport=httpx.ASGITransport(app), cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[]))
            )
        client = KmmClient(
            DEMO_ACCOUNT, credentials, domain_api=address, http=http, clock=clock, observe=budget.heard,
            gate=gate,
        )  # fmt: skip
        found = Watched(app, client, clock, budget)
        kept = KeptBoard(budget.memory, clock, "outages", (), interval) if folder else None
        found.feed = Feed(client, WANTS, Watch(), interval, clock, found.spawn, found.publish, budget, kept)
        try:
            if begin:
                found.feed.start()
            yield found
        finally:
            for task in found.tasks:
                task.cancel()
            await asyncio.gather(*found.tasks, return_exceptions=True)
            await found.feed.close()


class _Server(uvicorn.Server):
    stop: asyncio.Event

    async def main_loop(self) -> None:
        # uvicorn's own looks round ten times a second, for ever.
        await self.stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for task in list(self.server_state.tasks):
            task.cancel()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)
        for connection in list(self.server_state.connections):
            connection.shutdown()


@contextlib.asynccontextmanager
async def serving(app: Simulator) -> AsyncIterator[str]:
    """Serves `app` on a free port of loopback; gives its address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        config = uvicorn.Config(
            app, http="h11", ws="none", lifespan="off", log_config=None, log_level="critical", access_log=False,
            proxy_headers=False, date_header=False, timeout_graceful_shutdown=0, timeout_keep_alive=75,
        )  # fmt: skip
        server = _Server(config)
        server.stop = asyncio.Event()
        running = asyncio.create_task(server.serve(sockets=[sock]))
        try:
            yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            server.force_exit = True
            server.stop.set()
            await running
            # Connections that were cut are let go of in the next turns of the loop.
            for _ in range(5):
                await asyncio.sleep(0)
