"""Who may come in: only pages of this server, under the names that it has; and what its pages may load: nothing else.

A page of another site must not be able to talk to a board on this machine. It could by giving its own name this
machine's address (DNS rebinding), which the Host header tells, or by opening a WebSocket across sites, which the Origin
header tells.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
"""What this machine calls itself."""


class Guard:
    """Lets requests in that name one of `origins`, such as ``https://board.example``, as where they go to."""

    def __init__(self, origins: frozenset[str]) -> None:
        self._origins = origins
        self._hosts = {urlsplit(each).netloc: each for each in origins}

    def origin(self, request: web.Request) -> str | None:
        """The origin that `request` is for; None where it is none of ours."""
        return self._hosts.get(request.headers.get("Host", "").lower())

    def is_own(self, request: web.Request) -> bool:
        """Whether a page of this server sent it: browsers always tell where a WebSocket comes from."""
        return self.origin(request) is not None and request.headers.get("Origin", "").lower() in self._origins

    @web.middleware
    async def check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuses what is for another host, and asks the browser to load nothing from elsewhere."""
        origin = self.origin(request)
        if origin is None:
            response: web.StreamResponse = web.Response(status=421, text="this server has another name\n")
        else:
            try:
                response = await handler(request)
            except web.HTTPException as error:
                response = web.Response(status=error.status, text=f"{error.reason}\n")
                if isinstance(error, web.HTTPFound):
                    response.headers["Location"] = str(error.location)
        if not response.prepared:
            response.headers.update(headers(origin or ""))
        return response


def headers(origin: str) -> dict[str, str]:
    """What every answer tells a browser. Styles stand in the page as well: the terminal in it makes some of its own."""
    socket = f" ws{origin.removeprefix('http')}" if origin else ""
    policy = (
        "default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "font-src 'self'",
        "img-src 'self' data:", f"connect-src 'self'{socket}", "base-uri 'none'", "form-action 'none'",
        "frame-ancestors 'none'",
    )  # fmt: skip
    return {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
        "Server": "kmm-tui",
    }


def loopback_origins(port: int) -> frozenset[str]:
    """What pages on this machine have as their origin."""
    return frozenset(f"http://{host}:{port}" for host in LOOPBACK) | (
        frozenset(f"http://{host}" for host in LOOPBACK) if port == 80 else frozenset()
    )
