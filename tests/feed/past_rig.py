"""A feed on a contact centre with two weeks behind it, reached in process, and what it was asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx
from pydantic import SecretStr

from kmm_tui.api.client import KmmClient
from kmm_tui.api.credentials import Bearer
from kmm_tui.api.window import Window
from kmm_tui.board import asked
from kmm_tui.board.scope import Watch
from kmm_tui.board.state import TopicState
from kmm_tui.feed.feed import Feed
from kmm_tui.feed.gather import Wants
from kmm_tui.feed.past import Archive
from kmm_tui.simulator.engine import Engine
from kmm_tui.simulator.server_app import create_app
from kmm_tui.simulator.signin import DEMO, DEMO_ACCOUNT
from tests.outages.prepared import InlineRoom

HOUR = 3_600_000
WANTS = Wants(
    window=HOUR,
    metrics=asked.FIGURES,
    agent_metrics=asked.AGENT_FIGURES,
    trend_metrics=asked.TREND_FIGURES,
    trend_window=6 * HOUR,
    trend_interval=5,
)


class Heard(httpx.ASGITransport):
    """Notes the body of every request."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.bodies: list[tuple[str, dict[str, Any]]] = []
        self.told: list[Callable[[str, dict[str, Any]], None]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if "/manager_workspace/" in request.url.path:
            heard = (request.url.path.rpartition("/")[2], json.loads(request.content))
            self.bodies.append(heard)
            for hear in self.told:
                hear(*heard)
        return await super().handle_async_request(request)

    def windows(self, method: str | None = None) -> list[Window]:
        return [
            Window(body["filters"]["time"]["from"], body["filters"]["time"]["to"])
            for name, body in self.bodies
            if method in (None, name)
        ]


@dataclass
class Centre:
    """The contact centre's server, and feeds on it. `clock` gives epoch seconds, also when called."""

    engine: Engine
    clock: Any
    transport: Heard = field(init=False)
    clients: list[KmmClient] = field(default_factory=list)

    def __post_init__(self) -> None:
        app = create_app(self.engine, clock=self.clock, sleep=self.clock.sleep, rate=None)
        app.service.room = InlineRoom(self.engine)
        self.app = app
        self.transport = Heard(app)

    def client(self, **settings: Any) -> KmmClient:
        http = httpx.AsyncClient(transport=self.transport, cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])))
        self.clients.append(
            KmmClient(
                DEMO_ACCOUNT, Bearer(SecretStr(DEMO.token)), domain_api="http://127.0.0.1:8080", http=http,
                clock=self.clock, **settings,
            )
        )  # fmt: skip
        return self.clients[-1]

    def feed(
        self,
        archive: Archive | None = None,
        publish: Callable[[TopicState], None] = lambda _: None,
        watch: tuple[str, ...] = (),
        wants: Wants = WANTS,
    ) -> Feed:
        """A feed that is not begun: it asks for nothing by itself."""
        return Feed(
            self.client(), wants, Watch(watch), 30.0, self.clock,
            lambda work, name: asyncio.create_task(work, name=name), publish, archive=archive,
        )  # fmt: skip

    async def close(self) -> None:
        for client in self.clients:
            await client.close()
