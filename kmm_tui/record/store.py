"""Writing: answers become rows, each answer once, however many boards write it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from kmm_tui.api.window import HOUR, SECOND
from kmm_tui.board.state import TopicState
from kmm_tui.record.batch import KINDS, Kind, decode, encode, identity, kind_of
from kmm_tui.record.packed import UNUSABLE

SPAN = 2 * SECOND
"""Answers of one level that were taken within so many ms share a row."""
AGED = tuple(KINDS.values())
"""What becomes minutes and hours; the rest is dropped when it is old."""


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing. Waits for another board that writes."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        # A full disk has rolled it back already.
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def batches(states: Sequence[TopicState]) -> Iterator[tuple[Kind, list[TopicState]]]:
    """The answers among `states` as they share rows: of one kind, one hour and about the same moment."""
    kinds: dict[Kind, dict[tuple[str, str, int], TopicState]] = {}
    for state in states:
        kind = kind_of(state)
        if kind is not None:
            kinds.setdefault(kind, {})[identity(state)] = state
    for kind, known in kinds.items():
        group: list[TopicState] = []
        for state in sorted(known.values(), key=_taken_at):
            # A roster is large enough for a row, and is found by its own moment.
            if group and (kind is Kind.ROSTER or not _share(_taken_at(group[0]), _taken_at(state))):
                yield kind, group
                group = []
            group.append(state)
        yield kind, group


def write(db: sqlite3.Connection, states: Sequence[TopicState], *, names: bool) -> None:
    """Records `states` in one transaction that must be open already. Raises `sqlite3.Error`."""
    for kind, group in batches(states):
        group = _new(db, kind, group)
        if group:
            write_batch(db, kind, group, encode(kind, group, names=names))


def write_batch(db: sqlite3.Connection, kind: Kind, group: Sequence[TopicState], data: bytes) -> None:
    """Records one group of `batches`."""
    first, last = _taken_at(group[0]), _taken_at(group[-1])
    db.execute("INSERT INTO answers (kind, first_at, last_at, data) VALUES (?, ?, ?, ?)", (kind, first, last, data))
    if kind in AGED:
        db.execute("INSERT OR IGNORE INTO todo (kind, hour) VALUES (?, ?)", (kind, last // HOUR))


def _new(db: sqlite3.Connection, kind: Kind, group: list[TopicState]) -> list[TopicState]:
    """Those of `group` that are not recorded yet: by another board, or by this one before it was started again."""
    first, last = _taken_at(group[0]), _taken_at(group[-1])
    near = db.execute(
        "SELECT data FROM answers WHERE kind = ? AND last_at BETWEEN ? AND ? AND first_at <= ?",
        (kind, first, last + SPAN, last),
    )
    known: set[tuple[str, str, int]] = set()
    for (data,) in near:
        try:
            known.update(identity(state) for state in decode(kind, data))
        except UNUSABLE:
            continue
    return [state for state in group if identity(state) not in known]


def _taken_at(state: TopicState) -> int:
    return identity(state)[2]


def _share(first: int, other: int) -> bool:
    return other - first <= SPAN and other // HOUR == first // HOUR
