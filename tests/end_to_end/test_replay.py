"""A board records itself, and is played back: the same figures, clearly not live, and nobody is asked for them."""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FIGURES = ("IN QUEUE", "P90 WAIT", "OVERDUE", "ONLINE")


def figures(terminal: Any) -> list[str]:
    """The numbers of the strip."""
    line = terminal.lines[terminal.lines.index(terminal.line("IN QUEUE")) + 1]
    return re.findall(r"[\d:]+%?", line)


def answers(folder: Path) -> list[int]:
    """When the account's recorded answers were taken, epoch ms."""
    files = list(folder.rglob("*.sqlite3"))
    if not files:
        return []
    db = sqlite3.connect(f"{files[0].as_uri()}?mode=ro", uri=True)
    try:
        return [at for (at,) in db.execute("SELECT last_at FROM answers WHERE kind = 1 ORDER BY last_at")]
    except sqlite3.OperationalError:
        return []
    finally:
        db.close()


def test_what_was_on_the_board_plays_again(start: Any, own_floor: Any, environ: dict[str, str], tmp_path: Path) -> None:
    known = {**environ, **own_floor.environ(), "KMM_TUI_BOARD__ZONE": "UTC", "KMM_TUI_USUAL__FILL": "false"}
    live = start(environ=known, state=tmp_path)
    live.wait(lambda: "● LIVE" in live.text and len(answers(tmp_path)) >= 2, "two answers in the record")
    shown = figures(live)
    assert len(shown) >= len(FIGURES)
    live.send("q")
    assert live.ended() == 0

    # With nobody there to ask, all that is seen is what was recorded.
    own_floor.stop()
    first = datetime.fromtimestamp(answers(tmp_path)[0] / 1000, UTC)
    played = start("replay", "--at", f"{first:%Y-%m-%d %H:%M}", "--speed", "0.1", environ=known, state=tmp_path)
    played.wait_for("REPLAY", "◂ PAST", "IN QUEUE", f"{first:%H:%M}")
    played.wait(lambda: figures(played) == shown, f"the figures {shown}")
    assert "LIVE" not in played.text
    assert played.lines[0].startswith("┏")
    played.send(" ")
    played.wait_for("PAUSED")
    played.send(".")
    played.send("}")
    played.wait_for("the record ends here", "END")
    played.send("q")
    assert played.ended() == 0
    assert (played.left_on(), played.after()) == ([], "")


def test_who_wants_no_record_has_none(start: Any, floor: Any, environ: dict[str, str], tmp_path: Path) -> None:
    off = {**environ, **floor.environ(), "KMM_TUI_RECORD__ON": "false"}
    live = start(environ=off, state=tmp_path)
    live.wait_for("● LIVE")
    live.send("q")
    assert live.ended() == 0
    assert answers(tmp_path) == []
    assert not list(tmp_path.rglob("*.sqlite3"))
    played = start("replay", "--at", "-1m", environ=off, state=tmp_path)
    assert played.ended() == 2
    assert "nothing is recorded of this account on this machine" in played.text
