"""Lengths of time as `timedelta`s, written as everywhere in the product."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from kmm_tui.api import window

PATTERN = "^([0-9]+h)?([0-9]+m)?([0-9]+s)?$"
"""What a length of time looks like, as a regular expression of JSON Schema."""


def parse_duration(text: str) -> timedelta:
    """Reads ``30s``, ``5m``, ``1h30m``. Raises ``ValueError`` with one line that says how to write it."""
    return timedelta(milliseconds=window.parse_duration(text))


def format_duration(length: timedelta) -> str:
    """The shortest form that ``parse_duration`` reads back; whole seconds."""
    return window.format_duration(round(length.total_seconds() * window.SECOND))


def length_between(low: str, high: str | None, unit: str, usual: str) -> Callable[[Any], timedelta]:
    """A reader of a length of time between two limits; what it suggests for a bare number has the usual `unit`.

    The reader raises ``ValueError`` with one line that says how to write it; ``usual`` is its example.
    """
    least, most = parse_duration(low), parse_duration(high) if high else None
    limits = f"between {low} and {high}" if high else f"at least {low}"

    def allowed(length: timedelta) -> bool:
        return length >= least and (most is None or length <= most)

    def read(value: Any) -> timedelta:
        if isinstance(value, timedelta):
            length = value
        else:
            number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
            if isinstance(value, str) and value.strip().isdecimal():
                number = int(value) if len(value) < 7 else 0
            if number is not None:
                meant = f"{number}{unit}"
                fits = isinstance(number, int) and 0 < number < 1_000_000 and allowed(parse_duration(meant))
                raise ValueError(f'a unit is missing; write "{meant if fits else usual}"')
            if not isinstance(value, str):
                raise ValueError(f'must be a length of time in quotes, such as "{usual}"')
            length = parse_duration(value)
        if not allowed(length):
            raise ValueError(f'must be {limits}, such as "{usual}"')
        return length

    return read
