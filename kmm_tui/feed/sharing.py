"""A feed without a screen whose answers all boards of this machine can follow: recorded, and told of."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Sequence
from datetime import tzinfo
from typing import Any

from kmm_tui.api.client import KmmClient
from kmm_tui.api.window import Window
from kmm_tui.board.look import Look
from kmm_tui.board.scope import Watch
from kmm_tui.board.state import Section, TopicState
from kmm_tui.feed.budget import Budget
from kmm_tui.feed.clock import Clock
from kmm_tui.feed.news import NewsFile, Teller
from kmm_tui.feed.recording import RecordingFeed, recording
from kmm_tui.feed.sources import Sources
from kmm_tui.feed.wanted import usual_wants
from kmm_tui.record.record import Record
from kmm_tui.settings.own_sources import OwnSource

JUMP = 30.0
"""Seconds between two ticks, either way, after which the machine must have slept or its clock have been set."""

logger = logging.getLogger(__name__)


class Sharing:
    """Asks for what `look` says, and keeps answers in `record` and everything else in `news`. Enter it to begin.

    `every` is in seconds, `width` that of the usual window in ms; `window` tells another one to count over.
    `sources` are asked beside it, their times in `zone`. Leaving it logs out, closes the record, and says that nobody
    asks any more.
    """

    def __init__(
        self,
        client: KmmClient,
        record: Record,
        news: NewsFile,
        watch: Watch,
        every: float,
        clock: Clock,
        budget: Budget,
        *,
        look: Look,
        width: int,
        window: Callable[[], Window] | None = None,
        sources: Sequence[OwnSource] = (),
        zone: tzinfo | None = None,
    ) -> None:
        self._client = client
        self._record = record
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        own = Sources(sources, clock, zone) if sources else None
        publish = recording(record, (lambda _: None) if own else self._heard, lambda: False)
        if own:
            publish = own.mixing(self._heard, publish)
        self.feed = RecordingFeed(client, usual_wants(width), watch, every, clock, self._spawn, publish, budget)
        self.feed.record, self.feed.sources = record, own
        self._teller = Teller(news, clock, every, width, self.feed.note, self.feed.reading)
        if window:
            self.feed.window = window
        self.feed.show(look)

    async def __aenter__(self) -> Sharing:
        self._record.start()
        self.feed.start()
        self._spawn(self._teller.run(), "news")
        self._spawn(self._tick(), "tick")
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # All at once: neither a silent server nor a slow disk is to cost the others.
        await asyncio.gather(self.feed.close(), self._record.close(), self._teller.close(), return_exceptions=True)

    def _heard(self, state: TopicState) -> None:
        # What a source said is in the figures; who follows the record knows of nothing else.
        if state.topic.section is not Section.SOURCE:
            self._teller.note(state)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> object:
        task = asyncio.ensure_future(work)
        task.set_name(name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("the worker %r ended", task.get_name(), exc_info=error)

    async def _tick(self) -> None:
        before = self._clock.now()
        while True:
            await self._clock.sleep(1.0)
            now = self._clock.now()
            if abs(now - before) > JUMP:
                # The figures are asked for anew all the same, over connections that may be dead.
                with contextlib.suppress(Exception):
                    await self.feed.woke()
            before = now
