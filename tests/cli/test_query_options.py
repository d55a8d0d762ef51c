"""What each option of a question sends, and what is refused before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from kmm_tui.metrics import Kind, Method, offered


def only(server: Any, target: str) -> Any:
    """The body of the one request for `target`."""
    bodies = server.asked(target)
    assert len(bodies) == 1
    return bodies[0]


def filters(server: Any, target: str) -> dict[str, Any]:
    return {key: value for key, value in only(server, target)["filters"].items() if key != "time"}


@pytest.mark.parametrize(
    ("command", "method"),
    [("metrics", Method.METRICS), ("agents", Method.AGENT_VIEW), ("historical", Method.HISTORICAL)],
)
def test_all_metrics_of_the_method_are_asked_for_by_default(
    command: str, method: Method, ask: Any, server: Any
) -> None:
    assert ask("query", command).code == 0
    body = only(server, method.value)
    assert body["metricsToRetrieveByTime"] == [metric.name for metric in offered(method, Kind.BY_TIME)]
    assert body.get("metricsToRetrieveCurrentValue", []) == [metric.name for metric in offered(method, Kind.CURRENT)]


@pytest.mark.parametrize(("command", "target"), [("metrics", "metrics"), ("historical", "historical")])
def test_skills_and_groups_narrow_it_down_and_repeat(command: str, target: str, ask: Any, server: Any) -> None:
    filter_options = ("--skill", "11", "--skill", "12", "--group", "-1", "--group", "7", "--agent", "5")
    assert ask("query", command, *filter_options, "--user-type", "human").code == 0
    assert filters(server, target) == {
        "skillIds": ["11", "12"],
        "agentGroupIds": ["-1", "7"],
        "agentIds": ["5"],
        "userTypes": ["HUMAN"],
    }


def test_agents_are_filtered_by_skill_group_state_and_type(ask: Any, server: Any) -> None:
    options = ("--skill", "11", "--group", "7", "--agent", "5", "--state", "away", "--state", "OFFLINE")
    assert ask("query", "agents", *options, "--user-type", "SYSTEM", "--user-type", "bot").code == 0
    assert filters(server, "agent_view") == {
        "agentSkillIds": ["11"],
        "agentGroupIds": ["7"],
        "agentIds": ["5"],
        "effectiveAgentStatus": ["AWAY", "OFFLINE"],
        "userTypes": ["SYSTEM", "BOT"],
    }


def test_a_state_shows_only_agents_in_it(ask: Any) -> None:
    everybody = ask("query", "agents", "--format", "json").data
    away = ask("query", "agents", "--state", "AWAY", "--format", "json").data
    assert {row["status"] for row in away["rows"]} == {"AWAY"}
    assert away["count"] == sum(row["status"] == "AWAY" for row in everybody["rows"])
    assert all(row["reason"] and row["reasonSince"] for row in away["rows"])


def test_a_group_may_include_its_subgroups(ask: Any, server: Any) -> None:
    alone = {row["key"]: row for row in ask("query", "metrics", "--by", "group", "--format", "json").data["rows"]}
    whole = {
        row["key"]: row
        for row in ask("query", "metrics", "--by", "group", "--subgroups", "--format", "json").data["rows"]
    }
    assert server.asked("metrics")[1]["filters"]["includeSubGroups"] is True
    closed = "closedConversations"
    assert all(whole[key]["metrics"][closed] >= alone[key]["metrics"][closed] for key in alone)
    assert any(whole[key]["metrics"][closed] > row["metrics"][closed] for key, row in alone.items())


@pytest.mark.parametrize(("direction", "descending"), [("desc", True), ("asc", False), ("", False)])
def test_rows_come_in_the_order_asked_for(direction: str, descending: bool, ask: Any) -> None:
    sort = f"closedConversations:{direction}" if direction else "closedConversations"
    for command in (("metrics", "--by", "skill"), ("agents",)):
        rows = ask("query", *command, "--sort", sort, "--format", "json").data["rows"]
        closed = [row["metrics"]["closedConversations"] for row in rows]
        assert len(set(closed)) > 2
        assert closed == sorted(closed, reverse=descending)


def test_only_the_named_metrics_are_asked_for_and_shown(ask: Any, server: Any) -> None:
    options = ("--metric", "csat", "--metric", "online_agents", "--metric", "closedConversations")
    data = ask("query", "metrics", *options, "--format", "json").data
    assert list(data["all"]) == ["csat", "onlineAgents", "closedConversations"]
    body = only(server, "metrics")
    assert body["metricsToRetrieveByTime"] == ["csat", "closed_conversations"]
    assert body["metricsToRetrieveCurrentValue"] == ["online_agents"]


def test_every_agent_tells_state_and_reason_whatever_is_asked_for(ask: Any, server: Any) -> None:
    rows = ask("query", "agents", "--metric", "agent_load", "--format", "json").data["rows"]
    assert all(set(row["metrics"]) == {"agentLoad"} and row["status"] and row["since"] for row in rows)
    assert set(only(server, "agent_view")["metricsToRetrieveCurrentValue"]) == {
        "agent_load",
        "agent_current_status",
        "agent_current_status_start_time",
        "agent_current_status_reason",
        "agent_current_status_reason_start_time",
    }


@pytest.mark.parametrize(
    ("name", "sent", "where"),
    [
        ("brand_new_metric", "brand_new_metric", "metricsToRetrieveByTime"),
        ("current:brand_new_metric", "brand_new_metric", "metricsToRetrieveCurrentValue"),
    ],
)
def test_a_metric_that_nobody_knows_is_asked_for_all_the_same(
    name: str, sent: str, where: str, ask: Any, server: Any
) -> None:
    ran = ask("query", "metrics", "--metric", name, "--metric", "csat", "--format", "json")
    # This server knows no such metric, and says so.
    assert (ran.code, ran.out) == (5, "")
    told, refused = ran.err.splitlines()
    assert told == f"{name} is not in the catalogue: asked for as it is"
    assert refused.startswith("REFUSED: ")
    assert sent in refused
    assert sent in only(server, "metrics")[where]


def test_a_typo_gets_a_hint(ask: Any) -> None:
    assert "did you mean online_agents?" in ask("query", "metrics", "--metric", "online_agent").err
    assert "did you mean online_agents?" in ask("query", "metrics", "--metric", "current:onlin_agents").err


def test_the_prefix_changes_nothing_for_a_known_current_metric(ask: Any) -> None:
    ran = ask("query", "metrics", "--metric", "current:online_agents", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.data["all"]["onlineAgents"] > 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("metrics", "--window", "25h"), "at most 24h at once; ask for 24h or less"),
        (("agents", "--window", "24h1m"), "at most 24h at once"),
        (("metrics", "--window", "29m"), "too short; ask for 30m to 24h"),
        (("metrics", "--window", "0s"), "ask for 30m to 24h"),
        (("metrics", "--window", "-1h"), "not a length of time"),
        (("metrics", "--window", "soon"), "not a length of time"),
        (("metrics", "--window", ""), "not a length of time"),
        (("historical", "--window", "24h", "--interval", "1"), "at most 100; use an interval of 15 minutes or more"),
        (("historical", "--interval", "0"), "'--interval'"),
        (("historical", "--user-type", "SYSTEM"), "'--user-type'"),
        (("metrics", "--user-type", "SYSTEM"), "'--user-type'"),
        (("metrics", "--metric", "transfers"), "does not offer transfers; ask agent_view or historical for it"),
        (("historical", "--metric", "csat"), "does not offer csat; ask agent_view or metrics for it"),
        (("metrics", "--metric", ""), "is no request name"),
        (("metrics", "--metric", "current:"), "is no request name"),
        (("metrics", "--metric", "curent:csat"), 'only "current:" may stand in front'),
        (("metrics", "--sort", "csat"), "does not sort by 'csat'; sort by one of key, "),
        (("agents", "--sort", "agentLoad:up"), "'up' is no direction to sort in; use asc or desc"),
        (("metrics", "--skill", ""), "an empty id was given"),
        (("metrics", "--group", " "), "an empty id was given"),
        (("agents", "--agent", ""), "an empty id was given"),
        (("agents", "--state", "asleep"), "'--state'"),
        (("metrics", "--by", "agent"), "'--by'"),
        (("metrics", "--format", "xml"), "'--format'"),
        (("metrics", "--patience", "-1"), "'--patience'"),
        (("metrics", "--patience", "soon"), "'--patience'"),
        (("metrics", "surplus"), "unexpected extra argument"),
    ],
)
def test_a_limit_or_a_mistake_is_known_before_asking(
    arguments: tuple[str, ...], says: str, ask: Any, server: Any
) -> None:
    ran = ask("query", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert len(ran.err.splitlines()) == 1
    assert server.stats()["targets"] == {}


def test_the_widest_window_and_the_most_points_are_answered(ask: Any) -> None:
    assert (
        len(ask("query", "historical", "--window", "24h", "--interval", "15", "--format", "json").data["points"]) == 96
    )
    assert ask("query", "metrics", "--window", "24h").code == 0
    assert ask("query", "agents", "--window", "30m").code == 0


def test_a_filter_that_nothing_passes_is_an_empty_answer(ask: Any) -> None:
    ran = ask("query", "agents", "--agent", "no-such-agent", "--format", "json")
    assert (ran.code, ran.data["count"], ran.data["rows"]) == (0, 0, [])
    ran = ask("query", "agents", "--agent", "no-such-agent", "--format", "csv")
    assert (ran.code, len(ran.out.splitlines())) == (0, 1)
    assert ask("query", "metrics", "--by", "skill", "--skill", "999", "--format", "json").data["rows"] == []
