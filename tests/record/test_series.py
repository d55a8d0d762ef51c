"""A line of one figure: values that were answered, gaps where nobody asked, never anything in between."""

from __future__ import annotations

import sqlite3
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.api.window import DAY, HOUR, MINUTE, Window
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.metrics import BY_NAME
from kmm_tui.record.series import GAP, Sample, field_of, series, thinned
from kmm_tui.record.store import transaction, write
from tests.record.floor import EVERY, START, Floor, figures_state, roster_state

QUEUE, LONGEST, CSAT = "unassignedConversations", "queueWaitTime90thPercentile", "csat"


def put(db: sqlite3.Connection, field: str, values: dict[int, float | None]) -> None:
    with transaction(db):
        for moment, value in values.items():
            write(db, [figures_state(ACCOUNT, moment, {field: value})], names=True)


def test_a_gap_is_a_gap(db: sqlite3.Connection) -> None:
    asked = [0, 1, 2, 3, 5, 8, 9]  # In half minutes: one poll is missing after the fourth, two after the fifth.
    put(db, QUEUE, {START + n * EVERY: n for n in asked})
    assert series(db, ACCOUNT, "unassigned_conversations", START, START + HOUR, 100) == [
        (START, 0), (START + EVERY, 1), (START + 2 * EVERY, 2), (START + 3 * EVERY, 3), (START + 5 * EVERY, 5),
        (START + 6 * EVERY, None), (START + 8 * EVERY, 8), (START + 9 * EVERY, 9),
    ]  # fmt: skip


def test_an_answer_without_a_value_breaks_the_line(db: sqlite3.Connection) -> None:
    put(db, LONGEST, {START: 5, START + EVERY: None, START + 2 * EVERY: 7})
    assert [value for _, value in series(db, ACCOUNT, LONGEST, START, START + HOUR, 100)] == [5, None, 7]


def test_both_ends_are_included_and_nothing_beyond(db: sqlite3.Connection) -> None:
    put(db, QUEUE, {START + n * EVERY: n for n in range(10)})
    found = series(db, ACCOUNT, QUEUE, START + 2 * EVERY, START + 5 * EVERY, 100)
    assert [value for _, value in found] == [2, 3, 4, 5]
    assert series(db, ACCOUNT, QUEUE, START + 5 * EVERY, START + 2 * EVERY, 100) == []
    assert series(db, Scope(Level.GROUP, "none"), QUEUE, START, START + HOUR, 100) == []


@pytest.mark.parametrize(("name", "together"), [(QUEUE, 3.0), (LONGEST, 5), (CSAT, 1), ("avgConversationsDuration", 4)])
def test_a_step_is_a_mean_of_counts_or_the_worst_or_the_last(
    db: sqlite3.Connection, name: str, together: float
) -> None:
    put(db, name, {START + n * EVERY: value for n, value in enumerate([1, 5, 2, 4])})
    assert series(db, ACCOUNT, name, START, START + HOUR, 1) == [(START + 3 * EVERY, together)]


