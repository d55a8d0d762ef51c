"""A folder, a clock that only the test turns, and records that are closed at the end."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kmm_tui.record.ageing import age
from kmm_tui.record.record import CAP, Record
from kmm_tui.record.schema import open_to_write
from tests.record.floor import TurnedClock

NewRecord = Callable[..., Record]
Age = Callable[..., list[int]]


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "record"


@pytest.fixture
async def new_record(folder: Path, clock: TurnedClock) -> AsyncIterator[NewRecord]:
    """Records of one account, started unless a test says otherwise."""
    made = []

    def make(*, start: bool = True, **settings: Any) -> Record:
        record = Record(settings.pop("folder", folder), "12345678", **{"clock": clock, **settings})
        made.append(record)
        if start:
            record.start()
        return record

    yield make
    for record in made:
        await record.close()


@pytest.fixture
def db(folder: Path) -> Iterator[sqlite3.Connection]:
    """The file itself, open for writing."""
    connection = open_to_write(folder / "12345678.sqlite3")
    yield connection
    connection.close()


@pytest.fixture
def aged(db: sqlite3.Connection) -> Age:
    """Does all that ages at a moment; gives an item for every time that raw answers were lost."""

    def do(now_ms: int, cap: int = CAP) -> list[int]:
        lost: list[int] = []
        for _ in age(db, now_ms, cap, lambda: lost.append(1)):
            pass
        return lost

    return do
