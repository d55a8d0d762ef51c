"""``kmm-tui stream``: the board as it goes on, one JSON object a line, for another program to read."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from kmm_tui.cli.connect import fail
from kmm_tui.cli.exits import Exit
from kmm_tui.cli.following import board_options, connect, every_option, following
from kmm_tui.cli.logged import begin_log
from kmm_tui.cli.signals import on_signals

if TYPE_CHECKING:
    from kmm_tui.board.state import Topic, TopicState
    from kmm_tui.cli.following import Account
    from kmm_tui.feed.following import Following

LAST_WORDS = 1.0
"""Seconds that a reader has for what is still to be read at the end."""


@click.command()
@every_option
@board_options
@click.pass_context
def stream(context: click.Context, /, **given: Any) -> None:
    """Print a line of JSON whenever an answer comes, something fails, or figures have become old.

    A reader who is too slow gets the newest line of each scope and misses those between. It ends with the reader, or by
    a signal. What the lines hold: python -m pydoc kmm_tui.output.plain
    """
    if sys.stdout is None:
        fail("there is nothing to print to: standard output is closed", Exit.USAGE)
    with ExitStack() as stack:
        account = connect(given, stack)
        begin_log(account.client)
        context.exit(asyncio.run(_stream(account)))


async def _stream(account: Account) -> int:
    from kmm_tui.output.newest import NewestLines
    from kmm_tui.output.plain import as_line
    from kmm_tui.output.told import Told

    loop, over = asyncio.get_running_loop(), asyncio.Event()
    signals: list[int] = []

    def end(number: int | None = None) -> None:
        if number is not None:
            signals.append(number)
        over.set()

    def reader_gone() -> None:
        # The loop may have ended meanwhile.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(over.set)

    lines = NewestLines(sys.stdout.fileno(), reader_gone)
    told: list[Told] = []
    noted = ""

    def tell(topic: Topic, data: dict[str, Any]) -> None:
        lines.put(topic, as_line({**data, "overtaken": lines.overtaken}))

    def heard(found: Following, state: TopicState) -> None:
        if not told:
            told.append(Told(found.board, account.client.account, tell))
        told[0].heard(state, found.clock.now())

    def ticked(found: Following, now: float) -> None:
        nonlocal noted
        if told:
            told[0].ticked(now)
        if not lines.is_anybody_there():
            over.set()
        if (note := found.note()) != noted:
            noted = note
            if note:
                click.echo(note, err=True)

    on_signals(end)
    try:
        async with following(account, heard=heard, ticked=ticked):
            await over.wait()
    finally:
        await asyncio.to_thread(lines.close, LAST_WORDS)
    if lines.failure:
        fail(f"standard output: {lines.failure.strerror}", Exit.UNEXPECTED)
    return Exit.INTERRUPTED if signal.SIGINT in signals else Exit.OK
