"""What a person types to look at something else: ``30m``, ``early``, ``yesterday 9-11``, ``20 nov 10:00-11:30``.

Without a day a range is today's; one that ends before it begins by the clock runs into the next day, and is last
night's as long as tonight's has not begun. ``mon`` is the last Monday. Times that clocks show twice are the first of
the two; those that they skip are moved forward.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta, tzinfo

from kmm_tui.api.window import MINUTE, WIDEST, ceil_minute
from kmm_tui.board.localtime import MIDNIGHT, MONTHS, day_start, local, moment
from kmm_tui.board.shifts import Shift
from kmm_tui.board.span import TODAY, YESTERDAY, Span, SpanError, between, last, resolve, since

_SAMPLES = '"30m", "today", "yesterday 9-11" or "20 nov 10:00-11:30"'
_LONGEST = 80
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_YEARS = range(2000, 2100)
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
"""Days from today; the last one is understood so that it can be told to be still to come."""

_DASHES = re.compile("[‐‑‒–—−]")
_LENGTH = re.compile(r"(?:last )?((?:\d+ ?(?:d|days?|h|hours?|hrs?|m|min|mins|minutes?) ?)+)", re.ASCII)
_SECONDS = re.compile(r"(?:\d+h)?(?:\d+m)?\d+ ?s(?:ec|econds?)?", re.ASCII)
_PART = re.compile(r"(\d+) ?([dhm])", re.ASCII)
_IN_MINUTES = {"d": 1440, "h": 60, "m": 1}
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:t(?=\d)|(?=\s|-|$))", re.ASCII)
_DAY_MONTH = re.compile(r"(\d{1,2})\.? ?([a-z]{3,9})\.?(?: (20\d{2})(?=\s|-|$))?", re.ASCII)
_MONTH_DAY = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:,? (20\d{2}))?(?=\s|-|,|$)", re.ASCII)
_WORD = re.compile(r"[a-z]+", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?: ?(am|pm)\b)?(?![\d:.])", re.ASCII)


def parse_span(text: str, now_ms: int, zone: tzinfo | None, shifts: Sequence[Shift]) -> Span:
    """The span that `text` means at `now_ms`; capitals and kinds of dashes do not matter.

    Raises `SpanError` with one line and an example for what is not understood or cannot be shown now.
    """
    words = _plain(text) if len(text) <= _LONGEST else ""
    if not words:
        raise SpanError(f"write what to look at, such as {_SAMPLES}")
    span = _named(words, shifts) or _length(words) or _Reader(now_ms, zone).read(words)
    resolve(span, now_ms, zone, shifts)
    return span


def _plain(text: str) -> str:
    return " ".join(_DASHES.sub("-", text.casefold()).split())


def _named(words: str, shifts: Sequence[Shift]) -> Span | None:
    if words in ("today", "yesterday"):
        return TODAY if words == "today" else YESTERDAY
    for shift in shifts:
        name = _plain(shift.name)
        if words in (name, f"since {name}", f"{name}-"):
            return since(shift)
    return None


def _length(words: str) -> Span | None:
    found = _LENGTH.fullmatch(words)
    if found is None:
        if _SECONDS.fullmatch(words):
            raise SpanError('a window is a number of whole minutes wide; write such as "15m" or "1h30m"')
        return None
    minutes = sum(int(number[:6]) * _IN_MINUTES[unit] for number, unit in _PART.findall(found[1]))
    if minutes * MINUTE > WIDEST:
        raise SpanError(f"at most 24h can be shown at once; write {_SAMPLES}")
    if not minutes:
        raise SpanError('a window is at least 1m wide; write such as "15m"')
    return last(minutes * MINUTE)


@dataclass(frozen=True, slots=True)
class _Day:
    """A day as it was typed: one certain date, a weekday, or a day of a month without its year."""

    date: date | None = None
    weekday: int | None = None
    month: int = 0
    number: int = 0


class _Reader:
    """Reads ranges at one moment in one zone."""

    def __init__(self, now: int, zone: tzinfo | None) -> None:
        self._now, self._zone = now, zone
        self._today = local(now, zone).date()
        self._rest = ""

    def read(self, words: str) -> Span:
        """The range, or `SpanError`."""
        self._rest = words.removeprefix("since ")
        is_since = self._rest != words
        day = self._day()
        self._rest = self._rest.removeprefix(",").lstrip()
        clock = self._clock()
        if day is None and clock is None:
            raise _not_understood(words)
        if is_since and not self._rest:
            return self._open(day, clock)
        if not self._rest and day and clock is None:
            return self._whole(day)
        if is_since or not self._take_dash():
            raise _not_understood(words)
        if self._rest in ("", "now"):
            return self._open(day, clock)
        last_day, last_clock = self._day(), self._clock()
        if self._rest or last_clock is None:
            raise _not_understood(words)
        return self._closed(day, clock or 0, last_day, last_clock)

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._rest)
        if found:
            self._rest = self._rest[found.end() :].lstrip()
        return found

    def _take_dash(self) -> bool:
        for dash in ("-", "to ", "until "):
            if self._rest.startswith(dash):
                self._rest = self._rest.removeprefix(dash).lstrip()
                return True
        return False

    def _day(self) -> _Day | None:
        found = _ISO.match(self._rest)
        if found:
            self._take(_ISO)
            return _Day(_date(*(int(part) for part in found.groups())))
        for pattern, day_at, month_at in ((_DAY_MONTH, 1, 2), (_MONTH_DAY, 2, 1)):
            found = pattern.match(self._rest)
            month = _full(found[month_at], _MONTHS) if found else None
            if found and month is not None:
                self._take(pattern)
                number = int(found[day_at])
                exact = _date(int(found[3]), month + 1, number) if found[3] else None
                return _Day(exact, month=month + 1, number=number)
        return self._word()

    def _word(self) -> _Day | None:
        found = _WORD.match(self._rest)
        word = found[0] if found else ""
        weekday = _full(word, _WEEKDAYS)
        if weekday is None and word not in _DAYS:
            return None
        self._take(_WORD)
        if weekday is not None:
            return _Day(weekday=weekday)
        return _Day(self._today + timedelta(_DAYS[word]))

    def _clock(self) -> int | None:
        """Minutes since midnight, 0..1440."""
        found = self._take(_CLOCK)
        if found is None:
            return None
        hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
        if half:
            good = 1 <= hour <= 12
            hour = hour % 12 + 12 * (half == "pm")
        else:
            good = hour < 24 or (hour == 24 and not minute)
        if not good or minute > 59:
            raise SpanError(f'"{found[0].strip()}" is no time of day; write such as "9-11" or "22:00-6:30"')
        return hour * 60 + minute

    def _at(self, day: date, clock: int) -> int:
        """Moment of the `clock` minutes after midnight by the clock; 1440 is the next midnight."""
        if clock == 24 * 60:
            return moment(day + timedelta(1), MIDNIGHT, self._zone)
        return moment(day, time(clock // 60, clock % 60), self._zone)

    def _open(self, day: _Day | None, clock: int | None) -> Span:
        at = clock or 0
        if day is None:
            begins = self._today if self._at(self._today, at) < self._now else self._today - timedelta(1)
        else:
            begins = self._begins(day, at)
        start = self._at(begins, at)
        # Without a day it is within the last local day, be that 25 hours long: then it is cut.
        if day is not None and ceil_minute(self._now) - start > WIDEST:
            raise SpanError(f"that is over 24h ago, and at most 24h can be shown at once; write {_SAMPLES}")
        return between(start, None, self._zone)

    def _whole(self, day: _Day) -> Span:
        begins = self._begins(day, 0)
        if begins == self._today:
            return TODAY
        start = moment(begins, MIDNIGHT, self._zone)
        end = day_start(start, self._zone, 1)
        return between(max(start, end - WIDEST), end, self._zone)

    def _closed(self, day: _Day | None, clock: int, last_day: _Day | None, last_clock: int) -> Span:
        into_next = last_day is None and last_clock < clock
        if day is None:
            tonight = into_next and self._at(self._today, clock) >= self._now
            begins = self._today - timedelta(tonight)
        else:
            begins = self._begins(day, clock)
        ends = begins + timedelta(into_next) if last_day is None else self._ends(last_day, begins)
        return between(self._at(begins, clock), self._at(ends, last_clock), self._zone)

    def _begins(self, day: _Day, clock: int) -> date:
        if day.date is not None:
            return day.date
        if day.weekday is None:
            return _nearest(day, self._today)
        begins = self._today - timedelta((self._today.weekday() - day.weekday) % 7)
        return begins if self._at(begins, clock) < self._now else begins - timedelta(7)

    @staticmethod
    def _ends(day: _Day, begins: date) -> date:
        if day.date is not None:
            return day.date
        if day.weekday is None:
            return _nearest(day, begins)
        return begins + timedelta((day.weekday - begins.weekday()) % 7)


def _full(word: str, names: Sequence[str]) -> int | None:
    """The place of the name that begins with `word`, of three letters at least."""
    if len(word) < 3:
        return None
    return next((place for place, name in enumerate(names) if name.startswith(word)), None)


def _date(year: int, month: int, day: int) -> date:
    try:
        if year in _YEARS:
            return date(year, month, day)
    except ValueError:
        pass
    raise SpanError(f'there is no {day} {_month(month)} {year}; write such as "2026-11-20 8:00-10:00"')


def _month(month: int) -> str:
    return MONTHS[month - 1] if 1 <= month <= 12 else f"of month {month}"


def _nearest(day: _Day, to: date) -> date:
    """The date nearest to `to`, in whichever year."""
    found = []
    for year in range(to.year - 4, to.year + 5):  # 29 February
        try:
            found.append(date(year, day.month, day.number))
        except ValueError:
            continue
    if not found:
        raise SpanError(f'there is no {day.number} {_month(day.month)}; write such as "20 nov 10:00-11:30"')
    return min(found, key=lambda one: abs(one - to))


def _not_understood(words: str) -> SpanError:
    shown = "".join(one if one.isprintable() else "?" for one in words)
    return SpanError(f'"{shown}" is not understood; write {_SAMPLES}')
