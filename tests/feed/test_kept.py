"""The last board comes back as it was, as old as it is, and only where it answers what is asked now."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.api.answers import Cost, Skill
from kmm_tui.api.number import Number
from kmm_tui.api.window import HOUR, Window
from kmm_tui.board.asked import AGENT_FIGURES, FIGURES
from kmm_tui.board.figure import Figures
from kmm_tui.board.freshness import Age, Trouble
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Agent, Listing, Roster, Snapshot, Trend, TrendPoint
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, Section, Topic, TopicState
from kmm_tui.feed.kept import OLDEST, WRITE_EVERY, KeptBoard, states_from_plain, states_to_plain
from kmm_tui.feed.memory import Memory
from kmm_tui.metrics import BY_NAME, Method

ACCOUNT_ID = "12345678"

texts = st.text(max_size=12)
wholes = st.integers(-(2**63), 2**63 - 1)
numbers: st.SearchStrategy[Number] = wholes | st.floats(allow_nan=False, allow_infinity=False)
values = st.dictionaries(texts, st.none() | numbers, max_size=4)
scopes = st.builds(Scope, st.sampled_from(Level), texts)
windows = st.builds(Window, wholes, wholes)
costs = st.builds(Cost, wholes, numbers, wholes, wholes)
some_figures = st.builds(Figures, st.sampled_from(Method), st.frozensets(texts), values, st.frozensets(texts))
snapshots = st.builds(Snapshot, scopes, st.none() | texts, windows, some_figures, wholes, costs)
maybe = st.none() | texts
agents = st.builds(
    Agent, texts, maybe, maybe, maybe, st.lists(st.builds(Skill, texts, maybe), max_size=2).map(tuple), maybe,
    st.none() | wholes, maybe, st.none() | wholes, st.none() | wholes, some_figures,
)  # fmt: skip
rosters = st.builds(Roster, st.lists(agents, max_size=3).map(tuple), windows, wholes, costs, st.booleans())
points = st.lists(st.builds(TrendPoint, wholes, values), max_size=3).map(tuple)
trends = st.builds(Trend, scopes, windows, st.none() | wholes, points, wholes, costs)
listings = st.builds(Listing, st.sampled_from(Level), wholes, wholes)
topics = st.builds(Topic, st.sampled_from(Section), scopes)
troubles = st.builds(Trouble, texts, texts, numbers)
states = st.builds(
    TopicState, topics, numbers, st.none() | snapshots | rosters | trends | listings, st.none() | troubles,
    st.none() | numbers, st.booleans(), st.booleans(),
)  # fmt: skip
boards = st.lists(states, max_size=4).map(tuple)


@given(boards)
def test_any_board_comes_back_as_it_was(board: tuple[TopicState, ...]) -> None:
    written = json.dumps(states_to_plain(board), ensure_ascii=False)
    back = states_from_plain(json.loads(written))
    assert back == board
    # 1 and 1.0 are equal, and print differently.
    assert json.dumps(states_to_plain(back), ensure_ascii=False) == written


class Spoilt:
    """Where in a file something is, and what is put there instead."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def spoil(self, plain: Any) -> Any:
        if isinstance(plain, list | dict) and plain and self._data.draw(st.integers(0, 5)):
            places = list(plain) if isinstance(plain, dict) else list(range(len(plain)))
            place = self._data.draw(st.sampled_from(places))
            changed = dict(plain) if isinstance(plain, dict) else list(plain)
            changed[place] = self.spoil(plain[place])
            return changed
        return self._data.draw(
            st.none() | st.booleans() | st.text(max_size=3) | st.integers() | st.floats() | st.lists(st.integers(-3, 3))
        )


@given(boards, st.data())
def test_whatever_else_is_in_the_file_is_nothing_or_a_board(board: tuple[TopicState, ...], data: Any) -> None:
    found = states_from_plain(Spoilt(data).spoil(json.loads(json.dumps(states_to_plain(board)))))
    for state in found:
        assert isinstance(state, TopicState)
        state.freshness(1_800_000_000.0)
    # What was read can be kept again.
    assert states_from_plain(json.loads(json.dumps(states_to_plain(found)))) == found


def test_another_versions_file_is_nothing() -> None:
    plain = states_to_plain((TopicState(AGENTS, 30.0),))
    assert states_from_plain(plain)
    assert states_from_plain({**plain, "version": 0}) == ()
    assert states_from_plain({**plain, "shape": "00000000"}) == ()
    assert states_from_plain({}) == states_from_plain(None) == states_from_plain([plain]) == ()


