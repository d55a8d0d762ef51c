"""Fills in what was usual: asks for comparable windows of past days, behind live polling and inside the budget."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kmm_tui.api.errors import KmmError
from kmm_tui.api.number import Number
from kmm_tui.api.window import KEPT, Window
from kmm_tui.board.past import PastAnswer, is_settled
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.feed.budget import Budget
from kmm_tui.feed.clock import Clock
from kmm_tui.feed.history import PastAsker, whole_minutes
from kmm_tui.feed.retry import wait_before_retry
from kmm_tui.feed.usual_of import ComparableTo, UsualOf
from kmm_tui.metrics import BY_NAME, Kind, Method, camel

SHARE = 3
"""One call in so many of the budget's rate is the most that filling takes."""
LEVELS = (Level.SKILL, Level.GROUP)
FIRST_DAYS = (1, 7)
"""Days ago that are filled first: yesterday, and the same weekday last week."""
LOOK_AGAIN = 5.0
"""Seconds after which somebody who could not ask looks again whether there is room."""
NOTHING_TO_DO = 20.0
"""Seconds after which it is looked whether time has brought other windows."""
SPARE = 1.0
"""Seconds that have to be left between the end of a call of filling and the next live one."""
FIRST_CALLS, FIRST_TOOK = 3, 1.0
"""What the first answer is expected to cost: calls, and seconds."""
NO_NEWS = 120.0
"""Seconds without room after which that is told."""
LONGEST = 600.0
"""Seconds: a wait above this is one of a clock that was set back."""

LONGEST_ANSWER = 30.0
"""Seconds: an answer that took longer by the clock is one during which the clock was set."""

OFF = "switched off"
THROTTLED = "the account was asked too often"
NO_ROOM = "live polling goes first"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of what was usual is known: `done` of `total` answers; `paused` says why it goes on later, or is ''."""

    done: int
    total: int
    paused: str = ""

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to ask."""
        return self.done >= self.total


@dataclass(frozen=True, slots=True)
class Live:
    """What filling has to make way for, as it is now."""

    next_call: float | None
    """When live polling asks next, epoch seconds: in the past while it asks, None if nothing is polled."""
    trouble: str = ""
    """What is wrong with live figures, in one word; '' if nothing is."""


class Job(NamedTuple):
    """A past window of all skills or of all groups."""

    level: Level
    window: Window


class _List:
    """Windows to fill, in this order. `over` are those that are known, or that nothing can be learnt of."""

    def __init__(self, jobs: Iterable[Job] = ()) -> None:
        self.jobs = dict.fromkeys(jobs)
        self.over: set[Job] = set()

    def next(self) -> Job | None:
        return next((job for job in self.jobs if job not in self.over), None)

    def tick(self, job: Job) -> None:
        if job in self.jobs:
            self.over.add(job)

    def progress(self, paused: str) -> Progress:
        done = len(self.over)
        return Progress(done, len(self.jobs), paused if done < len(self.jobs) else "")


