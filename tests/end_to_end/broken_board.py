"""``kmm-tui`` with parts broken on purpose, deep inside, where a credential is at hand in a local variable.

``python broken_board.py PART,PART,... ARGUMENTS...``; the part ``timer`` raises a ``TimerBroken``, and so on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NoReturn


def deep(depth: int, broken: type[Exception], password: str) -> NoReturn:
    """Fails at the bottom of a few calls that all know a password."""
    spelled = {"password": password, "length": len(password)}
    if depth:
        deep(depth - 1, broken, password)
    raise broken(f"on purpose, with {len(spelled)} locals")


def failing(part: str) -> Callable[..., Any]:
    broken = type(f"{part.title()}Broken", (Exception,), {})

    def fails(*_: Any, **__: Any) -> NoReturn:
        deep(3, broken, "hunter2-in-a-local")

    async def fails_later(*_: Any, **__: Any) -> NoReturn:
        deep(3, broken, "hunter2-in-a-local")

    return fails_later if part == "poller" else fails


def break_parts(parts: str) -> None:
    from kmm_tui.api.client import KmmClient
    from kmm_tui.ui.app import BoardApp
    from kmm_tui.ui.board_screen import BoardScreen
    from kmm_tui.ui.keyline import KeyLine
    from kmm_tui.ui.linechart import LineChart
    from kmm_tui.ui.supervisor import Supervisor

    places: dict[str, tuple[type, str]] = {
        "handler": (Supervisor, "action_pin"),
        "line": (LineChart, "render_line"),
        "render": (KeyLine, "lines"),
        "timer": (BoardScreen, "tick"),
        "message": (BoardApp, "on_state_changed"),
        "poller": (KmmClient, "all_agents"),
        "start": (BoardScreen, "compose"),
    }
    for part in parts.split(","):
        setattr(*places[part], failing(part))


if __name__ == "__main__":
    break_parts(sys.argv.pop(1))
    from kmm_tui.__main__ import main

    sys.exit(main())
