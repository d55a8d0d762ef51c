"""Many agents in as few calls as the API allows, each agent once; and no trend twice."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmm_tui.api.answers import AgentRecord, AgentViewAnswer, Cost, HistoricalAnswer, MetricsAnswer, Skill
from kmm_tui.api.client import KmmClient
from kmm_tui.api.credentials import Bearer
from kmm_tui.api.errors import RequestRefused, Throttled, TooManyAgents
from kmm_tui.api.query import AgentViewQuery, HistoricalQuery, MetricsQuery
from kmm_tui.api.window import Window
from kmm_tui.feed.asker import Asker
from kmm_tui.feed.clock import SystemClock
from kmm_tui.feed.memory import Memory
from kmm_tui.feed.offered import Offered
from kmm_tui.metrics import Method

WINDOW = Window(1_800_000_000_000 - 3_600_000, 1_800_000_000_000)
QUERY = AgentViewQuery(window=WINDOW, metrics=("agent_load",))
LIMIT = 1000


@cache
def record(key: int, group: str, skills: tuple[str, ...]) -> AgentRecord:
    had = tuple(Skill(skill, None) for skill in skills)
    return AgentRecord(str(key), f"Agent {key}", None, None, group, None, had, "ONLINE", None, None, None, 3, {})


@dataclass(frozen=True)
class Person:
    key: int
    group: str
    skills: tuple[str, ...] = ()

    @property
    def record(self) -> AgentRecord:
        return record(self.key, self.group, self.skills)


class Floor:
    """An account's agents, of whom a thousand can be read at once."""

    def __init__(self, people: list[Person]) -> None:
        self.people = people
        self.asked: list[AgentViewQuery] = []
        self.trends: list[HistoricalQuery] = []
        self.under_way = 0
        self.trouble: Exception | None = None

    async def all_agents(self, query: AgentViewQuery) -> AgentViewAnswer:
        self.asked.append(query)
        self.under_way += 1
        await asyncio.sleep(0)
        self.under_way -= 1
        if self.trouble and query.group_ids:
            trouble, self.trouble = self.trouble, None
            raise trouble
        found = [
            person.record
            for person in self.people
            if (not query.group_ids or person.group in query.group_ids)
            and (not query.skill_ids or set(person.skills) & set(query.skill_ids))
        ]
        answer = AgentViewAnswer(WINDOW, (), len(found), tuple(found[:LIMIT]), Cost(1, 0.1, 10))
        if len(found) > LIMIT:
            raise TooManyAgents("too many", "in parts", answer=answer)
        return answer

    async def metrics(self, query: MetricsQuery) -> MetricsAnswer:
        raise AssertionError

    all_metrics = metrics

    async def historical(self, query: HistoricalQuery) -> HistoricalAnswer:
        self.trends.append(query)
        return HistoricalAnswer(query.window, (), query.interval, (), Cost(1, 0.1, 10))


def asker(floor: Any) -> Asker:
    return Asker(floor, Offered(SystemClock(), Memory(None, "")))


def spread(agents: int, groups: int) -> list[Person]:
    return [Person(number, str(number % groups)) for number in range(agents)]


def sizes(people: list[Person]) -> dict[str, float]:
    counted: dict[str, float] = {}
    for person in people:
        counted[person.group] = counted.get(person.group, 0) + 1
    return counted


@pytest.mark.parametrize(("agents", "groups", "calls"), [(1000, 12, 1), (1200, 12, 2), (2700, 60, 3), (1001, 2, 2)])
async def test_a_large_account_is_read_in_the_fewest_parts_after_the_first_time(
    agents: int, groups: int, calls: int
) -> None:
    floor = Floor(spread(agents, groups))
    ask = asker(floor)
    for turn in range(3):
        floor.asked.clear()
        population = await ask.agents(QUERY, sizes(floor.people), ())
        assert {record.agent_id for record in population.answer.records} == {str(n) for n in range(agents)}
        assert len(population.answer.records) == population.answer.total == agents
        assert population.is_whole
        assert population.answer.cost.calls == calls
        assert len(floor.asked) == calls + (turn == 0 and calls > 1)


async def test_it_is_one_sweep_again_when_the_floor_has_shrunk_and_parts_when_it_has_grown() -> None:
    floor = Floor(spread(1200, 12))
    ask = asker(floor)
    await ask.agents(QUERY, sizes(floor.people), ())
    everybody, floor.people = floor.people, floor.people[:300]
    floor.asked.clear()
    assert len((await ask.agents(QUERY, sizes(floor.people), ())).answer.records) == 300
    assert floor.asked == [QUERY]
    floor.people = everybody
    assert len((await ask.agents(QUERY, sizes(everybody), ())).answer.records) == 1200


async def test_a_plan_that_was_too_small_is_halved_and_nobody_is_lost() -> None:
    floor = Floor(spread(3000, 30))
    population = await asker(floor).agents(QUERY, {str(number): 1 for number in range(30)}, ())
    assert len(population.answer.records) == 3000
    assert population.is_whole


async def test_what_was_expected_to_be_one_part_and_is_too_much_is_not_asked_for_twice() -> None:
    floor = Floor(spread(1200, 12))
    population = await asker(floor).agents(QUERY, {str(number): 50 for number in range(12)}, ())
    assert len(population.answer.records) == 1200
    assert [len(query.group_ids) for query in floor.asked] == [0, 6, 6]


