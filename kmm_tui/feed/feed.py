"""The feed of one account: its pollers, the skills and groups it has learnt of, and the session that it keeps alive."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
from typing import Any

from kmm_tui.api.answers import MetricsAnswer
from kmm_tui.api.client import KmmClient
from kmm_tui.api.errors import KmmError
from kmm_tui.api.number import Number
from kmm_tui.api.window import Window
from kmm_tui.board.doubt import BELIEVED_AFTER
from kmm_tui.board.look import Look
from kmm_tui.board.meter import Reading
from kmm_tui.board.scope import ACCOUNT, Level, Scope, Watch
from kmm_tui.board.snapshot import Listing, Roster, Snapshot
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, Content, Section, Topic, TopicState
from kmm_tui.feed.asker import Asker
from kmm_tui.feed.backfill import Backfill, Live
from kmm_tui.feed.budget import Budget
from kmm_tui.feed.clock import Clock
from kmm_tui.feed.extra import extra_of
from kmm_tui.feed.gather import Gatherer, Wants
from kmm_tui.feed.gone import Gone
from kmm_tui.feed.kept import KeptBoard
from kmm_tui.feed.offered import Offered
from kmm_tui.feed.other_days import OtherDays
from kmm_tui.feed.past import Archive
from kmm_tui.feed.poller import Poller
from kmm_tui.feed.usual import Usual

LIST_EVERY = 600.0
"""Seconds after which the skills and groups are listed again, if nothing else has listed them meanwhile."""

LONGEST_STEP = 5
"""Minutes after which a trend is asked for again at the latest."""
MOST_TRENDS = 8
"""Trends that are kept up to date or ready to be: the account's, and of the others those looked at last."""

logger = logging.getLogger(__name__)

Spawn = Callable[[Coroutine[Any, Any, None], str], object]
"""Runs a coroutine as a long-lived worker of this name; whoever owns the workers ends them."""


