"""One figure over time, from whatever is kept of it: raw answers, minutes, hours."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low

from kmm_tui.api.number import Number
from kmm_tui.api.window import DAY, HOUR, MINUTE, Window
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.snapshot import Roster
from kmm_tui.metrics import BY_FIELD, BY_NAME, Good, Unit, camel
from kmm_tui.record.batch import KINDS, FiguresBatch, Kind, decode
from kmm_tui.record.coarse import Head, Resolution
from kmm_tui.record.columns import may_be_averaged, unpack_column, worst_of
from kmm_tui.record.packed import UNUSABLE

Fits = Callable[[Window], bool]
"""Whether what was counted over a window belongs to a line."""
GAP = 2.5
"""So many times the usual distance between two answers is a gap."""


@dataclass(frozen=True, slots=True, order=True)
class Sample:
    """An answer, or what is left of several: when (epoch ms) and what; `slot` is 0 for raw ones, else in ms."""

    at: int
    slot: int
    value: Number | None


def field_of(name: str) -> str:
    """The response field of a metric's request name; a field is taken as it is."""
    metric = BY_NAME.get(name) or BY_FIELD.get(name)
    return metric.field if metric else camel(name)


def series(
    db: sqlite3.Connection,
    scope: Scope,
    name: str,
    start_ms: int,
    end_ms: int,
    points: int,
    fits: Fits | None = None,
) -> list[tuple[int, float | None]]:
    """At most `points` values of a metric between two moments, both included (epoch ms), oldest first.

    A None is an answer without a value, or follows the last answer before a gap; nothing is interpolated. Where there
    are more answers than points, a step of them shows the mean of a count and the worst of anything else (the last
    one, if no direction is good). Agents are known for as long as rosters are kept, two days. With `fits` only answers
    over such windows are in it: what closed in an hour and what closed in a day make no line together.
    """
    field, points = field_of(name), max(1, points)
    if end_ms < start_ms:
        return []
    if scope.level is Level.AGENT:
        samples = list(_of_agent(db, scope.key, field, start_ms, end_ms, points, fits))
    else:
        samples = list(_of_scope(db, KINDS[scope.level], scope.key, field, start_ms, end_ms, points, fits))
    samples = sorted({sample.at: sample for sample in samples if start_ms <= sample.at <= end_ms}.values())
    return thinned(samples, field, points)


