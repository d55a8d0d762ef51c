"""Small files that outlive the board: one JSON file for each account and thing. Only this user may read them."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import tempfile
from pathlib import Path
from typing import IO, Any

logger = logging.getLogger(__name__)

LARGEST = 64 * 1024 * 1024


class Memory:
    """Remembers plain JSON values for one account in `folder`; None remembers nothing.

    Writing never fails loudly: a full or read-only disk costs the memory and not the board. What cannot be read back
    counts as never remembered.
    """

    def __init__(self, folder: Path | None, account: str) -> None:
        self._folder = folder / re.sub(r"[^0-9A-Za-z-]", "_", account) if folder else None

    def recall(self, thing: str) -> Any:
        """What was last remembered as `thing`, or None."""
        if self._folder is None:
            return None
        path = self._folder / f"{thing}.json"
        try:
            if path.stat().st_size > LARGEST:
                return None
            return json.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as error:
            logger.warning("%s cannot be read and is left aside: %s", path.name, type(error).__name__)
            return None

    def remember(self, thing: str, value: Any) -> None:
        """Writes `value` in place of what was remembered before: whole, or not at all."""
        if self._folder is None:
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Made with 0600 by mkstemp, and renamed over the old one, so that a reader never sees half of it.
            handle, name = tempfile.mkstemp(prefix=f".{thing}-", dir=self._folder)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    # As one text: piece by piece it is not the fast encoder that writes, and takes four times as long.
                    file.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
                Path(name).replace(self._folder / f"{thing}.json")
            except BaseException:
                with contextlib.suppress(OSError):
                    Path(name).unlink()
                raise
        except (OSError, ValueError) as error:
            # A `ValueError` is text that no file can hold, such as half a character.
            why = error.strerror if isinstance(error, OSError) else None
            logger.warning("%s cannot be remembered: %s", thing, why or type(error).__name__)

    def forget(self, thing: str) -> None:
        """From now on it was never remembered."""
        if self._folder is not None:
            with contextlib.suppress(OSError):
                (self._folder / f"{thing}.json").unlink()

    def opened(self, name: str) -> IO[bytes] | None:
        """A file of its own beside what is remembered, made where it is lacking; None where that cannot be."""
        if self._folder is None:
            return None
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.fdopen(os.open(self._folder / name, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        except OSError as error:
            logger.warning("%s cannot be opened: %s", name, error.strerror or type(error).__name__)
            return None

    def touch(self, thing: str, at: float) -> None:
        """Marks what is remembered as good at `at`, epoch seconds, without writing it again."""
        if self._folder is not None:
            with contextlib.suppress(OSError):
                os.utime(self._folder / f"{thing}.json", (at, at))

    def touched_at(self, thing: str) -> float | None:
        """The moment of the last `touch`, or of the writing after it, epoch seconds; None if nothing is remembered."""
        found = self._stat(thing)
        return found.st_mtime if found else None

    def version(self, thing: str) -> object:
        """Something that is another whenever something else is remembered; None if nothing is."""
        found = self._stat(thing)
        return (found.st_dev, found.st_ino, found.st_size) if found else None

    def _stat(self, thing: str) -> os.stat_result | None:
        if self._folder is None:
            return None
        try:
            return (self._folder / f"{thing}.json").stat()
        except OSError:
            return None
