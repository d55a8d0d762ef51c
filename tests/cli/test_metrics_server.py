"""``metrics-server`` as Prometheus meets it, and who else may."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

OPENMETRICS = {"Accept": "application/openmetrics-text;version=1.0.0"}


class Serving:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stderr is not None
        line = process.stderr.readline()
        assert line.startswith("figures are at http://127.0.0.1:"), line
        self.url = line.split()[3]

    def get(self, path: str = "/metrics", **headers: str) -> str:
        target = self.url.removesuffix("/metrics") + path
        request = urllib.request.Request(target, headers=headers or OPENMETRICS)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            text: str = answer.read().decode()
        return text

    def until(self, part: str) -> str:
        """The figures, once `part` is among them: the first answers take a moment."""
        deadline = time.monotonic() + 25
        while part not in (text := self.get()):
            assert time.monotonic() < deadline, text
        return text

    def raw(self, data: bytes) -> bytes:
        parts = urlsplit(self.url)
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as sock:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            return sock.recv(65536)


@pytest.fixture
def serving(no_settings: Path, server: Any) -> Iterator[Serving]:
    process = subprocess.Popen(
        [sys.executable, "-m", "kmm_tui", "metrics-server", "--port", "0", "--every", "5s"],
        env={**os.environ, **server.user_environ()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Serving(process)
        process.terminate()
        process.wait(20)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="ends by a signal")
def test_prometheus_gets_its_figures_whatever_others_send(serving: Serving, server: Any) -> None:
    text = serving.until("kmm_group_severity")
    families = {family.name for family in text_string_to_metric_families(text)}  # type: ignore[no-untyped-call]
    assert {"kmm_freshness", "kmm_skill_online_agents", "kmm_group_severity", "kmm_api_calls"} <= families
    assert server.here["password"] not in text
    for hostile in (
        b"GET /metrics HTTP/1.1\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\nabc",
        b"GET /metrics?name[]=\xff HTTP/1.1\r\nHost: x\r\nAccept: \xff;version=x\r\n\r\n",
        b"",
    ):
        answer = serving.raw(hostile)
        assert not answer.startswith(b"HTTP/1.1 5")
    with pytest.raises(HTTPError, match="404"):
        serving.get("/_simulator")
    assert "/metrics" in serving.get("/")
    assert "kmm_account_online_agents" in serving.get(Accept="text/plain")
    # Scrapes cost the account nothing: what is asked of it goes by its own beat.
    calls = server.stats()["targets"]["metrics"]
    for _ in range(20):
        serving.get()
    assert server.stats()["targets"]["metrics"] <= calls + 2
    serving.process.send_signal(signal.SIGTERM)
    assert serving.process.wait(20) == 0
    assert server.stats()["sessions"] == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])
def test_others_are_not_listened_to_unless_something_stands_in_front(host: str, ask: Any, server: Any) -> None:
    ran = ask("metrics-server", "--host", host)
    assert (ran.code, ran.out) == (2, "")
    assert "--i-have-a-proxy" in ran.err
    assert ran.err.count("\n") == 1
    assert server.stats()["targets"] == {}


def test_with_something_in_front_the_address_is_taken_at_its_word(ask: Any) -> None:
    ran = ask("metrics-server", "--host", "192.0.2.1", "--i-have-a-proxy")
    assert ran.code == 2
    assert ran.err.startswith("cannot listen on 192.0.2.1:8788 (")


def test_a_port_that_is_taken_is_told(ask: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = ask("metrics-server", "--port", str(taken.getsockname()[1]))
    assert ran.code == 2
    assert ran.err.endswith("; try another --port\n")


def test_without_the_library_it_says_what_to_install(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "kmm_tui.output.exposition", raising=False)
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    ran = ask("metrics-server")
    assert (ran.code, ran.out) == (2, "")
    assert "pip install 'kmm-tui[metrics]'" in ran.err


def test_the_dashboard_is_printed_without_settings_or_library(kmm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    ran = kmm("metrics-server", "--grafana")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out)["uid"] == "kmm-tui-messaging"
