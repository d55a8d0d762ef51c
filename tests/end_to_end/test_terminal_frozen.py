"""A terminal that stops reading (ctrl+S, a suspended ssh): the feed goes on, and the screen is whole afterwards."""

from __future__ import annotations

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

COMPLETE = ("● LIVE", "SKILLS", "AGENTS of the account", "TREND of the account", "whole account")
DOWN, UP = "\x1b[B", "\x1b[A"


@pytest.fixture
def board(start: Any, floor: Any, environ: dict[str, str], tmp_path: Path) -> Any:
    """A complete board, which the test then stops reading."""
    terminal = start(environ={**environ, **floor.environ()}, state=tmp_path)
    terminal.wait_for(*COMPLETE)
    return terminal


def log_of(state: Path) -> str:
    return "".join(path.read_text() for path in sorted(state.rglob("*.log*")))


def draw_into_the_void(board: Any) -> None:
    """Makes it draw far more than any buffer holds."""
    for _ in range(60):
        board.send(DOWN * 3 + UP * 3 + "53")


def calls(floor: Any) -> int:
    count: int = floor.stats()["targets"]["metrics"]
    return count


def still(board: Any) -> list[str]:
    """The screen without what changes each second."""
    return [re.sub(r"\d+:\d\d(:\d\d)?|\d+s", "#", re.sub(r" {2,}", "  ", line)) for line in board.lines[1:-1]]


def test_the_feed_goes_on_and_the_screen_is_whole_afterwards(
    board: Any, floor: Any, tmp_path: Path, wait_until: Any
) -> None:
    draw_into_the_void(board)
    began, before = time.monotonic(), calls(floor)
    # Keys are still understood, so the loop runs; what they ask for is asked for.
    wait_until(
        lambda: board.send("r") and calls(floor) >= before + 3 and time.monotonic() > began + 3, "polls while frozen"
    )
    board.send("2")
    board.wait(lambda: " did not read for " in log_of(tmp_path), "a line in the log")
    seconds = int(re.findall(r"the terminal did not read for (\d+) s", log_of(tmp_path))[0])
    assert 2 <= seconds <= time.monotonic() - began + 1

    board.send("3")
    board.wait_for("● LIVE", "AGENT GROUPS")
    board.wait(lambda: not any(line.startswith(" SKILLS") for line in board.lines), "groups in place of skills")
    shown = still(board)
    # The same, painted on an empty screen: had anything old been left, it would differ.
    board.screen.reset()
    board.resize(121, 40)
    board.wait_for("● LIVE", "AGENT GROUPS")
    board.screen.reset()
    board.resize(120, 40)
    board.wait(lambda: still(board) == shown, "the same screen, painted anew")


def test_it_can_be_ended_while_nobody_reads(board: Any, floor: Any, alive: Any, wait_until: Any) -> None:
    sessions = floor.stats()["sessions"]
    draw_into_the_void(board)
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
