"""What every test stands on: nothing of the developer's own, and servers on loopback that do what a test says."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import pytest
import uvicorn

from kmm_tui.feed.log import stop_log
from kmm_tui.metrics import BY_NAME
from kmm_tui.simulator.engine import AgentFigures, Figures, Filters, GroupBy, GroupFigures
from kmm_tui.simulator.server_app import Simulator, create_app

NOW = 1_800_000_030.5  # 30.5 s past a whole minute
# A busy machine is slow, and that is no finding.
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("unhurried")

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir", "netrc")


@pytest.fixture(scope="session", autouse=True)
def nothing_of_the_developer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No settings, variables, proxies, certificates or tmux of whoever runs the tests."""
    home = str(tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("KMM_TUI_") or name == "TMUX" or name.lower() in _PROXIES:
                patch.delenv(name)
        folders = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")
        for name in ("HOME", "USERPROFILE", *folders, "LOCALAPPDATA", "APPDATA"):
            patch.setenv(name, home)
        yield


@pytest.fixture(autouse=True)
def no_log_is_left() -> Iterator[None]:
    """A command that a test runs in its own process begins a log; the next test hears its warnings again."""
    yield
    stop_log()


@dataclass
class TurnedClock:
    """A clock that only the test turns; calling it gives epoch seconds."""

    seconds: float = NOW

    def __call__(self) -> float:
        return self.seconds

    @property
    def ms(self) -> int:
        return round(self.seconds * 1000)

    def turn(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def turned() -> TurnedClock:
    return TurnedClock()


def _figures(place: int, names: Sequence[str]) -> Figures:
    return {BY_NAME[name].field: place for name in names}


@dataclass
class Rows:
    """An engine with as many skills, groups and agents as a test wants; the figures of number n are all n."""

    clock: TurnedClock
    skills: int = 6
    groups: int = 4
    agents_: int = 12
    seen: list[tuple[str, Filters, tuple[str, ...]]] = field(default_factory=list)

    def now(self) -> int:
        return self.clock.ms

    def group_names(self) -> Sequence[tuple[str, str]]:
        return [(str(n), f"Group {n}") for n in range(1, self.groups + 1)]

    def metrics(
        self, filters: Filters, names: Sequence[str], group_by: GroupBy | None, *, want_all: bool
    ) -> tuple[Figures | None, list[GroupFigures]]:
        self.seen.append(("metrics", filters, tuple(names)))
        what, many, chosen = (
            ("Skill", self.skills, filters.skill_ids)
            if group_by == "skillId"
            else ("Group", self.groups, filters.group_ids)
        )
        groups = [
            GroupFigures(str(n), f"{what} {n}", _figures(n, names))
            for n in range(1, many + 1)
            if chosen is None or str(n) in chosen
        ]
        return (_figures(99, names) if want_all else None), (groups if group_by else [])

    def agents(self, filters: Filters, names: Sequence[str]) -> list[AgentFigures]:
        self.seen.append(("agents", filters, tuple(names)))
        return [
            AgentFigures({"agentId": str(n), "agentGroupId": -1, **_figures(n, names)}, {"agentName": f"Agent {n}"})
            for n in range(1, self.agents_ + 1)
        ]

    def historical(self, filters: Filters, names: Sequence[str], edges: Sequence[int]) -> list[Figures]:
        self.seen.append(("historical", filters, tuple(names)))
        return [_figures(place, names) for place in range(len(edges) - 1)]


@pytest.fixture
def rows(turned: TurnedClock) -> Rows:
    return Rows(turned)


MakeService = Callable[..., Simulator]


@pytest.fixture
def make_service(rows: Rows, turned: TurnedClock) -> MakeService:
    """The strict service in front of `rows`, without a rate limit unless one is given."""

    def make(**settings: Any) -> Simulator:
        return create_app(settings.pop("engine", rows), **{"clock": turned, "rate": None, **settings})

    return make


class _Server(uvicorn.Server):
    stop: asyncio.Event

    async def main_loop(self) -> None:
        await self.stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # As uvicorn does it, without its tenth of a second for polite ends.
        for server in self.servers:
            server.close()
        for task in list(self.server_state.tasks):
            task.cancel()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)
        for connection in list(self.server_state.connections):
            connection.shutdown()


@contextlib.asynccontextmanager
async def _serve(app: Any) -> AsyncIterator[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        config = uvicorn.Config(
            app, http="h11", ws="none", lifespan="off", log_config=None, log_level="critical", access_log=False,
            proxy_headers=False, date_header=False, timeout_graceful_shutdown=0,
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


@pytest.fixture
async def service_at() -> AsyncIterator[Callable[[Simulator], Any]]:
    """Serves an app on a real loopback socket until the test ends; gives its address."""
    async with contextlib.AsyncExitStack() as stack:

        async def serve(app: Simulator) -> str:
            return await stack.enter_async_context(_serve(app))

        yield serve


@dataclass(frozen=True)
class Heard:
    """A request as it came over the wire."""

    verb: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def method(self) -> str:
        return self.path.rpartition("/")[2]


Answer = Callable[[Heard], bytes | None]


class Scripted:
    """A server that answers bytes of the test's own. It names itself as every service's host.

    `answer` gets each request that is not for the Domain API; None leaves it without an answer, b"" cuts it off.
    `domain` answers the Domain API.
    """

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.looked_up: list[Heard] = []
        self.host = ""
        self.answer: Answer = lambda _: http(200, b"{}")
        self.domain: Answer = lambda _: http(200, {"baseURI": self.host})
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def of(self, method: str) -> list[Heard]:
        """The requests for a method, or whatever else a path ends with."""
        return [each for each in self.heard if each.method == method]

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                request = await self._hear(reader)
                lookup = request.path.endswith("baseURI.json")
                (self.looked_up if lookup else self.heard).append(request)
                answer = (self.domain if lookup else self.answer)(request)
                if answer is None:
                    await reader.read()
                    break
                writer.write(answer)
                if not answer or b"Connection: close" in answer:
                    break
                await writer.drain()
        writer.close()

    async def _hear(self, reader: asyncio.StreamReader) -> Heard:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip("\r\n").split("\r\n")
        verb, target, _ = first.split(" ")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        path, _, query = target.partition("?")
        return Heard(verb, path, query, headers, body)

    def end(self) -> None:
        for writer in self._writers:
            writer.close()


def http(status: int, body: bytes | str | Any = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """A whole HTTP answer. Bytes and text go out as they are, anything else as JSON."""
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(raw)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + raw


@pytest.fixture
def http_answer() -> Callable[..., bytes]:
    return http


@pytest.fixture
async def scripted() -> AsyncIterator[Scripted]:
    script = Scripted()
    server = await asyncio.start_server(script.converse, "127.0.0.1", 0)
    script.host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield script
    finally:
        server.close()
        script.end()
        await asyncio.sleep(0)
