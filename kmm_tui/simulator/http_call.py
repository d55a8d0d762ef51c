"""One request on its way through the simulated service: what it is aimed at and what is known of it so far."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kmm_tui.simulator.http_refusal import bad_request

if TYPE_CHECKING:
    from starlette.requests import Request

    from kmm_tui.simulator.faults import ActiveFault

CALL_KEY = "kmm_tui.call"
BODY_LIMIT = 1_000_000


@dataclass(slots=True)
class Call:
    """One request. ``skew_ms`` is how far the service's clock is off for it; ``reason`` is why it was refused."""

    target: str
    faults: list[ActiveFault] = field(default_factory=list)
    skew_ms: int = 0
    reason: str | None = None
    recorded: Any = None

    def fault(self, name: str) -> ActiveFault | None:
        """The fault of this name that strikes this request, if one does."""
        return next((fault for fault in self.faults if fault.kind.name == name), None)


def call_of(request: Request) -> Call:
    """The call that a request belongs to."""
    call: Call = request.scope[CALL_KEY]
    return call


async def body_of(request: Request) -> bytes:
    """The body of a request. Raises a refusal with 400 for more than a megabyte."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_LIMIT:
            raise bad_request("body-too-large", f"the body is over {BODY_LIMIT} bytes")
        parts.append(part)
    return b"".join(parts)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


async def json_object(request: Request) -> dict[str, Any]:
    """The JSON object in the body. Raises a refusal with 400 for another content type or any other JSON."""
    content_type = request.headers.get("content-type", "")
    if content_type.split(";")[0].strip().lower() != "application/json":
        raise bad_request("content-type", f"Content-Type must be application/json, not {content_type or 'absent'!r}")
    raw = await body_of(request)
    try:
        value = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise bad_request("json", f"the body is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise bad_request("json-object", "the body must be a JSON object")
    return value
