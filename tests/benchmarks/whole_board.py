"""What a board costs that somebody leaves on all day: beside the least that a program of its kind can cost.

Run `python tests/benchmarks/whole_board.py [SECONDS] [COMMAND ...]`: the board on a large contact centre (1200 agents,
120 skills, 60 groups), 200 x 60 in a real pseudo-terminal, asking every 30 seconds, its clocks ticking each second; and
beside it, over the same seconds, a Textual app with nothing but a clock. `COMMAND` is what follows `kmm-tui`, such as
`wallboard`. Figures are CPU time of the whole process, its resident memory and the bytes that it writes. Linux only.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pexpect

COLUMNS, ROWS = 200, 60
SETTLED = 40.0
"""Seconds after which a board has learnt what there is, and asks at its usual pace."""
LEAST = """
from datetime import datetime
from textual.app import App
from textual.widgets import Static
class Clock(App):
    def compose(self):
        yield Static("-")
    def on_mount(self):
        self.set_interval(1, lambda: self.query_one(Static).update(f"{datetime.now():%H:%M:%S}", layout=False))
Clock().run()
"""


class Watched:
    """A program in a terminal that is read all the time, and what it has used."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self.process = pexpect.spawn(command[0], list(command[1:]), env=dict(environ), dimensions=(ROWS, COLUMNS))
        self.written = 0
        self.seen = b""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                drawn = os.read(self.process.child_fd, 1 << 16)
            except OSError:
                return
            if not drawn:
                return
            self.written += len(drawn)
            self.seen = (self.seen + drawn)[-4000:]

    def used(self) -> float:
        """Seconds of CPU, of the program and the system for it."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self) -> float:
        """Megabytes of memory."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def end(self) -> None:
        self.process.close(force=True)


@contextmanager
def contact_centre() -> Iterator[str]:
    """A large one in a process of its own; its address."""
    command = [sys.executable, "-m", "kmm_tui", "simulate", "--size", "large", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                found = re.search(r"answers at (http://\S+)", line)
                if found:
                    threading.Thread(target=process.stdout.read, daemon=True).start()
                    yield found[1]
                    return
            raise SystemExit("the contact centre did not start")
        finally:
            process.terminate()


def main(arguments: Sequence[str]) -> int:
    """Measures both over the same seconds. Returns 0."""
    seconds = float(arguments[0]) if arguments else 120.0
    with contact_centre() as url, tempfile.TemporaryDirectory() as home:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KMM_TUI_", "NO_COLOR"))}
        plain = {**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "HOME": home}
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
            plain[name] = home
        settings = {
            "KMM_TUI_ACCOUNT": "12345678",
            "KMM_TUI_DOMAIN_API": url,
            "KMM_TUI_AUTH__METHOD": "user",
            "KMM_TUI_AUTH__USERNAME": "demo@example.com",
            "KMM_TUI_AUTH__PASSWORD": "demo-password",
            "KMM_TUI_BOARD__EVERY": "30s",
        }
        board = Watched([sys.executable, "-m", "kmm_tui", *arguments[1:]], plain | settings)
        least = Watched([sys.executable, "-c", LEAST], plain)
        both = (("the board" if len(arguments) < 2 else arguments[1], board), ("a clock", least))
        try:
            time.sleep(SETTLED)
            before = [(each.used(), each.written) for _, each in both]
            marks = [[each.written for _, each in both]]
            for _ in range(round(seconds)):
                time.sleep(1.0)
                marks.append([each.written for _, each in both])
            costs = []
            for (name, each), (used, written) in zip(both, before, strict=True):
                cost = (each.used() - used) / seconds
                costs.append(cost)
                print(
                    f"{name:>10}: {cost * 100:5.2f} % of a core, {each.resident():5.1f} MB, "
                    f"{(each.written - written) / seconds:6.0f} bytes a second, "
                    f"{_median(marks, len(costs) - 1):6.0f} in the median one"
                )
            print(f"{'ratio':>10}: {costs[0] / max(costs[1], 1e-9):.1f} times a clock's CPU time")
        finally:
            for _, each in both:
                each.end()
    return 0


def _median(marks: Sequence[Sequence[int]], which: int) -> float:
    """Bytes of the median second, which is a quiet one: most bring no answer and turn no page."""
    return statistics.median(after[which] - before[which] for before, after in pairwise(marks))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
