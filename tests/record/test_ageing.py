"""Raw for two days, then minutes, then hours: means and worst values are those of the answers, and room is bounded."""

from __future__ import annotations

import random
import sqlite3
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest

from kmm_tui.api.number import Number
from kmm_tui.api.window import DAY, HOUR, MINUTE
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Snapshot
from kmm_tui.board.state import TopicState
from kmm_tui.metrics import BY_FIELD, Good
from kmm_tui.record.ageing import MINUTES_KEPT, RAW_KEPT, age
from kmm_tui.record.columns import COUNT, pack_column, unpack_column
from kmm_tui.record.reading import at, next_after, span
from kmm_tui.record.record import CAP
from kmm_tui.record.series import series
from kmm_tui.record.store import transaction, write
from tests.record.floor import EVERY, FIELDS, START, Floor, figures_state

Age = Callable[..., list[int]]
SKILL = Scope(Level.SKILL, "7")
LOST = 1 / 4000
"""The part of a figure that is lost at most when it is made into minutes; none of a count."""
QUEUE, LONGEST, CSAT, SLOTS = "unassignedConversations", "queueWaitTime90thPercentile", "csat", "availableSlots"


def put(db: sqlite3.Connection, states: list[TopicState]) -> None:
    with transaction(db):
        write(db, states, names=True)


def polls(db: sqlite3.Connection, start: int, values: list[dict[str, Number | None]]) -> None:
    for turn, each in enumerate(values):
        put(db, [figures_state(SKILL, start + turn * EVERY, each, "Billing")])


def only(states: tuple[TopicState, ...]) -> Snapshot:
    (state,) = states
    assert isinstance(state.content, Snapshot)
    return state.content


