"""The person's own sources: each is asked by itself, and what it says is mixed into what the API answers.

For a board without a screen::

    use(settings.own_metrics())                     # so that limits, formulas and names are known
    sources = Sources(settings.chosen_sources, clock, settings.zone(), account=(profile.account, profile.name))
    feed = Feed(..., spawn, sources.mixing(publish), ...)
    sources.start(spawn)

and ask `Judge`, `figure_of` and the rows of a `Board` as for any other metric.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from kmm_tui.api.text import clean
from kmm_tui.board.figure import Figures
from kmm_tui.board.figure_text import age_text
from kmm_tui.board.freshness import Age, Trouble
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.snapshot import Agent, AgentDetail, Roster, Snapshot
from kmm_tui.board.sources import SourceAnswer, Standing, mixed, without_old
from kmm_tui.board.state import Topic, TopicState, source_topic
from kmm_tui.feed.clock import Clock
from kmm_tui.feed.feed import Spawn
from kmm_tui.feed.poller import until_next_turn
from kmm_tui.feed.source_asker import SourceAsker, SourceError
from kmm_tui.settings.own_sources import OwnSource

AT_ONCE = 2
"""Sources that are read at the same time, so that many of them on one beat are no burst."""
FIRST_RETRY = 15.0
"""Seconds after which a source that failed is asked again, doubled each time, but never more than its interval."""
SHORTEST_RETRY = 5.0

logger = logging.getLogger(__name__)

Publish = Callable[[TopicState], None]
Change = Callable[[Figures, Scope, str | None], Figures]
"""Figures of a scope, by its name, made into others."""


@dataclass
class _Known:
    """What was published last of a topic: as the API answered it, and with the sources' figures."""

    plain: TopicState
    told: TopicState


