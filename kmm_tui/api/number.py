"""Numbers from the network: what is none becomes None, and never 0."""

from __future__ import annotations

import math
import re
from typing import TypeAlias

Number: TypeAlias = int | float

_NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?", re.ASCII)


def number(value: object) -> Number | None:
    """`value` as a finite number; a number in a string counts. None for anything else.

    >>> number("12"), number(0.5), number("NaN"), number(True), number([])
    (12, 0.5, None, None, None)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip()
        if not _NUMBER.fullmatch(text):
            return None
        value = int(text) if text.lstrip("+-").isdigit() else float(text)
    if isinstance(value, int):
        # An integer too large for a float is no figure of a contact centre.
        return value if -(2**63) <= value < 2**63 else None
    if isinstance(value, float) and math.isfinite(value):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return None


def whole(value: object) -> int | None:
    """`value` as a whole number, cut if it must be. None for what is none, and for a part of one."""
    found = number(value)
    # A part of one is not cut down to a zero that nobody sent.
    return None if found is None or 0 < abs(found) < 1 else int(found)
