"""The file: its tables, how it is opened, and what becomes of one that is broken.

WAL with ``synchronous=NORMAL``: what is committed outlives the program, however it ends; a machine that loses its power
may lose the last moments and never the file.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from kmm_tui.record.packed import is_broken

SCHEMA = 1
APPLICATION = 0x4B4D4D52
"""``KMMR``: tells a record from any other SQLite file."""
BUSY = 5.0
"""Seconds to wait for another board that writes."""
MOST_BROKEN = 2
"""So many broken files are kept, the newest."""
CHECKED = 64 * 1024 * 1024
"""Up to this size in bytes a file that was not closed is checked whole when it is opened."""
_LARGEST_LOG = 8 * 1024 * 1024
_BESIDE = ("-wal", "-shm")

_TABLES = """
CREATE TABLE answers (
    id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
    data BLOB NOT NULL
);
CREATE INDEX answers_by_time ON answers (kind, last_at);
CREATE TABLE todo (kind INTEGER NOT NULL, hour INTEGER NOT NULL, PRIMARY KEY (kind, hour)) WITHOUT ROWID;
CREATE TABLE spans (
    id INTEGER PRIMARY KEY, resolution INTEGER NOT NULL, kind INTEGER NOT NULL, start INTEGER NOT NULL,
    made_of INTEGER NOT NULL, head BLOB NOT NULL, present BLOB NOT NULL, UNIQUE (resolution, kind, start)
);
CREATE TABLE figures (id INTEGER PRIMARY KEY, span INTEGER NOT NULL, field TEXT NOT NULL, data BLOB NOT NULL,
    UNIQUE (span, field));
CREATE TABLE past (
    id INTEGER PRIMARY KEY, level TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, asked TEXT NOT NULL,
    data BLOB NOT NULL, UNIQUE (level, start, end)
);
CREATE INDEX past_by_end ON past (end);
"""

MIGRATIONS: Mapping[int, Callable[[sqlite3.Connection], None]] = {}
"""How a file of the version before each is made one of it; each runs in a transaction."""


class Broken(Exception):
    """The file cannot be used. The text says why."""


def open_to_write(path: Path, *, look: bool = True) -> sqlite3.Connection:
    """Opens the record, and makes it where there is none; its folder, too.

    The file is this user's alone. `look` checks a small file whole if whoever wrote it last did not close it. Raises
    `Broken` for a file that is to be set aside, `OSError` and `sqlite3.Error` for one that cannot be opened now.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # SQLite gives the files beside it the rights of this one.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)
    unclosed = path.with_name(path.name + "-wal").exists()
    db = sqlite3.connect(path, timeout=BUSY, isolation_level=None)
    try:
        _prepare(db)
        if look and unclosed and path.stat().st_size <= CHECKED:
            check(db)
    except BaseException as error:
        db.close()
        if isinstance(error, sqlite3.Error) and is_broken(error):
            raise Broken("damaged") from error
        raise
    return db


def check(db: sqlite3.Connection) -> None:
    """Raises `Broken` if any part of the file is damaged. Reads all of it."""
    try:
        found = db.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        if is_broken(error):
            raise Broken("damaged") from error
        raise
    if found != ("ok",):
        raise Broken("damaged")


def open_to_read(path: Path) -> sqlite3.Connection:
    """Opens the record for reading, beside whoever writes. Raises `FileNotFoundError`, `Broken` or `sqlite3.Error`."""
    if not path.is_file():
        raise FileNotFoundError(path)
    db = None
    try:
        db = _connect_to_read(path)
        db.execute("BEGIN")
        application, version = _marks(db)
        tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        db.execute("COMMIT")
        if application == 0 and not tables:
            # It is being made at this moment.
            raise FileNotFoundError(path)
        if application != APPLICATION or version != SCHEMA:
            raise Broken("not a record of this version")
    except BaseException as error:
        if db is not None:
            db.close()
        if isinstance(error, sqlite3.Error) and is_broken(error):
            raise Broken("damaged") from error
        raise
    return db


def _connect_to_read(path: Path) -> sqlite3.Connection:
    address = path.resolve().as_uri()
    try:
        db = sqlite3.connect(f"{address}?mode=rw", uri=True, timeout=BUSY, isolation_level=None)
        try:
            db.execute("PRAGMA query_only = ON")
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except BaseException:
            db.close()
            raise
    except sqlite3.OperationalError as error:
        if (error.sqlite_errorcode & 0xFF) not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        # Where nothing can be written nobody writes.
        return sqlite3.connect(f"{address}?mode=ro&immutable=1", uri=True, isolation_level=None)
    return db


def _marks(db: sqlite3.Connection) -> tuple[int, int]:
    application = int(db.execute("PRAGMA application_id").fetchone()[0])
    return application, int(db.execute("PRAGMA user_version").fetchone()[0])


def _prepare(db: sqlite3.Connection) -> None:
    # All of it as of one moment: another board may be making the file.
    db.execute("BEGIN")
    application, version = _marks(db)
    tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    db.execute("COMMIT")
    if application not in (0, APPLICATION) or (application == 0 and tables):
        raise Broken("not a record")
    if version > SCHEMA:
        raise Broken("of a newer version")
    if application == 0:
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")
    _use_log(db)
    for setting in (
        "synchronous = NORMAL", f"journal_size_limit = {_LARGEST_LOG}", "cache_size = -2000", "temp_store = MEMORY",
    ):  # fmt: skip
        db.execute(f"PRAGMA {setting}")
    _migrate(db)


def _use_log(db: sqlite3.Connection) -> None:
    """Turns WAL on; SQLite does not wait for another board that does the same."""
    give_up = time.monotonic() + BUSY
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.02)
        else:
            return


def _migrate(db: sqlite3.Connection) -> None:
    if _marks(db) == (APPLICATION, SCHEMA):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        # Read again: another board may have been quicker.
        application, version = _marks(db)
        if application == 0:
            for statement in filter(str.strip, _TABLES.split(";")):
                db.execute(statement)
        else:
            for each in range(version + 1, SCHEMA + 1):
                MIGRATIONS[each](db)
        db.execute(f"PRAGMA application_id = {APPLICATION}")
        db.execute(f"PRAGMA user_version = {SCHEMA}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def set_aside(path: Path, now: float) -> Path:
    """Renames a broken file to NAME.broken-DATE, and what SQLite keeps beside it; gives its new place.

    `now` is epoch seconds. Only the newest few are kept. Raises `OSError`.
    """
    date = datetime.fromtimestamp(now, UTC).strftime("%Y%m%d-%H%M%S")
    aside, more = path.with_name(f"{path.name}.broken-{date}"), 1
    while aside.exists():
        more += 1
        aside = path.with_name(f"{path.name}.broken-{date}-{more}")
    # The log first: a new file must never meet the old one's.
    for end in _BESIDE:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + end).rename(aside.with_name(aside.name + end))
    path.rename(aside)
    broken = [each for each in path.parent.glob(f"{path.name}.broken-*") if not each.name.endswith(_BESIDE)]
    for old in sorted(broken, key=lambda each: each.stat().st_mtime)[:-MOST_BROKEN]:
        for end in ("", *_BESIDE):
            with contextlib.suppress(OSError):
                old.with_name(old.name + end).unlink(missing_ok=True)
    return aside
