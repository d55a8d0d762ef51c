"""Hours of the week, as quiet hours and opening hours are written: ``mon-fri 22:00-07:00``, or the name of a shift."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import time, tzinfo
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from kmm_tui.board.shifts import EVERY_DAY, Shift
from kmm_tui.settings.own_shifts import read_clock, read_days

FORM = '"22:00-07:00", "mon-fri 08:00-20:00", "sat, sun" or the name of a shift'
_SPAN = re.compile(r"(?:(?P<days>.*\S)\s+)?(?P<begins>\d{1,2}:\d{2})\s*[-–]\s*(?P<ends>\d{1,2}:\d{2})", re.ASCII)
_LONGEST = 80


def _hours(value: Any) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text or not text.isprintable() or len(text) > _LONGEST:
        raise ValueError(f"must be hours such as {FORM}")
    # Said now, where it stands; a name is looked up once all shifts are known.
    _shift(text, None)
    return text


def _list(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


Hours = Annotated[
    tuple[Annotated[str, BeforeValidator(_hours)], ...],
    BeforeValidator(_list),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""Some hours of the week, each as it is written."""


def _shift(text: str, zone: tzinfo | None) -> Shift | None:
    """The hours of a text that tells them; None for what can only be the name of a shift. Raises ``ValueError``."""
    found = _SPAN.fullmatch(text)
    if found:
        days = read_days(found["days"]) if found["days"] else EVERY_DAY
        return Shift(text, read_clock(found["begins"]), read_clock(found["ends"]), days, zone)
    if any(each.isdigit() for each in text) and ":" in text:
        raise ValueError(f"cannot be read as hours; write {FORM}")
    try:
        return Shift(text, time(), time(), read_days(text), zone)
    except ValueError:
        return None


def unnamed(hours: Iterable[str], names: Iterable[str]) -> str | None:
    """The first of `hours` that is neither hours nor one of the shifts' casefolded `names`."""
    known = set(names)
    return next((text for text in hours if text.casefold() not in known and _shift(text, None) is None), None)


def shifts_of(hours: Iterable[str], shifts: Sequence[Shift], zone: tzinfo | None) -> tuple[Shift, ...]:
    """`hours` as the board knows them, in the board's `zone`; what is the name of one of the `shifts` is that shift."""
    by_name = {shift.name.casefold(): shift for shift in shifts}
    found = (by_name.get(text.casefold()) or _shift(text, zone) for text in hours)
    return tuple(shift for shift in found if shift is not None)
