"""``kmm-tui`` without a command: the live board, from the settings to the screen."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from kmm_tui.cli.connect import budget_of, load_settings, new_client


def show_board(options: Mapping[str, Any], *, wall: bool = False) -> int:
    """Shows the board of the chosen profile until its person ends it. Returns the exit code.

    With `wall` it is the wallboard.
    """
    from kmm_tui.cli.terminal import need_terminal

    need_terminal()
    from kmm_tui.cli.desks import about_of, new_prefs, parts_of, run_board
    from kmm_tui.cli.firstrun import first_run, is_first_run

    if not wall and is_first_run(options, os.environ):
        return first_run(options, show_board)
    if not wall and isinstance(options.get("profile"), tuple):
        from kmm_tui.cli.accounts import show_accounts

        return show_accounts(options)
    loaded = load_settings(options)
    settings, budget = loaded.settings, budget_of(loaded)
    client = new_client(loaded, budget)
    prefs, note = new_prefs(loaded)
    return run_board(
        client,
        about_of(loaded),
        budget,
        theme=settings.ui.theme,
        prefs=prefs,
        note=note,
        mouse=settings.ui.mouse and not wall,
        wall=wall,
        **parts_of(loaded),
    )
