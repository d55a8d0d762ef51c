"""Writing to a terminal that may stop reading (ctrl+S, a suspended ssh) without letting anybody wait for it."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol, TextIO

FRAMES = 30
"""How many frames may wait before they are worth less than one that is painted anew."""
PATIENCE = 2.0
"""Seconds without any byte taken, after which a terminal with something to read does not read."""
FAREWELL = 1.0
"""Seconds that a terminal which does not read has, at the end, to take the sequences that give it back."""
CANCEL = "\x18\x1b[?2026l"
"""Ends a sequence that was cut off, and synchronised output."""
CHUNK = 8192
"""Characters that a Windows console takes at once without failing."""
KEPT = 200
"""How much besides frames may wait."""


class Door(Protocol):
    """Where the bytes go."""

    def send(self, text: str, moved: Callable[[], None], given_up: Callable[[], bool]) -> None:
        """Writes all of `text`, reports every progress, and stops when `given_up`. OSError: the terminal is gone."""
        ...

    def make_room(self) -> None:
        """Throws away what nobody has read yet, where the system can."""
        ...

    def close(self) -> None:
        """Lets go of it."""
        ...


class FileDoor:
    """A file that is written to for as long as it takes."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def send(self, text: str, moved: Callable[[], None], given_up: Callable[[], bool]) -> None:
        """See `Door`; it can only give up between two chunks."""
        for start in range(0, len(text), CHUNK):
            if given_up():
                return
            self._file.write(text[start : start + CHUNK])
            self._file.flush()
            moved()

    def make_room(self) -> None:
        """Not possible."""

    def close(self) -> None:
        """The file is somebody else's."""


class TerminalDoor:
    """A terminal opened a second time, so that writing never waits while all others see no change of it."""

    def __init__(self, descriptor: int, encoding: str) -> None:
        self._descriptor = descriptor
        self._encoding = encoding

    def send(self, text: str, moved: Callable[[], None], given_up: Callable[[], bool]) -> None:
        """See `Door`."""
        data = memoryview(text.encode(self._encoding, "replace"))
        while data and not given_up():
            try:
                taken = os.write(self._descriptor, data)
            except BlockingIOError:
                # Not without end: the one who gives up cannot wake it.
                select.select([], [self._descriptor], [], 0.1)
                continue
            data = data[taken:]
            moved()

    def make_room(self) -> None:
        """See `Door`."""
        if sys.platform != "win32":
            import termios

            with contextlib.suppress(termios.error):
                termios.tcflush(self._descriptor, termios.TCOFLUSH)

    def close(self) -> None:
        """See `Door`."""
        os.close(self._descriptor)


def open_door(file: TextIO) -> Door:
    """The best way to write to the terminal behind `file`."""
    if sys.platform == "win32":
        return FileDoor(file)
    try:
        name = os.ttyname(file.fileno())
        return TerminalDoor(os.open(name, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK), file.encoding)
    except OSError:
        # Another's terminal, or none. On a descriptor of our own, so that the interpreter's end waits for no lock.
        return FileDoor(open(os.dup(file.fileno()), "w", encoding=file.encoding, errors="replace", newline=""))  # noqa: PTH123


class TerminalWriter(threading.Thread):
    """Takes frames, which may be lost as a whole, and everything else, which may not; writes them in their order.

    Once frames wait in vain, none is taken (`behind`) until the terminal reads again. Then `caught_up` is called, from
    this thread, with the seconds for which it did not read, and whoever draws paints all anew. `gone` is called, from
    this thread, when there is no terminal any more.
    """

    def __init__(
        self,
        door: Door,
        caught_up: Callable[[float], None],
        gone: Callable[[], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(daemon=True, name="kmm-terminal-output")
        self._door = door
        self._caught_up = caught_up
        self._gone = gone
        self._monotonic = monotonic
        self._state = threading.Condition()
        self._waiting: deque[tuple[bool, str]] = deque()
        self._in_hand: tuple[bool, str] | None = None
        self._moved_at = monotonic()
        self._stuck_since = 0.0
        self._ending = False
        self._given_up = False
        self._is_gone = False
        self.behind = False

    def write(self, text: str) -> None:
        """Everything that is not a frame: modes, the bell."""
        with self._state:
            if self._is_gone or (self._waiting and self._waiting[-1] == (False, text)):
                return  # a night of bells is one bell
            if len(self._waiting) >= KEPT:
                self._waiting.popleft()
            self._put(False, text)

    def frame(self, text: str) -> bool:
        """A change of what is on the screen. False: it is lost, as will be all that follow until `caught_up`."""
        with self._state:
            if not self.behind and self._in_vain():
                self.behind, self._stuck_since = True, self._moved_at
                self._forget_frames()
            if self.behind or self._is_gone:
                return False
            self._put(True, text)
            return True

    def stop(self) -> None:
        """Ends it once all is written; at the latest after `FAREWELL` seconds, whether somebody reads or not."""
        with self._state:
            self._ending = True
            self._forget_frames()
            self._state.notify()
            stuck = self.behind
        self.join(FAREWELL / 4 if stuck else FAREWELL)
        if self.is_alive():
            with self._state:
                self._given_up = True
                if self._in_hand and not self._in_hand[0]:
                    self._waiting.appendleft(self._in_hand)
                self._waiting.appendleft((False, CANCEL))
            self._door.make_room()
            self.join(FAREWELL)

    def _in_vain(self) -> bool:
        frames = sum(is_frame for is_frame, _ in self._waiting)
        return frames >= FRAMES or (self._in_hand is not None and self._monotonic() - self._moved_at > PATIENCE)

    def _forget_frames(self) -> None:
        self._waiting = deque(entry for entry in self._waiting if not entry[0])

    def _put(self, is_frame: bool, text: str) -> None:
        self._waiting.append((is_frame, text))
        self._state.notify()

    # -- in the thread

    def run(self) -> None:
        """Writes until it is stopped, or the terminal is gone."""
        try:
            while (text := self._next()) is not None:
                self._door.send(text, self._moved, self._gives_up)
                self._done()
        except (OSError, ValueError):
            with self._state:
                self._is_gone = True
                self._waiting.clear()
            self._gone()
        finally:
            with contextlib.suppress(OSError):
                self._door.close()

    def _next(self) -> str | None:
        with self._state:
            while not self._waiting:
                if self._ending:
                    return None
                self._state.wait()
            self._moved()
            self._in_hand = self._waiting.popleft()
            return self._in_hand[1]

    def _done(self) -> None:
        with self._state:
            self._in_hand = None
            if not self.behind or self._waiting or self._ending:
                return
            self.behind = False
            lost = self._monotonic() - self._stuck_since
        self._caught_up(lost)

    def _moved(self) -> None:
        self._moved_at = self._monotonic()

    def _gives_up(self) -> bool:
        # Once, for what was being written; what comes then gives the terminal back, and is tried.
        with self._state:
            given_up, self._given_up = self._given_up, False
            return given_up
