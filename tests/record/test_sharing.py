"""Two boards of one machine share a record; and names can be left out of it."""

from __future__ import annotations

import asyncio
import sqlite3
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from kmm_tui.api.window import HOUR, Window
from kmm_tui.board.past import PastAnswer
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Roster, Snapshot
from kmm_tui.record.ageing import age
from kmm_tui.record.schema import check, open_to_write
from kmm_tui.record.series import series
from kmm_tui.record.store import transaction, write
from tests.record.conftest import Age, NewRecord
from tests.record.floor import EVERY, START, Floor, figures_state

QUEUE = "unassignedConversations"


async def test_two_boards_write_at_once_and_each_answer_is_there_once(new_record: NewRecord, folder: Path) -> None:
    first, second = new_record(), new_record()
    skills = [Scope(Level.SKILL, key) for key in ("1", "2")]
    for n in range(60):
        # Some of it is the same answer, as after a restart; the rest is each one's own.
        both = figures_state(ACCOUNT, START + n * EVERY, {QUEUE: n})
        for board, record in enumerate((first, second)):
            record.note(both)
            record.note(figures_state(skills[board], START + n * EVERY + board, {QUEUE: n}))
        if n % 10 == 9:
            await asyncio.gather(first.written(), second.written())
    assert first.trouble == second.trouble == ""
    for scope in (ACCOUNT, *skills):
        line = await first.series(scope, QUEUE, START, START + HOUR, 1000)
        assert [value for _, value in line] == list(range(60))
    await asyncio.gather(first.close(), second.close())
    db = sqlite3.connect(folder / "12345678.sqlite3")
    check(db)
    assert db.execute("SELECT count(*) FROM answers WHERE kind = 1").fetchone() == (60,)
    db.close()


async def test_two_boards_that_begin_at_once_make_one_file(new_record: NewRecord, folder: Path) -> None:
    records = [new_record() for _ in range(6)]
    for number, record in enumerate(records):
        record.note(figures_state(Scope(Level.SKILL, str(number)), START, {QUEUE: number}))
    await asyncio.gather(*(record.written() for record in records))
    assert [record.trouble for record in records] == [""] * 6
    assert len(await records[0].at(START)) == 6
    assert not any(".broken" in name for name in names_in(folder))


def test_both_boards_may_age_the_same_hours(db: sqlite3.Connection, folder: Path, aged: Age) -> None:
    for moment, states in Floor(skills=2, groups=2).polls(130):
        with transaction(db):
            write(db, states, names=True)
        assert moment >= START
    other = open_to_write(folder / "12345678.sqlite3")
    later = START + 3 * 24 * HOUR
    steps = [age(each, later, 2**29, lambda: None) for each in (db, other)]
    while steps:
        for each in list(steps):
            if next(each, each) is each:
                steps.remove(each)
    line = series(other, ACCOUNT, QUEUE, START, START + 2 * HOUR, 500)
    other.close()
    assert len(line) == 65
    assert db.execute("SELECT count(*) FROM spans").fetchone() == (6,)
    assert db.execute("SELECT count(*) FROM answers").fetchone() == (0,)
    check(db)


async def test_names_that_are_left_out_are_in_no_byte_of_the_file(
    new_record: NewRecord, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Uncompressed, so that every name would be seen.
    monkeypatch.setattr("zlib.compress", lambda data, _: stored(data))
    polls = [states for _, states in Floor(skills=3, groups=3, agents=5).polls(5)]
    windows = PastAnswer(
        Level.AGENT,
        Window(START, START + HOUR),
        frozenset({"csat"}),
        {"500001": {"csat": 1}},
        {"500001": "Agent Name 1"},
    )
    for names in (True, False):
        record = new_record(folder=folder / str(names), names=names)
        for states in polls:
            for state in states:
                record.note(state)
        await record.keep_past(windows)
        await record.written()
        found = {state.topic: state for state in await record.at(START + 4 * EVERY)}
        past = await record.past(Level.AGENT, windows.window, windows.asked)
        file = everything(folder / str(names))
        for name in ("Scope", "Agent Name", "Group ", "Skill "):
            assert (name.encode() in file) == names
        assert b"500001" in file
        assert len(found) == 8
        for state in polls[4]:
            content, back = state.content, found[state.topic].content
            if isinstance(content, Snapshot):
                assert back == (content if names else replace(content, name=None))
            elif isinstance(content, Roster) and isinstance(back, Roster):
                assert [agent.figures for agent in back.agents] == [agent.figures for agent in content.agents]
                assert [(agent.status, agent.since, agent.group_id) for agent in back.agents] == [
                    (agent.status, agent.since, agent.group_id) for agent in content.agents
                ]
                assert [agent.is_in(Scope(Level.SKILL, "3000000002")) for agent in back.agents] == [
                    agent.is_in(Scope(Level.SKILL, "3000000002")) for agent in content.agents
                ]
        assert past == (windows if names else replace(windows, names={"500001": None}))
        assert past
        assert past.names == {"500001": "Agent Name 1" if names else None}


def stored(data: bytes) -> bytes:
    """In zlib's form, and not a bit smaller."""
    made = zlib.compressobj(0)
    return made.compress(data) + made.flush()


def names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


def everything(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.iterdir())
