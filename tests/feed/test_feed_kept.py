"""A feed that begins with the last board: it is there at once, it says why it is old, and what is gone goes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from kmm_tui.api.answers import AgentRecord, AgentViewAnswer, Cost, HistoricalAnswer, MetricsAnswer, MetricsRow
from kmm_tui.api.errors import KmmError, Unreachable
from kmm_tui.api.query import MetricsQuery, resolve_metrics
from kmm_tui.board.board import Board
from kmm_tui.board.freshness import Age
from kmm_tui.board.scope import Level, Watch
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, TREND, TopicState
from kmm_tui.feed.feed import Feed
from kmm_tui.feed.kept import KeptBoard
from kmm_tui.feed.memory import Memory
from kmm_tui.metrics import Method

SKILLS = ["Billing", "Sales", "Café", "Returns", "Orders", "Press"]


class NoSession:
    keep_alive_every = None

    def retry(self) -> None: ...


class Account:
    """A client of an account whose skills and groups have names, and of which everything may fail."""

    def __init__(self, clock: Any) -> None:
        self.clock = clock
        self.sign_in = NoSession()
        self.names = {"skillId": dict(enumerate(SKILLS)), "agentGroupId": {0: "Main", 1: "Night"}}
        self.online = 9
        self.fails: KmmError | None = None
        self.closed = False

    def _cost(self) -> Cost:
        if self.fails:
            raise self.fails
        return Cost(self.clock.ms, 0.1, 10)

    async def metrics(self, query: MetricsQuery) -> MetricsAnswer:
        cost = self._cost()
        extra = 1000 if query.include_subgroups else 0
        rows = tuple(
            MetricsRow(str(key), name, {"onlineAgents": self.online + extra})
            for key, name in self.names.get(query.group_by or "", {}).items()
            if str(key) in (query.skill_ids or query.group_ids or (str(key),))
        )
        asked = resolve_metrics(query.metrics, Method.METRICS)
        return MetricsAnswer(query.window, asked, len(rows), rows, {"onlineAgents": 99}, cost)

    all_metrics = metrics

    async def all_agents(self, query: Any) -> AgentViewAnswer:
        record = AgentRecord("1", "Ann", None, None, "0", "Main", (), "ONLINE", None, None, None, 3, {"agentLoad": 0.5})
        return AgentViewAnswer(
            query.window, resolve_metrics(query.metrics, Method.AGENT_VIEW), 1, (record,), self._cost()
        )

    async def historical(self, query: Any) -> HistoricalAnswer:
        return HistoricalAnswer(query.window, (), 5, (), self._cost())

    async def close(self) -> None:
        self.closed = True


class Run:
    """One run of the board on an account."""

    def __init__(self, account: Account, clock: Any, settle: Any, wants: Any, folder: Path) -> None:
        self.account, self.clock, self.settle = account, clock, settle
        self.board = Board()
        self.states: list[TopicState] = []
        self.tasks: list[asyncio.Task[None]] = []
        kept = KeptBoard(Memory(folder, "1"), clock, "default", (), 30.0)
        client: Any = account
        self.feed = Feed(client, wants, Watch(), 30.0, clock, self._spawn, self._publish, kept=kept)
        self.feed.start()

    def _spawn(self, work: Any, name: str) -> object:
        self.tasks.append(asyncio.create_task(work, name=name))
        return self.tasks[-1]

    def _publish(self, state: TopicState) -> None:
        self.states.append(state)
        self.board.put(state)

    async def pass_(self, seconds: float) -> None:
        await self.clock.pass_(seconds, self.settle)
        await self.settle()

    async def end(self) -> None:
        for task in self.tasks:
            assert not task.done(), task
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self.feed.close()
        assert self.account.closed

    def shown(self, level: Level) -> dict[str, tuple[Any, Age]]:
        now = self.clock.now()
        return {row.label: (row.number("online_agents"), row.age) for row in self.board.rows(level, now)}


Begin = Callable[..., Awaitable[Run]]


@pytest.fixture
async def begin(slept_on: Any, settle: Any, wants: Any, tmp_path: Path) -> AsyncIterator[Begin]:
    slept_on.seconds = 1_800_000_000.0
    running: list[Run] = []
    account = Account(slept_on)

    async def begin() -> Run:
        """Ends the board that runs, and begins the next one."""
        while running:
            await running.pop().end()
        running.append(Run(account, slept_on, settle, wants, tmp_path))
        return running[0]

    yield begin
    while running:
        await running.pop().end()


async def test_all_of_the_last_board_is_there_before_the_first_answer_and_no_younger_than_it_is(begin: Begin) -> None:
    first = await begin()
    await first.pass_(1)
    second = await begin()
    # Nobody has been asked yet.
    for topic in (ACCOUNT_FIGURES, AGENTS, TREND, *LISTS.values()):
        state, before = second.board.state(topic), first.board.state(topic)
        assert state
        assert before
        assert state.content == before.content
        assert state.content is not None
    assert second.shown(Level.SKILL) == dict.fromkeys(SKILLS, (9, Age.LIVE))
    assert set(second.shown(Level.GROUP)) == {"Main", "Night"}
    second.clock.seconds += 120
    assert second.shown(Level.SKILL) == dict.fromkeys(SKILLS, (9, Age.LATE))
    assert not second.board.overall(second.clock.now()).is_live


@pytest.mark.parametrize(("away", "age"), [(20, Age.LIVE), (100, Age.LATE), (300, Age.STALE), (7200, Age.GONE)])
async def test_without_a_server_the_old_figures_stay_and_every_part_says_why_they_are_old(
    away: float, age: Age, begin: Begin
) -> None:
    first = await begin()
    await first.pass_(1)
    account, clock = first.account, first.clock
    await first.pass_(0)
    account.fails = Unreachable("no network", "wait")
    second = await begin()
    clock.seconds += away
    await second.pass_(4)
    assert second.shown(Level.SKILL) == dict.fromkeys(SKILLS, (9, age))
    now = clock.now()
    parts = [second.board.section(level, now) for level in LISTS]
    parts += [second.board.freshness(topic, now) for topic in (ACCOUNT_FIGURES, AGENTS, TREND)]
    parts.append(second.board.overall(now))
    assert {part.word for part in parts} == {"OFFLINE"}
    assert all(part.next_try and part.next_try > now for part in parts)
    assert second.board.overall(now).age is age
    roster = second.board.roster()
    assert roster
    assert [agent.name for agent in roster.agents] == ["Ann"]
    # A third start without a server still knows them.
    third = await begin()
    await third.pass_(1)
    assert set(third.shown(Level.SKILL)) == set(SKILLS)
    account.fails = None
    account.online = 8
    await third.pass_(31)
    assert third.shown(Level.SKILL) == dict.fromkeys(SKILLS, (8, Age.LIVE))
    assert third.board.overall(clock.now()).is_live


async def test_what_the_account_no_longer_has_goes_once_its_list_is_known(begin: Begin) -> None:
    first = await begin()
    await first.pass_(1)
    del first.account.names["skillId"][0]
    first.account.names["agentGroupId"][1] = "Renamed"
    second = await begin()
    assert "Billing" in second.shown(Level.SKILL)
    await second.pass_(1)
    assert set(second.shown(Level.SKILL)) == set(SKILLS) - {"Billing"}
    assert set(second.shown(Level.GROUP)) == {"Main", "Renamed"}
    await second.pass_(1200)
    assert second.board.overall(second.clock.now()).is_live
    third = await begin()
    assert set(third.shown(Level.SKILL)) == set(SKILLS) - {"Billing"}


async def test_an_empty_list_is_not_believed_at_once(begin: Begin) -> None:
    first = await begin()
    await first.pass_(1)
    first.account.names["skillId"] = {}
    second = await begin()
    await second.pass_(1)
    assert set(second.shown(Level.SKILL)) == set(SKILLS)
    await second.pass_(100)
    assert second.shown(Level.SKILL) == {}
    assert second.board.overall(second.clock.now()).is_live


async def test_groups_with_their_sub_groups_are_not_shown_as_groups_without(begin: Begin) -> None:
    first = await begin()
    await first.pass_(1)
    first.feed.subgroups = True
    await first.pass_(61)
    assert {number for number, _ in first.shown(Level.GROUP).values()} == {1009}
    second = await begin()
    assert {number for number, _ in second.shown(Level.GROUP).values()} == {9}


async def test_the_first_answers_cost_no_more_calls_than_without(begin: Begin) -> None:
    first = await begin()
    asked: list[str] = []
    really = first.account.metrics

    async def counted(query: MetricsQuery) -> MetricsAnswer:
        asked.append(str(query.group_by))
        return await really(query)

    first.account.metrics = first.account.all_metrics = counted  # type: ignore[method-assign]
    await first.pass_(29)
    assert sorted(asked) == ["agentGroupId", "skillId"]
    second = await begin()
    asked.clear()
    await second.pass_(20)
    assert sorted(asked) == ["agentGroupId", "skillId"]
