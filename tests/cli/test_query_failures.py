"""What goes wrong on the way to an answer: the exit code, one line on stderr, nothing on stdout, no secret."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from kmm_tui.cli import query as query_module


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Time that only waiting passes: the seconds of each wait between two tries."""
    waited: list[float] = []

    class Time:
        @staticmethod
        def monotonic() -> float:
            return sum(waited)

        time = staticmethod(time.time)

    class Sleep:
        @staticmethod
        async def sleep(seconds: float) -> None:
            waited.append(seconds)

    monkeypatch.setattr(query_module, "time", Time)
    monkeypatch.setattr(query_module, "asyncio", Sleep)
    return waited


@pytest.mark.parametrize(
    ("fault", "code", "word", "todo"),
    [
        ("403", 4, "DENIED", "Key Messaging Metrics"),
        ("refused-metric:metric=csat", 5, "REFUSED", "csat"),
        ("500", 6, "SERVER", "500"),
        ("503:body=json", 6, "SERVER", "503"),
        ("reset", 6, "OFFLINE", "network"),
        ("reset:at=body", 6, "GARBLED", "broke off"),
        ("html", 6, "GARBLED", "a web page instead of JSON"),
        ("truncated", 6, "GARBLED", "cut JSON"),
        ("wrong-host", 6, "OFFLINE", "network"),
        ("429:retry_after=7", 7, "THROTTLED", "7 s of silence"),
        ("429:retry_after=0", 7, "THROTTLED", "asked too often"),
    ],
)
@pytest.mark.parametrize("command", ["metrics", "agents", "historical"])
def test_each_failure_has_its_exit_code_and_one_line(
    fault: str, code: int, word: str, todo: str, command: str, ask: Any, server: Any
) -> None:
    if "csat" in fault and command == "historical":
        fault, todo = fault.replace("csat", "transfers"), "transfers"
    server.fault(fault)
    ran = ask("query", command, "--patience", "0")
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith(f"{word}: ")
    assert todo in ran.err
    assert ran.err.count("\n") == 1
    target = {"agents": "agent_view"}.get(command, command)
    tries = 0 if fault == "wrong-host" else 1
    assert server.stats()["targets"].get(target, 0) == tries


def test_what_will_not_change_is_not_tried_again(ask: Any, server: Any, waits: list[float]) -> None:
    for fault in ("403", "refused-metric"):
        server.reset()
        server.fault(fault)
        ask("query", "metrics", "--patience", "1000")
        assert server.stats()["targets"]["metrics"] == 1
    assert waits == []


def test_a_failure_that_passes_is_waited_out_and_told(ask: Any, server: Any, waits: list[float]) -> None:
    server.fault("503:count=2")
    ran = ask("query", "metrics", "--format", "json")
    assert ran.code == 0
    assert ran.data["all"]["onlineAgents"] > 0
    assert waits == [5.0, 10.0]
    first, second = ran.err.splitlines()
    assert first.endswith("(next try in 5 s)")
    assert second.endswith("(next try in 10 s)")
    assert "503" in first


def test_the_server_says_how_long_to_be_silent(ask: Any, server: Any, waits: list[float]) -> None:
    server.fault("429:retry_after=3,count=1")
    assert ask("query", "agents").code == 0
    assert waits == [3.0]


@pytest.mark.parametrize(("patience", "tries"), [("0", 1), ("4", 1), ("5", 2), ("14", 2), ("15", 3)])
def test_patience_ends_in_time(patience: str, tries: int, ask: Any, server: Any, waits: list[float]) -> None:
    server.fault("500")
    ran = ask("query", "metrics", "--patience", patience)
    assert (ran.code, ran.out) == (6, "")
    assert server.stats()["targets"]["metrics"] == tries
    assert sum(waits) <= float(patience)
    assert len(ran.err.splitlines()) == tries


def test_an_expired_session_is_renewed_without_a_word(kmm: Any, server: Any) -> None:
    server.fault("expired-session")
    ran = kmm("query", "metrics", "--patience", "0", environ=server.user_environ())
    assert (ran.code, ran.err) == (0, "")
    assert server.stats()["targets"]["login"] == 2


def test_a_password_that_was_changed_meanwhile_is_said_once(kmm: Any, server: Any, waits: list[float]) -> None:
    server.fault("password-changed:on=metrics+login")
    ran = kmm("query", "metrics", environ=server.user_environ())
    assert (ran.code, ran.out, waits) == (3, "", [])
    assert ran.err.startswith("AUTH: the login of demo@example.com is refused")
    assert server.stats()["targets"]["login"] == 1


def test_a_wrong_password_is_said_and_not_tried_again(kmm: Any, server: Any) -> None:
    environ = {**server.user_environ(), "KMM_TUI_AUTH__PASSWORD": "not-the-password"}
    ran = kmm("query", "metrics", environ=environ)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("AUTH: the login of demo@example.com is refused")
    assert "correct user name and password" in ran.err
    assert "not-the-password" not in ran.err
    assert server.stats()["targets"]["login"] == 1


def test_an_unknown_account_is_told_from_a_wrong_password(ask: Any) -> None:
    ran = ask("query", "metrics", environ={"KMM_TUI_ACCOUNT": "999"})
    assert ran.code == 3
    assert "knows no account 999; check the account number" in ran.err


def test_nobody_at_the_address(ask: Any) -> None:
    ran = ask("query", "metrics", "--patience", "0", environ={"KMM_TUI_DOMAIN_API": "http://127.0.0.1:9"})
    assert (ran.code, ran.out) == (6, "")
    assert ran.err.startswith("OFFLINE: 127.0.0.1 cannot be reached")


def test_every_question_logs_out(kmm: Any, server: Any) -> None:
    for command in ("metrics", "agents", "historical"):
        assert kmm("query", command, environ=server.user_environ()).code == 0
    stats = server.stats()
    assert (stats["targets"]["login"], stats["targets"]["logout"], stats["sessions"]) == (3, 3, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
def test_control_c_ends_it_at_once_and_logs_out(no_settings: Any, server: Any) -> None:
    server.fault("hanging")
    process = subprocess.Popen(
        [sys.executable, "-m", "kmm_tui", "query", "metrics"],
        env={**os.environ, **server.user_environ()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 30
        while not server.stats()["under_way"].get("metrics"):
            assert time.monotonic() < deadline
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, out, err.strip()) == (130, "", "")
    assert server.stats()["sessions"] == 0


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell's pipe")
@pytest.mark.parametrize("read", [1, 0])
def test_a_reader_that_has_had_enough_is_no_failure(read: int, no_settings: Any, server: Any) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "kmm_tui", "query", "agents", "--format", "json"],
        env={**os.environ, **server.bearer_environ()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    if read:
        assert process.stdout.readline() == b"{\n"
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(10), err) == (0, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a full device")  # noqa: PTH110
def test_a_full_disk_is_said(no_settings: Any, server: Any) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "kmm_tui", "query", "metrics"],
            check=False,
            env={**os.environ, **server.bearer_environ()},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert (done.returncode, done.stderr) == (1, "kmm-tui: No space left on device\n")
