"""Everybody in as few calls as it takes, those who have logged out included, and one agent in one call."""

from __future__ import annotations

from typing import Any

from kmm_tui.api.answers import AgentRecord, AgentViewAnswer, Cost
from kmm_tui.api.client import KmmClient
from kmm_tui.api.credentials import Bearer
from kmm_tui.api.errors import RequestRefused, TooManyAgents
from kmm_tui.api.query import LOGGED_IN, AgentViewQuery, resolve_metrics
from kmm_tui.api.window import Window
from kmm_tui.board.figure import Absent
from kmm_tui.feed.agents import EVERYTHING, Agents
from kmm_tui.feed.asker import Asker
from kmm_tui.feed.clock import SystemClock
from kmm_tui.feed.memory import Memory
from kmm_tui.feed.offered import Offered
from kmm_tui.metrics import BY_NAME, CATALOGUE, Method

WINDOW = Window(1_800_000_000_000 - 3_600_000, 1_800_000_000_000)
REACH = 1000


class Floor:
    """So many agents, each of one of 12 groups; every second one has logged out. `refuses` is unknown here."""

    def __init__(self, agents: int, refuses: str = "") -> None:
        self.agents, self.refuses = agents, refuses
        self.asked: list[AgentViewQuery] = []

    async def all_agents(self, query: AgentViewQuery) -> AgentViewAnswer:
        self.asked.append(query)
        if self.refuses in (query.metrics or ()):
            raise RequestRefused("no", "", status=400, said=f"unknown metric {self.refuses}")
        asked = resolve_metrics(query.metrics, Method.AGENT_VIEW)
        figures = {metric.field: 1 for metric in asked if metric.is_number}
        found = [
            AgentRecord(
                str(n), None, None, None, str(n % 12), None, (), "OFFLINE" if n % 24 >= 12 else "ONLINE", None, None,
                None, 3, figures,
            )
            for n in range(self.agents)
            if (n % 24 < 12 or "OFFLINE" in query.states)
            and (not query.group_ids or str(n % 12) in query.group_ids)
            and (not query.agent_ids or str(n) in query.agent_ids)
        ]  # fmt: skip
        answer = AgentViewAnswer(query.window, asked, len(found), tuple(found[:REACH]), Cost(1, 0.1, 10))
        if len(found) > REACH:
            raise TooManyAgents("too many", "in parts", answer=answer)
        return answer


def agents_of(client: Any) -> Agents:
    return Agents(Asker(client, Offered(SystemClock(), Memory(None, ""))))


async def test_those_who_have_logged_out_are_planned_for_from_the_second_time_on() -> None:
    floor = Floor(1800)
    asks = agents_of(floor)
    logged_in = {str(group): 75.0 for group in range(12)}
    calls = []
    for offline in (False, True, True, True, False, False):
        floor.asked.clear()
        roster = await asks.roster(WINDOW, ("agent_load",), logged_in, (), offline=offline)
        assert len({agent.key for agent in roster.agents}) == len(roster.agents) == (1800 if offline else 900)
        assert roster.is_whole
        assert all(set(query.states) == ({*LOGGED_IN, "OFFLINE"} if offline else set()) for query in floor.asked)
        calls.append(len(floor.asked))
    assert calls == [1, 3, 2, 2, 1, 1]


async def test_a_metric_that_the_account_refuses_does_not_take_the_others_from_an_agent() -> None:
    floor = Floor(24, refuses="nps")
    asks = agents_of(floor)
    for calls in (3, 1):
        floor.asked.clear()
        detail = await asks.detail("13", WINDOW)
        assert len(floor.asked) == calls
        assert detail.agent is not None
        assert detail.agent.status == "OFFLINE"
        for metric in CATALOGUE:
            if Method.AGENT_VIEW in metric.methods and metric.is_number:
                assert detail.agent.figures.get(metric) == (Absent.NOT_OFFERED if metric.name == "nps" else 1)


async def test_an_answer_about_others_is_not_taken_for_the_one_asked_for() -> None:
    class Deaf(Floor):
        async def all_agents(self, query: AgentViewQuery) -> AgentViewAnswer:
            return await super().all_agents(AgentViewQuery(window=query.window, metrics=query.metrics))

    asks = agents_of(Deaf(24))
    found = await asks.detail("5", WINDOW)
    assert found.agent is not None
    assert found.agent.key == "5"
    assert (await asks.detail("13", WINDOW)).agent is None


async def test_the_strict_service_answers_everything_about_one_agent(
    rows: Any, make_service: Any, service_at: Any, turned: Any
) -> None:
    from pydantic import SecretStr

    from kmm_tui.simulator.signin import DEMO, DEMO_ACCOUNT

    app = make_service()
    async with KmmClient(
        DEMO_ACCOUNT, Bearer(SecretStr(DEMO.token)), domain_api=await service_at(app), clock=turned
    ) as client:
        asks = agents_of(client)
        window = Window.last(3_600_000, turned.ms)
        somebody = (await asks.roster(window, ("agent_load",), {}, ())).agents[0]
        before = app.service.counters.targets["agent_view"]
        detail = await asks.detail(somebody.key, window)
    assert app.service.counters.targets["agent_view"] - before == 1
    assert list(app.service.counters.refused) == []
    assert detail.agent is not None
    assert detail.agent.name == somebody.name
    assert detail.agent.figures.asked == {BY_NAME[name].field for name in EVERYTHING}
