"""The three methods answer what was asked, in the documented shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from kmm_tui.metrics import Kind, Method, offered, sort_fields

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
Question = Callable[..., dict[str, Any]]


async def test_metrics_by_skill_has_groups_and_the_account(
    client: httpx.AsyncClient, paths: dict[str, str], question: Question
) -> None:
    body = question(groupBy="skillId", metricsToRetrieveByTime=["closed_conversations"])
    answer = (await client.post(paths["metrics"], json=body)).json()
    assert answer["metadata"]["count"] == 3
    assert answer["groupBy"] == {
        "groupByField": "skillId",
        "groups": [
            {"key": "9", "keyDescription": "NA", "metrics": {"closedConversations": 12}},
            {"key": "20", "keyDescription": "Billing", "metrics": {"closedConversations": 30}},
            {"key": "100", "keyDescription": "Sales", "metrics": {"closedConversations": 5}},
        ],
    }
    assert answer["all"] == {"closedConversations": 47}


@pytest.mark.parametrize(
    ("group_by", "sections", "has_groups", "has_all"),
    [
        (None, None, False, True),
        (None, ["all"], False, True),
        ("skillId", ["all"], False, True),
        ("skillId", ["groupBy"], True, False),
        ("agentGroupId", ["groupBy", "all"], True, True),
    ],
)
async def test_only_the_sections_asked_for_are_answered(
    group_by: str | None, sections: list[str] | None, has_groups: bool, has_all: bool,
    client: httpx.AsyncClient, paths: dict[str, str], question: Question,
) -> None:  # fmt: skip
    extra: dict[str, Any] = {"groupBy": group_by} if group_by else {}
    if sections:
        extra["responseSections"] = sections
    answer = (await client.post(paths["metrics"], json=question(**extra))).json()
    assert ("groupBy" in answer, "all" in answer) == (has_groups, has_all)
    assert answer["metadata"]["count"] == (3 if has_groups else 0)


async def test_a_window_is_widened_to_whole_minutes_and_filters_reach_the_floor(
    client: httpx.AsyncClient, paths: dict[str, str], question: Question, floor: Any, clock: Any
) -> None:
    filters = {"skillIds": ["20"], "agentGroupIds": ["-1"], "userTypes": ["HUMAN"], "includeSubGroups": True}
    await client.post(paths["metrics"], json=question(filters=filters))
    asked = floor.asked[-1][1]
    assert asked.start == (clock.ms - HOUR) // MINUTE * MINUTE
    assert asked.end == clock.ms // MINUTE * MINUTE + MINUTE
    assert (asked.skill_ids, asked.group_ids, asked.user_types) == ({"20"}, {"-1"}, {"HUMAN"})
    assert asked.include_subgroups is True
    assert asked.agent_ids is None


async def test_agents_logged_out_are_asked_for_only_by_name(
    client: httpx.AsyncClient, paths: dict[str, str], question: Question, floor: Any
) -> None:
    await client.post(paths["agent_view"], json=question())
    assert floor.asked[-1][1].statuses == {"ONLINE", "BACK_SOON", "AWAY"}
    await client.post(
        paths["agent_view"],
        json=question(filters={"effectiveAgentStatus": ["OFFLINE"], "agentSkillIds": ["20"], "userTypes": ["SYSTEM"]}),
    )
    assert floor.asked[-1][1].statuses == {"OFFLINE"}
    assert floor.asked[-1][1].skill_ids == {"20"}


@pytest.mark.parametrize(("value", "there"), [(True, True), ("true", True), (False, False), ("false", False)])
@pytest.mark.parametrize("place", ["body", "filters"])
async def test_agent_metadata_can_be_left_out(
    value: object, there: bool, place: str, client: httpx.AsyncClient, paths: dict[str, str], question: Question
) -> None:
    given = {"includeAgentMetadata": value}
    body = question(**given) if place == "body" else question(filters=given)
    records = (await client.post(paths["agent_view"], json=body)).json()["agentViewRecords"]
    assert len(records) == 4
    assert all(("agentMetadata" in record) == there for record in records)


@pytest.mark.parametrize(
    ("method", "sort", "expected"),
    [
        ("metrics", "key:asc", ["9", "20", "100"]),
        ("metrics", "key:desc", ["100", "20", "9"]),
        ("metrics", "closedConversations:asc", ["100", "9", "20"]),
        ("metrics", "closedConversations:desc", ["20", "9", "100"]),
        ("metrics", "avgWaitTime:asc", ["20", "100", "9"]),
        ("metrics", "avgWaitTime:desc", ["100", "20", "9"]),
        ("agent_view", "agentId:asc", ["1", "2", "4", "30"]),
        ("agent_view", "agentId:desc", ["30", "4", "2", "1"]),
        ("agent_view", "agentName:asc", ["2", "4", "30", "1"]),
        ("agent_view", "agentLoad:desc", ["2", "4", "1", "30"]),
        ("agent_view", "maxSlots:asc", ["1", "2", "4", "30"]),
        ("agent_view", "closedRate:asc", ["2", "1", "4", "30"]),
        ("agent_view", "closedRate:desc", ["4", "1", "2", "30"]),
        ("agent_view", "agentStatus:asc", ["4", "1", "2", "30"]),
    ],
)
async def test_rows_are_sorted_by_what_was_not_even_asked_for(
    method: str, sort: str, expected: list[str], client: httpx.AsyncClient, paths: dict[str, str], question: Question
) -> None:
    body = question(groupBy="skillId") if method == "metrics" else question()
    answer = (await client.post(f"{paths[method]}?sort={sort}", json=body)).json()
    if method == "metrics":
        assert [group["key"] for group in answer["groupBy"]["groups"]] == expected
        assert all(group["metrics"] == {} for group in answer["groupBy"]["groups"])
    else:
        assert [record["agentId"] for record in answer["agentViewRecords"]] == expected
        figures = {"closedRate", "agentLoad", "maxSlots"}
        assert all(figures.isdisjoint(record) for record in answer["agentViewRecords"])


@pytest.mark.parametrize("method", [Method.METRICS, Method.AGENT_VIEW])
async def test_every_documented_sort_field_is_taken(
    method: Method, client: httpx.AsyncClient, paths: dict[str, str], question: Question
) -> None:
    body = question(groupBy="skillId") if method is Method.METRICS else question()
    for name in sort_fields(method):
        for direction in ("asc", "desc"):
            answer = await client.post(f"{paths[method.value]}?sort={name}:{direction}", json=body)
            assert answer.status_code == 200, name


@pytest.mark.parametrize("method", list(Method))
async def test_every_metric_of_the_catalogue_is_taken(
    method: Method, client: httpx.AsyncClient, paths: dict[str, str], question: Question
) -> None:
    body = question(metricsToRetrieveByTime=[metric.name for metric in offered(method, Kind.BY_TIME)])
    if method is not Method.HISTORICAL:
        body["metricsToRetrieveCurrentValue"] = [metric.name for metric in offered(method, Kind.CURRENT)]
    assert (await client.post(paths[method.value], json=body)).status_code == 200


@pytest.mark.parametrize(
    ("names", "fields"),
    [
        (["closed_rate"], {"closedRate"}),
        (["close_rate"], {"closeRate"}),
        (["close_rate", "closed_rate"], {"closeRate", "closedRate"}),
    ],
)
async def test_the_older_name_is_answered_under_the_older_field(
    names: list[str], fields: set[str], client: httpx.AsyncClient, paths: dict[str, str], question: Question
) -> None:
    answer = await client.post(paths["agent_view"], json=question(metricsToRetrieveByTime=names))
    first = answer.json()["agentViewRecords"][0]
    assert {name for name in first if name.startswith("close")} == fields
    assert {first[name] for name in fields} == {0.5}


async def test_links_name_a_host_that_does_not_exist(
    client: httpx.AsyncClient, paths: dict[str, str], question: Question
) -> None:
    body = question(groupBy="skillId")
    answer = (await client.post(f"{paths['metrics']}?limit=1&offset=1&sort=key:desc", json=body)).json()
    metadata = answer["metadata"]
    assert [group["key"] for group in answer["groupBy"]["groups"]] == ["20"]
    assert set(metadata) == {"count", "self", "first", "prev", "next", "last"}
    links = {name: httpx.URL(metadata[name]["href"]) for name in ("self", "first", "prev", "next", "last")}
    assert all(metadata[name]["rel"] == name for name in links)
    assert all(link.host.endswith(".invalid") and link.path == paths["metrics"] for link in links.values())
    offsets = {name: link.params["offset"] for name, link in links.items()}
    assert offsets == {"self": "1", "first": "0", "prev": "0", "next": "2", "last": "2"}


@pytest.mark.parametrize(
    ("query", "width", "points", "step"),
    [
        ("interval=5", 60 * MINUTE, 12, 5),
        ("interval=15", 60 * MINUTE, 4, 15),
        ("interval=7", 60 * MINUTE, 9, 7),
        ("interval=1", 100 * MINUTE, 100, 1),
        ("", 60 * MINUTE, 12, 5),
        ("interval=0", 495 * MINUTE, 99, 5),
        ("interval=0", 496 * MINUTE, 9, 60),
        ("", DAY, 24, 60),
    ],
)
async def test_a_trend_has_a_point_at_the_end_of_each_interval(
    query: str, width: int, points: int, step: int,
    client: httpx.AsyncClient, paths: dict[str, str], question: Question, clock: Any, floor: Any,
) -> None:  # fmt: skip
    clock.seconds = 1_800_000_000  # a whole minute
    body = question(width=width, metricsToRetrieveByTime=["transfers", "closed_conversations"])
    answer = (await client.post(f"{paths['historical']}?{query}", json=body)).json()["historicalMetricsIntervals"]
    stamps = [point["timestamp"] for point in answer]
    begin = clock.ms - width
    assert stamps == [min(begin + (place + 1) * step * MINUTE, clock.ms) for place in range(points)]
    assert [point["values"] for point in answer] == [
        {"transfers": float(place), "closedConversations": float(place)} for place in range(points)
    ]
    assert all(isinstance(value, float) for value in answer[0]["values"].values())
    edges = floor.asked[-1][3]
    assert edges == (begin - 1, *stamps)  # the window includes its beginning


async def test_more_than_a_hundred_points_are_refused(
    client: httpx.AsyncClient, paths: dict[str, str], question: Question
) -> None:
    answer = await client.post(f"{paths['historical']}?interval=1", json=question(width=101 * MINUTE))
    assert answer.status_code == 400
    assert "more than 100 points" in answer.json()["error"]["message"]


async def test_the_rate_limit_says_how_long_to_wait(
    make_app: Any, reach: Any, paths: dict[str, str], question: Question, clock: Any
) -> None:
    from kmm_tui.simulator.server_rate import Rate

    client = reach(make_app(rate=Rate(per_second=0.25, burst=2)))

    async def ask() -> httpx.Response:
        answer: httpx.Response = await client.post(paths["metrics"], json=question())
        return answer

    assert [(await ask()).status_code for _ in range(3)] == [200, 200, 429]
    assert (await ask()).headers["Retry-After"] == "4"
    clock.turn(4)
    assert [(await ask()).status_code for _ in range(2)] == [200, 429]
