"""``[group_parents]``: which agent group belongs under which, as the API tells no hierarchy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmm_tui.settings.keys import KeyPath


def read_parents(values: Mapping[str, Any]) -> tuple[dict[str, str], list[tuple[KeyPath, str]]]:
    """The parent of each group, both by name or id; and what is wrong, as (way, text).

    A circle that only shows once ids and names are known to be the same group is not seen here.
    """
    good: dict[str, str] = {}
    wrong: list[tuple[KeyPath, str]] = []
    seen: dict[str, str] = {}
    for name, value in values.items():
        child, parent = _named(name), _named(value)
        if not child:
            wrong.append(((name,), "a group needs a name of one line, or its id"))
        elif child.casefold() in seen:
            wrong.append(((name,), f'this group was given before, as "{seen[child.casefold()]}"'))
        else:
            seen[child.casefold()] = name
            if parent:
                good[child] = parent
            else:
                wrong.append(((name,), 'must be the name or id of the group above, such as "Portugal"'))
    return good, [*wrong, *_circles(good)]


def _named(value: Any) -> str:
    # Hexadecimal, a whole number may have more digits than Python writes.
    number = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**20
    text = str(value) if number else value
    text = text.strip() if isinstance(text, str) else ""
    return text if text.isprintable() else ""


def _circles(parents: Mapping[str, str]) -> list[tuple[KeyPath, str]]:
    """Each circle once, at its first group in the order of the file."""
    spelt = {child.casefold(): child for child in parents}
    above = {child.casefold(): parent.casefold() for child, parent in parents.items()}
    done: set[str] = set()
    found: list[tuple[KeyPath, str]] = []
    for start in above:
        way: list[str] = []
        at = start
        while at in above and at not in done and at not in way:
            way.append(at)
            at = above[at]
        if at in way:
            circle = [spelt[one] for one in way[way.index(at) :]]
            first = min(circle, key=list(parents).index)
            turned = circle[circle.index(first) :] + circle[: circle.index(first)]
            found.append(((first,), f"no group can be above itself: {' under '.join([*turned, first])}"))
        done.update(way)
    return found
