"""A poller asks at the beat, tries again by the table, and nothing that happens ends it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.api.answers import Cost
from kmm_tui.api.errors import PermissionMissing, ServerFailure, Throttled
from kmm_tui.api.window import Window
from kmm_tui.board.freshness import Age
from kmm_tui.board.scope import Level
from kmm_tui.board.snapshot import Agent, Listing, Roster, figures_of
from kmm_tui.board.state import ACCOUNT_FIGURES, Content, TopicState
from kmm_tui.feed.poller import Poller, until_next_turn
from kmm_tui.metrics import Method

START = 1_800_000_000.0  # a beat of every interval used here


class Polled:
    """A poller, what it is answered, and what it has published."""

    def __init__(self, clock: Any, settle: Any, interval: float) -> None:
        self.clock, self.settle = clock, settle
        clock.seconds = START
        self.answers: list[Any] = []
        self.asked: list[float] = []
        self.states: list[TopicState] = []
        self.gate: asyncio.Event | None = None
        self.running: asyncio.Task[None] | None = None
        self.poller = Poller(ACCOUNT_FIGURES, self.ask, interval, clock, self.states.append)

    async def ask(self) -> Content:
        self.asked.append(self.clock.now() - START)
        if self.gate:
            await self.gate.wait()
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, BaseException):
            raise answer
        return answer or Listing(Level.SKILL, len(self.asked), int(self.clock.now() * 1000))

    async def pass_(self, seconds: float) -> None:
        """Lets time go by; the first time the poller begins."""
        self.running = self.running or asyncio.create_task(self.poller.run())
        await self.clock.pass_(seconds, self.settle)


@pytest.fixture
async def polled(slept_on: Any, settle: Any) -> AsyncIterator[Polled]:
    polled = Polled(slept_on, settle, 30.0)
    yield polled
    running = polled.running
    assert running is not None
    assert not running.done()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_it_asks_at_once_and_then_at_every_beat(polled: Polled) -> None:
    await polled.pass_(125)
    assert polled.asked == [0, 30, 60, 90, 120]
    assert all(state.trouble is None for state in polled.states)
    assert [state.next_try for state in polled.states] == [START + at for at in (30, 60, 90, 120, 150)]


async def test_late_starters_fall_into_step_with_the_others(polled: Polled, slept_on: Any, settle: Any) -> None:
    await polled.pass_(42)
    other = Polled(slept_on, settle, 30.0)
    slept_on.seconds = START + 42
    await other.pass_(100)
    assert other.running is not None
    other.running.cancel()
    assert other.asked == [42, 60, 90, 120]


async def test_a_new_interval_counts_from_the_next_turn(polled: Polled) -> None:
    await polled.pass_(31)
    polled.poller.interval = 60.0
    await polled.pass_(150)
    assert polled.asked == [0, 30, 60, 120, 180]
    assert polled.states[-1].interval == 60


async def test_an_answer_that_is_there_already_is_published_and_not_asked_for(slept_on: Any, settle: Any) -> None:
    polled = Polled(slept_on, settle, 30.0)
    running = polled.running = asyncio.create_task(polled.poller.run(Listing(Level.SKILL, 7, 1)))
    await polled.pass_(29)
    assert (polled.asked, len(polled.states)) == ([], 1)
    await polled.pass_(2)
    assert polled.asked == [30]
    running.cancel()


async def test_failures_follow_the_table_and_an_answer_ends_them(polled: Polled) -> None:
    polled.answers = [ServerFailure("it fails", "wait") for _ in range(7)]
    await polled.pass_(3000)
    waits = [b - a for a, b in zip(polled.asked, polled.asked[1:], strict=False)][:7]
    for wait, least in zip(waits, (5, 10, 15, 120, 240, 480, 480), strict=True):
        assert least <= wait <= least * 1.1
    failures = polled.states[:7]
    assert [state.trouble.word for state in failures if state.trouble] == ["SERVER"] * 7
    assert all(state.content is None for state in failures)
    recovered = polled.states[7]
    assert (recovered.trouble, recovered.content is not None) == (None, True)
    later = [at for at in polled.asked if at > polled.asked[7]]
    assert all(at % 30 == 0 for at in later)
    assert len(later) > 10


async def test_an_error_is_a_state_and_the_last_answer_stays(polled: Polled) -> None:
    await polled.pass_(1)
    polled.answers = [Throttled("too often", "wait", retry_after=7)]
    await polled.pass_(30)
    state = polled.states[-1]
    assert state.content == polled.states[0].content
    assert state.trouble is not None
    assert (state.trouble.word, state.trouble.message, state.trouble.at) == (
        "THROTTLED", "too often; wait", START + 30,
    )  # fmt: skip
    assert state.next_try is not None
    assert START + 37 <= state.next_try <= START + 37.7
    assert state.freshness(START + 31).age is Age.LIVE
    assert not state.freshness(START + 31).is_live
    await polled.pass_(8)
    assert polled.states[-1].trouble is None


async def test_what_only_a_person_can_mend_is_probed_and_asked_for_when_wished(polled: Polled) -> None:
    polled.answers = [PermissionMissing("no", "ask")] * 3
    await polled.pass_(590)
    assert polled.asked == [0]
    polled.poller.ask_now()
    await polled.pass_(1)
    assert len(polled.asked) == 2
    await polled.pass_(599)
    assert len(polled.asked) == 2
    await polled.pass_(70)
    assert len(polled.asked) == 3


async def test_what_nobody_foresaw_is_a_state_too_and_goes_into_the_log(
    polled: Polled, caplog: pytest.LogCaptureFixture
) -> None:
    polled.answers = [ZeroDivisionError("secret details")]
    await polled.pass_(1)
    (state,) = polled.states
    assert state.trouble is not None
    assert state.trouble.word == "ERROR"
    assert "ZeroDivisionError" in state.trouble.message
    assert "secret details" not in state.trouble.message
    assert "ZeroDivisionError" in caplog.text
    await polled.pass_(6)
    assert polled.states[-1].trouble is None


async def test_a_listener_that_fails_does_not_end_it(
    polled: Polled, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: TopicState) -> None:
        raise RuntimeError("the screen is gone")

    caplog.set_level(logging.ERROR)
    monkeypatch.setattr(polled.poller, "_publish", fail)
    await polled.pass_(65)
    assert polled.asked == [0, 30, 60]
    assert "the screen is gone" in caplog.text


async def test_a_wish_is_not_lost_while_an_answer_is_under_way(polled: Polled) -> None:
    polled.gate = asyncio.Event()
    await polled.pass_(1)
    polled.poller.ask_now()
    polled.gate.set()
    await polled.pass_(1)
    assert len(polled.asked) == 2
    await polled.pass_(10)
    assert len(polled.asked) == 2


async def test_many_wishes_are_one(polled: Polled) -> None:
    await polled.pass_(1)
    for _ in range(5):
        polled.poller.ask_now()
    await polled.pass_(10)
    assert len(polled.asked) == 2


@given(st.floats(0, 4e9), st.floats(1, 3600))
def test_the_next_turn_is_a_beat_and_neither_too_soon_nor_too_late(now: float, interval: float) -> None:
    wait = until_next_turn(now, interval)
    assert interval / 2 - 1e-6 <= wait <= interval * 1.5 + 1e-6
    at = (now + wait) % interval
    assert min(at, interval - at) < 1e-3


async def test_one_that_is_ended_ends_its_worker_and_publishes_nothing_more(polled: Polled) -> None:
    polled.gate = asyncio.Event()
    await polled.pass_(5)
    other = Polled(polled.clock, polled.settle, 30.0)
    other.gate = polled.gate
    await other.pass_(1)
    other.poller.end()
    polled.gate.set()
    await other.pass_(100)
    assert (len(other.asked), other.states) == (1, [])
    assert other.running is not None
    assert other.running.done()
    # Its owner sees a worker that has ended, not one that failed.
    assert other.running.exception() is None


async def test_one_that_is_ended_before_it_began_never_asks(slept_on: Any, settle: Any) -> None:
    never = Polled(slept_on, settle, 30.0)
    never.poller.end()
    await never.pass_(100)
    assert never.asked == []
    assert never.running is not None
    assert never.running.exception() is None


async def test_one_that_is_asked_to_hurry_while_nobody_looks_asks_when_somebody_does(polled: Polled) -> None:
    await polled.pass_(1)
    polled.poller.pause()
    polled.poller.ask_now()
    await polled.pass_(5)
    assert polled.asked == [0]
    polled.poller.resume()
    await polled.pass_(5)
    assert polled.asked == [0, 6]


def roster(agents: int) -> Roster:
    figures = figures_of(Method.AGENT_VIEW, (), {})
    people = (Agent(str(n), None, None, None, (), "ONLINE", None, None, None, None, figures) for n in range(agents))
    return Roster(tuple(people), Window(0, 1), int(START * 1000), Cost(int(START * 1000), 0.1, 10))


@pytest.mark.parametrize(("other", "word"), [(True, "LIVE"), (False, "EMPTY?")])
async def test_only_the_answer_to_the_same_question_is_doubted(other: bool, word: str, polled: Polled) -> None:
    polled.answers = [roster(9), ServerFailure("no", "wait"), roster(0), roster(0)]
    await polled.pass_(1)
    polled.poller.ask_now(other=other)
    await polled.pass_(10)
    assert len(polled.asked) == 3
    assert polled.poller.state.freshness(polled.clock.now()).word == word
