"""Metrics that an account refuses are found out, once, and left out; no other refusal costs more than a few calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmm_tui.api.errors import RequestRefused, ServerFailure, Throttled, TooManyAgents
from kmm_tui.board.asked import FIGURES, TREND_FIGURES
from kmm_tui.feed.memory import Memory
from kmm_tui.feed.offered import DAY, FRUITLESS_FOR, SAMPLE, Offered
from kmm_tui.metrics import BY_NAME, Method

M = Method.METRICS
SETS = st.sets(st.sampled_from(FIGURES))


class Account:
    """Refuses some metrics, in words of its own choice."""

    def __init__(self, refused: Any, says: Callable[[list[str]], str] = lambda _: "bad request") -> None:
        self.refused = set(refused)
        self.says = says
        self.calls: list[tuple[str, ...]] = []

    async def ask(self, names: tuple[str, ...]) -> tuple[str, ...]:
        self.calls.append(names)
        await asyncio.sleep(0)
        if unknown := [name for name in names if name in self.refused]:
            raise RequestRefused("refused", "ask for less", said=self.says(unknown))
        return names


class Hand:
    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here sleeps")


def new(clock: Any = None, memory: Memory | None = None) -> Offered:
    return Offered(clock or Hand(), memory or Memory(None, ""))


def left(refused: Any) -> tuple[str, ...]:
    return tuple(name for name in FIGURES if name not in refused)


@pytest.mark.parametrize("word", ["csat", BY_NAME["avg_wait_time"].field, "queue_wait_time_90th_percentile"])
async def test_a_message_that_names_the_metric_settles_it(word: str) -> None:
    name = next(name for name in FIGURES if word in (name, BY_NAME[name].field))
    account = Account({name}, lambda _: f"Unknown metric [{word}] in request")
    offered = new()
    assert await offered.ask(M, FIGURES, account.ask) == left({name})
    assert offered.refused(M) == {name}
    assert len(account.calls) <= 3
    account.calls.clear()
    assert await offered.ask(M, FIGURES, account.ask) == left({name})
    assert account.calls == [left({name})]


async def test_a_server_that_names_one_metric_at_a_time_is_followed_to_the_end() -> None:
    refused = FIGURES[3:9]
    account = Account(refused, lambda unknown: f"unknown metric {unknown[0]}")
    offered = new()
    assert await offered.ask(M, FIGURES, account.ask) == left(refused)
    assert offered.refused(M) == set(refused)


async def test_a_message_that_lists_what_is_allowed_takes_none_of_that_away() -> None:
    refused = {"csat", "agent_load"}
    account = Account(refused, lambda _: f"unknown metric; allowed are {', '.join(left(refused))}")
    offered = new()
    assert await offered.ask(M, FIGURES, account.ask) == left(refused)
    assert offered.refused(M) == refused


async def test_a_name_that_is_only_a_part_of_a_longer_one_is_not_blamed() -> None:
    account = Account({"avg_wait_time_first_response"}, lambda _: "no avg_wait_time_first_response here")
    offered = new()
    await offered.ask(M, FIGURES, account.ask)
    assert offered.refused(M) == {"avg_wait_time_first_response"}


@settings(max_examples=150, deadline=None)
@given(refused=SETS, first=st.integers(0, len(FIGURES) - 1))
def test_halving_finds_exactly_the_refused_or_passes_the_refusal_on_after_few_calls(
    refused: set[str], first: int
) -> None:
    names = FIGURES[first:] + FIGURES[:first]
    account, offered = Account(refused), new()

    async def run() -> None:
        try:
            answer = await offered.ask(M, names, account.ask)
        except RequestRefused:
            assert len(refused) >= SAMPLE
            assert offered.refused(M) == set()
            assert len(account.calls) <= SAMPLE + 3
        else:
            assert answer == tuple(name for name in names if name not in refused)
            assert offered.refused(M) == refused
            assert len(account.calls) <= 2 * len(names) + SAMPLE + 2
            assert len(set(account.calls[1:-1])) == len(account.calls[1:-1])

    asyncio.run(run())


@settings(deadline=None)
@given(refused=st.sets(st.sampled_from(TREND_FIGURES), max_size=len(TREND_FIGURES) - 1))
def test_of_a_few_metrics_every_combination_is_found(refused: set[str]) -> None:
    account, offered = Account(refused), new()
    asyncio.run(offered.ask(Method.HISTORICAL, TREND_FIGURES, account.ask))
    assert offered.refused(Method.HISTORICAL) == refused
    assert offered.refused(M) == set()


@settings(deadline=None)
@given(refused=SETS.filter(bool), how=st.sampled_from(["names all", "names some", "fields"]))
def test_whatever_the_message_names_only_the_refused_are_left_out(refused: set[str], how: str) -> None:
    def says(unknown: list[str]) -> str:
        told = unknown[:2] if how == "names some" else unknown
        return "not available: " + ", ".join(BY_NAME[name].field if how == "fields" else name for name in told)

    account, offered = Account(refused, says), new()

    async def run() -> None:
        if len(refused) == len(FIGURES):
            with pytest.raises(RequestRefused):
                await offered.ask(M, FIGURES, account.ask)
        else:
            try:
                assert await offered.ask(M, FIGURES, account.ask) == left(refused)
            except RequestRefused:
                assert len(refused) >= SAMPLE
        assert offered.refused(M) <= refused

    asyncio.run(run())


@pytest.mark.parametrize("said", ["", "window too long", "closedConversations cannot be sorted", ", ".join(FIGURES)])
async def test_a_refusal_of_something_else_is_passed_on_after_few_calls_and_then_at_once(said: str) -> None:
    clock, account = Hand(), Account(FIGURES, lambda _: said)
    offered = new(clock)
    with pytest.raises(RequestRefused):
        await offered.ask(M, FIGURES, account.ask)
    assert len(account.calls) <= SAMPLE + 4
    assert offered.refused(M) == set()
    account.calls.clear()
    with pytest.raises(RequestRefused):
        await offered.ask(M, FIGURES, account.ask)
    assert len(account.calls) == 1
    # Later it may be the metrics after all.
    clock.seconds += FRUITLESS_FOR
    account.refused = {"csat"}
    assert await offered.ask(M, FIGURES, account.ask) == left({"csat"})


async def test_a_server_that_takes_only_few_metrics_at_once_blames_none() -> None:
    calls = 0

    async def ask(names: tuple[str, ...]) -> None:
        nonlocal calls
        calls += 1
        if len(names) > len(FIGURES) // 2:
            raise RequestRefused("too many", "ask for less")

    offered = new()
    with pytest.raises(RequestRefused):
        await offered.ask(M, FIGURES, ask)
    assert offered.refused(M) == set()
    assert calls <= 4


@pytest.mark.parametrize("error", [RequestRefused("gone", "", status=404), Throttled("", ""), ServerFailure("", "")])
async def test_other_failures_are_nobodys_fault_and_are_passed_on_also_while_finding_out(error: Exception) -> None:
    calls = 0

    async def ask(names: tuple[str, ...]) -> None:
        nonlocal calls
        calls += 1
        raise RequestRefused("refused", "") if calls == before else error

    for before in (0, 1):
        calls, offered = 0, new()
        with pytest.raises(type(error)):
            await offered.ask(M, FIGURES, ask)
        assert calls == 1 + before
        assert offered.refused(M) == set()


async def test_too_many_agents_is_an_answer_as_far_as_metrics_are_concerned() -> None:
    async def ask(names: tuple[str, ...]) -> None:
        if "csat" in names:
            raise RequestRefused("refused", "")
        raise TooManyAgents("too many", "in parts")

    offered = new()
    with pytest.raises(TooManyAgents):
        await offered.ask(Method.AGENT_VIEW, FIGURES, ask)
    assert offered.refused(Method.AGENT_VIEW) == {"csat"}


async def test_who_asks_meanwhile_does_not_find_out_again() -> None:
    alone, together = Account({"csat", "agent_load"}), Account({"csat", "agent_load"})
    await new().ask(M, FIGURES, alone.ask)
    offered = new()
    answers = await asyncio.gather(*(offered.ask(M, FIGURES, together.ask) for _ in range(10)))
    assert set(answers) == {left({"csat", "agent_load"})}
    # Ten first calls and ten last ones, and what finding out takes once.
    assert len(together.calls) == len(alone.calls) + 18


async def test_it_is_remembered_for_the_account_and_the_day(tmp_path: Path) -> None:
    clock, account = Hand(), Account({"csat"})
    await new(clock, Memory(tmp_path, "1")).ask(M, FIGURES, account.ask)
    account.calls.clear()
    again = new(clock, Memory(tmp_path, "1"))
    assert again.refused(M) == {"csat"}
    await again.ask(M, FIGURES, account.ask)
    assert account.calls == [left({"csat"})]
    assert new(clock, Memory(tmp_path, "2")).refused(M) == set()
    clock.seconds += DAY
    assert again.refused(M) == set()
    assert new(clock, Memory(tmp_path, "1")).refused(M) == set()
    account.refused = set()
    assert await again.ask(M, FIGURES, account.ask) == FIGURES


@pytest.mark.parametrize(
    "refused",
    [None, [], 3, {"metrics": 3}, {"metrics": [["csat"], {}, None, 3]}, {"nothing": ["csat"]}, {"metrics": "csat"}],
)
def test_a_spoilt_memory_is_as_none(tmp_path: Path, refused: Any) -> None:
    clock, memory = Hand(), Memory(tmp_path, "1")
    memory.remember("refused-metrics", {"day": int(clock.now() // DAY), "refused": refused})
    assert new(clock, memory).refused(M) == set()
