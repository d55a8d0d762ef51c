"""``kmm-tui`` with one part broken on purpose, deep inside, where a credential is at hand in a local variable.

``python broken_board.py PART ARGUMENTS...``
"""

from __future__ import annotations

import sys
from typing import Any, NoReturn


def deep(depth: int, password: str) -> NoReturn:
    """Fails at the bottom of a few calls that all know a password."""
    spelled = {"password": password, "length": len(password)}
    if depth:
        deep(depth - 1, password)
    raise RuntimeError(f"broken on purpose, {len(spelled)} locals")


def fails(*_: Any, **__: Any) -> NoReturn:
    deep(3, "hunter2-in-a-local")


async def fails_later(*_: Any, **__: Any) -> NoReturn:
    deep(3, "hunter2-in-a-local")


def break_part(part: str) -> None:
    from textual.widgets._footer import FooterKey

    from kmm_tui.api.client import KmmClient
    from kmm_tui.ui.app import BoardApp
    from kmm_tui.ui.linechart import LineChart
    from kmm_tui.ui.overview import Overview

    broken: dict[str, tuple[type, str]] = {
        "handler": (Overview, "on_key"),
        "line": (LineChart, "render_line"),
        "render": (FooterKey, "render"),
        "timer": (Overview, "tick"),
        "message": (BoardApp, "on_state_changed"),
        "poller": (KmmClient, "all_agents"),
        "start": (Overview, "compose"),
    }
    owner, name = broken[part]
    setattr(owner, name, fails_later if part == "poller" else fails)


if __name__ == "__main__":
    break_part(sys.argv.pop(1))
    from kmm_tui.__main__ import main

    sys.exit(main())
