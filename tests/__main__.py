"""`python -m tests`: everything that has to hold before a change is taken: style, types, contracts, tests."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

WORKERS = 2 * (os.cpu_count() or 1)
"""More than there are cores: tests of terminals and sockets wait most of the time."""

STEPS: tuple[tuple[str, list[str]], ...] = (
    ("format", ["-m", "ruff", "format", "--check", "--quiet", "."]),
    ("lint", ["-m", "ruff", "check", "--quiet", "."]),
    ("types", ["-m", "mypy"]),
    ("contracts", ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]),
    ("tests", ["-m", "pytest", "-n", str(WORKERS)]),
)


def main(extra: list[str]) -> int:
    """Runs every step, also after one that failed; `extra` goes to pytest. Returns 0 if all is well."""
    failed = []
    for name, arguments in STEPS:
        began = time.monotonic()
        print(f"== {name}", flush=True)
        more = extra if name == "tests" else []
        code = subprocess.call([sys.executable, *arguments, *more], cwd=ROOT)
        if code:
            failed.append(name)
        print(f"== {name}: {'FAILED' if code else 'ok'} in {time.monotonic() - began:.0f} s", flush=True)
    print(f"== failed: {', '.join(failed)}" if failed else "== all is well", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
