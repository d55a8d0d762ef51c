"""What comes back: frozen values, read tolerantly from what a server sent.

An unknown field is never an error; a figure that is missing, null or not a number is None and never 0. What cannot be
read as the documented shape at all raises `Garbled`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from kmm_tui.api.errors import Garbled
from kmm_tui.api.text import clean
from kmm_tui.api.window import Window
from kmm_tui.metrics import Metric

Number: TypeAlias = int | float
Figures: TypeAlias = Mapping[str, Number | None]

_NOTHING = frozenset({"", "NA", "N/A", "null", "None"})


def number(value: object) -> Number | None:
    """`value` as a finite number; a number in a string counts. None for anything else.

    >>> number("12"), number(0.5), number("NaN"), number(True), number([])
    (12, 0.5, None, None, None)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            value = float(value) if len(value) < 40 else None
        except ValueError:
            return None
    if isinstance(value, int):
        # An integer too large for a float is no figure of a contact centre.
        return value if -(2**63) <= value < 2**63 else None
    if isinstance(value, float) and math.isfinite(value):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return None


def _label(value: object) -> str | None:
    text = clean(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    return None if text in _NOTHING else text


def _identity(value: object) -> object:
    return clean(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else value


def _mapping(value: object) -> object:
    return value if isinstance(value, dict) else {}


def _sequence(value: object) -> object:
    return value if isinstance(value, list) else []


def _whole(value: object) -> object:
    found = number(value)
    return None if found is None else int(found)


_Id = Annotated[str, BeforeValidator(_identity), Field(min_length=1)]
_Label = Annotated[str | None, BeforeValidator(_label)]
_Map = Annotated[dict[str, Any], BeforeValidator(_mapping)]
_Items = Annotated[list[Any], BeforeValidator(_sequence)]
_Int = Annotated[int | None, BeforeValidator(_whole)]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _Metadata(_Wire):
    count: _Int = None


class _Group(_Wire):
    key: _Id
    keyDescription: _Label = None  # noqa: N815 - the wire's own name
    metrics: _Map = Field(default_factory=dict)


class _GroupBy(_Wire):
    groups: list[_Group] = Field(default_factory=list)


class _Metrics(_Wire):
    metadata: _Metadata | None = None
    groupBy: _GroupBy | None = None  # noqa: N815
    all: dict[str, Any] | None = None


class _AgentMetadata(_Wire):
    agentName: _Label = None  # noqa: N815
    agentNickname: _Label = None  # noqa: N815
    agentLoginName: _Label = None  # noqa: N815
    agentGroupName: _Label = None  # noqa: N815
    configuredMaxSlots: _Int = None  # noqa: N815
    agentSkills: _Items = Field(default_factory=list)  # noqa: N815


class _Record(_Wire):
    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)
    agentId: _Id  # noqa: N815
    agentGroupId: Annotated[str | None, BeforeValidator(_label)] = None  # noqa: N815
    agentCurrentStatus: _Label = None  # noqa: N815
    agentCurrentStatusStartTime: _Int = None  # noqa: N815
    agentCurrentStatusReasonStartTime: _Int = None  # noqa: N815
    agentCurrentStatusReasonId: _Label = None  # noqa: N815
    agentCurrentStatusReason: _Label = None  # noqa: N815
    agentStatusDurationList: _Items = Field(default_factory=list)  # noqa: N815
    agentStatusWithReasonDurationList: _Items = Field(default_factory=list)  # noqa: N815
    agentMetadata: Annotated[_AgentMetadata, BeforeValidator(_mapping)] = Field(default_factory=_AgentMetadata)  # noqa: N815


class _AgentView(_Wire):
    metadata: _Metadata | None = None
    agentViewRecords: list[_Record]  # noqa: N815


class _Interval(_Wire):
    timestamp: int
    values: _Map = Field(default_factory=dict)


class _Historical(_Wire):
    historicalMetricsIntervals: list[_Interval]  # noqa: N815


@dataclass(frozen=True, slots=True)
class Cost:
    """What an answer cost. `asked_at` is epoch ms, `took` seconds, `received` bytes on arrival, `calls` a count."""

    asked_at: int
    took: float
    received: int
    calls: int = 1

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            min(self.asked_at, other.asked_at),
            self.took + other.took,
            self.received + other.received,
            self.calls + other.calls,
        )


@dataclass(frozen=True, slots=True)
class MetricsRow:
    """A skill's or group's figures by response field. `name` is None where the id has none."""

    key: str
    name: str | None
    metrics: Figures


