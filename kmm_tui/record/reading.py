"""Looking back: everything as it was recorded at a moment, and which moments there are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from kmm_tui.api.answers import Cost
from kmm_tui.api.number import Number
from kmm_tui.api.window import HOUR, MINUTE, Window
from kmm_tui.board.figure import Figures
from kmm_tui.board.scope import Scope
from kmm_tui.board.snapshot import Snapshot
from kmm_tui.board.state import Section, Topic, TopicState
from kmm_tui.record.batch import LEVELS, FiguresBatch, Kind, decode, shape_figures
from kmm_tui.record.coarse import Head, Resolution
from kmm_tui.record.columns import worst_at
from kmm_tui.record.packed import UNUSABLE
from kmm_tui.record.store import SPAN

REACH = 5 * MINUTE
"""What is older than so many ms does not count as what was on the board."""


def at(db: sqlite3.Connection, at_ms: int, reach_ms: int = REACH) -> tuple[TopicState, ...]:
    """Each topic's last answer at or before `at_ms` (epoch ms), if it is not older than `reach_ms`.

    Where raw answers are gone, each figure is the worst of its minute: a value that was answered, unlike a mean.
    """
    states: dict[Topic, TopicState] = {}
    for kind in Kind:
        found = _raw_at(db, kind, at_ms, reach_ms)
        if not found and kind in LEVELS:
            found = _minute_at(db, kind, at_ms, reach_ms)
        states |= found
    return tuple(states.values())


def next_after(db: sqlite3.Connection, at_ms: int) -> int | None:
    """The moment (epoch ms) of the first answers after `at_ms`; None if there are none."""
    moments = [
        row[0]
        for kind in Kind
        if (
            row := db.execute(
                "SELECT last_at FROM answers WHERE kind = ? AND last_at > ? ORDER BY last_at LIMIT 1", (kind, at_ms)
            ).fetchone()
        )
    ]
    nearest: int | None = min(moments, default=None)
    for kind in LEVELS:
        found = next((each for each in _minutes_from(db, kind, at_ms, nearest) if each > at_ms), None)
        if found is not None and (nearest is None or found < nearest):
            nearest = found
    return nearest


def span(db: sqlite3.Connection) -> tuple[int, int] | None:
    """The first and the last recorded moment, epoch ms; None if nothing is recorded."""
    moments: list[int] = []
    for kind in Kind:
        for edge in db.execute(
            "SELECT (SELECT min(first_at) FROM answers WHERE kind = ?1 AND last_at <= ?2"
            " + (SELECT min(last_at) FROM answers WHERE kind = ?1)),"
            " (SELECT max(last_at) FROM answers WHERE kind = ?1)",
            (kind, SPAN),
        ).fetchone():
            moments += [] if edge is None else [edge]
        for resolution in Resolution:
            for order in ("ASC", "DESC"):
                row = db.execute(
                    f"SELECT head, present FROM spans WHERE resolution = ? AND kind = ? ORDER BY start {order} LIMIT 1",  # noqa: S608
                    (resolution, kind),
                ).fetchone()
                moments += _moments(row) if row else []
    return (min(moments), max(moments)) if moments else None


def _raw_at(db: sqlite3.Connection, kind: Kind, at_ms: int, reach_ms: int) -> dict[Topic, TopicState]:
    rows = db.execute(
        "SELECT data FROM answers WHERE kind = ? AND last_at >= ? AND last_at <= ? AND first_at <= ?"
        " ORDER BY last_at DESC, id DESC",
        (kind, at_ms - reach_ms, at_ms + SPAN, at_ms),
    )
    newest: dict[Topic, tuple[int, TopicState]] = {}
    seen: dict[str, int] = {}
    for (data,) in rows:
        try:
            states = _wanted(FiguresBatch.of(kind, data), at_ms, seen) if kind in LEVELS else decode(kind, data)
        except UNUSABLE:
            continue
        for state in states:
            taken_at = state.content.taken_at if state.content else 0
            known = newest.get(state.topic)
            if at_ms - reach_ms <= taken_at <= at_ms and (known is None or known[0] < taken_at):
                newest[state.topic] = taken_at, state
        if kind is Kind.ROSTER and newest:
            break
    return {topic: state for topic, (_, state) in newest.items()}


def _wanted(batch: FiguresBatch, at_ms: int, seen: dict[str, int]) -> list[TopicState]:
    """Those of a row that are newer than what is `seen` of their scopes: few, in all rows but the last."""
    places: dict[str, int] = {}
    for place, key in enumerate(batch.keys):
        taken_at = batch.taken_at(place)
        if taken_at <= at_ms and taken_at > seen.get(key, -(2**63)):
            seen[key] = taken_at
            places[key] = place
    return batch.states(places.values()) if places else []


def _minute_at(db: sqlite3.Connection, kind: Kind, at_ms: int, reach_ms: int) -> dict[Topic, TopicState]:
    rows = db.execute(
        "SELECT id, head, present FROM spans WHERE resolution = ? AND kind = ? AND start > ? AND start <= ?"
        " ORDER BY start DESC",
        (Resolution.MINUTE, kind, at_ms - reach_ms - HOUR, at_ms),
    ).fetchall()
    found: dict[Topic, TopicState] = {}
    for each, plain, present in rows:
        try:
            head = Head.of(plain, present)
            slots = [
                slot
                for slot, moment in reversed(list(enumerate(head.moments)))
                if moment and at_ms - reach_ms <= moment[0] <= at_ms
            ]
            columns = _worsts(db, each, len(head.moments), slots) if slots else {}
            for slot in slots:
                for key in range(len(head.keys)):
                    state = _minute_state(kind, head, columns, key, slot)
                    if state:
                        found.setdefault(state.topic, state)
        except UNUSABLE:
            continue
    return found


def _worsts(db: sqlite3.Connection, span_id: int, count: int, slots: list[int]) -> dict[str, dict[int, Number]]:
    found = {}
    for name, data in db.execute("SELECT field, data FROM figures WHERE span = ?", (span_id,)):
        try:
            found[name] = worst_at(data, count, slots)
        except UNUSABLE:
            continue
    return found


def _minute_state(
    kind: Kind, head: Head, columns: dict[str, dict[int, Number]], key: int, slot: int
) -> TopicState | None:
    shape, moment = head.shape(key, slot), head.moments[slot]
    if shape is None or moment is None:
        return None
    taken_at, interval, start, end = moment
    place = key * len(head.moments) + slot
    values = {name: value for name, column in columns.items() if (value := column.get(place)) is not None}
    method, asked, refused, gone = shape_figures(shape)
    scope = Scope(LEVELS[kind], head.keys[key])
    figures = Figures(method, asked, values, refused, gone)
    snapshot = Snapshot(scope, head.names[key], Window(start, end), figures, taken_at, Cost(taken_at, 0.0, 0, 0))
    return TopicState(Topic(Section.FIGURES, scope), interval, snapshot)


def _minutes_from(db: sqlite3.Connection, kind: Kind, at_ms: int, before: int | None) -> Iterator[int]:
    """The moments of minutes from about `at_ms` on, those of spans that begin at or after `before` left out."""
    rows = db.execute(
        "SELECT head, present FROM spans WHERE resolution = ? AND kind = ? AND start > ? AND start < ? ORDER BY start",
        (Resolution.MINUTE, kind, at_ms - HOUR, 2**62 if before is None else before),
    )
    for row in rows:
        yield from sorted(_moments(row))


def _moments(row: tuple[bytes, bytes]) -> list[int]:
    try:
        return [int(moment[0]) for moment in Head.of(*row).moments if moment]
    except UNUSABLE:
        return []
