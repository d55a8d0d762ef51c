"""The desks that boards are shown of: what the settings say of an account, put together and run."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmm_tui.cli.alerts import alerts_of
from kmm_tui.cli.connect import fail, leave
from kmm_tui.cli.exits import Exit
from kmm_tui.cli.keys import key_problems
from kmm_tui.cli.logged import begin_log
from kmm_tui.cli.record import record_of
from kmm_tui.cli.terminal import show_app

if TYPE_CHECKING:
    from datetime import tzinfo

    from kmm_tui.alerting.service import AlertService
    from kmm_tui.api.client import KmmClient
    from kmm_tui.api.window import Window
    from kmm_tui.board.wallprefs import WallPrefs
    from kmm_tui.feed.budget import Budget
    from kmm_tui.record.record import Record
    from kmm_tui.settings import Loaded
    from kmm_tui.settings.own_sources import OwnSource
    from kmm_tui.ui.app import BoardApp
    from kmm_tui.ui.desk import Desk
    from kmm_tui.ui.header import About
    from kmm_tui.ui.prefs import Prefs

logger = logging.getLogger(__name__)

MOST_PAST = 400
"""Answers about past windows that are kept in memory, where nothing is recorded."""


def parts_of(loaded: Loaded) -> dict[str, Any]:
    """What the settings say of the chosen profile's desk; see `new_desk`."""
    settings = loaded.settings
    return {
        "watch": settings.board.watch,
        "keep": True,
        "tz": settings.zone(),
        "days": settings.usual.days if settings.usual.fill else 0,
        "record": record_of(loaded) if settings.record.on else None,
        "alerts": alerts_of(loaded),
        "sources": settings.chosen_sources,
    }


def new_prefs(loaded: Loaded) -> tuple[Prefs, str]:
    """How the person wants the board, and a note where a file of it was broken. Ends the command on keys that clash."""
    from kmm_tui.settings.read import themes_folder
    from kmm_tui.settings.views import Views, default_views_path
    from kmm_tui.ui.prefs import Prefs

    settings = loaded.settings
    if wrong := key_problems(loaded):
        fail("\n".join(wrong), Exit.USAGE)
    beside = loaded.path.with_name("views.json") if loaded.path else default_views_path()
    # Settings that are nowhere, as those of the demo, have nothing beside them.
    views = Views(None if loaded.path == Path(os.devnull) else beside)
    prefs = Prefs(
        limits=settings.limits(),
        state_limits=settings.state_limits(),
        parents=settings.group_parents,
        keys=settings.keys,
        pin=settings.ui.pin,
        views=views,
        shifts=settings.shifts(),
        span=settings.span(),
        fill=settings.usual.fill,
        wall=settings.wall(),
        themes=themes_folder(loaded.path),
    )
    return prefs, views.load()


def about_of(loaded: Loaded) -> About:
    """Whose board it is, by the chosen profile."""
    from kmm_tui.ui.header import About

    settings, profile = loaded.settings, loaded.settings.chosen
    return About(
        account=profile.account,
        name=profile.name,
        profile=settings.profile,
        window=int(settings.board.window.total_seconds() * 1000),
        every=settings.board.every.total_seconds(),
    )