@dataclass(frozen=True, slots=True)
class MetricsAnswer:
    """An answer of the metrics method. `count` counts all groups, also those on other pages."""

    window: Window
    asked: tuple[Metric, ...]
    count: int
    rows: tuple[MetricsRow, ...]
    all: Figures | None
    cost: Cost


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill that an agent has."""

    key: str
    name: str | None


@dataclass(frozen=True, slots=True)
class StateDuration:
    """How long, in ms, an agent was in a state (for a reason, where the server tells it)."""

    state: str
    duration: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AgentRecord:
    """An agent. Moments are epoch ms; `status` is ONLINE, AWAY, BACK_SOON, OFFLINE or what else the server said."""

    agent_id: str
    name: str | None
    nickname: str | None
    login_name: str | None
    group_id: str | None
    group_name: str | None
    skills: tuple[Skill, ...]
    status: str | None
    status_since: int | None
    reason: str | None
    reason_since: int | None
    configured_slots: int | None
    metrics: Figures
    states: tuple[StateDuration, ...] = ()
    reasons: tuple[StateDuration, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentViewAnswer:
    """An answer of the agent_view method. `count` counts all agents of the population, also those on other pages."""

    window: Window
    asked: tuple[Metric, ...]
    count: int
    records: tuple[AgentRecord, ...]
    cost: Cost


@dataclass(frozen=True, slots=True)
class Point:
    """Counts of the interval that ends at `timestamp`, epoch ms."""

    timestamp: int
    values: Figures


@dataclass(frozen=True, slots=True)
class HistoricalAnswer:
    """An answer of the historical method, oldest point first. `interval` is in minutes; None if one cannot be told."""

    window: Window
    asked: tuple[Metric, ...]
    interval: int | None
    points: tuple[Point, ...]
    cost: Cost


_Shape = TypeVar("_Shape", bound=_Wire)


def _read(shape: type[_Shape], raw: bytes) -> _Shape:
    try:
        return shape.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        problem = "broken or cut JSON" if first["type"] == "json_invalid" else f"{where}: {first['msg']}"
        raise Garbled(
            f"the server's answer cannot be read ({clean(problem)})",
            "it is asked again; if it stays, something between here and the server changes the answers",
        ) from None


def pick(fields: Mapping[str, Any], asked: Iterable[Metric]) -> Figures:
    """The figures asked for, by their response field; one that is not there is None."""
    figures: dict[str, Number | None] = {}
    for metric in asked:
        if metric.is_number:
            value = fields.get(metric.field)
            if value is None:
                value = next((fields[alias] for alias in metric.aliases if fields.get(alias) is not None), None)
            figures[metric.field] = number(value)
    return MappingProxyType(figures)


def read_metrics(raw: bytes, window: Window, asked: tuple[Metric, ...], cost: Cost) -> MetricsAnswer:
    """Reads an answer of the metrics method. Raises `Garbled`."""
    wire = _read(_Metrics, raw)
    if wire.groupBy is None and wire.all is None:
        raise Garbled("the server's answer holds neither groups nor a total", "it is asked again")
    rows = tuple(
        MetricsRow(g.key, g.keyDescription, pick(g.metrics, asked))
        for g in (wire.groupBy.groups if wire.groupBy else ())
    )
    count = wire.metadata.count if wire.metadata and wire.metadata.count is not None else len(rows)
    return MetricsAnswer(window, asked, count, rows, None if wire.all is None else pick(wire.all, asked), cost)


def read_agent_view(raw: bytes, window: Window, asked: tuple[Metric, ...], cost: Cost) -> AgentViewAnswer:
    """Reads an answer of the agent_view method. Raises `Garbled`."""
    wire = _read(_AgentView, raw)
    records = tuple(_agent(record, asked) for record in wire.agentViewRecords)
    count = wire.metadata.count if wire.metadata and wire.metadata.count is not None else len(records)
    return AgentViewAnswer(window, asked, count, records, cost)


def read_historical(
    raw: bytes, window: Window, asked: tuple[Metric, ...], interval: int | None, cost: Cost
) -> HistoricalAnswer:
    """Reads an answer of the historical method. Raises `Garbled`."""
    wire = _read(_Historical, raw)
    points = sorted((Point(p.timestamp, pick(p.values, asked)) for p in wire.historicalMetricsIntervals), key=_when)
    if interval is None and len(points) > 1:
        interval = round((points[1].timestamp - points[0].timestamp) / 60_000) or None
    return HistoricalAnswer(window, asked, interval, tuple(points), cost)


def _when(point: Point) -> int:
    return point.timestamp


def _agent(record: _Record, asked: tuple[Metric, ...]) -> AgentRecord:
    about = record.agentMetadata
    status = record.agentCurrentStatus
    return AgentRecord(
        agent_id=record.agentId,
        name=about.agentName or about.agentNickname or about.agentLoginName,
        nickname=about.agentNickname,
        login_name=about.agentLoginName,
        group_id=record.agentGroupId,
        group_name=about.agentGroupName,
        skills=tuple(_skills(about.agentSkills)),
        status=status.upper().replace(" ", "_") if status else None,
        status_since=record.agentCurrentStatusStartTime,
        reason=record.agentCurrentStatusReason or record.agentCurrentStatusReasonId,
        reason_since=record.agentCurrentStatusReasonStartTime,
        configured_slots=about.configuredMaxSlots,
        metrics=pick(record.model_extra or {}, asked),
        states=tuple(_durations(record.agentStatusDurationList)),
        reasons=tuple(_durations(record.agentStatusWithReasonDurationList)),
    )


def _skills(items: list[Any]) -> Iterable[Skill]:
    for item in items:
        if isinstance(item, dict) and item.get("skillId") is not None:
            yield Skill(clean(str(item["skillId"])), _label(item.get("skillName")))


def _durations(items: list[Any]) -> Iterable[StateDuration]:
    for item in items:
        state = _label(item.get("agentStatus")) if isinstance(item, dict) else None
        duration = number(item.get("agentStatusDuration")) if state else None
        if state and duration is not None:
            yield StateDuration(state, int(duration), _label(item.get("agentStatusReasonId")))
