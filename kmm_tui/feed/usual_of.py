"""What figures were in the comparable windows of past days: in memory, for the present step of the grid only."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from kmm_tui.api.number import Number
from kmm_tui.api.window import Window
from kmm_tui.board.past import PastAnswer
from kmm_tui.board.scope import Level, Scope
from kmm_tui.metrics import BY_NAME, camel

_NOTHING = math.nan
_ACCOUNT = ""


class Comparable(Protocol):
    """A window of an earlier day that can be compared with the present one."""

    @property
    def days_ago(self) -> int:
        """1 is yesterday."""
        ...

    @property
    def window(self) -> Window:
        """That day's window."""
        ...


ComparableTo = Callable[[Window], Sequence[Comparable]]
"""The comparable windows of the last 14 days for a window that ends about now."""


@dataclass(frozen=True, slots=True)
class _Table:
    """The figures of one answer: a row of numbers for each key, `nan` where there is none."""

    fields: Mapping[str, int]
    places: Mapping[str, int]
    numbers: array[float]

    def get(self, key: str, field: str) -> Number | None:
        place = self.places.get(key)
        if place is None:
            return None
        number = self.numbers[place * len(self.fields) + self.fields[field]]
        if math.isnan(number):
            return None
        # As it was answered: a count is a whole number.
        return int(number) if number.is_integer() else number


class UsualOf:
    """Tells at once what was usual. `comparable` is the grid; whoever fills it says which windows are wanted."""

    def __init__(self, comparable: ComparableTo) -> None:
        self._comparable = comparable
        self._wanted: frozenset[Window] = frozenset()
        self._tables: dict[tuple[Level, Window], _Table] = {}
        self._asked_for: Window | None = None
        self._days: tuple[tuple[int, Window], ...] = ()

    def want(self, windows: Iterable[Window]) -> None:
        """These are the windows of the present step; all others are forgotten."""
        self._wanted = frozenset(windows)
        self._tables = {key: table for key, table in self._tables.items() if key[1] in self._wanted}

    def keep(self, answer: PastAnswer) -> None:
        """Takes note of an answer, if it is one of a wanted window."""
        if answer.window in self._wanted:
            self._tables[answer.level, answer.window] = _table(answer, self._alike(answer))

    def has(self, level: Level, window: Window) -> bool:
        """Whether the figures of `window` are known here."""
        return (level, window) in self._tables

    def usual_of(self, scope: Scope, names: Iterable[str], window: Window) -> Mapping[int, Mapping[str, Number | None]]:
        """By days ago, the figures of `scope` by response field in the windows comparable to `window`.

        A day of which nothing is known yet is left out, and so is a metric that is not by time or was not asked for.
        None is a figure that had no value then.
        """
        level = Level.SKILL if scope.level is Level.ACCOUNT else scope.level
        if level is Level.AGENT:
            return {}
        fields = [BY_NAME[name].field if name in BY_NAME else camel(name) for name in names]
        key = _ACCOUNT if scope.level is Level.ACCOUNT else scope.key
        found: dict[int, Mapping[str, Number | None]] = {}
        for days_ago, then in self._days_of(window):
            table = self._tables.get((level, then))
            if table is not None:
                found[days_ago] = {field: table.get(key, field) for field in fields if field in table.fields}
        return found

    def _days_of(self, window: Window) -> tuple[tuple[int, Window], ...]:
        if window != self._asked_for:
            self._asked_for = window
            self._days = tuple((each.days_ago, each.window) for each in self._comparable(window))
        return self._days

    def _alike(self, answer: PastAnswer) -> _Table | None:
        return next((table for (level, _), table in self._tables.items() if level is answer.level), None)


def _table(answer: PastAnswer, alike: _Table | None) -> _Table:
    fields = {field: place for place, field in enumerate(sorted(answer.asked))}
    rows = {_ACCOUNT: answer.account, **answer.rows} if answer.account is not None else dict(answer.rows)
    places = {key: place for place, key in enumerate(sorted(rows))}
    numbers = array("d", [_NOTHING]) * (len(rows) * len(fields))
    for key, place in places.items():
        for field, value in (rows[key] or {}).items():
            if value is not None and field in fields:
                numbers[place * len(fields) + fields[field]] = value
    if alike is None:
        return _Table(fields, places, numbers)
    # The same keys and fields day after day are held once.
    return _Table(
        alike.fields if alike.fields == fields else fields,
        alike.places if alike.places == places else places,
        numbers,
    )
