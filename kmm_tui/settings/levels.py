"""Values of limits as people write them: lengths of time, percentages and numbers, by the metric's unit."""

from __future__ import annotations

import re
from typing import Any

from kmm_tui.api import window
from kmm_tui.metrics import Unit
from kmm_tui.settings.duration import parse_duration

MOST_TIME = "24h"
MOST_COUNT = 1_000_000
MOST_PERCENT = 1000
"""Loads and rates may exceed 100 %."""

_PERCENT = re.compile(r"(\d{1,4}(?:\.\d{1,3})?) ?%", re.ASCII)


def read_level(value: Any, unit: Unit) -> float:
    """The value in the unit of the catalogue: ms, a ratio where 1.0 is 100 %, a score, or a count.

    Raises ``ValueError`` with one line that says how to write it.
    """
    if unit is Unit.DURATION:
        return _time(value)
    if unit in (Unit.RATIO, Unit.SHARE):
        return _ratio(value, 100 if unit is Unit.SHARE else MOST_PERCENT)
    low, high, usual = (-100, 100, 20) if unit is Unit.SCORE else (0, MOST_COUNT, 3)
    # Compared before it is made a float: a whole number of the file can be larger than any float.
    if not _number(value) or not low <= value <= high:
        raise ValueError(f"must be a number from {low} to {high}, such as {usual}")
    return float(value)


def write_level(value: float, unit: Unit) -> str:
    """As `read_level` reads it.

    >>> write_level(90_000.0, Unit.DURATION), write_level(0.85, Unit.RATIO), write_level(3.0, Unit.COUNT)
    ('1m30s', '85%', '3')
    """
    if unit is Unit.DURATION:
        return window.format_duration(round(value))
    return f"{value * 100:.6g}%" if unit in (Unit.RATIO, Unit.SHARE) else f"{value:.7g}"


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _time(value: Any) -> float:
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 7:
        value = int(value)
    if _number(value):
        meant = value if isinstance(value, int) and 0 < value < 10_000 else 90
        raise ValueError(f'a unit is missing; write "{meant}s"')
    if not isinstance(value, str):
        raise ValueError('must be a length of time in quotes, such as "90s"')
    length = parse_duration(value)
    if length > parse_duration(MOST_TIME):
        raise ValueError(f'must be at most {MOST_TIME}, such as "90s"')
    return length.total_seconds() * window.SECOND


def _ratio(value: Any, most: int) -> float:
    if isinstance(value, str):
        found = _PERCENT.fullmatch(value.strip())
        if not found:
            raise ValueError('not a percentage; write a number and its sign, such as "85%"')
        percent = float(found[1])
        if percent > most:
            raise ValueError(f'must be from 0% to {most}%, such as "85%"')
        return percent / 100
    if not _number(value):
        raise ValueError('must be a percentage in quotes, such as "85%"')
    if not 0 <= value <= 1:
        meant = f"{value:g}" if 1 < value <= most else "85"
        raise ValueError(f'must be a percentage in quotes, such as "{meant}%"; without quotes it is from 0 to 1')
    return float(value)
