"""``kmm-tui --profile a --profile b``: several accounts in one board, each with its own sign-in, feed and record."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmm_tui.cli.connect import budget_of, client_of, fail, fail_for, flags_of
from kmm_tui.cli.desks import about_of, new_desk, new_prefs, parts_of
from kmm_tui.cli.exits import Exit
from kmm_tui.cli.logged import begin_log
from kmm_tui.cli.terminal import show_app

if TYPE_CHECKING:
    from datetime import tzinfo

    from kmm_tui.api.client import KmmClient
    from kmm_tui.feed.budget import Budget
    from kmm_tui.settings import Loaded
    from kmm_tui.ui.desk import Desk
    from kmm_tui.ui.prefs import Prefs

Close = Callable[[], Awaitable[None]]


def show_accounts(options: Mapping[str, Any]) -> int:
    """Shows the boards of several profiles until their person ends it. Returns the exit code."""
    found = load_profiles(options, os.environ)
    made = _clients(found)
    prefs, note = new_prefs(found[0])
    begin_log(*(client for client, _ in made))
    desks, closes = [], []
    for loaded, (client, budget) in zip(found, made, strict=True):
        desk, close = new_desk(client, about_of(loaded), budget, prefs, **parts_of(loaded))
        desks.append(desk)
        closes.append(close)
    settings = found[0].settings
    return run_accounts(
        desks, closes, theme=settings.ui.theme, tz=settings.zone(), prefs=prefs, note=note, mouse=settings.ui.mouse
    )


def run_accounts(
    desks: Sequence[Desk],
    closes: Sequence[Close],
    *,
    theme: str,
    tz: tzinfo | None,
    prefs: Prefs,
    note: str = "",
    mouse: bool = True,
    watchdog: Callable[[], Awaitable[str]] | None = None,
) -> int:
    """Runs the board of several accounts, and logs out of all of them by `closes` at the end."""
    from kmm_tui.feed.clock import SystemClock
    from kmm_tui.ui.accounts.app import AccountsApp

    async def close() -> None:
        # All at once: one silent server is not to cost the others their log-out.
        await asyncio.gather(*(each() for each in closes))

    app = AccountsApp(desks, SystemClock(), theme=theme, tz=tz, prefs=prefs, note=note)
    return show_app(app, mouse=mouse, close=close, watchdog=watchdog)


def load_profiles(options: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[Loaded, ...]:
    """The settings of each profile. Ends the command with code 2 where something is wrong with any of them."""
    from kmm_tui.board.own import use
    from kmm_tui.settings import SettingsError, default_path, load_several, warnings_of

    config = options.get("config")
    try:
        found = load_several(
            options["profile"],
            flags=flags_of(options),
            environ=environ,
            config=Path(config) if config else None,
            default_path=default_path(),
        )
    except SettingsError as error:
        fail_for(error)
    use(found[0].settings.own_metrics())
    for warning in warnings_of(found):
        click.echo(warning, err=True)
    return found


def _clients(found: Sequence[Loaded]) -> list[tuple[KmmClient, Budget]]:
    """A client for each profile, with its own credentials and nobody else's."""
    from kmm_tui.settings import Problem, SettingsError

    made: list[tuple[KmmClient, Budget]] = []
    wrong: list[Problem] = []
    for loaded in found:
        budget = budget_of(loaded)
        try:
            made.append((client_of(loaded, budget), budget))
        except SettingsError as error:
            wrong += [each for each in error.problems if each not in wrong]
    if wrong:
        fail("\n".join(str(each) for each in wrong), Exit.USAGE)
    return made
