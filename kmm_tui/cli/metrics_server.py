"""``kmm-tui metrics-server``: the board as OpenMetrics, for Prometheus to scrape."""

from __future__ import annotations

import asyncio
import signal
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from kmm_tui.cli.connect import fail
from kmm_tui.cli.exits import Exit
from kmm_tui.cli.following import board_options, connect, every_option, following
from kmm_tui.cli.logged import begin_log
from kmm_tui.cli.signals import on_signals

if TYPE_CHECKING:
    import socket

    import uvicorn

    from kmm_tui.cli.following import Account
    from kmm_tui.output.exposition import Exporter

PORT = 8788
MOST_AT_ONCE = 32
"""Connections beyond these are refused; a scraper needs one."""
DASHBOARD = "grafana.json"


def _print_dashboard(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from importlib.resources import files

        click.echo(files("kmm_tui.output").joinpath(DASHBOARD).read_text(encoding="utf-8"), nl=False)
        context.exit()


@click.command("metrics-server")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 takes a free one.")
@click.option(
    "--i-have-a-proxy", "proxied", is_flag=True, help="Listen on other addresses than this machine's own, too."
)
@click.option(
    "--grafana",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_dashboard,
    help="Print a Grafana dashboard that reads these figures.",
)
@every_option
@board_options
@click.pass_context
def metrics_server(context: click.Context, /, host: str, port: int, *, proxied: bool, **given: Any) -> None:
    """Serve the board's figures for Prometheus, at /metrics.

    Whoever reaches it reads them, without a password: it listens on this machine only.
    """
    try:
        from kmm_tui.output.exposition import Exporter
    except ImportError:
        fail("prometheus-client is missing; install it with: pip install 'kmm-tui[metrics]'", Exit.USAGE)
    with ExitStack() as stack:
        sock = stack.enter_context(_listen(host, port, proxied=proxied))
        account = connect(given, stack)
        begin_log(account.client)
        context.exit(asyncio.run(_serve(account, sock, Exporter)))


def _listen(host: str, port: int, *, proxied: bool) -> socket.socket:
    from kmm_tui.api.routes import is_loopback
    from kmm_tui.simulator.server import listening

    if not proxied and not is_loopback(host):
        fail(
            f"--host: on {host} others could read the figures without a password; "
            "leave it at 127.0.0.1, or say --i-have-a-proxy if something in front asks for one",
            Exit.USAGE,
        )
    try:
        return listening(host, port)
    except OSError as error:
        fail(f"cannot listen on {host}:{port} ({error.strerror or error}); try another --port", Exit.USAGE)


async def _serve(account: Account, sock: socket.socket, exporter: type[Exporter]) -> int:
    from kmm_tui.output.openmetrics import BoardCollector

    signals: list[int] = []
    async with following(account) as found:
        collector = BoardCollector(
            found.board,
            account.client.account,
            found.clock.now,
            account.interval,
            account.budget.meter.totals,
            agents=account.agents,
        )
        server = _new_server(exporter(collector))

        def end(number: int) -> None:
            signals.append(number)
            server.should_exit = True

        on_signals(end)
        host, port = sock.getsockname()[:2]
        click.echo(
            f"figures are at http://{f'[{host}]' if ':' in host else host}:{port}/metrics (Ctrl+C ends it)", err=True
        )
        await server.serve(sockets=[sock])
    return Exit.INTERRUPTED if signal.SIGINT in signals else Exit.OK


def _new_server(app: Exporter) -> uvicorn.Server:
    import contextlib
    from collections.abc import Iterator

    import uvicorn

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            # They are taken already, and end the feed as well.
            yield

    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="critical",
        proxy_headers=False,
        server_header=False,
        limit_concurrency=MOST_AT_ONCE,
        timeout_graceful_shutdown=1,
    )
    return Server(config)
