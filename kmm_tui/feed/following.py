"""A board that is fed without a screen, for whoever prints it or hands it on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from datetime import tzinfo

from kmm_tui.api.client import KmmClient
from kmm_tui.board.board import Board
from kmm_tui.board.look import Look
from kmm_tui.board.present import Present
from kmm_tui.board.scope import Level, Watch
from kmm_tui.board.state import TopicState
from kmm_tui.feed.budget import Budget
from kmm_tui.feed.clock import Clock
from kmm_tui.feed.feed import Feed
from kmm_tui.feed.sources import Sources
from kmm_tui.feed.wanted import usual_wants
from kmm_tui.feed.workers import Workers
from kmm_tui.metrics import Method
from kmm_tui.settings.own_sources import OwnSource

JUMP = 30.0
"""Seconds between two ticks, either way, after which the machine must have slept or its clock have been set."""
TICK = 1.0
"""Seconds between two looks at what has grown older."""

logger = logging.getLogger(__name__)


def whole_look(board: Board, *, agents: bool) -> Look:
    """Everything that the board has figures of, and what its limits need; no trend."""
    return Look(
        levels=frozenset({Level.SKILL, Level.GROUP}),
        agents=agents,
        trend=None,
        metrics=tuple(sorted(board.judge.needs(Method.METRICS))),
        agent_metrics=tuple(sorted(board.judge.needs(Method.AGENT_VIEW))) if agents else (),
    )


class Following:
    """Keeps `board` as the screen would: the same feed, the same pace, the same words.

    `heard` is called with every new state after the board has taken note of it, `ticked` once a second; both are called
    in the loop and must not wait. `interval` is in seconds. Enter it to begin; leave it to end its workers. The client
    is closed by `close`, which whoever made the client calls.
    """

    def __init__(
        self,
        client: KmmClient,
        board: Board,
        watch: Watch,
        interval: float,
        clock: Clock,
        budget: Budget,
        *,
        present: Present,
        width: int,
        agents: bool = False,
        heard: Callable[[TopicState], None] | None = None,
        ticked: Callable[[float], None] | None = None,
        sources: Sequence[OwnSource] = (),
        zone: tzinfo | None = None,
        name: str | None = None,
    ) -> None:
        """`present` is the span that figures are counted over, `width` the usual one in ms.

        `sources` are asked beside it, their times in `zone`; they may call the account by its `name`.
        """
        self.board = board
        self.clock = clock
        self._present = present
        self._heard = heard
        self._ticked = ticked
        self._news = asyncio.Event()
        self._workers = Workers()
        self._sources = Sources(sources, clock, zone, account=(client.account, name))
        publish = self._sources.mixing(self._publish)
        self.feed = Feed(client, usual_wants(width), watch, interval, clock, self._workers.start, publish, budget)
        if present.is_unusual:
            self.feed.window = lambda: present.window(round(clock.now() * 1000))
        self.feed.show(whole_look(board, agents=agents))

    async def __aenter__(self) -> Following:
        self.feed.start()
        self._sources.start(self._workers.start)
        self._workers.start(self._tick(), "tick")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._workers.end()

    async def close(self) -> None:
        """Logs out and drops every connection."""
        await self.feed.close()

    def note(self) -> str:
        """What a person should know of the asking, in one line; '' if there is nothing."""
        return self.feed.note() or self._sources.note()

    async def answered(self, patience: float) -> tuple[TopicState, ...]:
        """Waits until all that is asked for has been answered, `patience` seconds at most. Returns what has not been.

        What would only be tried again after that time is not waited for, nor is a source that has failed.
        """
        deadline = self.clock.now() + patience
        while True:
            self._news.clear()
            without = self.feed.unanswered
            now = self.clock.now()
            if now >= deadline or (
                not self._sources.is_awaited
                and all(each.trouble and (each.next_try or 0.0) > deadline for each in without)
            ):
                return without
            await self._news_or(deadline - now)

    async def _news_or(self, seconds: float) -> None:
        turns = {asyncio.ensure_future(self.clock.sleep(seconds)), asyncio.ensure_future(self._news.wait())}
        try:
            await asyncio.wait(turns, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for turn in turns:
                turn.cancel()

    def _publish(self, state: TopicState) -> None:
        state = self._present.fitted(state)
        self.board.put(state)
        self._news.set()
        if self._heard:
            self._heard(state)

    async def _tick(self) -> None:
        before = self.clock.now()
        while True:
            await self.clock.sleep(TICK)
            now = self.clock.now()
            if abs(now - before) > JUMP:
                # The figures are asked for anew all the same, over connections that may be dead.
                self._sources.ask_now()
                with contextlib.suppress(Exception):
                    await self.feed.woke()
            before = now
            if self._ticked:
                try:
                    self._ticked(now)
                except Exception:
                    # Whoever listens may fail; the next second comes all the same.
                    logger.exception("a tick failed")
