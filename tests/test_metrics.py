"""The catalogue against the documentation of the API, transcribed here by hand."""

from __future__ import annotations

import pytest

from kmm_tui.board import asked
from kmm_tui.metrics import (
    BY_FIELD,
    BY_NAME,
    CATALOGUE,
    Combine,
    Kind,
    Method,
    Unit,
    camel,
    of_names,
    offered,
    sort_fields,
    unlisted,
)

# Request name, response field, methods and kind (c current, t by time), unit.
DOCUMENTED = """
unassigned_conversations unassignedConversations Mc count
open_conversations openConversations Mc count
assigned_conversations assignedConversations MAc count
active_conversations activeConversations MAc count
overdue_conversations_in_queue overdueConversationsInQueue Mc count
overdue_conversations_assigned overdueConversationsAssigned Mc count
overdue_conversations_total overdueConversationsTotal Mc count
queue_wait_time_50th_percentile queueWaitTime50thPercentile Mc ms
queue_wait_time_90th_percentile queueWaitTime90thPercentile Mc ms
online_agents onlineAgents Mc count
away_agents awayAgents Mc count
back_soon_agents backSoonAgents Mc count
agent_load agentLoad MAc ratio
human_agent_load humanAgentLoad Mc ratio
human_online_load humanOnlineLoad Mc ratio
human_away_load humanAwayLoad Mc ratio
available_slots availableSlots MAc count
max_slots maxSlots Ac count
pending_agent_response pendingAgentResponse Ac count
pending_agent_response_rate pendingAgentResponseRate Ac ratio
agent_current_status agentCurrentStatus Ac state
agent_current_status_start_time agentCurrentStatusStartTime Ac moment
agent_current_status_reason agentCurrentStatusReason Ac state
agent_current_status_reason_start_time agentCurrentStatusReasonStartTime Ac moment
avg_wait_time avgWaitTime MAt ms
avg_wait_time_first_response avgWaitTimeFirstResponse MAt ms
total_wait_time_first_response totalWaitTimeFirstResponse At ms
avg_time_to_response avgTimeToResponse MAt ms
avg_time_to_first_response_first_assignment avgTimeToFirstResponseFirstAssignment MAt ms
avg_time_to_first_response_all_assignments avgTimeToFirstResponseAllAssignments At ms
total_time_to_first_response_all_assignments totalTimeToFirstResponseAllAssignments At ms
closed_conversations closedConversations MAHt count
closed_by_agent closedByAgent MAt count
closed_by_consumer closedByConsumer MAt count
auto_closed autoClosed MAt count
concluded_conversations concludedConversations MAHt count
transfers transfers AHt count
back_to_queue backToQueue At count
transfer_rate transferRate At ratio
closed_rate closedRate At ratio
csat csat MAt share
fcr fcr At share
fcr_without_skip fcrWithoutSkip At share
nps nps At score
intent_matched_rate intentMatchedRate At ratio
avg_conversations_duration avgConversationsDuration At ms
agent_login_duration loginDuration At ms
agent_online_duration onlineDuration At ms
agent_status_duration agentStatusDurationList At list
agent_status_with_reason_duration agentStatusWithReasonDurationList At list
"""
ROWS = [tuple(line.split()) for line in DOCUMENTED.strip().splitlines()]
LETTERS = {"M": Method.METRICS, "A": Method.AGENT_VIEW, "H": Method.HISTORICAL}
UNITS = {
    "count": Unit.COUNT, "ms": Unit.DURATION, "ratio": Unit.RATIO, "share": Unit.SHARE, "score": Unit.SCORE,
    "state": Unit.STATE, "moment": Unit.MOMENT, "list": Unit.LIST,
}  # fmt: skip
METRICS_SORTS = """
key agentLoad humanAgentLoad closedConversations avgTimeToResponse avgTimeToFirstResponseFirstAssignment avgWaitTime
avgWaitTimeFirstResponse assignedConversations activeConversations onlineAgents awayAgents backSoonAgents
"""
AGENT_SORTS = """
agentId agentLoad closedConversations avgTimeToResponse avgTimeToFirstResponseFirstAssignment
avgTimeToFirstResponseAllAssignments totalTimeToFirstResponseAllAssignments avgWaitTime avgWaitTimeFirstResponse
totalWaitTimeFirstResponse assignedConversations activeConversations concludedConversations closedRate transferRate
intentMatchedRate pendingAgentResponseRate agentName agentStatus agentCurrentStatusReasonStartTime csat fcr
fcrWithoutSkip nps maxSlots agentChannelType
"""