class Feed:
    """Everything that is asked of one account, published as `TopicState`s whenever one changes.

    `interval` is in seconds. The feed starts its pollers through `spawn` and never ends by itself.
    """

    def __init__(
        self,
        client: KmmClient,
        wants: Wants,
        watch: Watch,
        interval: float,
        clock: Clock,
        spawn: Spawn,
        publish: Callable[[TopicState], None],
        budget: Budget | None = None,
        kept: KeptBoard | None = None,
        archive: Archive | None = None,
    ) -> None:
        self._client = client
        self._watch = watch
        self._interval = interval
        self._clock = clock
        self._spawn = spawn
        self._tell = publish
        self._kept = kept
        self._budget = budget or Budget(clock)
        asker = Asker(client, Offered(clock, self._budget.memory))
        self._gatherer = Gatherer(asker, wants, clock, self._learn)
        self._names: dict[Scope, str | None] = {}
        ahead = lambda: client.server_offset  # noqa: E731
        self._days = OtherDays(
            asker, self._gatherer, watch, archive, clock, self._budget, ahead, self._live, self._names.get
        )
        self._wants = wants
        self._usual = Usual(wants.metrics, wants.agent_metrics)
        self._look = Look()
        self._trends: list[Scope] = []
        self._gone = {level: Gone() for level in LISTS}
        self._stretched = interval
        self._pollers: dict[Topic, Poller] = {}
        self._listed: set[Level] = set()

    def start(self) -> None:
        """Begin: learn the skills and groups, and poll the account, its agents and its trend."""
        if self._kept:
            self._kept.part = self._usual.part
            for state in self._kept.recalled.values() if self._is_usual_window else ():
                self._tell(state)
            self._spawn(self._kept.run(), "kept board")
        self._poll(AGENTS, self._gatherer.agents, self._interval)
        self._follow_trend(ACCOUNT)
        self.show(self._look)
        for level in LISTS:
            self._list(level)
        if self._days.is_kept:
            self._spawn(self._days.backfill.run(), "backfill")
        if self._client.sign_in.keep_alive_every:
            self._spawn(self._keep_alive(self._client.sign_in.keep_alive_every), "keep-alive")

    async def close(self) -> None:
        """Log out and drop every connection. The workers are ended by their owner, before this."""
        self._gatherer.close()
        self._days.close()
        # Both at once: neither a silent server nor a slow disk is to cost the other.
        await asyncio.gather(self._client.close(), *([self._kept.write()] if self._kept else []))

    def ask_now(self) -> None:
        """Ask for everything at once, also where a person's help was waited for."""
        self._client.sign_in.retry()
        for poller in self._pollers.values():
            poller.ask_now()

    async def woke(self) -> None:
        """The machine slept or its clock jumped: connections may be dead without knowing it, and figures are old."""
        await self._client.reconnect()
        for poller in self._pollers.values():
            poller.ask_now()

    def show(self, look: Look) -> None:
        """What is on the screen: what is not is not asked for."""
        self._look = look
        if not self._pollers:
            return
        self._ask_besides(look)
        if look.trend:
            self._follow_trend(look.trend)
        for topic in [each for each in self._pollers if each.section is Section.AGENT and each.scope.key != look.agent]:
            self._forget(topic)
        if look.agent is not None:
            self._follow_agent(look.agent)
        for topic, poller in self._pollers.items():
            _let(poller, self._is_shown(topic))
        self._pace_out()

    def _ask_besides(self, look: Look) -> None:
        before, extra = self._gatherer.extra, extra_of(look, self._wants.metrics, self._wants.agent_metrics)
        self._gatherer.extra = extra
        for topic, poller in self._pollers.items():
            if topic.section is Section.FIGURES and topic not in LISTS.values():
                if extra.has_new_figures(before):
                    poller.ask_now()
            elif topic == AGENTS and extra.has_new_agents(before):
                poller.ask_now(other=extra.offline != before.offline)

    def _follow_trend(self, scope: Scope) -> None:
        topic = Topic(Section.TREND, scope)
        if topic not in self._pollers:
            self._poll(topic, lambda: self._gatherer.trend(scope), self._trend_every)
        self._trends = [*(each for each in self._trends if each != scope), scope]
        if len(self._trends) > MOST_TRENDS:
            oldest = next(each for each in self._trends if each != ACCOUNT)
            self._trends.remove(oldest)
            self._forget(Topic(Section.TREND, oldest))

    @property
    def _trend_every(self) -> float:
        # Wide steps are looked for as often as narrow ones, or one would come up to its own length too late.
        return max(self._interval, min(self._gatherer.wants.trend_interval, LONGEST_STEP) * 60.0)

    def _follow_agent(self, key: str) -> None:
        topic = Topic(Section.AGENT, Scope(Level.AGENT, key))
        if topic not in self._pollers:
            self._poll(topic, lambda: self._gatherer.agent(key), self._stretched)

    def _is_shown(self, topic: Topic) -> bool:
        if topic.section is Section.TREND:
            return topic.scope == self._look.trend
        if topic == AGENTS:
            return self._look.agents
        # The account's figures and the lists are asked for whatever is looked at.
        return topic.section is Section.AGENT or not topic.scope.key or topic.scope.level in self._look.levels

    def _forget(self, topic: Topic) -> None:
        self._pollers.pop(topic).end()
        self._publish(TopicState(topic, self._interval, is_withdrawn=True))

    @property
    def refresh_calls(self) -> int:
        """How many calls one refresh of what is shown takes, as counted the last time; the rare trend left out."""
        families = {level.value for level in self._look.levels} | {ACCOUNT.level.value}
        if self._look.agents:
            families.add("agents")
        if self._look.agent is not None:
            families.add("agent")
        return sum(calls for family, calls in self._gatherer.calls.items() if family in families)

    def reading(self) -> Reading:
        """The meter."""
        return self._budget.reading(self.refresh_calls)

    def note(self) -> str:
        """What a person should know of the asking, in one line; '' if there is nothing."""
        missing = self.unmatched()
        if missing:
            return f"watched, but not in this account: {', '.join(missing)}"
        if self._stretched > self._interval:
            return (
                f"asking every {self._stretched:.0f} s instead of every {self._interval:.0f}: what is shown takes "
                f"{self.refresh_calls} calls, and the account is to be asked {self._budget.pace.state.rate * 60:.0f} "
                "times a minute at most"
            )
        return ""

    @property
    def subgroups(self) -> bool:
        """Whether each group's figures include those of its sub-groups."""
        return self._gatherer.subgroups

    @subgroups.setter
    def subgroups(self, include: bool) -> None:
        self._gatherer.subgroups = include
        for topic in self._followed(Level.GROUP):
            self._pollers[topic].ask_now(other=True)

    def trend_over(self, width: int, interval: int) -> None:
        """From now on trends reach back `width` ms, in steps of `interval` minutes; at most 100 of them."""
        self._gatherer.wants = replace(self._gatherer.wants, trend_window=width, trend_interval=interval)
        for topic, poller in self._pollers.items():
            if topic.section is Section.TREND:
                poller.interval = self._trend_every
                poller.ask_now(other=True)

    @property
    def window(self) -> int | Callable[[], Window]:
        """What live figures are counted over: ms up to now, or what tells the present window. Asked for at once."""
        return self._gatherer.window

    @window.setter
    def window(self, window: int | Callable[[], Window]) -> None:
        if window == self._gatherer.window:
            return
        self._gatherer.window = window
        for topic, poller in self._pollers.items():
            if topic.section is not Section.TREND and topic not in LISTS.values():
                poller.ask_now(other=True)

    @property
    def _is_usual_window(self) -> bool:
        return self._gatherer.window == self._wants.window

    async def past_board(self, window: Window, look: Look) -> tuple[TopicState, ...]:
        """The board of a window that is over, as `look` wants it. Raises the `KmmError` that leaves nothing to show."""
        return await self._days.board(window, look)

    def usual_of(self, scope: Scope, names: Iterable[str], window: Window) -> Mapping[int, Mapping[str, Number | None]]:
        """What the figures of `scope` were in comparable windows, by days ago and response field; see `UsualOf`."""
        return self._days.usual.usual_of(scope, names, window)

    def compare(self, past: Window | None) -> None:
        """From now on other days are those before `past`, a window that is over; None is the present again."""
        self._days.compare(past)

    @property
    def backfill(self) -> Backfill:
        """What fills in how it was on other days."""
        return self._days.backfill

    def _live(self) -> Live:
        asked = [(topic, poller.state) for topic, poller in self._pollers.items() if not poller.state.is_paused]
        figures = (state.trouble for topic, state in asked if topic.section is Section.FIGURES)
        trouble = next((each.word for each in figures if each), "")
        # One that was never answered is being asked.
        return Live(min((state.next_try or 0.0 for _, state in asked), default=None), trouble)

    @property
    def unanswered(self) -> tuple[TopicState, ...]:
        """Where everything stands that is asked for and was never answered."""
        states = (poller.state for poller in self._pollers.values())
        return tuple(state for state in states if state.content is None and not state.is_paused)

    def unmatched(self) -> tuple[str, ...]:
        """What the person watches and the account does not have, once its skills and groups are known."""
        if len(self._listed) < len(LISTS):
            return ()
        return self._watch.unmatched((scope.level, scope.key, name) for scope, name in self._names.items())

    def _list(self, level: Level) -> None:
        """Learns which skills or groups there are, and goes on looking for new ones: rarely, once there are some."""
        topic = LISTS[level]
        empty = 0

        async def ask() -> Listing:
            nonlocal empty
            known = self._gatherer.listing(level) if level in self._listed else None
            # What the figures' own calls list at the same beat is as good, however long the interval.
            good_for = max(lister.interval / 2, self._stretched * 1.5 if known and known.count else 0.0)
            if known is None or (self._clock.now() - known.taken_at / 1000 >= good_for and not self._is_down(level)):
                snapshots = await self._gatherer.everything(level)
                self._listed.add(level)
                for snapshot in snapshots:
                    self._follow(snapshot.scope, snapshot.name, snapshot)
                empty = 0 if any(snapshot.scope.key for snapshot in snapshots) else empty + 1
                if not 0 < empty < BELIEVED_AFTER:
                    self._withdraw(level)
                known = self._gatherer.listing(level)
            found = known or Listing(level, 0, int(self._clock.now() * 1000))
            # As long as there is nothing to follow, the list itself is what is watched.
            lister.interval = max(LIST_EVERY, self._interval) if found.count else self._interval
            return found

        def publish(state: TopicState) -> None:
            self._publish(state)
            if state.trouble:
                for each in self._awaiting(level):
                    self._publish(replace(state, topic=each, interval=self._interval, content=None))

        lister = self._pollers[topic] = Poller(topic, ask, self._interval, self._clock, publish)
        self._spawn(lister.run(), f"list of {level.value}s")

    def _is_down(self, level: Level) -> bool:
        """Whether all figures of a level fail: they come with the same calls as its list, which is in no hurry."""
        found = [self._pollers[topic].state for topic in self._followed(level)]
        return bool(found) and all(state.trouble and not state.is_paused for state in found)

    def _awaiting(self, level: Level) -> list[Topic]:
        """What comes with this list, and so does the reason for its absence.

        The account's figures, which come with the skills, and what is known from the last board only.
        """
        known = self._kept.recalled if self._kept else {}
        found = [topic for topic in known if topic.scope.level is level and topic.scope.key]
        if level is Level.SKILL:
            found.append(ACCOUNT_FIGURES)
        return [topic for topic in found if topic not in self._pollers]

    def _withdraw(self, level: Level) -> None:
        """Takes back what the last board knew and the account does not have any more."""
        for topic in self._awaiting(level):
            self._publish(TopicState(topic, self._interval, is_withdrawn=True))

    def _publish(self, state: TopicState) -> None:
        if self._kept and self._is_usual_window:
            state = self._kept.filled(state)
        self._tell(state)
        if (
            self._kept
            and self._is_usual_answer(state)
            and (state.is_withdrawn or self._usual.has(state.topic, subgroups=self.subgroups))
        ):
            self._kept.note(state)

    def _is_usual_answer(self, state: TopicState) -> bool:
        """Whether its window is the one that the next start asks for, too."""
        content = state.content
        return not isinstance(content, Snapshot | Roster) or content.window.width == self._wants.window

    def _learn(self, level: Level, answer: MetricsAnswer) -> None:
        if level in self._listed:
            for row in answer.rows:
                self._follow(Scope(level, row.key), row.name, None)
            known = [topic.scope.key for topic in self._followed(level)]
            for key in self._gone[level].among(known, answer, self._stretched / 2):
                self._names.pop(Scope(level, key), None)
                self._forget(Topic(Section.FIGURES, Scope(level, key)))

    def _followed(self, level: Level) -> list[Topic]:
        """The figures of skills, or of groups, that are polled."""
        figures = (topic for topic in self._pollers if topic.section is Section.FIGURES)
        return [topic for topic in figures if topic.scope.level is level and topic.scope.key]

    def _follow(self, scope: Scope, name: str | None, already: Snapshot | None) -> None:
        self._names[scope] = name
        topic = Topic(Section.FIGURES, scope)
        if topic in self._pollers or not (scope == ACCOUNT or self._watch.wants(scope.level, scope.key, name)):
            return
        self._poll(topic, lambda: self._gatherer.figures(scope), self._stretched, already)

    def _poll(
        self, topic: Topic, ask: Callable[[], Awaitable[Content]], interval: float, already: Content | None = None
    ) -> None:
        poller = self._pollers[topic] = Poller(topic, ask, interval, self._clock, self._published)
        _let(poller, self._is_shown(topic))
        self._spawn(poller.run(already), f"{topic.section.value} of {topic.scope}")

    def _published(self, state: TopicState) -> None:
        if state.topic in (ACCOUNT_FIGURES, AGENTS) or state.topic.section is Section.AGENT:
            self._pace_out()
        self._publish(state)

    def _pace_out(self) -> None:
        """Asks less often where the budget is too small for what is shown, and as often as wished where it is not."""
        stretched = self._budget.stretched(self._interval, self.refresh_calls)
        if stretched != self._stretched:
            self._stretched = stretched
            for topic, poller in self._pollers.items():
                if topic.section is not Section.TREND and topic not in LISTS.values():
                    poller.interval = stretched

    async def _keep_alive(self, every: float) -> None:
        while True:
            await self._clock.sleep(every)
            try:
                await self._client.sign_in.keep_alive()
            except KmmError as error:
                # It shows in the next poll, which signs in afresh.
                logger.info("the session could not be kept alive: %s", error)
            except Exception:
                # The next poll shows what it was; this worker has a session to look after for months.
                logger.exception("the session could not be kept alive")


def _let(poller: Poller, wanted: bool) -> None:
    if wanted:
        poller.resume()
    else:
        poller.pause()
