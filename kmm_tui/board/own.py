"""Metrics of a person's own, beside the catalogue: of their sources, and computed by their formulas.

They are known for as long as `using` lasts, to whatever runs in it, threads started by asyncio included; two boards, or
two tests, can so know different ones at the same time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from kmm_tui.board.expression import Expression
from kmm_tui.board.scope import Level
from kmm_tui.metrics import Metric


@dataclass(frozen=True, eq=False)
class Own:
    """All of them, by name. `sources` tells the source of each metric that has one, `formulas` the formula of others.

    `levels` are those at which a metric can have a value: of a source that of its rows, of a formula those of all that
    it needs. Formulas need catalogue metrics, derived ones, those of sources, and formulas before them, so that none
    needs itself.
    """

    metrics: Mapping[str, Metric] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    formulas: Mapping[str, Expression] = field(default_factory=dict)
    levels: Mapping[str, frozenset[Level]] = field(default_factory=dict)

    def usual(self, level: Level) -> tuple[str, ...]:
        """The metrics that a table of this level shows without being asked to, in the order of the settings."""
        return tuple(name for name, levels in self.levels.items() if level in levels)

    def of_account(self) -> tuple[str, ...]:
        """The metrics that only the account has."""
        return tuple(name for name, levels in self.levels.items() if levels == {Level.ACCOUNT})

    def sources_of(self, name: str) -> frozenset[str]:
        """The sources that the metric of this name needs, by name; none of one that comes from the API alone."""
        if name in self.sources:
            return frozenset((self.sources[name],))
        formula = self.formulas.get(name)
        return frozenset(each for part in formula.names for each in self.sources_of(part)) if formula else frozenset()


NONE = Own()
_own: ContextVar[Own] = ContextVar("own metrics", default=NONE)


def own() -> Own:
    """Those that are known here."""
    return _own.get()


def use(known: Own) -> None:
    """Knows these from here on, until the end of whatever calls this, or of the program."""
    _own.set(known)


@contextmanager
def using(known: Own) -> Iterator[None]:
    """Knows these for as long as it lasts."""
    token = _own.set(known)
    try:
        yield
    finally:
        _own.reset(token)
