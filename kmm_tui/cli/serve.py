"""``kmm-tui serve``: the board in a browser. One feed asks, records and tells; each page is a board that follows it."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import signal
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import click

from kmm_tui.cli.connect import account_options, fail, load_settings, new_budget, new_client, root_options
from kmm_tui.cli.exits import Exit

if TYPE_CHECKING:
    import socket

    from kmm_tui.board.look import Look
    from kmm_tui.feed.news import NewsFile
    from kmm_tui.serving.server import Served
    from kmm_tui.settings import Loaded

PORT = 8023
VIEWERS = 8
PASSED_ON = frozenset(
    {
        "PATH", "HOME", "USERPROFILE", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_TIME", "TZ", "TZDIR", "TMPDIR",
        "TEMP", "TMP", "SYSTEMROOT", "APPDATA", "LOCALAPPDATA", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME",
        "PYTHONPATH", "NO_COLOR", "KMM_TUI_LOG", "KMM_TUI_CONFIG", "KMM_TUI_PROFILE", "KMM_TUI_ACCOUNT", "KMM_TUI_NAME",
    }
)  # fmt: skip
"""What of the environment a page's process gets besides the settings of whole tables: nothing of it is a secret."""
NEEDS_PROXY = (
    "kmm-tui serve listens on this machine alone: it speaks plain HTTP and asks nobody who they are. Put a proxy with "
    "TLS and a sign-in before it, and then give --i-have-a-proxy and --url"
)


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 takes a free one.")
@click.option("--wall", is_flag=True, help="The wallboard instead of the board.")
@click.option(
    "--viewers", type=click.IntRange(1, 100), default=VIEWERS, show_default=True, help="How many pages at most."
)
@click.option("--address", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--i-have-a-proxy", "proxied", is_flag=True, help="Listen on an address that others can reach.")
@click.option("--url", help="Where a proxy shows it, such as https://board.example.com.")
@account_options
@click.pass_context
def serve(
    context: click.Context,
    /,
    *,
    port: int,
    wall: bool,
    viewers: int,
    address: str,
    proxied: bool,
    url: str | None,
    **given: Any,
) -> None:
    """Show the board in a browser on this machine.

    However many pages there are, one feed asks. Whoever can reach the address sees the board.
    """
    try:
        from kmm_tui.serving.server import Served, listen
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("kmm_tui"):
            raise
        fail("kmm-tui serve needs textual-serve: pip install 'kmm-tui[serve]'", Exit.USAGE)

    from kmm_tui.cli.mirror import need_record, news_of

    options = root_options(given)
    shown_at = _origin(url) if url else None
    if not _is_loopback(address) and not (proxied and shown_at):
        fail(NEEDS_PROXY, Exit.USAGE)
    loaded = load_settings(options)
    need_record(loaded)
    with contextlib.closing(news_of(loaded)) as news:
        if not news.take_charge():
            what = f"another kmm-tui serve asks for the profile {loaded.settings.profile} already"
            fail(f"{what}: end it, or see its board in a terminal by kmm-tui mirror", Exit.USAGE)
        try:
            sock = listen(address, port)
        except (OSError, OverflowError) as error:
            _cannot_listen(address, port, error)
        profile = loaded.settings.chosen
        page = ("mirror", "--page", *(["--wall"] if wall else []))
        served = Served(
            (sys.executable, "-m", "kmm_tui", *_arguments(options), *page),
            environment(os.environ),
            profile.name or f"account {profile.account}",
            viewers,
        )
        with sock:
            context.exit(_serve(loaded, served, news, sock, f"http://{_host(address)}", shown_at))


def _cannot_listen(address: str, port: int, error: OSError | OverflowError) -> NoReturn:
    why = getattr(error, "strerror", None) or str(error)
    fail(f"--port {port}: {address} cannot be listened on ({why.lower()}); 0 takes a free port", Exit.USAGE)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        fail(f"--address: {address!r} is not an address, such as 127.0.0.1 or ::1", Exit.USAGE)


def _origin(url: str) -> str:
    """Scheme and host of `url`, as a browser names them."""
    try:
        parts = urlsplit(url.strip().lower())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or not url.isprintable():
        fail("--url: write where the proxy shows the board, such as https://board.example.com", Exit.USAGE)
    host = _host(parts.hostname)
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}{'' if port in (None, usual) else f':{port}'}"


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What of `environ` a page's process gets: where the settings and the record are, and no secret."""
    from kmm_tui.settings.models import TABLES

    tables = tuple(f"KMM_TUI_{table.upper()}__" for table in TABLES)
    found = {name: value for name, value in environ.items() if name.upper() in PASSED_ON or name.startswith(tables)}
    return {**found, "TEXTUAL_COLOR_SYSTEM": "truecolor", "TERM": "xterm-256color", "TERM_PROGRAM": "kmm-tui"}


