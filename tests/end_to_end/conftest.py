"""The board in a real pseudo-terminal, read as a person reads it, and the contact centres behind it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

FLOOR = Path(__file__).with_name("frozen_floor.py")
DEADLINE = 30.0
"""Seconds within which everything that is waited for has to happen, with room for a busy machine."""
MODES = (1049, 1000, 1002, 1003, 1004, 1006, 1015, 2004, 2026)
"""Alternate screen, mouse, focus, paste and synchronised output: what a program has to switch off again."""

collect_ignore = [] if os.name == "posix" else [path.name for path in Path(__file__).parent.glob("test_*.py")]


def wait_until(condition: Callable[[], Any], what: str = "", deadline: float = DEADLINE) -> Any:
    """The first true value of `condition`; fails after `deadline` seconds."""
    end = time.monotonic() + deadline
    while not (found := condition()):
        if time.monotonic() > end:
            pytest.fail(f"waited {deadline:g} s in vain for {what or condition}")
        time.sleep(0.005)
    return found


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not yet asked how does not."""
    status = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(status.strip()) and not status.strip().startswith("Z")


def children(pid: int) -> list[int]:
    """The processes that `pid` has started."""
    table = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in table.splitlines() if line.split()[1] == str(pid)]


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used, also one that has ended and was not yet asked how; 0 without /proc."""
    told = Path(f"/proc/{pid}/stat")
    if not Path("/proc/self/stat").exists():
        return 0.0
    fields = told.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Terminal:
    """A program in a pseudo-terminal of its own, and what its screen shows."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], columns: int, rows: int) -> None:
        import pexpect
        import pyte

        self.began = time.monotonic()
        self.raw = b""
        self.screen = pyte.Screen(columns or 80, rows or 24)
        self._stream = pyte.ByteStream(self.screen)
        self.process = pexpect.spawn(command[0], list(command[1:]), env=dict(environ), dimensions=(rows, columns))
        self.pid: int = self.process.pid
        self.open = True
        self._lines: list[str] | None = None

    def read(self) -> None:
        """Takes in what has been drawn meanwhile."""
        import pexpect

        try:
            drawn = self.process.read_nonblocking(1 << 16, 0.01)
        except pexpect.TIMEOUT:
            return
        except pexpect.EOF:
            self.open = False
            return
        self.raw += drawn
        self._stream.feed(drawn)
        self._lines = None

    @property
    def lines(self) -> list[str]:
        if self._lines is None:
            self._lines = [line.rstrip() for line in self.screen.display]
        return self._lines

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def wait(self, condition: Callable[[], Any], what: str = "", deadline: float = DEADLINE) -> Any:
        """Reads the screen until `condition` holds."""
        end = time.monotonic() + deadline
        while not (found := condition()):
            if not self.open or time.monotonic() > end:
                pytest.fail(f"waited in vain for {what or condition} on this screen:\n{self.text}")
            self.read()
        return found

    def wait_for(self, *words: str) -> None:
        """Reads the screen until it shows all of `words`."""
        self.wait(lambda: all(word in self.text for word in words), f"{words}")

    def line(self, word: str) -> str:
        """The first line with `word`, once there is one."""
        self.wait_for(word)
        return next(line for line in self.lines if word in line)

    def tile(self, label: str) -> tuple[str, str]:
        """The figure of the strip under `label`, and what stands under the figure."""
        lines = self.lines
        head = next(index for index, line in enumerate(lines) if label in line)
        at = lines[head].index(label)
        following = [found.start() for found in re.finditer(r"(?<= )\S", lines[head][at + len(label) + 1 :])]
        until = at + len(label) + 1 + following[0] if following else None
        return lines[head + 1][at:until].strip(), lines[head + 2][at:until].strip()

    def send(self, keys: str) -> None:
        self.process.send(keys)

    def children(self) -> list[int]:
        """The processes that it has started."""
        return children(self.pid)

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        self._lines = None
        self.process.setwinsize(rows, columns)

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def ended(self, deadline: float = DEADLINE) -> int | None:
        """Waits for its end. Returns the exit code, None if a signal ended it."""
        end = time.monotonic() + deadline
        while self.open and time.monotonic() < end:
            self.read()
        wait_until(lambda: not self.process.isalive(), "the end of the program", max(0.5, end - time.monotonic()))
        code: int | None = self.process.exitstatus
        return code

    def left_on(self) -> list[str]:
        """The modes of the terminal that are still switched on, or were never switched off again."""
        on = [str(mode) for mode in MODES if self._last(mode) == b"h"]
        return on if self._last(25) in (b"h", None) else [*on, "hidden cursor"]

    def _last(self, mode: int) -> bytes | None:
        found = re.findall(rb"\x1b\[\?%d([hl])" % mode, self.raw)
        return found[-1] if found else None

    def after(self) -> str:
        """What was written for a person once the board had gone from the screen."""
        rest = self.raw.rpartition(b"\x1b[?1049l")[2]
        return re.sub(rb"\x1b\[[?<>=]?[0-9;]*[A-Za-z]|\x1b\][^\x07]*\x07", b"", rest).decode().strip()

    def close(self) -> None:
        for pid in [*children(self.pid), self.pid]:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self.process.close(force=True)


