"""``kmm-tui replay``: the board as it was, from what this machine has recorded. Nobody is asked, nobody signs in."""

from __future__ import annotations

import asyncio
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

import click

from kmm_tui.cli.connect import account_options, fail, load_settings, root_options
from kmm_tui.cli.exits import Exit
from kmm_tui.cli.record import NOTHING, record_of

if TYPE_CHECKING:
    from kmm_tui.feed.recorded import Recorded
    from kmm_tui.settings import Loaded

LEEWAY = 60_000
"""How far before the record, in ms, a moment may lie that was given to the minute."""
SPEED = (0.1, 600.0)


@click.command()
@click.option("--at", "at", required=True, help='From when on: "today 10:42", "yesterday 9:00", "-2h".')
@click.option("--speed", type=click.FloatRange(*SPEED), default=1.0, show_default=True, help="Times as fast as it was.")
@account_options
@click.pass_context
def replay(context: click.Context, /, *, at: str, speed: float, **given: Any) -> None:
    """Play the board back from the record of this machine.

    Space pauses, . and , step, { and } leap ten minutes, + and - change the speed. Times are those of the board's zone.
    """
    from kmm_tui.cli.terminal import need_terminal

    need_terminal()
    context.exit(_show(load_settings(root_options(given)), at, speed))


def _show(loaded: Loaded, at: str, speed: float) -> int:
    import time
    from dataclasses import replace

    from kmm_tui.cli.desks import about_of, new_prefs
    from kmm_tui.cli.logged import begin_log_of
    from kmm_tui.cli.moments import parse_moment
    from kmm_tui.cli.terminal import show_app
    from kmm_tui.feed.replay import SteadyClock
    from kmm_tui.ui.replaying import ReplayApp

    settings, profile = loaded.settings, loaded.settings.chosen
    zone = settings.zone()
    try:
        wanted = parse_moment(at, round(time.time() * 1000), zone)
    except ValueError as error:
        fail(f"--at: {error}", Exit.USAGE)
    prefs, note = new_prefs(loaded)
    record = record_of(loaded)
    begin_log_of(f"a replay of account {profile.account}")
    found, start, end = asyncio.run(place(record, wanted, zone))
    about = replace(about_of(loaded), notice="REPLAY")
    app = ReplayApp(
        record,
        (start, end),
        about,
        SteadyClock(),
        found,
        speed=speed,
        theme=settings.ui.theme,
        tz=zone,
        prefs=prefs,
        note=note,
    )
    return show_app(app, mouse=settings.ui.mouse)


async def place(record: Recorded, at_ms: int, zone: tzinfo | None) -> tuple[int, int, int]:
    """Where to begin for a wish of `at_ms`, and the record's first and last moment; all are epoch ms.

    Ends the command with one line where nothing is recorded at that time, which says what is.
    """
    from kmm_tui.cli.moments import moment_text
    from kmm_tui.feed.recorded import REACH, last_before

    span = await record.span()
    if span is None:
        fail(record.trouble or NOTHING, Exit.USAGE)
    start, end = span
    if start - LEEWAY <= at_ms < start:
        at_ms = start
    whole = f"the record goes from {moment_text(start, zone)} to {moment_text(end, zone)}"
    if not start <= at_ms <= end:
        fail(f"nothing is recorded at {moment_text(at_ms, zone)}: {whole}", Exit.USAGE)
    last = await last_before(record, at_ms + 1)
    if last is not None and at_ms - last > REACH:
        following = await record.next_after(at_ms)
        until = f" until {moment_text(following, zone)}" if following else ""
        fail(
            f"nothing is recorded at {moment_text(at_ms, zone)}, after {moment_text(last, zone)}{until}: {whole}",
            Exit.USAGE,
        )
    return at_ms, start, end
