"""The catalogue of metrics: one line each. Everything else in kmm-tui reads this table.

Requests, parsing, formatting, columns, the ``?`` panel, the docs and the simulator take a metric's names, methods,
unit, direction and meaning from here; a new metric is one new line in ``CATALOGUE``. The definitions are those of
LivePerson's Key Messaging Metrics documentation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Method(Enum):
    """A method of the API. The value is the last part of its path."""

    METRICS = "metrics"
    AGENT_VIEW = "agent_view"
    HISTORICAL = "historical"

    # An enum's own is written in Python, and whether a method offers a metric is asked for every figure.
    __hash__ = object.__hash__


class Kind(Enum):
    """Whether a metric is counted over a window or read at this moment, when the window does not apply."""

    BY_TIME = "by time"
    CURRENT = "current"


class Unit(Enum):
    """What the number is. ``RATIO`` 1.0 is 100 % and may exceed it; ``SHARE`` is 0..1; ``SCORE`` is -100..100."""

    COUNT = "count"
    DURATION = "ms"
    RATIO = "ratio"
    SHARE = "share"
    SCORE = "score"
    STATE = "state"
    MOMENT = "epoch ms"
    LIST = "list"
    UNKNOWN = "unknown"


class Good(Enum):
    """Which direction is good for the consumers."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


class Combine(Enum):
    """How values of several skills, groups or agents may be put together.

    ``SUM``: they add up (over agents, or over scopes that share nothing). ``WEIGHTED``: a mean weighted by
    ``Metric.base``. ``NEVER``: not at all; percentiles, and free slots, which count under each skill of an agent.
    """

    SUM = "sum"
    WEIGHTED = "weighted mean"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. ``name`` is asked for, ``field`` is answered; ``aliases`` are other fields it is answered under."""

    name: str
    field: str
    methods: frozenset[Method]
    kind: Kind
    unit: Unit
    good: Good
    combine: Combine
    short: str
    label: str
    meaning: str
    base: str | None = None
    aliases: tuple[str, ...] = ()
    older_name: str | None = None
    sorts: frozenset[Method] = frozenset()
    is_own: bool = False
    """Not of the API: of a source of the person's own, or computed by their formula."""

    @property
    def is_number(self) -> bool:
        """Whether a value of it is a number to show; states, the moments they began and lists of durations are not."""
        return self.unit not in (Unit.STATE, Unit.MOMENT, Unit.LIST)


_METHODS = {"M": Method.METRICS, "A": Method.AGENT_VIEW, "H": Method.HISTORICAL}


def _methods(letters: str) -> frozenset[Method]:
    return frozenset(_METHODS[letter] for letter in letters)


def _row(
    name: str,
    field: str,
    where: str,
    kind: Kind,
    unit: Unit,
    good: Good,
    combine: Combine,
    short: str,
    label: str,
    meaning: str,
    *,
    base: str | None = None,
    aliases: tuple[str, ...] = (),
    older_name: str | None = None,
    sorts: str = "",
) -> Metric:
    return Metric(
        name, field, _methods(where), kind, unit, good, combine, short, label, meaning, base, aliases, older_name,
        _methods(sorts),
    )  # fmt: skip


_T, _C = Kind.BY_TIME, Kind.CURRENT
_N, _MS, _R, _SH, _SC = Unit.COUNT, Unit.DURATION, Unit.RATIO, Unit.SHARE, Unit.SCORE
_UP, _DOWN, _EVEN = Good.UP, Good.DOWN, Good.NEITHER
_SUM, _MEAN, _NEVER = Combine.SUM, Combine.WEIGHTED, Combine.NEVER

