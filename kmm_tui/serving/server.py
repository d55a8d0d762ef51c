"""The server: one page, its WebSocket, and the files that the page needs, all of them from this machine."""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
import logging
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import textual_serve
from aiohttp import WSCloseCode, WSMsgType, web

from kmm_tui.serving.guard import Guard
from kmm_tui.serving.page import Page

HEARTBEAT = 20.0
"""Seconds after which a browser that does not answer is taken for gone, and its board is ended."""
PATIENCE = 4.0
"""Seconds for which a page waits for a place."""
LARGEST = 64 * 1024
"""Bytes of one message from a browser."""
ENDED, FULL = 4000, 4001
"""Why a WebSocket is closed, as the page reads it."""
SIZES = range(6, 73)
"""Sizes of letters that a page may ask for, in CSS pixels."""
USUAL_SIZE = 16

_OWN = {"page.js": "text/javascript", "page.css": "text/css"}
_THEIRS = {
    "textual.js": ("js/textual.js", "text/javascript"),
    "xterm.css": ("css/xterm.css", "text/css"),
    "mono.ttf": ("fonts/RobotoMono-VariableFont_wght.ttf", "font/ttf"),
    "mono-italic.ttf": ("fonts/RobotoMono-Italic-VariableFont_wght.ttf", "font/ttf"),
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """What is served: the command of one page, its environment, a title, and to how many at most."""

    command: Sequence[str]
    environ: Mapping[str, str]
    title: str
    viewers: int


class Server:
    """Serves pages on `sock` to browsers under `origins`. Enter it to begin; leaving it ends every page's process."""

    def __init__(self, served: Served, sock: socket.socket, origins: frozenset[str]) -> None:
        self._served = served
        self._sock = sock
        self._guard = Guard(origins)
        self._pages: set[web.WebSocketResponse] = set()
        self._places = asyncio.Semaphore(served.viewers)
        app = web.Application(middlewares=[self._guard.check], client_max_size=1024)
        app.router.add_get("/", self._index)
        app.router.add_get("/ws", self._talk)
        app.router.add_get("/alive", self._alive)
        app.router.add_get("/static/{name}", self._static)
        app.on_shutdown.append(self._hang_up)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=10.0)

    async def __aenter__(self) -> Server:
        await self._runner.setup()
        await web.SockSite(self._runner, self._sock).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def viewers(self) -> int:
        """How many pages there are."""
        return len(self._pages)

    async def _index(self, request: web.Request) -> web.Response:
        size = _number(request.query.get("size"), USUAL_SIZE)
        if size not in SIZES or set(request.query) - {"size"}:
            # The terminal in the page has parameters of its own, among them an address to call.
            raise web.HTTPFound("./")
        text = files("kmm_tui.serving").joinpath("page.html").read_text("utf-8")
        text = text.replace("{{title}}", html.escape(self._served.title)).replace("{{size}}", str(size))
        return web.Response(text=text, content_type="text/html")

    async def _alive(self, _: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def _static(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name in _OWN:
            data, kind = files("kmm_tui.serving").joinpath(name).read_bytes(), _OWN[name]
        elif name in _THEIRS:
            path, kind = _THEIRS[name]
            data = (Path(textual_serve.__file__).parent / "static" / path).read_bytes()
        else:
            raise web.HTTPNotFound
        return web.Response(body=data, content_type=kind, charset=None if "font" in kind else "utf-8")

    async def _talk(self, request: web.Request) -> web.StreamResponse:
        if not self._guard.is_own(request):
            raise web.HTTPForbidden
        link = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=LARGEST, compress=False)
        await link.prepare(request)
        try:
            # A page that is loaded again comes before its former self has gone.
            async with asyncio.timeout(PATIENCE):
                await self._places.acquire()
        except TimeoutError:
            await link.close(code=FULL, message=f"{self._served.viewers} viewers at most".encode())
            return link
        self._pages.add(link)

        async def beat() -> None:
            await link.send_str('["beat",0]')

        page = Page(self._served.command, self._served.environ, link.send_bytes, beat)
        width, height = _number(request.query.get("width"), 80), _number(request.query.get("height"), 24)
        running = asyncio.create_task(self._run(page, link, width, height))
        try:
            async for message in link:
                if message.type is not WSMsgType.TEXT or not await _heard(page, message.data):
                    await link.close(code=WSCloseCode.UNSUPPORTED_DATA)
        finally:
            # Also where this request is cancelled: no process is left behind.
            await asyncio.shield(self._end(page, running, link))
        return link

    async def _run(self, page: Page, link: web.WebSocketResponse, width: int, height: int) -> None:
        try:
            await page.run(width, height)
        except ConnectionError:
            # The browser went while something was drawn.
            return
        except Exception:
            logger.exception("a page has failed")
        await link.close(code=ENDED, message=b"ended")

    async def _end(self, page: Page, running: asyncio.Task[None], link: web.WebSocketResponse) -> None:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        await page.stop()
        self._pages.discard(link)
        self._places.release()

    async def _hang_up(self, _: web.Application) -> None:
        await asyncio.gather(
            *(link.close(code=WSCloseCode.GOING_AWAY) for link in set(self._pages)), return_exceptions=True
        )


async def _heard(page: Page, text: str) -> bool:
    """Hands on what a browser sent; False if it is nothing that a page sends."""
    try:
        what, *details = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return False
    detail: Any = details[0] if details else None
    if what == "stdin" and isinstance(detail, str):
        await page.type(detail)
    elif what == "resize" and isinstance(detail, dict):
        width, height = detail.get("width"), detail.get("height")
        if type(width) is not int or type(height) is not int:
            return False
        await page.resize(width, height)
    elif what in ("focus", "blur"):
        await page.focus(what == "focus")
    else:
        return bool(what == "ping")
    return True


def _number(text: str | None, usual: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else usual


def listen(address: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 is a free one. Raises `OSError`."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
        sock.listen(64)
    except OSError:
        sock.close()
        raise
    return sock
