"""``python -m kmm_tui`` and the console script: runs the commands and turns what goes wrong into an exit code."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Runs the command line. Returns the exit code (see `kmm_tui.cli.exits`)."""
    from kmm_tui.cli.run import run

    try:
        code = run(sys.argv[1:])
    except BrokenPipeError:
        # Whoever read our output has had enough; nothing is left to flush into.
        _swallow()
        return 0
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        # It is said already, or nobody reads: what is left must not make another exit code of it at the very end.
        _swallow()
    return code


def _swallow() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
