"""Expressions over named figures, such as ``planned_agents - onlineAgents``: read once, checked, and harmless.

Numbers, names of metrics, ``+ - * / //``, comparisons, ``and or not``, ``min max abs round`` and parentheses. There is
nothing else: no attribute, no index, no text, no power, no loop. Python's own parser reads the text, of bounded length;
what it found is walked once against a list of what is allowed, and kept as plain functions. An evaluation costs at most
`MOST_PARTS` small steps.
"""

from __future__ import annotations

import ast
import itertools
import math
import operator
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NoReturn, TypeAlias

from kmm_tui.board.figure import Absent, Figure, Number, most_lasting
from kmm_tui.board.unit_rules import (
    CONDITION,
    PLAIN,
    Measure,
    UnitError,
    measure_of,
    of_call,
    of_comparison,
    of_operator,
    unit_of,
)
from kmm_tui.metrics import Metric, Unit

LONGEST = 400
"""Characters of an expression."""
MOST_PARTS = 150
"""Numbers, names and operators of an expression."""
DEEPEST = 40
"""Parts within parts."""
LARGEST = 10**15
"""Beyond it, either way, a number is no figure: no count and no duration comes near it."""

Lookup: TypeAlias = Callable[[str], Figure]
"""The figure of a metric by its name."""
_Step: TypeAlias = Callable[[Lookup], Figure]

_STRANGE = re.compile(r"[^A-Za-z0-9_.\s()+\-*/<>=!,]")
_CALLS = ("abs", "max", "min", "round")
_ALLOWED = "numbers, names of metrics, + - * / //, comparisons, and, or, not, min, max, abs, round and parentheses"


