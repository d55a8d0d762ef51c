"""Signals: those that end the board log it out, and those that stop it let it come back complete."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from typing import Any

import pytest

COMPLETE = ("● LIVE", "SKILLS", "AGENTS of the account", "whole account")


@pytest.fixture
def board(start: Any, floor: Any, environ: dict[str, str]) -> Any:
    terminal = start(environ={**environ, **floor.environ()})
    terminal.wait_for(*COMPLETE)
    return terminal


def is_stopped(pid: int) -> bool:
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.strip().startswith("T")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGINT, 130)])
def test_ended_by_a_signal_it_logs_out(number: int, code: int, start: Any, floor: Any, environ: dict[str, str]) -> None:
    board = start(environ={**environ, **floor.environ()}, columns=80, rows=24)
    board.wait_for("● LIVE")
    sessions = floor.stats()["sessions"]
    board.signal(number)
    assert board.ended() == code
    stats = floor.stats()
    assert stats["sessions"] == sessions - 1
    assert stats["targets"]["logout"] == 1
    assert stats["refused"] == []
    assert board.left_on() == []
    assert board.after() == ""


def asks(board: Any, floor: Any) -> None:
    """It polls, understands keys, and shows a whole board."""
    before = floor.stats()["targets"]["metrics"]
    board.send("r")
    board.wait(lambda: floor.stats()["targets"]["metrics"] > before, "another poll")
    board.wait_for(*COMPLETE)
    board.send("3")
    board.wait_for("overview › AGENT GROUPS")


@pytest.mark.skipif(not shutil.which("bash"), reason="needs a shell with job control")
def test_ctrl_z_gives_the_terminal_back_and_fg_brings_the_board_back(
    start: Any, floor: Any, environ: dict[str, str]
) -> None:
    shell = {**environ, **floor.environ(), "PS1": "prompt> ", "BASH_SILENCE_DEPRECATION_WARNING": "1"}
    terminal = start(command=("bash", "--norc", "--noprofile", "--noediting", "-i"), environ=shell)
    terminal.wait_for("prompt>")
    terminal.send(f"{sys.executable} -m kmm_tui\r")
    terminal.wait_for(*COMPLETE)
    for _ in range(2):
        terminal.send("\x1a")
        terminal.wait(lambda: terminal.left_on() == [] and "Stopped" in terminal.after(), "the shell again")
        terminal.screen.reset()
        terminal.send("fg\r")
        terminal.wait_for(*COMPLETE)
    asks(terminal, floor)
    terminal.send("q")
    terminal.wait(lambda: terminal.left_on() == [] and "prompt>" in terminal.after(), "the shell again")
    terminal.send("echo ended with $?\r")
    terminal.wait_for("ended with 0")
    assert floor.stats()["targets"]["logout"] == 1


def test_stopped_from_outside_it_comes_back_complete_and_recovers(board: Any, floor: Any, wait_until: Any) -> None:
    board.signal(signal.SIGSTOP)
    wait_until(lambda: is_stopped(board.pid), "the stop")
    floor.fault("html:on=metrics,count=1")
    before = floor.stats()["targets"]["metrics"]
    board.screen.reset()
    board.signal(signal.SIGCONT)
    board.wait(lambda: floor.stats()["targets"]["metrics"] >= before + 2, "the next polls, of which one fails")
    board.wait_for(*COMPLETE)
    asks(board, floor)
    board.send("q")
    assert board.ended() == 0
    assert board.left_on() == []
