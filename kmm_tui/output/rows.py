"""Answers as plain data: what JSON prints as it is, and what tables and CSV are made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kmm_tui.api.answers import AgentRecord, AgentViewAnswer, HistoricalAnswer, MetricsAnswer
from kmm_tui.api.window import Window
from kmm_tui.board.figure import Figure
from kmm_tui.metrics import Metric


def _window(window: Window) -> dict[str, int]:
    return {"from": window.start, "to": window.end}


def metrics_data(account: str, by: str, answer: MetricsAnswer) -> dict[str, Any]:
    """An answer of the metrics method; `by` is account, skill or group."""
    rows = [{"key": row.key, "name": row.name, "metrics": dict(row.metrics)} for row in answer.rows]
    return {
        "method": "metrics",
        "account": account,
        "window": _window(answer.window),
        "by": by,
        "rows": rows,
        "all": None if answer.all is None else dict(answer.all),
    }


def agents_data(account: str, answer: AgentViewAnswer) -> dict[str, Any]:
    """An answer of the agent_view method."""
    return {
        "method": "agent_view",
        "account": account,
        "window": _window(answer.window),
        "count": answer.count,
        "rows": [_agent(record) for record in answer.records],
    }


def _agent(record: AgentRecord) -> dict[str, Any]:
    return {
        "agentId": record.agent_id,
        "name": record.name,
        "groupId": record.group_id,
        "group": record.group_name,
        "skills": [{"key": skill.key, "name": skill.name} for skill in record.skills],
        "status": record.status,
        "since": record.status_since,
        "reason": record.reason,
        "reasonSince": record.reason_since,
        "metrics": dict(record.metrics) | _durations(record),
    }


def _durations(record: AgentRecord) -> dict[str, int]:
    """The lists of durations as figures in ms, such as ``agentStatusDurationList.AWAY``, so that all are numbers."""
    figures: dict[str, int] = {}
    for field, each in [*(("agentStatusDurationList", each) for each in record.states),
                        *(("agentStatusWithReasonDurationList", each) for each in record.reasons)]:  # fmt: skip
        key = ".".join(filter(None, (field, each.state, each.reason)))
        figures[key] = figures.get(key, 0) + each.duration
    return figures


def historical_data(account: str, answer: HistoricalAnswer) -> dict[str, Any]:
    """An answer of the historical method; `interval` in minutes."""
    return {
        "method": "historical",
        "account": account,
        "window": _window(answer.window),
        "interval": answer.interval,
        "points": [{"timestamp": point.timestamp, "values": dict(point.values)} for point in answer.points],
    }


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows under columns. The first columns are texts (or moments), the rest are figures of `metrics`, in order.

    A figure is a number, the reason why there is none, or None where the answer told neither.
    """

    heads: tuple[str, ...]
    metrics: tuple[Metric, ...]
    rows: tuple[tuple[tuple[str | int | None, ...], tuple[Figure | None, ...]], ...]


def _numbers(asked: Sequence[Metric]) -> tuple[Metric, ...]:
    return tuple(metric for metric in asked if metric.is_number)


def metrics_grid(data: dict[str, Any], asked: Sequence[Metric]) -> Grid:
    """Rows of `metrics_data`; the account stands last, with the key ``all``."""
    metrics = _numbers(asked)
    rows = [((row["key"], row["name"]), _values(row["metrics"], metrics)) for row in data["rows"]]
    if data["all"] is not None:
        rows.append((("all", "whole account"), _values(data["all"], metrics)))
    return Grid(("key", "name"), metrics, tuple(rows))


def agents_grid(data: dict[str, Any], asked: Sequence[Metric]) -> Grid:
    """Rows of `agents_data`; skills as names (ids where they have none), with ``; `` between them."""
    metrics = _numbers(asked)
    heads = ("agentId", "name", "group", "status", "reason", "since", "skills")
    rows = []
    for row in data["rows"]:
        skills = "; ".join(skill["name"] or skill["key"] for skill in row["skills"])
        texts = (row["agentId"], row["name"], row["group"] or row["groupId"], row["status"], row["reason"])
        rows.append(((*texts, row["since"], skills), _values(row["metrics"], metrics)))
    return Grid(heads, metrics, tuple(rows))


def historical_grid(data: dict[str, Any], asked: Sequence[Metric]) -> Grid:
    """Rows of `historical_data`."""
    metrics = _numbers(asked)
    rows = tuple(((point["timestamp"],), _values(point["values"], metrics)) for point in data["points"])
    return Grid(("timestamp",), metrics, rows)


def _values(figures: dict[str, Any], metrics: Sequence[Metric]) -> tuple[int | float | None, ...]:
    return tuple(figures.get(metric.field) for metric in metrics)
