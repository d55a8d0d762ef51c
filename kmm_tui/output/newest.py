"""Lines to a reader who may be slow: what is not taken in time is overtaken, and nothing else waits for the reader."""

from __future__ import annotations

import errno
import os
import select
import threading
from collections.abc import Callable, Hashable

_HUNG_UP = select.POLLERR | select.POLLHUP | select.POLLNVAL if hasattr(select, "poll") else 0
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class NewestLines:
    """Writes lines to a file descriptor from a thread of its own. At most one line of each `key` is waiting.

    A newer line of a key takes the place of one that nobody has read yet, so that what waits is bounded by the number
    of keys. `ended` is called, in that thread, once the reader has gone or there is no room.
    """

    def __init__(self, descriptor: int, ended: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self._ended = ended
        self._waiting: dict[Hashable, bytes] = {}
        self._changed = threading.Condition()
        self._is_closed = False
        self.overtaken = 0
        """Lines that were never written, since a newer one of the same key came first."""
        self.failure: OSError | None = None
        """What is wrong with what is written to, where it is not its reader who has gone."""
        # A reader who never reads must not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name="lines", daemon=True)
        self._thread.start()

    def put(self, key: Hashable, line: bytes) -> None:
        """Hands over a line; never waits for the reader."""
        with self._changed:
            if self._waiting.pop(key, None) is not None:
                self.overtaken += 1
            # Behind the others: it is the newest of all.
            self._waiting[key] = line
            self._changed.notify()

    def is_anybody_there(self) -> bool:
        """Whether the reader may still be there; a pipe tells, other things are believed."""
        if not _HUNG_UP:
            return True
        poll = select.poll()
        poll.register(self._descriptor, 0)
        return not any(event & _HUNG_UP for _, event in poll.poll(0))

    def close(self, patience: float) -> None:
        """Writes what is waiting, for `patience` seconds at most; a line that was begun is ended if it is read."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join(patience)

    def _run(self) -> None:
        try:
            while (line := self._next()) is not None:
                view = memoryview(line)
                while view:
                    view = view[os.write(self._descriptor, view) :]
        except OSError as error:
            if error.errno in _FULL:
                self.failure = error
            self._ended()

    def _next(self) -> bytes | None:
        with self._changed:
            while not self._waiting and not self._is_closed:
                self._changed.wait()
            if not self._waiting:
                return None
            return self._waiting.pop(next(iter(self._waiting)))
