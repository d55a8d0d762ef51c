"""What a figure is about: the account, a skill, an agent group or an agent; and which of them a person watches."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """The levels that the API reports on."""

    ACCOUNT = "account"
    SKILL = "skill"
    GROUP = "group"
    AGENT = "agent"

    # An enum's own is written in Python, and these are part of what everything is looked up by.
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Scope:
    """One account, skill, agent group or agent. Its name is not part of what it is: names change."""

    level: Level
    key: str = ""

    def __str__(self) -> str:
        return self.level.value if self.level is Level.ACCOUNT else f"{self.level.value} {self.key}"


ACCOUNT = Scope(Level.ACCOUNT)


@dataclass(frozen=True, slots=True)
class Watch:
    """Which skills and groups a person watches: ids, names or patterns, with ``skill:`` or ``group:`` in front or not.

    Nothing at all watches everything. Of a level that no entry speaks of nothing is watched.

    >>> Watch(("Bill*", "group:7")).wants(Level.SKILL, "1", "Billing")
    True
    """

    entries: tuple[str, ...] = ()

    def wants(self, level: Level, key: str, name: str | None) -> bool:
        """Whether the skill or group of this id and name is watched. Names are compared without regard to case."""
        return not self.entries or any(self._matches(pattern, key, name) for pattern in self.patterns(level))

    def patterns(self, level: Level) -> tuple[str, ...]:
        """The entries that can speak of `level`, without their prefix."""
        found = []
        for entry in self.entries:
            prefix, colon, rest = entry.partition(":")
            if colon and prefix.strip().lower() in (Level.SKILL.value, Level.GROUP.value):
                if prefix.strip().lower() == level.value:
                    found.append(rest.strip())
            else:
                found.append(entry.strip())
        return tuple(found)

    @staticmethod
    def _matches(pattern: str, key: str, name: str | None) -> bool:
        if pattern == key or (name is not None and pattern.casefold() == name.casefold()):
            return True
        return name is not None and fnmatch.fnmatchcase(name.casefold(), pattern.casefold())

    def unmatched(self, known: Iterable[tuple[Level, str, str | None]]) -> tuple[str, ...]:
        """The entries that fit none of the `known` skills and groups: typos, or things that are gone."""
        things = list(known)
        return tuple(
            entry
            for entry in self.entries
            if not any(Watch((entry,)).wants(level, key, name) for level, key, name in things)
        )