async def test_a_group_that_is_too_large_is_read_by_skills_and_those_without_one_are_known_to_lack() -> None:
    people = [Person(n, "big", (f"s{n % 4}", "s9") if n % 7 == 0 else (f"s{n % 4}",)) for n in range(2400)]
    people += [Person(2400 + n, "big") for n in range(5)] + [Person(3000 + n, "small") for n in range(80)]
    floor = Floor(people)
    population = await asker(floor).agents(QUERY, sizes(people), ("s0", "s1", "s2", "s3", "s9"))
    keys = [record.agent_id for record in population.answer.records]
    assert len(keys) == len(set(keys)) == 2480
    assert not population.is_whole


@pytest.mark.parametrize("skills", [(), ("s0",)])
async def test_what_cannot_be_split_further_is_read_as_far_as_it_goes(skills: tuple[str, ...]) -> None:
    floor = Floor([Person(number, "only", ("s0",)) for number in range(1500)])
    population = await asker(floor).agents(QUERY, {"only": 1500.0}, skills)
    assert len(population.answer.records) == LIMIT
    assert not population.is_whole


async def test_without_known_groups_it_is_said_that_there_are_too_many() -> None:
    with pytest.raises(TooManyAgents):
        await asker(Floor(spread(1200, 12))).agents(QUERY, {}, ())


@settings(max_examples=15, deadline=None)
@given(groups=st.lists(st.sampled_from([0, 1, 90, 400, 700]), min_size=1, max_size=6), guess=st.floats(0.2, 3))
def test_everybody_is_found_once_however_the_groups_are_and_whatever_was_expected(
    groups: list[int], guess: float
) -> None:
    people = [Person(place * 1000 + number, str(place)) for place, size in enumerate(groups) for number in range(size)]
    expected = {str(place): size * guess for place, size in enumerate(groups)}
    ask = asker(Floor(people))
    for _ in range(2):
        population = asyncio.run(ask.agents(QUERY, expected, ()))
        keys = [record.agent_id for record in population.answer.records]
        assert len(keys) == len(set(keys))
        assert set(keys) == {str(person.key) for person in people}
        assert population.is_whole


async def test_a_part_that_fails_fails_the_sweep_and_nothing_goes_on_behind_it() -> None:
    floor = Floor(spread(3000, 30))
    floor.trouble = Throttled("too often", "poll less")
    with pytest.raises(Throttled):
        await asker(floor).agents(QUERY, sizes(floor.people), ())
    assert floor.under_way == 0
    asked = len(floor.asked)
    for _ in range(5):
        await asyncio.sleep(0)
    assert len(floor.asked) == asked


async def test_a_trend_of_the_same_window_is_not_asked_twice_however_many_scopes_take_turns() -> None:
    floor = Floor([])
    ask = asker(floor)
    scopes = [HistoricalQuery(window=WINDOW, interval=5, metrics=("transfers",), skill_ids=(str(n),)) for n in range(5)]
    first = [await ask.historical(query) for query in scopes]
    assert [await ask.historical(query) for query in scopes] == first
    assert floor.trends == scopes
    later = replace(scopes[0], window=Window(WINDOW.start + 300_000, WINDOW.end + 300_000))
    await ask.historical(later)
    await ask.historical(later)
    assert floor.trends == [*scopes, later]


async def test_a_trend_that_failed_is_asked_again() -> None:
    floor = Floor([])
    ask = asker(floor)
    answer = floor.historical
    failures = [RequestRefused("no", "", status=404)]

    async def failing(query: HistoricalQuery) -> HistoricalAnswer:
        if failures:
            raise failures.pop()
        return await answer(query)

    floor.historical = failing  # type: ignore[method-assign]
    query = HistoricalQuery(window=WINDOW, interval=5, metrics=("transfers",))
    with pytest.raises(RequestRefused):
        await ask.historical(query)
    assert (await ask.historical(query)).window == WINDOW


async def test_what_is_refused_is_named_by_its_field() -> None:
    floor = Floor([])
    ask = asker(floor)
    real = floor.historical

    async def picky(query: HistoricalQuery) -> HistoricalAnswer:
        if "closed_conversations" in (query.metrics or ()):
            raise RequestRefused("no", "", said="unknown metric closed_conversations")
        return await real(query)

    floor.historical = picky  # type: ignore[method-assign]
    query = HistoricalQuery(window=WINDOW, interval=5, metrics=("transfers", "closed_conversations"))
    await ask.historical(query)
    assert floor.trends[-1].metrics == ("transfers",)
    assert ask.refused(Method.HISTORICAL) == {"closedConversations"}
    assert ask.refused(Method.METRICS) == frozenset()


async def test_a_server_with_pages_of_fifty_is_read_to_the_end(
    rows: Any, make_service: Any, service_at: Any, turned: Any
) -> None:
    from pydantic import SecretStr

    from kmm_tui.simulator.signin import DEMO, DEMO_ACCOUNT

    rows.agents_ = 130
    app = make_service()
    async with KmmClient(
        DEMO_ACCOUNT, Bearer(SecretStr(DEMO.token)), domain_api=await service_at(app), clock=turned
    ) as client:
        query = AgentViewQuery(window=Window.last(3_600_000, turned.ms), metrics=("agent_load",))
        whole = await asker(client).agents(query, {}, ())
        client._agents_page = 50  # what it learns from a server that refuses larger ones
        paged = await asker(client).agents(query, {}, ())
    assert {r.agent_id for r in paged.answer.records} == {r.agent_id for r in whole.answer.records}
    assert (len(paged.answer.records), whole.answer.cost.calls, paged.answer.cost.calls) == (130, 1, 3)
