"""What becomes of old answers: raw for two days, minutes for sixty, then hours; and what makes room under the cap.

All of it goes in small steps, so that answers can be written in between and nobody else waits for long.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator

from kmm_tui.api.window import DAY, HOUR, MINUTE
from kmm_tui.record.batch import FiguresBatch, Kind
from kmm_tui.record.coarse import Head, Resolution, Span
from kmm_tui.record.packed import UNUSABLE
from kmm_tui.record.store import transaction

RAW_KEPT = 2 * DAY
MINUTES_KEPT = 60 * DAY
PAST_KEPT = 15 * DAY
"""Past windows that the API itself no longer tells of are of no use for comparison."""
GRACE = 2 * MINUTE
"""An hour is made of what was answered in it so long, in ms, after it is over."""
STEP = 0.02
"""Seconds after which a step ends, if it can be cut."""
ROWS = 40
"""Rows that are removed at once."""
PAGES = 400
"""Pages that are given back to the disk at once."""
_LOG = 16 * 1024 * 1024

_SIZE = (
    "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
)
_FILE = "SELECT page_count * page_size, freelist_count FROM pragma_page_count, pragma_freelist_count, pragma_page_size"


def age(db: sqlite3.Connection, now_ms: int, cap: int, lost: Callable[[], None]) -> Iterator[None]:
    """Does in steps what is to do at `now_ms` (epoch ms): none of them takes more than 50 ms.

    The file is kept below `cap` bytes; `lost` is called where that costs raw answers. Raises `sqlite3.Error`.
    """
    yield from _make_minutes(db, now_ms)
    yield from _drop_raw(db, now_ms)
    yield from _make_hours(db, now_ms)
    yield from _remove(
        db, "DELETE FROM past WHERE id IN (SELECT id FROM past WHERE end < ? LIMIT ?)", now_ms - PAST_KEPT
    )
    yield from keep_below(db, cap, lost)


def _make_minutes(db: sqlite3.Connection, now_ms: int) -> Iterator[None]:
    over = (now_ms - GRACE) // HOUR
    for kind, hour in db.execute("SELECT kind, hour FROM todo WHERE hour < ? ORDER BY hour", (over,)).fetchall():
        yield from _make_hour_of_minutes(db, Kind(kind), hour)


def _make_hour_of_minutes(db: sqlite3.Connection, kind: Kind, hour: int) -> Iterator[None]:
    start = hour * HOUR
    ids = _raw_of(db, kind, start)
    span = Span(Resolution.MINUTE, start)
    began = time.perf_counter()
    for each in ids:
        row = db.execute("SELECT data FROM answers WHERE id = ?", (each,)).fetchone()
        try:
            # One that another board removed meanwhile, or that cannot be read, leaves the others as they are.
            if row:
                span.add(FiguresBatch.of(kind, row[0]))
        except UNUSABLE:
            continue
        if time.perf_counter() - began > STEP:
            yield
            began = time.perf_counter()
    yield
    columns = []
    for column in span.columns():
        columns.append(column)
        yield
    with transaction(db):
        # What came meanwhile is in none of it: then this hour is done anew in the next round.
        if _raw_of(db, kind, start) != ids:
            return
        # A late answer to an hour whose others are gone must not replace what was made of them.
        if _made_of(db, Resolution.MINUTE, kind, start) <= len(ids):
            _put(db, span, Resolution.MINUTE, kind, start, columns, len(ids))
        db.execute("DELETE FROM todo WHERE kind = ? AND hour = ?", (kind, hour))
    yield


def _raw_of(db: sqlite3.Connection, kind: Kind, start: int) -> list[int]:
    found = db.execute(
        "SELECT id FROM answers WHERE kind = ? AND last_at >= ? AND last_at < ? ORDER BY last_at, id",
        (kind, start, start + HOUR),
    )
    return [each for (each,) in found]


def _made_of(db: sqlite3.Connection, resolution: Resolution, kind: Kind, start: int) -> int:
    """Of how many rows the span was made, 0 if there is none."""
    found = db.execute(
        "SELECT made_of FROM spans WHERE resolution = ? AND kind = ? AND start = ?", (resolution, kind, start)
    ).fetchone()
    return int(found[0]) if found else 0


def _put(
    db: sqlite3.Connection,
    span: Span,
    resolution: Resolution,
    kind: Kind,
    start: int,
    columns: list[tuple[str, bytes]],
    made_of: int,
) -> None:
    if not span:
        return
    _drop_span(db, resolution, kind, start)
    found = db.execute(
        "INSERT INTO spans (resolution, kind, start, made_of, head, present) VALUES (?, ?, ?, ?, ?, ?)",
        (resolution, kind, start, made_of, *span.head()),
    )
    rows = [(found.lastrowid, name, data) for name, data in columns]
    db.executemany("INSERT INTO figures (span, field, data) VALUES (?, ?, ?)", rows)


def _drop_span(db: sqlite3.Connection, resolution: Resolution, kind: Kind, start: int) -> None:
    which = (resolution, kind, start)
    db.execute(
        "DELETE FROM figures WHERE span IN (SELECT id FROM spans WHERE resolution = ? AND kind = ? AND start = ?)",
        which,
    )
    db.execute("DELETE FROM spans WHERE resolution = ? AND kind = ? AND start = ?", which)


def _drop_raw(db: sqlite3.Connection, now_ms: int) -> Iterator[None]:
    # An hour that is not made into minutes yet keeps its answers, and answers of a whole hour go together.
    for kind in Kind:
        yield from _remove(
            db,
            f"DELETE FROM answers WHERE id IN (SELECT id FROM answers WHERE kind = {kind:d} AND last_at < ?"  # noqa: S608
            f" AND NOT EXISTS (SELECT 1 FROM todo WHERE kind = {kind:d} AND hour = last_at / {HOUR}) LIMIT ?)",
            (now_ms - RAW_KEPT) // HOUR * HOUR,
        )


def _remove(db: sqlite3.Connection, statement: str, before: int) -> Iterator[None]:
    """Runs a statement on what is older than `before`, epoch ms, a few rows at once until there are none."""
    while True:
        with transaction(db):
            count = db.execute(statement, (before, ROWS)).rowcount
        yield
        if count < ROWS:
            return


def _make_hours(db: sqlite3.Connection, now_ms: int) -> Iterator[None]:
    before = (now_ms - MINUTES_KEPT) // DAY * DAY
    found = db.execute(
        f"SELECT DISTINCT kind, start / {DAY} FROM spans WHERE resolution = ? AND start < ?",  # noqa: S608 - a number
        (Resolution.MINUTE, before),
    ).fetchall()
    for kind, day in found:
        yield from _make_day_of_hours(db, Kind(kind), day * DAY)


def _make_day_of_hours(db: sqlite3.Connection, kind: Kind, start: int) -> Iterator[None]:
    span = Span(Resolution.HOUR, start)
    rows = db.execute(
        "SELECT id, start FROM spans WHERE resolution = ? AND kind = ? AND start >= ? AND start < ? ORDER BY start",
        (Resolution.MINUTE, kind, start, start + DAY),
    ).fetchall()
    for each, hour in rows:
        try:
            head = Head.of(*db.execute("SELECT head, present FROM spans WHERE id = ?", (each,)).fetchone())
            places = span.add_head(hour, head)
        except UNUSABLE:
            continue
        for name in [name for (name,) in db.execute("SELECT field FROM figures WHERE span = ?", (each,)).fetchall()]:
            data = db.execute("SELECT data FROM figures WHERE span = ? AND field = ?", (each, name)).fetchone()
            try:
                if data:
                    span.add_column(name, places, len(head.moments), data[0])
            except UNUSABLE:
                continue
            yield
    columns = []
    for column in span.columns():
        columns.append(column)
        yield
    with transaction(db):
        # What is left of a day that was made already is but a part of it.
        if _made_of(db, Resolution.HOUR, kind, start) <= len(rows):
            _put(db, span, Resolution.HOUR, kind, start, columns, len(rows))
    yield
    for _, hour in rows:
        with transaction(db):
            _drop_span(db, Resolution.MINUTE, kind, hour)
        yield


def keep_below(db: sqlite3.Connection, cap: int, lost: Callable[[], None]) -> Iterator[None]:
    """Removes what is oldest and coarsest until the file and its log fit into `cap` bytes."""
    most = cap - min(_LOG, cap // 4)
    while _size(db) > most:
        if not _make_room(db, lost):
            break
        yield
    while True:
        size, free = db.execute(_FILE).fetchone()
        if size <= most or not free:
            return
        # Each row of it is a page that was given back.
        db.execute(f"PRAGMA incremental_vacuum({PAGES})").fetchall()
        yield


def _size(db: sqlite3.Connection) -> int:
    return int(db.execute(_SIZE).fetchone()[0])


def _make_room(db: sqlite3.Connection, lost: Callable[[], None]) -> bool:
    """Removes a little; false if there is nothing left."""
    with transaction(db):
        for resolution in (Resolution.HOUR, Resolution.MINUTE):
            oldest = db.execute(
                "SELECT kind, start FROM spans WHERE resolution = ? ORDER BY start LIMIT 1", (resolution,)
            ).fetchone()
            if oldest:
                _drop_span(db, resolution, Kind(oldest[0]), oldest[1])
                return True
        if db.execute("DELETE FROM past WHERE id IN (SELECT id FROM past ORDER BY end LIMIT ?)", (ROWS,)).rowcount:
            return True
        found = [
            (first, kind)
            for kind in Kind
            if (first := db.execute("SELECT min(last_at) FROM answers WHERE kind = ?", (kind,)).fetchone()[0])
            is not None
        ]
        if not found:
            return False
        db.execute(
            "DELETE FROM answers WHERE id IN (SELECT id FROM answers WHERE kind = ? ORDER BY last_at LIMIT ?)",
            (min(found)[1], ROWS),
        )
    lost()
    return True
