"""Reading what a server sent, tolerantly.

An unknown field is never an error. A group, agent or point that cannot be read is left out, counted and logged: one
broken record is no reason to lose sight of the others. What cannot be read as the documented shape at all, or of which
nothing can be read, raises `Garbled`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Generic, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo

from kmm_tui.api.answers import (
    AgentRecord,
    AgentViewAnswer,
    Cost,
    Figures,
    HistoricalAnswer,
    MetricsAnswer,
    MetricsRow,
    Point,
    Skill,
    StateDuration,
)
from kmm_tui.api.errors import Garbled
from kmm_tui.api.number import Number, number, whole
from kmm_tui.api.text import Body, clean
from kmm_tui.api.window import Window
from kmm_tui.metrics import Metric

logger = logging.getLogger(__name__)

_NOTHING = frozenset({"", "NA", "N/A", "null", "None"})


def _label(value: object) -> str | None:
    text = value if isinstance(value, str) else "" if (found := number(value)) is None else str(found)
    text = clean(text)
    return None if text in _NOTHING else text


def _identity(value: object) -> object:
    text = value if isinstance(value, str) else "" if (found := number(value)) is None else str(found)
    return clean(text)


def _mapping(value: object) -> object:
    return value if isinstance(value, dict) else {}


def _sequence(value: object) -> object:
    return value if isinstance(value, list) else []


def _total(value: object) -> int | None:
    found = whole(value.get("count")) if isinstance(value, dict) else None
    return found if found is not None and found >= 0 else None


def _moment(value: object) -> int | None:
    found = whole(value)
    return found if found is not None and 0 < found < _LAST_MOMENT else None


_Skills: TypeAlias = dict[tuple[type, int | str, str] | None, Skill | None]
"""Skills of one answer by what was sent of them."""
_LAST_MOMENT = 253_402_300_800_000
"""The end of the year 9999, epoch ms."""
_Id = Annotated[str, BeforeValidator(_identity), Field(min_length=1)]
_Label = Annotated[str | None, BeforeValidator(_label)]
_Map = Annotated[dict[str, Any], BeforeValidator(_mapping)]
_Items = Annotated[list[Any], BeforeValidator(_sequence)]
_Int = Annotated[int | None, BeforeValidator(whole)]
_Total = Annotated[int | None, BeforeValidator(_total)]
_Moment = Annotated[int | None, BeforeValidator(_moment)]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _Group(_Wire):
    key: _Id
    keyDescription: _Label = None  # noqa: N815 - the wire's own name
    metrics: _Map = Field(default_factory=dict)


class _GroupBy(_Wire):
    groups: list[_Group] = Field(default_factory=list)


class _AnyGroupBy(_Wire):
    groups: list[Any] = Field(default_factory=list)


class _Metrics(_Wire):
    metadata: _Total = None
    groupBy: _GroupBy | None = None  # noqa: N815
    all: dict[str, Any] | None = None


class _AnyMetrics(_Metrics):
    groupBy: _AnyGroupBy | None = None  # type: ignore[assignment]  # noqa: N815


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
    agentCurrentStatusStartTime: _Moment = None  # noqa: N815
    agentCurrentStatusReasonStartTime: _Moment = None  # noqa: N815
    agentCurrentStatusReasonId: _Label = None  # noqa: N815
    agentCurrentStatusReason: _Label = None  # noqa: N815
    agentStatusDurationList: _Items = Field(default_factory=list)  # noqa: N815
    agentStatusWithReasonDurationList: _Items = Field(default_factory=list)  # noqa: N815
    agentMetadata: Annotated[_AgentMetadata, BeforeValidator(_mapping)] = Field(default_factory=_AgentMetadata)  # noqa: N815


def _made_of(record: _Record, info: ValidationInfo) -> _Record | AgentRecord:
    """What is kept of a record, as soon as it is read: a thousand of them at once would be megabytes."""
    return _agent(record, *info.context) if info.context else record


class _AgentView(_Wire):
    metadata: _Total = None
    agentViewRecords: list[Annotated[_Record, AfterValidator(_made_of)]]  # noqa: N815


class _AnyAgentView(_AgentView):
    agentViewRecords: list[Any]  # noqa: N815


class _Interval(_Wire):
    timestamp: Annotated[int, BeforeValidator(_moment)]
    values: _Map = Field(default_factory=dict)


class _Historical(_Wire):
    historicalMetricsIntervals: list[_Interval]  # noqa: N815


class _AnyHistorical(_Historical):
    historicalMetricsIntervals: list[Any]  # noqa: N815


_Shape = TypeVar("_Shape", bound=_Wire)


class _Reader(Generic[_Shape]):
    """Reads one shape: as a whole where that goes, which is quick; else its items one by one."""

    def __init__(self, shape: type[_Shape], loose: type[_Shape], item: type[_Wire], *path: str) -> None:
        self._shape, self._loose, self._item, self._path = shape, loose, item, path

    def read(self, body: Body, context: Any = None) -> tuple[_Shape, int]:
        """The answer, and how many items it lacks because they cannot be read. Raises `Garbled`.

        `context` is for validators, where an answer can be read as a whole.
        """
        try:
            return self._shape.model_validate_json(body.raw, context=context), 0
        except ValidationError as error:
            problem = _problem(error)
        found = self._one_by_one(body)
        if isinstance(found, str):
            raise Garbled(
                f"the server's answer cannot be read ({found or problem})",
                "it is asked again; if it stays, something between here and the server changes the answers",
            )
        if found[1]:
            logger.warning("%d items of an answer left out: %s", found[1], problem)
        return found

    def _one_by_one(self, body: Body) -> tuple[_Shape, int] | str:
        """As `read`, or what is wrong; '' where that is known already. Raises nothing: its variables are the answer."""
        repaired = body.repaired()
        if repaired is None:
            return "broken or cut JSON"
        try:
            loose: Any = self._loose.model_validate_json(repaired)
        except ValidationError as error:
            return _problem(error)
        *above, last = self._path
        holder = loose
        for step in above:
            holder = getattr(holder, step)
        if holder is None:
            return loose, 0
        items = getattr(holder, last)
        kept = [found for found in map(self._one, items) if found is not None]
        if items and not kept:
            return ""
        setattr(holder, last, kept)
        return loose, len(items) - len(kept)

    def _one(self, item: Any) -> _Wire | None:
        try:
            return self._item.model_validate(item)
        except ValidationError:
            return None


def _problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the whole"
    return "broken or cut JSON" if first["type"] == "json_invalid" else clean(f"{where}: {first['msg']}")


_METRICS = _Reader(_Metrics, _AnyMetrics, _Group, "groupBy", "groups")
_AGENT_VIEW = _Reader(_AgentView, _AnyAgentView, _Record, "agentViewRecords")
_HISTORICAL = _Reader(_Historical, _AnyHistorical, _Interval, "historicalMetricsIntervals")


def _numbers(asked: Iterable[Metric]) -> tuple[Metric, ...]:
    return tuple(metric for metric in asked if metric.is_number)


def _pick(fields: Mapping[str, Any], numbers: tuple[Metric, ...]) -> Figures:
    """The figures asked for, by their response field; one that is not there is None."""
    figures: dict[str, Number | None] = {}
    for metric in numbers:
        value = fields.get(metric.field)
        if value is None and metric.aliases:
            value = next((fields[alias] for alias in metric.aliases if fields.get(alias) is not None), None)
        figures[metric.field] = number(value)
    return MappingProxyType(figures)


def read_metrics(body: Body, window: Window, asked: tuple[Metric, ...], cost: Cost) -> MetricsAnswer:
    """Reads an answer of the metrics method. Raises `Garbled`."""
    wire, left_out = _METRICS.read(body)
    if wire.groupBy is None and wire.all is None:
        raise Garbled("the server's answer holds neither groups nor a total", "it is asked again")
    numbers = _numbers(asked)
    rows = tuple(
        MetricsRow(g.key, g.keyDescription, _pick(g.metrics, numbers))
        for g in (wire.groupBy.groups if wire.groupBy else ())
    )
    whole = None if wire.all is None else _pick(wire.all, numbers)
    return MetricsAnswer(window, asked, wire.metadata, rows, whole, cost, left_out)


def read_agent_view(body: Body, window: Window, asked: tuple[Metric, ...], cost: Cost) -> AgentViewAnswer:
    """Reads an answer of the agent_view method. Raises `Garbled`."""
    numbers = _numbers(asked)
    skills: _Skills = {}
    wire, left_out = _AGENT_VIEW.read(body, (numbers, skills))
    found: list[_Record | AgentRecord] = [*wire.agentViewRecords]
    records = tuple(each if isinstance(each, AgentRecord) else _agent(each, numbers, skills) for each in found)
    return AgentViewAnswer(window, asked, wire.metadata, records, cost, left_out)


def read_historical(
    body: Body, window: Window, asked: tuple[Metric, ...], interval: int | None, cost: Cost
) -> HistoricalAnswer:
    """Reads an answer of the historical method. Raises `Garbled`."""
    wire, _ = _HISTORICAL.read(body)
    numbers = _numbers(asked)
    points = sorted((Point(p.timestamp, _pick(p.values, numbers)) for p in wire.historicalMetricsIntervals), key=_when)
    if interval is None and len(points) > 1:
        interval = round((points[1].timestamp - points[0].timestamp) / 60_000) or None
    return HistoricalAnswer(window, asked, interval, tuple(points), cost)


def _when(point: Point) -> int:
    return point.timestamp


def _agent(record: _Record, numbers: tuple[Metric, ...], known: _Skills) -> AgentRecord:
    about = record.agentMetadata
    status = record.agentCurrentStatus
    return AgentRecord(
        agent_id=record.agentId,
        name=about.agentName or about.agentNickname or about.agentLoginName,
        nickname=about.agentNickname,
        login_name=about.agentLoginName,
        group_id=record.agentGroupId,
        group_name=about.agentGroupName,
        skills=tuple(_skills(about.agentSkills, known)),
        status=status.upper().replace(" ", "_") if status else None,
        status_since=record.agentCurrentStatusStartTime,
        reason=record.agentCurrentStatusReason or record.agentCurrentStatusReasonId,
        reason_since=record.agentCurrentStatusReasonStartTime,
        configured_slots=about.configuredMaxSlots,
        metrics=_pick(record.model_extra or {}, numbers),
        states=tuple(_durations(record.agentStatusDurationList)),
        reasons=tuple(_durations(record.agentStatusWithReasonDurationList)),
    )


def _skills(items: list[Any], known: _Skills) -> Iterable[Skill]:
    for item in items:
        if isinstance(item, dict):
            key, name = item.get("skillId"), item.get("skillName")
            # A thousand agents share a hundred skills: each is read once.
            seen = (type(key), key, name) if isinstance(key, int | str) and isinstance(name, str) else None
            skill = known[seen] if seen in known else _skill(key, name)
            if seen:
                known[seen] = skill
            if skill:
                yield skill


def _skill(key: object, name: object) -> Skill | None:
    found = _label(key)
    return None if found is None else Skill(found, _label(name))


def _durations(items: list[Any]) -> Iterable[StateDuration]:
    for item in items:
        state = _label(item.get("agentStatus")) if isinstance(item, dict) else None
        duration = whole(item.get("agentStatusDuration")) if state else None
        if state and duration is not None:
            yield StateDuration(state, duration, _label(item.get("agentStatusReasonId")))
