"""A figure is not just a number: it is a value, or one of several kinds of nothing, and none of those is zero."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from kmm_tui.metrics import Method, Metric, Unit

Number: TypeAlias = int | float


class Absent(Enum):
    """Why there is no number. The value is how it prints."""

    NOT_APPLICABLE = "–"
    """Nothing to divide by: nobody waits, nobody answered a survey."""
    NOT_OFFERED = "n/o"
    """The method, or this account, does not know the metric."""
    NOT_ASKED = "·"
    """Nobody asked for it."""
    NOT_ANSWERED = "?"
    """Asked for, and the answer holds no usable value."""
    NOT_RECORDED = "n/r"
    """A value of a moment that is past, which this machine did not record and the API does not tell any more."""


Figure: TypeAlias = Number | Absent

# Of several reasons the one that will not pass by itself is told.
_LASTING = (
    Absent.NOT_OFFERED,
    Absent.NOT_RECORDED,
    Absent.NOT_ASKED,
    Absent.NOT_ANSWERED,
    Absent.NOT_APPLICABLE,
)


def most_lasting(reasons: Collection[Absent]) -> Absent:
    """Of several reasons why there is no number, at least one, the one that is told."""
    return next(reason for reason in _LASTING if reason in reasons)


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one answer, which know what was asked of which method."""

    method: Method
    asked: frozenset[str]
    values: Mapping[str, Number | None]
    refused: frozenset[str] = frozenset()
    """Response fields that this account does not know."""
    unrecorded: frozenset[str] = frozenset()
    """Response fields of a moment that is past, at which nobody took note of them."""
    old: frozenset[str] = frozenset()
    """Fields of sources that have long been silent: to be shown as old, and nothing to judge by."""

    def get(self, metric: Metric) -> Figure:
        """The figure of `metric`: its value, or why there is none."""
        if self.method not in metric.methods or metric.field in self.refused:
            return Absent.NOT_OFFERED
        if metric.field in self.unrecorded:
            return Absent.NOT_RECORDED
        if metric.field not in self.asked:
            return Absent.NOT_ASKED
        value = self.values.get(metric.field)
        if value is not None:
            return value
        # A count always has a value, if only 0; a mean, a percentile or a ratio of nothing has none.
        # A source that has no value for one of its own was silent, or said what cannot be used.
        return Absent.NOT_ANSWERED if metric.unit is Unit.COUNT or metric.is_own else Absent.NOT_APPLICABLE

    def number(self, metric: Metric) -> Number | None:
        """The value, or None whatever the reason."""
        figure = self.get(metric)
        return None if isinstance(figure, Absent) else figure

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Figures):
            return NotImplemented
        mine = (self.method, self.asked, self.refused, self.unrecorded, self.old)
        others = (other.method, other.asked, other.refused, other.unrecorded, other.old)
        return mine == others and dict(self.values) == dict(other.values)

    __hash__ = None  # type: ignore[assignment]
