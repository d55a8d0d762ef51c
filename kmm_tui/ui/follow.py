"""Where cursor and scroll go when rows are reordered, added or gone: they belong to keys, not to lines."""

from collections.abc import Sequence
from typing import Any

Keyed = Sequence[tuple[str, Any]]
"""Rows with their keys, in shown order."""


def place_of(rows: Keyed, key: str | None, before: Keyed, old: int) -> int:
    """The index of `key` in `rows` (not empty); if it is gone, that of its nearest neighbour `before` that is left.

    `old` is where `key` was in `before`, -1 if it was nowhere. Of two neighbours as near, the lower one on the screen
    is taken, as it moves up into the line; with no neighbour left it is the first row.
    """
    if 0 <= old < len(rows) and rows[old][0] == key:
        return old
    index = {each: place for place, (each, _) in enumerate(rows)}
    if key in index:
        return index[key]
    if old >= 0:
        for distance in range(1, len(before)):
            for near in (old + distance, old - distance):
                if 0 <= near < len(before) and before[near][0] in index:
                    return index[before[near][0]]
    return 0


def top_of(rows: Keyed, before: Keyed, top: int, page: int, old: int, new: int) -> int | None:
    """The index of the first visible row that keeps what is looked at on its line, possibly out of range.

    `top` was the first of `page` visible rows, the cursor went from index `old` to `new`. A visible cursor stays on
    its line, otherwise the first visible row that is left does. None if nothing visible is left.
    """
    if top <= old < top + page:
        return top + new - old
    index = {key: place for place, (key, _) in enumerate(rows)}
    for line, (key, _) in enumerate(before[top : top + page]):
        if key in index:
            return index[key] - line
    return None
