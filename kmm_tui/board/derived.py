"""Figures that the API does not send and the board computes, each with its formula; none of them is ever guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from kmm_tui.board.figure import Absent, Figure, Figures, Number, most_lasting
from kmm_tui.board.own import Own, own
from kmm_tui.metrics import BY_FIELD, BY_NAME, CATALOGUE, Combine, Good, Kind, Method, Metric, Unit, camel


@dataclass(frozen=True, slots=True)
class Derived:
    """A metric that is computed from others. `inputs` are request names, `formula` is for people."""

    metric: Metric
    inputs: tuple[str, ...]
    formula: str
    compute: Callable[[Sequence[Number]], Number | None]
    """From the values of `inputs`, in their order; None where there is nothing to divide by."""


def _inside_sla(values: Sequence[Number]) -> Number | None:
    overdue, opened = values
    # The two are counted one after the other, so that more can be overdue than open; less than none is not inside.
    return max(0.0, 1 - overdue / opened) if opened > 0 else None


def _online_share(values: Sequence[Number]) -> Number | None:
    total = sum(values)
    return values[0] / total if total > 0 else None


def _online_rate(values: Sequence[Number]) -> Number | None:
    online, login = values
    return online / login if login > 0 else None


def _derived(
    name: str,
    method: Method,
    kind: Kind,
    unit: Unit,
    inputs: tuple[str, ...],
    formula: str,
    compute: Callable[[Sequence[Number]], Number | None],
    short: str,
    label: str,
    meaning: str,
) -> Derived:
    metric = Metric(
        name, camel(name), frozenset({method}), kind, unit, Good.UP, Combine.NEVER, short, label, meaning,
    )  # fmt: skip
    return Derived(metric, inputs, formula, compute)


# fmt: off
DERIVED: Mapping[str, Derived] = MappingProxyType({
    derived.metric.name: derived
    for derived in (
        _derived(
            "sla_share", Method.METRICS, Kind.CURRENT, Unit.SHARE,
            ("overdue_conversations_total", "open_conversations"),
            "1 - overdue / open", _inside_sla,
            "sla", "Inside SLA", "Share of the open conversations that are not past the SLA.",
        ),
        _derived(
            "online_share", Method.METRICS, Kind.CURRENT, Unit.SHARE,
            ("online_agents", "away_agents", "back_soon_agents"),
            "online / (online + away + back soon)", _online_share,
            "on %", "Online share", "Share of the agents who are logged in that is online.",
        ),
        _derived(
            "online_rate", Method.AGENT_VIEW, Kind.BY_TIME, Unit.RATIO,
            ("agent_online_duration", "agent_login_duration"),
            "time online / time logged in", _online_rate,
            "on rate", "Online rate", "Share of the time logged in that the agent was online.",
        ),
    )
})
# fmt: on
"""By name. `sla_share` and `online_share` are 0..1; `online_rate` is one time over another, counted apart."""

_KNOWN: Mapping[str, Metric] = MappingProxyType(
    {metric.name: metric for metric in CATALOGUE} | {name: derived.metric for name, derived in DERIVED.items()}
)


@lru_cache(maxsize=4)
def _all(known: Own) -> Mapping[str, Metric]:
    return MappingProxyType({**_KNOWN, **known.metrics})


def known_metrics() -> Mapping[str, Metric]:
    """All metrics by their present name: the catalogue in its order, then the derived ones, then a person's own."""
    return _all(own())


def metric_named(name: str) -> Metric | None:
    """The metric of this name, an older name included, of the catalogue, derived or own; None if there is none."""
    return _KNOWN.get(name) or BY_NAME.get(name) or own().metrics.get(name)


def inputs_of(name: str) -> tuple[str, ...]:
    """The request names to ask the API for so that the metric of this name can be told: itself, unless it is derived.

    A source's metric needs none of them.
    """
    derived = DERIVED.get(name)
    if derived:
        return derived.inputs
    if name in own().sources:
        return ()
    formula = own().formulas.get(name)
    return requested(formula.names) if formula else (name,)


def requested(names: Iterable[str]) -> tuple[str, ...]:
    """The request names behind metrics of any sort, each once, in the order of first need."""
    return tuple(dict.fromkeys(each for name in names for each in inputs_of(name)))


_FEW: Mapping[str, str] = MappingProxyType(
    {
        "csat": "closed_conversations",
        "sla_share": "open_conversations",
        "avg_conversations_duration": "closed_conversations",
    }
)
# The API tells no number of surveys: of few closed conversations there are few, and one answer decides.


def counted_over(metric: Metric) -> Metric | None:
    """The count that says whether a figure stands on enough: its base, or what comes nearest to one."""
    name = _FEW.get(metric.name)
    if name is not None:
        return BY_NAME[name]
    return BY_FIELD.get(metric.base) if metric.base else None


def figure_of(figures: Figures, metric: Metric) -> Figure:
    """The figure of a metric of any sort: its value, or why there is none.

    A derived figure lacks a value for the reason of its inputs (the most lasting one), and is not applicable where
    there is nothing to divide by.
    """
    derived = DERIVED.get(metric.name)
    if derived is None:
        return _by_formula(figures, metric) if metric.is_own else figures.get(metric)
    if figures.method not in metric.methods:
        return Absent.NOT_OFFERED
    found = [figures.get(BY_NAME[name]) for name in derived.inputs]
    values = [figure for figure in found if not isinstance(figure, Absent)]
    if len(values) < len(found):
        return most_lasting([figure for figure in found if isinstance(figure, Absent)])
    # A count below zero is no count, and nothing can be said from it.
    if any(value < 0 for value in values):
        return Absent.NOT_ANSWERED
    result = derived.compute(values)
    return Absent.NOT_APPLICABLE if result is None else result


def _by_formula(figures: Figures, metric: Metric) -> Figure:
    formula = own().formulas.get(metric.name)
    if formula is None:
        return figures.get(metric)
    if figures.method not in metric.methods:
        return Absent.NOT_OFFERED
    known = known_metrics()
    return formula.value(lambda name: figure_of(figures, known[name]))


def is_old(figures: Figures, metric: Metric) -> bool:
    """Whether a source that the figure comes from has long been silent."""
    if not figures.old or not metric.is_own:
        return False
    formula = own().formulas.get(metric.name)
    if formula is None:
        return metric.field in figures.old
    return any(is_old(figures, known_metrics()[name]) for name in formula.names)


def number_of(figures: Figures | None, metric: Metric) -> Number | None:
    """The value, or None whatever the reason."""
    figure = Absent.NOT_ANSWERED if figures is None else figure_of(figures, metric)
    return None if isinstance(figure, Absent) else figure
