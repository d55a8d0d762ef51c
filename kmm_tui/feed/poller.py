"""One long-lived poller for each thing asked for: wait for the turn, ask, publish, sleep. An error is a state."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace

from kmm_tui.api.errors import KmmError
from kmm_tui.board.doubt import BELIEVED_AFTER, EMPTY, fell_to_nothing
from kmm_tui.board.freshness import Trouble
from kmm_tui.board.state import Content, Topic, TopicState
from kmm_tui.feed.clock import Clock
from kmm_tui.feed.retry import wait_before_retry

logger = logging.getLogger(__name__)


def until_next_turn(now: float, interval: float) -> float:
    """Seconds until the next turn: all who share an interval share its beat, so that their questions can be gathered.

    The beat is every whole `interval` since the epoch; one that is nearer than half an interval is let pass.
    """
    wait = interval - now % interval
    return wait if wait >= interval / 2 else wait + interval


class Poller:
    """Asks for one topic for as long as it is let. `interval` is in seconds and may be changed at any time."""

    def __init__(
        self,
        topic: Topic,
        ask: Callable[[], Awaitable[Content]],
        interval: float,
        clock: Clock,
        publish: Callable[[TopicState], None],
    ) -> None:
        self.topic = topic
        self.interval = interval
        self._ask = ask
        self._clock = clock
        self._publish = publish
        self._wake = asyncio.Event()
        self._failures = 0
        self._empty = 0
        self._other = False
        self._running: asyncio.Task[object] | None = None
        self._is_ended = False
        self._going = asyncio.Event()
        self._going.set()
        self.state = TopicState(topic, interval)

    def pause(self) -> None:
        """Nobody looks: do not ask, from the next turn on."""
        if self._going.is_set():
            self._going.clear()
            self._show(is_paused=True)

    def resume(self) -> None:
        """Somebody looks again: ask at the next turn, and now if that was missed."""
        if not self._going.is_set():
            self._going.set()
            self._show(is_paused=False)

    def ask_now(self, *, other: bool = False) -> None:
        """Do not wait for the turn; where it is paused, not after it is resumed.

        `other`: it is another question from now on, so the next answer cannot be doubted by the last one.
        """
        self._other |= other
        self._wake.set()

    def end(self) -> None:
        """Nobody will look again: its worker ends, and it publishes nothing more."""
        self._is_ended = True
        if self._running:
            self._running.cancel()

    async def run(self, already: Content | None = None) -> None:
        """Polls until it is cancelled or ended. `already` is an answer that somebody has just got for this topic."""
        self._running = asyncio.current_task()
        try:
            if not self._is_ended:
                await self._poll(already)
        except asyncio.CancelledError:
            if not self._is_ended:
                raise

    async def _poll(self, already: Content | None) -> None:
        if already is not None:
            self._succeed(already)
            await self._sleep()
        while True:
            await self.first()
            await self._sleep()

    async def first(self) -> None:
        """Asks until there is an answer."""
        while True:
            await self._going.wait()
            # Whoever asks from here on wants an answer to a question that is still to come.
            self._wake.clear()
            other, self._other = self._other, False
            try:
                content = await self._ask()
            except Exception as error:  # noqa: BLE001 - an error is this topic's state, never the end of its poller
                self._other |= other
                self._fail(error)
                await self._sleep()
            else:
                self._succeed(content, other=other)
                return

    def _succeed(self, content: Content, *, other: bool = False) -> None:
        self._failures = 0
        now = self._clock.now()
        before = None if other else self.state.content
        if before and fell_to_nothing(before, content) and self._empty < BELIEVED_AFTER - 1:
            self._empty += 1
            doubt = Trouble(EMPTY, "the answer fell from many to none; it is asked again before it is believed", now)
            self._show(trouble=doubt, next_try=now + until_next_turn(now, self.interval))
            return
        self._empty = 0
        self._show(content=content, trouble=None, next_try=now + until_next_turn(now, self.interval))

    def _fail(self, error: Exception) -> None:
        self._failures += 1
        now = self._clock.now()
        trouble = trouble_of(error, now)
        # The same chance for all who failed within this second: they go on failing, or not, in the same call.
        chance = random.Random(f"{int(now)} {self._failures}").random()  # noqa: S311
        wait = wait_before_retry(error, self._failures, chance)
        self._show(trouble=trouble, next_try=now + wait)

    def _show(self, **changes: object) -> None:
        # What is known ages by the interval that it was asked for at: being asked for less often makes nothing younger.
        known = self.state.content is not None and "content" not in changes
        interval = min(self.interval, self.state.interval) if known else self.interval
        self.state = replace(self.state, interval=interval, **changes)  # type: ignore[arg-type]
        try:
            self._publish(self.state)
        except Exception:
            # Whoever listens may fail; what is asked for goes on being asked for.
            logger.exception("a state could not be published")

    async def _sleep(self) -> None:
        seconds = max(0.0, (self.state.next_try or 0.0) - self._clock.now())
        turns = {asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(self._wake.wait())}
        try:
            await asyncio.wait(turns, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for turn in turns:
                turn.cancel()


def trouble_of(error: Exception, now: float) -> Trouble:
    """An error as a state. One that nobody foresaw is logged with where it came from, and told by its kind only."""
    if isinstance(error, KmmError):
        return Trouble(error.word, str(error), now)
    logger.error("unexpected %s while polling", type(error).__name__, exc_info=error)
    return Trouble("ERROR", f"unexpected {type(error).__name__}; it is asked again, and the log has the details", now)
