"""What the simulated service answers: refusals in words, JSON as bytes, and one finished answer as a value."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from kmm_tui.simulator.http_refusal import Refusal

JSON_TYPE = "application/json;charset=UTF-8"
HTML_TYPE = "text/html;charset=UTF-8"


def json_bytes(payload: Any) -> bytes:
    """Compact UTF-8 JSON. Raises `ValueError` for NaN and infinities, which JSON does not have."""
    return json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def json_answer(payload: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer with a JSON body."""
    return Response(json_bytes(payload), status, headers, media_type=JSON_TYPE)


def error_payload(status: int, code: str, message: str, now: int) -> dict[str, Any]:
    """The error object of the login service; ``time`` is epoch milliseconds."""
    return {"error": {"time": now, "message": message, "internalCode": code, "responseStatus": status}}


def refusal_answer(refusal: Refusal, now: int) -> Response:
    """A refusal as the service words it; ``now`` is epoch milliseconds."""
    payload = error_payload(refusal.status, refusal.code, refusal.message, now)
    return json_answer(payload, refusal.status, refusal.headers)


def token_refusal_answer(refusal: Refusal) -> Response:
    """A refusal as a token endpoint words it (RFC 6749, section 5.2)."""
    return json_answer({"error": refusal.code, "error_description": refusal.message}, refusal.status, refusal.headers)


@dataclass(slots=True)
class Answer:
    """A whole answer before it is sent. Header names are lower case."""

    status: int = 200
    headers: dict[str, list[str]] = field(default_factory=dict)
    body: bytes = b""

    def set(self, name: str, value: str) -> None:
        """Set one header, in place of any of that name."""
        self.headers[name] = [value]

    def start_message(self) -> dict[str, Any]:
        """The ASGI message that begins it; the length is that of the body."""
        headers = [(name, value) for name, values in self.headers.items() for value in values]
        return {
            "type": "http.response.start",
            "status": self.status,
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        }


class Collector:
    """An ASGI ``send`` that keeps the answer instead of sending it, so that a fault may alter it as a whole."""

    def __init__(self) -> None:
        self.answer: Answer | None = None
        self.complete = False

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.answer = Answer(message["status"])
            for name, value in message.get("headers", ()):
                self.answer.headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        elif message["type"] == "http.response.body" and self.answer is not None:
            self.answer.body += message.get("body", b"")
            self.complete = not message.get("more_body", False)
