"""What outlives the board: the figures of the last one, shown at once at the next start, and the log."""

from __future__ import annotations

import re
import stat
import time
from pathlib import Path
from typing import Any


def figures(terminal: Any) -> list[str]:
    """The account's figures and the rows of skills; nothing while they are being drawn."""
    lines = terminal.lines
    places = [
        next((at for at, line in enumerate(lines) if word in line), 0) for word in ("IN QUEUE", "SKILLS", "AGENTS of")
    ]
    strip, skills, agents = places
    return [lines[strip + 1], *filter(None, lines[skills + 2 : agents])] if all(places) else []


def steady(terminal: Any) -> list[str]:
    """The figures of a floor that stands still, once they are all drawn."""
    seen: list[Any] = [[], 0.0]

    def quiet() -> bool:
        if (now := figures(terminal)) != seen[0]:
            seen[:] = [now, time.monotonic()]
        return len(now) > 4 and time.monotonic() - seen[1] > 0.5

    terminal.wait(quiet, "figures that stay")
    return figures(terminal)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_old_figures_are_there_with_their_age_while_the_server_is_gone(
    start: Any, own_floor: Any, environ: dict[str, str], tmp_path: Path
) -> None:
    mine = {**environ, **own_floor.environ(), "KMM_TUI_LOG": "debug"}
    first = start(environ=mine, state=tmp_path)
    first.wait_for("● LIVE", "AGENTS of the account", "whole account")
    known = steady(first)
    first.send("q")
    assert first.ended() == 0

    own_floor.stop()
    second = start(environ=mine, state=tmp_path)
    second.wait_for("OFFLINE", "cannot be reached", "old")
    second.wait(
        lambda: re.search(r"OFFLINE \d+s old · retry \d", second.lines[0]), "how old, and when it is tried again"
    )
    assert "● LIVE" not in second.lines[0]
    second.wait(lambda: figures(second) == known, f"{known}")
    second.send("q")
    assert second.ended() == 0

    assert any(path.name == "board-default.json" for path in files(tmp_path))
    log = next(path for path in files(tmp_path) if path.name == "kmm-tui.log").read_text()
    assert re.search(r"DEBUG calls: \w{4}-\d{6} 127.0.0.1 /manager_workspace/api/account/\d+/metrics 200 [\d.]+ s", log)
    assert re.search(r"INFO calls: .* no answer ", log)
    for path in files(tmp_path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert own_floor.here["password"].encode() not in path.read_bytes()
    for folder in {path.parent for path in files(tmp_path)}:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder


def test_another_question_does_not_show_the_old_figures(
    start: Any, own_floor: Any, environ: dict[str, str], tmp_path: Path
) -> None:
    mine = {**environ, **own_floor.environ()}
    first = start(environ=mine, state=tmp_path)
    first.wait_for("● LIVE", "whole account")
    first.send("q")
    assert first.ended() == 0
    own_floor.stop()
    second = start("--window", "2h", environ=mine, state=tmp_path)
    second.wait_for("OFFLINE", "no data yet")
    assert "whole account" not in second.text


def test_a_folder_that_cannot_be_written_costs_the_memory_and_not_the_board(
    start: Any, floor: Any, environ: dict[str, str], tmp_path: Path
) -> None:
    nowhere = tmp_path / "a file, and no folder"
    nowhere.touch()
    terminal = start(environ={**environ, **floor.environ()}, state=nowhere)
    terminal.wait_for("● LIVE", "whole account")
    terminal.send("q")
    assert terminal.ended() == 0
    assert terminal.after() == ""
    assert list(tmp_path.iterdir()) == [nowhere]


def test_an_unknown_level_of_the_log_is_said_in_one_line(start: Any, floor: Any, environ: dict[str, str]) -> None:
    terminal = start(environ={**environ, **floor.environ(), "KMM_TUI_LOG": "loud"})
    assert terminal.ended() == 2
    assert terminal.text.strip() == "KMM_TUI_LOG must be debug, info, warning or off"


def test_the_demo_keeps_nothing_of_its_board(start: Any, environ: dict[str, str], tmp_path: Path) -> None:
    terminal = start("demo", "--size", "small", state=tmp_path)
    terminal.wait_for("● LIVE", "whole account")
    terminal.send("q")
    assert terminal.ended() == 0
    assert {path.name for path in files(tmp_path)} == {"kmm-tui.log"}