class ExpressionError(ValueError):
    """An expression cannot be used. One line that says why, and the nearest name where one is unknown."""


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that was read. `names` are the metrics it needs, by their present names, each once.

    `unit` is the unit of its value: `Unit.RATIO` for one thing over another of its kind, `Unit.UNKNOWN` where it cannot
    be told, as of plain numbers or of one figure times another. `is_condition` says that its value is true or false.
    """

    text: str
    names: tuple[str, ...]
    unit: Unit
    is_condition: bool
    _step: _Step = field(repr=False, compare=False)

    def value(self, lookup: Lookup) -> Figure:
        """The value by the figures that `lookup` gives, or why there is none; a condition's is True or False.

        Where a figure is absent so is the value, for the most lasting of the reasons. Divided by nothing it is not
        applicable. What is beyond `LARGEST` or no number at all is not answered. It raises nothing of its own.
        """
        return self._step(lookup)

    def holds(self, lookup: Lookup) -> bool | Absent:
        """Whether a condition is true, or why that cannot be said."""
        found = self.value(lookup)
        return found if isinstance(found, Absent) else bool(found)


def parse(text: str, metrics: Mapping[str, Metric]) -> Expression:
    """Reads an expression over `metrics`: all of them, by every name that a person may write.

    Raises `ExpressionError`.
    """
    if len(text) > LONGEST:
        raise ExpressionError(f"is longer than {LONGEST} characters; make several metrics of it")
    if not text.strip():
        raise ExpressionError('is empty; write one such as "planned_agents - online_agents"')
    if strange := _STRANGE.search(text):
        raise ExpressionError(f"{strange[0]!a} has no place in an expression; there are {_ALLOWED}")
    reader = _Reader(metrics)
    step, measure = reader.read(_tree(text), 0)
    return Expression(" ".join(text.split()), tuple(reader.names), unit_of(measure), measure is CONDITION, step)


def names_of(metrics: Iterable[Metric]) -> Mapping[str, Metric]:
    """Metrics by every name that a person may write: the request name, an older one, and the response fields."""
    found: dict[str, Metric] = {}
    for metric in metrics:
        for name in (metric.name, metric.older_name, metric.field, *metric.aliases):
            if name:
                found.setdefault(name, metric)
    return MappingProxyType(found)


def _tree(text: str) -> ast.expr:
    trouble = ""
    try:
        with warnings.catch_warnings():
            # Python's advice on code is not for a person who writes a formula.
            warnings.simplefilter("ignore")
            return ast.parse(" ".join(text.split()), mode="eval").body
    except (SyntaxError, ValueError) as error:
        # Of a text that ends too early the parser tells no place.
        at = getattr(error, "offset", None)
        trouble = f"cannot be read from character {at} on" if at else "breaks off"
    except (MemoryError, RecursionError):
        trouble = "is nested too deep"
    raise ExpressionError(f"{trouble}; there are {_ALLOWED}")


class _Reader:
    """Walks what Python's parser found, and knows how much of it there may be."""

    def __init__(self, metrics: Mapping[str, Metric]) -> None:
        self._metrics = metrics
        self._parts = 0
        self.names: dict[str, None] = {}

    def read(self, node: ast.expr, depth: int) -> tuple[_Step, Measure]:
        """The step that computes `node`, and what its value measures."""
        self._parts += 1
        if self._parts > MOST_PARTS or depth > DEEPEST:
            raise ExpressionError("has too many parts; make several metrics of it")
        try:
            return self._read(node, depth + 1)
        except UnitError as error:
            raise ExpressionError(str(error)) from None

    def _read(self, node: ast.expr, depth: int) -> tuple[_Step, Measure]:
        match node:
            case ast.Constant(value=value):
                return _constant(value), PLAIN
            case ast.Name(id=name):
                return self._name(name)
            case ast.BinOp(op=op, left=left, right=right) if type(op) in _OPERATORS:
                sign, work = _OPERATORS[type(op)]
                (one, its), (other, others) = self.read(left, depth), self.read(right, depth)
                return _strict(work, (one, other)), of_operator(sign, its, others)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                step, its = self.read(operand, depth)
                return _strict(operator.neg, (step,)), of_call("-", (its,))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand, depth)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return _strict(operator.not_, self._conditions((operand,), "not", depth)), CONDITION
            case ast.BoolOp(op=ast.And(), values=values):
                return _strict(lambda *found: all(found), self._conditions(values, "and", depth)), CONDITION
            case ast.BoolOp(op=ast.Or(), values=values):
                return _strict(lambda *found: any(found), self._conditions(values, "or", depth)), CONDITION
            case ast.Compare(left=left, ops=ops, comparators=others):
                return self._comparison((left, *others), ops, depth)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _CALLS:
                return self._call(name, args, depth)
            case ast.Call(func=ast.Name(id=name)):
                raise ExpressionError(f"{name}(...) is not known; there are {', '.join(_CALLS)}")
            case ast.BinOp(op=ast.Pow()):
                raise ExpressionError("** is not known; multiply")
            case _:
                raise ExpressionError(f"holds something else than {_ALLOWED}")

    def _name(self, name: str) -> tuple[_Step, Measure]:
        metric = self._metrics.get(name)
        if metric is None:
            self._unknown(name)
        if not metric.is_number:
            raise ExpressionError(f"{name} is no number")
        self.names[metric.name] = None
        wanted = metric.name
        return lambda lookup: _bounded(lookup(wanted)), measure_of(metric.unit)

    def _unknown(self, name: str) -> NoReturn:
        import difflib  # only a mistake needs it

        if name in _CALLS:
            raise ExpressionError(f"what {name} is of is missing; write {name}(...)")
        folded = {each.casefold(): each for each in self._metrics}
        close = difflib.get_close_matches(name.casefold(), folded, 1, 0.6)
        hint = f"; did you mean {folded[close[0]]}?" if close else ""
        raise ExpressionError(f"unknown metric {name[:60]}{hint}")

    def _conditions(self, nodes: Sequence[ast.expr], word: str, depth: int) -> tuple[_Step, ...]:
        read = [self.read(node, depth) for node in nodes]
        if any(measure is not CONDITION for _, measure in read):
            raise ExpressionError(f"{word} is for comparisons, such as online_agents < 3")
        return tuple(step for step, _ in read)

    def _comparison(self, nodes: Sequence[ast.expr], ops: Sequence[ast.cmpop], depth: int) -> tuple[_Step, Measure]:
        works = [_COMPARISONS.get(type(op)) for op in ops]
        if None in works:
            raise ExpressionError("is and in are not known; compare with < <= > >= == !=")
        read = [self.read(node, depth) for node in nodes]
        for (_, its), (_, others) in itertools.pairwise(read):
            of_comparison(its, others)

        def compare(*found: Number) -> bool:
            return all(work(one, other) for work, one, other in zip(works, found, found[1:], strict=False) if work)

        return _strict(compare, tuple(step for step, _ in read)), CONDITION

    def _call(self, name: str, args: Sequence[ast.expr], depth: int) -> tuple[_Step, Measure]:
        if name in ("abs", "round") and len(args) != 1:
            raise ExpressionError(f"{name}(...) is of one value")
        if name in ("max", "min") and len(args) < 2:
            raise ExpressionError(f"{name}(...) is of two values or more")
        read = [self.read(arg, depth) for arg in args]
        return _strict(_WORK[name], tuple(step for step, _ in read)), of_call(name, [its for _, its in read])


def _constant(value: object) -> _Step:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExpressionError(f"holds something else than {_ALLOWED}")
    if not abs(value) <= LARGEST:
        raise ExpressionError("holds a number that is too large")
    number: Number = value
    return lambda _: number


def _strict(work: Callable[..., Number], steps: tuple[_Step, ...]) -> _Step:
    """A step that works on numbers alone: without one of them there is no result, for the most lasting reason."""

    def step(lookup: Lookup) -> Figure:
        found = [each(lookup) for each in steps]
        absent = [figure for figure in found if isinstance(figure, Absent)]
        if absent:
            return most_lasting(absent)
        try:
            return _bounded(work(*found))
        except ZeroDivisionError:
            return Absent.NOT_APPLICABLE
        except (OverflowError, ValueError):
            return Absent.NOT_ANSWERED

    return step


def _bounded(figure: Figure) -> Figure:
    if isinstance(figure, Absent) or (-LARGEST <= figure <= LARGEST and math.isfinite(figure)):
        return figure
    return Absent.NOT_ANSWERED


def _whole(value: Number) -> int:
    # As people round, halves away from zero, and not to the even number.
    return math.floor(abs(value) + 0.5) * (-1 if value < 0 else 1)


_OPERATORS: Mapping[type[ast.operator], tuple[str, Callable[[Number, Number], Number]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.FloorDiv: ("//", operator.floordiv),
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Number, Number], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_WORK: Mapping[str, Callable[..., Number]] = {"abs": abs, "max": max, "min": min, "round": _whole}
