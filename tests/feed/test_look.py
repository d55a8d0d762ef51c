"""What a person looks at is asked for, at once where it is new; what nobody looks at costs no call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.api.query import LOGGED_IN
from kmm_tui.api.window import HOUR, MINUTE
from kmm_tui.board.freshness import Age
from kmm_tui.board.look import Look
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import AgentDetail, Roster, Snapshot, Trend
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, TREND, Section, Topic
from kmm_tui.feed.extra import extra_of
from kmm_tui.feed.feed import MOST_TRENDS
from kmm_tui.metrics import BY_NAME, CATALOGUE, Method, offered
from tests.feed.fed import Fed

Start = Callable[..., Fed]
TREND_EVERY = 300.0


def trend_of(level: Level, key: str) -> Topic:
    return Topic(Section.TREND, Scope(level, key))


def detail_of(key: str) -> Topic:
    return Topic(Section.AGENT, Scope(Level.AGENT, key))


def detail(fed: Fed, key: str) -> AgentDetail:
    state = fed.board.state(detail_of(key))
    assert state is not None
    assert isinstance(state.content, AgentDetail)
    return state.content


def roster(fed: Fed) -> dict[str, str | None]:
    found = fed.board.roster()
    return {agent.key: agent.status for agent in found.agents} if found else {}


def lived(fed: Fed) -> set[Topic]:
    """What the board still holds."""
    return {state.topic for state in fed.states if fed.board.state(state.topic)}


# -- the trend


@pytest.mark.parametrize(
    ("scope", "ids"),
    [
        (Scope(Level.SKILL, "2"), (("2",), (), ())),
        (Scope(Level.GROUP, "1"), ((), ("1",), ())),
        (Scope(Level.AGENT, "7"), ((), (), ("7",))),
    ],
)
async def test_the_trend_of_what_is_looked_at_is_there_at_once(
    scope: Scope, ids: tuple[tuple[str, ...], ...], start: Start
) -> None:
    fed = start()
    await fed.pass_(5)
    fed.feed.show(Look(trend=scope))
    await fed.pass_(1)
    query = fed.account.queries[-1]
    assert (query.skill_ids, query.group_ids, query.agent_ids) == ids
    state = fed.board.state(Topic(Section.TREND, scope))
    assert state is not None
    assert isinstance(state.content, Trend)
    assert state.content.scope == scope
    assert fed.board.freshness(Topic(Section.TREND, scope), fed.clock.now()).is_live


@pytest.mark.parametrize(("hours", "minutes"), [(1, 1), (24, 15)])
async def test_a_trend_reaches_as_far_back_as_is_wished_and_as_the_api_keeps_it(
    hours: int, minutes: int, start: Start
) -> None:
    fed = start()
    await fed.pass_(5)
    fed.account.queries.clear()
    fed.feed.trend_over(hours * HOUR, minutes)
    await fed.pass_(1)
    query = next(query for query in fed.account.queries if hasattr(query, "interval"))
    assert query.interval == minutes
    assert query.window.end % (minutes * MINUTE) == 0
    assert hours * HOUR - 2 * minutes * MINUTE <= query.window.width <= hours * HOUR
    assert query.window.start >= int(fed.clock.now() * 1000) - 24 * HOUR
    await fed.pass_(minutes * 60)
    assert len([query for query in fed.account.queries if hasattr(query, "interval")]) == 2


async def test_only_the_trend_that_is_looked_at_is_asked_for_again(start: Start) -> None:
    fed = start()
    for key in "123":
        fed.feed.show(Look(trend=Scope(Level.SKILL, key)))
        await fed.pass_(1)
    fed.account.queries.clear()
    await fed.pass_(TREND_EVERY)
    trends = [query for query in fed.account.queries if hasattr(query, "interval")]
    assert [query.skill_ids for query in trends] == [("3",)]
    paused = [topic for topic in lived(fed) if (state := fed.board.state(topic)) and state.is_paused]
    assert set(paused) == {TREND, trend_of(Level.SKILL, "1"), trend_of(Level.SKILL, "2")}


@pytest.mark.parametrize(("away", "calls"), [(10.0, 0), (TREND_EVERY, 1), (4 * TREND_EVERY, 1)])
async def test_a_trend_that_is_looked_at_again_is_asked_for_at_once_if_it_is_old(
    away: float, calls: int, start: Start
) -> None:
    fed = start()
    look = Look(trend=Scope(Level.SKILL, "1"))
    fed.feed.show(look)
    await fed.pass_(1)
    fed.feed.show(Look(trend=None))
    await fed.pass_(away)
    fed.account.others.clear()
    fed.feed.show(look)
    await fed.pass_(1)
    assert fed.account.others.count("trend") == calls
    assert fed.board.freshness(trend_of(Level.SKILL, "1"), fed.clock.now()).age is Age.LIVE


async def test_of_many_trends_the_least_recently_looked_at_goes_and_never_the_accounts(start: Start) -> None:
    fed = start()
    looked = [Scope(Level.AGENT, str(n)) for n in range(MOST_TRENDS - 1)]
    for scope in (*looked, looked[0], Scope(Level.AGENT, "late"), Scope(Level.AGENT, "later")):
        fed.feed.show(Look(trend=scope))
        await fed.pass_(1)
    assert fed.withdrawn() == [Topic(Section.TREND, scope) for scope in looked[1:3]]
    trends = {topic for topic in lived(fed) if topic.section is Section.TREND}
    assert len(trends) == MOST_TRENDS
    assert TREND in trends
    ended = {task.get_name() for task in fed.tasks if task.done()}
    assert ended == {"trend of agent 1", "trend of agent 2"}
    # Looked at again, it begins again.
    fed.feed.show(Look(trend=looked[1]))
    await fed.pass_(1)
    assert fed.board.freshness(Topic(Section.TREND, looked[1]), fed.clock.now()).is_live


# -- an agent


async def test_everything_about_an_agent_is_asked_with_one_call_and_kept_up(start: Start) -> None:
    fed = start()
    fed.account.staff = {"1": "ONLINE", "2": "AWAY"}
    await fed.pass_(5)
    before = fed.feed.refresh_calls
    fed.feed.show(Look(agent="2"))
    await fed.pass_(1)
    (query,) = (each for each in fed.account.queries if each.window and getattr(each, "states", ()))
    assert (query.agent_ids, set(query.states)) == (("2",), {*LOGGED_IN, "OFFLINE"})
    assert set(query.metrics) == {metric.name for metric in CATALOGUE if Method.AGENT_VIEW in metric.methods}
    found = detail(fed, "2")
    assert found.agent is not None
    assert (found.key, found.agent.key, found.agent.status) == ("2", "2", "AWAY")
    assert found.agent.figures.get(BY_NAME["nps"]) == 1
    assert [each.state for each in found.states] == ["ONLINE"]
    assert [each.reason for each in found.reasons] == [None, "Lunch"]
    assert fed.feed.refresh_calls == before + 1
    await fed.pass_(60)
    assert fed.account.others.count("agent") == 3
    assert fed.board.freshness(detail_of("2"), fed.clock.now()).is_live
    assert set(roster(fed)) == {"1", "2"}


async def test_an_agent_who_has_logged_out_is_found_and_one_who_is_gone_is_not_made_up(start: Start) -> None:
    fed = start()
    fed.account.staff = {"2": "OFFLINE"}
    fed.feed.show(Look(agent="2"))
    await fed.pass_(1)
    assert (found := detail(fed, "2").agent) is not None
    assert found.status == "OFFLINE"
    fed.account.staff = {}
    await fed.pass_(31)
    gone = detail(fed, "2")
    assert (gone.agent, gone.states, gone.reasons) == (None, (), ())


async def test_an_agent_whom_nobody_looks_at_any_more_is_not_asked_for(start: Start) -> None:
    fed = start()
    fed.account.staff = {"1": "ONLINE", "2": "AWAY"}
    fed.feed.show(Look(agent="1"))
    await fed.pass_(1)
    fed.feed.show(Look(agent="2"))
    await fed.pass_(1)
    assert (fed.board.state(detail_of("1")), detail(fed, "2").key) == (None, "2")
    await fed.pass_(31)
    calls = fed.feed.refresh_calls
    fed.feed.show(Look())
    fed.account.others.clear()
    await fed.pass_(120)
    assert fed.board.state(detail_of("2")) is None
    assert "agent" not in fed.account.others
    assert fed.feed.refresh_calls == calls - 1
    assert fed.withdrawn() == [detail_of("1"), detail_of("2")]


async def test_an_answer_about_an_agent_that_comes_too_late_is_not_shown(start: Start) -> None:
    fed = start()
    fed.account.staff = {"1": "ONLINE"}
    await fed.pass_(1)
    fed.account.gate = asyncio.Event()
    fed.feed.show(Look(agent="1"))
    await fed.pass_(1)
    fed.feed.show(Look())
    fed.account.gate.set()
    await fed.pass_(1)
    assert fed.board.state(detail_of("1")) is None


async def test_who_is_looked_at_and_left_before_the_first_turn_costs_no_call(start: Start) -> None:
    fed = start()
    await fed.pass_(1)
    for key in ("1", "2", "3"):
        fed.feed.show(Look(agent=key))
    fed.feed.show(Look())
    await fed.pass_(1)
    assert "agent" not in fed.account.others


# -- agents who have logged out


async def test_agents_who_have_logged_out_are_listed_as_long_as_they_are_wanted(start: Start) -> None:
    fed = start()
    fed.account.staff = {"1": "ONLINE", "2": "OFFLINE"}
    await fed.pass_(5)
    assert roster(fed) == {"1": "ONLINE"}
    for offline, there in ((True, {"1": "ONLINE", "2": "OFFLINE"}), (False, {"1": "ONLINE"})):
        fed.feed.show(Look(offline=offline))
        await fed.pass_(1)
        assert roster(fed) == there
    assert fed.account.others.count("agents") == 3


async def test_that_only_agents_who_have_logged_out_are_left_is_believed_at_once(start: Start) -> None:
    fed = start()
    fed.account.staff = {str(n): "OFFLINE" for n in range(10)}
    fed.feed.show(Look(offline=True))
    await fed.pass_(1)
    assert len(roster(fed)) == 10
    fed.feed.show(Look())
    await fed.pass_(1)
    assert roster(fed) == {}
    assert fed.board.freshness(AGENTS, fed.clock.now()).is_live


# -- metrics besides the usual ones


async def test_a_metric_that_is_newly_wanted_is_there_at_once_and_no_longer_asked_for_when_not(start: Start) -> None:
    fed = start()
    await fed.pass_(5)
    figures, agents = len(fed.account.asked), fed.account.others.count("agents")
    fed.feed.show(Look(metrics=("csat", "open_conversations"), agent_metrics=("nps",)))
    await fed.pass_(1)
    for query in (query for _, query in fed.account.asked[figures:]):
        assert set(query.metrics or ()) == {"online_agents", "closed_conversations", "csat", "open_conversations"}
    assert len(fed.account.asked) == figures + 2
    assert fed.account.others.count("agents") == agents + 1
    assert set(fed.account.queries[-1].metrics) == {"agent_load", "nps"}
    for row in (*fed.board.rows(Level.SKILL, fed.clock.now()), *fed.board.rows(Level.GROUP, fed.clock.now())):
        assert row.number("csat") == 1
    # One that is wanted no more is no reason to ask.
    fed.feed.show(Look(metrics=("csat",)))
    await fed.pass_(1)
    assert len(fed.account.asked) == figures + 2
    await fed.pass_(30)
    assert {query.metrics for _, query in fed.account.asked[-2:]} == {("online_agents", "closed_conversations", "csat")}
    assert fed.account.queries[-1].metrics == ("agent_load",)


async def test_what_is_wanted_of_skills_is_no_reason_to_ask_for_agents_nor_the_other_way_round(start: Start) -> None:
    fed = start()
    await fed.pass_(5)
    figures, agents = len(fed.account.asked), fed.account.others.count("agents")
    fed.feed.show(Look(metrics=("csat",)))
    await fed.pass_(1)
    assert fed.account.others.count("agents") == agents
    fed.feed.show(Look(metrics=("csat",), agent_metrics=("nps",)))
    await fed.pass_(1)
    assert (len(fed.account.asked) - figures, fed.account.others.count("agents") - agents) == (2, 1)


async def test_what_is_not_shown_is_asked_for_the_new_metric_when_it_is_shown(start: Start) -> None:
    fed = start()
    hidden = Look(levels=frozenset({Level.SKILL}), agents=False)
    fed.feed.show(hidden)
    await fed.pass_(5)
    figures = len(fed.account.asked)
    wanted = Look(levels=frozenset({Level.SKILL}), agents=False, metrics=("csat",), agent_metrics=("nps",))
    fed.feed.show(wanted)
    await fed.pass_(1)
    assert [query.group_by for _, query in fed.account.asked[figures:]] == ["skillId"]
    assert "agents" not in fed.account.others[1:]
    fed.feed.show(Look(metrics=("csat",), agent_metrics=("nps",)))
    await fed.pass_(1)
    assert [query.group_by for _, query in fed.account.asked[figures + 1 :]] == ["agentGroupId"]
    assert all(row.number("csat") == 1 for row in fed.board.rows(Level.GROUP, fed.clock.now()))
    assert "nps" in fed.account.queries[-1].metrics


async def test_the_times_in_each_state_are_asked_of_everybody_only_where_they_are_wanted(start: Start) -> None:
    fed = start()
    fed.account.staff = {"1": "ONLINE"}
    fed.feed.show(Look(agent="1"))
    await fed.pass_(61)
    sweeps = [query for query in fed.account.queries if getattr(query, "states", None) == ()]
    assert len(sweeps) >= 3
    assert all("agent_status_duration" not in query.metrics for query in sweeps)
    fed.feed.show(Look(agent_metrics=("agent_status_duration",)))
    await fed.pass_(1)
    assert "agent_status_duration" in fed.account.queries[-1].metrics


NAMES = st.lists(st.sampled_from([*BY_NAME, "online_rate", ""]), max_size=12).map(tuple)


@given(names=NAMES, agents=NAMES, usual=NAMES)
def test_whatever_is_looked_at_only_what_a_method_offers_is_asked_and_nothing_twice(
    names: tuple[str, ...], agents: tuple[str, ...], usual: tuple[str, ...]
) -> None:
    extra = extra_of(Look(metrics=names, agent_metrics=agents), usual, usual)
    for found, wanted, method in (
        (extra.metrics, names, Method.METRICS),
        (extra.agent_metrics, agents, Method.AGENT_VIEW),
    ):
        offers = {metric.name for metric in offered(method)}
        canonical = {BY_NAME[name].name for name in wanted if name in BY_NAME}
        assert len(found) == len(set(found))
        assert set(found) == (canonical & offers) - {BY_NAME[name].name for name in usual if name in BY_NAME}
    assert extra_of(Look(metrics=names[::-1], agent_metrics=agents[::-1]), usual, usual) == extra


# -- whatever is looked at


async def test_a_look_before_the_feed_has_begun_is_what_it_begins_with(start: Start) -> None:
    fed = start(begin=False)
    fed.feed.show(Look(levels=frozenset(), agents=False, trend=None, agent="1"))
    fed.feed.start()
    await fed.pass_(1)
    assert fed.account.others == ["agent"]


async def test_with_everything_live_nothing_happens_until_the_next_beat(start: Start) -> None:
    fed = start()
    fed.account.staff = {"1": "ONLINE"}
    fed.feed.show(Look(agent="1", trend=Scope(Level.AGENT, "1"), offline=True, metrics=("csat",)))
    await fed.pass_(31)
    calls, states = len(fed.account.asked) + len(fed.account.others), len(fed.states)
    due = sorted(at for at, _, sleeper in fed.clock._sleepers if not sleeper.done())
    assert due[0] == 1_800_000_060.0
    await fed.pass_(28)
    assert (len(fed.account.asked) + len(fed.account.others), len(fed.states)) == (calls, states)


async def test_the_accounts_figures_are_asked_for_whatever_is_looked_at(start: Start) -> None:
    fed = start()
    fed.feed.show(Look(levels=frozenset(), agents=False, trend=None))
    await fed.pass_(100)
    state = fed.board.state(ACCOUNT_FIGURES)
    assert state is not None
    assert isinstance(state.content, Snapshot)
    assert state.content.scope == ACCOUNT
    assert fed.board.freshness(ACCOUNT_FIGURES, fed.clock.now()).is_live
    assert fed.feed.refresh_calls == 1


async def test_an_agent_of_whom_nothing_has_changed_is_the_same_object(start: Start) -> None:
    fed = start()
    fed.account.staff = {"1": "ONLINE", "2": "AWAY"}
    await fed.pass_(1)
    first = fed.board.roster()
    fed.account.staff = {"2": "AWAY", "1": "AWAY", "3": "ONLINE"}
    await fed.pass_(30)
    second = fed.board.roster()
    assert isinstance(first, Roster)
    assert isinstance(second, Roster)
    assert first.taken_at < second.taken_at
    one, two = first.agents
    assert [agent.key for agent in second.agents] == ["2", "1", "3"]
    assert second.agents[0] is two
    assert (second.agents[1].status, one.status) == ("AWAY", "ONLINE")