# -- the kept board


def snapshot(scope: Scope, at: float, online: int, name: str | None = None) -> Snapshot:
    window = Window.last(HOUR, int(at * 1000))
    fields = frozenset(BY_NAME[each].field for each in FIGURES)
    figures = Figures(Method.METRICS, fields, {"onlineAgents": online, "brandNew": 1.5})
    return Snapshot(scope, name, window, figures, int(at * 1000), Cost(int(at * 1000), 0.1, 100))


def state_of(found: Snapshot) -> TopicState:
    return TopicState(Topic(Section.FIGURES, found.scope), 30.0, found, None, found.taken_at / 1000 + 30)


Make = Callable[..., KeptBoard]


@pytest.fixture
def make(tmp_path: Path, slept_on: Any) -> Make:
    def make(profile: str = "default", *, asked: tuple[object, ...] = ("x",), every: float = 30.0) -> KeptBoard:
        return KeptBoard(Memory(tmp_path, ACCOUNT_ID), slept_on, profile, asked, every)

    return make


async def test_what_was_noted_is_there_next_time_and_as_old_as_it_is(make: Make, slept_on: Any) -> None:
    kept = make()
    good = state_of(snapshot(ACCOUNT, slept_on.now(), 7))
    kept.note(replace(good, trouble=Trouble("OFFLINE", "no network", 1.0)))
    await kept.write()
    ages = {}
    for passed in (10, 70, 200, 700, OLDEST - 800, OLDEST):
        slept_on.seconds = good.content.taken_at / 1000 + passed if good.content else 0
        found = make().recalled.get(ACCOUNT_FIGURES)
        ages[passed] = found and found.freshness(slept_on.now()).age
        if found:
            assert found.content == good.content
            # It is this run that finds out what is wrong.
            assert (found.trouble, found.next_try) == (None, None)
    assert list(ages.values()) == [Age.LIVE, Age.LATE, Age.STALE, Age.GONE, Age.GONE, Age.GONE]
    slept_on.seconds += 1
    assert make().recalled == {}


async def test_an_answer_of_the_future_is_not_shown_as_new(make: Make, slept_on: Any) -> None:
    kept = make()
    kept.note(state_of(snapshot(ACCOUNT, slept_on.now(), 7)))
    await kept.write()
    slept_on.seconds -= 3600
    assert make().recalled == {}


@pytest.mark.parametrize(
    ("other", "rows"),
    [
        ({}, 1),
        ({"profile": "Default"}, 0),
        ({"profile": "../default"}, 0),
        ({"asked": ("y",)}, 0),
        ({"asked": ("x", "x")}, 0),
        ({"every": 5.0}, 1),
    ],
)
async def test_only_the_same_question_gets_the_old_answer(
    other: dict[str, Any], rows: int, make: Make, slept_on: Any
) -> None:
    kept = make()
    kept.note(state_of(snapshot(ACCOUNT, slept_on.now(), 7)))
    await kept.write()
    assert len(make(**other).recalled) == rows


async def test_a_quicker_board_does_not_call_live_what_the_slower_one_did(make: Make, slept_on: Any) -> None:
    kept = make(every=600.0)
    kept.note(replace(state_of(snapshot(ACCOUNT, slept_on.now(), 7)), interval=600.0))
    await kept.write()
    slept_on.seconds += 60
    for every, age in ((600.0, Age.LIVE), (5.0, Age.STALE)):
        assert make(every=every).recalled[ACCOUNT_FIGURES].freshness(slept_on.now()).age is age


