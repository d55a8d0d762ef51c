"""What a board on this machine tells those that follow it, besides its record: how each question stands, and why.

The record holds answers only. What went wrong since, when it is asked again and what is no more stand in a small file
of this user's alone, which holds no figure and no secret. That file is touched while its writer lives.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import IO
from urllib.parse import quote

from kmm_tui.board.meter import Reading
from kmm_tui.board.snapshot import Listing
from kmm_tui.board.state import Topic, TopicState
from kmm_tui.feed.clock import Clock
from kmm_tui.feed.lock import locked
from kmm_tui.feed.memory import Memory
from kmm_tui.feed.plain import from_plain, to_plain
from kmm_tui.feed.thread import in_thread

WRITE_EVERY = 1.0
"""Seconds between two looks for what is to be told."""
BEAT = 5.0
"""Seconds between two signs of life."""
SILENT_AFTER = 20.0
"""Seconds without one after which nobody is there any more, or somebody who hangs."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """A state without its answer, and when that was taken (epoch ms): the record has it. A list is told as it is."""

    state: TopicState
    taken_at: int | None


@dataclass(frozen=True, slots=True)
class News:
    """All that is told at once. `every` is the interval in seconds, `window` the usual width in ms."""

    every: float
    window: int
    states: tuple[Told, ...]
    note: str
    reading: Reading


def told(state: TopicState) -> Told:
    """What is told of `state`."""
    content = state.content
    if content is None or isinstance(content, Listing):
        return Told(state, content.taken_at if content else None)
    return Told(replace(state, content=None), content.taken_at)


class NewsFile:
    """The news of one account and profile, in its `Memory`."""

    def __init__(self, memory: Memory, profile: str) -> None:
        self._memory = memory
        self._thing = f"news-{quote(profile, safe='')}"
        self._lock: IO[bytes] | None = None

    def take_charge(self) -> bool:
        """Whether this process is the one that tells, from now to its end; False where another one is."""
        if self._lock is None:
            file = self._memory.opened(f"{self._thing}.lock")
            if file is not None and not locked(file):
                file.close()
                return False
            # Where no lock can be had no news can be told either, which those who follow see.
            self._lock = file
        return True

    def close(self) -> None:
        """From now on another process may take charge."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def read(self) -> News | None:
        """What was told last; None if nothing was, or by another version."""
        try:
            found: News = from_plain(News, self._memory.recall(self._thing))
        except (ValueError, TypeError):
            return None
        return found

    def write(self, news: News) -> None:
        """Tells it, in place of what was told before."""
        self._memory.remember(self._thing, to_plain(News, news))

    def forget(self) -> None:
        """There is nobody any more who tells anything."""
        self._memory.forget(self._thing)

    def touch(self, now: float) -> None:
        """Gives a sign of life; epoch seconds."""
        self._memory.touch(self._thing, now)

    def touched_at(self) -> float | None:
        """When the last sign of life was given, epoch seconds; None if there is no news."""
        return self._memory.touched_at(self._thing)

    def version(self) -> object:
        """Something that changes whenever other news is told."""
        return self._memory.version(self._thing)


class Teller:
    """Keeps a board's states, and tells them within a second. `note` and `reading` are asked for what they say now."""

    def __init__(
        self,
        file: NewsFile,
        clock: Clock,
        every: float,
        window: int,
        note: Callable[[], str],
        reading: Callable[[], Reading],
    ) -> None:
        self._file = file
        self._clock = clock
        self._every = every
        self._window = window
        self._note = note
        self._reading = reading
        self._states: dict[Topic, Told] = {}
        self._said = ""
        self._changed = True
        self._touched = 0.0

    def note(self, state: TopicState) -> None:
        """Takes note of a new state. One that is withdrawn is told no more."""
        if state.is_withdrawn:
            self._changed |= self._states.pop(state.topic, None) is not None
            return
        found = told(state)
        if self._states.get(state.topic) != found:
            self._states[state.topic] = found
            self._changed = True

    async def run(self) -> None:
        """Tells what is new, and that it lives, until it is cancelled."""
        while True:
            try:
                await self.tell()
            except Exception:
                # Those who follow see it by the age of what was told last.
                logger.exception("the news cannot be told")
            await self._clock.sleep(WRITE_EVERY)

    async def tell(self) -> None:
        """Tells now what is new; without anything new gives a sign of life, if it is time for one."""
        now, said = self._clock.now(), self._note()
        is_new = self._changed or said != self._said
        if not is_new and 0 <= now - self._touched < BEAT:
            return
        self._changed, self._said, self._touched = False, said, now
        news = News(self._every, self._window, tuple(self._states.values()), said, self._reading()) if is_new else None

        def work() -> None:
            if news:
                self._file.write(news)
            self._file.touch(now)

        await in_thread(work, "news")

    async def close(self) -> None:
        """Nobody tells anything any more."""
        await in_thread(self._file.forget, "news")
