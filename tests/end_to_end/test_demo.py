"""``kmm-tui demo``: a complete board at once, and two processes that end together however one of them ends."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from typing import Any

import pytest

DEMO = ("demo", "--size", "small")
COMPLETE = ("● LIVE", "SKILLS", "AGENTS of the account")
TOGETHER = 5.0
"""Seconds within which the simulator has to have gone after the board."""


def complete(terminal: Any) -> bool:
    """Whether every part of the board shows figures."""
    text = terminal.text
    return all(part in text for part in COMPLETE) and "waiting for" not in text and "--" not in text


@pytest.fixture
def demo(start: Any) -> tuple[Any, int]:
    """A running demo with its first board drawn, and the process id of its simulator."""
    terminal = start(*DEMO)
    terminal.wait(lambda: complete(terminal), "a complete board")
    (simulator,) = terminal.children()
    return terminal, simulator


def gone_together(simulator: int, alive: Callable[[int], bool], wait_until: Callable[..., Any]) -> None:
    wait_until(lambda: not alive(simulator), "the end of the simulator", TOGETHER)


def test_the_first_complete_board_is_there_at_once(start: Any, cpu: Any) -> None:
    terminal = start("demo")
    terminal.wait(lambda: complete(terminal), "a complete board")
    # The promise is 1.5 s on an idle machine. Tests share theirs, which takes time and hardly any more work.
    assert sum(cpu(pid) for pid in (terminal.pid, *terminal.children())) < 5
    title = terminal.lines[0]
    assert "Demo contact centre" in title
    assert "DEMO" in title
    strip = terminal.line("IN QUEUE")
    for label in ("P90 WAIT", "OVERDUE", "ONLINE", "LOAD", "RESP", "CLOSED", "CSAT"):
        assert label in strip
    assert re.search(r"^ *\d", terminal.lines[terminal.lines.index(strip) + 1])
    assert len(re.findall(r"● online|○ |◐ ", terminal.text)) >= 4


def test_q_ends_both_and_gives_the_terminal_back(demo: Any, alive: Any, wait_until: Any) -> None:
    terminal, simulator = demo
    terminal.send("q")
    assert terminal.ended() == 0
    gone_together(simulator, alive, wait_until)
    assert terminal.left_on() == []
    assert terminal.after() == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_both_and_gives_the_terminal_back(number: int, demo: Any, alive: Any, wait_until: Any) -> None:
    terminal, simulator = demo
    terminal.signal(number)
    code = terminal.ended()
    assert code == (130 if number == signal.SIGINT else 0)
    gone_together(simulator, alive, wait_until)
    assert terminal.left_on() == []
    assert terminal.after() == ""


def test_killed_the_board_takes_the_simulator_with_it(demo: Any, alive: Any, wait_until: Any) -> None:
    terminal, simulator = demo
    terminal.signal(signal.SIGKILL)
    assert terminal.ended() is None
    gone_together(simulator, alive, wait_until)


def test_without_the_simulator_the_board_ends_with_a_line_that_says_so(demo: Any) -> None:
    terminal, simulator = demo
    os.kill(simulator, signal.SIGKILL)
    assert terminal.ended() == 1
    assert terminal.left_on() == []
    assert re.fullmatch(r"The simulated contact centre ended \(code -?\d+\), and the demo with it\.", terminal.after())


def test_a_closed_terminal_ends_both(demo: Any, alive: Any, wait_until: Any) -> None:
    terminal, simulator = demo
    os.close(terminal.process.child_fd)
    wait_until(lambda: not alive(terminal.pid), "the end of the board", 5)
    gone_together(simulator, alive, wait_until)


@pytest.mark.parametrize("moment", ["announced", "drawing"])
def test_it_can_be_ended_while_it_starts(moment: str, start: Any, alive: Any, wait_until: Any) -> None:
    terminal = start(*DEMO)
    if moment == "drawing":
        terminal.wait(lambda: b"\x1b[?1049h" in terminal.raw, "the first byte of the board")
    (simulator,) = wait_until(terminal.children, "the simulator")
    terminal.signal(signal.SIGTERM)
    assert terminal.ended() == (None if moment == "announced" else 0)
    gone_together(simulator, alive, wait_until)
    assert terminal.left_on() == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--scene", "missing.toml"), "missing.toml: cannot be read"),
        (("--fault", "slwo"), "did you mean 'slow'"),
        (("--every", "1s"), "must be at least 5s"),
    ],
)
def test_what_cannot_be_shown_is_said_in_one_line(arguments: tuple[str, ...], says: str, start: Any) -> None:
    terminal = start(*DEMO, *arguments)
    assert terminal.ended() == 2
    assert says in terminal.text
    assert terminal.raw.count(b"\n") == 1
    assert b"\x1b" not in terminal.raw


def test_a_scene_that_does_not_fit_the_floor_ends_with_its_line(start: Any, tmp_path: Any) -> None:
    scene = tmp_path / "scene.toml"
    scene.write_text('[[incident]]\nbegins = 0\nlasts = 10\nskill = "No such skill"\n')
    terminal = start(*DEMO, "--scene", str(scene))
    assert terminal.ended() == 1
    assert terminal.after() == (
        "kmm-tui simulate: scene: incident.skill: no skill is named 'No such skill' at this size"
    )
    assert terminal.left_on() == []


def test_nothing_of_the_persons_own_settings_is_used(start: Any, environ: dict[str, str]) -> None:
    own = {"KMM_TUI_ACCOUNT": "999", "KMM_TUI_AUTH__METHOD": "bearer", "KMM_TUI_AUTH__TOKEN": "my-own-token",
           "KMM_TUI_BOARD__PRESET": "none", "KMM_TUI_UI__PIN": "false"}  # fmt: skip
    terminal = start(*DEMO, environ={**environ, **own})
    terminal.wait(lambda: complete(terminal), "a complete board")
    assert "12345678" in terminal.lines[0]
    assert "999" not in terminal.lines[0]
    assert "not pinned" not in terminal.text
    terminal.send("?")
    terminal.wait_for("limits", "preset live-chat")
