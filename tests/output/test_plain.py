"""What other programs are handed: a figure is a value or says why there is none, and what is old says so."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.board.freshness import Trouble
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, TREND, Section, Topic, TopicState
from kmm_tui.output.plain import NOTHING, SCHEMA, TOO_OLD, as_line, board_data, gone_data, topic_data
from tests.output.boards import NOW, agent, board_of, roster_state, skill_state, snapshot_state, usual_board

BILLING = Topic(Section.FIGURES, Scope(Level.SKILL, "7"))
VALUES = st.none() | st.integers(0, 10**6) | st.floats(0, 1e6)
P90, P90_FIELD = "queue_wait_time_90th_percentile", "queueWaitTime90thPercentile"


def told(board: Any, topic: Topic = BILLING, now: float = NOW) -> Any:
    return json.loads(as_line(topic_data(board, topic, "123", now) or {}))


@given(st.fixed_dictionaries(dict.fromkeys((P90_FIELD, "csat", "onlineAgents", "agentLoad"), VALUES)))
def test_a_figure_is_a_number_or_a_reason_and_never_null(values: dict[str, Any]) -> None:
    figures = told(usual_board(**values))["figures"]
    for figure in figures.values():
        assert ("value" in figure) is not ("nothing" in figure)
        assert figure.get("value", 0) is not None
        assert figure.get("nothing", TOO_OLD) in {*NOTHING.values(), TOO_OLD}
    for name, field in (
        (P90, P90_FIELD),
        ("csat", "csat"),
        ("online_agents", "onlineAgents"),
        ("agent_load", "agentLoad"),
    ):
        assert figures[name].get("value") == values[field]


def test_the_kinds_of_nothing_are_kept_apart() -> None:
    found = told(usual_board(csat=None, onlineAgents=None, overdueConversationsTotal=0))["figures"]
    assert found["csat"] == {
        "nothing": "not_applicable",
        "unit": "share",
        "severity": "calm",
        "limits": {"warn": 0.85, "critical": 0.75},
    }
    assert found["online_agents"] == {"nothing": "not_answered", "unit": "count"}
    assert found["human_agent_load"] == {"nothing": "not_offered", "unit": "ratio"}
    assert found["overdue_conversations_total"] == {"value": 0, "unit": "count"}
    assert found["sla_share"] == {"value": 1, "unit": "share"}
    assert "transfers" not in found


def test_a_scope_says_how_bad_it_is_and_why() -> None:
    found = told(usual_board(**{P90_FIELD: 252_000}))
    assert (found["schema"], found["kind"], found["account"], found["at"]) == (SCHEMA, "figures", "123", NOW * 1000)
    assert found["scope"] == {"level": "skill", "id": "7", "name": "Billing"}
    assert (found["severity"], found["worst"]) == ("critical", P90)
    assert found["figures"][P90] == {
        "value": 252_000, "unit": "ms", "severity": "critical",
        "limits": {"warn": 60_000, "critical": 180_000}, "since": (NOW - 1) * 1000,
    }  # fmt: skip
    assert found["freshness"] == {"word": "LIVE", "age": 1000, "live": True}
    assert (found["trouble"], found["next_try"]) == (None, (NOW + 20) * 1000)
    assert found["window"]["to"] - found["window"]["from"] == 3_600_000


@pytest.mark.parametrize(
    ("age", "word"), [(59.0, "LIVE"), (61.0, "LATE"), (151.0, "STALE"), (599.0, "STALE"), (601.0, "GONE")]
)
def test_what_is_old_says_so_and_is_withheld_in_the_end(age: float, word: str) -> None:
    board = board_of(skill_state("7", "Billing", age=age, trouble=Trouble("OFFLINE", "no network", NOW - 5)))
    found = told(board)
    assert found["freshness"] == {"word": word, "age": age * 1000, "live": False}
    assert found["trouble"] == {"word": "OFFLINE", "message": "no network", "since": (NOW - 5) * 1000}
    if word == "GONE":
        assert found["severity"] == "unknown"
        assert {figure["nothing"] for figure in found["figures"].values()} == {TOO_OLD}
    else:
        assert found["figures"]["online_agents"] == {"value": 7, "unit": "count"}


def test_what_was_never_answered_has_its_trouble_and_no_figures() -> None:
    trouble = Trouble("AUTH", "refused", NOW)
    found = told(board_of(TopicState(ACCOUNT_FIGURES, 30.0, None, trouble, NOW + 600)), ACCOUNT_FIGURES)
    assert (found["taken_at"], found["window"], found["figures"]) == (None, None, {})
    assert (found["severity"], found["freshness"]["word"]) == ("unknown", "AWAITED")
    assert found["trouble"]["word"] == "AUTH"
    assert found["scope"] == {"level": "account", "id": None, "name": None}


def test_agents_come_with_their_states_and_how_bad_they_are() -> None:
    board = board_of(roster_state(agent("1", "Ana"), agent("2", "Li", "BACK_SOON", csat=0.5)))
    found = told(board, AGENTS)
    ana, li = found["agents"]
    assert (ana["severity"], li["severity"], li["away_with_work"]) == ("calm", "critical", True)
    assert (ana["status"], ana["since"], li["limit"]) == ("ONLINE", (NOW - 600) * 1000, 300_000)
    assert ana["skills"] == [{"id": "7", "name": "Billing"}]
    assert ana["figures"]["assigned_conversations"] == {"value": 2, "unit": "count"}
    assert told(board, AGENTS, NOW + 3600)["agents"] is None


def test_lists_are_told_of_and_trends_are_not() -> None:
    board = usual_board()
    assert told(board, LISTS[Level.SKILL])["count"] == 1
    assert topic_data(board, TREND, "123", NOW) is None
    assert gone_data(TREND, "123", NOW) is None
    gone = gone_data(BILLING, "123", NOW) or {}
    assert (gone["kind"], gone["scope"]["id"]) == ("gone", "7")


def test_the_whole_board_has_the_worst_of_each_level_first() -> None:
    board = board_of(
        snapshot_state(ACCOUNT),
        skill_state("1", "Accounts"),
        skill_state("7", "Billing", **{P90_FIELD: 252_000}),
        roster_state(agent("1", "Ana")),
    )
    parts = board_data(board, "123", NOW, agents=True)
    assert [part["kind"] for part in parts] == ["list", "list", "figures", "figures", "figures", "agents"]
    assert [part["scope"]["name"] for part in parts[2:5]] == [None, "Billing", "Accounts"]
    assert len(board_data(board, "123", NOW)) == 5


@given(st.text(max_size=30))
def test_a_line_is_one_line_of_utf8_whatever_is_in_it(name: str) -> None:
    line = as_line({"name": name})
    assert line.count(b"\n") == 1
    assert json.loads(line)["name"] == name