@pytest.mark.parametrize(("name", "field", "where", "unit"), ROWS)
def test_each_documented_metric_stands_in_the_catalogue(name: str, field: str, where: str, unit: str) -> None:
    metric = BY_NAME[name]
    assert metric.field == field
    assert metric.methods == {LETTERS[letter] for letter in where[:-1]}
    assert metric.kind is (Kind.CURRENT if where[-1] == "c" else Kind.BY_TIME)
    assert metric.unit is UNITS[unit]


def test_nothing_else_stands_in_it() -> None:
    assert sorted(metric.name for metric in CATALOGUE) == sorted(row[0] for row in ROWS)


@pytest.mark.parametrize(
    ("method", "fields"), [(Method.METRICS, METRICS_SORTS), (Method.AGENT_VIEW, AGENT_SORTS), (Method.HISTORICAL, "")]
)
def test_each_method_sorts_by_the_documented_fields(method: Method, fields: str) -> None:
    assert sorted(sort_fields(method)) == sorted(fields.split())


def test_older_names_and_other_fields_lead_to_the_same_metric() -> None:
    assert BY_NAME["close_rate"] is BY_NAME["closed_rate"] is BY_FIELD["closeRate"] is BY_FIELD["closedRate"]
    assert BY_FIELD["agentCurrentStatusReasonId"] is BY_NAME["agent_current_status_reason"]


def test_names_and_fields_are_each_for_one_metric() -> None:
    names = [name for metric in CATALOGUE for name in (metric.name, metric.older_name) if name]
    fields = [field for metric in CATALOGUE for field in (metric.field, *metric.aliases)]
    assert len(set(names)) == len(names)
    assert len(set(fields)) == len(fields)


@pytest.mark.parametrize("metric", CATALOGUE, ids=lambda metric: metric.name)
def test_each_line_says_what_a_person_needs(metric: object) -> None:
    from kmm_tui.metrics import Metric

    assert isinstance(metric, Metric)
    assert metric.methods
    assert 1 <= len(metric.short) <= 12
    assert 1 <= len(metric.label) <= 24
    assert metric.meaning.endswith(".")
    assert metric.meaning.isprintable()
    assert metric.sorts <= metric.methods
    assert (metric.combine is Combine.WEIGHTED) == (metric.base is not None)
    if metric.base:
        assert BY_FIELD[metric.base].combine is Combine.SUM
        assert metric.methods <= BY_FIELD[metric.base].methods


def test_what_cannot_be_put_together_never_is() -> None:
    for name in (
        "available_slots",
        "queue_wait_time_50th_percentile",
        "queue_wait_time_90th_percentile",
        "nps",
        "csat",
    ):
        assert BY_NAME[name].combine is Combine.NEVER
    assert all(metric.combine is not Combine.SUM for metric in CATALOGUE if metric.unit in (Unit.RATIO, Unit.SHARE))


def test_what_is_offered_is_told_by_method_and_kind() -> None:
    assert {metric.name for metric in offered(Method.HISTORICAL)} == {
        "transfers", "concluded_conversations", "closed_conversations",
    }  # fmt: skip
    for method in Method:
        both = (*offered(method, Kind.CURRENT), *offered(method, Kind.BY_TIME))
        assert sorted(metric.name for metric in both) == sorted(metric.name for metric in offered(method))


def test_a_metric_that_is_missing_can_be_named_all_the_same() -> None:
    metric = unlisted("new_shiny_metric", Method.METRICS, Kind.CURRENT)
    assert (metric.field, metric.label, metric.unit) == ("newShinyMetric", "new_shiny_metric", Unit.UNKNOWN)
    assert metric.methods == {Method.METRICS}
    assert metric.combine is Combine.NEVER
    assert metric.is_number
    assert [camel(name) for name in ("a", "a_b", "newField", "a__b", "")] == ["a", "aB", "newField", "aB", ""]


def test_numbers_are_told_from_states_moments_and_lists() -> None:
    others = {metric.name for metric in CATALOGUE if not metric.is_number}
    assert others == {row[0] for row in ROWS if row[3] in ("state", "moment", "list")}


def test_what_the_board_asks_for_is_offered() -> None:
    for names, method in (
        (asked.FIGURES, Method.METRICS),
        (asked.AGENT_FIGURES, Method.AGENT_VIEW),
        (asked.TREND_FIGURES, Method.HISTORICAL),
    ):
        assert all(method in metric.methods for metric in of_names(names))
    with pytest.raises(KeyError):
        list(of_names(["no_such_metric"]))
