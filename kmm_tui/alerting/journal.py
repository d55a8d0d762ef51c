"""The journal: a file of JSON lines that only grows, from which open and past alerts are known after a restart.

Each line holds one thing that happened, with the whole alert afterwards, so that the last line of an alert is all that
matters. A line that is torn or cannot be read costs itself. Several boards may have it open: the one that holds its
lock writes what happens, the others only add what their people ask for.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from pydantic import TypeAdapter, ValidationError

from kmm_tui.board.alerts import Alert
from kmm_tui.feed.lock import locked

logger = logging.getLogger(__name__)

LARGEST = 2 * 1024 * 1024
"""Bytes of the journal; then it begins anew, and the old one is kept until the next time."""
LONGEST_LINE = 16_384
MOST_READ = 4 * LARGEST
_ALERT = TypeAdapter(Alert)

Entry = dict[str, Any]


def alert_entry(what: str, alert: Alert, at: float) -> Entry:
    """What happened to an alert at `at` (epoch s), as an entry."""
    return {"v": 1, "at": at, "what": what, "alert": _ALERT.dump_python(alert, mode="json")}


def alert_of(entry: Entry) -> Alert | None:
    """The alert of an entry; None where it holds none, or something that is none."""
    if "alert" not in entry:
        return None
    try:
        return _ALERT.validate_python(entry["alert"])
    except ValidationError:
        return None


class Journal:
    """The alerts of one account in `folder`, which is made where needed. None in place of a folder keeps nothing.

    Nothing here fails loudly: `trouble` says in one line why the journal is not written, '' while it is.
    """

    def __init__(self, folder: Path | None, account: str) -> None:
        name = re.sub(r"[^0-9A-Za-z-]", "_", account)
        self._path = folder / name / "alerts.jsonl" if folder else None
        self._lock: IO[bytes] | None = None
        self._read_from: tuple[int, int] | None = None  # the file's own number, and how far it was read
        self.trouble = ""

    @property
    def path(self) -> Path | None:
        """The file."""
        return self._path

    @property
    def older(self) -> Path | None:
        """Where the file is put when it has become too large."""
        return self._path.with_suffix(".jsonl.1") if self._path else None

    def take_charge(self) -> bool:
        """Takes the lock, which the system frees at the process's end, whichever; whether this process has it now."""
        if self._path is None or self._lock is not None:
            return True
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.fdopen(os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        except OSError as error:
            # Where no lock can be had no journal can be written either, and people have to be told all the same.
            self._fail(error)
            return True
        if not locked(file):
            file.close()
            return False
        self._lock = file
        return True

    def read(self) -> list[Entry]:
        """What was written since the last call, by anybody; at first everything. Reads a bounded amount."""
        if self._path is None:
            return []
        found: list[Entry] = []
        try:
            if self._read_from is None and self.older is not None and self.older.exists():
                with self.older.open("rb") as file:
                    found += _entries(_tail(file))
            with self._path.open("rb") as file:
                number = os.fstat(file.fileno()).st_ino
                start = self._read_from[1] if self._read_from and self._read_from[0] == number else 0
                size = os.fstat(file.fileno()).st_size
                if self._read_from == (number, size):
                    # As it is nearly every time.
                    return found
                if size < start:
                    start = 0
                file.seek(start)
                content = file.read(MOST_READ)
        except FileNotFoundError:
            return found
        except OSError as error:
            self._fail(error)
            return found
        whole = content[: content.rfind(b"\n") + 1]
        self._read_from = (number, start + len(whole))
        return found + _entries(whole)

    def append(self, entries: Iterable[Entry]) -> None:
        """Writes entries behind all others and does not return before the disk has them. Takes milliseconds."""
        if self._path is None:
            return
        lines = [_line(entry) for entry in entries]
        content = b"".join(line for line in lines if len(line) <= LONGEST_LINE)
        if not content:
            return
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "r+b", buffering=0) as file:
                # A line that was torn by a lost machine must not swallow the next one.
                if file.seek(0, os.SEEK_END):
                    file.seek(-1, os.SEEK_END)
                    content = content if file.read(1) == b"\n" else b"\n" + content
                file.write(content)
                os.fsync(file.fileno())
        except OSError as error:
            self._fail(error)
        else:
            self.trouble = ""

    def is_full(self) -> bool:
        """Whether it is time to begin anew."""
        try:
            return self._path is not None and self._path.stat().st_size > LARGEST
        except OSError:
            return False

    def begin_anew(self, entries: Iterable[Entry]) -> None:
        """Puts the file aside, in place of the one before, and starts another with `entries`. For who is in charge."""
        if self._path is None or self.older is None:
            return
        fresh = Journal(None, "")
        fresh._path = self._path.with_suffix(".new")
        with contextlib.suppress(FileNotFoundError):
            fresh._path.unlink()
        fresh.append(entries)
        try:
            if not fresh._path.exists():
                fresh._path.touch(0o600)
            self._path.replace(self.older)
            fresh._path.replace(self._path)
            # Whoever is in charge knows what it has just written.
            self._read_from = (self._path.stat().st_ino, self._path.stat().st_size)
        except OSError as error:
            self._fail(error)

    def close(self) -> None:
        """Lets another take charge."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _fail(self, error: OSError) -> None:
        trouble = f"alerts cannot be written down: {error.strerror or type(error).__name__}"
        if trouble != self.trouble:
            logger.warning("%s", trouble)
        self.trouble = trouble


def _line(entry: Entry) -> bytes:
    return json.dumps(entry, ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _tail(file: IO[bytes]) -> bytes:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - MOST_READ))
    return file.read(MOST_READ)


def _entries(content: bytes) -> list[Entry]:
    found = []
    for line in content.splitlines():
        if len(line) > LONGEST_LINE:
            continue
        with contextlib.suppress(ValueError, RecursionError):
            entry = json.loads(line)
            if isinstance(entry, dict):
                found.append(entry)
    return found
