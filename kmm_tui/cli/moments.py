"""Moments as people type them: ``today 10:42``, ``yesterday 9:00``, ``20 nov 10:00``, ``2026-11-20 10:00``, ``-2h``."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

from kmm_tui.api.window import DAY, HOUR, MINUTE, SECOND
from kmm_tui.board.localtime import MONTHS, WEEKDAYS, local
from kmm_tui.board.span import SpanError, resolve
from kmm_tui.board.span_text import parse_span

SAMPLES = '"today 10:42", "yesterday 9:00", "2026-11-20 10:00" or "-2h"'

_AGO = re.compile(r"-\s*((?:\d{1,6}\s*[dhms]\s*)+)", re.ASCII)
_PART = re.compile(r"(\d+)\s*([dhms])", re.ASCII)
_UNITS = {"d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}
_SECONDS = re.compile(r"(?<=\d:\d{2}):([0-5]\d)$", re.ASCII)
_WRITTEN = re.compile(r"(?:[a-z]{3,9},? )?(\d{1,2}) ([a-z]{3}) (\d{4})\b(.*)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}.*", re.ASCII)


def parse_moment(text: str, now_ms: int, zone: tzinfo | None) -> int:
    """The moment that `text` means at `now_ms`, both epoch ms, on the clock of `zone` (None: the machine's own).

    A time without a day is the last one there was; a day without a time is its beginning. Raises `ValueError` with one
    line and samples for what is not understood, and for what is still to come.
    """
    words = " ".join(text.casefold().split())
    found = now_ms if words == "now" else _ago(words, now_ms)
    if found is None:
        found = _dated(_as_written(words) or text.strip(), zone)
    if found is None:
        found = _spoken(words, now_ms, zone)
    if found is None:
        shown = "".join(each if each.isprintable() else "?" for each in text[:60])
        raise ValueError(f'"{shown}" is no moment that is over; write such as {SAMPLES}')
    return found


def _ago(words: str, now: int) -> int | None:
    found = _AGO.fullmatch(words)
    if found is None:
        return None
    return max(0, now - sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(found[1])))


def _dated(text: str, zone: tzinfo | None) -> int | None:
    """A whole date, of however long ago."""
    if not _DATE.fullmatch(text):
        return None
    day, _, clock = text.replace("T", " ", 1).partition(" ")
    clock = clock.strip()
    try:
        shown = datetime.fromisoformat(f"{day}T{'0' if clock[1:2] == ':' else ''}{clock}" if clock else day)
        return round((shown if shown.tzinfo else shown.replace(tzinfo=zone)).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return None


def _as_written(words: str) -> str | None:
    """``thu 26 nov 2026 10:42:31``, as `moment_text` writes it, as a date; None for anything else."""
    found = _WRITTEN.fullmatch(words)
    names = [month.lower() for month in MONTHS]
    if found is None or found[2] not in names:
        return None
    return f"{found[3]}-{names.index(found[2]) + 1:02}-{int(found[1]):02}{found[4]}"


def _spoken(words: str, now: int, zone: tzinfo | None) -> int | None:
    seconds = _SECONDS.search(words)
    if seconds:
        minute = _spoken(words[: seconds.start()], now, zone)
        found = None if minute is None else minute + int(seconds[1]) * SECOND
        return found if found is None or found <= now else None
    # Spans are read elsewhere: a moment is the begin of one that is open, or where that is too long, of the day's rest.
    for form in (f"{words}-", f"{words}-24:00"):
        try:
            return resolve(parse_span(form, now, zone, ()), now, zone, ()).start
        except SpanError:
            continue
    return None


def moment_text(ms: int, zone: tzinfo | None) -> str:
    """``Sun 22 Nov 2026 10:42:31``."""
    shown = local(ms, zone)
    return f"{WEEKDAYS[shown.weekday()]} {shown.day} {MONTHS[shown.month - 1]} {shown:%Y %H:%M:%S}"
