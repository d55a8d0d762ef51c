"""What scopes ask for goes out as the fewest calls, and each gets its own answer, or its own failure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kmm_tui.api.answers import AgentViewAnswer, Cost, HistoricalAnswer, MetricsAnswer, MetricsRow
from kmm_tui.api.errors import KmmError, ServerFailure, Unreachable
from kmm_tui.api.query import AgentViewQuery, HistoricalQuery, MetricsQuery, resolve_metrics
from kmm_tui.board.figure import Absent
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.feed.asker import Asker
from kmm_tui.feed.gather import Gatherer, Wants
from kmm_tui.feed.memory import Memory
from kmm_tui.feed.offered import Offered
from kmm_tui.metrics import BY_NAME, Method

ONLINE = BY_NAME["online_agents"]


class Asked:
    """A client of a floor with so many skills and groups; it counts pages as the real one asks for them."""

    def __init__(self, skills: int, groups: int) -> None:
        self.many = {"skillId": skills, "agentGroupId": groups}
        self.calls: list[MetricsQuery | AgentViewQuery | HistoricalQuery] = []
        self.fails: Callable[[MetricsQuery], KmmError | None] = lambda _: None
        self.gate: asyncio.Event | None = None

    async def metrics(self, query: MetricsQuery) -> MetricsAnswer:
        self.calls.append(query)
        if self.gate:
            await self.gate.wait()
        if error := self.fails(query):
            raise error
        many = self.many.get(query.group_by or "", 0)
        chosen = query.skill_ids or query.group_ids or tuple(str(n) for n in range(1, many + 1))
        keys = [key for key in chosen if int(key) <= many]
        page = keys[query.offset : query.offset + query.limit]
        found = tuple(MetricsRow(key, f"{query.group_by} {key}", {"onlineAgents": int(key)}) for key in page)
        whole = {"onlineAgents": 99} if "all" in (query.sections or ("all",)) else None
        asked = resolve_metrics(query.metrics, Method.METRICS)
        return MetricsAnswer(query.window, asked, len(keys), found, whole, Cost(query.window.end, 0.1, 10))

    async def all_metrics(self, query: MetricsQuery) -> MetricsAnswer:
        answer = await self.metrics(query)
        found = answer.rows
        while len(found) < answer.count:
            found += (await self.metrics(replace(query, offset=len(found), sections=("groupBy",)))).rows
        return replace(answer, rows=found)

    async def all_agents(self, query: AgentViewQuery) -> AgentViewAnswer:
        self.calls.append(query)
        return AgentViewAnswer(query.window, (), 0, (), Cost(1, 0.1, 10))

    async def historical(self, query: HistoricalQuery) -> HistoricalAnswer:
        self.calls.append(query)
        return HistoricalAnswer(query.window, (), query.interval, (), Cost(1, 0.1, 10))


class Floor:
    """A gatherer on such a client."""

    def __init__(self, client: Any, wants: Wants, clock: Any) -> None:
        self.client = client
        self.learnt: list[tuple[Level, int]] = []
        asker = Asker(client, Offered(clock, Memory(None, "")))
        self.gatherer = Gatherer(asker, wants, clock, lambda level, answer: self.learnt.append((level, answer.count)))

    async def ask(self, *scopes: Scope) -> list[Any]:
        return await asyncio.gather(*map(self.gatherer.figures, scopes), return_exceptions=True)


@pytest.fixture
def floor(wants: Wants, slept_on: Any) -> Callable[[int, int], Floor]:
    return lambda skills, groups: Floor(Asked(skills, groups), wants, slept_on)


def scopes(level: Level, *keys: int) -> list[Scope]:
    return [Scope(level, str(key)) for key in keys]


def of(skills: int, groups: int) -> list[Scope]:
    return [
        ACCOUNT,
        *scopes(Level.SKILL, *range(1, skills + 1)),
        *scopes(Level.GROUP, *range(1, groups + 1)),
    ]


@pytest.mark.parametrize(
    ("skills", "groups", "calls"),
    [(6, 4, 2), (50, 50, 2), (51, 50, 3), (120, 60, 5), (0, 0, 1), (0, 4, 2), (6, 0, 1), (1000, 1, 21)],
)
async def test_everything_at_once_is_one_call_for_each_fifty(skills: int, groups: int, calls: int, floor: Any) -> None:
    on = floor(skills, groups)
    if skills:
        await on.gatherer.everything(Level.SKILL)
    if groups:
        await on.gatherer.everything(Level.GROUP)
    on.client.calls.clear()
    answers = await on.ask(*of(skills, groups))
    assert len(on.client.calls) == calls
    assert [each.scope for each in answers] == of(skills, groups)
    for each in answers:
        assert each.figures.get(ONLINE) == (99 if each.scope == ACCOUNT else int(each.scope.key))
        assert each.name == (None if each.scope == ACCOUNT else f"{'skillId' if each.scope.level is Level.SKILL else 'agentGroupId'} {each.scope.key}")  # noqa: E501  # fmt: skip
    assert {query.window for query in on.client.calls} == {on.client.calls[0].window}


@pytest.mark.parametrize(
    ("watched", "calls", "filtered"),
    [
        (scopes(Level.SKILL, 3, 5, 7), 1, True),
        ([ACCOUNT, *scopes(Level.SKILL, 3, 5, 7)], 2, True),
        (scopes(Level.SKILL, *range(1, 52)), 2, True),
        (scopes(Level.SKILL, *range(1, 102)), 3, False),
        (scopes(Level.GROUP, 3, 5), 1, True),
        ([ACCOUNT], 1, False),
    ],
)
async def test_a_few_of_many_are_asked_for_by_name(
    watched: list[Scope], calls: int, filtered: bool, floor: Any
) -> None:
    on = floor(120, 60)
    for level in (Level.SKILL, Level.GROUP):
        await on.gatherer.everything(level)
    on.client.calls.clear()
    answers = await on.ask(*watched)
    assert [each.scope for each in answers] == watched
    assert len(on.client.calls) == calls
    assert any(query.skill_ids or query.group_ids for query in on.client.calls) is filtered
    for query in on.client.calls:
        # A filter would make another figure of the account's.
        assert not ("all" in query.sections and (query.skill_ids or query.group_ids))
        assert len(query.skill_ids) <= 50


async def test_the_same_scope_asked_for_twice_is_one_question(floor: Any) -> None:
    on = floor(6, 4)
    first, second = await on.ask(ACCOUNT, ACCOUNT)
    assert first is second
    assert len(on.client.calls) == 1


async def test_a_later_moment_is_a_new_question(floor: Any) -> None:
    on = floor(6, 4)
    await on.ask(ACCOUNT)
    await on.ask(ACCOUNT)
    assert len(on.client.calls) == 2


async def test_a_poller_that_is_cancelled_does_not_take_the_answer_from_the_others(floor: Any, settle: Any) -> None:
    on = floor(6, 4)
    on.client.gate = asyncio.Event()
    tasks = [asyncio.create_task(on.gatherer.figures(scope)) for scope in (ACCOUNT, ACCOUNT, Scope(Level.SKILL, "2"))]
    await settle()
    tasks[0].cancel()
    await settle()
    on.client.gate.set()
    found: list[Any] = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(found[0], asyncio.CancelledError)
    assert [each.figures.get(ONLINE) for each in found[1:]] == [99, 2]


async def test_when_all_are_cancelled_a_failure_leaves_no_warning(floor: Any, settle: Any) -> None:
    on = floor(6, 4)
    on.client.gate = asyncio.Event()
    on.client.fails = lambda _: Unreachable("gone", "wait")
    task = asyncio.create_task(on.gatherer.figures(ACCOUNT))
    await settle()
    task.cancel()
    on.client.gate.set()
    await settle()
    assert task.cancelled()


async def test_a_level_that_fails_does_not_fail_the_other(floor: Any) -> None:
    on = floor(6, 4)
    on.client.fails = lambda query: Unreachable("gone", "wait") if query.group_by == "agentGroupId" else None
    account, skill, group = await on.ask(ACCOUNT, Scope(Level.SKILL, "1"), Scope(Level.GROUP, "1"))
    assert (account.figures.get(ONLINE), skill.figures.get(ONLINE)) == (99, 1)
    assert isinstance(group, Unreachable)


async def test_a_part_that_fails_does_not_fail_the_other_parts(floor: Any) -> None:
    on = floor(400, 0)
    await on.gatherer.everything(Level.SKILL)
    on.client.fails = lambda query: ServerFailure("broken", "wait") if "60" in query.skill_ids else None
    found = await on.ask(*scopes(Level.SKILL, *range(1, 151)))
    assert [each.figures.get(ONLINE) for each in found[:50]] == list(range(1, 51))
    assert all(isinstance(each, ServerFailure) for each in found[50:100])
    assert [each.figures.get(ONLINE) for each in found[100:]] == list(range(101, 151))


async def test_what_nobody_foresaw_reaches_those_who_asked(floor: Any) -> None:
    on = floor(6, 4)
    on.gatherer.window = "nonsense"
    (found,) = await on.ask(ACCOUNT)
    assert isinstance(found, TypeError)


async def test_a_scope_that_the_answer_does_not_name_has_no_figures_and_none_is_zero(floor: Any) -> None:
    on = floor(3, 0)
    known, gone = await on.ask(*scopes(Level.SKILL, 2, 77))
    assert known.figures.get(ONLINE) == 2
    assert gone.figures.get(ONLINE) is Absent.NOT_ANSWERED
    assert gone.name is None


async def test_subgroups_concern_groups_only(floor: Any) -> None:
    on = floor(6, 4)
    on.gatherer.subgroups = True
    await on.ask(*of(2, 2))
    assert {query.group_by: query.include_subgroups for query in on.client.calls} == {
        "skillId": False,
        "agentGroupId": True,
    }


async def test_a_sweep_is_learnt_from_and_remembered(floor: Any) -> None:
    on = floor(6, 4)
    assert on.gatherer.listing(Level.GROUP) is None
    await on.ask(Scope(Level.GROUP, "1"))
    assert on.learnt == [(Level.GROUP, 4)]
    assert on.gatherer.listing(Level.GROUP).count == 4


async def test_closing_lets_go_of_everybody(floor: Any, settle: Any) -> None:
    on = floor(6, 4)
    on.client.gate = asyncio.Event()
    early = asyncio.create_task(on.gatherer.figures(ACCOUNT))
    await settle()
    late = asyncio.create_task(on.gatherer.figures(Scope(Level.GROUP, "1")))
    await asyncio.sleep(0)
    on.gatherer.close()
    await settle()
    assert early.cancelled()
    assert late.cancelled()


async def test_agents_and_the_trend_are_a_call_each(floor: Any) -> None:
    on = floor(6, 4)
    await on.gatherer.agents()
    await on.gatherer.trend()
    await on.gatherer.trend(Scope(Level.SKILL, "3"))
    await on.gatherer.trend(Scope(Level.GROUP, "4"))
    agents, *trends = on.client.calls
    assert agents.metrics == ("agent_load",)
    assert [(query.skill_ids, query.group_ids, query.interval) for query in trends] == [
        ((), (), 5), (("3",), (), 5), ((), ("4",), 5),
    ]  # fmt: skip


@pytest.mark.parametrize(("skills", "groups", "calls"), [(6, 4, 2), (120, 60, 5)])
async def test_the_strict_service_counts_the_same_calls(
    skills: int, groups: int, calls: int, make_service: Any, service_at: Any, wants: Wants, slept_on: Any, rows: Any
) -> None:
    from pydantic import SecretStr

    from kmm_tui.api.client import KmmClient
    from kmm_tui.api.credentials import Bearer
    from kmm_tui.simulator.signin import DEMO, DEMO_ACCOUNT

    rows.skills, rows.groups = skills, groups
    app = make_service()
    url = await service_at(app)
    async with KmmClient(DEMO_ACCOUNT, Bearer(SecretStr(DEMO.token)), domain_api=url, clock=slept_on) as client:
        on = Floor(client, wants, slept_on)
        await on.gatherer.everything(Level.SKILL)
        await on.gatherer.everything(Level.GROUP)
        before = app.service.counters.targets["metrics"]
        answers = await on.ask(*of(skills, groups))
    assert app.service.counters.targets["metrics"] - before == calls
    assert answers[0].figures.get(ONLINE) == 99
    assert [each.figures.get(ONLINE) for each in answers[1:]] == [*range(1, skills + 1), *range(1, groups + 1)]
    assert list(app.service.counters.refused) == []
