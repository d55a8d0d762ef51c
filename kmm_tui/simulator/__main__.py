"""``python -m kmm_tui.simulator``: the simulated contact centre as a process of its own."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from kmm_tui.simulator.server import serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve by the command line's arguments. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="kmm_tui.simulator", description="Serve a simulated contact centre.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one")
    parser.add_argument("--account", default="12345678", help="its id; another has other credentials (%(default)s)")
    parser.add_argument("--size", default="medium", help="small, medium or large (%(default)s)")
    parser.add_argument("--scene", default="busy", help="name of a scene, or path of a scene's .toml (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same day (%(default)s)")
    parser.add_argument("--speed", type=float, default=1.0, help="times faster than the clock (%(default)s)")
    parser.add_argument(
        "--fault",
        dest="faults",
        action="append",
        default=[],
        metavar="NAME[:param=value,...]",
        help="switch a fault on from the start; may be given again",
    )
    parser.add_argument("--session-ttl", type=float, default=28_800.0, help="seconds a session lasts (%(default)s)")
    parser.add_argument("--token-ttl", type=float, default=3_600.0, help="seconds a token lasts (%(default)s)")
    parser.add_argument("--agent-page-max", type=int, default=1000, help="largest page of agents (%(default)s)")
    parser.add_argument("--per-second", type=float, default=20.0, help="requests a second let through (%(default)s)")
    parser.add_argument("--burst", type=int, default=60, help="requests let through at once (%(default)s)")
    parser.add_argument("--announce", action="store_true", help="one line of JSON on stdout once it listens")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when stdin ends")
    return serve(**vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    sys.exit(main())
