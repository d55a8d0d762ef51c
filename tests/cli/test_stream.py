"""``stream`` as another program meets it: lines over a pipe, a clean end, and a slow reader who holds up nobody."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from kmm_tui.cli.stream import LAST_WORDS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes")

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(no_settings: Path, server: Any) -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str, stdout: int | IO[bytes] = subprocess.PIPE) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "kmm_tui", "stream", "--every", "5s", *arguments],
            env={**os.environ, **server.user_environ()},
            stdout=stdout,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        # In peace: a session that is left behind would be another test's.
        process.terminate()
        try:
            process.wait(20)
        finally:
            process.kill()
            process.communicate()


def told(process: subprocess.Popen[bytes], count: int) -> list[Any]:
    assert process.stdout is not None
    return [json.loads(process.stdout.readline()) for _ in range(count)]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_lines_come_at_once_and_a_signal_ends_them(number: int, code: int, start: Start, server: Any) -> None:
    process = start()
    lines = told(process, 4)
    assert {line["schema"] for line in lines} == {1}
    account = next(line for line in lines if line["kind"] == "figures" and line["scope"]["level"] == "account")
    assert account["account"] == server.here["account"]
    assert account["freshness"]["live"] is True
    assert account["figures"]["online_agents"]["value"] > 0
    process.send_signal(number)
    assert process.stdout is not None
    assert process.stderr is not None
    rest = process.stdout.read()
    assert (process.wait(20), process.stderr.read()) == (code, b"")
    # Nothing that was begun is left half written.
    assert rest == b"" or rest.endswith(b"\n")
    for line in rest.splitlines():
        json.loads(line)
    assert server.stats()["sessions"] == 0


def test_it_ends_with_its_reader(start: Start, server: Any) -> None:
    process = start()
    told(process, 1)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(20) == 0
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert server.stats()["sessions"] == 0


def test_a_reader_who_never_reads_does_not_stop_the_feed_nor_its_end(start: Start, server: Any) -> None:
    reading, writing = os.pipe()
    # Nothing more fits in.
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 65536)
    os.set_blocking(writing, True)
    try:
        process = start(stdout=writing)
        deadline = time.monotonic() + 25
        # Two calls are one reading of the board, and the third is the next.
        while server.stats()["targets"].get("metrics", 0) < 3:
            assert time.monotonic() < deadline
        process.send_signal(signal.SIGTERM)
        assert process.wait(20 + LAST_WORDS) == 0
    finally:
        os.close(reading)
        os.close(writing)


@pytest.mark.parametrize(("fault", "word"), [("403", "DENIED"), ("500", "SERVER")])
def test_a_failure_is_a_line_and_not_the_end(fault: str, word: str, start: Start, server: Any) -> None:
    server.fault(f"{fault}:on=metrics")
    process = start()
    lines = told(process, 2)
    assert {line["trouble"]["word"] for line in lines} == {word}
    assert {line["taken_at"] for line in lines} == {None}
    assert process.poll() is None
    server.reset()


def test_it_runs_without_textual(no_settings: Path, server: Any) -> None:
    script = (
        "import sys\nfrom kmm_tui.cli.run import run\ncode = run(['stream', '--agents'])\n"
        "print(code, 'textual' in sys.modules, 'kmm_tui.feed.feed' in sys.modules, file=sys.stderr)"
    )
    reading, writing = os.pipe()
    os.close(reading)
    environ = {**os.environ, **server.bearer_environ()}
    done = subprocess.run(
        [sys.executable, "-c", script], stdout=writing, stderr=subprocess.PIPE, env=environ, timeout=30, check=False
    )
    os.close(writing)
    assert done.stderr.split() == [b"0", b"False", b"True"]


def test_settings_that_are_wrong_end_it_in_words(kmm: Any) -> None:
    ran = kmm("stream")
    assert (ran.code, ran.out) == (2, "")
    assert "account" in ran.err
