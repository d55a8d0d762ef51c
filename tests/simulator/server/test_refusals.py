"""What the documentation does not allow is refused with 400 and a reason that a person understands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
Question = Callable[..., dict[str, Any]]
Bad = tuple[str, str, dict[str, Any], str]

# method, query, what is put into the body (filters under "filters"), what the reason must say
BAD: list[Bad] = [
    ("metrics", "", {"groupby": "skillId"}, "'groupby'"),
    ("metrics", "", {"includeAgentMetadata": True}, "'includeAgentMetadata'"),
    ("agent_view", "", {"groupBy": "skillId"}, "'groupBy'"),
    ("agent_view", "", {"responseSections": ["all"]}, "'responseSections'"),
    ("historical", "", {"metricsToRetrieveCurrentValue": []}, "'metricsToRetrieveCurrentValue'"),
    ("metrics", "", {"filters": {"agentSkillIds": ["1"]}}, "'agentSkillIds'"),
    ("metrics", "", {"filters": {"effectiveAgentStatus": ["ONLINE"]}}, "'effectiveAgentStatus'"),
    ("agent_view", "", {"filters": {"skillIds": ["1"]}}, "'skillIds'"),
    ("agent_view", "", {"filters": {"includeSubGroups": True}}, "'includeSubGroups'"),
    ("historical", "", {"filters": {"includeSubGroups": True}}, "'includeSubGroups'"),
    ("metrics", "", {"metricsToRetrieveByTime": ["closed"]}, "no metric 'closed'"),
    ("metrics", "", {"metricsToRetrieveByTime": ["closedConversations"]}, "no metric 'closedConversations'"),
    ("metrics", "", {"metricsToRetrieveByTime": ["transfers"]}, "does not offer 'transfers'"),
    ("agent_view", "", {"metricsToRetrieveCurrentValue": ["online_agents"]}, "does not offer 'online_agents'"),
    ("historical", "", {"metricsToRetrieveByTime": ["csat"]}, "does not offer 'csat'"),
    ("metrics", "", {"metricsToRetrieveByTime": ["agent_load"]}, "the other list"),
    ("metrics", "", {"metricsToRetrieveCurrentValue": ["csat"]}, "the other list"),
    ("metrics", "", {"metricsToRetrieveByTime": "csat"}, "array of strings"),
    ("metrics", "", {"metricsToRetrieveByTime": [1]}, "array of strings"),
    ("metrics", "", {"filters": {"skillIds": [1]}}, "array of strings"),
    ("metrics", "", {"filters": {"skillIds": "1"}}, "array of strings"),
    ("metrics", "", {"filters": {"agentGroupIds": None}}, "array of strings"),
    ("metrics", "", {"filters": {"agentIds": [""]}}, "array of strings"),
    ("metrics", "", {"filters": {"userTypes": ["SYSTEM"]}}, "'SYSTEM'"),
    ("metrics", "", {"filters": {"userTypes": []}}, "userTypes is empty"),
    ("agent_view", "", {"filters": {"userTypes": ["human"]}}, "'human'"),
    ("agent_view", "", {"filters": {"effectiveAgentStatus": ["LUNCH"]}}, "'LUNCH'"),
    ("metrics", "", {"filters": {"includeSubGroups": "true"}}, "includeSubGroups must be true or false"),
    ("agent_view", "", {"includeAgentMetadata": "yes"}, "includeAgentMetadata"),
    ("agent_view", "", {"includeAgentMetadata": 1}, "includeAgentMetadata"),
    ("agent_view", "", {"includeAgentMetadata": True, "filters": {"includeAgentMetadata": True}}, "twice"),
    ("metrics", "", {"groupBy": "agentId"}, "groupBy must be skillId or agentGroupId"),
    ("metrics", "", {"groupBy": None}, "groupBy must be"),
    ("metrics", "", {"responseSections": ["groups"]}, "'groups'"),
    ("metrics", "", {"responseSections": "all"}, "array of strings"),
    ("metrics", "limit=51", {}, "limit must be from 1 to 50"),
    ("metrics", "limit=0", {}, "limit must be"),
    ("metrics", "limit=-1", {}, "whole number"),
    ("metrics", "limit=ten", {}, "whole number"),
    ("metrics", "offset=-1", {}, "whole number"),
    ("metrics", "offset=0&offset=50", {}, "twice"),
    ("metrics", "page=2", {}, "'page'"),
    ("agent_view", "limit=1001", {}, "limit must be"),
    ("agent_view", "offset=951&limit=50", {}, "at most 1000"),
    ("metrics", "sort=closedConversations", {}, "field:asc or field:desc"),
    ("metrics", "sort=closedConversations:down", {}, "field:asc or field:desc"),
    ("metrics", "sort=closedByAgent:asc", {}, "cannot be sorted by 'closedByAgent'"),
    ("metrics", "sort=agentId:asc", {}, "cannot be sorted by 'agentId'"),
    ("agent_view", "sort=key:asc", {}, "cannot be sorted by 'key'"),
    ("historical", "sort=key:asc", {}, "'sort'"),
    ("historical", "limit=50", {}, "'limit'"),
    ("historical", "interval=-5", {}, "whole number"),
    ("historical", "interval=5m", {}, "whole number"),
]


def _name(bad: Bad) -> str:
    return f"{bad[0]}?{bad[1]} {bad[2] or ''}"


@pytest.mark.parametrize("bad", BAD, ids=map(_name, BAD))
async def test_a_request_outside_the_documentation_is_refused_with_its_reason(
    bad: Bad, client: httpx.AsyncClient, paths: dict[str, str], question: Question
) -> None:
    method, query, extra, reason = bad
    answer = await client.post(f"{paths[method]}?{query}", json=question(**extra))
    error = answer.json()["error"]
    assert (answer.status_code, error["responseStatus"]) == (400, 400)
    assert reason in error["message"]
    good = await client.post(paths[method], json=question())
    assert good.status_code == 200


WINDOWS: list[tuple[str, Any, str]] = [
    ("metrics", None, "required"),
    ("metrics", {}, "filters.time.from is required"),
    ("metrics", {"from": -HOUR}, "filters.time.to is required"),
    ("metrics", {"from": -HOUR, "to": 0, "zone": 1}, "'zone'"),
    ("metrics", {"from": 0, "to": -1}, "from is after"),
    ("metrics", {"from": -DAY - 1, "to": 0}, "wider than 24 hours"),
    ("metrics", {"from": -HOUR, "to": MINUTE}, "in the future"),
    ("agent_view", {"from": -14 * DAY - 3 * MINUTE, "to": -14 * DAY}, "kept for 14 days"),
    ("historical", {"from": -DAY - 3 * MINUTE, "to": -DAY}, "kept for 24 hours"),
]


@pytest.mark.parametrize(("method", "time", "reason"), WINDOWS)
async def test_a_window_that_cannot_be_answered_is_refused(
    method: str, time: Any, reason: str, client: httpx.AsyncClient, paths: dict[str, str], clock: Any
) -> None:
    filters: dict[str, Any] = {}
    if time is not None:
        filters["time"] = {name: clock.ms + value if name in ("from", "to") else value for name, value in time.items()}
    answer = await client.post(paths[method], json={"filters": filters})
    assert answer.status_code == 400
    assert reason in answer.json()["error"]["message"]


@pytest.mark.parametrize("wrong", ["1800000000000", 1.8e12, True, None, [1]])
async def test_a_moment_that_is_no_whole_number_is_refused(
    wrong: object, client: httpx.AsyncClient, paths: dict[str, str], question: Question
) -> None:
    body = question()
    body["filters"]["time"]["from"] = wrong
    answer = await client.post(paths["metrics"], json=body)
    assert answer.status_code == 400
    assert "epoch milliseconds" in answer.json()["error"]["message"]


@pytest.mark.parametrize(("method", "width"), [("metrics", DAY), ("agent_view", DAY), ("historical", DAY)])
async def test_the_widest_window_is_answered(
    method: str, width: int, client: httpx.AsyncClient, paths: dict[str, str], question: Question
) -> None:
    assert (await client.post(paths[method], json=question(width=width))).status_code == 200


async def test_the_oldest_window_is_answered_though_the_request_took_a_while(
    client: httpx.AsyncClient, paths: dict[str, str], clock: Any
) -> None:
    time = {"from": clock.ms - 14 * DAY, "to": clock.ms - 13 * DAY}
    clock.turn(35)
    assert (await client.post(paths["metrics"], json={"filters": {"time": time}})).status_code == 200


@pytest.mark.parametrize(
    ("content", "content_type", "reason"),
    [
        (b"{}", "text/plain", "Content-Type"),
        (b"{}", "", "Content-Type"),
        (b"{", "application/json", "not JSON"),
        (b"", "application/json", "not JSON"),
        (b'{"filters": NaN}', "application/json", "not JSON"),
        (b"[" * 100_000, "application/json", "not JSON"),
        (b"\xff\xfe{}", "application/json", "not JSON"),
        (b"[]", "application/json", "JSON object"),
        (b"{}", "application/json", "filters"),
        (b'{"filters": []}', "application/json", "filters"),
        (b" " * 1_100_000, "application/json", "over 1000000 bytes"),
    ],
)
async def test_a_body_that_is_no_json_object_is_refused(
    content: bytes, content_type: str, reason: str, client: httpx.AsyncClient, paths: dict[str, str]
) -> None:
    answer = await client.post(paths["metrics"], content=content, headers={"Content-Type": content_type})
    assert answer.status_code == 400
    assert reason in answer.json()["error"]["message"]


@pytest.mark.parametrize("target", ["metrics", "agent_view", "historical", "login", "refresh", "logout", "token"])
async def test_only_post_is_taken(target: str, client: httpx.AsyncClient, paths: dict[str, str]) -> None:
    answer = await client.get(paths[target])
    assert answer.status_code == 400
    assert "must be POST" in answer.text


async def test_what_is_not_there_is_404(client: httpx.AsyncClient) -> None:
    answer = await client.get("/manager_workspace/api/account/12345678/everything")
    assert answer.status_code == 404
    assert "everything" in answer.json()["error"]["message"]


async def test_smaller_pages_of_agents_can_be_enforced(
    make_app: Any, reach: Any, paths: dict[str, str], question: Question
) -> None:
    client = reach(make_app(agent_page_max=50))
    assert (await client.post(f"{paths['agent_view']}?limit=50", json=question())).status_code == 200
    answer = await client.post(f"{paths['agent_view']}?limit=51", json=question())
    assert answer.status_code == 400
    assert "from 1 to 50" in answer.json()["error"]["message"]


async def test_a_refusal_shows_in_the_counters_with_its_reason(
    app: Any, client: httpx.AsyncClient, paths: dict[str, str], question: Question
) -> None:
    await client.post(f"{paths['metrics']}?limit=99", json=question())
    refused = app.service.counters.described()["refused"]
    assert [(entry["status"], entry["reason"][:6]) for entry in refused] == [(400, "limit:")]
