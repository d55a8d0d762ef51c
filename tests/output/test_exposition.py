"""Whatever a client sends, it gets an answer, and the next one gets the figures."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from kmm_tui.output.exposition import Exporter

OPENMETRICS = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5"


class One:
    broken = False

    def collect(self) -> Iterator[Metric]:
        if self.broken:
            raise RuntimeError("no figures")
        yield GaugeMetricFamily("kmm_one", "One.", value=1)


async def ask(app: Exporter, verb: str = "GET", path: str = "/metrics", **headers: str) -> tuple[int, Any, bytes]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    await app({"type": "http", "method": verb, "path": path, "headers": raw}, None, send)
    start, body = sent
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    assert "no-store" in found.get("cache-control", "no-store")
    return start["status"], found, body["body"]


@pytest.mark.parametrize(
    ("accept", "kind", "is_open"),
    [
        (OPENMETRICS, "application/openmetrics-text", True),
        ("text/plain;version=0.0.4", "text/plain; version=0.0.4", False),
        ("*/*", "text/plain; version=0.0.4", False),
        ("application/openmetrics-text;version=no-number", "application/openmetrics-text", True),
        ("\xff\xfe,;;,=", "text/plain; version=0.0.4", False),
    ],
)
async def test_a_scraper_gets_the_form_that_it_reads(accept: str, kind: str, is_open: bool) -> None:
    status, headers, body = await ask(Exporter(One()), accept=accept)
    assert status == 200
    assert headers["content-type"].startswith(kind)
    assert b"kmm_one 1.0\n" in body
    assert body.endswith(b"# EOF\n") is is_open
    assert int(headers["content-length"]) == len(body)


async def test_what_may_be_packed_is() -> None:
    _, headers, body = await ask(Exporter(One()), accept_encoding="br;q=1.0, gzip;q=0.8")
    assert headers["content-encoding"] == "gzip"
    assert b"kmm_one 1.0\n" in gzip.decompress(body)


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [("GET", "/", 200), ("GET", "/metrics/..", 404), ("GET", "/\x00\ud800", 404), ("POST", "/metrics", 405),
     ("DELETE", "/", 405), ("HEAD", "/metrics", 200)],
)  # fmt: skip
async def test_anything_else_is_answered_as_well(verb: str, path: str, status: int) -> None:
    got, headers, body = await ask(Exporter(One()), verb, path)
    assert got == status
    if verb == "HEAD":
        assert body == b""
        assert int(headers["content-length"]) > 0


async def test_a_failure_is_one_answer_and_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    one = One()
    one.broken = True
    status, _, body = await ask(Exporter(one))
    assert (status, body) == (500, b"the figures could not be written\n")
    one.broken = False
    assert (await ask(Exporter(one)))[0] == 200
