"""The log: a rotating file that only this user may read, with everything that went wrong and no secret in it.

It holds the logger tree ``kmm_tui`` and nothing of other libraries. Nothing of it ever reaches the screen, which is the
board's; and a disk that is full, read-only or gone costs the log and not the board.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import secrets
import traceback
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO, Any, Protocol

from kmm_tui.api.text import Redactor, clean
from kmm_tui.api.wire import Exchange

VARIABLE = "KMM_TUI_LOG"
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "off": None}
"""What the variable may be, and from which level on is logged then."""
FILE = "kmm-tui.log"
LARGEST = 1_000_000
"""Bytes of one file."""
FILES = 3
"""How many there are: the newest and older ones."""
LONGEST_LINE = 4000
LONGEST_ERROR = 300
"""Characters of what an exception says of itself."""
DEEPEST = 12
"""Places of a traceback that are told; the innermost ones."""

_tree = logging.getLogger("kmm_tui")
_calls = logging.getLogger("kmm_tui.calls")


class _Scrubber(Protocol):
    def scrub(self, text: str) -> str:
        """`text` without secrets."""
        ...


_scrubbers: list[_Scrubber] = []
_prefix = secrets.token_hex(2)
_numbers = itertools.count(1)
_last_request = "none"


def log_level(word: str | None) -> int | None:
    """The level that ``KMM_TUI_LOG`` asks for; None is no log. Raises `ValueError` for a word that it may not be."""
    try:
        return LEVELS[(word or "info").strip().lower()]
    except KeyError:
        *head, tail = LEVELS
        raise ValueError(f"{VARIABLE} must be {', '.join(head)} or {tail}") from None


def start_log(folder: Path | None, level: int | None = logging.INFO) -> Path | None:
    """Logs to a file in `folder` from `level` on, until `stop_log`. Returns its path.

    Without a folder or level, and where no file can be written, nothing is logged and None is returned.
    """
    stop_log()
    _tree.propagate = False
    _tree.addHandler(logging.NullHandler())
    _tree.setLevel(logging.CRITICAL + 1 if level is None else level)
    if folder is None or level is None:
        return None
    path = folder / FILE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = _LogFile(path)
    except OSError:
        return None
    handler.setFormatter(_Lines())
    _tree.addHandler(handler)
    return path


def stop_log() -> None:
    """Ends the log, and forgets what was to be hidden in it."""
    for handler in list(_tree.handlers):
        if isinstance(handler, _LogFile | logging.NullHandler):
            _tree.removeHandler(handler)
            handler.close()
    _tree.propagate = True
    _tree.setLevel(logging.NOTSET)
    _scrubbers.clear()


def hide(secret: str) -> None:
    """Masks `secret` in the log from now on, in every form that `Redactor` knows."""
    _scrubbers.append(Redactor([secret]))


def hide_known_to(redactor: _Scrubber) -> None:
    """Masks what `redactor` knows, and what it will learn: hand over that of the client."""
    _scrubbers.append(redactor)


def log_exchange(exchange: Exchange) -> None:
    """One line for a call to the API: its own number, what was called, how it went, how long it took, bytes received.

    At INFO where it failed, else at DEBUG.
    """
    global _last_request
    _last_request = f"{_prefix}-{next(_numbers):06}"
    cost, status = exchange.cost, exchange.status
    level = logging.DEBUG if 200 <= status < 300 else logging.INFO
    _calls.log(
        level, "%s %s %s %s %.3f s %d bytes", _last_request, exchange.host, exchange.path, status or "no answer",
        cost.took, cost.received,
    )  # fmt: skip


def _scrub(text: str) -> str:
    for scrubber in tuple(_scrubbers):
        text = scrubber.scrub(text)
    return text


class _Lines(logging.Formatter):
    """One line for each record: time in UTC, level, where it comes from, message, exception."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        try:
            message = record.getMessage()
        except Exception as error:  # noqa: BLE001 - a message that cannot be made is still worth a line
            message = f"{record.msg} ({type(error).__name__} in its arguments)"
        if record.exc_info and record.exc_info[1] is not None:
            message += f" | {_exception(record.exc_info[1])} | last request {_last_request}"
        # Masked before it is cut and after it is cleaned: half a secret is one too, and so is one that becomes whole.
        message = _scrub(clean(_scrub(message), LONGEST_LINE))
        where = record.name.removeprefix("kmm_tui.")
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z {record.levelname} {where}: {message}"


def _exception(error: BaseException) -> str:
    """An exception and what led to it: its kind, the first line of what it says, its places, innermost first.

    No variables: among them are requests, answers and credentials. No second line: that is where inputs are quoted.
    """
    told: list[str] = []
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen and len(told) < 4:
        seen.add(id(at))
        told.append(_one_exception(at))
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return " <- ".join(told)


def _one_exception(error: BaseException) -> str:
    try:
        said = _scrub(str(error)).strip().partition("\n")[0]
    except Exception:  # noqa: BLE001 - some cannot even say what they are
        said = ""
    places = [
        f"{Path(frame.f_code.co_filename).name}:{number} {frame.f_code.co_name}"
        for frame, number in traceback.walk_tb(error.__traceback__)
    ]
    where = ", ".join(reversed(places[-DEEPEST:]))
    inner = ""
    if isinstance(error, BaseExceptionGroup):
        inner = f" [{'; '.join(_one_exception(each) for each in error.exceptions[:3])}]"
    return f"{type(error).__name__}: {clean(said, LONGEST_ERROR)}" + (f" at {where}" if where else "") + inner


class _LogFile(RotatingFileHandler):
    """A file that may be shared by several boards, any of which may rotate it. It never raises and never prints."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=LARGEST, backupCount=FILES - 1, encoding="utf-8", errors="replace")

    def _open(self) -> Any:
        def private(path: str, flags: int) -> int:
            return os.open(path, flags, 0o600)

        opened: IO[str] = open(  # noqa: SIM115 - the handler closes it; Path.open knows no opener
            self.baseFilename, self.mode, encoding=self.encoding, errors=self.errors, opener=private
        )
        if hasattr(os, "fchmod"):
            # One that was there before may have been open to others.
            with contextlib.suppress(OSError):
                os.fchmod(opened.fileno(), 0o600)
        return opened

    def emit(self, record: logging.LogRecord) -> None:
        if self._is_elsewhere():
            self._let_go()
        super().emit(record)

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802 - the base's own name
        # As the base decides, but what has been written by other boards counts as well.
        if self.stream is None:
            self.stream = self._open()
        size = os.fstat(self.stream.fileno()).st_size
        return size > 0 and size + len(self.format(record).encode("utf-8", "replace")) + 1 > self.maxBytes

    def doRollover(self) -> None:  # noqa: N802 - the base's own name
        try:
            super().doRollover()
        except OSError:
            # Another board has just done it, or holds the file open where open files cannot be renamed.
            if self.stream is None:
                self.stream = self._open()
            if os.fstat(self.stream.fileno()).st_size > 4 * LARGEST:
                raise

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - the base's own name
        # In place of the base's, which prints on the screen. The next line tries anew, with a fresh file.
        self._let_go()

    def close(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            super().close()

    def _is_elsewhere(self) -> bool:
        """Whether the open file is no longer the one of that name: another board has rotated it, or it was deleted."""
        if self.stream is None:
            return False
        try:
            return not os.path.samestat(os.fstat(self.stream.fileno()), Path(self.baseFilename).stat())
        except (OSError, ValueError):
            return True

    def _let_go(self) -> None:
        stream, self.stream = self.stream, None
        if stream is not None:
            with contextlib.suppress(OSError, ValueError):
                stream.close()
