"""The metrics that sources and formulas add to the catalogue, each name once."""

from __future__ import annotations

from collections.abc import Sequence

from kmm_tui.board.derived import known_metrics
from kmm_tui.board.expression import Expression, names_of, parse
from kmm_tui.board.own import NONE, Own, using
from kmm_tui.board.scope import Level
from kmm_tui.board.sources import method_of
from kmm_tui.metrics import Metric
from kmm_tui.settings.keys import listed
from kmm_tui.settings.own_sources import OwnFormula, OwnSource


class Growing:
    """The own metrics as they are read one after another; each may stand on those before it."""

    def __init__(self) -> None:
        self._metrics: dict[str, Metric] = {}
        self._sources: dict[str, str] = {}
        self._formulas: dict[str, Expression] = {}
        self._fields: dict[str, str] = {}
        self._levels: dict[str, frozenset[Level]] = {}
        with using(NONE):
            self._catalogue = dict(known_metrics())

    def _add(self, metric: Metric, levels: frozenset[Level]) -> None:
        # Two names that differ only by where a _ stands would be answered under one field.
        other = self._fields.get(metric.field)
        if other is not None:
            raise ValueError(f'this name was given before, as "{other}"')
        self._fields[metric.field] = metric.name
        self._metrics[metric.name] = metric
        self._levels[metric.name] = levels

    def add_source(self, source: OwnSource, place: int) -> None:
        """Adds the metric at `place` of a source. Raises `ValueError` for a name that is taken."""
        metric = source.catalogue()[place]
        self._add(metric, frozenset({source.level}))
        self._sources[metric.name] = source.name

    def add_formula(self, own: OwnFormula) -> None:
        """Adds a formula. Raises `ValueError` for a name that is taken, and `FormulaError` for what cannot be used."""
        known = {**self._catalogue, **self._metrics}
        trouble = ""
        try:
            expression = parse(own.formula, names_of(known.values()))
            metric, levels = own.metric(expression, known), self._levels_of(expression)
        except ValueError as error:
            trouble = str(error)
        if trouble:
            raise FormulaError(trouble)
        self._add(metric, levels)
        self._formulas[own.name] = expression

    def _levels_of(self, expression: Expression) -> frozenset[Level]:
        """Where all that a formula needs is known. Raises `ValueError` where that is nowhere."""
        found = frozenset(Level)
        for name in expression.names:
            levels = self._levels.get(name) or _levels(self._catalogue[name])
            if not found & levels:
                known = listed(sorted(each.value for each in levels))
                raise ValueError(f"needs {name}, which is known of {known} only, unlike what is before it")
            found &= levels
        return found

    def own(self) -> Own:
        """All of them."""
        return Own(dict(self._metrics), dict(self._sources), dict(self._formulas), dict(self._levels))


def _levels(metric: Metric) -> frozenset[Level]:
    return frozenset(level for level in Level if method_of(level) in metric.methods)


class FormulaError(ValueError):
    """A formula cannot be used. One line that says why."""


def own_metrics(sources: Sequence[OwnSource], formulas: Sequence[OwnFormula]) -> Own:
    """The metrics of settings that are good."""
    growing = Growing()
    for source in sources:
        for place in range(len(source.metrics)):
            growing.add_source(source, place)
    for formula in formulas:
        growing.add_formula(formula)
    return growing.own()
