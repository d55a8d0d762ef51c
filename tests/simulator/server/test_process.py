"""The service as a process: it says where it is, answers, and ends when it should without a word of complaint."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

Start = Callable[..., "subprocess.Popen[str]"]
SMALL = ("--size", "small", "--announce", "--until-stdin-closes")


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "kmm_tui.simulator", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def announced(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    found: dict[str, Any] = json.loads(process.stdout.readline())
    return found


def test_it_announces_itself_answers_and_ends_with_its_parent(start: Start) -> None:
    process = start(*SMALL, "--fault", "503:on=historical,count=1")
    said = announced(process)
    names = {"username", "password", "app_key", "secret", "access_token", "access_token_secret"}
    assert set(said) == {"url", "account", "client_id", "client_secret", "token", "control"} | names
    now = round(time.time() * 1000)
    body = {
        "filters": {"time": {"from": now - 3_600_000, "to": now}},
        "metricsToRetrieveByTime": ["closed_conversations"],
    }
    root = f"{said['url']}/manager_workspace/api/account/{said['account']}"
    with httpx.Client(headers={"Authorization": f"Bearer {said['token']}"}, timeout=20) as client:
        assert client.post(f"{root}/metrics", json=body).json()["all"]["closedConversations"] > 0
        assert client.post(f"{root}/agent_view", json=body).json()["metadata"]["count"] > 0
        assert client.post(f"{root}/historical", json=body).status_code == 503
        assert len(client.post(f"{root}/historical", json=body).json()["historicalMetricsIntervals"]) > 11
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(20) == 0
    assert process.stdout is not None
    assert process.stderr is not None
    assert (process.stdout.read(), process.stderr.read()) == ("", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("early", [True, False])
def test_a_signal_ends_it_quietly(number: signal.Signals, early: bool, start: Start) -> None:
    process = start(*SMALL)
    said = announced(process)
    if not early:
        httpx.get(f"{said['control']}/stats", timeout=20).raise_for_status()
    process.send_signal(number)
    assert process.wait(20) == 0
    assert process.stderr is not None
    assert process.stderr.read() == ""


def test_a_parent_that_goes_at_once_is_noticed(start: Start) -> None:
    process = start(*SMALL)
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(20) == 0


def test_a_port_in_use_is_one_line_and_exit_code_2(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start(*SMALL, "--port", str(taken.getsockname()[1]))
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (2, "")
    assert err.startswith("kmm-tui simulate: cannot listen on 127.0.0.1:")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--fault", "slwo"), "did you mean 'slow'"),
        (("--scene", "quiet"), "'quiet'"),
        (("--scene", "missing.toml"), "missing.toml"),
        (("--port", "70000"), "port"),
        (("--speed", "0"), "speed"),
        (("--agent-page-max", "0"), "page"),
        (("--account", "no such id"), "account"),
        (("--size", "huge"), "'huge'"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments: tuple[str, ...], complaint: str, capfd: Any) -> None:
    from kmm_tui.simulator.__main__ import main

    assert main([*arguments, "--announce"]) == 2
    err = capfd.readouterr().err
    assert complaint in err
    assert err.count("\n") == 1
