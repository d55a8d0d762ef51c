"""What was recorded comes out as flat rows, in the finest resolution that is left."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from kmm_tui.api.window import DAY, HOUR, MINUTE
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.record.export import Row, Unreadable, rows
from kmm_tui.record.store import transaction, write
from tests.record.conftest import Age
from tests.record.floor import EVERY, START, Floor, figures_state

SKILL = Scope(Level.SKILL, "7")
QUEUE, LONGEST = "unassignedConversations", "queueWaitTime90thPercentile"
PATH = "12345678.sqlite3"


@pytest.fixture
def answers(db: sqlite3.Connection) -> None:
    with transaction(db):
        for n, value in enumerate((4, 9)):
            state = figures_state(SKILL, START + n * EVERY, {QUEUE: value, LONGEST: value * 1000}, "Billing")
            write(db, [state], names=True)


def of(found: list[Row], metric: str) -> list[Row]:
    return [row for row in found if row.metric == metric]


@pytest.mark.usefixtures("answers")
def test_raw_answers_then_minutes_then_hours(folder: Path, aged: Age) -> None:
    day = (START, START + DAY)
    wait = "queue_wait_time_90th_percentile"
    first, second = "2027-01-15T08:00:00.000Z", "2027-01-15T08:00:30.000Z"
    found = list(rows(folder / PATH, *day))
    assert of(found, "unassigned_conversations") == [
        (first, "skill", "7", "Billing", "unassigned_conversations", 4, "raw"),
        (second, "skill", "7", "Billing", "unassigned_conversations", 9, "raw"),
    ]
    # Asked for, without a value.
    assert [row.value for row in of(found, "csat")] == [None, None]
    for back, resolution in ((3 * DAY, "minute"), (70 * DAY, "hour")):
        aged(START + back)
        found = list(rows(folder / PATH, *day))
        assert of(found, "unassigned_conversations") == [
            (second, "skill", "7", "Billing", "unassigned_conversations", 6.5, resolution)
        ]
        assert [row.value for row in of(found, wait)] == [9000]
        assert [row.value for row in of(found, "csat")] == [None]


@pytest.mark.usefixtures("answers")
def test_only_what_lies_in_the_range(folder: Path) -> None:
    path = folder / PATH
    assert {row.taken_at[14:19] for row in rows(path, START + 1, START + HOUR)} == {"00:30"}
    assert {row.taken_at[14:19] for row in rows(path, START, START)} == {"00:00"}
    assert list(rows(path, START + MINUTE, START + HOUR)) == []


def test_agents_only_if_they_are_wanted(db: sqlite3.Connection, folder: Path) -> None:
    (poll,) = (states for _, states in Floor(skills=1, groups=1, agents=2).polls(1))
    with transaction(db):
        write(db, poll, names=True)
    path = folder / PATH
    assert {row.level for row in rows(path, START, START + HOUR)} == {"account", "skill", "group"}
    agents = [row for row in rows(path, START, START + HOUR, agents=True) if row.level == "agent"]
    assert {row.name for row in agents} == {"Agent Name 0", "Agent Name 1"}
    # States and moments are no figures.
    assert "agent_current_status" not in {row.metric for row in agents}
    assert "assigned_conversations" in {row.metric for row in agents}


def test_where_nothing_is_recorded_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="nothing has been recorded yet"):
        list(rows(tmp_path / "none.sqlite3", 0, 1))
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(b"no database at all, by any means" * 99)
    with pytest.raises(Unreadable, match="the record cannot be read: damaged"):
        list(rows(broken, 0, 1))
    # Reading leaves it where it is.
    assert broken.exists()


def test_a_row_that_cannot_be_read_is_left_out(db: sqlite3.Connection, folder: Path) -> None:
    with transaction(db):
        write(db, [figures_state(ACCOUNT, START, {QUEUE: 1})], names=True)
        write(db, [figures_state(ACCOUNT, START + MINUTE, {QUEUE: 2})], names=True)
        db.execute("UPDATE answers SET data = x'0011' WHERE last_at = ?", (START,))
    assert [row.value for row in of(list(rows(folder / PATH, START, START + HOUR)), "unassigned_conversations")] == [2]
