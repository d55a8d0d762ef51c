"""What the tests of the simulated service share: a floor with exact figures, a clock to turn, ways to reach the app."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn

from kmm_tui.metrics import BY_NAME
from kmm_tui.simulator.engine import AgentFigures, Figures, Filters, GroupBy, GroupFigures
from kmm_tui.simulator.server_app import Simulator, create_app
from kmm_tui.simulator.signin import DEMO, DEMO_ACCOUNT

NOW = 1_800_000_030_500  # 30.5 s past a whole minute
HOUR = 3_600_000


@dataclass
class Clock:
    """A clock that only the test turns; calling it gives epoch seconds."""

    seconds: float = NOW / 1000

    def __call__(self) -> float:
        return self.seconds

    @property
    def ms(self) -> int:
        return round(self.seconds * 1000)

    def turn(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Floor:
    """An engine with exact figures. ``gate`` holds back its answers until it is opened."""

    clock: Clock
    skills: dict[str, Figures] = field(default_factory=dict)
    staff: dict[str, Figures] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def now(self) -> int:
        return self.clock.ms

    def group_names(self) -> Sequence[tuple[str, str]]:
        return [("10", "Billing"), ("-1", "Main")]

    def _of(self, figures: Figures, names: Sequence[str]) -> Figures:
        fields = {BY_NAME[name].field for name in names}
        return {name: value for name, value in figures.items() if name in fields}

    def metrics(
        self, filters: Filters, names: Sequence[str], group_by: GroupBy | None, *, want_all: bool
    ) -> tuple[Figures | None, list[GroupFigures]]:
        assert self.gate.wait(10)
        self.asked.append(("metrics", filters, tuple(names), group_by, want_all))
        groups = [
            GroupFigures(key, self.names.get(key, "NA"), self._of(figures, names))
            for key, figures in self.skills.items()
            if filters.skill_ids is None or key in filters.skill_ids
        ]
        total: Figures = {}
        for figures in self.skills.values():
            for name, value in self._of(figures, names).items():
                total[name] = total.get(name, 0) + value
        return (total if want_all else None), (groups if group_by else [])

    def agents(self, filters: Filters, names: Sequence[str]) -> list[AgentFigures]:
        self.asked.append(("agents", filters, tuple(names)))
        return [
            AgentFigures(
                {
                    "agentId": key,
                    "agentGroupId": -1,
                    "agentCurrentStatus": figures.get("agentCurrentStatus", "ONLINE"),
                    "agentCurrentStatusStartTime": self.clock.ms - 60_000,
                    **self._of(figures, names),
                },
                {"agentName": self.names.get(key, key)},
            )
            for key, figures in self.staff.items()
        ]

    def historical(self, filters: Filters, names: Sequence[str], edges: Sequence[int]) -> list[Figures]:
        self.asked.append(("historical", filters, tuple(names), tuple(edges)))
        return [{BY_NAME[name].field: place for name in names} for place in range(len(edges) - 1)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def floor(clock: Clock) -> Floor:
    """Three skills and four agents; skill 9 and agent 30 lack what the others have."""
    return Floor(
        clock,
        skills={
            "100": {"closedConversations": 5, "unassignedConversations": 2, "avgWaitTime": 1000},
            "20": {"closedConversations": 30, "unassignedConversations": 0, "avgWaitTime": 200},
            "9": {"closedConversations": 12, "unassignedConversations": 7},
        },
        staff={
            "1": {"closedRate": 0.5, "agentLoad": 0.25, "maxSlots": 3},
            "2": {"closedRate": 0.25, "agentLoad": 1.18, "maxSlots": 3},
            "30": {"agentLoad": 0.0, "maxSlots": 12},
            "4": {"closedRate": 1.0, "agentLoad": 0.5, "maxSlots": 3, "agentCurrentStatus": "AWAY"},
        },
        names={"100": "Sales", "20": "Billing", "1": "zoe", "2": "Adam", "30": "mia", "4": "Bo"},
    )


MakeApp = Callable[..., Simulator]


@pytest.fixture
def make_app(floor: Floor, clock: Clock) -> MakeApp:
    """A service in front of the floor; no rate limit unless one is given."""

    def make(**settings: Any) -> Simulator:
        return create_app(settings.pop("engine", floor), **{"clock": clock, "rate": None, **settings})

    return make


@pytest.fixture
def app(make_app: MakeApp) -> Simulator:
    return make_app()


Reach = Callable[[Simulator], httpx.AsyncClient]


@pytest.fixture
async def reach() -> AsyncIterator[Reach]:
    """A client that reaches an app in process, from a loopback address, with the demo bearer."""
    opened: list[httpx.AsyncClient] = []

    def make(app: Simulator) -> httpx.AsyncClient:
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://127.0.0.1:8080",
            headers={"Authorization": f"Bearer {DEMO.token}"},
        )
        opened.append(client)
        return client

    yield make
    for client in opened:
        await client.aclose()


@pytest.fixture
def client(app: Simulator, reach: Reach) -> httpx.AsyncClient:
    return reach(app)


Serving = Callable[[Simulator], AbstractAsyncContextManager[str]]


@pytest.fixture
def serving() -> Serving:
    """Serves an app on a real loopback socket; gives its address."""

    @asynccontextmanager
    async def serve(app: Simulator) -> AsyncIterator[str]:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as sock:
            sock.bind(("127.0.0.1", 0))
            sock.listen()
            config = uvicorn.Config(
                app, http="h11", ws="none", lifespan="off", log_config=None, log_level="critical", access_log=False,
                proxy_headers=False, date_header=False, timeout_graceful_shutdown=0,
            )  # fmt: skip
            server = uvicorn.Server(config)
            running = asyncio.create_task(server.serve(sockets=[sock]))
            try:
                yield f"http://127.0.0.1:{sock.getsockname()[1]}"
            finally:
                server.should_exit = True
                await running

    return serve


Question = Callable[..., dict[str, Any]]


@pytest.fixture
def question(clock: Clock) -> Question:
    """A body for a method: a window that ends now, and whatever is given, filters as ``filters``."""

    def make(*, width: int = HOUR, filters: Mapping[str, Any] | None = None, **body: Any) -> dict[str, Any]:
        time = {"from": clock.ms - width, "to": clock.ms}
        return {"filters": {"time": time, **(filters or {})}, **body}

    return make


@pytest.fixture
def paths() -> dict[str, str]:
    """The path of every target."""
    root = f"/manager_workspace/api/account/{DEMO_ACCOUNT}"
    return {
        **{method: f"{root}/{method}" for method in ("metrics", "agent_view", "historical")},
        **{name: f"/api/account/{DEMO_ACCOUNT}/{name}" for name in ("refresh", "logout")},
        "login": f"/api/account/{DEMO_ACCOUNT}/login?v=1.3",
        "token": f"/sentinel/api/v2/account/{DEMO_ACCOUNT}/app/token",
        "domain": f"/api/account/{DEMO_ACCOUNT}/service/baseURI.json?version=1.0",
    }
