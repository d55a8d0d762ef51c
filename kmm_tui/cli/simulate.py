"""``kmm-tui simulate``: the simulated contact centre alone, for those who want the stand-in for the API."""

from __future__ import annotations

from typing import Any

import click

SIZES = ("small", "medium", "large")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8787, show_default=True, help="0 takes a free one.")
@click.option("--account", default="12345678", show_default=True, help="Its id; another has other credentials.")
@click.option("--size", type=click.Choice(SIZES), default="medium", show_default=True, help="Of the contact centre.")
@click.option("--scene", default="busy", show_default=True, help="A scene's name, or the path of a scene's .toml.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same day.")
@click.option(
    "--speed", type=click.FloatRange(0.001, 1000), default=1.0, show_default=True, help="Times the clock's speed."
)
@click.option("--fault", "faults", multiple=True, help="NAME[:param=value,...]; may be repeated.")
@click.option(
    "--session-ttl", type=click.FloatRange(1), default=28_800.0, show_default=True, help="Seconds of a session."
)
@click.option("--token-ttl", type=click.FloatRange(1), default=3_600.0, show_default=True, help="Seconds of a token.")
@click.option(
    "--agent-page-max", type=click.IntRange(1, 1000), default=1000, show_default=True, help="Largest page of agents."
)
@click.option(
    "--per-second", type=click.FloatRange(0.01), default=20.0, show_default=True, help="Requests a second let through."
)
@click.option("--burst", type=click.IntRange(1), default=60, show_default=True, help="Requests let through at once.")
@click.pass_context
def simulate(context: click.Context, /, **options: Any) -> None:
    """Serve a simulated contact centre: the same API, without an account.

    It listens on this machine and prints how to reach it. Stop it with Ctrl+C.
    """
    from kmm_tui.simulator.server import serve

    context.exit(serve(**options))
