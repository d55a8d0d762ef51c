"""``kmm-tui once``: one reading of the whole board. It ends as monitoring plugins do: with the worst level."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from kmm_tui.cli.exits import unexpected
from kmm_tui.cli.following import board_options, connect, following
from kmm_tui.cli.query import PATIENCE

if TYPE_CHECKING:
    from kmm_tui.cli.following import Account
    from kmm_tui.output.reading import Reading

UNKNOWN = 3
"""The exit code of whatever keeps the board from being read: plugins have 1 and 2 for levels."""


class _Misused(click.UsageError):
    exit_code = UNKNOWN


def code_of(error: click.UsageError, arguments: Sequence[str]) -> int:
    """The exit code of a mistake: one before the command's own name does not know which command is meant."""
    is_before = error.ctx is None or error.ctx.parent is None
    return UNKNOWN if is_before and "once" in arguments else error.exit_code


class Plugin(click.Command):
    """A command that ends with 0, 1 or 2 only because of what it has read; with `UNKNOWN` where it could not."""

    def make_context(self, *arguments: Any, **extra: Any) -> click.Context:
        """See click; a mistake in the command line is no level."""
        try:
            return super().make_context(*arguments, **extra)
        except click.UsageError as error:
            raise _Misused(error.format_message(), error.ctx) from None

    def invoke(self, context: click.Context) -> Any:
        """See click; nor is a mistake in the settings, or anything unforeseen."""
        try:
            code = super().invoke(context)
        except click.exceptions.Exit as end:
            raise click.exceptions.Exit(UNKNOWN if end.exit_code else 0) from None
        except (click.ClickException, click.Abort):
            raise
        except Exception as error:  # noqa: BLE001 - the last net, as in `cli.run`
            click.echo(unexpected(error), err=True)
            raise click.exceptions.Exit(UNKNOWN) from None
        raise click.exceptions.Exit(code)


@click.command(cls=Plugin)
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "csv", "nagios"]), default="table", show_default=True
)
@click.option(
    "--patience", type=click.FloatRange(0), default=PATIENCE, show_default=True, help="Seconds to wait for answers."
)
@board_options
def once(form: str, patience: float, **given: Any) -> int:
    """Print the whole board once: the account, every skill and agent group, and how bad it is.

    Exit codes are those of monitoring plugins, the worst level of all: 0 calm, 1 warn, 2 critical, 3 unknown. Whatever
    keeps the board from being read is unknown as well, with the reason on stderr.
    """
    from kmm_tui.feed.log import start_log
    from kmm_tui.output.reading import State

    start_log(None, None)
    with ExitStack() as stack:
        account = connect(given, stack)
        reading, unmatched = _read(account, patience)
    for line in reading.troubles():
        click.echo(line, err=True)
    if unmatched:
        click.echo(f"watched, but not in this account: {', '.join(unmatched)}", err=True)
    state = State.UNKNOWN if unmatched and reading.state is State.OK else reading.state
    _print(_text(reading, form, account.client.account))
    return state


def _read(account: Account, patience: float) -> tuple[Reading, tuple[str, ...]]:
    import asyncio

    from kmm_tui.output.reading import Reading

    async def work() -> tuple[Reading, tuple[str, ...]]:
        async with following(account) as found:
            missing = await found.answered(patience)
            now = found.clock.now()
            return Reading(found.board, now, missing, agents=account.agents), found.feed.unmatched()

    return asyncio.run(work())


def _text(reading: Reading, form: str, account: str) -> str:
    from kmm_tui.output.formats import as_csv, as_json, as_table
    from kmm_tui.output.plain import SCHEMA, board_data, severity_word
    from kmm_tui.output.reading import agents_grid, as_plugin, scopes_grid

    match form:
        case "nagios":
            return as_plugin(reading)
        case "json":
            found = board_data(reading.board, account, reading.now, agents=reading.agents)
            head = {"schema": SCHEMA, "kind": "board", "at": round(reading.now * 1000), "account": account}
            return as_json({**head, "severity": severity_word(reading.severity), "parts": found})
        case "csv":
            return as_csv(scopes_grid(reading, whole=True))
    tables = [as_table(scopes_grid(reading, whole=False))]
    return "\n".join([*tables, as_table(agents_grid(reading))] if reading.agents else tables)


def _print(text: str) -> None:
    try:
        click.echo(text, nl=False)
    except BrokenPipeError:
        # Whoever read has had enough; the level is told all the same.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
