"""What one refresh of the whole board costs, counted at the simulator, beside a call for each scope and method.

Run `python tests/outages/calls.py [--format text|md]`. Exits with 1 if a refresh takes more calls than the arithmetic
minimum, or fewer.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.outages.minimum import METHODS, WORLDS, World
from tests.outages.rig import watched
from tests.outages.virtual_time import run_virtually

EVERY = 30.0
REFRESHES = 10
"""As many as there are between two trends."""


async def count(world: World, every: float = EVERY) -> dict[str, float]:
    """Calls of one refresh by method, the mean over ten of them, once the board has found its way."""
    async with watched("app key", interval=every, world=_sizes(world)) as board:
        # Between two beats, so that ten of them lie ahead.
        await board.pass_(10.5 * every)
        before = {method: board.calls(method) for method in METHODS}
        await board.pass_(REFRESHES * every)
        assert board.board.overall(board.clock.now()).is_live
        counted = {method: (board.calls(method) - before[method]) / REFRESHES for method in METHODS}
        # The trend has a beat of its own: one in ten refreshes.
        return counted | {"historical": counted["historical"] * REFRESHES}


def _sizes(world: World) -> dict[str, int]:
    return {"skills": world.skills, "groups": world.groups, "agents": world.agents}


def main(arguments: list[str]) -> int:
    """Counts and prints; 1 if it is not the minimum."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--format", choices=("text", "md"), default="text")
    markdown = parser.parse_args(arguments).format == "md"
    heads = ("account", "method", "a call for each scope", "fewest possible", "made")
    print(
        f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}"
        if markdown
        else "{:<36}{:<13}{:>23}{:>17}{:>7}".format(*heads)
    )
    right = True
    for world in WORLDS:
        made, fewest = run_virtually(count(world)), world.fewest()
        for method in METHODS:
            cells = (world.name, method, str(world.scopes), str(fewest[method]), f"{made[method]:g}")
            print(f"| {' | '.join(cells)} |" if markdown else "{:<36}{:<13}{:>23}{:>17}{:>7}".format(*cells))
            right = right and made[method] == fewest[method]
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
