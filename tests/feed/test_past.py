"""A board of a window that is over shows what the API says of it, what was recorded at its end, and nothing of now."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from kmm_tui.api.errors import LimitExceeded
from kmm_tui.api.query import AgentViewQuery, GroupBy, MetricsQuery
from kmm_tui.api.window import DAY, HOUR, MINUTE, Window, floor_minute
from kmm_tui.board.board import Board
from kmm_tui.board.derived import DERIVED, figure_of, known_metrics
from kmm_tui.board.figure import Absent, Figures
from kmm_tui.board.freshness import Age
from kmm_tui.board.look import Look
from kmm_tui.board.own import using
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Roster, Snapshot, Trend
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, TREND, Section, Topic, TopicState
from kmm_tui.feed.agents import EVERY_STATE
from kmm_tui.feed.history import PastMemory
from kmm_tui.feed.past import REACH, Archive
from kmm_tui.metrics import BY_NAME, CATALOGUE, Kind, Method
from kmm_tui.settings.own_metrics import own_metrics
from kmm_tui.settings.own_sources import OwnSource
from kmm_tui.simulator.world import build_world
from tests.feed.past_rig import WANTS, Centre

EVERYTHING = Look(trend=None)
FIGURES = [BY_NAME[name] for name in WANTS.metrics]
OF_AGENTS = [BY_NAME[name] for name in WANTS.agent_metrics if BY_NAME[name].is_number]
CURRENT = frozenset(metric for metric in CATALOGUE if metric.kind is Kind.CURRENT)


class Recorded:
    """A record of these states."""

    def __init__(self, *states: TopicState) -> None:
        self.states = states
        self.asked: list[tuple[int, int]] = []

    async def at(self, at_ms: int, reach_ms: int) -> tuple[TopicState, ...]:
        self.asked.append((at_ms, reach_ms))
        return self.states


@pytest.fixture
async def centre(slept_on: Any) -> AsyncIterator[Centre]:
    slept_on.seconds = 1_800_018_030.5
    found = Centre(build_world(size="small", scene="busy", seed=5, clock=slept_on), slept_on)
    yield found
    await found.close()


def by_topic(states: tuple[TopicState, ...]) -> dict[Topic, Any]:
    return {state.topic: state.content for state in states}


def random_windows(now: int, many: int) -> list[Window]:
    """Anywhere within 14 days, from a minute to a day wide."""
    chance = random.Random(20)
    found = []
    for _ in range(many):
        width = chance.choice((MINUTE, 15 * MINUTE, HOUR, 8 * HOUR, DAY, chance.randrange(1, 1440) * MINUTE))
        end = floor_minute(now) - chance.randrange(3, 14 * 1440 - width // MINUTE) * MINUTE
        found.append(Window(end - width, end))
    return found


async def test_every_figure_of_any_past_window_is_what_a_direct_query_says(centre: Centre, slept_on: Any) -> None:
    feed, direct = centre.feed(), centre.client()
    names = tuple(metric.name for metric in FIGURES if metric.kind is Kind.BY_TIME)
    of_agents = tuple(metric.name for metric in OF_AGENTS if metric.kind is Kind.BY_TIME)
    compared = numbers = 0
    for window in random_windows(slept_on.ms, 20):
        board = by_topic(await feed.past_board(window, EVERYTHING))
        levels: dict[Level, GroupBy] = {Level.SKILL: "skillId", Level.GROUP: "agentGroupId"}
        for level, group_by in levels.items():
            answer = await direct.all_metrics(MetricsQuery(window=window, metrics=names, group_by=group_by))
            rows = {Scope(level, row.key): row.metrics for row in answer.rows}
            rows |= {ACCOUNT: answer.all or {}}
            shown = {t.scope for t in board if t.section is Section.FIGURES and t.scope.level is level and t.scope.key}
            assert shown | {ACCOUNT} == set(rows)
            for scope, said in rows.items():
                snapshot = board[Topic(Section.FIGURES, scope)]
                assert snapshot.window == window
                for name in names:
                    value = snapshot.figures.number(BY_NAME[name])
                    assert value == said[BY_NAME[name].field], (window, scope, name)
                    compared, numbers = compared + 1, numbers + (value is not None)
        found = await direct.all_agents(AgentViewQuery(window=window, metrics=of_agents, states=EVERY_STATE))
        said_of = {record.agent_id: record.metrics for record in found.records}
        for agent in board[AGENTS].agents:
            for name in of_agents:
                assert agent.figures.number(BY_NAME[name]) == said_of[agent.key][BY_NAME[name].field]
        missing = said_of.keys() - {agent.key for agent in board[AGENTS].agents}
        assert not any(value for key in missing for value in said_of[key].values())
    assert numbers > compared / 4 > 100


async def test_a_past_window_costs_calls_once(centre: Centre, slept_on: Any) -> None:
    feed = centre.feed()
    window = Window(slept_on.ms - 5 * HOUR, slept_on.ms - 4 * HOUR)
    first = await feed.past_board(window, EVERYTHING)
    calls = len(centre.transport.bodies)
    assert calls == 3
    assert await feed.past_board(window, EVERYTHING) == first
    assert len(centre.transport.bodies) == calls
    # A metric more costs the calls for that one metric.
    await feed.past_board(window, Look(trend=None, metrics=("concluded_conversations",)))
    more = centre.transport.bodies[calls:]
    assert [body["metricsToRetrieveByTime"] for _, body in more] == [["concluded_conversations"]] * 2


async def test_nothing_current_is_asked_for_or_shown(centre: Centre, slept_on: Any) -> None:
    feed = centre.feed()
    states = await feed.past_board(Window(slept_on.ms - 3 * HOUR, slept_on.ms - 2 * HOUR), EVERYTHING)
    assert not any("metricsToRetrieveCurrentValue" in body for _, body in centre.transport.bodies)
    for state in states:
        assert state.is_past
        assert state.freshness(slept_on.now()).age is Age.PAST
        assert not state.freshness(slept_on.now()).is_live
        if isinstance(state.content, Snapshot):
            for metric in FIGURES:
                if metric.kind is Kind.CURRENT:
                    assert state.content.figures.get(metric) is Absent.NOT_RECORDED
        if isinstance(state.content, Roster):
            assert state.content.agents
            for agent in state.content.agents:
                assert (agent.status, agent.since, agent.reason, agent.reason_since, agent.slots) == (None,) * 5
                assert all(
                    agent.figures.get(metric) is Absent.NOT_RECORDED
                    for metric in OF_AGENTS
                    if metric.kind is Kind.CURRENT
                )
    assert Absent.NOT_RECORDED.value == "n/r"


async def live_states(centre: Centre, settle: Callable[[], Any]) -> tuple[TopicState, ...]:
    """What a live board has now."""
    states: dict[Topic, TopicState] = {}
    feed = centre.feed(publish=lambda state: states.update({state.topic: state}))
    feed.start()
    for _ in range(20):
        await settle()
    await feed.close()
    return tuple(states.values())


async def test_current_values_are_those_that_were_recorded_at_the_end(
    centre: Centre, slept_on: Any, settle: Callable[[], Any]
) -> None:
    then = await live_states(centre, settle)
    at = slept_on.ms
    slept_on.seconds += 2 * 3600
    record = Recorded(*then)
    feed = centre.feed(Archive(PastMemory(), record))
    window = Window(floor_minute(at) - HOUR, floor_minute(at))
    board, was = by_topic(await feed.past_board(window, EVERYTHING)), by_topic(then)
    assert record.asked == [(window.end, REACH)]
    seen = 0
    for topic, content in was.items():
        if isinstance(content, Snapshot):
            for metric in FIGURES:
                if metric.kind is Kind.CURRENT:
                    assert board[topic].figures.get(metric) == content.figures.get(metric)
                    seen += 1
    assert seen > 50
    before = {agent.key: agent for agent in was[AGENTS].agents}
    now = {agent.key: agent for agent in board[AGENTS].agents}
    assert before.keys() <= now.keys()
    for key, agent in before.items():
        assert (now[key].status, now[key].since, now[key].reason) == (agent.status, agent.since, agent.reason)
    # Who was not among those logged in had logged out before the end.
    assert {now[key].status for key in now.keys() - before.keys()} <= {"OFFLINE"}


async def test_what_was_recorded_at_another_moment_is_not_shown(
    centre: Centre, slept_on: Any, settle: Callable[[], Any]
) -> None:
    then = await live_states(centre, settle)
    feed = centre.feed(Archive(PastMemory(), Recorded(*then)))
    board = by_topic(await feed.past_board(Window(slept_on.ms - 2 * HOUR, slept_on.ms - HOUR), EVERYTHING))
    assert board[ACCOUNT_FIGURES].figures.get(BY_NAME["unassigned_conversations"]) is Absent.NOT_RECORDED
    assert {agent.status for agent in board[AGENTS].agents} == {None}


async def test_a_part_that_was_not_recorded_says_so_beside_one_that_was(
    centre: Centre, slept_on: Any, settle: Callable[[], Any]
) -> None:
    then = await live_states(centre, settle)
    account = next(state for state in then if state.topic == ACCOUNT_FIGURES)
    assert isinstance(account.content, Snapshot)
    queue, online = BY_NAME["unassigned_conversations"], BY_NAME["online_agents"]
    figures = account.content.figures
    part = replace(figures, asked=frozenset({queue.field}), values={queue.field: 7})
    record = Recorded(replace(account, content=replace(account.content, figures=part)))
    slept_on.seconds += 3600
    window = Window(slept_on.ms - 2 * HOUR, slept_on.ms - HOUR)
    found = by_topic(await centre.feed(Archive(PastMemory(), record)).past_board(window, EVERYTHING))
    shown = found[ACCOUNT_FIGURES].figures
    assert (shown.get(queue), shown.get(online)) == (7, Absent.NOT_RECORDED)
    # A figure that is made of others is not recorded either.
    assert figure_of(shown, DERIVED["sla_share"].metric) is Absent.NOT_RECORDED


async def test_only_what_is_looked_at_is_asked_for(centre: Centre, slept_on: Any) -> None:
    feed = centre.feed(watch=("skill:*",))
    window = Window(slept_on.ms - 2 * HOUR, slept_on.ms - HOUR)
    states = by_topic(await feed.past_board(window, Look(frozenset(), agents=False, trend=None)))
    assert [method for method, _ in centre.transport.bodies] == ["metrics"]
    assert {topic.scope.level for topic in states} == {Level.ACCOUNT, Level.SKILL}
    assert states[LISTS[Level.SKILL]].count == len(states) - 2


async def test_a_trend_ends_with_the_window_as_far_as_the_api_has_it(centre: Centre, slept_on: Any) -> None:
    feed = centre.feed()
    window = Window(slept_on.ms - 5 * HOUR, slept_on.ms - 4 * HOUR)
    trend = by_topic(await feed.past_board(window, Look(agents=False)))[TREND]
    assert isinstance(trend, Trend)
    assert window.end - 5 * MINUTE < trend.points[-1].end <= window.end
    calls = len(centre.transport.bodies)
    await feed.past_board(window, Look(agents=False))
    assert len(centre.transport.bodies) == calls
    early = Window(slept_on.ms - 5 * DAY, slept_on.ms - 5 * DAY + HOUR)
    states = {state.topic: state for state in await feed.past_board(early, Look(agents=False))}
    assert states[TREND].content is None
    assert "24 hours" in str(states[TREND].trouble)
    # That is how it is, and nothing that makes the board another than one of the past.
    board = Board()
    for state in states.values():
        board.put(state)
    assert board.overall(slept_on.now()).word == "PAST"
    assert states[ACCOUNT_FIGURES].content is not None


async def test_a_window_that_the_api_does_not_keep_is_an_error_and_costs_nothing(centre: Centre, slept_on: Any) -> None:
    feed = centre.feed()
    with pytest.raises(LimitExceeded, match="14 days"):
        await feed.past_board(Window(slept_on.ms - 15 * DAY, slept_on.ms - 15 * DAY + HOUR), Look())
    assert centre.transport.bodies == []


async def test_a_part_that_fails_is_a_trouble_of_its_own(centre: Centre, slept_on: Any) -> None:
    feed = centre.feed()
    window = Window(slept_on.ms - 5 * HOUR, slept_on.ms - 4 * HOUR)
    centre.app.service.faults.switch_on("500:on=agent_view")
    states = {state.topic: state for state in await feed.past_board(window, EVERYTHING)}
    assert states[AGENTS].content is None
    assert states[AGENTS].freshness(slept_on.now()).word == "SERVER"
    assert states[ACCOUNT_FIGURES].content is not None
    centre.app.service.faults.switch_off()
    again = {state.topic: state for state in await feed.past_board(window, EVERYTHING)}
    assert isinstance(again[AGENTS].content, Roster)
    assert again[AGENTS].trouble is None


def test_every_current_metric_can_say_that_it_was_not_recorded() -> None:
    for metric in CURRENT:
        method = Method.METRICS if Method.METRICS in metric.methods else Method.AGENT_VIEW
        figures = Figures(method, frozenset({metric.field}), {metric.field: 1}, unrecorded=frozenset({metric.field}))
        assert figures.get(metric) is Absent.NOT_RECORDED
        assert figures.number(metric) is None


async def test_what_a_source_said_then_is_taken_from_the_record_or_was_not_recorded(
    centre: Centre, slept_on: Any
) -> None:
    plan = OwnSource.model_validate(
        {"name": "plan", "file": "/plan.csv", "by": "skill", "key": "skill", "metrics": [{"name": "planned_agents"}]}
    )
    window = Window(slept_on.ms - 3 * HOUR, slept_on.ms - 2 * HOUR)
    with using(own_metrics([plan], ())):
        planned = known_metrics()["planned_agents"]
        without = by_topic(await centre.feed().past_board(window, EVERYTHING))
        topic = next(each for each in without if each.scope.level is Level.SKILL and each.scope.key)
        assert without[topic].figures.get(planned) is Absent.NOT_RECORDED
        figures = Figures(Method.METRICS, frozenset({planned.field}), {planned.field: 12})
        then = TopicState(topic, 30.0, replace(without[topic], figures=figures))

        class Moment:
            async def at(self, at_ms: int, reach_ms: int) -> tuple[TopicState, ...]:
                return (then,)

        known = by_topic(await centre.feed(Archive(moments=Moment())).past_board(window, EVERYTHING))
        assert known[topic].figures.get(planned) == 12
        assert known[ACCOUNT_FIGURES].figures.get(planned) is Absent.NOT_RECORDED