# fmt: off
# Columns: request name, response field, methods, kind, unit, good, combine, short label, long label, meaning.
# `sorts` names the methods whose `sort` parameter takes the field.
CATALOGUE: tuple[Metric, ...] = (
    _row("unassigned_conversations", "unassignedConversations", "M", _C, _N, _DOWN, _SUM, "queue", "In queue", "Conversations in the queue, waiting for an agent."),
    _row("open_conversations", "openConversations", "M", _C, _N, _EVEN, _SUM, "open", "Open", "Conversations in the queue or assigned to an agent."),
    _row("assigned_conversations", "assignedConversations", "MA", _C, _N, _EVEN, _SUM, "assigned", "Assigned", "Open conversations assigned to agents, begun in the last 30 days.", sorts="MA"),
    _row("active_conversations", "activeConversations", "MA", _C, _N, _EVEN, _SUM, "active", "Active", "Open conversations that are being handled, begun in the last 30 days.", sorts="MA"),
    _row("overdue_conversations_in_queue", "overdueConversationsInQueue", "M", _C, _N, _DOWN, _SUM, "over q", "Overdue in queue", "Conversations waiting for an agent, past the SLA."),
    _row("overdue_conversations_assigned", "overdueConversationsAssigned", "M", _C, _N, _DOWN, _SUM, "over a", "Overdue assigned", "Assigned conversations past the SLA."),
    _row("overdue_conversations_total", "overdueConversationsTotal", "M", _C, _N, _DOWN, _SUM, "overdue", "Overdue", "Open conversations past the SLA."),
    _row("queue_wait_time_50th_percentile", "queueWaitTime50thPercentile", "M", _C, _MS, _DOWN, _NEVER, "p50", "P50 wait", "Half of the consumers now in the queue have waited this long or less."),
    _row("queue_wait_time_90th_percentile", "queueWaitTime90thPercentile", "M", _C, _MS, _DOWN, _NEVER, "p90", "P90 wait", "Nine in ten consumers now in the queue have waited this long or less."),
    _row("online_agents", "onlineAgents", "M", _C, _N, _UP, _NEVER, "online", "Online", "Agents who are online now.", sorts="M"),
    _row("away_agents", "awayAgents", "M", _C, _N, _DOWN, _NEVER, "away", "Away", "Agents who are away now.", sorts="M"),
    _row("back_soon_agents", "backSoonAgents", "M", _C, _N, _DOWN, _NEVER, "soon", "Back soon", "Agents who said they will be back soon.", sorts="M"),
    _row("agent_load", "agentLoad", "MA", _C, _R, _EVEN, _NEVER, "load", "Load", "Weight of the assigned conversations over the agents' capacity, bots included.", sorts="MA"),
    _row("human_agent_load", "humanAgentLoad", "M", _C, _R, _EVEN, _NEVER, "h load", "Human load", "Weight of the assigned conversations over the human agents' capacity.", sorts="M"),
    _row("human_online_load", "humanOnlineLoad", "M", _C, _R, _EVEN, _NEVER, "on load", "Online load", "Weight of the assigned conversations over the capacity of the human agents who are online."),
    _row("human_away_load", "humanAwayLoad", "M", _C, _R, _DOWN, _NEVER, "aw load", "Away load", "Weight of the assigned conversations over the capacity of the human agents who are away."),
    _row("available_slots", "availableSlots", "MA", _C, _N, _UP, _NEVER, "free", "Free slots", "Free places to take conversations from the queue; an agent's count under each of the agent's skills."),
    _row("max_slots", "maxSlots", "A", _C, _N, _EVEN, _SUM, "slots", "Slots", "The agent's configured places for conversations.", sorts="A"),
    _row("pending_agent_response", "pendingAgentResponse", "A", _C, _N, _DOWN, _SUM, "pending", "Pending", "Conversations waiting for this agent's answer."),
    _row("pending_agent_response_rate", "pendingAgentResponseRate", "A", _C, _R, _DOWN, _MEAN, "pend %", "Pending rate", "Conversations waiting for this agent's answer, over assigned ones.", base="assignedConversations", sorts="A"),
    _row("agent_current_status", "agentCurrentStatus", "A", _C, Unit.STATE, _EVEN, _NEVER, "state", "State", "The agent's state: online, away, back soon or offline."),
    _row("agent_current_status_start_time", "agentCurrentStatusStartTime", "A", _C, Unit.MOMENT, _EVEN, _NEVER, "since", "State since", "When the agent's state began."),
    _row("agent_current_status_reason", "agentCurrentStatusReason", "A", _C, Unit.STATE, _EVEN, _NEVER, "reason", "Reason", "The reason that the agent chose for being away.", aliases=("agentCurrentStatusReasonId",)),
    _row("agent_current_status_reason_start_time", "agentCurrentStatusReasonStartTime", "A", _C, Unit.MOMENT, _EVEN, _NEVER, "r since", "Reason since", "When the agent chose that reason.", sorts="A"),
    _row("avg_wait_time", "avgWaitTime", "MA", _T, _MS, _DOWN, _NEVER, "wait", "Wait", "Consumers' mean wait for each answer of a human agent.", sorts="MA"),
    _row("avg_wait_time_first_response", "avgWaitTimeFirstResponse", "MA", _T, _MS, _DOWN, _NEVER, "1st wait", "First wait", "Consumers' mean wait for the first answer of a human agent.", sorts="MA"),
    _row("total_wait_time_first_response", "totalWaitTimeFirstResponse", "A", _T, _MS, _DOWN, _SUM, "1st w sum", "First wait, sum", "Sum of the consumers' waits for the first answer of a human agent.", sorts="A"),
    _row("avg_time_to_response", "avgTimeToResponse", "MA", _T, _MS, _DOWN, _NEVER, "resp", "Response", "Agents' mean time to answer, from the assignment on: time in the queue does not count.", sorts="MA"),
    _row("avg_time_to_first_response_first_assignment", "avgTimeToFirstResponseFirstAssignment", "MA", _T, _MS, _DOWN, _NEVER, "1st resp", "1st response", "Mean time to the first answer, from the first assignment.", sorts="MA"),
    _row("avg_time_to_first_response_all_assignments", "avgTimeToFirstResponseAllAssignments", "A", _T, _MS, _DOWN, _NEVER, "1st r all", "1st response, all", "Mean time to the first answer after each assignment.", sorts="A"),
    _row("total_time_to_first_response_all_assignments", "totalTimeToFirstResponseAllAssignments", "A", _T, _MS, _DOWN, _SUM, "1st r sum", "1st response, sum", "Sum of the times to the first answer after each assignment.", sorts="A"),
    _row("closed_conversations", "closedConversations", "MAH", _T, _N, _UP, _SUM, "closed", "Closed", "Conversations closed by an agent, the system or the consumer.", sorts="MA"),
    _row("closed_by_agent", "closedByAgent", "MA", _T, _N, _UP, _SUM, "agt", "Closed by agent", "Conversations that an agent closed."),
    _row("closed_by_consumer", "closedByConsumer", "MA", _T, _N, _EVEN, _SUM, "con", "Closed by consumer", "Conversations that the consumer closed."),
    _row("auto_closed", "autoClosed", "MA", _T, _N, _DOWN, _SUM, "auto", "Closed by system", "Conversations that the system closed by itself."),
    _row("concluded_conversations", "concludedConversations", "MAH", _T, _N, _UP, _SUM, "concl", "Concluded", "Conversations closed or transferred.", sorts="A"),
    _row("transfers", "transfers", "AH", _T, _N, _DOWN, _SUM, "transf", "Transfers", "Conversations handed on to a skill or an agent."),
    _row("back_to_queue", "backToQueue", "A", _T, _N, _DOWN, _SUM, "back q", "Back to queue", "Conversations put back into the queue."),
    _row("transfer_rate", "transferRate", "A", _T, _R, _DOWN, _MEAN, "transf %", "Transfer rate", "Transfers over concluded conversations.", base="concludedConversations", sorts="A"),
    _row("closed_rate", "closedRate", "A", _T, _R, _UP, _MEAN, "closed %", "Closed rate", "Closed over concluded conversations.", base="concludedConversations", aliases=("closeRate",), older_name="close_rate", sorts="A"),
    _row("csat", "csat", "MA", _T, _SH, _UP, _NEVER, "csat", "CSAT", "Survey answers of 4 or 5 over all survey answers.", sorts="A"),
    _row("fcr", "fcr", "A", _T, _SH, _UP, _NEVER, "fcr", "FCR", "Share of surveys that say it was resolved at first contact.", sorts="A"),
    _row("fcr_without_skip", "fcrWithoutSkip", "A", _T, _SH, _UP, _NEVER, "fcr ans", "FCR, answered", "Share resolved at first contact, as the account counts it without skips.", sorts="A"),
    _row("nps", "nps", "A", _T, _SC, _UP, _NEVER, "nps", "NPS", "Net promoter score.", sorts="A"),
    _row("intent_matched_rate", "intentMatchedRate", "A", _T, _R, _UP, _NEVER, "intent", "Intent matched", "Messages whose intent was matched, over messages.", sorts="A"),
    _row("avg_conversations_duration", "avgConversationsDuration", "A", _T, _MS, _EVEN, _MEAN, "duration", "Duration", "Mean handling time of closed conversations.", base="closedConversations"),
    _row("agent_login_duration", "loginDuration", "A", _T, _MS, _EVEN, _SUM, "login", "Logged in", "Time logged in, at most one minute old."),
    _row("agent_online_duration", "onlineDuration", "A", _T, _MS, _EVEN, _SUM, "on time", "Time online", "Time online, at most one minute old."),
    _row("agent_status_duration", "agentStatusDurationList", "A", _T, Unit.LIST, _EVEN, _NEVER, "states", "Time per state", "Time in each state; no offline time, no bots."),
    _row("agent_status_with_reason_duration", "agentStatusWithReasonDurationList", "A", _T, Unit.LIST, _EVEN, _NEVER, "reasons", "Time per reason", "Time in each state and away reason; no offline time, no bots."),
)
# fmt: on

