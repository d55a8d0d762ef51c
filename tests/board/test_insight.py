"""What only this board tells: who is away with work, time in state against its limit, and what moves a figure."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.board.figure import Absent, Figures
from kmm_tui.board.insight import (
    away_with_work,
    has_work,
    over_limit,
    reason_counts,
    severity_of_time,
    state_limit,
    time_in_state_ms,
    what_moves,
)
from kmm_tui.board.limits import StateLimits
from kmm_tui.board.severity import Severity
from kmm_tui.board.snapshot import Agent
from kmm_tui.metrics import BY_NAME, Method

NOW = 1_800_000_000_000
MINUTE = 60_000
LIMITS = StateLimits((("Lunch", 30 * MINUTE), ("Break", 15 * MINUTE)), away=20 * MINUTE, back_soon=10 * MINUTE)
STATES = st.sampled_from(["ONLINE", "AWAY", "BACK_SOON", "OFFLINE", "TRAINING", None])


def agent(
    key: str, status: str | None, minutes: float | None = 0, assigned: int | None = 0, reason: str | None = None
) -> Agent:
    field = "assignedConversations"
    since = None if minutes is None else NOW - round(minutes * MINUTE)
    figures = Figures(Method.AGENT_VIEW, frozenset({field}), {field: assigned})
    return Agent(key, f"Agent {key}", None, None, (), status, since, reason, since if reason else None, None, figures)


AGENTS = st.lists(
    st.builds(
        agent,
        st.uuids().map(str),
        STATES,
        st.none() | st.integers(0, 90),
        st.none() | st.integers(0, 5),
        st.sampled_from([None, "Lunch", "Break", "Dentist"]),
    ),
    max_size=12,
)


def figures(**values: Any) -> Figures:
    fields = {BY_NAME[name].field: value for name, value in values.items()}
    return Figures(Method.METRICS, frozenset(fields), fields)


def test_who_is_away_with_work_longest_first_and_how_many_consumers_that_is() -> None:
    floor = [
        agent("short", "AWAY", 4, 2),
        agent("online", "ONLINE", 90, 4),
        agent("long", "BACK_SOON", 31, 3),
        agent("idle", "AWAY", 60, 0),
        agent("unsure", "AWAY", 60, None),
        agent("undated", "AWAY", None, 1),
        agent("gone", "OFFLINE", 5, 2),
    ]
    found = away_with_work(floor)
    assert [each.key for each in found.agents] == ["long", "short", "undated"]
    assert (found.consumers, found.unknown) == (6, 1)
    assert [each.key for each in floor if has_work(each)] == ["short", "online", "long", "undated", "gone"]


def test_nobody_away_with_work_is_zero_and_nothing_known_is_not() -> None:
    assert away_with_work([]).consumers == 0
    assert away_with_work([agent("a", "AWAY", 1, 0)]).consumers == 0
    unknown = away_with_work([agent("a", "AWAY", 1, None), agent("b", "ONLINE", 1, 3)])
    assert (unknown.agents, unknown.consumers, unknown.unknown) == ((), None, 1)


@given(AGENTS)
def test_every_absent_agent_is_with_work_or_idle_or_unknown(floor: list[Agent]) -> None:
    found = away_with_work(floor)
    absent = [each for each in floor if each.status in ("AWAY", "BACK_SOON")]
    assigned = [each.figures.get(BY_NAME["assigned_conversations"]) for each in absent]
    assert len(found.agents) == sum(1 for each in assigned if not isinstance(each, Absent) and each > 0)
    assert found.unknown == sum(1 for each in assigned if isinstance(each, Absent))
    times = [time_in_state_ms(each, NOW) for each in found.agents]
    known = [time for time in times if time is not None]
    assert known == sorted(known, reverse=True)
    assert times[len(known) :] == [None] * (len(times) - len(known))


def test_time_in_a_state_is_never_negative_and_counts_from_the_reason_if_that_came_later() -> None:
    assert time_in_state_ms(agent("a", "AWAY", 5), NOW) == 5 * MINUTE
    assert time_in_state_ms(agent("a", "AWAY", -5), NOW) == 0
    assert time_in_state_ms(agent("a", "AWAY", None), NOW) is None


@pytest.mark.parametrize(
    ("spent", "limit", "severity"),
    [
        (26 * MINUTE, 30 * MINUTE, Severity.CALM),
        (27 * MINUTE, 30 * MINUTE, Severity.WARN),
        (30 * MINUTE, 30 * MINUTE, Severity.WARN),
        (30 * MINUTE + 1, 30 * MINUTE, Severity.CRITICAL),
        (30 * MINUTE, None, Severity.CALM),
        (None, None, Severity.CALM),
        (None, 30 * MINUTE, Severity.UNKNOWN),
    ],
)
def test_how_bad_a_time_in_a_state_is(spent: int | None, limit: int | None, severity: Severity) -> None:
    assert severity_of_time(spent, limit) is severity


def test_who_is_over_the_limit_furthest_first() -> None:
    floor = [
        agent("lunch", "AWAY", 31, reason="lunch"),
        agent("within", "AWAY", 29, reason="Lunch"),
        agent("break", "AWAY", 25, reason="Break"),
        agent("soon", "BACK_SOON", 14),
        agent("online", "ONLINE", 500),
        agent("undated", "AWAY", None),
        agent("exactly", "AWAY", 20),
    ]
    assert [each.key for each in over_limit(floor, LIMITS, NOW)] == ["break", "soon", "lunch"]
    minutes = [(limit or 0) / MINUTE for each in floor if (limit := state_limit(each, LIMITS)) or True]
    assert minutes == [30, 30, 15, 10, 0, 20, 20]


@given(AGENTS)
def test_over_the_limit_is_what_is_critical(floor: list[Agent]) -> None:
    over = {each.key for each in over_limit(floor, LIMITS, NOW)}
    for each in floor:
        severity = severity_of_time(time_in_state_ms(each, NOW), state_limit(each, LIMITS))
        assert (severity is Severity.CRITICAL) is (each.key in over)


def test_states_are_counted_with_the_reasons_for_being_away() -> None:
    states = ["AWAY", "ONLINE", "AWAY", "BACK_SOON", "AWAY", "ONLINE", "AWAY", "OFFLINE", "TRAINING", None]
    reasons = ["Break", "Lunch", "Lunch", "Lunch", "Lunch", None, None, "Break", None, None]
    floor = [agent(str(at), each, reason=reasons[at]) for at, each in enumerate(states)]
    assert reason_counts(floor) == [
        ("ONLINE", None, 2),
        ("AWAY", "Lunch", 2),
        ("AWAY", "Break", 1),
        ("AWAY", None, 1),
        ("BACK_SOON", None, 1),
        ("OFFLINE", None, 1),
        ("TRAINING", None, 1),
        (None, None, 1),
    ]
    assert reason_counts([]) == []


@given(AGENTS, st.randoms())
def test_every_agent_is_counted_once_in_whatever_order(floor: list[Agent], chance: Any) -> None:
    chips = reason_counts(floor)
    assert sum(chip.agents for chip in chips) == len(floor)
    assert len({(chip.status, chip.reason) for chip in chips}) == len(chips)
    mixed = list(floor)
    chance.shuffle(mixed)
    assert reason_counts(mixed) == chips


def test_what_moves_a_figure_is_told_in_short() -> None:
    known = figures(
        unassigned_conversations=14,
        overdue_conversations_in_queue=4,
        available_slots=0,
        online_agents=7,
        away_agents=3,
        back_soon_agents=1,
        agent_load=1.04,
        closed_conversations=88,
    )
    floor = [agent("a", "AWAY", 30, 3), agent("b", "AWAY", 4, 2), agent("c", "ONLINE", 4, 4)]
    assert what_moves(known, floor) == (
        "14 waiting",
        "4 overdue in queue",
        "0 free slots",
        "3 of 11 agents away",
        "1 back soon",
        "load 104 %",
        "2 away with work (5 consumers)",
        "88 closed",
    )


def test_what_is_not_known_moves_nothing() -> None:
    assert what_moves(None, []) == ()
    assert what_moves(figures(unassigned_conversations=None, agent_load=None, available_slots=1), []) == (
        "1 free slot",
    )
    floor = [agent("a", "AWAY", 30, 1), agent("b", "ONLINE", 4, None)]
    assert what_moves(None, floor) == ("1 of 2 agents away", "1 away with work (1 consumer)")
    assert what_moves(figures(online_agents=7, away_agents=3), []) == ()
