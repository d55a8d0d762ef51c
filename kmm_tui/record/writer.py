"""The thread that writes: the only one that a disk can hold up."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from kmm_tui.record.ageing import age
from kmm_tui.record.packed import is_broken
from kmm_tui.record.schema import Broken, check, open_to_write, set_aside
from kmm_tui.record.store import transaction, write
from kmm_tui.record.waiting import Job, Waiting

EVERY = 1.0
"""Seconds between two commits at least."""
ROUND = 30.0
"""Seconds between two looks for what is to age."""
RETRY = 60.0
"""Seconds after which a disk that failed is tried again."""
RECHECK = 600.0
"""Seconds after which a file that was found whole is looked at again."""
SAID = 900.0
"""Seconds for which it is said what has happened and is over."""
UNWRITABLE = (ValueError, TypeError, ArithmeticError)
"""What no file can hold, such as half a character: it costs itself, and not what comes after it."""
_REST = 4.0
"""So many times as long as a step of ageing took, the next one waits: a fifth of a core at most."""

logger = logging.getLogger(__name__)


class Writer:
    """Writes what waits, every second at most, and ages what is old. `now` is the clock, epoch seconds."""

    def __init__(self, path: Path, waiting: Waiting, now: Callable[[], float], *, names: bool, cap: int) -> None:
        self._path = path
        self._waiting = waiting
        self._now = now
        self._names = names
        self._cap = cap
        self._db: sqlite3.Connection | None = None
        self._file: tuple[int, int] = (0, 0)
        self._ageing: Iterator[None] | None = None
        self._next_age = 0.0
        self._committed = -EVERY
        self._retry_at: float | None = None
        self._doubted = False
        self._checked = -RECHECK
        self._why_off = ""
        self._notice = ("", 0.0)
        self._dropped = 0
        self.ended = threading.Event()

    def start(self) -> None:
        """Starts the thread. The program does not wait for it when it ends."""
        threading.Thread(target=self._run, name="record", daemon=True).start()

    @property
    def trouble(self) -> str:
        """What is wrong, or was lately, in one line; empty if nothing is."""
        if self._why_off:
            return f"the record is switched off: {self._why_off}; tried again every minute"
        text, at = self._notice
        return text if text and abs(self._now() - at) < SAID else ""

    def doubt(self) -> None:
        """Somebody who reads has found the file damaged: it is to be looked at."""
        if time.monotonic() < self._checked + RECHECK:
            return
        self._doubted = True
        self._waiting.add(Job(lambda _: None, lambda: None), hurry=True)

    def _run(self) -> None:
        try:
            self._open()
            while not (self._waiting.stopped and not self._waiting):
                self._wait()
                self._work()
                if self._waiting.stopped and self._why_off:
                    break
            self._close()
        except Exception:
            # Whatever it is, the board goes on without a record.
            logger.exception("the record has ended")
            self._why_off = "it failed, see the log"
        finally:
            for job in self._waiting.jobs():
                job.done()
            self.ended.set()

    def _wait(self) -> None:
        """Until there is something to do: answers a second after the last commit, or the next step of ageing."""
        now = time.monotonic()
        if self._retry_at is not None:
            self._waiting.wait(max(0.0, self._retry_at - now), for_more=False)
            return
        if not self._waiting:
            self._waiting.wait(max(0.0, self._next_age - now), for_more=True)
        if self._waiting:
            until = min(self._committed + EVERY, self._next_age)
            self._waiting.wait(max(0.0, until - time.monotonic()), for_more=False)

    def _work(self) -> None:
        if self._db is None or not self._is_there():
            self._open()
        self._say_dropped()
        db = self._db
        is_late = self._retry_at is not None or time.monotonic() >= self._committed + EVERY
        is_due = is_late or self._waiting.hurried
        jobs = self._waiting.jobs() if is_due or self._waiting.stopped else []
        try:
            if db is not None:
                if is_due or self._waiting.stopped:
                    self._write(db, jobs)
                    self._why_off, self._retry_at = "", None
                if not self._waiting.stopped:
                    self._age(db)
        except (sqlite3.Error, OSError, Broken) as error:
            if self._fail(error):
                # Whoever waits for it waits for the new file.
                self._waiting.again(jobs)
                jobs = []
        finally:
            for job in jobs:
                job.done()

    def _write(self, db: sqlite3.Connection, jobs: list[Job]) -> None:
        if self._doubted:
            self._doubted = False
            self._checked = time.monotonic()
            check(db)
        states = self._waiting.take()
        while states:
            try:
                with transaction(db):
                    write(db, states, names=self._names)
            except UNWRITABLE:
                logger.exception("%d answers cannot be recorded", len(states))
            except BaseException:
                self._waiting.put_back(states)
                raise
            self._committed = time.monotonic()
            states = self._waiting.take()
        for job in jobs:
            try:
                with transaction(db):
                    job.work(db)
            except UNWRITABLE:
                logger.exception("a past window cannot be kept")

    def _age(self, db: sqlite3.Connection) -> None:
        if time.monotonic() < self._next_age:
            return
        if self._ageing is None:
            self._ageing = age(db, int(self._now() * 1000), self._cap, self._say_lost)
        began = time.monotonic()
        try:
            is_over = next(self._ageing, self) is self
        except UNWRITABLE:
            logger.exception("an hour of the record cannot be made smaller")
            is_over = True
        if is_over:
            self._ageing = None
            self._next_age = began + ROUND
        else:
            done = time.monotonic()
            self._next_age = done + _REST * (done - began)

    def _open(self) -> None:
        self._close()
        try:
            try:
                self._db = open_to_write(self._path)
            except Broken as error:
                self._set_aside(str(error))
                self._db = open_to_write(self._path)
            stat = self._path.stat()
            self._file = stat.st_dev, stat.st_ino
        except (sqlite3.Error, OSError, Broken) as error:
            self._close()
            self._off(error)

    def _close(self) -> None:
        self._ageing = None
        if self._db is not None:
            try:
                self._db.close()
            except sqlite3.Error as error:
                logger.warning("the record cannot be closed: %s", error)
            self._db = None

    def _is_there(self) -> bool:
        """Whether the file is still the one that is open, with its log beside it: what goes elsewhere is lost."""
        try:
            stat = self._path.stat()
            is_same = (stat.st_dev, stat.st_ino) == self._file
            if is_same and self._path.with_name(self._path.name + "-wal").exists():
                return True
        except FileNotFoundError:
            is_same = False
        except OSError:
            # It shows when it is written to.
            return True
        if not is_same:
            self._say("the record's file was taken away; a new one was begun")
        return False

    def _fail(self, error: Exception) -> bool:
        """Does what can be done about it; whether a new file was begun in place of a damaged one."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_BUSY:
            # Another board writes for long: it waits on.
            self._committed = time.monotonic()
            self._ageing, self._next_age = None, self._committed + ROUND
            return False
        damaged = isinstance(error, Broken) or is_broken(error)
        own = self._is_there() if damaged else False
        self._close()
        if damaged and own:
            try:
                self._set_aside("damaged")
            except OSError as other:
                self._off(other)
                return False
        if damaged:
            self._open()
        else:
            self._off(error)
        return damaged and self._db is not None

    def _set_aside(self, why: str) -> None:
        aside = set_aside(self._path, self._now())
        self._say(f"the record was {why}: it is set aside as {aside.name}, and a new one was begun")

    def _off(self, error: Exception) -> None:
        why = why_not(error)
        if why != self._why_off:
            logger.warning("the record is switched off: %s", why)
        self._why_off = why
        self._retry_at = time.monotonic() + RETRY

    def _say_dropped(self) -> None:
        dropped = self._waiting.dropped()
        if dropped:
            self._dropped += dropped
            self._say(f"the record lacks {self._dropped} answers: the disk was too slow for them")

    def _say_lost(self) -> None:
        text = "the record is full: answers of the last two days were removed before their time; give it more room"
        if self._notice[0] != text:
            logger.warning("%s", text)
        self._notice = text, self._now()

    def _say(self, text: str) -> None:
        logger.warning("%s", text)
        self._notice = text, self._now()


def why_not(error: Exception) -> str:
    """Why a disk does not take it, in a few words."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        known = {
            sqlite3.SQLITE_FULL: "disk full",
            sqlite3.SQLITE_READONLY: "its file cannot be written",
            sqlite3.SQLITE_CANTOPEN: "its file cannot be opened",
            sqlite3.SQLITE_IOERR: "the disk fails",
            sqlite3.SQLITE_BUSY: "another program holds its file",
        }
        return known.get(code & 0xFF, str(error))
    if isinstance(error, OSError):
        return (error.strerror or os.strerror(error.errno or 0)).lower()
    return str(error)
