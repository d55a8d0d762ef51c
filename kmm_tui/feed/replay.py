"""Plays the board back from the record: a clock that runs as fast as a person wants, and a feed that follows it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from kmm_tui.api.number import Number
from kmm_tui.api.window import Window
from kmm_tui.board.board import RECENT
from kmm_tui.board.look import Look
from kmm_tui.board.meter import Reading
from kmm_tui.board.scope import Scope
from kmm_tui.board.state import AGENTS, Section, Topic, TopicState, agent_topic
from kmm_tui.feed.clock import Clock
from kmm_tui.feed.feed import Spawn
from kmm_tui.feed.recorded import (
    PLACES,
    REACH,
    Recorded,
    absent,
    arranged,
    detail_of,
    lists_of,
    moment,
    step_after,
    step_before,
)

SPEEDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
SLOWEST, FASTEST = 0.1, SPEEDS[-1]
"""How much faster than time a replay may go."""
SHORTEST = 0.05
"""Seconds between two looks into the record at least, however fast it goes."""
TRY_AGAIN = 5.0
"""Seconds after which a record that could not be read is tried again."""

logger = logging.getLogger(__name__)


class SteadyClock:
    """A clock that nobody sets: it counts from an arbitrary moment."""

    def now(self) -> float:
        """Seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Returns after `seconds`."""
        await asyncio.sleep(seconds)


class ReplayClock:
    """The time of the replay, which runs `speed` times as fast as `real`, stands still, and is set at will.

    It never goes beyond `end`, epoch ms.
    """

    def __init__(self, real: Clock, at_ms: int, speed: float, end: int) -> None:
        self._real = real
        self._from = at_ms / 1000
        self._since = real.now()
        self._speed = speed
        self._is_paused = False
        self._end = end

    def now(self) -> float:
        """Epoch seconds, of the replay."""
        passed = 0.0 if self._is_paused else max(0.0, self._real.now() - self._since) * self._speed
        return min(self._from + passed, self._end / 1000)

    @property
    def ms(self) -> int:
        """The same as epoch ms."""
        return round(self.now() * 1000)

    async def sleep(self, seconds: float) -> None:
        """Returns after `seconds` of the replay, were it not paused."""
        await self._real.sleep(seconds / self._speed)

    def set(self, at_ms: int) -> None:
        """Goes on from `at_ms`, epoch ms."""
        self._from, self._since = at_ms / 1000, self._real.now()

    @property
    def end(self) -> int:
        """Where it stops, epoch ms."""
        return self._end

    @end.setter
    def end(self, end: int) -> None:
        self.set(self.ms)
        self._end = end

    @property
    def is_at_end(self) -> bool:
        """Whether there is nothing after it."""
        return self.ms >= self._end

    @property
    def speed(self) -> float:
        """How much faster than time it goes."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self.set(self.ms)
        self._speed = min(max(speed, SLOWEST), FASTEST)

    @property
    def is_paused(self) -> bool:
        """Whether it stands still."""
        return self._is_paused

    @is_paused.setter
    def is_paused(self, paused: bool) -> None:
        self.set(self.ms)
        self._is_paused = paused


