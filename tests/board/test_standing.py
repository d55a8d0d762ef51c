"""Which account to look at first, where several stand side by side."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.api.answers import Cost
from kmm_tui.api.window import HOUR, Window
from kmm_tui.board.board import Board
from kmm_tui.board.freshness import Trouble
from kmm_tui.board.judge import Judge
from kmm_tui.board.presets import PRESETS
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.severity import Severity
from kmm_tui.board.snapshot import Snapshot, figures_of
from kmm_tui.board.standing import Standing, standing, stands_out
from kmm_tui.board.state import ACCOUNT_FIGURES, Section, Topic, TopicState
from kmm_tui.metrics import BY_NAME, Method, of_names

NOW = 1_795_356_271.0
EVERY = 30.0
WAIT, ONLINE = "queue_wait_time_90th_percentile", "online_agents"
LIMITS = tuple(limit for limit in PRESETS["live-chat"] if limit.metric == WAIT)
"""A wait of over 1:00 is a warning, over 3:00 critical."""


def board(*states: TopicState) -> Board:
    found = Board(Judge(LIMITS))
    for state in states:
        found.put(state)
    return found


def answer(wait: float, scope: Scope = ACCOUNT, name: str | None = None, age: float = 5.0) -> TopicState:
    asked = tuple(of_names((WAIT, ONLINE, "unassigned_conversations")))
    values: dict[str, float | None] = {
        BY_NAME[WAIT].field: wait,
        BY_NAME[ONLINE].field: 5.0,
        BY_NAME["unassigned_conversations"].field: 4.0,
    }
    at = int((NOW - age) * 1000)
    figures = figures_of(Method.METRICS, asked, values)
    topic = ACCOUNT_FIGURES if scope == ACCOUNT else Topic(Section.FIGURES, scope)
    return TopicState(topic, EVERY, Snapshot(scope, name, Window.last(HOUR, at), figures, at, Cost(at, 0.1, 100)))


def failing(state: TopicState) -> TopicState:
    return replace(state, trouble=Trouble("OFFLINE", "no way there", NOW))


def test_what_burns_is_before_who_is_silent_before_a_warning_before_what_is_late_before_calm() -> None:
    silent = failing(TopicState(ACCOUNT_FIGURES, EVERY))
    found: list[Standing] = [
        standing(board(state), NOW)
        for state in (
            answer(400_000),
            silent,
            answer(100_000),
            failing(answer(1_000)),
            answer(1_000),
        )
    ]
    assert [each.order for each in found] == sorted((each.order for each in found), reverse=True)
    assert len({each.order for each in found}) == len(found)
    assert [each.is_blind for each in found] == [False, True, False, False, False]
    assert [each.severity for each in found] == [
        Severity.CRITICAL, Severity.UNKNOWN, Severity.WARN, Severity.CALM, Severity.CALM,
    ]  # fmt: skip


def test_figures_that_are_stale_say_nothing_any_more_however_bad_they_were() -> None:
    old = standing(board(answer(4_000_000, age=EVERY * 6)), NOW)
    assert (old.severity, old.is_blind) == (Severity.UNKNOWN, True)
    assert old.order < standing(board(answer(181_000)), NOW).order


def test_before_the_first_answer_nobody_is_blind() -> None:
    assert not standing(board(), NOW).is_blind
    assert not standing(board(TopicState(ACCOUNT_FIGURES, EVERY)), NOW).is_blind


def test_of_two_that_are_as_bad_the_one_with_a_worse_skill_is_first() -> None:
    skill = Scope(Level.SKILL, "1")
    one, other = board(answer(1_000)), board(answer(1_000), answer(500_000, skill, "Billing"))
    assert standing(other, NOW).order > standing(one, NOW).order
    assert [row.label for row in stands_out(other, NOW)] == ["Billing"]


def test_what_stands_out_is_fresh_and_the_worst_first() -> None:
    rows = [
        answer(wait, Scope(Level.SKILL, str(number)), f"skill {number}", age)
        for number, (wait, age) in enumerate(((100_000, 5.0), (900_000, 5.0), (900_000, EVERY * 6), (1_000, 5.0)))
    ]
    assert [row.label for row in stands_out(board(answer(1_000), *rows), NOW)] == ["skill 1", "skill 0"]


@given(st.floats(1_000, 3_000_000), st.floats(1_000, 3_000_000))
def test_a_worse_figure_never_stands_below_a_better_one(one: float, other: float) -> None:
    better, worse = sorted((one, other))
    assert standing(board(answer(worse)), NOW).order >= standing(board(answer(better)), NOW).order