def thinned(samples: Sequence[Sample], field: str, points: int) -> list[tuple[int, float | None]]:
    """`samples`, which are in order, as at most `points` points, with a None after each one before a gap."""
    ends = _ends(samples)
    if len(samples) + len(ends) <= points:
        steps = [[place] for place in range(len(samples))]
    else:
        # Every gap that there is room for is seen, if only between two steps.
        steps = _steps(samples, max(1, points - min(len(ends), points // 2)))
    room = points - len(steps)
    found: list[tuple[int, float | None]] = []
    for step in steps:
        last = samples[step[-1]].at
        found.append((last, _together(field, [samples[place].value for place in step])))
        end = next((ends[place] for place in reversed(step) if place in ends), None)
        if end is not None and room > 0:
            # Both in order: what comes after the gap in the same step is later than where it began.
            found.append((max(last + 1, end), None))
            room -= 1
    return found


def _ends(samples: Sequence[Sample]) -> dict[int, int]:
    """The places of samples before a gap, and from when on each is one."""
    usual: dict[int, int] = {}
    for slot in {sample.slot for sample in samples}:
        apart = [b.at - a.at for a, b in pairwise(samples) if a.slot == b.slot == slot]
        usual[slot] = max(median_low(apart) if apart else 0, slot)
    found = {}
    for place, (a, b) in enumerate(pairwise(samples)):
        apart_usually = max(usual[a.slot], usual[b.slot])
        if apart_usually and b.at - a.at > GAP * apart_usually:
            found[place] = a.at + apart_usually
    return found


def _steps(samples: Sequence[Sample], count: int) -> list[list[int]]:
    first, last = samples[0].at, samples[-1].at
    width = (last - first + 1) / count
    steps: dict[int, list[int]] = {}
    for place, sample in enumerate(samples):
        steps.setdefault(int((sample.at - first) / width), []).append(place)
    return list(steps.values())


def _together(field: str, values: Sequence[Number | None]) -> Number | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    if len(known) == 1:
        return known[0]
    if may_be_averaged(field):
        return sum(known) / len(known)
    metric = BY_FIELD.get(field)
    if metric is None or metric.good is Good.NEITHER or metric.unit is Unit.UNKNOWN:
        return known[-1]
    return worst_of(field, known)


def _of_scope(
    db: sqlite3.Connection, kind: Kind, key: str, field: str, start: int, end: int, points: int, fits: Fits | None
) -> Iterator[Sample]:
    raw = {
        hour
        for (hour,) in db.execute(
            f"SELECT DISTINCT last_at / {HOUR} FROM answers WHERE kind = ? AND last_at BETWEEN ? AND ?",  # noqa: S608
            (kind, start, end + HOUR),
        )
    }
    undone = {hour for (hour,) in db.execute("SELECT hour FROM todo WHERE kind = ?", (kind,))} & raw
    minutes = _spans(db, Resolution.MINUTE, kind, start, end)
    # Where a point is not much narrower than a minute, the minutes tell as much with far less to read.
    coarse = end - start >= points * MINUTE // 2
    by_minute = {at // HOUR for at in minutes} - (undone if coarse else raw)
    for hour in sorted(raw - by_minute):
        yield from _raw(db, kind, key, field, hour, fits)
    for at, each in minutes.items():
        if at // HOUR in by_minute:
            yield from _of_span(db, each, Resolution.MINUTE, key, field, fits)
    for each in _spans(db, Resolution.HOUR, kind, start, end).values():
        for sample in _of_span(db, each, Resolution.HOUR, key, field, fits):
            if sample.at // HOUR not in raw | by_minute:
                yield sample


def _raw(db: sqlite3.Connection, kind: Kind, key: str, field: str, hour: int, fits: Fits | None) -> Iterator[Sample]:
    rows = db.execute(
        "SELECT data FROM answers WHERE kind = ? AND last_at >= ? AND last_at < ? ORDER BY last_at",
        (kind, hour * HOUR, (hour + 1) * HOUR),
    )
    for (data,) in rows:
        try:
            for at, window, value in FiguresBatch.of(kind, data).values_of(key, field):
                if fits is None or fits(window):
                    yield Sample(at, 0, value)
        except UNUSABLE:
            continue


def _spans(db: sqlite3.Connection, resolution: Resolution, kind: Kind, start: int, end: int) -> dict[int, int]:
    """The ids of the spans that have to do with a range, by when they begin."""
    rows = db.execute(
        "SELECT start, id FROM spans WHERE resolution = ? AND kind = ? AND start > ? AND start <= ? ORDER BY start",
        (resolution, kind, start - (HOUR if resolution is Resolution.MINUTE else DAY), end),
    )
    return dict(rows.fetchall())


def _of_span(
    db: sqlite3.Connection, each: int, resolution: Resolution, key: str, field: str, fits: Fits | None
) -> Iterator[Sample]:
    row = db.execute("SELECT head, present FROM spans WHERE id = ?", (each,)).fetchone()
    column = db.execute("SELECT data FROM figures WHERE span = ? AND field = ?", (each, field)).fetchone()
    try:
        head = Head.of(*row)
        place = head.keys.index(key)
        slots = len(head.moments)
        # A figure that nobody had in the whole span has no column.
        means, worsts = unpack_column(column[0], slots, place) if column else ([None] * slots, [None] * slots)
        for slot, moment in enumerate(head.moments):
            if moment and head.shape(place, slot) and (fits is None or fits(Window(*moment[2:4]))):
                value = (means if may_be_averaged(field) else worsts)[slot]
                yield Sample(int(moment[0]), resolution.slot, value)
    except UNUSABLE:
        return


def _of_agent(
    db: sqlite3.Connection, key: str, field: str, start: int, end: int, points: int, fits: Fits | None
) -> Iterator[Sample]:
    moments = db.execute(
        "SELECT last_at, id FROM answers WHERE kind = ? AND last_at BETWEEN ? AND ? ORDER BY last_at",
        (Kind.ROSTER, start, end),
    ).fetchall()
    for _, each in _last_of_steps(moments, start, end, points):
        row = db.execute("SELECT data FROM answers WHERE id = ?", (each,)).fetchone()
        try:
            rosters = [state.content for state in decode(Kind.ROSTER, row[0])] if row else []
        except UNUSABLE:
            continue
        for roster in rosters:
            if isinstance(roster, Roster) and (fits is None or fits(roster.window)):
                agent = next((agent for agent in roster.agents if agent.key == key), None)
                value = agent.figures.values.get(field) if agent else None
                yield Sample(roster.taken_at, 0, value)


def _last_of_steps(moments: list[tuple[int, int]], start: int, end: int, points: int) -> Iterator[tuple[int, int]]:
    """Rosters are large: of each step only the last one is looked at."""
    if len(moments) <= points:
        yield from moments
        return
    ends = [start + round((end - start) * step / points) for step in range(1, points + 1)]
    places = {bisect_right(moments, (edge, 2**63)) - 1 for edge in ends}
    yield from (moments[place] for place in sorted(places) if place >= 0)
