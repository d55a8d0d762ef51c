"""``[[shifts]]``: a floor's shifts by name, and the time zones that they and the board are read in."""

from __future__ import annotations

import re
from datetime import time
from functools import cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BeforeValidator, Field, WithJsonSchema

from kmm_tui.board.shifts import EVERY_DAY, Shift
from kmm_tui.settings.duration import parse_duration
from kmm_tui.settings.keys import nearest
from kmm_tui.settings.table import Table

TODAY = "today"
RESERVED = (TODAY, "yesterday", "now", "since")
"""Words that mean something else where a shift is named."""
_LONGEST = 30
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SOME = {"daily": EVERY_DAY, "every day": EVERY_DAY}
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_DAYS_FORM = 'must be days such as "mon-fri" or ["mon", "tue", "sat"]'


def _name(value: Any) -> str:
    name = " ".join(value.split()) if isinstance(value, str) else ""
    if not name or not name.isprintable() or len(name) > _LONGEST:
        raise ValueError(f'must be a name of at most {_LONGEST} characters, such as "Early"')
    if name.casefold() in RESERVED or _is_length(name):
        raise ValueError(f'"{name}" means something else; choose another name, such as "Early"')
    return name


def _is_length(text: str) -> bool:
    try:
        parse_duration(text)
    except ValueError:
        return False
    return True


def read_clock(value: Any) -> time:
    """A time of day, ``24:00`` included. Raises ``ValueError`` with one line that says how to write it."""
    if isinstance(value, time) and value.tzinfo is None and not (value.second or value.microsecond):
        return value
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    hour, minute = (int(part) for part in found.groups()) if found else (99, 0)
    if (hour, minute) == (24, 0):
        return time()
    if hour > 23 or minute > 59:
        raise ValueError('must be a time of day in quotes, such as "07:00"')
    return time(hour, minute)


def read_days(value: Any) -> frozenset[int]:
    """Days of the week, Monday 0. Raises ``ValueError`` with one line that says how to write them."""
    if isinstance(value, frozenset):
        return value
    parts = value if isinstance(value, list) else value.split(",") if isinstance(value, str) else []
    days: frozenset[int] = frozenset()
    for part in parts:
        days |= _some_days(part)
    if not days:
        raise ValueError(_DAYS_FORM)
    return days


def _some_days(part: Any) -> frozenset[int]:
    if not isinstance(part, str):
        raise ValueError(_DAYS_FORM)
    text = part.strip().casefold()
    if text in _SOME:
        return _SOME[text]
    first, dash, last = (one.strip() for one in text.partition("-"))
    start = _day(first)
    end = _day(last) if dash else start
    return frozenset((start + more) % 7 for more in range((end - start) % 7 + 1))


def _day(word: str) -> int:
    names = dict(zip((*_DAYS, *_FULL), 2 * tuple(range(7)), strict=True))
    if word in names:
        return names[word]
    meant = nearest(word, names)
    shown = "".join(one if one.isprintable() else "?" for one in word)
    raise ValueError(f'"{shown}" is no day; did you mean "{meant}"?' if meant else _DAYS_FORM)


def days_text(days: frozenset[int]) -> str:
    """Days as the settings write them: ``daily``, ``mon-fri`` or ``mon, wed``."""
    if days == EVERY_DAY:
        return "daily"
    first = next((day for day in sorted(days) if (day - 1) % 7 not in days), 0)
    if len(days) > 2 and all((first + more) % 7 in days for more in range(len(days))):
        return f"{_DAYS[first]}-{_DAYS[(first + len(days) - 1) % 7]}"
    return ", ".join(_DAYS[day] for day in sorted(days))


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(value: Any) -> str:
    name = value.strip() if isinstance(value, str) else ""
    if not name:
        raise ValueError('must be the name of a time zone in quotes, such as "Europe/Lisbon"')
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # A name that is a folder, or no name at all, is an OSError or a ValueError.
        pass
    if not _known_zones():
        raise ValueError("this machine knows no time zones; install the Python package tzdata, or leave this out")
    meant = _of_city(name) or nearest(name, _known_zones())
    hint = f'did you mean "{meant}"?' if meant else 'write one such as "Europe/Lisbon"'
    raise ValueError(f"unknown time zone; {hint}")


def _of_city(name: str) -> str | None:
    """The zone of a city that was written without its continent, or with another one."""
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(_known_zones()) if "/" in zone}
    return cities.get(name.rpartition("/")[2].strip().replace(" ", "_").casefold())


ZoneName = Annotated[str, BeforeValidator(_zone), WithJsonSchema({"type": "string", "examples": ["Europe/Lisbon"]})]
_JSON_CLOCK = WithJsonSchema({"type": "string", "pattern": "^([01]?[0-9]|2[0-3]):[0-5][0-9]$|^24:00$"})
_JSON_DAYS = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
_Clock = Annotated[time, BeforeValidator(read_clock), _JSON_CLOCK]


class OwnShift(Table):
    """A shift by name. One that ends at or before its begin by the clock ends on the next day."""

    name: Annotated[str, BeforeValidator(_name)] = Field(description="What it is called; windows can be named by it.")
    begins: _Clock = Field(alias="from", description='When it begins, local time: "07:00".')
    ends: _Clock = Field(alias="to", description='When it ends, local time: "15:00"; "06:00" may be the next day.')
    days: Annotated[frozenset[int], BeforeValidator(read_days), _JSON_DAYS] = Field(
        EVERY_DAY, description='The days on which it begins: "mon-fri", ["mon", "sat"]; without it every day.'
    )
    zone: ZoneName | None = Field(None, description="Its time zone; without it the board's.")

    def shift(self, board_zone: str | None) -> Shift:
        """It as the board knows shifts."""
        return Shift(self.name, self.begins, self.ends, self.days, zone_of(self.zone or board_zone))


def zone_of(name: str | None) -> ZoneInfo | None:
    """The zone of a name that was checked; None is the machine's own."""
    return ZoneInfo(name) if name else None


def shift_text(shift: OwnShift) -> str:
    """A shift on one line."""
    zone = f" {shift.zone}" if shift.zone else ""
    return f"{shift.name} {shift.begins:%H:%M}–{shift.ends:%H:%M} {days_text(shift.days)}{zone}"