BY_NAME: Mapping[str, Metric] = MappingProxyType(
    {m.name: m for m in CATALOGUE} | {m.older_name: m for m in CATALOGUE if m.older_name}
)
BY_FIELD: Mapping[str, Metric] = MappingProxyType(
    {m.field: m for m in CATALOGUE} | {alias: m for m in CATALOGUE for alias in m.aliases}
)

_OTHER_SORTS: Mapping[Method, tuple[str, ...]] = MappingProxyType(
    {
        Method.METRICS: ("key",),
        Method.AGENT_VIEW: ("agentId", "agentName", "agentStatus", "agentChannelType"),
        Method.HISTORICAL: (),
    }
)


def sort_fields(method: Method) -> tuple[str, ...]:
    """The fields that the `sort` parameter of `method` takes, in the order of the catalogue."""
    return _OTHER_SORTS[method] + tuple(m.field for m in CATALOGUE if method in m.sorts)


def offered(method: Method, kind: Kind | None = None) -> tuple[Metric, ...]:
    """The metrics that `method` offers, of one kind or of both, in the order of the catalogue."""
    return tuple(m for m in CATALOGUE if method in m.methods and kind in (None, m.kind))


def camel(name: str) -> str:
    """The response field that a request name not in the catalogue is expected to be answered under.

    >>> camel("new_shiny_metric")
    'newShinyMetric'
    """
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def unlisted(name: str, method: Method, kind: Kind = Kind.BY_TIME) -> Metric:
    """A metric that a person named and the catalogue lacks: newer accounts know more than this table.

    What it means and its unit are unknown, so it is shown as the number that it is and never combined.
    """
    return Metric(
        name=name,
        field=camel(name),
        methods=frozenset({method}),
        kind=kind,
        unit=Unit.UNKNOWN,
        good=Good.NEITHER,
        combine=Combine.NEVER,
        short=name[:12],
        label=name,
        meaning="Not in the catalogue of this version: shown as the server sends it.",
    )


def of_names(names: Iterable[str]) -> Iterator[Metric]:
    """The catalogue's metrics of these request names. Raises `KeyError` for a name that the catalogue lacks."""
    return (BY_NAME[name] for name in names)
