"""The record: every good answer of what is watched goes into one file of this machine, and is read back from it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from kmm_tui.api.window import Window
from kmm_tui.board.past import PastAnswer
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.state import Topic, TopicState
from kmm_tui.record import pasts, reading
from kmm_tui.record import series as lines
from kmm_tui.record.batch import kind_of
from kmm_tui.record.packed import is_broken
from kmm_tui.record.paths import file_of
from kmm_tui.record.schema import Broken, open_to_read
from kmm_tui.record.waiting import Job, Waiting
from kmm_tui.record.writer import Writer

CAP = 512 * 1024 * 1024
"""Bytes that the file may take."""
PATIENCE = 10.0
"""Seconds after which nobody waits any longer for a disk."""
READERS = 3
"""So much is read at the same time at most."""

logger = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> float:
        """Epoch seconds."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Epoch seconds."""
        return time.time()


class Record:
    """The record of one account, in a file in `folder` that is this user's alone; two boards may share it.

    Without `names` neither names of people nor of skills and groups are stored, ids only. `cap` is in bytes. Nothing
    here raises for what is on the disk: see `trouble`. Reading finds nothing where nothing can be read.
    """

    def __init__(
        self, folder: Path, account: str, *, names: bool = True, cap: int = CAP, clock: Clock | None = None
    ) -> None:
        self.path = file_of(folder, account)
        self._names = names
        self._clock = clock or SystemClock()
        self._waiting = Waiting()
        self._writer = Writer(self.path, self._waiting, self._clock.now, names=names, cap=cap)
        self._is_started = False
        self._noted: dict[Topic, int] = {}
        self._readers = asyncio.Semaphore(READERS)
        self._unreadable = ""

    def start(self) -> None:
        """Opens the file in a thread of its own, which the end of the program does not wait for."""
        if not self._is_started:
            self._is_started = True
            self._writer.start()

    def note(self, state: TopicState) -> None:
        """Takes note of a new answer, at once. What is no answer, or is one that is noted already, is passed over."""
        try:
            if state.is_withdrawn:
                self._noted.pop(state.topic, None)
            content = state.content
            if content is None or self._waiting.stopped or kind_of(state) is None:
                return
            if self._noted.get(state.topic) == content.taken_at:
                return
            self._noted[state.topic] = content.taken_at
            self._waiting.put(state)
        except Exception:
            # The board shows an answer whether it can be recorded or not.
            logger.exception("an answer cannot be recorded")

    @property
    def trouble(self) -> str:
        """What is wrong with the record, or was a short while ago, in one line; empty if nothing is."""
        return self._writer.trouble or self._unreadable

    async def written(self) -> None:
        """Returns once everything that was noted is in the file, or cannot be written."""
        await self._write(lambda _: None, hurry=True)

    async def close(self, seconds: float = 2.0) -> None:
        """Writes what waits and closes the file; waits for it so long at most."""
        self._waiting.stop()
        if self._is_started:
            await _in_thread(partial(self._writer.ended.wait, seconds), seconds, bool)

    async def series(
        self, scope: Scope, name: str, start_ms: int, end_ms: int, points: int, fits: lines.Fits | None = None
    ) -> list[tuple[int, float | None]]:
        """See `kmm_tui.record.series.series`. `name` is a metric's request name; `fits` is called in another thread."""
        return await self._read(lambda db: lines.series(db, scope, name, start_ms, end_ms, points, fits), list)

    async def at(self, at_ms: int, reach_ms: int = reading.REACH) -> tuple[TopicState, ...]:
        """See `kmm_tui.record.reading.at`."""
        return await self._read(lambda db: reading.at(db, at_ms, reach_ms), tuple)

    async def next_after(self, at_ms: int) -> int | None:
        """The moment (epoch ms) of the first answers after `at_ms`; None if there are none."""
        return await self._read(lambda db: reading.next_after(db, at_ms), _nothing)

    async def span(self) -> tuple[int, int] | None:
        """The first and the last recorded moment, epoch ms; None if nothing is recorded."""
        return await self._read(reading.span, _nothing)

    async def past(self, level: Level, window: Window, asked: frozenset[str]) -> PastAnswer | None:
        """What is kept of a past window, with all `asked` response fields or some of them; None if with none."""
        return await self._read(lambda db: pasts.past(db, level, window, asked), _nothing)

    async def keep_past(self, answer: PastAnswer) -> None:
        """Keeps an answer about a past window besides what is kept of it; returns once it is, or cannot be."""
        await self._write(lambda db: pasts.keep_past(db, answer, names=self._names), hurry=False)

    async def has_past(self, level: Level, windows: Iterable[Window], asked: frozenset[str]) -> set[Window]:
        """Those of `windows` of which all `asked` response fields are kept."""
        wanted = set(windows)
        return await self._read(lambda db: pasts.has_past(db, level, wanted, asked), set)

    async def _write(self, work: Callable[[sqlite3.Connection], None], *, hurry: bool) -> None:
        if not self._is_started or self._waiting.stopped or self._writer.ended.is_set():
            return
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        self._waiting.add(Job(work, partial(_tell, loop, done, lambda: None)), hurry=hurry)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(done, PATIENCE)

    async def _read(self, work: Callable[[sqlite3.Connection], _Answer], nothing: Callable[[], _Answer]) -> _Answer:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._readers.acquire()
        except TimeoutError:
            return nothing()
        loop = asyncio.get_running_loop()

        def read() -> _Answer:
            try:
                return self._open_and(work, nothing)
            finally:
                # Given back by the thread: those whom a disk holds must not become ever more.
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(self._readers.release)

        return await _in_thread(read, PATIENCE, nothing)

    def _open_and(self, work: Callable[[sqlite3.Connection], _Answer], nothing: Callable[[], _Answer]) -> _Answer:
        try:
            db = open_to_read(self.path)
            try:
                # One moment of the file, whatever is written meanwhile.
                db.execute("BEGIN")
                answer = work(db)
            finally:
                db.close()
        except FileNotFoundError:
            return nothing()
        except (sqlite3.Error, Broken, OSError) as error:
            logger.warning("the record cannot be read: %s", error)
            if not self._is_started:
                self._unreadable = f"the record cannot be read: {error}"
            elif is_broken(error) or isinstance(error, Broken):
                self._writer.doubt()
            return nothing()
        self._unreadable = ""
        return answer


def _nothing() -> None:
    return None


def _tell(loop: asyncio.AbstractEventLoop, done: asyncio.Future[_Answer], answer: Callable[[], _Answer]) -> None:
    """Hands an answer over from another thread."""

    def finish() -> None:
        if not done.done():
            try:
                done.set_result(answer())
            except Exception as error:  # noqa: BLE001 - it belongs to whoever waits
                done.set_exception(error)

    # The loop may have ended meanwhile.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(finish)


async def _in_thread(work: Callable[[], _Answer], seconds: float, nothing: Callable[[], _Answer]) -> _Answer:
    """`work` in a thread that nobody waits for at the end of the program; after `seconds`, `nothing`."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_Answer] = loop.create_future()

    def run() -> None:
        try:
            found = work()
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits
            failed = error

            def fail() -> _Answer:
                raise failed

            _tell(loop, done, fail)
        else:
            _tell(loop, done, lambda: found)

    threading.Thread(target=run, name="record reader", daemon=True).start()
    try:
        return await asyncio.wait_for(done, seconds)
    except TimeoutError:
        return nothing()
