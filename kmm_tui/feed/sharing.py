"""A feed without a screen whose answers all boards of this machine can follow: recorded, and told of."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Protocol

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
from kmm_tui.feed.workers import Workers
from kmm_tui.record.record import Record
from kmm_tui.settings.own_sources import OwnSource

JUMP = 30.0
"""Seconds between two ticks, either way, after which the machine must have slept or its clock have been set."""
GOODBYE = 3.0
"""Seconds that logging out may take before one leaves all the same."""

logger = logging.getLogger(__name__)


class Alerts(Protocol):
    """What watches the answers."""

    @property
    def trouble(self) -> str:
        """What is wrong with it, in one line; '' if nothing is."""
        ...

    def look(self, look: Look) -> Look:
        """What has to be asked for, for it and for `look`."""
        ...

    def watching(self, publish: Callable[[TopicState], None]) -> Callable[[TopicState], None]:
        """`publish`, watched."""
        ...

    async def run(self) -> None:
        """Watches until it is cancelled."""
        ...

    async def close(self) -> None:
        """Ends it."""
        ...


class Sharing:
    """Asks for what `look` says, and keeps answers in `record` and everything else in `news`. Enter it to begin.

    `every` is in seconds, `width` that of the usual window in ms; `window` tells another one to count over.
    `sources` are asked beside it, their times in `zone`; they may call the account by its `name`. Leaving it logs out,
    closes the record and the `alerts`, and says that nobody asks any more.
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
        name: str | None = None,
        alerts: Alerts | None = None,
    ) -> None:
        self._client = client
        self._record = record
        self._clock = clock
        self._alerts = alerts
        self._workers = Workers()
        own = Sources(sources, clock, zone, account=(client.account, name)) if sources else None
        # Alerts are of what pages show; the record takes each answer once.
        heard = alerts.watching(self._heard) if alerts else self._heard
        publish = recording(record, (lambda _: None) if own else heard, lambda: False)
        if own:
            publish = own.mixing(heard, publish)
        self.feed = RecordingFeed(client, usual_wants(width), watch, every, clock, self._workers.start, publish, budget)
        self.feed.record, self.feed.sources = record, own
        self.feed.besides = alerts.look if alerts else None
        self._teller = Teller(news, clock, every, width, self._note, self.feed.reading)
        if window:
            self.feed.window = window
        self.feed.show(look)

    async def __aenter__(self) -> Sharing:
        self._record.start()
        self.feed.start()
        self._workers.start(self._teller.run(), "news")
        self._workers.start(self._tick(), "tick")
        if self._alerts:
            self._workers.start(self._alerts.run(), "alerts")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._workers.end()
        # All at once: neither a silent server nor a slow disk is to cost the others.
        ends = [self._log_out(), self._record.close(), self._teller.close()]
        await asyncio.gather(*ends, *([self._alerts.close()] if self._alerts else []), return_exceptions=True)

    async def _log_out(self) -> None:
        try:
            async with asyncio.timeout(GOODBYE):
                await self.feed.close()
        except TimeoutError:
            logger.warning("nobody answered the logout within %g s", GOODBYE)

    def _heard(self, state: TopicState) -> None:
        # What a source said is in the figures; who follows the record knows of nothing else.
        if state.topic.section is not Section.SOURCE:
            self._teller.note(state)

    def _note(self) -> str:
        return self.feed.note() or (self._alerts.trouble if self._alerts else "")

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