async def test_it_is_written_every_two_minutes_at_most_and_only_when_something_is_new(
    make: Make, slept_on: Any, monkeypatch: pytest.MonkeyPatch, wait_for: Any, settle: Any
) -> None:
    written: list[float] = []
    monkeypatch.setattr(Memory, "remember", lambda *_: written.append(slept_on.now()))
    kept = make()
    began = slept_on.now()
    running = asyncio.create_task(kept.run())
    for turn in range(12):
        await slept_on.pass_(WRITE_EVERY / 3, settle)
        if turn < 8:
            kept.note(state_of(snapshot(ACCOUNT, slept_on.now(), turn)))
        if turn in (2, 5, 8):
            await wait_for(lambda turn=turn: len(written) == turn // 3 + 1)
            await settle()
    assert [at - began for at in written] == [WRITE_EVERY, 2 * WRITE_EVERY, 3 * WRITE_EVERY]
    running.cancel()
    await kept.write()
    assert len(written) == 3
    kept.note(state_of(snapshot(ACCOUNT, slept_on.now(), 99)))
    await kept.write()
    assert len(written) == 4


async def test_what_happened_before_the_first_answers_is_not_lost_with_a_short_run(make: Make, slept_on: Any) -> None:
    first = make()
    first.note(state_of(snapshot(Scope(Level.SKILL, "1"), slept_on.now(), 7)))
    await first.write()
    second = make()
    second.note(state_of(snapshot(ACCOUNT, slept_on.now(), 8)))
    second.note(TopicState(AGENTS, 30.0, trouble=Trouble("OFFLINE", "x", 1.0)))
    await second.write()
    assert {topic.scope.level for topic in make().recalled} == {Level.SKILL, Level.ACCOUNT}


async def test_a_disk_that_fails_is_a_line_in_the_log(
    make: Make, slept_on: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("odd")

    monkeypatch.setattr(Memory, "remember", broken)
    kept = make()
    kept.note(state_of(snapshot(ACCOUNT, slept_on.now(), 7)))
    with caplog.at_level(logging.ERROR):
        await kept.write()
    assert "cannot be kept" in caplog.text


async def test_a_disk_that_hangs_holds_up_nobody(
    make: Make, slept_on: Any, monkeypatch: pytest.MonkeyPatch, settle: Any
) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(Memory, "remember", lambda *_: go_on.wait(10))
    kept = make()
    kept.note(state_of(snapshot(ACCOUNT, slept_on.now(), 7)))
    writing = asyncio.create_task(kept.write())
    await settle()
    assert not writing.done()
    thread = next(each for each in threading.enumerate() if each.name == "kept board")
    # The program ends without it.
    assert thread.daemon
    writing.cancel()
    go_on.set()
    await asyncio.to_thread(thread.join)


def large(now: float) -> list[TopicState]:
    """1000 agents, 120 skills and 60 groups."""
    asked = frozenset(BY_NAME[name].field for name in AGENT_FIGURES)
    fields = {BY_NAME[name].field: 12.25 for name in AGENT_FIGURES}
    skills = tuple(Skill(str(n), f"Skill number {n}") for n in range(3))
    people = tuple(
        Agent(str(n), f"Agent Number {n}", "7", "Group 7", skills, "ONLINE", int(now * 1000), None, None, 6,
              Figures(Method.AGENT_VIEW, asked, dict(fields)))
        for n in range(1000)
    )  # fmt: skip
    roster = Roster(people, Window.last(HOUR, int(now * 1000)), int(now * 1000), Cost(int(now * 1000), 1.0, 1))
    scopes = [Scope(Level.SKILL, str(n)) for n in range(120)] + [Scope(Level.GROUP, str(n)) for n in range(60)]
    return [
        TopicState(AGENTS, 30.0, roster),
        *(state_of(snapshot(scope, now, 5, f"Number {scope.key}")) for scope in scopes),
    ]


async def test_a_thousand_agents_are_written_without_holding_the_loop(
    make: Make, slept_on: Any, tmp_path: Path
) -> None:
    kept = make()
    for state in large(slept_on.now()):
        kept.note(state)
    turns: list[float] = []

    async def watch() -> None:
        # What this thread itself works in each turn: a busy machine makes it wait, which is nobody's fault here.
        while True:
            before = time.thread_time()
            await asyncio.sleep(0)
            turns.append(time.thread_time() - before)

    watching = asyncio.create_task(watch())
    await kept.write()
    watching.cancel()
    assert len(turns) >= 5
    # One of them may be the garbage collector's.
    assert sorted(turns)[-2] < 0.03
    assert len(make().recalled) == 181


def test_a_thousand_agents_are_a_small_file_and_quickly_read() -> None:
    written = json.dumps(states_to_plain(tuple(large(1_800_000_000.0))), ensure_ascii=False, separators=(",", ":"))
    assert len(written.encode()) < 400_000
    began = time.thread_time()
    assert len(states_from_plain(json.loads(written))) == 181
    # Some 30 ms on an idle machine.
    assert time.thread_time() - began < 0.5