def new_desk(
    client: KmmClient,
    about: About,
    budget: Budget,
    prefs: Prefs,
    *,
    watch: Sequence[str] = (),
    keep: bool = False,
    tz: tzinfo | None = None,
    days: int = 14,
    record: Record | None = None,
    alerts: AlertService | None = None,
    sources: Sequence[OwnSource] = (),
) -> tuple[Desk, Callable[[], Awaitable[None]]]:
    """All of one account but its screens, and what to call at the end: it logs out and closes the client.

    `keep` shows what the last board of this profile knew until the first answers, and keeps this one for the next.
    `tz` is the board's time zone, None the machine's own; `days` is on how many days before it asks how it was.
    Answers are kept in `record`, and watched by `alerts`, which are started with the board and closed after it.
    `sources` are asked beside it.
    """
    from kmm_tui.board import grid
    from kmm_tui.board.scope import Watch
    from kmm_tui.board.state import TopicState
    from kmm_tui.feed.clock import SystemClock
    from kmm_tui.feed.feed import Spawn
    from kmm_tui.feed.history import PastMemory
    from kmm_tui.feed.kept import KeptBoard
    from kmm_tui.feed.past import Archive, NoMoments
    from kmm_tui.feed.recording import RecordingFeed, recording
    from kmm_tui.feed.sources import Sources
    from kmm_tui.feed.wanted import usual_wants
    from kmm_tui.ui.desk import Desk

    clock = SystemClock()
    wants = usual_wants(about.window)
    asked_for = (client.hosts.domain_api, tuple(watch), wants)
    kept = KeptBoard(budget.memory, clock, about.profile, asked_for, about.every) if keep else None
    feeds: list[RecordingFeed] = []

    def comparable(window: Window, now_ms: int) -> Sequence[grid.Comparable]:
        found = grid.comparable(window, tz, now_ms, anchored=desk.is_anchored())
        return tuple(each for each in found if each.days_ago <= days)

    archive = Archive(
        store=record or PastMemory(MOST_PAST), moments=record or NoMoments(), comparable=comparable if days else None
    )

    def connect(spawn: Spawn, publish: Callable[[TopicState], None]) -> RecordingFeed:
        own = Sources(sources, clock, tz, account=(about.account, about.name)) if sources else None
        noted: Callable[[TopicState], None] | None = None
        if record:
            record.start()
            tell = (lambda _: None) if own else publish
            noted = recording(record, tell, lambda: bool(feeds) and feeds[0].subgroups)
        if own:
            # Alerts are of what the board shows; the record takes each answer once.
            publish = own.mixing(alerts.watching(publish) if alerts else publish, noted)
        else:
            publish = noted or publish
            publish = alerts.watching(publish) if alerts else publish
        feed = RecordingFeed(
            client, wants, Watch(tuple(watch)), about.every, clock, spawn, publish, budget, kept, archive
        )
        feed.record, feed.sources = record, own
        if alerts:
            feed.besides = alerts.look
            spawn(alerts.run(), "alerts")
        feeds.append(feed)
        return feed

    async def close() -> None:
        # All at once: neither a silent server nor a slow disk is to cost the other.
        ends = [
            leave((feeds[0] if feeds else client).close),
            *([record.close()] if record else []),
            *([alerts.close()] if alerts else []),
        ]
        await asyncio.gather(*ends)

    desk = Desk(connect, about, prefs, lines=record, alerts=alerts)
    return desk, close


def new_app(
    desk: Desk,
    *,
    theme: str,
    prefs: Prefs | None = None,
    note: str = "",
    tz: tzinfo | None = None,
    wall: bool = False,
) -> BoardApp:
    """The board of a desk; `wall` makes it the wallboard. `tz` is the board's time zone, None the machine's own."""
    from kmm_tui.feed.clock import SystemClock
    from kmm_tui.ui.app import BoardApp
    from kmm_tui.ui.wall.app import WallApp

    return (WallApp if wall else BoardApp)(desk, SystemClock(), theme=theme, tz=tz, prefs=prefs, note=note)


def run_board(
    client: KmmClient,
    about: About,
    budget: Budget,
    *,
    theme: str,
    prefs: Prefs,
    note: str = "",
    mouse: bool = True,
    tz: tzinfo | None = None,
    wall: bool = False,
    watchdog: Callable[[], Awaitable[str]] | None = None,
    **parts: Any,
) -> int:
    """Runs the board on `client`, which it closes. `watchdog` returns when the board has to end, with the reason.

    `parts` are what else `new_desk` takes.
    """
    begin_log(client)
    if wall:
        tell_sight(prefs.wall)
    desk, close = new_desk(client, about, budget, prefs, tz=tz, **parts)
    app = new_app(desk, theme=theme, prefs=prefs, note=note, tz=tz, wall=wall)
    return show_app(app, mouse=mouse, wall=wall, close=close, watchdog=watchdog)


def tell_sight(wall: WallPrefs) -> None:
    """Says on stderr how large figures have to be to be read, and which pages cannot hold theirs."""
    if wall.sight:
        from kmm_tui.ui.wall.body import sight_words

        for line in sight_words(wall.sight, wall.plans, *shutil.get_terminal_size()):
            click.echo(line, err=True)
