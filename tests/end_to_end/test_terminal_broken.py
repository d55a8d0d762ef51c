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

    def start_broken(part: str) -> Any:
        command = (sys.executable, str(BROKEN), part)
        return start(command=command, environ={**environ, **floor.environ()}, state=tmp_path, columns=120, rows=40)

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


WORKING = ("IN QUEUE", "SKILLS", "whole account", "AGENTS of")


@pytest.mark.parametrize(
    ("part", "seen"),
    [
        ("handler", ("● LIVE", "TREND of the account", "2 Skills")),
        ("line", ("● LIVE", "cannot be drawn", "2 Skills")),
        ("render", ("● LIVE", "TREND of the account", "cannot")),
        ("timer", ("TREND of the account", "2 Skills")),
        ("poller", ("RuntimeError", "2 Skills")),
    ],
)
def test_the_rest_goes_on(part: str, seen: tuple[str, ...], broken: Any, floor: Any, tmp_path: Path) -> None:
    terminal = broken(part)
    terminal.wait_for(*WORKING, *seen)
    for _ in range(5):
        terminal.send("xyz")
    # It is polled, and keys are heeded, after what broke has broken.
    before = floor.stats()["targets"]["metrics"]
    terminal.send("r")
    terminal.wait(lambda: floor.stats()["targets"]["metrics"] > before, "another poll")
    terminal.send("3")
    terminal.wait(lambda: any(line.startswith(" AGENT GROUPS") for line in terminal.lines), "the groups")
    ends_well(terminal)
    no_secret(terminal, floor, tmp_path)
    # The log says what and where, once and not each time.
    errors = re.findall(r"unexpected RuntimeError", told(tmp_path))
    assert len(errors) == 1 or part == "poller"
    assert "broken_board.py" in told(tmp_path)


def test_a_board_whose_messages_break_still_hears_its_person(broken: Any, floor: Any, tmp_path: Path) -> None:
    terminal = broken("message")
    terminal.wait_for("waiting for the first answer", "2 Skills")
    terminal.wait(lambda: floor.stats()["targets"].get("metrics"), "a poll")
    terminal.wait(lambda: "unexpected RuntimeError" in told(tmp_path), "the log")
    terminal.signal(signal.SIGTERM)
    assert terminal.ended() == 0
    no_secret(terminal, floor, tmp_path)
    assert told(tmp_path).count("unexpected RuntimeError") == 1


def test_what_breaks_before_the_first_frame_ends_it_with_one_line(broken: Any, floor: Any, tmp_path: Path) -> None:
    terminal = broken("start")
    assert terminal.ended() == 1
    assert re.fullmatch(r"kmm-tui: unexpected RuntimeError at \w+\.py:\d+; please report it", terminal.after())
    assert terminal.left_on() == []
    no_secret(terminal, floor, tmp_path)
    assert "broken on purpose" in told(tmp_path)
