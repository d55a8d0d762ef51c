"""What the figures of a window are, from the totals of what happened in it.

The definitions are those of the API's documentation. Where it leaves room: ``avg_time_to_response`` and the times to a
first response count bots' answers too (ask for ``userTypes: HUMAN`` to leave them out), the waits count human answers
only; what a bot did before it handed a conversation on does not count as its first answer; the handling time of a
conversation is the time that it was assigned to agents; ``fcr`` counts skipped questions among the answers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from kmm_tui.metrics import BY_NAME
from kmm_tui.simulator.engine import Figures
from kmm_tui.simulator.ledger import COLUMN, OFFSETS, WIDTH

Value = int | float | None
_Row = list[int]


class _Formula(NamedTuple):
    """The totals that a figure is computed from, by place, and how."""

    reads: frozenset[int]
    compute: Callable[[_Row], Value]


def _total(columns: tuple[str, ...]) -> Callable[[_Row], int]:
    get = itemgetter(*(COLUMN[column] for column in columns))
    return get if len(columns) == 1 else lambda row: sum(get(row))


def _count(*columns: str) -> _Formula:
    return _Formula(_places(columns), _total(columns))


def _ratio(over: tuple[str, ...], under: tuple[str, ...], digits: int | None = None) -> _Formula:
    above, below = _total(over), _total(under)

    def ratio(row: _Row) -> Value:
        base = below(row)
        return round(above(row) / base, digits) if base else None

    return _Formula(_places(over + under), ratio)


def _places(columns: tuple[str, ...]) -> frozenset[int]:
    return frozenset(COLUMN[column] for column in columns)


def _nps() -> _Formula:
    promoters, detractors, scored = COLUMN["promoters"], COLUMN["detractors"], COLUMN["scored"]

    def nps(row: _Row) -> Value:
        return round(100 * (row[promoters] - row[detractors]) / row[scored], 1) if row[scored] else None

    return _Formula(frozenset((promoters, detractors, scored)), nps)


_CLOSED = ("by_agent", "by_consumer", "auto")
_CONCLUDED = (*_CLOSED, "transfers")
_FORMULAS: Mapping[str, _Formula] = {
    "avg_wait_time": _ratio(("wait_ms",), ("waits",)),
    "avg_wait_time_first_response": _ratio(("first_wait_ms",), ("first_waits",)),
    "total_wait_time_first_response": _count("first_wait_ms"),
    "avg_time_to_response": _ratio(("answer_ms",), ("answers",)),
    "avg_time_to_first_response_first_assignment": _ratio(("first_assigned_ms",), ("first_assigned",)),
    "avg_time_to_first_response_all_assignments": _ratio(("first_each_ms",), ("first_each",)),
    "total_time_to_first_response_all_assignments": _count("first_each_ms"),
    "closed_conversations": _count(*_CLOSED),
    "closed_by_agent": _count("by_agent"),
    "closed_by_consumer": _count("by_consumer"),
    "auto_closed": _count("auto"),
    "concluded_conversations": _count(*_CONCLUDED),
    "transfers": _count("transfers"),
    "back_to_queue": _count("back"),
    "transfer_rate": _ratio(("transfers",), _CONCLUDED, 4),
    "closed_rate": _ratio(_CLOSED, _CONCLUDED, 4),
    "csat": _ratio(("good",), ("rated",), 4),
    "fcr": _ratio(("fcr_yes",), ("fcr_yes", "fcr_no", "fcr_skip"), 4),
    "fcr_without_skip": _ratio(("fcr_yes",), ("fcr_yes", "fcr_no"), 4),
    "nps": _nps(),
    "intent_matched_rate": _ratio(("matched",), ("messages",), 4),
    "avg_conversations_duration": _ratio(("handled_ms",), ("handled",)),
}


Asked = Sequence[tuple[str, str]]
"""Metrics of a request: the catalogue's name and the response field of each."""


def asked(names: Iterable[str]) -> Asked:
    """The metrics of these request names; one asked for by its older name is answered under its older field."""
    metrics = [(name, BY_NAME[name]) for name in names]
    return [(metric.name, metric.aliases[0] if name == metric.older_name else metric.field) for name, metric in metrics]


class ByTime:
    """Those of the metrics asked for that are counted over a window, ready to be computed for many rows."""

    def __init__(self, metrics: Asked) -> None:
        chosen = [(field, _FORMULAS[name]) for name, field in metrics if name in _FORMULAS]
        self._computed = [(field, formula.compute) for field, formula in chosen]
        reads = {place for _, formula in chosen for place in formula.reads}
        self.families = sorted({bisect_right(OFFSETS, place) - 1 for place in reads})
        """The kinds of facts that they are computed from."""

    def figures(self, row: _Row, into: Figures) -> None:
        """Puts them into `into`, from one row of totals; those without a value are left out."""
        for field, compute in self._computed:
            value = compute(row)
            if value is not None:
                into[field] = value


def new_row() -> _Row:
    """Totals before anything happened."""
    return [0] * WIDTH
