"""A terminal that stops reading (ctrl+S, a suspended ssh): the feed goes on, and the screen is whole afterwards."""

from __future__ import annotations

import array
import fcntl
import os
import re
import signal
import subprocess
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

COMPLETE = ("● LIVE", "SKILLS", "AGENTS of the account", "whole account")
VIEWS = "24"
"""Keys that make it draw the whole screen anew, twice."""


@pytest.fixture
def board(start: Any, floor: Any, environ: dict[str, str], tmp_path: Path) -> Any:
    """A complete board, which the test then stops reading."""
    terminal = start(environ={**environ, **floor.environ()}, state=tmp_path)
    terminal.wait_for(*COMPLETE)
    return terminal


def log_of(state: Path) -> str:
    return "".join(path.read_text() for path in sorted(state.rglob("*.log*")))


def unread(board: Any) -> int:
    """Bytes that wait for whoever reads the terminal."""
    waiting = array.array("i", [0])
    fcntl.ioctl(board.process.child_fd, termios.FIONREAD, waiting)
    return waiting[0]


def draw_into_the_void(board: Any, wait_until: Any) -> None:
    """Makes it draw, unread, until its terminal takes nothing more."""
    full, since = 0, time.monotonic()

    def is_full() -> bool:
        nonlocal full, since
        if unread(board) != full:
            full, since = unread(board), time.monotonic()
            board.send(VIEWS)
        return full > 2000 and time.monotonic() - since > 0.5

    board.send(VIEWS)
    wait_until(is_full, "a terminal that is full")


def calls(floor: Any) -> int:
    count: int = floor.stats()["targets"]["metrics"]
    return count


def settled(board: Any) -> list[str]:
    """The screen once it has stayed the same for a second, but for its clocks."""
    title, shown = "", list[str]()

    def same_as_a_second_ago() -> bool:
        nonlocal shown, title
        if board.lines[0] == title:
            return False
        title, before, shown = board.lines[0], shown, still(board)
        return shown == before

    board.wait(same_as_a_second_ago, "a screen that stays the same")
    return shown


def still(board: Any) -> list[str]:
    """The screen without what changes each second, and without the line of bars that grows with each answer."""
    lines = [re.sub("^[ ▁▂▃▄▅▆▇█]+$", "", line) for line in board.lines[1:-1]]
    return [re.sub(r"\d+:\d\d(:\d\d)?|\d+s", "#", re.sub(r" {2,}", "  ", line)) for line in lines]


def test_the_feed_goes_on_and_the_screen_is_whole_afterwards(
    board: Any, floor: Any, tmp_path: Path, wait_until: Any
) -> None:
    draw_into_the_void(board, wait_until)
    began, before = time.monotonic(), calls(floor)
    board.send("r")
    drawn = began

    def went_on() -> bool:
        nonlocal drawn
        # Frames all the while, for which there is no room: as many as a person who tries keys would make.
        if time.monotonic() > drawn + 0.8:
            drawn = time.monotonic()
            board.send(VIEWS)
        return calls(floor) >= before + 2 and time.monotonic() > began + 3

    wait_until(went_on, "polls while frozen")
    board.send("2")
    board.wait(lambda: " did not read for " in log_of(tmp_path), "a line in the log")
    seconds = int(re.findall(r"the terminal did not read for (\d+) s", log_of(tmp_path))[0])
    assert 2 <= seconds <= time.monotonic() - began + 1

    board.send("3")
    board.wait_for("● LIVE", "overview › AGENT GROUPS")
    shown = settled(board)
    # The same, painted on an empty screen: had anything old been left, it would differ.
    for columns in (121, 120):
        board.screen.erase_in_display(2)
        board.resize(columns, 40)
        painted = settled(board)
    assert painted == shown


def test_it_can_be_ended_while_nobody_reads(board: Any, floor: Any, alive: Any, wait_until: Any) -> None:
    sessions = floor.stats()["sessions"]
    draw_into_the_void(board, wait_until)
    began = time.monotonic()
    board.signal(signal.SIGTERM)
    wait_until(lambda: not alive(board.pid), "the end of the board", 5)
    assert time.monotonic() - began < 5
    assert floor.stats()["sessions"] == sessions - 1
    # Whoever reads now gets a terminal in its old modes.
    assert board.ended() == 0
    assert board.left_on() == []
    assert board.after() == ""


@pytest.fixture
def held(board: Any) -> Iterator[Any]:
    """A board whose terminal takes no byte more."""
    name = subprocess.run(["ps", "-o", "tty=", "-p", str(board.pid)], capture_output=True, text=True, check=True).stdout
    slave = os.open(f"/dev/{name.strip()}", os.O_RDWR | os.O_NOCTTY)
    termios.tcflow(slave, termios.TCOOFF)
    yield board
    os.close(slave)


def test_it_can_be_ended_when_nothing_can_get_out(held: Any, floor: Any, alive: Any, wait_until: Any) -> None:
    sessions = floor.stats()["sessions"]
    held.send("q")
    wait_until(lambda: not alive(held.pid), "the end of the board", 6)
    assert floor.stats()["sessions"] == sessions - 1
