"""What can be asked: one value for each method, checked against the documented limits before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from kmm_tui.api.errors import LimitExceeded
from kmm_tui.api.window import MINUTE, MOST_POINTS, Window, ceil_minute, floor_minute, format_duration
from kmm_tui.metrics import BY_FIELD, BY_NAME, Kind, Method, Metric, offered, sort_fields, unlisted

UserType: TypeAlias = Literal["HUMAN", "BOT", "SYSTEM"]
AgentState: TypeAlias = Literal["ONLINE", "BACK_SOON", "AWAY", "OFFLINE"]
GroupBy: TypeAlias = Literal["skillId", "agentGroupId"]
Section: TypeAlias = Literal["all", "groupBy"]
Direction: TypeAlias = Literal["asc", "desc"]

LOGGED_IN: tuple[AgentState, ...] = ("ONLINE", "BACK_SOON", "AWAY")
"""The states that agent_view lists by default."""
METRICS_PAGE = 50
"""The largest page of `metrics`, and the default of both paged methods."""
AGENTS_REACH = 1000
"""No agent past this place can be read in one population: ``offset + limit`` may not exceed it."""

_CURRENT = "current:"


@dataclass(frozen=True, slots=True)
class Sort:
    """A response field and a direction."""

    field: str
    direction: Direction = "asc"

    @classmethod
    def parse(cls, text: str, method: Method) -> Sort:
        """Reads ``field:asc`` or ``field``. Raises `LimitExceeded` where `method` does not sort by that field."""
        field, _, direction = text.partition(":")
        if direction not in ("", "asc", "desc"):
            raise LimitExceeded(f"{direction!r} is no direction to sort in", "use asc or desc")
        sort = cls(field, "desc" if direction == "desc" else "asc")
        sort.check(method)
        return sort

    def check(self, method: Method) -> None:
        """Raises `LimitExceeded` where `method` does not sort by this field."""
        if self.field not in sort_fields(method):
            raise LimitExceeded(
                f"the {method.value} method does not sort by {self.field!r}",
                f"sort by one of {', '.join(sort_fields(method))}",
            )

    def __str__(self) -> str:
        return f"{self.field}:{self.direction}"


def resolve_metrics(names: Iterable[str] | None, method: Method) -> tuple[Metric, ...]:
    """The metrics behind request names; None is all that `method` offers.

    A name that the catalogue lacks is passed on as it is, as by-time, or as current with the prefix ``current:``.
    Raises `LimitExceeded` for one that the catalogue knows and `method` does not offer.
    """
    if names is None:
        return offered(method)
    found: dict[str, Metric] = {}
    for name in names:
        bare = name.removeprefix(_CURRENT)
        metric = BY_NAME.get(bare) or BY_FIELD.get(bare)
        if metric is None:
            _check_text(bare, "metric")
            metric = unlisted(bare, method, Kind.CURRENT if name.startswith(_CURRENT) else Kind.BY_TIME)
        elif method not in metric.methods:
            others = " or ".join(sorted(m.value for m in metric.methods))
            raise LimitExceeded(f"the {method.value} method does not offer {metric.name}", f"ask {others} for it")
        found.setdefault(metric.name, metric)
    return tuple(found.values())


def _metric_lists(metrics: Sequence[Metric]) -> dict[str, list[str]]:
    lists = {
        "metricsToRetrieveByTime": [m.name for m in metrics if m.kind is Kind.BY_TIME],
        "metricsToRetrieveCurrentValue": [m.name for m in metrics if m.kind is Kind.CURRENT],
    }
    return {key: names for key, names in lists.items() if names}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Query:
    """What all methods share. ``metrics`` are request names, None is all that the method offers."""

    window: Window
    metrics: tuple[str, ...] | None = None
    skill_ids: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()
    agent_ids: tuple[str, ...] = ()
    user_types: tuple[UserType, ...] = ()

    def _check(self, method: Method, now: int) -> None:
        self.window.check(method, now)
        resolve_metrics(self.metrics, method)
        for what, ids in (("skill id", self.skill_ids), ("group id", self.group_ids), ("agent id", self.agent_ids)):
            for each in ids:
                _check_text(each, what)
        if "SYSTEM" in self.user_types and method is not Method.AGENT_VIEW:
            raise LimitExceeded(f"the {method.value} method does not know the user type SYSTEM", "use HUMAN or BOT")

    def _filters(self, skill_key: str) -> dict[str, Any]:
        filters: dict[str, Any] = {"time": {"from": self.window.start, "to": self.window.end}}
        for key, ids in ((skill_key, self.skill_ids), ("agentGroupIds", self.group_ids), ("agentIds", self.agent_ids)):
            if ids:
                filters[key] = list(ids)
        if self.user_types:
            filters["userTypes"] = list(self.user_types)
        return filters


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsQuery(_Query):
    """Figures of the account, or of each skill or agent group. One page of at most 50 groups."""

    group_by: GroupBy | None = None
    include_subgroups: bool = False
    sections: tuple[Section, ...] = ()
    sort: Sort | None = None
    offset: int = 0
    limit: int = METRICS_PAGE

    def check(self, now: int) -> None:
        """Raises `LimitExceeded` where this breaks a documented limit."""
        self._check(Method.METRICS, now)
        if not 1 <= self.limit <= METRICS_PAGE:
            raise LimitExceeded(f"a page of {self.limit} groups was asked for", f"ask for 1 to {METRICS_PAGE} at once")
        _check_offset(self.offset)
        if self.sort:
            self.sort.check(Method.METRICS)

    def params(self) -> dict[str, str]:
        """The query parameters of the request."""
        return _page(self.offset, self.limit, self.sort)

    def body(self) -> dict[str, Any]:
        """The JSON body of the request."""
        filters = self._filters("skillIds")
        if self.include_subgroups:
            filters["includeSubGroups"] = True
        body: dict[str, Any] = {"filters": filters}
        if self.group_by:
            body["groupBy"] = self.group_by
        if self.sections:
            body["responseSections"] = list(self.sections)
        return body | _metric_lists(resolve_metrics(self.metrics, Method.METRICS))


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentViewQuery(_Query):
    """Agents with their figures. ``skill_ids`` finds agents who have one of the skills."""

    states: tuple[AgentState, ...] = ()
    metadata: bool = True
    sort: Sort | None = None
    offset: int = 0
    limit: int = METRICS_PAGE

    def check(self, now: int) -> None:
        """Raises `LimitExceeded` where this breaks a documented limit."""
        self._check(Method.AGENT_VIEW, now)
        _check_offset(self.offset)
        if self.limit < 1 or self.offset + self.limit > AGENTS_REACH:
            raise LimitExceeded(
                f"agents {self.offset + 1} to {self.offset + self.limit} were asked for and only the first "
                f"{AGENTS_REACH} of a population can be read",
                "narrow it down to a group or a skill",
            )
        if self.sort:
            self.sort.check(Method.AGENT_VIEW)

    def params(self) -> dict[str, str]:
        """The query parameters of the request."""
        return _page(self.offset, self.limit, self.sort)

    def body(self) -> dict[str, Any]:
        """The JSON body of the request."""
        filters = self._filters("agentSkillIds")
        if self.states:
            filters["effectiveAgentStatus"] = list(self.states)
        body: dict[str, Any] = {"filters": filters}
        # Left out where it says what is the default anyway: the documentation leaves open in which object it stands.
        if not self.metadata:
            body["includeAgentMetadata"] = "false"
        return body | _metric_lists(resolve_metrics(self.metrics, Method.AGENT_VIEW))


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoricalQuery(_Query):
    """Counts over the window, point by point. ``interval`` in minutes; None leaves the choice to the server."""

    interval: int | None = None

    def check(self, now: int) -> None:
        """Raises `LimitExceeded` where this breaks a documented limit."""
        self._check(Method.HISTORICAL, now)
        if self.interval is None:
            return
        if self.interval < 1:
            raise LimitExceeded(f"an interval of {self.interval} minutes was asked for", "use 1 minute or more")
        span = ceil_minute(self.window.end) - floor_minute(self.window.start)
        points = -(-span // (self.interval * MINUTE))
        if points > MOST_POINTS:
            least = -(-span // (MOST_POINTS * MINUTE))
            raise LimitExceeded(
                f"{format_duration(span)} in steps of {self.interval} minutes is {points} points and the API gives "
                f"at most {MOST_POINTS}",
                f"use an interval of {least} minutes or more",
            )

    def params(self) -> dict[str, str]:
        """The query parameters of the request."""
        return {} if self.interval is None else {"interval": str(self.interval)}

    def body(self) -> dict[str, Any]:
        """The JSON body of the request."""
        return {"filters": self._filters("skillIds")} | _metric_lists(resolve_metrics(self.metrics, Method.HISTORICAL))


def _page(offset: int, limit: int, sort: Sort | None) -> dict[str, str]:
    page = {"offset": str(offset), "limit": str(limit)}
    return page | {"sort": str(sort)} if sort else page


def _check_text(text: str, what: str) -> None:
    # An empty id is refused by the server, and half a character cannot be sent at all.
    if not text or not text.isprintable():
        raise LimitExceeded(f"{text!r} is no {what}", "leave it out, or write it as the server names it")


def _check_offset(offset: int) -> None:
    if offset < 0:
        raise LimitExceeded(f"page offset {offset} was asked for", "use 0 or more")
