"""An account of more than 1000 agents, read in parts: by agent groups packed together, and by skills inside a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

ROOM = 950
"""Agents to plan for in one population: some log in between the planning and the asking."""


def pack(sizes: Mapping[str, float], room: float = ROOM) -> list[tuple[str, ...]]:
    """Puts keys together so that the sizes of each part add up to `room` at most; the largest first, first fit.

    A key that is larger than `room` by itself gets a part of its own. Nothing is left out.
    """
    parts: list[tuple[float, list[str]]] = []
    for key, size in sorted(sizes.items(), key=lambda each: (-each[1], each[0])):
        for index, (used, keys) in enumerate(parts):
            if used + size <= room:
                parts[index] = (used + size, [*keys, key])
                break
        else:
            parts.append((size, [key]))
    return [tuple(keys) for _, keys in parts]


def halves(keys: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Two parts of `keys`, as even as can be."""
    middle = (len(keys) + 1) // 2
    return tuple(keys[:middle]), tuple(keys[middle:])
