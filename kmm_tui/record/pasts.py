"""Answers about windows that are over, each kept once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from kmm_tui.api.number import Number
from kmm_tui.api.window import Window
from kmm_tui.board.past import PastAnswer
from kmm_tui.board.scope import Level
from kmm_tui.record.packed import UNUSABLE, pack, rows_of, table_of, unpack


def past(db: sqlite3.Connection, level: Level, window: Window, asked: frozenset[str]) -> PastAnswer | None:
    """What is kept of a window. It may hold more fields than `asked`, or only some; None if it holds none of them."""
    found = _kept(db, level, window)
    if found is None or (asked and not asked & found.asked):
        return None
    return found


def keep_past(db: sqlite3.Connection, answer: PastAnswer, *, names: bool) -> None:
    """Keeps `answer` besides what is kept of its window; in one transaction that must be open already."""
    if not names:
        answer = replace(answer, names=dict.fromkeys(answer.names))
    known = _kept(db, answer.level, answer.window)
    if known is not None:
        answer = _together(known, answer)
    keys = list(answer.rows)
    account = None if answer.account is None else table_of([answer.account])
    plain = [keys, table_of(list(answer.rows.values())), dict(answer.names), account]
    db.execute(
        "INSERT OR REPLACE INTO past (level, start, end, asked, data) VALUES (?, ?, ?, ?, ?)",
        (
            answer.level.value, answer.window.start, answer.window.end,
            json.dumps(sorted(answer.asked), separators=(",", ":")), pack(plain),
        ),
    )  # fmt: skip


def has_past(db: sqlite3.Connection, level: Level, windows: Iterable[Window], asked: frozenset[str]) -> set[Window]:
    """Those of `windows` of which all `asked` response fields are kept."""
    wanted = set(windows)
    if not wanted:
        return set()
    rows = db.execute(
        "SELECT start, end, asked FROM past WHERE level = ? AND start BETWEEN ? AND ?",
        (level.value, min(each.start for each in wanted), max(each.start for each in wanted)),
    )
    fields: dict[str, bool] = {}
    found = set()
    for start, end, text in rows:
        window = Window(start, end)
        if window in wanted and (fields[text] if text in fields else fields.setdefault(text, asked <= _words(text))):
            found.add(window)
    return found


def _kept(db: sqlite3.Connection, level: Level, window: Window) -> PastAnswer | None:
    row = db.execute(
        "SELECT asked, data FROM past WHERE level = ? AND start = ? AND end = ?",
        (level.value, window.start, window.end),
    ).fetchone()
    if row is None:
        return None
    try:
        keys, table, names, account = unpack(row[1])
        rows = dict(zip(keys, rows_of(len(keys), table), strict=True))
        own = None if account is None else rows_of(1, account)[0]
        return PastAnswer(level, window, _words(row[0]), rows, names, own)
    except UNUSABLE:
        # It can be asked for again.
        return None


def _words(text: Any) -> frozenset[str]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    # A row that cannot be read is asked for again.
    return frozenset(found) if isinstance(found, list) else frozenset()


def _together(before: PastAnswer, after: PastAnswer) -> PastAnswer:
    """Both as one: where both speak of a field, the later one counts."""
    if (before.account is None) != (after.account is None):
        # One asked nothing of the account: of it only the other can speak, and an answer has one list of fields.
        with_account, without = (before, after) if after.account is None else (after, before)
        without = _only(without, with_account.asked)
        before, after = (with_account, without) if after.account is None else (without, with_account)
    keys = (*before.rows, *(key for key in after.rows if key not in before.rows))
    rows = {key: _joined(before.rows.get(key), after.rows.get(key), after.asked) for key in keys}
    account = before.account
    if after.account is not None:
        account = _joined(before.account, after.account, after.asked)
    names = dict(before.names) | {key: name for key, name in after.names.items() if name or key not in before.names}
    return replace(after, asked=before.asked | after.asked, rows=rows, names=names, account=account)


def _only(answer: PastAnswer, fields: frozenset[str]) -> PastAnswer:
    rows = {key: {name: value for name, value in row.items() if name in fields} for key, row in answer.rows.items()}
    return replace(answer, asked=answer.asked & fields, rows=rows)


def _joined(
    before: Mapping[str, Number | None] | None, after: Mapping[str, Number | None] | None, asked: frozenset[str]
) -> dict[str, Number | None]:
    kept = {name: value for name, value in (before or {}).items() if name not in asked}
    return kept | dict(after or {})
