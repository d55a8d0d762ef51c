"""``kmm-tui serve`` as a person meets it: in a real browser, on a floor whose names nobody should have."""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.end_to_end.browser import Tab, browser, chromium

needs_browser = pytest.mark.skipif(chromium() is None, reason="there is no Chromium on this machine")
CLOCK = re.compile(r"\d\d:\d\d:\d\d(?=\s*$)", re.MULTILINE)


class Serving:
    """``kmm-tui serve`` in a process of its own."""

    def __init__(self, environ: Mapping[str, str], *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kmm_tui", "serve", *arguments],
            env=dict(environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout
        said = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", said)
        assert found, f"{said}{self.process.communicate(timeout=10)}"
        self.url, self.port = found[0], int(found[1])

    def pages(self) -> list[int]:
        """The processes of its pages."""
        return [pid for pid in pids() if "mirror" in command_of(pid) and self.of(pid)]

    def of(self, pid: int) -> bool:
        return environ_of(pid).get("KMM_TUI_NAME") == environ_of(self.process.pid).get("KMM_TUI_NAME")

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        code = self.process.wait(20)
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe
            pipe.close()
        return code


def pids() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]


def command_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def environ_of(pid: int) -> dict[str, str]:
    with contextlib.suppress(OSError):
        parts = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
        return dict(part.split("=", 1) for part in parts if "=" in part)
    return {}


async def until(condition: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, what
        await asyncio.sleep(0.05)
    return found


Serve = Callable[..., Serving]


@pytest.fixture
def serve(environ: dict[str, str], tmp_path: Path) -> Iterator[Serve]:
    """Starts ``kmm-tui serve`` on a floor, on a free port unless one is given."""
    started: list[Serving] = []
    state = {"XDG_STATE_HOME": str(tmp_path / "state"), "XDG_DATA_HOME": str(tmp_path / "data")}
    name = f"Acme <b> {tmp_path.name}"

    def start(floor: Any, *arguments: str, **more: str) -> Serving:
        given = {**environ, **state, **floor.environ(), "KMM_TUI_NAME": name, "MY_SECRET": "hunter2", **more}
        port = [] if "--port" in arguments else ["--port", "0"]
        started.append(Serving(given, *port, *arguments))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.end(signal.SIGKILL)


pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are looked up under /proc")


@needs_browser
async def test_it_draws_and_ticks_survives_a_reload_and_leaves_no_process(
    odd_floor: Any, serve: Serve, tmp_path: Path
) -> None:
    serving = serve(odd_floor, "--viewers", "2")
    async with browser() as chrome:
        tab = await chrome.tab()
        await tab.open(serving.url)
        # Names are text: neither markup nor an escape sequence, and nothing of it is a link.
        text = await tab.until("LIVE", "SKILLS 6", "[b]Bold[/b] [link=x]", "CLOSED 1h")
        assert "Acme <b>" in text
        assert await tab.evaluate("document.title") == environ_of(serving.process.pid)["KMM_TUI_NAME"]
        await _ticks(tab)
        (first,) = serving.pages()

        await tab.call("Page.reload")
        await until(lambda: first not in pids(), "the process of the page before")
        await tab.until("LIVE", "SKILLS 6")
        await _ticks(tab)
        (second,) = serving.pages()
        assert second != first

        # Keys work, and none of them writes a file.
        await tab.press_until("4", "AGENTS of the account")
        for key in "seE":
            await tab.press(key)
        await tab.press_until("r", "this board asks for nothing")
        assert not list(Path.cwd().glob("kmm-tui-*"))

        # As many pages as are allowed, and not one more; one feed asks for all of them.
        other = await chrome.tab(900, 600)
        await other.open(serving.url)
        await other.until("LIVE")
        assert len(serving.pages()) == 2
        third = await chrome.tab()
        await third.open(serving.url)
        assert "2 viewers at most" in await third.until_covered("FULL")
        assert len(serving.pages()) == 2

        await other.close()
        await third.close()
        await until(lambda: len(serving.pages()) == 1, "the end of the closed tab's process")
        await tab.close()
        await until(lambda: not serving.pages(), "the end of the last page's process")

        for each in (tab, other, third):
            assert each.refused == []
            assert each.requests
            for url in each.requests:
                assert url.startswith((serving.url, serving.url.replace("http", "ws"))), url
    assert serving.end() == 0


async def _ticks(tab: Tab) -> None:
    """The wall clock moves."""
    seen: set[str] = set()
    for _ in range(100):
        seen |= set(CLOCK.findall(await tab.screen()))
        if len(seen) > 2:
            return
        await asyncio.sleep(0.2)
    pytest.fail(f"the clock stands still: {seen}")


@needs_browser
async def test_a_killed_server_is_seen_takes_its_pages_along_and_is_found_again(own_floor: Any, serve: Serve) -> None:
    serving = serve(own_floor)
    async with browser() as chrome:
        tab = await chrome.tab()
        await tab.open(serving.url)
        await tab.until("LIVE")
        (page,) = serving.pages()
        serving.end(signal.SIGKILL)
        assert "Nothing of the board since" in await tab.until_covered("NOT CONNECTED")
        await until(lambda: page not in pids(), "the page's end after its server's")
        again = serve(own_floor, "--port", str(serving.port))
        await until(again.pages, "a page on the new server")
        await tab.until("LIVE", "SKILLS 6")
        assert await tab.cover() == ""
        await tab.press("q")
        assert "Reload the page" in await tab.until_covered("ENDED")
        await until(lambda: not again.pages(), "the end of a page that its person ended")
    assert again.end(signal.SIGINT) == 130


class Client:
    """A page as far as the server can tell, without a browser."""

    def __init__(self, serving: Serving, http: aiohttp.ClientSession) -> None:
        self._serving, self._http = serving, http

    def talk(self, *, origin: str | None = "", size: str = "width=100&height=30", **headers: str) -> Any:
        own = f"http://127.0.0.1:{self._serving.port}"
        if origin is not None:
            headers["Origin"] = origin or own
        return self._http.ws_connect(f"{self._serving.url}ws?{size}", headers=headers, max_msg_size=0)


async def drawn(link: Any, word: str) -> str:
    """What came over a WebSocket until `word` was in it."""
    text = ""
    async with asyncio.timeout(60):
        while word not in text:
            message = await link.receive()
            assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), message
            text += message.data.decode() if isinstance(message.data, bytes) else message.data
    return text


async def test_a_page_holds_no_secret_and_all_pages_cost_one_feed(floor: Any, serve: Serve) -> None:
    serving = serve(floor, "--wall")
    async with aiohttp.ClientSession() as http:
        client = Client(serving, http)
        async with client.talk() as one, client.talk() as other:
            for link in (one, other):
                await drawn(link, "LIVE")
            pages = serving.pages()
            assert len(pages) == 2
            password = floor.here["password"]
            for pid in pages:
                environ = environ_of(pid)
                assert not [name for name in environ if "AUTH" in name or name == "MY_SECRET"]
                assert password not in str(environ) + command_of(pid)
            # However many look, one has signed in and asks.
            logins = [each["count"] for each in floor.stats()["requests"] if each["path"].endswith("/login")]
            assert logins == [1]
            # A signal ends the server, and every page with it.
            assert await asyncio.to_thread(serving.end) == 0
            assert not [pid for pid in pages if pid in pids()]
