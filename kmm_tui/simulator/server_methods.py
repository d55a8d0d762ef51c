"""The three methods of the API: a valid question goes to the contact centre, its figures come back as documented."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from kmm_tui.metrics import BY_FIELD, BY_NAME, CATALOGUE, Unit, camel
from kmm_tui.simulator.engine import AgentFigures, Engine, Figures, GroupFigures
from kmm_tui.simulator.http_answers import json_bytes
from kmm_tui.simulator.server_paging import by_id, metadata_of, ordered
from kmm_tui.simulator.validate import Question
from kmm_tui.simulator.validate_query import Page
from kmm_tui.simulator.validate_window import edges_of

_MOMENTS = tuple(metric.field for metric in CATALOGUE if metric.unit is Unit.MOMENT)
_SMALL_PAGE = 200
"""Agents of a page that is worth a second question to the engine."""
_STATES = frozenset(metric.field for metric in CATALOGUE if metric.unit in (Unit.STATE, Unit.MOMENT))


class _Names:
    """The metrics to ask the engine for, and the fields to answer them under.

    What only the sorting needs is asked for too, and left out of the answer. A metric asked for by its older name is
    answered under the older field.
    """

    def __init__(self, asked: Iterable[str], sort: str | None = None) -> None:
        wanted = tuple(asked)
        self.names: list[str] = list(dict.fromkeys(BY_NAME[name].name for name in wanted))
        self._extra: str | None = None
        self._renamed: list[tuple[str, str, bool]] = []
        for name in wanted:
            metric = BY_NAME[name]
            if name != metric.name:
                self._renamed.append((metric.field, camel(name), metric.name in wanted))
        metric_of_sort = BY_FIELD.get(sort) if sort else None
        if metric_of_sort is not None and metric_of_sort.name not in self.names:
            self.names.append(metric_of_sort.name)
            # States stand on every record, asked for or not.
            self._extra = metric_of_sort.field if metric_of_sort.field not in _STATES else None

    def answered(self, figures: Mapping[str, Any]) -> Figures:
        """The figures as they are answered."""
        found = dict(figures)
        if self._extra is not None:
            found.pop(self._extra, None)
        for field, older, both in self._renamed:
            if field in found:
                found[older] = found[field] if both else found.pop(field)
        return found


def _sort_name(page: Page) -> str:
    return "agentCurrentStatus" if page.sort == "agentStatus" else page.sort


def metrics_answer(engine: Engine, question: Question, page: Page, path: str) -> bytes:
    """The body of a ``metrics`` answer."""
    grouped = question.want_groups and question.group_by is not None
    names = _Names(question.asked, page.sort if grouped else None)
    together, groups = engine.metrics(
        question.filters, names.names, question.group_by if grouped else None, want_all=question.want_all
    )

    def key(group: GroupFigures) -> str:
        return group.key

    if page.sort == "key":
        rows = by_id(groups, key, page)
    else:
        rows = ordered(groups, key, lambda group: group.figures.get(page.sort), page)
    payload: dict[str, Any] = {"metadata": metadata_of(len(rows), page, path)}
    if grouped:
        shown = rows[page.offset : page.offset + page.limit]
        payload["groupBy"] = {
            "groupByField": question.group_by,
            "groups": [
                {"key": row.key, "keyDescription": row.name, "metrics": names.answered(row.figures)} for row in shown
            ],
        }
    if question.want_all:
        payload["all"] = names.answered(together or {})
    return json_bytes(payload)


def agent_view_answer(engine: Engine, question: Question, page: Page, path: str, skew_ms: int) -> bytes:
    """The body of an ``agent_view`` answer; its moments are ``skew_ms`` ahead of the floor's."""
    sort = _sort_name(page)
    names = _Names(question.asked, sort)
    # A page of many needs the figures of its own agents only; the others are counted, and ordered by one figure.
    in_two_steps = page.limit <= _SMALL_PAGE
    agents = engine.agents(question.filters, _Names((), sort).names if in_two_steps else names.names)

    def key(agent: AgentFigures) -> str:
        return str(agent.record["agentId"])

    def value(agent: AgentFigures) -> Any:
        if sort == "agentName":
            return agent.metadata.get("agentName")
        return agent.channel if sort == "agentChannelType" else agent.record.get(sort)

    rows = by_id(agents, key, page) if sort == "agentId" else ordered(agents, key, value, page)
    shown = rows[page.offset : page.offset + page.limit]
    if in_two_steps:
        chosen = replace(question.filters, agent_ids=frozenset(key(agent) for agent in shown))
        whole = {key(agent): agent for agent in engine.agents(chosen, names.names)}
        # The floor lives on between the two steps: who logged out meanwhile is told of as a moment ago.
        shown = [whole.get(key(agent), agent) for agent in shown]
    records = []
    for agent in shown:
        record = names.answered(agent.record)
        if skew_ms:
            record.update({name: record[name] + skew_ms for name in _MOMENTS if isinstance(record.get(name), int)})
        if question.with_metadata:
            record["agentMetadata"] = dict(agent.metadata)
        records.append(record)
    return json_bytes({"metadata": metadata_of(len(rows), page, path), "agentViewRecords": records})


def historical_answer(engine: Engine, question: Question, step: int, skew_ms: int) -> bytes:
    """The body of a ``historical`` answer with a point every ``step`` milliseconds; a timestamp ends its interval."""
    names = _Names(question.asked)
    edges = edges_of(question.window, step)
    floor_edges = [edge - skew_ms for edge in edges]
    points = engine.historical(question.filters, names.names, floor_edges)
    intervals = [
        {"timestamp": end, "values": {name: float(value) for name, value in names.answered(point).items()}}
        for end, point in zip(edges[1:], points, strict=True)
    ]
    return json_bytes({"historicalMetricsIntervals": intervals})