class ReplayFeed:
    """Publishes what was recorded as `clock` passes it. Asks nobody for anything.

    `begin` is called with the states of another moment, in order, when all that was published before is void. `span` is
    the record's first and last moment, epoch ms. Its worker runs through `spawn`.
    """

    def __init__(
        self,
        record: Recorded,
        clock: ReplayClock,
        real: Clock,
        span: tuple[int, int],
        spawn: Spawn,
        publish: Callable[[TopicState], None],
        begin: Callable[[Sequence[TopicState]], None],
    ) -> None:
        self._record = record
        self._clock = clock
        self._real = real
        self.span = span
        self._spawn = spawn
        self._publish = publish
        self._begin = begin
        self._shown: dict[Topic, TopicState] = {}
        self._shown_ms = 0
        self._sought: int | None = clock.ms
        self._look = Look()
        self._wake = asyncio.Event()
        self.subgroups = False
        self.window: int | Callable[[], Window] = 0

    def start(self) -> None:
        """Begins with the moment that the clock shows."""
        self._spawn(self._run(), "replay")

    # -- what a person does

    def pause(self, paused: bool) -> None:
        """Stands still, or goes on."""
        self._clock.is_paused = paused
        self._wake.set()

    def speed_up(self, faster: bool) -> None:
        """The next faster speed of `SPEEDS`, or the next slower one."""
        speed = self._clock.speed
        found = [each for each in SPEEDS if (each > speed if faster else each < speed)]
        if found:
            self._clock.speed = found[0] if faster else found[-1]
            self._wake.set()

    async def seek(self, at_ms: int) -> bool:
        """Goes to `at_ms`, epoch ms, or to the end of the record that is nearer; False where that was beyond an end."""
        await self._measure()
        at = min(max(at_ms, self.span[0]), self.span[1])
        if at <= self.span[0]:
            # The very first answer alone is no board yet: the first turn of asking is.
            at = await step_after(self._record, self.span[0] - 1) or at
        self._clock.set(at)
        self._sought = at
        self._wake.set()
        return self.span[0] <= at_ms <= self.span[1]

    async def step(self, direction: int) -> bool:
        """Stands still at the next turn of answers (1), or at the one before (-1); False where there is none."""
        self._clock.is_paused = True
        here = self._clock.ms if self._sought is None else self._sought
        found = await (step_after if direction > 0 else step_before)(self._record, here)
        if found is None:
            self._wake.set()
            return False
        await self.seek(found)
        return True

    async def _measure(self) -> None:
        # Another board may be recording still.
        span = await self._record.span()
        if span is not None and span != self.span:
            self.span = span
            self._clock.end = span[1]

    # -- the way of the answers

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                wait = await self._show_present()
            except Exception:
                logger.exception("the record could not be played")
                wait = TRY_AGAIN
            await self._sleep(wait)

    async def _show_present(self) -> float | None:
        """Publishes what is to be seen by now. Returns for how many real seconds that is all; None is for ever."""
        now_ms = self._clock.ms
        if self._sought is not None:
            sought, self._sought = self._sought, None
            found = await moment(self._record, sought, RECENT)
            if self._sought is None:
                self._show_anew(found.states, found.history, sought)
            return 0.0
        if now_ms > self._shown_ms:
            reach = min(now_ms - self._shown_ms, REACH)
            fresh = await self._record.at(now_ms, reach)
            if self._sought is not None:
                return 0.0
            self._show(fresh, now_ms)
        if self._clock.is_paused or self._clock.is_at_end:
            return None
        following = await self._record.next_after(self._shown_ms)
        if following is None:
            following = self._clock.end
        return max(SHORTEST, (following / 1000 - self._clock.now()) / self._clock.speed)

    def _show_anew(self, states: Sequence[TopicState], history: Sequence[TopicState], at_ms: int) -> None:
        self._shown = {each.topic: each for each in self._whole(states)}
        self._shown_ms = at_ms
        self._begin((*history, *self._shown.values()))

    def _show(self, fresh: Iterable[TopicState], now_ms: int) -> None:
        self._shown_ms = now_ms
        before = self._shown
        real = {topic: state for topic, state in before.items() if _is_answer(state)}
        for state in fresh:
            known = real.get(state.topic)
            if known is None or _taken_at(known) < _taken_at(state):
                real[state.topic] = state
        self._shown = {each.topic: each for each in self._whole(arranged(real.values()))}
        self._tell(before)

    def _tell(self, before: Mapping[Topic, TopicState]) -> None:
        for topic in [each for each in before if each not in self._shown]:
            self._publish(TopicState(topic, 0.0, is_withdrawn=True))
        for topic, state in self._shown.items():
            if state != before.get(topic):
                self._publish(state)

    def _whole(self, states: Iterable[TopicState]) -> list[TopicState]:
        """Answers with what follows from them, and with what is lacking."""
        found = {each.topic: each for each in states}
        found |= {each.topic: each for each in lists_of(found.values())}
        wanted = list(PLACES)
        if self._look.trend:
            wanted.append(Topic(Section.TREND, self._look.trend))
        if self._look.agent is not None:
            topic = agent_topic(self._look.agent)
            detail = detail_of(self._look.agent, found.get(AGENTS))
            if detail:
                # One agent is looked at for as long as somebody does, now and not then.
                found[topic] = replace(detail, is_paused=False)
            wanted.append(topic)
        at = self._shown_ms / 1000
        interval = max((each.interval for each in found.values()), default=0.0)
        return [*found.values(), *absent([each for each in wanted if each not in found], interval, at)]

    async def _sleep(self, seconds: float | None) -> None:
        turns: set[asyncio.Future[object]] = {asyncio.ensure_future(self._wake.wait())}
        if seconds is not None:
            turns.add(asyncio.ensure_future(self._real.sleep(seconds)))
        try:
            await asyncio.wait(turns, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for turn in turns:
                turn.cancel()

    # -- what a live feed is asked for as well

    def show(self, look: Look) -> None:
        """What is on the screen: of an agent and of a trend there is more to show than of every board."""
        if look == self._look:
            return
        self._look = look
        if self._shown:
            before = self._shown
            real = [state for state in before.values() if _is_answer(state)]
            self._shown = {each.topic: each for each in self._whole(real)}
            self._tell(before)

    def ask_now(self) -> None:
        """Nobody is asked."""

    async def woke(self) -> None:
        """A replay sleeps as its machine does."""

    def note(self) -> str:
        """What a person should know, in one line; '' if there is nothing."""
        if self._record.trouble:
            return self._record.trouble
        return "the record ends here" if self._clock.is_at_end else ""

    def reading(self) -> Reading:
        """Nothing was asked."""
        return Reading(0.0, 0.0, 0, 0, 0, 0, None, None, 0)

    async def past_board(self, window: Window, look: Look) -> tuple[TopicState, ...]:  # noqa: ARG002
        """A replay has no other windows than those that were recorded."""
        return ()

    @property
    def backfill(self) -> None:
        """Nothing is filled in."""
        return

    def usual_of(
        self,
        scope: Scope,  # noqa: ARG002
        names: Iterable[str],  # noqa: ARG002
        window: Window,  # noqa: ARG002
    ) -> Mapping[int, Mapping[str, Number | None]]:
        """What was usual then is not recorded."""
        return {}


def _is_answer(state: TopicState) -> bool:
    """Whether it was recorded itself, and does not only follow from what was."""
    from_list = not state.topic.scope.key and state.topic.section is Section.FIGURES and state.topic in PLACES[:2]
    return state.content is not None and not from_list and state.topic.section is not Section.AGENT


def _taken_at(state: TopicState) -> int:
    return state.content.taken_at if state.content else 0