class Sources:
    """Asks every source at its own interval. What one does, or fails to do, concerns nobody else."""

    def __init__(
        self,
        sources: Sequence[OwnSource],
        clock: Clock,
        zone: tzinfo | None = None,
        ask: Callable[[OwnSource], SourceAsker] | None = None,
        *,
        account: Sequence[str | None] = (),
    ) -> None:
        """`account` is what rows may call the account: its id, and its name where it has one."""
        self._clock = clock
        self._askers = {
            each.name: (ask or (lambda own: SourceAsker(own, clock, zone, account)))(each) for each in sources
        }
        self._sources = {each.name: each for each in sources}
        self._fields = {each.name: tuple(column.field for column in each.columns()) for each in sources}
        self._states = {each.name: self._first(each) for each in sources}
        self._wake = {each.name: asyncio.Event() for each in sources}
        self._known: dict[Topic, _Known] = {}
        self._publish: Publish | None = None
        self._turns = asyncio.Semaphore(AT_ONCE)

    @staticmethod
    def _first(source: OwnSource) -> TopicState:
        return TopicState(source_topic(source.name), source.every.total_seconds())

    # -- mixing

    def mixing(self, publish: Publish, record: Publish | None = None) -> Publish:
        """What a feed is to publish to: `publish` gets its states with the sources' figures, and states of sources.

        `record` gets what the API answered, with those figures that were fresh then; each answer once.
        """
        self._publish = publish

        def both(state: TopicState) -> None:
            told, known = self._mixed(state), self._known.get(state.topic)
            if known and known.plain.content is state.content and told.content == known.told.content:
                # The same object as long as it says the same: what was judged is not judged again.
                told = replace(told, content=known.told.content)
            if state.is_withdrawn or state.content is None:
                self._known.pop(state.topic, None)
            else:
                self._known[state.topic] = _Known(state, told)
            publish(told)
            if record:
                record(_changed(told, lambda figures, *_: without_old(figures)))

        return both

    def _mixed(self, state: TopicState) -> TopicState:
        if not self._states or state.content is None or state.is_past:
            return state
        now = self._clock.now()
        standings = [self._standing(name, now) for name in self._states]
        at = int(now * 1000)
        return _changed(state, lambda figures, scope, name: mixed(figures, scope, name, at, standings))

    def _standing(self, name: str, now: float) -> Standing:
        state = self._states[name]
        answer = state.content if isinstance(state.content, SourceAnswer) else None
        return Standing(self._sources[name].level, self._fields[name], answer, state.freshness(now).age)

    def _tell(self, state: TopicState, name: str) -> None:
        self._states[name] = state
        if self._publish is None:
            return
        self._publish(state)
        for known in list(self._known.values()):
            told = self._mixed(known.plain)
            if told.content != known.told.content:
                known.told = told
                self._publish(told)

    # -- asking

    def start(self, spawn: Spawn) -> None:
        """Begins to ask, through `spawn`."""
        for name in self._askers:
            spawn(self._run(name), f"source {name}")

    @property
    def is_awaited(self) -> bool:
        """Whether one has neither answered nor failed yet."""
        return any(state.content is None and state.trouble is None for state in self._states.values())

    def ask_now(self) -> None:
        """Asks every source at once."""
        for wake in self._wake.values():
            wake.set()

    async def _run(self, name: str) -> None:
        failures = 0
        while True:
            self._wake[name].clear()
            state, interval = self._states[name], self._states[name].interval
            trouble: Trouble | None = None
            try:
                async with self._turns:
                    answer = await self._askers[name].ask()
            except Exception as error:  # noqa: BLE001 - an error is this source's state, never the end of its asking
                failures += 1
                trouble = self._trouble(name, error)
                wait = max(SHORTEST_RETRY, min(interval, FIRST_RETRY * 2 ** min(failures - 1, 20)))
            else:
                failures = 0
                state = replace(state, content=answer)
                wait = until_next_turn(self._clock.now(), interval)
            try:
                self._tell(replace(state, trouble=trouble, next_try=self._clock.now() + wait), name)
            except Exception:
                # Whoever listens may fail; the source goes on being asked.
                logger.exception("a source's figures could not be published")
            await self._sleep(name, wait)

    def _trouble(self, name: str, error: Exception) -> Trouble:
        now, before = self._clock.now(), self._states[name].trouble
        if isinstance(error, SourceError):
            trouble = Trouble(error.word, clean(str(error)), now)
            if before is None or before.word != trouble.word:
                logger.warning("source %s: %s: %s", clean(name), trouble.word, trouble.message)
            return trouble
        logger.error("unexpected %s while asking source %s", type(error).__name__, clean(name), exc_info=error)
        return Trouble(
            "ERROR", f"unexpected {type(error).__name__}; it is asked again, and the log has the details", now
        )

    async def _sleep(self, name: str, seconds: float) -> None:
        turns = {
            asyncio.ensure_future(self._clock.sleep(seconds)),
            asyncio.ensure_future(self._wake[name].wait()),
        }
        try:
            await asyncio.wait(turns, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for turn in turns:
                turn.cancel()

    # -- what a person should know

    def note(self) -> str:
        """What is wrong with the sources, in one line; '' if nothing is."""
        now = self._clock.now()
        failing = [(name, state) for name, state in self._states.items() if state.trouble]
        if not failing:
            return ""
        name, state = max(failing, key=lambda each: state_age(each[1], now))
        assert state.trouble is not None  # noqa: S101 - it fails
        fresh = state.freshness(now)
        age = "no figures yet" if fresh.seconds is None else f"its figures are {age_text(fresh.seconds)} old"
        if fresh.age is Age.GONE:
            age = "its figures are too old to be shown"
        more = f" (and {len(failing) - 1} more)" if len(failing) > 1 else ""
        return f"source {clean(name)}{more}: {state.trouble.word}, {age}: {state.trouble.message}"


def state_age(state: TopicState, now: float) -> float:
    """How old a source's figures are in seconds; of one that never answered infinite."""
    seconds = state.freshness(now).seconds
    return float("inf") if seconds is None else seconds


def _changed(state: TopicState, change: Change) -> TopicState:
    """`state` with the figures of everything in it changed; the same object where none is."""
    content = state.content
    if isinstance(content, Snapshot):
        figures = change(content.figures, content.scope, content.name)
        return state if figures is content.figures else replace(state, content=replace(content, figures=figures))
    if isinstance(content, Roster):
        agents = tuple(_changed_agent(agent, change) for agent in content.agents)
        if all(new is old for new, old in zip(agents, content.agents, strict=True)):
            return state
        return replace(state, content=replace(content, agents=agents))
    if isinstance(content, AgentDetail) and content.agent:
        agent = _changed_agent(content.agent, change)
        return state if agent is content.agent else replace(state, content=replace(content, agent=agent))
    return state


def _changed_agent(agent: Agent, change: Change) -> Agent:
    figures = change(agent.figures, Scope(Level.AGENT, agent.key), agent.name)
    return agent if figures is agent.figures else replace(agent, figures=figures)
