"""A board that follows another one through its record: the same answers, ages and words, and the truth when it ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from kmm_tui.api.errors import SignInRefused, Unreachable
from kmm_tui.board.board import Board
from kmm_tui.board.freshness import Age
from kmm_tui.board.look import Look
from kmm_tui.board.scope import ACCOUNT, Level, Scope, Watch
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, TREND, Section, Topic, TopicState, agent_topic
from kmm_tui.feed import news as news_module
from kmm_tui.feed import sharing as sharing_module
from kmm_tui.feed.budget import Budget
from kmm_tui.feed.memory import Memory
from kmm_tui.feed.mirror import GONE, HANGS, NO_FEED, NOT_ASKED, MirrorFeed
from kmm_tui.feed.news import SILENT_AFTER, NewsFile
from kmm_tui.feed.sharing import Sharing
from kmm_tui.record.record import Record
from tests.feed.fed import Account
from tests.feed.test_replay import Inline

HOUR = 3_600_000
EVERY = 30.0


class Off:
    """A record that cannot be written."""

    trouble = "the record is switched off: disk full; tried again every minute"

    def note(self, state: TopicState) -> None: ...


class Watched(Sharing):
    """Keeps what it hears on a board of its own, too."""

    board: Board

    def _heard(self, state: TopicState) -> None:
        self.board.put(state)
        super()._heard(state)


@dataclass
class Shared:
    """A board that asks, one that follows it, and both of their topics as they stand."""

    account: Account
    clock: Any
    settle: Callable[[], Awaitable[None]]
    record: Record
    news: NewsFile
    folder: Path
    source: Board = field(default_factory=Board)
    board: Board = field(default_factory=Board)
    sharing: Watched = field(init=False)
    mirror: MirrorFeed = field(init=False)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sharing = self.ask()
        self.mirror = MirrorFeed(Inline(self.record), self.news, EVERY, self.clock, self._spawn, self.board.put)

    def ask(self) -> Watched:
        client: Any = self.account
        budget = Budget(self.clock)
        sharing = Watched(client, self.record, self.news, Watch(()), EVERY, self.clock, budget, look=Look(), width=HOUR)
        sharing.board = self.source
        return sharing

    def _spawn(self, work: Any, name: str) -> object:
        self.tasks.append(asyncio.create_task(work, name=name))
        return self.tasks[-1]

    async def pass_(self, seconds: float, *, most: float = EVERY) -> None:
        """Lets time go by; what was noted is in the record at least every `most` seconds."""
        while seconds > 0:
            step = min(seconds, most)
            await self.clock.pass_(step, self.settle)
            await self.record.written()
            seconds -= step
        # Two looks later what was written last is seen.
        await self.clock.pass_(2.5, self.settle)

    def age(self, topic: Topic = ACCOUNT_FIGURES) -> Age:
        return self.board.freshness(topic, self.clock.now()).age

    def word(self, topic: Topic = ACCOUNT_FIGURES) -> str:
        return self.board.freshness(topic, self.clock.now()).word

    def die(self) -> None:
        """Whoever asks ends as if it were killed: nothing is tidied up."""
        for task in self.sharing._workers._tasks:
            task.cancel()


@pytest.fixture
async def shared(tmp_path: Path, slept_on: Any, settle: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shared]:
    async def at_once(work: Callable[[], None], name: str) -> None:
        work()

    monkeypatch.setattr(news_module, "in_thread", at_once)
    slept_on.seconds = 1_800_000_000.0
    account = Account(slept_on)
    account.staff = {"7": "ONLINE", "8": "AWAY"}
    record = Record(tmp_path / "record", "1", clock=slept_on)
    record.start()
    await record.written()
    shared = Shared(account, slept_on, settle, record, NewsFile(Memory(tmp_path, "1"), "acme"), tmp_path)
    async with shared.sharing:
        shared.mirror.start()
        yield shared
        for task in shared.tasks:
            assert not task.done()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def test_it_shows_what_the_other_board_shows(shared: Shared) -> None:
    await shared.pass_(61)
    now = shared.clock.now()
    for topic in (ACCOUNT_FIGURES, AGENTS, TREND, *LISTS.values()):
        source, mirror = shared.source.state(topic), shared.board.state(topic)
        assert source is not None
        assert mirror is not None
        assert mirror.content == source.content
        assert mirror.freshness(now) == source.freshness(now)
    for level in LISTS:
        assert [row.label for row in shared.board.rows(level, now)] == [r.label for r in shared.source.rows(level, now)]
        assert shared.board.rows(level, now)
    assert {row.agent.name for row in shared.board.agent_rows(ACCOUNT)} == {"Agent 7", "Agent 8"}
    assert shared.board.overall(now).is_live
    assert shared.mirror.reading() == shared.sharing.feed.reading()


async def test_one_that_starts_later_shows_the_same_at_its_first_look(shared: Shared) -> None:
    await shared.pass_(61)
    late = Board()
    follower = MirrorFeed(Inline(shared.record), shared.news, EVERY, shared.clock, shared._spawn, late.put)
    await follower.look()
    for topic in (ACCOUNT_FIGURES, AGENTS, TREND, *LISTS.values()):
        assert late.state(topic) == shared.board.state(topic)


async def test_one_that_starts_later_knows_how_the_account_had_been(shared: Shared) -> None:
    await shared.pass_(601)
    late = Board()
    await MirrorFeed(Inline(shared.record), shared.news, EVERY, shared.clock, shared._spawn, late.put).look()
    now, name = shared.clock.now(), "online_agents"
    known = shared.source.line(ACCOUNT, name, now, 8)
    assert known.count(99) > 3
    assert late.line(ACCOUNT, name, now, 8) == known


async def test_an_answer_is_never_younger_than_it_is(shared: Shared) -> None:
    await shared.pass_(61)
    shared.account.online = lambda n: n + 40
    taken_at = shared.board.account()
    assert taken_at is not None
    # The next answers come, and their news before they are in the record.
    await shared.clock.pass_(32, shared.settle)
    known = shared.board.account()
    assert known is not None
    assert known.taken_at in (taken_at.taken_at, taken_at.taken_at + 30_000)
    await shared.pass_(3)
    now = shared.board.account()
    assert now is not None
    assert now.taken_at == taken_at.taken_at + 30_000


async def test_it_has_the_words_of_the_other_board(shared: Shared) -> None:
    await shared.pass_(61)
    shared.account.fails = lambda _: Unreachable("no network", "wait")
    await shared.pass_(90)
    source = shared.source.freshness(ACCOUNT_FIGURES, shared.clock.now())
    assert (source.word, source.age) == ("OFFLINE", Age.LATE)
    assert shared.board.freshness(ACCOUNT_FIGURES, shared.clock.now()) == source
    assert source.next_try is not None
    shared.account.fails = lambda _: SignInRefused("password changed", "mend it")
    await shared.pass_(300)
    assert (shared.word(), shared.age()) == ("AUTH", Age.STALE)
    shared.account.fails = lambda _: None
    shared.sharing.feed.ask_now()
    await shared.pass_(5)
    assert shared.board.overall(shared.clock.now()).is_live


async def test_what_is_withdrawn_there_is_withdrawn_here(shared: Shared) -> None:
    await shared.pass_(61)
    shared.account.names["skillId"].remove("Café")
    await shared.pass_(400)
    assert {row.label for row in shared.board.rows(Level.SKILL, shared.clock.now())} == {"Billing", "Sales"}


async def test_when_the_other_dies_everything_grows_old_and_says_why(shared: Shared) -> None:
    await shared.pass_(61)
    shared.die()
    await shared.pass_(SILENT_AFTER + 5)
    assert (shared.word(), shared.age()) == (NO_FEED, Age.LIVE)
    trouble = shared.board.freshness(ACCOUNT_FIGURES, shared.clock.now()).trouble
    assert trouble is not None
    assert trouble.message == HANGS
    seen = []
    for _ in range(26):
        await shared.pass_(27.5)
        seen.append(shared.age())
    assert list(dict.fromkeys(seen)) == [Age.LATE, Age.STALE, Age.GONE]
    for topic in (AGENTS, *(Topic(Section.FIGURES, Scope(Level.SKILL, key)) for key in "123")):
        assert (shared.word(topic), shared.age(topic)) == (NO_FEED, Age.GONE)
        assert shared.board.freshness(topic, shared.clock.now()).next_try is None


async def test_when_the_other_ends_in_order_it_is_known_at_once(shared: Shared) -> None:
    await shared.pass_(61)
    shared.news.forget()
    await shared.pass_(1)
    trouble = shared.board.freshness(ACCOUNT_FIGURES, shared.clock.now()).trouble
    assert trouble is not None
    assert (trouble.word, trouble.message) == (NO_FEED, GONE)
    assert shared.board.account() is not None


async def test_when_somebody_asks_again_it_goes_on(shared: Shared) -> None:
    await shared.pass_(61)
    shared.die()
    await shared.pass_(200)
    assert shared.word() == NO_FEED
    known = shared.board.account()
    shared.sharing = shared.ask()
    async with shared.sharing:
        await shared.pass_(31)
        assert shared.board.overall(shared.clock.now()).is_live
        assert shared.board.account() is not known


async def test_a_silent_server_does_not_hold_up_the_end(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing_module, "GOODBYE", 0.05)
    never: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def hang() -> None:
        await never

    monkeypatch.setattr(shared.account, "close", hang)
    await shared.pass_(31)
    async with asyncio.timeout(5):
        await shared.sharing.__aexit__(None, None, None)
    assert shared.news.read() is None


async def test_without_anybody_nothing_looks_like_an_answer(tmp_path: Path, slept_on: Any) -> None:
    board = Board()
    record = Record(tmp_path, "1", clock=slept_on)
    mirror = MirrorFeed(record, NewsFile(Memory(tmp_path, "1"), "acme"), EVERY, slept_on, lambda *_: None, board.put)
    await mirror.look()
    for topic in (*LISTS.values(), ACCOUNT_FIGURES, AGENTS, TREND):
        fresh = board.freshness(topic, slept_on.now())
        assert (fresh.age, fresh.word) == (Age.AWAITED, NO_FEED)
    assert mirror.reading().calls == 0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"shape": "x"}', '{"shape": 3, "words": 1, "value": {}}', "null"])
async def test_news_that_cannot_be_read_leaves_what_was_known(text: str, shared: Shared) -> None:
    await shared.pass_(61)
    known = shared.board.account()
    shared.die()
    await asyncio.sleep(0)
    (shared.folder / "1" / "news-acme.json").write_text(text)
    await shared.pass_(40)
    assert shared.board.account() is known
    assert shared.word() == NO_FEED


async def test_of_an_agent_it_has_what_the_list_tells_and_of_other_trends_that_nobody_asks(shared: Shared) -> None:
    await shared.pass_(61)
    skill = Scope(Level.SKILL, "1")
    shared.mirror.show(Look(agent="7", trend=skill))
    detail = shared.board.detail("7")
    assert detail is not None
    assert detail.agent is not None
    assert detail.agent.name == "Agent 7"
    assert shared.board.freshness(agent_topic("7"), shared.clock.now()).is_live
    assert shared.word(Topic(Section.TREND, skill)) == NOT_ASKED
    # It is nobody's fault, and the board as a whole is well.
    assert shared.board.overall(shared.clock.now()).is_live
    shared.mirror.show(Look())
    assert shared.board.state(agent_topic("7")) is None


async def test_the_news_hold_no_figure_and_no_name_and_are_this_users_alone(shared: Shared) -> None:
    await shared.pass_(61)
    path = shared.folder / "1" / "news-acme.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    for word in ("onlineAgents", "Agent 7", "Billing"):
        assert word not in text
    assert json.loads(text)["value"]


async def test_without_news_to_tell_only_a_sign_of_life_is_given(shared: Shared) -> None:
    await shared.pass_(61)
    path = shared.folder / "1" / "news-acme.json"
    before = path.stat()
    await shared.clock.pass_(15, shared.settle)
    after = path.stat()
    assert after.st_ino == before.st_ino
    assert after.st_mtime > before.st_mtime


async def test_what_cannot_be_recorded_is_told(shared: Shared) -> None:
    await shared.pass_(61)
    shared.sharing.feed.record = Off()
    await shared.pass_(3)
    assert shared.mirror.note() == Off.trouble


def test_states_are_told_without_their_answers() -> None:
    state = TopicState(ACCOUNT_FIGURES, 30.0)
    assert news_module.told(state).taken_at is None
    assert news_module.told(replace(state, is_paused=True)).state.is_paused
