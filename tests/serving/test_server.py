"""The server as browsers and others meet it: who is let in, what a page may send, and that no process stays behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from kmm_tui.serving import page as page_module
from kmm_tui.serving import server as server_module
from kmm_tui.serving.guard import loopback_origins
from kmm_tui.serving.server import ENDED, FULL, Served, Server, listen

PAGE = Path(__file__).with_name("page.py")
PROXY = "https://board.example.com"


class Rig:
    """A server whose pages are of a test's own making, and a browser that sends what a test wants."""

    def __init__(self, server: Server, port: int, http: aiohttp.ClientSession) -> None:
        self.server, self.port, self.http = server, port, http
        self.url = f"http://127.0.0.1:{port}/"

    def talk(self, *, origin: str | None = "", size: str = "width=100&height=30", **headers: str) -> Any:
        if origin is not None:
            headers["Origin"] = origin or self.url.rstrip("/")
        return self.http.ws_connect(f"{self.url}ws?{size}", headers=headers)


async def drawn(link: aiohttp.ClientWebSocketResponse) -> str:
    """The next thing that was drawn."""
    return bytes(await link.receive_bytes(timeout=20)).decode()


async def closed(link: aiohttp.ClientWebSocketResponse) -> int | None:
    """Reads until it is closed; why it was."""
    async with asyncio.timeout(20):
        while not link.closed:
            await link.receive()
    return link.close_code


def pid_in(text: str) -> int:
    found = re.match(r"<(\d+) ", text)
    assert found, text
    return int(found[1])


async def gone(pid: int) -> None:
    """Waits until a process is no more."""
    for _ in range(1000):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"{pid} is still there")


Serve = Callable[..., Any]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    async with contextlib.AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())

        async def start(how: str = "echoes", viewers: int = 3, title: str = "A <b> & C") -> Rig:
            sock = listen("127.0.0.1", 0)
            stack.callback(sock.close)
            port = sock.getsockname()[1]
            command = (sys.executable, "-S", "-E", str(PAGE), how)
            server = Server(Served(command, {"GIVEN": "1"}, title, viewers), sock, loopback_origins(port) | {PROXY})
            return Rig(await stack.enter_async_context(server), port, http)

        yield start


@pytest.mark.parametrize(
    "origin", [None, "http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1", "*"]
)
async def test_a_page_of_another_site_gets_no_board(origin: str | None, serve: Serve) -> None:
    rig = await serve()
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await rig.talk(origin=origin)
    assert caught.value.status == 403
    assert rig.server.viewers == 0


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "", "board.example.com.evil.example"])
async def test_under_a_name_that_is_not_its_own_there_is_nothing(host: str, serve: Serve) -> None:
    rig = await serve()
    for path in ("", "alive", "static/page.js"):
        async with rig.http.get(rig.url + path, headers={"Host": host}) as answer:
            assert (answer.status, await answer.text()) == (421, "this server has another name\n")
            assert "evil" not in str(answer.headers)
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await rig.talk(Host=host)
    assert caught.value.status == 421


async def test_under_its_own_names_there_is_the_board(serve: Serve) -> None:
    rig = await serve()
    for host in (f"127.0.0.1:{rig.port}", f"localhost:{rig.port}", f"LOCALHOST:{rig.port}", f"[::1]:{rig.port}"):
        async with rig.http.get(rig.url, headers={"Host": host}) as answer:
            assert answer.status == 200
        async with rig.talk(Host=host, origin=f"http://{host}") as link:
            await drawn(link)
    async with rig.talk(Host="board.example.com", origin=PROXY) as link:
        await drawn(link)


async def test_every_answer_keeps_the_browser_from_loading_anything_from_elsewhere(serve: Serve) -> None:
    rig = await serve()
    for path in ("", "alive", "static/page.js", "static/mono.ttf", "nothing", "?ping=http://evil.example"):
        async with rig.http.get(rig.url + path, allow_redirects=False) as answer:
            policy = answer.headers["Content-Security-Policy"].split("; ")
            assert "default-src 'none'" in policy
            assert "script-src 'self'" in policy
            assert f"connect-src 'self' ws://127.0.0.1:{rig.port}" in policy
            assert "frame-ancestors 'none'" in policy
            assert not [each for each in policy if "http" in each or "*" in each or "eval" in each]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Server"] == "kmm-tui"


async def test_all_that_a_page_needs_is_served_here_and_nothing_else(serve: Serve) -> None:
    rig = await serve()
    async with rig.http.get(rig.url) as answer:
        page = await answer.text()
    assert "<title>A &lt;b&gt; &amp; C</title>" in page
    assert "://" not in page
    assert "<script>" not in page
    names = [each for each in re.findall(r'(?:src|href)="([^"]+)"', page) if not each.startswith("data:")]
    assert len(names) == 4
    async with rig.http.get(f"{rig.url}static/page.css") as answer:
        style = await answer.text()
    names += [f"static/{each}" for each in re.findall(r'url\("([^"]+)"\)', style)]
    for name in names:
        async with rig.http.get(rig.url + name) as answer:
            assert answer.status == 200
            assert len(await answer.read()) > 100
    for path in (
        "static/",
        "static/..%2Fpage.py",
        "static/%2e%2e%2fserver.py",
        "static/page.html",
        "download/1",
        "ws2",
    ):
        async with rig.http.get(rig.url + path) as answer:
            assert answer.status == 404
            assert "import" not in await answer.text()
    async with rig.http.post(rig.url, data=b"x") as answer:
        assert answer.status == 405


