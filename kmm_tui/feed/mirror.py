"""Shows what another board on this machine keeps: it follows that board's record and news, and asks nobody.

Answers come out of the record, at the moments that the news names; how old they are, what went wrong since and when it
is tried again are the other board's words. Where that falls silent, everything grows old by itself and says why.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from kmm_tui.api.number import Number
from kmm_tui.api.window import Window
from kmm_tui.board.board import RECENT
from kmm_tui.board.freshness import Trouble
from kmm_tui.board.look import Look
from kmm_tui.board.meter import Reading
from kmm_tui.board.scope import ACCOUNT, Scope
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, Section, Topic, TopicState, agent_topic
from kmm_tui.feed.clock import Clock
from kmm_tui.feed.feed import Spawn
from kmm_tui.feed.news import SILENT_AFTER, News, NewsFile
from kmm_tui.feed.recorded import PLACES, Recorded, detail_of, moment

LOOK_EVERY = 1.0
"""Seconds between two looks for news."""
READ_FOR = 120.0
"""Seconds for which an answer is looked for in the record: what is not there by then was never written."""
NO_FEED = "NO FEED"
"""Nobody asks any more: the word of a board whose source has fallen silent."""
NOT_ASKED = "NOT ASKED"
GONE = "nobody asks for this account on this machine by now: start kmm-tui serve"
HANGS = "whoever asks for this account on this machine gives no sign of life"
NO_TREND = "only the account's trend is asked for by the board that this one follows"
NO_PAST = "a board that follows another one has no other windows"
NOTHING = Reading(0.0, 0.0, 0, 0, 0, 0, None, None, 0)

logger = logging.getLogger(__name__)


class MirrorFeed:
    """Publishes the states of the board whose `news` it reads, with the answers that `record` has of it.

    `every` is the interval, in seconds, by which things age that nothing is known of yet. It needs no sign-in.
    """

    def __init__(
        self,
        record: Recorded,
        news: NewsFile,
        every: float,
        clock: Clock,
        spawn: Spawn,
        publish: Callable[[TopicState], None],
    ) -> None:
        self._record = record
        self._file = news
        self._every = every
        self._clock = clock
        self._spawn = spawn
        self._publish = publish
        self._look = Look()
        self._news: News | None = None
        self._version: object = None
        self._wanted: dict[Topic, int] = {}
        self._known: dict[Topic, TopicState] = {}
        self._shown: dict[Topic, TopicState] = {}
        self._begun = False
        self._silence: Trouble | None = None
        self._not_asked: Trouble | None = None
        self.subgroups = False
        self.window: int | Callable[[], Window] = 0

    def start(self) -> None:
        """Begins with what is there."""
        self._spawn(self._run(), "mirror")

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                # What is shown grows old meanwhile, and looks it.
                logger.exception("the other board cannot be followed")
            await self._clock.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Looks once for news and for the answers that it names, and publishes what is new."""
        version = self._file.version()
        if version != self._version:
            self._version = version
            # Without news the last one stands: how its answers stood is still true, only nobody will renew them.
            self._news = self._file.read() or self._news
            self._want()
        self._listen()
        if self._wanted:
            await self._read()
        if not self._begun and (account := self._known.get(ACCOUNT_FIGURES)) and account.content:
            self._begun = True
            # How it had been before this one began, as the other board has it on its screen.
            for state in (await moment(self._record, account.content.taken_at, RECENT)).history:
                self._publish(state)
        self._tell()

    def _want(self) -> None:
        if self._news is None:
            return
        told = {each.state.topic: each for each in self._news.states}
        self._known = {topic: state for topic, state in self._known.items() if topic in told}
        self._wanted = {}
        for topic, each in told.items():
            known = self._known.get(topic)
            content = each.state.content or (known.content if known else None)
            self._known[topic] = replace(each.state, content=content)
            has_it = content is not None and content.taken_at == each.taken_at
            # What an agent's own question has told is in no record.
            if each.taken_at is not None and not has_it and topic.section is not Section.AGENT:
                self._wanted[topic] = each.taken_at

    async def _read(self) -> None:
        now_ms = self._clock.now() * 1000
        for at in sorted(set(self._wanted.values())):
            found = {state.topic: state for state in await self._record.at(at, 0)}
            for topic in [topic for topic, wanted in self._wanted.items() if wanted == at]:
                state = found.get(topic)
                if state is not None and state.content is not None and topic in self._known:
                    self._known[topic] = replace(self._known[topic], content=state.content)
                    del self._wanted[topic]
                elif now_ms - at > READ_FOR * 1000:
                    del self._wanted[topic]

    def _tell(self) -> None:
        before, self._shown = self._shown, {each.topic: each for each in self._whole()}
        for topic in [each for each in before if each not in self._shown]:
            self._publish(TopicState(topic, 0.0, is_withdrawn=True))
        for topic, state in self._shown.items():
            known = before.get(topic)
            if known is None or known != state:
                self._publish(state)

    def _whole(self) -> list[TopicState]:
        found = {topic: state for topic, state in self._known.items() if topic.section is not Section.AGENT}
        if self._look.agent is not None:
            topic = agent_topic(self._look.agent)
            detail = detail_of(self._look.agent, found.get(AGENTS))
            found[topic] = detail or TopicState(topic, self._every)
        for topic in PLACES:
            found.setdefault(topic, TopicState(topic, self._every))
        trend = Topic(Section.TREND, self._look.trend or ACCOUNT)
        if trend not in found:
            found[trend] = TopicState(trend, self._every, trouble=self._lacking(), is_paused=True)
        silence = self._silence
        if silence is None:
            return list(found.values())
        return [
            replace(state, trouble=state.trouble if state.is_paused and state.trouble else silence, next_try=None)
            for state in found.values()
        ]

    def _listen(self) -> None:
        """Notes whether there is somebody who asks."""
        heard = self._file.touched_at()
        if heard is not None and abs(self._clock.now() - heard) <= SILENT_AFTER:
            self._silence = None
            return
        text = GONE if heard is None else HANGS
        # The same object as long as it says the same: whatever it is said of has not changed.
        if self._silence is None or self._silence.message != text:
            self._silence = Trouble(NO_FEED, text, self._clock.now())

    def _lacking(self) -> Trouble:
        self._not_asked = self._not_asked or Trouble(NOT_ASKED, NO_TREND, self._clock.now())
        return self._not_asked

    # -- what a live feed is asked for as well

    def show(self, look: Look) -> None:
        """What is on the screen: of one agent there is what the list of agents tells."""
        if look != self._look:
            self._look = look
            if self._shown:
                self._tell()

    def ask_now(self) -> None:
        """Nobody is asked."""

    async def woke(self) -> None:
        """The next look tells how old everything is."""

    def note(self) -> str:
        """What a person should know, in one line; '' if there is nothing."""
        return self._record.trouble or (self._news.note if self._news else "")

    def reading(self) -> Reading:
        """What the other board's asking costs."""
        return self._news.reading if self._news and self._silence is None else NOTHING

    async def past_board(self, window: Window, look: Look) -> tuple[TopicState, ...]:  # noqa: ARG002
        """No past window is asked for."""
        trouble = Trouble(NOT_ASKED, NO_PAST, self._clock.now())
        return tuple(TopicState(topic, 0.0, trouble=trouble, is_past=True) for topic in (*LISTS.values(), AGENTS))

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
        """What was usual is not asked for."""
        return {}
