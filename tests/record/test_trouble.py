"""Whatever the disk does, the board goes on, the record says what is wrong, and goes on by itself when it can."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kmm_tui.api.window import DAY, HOUR, MINUTE
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Snapshot
from kmm_tui.record import record as record_module
from kmm_tui.record import schema, waiting, writer
from kmm_tui.record.paths import file_of
from kmm_tui.record.reading import at
from kmm_tui.record.record import Record
from kmm_tui.record.schema import MOST_BROKEN, SCHEMA, open_to_write, set_aside
from kmm_tui.record.series import series
from kmm_tui.record.store import transaction, write
from tests.record.conftest import NewRecord
from tests.record.floor import EVERY, START, Floor, TurnedClock, figures_state

QUEUE = "unassignedConversations"
SKILL = Scope(Level.SKILL, "7")
FILE = "12345678.sqlite3"


def note(record: Record, *numbers: int) -> None:
    for number in numbers:
        record.note(figures_state(SKILL, START + number * EVERY, {QUEUE: number}, "Billing"))


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def rights(*paths: Path) -> set[int]:
    return {path.stat().st_mode & 0o777 for path in paths}


async def recorded(record: Record) -> list[float | None]:
    line = await record.series(SKILL, QUEUE, START - DAY, START + DAY, 100_000)
    return [value for _, value in line if value is not None]


async def test_a_good_disk_has_no_trouble(new_record: NewRecord, folder: Path) -> None:
    record = new_record()
    assert await record.span() is None
    note(record, 1, 2, 2, 3)
    await record.written()
    assert record.trouble == ""
    assert await recorded(record) == [1, 2, 3]
    assert await record.span() == (START + EVERY, START + 3 * EVERY)
    assert await record.next_after(START + EVERY) == START + 2 * EVERY
    (state,) = await record.at(START + 2 * EVERY)
    assert state.topic.scope == SKILL
    await record.close()
    if os.name == "posix":
        assert rights(folder) == {0o700}
        assert rights(*files(folder)) == {0o600}
    # A file that was copied about gets its rights back.
    (folder / FILE).chmod(0o644)
    again = new_record()
    await again.written()
    if os.name == "posix":
        assert rights(*files(folder)) == {0o600}
    note(again, 3, 4)
    await again.written()
    assert await recorded(again) == [1, 2, 3, 4]


async def test_what_is_noted_before_the_file_is_open_is_recorded(new_record: NewRecord) -> None:
    record = new_record(start=False)
    note(record, 1, 2)
    record.start()
    await record.written()
    assert await recorded(record) == [1, 2]


async def test_what_was_noted_last_is_written_when_the_board_ends(new_record: NewRecord) -> None:
    record = new_record()
    note(record, 1, 2)
    await record.close()
    note(record, 3)
    assert await recorded(record) == [1, 2]


@contextmanager
def small_disk(monkeypatch: pytest.MonkeyPatch, pages: int) -> Iterator[None]:
    """SQLite itself says that the disk is full, beyond so many pages."""

    def opened(path: Path) -> sqlite3.Connection:
        db = open_to_write(path)
        db.execute(f"PRAGMA max_page_count = {pages}")
        return db

    with monkeypatch.context() as patch:
        patch.setattr(writer, "open_to_write", opened)
        yield


async def test_a_full_disk_is_said_and_what_waited_is_written_once_there_is_room(
    new_record: NewRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    polls = [states for _, states in Floor(skills=40, groups=0).polls(12)]
    with small_disk(monkeypatch, 24):
        record = new_record()
        for states in polls:
            for state in states:
                record.note(state)
            await record.written()
        assert record.trouble == "the record is switched off: disk full; tried again every minute"
        found = {state.content.taken_at for state in await record.at(START + HOUR, HOUR) if state.content}
        assert found < {START + n * EVERY for n in range(12)}
    await record.written()
    assert record.trouble == ""
    line = await record.series(ACCOUNT, QUEUE, START, START + HOUR, 500)
    assert [moment for moment, _ in line] == [START + n * EVERY for n in range(12)]


@contextmanager
def someone_else() -> Iterator[None]:
    """Not the machine's administrator, to whom everything is allowed."""
    if os.name != "posix":
        pytest.skip("rights of folders are another thing there")
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