async def test_the_terminals_own_parameters_are_no_parameters_of_the_page(serve: Serve) -> None:
    rig = await serve()
    for path in ("?ping=http://evil.example/", "?delay=1", "?size=1000", "?size=16&ping=x"):
        async with rig.http.get(rig.url + path, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (302, "./")
    for given, size in (("24", 24), ("x", 16), ("%22%3E", 16)):
        async with rig.http.get(f"{rig.url}?size={given}") as answer:
            assert f'data-font-size="{size}"' in await answer.text()


async def test_what_is_typed_and_how_large_it_is_goes_to_the_page(serve: Serve) -> None:
    rig = await serve()
    async with rig.talk(size="width=132&height=43") as link:
        assert re.fullmatch(r"<\d+ 132x43>", await drawn(link))
        await link.send_str('["stdin", "j\\u001b[A\\ud800é"]')
        assert await drawn(link) == "[D j\x1b[Aé]"
        await link.send_str('["resize", {"width": 90, "height": 30}]')
        assert json.loads((await drawn(link))[3:-1]) == {"type": "resize", "width": 90, "height": 30}
        await link.send_str('["blur"]')
        assert await drawn(link) == '[M {"type": "blur"}]'
        await link.send_str('["ping", "1"]')
        await link.send_str('["focus"]')
        assert await drawn(link) == '[M {"type": "focus"}]'


async def test_its_environment_is_what_it_was_given_and_nothing_else(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KMM_TUI_AUTH__PASSWORD", "hunter2")
    rig = await serve()
    async with rig.talk() as link:
        await drawn(link)
        await link.send_str('["stdin", "env"]')
        found = json.loads((await drawn(link))[1:-1])
    assert {name: value for name, value in found.items() if not name.startswith("LC_")} == {
        "GIVEN": "1", "COLUMNS": "100", "ROWS": "30",
    }  # fmt: skip


@pytest.mark.parametrize("size", ["width=99999&height=99999", "width=0&height=-1", "width=a&height=1e9", ""])
async def test_no_terminal_is_of_an_absurd_size(size: str, serve: Serve) -> None:
    rig = await serve()
    async with rig.talk(size=size) as link:
        found = re.fullmatch(r"<\d+ (\d+)x(\d+)>", await drawn(link))
        assert found
        assert 20 <= int(found[1]) <= 500
        assert 5 <= int(found[2]) <= 200
        await link.send_str('["resize", {"width": 1000000000, "height": -5}]')
        assert json.loads((await drawn(link))[3:-1]) == {"type": "resize", "width": 500, "height": 5}


WRONG = ("nonsense", "[]", "7", "{}", '["stdin", 7]', '["stdin"]', '["resize", {"width": "9"}]', '["resize", 3]',
         '["resize", {"width": true, "height": 3}]', '["format"]', "[[]]", "[" * 5000)  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
async def test_what_no_page_sends_ends_it(text: str, serve: Serve) -> None:
    rig = await serve()
    async with rig.talk() as link:
        pid = pid_in(await drawn(link))
        await link.send_str(text)
        assert await closed(link) == aiohttp.WSCloseCode.UNSUPPORTED_DATA
    await gone(pid)


async def test_bytes_and_far_too_much_end_it_as_well(serve: Serve) -> None:
    rig = await serve()
    for much in (False, True):
        async with rig.talk() as link:
            pid = pid_in(await drawn(link))
            await (link.send_str("x" * 100_000) if much else link.send_bytes(b"x"))
            assert await closed(link) in (aiohttp.WSCloseCode.UNSUPPORTED_DATA, aiohttp.WSCloseCode.MESSAGE_TOO_BIG)
        await gone(pid)


async def test_one_page_more_than_allowed_waits_a_moment_and_is_refused(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "PATIENCE", 0.2)
    rig = await serve(viewers=1)
    async with rig.talk() as first:
        await drawn(first)
        async with rig.talk() as second:
            assert await closed(second) == FULL
    monkeypatch.setattr(server_module, "PATIENCE", 20.0)
    async with rig.talk() as first:
        await drawn(first)
        # As when a page is loaded again: the new one is there before the old one has gone.
        async with rig.talk() as second:
            await first.close()
            await drawn(second)


async def test_a_page_that_its_person_ended_is_closed_as_ended(serve: Serve) -> None:
    rig = await serve()
    async with rig.talk() as link:
        await drawn(link)
        await link.send_str('["stdin", "ends"]')
        assert await closed(link) == ENDED
    for _ in range(1000):
        if not rig.server.viewers:
            return
        await asyncio.sleep(0.01)
    pytest.fail("its place was not given back")


@pytest.mark.parametrize("how", ["fails", "garbles"])
async def test_a_page_that_fails_is_closed_and_costs_no_other(how: str, serve: Serve) -> None:
    rig = await serve(how)
    async with rig.talk() as link:
        assert await closed(link) == ENDED
    async with rig.http.get(f"{rig.url}alive") as answer:
        assert answer.status == 200


async def test_a_page_that_hangs_is_killed(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "GRACE", 0.1)
    rig = await serve("hangs")
    async with rig.talk() as link:
        pid = pid_in(await drawn(link))
    await gone(pid)


async def test_the_servers_end_is_the_end_of_every_page(serve: Serve) -> None:
    rig = await serve()
    async with rig.talk() as one, rig.talk() as other:
        pids = [pid_in(await drawn(link)) for link in (one, other)]
        ending = asyncio.create_task(rig.server.__aexit__(None, None, None))
        assert await closed(one) == aiohttp.WSCloseCode.GOING_AWAY
        assert await closed(other) == aiohttp.WSCloseCode.GOING_AWAY
        await ending
    for pid in pids:
        await gone(pid)


def test_a_port_that_is_taken_is_an_error_at_once() -> None:
    with listen("127.0.0.1", 0) as sock, pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", sock.getsockname()[1])
