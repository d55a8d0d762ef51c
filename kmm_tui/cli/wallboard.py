"""``kmm-tui wallboard``: large figures for a spare screen, that nobody touches for months."""

from __future__ import annotations

from typing import Any

import click

from kmm_tui.cli.connect import account_options, root_options

EPILOG = """\b
It ends with 0 when its person or a signal to terminate ends it, with 2 for a
mistake in the settings or no terminal, and with 1 for all else, such as a
terminal that was closed: Restart=on-failure with RestartPreventExitStatus=2
keeps it up. In tmux, detached and shown on any terminal later:
  tmux new-session -d -s wall kmm-tui wallboard
  tmux attach -t wall
"""


@click.command(epilog=EPILOG)
@click.option("--screen", help="Diagonal of the screen, such as 55in; with --distance it says how large figures are.")
@click.option("--distance", help="From how far it is read, such as 6m.")
@click.option("--floor", is_flag=True, help="Figures of teams only, for a screen that everybody sees.")
@click.option("--demo", "is_demo", is_flag=True, help="On a simulated contact centre, as kmm-tui demo --wallboard.")
@account_options
@click.pass_context
def wallboard(context: click.Context, /, *, is_demo: bool, **given: Any) -> None:
    """Show the wallboard: large figures, page by page, for a screen that nobody touches.

    What stands on it is in the settings under [wallboard]; without any, the account, the skills in trouble or busiest,
    and the groups. Keys, if there are any: Space holds a page, left and right turn them, q ends it.
    """
    wanted = {name: given.pop(name) for name in ("screen", "distance", "floor")}
    if is_demo:
        from kmm_tui.cli.demo import demo

        context.invoke(demo, wallboard=True, **wanted)
    from kmm_tui.cli.board import show_board

    context.exit(show_board({**root_options(given), **wanted}, wall=True))
