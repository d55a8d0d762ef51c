"""Rows of a source as what the board knows: by whom they are about, in slots of time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta, tzinfo

from kmm_tui.board import localtime
from kmm_tui.board.scope import Level
from kmm_tui.board.sources import Column, Slot, SourceAnswer
from kmm_tui.outside.rows import Row, RowsError

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::00)?", re.ASCII)
_DAYS = (-1, 0, 1, 2)
# An answer may be kept for two days before it is too old; a time of day then still has its place.
_ALWAYS = (0, 2**62)
_SECONDS_UNTIL = 10**11  # as epoch seconds it is the year 5138, as ms 1973


def answer_of(
    name: str,
    level: Level,
    columns: tuple[Column, ...],
    rows: Iterable[Row],
    *,
    is_keyed: bool,
    has_slots: bool,
    length: timedelta,
    zone: tzinfo | None,
    taken_at: int,
    took: float,
) -> SourceAnswer:
    """What the rows say. `taken_at` is epoch ms; times without a zone are of `zone`, None being the machine's own.

    `is_keyed` says that each row names whom it is about: those that name nobody are left out. Otherwise all are about
    the account. Raises `RowsError` where two rows say something of the same, and where a slot cannot be read.
    """
    found: dict[str, dict[tuple[int, int], Slot]] = {}
    width = round(length.total_seconds() * 1000)
    for row in rows:
        key = (row.key or "").casefold() if is_keyed else ""
        if is_keyed and not key:
            continue
        spans = [(start, start + width) for start in _starts(row.slot, taken_at, zone)] if has_slots else [_ALWAYS]
        slots = found.setdefault(key, {})
        for span in spans:
            if span in slots:
                about = f'"{row.key}"' if key else "the account"
                when = f" at {row.slot}" if has_slots else ""
                raise RowsError("GARBLED", f"{about} is there more than once{when}; they are not added up")
            slots[span] = Slot(*span, row.values)
    ordered = {key: tuple(slots[span] for span in sorted(slots)) for key, slots in found.items()}
    return SourceAnswer(name, level, columns, ordered, taken_at, took)


def _starts(slot: str | float | None, now_ms: int, zone: tzinfo | None) -> list[int]:
    """When a slot starts, epoch ms: once, or on each of some days where it is a time of day."""
    try:
        if isinstance(slot, int | float):
            return [round(slot * 1000 if abs(slot) < _SECONDS_UNTIL else slot)]
        text = (slot or "").strip()
        if text.isascii() and text.isdigit():
            return _starts(int(text[:18]), now_ms, zone)
        if found := _CLOCK.fullmatch(text):
            clock, today = time(int(found[1]), int(found[2])), localtime.local(now_ms, zone).date()
            return [localtime.moment(today + timedelta(day), clock, zone) for day in _DAYS]
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return [localtime.moment(moment.date(), moment.time(), zone)]
        return [round(moment.astimezone(UTC).timestamp() * 1000)]
    except (ValueError, OverflowError, OSError):
        shown = str(slot)[:40] if slot is not None else "nothing"
        raise RowsError(
            "GARBLED", f'"{shown}" is no start of a time slot; write 14:30, or a date with a time'
        ) from None
