"""``python -m kmm_tui`` and the console script: runs the commands and turns what goes wrong into an exit code."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Runs the command line. Returns the exit code (see `kmm_tui.cli.exits`)."""
    from kmm_tui.cli.run import run

    try:
        return run(sys.argv[1:])
    except BrokenPipeError:
        # Whoever read our output has had enough; nothing is left to flush into.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
