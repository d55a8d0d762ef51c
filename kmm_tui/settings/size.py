"""Sizes of files, written as ``512MB``. A kilobyte is 1000 bytes, as disks are sold."""

from __future__ import annotations

import re
from typing import Any

_UNITS = {"KB": 1000, "MB": 1000**2, "GB": 1000**3}
_SIZE = re.compile(r"(\d{1,9}) ?(KB|MB|GB)", re.ASCII)
PATTERN = "^[0-9]{1,9} ?([KMG]B|[kmg]b)$"
LEAST, MOST = 10 * 1000**2, 100 * 1000**3
USUAL = 512 * 1000**2


def read_size(value: Any) -> int:
    """Bytes of a size from 10MB to 100GB. Raises ``ValueError`` with one line that says how to write it."""
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError('a unit is missing; write such as "512MB"')
    found = _SIZE.fullmatch(value.strip().upper()) if isinstance(value, str) else None
    if found is None:
        raise ValueError('must be a size in quotes, such as "512MB" or "2GB"')
    size = int(found[1]) * _UNITS[found[2]]
    if not LEAST <= size <= MOST:
        raise ValueError(f'must be between {format_size(LEAST)} and {format_size(MOST)}, such as "512MB"')
    return size


def format_size(size: int) -> str:
    """The shortest form of whole kilobytes that ``read_size`` reads.

    >>> format_size(512_000_000), format_size(2_000_000_000)
    ('512MB', '2GB')
    """
    for unit, factor in reversed(_UNITS.items()):
        if size % factor == 0:
            return f"{size // factor}{unit}"
    return f"{size // 1000}KB"
