"""A terminal that is closed ends the board within 5 seconds and without a spinning core, whatever signals reach it."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

SESSION = Path(__file__).with_name("session.py")
SOON = 5.0
COMPLETE = ("● LIVE", "SKILLS", "AGENTS of the account", "whole account")


def command(told: Path, *options: str) -> tuple[str, ...]:
    return (sys.executable, str(SESSION), str(told), *options, sys.executable, "-m", "kmm_tui")


def cpu_until_end(pid: int, told: Path, wait_until: Any, cpu: Any) -> float:
    """Seconds of CPU until `pid` has ended, which it has to soon."""
    if not Path("/proc/self/stat").exists():
        wait_until(told.exists, "the end of the board", SOON)
        return 0.0
    first: float = cpu(pid)
    last: float = first

    def ended() -> bool:
        nonlocal last
        try:
            last = cpu(pid)
        except OSError:
            return True
        return told.exists()

    wait_until(ended, "the end of the board", SOON)
    return last - first


@pytest.mark.parametrize("what", ["terminal", "input"])
def test_it_ends_soon_quietly_and_logs_out(
    what: str, start: Any, floor: Any, environ: dict[str, str], tmp_path: Path, wait_until: Any, cpu: Any
) -> None:
    told = tmp_path / "ended"
    options = ("--own-input",) if what == "input" else ()
    terminal = start(command=command(told, *options), environ={**environ, **floor.environ()})
    terminal.wait_for(*COMPLETE)
    (board,) = terminal.children()
    sessions, began = floor.stats()["sessions"], time.monotonic()
    if what == "input":
        terminal.signal(signal.SIGUSR1)
    else:
        os.close(terminal.process.child_fd)
    # Measured on an idle machine: 0.05 s. A spinning core would use as much as there is.
    assert cpu_until_end(board, told, wait_until, cpu) < 0.6
    assert time.monotonic() - began < SOON
    wait_until(lambda: told.exists() and told.read_text(), "its exit code")
    assert told.read_text() == "0"
    assert floor.stats()["sessions"] == sessions - 1
    assert floor.stats()["targets"]["logout"] == 1


def test_the_demo_takes_its_simulator_along(
    start: Any, tmp_path: Path, alive: Any, wait_until: Any, environ: dict[str, str]
) -> None:
    told = tmp_path / "ended"
    terminal = start("demo", "--size", "small", command=command(told))
    terminal.wait_for("● LIVE", "DEMO")
    (board,) = terminal.children()
    (simulator,) = type(terminal).children(type("Of", (), {"pid": board})())
    os.close(terminal.process.child_fd)
    wait_until(lambda: told.exists() and told.read_text() == "0", "the end of the board", SOON)
    wait_until(lambda: not alive(simulator), "the end of the simulator", SOON)
