"""Figures over HTTP for a scraper: two paths, no bodies, and an answer to whatever comes."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol

from prometheus_client import exposition
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.openmetrics import exposition as openmetrics

logger = logging.getLogger(__name__)

_Message = MutableMapping[str, Any]
_INDEX = b"kmm-tui: figures for Prometheus are at /metrics\n"
_PLAIN = "text/plain; charset=utf-8"


class Collects(Protocol):
    """What has figures to tell."""

    def collect(self) -> Iterator[Family]:
        """The families of this moment."""
        ...


class Exporter:
    """An ASGI application that answers ``GET /metrics``: as OpenMetrics where that is accepted, else as plain text."""

    def __init__(self, collector: Collects) -> None:
        self._collector = collector

    async def __call__(self, scope: _Message, _: object, send: Callable[[_Message], Awaitable[None]]) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            return
        try:
            status, headers, body = await self._answer(scope)
        except Exception:
            logger.exception("a scrape failed")
            status, headers, body = 500, {"content-type": _PLAIN}, b"the figures could not be written\n"
        headers["content-length"] = str(len(body))
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _answer(self, scope: _Message) -> tuple[int, dict[str, str], bytes]:
        headers = {"content-type": _PLAIN, "cache-control": "no-store"}
        if scope["method"] not in ("GET", "HEAD"):
            return 405, {**headers, "allow": "GET, HEAD"}, b"only GET and HEAD\n"
        if scope["path"] == "/":
            return 200, headers, _INDEX
        if scope["path"] != "/metrics":
            return 404, headers, b"the figures are at /metrics\n"
        is_open = _accepts(scope, b"accept", "application/openmetrics-text")
        headers["content-type"] = openmetrics.CONTENT_TYPE_LATEST if is_open else exposition.CONTENT_TYPE_PLAIN_0_0_4
        if is_packed := _accepts(scope, b"accept-encoding", "gzip"):
            headers["content-encoding"] = "gzip"
        # Collected here, where nothing else changes the board meanwhile; to write a thousand agents takes longer.
        taken = _Taken(list(self._collector.collect()))
        return 200, headers, await asyncio.to_thread(_written, taken, is_open=is_open, is_packed=is_packed)


@dataclass(frozen=True)
class _Taken:
    """The families of one moment."""

    families: list[Family]

    def collect(self) -> Iterator[Family]:
        return iter(self.families)


def _written(taken: _Taken, *, is_open: bool, is_packed: bool) -> bytes:
    # The library has no types for the one of them.
    write: Callable[[Collects], bytes] = openmetrics.generate_latest if is_open else exposition.generate_latest
    body = write(taken)
    return gzip.compress(body, 6) if is_packed else body


def _accepts(scope: _Message, header: bytes, wanted: str) -> bool:
    """Whether one of the words of a header, whatever its version or weight, is `wanted`."""
    values = (value.decode("latin-1") for name, value in scope["headers"] if name.lower() == header)
    return any(word.partition(";")[0].strip().lower() == wanted for value in values for word in value.split(","))