class Backfill:
    """Fills the comparable windows of the present one, and the hours of a heat map while somebody looks at it.

    `present` is the window that other days are compared with, `metrics` are request names, `live` what live polling is
    about to do.
    """

    def __init__(
        self,
        asker: PastAsker,
        usual: UsualOf,
        comparable: ComparableTo,
        present: Callable[[], Window],
        metrics: Sequence[str],
        live: Callable[[], Live],
        budget: Budget,
        clock: Clock,
    ) -> None:
        self._asker = asker
        self._usual = usual
        self._comparable = comparable
        self._present = present
        self._metrics = tuple(metrics)
        self._live = live
        self._budget = budget
        self._clock = clock
        self._is_on = True
        self._wake = asyncio.Event()
        self._list = _List()
        self._followed: Window | None = None
        self._windows: tuple[Window, ...] = ()
        self._hours = _List()
        self._hours_unread = False
        self._scope = ACCOUNT
        self._name = ""
        self._values: dict[Window, Number | None] = {}
        self._may_ask_at = 0.0
        self._why_not_yet = ""
        self._had_room_at = 0.0
        self._failures = 0
        self._took: dict[Level, float] = {}
        self._paused = ""

    @property
    def is_on(self) -> bool:
        """Whether it fills. What is known stays known while it does not."""
        return self._is_on

    @is_on.setter
    def is_on(self, wanted: bool) -> None:
        self._is_on = wanted
        self.wake()

    def wake(self) -> None:
        """Looks at once what there is to do."""
        self._wake.set()

    @property
    def progress(self) -> Progress:
        """Of the windows comparable to the present one."""
        return self._list.progress(self._paused)

    @property
    def hours_progress(self) -> Progress:
        """Of the hours that somebody looks at."""
        return self._hours.progress(self._paused)

    def look_at_hours(self, scope: Scope, name: str, hours: Iterable[Window]) -> None:
        """Somebody looks at the metric `name` (request name) of `scope` in these whole hours.

        They go before everything else that is to be filled, newest first, until `look_away`. Those that are not over,
        or that the API does not keep any more, are left out.
        """
        level = Level.SKILL if scope.level is Level.ACCOUNT else scope.level
        metric, now = BY_NAME.get(name), self._asker.now()
        is_told = level in LEVELS and (
            metric is None or (metric.kind is Kind.BY_TIME and Method.METRICS in metric.methods)
        )
        windows = sorted({each for each in hours if is_told and is_settled(each, now)}, reverse=True)
        self._scope, self._name, self._values = scope, name, {}
        self._hours = _List(Job(level, each) for each in windows if each.start >= now - KEPT[Method.METRICS])
        self._hours_unread = True
        self._wake.set()

    def look_away(self) -> None:
        """Nobody looks at hours any more: what is left of them is not asked for."""
        self._values, self._hours = {}, _List()

    def hours(self) -> dict[Window, Number | None]:
        """What is known of the hours looked at; None is an hour in which the figure had no value."""
        return dict(self._values)

    async def run(self) -> None:
        """Fills until it is cancelled."""
        while True:
            try:
                wait = await self._step()
            except Exception:
                # Whatever it was, the live board goes on, and so does this.
                logger.exception("a past window could not be filled in")
                wait = LOOK_AGAIN
            if wait > 0:
                await self._sleep(wait)

    async def _step(self) -> float:
        """Does one thing that can be done now; how many seconds there is nothing more to do."""
        if not self._is_on:
            self._paused = OFF
            return LOOK_AGAIN
        await self._follow_time()
        await self._follow_hours()
        job = self._hours.next() or self._list.next()
        if job is None:
            self._paused = ""
            return NOTHING_TO_DO
        wait, self._paused = self._hindered(job)
        if wait > 0:
            return wait
        await self._fill(job)
        return 0.0

    async def _follow_time(self) -> None:
        """A new step of the grid, or another window, is another list."""
        present = whole_minutes(self._present())
        if present == self._followed:
            return
        self._followed = present
        found = sorted(self._comparable(present), key=lambda each: _turn(each.days_ago))
        windows = tuple(each.window for each in found)
        if windows == self._windows:
            return
        self._windows = windows
        self._usual.want(windows)
        jobs = self._list = _List(Job(level, window) for window in windows for level in LEVELS)
        for job in jobs.jobs:
            if self._usual.has(*job):
                jobs.tick(job)
        await self._read(jobs, self._metrics)

    async def _follow_hours(self) -> None:
        if self._hours_unread:
            self._hours_unread = False
            await self._read(self._hours, self._names)

    async def _read(self, jobs: _List, names: tuple[str, ...]) -> None:
        """What is kept already."""
        for level in LEVELS:
            windows = [job.window for job in jobs.jobs if job.level is level and job not in jobs.over]
            kept = await self._asker.is_kept(level, windows, names) if windows else set()
            for window in (each for each in windows if each in kept):
                answer = await self._asker.kept(level, window, names)
                # Somebody may look elsewhere by now.
                if jobs is not self._list and jobs is not self._hours:
                    return
                if answer:
                    self._note(Job(level, window), answer)

    def _hindered(self, job: Job) -> tuple[float, str]:
        """For how many seconds nothing may be asked, and why; 0 where there is room now."""
        now, live = self._clock.now(), self._live()
        if self._budget.pace.is_slowed:
            return LOOK_AGAIN, THROTTLED
        if live.trouble:
            return LOOK_AGAIN, live.trouble
        wait = self._may_ask_at - now
        if 0 < wait <= LONGEST:
            return min(wait, LOOK_AGAIN), self._why_not_yet
        if live.next_call is None:
            return 0.0, ""
        left = live.next_call - now
        if left >= self._takes(job) + SPARE:
            self._had_room_at = now
            return 0.0, ""
        # Between two beats there always is a moment without room: no news, unless it lasts.
        lasts = not 0 <= now - self._had_room_at <= NO_NEWS
        return min(max(left, 0.0) + SPARE, LOOK_AGAIN), NO_ROOM if lasts else ""

    def _takes(self, job: Job) -> float:
        """Seconds until the next one could ask without waiting, going by how long the last answer took."""
        distance = 1 / self._budget.pace.state.rate
        return self._took.get(job.level, FIRST_TOOK + FIRST_CALLS * distance) + distance

    async def _fill(self, job: Job) -> None:
        names = self._names if job in self._hours.jobs else self._metrics
        began, before = self._clock.now(), self._asker.costs.get(job.level)
        try:
            answer = await self._asker.answer(job.level, job.window, names)
        except KmmError as error:
            if error.retryable:
                self._failures += 1
                self._why_not_yet = error.word
                self._may_ask_at = self._clock.now() + wait_before_retry(error, self._failures)
            else:
                # It is over 14 days old by now, or refused: the others may do.
                logger.info("a past window cannot be had: %s", error)
                self._tick(job)
            return
        finally:
            cost = self._asker.costs.get(job.level)
            calls = cost.calls if cost and cost is not before else 0
            if calls:
                self._took[job.level] = min(max(0.0, self._clock.now() - began), LONGEST_ANSWER)
            pause = began + max(1, calls) * SHARE / self._budget.pace.state.rate
            self._may_ask_at = max(self._may_ask_at, pause) if self._why_not_yet else pause
        self._failures, self._why_not_yet = 0, ""
        self._note(job, answer)
        # Also where a metric is refused meanwhile: it is not asked for again and again.
        self._tick(job)

    def _note(self, job: Job, answer: PastAnswer) -> None:
        self._usual.keep(answer)
        field = BY_NAME[self._name].field if self._name in BY_NAME else camel(self._name)
        if job in self._hours.jobs and field in answer.asked:
            of_all = answer.account if self._scope == ACCOUNT else answer.rows.get(self._scope.key)
            self._values[job.window] = (of_all or {}).get(field)
            self._hours.tick(job)
        self._list.tick(job)

    def _tick(self, job: Job) -> None:
        self._list.tick(job)
        self._hours.tick(job)

    @property
    def _names(self) -> tuple[str, ...]:
        """What is asked for of the hours: the rest comes along in the same answers."""
        return (*self._metrics, self._name) if self._name else self._metrics

    async def _sleep(self, seconds: float) -> None:
        self._wake.clear()
        turns = {asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(self._wake.wait())}
        try:
            await asyncio.wait(turns, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for turn in turns:
                turn.cancel()


def _turn(days_ago: int) -> tuple[int, int]:
    return (FIRST_DAYS.index(days_ago) if days_ago in FIRST_DAYS else len(FIRST_DAYS)), days_ago