@pytest.fixture(scope="session")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment of its own: a home without settings, a terminal of 16 million colours."""
    home = str(tmp_path_factory.mktemp("home"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KMM_TUI_", "TEXTUAL"))}
    for name in ("COLUMNS", "LINES", "NO_COLOR"):
        kept.pop(name, None)
    return {**kept, "HOME": home, "XDG_CONFIG_HOME": home, "TERM": "xterm-256color",
            "COLORTERM": "truecolor", "LANG": "C.UTF-8"}  # fmt: skip


Start = Callable[..., Terminal]


@contextlib.contextmanager
def _starting(environ: dict[str, str], folders: pytest.TempPathFactory) -> Iterator[Start]:
    started: list[Terminal] = []

    def start(
        *arguments: str,
        columns: int = 120,
        rows: int = 40,
        environ: Mapping[str, str] = environ,
        command: Sequence[str] = (sys.executable, "-m", "kmm_tui"),
        state: Path | None = None,
    ) -> Terminal:
        # What one board remembers is no other's business, unless a test says so.
        folder = str(state or folders.mktemp("state"))
        remembered = {"XDG_STATE_HOME": folder, "XDG_DATA_HOME": folder}
        terminal = Terminal([*command, *arguments], {**environ, **remembered}, columns, rows)
        started.append(terminal)
        return terminal

    try:
        yield start
    finally:
        for terminal in started:
            terminal.close()


@pytest.fixture
def start(environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts ``kmm-tui`` with arguments: `start("demo", columns=80, rows=24, environ={...})`."""
    with _starting(environ, tmp_path_factory) as starter:
        yield starter


@pytest.fixture(scope="module")
def start_for_module(environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """The same for a board that the tests of a module look at together."""
    with _starting(environ, tmp_path_factory) as starter:
        yield starter


class Floor:
    """A floor that stands still, in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(FLOOR), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.here: dict[str, str] = json.loads(self._process.stdout.readline())

    def environ(self, every: str = "5s", *, plain: bool = False) -> dict[str, str]:
        """How to reach it with a user's login. A `plain` board has no limits: figures, and rows in one order."""
        bare = {"KMM_TUI_BOARD__PRESET": "none", "KMM_TUI_UI__PIN": "false"}
        return {
            **(bare if plain else {}),
            "KMM_TUI_ACCOUNT": self.here["account"],
            "KMM_TUI_DOMAIN_API": self.here["url"],
            "KMM_TUI_AUTH__METHOD": "user",
            "KMM_TUI_AUTH__USERNAME": self.here["username"],
            "KMM_TUI_AUTH__PASSWORD": self.here["password"],
            "KMM_TUI_BOARD__EVERY": every,
        }

    def control(self, verb: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.here['control']}{path}", data, headers, method=verb)  # noqa: S310
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - loopback
            return json.loads(answer.read() or b"null")

    def stats(self) -> Any:
        return self.control("GET", "/stats")

    def fault(self, order: str) -> None:
        self.control("POST", "/faults", {"fault": order})

    def stop(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._process.wait(10)


@pytest.fixture(scope="session")
def still_floor() -> Iterator[Floor]:
    """A medium floor that stands still, for tests that change nothing of it."""
    floor = Floor("--size", "medium")
    yield floor
    floor.stop()


@pytest.fixture
def own_floor() -> Iterator[Floor]:
    """A small floor that stands still, which a test may stop."""
    floor = Floor("--size", "small")
    yield floor
    floor.stop()


@pytest.fixture
def floor(still_floor: Floor) -> Floor:
    """A medium floor that stands still, without faults, its counters at nought."""
    still_floor.control("DELETE", "/faults")
    still_floor.control("DELETE", "/stats")
    return still_floor


@pytest.fixture(scope="session")
def odd_floor() -> Iterator[Floor]:
    """A small floor with names that nobody should have."""
    floor = Floor("--size", "small", "--odd-names")
    yield floor
    floor.stop()


@pytest.fixture(scope="session")
def query(environ: dict[str, str]) -> Callable[..., Any]:
    """What ``kmm-tui query`` says of a floor: `query(floor, "metrics", "--by", "skill")`."""

    def query(floor: Floor, *arguments: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "kmm_tui", "query", *arguments, "--format", "json"],
            env={**environ, **floor.environ()},
            capture_output=True,
            check=True,
        )
        return json.loads(done.stdout)

    return query


@pytest.fixture(name="alive")
def _alive() -> Callable[[int], bool]:
    return alive


@pytest.fixture(name="cpu")
def _cpu() -> Callable[[int], float]:
    return cpu


@pytest.fixture(name="wait_until")
def _wait_until() -> Callable[..., Any]:
    return wait_until
