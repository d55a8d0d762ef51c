"""The board as data: figures that know why they are absent, rows, names, states of agents, and the worst of it all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.api.answers import AgentRecord, Cost, HistoricalAnswer, Point, Skill
from kmm_tui.api.window import Window
from kmm_tui.board.agents import by_state, count_states, in_state_since
from kmm_tui.board.board import Board
from kmm_tui.board.figure import Absent, Figures
from kmm_tui.board.freshness import Age, Trouble
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Agent, Listing, Roster, Snapshot, agent_of, figures_of, trend_of
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, TREND, Section, Topic, TopicState
from kmm_tui.metrics import BY_NAME, CATALOGUE, Method, Unit

NOW = 1_800_000_000.0
WINDOW, COST = Window(0, 3_600_000), Cost(0, 0.1, 10)
ONLINE, WAIT, CSAT, TRANSFERS = (BY_NAME[n] for n in ("online_agents", "avg_wait_time", "csat", "transfers"))


def figures(method: Method = Method.METRICS, **values: Any) -> Figures:
    return figures_of(method, (ONLINE, WAIT, CSAT), values)


@pytest.mark.parametrize(
    ("values", "online", "wait"),
    [
        ({"onlineAgents": 0, "avgWaitTime": 0}, 0, 0),
        ({"onlineAgents": None, "avgWaitTime": None}, Absent.NOT_ANSWERED, Absent.NOT_APPLICABLE),
        ({}, Absent.NOT_ANSWERED, Absent.NOT_APPLICABLE),
    ],
)
def test_a_figure_is_a_value_or_says_why_there_is_none(values: Any, online: Any, wait: Any) -> None:
    found = figures(**values)
    assert (found.get(ONLINE), found.get(WAIT)) == (online, wait)
    assert found.number(WAIT) == (0 if wait == 0 else None)
    assert found.get(TRANSFERS) is Absent.NOT_OFFERED
    assert found.get(BY_NAME["open_conversations"]) is Absent.NOT_ASKED


@given(st.sampled_from(CATALOGUE), st.sampled_from(Method), st.booleans(), st.none() | st.floats(0, 100))
def test_nothing_is_never_zero(metric: Any, method: Method, asked: bool, value: float | None) -> None:
    found = Figures(method, frozenset({metric.field} if asked else ()), {metric.field: value})
    figure = found.get(metric)
    if method not in metric.methods:
        assert figure is Absent.NOT_OFFERED
    elif not asked:
        assert figure is Absent.NOT_ASKED
    elif value is None:
        assert figure is (Absent.NOT_ANSWERED if metric.unit is Unit.COUNT else Absent.NOT_APPLICABLE)
    else:
        assert figure == value


def test_figures_are_equal_by_what_they_say() -> None:
    assert figures(onlineAgents=1) == figures(onlineAgents=1)
    assert figures(onlineAgents=1) != figures(onlineAgents=2)
    assert figures(onlineAgents=1) != figures(Method.AGENT_VIEW, onlineAgents=1)
    assert figures() != 7


def agent(key: str, status: str | None = "ONLINE", since: int | None = 1000, **more: Any) -> Agent:
    skills = tuple(Skill(k, None) for k in more.get("skills", ()))
    record = AgentRecord(
        agent_id=key, name=more.get("name"), nickname=None, login_name=None, group_id=more.get("group"),
        group_name=None, skills=skills, status=status, status_since=since, reason=more.get("reason"),
        reason_since=more.get("reason_since"), configured_slots=3, metrics={},
    )  # fmt: skip
    return agent_of(record, frozenset())


def roster(*agents: Agent, at: float = NOW) -> Roster:
    return Roster(agents, WINDOW, int(at * 1000), COST)


def snapshot(scope: Scope, at: float = NOW, name: str | None = None, **values: Any) -> Snapshot:
    return Snapshot(scope, name, WINDOW, figures(**values), int(at * 1000), COST)


def state(content: Any, topic: Topic | None = None, **more: Any) -> TopicState:
    return TopicState(topic or Topic(Section.FIGURES, content.scope), 30.0, content, **more)


BILLING, NIGHT = Scope(Level.SKILL, "1"), Scope(Level.GROUP, "2")


def test_before_any_answer_everything_is_awaited() -> None:
    board = Board()
    assert (board.account(), board.roster(), board.trend(), board.account_row(NOW)) == (None, None, None, None)
    assert board.agents_of(ACCOUNT) == []
    assert board.rows(Level.SKILL, NOW) == []
    assert not board.listed(Level.SKILL)
    for found in (board.overall(NOW), board.section(Level.GROUP, NOW), board.freshness(TREND, NOW)):
        assert (found.age, found.seconds) == (Age.AWAITED, None)


def test_rows_have_names_figures_and_ages_of_their_own() -> None:
    board = Board()
    board.put(state(snapshot(BILLING, NOW, "Billing", onlineAgents=3)))
    board.put(state(snapshot(Scope(Level.SKILL, "7"), NOW - 100, onlineAgents=0)))
    board.put(TopicState(Topic(Section.FIGURES, Scope(Level.SKILL, "8")), 30.0, trouble=Trouble("OFFLINE", "x", NOW)))
    board.put(state(snapshot(NIGHT, NOW, "Night")))
    board.put(state(Listing(Level.SKILL, 3, int(NOW * 1000)), LISTS[Level.SKILL]))
    rows = {row.label: row for row in board.rows(Level.SKILL, NOW)}
    assert set(rows) == {"Billing", "skill 7", "skill 8"}
    assert (rows["Billing"].get(ONLINE), rows["Billing"].age) == (3, Age.LIVE)
    assert (rows["skill 7"].get(ONLINE), rows["skill 7"].age) == (0, Age.LATE)
    assert (rows["skill 8"].get(ONLINE), rows["skill 8"].number("online_agents")) == (Absent.NOT_ANSWERED, None)
    assert rows["skill 7"].number("online_agents") == 0
    assert board.listed(Level.SKILL)
    assert board.section(Level.SKILL, NOW).age is Age.LATE
    assert board.section(Level.GROUP, NOW).is_live


def test_a_name_stays_when_an_answer_lacks_it() -> None:
    board = Board()
    board.put(state(snapshot(BILLING, NOW, "Billing")))
    board.put(state(snapshot(BILLING, NOW, None)))
    assert board.label(BILLING) == "Billing"
    assert board.label(ACCOUNT) == "the account"


def test_the_last_good_answer_stays_while_something_is_wrong() -> None:
    board = Board()
    board.put(
        state(snapshot(ACCOUNT, NOW - 200, onlineAgents=4), trouble=Trouble("SERVER", "x", NOW), next_try=NOW + 5)
    )
    row = board.account_row(NOW)
    assert row is not None
    assert (row.get(ONLINE), row.age) == (4, Age.STALE)
    assert board.overall(NOW).word == "SERVER"


def test_a_list_counts_towards_the_whole_only_while_it_fails() -> None:
    board = Board()
    board.put(state(snapshot(ACCOUNT)))
    old = Listing(Level.SKILL, 3, int((NOW - 10_000) * 1000))
    board.put(state(old, LISTS[Level.SKILL]))
    assert board.overall(NOW).is_live
    board.put(state(old, LISTS[Level.SKILL], trouble=Trouble("OFFLINE", "x", NOW)))
    assert board.overall(NOW).word == "OFFLINE"


def test_agents_follow_a_skill_a_group_or_the_account() -> None:
    board = Board()
    people = roster(agent("1", skills="12", group="2"), agent("2", skills="3", group="2"), agent("3", group="-1"))
    board.put(state(people, AGENTS))
    assert [each.key for each in board.agents_of(ACCOUNT)] == ["1", "2", "3"]
    assert [each.key for each in board.agents_of(BILLING)] == ["1"]
    assert [each.key for each in board.agents_of(NIGHT)] == ["1", "2"]
    assert [each.key for each in board.agents_of(Scope(Level.AGENT, "3"))] == ["3"]
    assert board.roster() is people
    assert board.state(ACCOUNT_FIGURES) is None


@given(st.lists(st.sampled_from(["ONLINE", "AWAY", "BACK_SOON", "OFFLINE", "DANCING", None])))
def test_states_add_up_to_the_agents(states: list[str | None]) -> None:
    found = count_states([agent(str(n), each) for n, each in enumerate(states)])
    assert found.total == len(states) == found.online + found.away + found.back_soon + found.other
    assert found.online == states.count("ONLINE")


def test_who_needs_a_look_comes_first() -> None:
    people = [
        agent("a", "ONLINE", 5), agent("b", "AWAY", 9), agent("c", "AWAY", 2), agent("d", "BACK_SOON", 1),
        agent("e", None, None), agent("f", "AWAY", None), agent("g", "DANCING", 1),
    ]  # fmt: skip
    assert "".join(each.key for each in sorted(people, key=by_state)) == "cbfdage"


@pytest.mark.parametrize(
    ("since", "reason", "reason_since", "found"),
    [
        (5, None, 9, 5),
        (5, "Lunch", 9, 9),
        (5, "Lunch", 3, 5),
        (None, "Lunch", 3, 3),
        (None, None, 3, None),
        (5, "L", None, 5),
    ],
)
def test_time_in_state_begins_with_the_state_or_its_reason(
    since: int | None, reason: str | None, reason_since: int | None, found: int | None
) -> None:
    assert in_state_since(agent("1", "AWAY", since, reason=reason, reason_since=reason_since)) == found


def test_a_trend_is_the_answer_and_its_scope() -> None:
    answer = HistoricalAnswer(
        WINDOW, (), 5, (Point(300_000, {"transfers": None}), Point(600_000, {"transfers": 2})), COST
    )
    trend = trend_of(BILLING, answer)
    assert (trend.scope, trend.interval, trend.taken_at) == (BILLING, 5, 0)
    assert [(point.end, point.values["transfers"]) for point in trend.points] == [(300_000, None), (600_000, 2)]
    board = Board()
    board.put(TopicState(TREND, 60.0, trend))
    assert board.trend() is trend