async def test_a_folder_that_cannot_be_written_is_said() -> None:
    # Not in pytest's own folder, which nobody else may enter.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "record"
        folder.parent.chmod(0o755)
        folder.mkdir()
        open_to_write(file_of(folder, "1")).close()
        file_of(folder, "1").chmod(0o644)
        folder.chmod(0o555)
        with someone_else():
            for account in ("1", "2"):
                record = Record(folder, account, clock=TurnedClock())
                record.start()
                note(record, 1)
                await record.written()
                assert record.trouble.startswith("the record is switched off: ")
                assert "permission denied" in record.trouble or "cannot be" in record.trouble
                assert await recorded(record) == []
                await record.close()
        folder.chmod(0o755)


async def test_a_folder_that_is_none_is_said(new_record: NewRecord, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    record = new_record(folder=tmp_path / "file" / "record")
    note(record, 1)
    await record.written()
    assert record.trouble == "the record is switched off: not a directory; tried again every minute"
    await asyncio.wait_for(record.close(), 30)


async def test_a_file_that_is_taken_away_is_begun_anew(new_record: NewRecord, folder: Path, clock: TurnedClock) -> None:
    record = new_record()
    note(record, 1)
    await record.written()
    for each in files(folder):
        each.unlink()
    note(record, 2)
    await record.written()
    assert record.trouble == "the record's file was taken away; a new one was begun"
    assert await recorded(record) == [2]
    clock.seconds += writer.SAID + 1
    assert record.trouble == ""


async def test_a_log_that_is_taken_away_costs_nothing_that_comes_after(new_record: NewRecord, folder: Path) -> None:
    record = new_record()
    note(record, 1)
    await record.written()
    (folder / f"{FILE}-wal").unlink()
    note(record, 2)
    await record.written()
    assert (await recorded(record))[-1:] == [2]


def garbled(path: Path) -> None:
    path.write_bytes(b"this is no database" * 1000)


def beheaded(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(100))


def torn(path: Path) -> None:
    # Everything but the first page, which tells what the others are.
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def of_the_future(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    db.close()


def of_another_program(path: Path) -> None:
    path.unlink()
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE recipes (name TEXT)")
    db.close()


@pytest.mark.parametrize("spoil", [garbled, beheaded, torn, cut, of_the_future, of_another_program])
async def test_a_broken_file_is_set_aside_and_said(
    new_record: NewRecord, folder: Path, spoil: Callable[[Path], None]
) -> None:
    record = new_record()
    note(record, *range(50))
    await record.written()
    await record.close()
    path = folder / FILE
    spoil(path)
    spoilt = path.read_bytes()
    again = new_record()
    note(again, 51)
    await again.written()
    assert "it is set aside as 12345678.sqlite3.broken-20270115-080000, and a new one was begun" in again.trouble
    assert (folder / f"{FILE}.broken-20270115-080000").read_bytes() == spoilt
    assert await recorded(again) == [51]


async def test_a_file_that_breaks_while_it_is_open_is_set_aside_when_somebody_notices(
    new_record: NewRecord, folder: Path
) -> None:
    record = new_record()
    for _, states in Floor(skills=5, groups=5).polls(100):
        for state in states:
            record.note(state)
    await record.written()
    # What is written waits in the log no longer, so that it is the file that is read.
    db = sqlite3.connect(folder / FILE)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    torn(folder / FILE)
    assert await record.at(START + HOUR, HOUR) == ()
    await record.written()
    assert "damaged" in record.trouble
    note(record, 1)
    await record.written()
    assert await recorded(record) == [1]


def test_only_the_newest_broken_files_are_kept(folder: Path) -> None:
    path = folder / FILE
    asides = []
    for turn in range(MOST_BROKEN + 2):
        open_to_write(path).close()
        os.utime(path, (turn, turn))
        asides.append(set_aside(path, START / 1000))
    assert sorted(folder.iterdir()) == sorted(asides[-MOST_BROKEN:])


async def test_a_clock_that_is_put_back_loses_nothing(new_record: NewRecord, clock: TurnedClock) -> None:
    record = new_record()
    note(record, 100, 101)
    clock.seconds -= 3600
    note(record, 50, 51, 101, 100)
    await record.written()
    assert record.trouble == ""
    assert await recorded(record) == [50, 51, 100, 101]
    assert await record.span() == (START + 50 * EVERY, START + 101 * EVERY)
    (state,) = await record.at(START + 60 * EVERY)
    assert isinstance(state.content, Snapshot)
    assert state.content.taken_at == START + 51 * EVERY


@pytest.fixture
def hanging_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Whoever opens the file waits until the test lets go."""
    go_on = threading.Event()

    def opened(path: Path) -> sqlite3.Connection:
        go_on.wait()
        return open_to_write(path)

    def read(path: Path) -> sqlite3.Connection:
        go_on.wait()
        return schema.open_to_read(path)

    monkeypatch.setattr(writer, "open_to_write", opened)
    monkeypatch.setattr(record_module, "open_to_read", read)
    monkeypatch.setattr(record_module, "PATIENCE", 0.05)
    yield go_on
    go_on.set()


async def test_a_hanging_disk_holds_up_nobody(
    new_record: NewRecord, hanging_disk: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = new_record()
    note(record, 1, 2)
    assert await recorded(record) == []
    # More who read than may do so at once: these do not wait for ever either.
    assert await asyncio.gather(*(record.at(START) for _ in range(5))) == [()] * 5
    await record.written()
    monkeypatch.setattr(record_module, "PATIENCE", 5.0)
    hanging_disk.set()
    await record.written()
    assert await recorded(record) == [1, 2]


async def test_the_end_does_not_wait_for_a_hanging_disk(new_record: NewRecord, hanging_disk: threading.Event) -> None:
    record = new_record()
    note(record, 1)
    await asyncio.wait_for(record.close(0.05), 20)
    hanging_disk.set()
    await record.close()


async def test_what_a_disk_is_too_slow_for_is_dropped_oldest_first_and_said(
    new_record: NewRecord, hanging_disk: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_module, "Waiting", lambda: waiting.Waiting(most=10))
    record = new_record()
    note(record, *range(15))
    monkeypatch.setattr(record_module, "PATIENCE", 5.0)
    hanging_disk.set()
    await record.written()
    assert record.trouble == "the record lacks 5 answers: the disk was too slow for them"
    assert await recorded(record) == list(range(5, 15))


async def test_a_record_that_was_not_started_keeps_nobody_waiting(new_record: NewRecord) -> None:
    record = new_record(start=False)
    await record.written()
    assert await record.at(START) == ()
    assert await record.span() is None
    assert await record.next_after(START) is None
    assert await record.series(SKILL, QUEUE, START, START + HOUR, 5) == []
    assert record.trouble == ""


def test_a_damaged_row_costs_that_row(db: sqlite3.Connection) -> None:
    for n in range(3):
        with transaction(db):
            write(db, [figures_state(SKILL, START + n * MINUTE, {QUEUE: n})], names=True)
    db.execute("UPDATE answers SET data = zeroblob(40) WHERE last_at = ?", (START + MINUTE,))
    assert [value for _, value in series(db, SKILL, QUEUE, START, START + HOUR, 9)] == [0, 2]
    (state,) = at(db, START + MINUTE)
    assert state.content
    assert state.content.taken_at == START


async def test_what_no_file_can_hold_costs_only_itself(new_record: NewRecord) -> None:
    record = new_record()
    record.note(figures_state(SKILL, 2**70, {QUEUE: 1}))
    await record.written()
    record.note(figures_state(SKILL, START, {"half\ud800": 1}))
    note(record, 1)
    await record.written()
    assert await recorded(record) == [1]
    assert record.trouble == ""