def _arguments(options: Mapping[str, Any]) -> list[str]:
    """The options of ``kmm-tui`` itself, as they were given: none of them is a secret."""
    names = ("config", "profile", "every", "window", "theme")
    found = [f"--{name}={options[name]}" for name in names if options.get(name) is not None]
    return [*found, *(f"--watch={each}" for each in options.get("watch") or ())]


def _look(loaded: Loaded) -> Look:
    """What any page may show at first: the board, and the pages of the wall."""
    from dataclasses import replace

    from kmm_tui.board import wall
    from kmm_tui.board.asked import AGENT_FIGURES
    from kmm_tui.board.board import Board
    from kmm_tui.board.judge import Judge
    from kmm_tui.board.look import Look
    from kmm_tui.metrics import Method

    board = Board(Judge(loaded.settings.limits()))
    of_agents = board.judge.needs(Method.AGENT_VIEW) - set(AGENT_FIGURES)
    asked = wall.look(loaded.settings.wall().plans, board)
    return replace(Look(), metrics=asked.metrics, agent_metrics=tuple(sorted(of_agents)))


def _serve(loaded: Loaded, served: Served, news: NewsFile, sock: socket.socket, here: str, shown_at: str | None) -> int:
    from kmm_tui.board.present import Present
    from kmm_tui.board.scope import Watch
    from kmm_tui.board.span import last
    from kmm_tui.cli.alerts import alerts_of
    from kmm_tui.cli.logged import begin_log
    from kmm_tui.cli.record import record_of
    from kmm_tui.cli.signals import on_signals
    from kmm_tui.feed.clock import SystemClock
    from kmm_tui.feed.sharing import Sharing
    from kmm_tui.serving.guard import loopback_origins
    from kmm_tui.serving.server import Server

    settings, clock = loaded.settings, SystemClock()
    budget = new_budget(settings.chosen.account, settings.board.calls_per_minute / 60)
    client = new_client(loaded, budget)
    begin_log(client)
    width = round(settings.board.window.total_seconds() * 1000)
    present = Present(settings.span(), last(width), settings.zone(), settings.shifts())
    port = sock.getsockname()[1]
    origins = loopback_origins(port) | ({shown_at} if shown_at else set())

    async def main() -> int:
        over: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        on_signals(lambda number: None if over.done() else over.set_result(number))
        sharing = Sharing(
            client,
            record_of(loaded),
            news,
            Watch(tuple(settings.board.watch)),
            settings.board.every.total_seconds(),
            clock,
            budget,
            look=_look(loaded),
            width=width,
            window=(lambda: present.window(round(clock.now() * 1000))) if present.is_unusual else None,
            sources=settings.chosen_sources,
            zone=settings.zone(),
            name=settings.chosen.name,
            alerts=alerts_of(loaded),
        )
        async with sharing, Server(served, sock, origins):
            besides = f" and, by its proxy, at {shown_at}/" if shown_at else ""
            click.echo(f"The board of {served.title} is at {here}:{port}/{besides} (Ctrl+C ends it).")
            return await over

    number = asyncio.run(main())
    return Exit.INTERRUPTED if number == signal.SIGINT else Exit.OK
