"""Lengths of time as people write them: ``30s``, ``5m``, ``1h``, ``1h30m``."""

from __future__ import annotations

import re
from datetime import timedelta

_FORM = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII)


def parse_duration(text: str) -> timedelta:
    """Hours, minutes and seconds, each a whole number with its unit, in that order.

    Raises ``ValueError`` with one line that says how to write it.
    """
    found = _FORM.fullmatch(text.strip().lower())
    if not found or not any(found.groups()):
        raise ValueError('not a length of time; write a number and its unit, such as "30s", "5m" or "1h"')
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def format_duration(length: timedelta) -> str:
    """The shortest form that ``parse_duration`` reads back; whole seconds."""
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "m"), (seconds, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"
