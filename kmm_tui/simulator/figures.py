"""What the figures of a window are, from the totals of what happened in it.

The definitions are those of the API's documentation. Where it leaves room: ``avg_time_to_response`` and the times to a
first response count bots' answers too (ask for ``userTypes: HUMAN`` to leave them out), the waits count human answers
only; what a bot did before it handed a conversation on does not count as its first answer; the handling time of a
conversation is the time that it was assigned to agents; ``fcr`` counts skipped questions among the answers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from kmm_tui.metrics import BY_NAME
from kmm_tui.simulator.engine import Figures
from kmm_tui.simulator.ledger import COLUMN, OFFSETS, WIDTH

Value = int | float | None
_Row = list[int]


@dataclass(frozen=True, slots=True)
class _Formula:
    """The totals that a figure is computed from, by place, and how."""

    reads: frozenset[int]
    compute: Callable[[_Row], Value]


def _count(*columns: str) -> _Formula:
    places = [COLUMN[column] for column in columns]
    return _Formula(frozenset(places), lambda row: sum(row[place] for place in places))


def _ratio(over: tuple[str, ...], under: tuple[str, ...], digits: int | None = None) -> _Formula:
    above, below = [COLUMN[column] for column in over], [COLUMN[column] for column in under]

    def ratio(row: _Row) -> Value:
        base = sum(row[place] for place in below)
        if not base:
            return None
        value = sum(row[place] for place in above) / base
        return round(value) if digits is None else round(value, digits)

    return _Formula(frozenset(above + below), ratio)


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


def canonical(name: str) -> str:
    """The catalogue's name of a metric that may have been asked for by its older one."""
    return BY_NAME[name].name


def field_of(name: str) -> str:
    """The response field for a request name: the older name of a metric is answered under its older field."""
    metric = BY_NAME[name]
    return metric.aliases[0] if name == metric.older_name else metric.field


def families(names: Iterable[str]) -> list[int]:
    """The kinds of facts that these metrics are computed from; none for current values and durations."""
    reads = {place for name in names if (formula := _FORMULAS.get(canonical(name))) for place in formula.reads}
    return sorted({bisect_right(OFFSETS, place) - 1 for place in reads})


def by_time(row: _Row, names: Iterable[str], into: Figures) -> None:
    """Puts those of the metrics that are counted over a window into `into`, from one row of totals."""
    for name in names:
        formula = _FORMULAS.get(canonical(name))
        if formula is not None:
            value = formula.compute(row)
            if value is not None:
                into[field_of(name)] = value


def new_row() -> _Row:
    """Totals before anything happened."""
    return [0] * WIDTH
