"""Agent groups as a tree. The API tells no hierarchy, so it is the one that the settings name, or flat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Group = tuple[str, str | None]
"""A group's id and its name, None where it has none."""


@dataclass(frozen=True, slots=True)
class _Linked:
    parent_of: dict[str, str]
    problems: tuple[str, ...]


def tree(groups: Sequence[Group], parents: Mapping[str, str]) -> list[tuple[str, int]]:
    """The ids of all `groups` with their depth, each below its parent; siblings keep their order.

    `parents` names the parent of a group; both may be ids or names, which are compared without regard to case, and an
    id goes before a name. A group whose parent is not among `groups`, or that would be above itself, stands at the top.
    """
    parent_of = _link(groups, parents).parent_of
    children: dict[str | None, list[str]] = {}
    for key in dict.fromkeys(key for key, _ in groups):
        children.setdefault(parent_of.get(key), []).append(key)
    found: list[tuple[str, int]] = []
    waiting = [(key, 0) for key in reversed(children.get(None, []))]
    while waiting:
        key, depth = waiting.pop()
        found.append((key, depth))
        waiting.extend((child, depth + 1) for child in reversed(children.get(key, [])))
    return found


def problems(groups: Sequence[Group], parents: Mapping[str, str]) -> tuple[str, ...]:
    """What is wrong with `parents`, for people: groups that are not known, named twice, or above themselves."""
    return _link(groups, parents).problems


def _link(groups: Sequence[Group], parents: Mapping[str, str]) -> _Linked:
    names = {key: name or key for key, name in groups}
    by_name: dict[str, list[str]] = {}
    for key, name in groups:
        if name and key not in by_name.setdefault(name.casefold(), []):
            by_name[name.casefold()].append(key)
    said: list[str] = []

    def key_of(word: str) -> str | None:
        wanted = word.strip()
        if wanted in names:
            return wanted
        named = by_name.get(wanted.casefold(), [])
        if len(named) == 1:
            return named[0]
        said.append(f"several groups are named {wanted}: name it by its id" if named else f"there is no group {wanted}")
        return None

    parent_of: dict[str, str] = {}
    for child_word, parent_word in parents.items():
        child, parent = key_of(child_word), key_of(parent_word)
        if child is None or parent is None:
            continue
        if parent_of.setdefault(child, parent) != parent:
            said.append(f"{child_word} has two parents: {names[parent_of[child]]} is taken, {names[parent]} is not")
    for circle in _circles(parent_of):
        said.append("parents in a circle: " + " below ".join(names[key] for key in (*circle, circle[0])))
        for key in circle:
            del parent_of[key]
    return _Linked(parent_of, tuple(dict.fromkeys(said)))


def _circles(parent_of: Mapping[str, str]) -> list[list[str]]:
    """Each circle of groups that are above themselves, once."""
    seen: set[str] = set()
    found = []
    for start in parent_of:
        path: dict[str, None] = {}
        key: str | None = start
        while key is not None and key not in seen:
            seen.add(key)
            path[key] = None
            key = parent_of.get(key)
        if key in path:
            steps = list(path)
            found.append(steps[steps.index(key) :])
    return found
