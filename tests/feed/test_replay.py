"""A replay: the board as it stood at every moment, also in gaps, whichever way one got there."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from kmm_tui.api.answers import Cost
from kmm_tui.api.window import HOUR, MINUTE, Window
from kmm_tui.board.board import Board
from kmm_tui.board.figure import Figures
from kmm_tui.board.freshness import Age
from kmm_tui.board.look import Look
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Agent, Listing, Roster, Snapshot
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, TREND, Section, Topic, TopicState, agent_topic
from kmm_tui.feed.recorded import NOT_RECORDED
from kmm_tui.feed.replay import ReplayClock, ReplayFeed
from kmm_tui.metrics import Method
from kmm_tui.record import reading
from kmm_tui.record import series as lines
from kmm_tui.record.record import Record
from kmm_tui.record.schema import open_to_read

START = 1_800_000_000_000
EVERY = 30_000
BILLING, SALES = Scope(Level.SKILL, "1"), Scope(Level.SKILL, "2")
NIGHT = Scope(Level.GROUP, "7")


def of(scope: Scope, at: int, online: int) -> TopicState:
    figures = Figures(Method.METRICS, frozenset({"onlineAgents"}), {"onlineAgents": online})
    snapshot = Snapshot(scope, scope.key or None, Window(at - HOUR, at), figures, at, Cost(at, 0.2, 100))
    return TopicState(Topic(Section.FIGURES, scope), EVERY / 1000, snapshot)


def roster(at: int, *names: str) -> TopicState:
    figures = Figures(Method.AGENT_VIEW, frozenset({"agentLoad"}), {"agentLoad": 0.5})
    agents = tuple(
        Agent(str(place), name, None, None, (), "ONLINE", at - 60_000, None, None, 4, figures)
        for place, name in enumerate(names)
    )
    return TopicState(AGENTS, EVERY / 1000, Roster(agents, Window(at - HOUR, at), at, Cost(at, 0.2, 100)))


def turn(place: int) -> list[TopicState]:
    """All that is answered in one turn of asking, within less than a second. Its figures are its number."""
    at = START + place * EVERY
    return [of(ACCOUNT, at, place), of(BILLING, at, place), of(SALES, at, place), of(NIGHT, at + 300, place),
            roster(at + 600, "Ann", "Bob")]  # fmt: skip


class FixedClock:
    """The present of the record: what it keeps is never old."""

    def now(self) -> float:
        return START / 1000 + 3600


class Inline:
    """The record, read at once and not in threads, so that a test knows when that is over."""

    trouble = ""

    def __init__(self, record: Record) -> None:
        self._path = record.path

    def _read(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        with contextlib.closing(open_to_read(self._path)) as db:
            return work(db)

    async def at(self, at_ms: int, reach_ms: int) -> tuple[TopicState, ...]:
        found: tuple[TopicState, ...] = self._read(lambda db: reading.at(db, at_ms, reach_ms))
        return found

    async def next_after(self, at_ms: int) -> int | None:
        found: int | None = self._read(lambda db: reading.next_after(db, at_ms))
        return found

    async def span(self) -> tuple[int, int] | None:
        found: tuple[int, int] | None = self._read(reading.span)
        return found

    async def series(
        self, scope: Scope, name: str, start_ms: int, end_ms: int, points: int, fits: lines.Fits | None = None
    ) -> list[tuple[int, float | None]]:
        found: list[tuple[int, float | None]] = self._read(
            lambda db: lines.series(db, scope, name, start_ms, end_ms, points, fits)
        )
        return found


@dataclass
class Played:
    """A replay, and the board that it feeds."""

    record: Record
    real: Any
    clock: ReplayClock
    settle: Callable[[], Awaitable[None]]
    board: Board = field(default_factory=Board)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    feed: ReplayFeed = field(init=False)

    def begin(self, states: Sequence[TopicState]) -> None:
        self.board = Board()
        for state in states:
            self.board.put(state)

    def put(self, state: TopicState) -> None:
        self.board.put(state)

    def spawn(self, work: Any, name: str) -> object:
        self.tasks.append(asyncio.create_task(work, name=name))
        return None

    async def pass_(self, seconds: float) -> None:
        """Lets real seconds go by."""
        await self.real.pass_(seconds, self.settle)
        await self.settle()

    def online(self, scope: Scope = ACCOUNT) -> Any:
        state = self.board.state(Topic(Section.FIGURES, scope))
        content = state.content if state else None
        return content.figures.values["onlineAgents"] if isinstance(content, Snapshot) else None

    def age(self, topic: Topic = ACCOUNT_FIGURES) -> Age:
        return self.board.freshness(topic, self.clock.now()).age


Play = Callable[..., Awaitable[Played]]


@pytest.fixture
async def play(tmp_path: Path, slept_on: Any, settle: Any) -> AsyncIterator[Play]:
    """Records `states`, and begins to play them back at `at` after `START` (ms)."""
    made: list[Played] = []

    async def play(states: Sequence[TopicState], *, at: int = 0, speed: float = 1.0) -> Played:
        record = Record(tmp_path, "1", clock=FixedClock())
        record.start()
        for state in states:
            record.note(state)
        await record.written()
        span = await record.span()
        assert span is not None
        clock = ReplayClock(slept_on, START + at, speed, span[1])
        played = Played(record, slept_on, clock, settle)
        feed = ReplayFeed(Inline(record), clock, slept_on, span, played.spawn, played.put, played.begin)
        played.feed = feed
        made.append(played)
        feed.start()
        await settle()
        return played

    yield play
    for each in made:
        for task in each.tasks:
            task.cancel()
        await asyncio.gather(*each.tasks, return_exceptions=True)
        await each.record.close()


async def test_answers_come_when_they_came(play: Play) -> None:
    played = await play([state for place in range(6) for state in turn(place)])
    assert (played.online(), played.online(BILLING), played.online(NIGHT)) == (0, 0, None)
    await played.pass_(0.4)
    assert played.online(NIGHT) == 0
    for place in range(1, 5):
        await played.pass_(EVERY / 1000 - 0.5)
        assert played.online() == place - 1
        await played.pass_(0.5)
        assert (played.online(), played.online(BILLING), played.online(NIGHT)) == (place, place, place)


async def test_it_goes_as_fast_as_is_wished(play: Play) -> None:
    played = await play([state for place in range(30) for state in turn(place)], speed=10.0)
    await played.pass_(30.1)
    assert played.online() == 10
    played.feed.speed_up(True)
    assert played.clock.speed == 30
    await played.pass_(10.1)
    assert played.online() == 20
    for _ in range(20):
        played.feed.speed_up(False)
    assert played.clock.speed == 0.5


async def test_paused_it_stands_still(play: Play) -> None:
    played = await play([state for place in range(6) for state in turn(place)], at=EVERY + 1000)
    played.feed.pause(True)
    await played.pass_(3600)
    assert (played.online(), played.clock.ms) == (1, START + EVERY + 1000)
    played.feed.pause(False)
    await played.pass_(30)
    assert played.online() == 2


async def test_a_gap_ages_the_board_as_it_did_then(play: Play) -> None:
    played = await play([*turn(0), *turn(1), *turn(60)])
    seen = []
    for _ in range(60):
        await played.pass_(EVERY / 1000)
        seen.append(played.age())
    ages = [Age.LIVE] * 3 + [Age.LATE] * 3 + [Age.STALE] * 15
    assert seen[: len(ages)] == ages
    assert set(seen[len(ages) : 59]) == {Age.GONE}
    assert (seen[59], played.online()) == (Age.LIVE, 60)


@pytest.mark.parametrize(("minutes", "age"), [(0.5, Age.LIVE), (1.5, Age.LATE), (4, Age.STALE), (20, Age.GONE)])
async def test_one_comes_into_a_gap_as_if_one_had_waited(minutes: float, age: Age, play: Play) -> None:
    played = await play([*turn(0), *turn(1), *turn(60)])
    await played.feed.seek(START + EVERY + int(minutes * MINUTE))
    await played.settle()
    assert (played.online(), played.age()) == (1, age)


async def test_back_in_time_nothing_of_later_is_left(play: Play) -> None:
    late = Scope(Level.SKILL, "9")
    played = await play([*turn(0), *turn(1), *turn(2), of(late, START + 2 * EVERY, 2)], at=2 * EVERY)
    assert played.online(late) == 2
    assert await played.feed.seek(START + EVERY)
    await played.settle()
    assert (played.online(), played.online(late)) == (1, None)
    assert late not in [row.scope for row in played.board.rows(Level.SKILL, played.clock.now())]


async def test_steps_stop_at_each_turn_of_answers(play: Play) -> None:
    played = await play([state for place in range(5) for state in turn(place)], at=EVERY + 5000)
    for direction, found in ((1, 2), (1, 3), (-1, 2), (-1, 1), (-1, 0), (1, 1)):
        assert await played.feed.step(direction)
        await played.settle()
        states = (played.online(), played.online(NIGHT), played.board.roster() is not None)
        assert states == (found, found, True)
        assert played.clock.is_paused
    assert played.clock.ms == START + EVERY + 600


async def test_beyond_an_end_it_goes_to_the_end(play: Play) -> None:
    played = await play([*turn(0), *turn(1)])
    assert not await played.feed.seek(START - HOUR)
    assert played.clock.ms == START + 600
    assert not await played.feed.step(-1)
    assert not await played.feed.seek(START + HOUR)
    await played.settle()
    assert (played.online(), played.feed.note()) == (1, "the record ends here")
    assert not await played.feed.step(1)
    await played.pass_(3600)
    assert played.clock.ms == START + EVERY + 600


async def test_what_is_recorded_meanwhile_can_be_reached(play: Play) -> None:
    played = await play([*turn(0), *turn(1)])
    for state in turn(2):
        played.record.note(state)
    await played.record.written()
    assert await played.feed.seek(START + 2 * EVERY)
    await played.settle()
    assert played.online() == 2


async def test_a_skill_that_was_closed_goes_from_the_board(play: Play) -> None:
    states = [state for place in range(8) for state in turn(place) if place < 3 or state.topic.scope != SALES]
    played = await play(states, at=2 * EVERY)
    assert played.online(SALES) == 2
    await played.pass_(5 * EVERY / 1000)
    assert [row.scope for row in played.board.rows(Level.SKILL, played.clock.now())] == [BILLING]


async def test_what_nobody_looked_at_then_is_not_what_ages_the_board(play: Play) -> None:
    states = [
        state for place in range(12) for state in turn(place) if place < 3 or state.topic.scope.level != Level.GROUP
    ]
    played = await play(states)
    await played.pass_(10 * EVERY / 1000)
    now = played.clock.now()
    assert played.board.overall(now).age is Age.LIVE
    (row,) = played.board.rows(Level.GROUP, now)
    assert (row.scope, row.age) == (NIGHT, Age.STALE)


async def test_what_is_not_recorded_says_so(play: Play) -> None:
    played = await play([of(ACCOUNT, START, 1), of(BILLING, START, 1), of(ACCOUNT, START + EVERY, 2)])
    for topic in (AGENTS, TREND, LISTS[Level.GROUP]):
        state = played.board.state(topic)
        assert state is not None
        assert state.trouble is not None
        assert state.trouble.word == NOT_RECORDED
    known = played.board.state(LISTS[Level.SKILL])
    assert known is not None
    assert known.content == Listing(Level.SKILL, 1, START)
    assert played.board.overall(played.clock.now()).age is Age.LIVE


async def test_of_an_agent_there_is_what_the_list_told(play: Play) -> None:
    played = await play([*turn(0), *turn(1), roster(START + 2 * EVERY, "Ann")], at=EVERY + 1000)
    played.feed.show(Look(agent="1"))
    row, detail = played.board.detail_row("1"), played.board.detail("1")
    assert row is not None
    assert row.agent.name == "Bob"
    assert detail is not None
    assert detail.agent is not None
    await played.pass_(30)
    gone = played.board.detail("1")
    assert gone is not None
    assert gone.agent is None
    played.feed.show(Look())
    assert played.board.state(agent_topic("1")) is None


async def test_the_accounts_hour_before_is_known_at_once(play: Play) -> None:
    played = await play([state for place in range(40) for state in turn(place)], at=39 * EVERY)
    line = played.board.line(ACCOUNT, "online_agents", played.clock.now(), 6)
    assert line == [19, 23, 27, 31, 35, 39]


async def test_minutes_that_are_left_of_old_answers_age_as_minutes(play: Play) -> None:
    state = of(ACCOUNT, START, 3)
    assert isinstance(state.content, Snapshot)
    minute = replace(state, interval=5.0, content=replace(state.content, cost=Cost(START, 0.0, 0, 0)))
    played = await play([minute, of(ACCOUNT, START + HOUR, 4)])
    await played.pass_(60)
    assert played.age() is Age.LIVE


async def test_nothing_is_left_to_ask(play: Play) -> None:
    played = await play(turn(0))
    played.feed.ask_now()
    await played.feed.woke()
    reading = played.feed.reading()
    assert (reading.calls, reading.per_minute, reading.received) == (0, 0.0, 0)


async def test_the_beginning_is_the_first_turn_and_not_its_first_answer(play: Play) -> None:
    played = await play([state for place in range(3) for state in turn(place)], at=2 * EVERY)
    assert not await played.feed.seek(START - HOUR)
    await played.pass_(0.1)
    assert (played.online(), played.online(NIGHT)) == (0, 0)
    assert played.board.roster() is not None
    assert await played.feed.seek(START)


async def test_counts_over_another_window_are_not_told_as_those_of_the_accounts(play: Play) -> None:
    """Two boards share the record: one counts over an hour, the other over a day."""

    def counted(scope: Scope, at: int, width: int, closed: int) -> TopicState:
        state = of(scope, at, 3)
        assert isinstance(state.content, Snapshot)
        figures = Figures(
            Method.METRICS,
            frozenset({"onlineAgents", "closedConversations"}),
            {"onlineAgents": 3, "closedConversations": closed},
        )
        return replace(state, content=replace(state.content, window=Window(at - width, at), figures=figures))

    played = await play(
        [counted(ACCOUNT, START, HOUR, 7), counted(BILLING, START, HOUR, 5), counted(SALES, START + 10, 24 * HOUR, 90)],
        at=10,
    )
    rows = {row.scope: row for row in played.board.rows(Level.SKILL, played.clock.now())}
    assert rows[BILLING].number("closed_conversations") == 5
    assert rows[SALES].number("closed_conversations") is None
    assert rows[SALES].number("online_agents") == 3
