"""The terminal that a board is shown on: that there is one, and what ends the board there."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import click

from kmm_tui.cli.connect import fail
from kmm_tui.cli.exits import Exit
from kmm_tui.cli.signals import on_signals

if TYPE_CHECKING:
    from textual.app import App

    from kmm_tui.ui.app import BoardApp


def need_terminal() -> None:
    """Ends the command with one line where there is no terminal to draw on."""
    # The board draws on stderr, as Textual does, and leaves stdout alone.
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        fail("The board needs a terminal. For figures without one: kmm-tui query --help", Exit.USAGE)
    for stream in (sys.stdin, sys.stdout):
        _give_size(stream.fileno())


def _give_size(terminal: int) -> None:
    """Tells a terminal that knows no size (a serial line, a bare container) that it has 80 x 24.

    Textual and Rich fall back to different sizes there, and the board would be laid out anew without end.
    """
    if sys.platform != "win32":
        import termios

        with contextlib.suppress(OSError, termios.error):
            if 0 in os.get_terminal_size(terminal):
                termios.tcsetwinsize(terminal, (24, 80))


def show_app(
    app: BoardApp,
    *,
    mouse: bool,
    wall: bool = False,
    close: Callable[[], Awaitable[None]] | None = None,
    watchdog: Callable[[], Awaitable[str]] | None = None,
) -> int:
    """Shows `app` until its person, a signal or `watchdog` ends it, and then calls `close`. Returns the exit code.

    At a wallboard, `wall`, nobody sits.
    """
    signals: list[int] = []

    async def main() -> str | None:
        end_on_signals(app, signals)
        guard = asyncio.ensure_future(_end_with(app, watchdog)) if watchdog else None
        try:
            return await app.run_async(mouse=mouse)
        finally:
            if guard:
                guard.cancel()
            if close:
                await close()

    why = asyncio.run(main())
    if why:
        click.echo(why, err=True)
        return Exit.UNEXPECTED
    if signal.SIGINT in signals:
        return Exit.INTERRUPTED
    # Nobody sits at a wall whose terminal hangs up: whatever keeps it running is to start it again.
    hung_up = wall and getattr(signal, "SIGHUP", None) in signals
    return Exit.UNEXPECTED if app.return_code or hung_up else Exit.OK


async def _end_with(app: BoardApp, watchdog: Callable[[], Awaitable[str]]) -> None:
    app.exit(await watchdog())


def end_on_signals(app: App[Any], got: list[int]) -> None:
    """Ends `app` as its person would when a signal asks for it, and notes in `got` which one it was."""

    def end(number: int) -> None:
        got.append(number)
        app.exit()

    on_signals(end)
