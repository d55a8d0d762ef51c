"""``kmm-tui wallboard``: large figures for a spare screen, that nobody touches for months."""

from __future__ import annotations

from typing import Any

import click

from kmm_tui.cli.connect import account_options, root_options


@click.command()
@account_options
@click.pass_context
def wallboard(context: click.Context, /, **given: Any) -> None:
    """Show the wallboard: large figures, page by page, for a screen that nobody touches.

    Keys, if there are any: Space holds a page, left and right turn them, q ends it.
    """
    from kmm_tui.cli.board import show_board

    context.exit(show_board(root_options(given), lambda _, prefs: prefs))
