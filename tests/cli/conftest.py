"""What the tests of the commands share: a contact centre on a real socket, and ways to run a command against it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kmm_tui.cli.run import run

FLOOR = Path(__file__).parents[1] / "end_to_end" / "frozen_floor.py"
HOUR = 3_600_000


@dataclass
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


@dataclass
class Server:
    """A running contact centre: its address and credentials, its faults and its counters."""

    here: Mapping[str, str]
    url: str = field(init=False)

    def __post_init__(self) -> None:
        self.url = self.here["url"]

    def call(self, verb: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.here['token']}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data, headers, method=verb)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return json.loads(answer.read() or b"null")

    def ask(self, method: str, body: Mapping[str, Any], query: str = "") -> Any:
        """The server's own answer, asked by hand."""
        return self.call("POST", f"/manager_workspace/api/account/{self.here['account']}/{method}{query}", body)

    def fault(self, order: str) -> None:
        self.call("POST", "/_simulator/faults", {"fault": order})

    def stats(self) -> Any:
        return self.call("GET", "/_simulator/stats")

    def reset(self) -> None:
        self.call("DELETE", "/_simulator/faults")
        self.call("DELETE", "/_simulator/stats")

    def asked(self, target: str) -> list[Any]:
        """The bodies of the requests for `target` since the last reset."""
        return [entry["body"] for entry in self.stats()["recent"] if entry["target"] == target]

    def base_environ(self) -> dict[str, str]:
        return {"KMM_TUI_ACCOUNT": self.here["account"], "KMM_TUI_DOMAIN_API": self.url}

    def bearer_environ(self) -> dict[str, str]:
        return {
            **self.base_environ(),
            "KMM_TUI_AUTH__METHOD": "bearer",
            "KMM_TUI_AUTH__TOKEN": self.here["token"],
        }

    def user_environ(self) -> dict[str, str]:
        return {
            **self.base_environ(),
            "KMM_TUI_AUTH__METHOD": "user",
            "KMM_TUI_AUTH__USERNAME": self.here["username"],
            "KMM_TUI_AUTH__PASSWORD": self.here["password"],
        }


@pytest.fixture(scope="session")
def _running() -> Iterator[Server]:
    process = subprocess.Popen(
        [sys.executable, str(FLOOR), "--size", "small"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Server(json.loads(process.stdout.readline()))
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(10)


@pytest.fixture
def server(_running: Server) -> Server:
    """A floor that stands still, without faults."""
    _running.reset()
    return _running


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Nothing of the person who runs the tests: an empty home without any `KMM_TUI_...`. Returns the home."""
    for name in list(os.environ):
        if name.startswith("KMM_TUI_"):
            monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    return tmp_path


Kmm = Callable[..., Ran]


@pytest.fixture
def kmm(no_settings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Kmm:
    """Runs a command in this process: `kmm("query", "metrics", environ={...})`."""

    def kmm(*arguments: str, environ: Mapping[str, str] | None = None) -> Ran:
        with monkeypatch.context() as context:
            for name, value in (environ or {}).items():
                context.setenv(name, value)
            capsys.readouterr()
            code = run(arguments)
        out, err = capsys.readouterr()
        return Ran(int(code), out, err)

    return kmm


@pytest.fixture
def ask(kmm: Kmm, server: Server) -> Kmm:
    """Runs a command against the server, signed in with a ready bearer by the environment alone."""

    def ask(*arguments: str, environ: Mapping[str, str] | None = None) -> Ran:
        return kmm(*arguments, environ={**server.bearer_environ(), **(environ or {})})

    return ask


@pytest.fixture
def shell(no_settings: Path) -> Kmm:
    """Runs a command in a process of its own."""

    def shell(*arguments: str, environ: Mapping[str, str] | None = None) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "kmm_tui", *arguments],
            check=False,
            env={**os.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=30,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return shell
