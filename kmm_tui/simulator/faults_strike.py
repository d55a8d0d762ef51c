"""How a fault strikes a request before the service sees it: late, never, cut off, or answered with an error."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import sys
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from kmm_tui.simulator.faults import ActiveFault
from kmm_tui.simulator.faults_answers import PAGE, html_page
from kmm_tui.simulator.http_answers import HTML_TYPE, JSON_TYPE, Answer, error_payload, json_bytes

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Sleep = Callable[[float], Awaitable[None]]

_ERRORS = {
    "500": (500, "internal", "internal server error"),
    "503": (503, "unavailable", "the service is not available"),
    "429": (429, "throttled", "too many requests"),
    "403": (403, "no-permission", "the permission has been taken away"),
}


class Transport(Protocol):
    """The part of an asyncio transport that is needed to cut a connection."""

    def abort(self) -> None:
        """Close at once, without sending what waits."""

    def get_extra_info(self, name: str) -> Any:
        """What is known of the connection."""


def transport_of(send: Any) -> Transport | None:
    """The connection under an ASGI ``send``, where the server shows it (uvicorn does)."""
    transport: Transport | None = getattr(getattr(send, "__self__", None), "transport", None)
    return transport


async def cut(send: Any, receive: Receive) -> None:
    """Reset the connection of a request. Raises `ConnectionResetError` where there is no connection to cut."""
    transport = transport_of(send)
    if transport is None:
        raise ConnectionResetError("the simulated service cut the connection")
    sock = transport.get_extra_info("socket")
    if sock is not None:
        # Lingering for 0 s makes the closing a reset and not a polite end.
        linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()
    await gone(receive)


async def gone(receive: Receive) -> None:
    """Wait until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def cut_in_body(answer: Answer, send: Any, receive: Receive) -> None:
    """Send half of an answer, then reset the connection."""
    answer.set("content-length", str(len(answer.body)))
    await send(answer.start_message())
    await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
    # One turn of the loop lets the half leave before the connection goes.
    await asyncio.sleep(0)
    await cut(send, receive)


def error_answer(fault: ActiveFault, now: int) -> Answer | None:
    """The answer of a fault that answers in place of the service; ``now`` is epoch milliseconds."""
    name = fault.kind.name
    if name == "html":
        return html_page()
    if name not in _ERRORS:
        return None
    status, code, message = _ERRORS[name]
    kind = fault.values.get("body", "json")
    bodies = {
        "json": (JSON_TYPE, json_bytes(error_payload(status, code, message, now))),
        "html": (HTML_TYPE, PAGE),
        "empty": ("text/plain", b""),
    }
    content_type, body = bodies[kind]
    answer = Answer(status, {"content-type": [content_type]}, body)
    if fault.values.get("retry_after"):
        answer.set("retry-after", f"{fault.values['retry_after']:g}")
    return answer
