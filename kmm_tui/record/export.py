"""What was recorded, as flat rows for other programs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from kmm_tui.api.number import Number
from kmm_tui.api.window import DAY, HOUR
from kmm_tui.board.figure import Figures
from kmm_tui.board.scope import Level
from kmm_tui.board.snapshot import Roster, Snapshot
from kmm_tui.board.state import TopicState
from kmm_tui.metrics import BY_FIELD
from kmm_tui.record.batch import LEVELS, Kind, decode
from kmm_tui.record.coarse import Head, Resolution
from kmm_tui.record.columns import may_be_averaged, unpack_column
from kmm_tui.record.packed import UNUSABLE, is_broken
from kmm_tui.record.schema import Broken, open_to_read

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Unreadable(Exception):
    """There is no record, or it cannot be read. The text says which, in one line."""


class Row(NamedTuple):
    """One figure at one moment. `value` is None where it was asked for and had none.

    `taken_at` is ISO 8601 in UTC, `metric` the request name. `resolution` is ``raw`` for what was answered, ``minute``
    or ``hour`` for the mean of a count, and the worst value of anything else, in the minute or hour of `taken_at`.
    """

    taken_at: str
    level: str
    key: str
    name: str | None
    metric: str
    value: Number | None
    resolution: str


def rows(path: Path, start_ms: int, end_ms: int, *, agents: bool = False) -> Iterator[Row]:
    """Everything in the finest resolution that is left, between two moments (epoch ms, both included), hour by hour.

    `agents` adds each agent's figures: a thousand agents make a million rows in half an hour. Raises `Unreadable`, and
    never for a part that is damaged by itself.
    """
    try:
        db = open_to_read(path)
    except FileNotFoundError:
        raise Unreadable("nothing has been recorded yet") from None
    except (sqlite3.Error, OSError, Broken) as error:
        raise Unreadable(f"the record cannot be read: {error}") from error
    try:
        for day in range(start_ms // DAY, end_ms // DAY + 1):
            for hour in range(day * 24, day * 24 + 24):
                for kind in (*LEVELS, Kind.ROSTER) if agents else LEVELS:
                    found = _hour(db, kind, hour)
                    yield from (row for at, row in found if start_ms <= at <= end_ms)
    except sqlite3.Error as error:
        why = "it is damaged" if is_broken(error) else str(error)
        raise Unreadable(f"the record cannot be read: {why}") from error
    finally:
        db.close()


def _hour(db: sqlite3.Connection, kind: Kind, hour: int) -> Iterator[tuple[int, Row]]:
    found = db.execute(
        "SELECT data FROM answers WHERE kind = ? AND last_at >= ? AND last_at < ? ORDER BY last_at",
        (kind, hour * HOUR, (hour + 1) * HOUR),
    )
    is_raw = False
    for (data,) in found:
        try:
            states = decode(kind, data)
        except UNUSABLE:
            continue
        is_raw = True
        for state in states:
            yield from _raw(state)
    if not is_raw and kind in LEVELS:
        some = False
        for minute in _coarse(db, Resolution.MINUTE, kind, hour * HOUR):
            some = True
            yield minute
        if not some:
            day = hour * HOUR // DAY * DAY
            for at, row in _coarse(db, Resolution.HOUR, kind, day):
                if at // HOUR == hour:
                    yield at, row


def _raw(state: TopicState) -> Iterator[tuple[int, Row]]:
    content = state.content
    if isinstance(content, Snapshot):
        scope = content.scope
        for metric, value in _known(content.figures):
            row = Row(_iso(content.taken_at), scope.level.value, scope.key, content.name, metric, value, "raw")
            yield content.taken_at, row
    elif isinstance(content, Roster):
        for agent in content.agents:
            for metric, value in _known(agent.figures):
                row = Row(
                    _iso(content.taken_at), Level.AGENT.value, agent.key, agent.name, metric, value, "raw"
                )  # fmt: skip
                yield content.taken_at, row


def _known(figures: Figures) -> Iterator[tuple[str, Number | None]]:
    """What was asked for of numbers, and what else was answered."""
    for name in sorted(figures.asked | set(figures.values)):
        metric = BY_FIELD.get(name)
        if (metric is None or metric.is_number) and name not in figures.refused | figures.unrecorded:
            yield metric.name if metric else name, figures.values.get(name)


def _coarse(db: sqlite3.Connection, resolution: Resolution, kind: Kind, start: int) -> Iterator[tuple[int, Row]]:
    span = db.execute(
        "SELECT id, head, present FROM spans WHERE resolution = ? AND kind = ? AND start = ?", (resolution, kind, start)
    ).fetchone()
    if span is None:
        return
    try:
        head = Head.of(span[1], span[2])
        columns = {
            name: unpack_column(data, len(head.moments))[0 if may_be_averaged(name) else 1]
            for name, data in db.execute("SELECT field, data FROM figures WHERE span = ?", (span[0],))
        }
    except UNUSABLE:
        return
    level, slots = LEVELS[kind].value, len(head.moments)
    for slot, moment in enumerate(head.moments):
        if moment is None:
            continue
        at, text = int(moment[0]), _iso(int(moment[0]))
        for place, key in enumerate(head.keys):
            shape = head.shape(place, slot)
            for name in sorted(shape[1]) if shape else ():
                metric = BY_FIELD.get(name)
                column = columns.get(name, [])
                cell = place * slots + slot
                value = column[cell] if cell < len(column) else None
                known = metric.name if metric else name
                yield at, Row(text, level, key, head.names[place], known, value, resolution.name.lower())


def _iso(ms: int) -> str:
    return (_EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
