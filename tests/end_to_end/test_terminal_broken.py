"""Nothing that breaks inside the board ends it, and no secret gets out when it breaks."""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

BROKEN = Path(__file__).with_name("broken_board.py")
LOCAL = "hunter2-in-a-local"


def told(state: Path) -> str:
    """All that is on the disk: logs, what is kept and remembered."""
    return "".join(path.read_text("utf-8", "replace") for path in state.rglob("*") if path.is_file())


@pytest.fixture
def broken(start: Any, floor: Any, environ: dict[str, str], tmp_path: Path) -> Any:
    """Starts a board with one part broken."""

    def start_broken(part: str, rows: int = 40) -> Any:
        command = (sys.executable, str(BROKEN), part)
        return start(command=command, environ={**environ, **floor.environ()}, state=tmp_path, columns=120, rows=rows)

    return start_broken


def no_secret(terminal: Any, floor: Any, state: Path) -> None:
    everything = terminal.raw.decode("utf-8", "replace") + told(state)
    assert LOCAL not in everything
    assert floor.here["password"] not in everything


def ends_well(terminal: Any) -> None:
    terminal.send("q")
    assert terminal.ended() == 0
    assert terminal.left_on() == []
    assert terminal.after() == ""


def test_the_rest_goes_on(broken: Any, floor: Any, tmp_path: Path) -> None:
    # So high that the overview has a chart.
    terminal = broken("handler,line,render,timer,poller", rows=56)
    # The chart and the keys at the bottom apologise, the agents say what went wrong, all else is there.
    terminal.wait_for("IN QUEUE", "SKILLS", "whole account", "AGENTS of", "ERROR: no answer yet")
    terminal.wait_for("cannot be drawn; the log has the details")
    terminal.wait(lambda: "cannot" in terminal.lines[-1], "an apology in place of the keys")
    for _ in range(5):
        terminal.send("ppp")
    # It polls, and keys are heeded, after all of it has broken.
    before = floor.stats()["targets"]["metrics"]
    terminal.send("r")
    terminal.wait(lambda: floor.stats()["targets"]["metrics"] > before, "another poll")
    terminal.send("3")
    terminal.wait_for("overview › AGENT GROUPS")
    terminal.send("q")
    assert terminal.ended() == 0
    assert terminal.left_on() == []
    assert terminal.after() == ""
    no_secret(terminal, floor, tmp_path)
    # The log says what and where, once and not each time.
    log = told(tmp_path)
    for part in ("Handler", "Line", "Render", "Timer"):
        assert log.count(f"unexpected {part}Broken") == 1
    assert "PollerBroken" in log
    assert "broken_board.py" in log


def test_a_board_whose_messages_break_still_hears_its_person(broken: Any, floor: Any, tmp_path: Path) -> None:
    terminal = broken("message")
    terminal.wait_for("waiting for the first answer", "2 Skills")
    terminal.wait(lambda: floor.stats()["targets"].get("metrics"), "a poll")
    terminal.wait(lambda: "unexpected MessageBroken" in told(tmp_path), "the log")
    terminal.signal(signal.SIGTERM)
    assert terminal.ended() == 0
    no_secret(terminal, floor, tmp_path)
    assert told(tmp_path).count("unexpected MessageBroken") == 1


def test_what_breaks_before_there_is_a_screen_ends_it_with_one_line(broken: Any, floor: Any, tmp_path: Path) -> None:
    terminal = broken("start")
    assert terminal.ended() == 1
    assert re.fullmatch(r"kmm-tui: unexpected StartBroken at \w+\.py:\d+; please report it", terminal.after())
    assert terminal.left_on() == []
    no_secret(terminal, floor, tmp_path)
    assert "on purpose" in told(tmp_path)
