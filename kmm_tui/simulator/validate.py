"""What a request asks, once it is known to be within the documentation; everything else is refused with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kmm_tui.metrics import BY_NAME, Kind, Method
from kmm_tui.simulator.engine import Filters, GroupBy
from kmm_tui.simulator.http_refusal import bad_request
from kmm_tui.simulator.validate_window import Window, window_of

_BY_TIME = "metricsToRetrieveByTime"
_CURRENT = "metricsToRetrieveCurrentValue"
_IDS = ("agentIds", "agentGroupIds")

_KEYS: Mapping[Method, tuple[str, ...]] = {
    Method.METRICS: ("filters", "groupBy", "responseSections", _BY_TIME, _CURRENT),
    Method.AGENT_VIEW: ("filters", "includeAgentMetadata", _BY_TIME, _CURRENT),
    Method.HISTORICAL: ("filters", _BY_TIME),
}
_FILTERS: Mapping[Method, tuple[str, ...]] = {
    Method.METRICS: ("time", *_IDS, "skillIds", "userTypes", "includeSubGroups"),
    Method.AGENT_VIEW: ("time", *_IDS, "agentSkillIds", "userTypes", "effectiveAgentStatus", "includeAgentMetadata"),
    Method.HISTORICAL: ("time", *_IDS, "skillIds", "userTypes"),
}
_USER_TYPES: Mapping[Method, tuple[str, ...]] = {
    Method.METRICS: ("HUMAN", "BOT"),
    Method.AGENT_VIEW: ("SYSTEM", "HUMAN", "BOT"),
    Method.HISTORICAL: ("HUMAN", "BOT"),
}
_STATUSES = ("ONLINE", "BACK_SOON", "AWAY", "OFFLINE")
_SECTIONS = ("all", "groupBy")
_GROUPINGS: Mapping[str, GroupBy] = {"skillId": "skillId", "agentGroupId": "agentGroupId"}


@dataclass(frozen=True, slots=True)
class Question:
    """A valid question. ``asked`` keeps the metrics' names as they were sent, each once, in order."""

    window: Window
    filters: Filters
    asked: tuple[str, ...]
    group_by: GroupBy | None = None
    want_all: bool = True
    want_groups: bool = True
    with_metadata: bool = True


def question_of(body: dict[str, Any], method: Method, now: int, skew_ms: int = 0) -> Question:
    """What a body asks; ``now`` is the service's time, which runs ``skew_ms`` ahead of the floor's.

    The filters are in the floor's time. Raises a refusal with 400 that names the reason.
    """
    _known(body, _KEYS[method], "the body")
    filters = body.get("filters")
    if not isinstance(filters, dict):
        raise bad_request("filters", "filters with a time is required, and must be an object")
    _known(filters, _FILTERS[method], "filters")
    window = window_of(filters.get("time"), method, now)
    sections = _choices(body, "responseSections", _SECTIONS) or frozenset(_SECTIONS)
    skills = _ids(filters, "agentSkillIds" if method is Method.AGENT_VIEW else "skillIds")
    found = Filters(
        start=window.start - skew_ms,
        end=window.end - skew_ms,
        agent_ids=_ids(filters, "agentIds"),
        group_ids=_ids(filters, "agentGroupIds"),
        skill_ids=skills,
        user_types=_choices(filters, "userTypes", _USER_TYPES[method]),
        include_subgroups=_flag(filters, "includeSubGroups", False),
        statuses=_choices(filters, "effectiveAgentStatus", _STATUSES) or frozenset(_STATUSES[:3]),
    )
    asked = [*_metrics(body, _BY_TIME, Kind.BY_TIME, method), *_metrics(body, _CURRENT, Kind.CURRENT, method)]
    return Question(
        window=window,
        filters=found,
        asked=tuple(dict.fromkeys(asked)),
        group_by=_grouping(body),
        want_all="all" in sections,
        want_groups="groupBy" in sections,
        with_metadata=_with_metadata(body, filters),
    )


def _known(value: dict[str, Any], names: tuple[str, ...], where: str) -> None:
    for name in value:
        if name not in names:
            raise bad_request("unknown-key", f"{where} has no {name!r}; it has {', '.join(names)}")


def _strings(value: dict[str, Any], name: str) -> list[str] | None:
    if name not in value:
        return None
    found = value[name]
    if not isinstance(found, list) or not all(isinstance(item, str) and item for item in found):
        raise bad_request("type", f"{name} must be an array of strings")
    return found


def _ids(filters: dict[str, Any], name: str) -> frozenset[str] | None:
    found = _strings(filters, name)
    return None if found is None else frozenset(found)


def _choices(value: dict[str, Any], name: str, allowed: tuple[str, ...]) -> frozenset[str] | None:
    found = _strings(value, name)
    if found is None:
        return None
    if not found:
        raise bad_request("empty-list", f"{name} is empty; it takes {', '.join(allowed)}")
    for item in found:
        if item not in allowed:
            raise bad_request("choice", f"{name} takes {', '.join(allowed)}, not {item!r}")
    return frozenset(found)


def _flag(value: dict[str, Any], name: str, default: bool) -> bool:
    found = value.get(name, default)
    if not isinstance(found, bool):
        raise bad_request("type", f"{name} must be true or false")
    return found


def _with_metadata(body: dict[str, Any], filters: dict[str, Any]) -> bool:
    # The documentation lists it among the filters and shows it beside them: both places are right, but not at once.
    places = [place for place in (body, filters) if "includeAgentMetadata" in place]
    if len(places) > 1:
        raise bad_request("type", "includeAgentMetadata is given twice")
    found = places[0]["includeAgentMetadata"] if places else True
    if isinstance(found, bool):
        return found
    if found in ("true", "false"):
        return bool(found == "true")
    raise bad_request("type", 'includeAgentMetadata must be true, false, "true" or "false"')


def _grouping(body: dict[str, Any]) -> GroupBy | None:
    found = body.get("groupBy")
    if "groupBy" not in body:
        return None
    if not isinstance(found, str) or found not in _GROUPINGS:
        raise bad_request("group-by", f"groupBy must be skillId or agentGroupId, not {found!r}")
    return _GROUPINGS[found]


def _metrics(body: dict[str, Any], key: str, kind: Kind, method: Method) -> list[str]:
    names = _strings(body, key) or []
    for name in names:
        metric = BY_NAME.get(name)
        if metric is None:
            raise bad_request("unknown-metric", f"{key}: there is no metric {name!r}")
        if method not in metric.methods:
            raise bad_request("metric-method", f"{key}: {method.value} does not offer {name!r}")
        if metric.kind is not kind:
            raise bad_request("metric-list", f"{key}: {name!r} is {metric.kind.value}, it belongs into the other list")
    return names
