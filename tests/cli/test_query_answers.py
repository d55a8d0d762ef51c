"""The three questions: JSON of the documented shape with the server's own figures, and CSV and table that agree."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from kmm_tui.metrics import BY_FIELD, Method, offered

AGENT_KEYS = {"agentId", "name", "groupId", "group", "skills", "status", "since", "reason", "reasonSince", "metrics"}


def numbers(method: Method) -> set[str]:
    return {metric.field for metric in offered(method) if metric.is_number}


def is_figure(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def by_hand(server: Any, method: str, window: dict[str, int], query: str = "", **body: Any) -> Any:
    """The server's answer to all metrics of the method."""
    names: dict[str, list[str]] = {"by time": [], "current": []}
    for metric in offered(Method(method)):
        names[metric.kind.value].append(metric.name)
    lists = {"metricsToRetrieveByTime": names["by time"], "metricsToRetrieveCurrentValue": names["current"]}
    filters = {"time": window, **body.pop("filters", {})}
    return server.ask(method, {"filters": filters, **{k: v for k, v in lists.items() if v}, **body}, query)


def rows_of_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def as_written(value: object) -> str:
    return "" if value is None else str(value)


@pytest.mark.parametrize(("by", "group_by"), [("account", None), ("skill", "skillId"), ("group", "agentGroupId")])
def test_metrics_are_the_servers_in_the_documented_shape(by: str, group_by: str | None, ask: Any, server: Any) -> None:
    ran = ask("query", "metrics", "--by", by, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    data = ran.data
    assert list(data) == ["method", "account", "window", "by", "rows", "all"]
    assert (data["method"], data["account"], data["by"]) == ("metrics", server.here["account"], by)
    assert set(data["window"]) == {"from", "to"}
    wide = -(-data["window"]["to"] // 60_000) * 60_000 - data["window"]["from"] // 60_000 * 60_000
    assert wide == 3_600_000
    truth = by_hand(server, "metrics", data["window"], **({"groupBy": group_by} if group_by else {}))
    groups = truth.get("groupBy", {}).get("groups", [])
    assert bool(groups) == (by != "account")
    fields = numbers(Method.METRICS)
    for row, group in zip(data["rows"], groups, strict=True):
        assert set(row) == {"key", "name", "metrics"}
        assert (row["key"], row["name"]) == (group["key"], group["keyDescription"])
        assert row["metrics"] == {field: group["metrics"].get(field) for field in fields}
    assert data["all"] == {field: truth["all"].get(field) for field in fields}
    assert all(is_figure(value) for row in data["rows"] for value in row["metrics"].values())
    assert all(map(is_figure, data["all"].values()))
    assert data["all"]["closedConversations"] > 0


def test_agents_are_the_servers_in_the_documented_shape(ask: Any, server: Any) -> None:
    ran = ask("query", "agents", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    data = ran.data
    assert list(data) == ["method", "account", "window", "count", "rows"]
    assert data["method"] == "agent_view"
    truth = by_hand(server, "agent_view", data["window"], "?limit=1000")["agentViewRecords"]
    assert data["count"] == len(data["rows"]) == len(truth)
    assert len(truth) > 10
    fields = numbers(Method.AGENT_VIEW)
    for row, record in zip(data["rows"], truth, strict=True):
        assert set(row) == AGENT_KEYS
        about = record["agentMetadata"]
        assert (row["agentId"], row["name"]) == (record["agentId"], about["agentName"])
        assert (row["groupId"], row["group"]) == (str(record["agentGroupId"]), about["agentGroupName"])
        assert row["skills"] == [{"key": str(s["skillId"]), "name": s["skillName"]} for s in about["agentSkills"]]
        assert (row["status"], row["since"]) == (record["agentCurrentStatus"], record["agentCurrentStatusStartTime"])
        assert row["reason"] == (
            None if record["agentCurrentStatusReasonId"] == "NA" else record["agentCurrentStatusReasonId"]
        )
        assert row["reasonSince"] == record["agentCurrentStatusReasonStartTime"]
        assert {field: row["metrics"][field] for field in fields} == {field: record.get(field) for field in fields}
        assert all(map(is_figure, row["metrics"].values()))
    assert {row["status"] for row in data["rows"]} >= {"ONLINE", "AWAY"}


def test_time_in_each_state_is_among_an_agents_figures(ask: Any, server: Any) -> None:
    names = ("--metric", "agent_status_duration", "--metric", "agent_status_with_reason_duration")
    data = ask("query", "agents", *names, "--format", "json").data
    truth = {r["agentId"]: r for r in by_hand(server, "agent_view", data["window"], "?limit=1000")["agentViewRecords"]}
    seen = 0
    for row in data["rows"]:
        for each in truth[row["agentId"]].get("agentStatusDurationList", []):
            seen += 1
            assert row["metrics"][f"agentStatusDurationList.{each['agentStatus']}"] == each["agentStatusDuration"]
        reasons = [v for k, v in row["metrics"].items() if k.startswith("agentStatusWithReasonDurationList.AWAY")]
        assert sum(reasons) == row["metrics"].get("agentStatusDurationList.AWAY", 0)
    assert seen > 10


def test_the_trend_is_the_servers_in_the_documented_shape(ask: Any, server: Any) -> None:
    ran = ask("query", "historical", "--interval", "10", "--window", "2h", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    data = ran.data
    assert list(data) == ["method", "account", "window", "interval", "points"]
    assert (data["method"], data["interval"], len(data["points"])) == ("historical", 10, 12)
    truth = by_hand(server, "historical", data["window"], "?interval=10")["historicalMetricsIntervals"]
    assert data["points"] == [{"timestamp": p["timestamp"], "values": p["values"]} for p in truth]
    assert all(set(point["values"]) == numbers(Method.HISTORICAL) for point in data["points"])


def test_the_servers_own_choice_of_interval_is_told(ask: Any) -> None:
    data = ask("query", "historical", "--format", "json").data
    assert data["interval"] == 5
    assert data["points"][1]["timestamp"] - data["points"][0]["timestamp"] == 5 * 60_000


@pytest.mark.parametrize("by", ["account", "skill", "group"])
def test_csv_of_metrics_says_what_json_says(by: str, ask: Any) -> None:
    data = ask("query", "metrics", "--by", by, "--format", "json").data
    rows = rows_of_csv(ask("query", "metrics", "--by", by, "--format", "csv").out)
    expected = [*data["rows"], {"key": "all", "name": "whole account", "metrics": data["all"]}]
    assert [row["key"] for row in rows] == [row["key"] for row in expected]
    for row, wanted in zip(rows, expected, strict=True):
        assert row["name"] == as_written(wanted["name"])
        assert {k: v for k, v in row.items() if k not in ("key", "name")} == {
            field: as_written(value) for field, value in wanted["metrics"].items()
        }


def test_csv_of_agents_says_what_json_says(ask: Any) -> None:
    data = ask("query", "agents", "--format", "json").data
    rows = rows_of_csv(ask("query", "agents", "--format", "csv").out)
    for row, wanted in zip(rows, data["rows"], strict=True):
        for key in ("agentId", "name", "group", "status", "reason", "since"):
            assert row[key] == as_written(wanted[key])
        assert row["skills"] == "; ".join(skill["name"] for skill in wanted["skills"])
        for field in numbers(Method.AGENT_VIEW):
            assert row[field] == as_written(wanted["metrics"][field])


def test_csv_of_the_trend_says_what_json_says(ask: Any) -> None:
    data = ask("query", "historical", "--format", "json").data
    rows = rows_of_csv(ask("query", "historical", "--format", "csv").out)
    assert [{k: float(v) for k, v in row.items()} for row in rows] == [
        {"timestamp": float(point["timestamp"]), **point["values"]} for point in data["points"]
    ]


def test_the_table_has_a_line_for_each_row_with_figures_as_people_read_them(ask: Any) -> None:
    names = (
        "--metric",
        "agent_load",
        "--metric",
        "queue_wait_time_90th_percentile",
        "--metric",
        "closed_conversations",
    )
    data = ask("query", "metrics", "--by", "skill", *names, "--format", "json").data
    head, *lines = ask("query", "metrics", "--by", "skill", *names).out.splitlines()
    assert head.split() == ["key", "name", "load", "p90", "closed"]
    assert len(lines) == len(data["rows"]) + 1
    for line, row in zip(
        lines, [*data["rows"], {"key": "all", "name": "whole account", "metrics": data["all"]}], strict=True
    ):
        key, *_, load, p90, closed = line.split()
        assert key == row["key"]
        assert row["name"] in line
        figures = row["metrics"]
        assert load == ("–" if figures["agentLoad"] is None else f"{figures['agentLoad']:.0%}")
        wait = figures["queueWaitTime90thPercentile"]
        assert p90 == ("–" if wait is None else f"{int(wait) // 60_000}:{int(wait) // 1000 % 60:02}")
        assert closed == str(figures["closedConversations"])


def test_every_field_of_an_answer_is_one_of_the_catalogue(ask: Any) -> None:
    data = ask("query", "metrics", "--format", "json").data
    assert set(data["all"]) <= set(BY_FIELD)
