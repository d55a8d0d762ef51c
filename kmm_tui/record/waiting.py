"""What waits to be written: bounded, so that a disk that hangs costs answers and not the memory."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from sqlite3 import Connection

from kmm_tui.board.snapshot import Roster
from kmm_tui.board.state import TopicState

MOST = 30_000
"""Figures' owners (scopes, and agents of rosters) whose answers may wait: half an hour of a thousand agents."""
AT_ONCE = 3_000
"""So many of them are written in one transaction."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something else to write in a transaction of its own; `done` is called once it is written, or cannot be."""

    work: Callable[[Connection], None]
    done: Callable[[], None]


@dataclass(slots=True)
class Waiting:
    """A queue between the event loop and the thread that writes. `most` is of the weight that `weight` tells."""

    most: int = MOST
    _lock: threading.Condition = field(default_factory=threading.Condition)
    _states: deque[TopicState] = field(default_factory=deque)
    _jobs: list[Job] = field(default_factory=list)
    _weight: int = 0
    _dropped: int = 0
    hurried: bool = False
    """Somebody waits for it to be written."""
    stopped: bool = False

    def put(self, state: TopicState) -> None:
        """Adds an answer, in place of the oldest ones if there are too many."""
        with self._lock:
            self._states.append(state)
            self._weight += weight(state)
            self._shorten()
            self._lock.notify()

    def put_back(self, states: Sequence[TopicState]) -> None:
        """What could not be written waits on, before everything that came since."""
        with self._lock:
            self._states.extendleft(reversed(states))
            self._weight += sum(map(weight, states))
            self._shorten()

    def add(self, job: Job, *, hurry: bool = False) -> None:
        """Adds something else to write."""
        with self._lock:
            self._jobs.append(job)
            self.hurried |= hurry
            self._lock.notify()

    def stop(self) -> None:
        """Nothing more will come."""
        with self._lock:
            self.stopped = True
            self._lock.notify()

    def take(self) -> list[TopicState]:
        """The oldest answers, not more than can be written at once."""
        taken, room = [], AT_ONCE
        with self._lock:
            while self._states and room > 0:
                state = self._states.popleft()
                room -= weight(state)
                taken.append(state)
            self._weight -= sum(map(weight, taken))
        return taken

    def jobs(self) -> list[Job]:
        """What else there is to write. Nobody is in a hurry for anything else then."""
        with self._lock:
            jobs, self._jobs = self._jobs, []
            self.hurried = False
        return jobs

    def again(self, jobs: Sequence[Job]) -> None:
        """What was to be written is to be written once more, at once: somebody may wait for it."""
        with self._lock:
            self._jobs[:0] = jobs
            self.hurried |= bool(jobs)

    def dropped(self) -> int:
        """How many answers were dropped since the last call."""
        with self._lock:
            dropped, self._dropped = self._dropped, 0
        return dropped

    def wait(self, seconds: float | None, *, for_more: bool) -> None:
        """Waits so long at most, None for ever; not at all once stopped or hurried, and `for_more` only for work."""
        with self._lock:
            self._lock.wait_for(
                lambda: self.stopped or self.hurried or (for_more and bool(self._states or self._jobs)), seconds
            )

    def __bool__(self) -> bool:
        with self._lock:
            return bool(self._states or self._jobs)

    def _shorten(self) -> None:
        while self._weight > self.most and len(self._states) > 1:
            self._weight -= weight(self._states.popleft())
            self._dropped += 1


def weight(state: TopicState) -> int:
    """How much of the memory an answer takes, in scopes."""
    return max(1, len(state.content.agents)) if isinstance(state.content, Roster) else 1
