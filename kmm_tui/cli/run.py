"""The root command: the live board, and the way to every other command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextvars import copy_context
from pathlib import Path
from typing import Any

import click

from kmm_tui import __version__
from kmm_tui.cli.alerts import alerts
from kmm_tui.cli.check import check
from kmm_tui.cli.completion import completion, teach_completion
from kmm_tui.cli.config import config as config_group
from kmm_tui.cli.connect import profiles_given
from kmm_tui.cli.demo import demo
from kmm_tui.cli.exits import Exit, unexpected
from kmm_tui.cli.metrics_server import metrics_server
from kmm_tui.cli.mirror import mirror
from kmm_tui.cli.once import code_of, once
from kmm_tui.cli.query import query
from kmm_tui.cli.record import record
from kmm_tui.cli.replay import replay
from kmm_tui.cli.serve import serve
from kmm_tui.cli.setup import setup
from kmm_tui.cli.simulate import simulate
from kmm_tui.cli.stream import stream
from kmm_tui.cli.wallboard import wallboard


@click.group(
    invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option("--config", type=click.Path(path_type=Path), envvar=None, help="Settings file to use (KMM_TUI_CONFIG).")
@click.option(
    "--profile",
    multiple=True,
    callback=profiles_given,
    help="Profile of the settings file to use (KMM_TUI_PROFILE); the board shows several side by side.",
)
@click.option("--every", help="How often to ask, such as 30s; at least 5s.")
@click.option("--window", help="What by-time figures are counted over, such as 1h; 1m to 24h.")
@click.option("--watch", multiple=True, help="Skill or group to watch, by id, name or pattern; may be repeated.")
@click.option("--theme", help="Name of the theme, such as kmm-light.")
@click.version_option(__version__, prog_name="kmm-tui", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context, /, **options: Any) -> None:
    """A live board for messaging contact centres, in the terminal.

    Without a command it shows the board of the account in the settings. Try it without an account: kmm-tui demo.

    The figures come from LivePerson's Key Messaging Metrics API. They are for reporting, not for real-time decisions
    such as routing.
    """
    context.obj = options
    if context.invoked_subcommand is None:
        from kmm_tui.cli.board import show_board

        context.exit(show_board(options))


for command in (
    demo,
    wallboard,
    serve,
    mirror,
    setup,
    check,
    query,
    once,
    stream,
    metrics_server,
    replay,
    record,
    alerts,
    config_group,
    simulate,
    completion,
):
    cli.add_command(command)
teach_completion(cli)


def run(arguments: Sequence[str]) -> int:
    """Runs the command line and returns its exit code. Errors are one line on stderr."""
    stdout = sys.stdout
    # The HTTP library's own command colours what it prints, by megabytes that none of ours needs: as if not installed.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    try:
        # In a context of its own: what the settings make known, such as metrics, ends with the command.
        code = copy_context().run(cli.main, list(arguments), prog_name="kmm-tui", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return Exit.USAGE
    except click.UsageError as error:
        what = " ".join(error.format_message().split()).rstrip(".")
        where = error.ctx.command_path if error.ctx else "kmm-tui"
        click.echo(f"{what}. Try: {where} --help", err=True)
        return code_of(error, arguments)
    except click.ClickException as error:
        click.echo(error.format_message(), err=True)
        return error.exit_code
    except BrokenPipeError:
        raise
    except SystemExit as error:
        if sys.stdout is not stdout:
            # Whoever read our output has had enough: click has put something in its place that swallows the rest.
            return Exit.OK
        return error.code if isinstance(error.code, int) else Exit.UNEXPECTED
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        click.echo(f"kmm-tui: {error.strerror or type(error).__name__}{where}", err=True)
        return Exit.UNEXPECTED
    except Exception as error:  # noqa: BLE001 - the last net: one line, and nothing of what a traceback would show
        click.echo(unexpected(error), err=True)
        return Exit.UNEXPECTED
    return code if isinstance(code, int) else Exit.OK
