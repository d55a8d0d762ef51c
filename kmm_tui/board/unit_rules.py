"""What may be put together with what: milliseconds with milliseconds, counts with counts, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from kmm_tui.metrics import Unit


class Measure(Enum):
    """What a value of an expression measures; the value of each is how a person is told."""

    COUNT = "a count"
    DURATION = "a duration"
    RATIO = "a ratio"
    SCORE = "a score"
    PLAIN = "a plain number"
    """A number that stands in the expression itself; it takes the measure of what it is put together with."""
    ODD = "a value of unknown unit"
    """Of a source that names no unit, or of a product that none of our units has; it fits everything."""
    CONDITION = "a condition"


COUNT, DURATION, RATIO, SCORE = Measure.COUNT, Measure.DURATION, Measure.RATIO, Measure.SCORE
PLAIN, ODD, CONDITION = Measure.PLAIN, Measure.ODD, Measure.CONDITION

_OF_UNIT = {
    Unit.COUNT: COUNT,
    Unit.DURATION: DURATION,
    Unit.RATIO: RATIO,
    Unit.SHARE: RATIO,
    Unit.SCORE: SCORE,
}
_UNIT = {COUNT: Unit.COUNT, DURATION: Unit.DURATION, RATIO: Unit.RATIO, SCORE: Unit.SCORE}
_WORDS = {"+": "added to", "-": "subtracted from", "*": "multiplied by", "/": "divided by", "//": "divided by"}


class UnitError(ValueError):
    """Two values cannot be put together. One line that says which."""


def measure_of(unit: Unit) -> Measure:
    """What a metric of this unit measures."""
    return _OF_UNIT.get(unit, ODD)


def unit_of(measure: Measure) -> Unit:
    """The unit of a result, `Unit.UNKNOWN` where it has to be declared."""
    return _UNIT.get(measure, Unit.UNKNOWN)


def of_operator(sign: str, left: Measure, right: Measure) -> Measure:
    """What comes of ``left sign right``. Raises `UnitError` where that is nothing that a person could mean."""
    _no_conditions((left, right))
    if sign in ("+", "-"):
        found = _same((left, right))
        if found is None:
            first, second = (left, right) if sign == "+" else (right, left)
            raise UnitError(f"{first.value} cannot be {_WORDS[sign]} {second.value}")
        return found
    if sign == "*":
        return _product(left, right)
    return _quotient(sign, left, right)


def of_comparison(left: Measure, right: Measure) -> None:
    """Raises `UnitError` where two values cannot be compared."""
    _no_conditions((left, right))
    if _same((left, right)) is None:
        raise UnitError(f"{left.value} cannot be compared with {right.value}")


def of_call(name: str, measures: Sequence[Measure]) -> Measure:
    """What ``min``, ``max``, ``abs``, ``round`` or a leading ``-`` of these is. Raises `UnitError`."""
    _no_conditions(measures)
    found = _same(measures)
    if found is None:
        one, other = next((a, b) for a in measures for b in measures if _same((a, b)) is None)
        raise UnitError(f"{name}(...) is of {one.value} and {other.value}, which cannot be compared")
    return found


def _same(measures: Iterable[Measure]) -> Measure | None:
    """The one measure that all of these have, None if they differ. What is plain or odd fits in anywhere."""
    known = {measure for measure in measures if measure is not PLAIN}
    if ODD in known:
        return ODD if len(known - {ODD}) < 2 else None
    return known.pop() if len(known) == 1 else None if known else PLAIN


def _product(left: Measure, right: Measure) -> Measure:
    kinds = {left, right}
    for neutral in (PLAIN, RATIO):
        # Two ratios are a ratio; a ratio of anything is of its kind.
        if neutral in kinds:
            return next(iter(kinds - {neutral}), neutral)
    if kinds == {COUNT, DURATION}:
        return DURATION
    if kinds == {DURATION}:
        raise UnitError("a duration cannot be multiplied by a duration")
    return ODD


def _quotient(sign: str, left: Measure, right: Measure) -> Measure:
    if right in (PLAIN, RATIO) and left is not right:
        return left if left is not PLAIN else RATIO
    if ODD in (left, right):
        return ODD
    if left is right:
        if left is PLAIN:
            return PLAIN
        # How often one goes into the other is a number of times.
        return COUNT if sign == "//" else RATIO
    # A duration shared out over conversations or agents is a duration each.
    return DURATION if (left, right) == (DURATION, COUNT) else ODD


def _no_conditions(measures: Iterable[Measure]) -> None:
    if CONDITION in measures:
        raise UnitError("a comparison is no number; join comparisons by and, or, not")