def test_raw_answers_minutes_and_hours_make_one_line(db: sqlite3.Connection, aged: object) -> None:
    assert callable(aged)
    for back in (70 * DAY, 5 * DAY, 2 * HOUR, 0):
        put(db, QUEUE, {START - back + n * EVERY: 6 for n in range(4)})
    aged(START + 10 * MINUTE)
    for points in (40, 4000):
        line = series(db, ACCOUNT, QUEUE, START - 80 * DAY, START + HOUR, points)
        assert {value for _, value in line} == {6, None}
        days = {(START - at) // HOUR for at, value in line if value is not None}
        assert {(-1, 0), (119, 120), (1679, 1680)} <= {(day, day + 1) for day in days}
        assert [at for at, _ in line] == sorted(at for at, _ in line)


def test_an_agent_has_a_line_as_long_as_rosters_are_kept(db: sqlite3.Connection) -> None:
    floor = Floor(skills=0, groups=0, agents=3)
    told = []
    for moment, states in floor.polls(20):
        (roster,) = [state for state in states if state.topic.section.value == "agents"]
        with transaction(db):
            write(db, [roster], names=False)
        told.append((moment, roster.content.agents[1].figures.number(BY_NAME["assigned_conversations"])))  # type: ignore[union-attr]
    scope = Scope(Level.AGENT, "500001")
    assert series(db, scope, "assigned_conversations", START, START + HOUR, 50) == told
    thin = series(db, scope, "assigned_conversations", START, START + 20 * EVERY, 5)
    assert len(thin) <= 5
    assert set(thin) <= set(told)
    with transaction(db):
        write(db, [roster_state(START + 20 * EVERY, ())], names=True)
    # Who is not on a roster any more has no value: the line ends, and does not go on.
    assert series(db, scope, "assigned_conversations", START, START + HOUR, 50)[-1] == (START + 20 * EVERY, None)


def test_a_metric_that_the_catalogue_lacks_has_a_line(db: sqlite3.Connection) -> None:
    put(db, "newShinyMetric", {START: 1, START + EVERY: 3})
    assert [value for _, value in series(db, ACCOUNT, "new_shiny_metric", START, START + HOUR, 9)] == [1, 3]
    assert field_of("close_rate") == field_of("closeRate") == "closedRate"


moments = st.lists(st.integers(0, 10_000), unique=True, max_size=60).map(sorted)


@given(moments, st.data(), st.integers(1, 80), st.sampled_from([QUEUE, LONGEST, CSAT, "loginDuration"]))
def test_a_thinned_line_stays_true(places: list[int], data: st.DataObject, points: int, field: str) -> None:
    samples = [Sample(at, 0, data.draw(st.none() | st.integers(0, 9))) for at in places]
    line = thinned(samples, field, points)
    assert len(line) <= points
    assert [at for at, _ in line] == sorted(at for at, _ in line)
    values = [sample.value for sample in samples if sample.value is not None]
    for at, value in line:
        if value is not None:
            assert at in places
            assert field == QUEUE or value in values
            assert min(values) <= value <= max(values)
    if values:
        worst = min(values) if field == CSAT else max(values)
        if field in (LONGEST, CSAT):
            assert worst in [value for _, value in line]
    apart = sorted(b - a for a, b in pairwise(places))
    usual = apart[(len(apart) - 1) // 2] if apart else 0
    gaps = sum(each > GAP * usual for each in apart)
    if len(samples) + gaps <= points:
        assert len(line) == len(samples) + gaps
    if gaps and points > 1:
        assert None in [value for _, value in line]


# -- boards with different windows


CLOSED = "closedConversations"


def two_boards(db: sqlite3.Connection, start: int, minutes: int) -> None:
    """One counts over an hour, 7 closed, and one over a day, 90 closed; each asks every half a minute."""
    with transaction(db):
        for turn in range(2 * minutes):
            at = start + turn * EVERY
            write(db, [figures_state(ACCOUNT, at, {CLOSED: 7, QUEUE: 2})], names=True)
            write(db, [figures_state(ACCOUNT, at + EVERY // 2, {CLOSED: 90, QUEUE: 4}, width=DAY)], names=True)


def is_hourly(window: Window) -> bool:
    return window.width < 2 * HOUR


def test_counts_over_other_windows_are_in_no_line(db: sqlite3.Connection) -> None:
    two_boards(db, START, 10)
    values = [value for _, value in series(db, ACCOUNT, CLOSED, START, START + HOUR, 100, is_hourly)]
    assert values == [7] * 20
    assert {value for _, value in series(db, ACCOUNT, QUEUE, START, START + HOUR, 100)} == {2, 4}


@pytest.mark.parametrize("old", [5 * DAY, 70 * DAY])
def test_minutes_and_hours_are_made_of_counts_over_one_window(db: sqlite3.Connection, aged: object, old: int) -> None:
    assert callable(aged)
    two_boards(db, START, 60)
    aged(START + old)
    for points in (10, 1000):
        found = series(db, ACCOUNT, CLOSED, START, START + HOUR, points, is_hourly)
        assert found
        assert {value for _, value in found} <= {7, None}
    # What is of a moment has nothing to do with a window.
    assert {value for _, value in series(db, ACCOUNT, QUEUE, START, START + HOUR, 1)} == {3}


def test_where_the_window_was_changed_the_line_ends_and_goes_on(db: sqlite3.Connection, aged: object) -> None:
    assert callable(aged)
    with transaction(db):
        for turn in range(90):
            width = DAY if 30 <= turn < 60 else HOUR
            value = 90 if width == DAY else 7
            write(db, [figures_state(ACCOUNT, START + turn * EVERY, {CLOSED: value}, width=width)], names=True)
    for _ in range(2):
        found = series(db, ACCOUNT, CLOSED, START, START + HOUR, 1000, is_hourly)
        assert {value for _, value in found} == {7, None}
        gap = next(at for at, value in found if value is None)
        assert START + 29 * EVERY < gap < START + 32 * EVERY
        aged(START + 5 * DAY)
