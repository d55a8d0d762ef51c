"""A reader who is slow misses lines and holds up nothing: on a real pipe."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kmm_tui.output.newest import NewestLines

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes that tell of their reader")
BIG = b"x" * 100_000


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


def rest(reading: int) -> bytes:
    found = b""
    while part := os.read(reading, 1 << 16):
        found += part
    return found


def test_a_reader_who_reads_gets_every_line_in_order(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    lines = NewestLines(writing, lambda: None)
    for number in range(100):
        lines.put(number, b"%d\n" % number)
    lines.close(5)
    os.close(writing)
    assert rest(reading) == b"".join(b"%d\n" % number for number in range(100))
    assert lines.overtaken == 0


def test_a_reader_who_does_not_read_gets_the_newest_of_each_and_nothing_grows(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    lines = NewestLines(writing, lambda: None)
    lines.put("first", BIG + b"\n")
    for number in range(10_000):
        lines.put(number % 3, b"%d\n" % number)
    assert lines.overtaken == 10_000 - 3
    found: list[bytes] = []
    thread = threading.Thread(target=lambda: found.append(rest(reading)))
    thread.start()
    lines.close(5)
    os.close(writing)
    thread.join(5)
    # The line that was begun is whole, and then come the newest.
    assert found[0].split(b"\n") == [BIG, b"9997", b"9998", b"9999", b""]


def test_a_reader_who_has_gone_is_noticed(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    gone = threading.Event()
    lines = NewestLines(writing, gone.set)
    assert lines.is_anybody_there()
    os.close(reading)
    assert not lines.is_anybody_there()
    lines.put(1, b"line\n")
    assert gone.wait(5)


def test_a_reader_who_hangs_does_not_keep_the_program_from_ending(pipe: tuple[int, int]) -> None:
    lines = NewestLines(pipe[1], lambda: None)
    lines.put(1, BIG)
    lines.close(0.01)
    os.close(pipe[0])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_disk_that_is_full_is_no_reader_who_has_gone(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    full = os.open("/dev/full", os.O_WRONLY)
    ended = threading.Event()
    lines = NewestLines(full, ended.set)
    lines.put("one", b"1\n")
    assert ended.wait(5)
    lines.close(5)
    os.close(full)
    assert lines.failure
    assert lines.failure.errno == errno.ENOSPC

    os.close(reading)
    lines = NewestLines(writing, lambda: None)
    lines.put("one", b"1\n")
    lines.close(5)
    assert lines.failure is None
