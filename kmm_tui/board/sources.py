"""Figures of a person's own sources beside those of the API: whom each is about, when it holds, and how old it is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kmm_tui.board.figure import Figures, Number
from kmm_tui.board.freshness import Age
from kmm_tui.board.scope import Level, Scope
from kmm_tui.metrics import Method

Values = tuple[Number | None, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One value of a source: the response field of its metric, what the source calls it and counts it in, and by what
    its numbers are multiplied to be in the metric's unit."""

    field: str
    told: str
    factor: float = 1

    def value(self, raw: Number | None) -> Number | None:
        """A number of the source in the metric's unit."""
        return None if raw is None else raw if self.factor == 1 else raw * self.factor


@dataclass(frozen=True, slots=True)
class Slot:
    """Values that hold from `start` to before `end`, epoch ms."""

    start: int
    end: int
    values: Values


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """What a source said at `taken_at` (epoch ms), which took `took` seconds: values by id or name, folded.

    Of the account there is one key, ''. A source without time slots has one slot a key, which never ends.
    """

    name: str
    level: Level
    columns: tuple[Column, ...]
    slots: Mapping[str, tuple[Slot, ...]] = field(hash=False)
    taken_at: int
    took: float = 0.0

    def of_account(self, names: Iterable[str | None]) -> SourceAnswer:
        """What rows that name accounts say of one alone, which may be called by any of `names`."""
        wanted = [name.casefold() for name in names if name]
        found = next((self.slots[name] for name in wanted if name in self.slots), ())
        return replace(self, slots={"": found} if found else {})

    def slots_of(self, scope: Scope, name: str | None) -> Sequence[Slot]:
        """All that it says of a scope, which may be called by its id or its name; oldest first."""
        if scope.level is Level.ACCOUNT:
            return self.slots.get("", ())
        found = self.slots.get(scope.key.casefold())
        return found or (self.slots.get(name.casefold(), ()) if name else ())

    def slot_at(self, scope: Scope, name: str | None, at: int) -> Slot | None:
        """What holds of a scope at `at`, epoch ms."""
        slots = self.slots_of(scope, name)
        place = bisect_right(slots, at, key=lambda slot: slot.start)
        return slots[place - 1] if place and at < slots[place - 1].end else None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a source stands: its last answer, None before the first one, and the age of that."""

    level: Level
    fields: tuple[str, ...]
    answer: SourceAnswer | None
    age: Age


def method_of(level: Level) -> Method:
    """The method whose answers have the figures of a level."""
    return Method.AGENT_VIEW if level is Level.AGENT else Method.METRICS


def mixed(figures: Figures, scope: Scope, name: str | None, at: int, standings: Iterable[Standing]) -> Figures:
    """`figures` of a scope with what the sources say of it at `at`, epoch ms.

    A source that is about something else, or knows nothing of this scope, does not offer its metrics there. One that
    has not answered, or has nothing for this moment, has no value, which is not zero. One that has long been silent
    is old, and in the end without a value.
    """
    values = dict(figures.values)
    asked: list[str] = []
    refused: list[str] = []
    old: list[str] = []
    for each in standings:
        if method_of(each.level) is not figures.method:
            continue
        answer = each.answer
        if each.level is not scope.level or (answer is not None and not answer.slots_of(scope, name)):
            refused += each.fields
            continue
        asked += each.fields
        if each.age in (Age.STALE, Age.GONE):
            old += each.fields
        slot = answer.slot_at(scope, name, at) if answer and each.age is not Age.GONE else None
        if answer is None or slot is None:
            values.update(dict.fromkeys(each.fields))
        else:
            values.update(
                (column.field, column.value(raw)) for column, raw in zip(answer.columns, slot.values, strict=True)
            )
    if not asked and not refused:
        return figures
    return replace(
        figures,
        values=values,
        asked=figures.asked.union(asked, refused),
        refused=figures.refused.union(refused),
        old=frozenset(old),
    )


def without_old(figures: Figures) -> Figures:
    """`figures` as they may be kept: what was old then has no value, lest it look fresh when it is looked back at."""
    if not figures.old:
        return figures
    return replace(figures, values={**figures.values, **dict.fromkeys(figures.old)}, old=frozenset())
