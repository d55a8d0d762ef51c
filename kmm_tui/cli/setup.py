"""``kmm-tui setup``: connects another account, whenever one likes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from kmm_tui.cli.connect import root_options


@click.command()
@click.option("--config", "own_config", type=click.Path(path_type=Path), help="Settings file to add the profile to.")
@click.option("--domain-api", help="Where accounts are looked up, if not at LivePerson (KMM_TUI_DOMAIN_API).")
def setup(domain_api: str | None, **own: Any) -> None:
    """Connect an account: asks, tries each answer, adds a profile to the settings and starts the board."""
    from kmm_tui.cli.board import show_board
    from kmm_tui.cli.firstrun import DOMAIN_API_VARIABLE, assist
    from kmm_tui.cli.terminal import need_terminal

    need_terminal()
    options = root_options({**own, "own_profile": None})
    context = click.get_current_context()
    context.exit(assist(options, domain_api or os.environ.get(DOMAIN_API_VARIABLE), show_board, welcome=False))
