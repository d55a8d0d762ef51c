"""``kmm-tui mirror``: the board that ``kmm-tui serve`` on this machine keeps, once more. It asks nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from kmm_tui.cli.connect import account_options, fail, load_settings, root_options
from kmm_tui.cli.exits import Exit

if TYPE_CHECKING:
    from kmm_tui.board.state import TopicState
    from kmm_tui.feed.feed import Spawn
    from kmm_tui.feed.news import NewsFile
    from kmm_tui.settings import Loaded


@click.command()
@click.option("--wall", is_flag=True, help="The wallboard instead of the board.")
@click.option("--page", is_flag=True, hidden=True, help="Draws for a page of kmm-tui serve.")
@account_options
@click.pass_context
def mirror(context: click.Context, /, *, wall: bool, page: bool, **given: Any) -> None:
    """Show the board that kmm-tui serve on this machine keeps.

    It signs in nowhere and needs no credentials: answers come out of the record, with their true ages.
    """
    from kmm_tui.cli.terminal import need_terminal

    if not page:
        need_terminal()
    loaded = load_settings(root_options(given), without_sign_in=True)
    context.exit(_show(loaded, wall=wall, page=page))


def need_record(loaded: Loaded) -> None:
    """Ends the command with one line where nothing is recorded: there is nothing to follow then."""
    if not loaded.settings.record.on:
        fail(
            "the record is switched off, and boards follow each other through it: set on = true under [record]",
            Exit.USAGE,
        )


def news_of(loaded: Loaded) -> NewsFile:
    """What the board that shares the chosen profile tells, besides its record."""
    from platformdirs import user_state_path

    from kmm_tui.feed.memory import Memory
    from kmm_tui.feed.news import NewsFile

    memory = Memory(user_state_path("kmm-tui", appauthor=False), loaded.settings.chosen.account)
    return NewsFile(memory, loaded.settings.profile)


def _show(loaded: Loaded, *, wall: bool, page: bool) -> int:
    from kmm_tui.cli.alerts import followed_alerts
    from kmm_tui.cli.desks import about_of, new_prefs
    from kmm_tui.cli.logged import begin_log_of
    from kmm_tui.cli.record import record_of
    from kmm_tui.cli.terminal import show_app
    from kmm_tui.feed.clock import SystemClock
    from kmm_tui.feed.mirror import MirrorFeed
    from kmm_tui.ui.desk import Desk
    from kmm_tui.ui.mirroring import MirrorApp
    from kmm_tui.ui.wall.app import WallApp

    settings, profile = loaded.settings, loaded.settings.chosen
    need_record(loaded)
    prefs, note = new_prefs(loaded)
    if page:
        # A page may arrange its board as it likes, and keeps nothing of it on the server.
        prefs, note = replace(prefs, views=None), ""
    begin_log_of(f"a mirror of account {profile.account}")
    about = about_of(loaded)
    record, news, clock = record_of(loaded), news_of(loaded), SystemClock()
    alerts = followed_alerts(loaded)

    def connect(spawn: Spawn, publish: Callable[[TopicState], None]) -> MirrorFeed:
        if alerts:
            spawn(alerts.run(), "alerts")
        return MirrorFeed(record, news, about.every, clock, spawn, publish)

    app = (WallApp if wall else MirrorApp)(
        Desk(connect, about, prefs, alerts=alerts),
        clock,
        theme=settings.ui.theme,
        tz=settings.zone(),
        prefs=prefs,
        note=note,
    )
    if page:
        from kmm_tui.ui.pagedriver import PageDriver

        app.driver_class = PageDriver
    return show_app(app, mouse=settings.ui.mouse, wall=wall)