def rows(db: sqlite3.Connection, table: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def test_after_two_days_a_minute_tells_its_mean_and_its_worst(db: sqlite3.Connection, aged: Age) -> None:
    polls(db, START, [{QUEUE: 4, LONGEST: 9_000, CSAT: 0.9}, {QUEUE: 9, LONGEST: 64_000, CSAT: 0.25}, {QUEUE: 2}])
    before = series(db, SKILL, "unassigned_conversations", START, START + HOUR, 100)
    assert before == [(START, 4), (START + EVERY, 9), (START + 2 * EVERY, 2)]
    aged(START + RAW_KEPT + 2 * HOUR)
    assert rows(db, "answers") == 0
    assert series(db, SKILL, "unassigned_conversations", START, START + HOUR, 100) == [
        (START + EVERY, 6.5),
        (START + 2 * EVERY, 2),
    ]
    # Percentiles and shares are not averaged: the longest wait, and the lowest satisfaction.
    assert series(db, SKILL, "queue_wait_time_90th_percentile", START, START + MINUTE - 1, 9)[0][1] == 64_000
    assert series(db, SKILL, "csat", START, START + MINUTE - 1, 9)[0][1] == 0.25
    board = only(at(db, START + EVERY + 10))
    assert (board.name, board.taken_at, dict(board.figures.values)) == (
        "Billing", START + EVERY, {QUEUE: 9, LONGEST: 64_000, CSAT: 0.25},
    )  # fmt: skip
    assert board.window.end == START + EVERY
    assert board.window.width >= HOUR
    assert next_after(db, START) == START + EVERY
    assert span(db) == (START + EVERY, START + 2 * EVERY)


def test_minutes_are_those_of_every_scope_and_figure(db: sqlite3.Connection, aged: Age) -> None:
    told: dict[tuple[Scope, str, int], list[Number]] = {}
    for moment, states in Floor(skills=4, groups=2).polls(HOUR * 5 // 4 // EVERY):
        put(db, states)
        for state in states:
            assert isinstance(state.content, Snapshot)
            for field, value in state.content.figures.values.items():
                if value is not None:
                    told.setdefault((state.content.scope, field, moment // MINUTE), []).append(value)
    aged(START + RAW_KEPT + 3 * HOUR)
    assert rows(db, "answers") == 0
    checked = 0
    for (scope, field, minute), values in random.Random(5).sample(sorted(told.items(), key=repr), 120):
        metric = BY_FIELD[field]
        ((_, line),) = series(db, scope, metric.name, minute * MINUTE, (minute + 1) * MINUTE - 1, 5)
        worst = min(values) if metric.good is Good.UP else max(values)
        found = {state.topic.scope: state.content for state in at(db, (minute + 1) * MINUTE - 1, MINUTE)}[scope]
        assert isinstance(found, Snapshot)
        recorded = found.figures.get(metric)
        if metric.unit.value == "count":
            assert recorded == worst
            assert line == sum(values) / len(values)
        else:
            assert recorded == line == pytest.approx(worst, rel=LOST)
        checked += 1
    assert checked == 120


def test_after_sixty_days_an_hour_tells(db: sqlite3.Connection, aged: Age) -> None:
    polls(db, START, [{QUEUE: n % 10, LONGEST: n * 1000} for n in range(120)])
    aged(START + 3 * DAY)
    assert rows(db, "spans") == 1
    aged(START + MINUTES_KEPT + 3 * DAY)
    ((when, mean),) = series(db, SKILL, "unassigned_conversations", START - DAY, START + DAY, 100)
    assert (when, mean) == (START + 119 * EVERY, 4.5)
    ((_, worst),) = series(db, SKILL, "queue_wait_time_90th_percentile", START - DAY, START + DAY, 100)
    assert worst == pytest.approx(119_000, rel=LOST)
    # Its hour is too long to stand for a moment.
    assert at(db, START + HOUR) == ()
    assert [row[0] for row in db.execute("SELECT DISTINCT resolution FROM spans")] == [2]


def test_nothing_raw_goes_before_it_is_made_into_minutes(db: sqlite3.Connection) -> None:
    polls(db, START, [{QUEUE: n} for n in range(10)])
    steps = age(db, START + 30 * DAY, CAP, lambda: None)
    while rows(db, "answers") == 10 and rows(db, "spans") == 0:
        next(steps)
    assert rows(db, "spans") == 1
    assert rows(db, "answers") == 10


def test_what_comes_while_an_hour_is_made_is_in_it_after_the_next_round(db: sqlite3.Connection, aged: Age) -> None:
    polls(db, START, [{QUEUE: 4}])
    late = START + 10 * MINUTE
    steps = age(db, START + 2 * HOUR, CAP, lambda: None)
    next(steps)
    put(db, [figures_state(SKILL, late, {QUEUE: 8})])
    for _ in steps:
        pass
    aged(START + 2 * HOUR)
    assert series(db, SKILL, QUEUE, START, START + HOUR, 2) == [(START, 4), (late, 8)]
    assert rows(db, "todo") == 0


def test_an_answer_that_comes_days_late_spoils_nothing(db: sqlite3.Connection, aged: Age) -> None:
    polls(db, START, [{QUEUE: 4}, {QUEUE: 6}])
    aged(START + 4 * DAY)
    put(db, [figures_state(SKILL, START + 5 * MINUTE, {QUEUE: 100})])
    aged(START + 4 * DAY)
    assert rows(db, "answers") == 0
    assert series(db, SKILL, QUEUE, START, START + HOUR, 50) == [(START + EVERY, 5)]


def test_a_scope_that_is_gone_or_new_within_the_hour_is_there_only_when_it_was(
    db: sqlite3.Connection, aged: Age
) -> None:
    other = Scope(Level.SKILL, "8")
    put(db, [figures_state(SKILL, START, {QUEUE: 1})])
    put(db, [figures_state(other, START + 30 * MINUTE, {QUEUE: 2, LONGEST: 5})])
    aged(START + 4 * DAY)
    assert only(at(db, START + MINUTE)).scope == SKILL
    assert only(at(db, START + 31 * MINUTE)).scope == other
    assert series(db, SKILL, LONGEST, START, START + HOUR, 50) == [(START, None)]
    assert at(db, START + 20 * MINUTE) == ()


def test_at_its_rate_a_week_of_a_large_floor_stays_under_the_cap(db: sqlite3.Connection, aged: Age) -> None:
    """180 scopes every 30 s; the benchmark of the record writes the whole week."""

    def size() -> int:
        pages, page = db.execute("SELECT page_count, page_size FROM pragma_page_count, pragma_page_size").fetchone()
        return int(pages * page)

    empty = size()
    for _, states in Floor().polls(HOUR // EVERY):
        put(db, states)
    raw = size() - empty
    assert aged(START + HOUR + 10 * MINUTE) == []
    minutes = size() - empty - raw
    assert rows(db, "spans") == 3
    assert raw > 100_000 < minutes
    log = 16 * 2**20
    assert raw * (RAW_KEPT // HOUR + 1) + minutes * 7 * 24 + log < CAP


@pytest.mark.parametrize("cap", [400_000, 6_000_000])
def test_the_file_never_outgrows_its_cap_and_says_when_that_costs_raw_answers(
    db: sqlite3.Connection, aged: Age, folder: Path, cap: int
) -> None:
    lost: list[int] = []
    for moment, states in Floor(skills=20, groups=0).polls(2 * HOUR // EVERY):
        put(db, states)
        if moment % (5 * MINUTE) == 0:
            lost += aged(moment, cap)
            # The log is emptied by SQLite itself, now and then.
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            assert sum(each.stat().st_size for each in folder.iterdir()) <= cap
    last = START + 2 * HOUR - EVERY
    assert bool(lost) == (cap == 400_000)
    assert {state.content.taken_at for state in at(db, last) if state.content} == {last}
    first = db.execute("SELECT min(last_at) FROM answers").fetchone()[0]
    assert (first > START) == bool(lost)


def test_minutes_go_before_raw_answers_and_hours_before_minutes(db: sqlite3.Connection, aged: Age) -> None:
    polls(db, START - 70 * DAY, [{QUEUE: 1}])
    polls(db, START - 5 * DAY, [{QUEUE: 2}])
    polls(db, START, [{QUEUE: 3}])
    aged(START + MINUTE)
    kept = []
    for step in age(db, START + MINUTE, 0, lambda: None):
        assert step is None
        kept.append((rows(db, "spans"), rows(db, "answers")))
    assert kept[-3:] == [(1, 1), (0, 1), (0, 0)]
    assert [spans for spans, _ in kept] == sorted((spans for spans, _ in kept), reverse=True)


def test_columns_hold_what_they_are_given() -> None:
    chance = random.Random(3)
    for field, spread in ((QUEUE, 40_000), (LONGEST, 2**40), ("unheardOf", 2**20), ("unheardOf", 2**50), (CSAT, 1.0)):
        means = array(
            "d", (float("nan") if chance.random() < 0.3 else chance.uniform(-1, 1) * spread for _ in range(60))
        )
        if field == QUEUE:
            means = array("d", (round(value) if value == value else value for value in means))
        worsts = array("d", (value if chance.random() < 0.5 else value * 1.25 for value in means))
        blob = pack_column(field, 12, means, worsts)
        for known, given in zip(unpack_column(blob, 12), (means, worsts), strict=True):
            for back, value in zip(known, given, strict=True):
                assert (back is None) == (value != value)
                if back is not None:
                    assert back == pytest.approx(value, rel=0 if field == "unheardOf" else LOST)
                    assert field != QUEUE or not value.is_integer() or abs(value) >= 2**COUNT or back == value
        assert [unpack_column(blob, 12, scope)[1] for scope in range(6)] == [
            *(unpack_column(blob, 12)[1][at : at + 12] for at in range(0, 60, 12)),
            [None] * 12,
        ]


def test_the_account_beside_its_skills(db: sqlite3.Connection, aged: Age) -> None:
    put(db, [figures_state(ACCOUNT, START, {SLOTS: 5}), figures_state(SKILL, START, {SLOTS: 3})])
    aged(START + 3 * DAY)
    assert {state.topic.scope: only((state,)).figures.values for state in at(db, START)} == {
        ACCOUNT: {SLOTS: 5},
        SKILL: {SLOTS: 3},
    }
    assert only(at(db, START)[:1]).figures.asked == FIELDS
