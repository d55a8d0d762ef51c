"""What is asked stands on the wire exactly as documented; what breaks a limit is refused and nothing is sent."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.api.errors import LimitExceeded
from kmm_tui.api.query import AgentViewQuery, HistoricalQuery, MetricsQuery, Sort, resolve_metrics
from kmm_tui.api.window import DAY, HOUR, MINUTE, Window, ceil_minute, floor_minute, format_duration, parse_duration
from kmm_tui.metrics import CATALOGUE, Kind, Method, offered, sort_fields

NOW = 1_800_000_030_500
LAST_HOUR = Window.last(HOUR, NOW)
TIME = {"from": 1_799_996_460_000, "to": 1_800_000_030_500}
METHODS = {"metrics": MetricsQuery, "agent_view": AgentViewQuery, "historical": HistoricalQuery}


async def send(client: Any, query: Any) -> None:
    ask = {MetricsQuery: client.metrics, AgentViewQuery: client.agent_view, HistoricalQuery: client.historical}
    await ask[type(query)](query)


GOOD = {
    "metrics": {"all": {}},
    "agent_view": {"agentViewRecords": []},
    "historical": {"historicalMetricsIntervals": []},
}
CASES: list[tuple[Any, str, list[tuple[str, str]], dict[str, Any]]] = [
    (
        MetricsQuery(window=LAST_HOUR, metrics=("closed_conversations", "online_agents", "avg_wait_time")),
        "metrics",
        [("offset", "0"), ("limit", "50")],
        {
            "filters": {"time": TIME},
            "metricsToRetrieveByTime": ["closed_conversations", "avg_wait_time"],
            "metricsToRetrieveCurrentValue": ["online_agents"],
        },
    ),
    (
        MetricsQuery(
            window=LAST_HOUR, metrics=("csat",), group_by="agentGroupId", include_subgroups=True,
            sections=("all", "groupBy"), skill_ids=("12", "13"), group_ids=("-1",), agent_ids=("7",),
            user_types=("HUMAN", "BOT"), sort=Sort("closedConversations", "desc"), offset=100, limit=25,
        ),
        "metrics",
        [("offset", "100"), ("limit", "25"), ("sort", "closedConversations:desc")],
        {
            "filters": {
                "time": TIME, "skillIds": ["12", "13"], "agentGroupIds": ["-1"], "agentIds": ["7"],
                "userTypes": ["HUMAN", "BOT"], "includeSubGroups": True,
            },
            "groupBy": "agentGroupId", "responseSections": ["all", "groupBy"], "metricsToRetrieveByTime": ["csat"],
        },
    ),
    (
        AgentViewQuery(
            window=LAST_HOUR, metrics=("agent_load", "transfers"), skill_ids=("12",), group_ids=("3",),
            agent_ids=("7", "8"), user_types=("SYSTEM", "HUMAN", "BOT"), states=("ONLINE", "OFFLINE"), metadata=False,
            sort=Sort("agentLoad"), offset=900, limit=100,
        ),
        "agent_view",
        [("offset", "900"), ("limit", "100"), ("sort", "agentLoad:asc")],
        {
            "filters": {
                "time": TIME, "agentSkillIds": ["12"], "agentGroupIds": ["3"], "agentIds": ["7", "8"],
                "userTypes": ["SYSTEM", "HUMAN", "BOT"], "effectiveAgentStatus": ["ONLINE", "OFFLINE"],
            },
            "includeAgentMetadata": "false", "metricsToRetrieveByTime": ["transfers"],
            "metricsToRetrieveCurrentValue": ["agent_load"],
        },
    ),
    (
        HistoricalQuery(
            window=LAST_HOUR, metrics=("transfers", "concluded_conversations", "closed_conversations"),
            skill_ids=("12",), group_ids=("3",), agent_ids=("7",), user_types=("HUMAN",), interval=5,
        ),
        "historical",
        [("interval", "5")],
        {
            "filters": {
                "time": TIME, "skillIds": ["12"], "agentGroupIds": ["3"], "agentIds": ["7"], "userTypes": ["HUMAN"],
            },
            "metricsToRetrieveByTime": ["transfers", "concluded_conversations", "closed_conversations"],
        },
    ),
    (
        HistoricalQuery(window=LAST_HOUR, metrics=("transfers",)),
        "historical",
        [],
        {"filters": {"time": TIME}, "metricsToRetrieveByTime": ["transfers"]},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("query", "method", "parameters", "body"), CASES)
async def test_each_parameter_and_filter_stands_on_the_wire(
    query: Any, method: str, parameters: Any, body: Any, scripted: Any, http_answer: Any, make_client: Any
) -> None:
    scripted.answer = lambda _: http_answer(200, GOOD[method])
    await send(make_client(scripted.url), query)
    (request,) = scripted.heard
    assert (request.verb, request.path) == ("POST", f"/manager_workspace/api/account/12345678/{method}")
    assert parse_qsl(request.query) == parameters
    assert request.json == body
    assert request.headers["content-type"] == "application/json"
    assert request.headers["authorization"] == "Bearer demo-bearer"


@pytest.mark.parametrize(("query", "method", "parameters", "body"), CASES)
async def test_the_strict_service_takes_it(
    query: Any, method: str, parameters: Any, body: Any, make_service: Any, service_at: Any, make_client: Any
) -> None:
    app = make_service()
    await send(make_client(await service_at(app)), query)
    assert list(app.service.counters.refused) == []


@pytest.mark.parametrize("method", Method)
async def test_every_sort_field_and_every_metric_is_taken(
    method: Method, make_service: Any, service_at: Any, make_client: Any
) -> None:
    app = make_service()
    client = make_client(await service_at(app))
    await send(client, METHODS[method.value](window=LAST_HOUR))
    body = app.service.counters.bodies[method.value]
    asked = body.get("metricsToRetrieveByTime", []) + body.get("metricsToRetrieveCurrentValue", [])
    assert sorted(asked) == sorted(metric.name for metric in offered(method))
    for field in sort_fields(method):
        await send(
            client, METHODS[method.value](window=LAST_HOUR, sort=Sort.parse(f"{field}:desc", method), metrics=())
        )
    assert list(app.service.counters.refused) == []


def window(start: int, end: int = 0) -> Window:
    return Window(NOW + start, NOW + end)


@pytest.mark.parametrize(
    ("query", "says", "instead"),
    [
        (MetricsQuery(window=window(-DAY - 1)), "at most 24h at once", "24h or less"),
        (AgentViewQuery(window=window(-2 * DAY)), "at most 24h at once", "24h or less"),
        (HistoricalQuery(window=window(-DAY - 1)), "at most 24h at once", "24h or less"),
        (MetricsQuery(window=window(-14 * DAY - MINUTE, -14 * DAY)), "keeps, which is 14 days", "last 14 days"),
        (AgentViewQuery(window=window(-30 * DAY, -29 * DAY)), "keeps, which is 14 days", "last 14 days"),
        (HistoricalQuery(window=window(-DAY - HOUR, -DAY)), "keeps, which is 24 hours", "last 24 hours"),
        (MetricsQuery(window=window(0, 0)), "ends before it begins", "after the start"),
        (MetricsQuery(window=window(0, -HOUR)), "ends before it begins", "after the start"),
        (MetricsQuery(window=window(HOUR, 2 * HOUR)), "in the future", "has begun"),
        (HistoricalQuery(window=window(-8 * HOUR), interval=4), "at most 100", "interval of 5 minutes"),
        (HistoricalQuery(window=window(-HOUR), interval=0), "interval of 0 minutes", "1 minute or more"),
        (HistoricalQuery(window=window(-HOUR), interval=-5), "interval of -5 minutes", "1 minute or more"),
        (HistoricalQuery(window=window(-HOUR), user_types=("SYSTEM",)), "user type SYSTEM", "HUMAN or BOT"),
        (HistoricalQuery(window=window(-HOUR), user_types=("SYSTEM",), interval=5), "SYSTEM", "HUMAN or BOT"),
        (MetricsQuery(window=window(-HOUR), user_types=("SYSTEM",)), "user type SYSTEM", "HUMAN or BOT"),
        (MetricsQuery(window=window(-HOUR), limit=51), "page of 51", "1 to 50"),
        (MetricsQuery(window=window(-HOUR), limit=0), "page of 0", "1 to 50"),
        (MetricsQuery(window=window(-HOUR), offset=-1), "offset -1", "0 or more"),
        (AgentViewQuery(window=window(-HOUR), offset=-1), "offset -1", "0 or more"),
        (AgentViewQuery(window=window(-HOUR), limit=1001), "first 1000", "group or a skill"),
        (AgentViewQuery(window=window(-HOUR), offset=951), "agents 952 to 1001", "group or a skill"),
        (AgentViewQuery(window=window(-HOUR), limit=0), "1000", "group or a skill"),
        (MetricsQuery(window=window(-HOUR), sort=Sort("csat")), "does not sort by 'csat'", "closedConversations"),
        (AgentViewQuery(window=window(-HOUR), sort=Sort("key")), "does not sort by 'key'", "agentName"),
        (MetricsQuery(window=window(-HOUR), metrics=("transfers",)), "does not offer transfers", "agent_view"),
        (AgentViewQuery(window=window(-HOUR), metrics=("open_conversations",)), "does not offer", "ask metrics"),
        (HistoricalQuery(window=window(-HOUR), metrics=("csat",)), "does not offer csat", "agent_view or metrics"),
        (MetricsQuery(window=window(-HOUR), metrics=("current:transfers",)), "does not offer", "agent_view"),
        (MetricsQuery(window=window(-HOUR), skill_ids=("",)), "no skill id", "leave it out"),
        (MetricsQuery(window=window(-HOUR), group_ids=("1\n2",)), "no group id", "leave it out"),
        (AgentViewQuery(window=window(-HOUR), agent_ids=("\udcff",)), "no agent id", "leave it out"),
        (MetricsQuery(window=window(-HOUR), metrics=("\udcff",)), "no metric", "leave it out"),
    ],
)
async def test_a_limit_is_known_before_asking(
    query: Any, says: str, instead: str, scripted: Any, make_client: Any
) -> None:
    with pytest.raises(LimitExceeded) as caught:
        await send(make_client(scripted.url), query)
    assert says in caught.value.what
    assert instead in caught.value.todo
    assert str(caught.value).isprintable()
    assert (scripted.heard, scripted.looked_up) == ([], [])


@pytest.mark.parametrize(
    "query",
    [
        MetricsQuery(window=Window.last(DAY, NOW)),
        HistoricalQuery(window=Window.last(DAY, NOW), interval=15),
        HistoricalQuery(window=Window.last(100 * MINUTE, NOW), interval=1),
        HistoricalQuery(window=Window.last(8 * HOUR, NOW), interval=5),
        MetricsQuery(window=window(-14 * DAY, -13 * DAY)),
        AgentViewQuery(window=LAST_HOUR, limit=1000),
        AgentViewQuery(window=LAST_HOUR, offset=950, limit=50),
    ],
)
async def test_what_is_just_within_a_limit_is_asked_and_taken(
    query: Any, make_service: Any, service_at: Any, make_client: Any
) -> None:
    app = make_service()
    await send(make_client(await service_at(app)), query)
    assert list(app.service.counters.refused) == []


@pytest.mark.parametrize("text", ["agentLoad:up", "agentLoad:", ":asc", "", "nothing", "agentLoad:asc:desc"])
def test_a_sort_that_is_none(text: str) -> None:
    if text == "agentLoad:":
        assert str(Sort.parse(text, Method.METRICS)) == "agentLoad:asc"
        return
    with pytest.raises(LimitExceeded):
        Sort.parse(text, Method.METRICS)


def test_a_metric_can_be_named_by_request_name_field_or_older_name() -> None:
    named = ("closed_rate", "closedRate", "close_rate", "closeRate")
    assert [metric.name for metric in resolve_metrics(named, Method.AGENT_VIEW)] == ["closed_rate"]


@pytest.mark.parametrize(
    ("name", "listed", "field"),
    [
        ("new_shiny_metric", "metricsToRetrieveByTime", "newShinyMetric"),
        ("current:new_shiny_metric", "metricsToRetrieveCurrentValue", "newShinyMetric"),
        ("newField", "metricsToRetrieveByTime", "newField"),
    ],
)
async def test_a_metric_that_nobody_knows_is_asked_for_and_shown(
    name: str, listed: str, field: str, scripted: Any, http_answer: Any, make_client: Any
) -> None:
    scripted.answer = lambda _: http_answer(200, {"all": {field: 42.5, "other": 1}})
    answer = await make_client(scripted.url).metrics(MetricsQuery(window=LAST_HOUR, metrics=(name, "csat")))
    assert name.removeprefix("current:") in scripted.heard[0].json[listed]
    assert answer.all == {field: 42.5, "csat": None}


MOMENTS = st.integers(DAY * 20_000, DAY * 30_000)


@given(MOMENTS, st.integers(1, DAY // MINUTE))
def test_a_window_of_whole_minutes_is_exactly_as_wide_after_the_servers_rounding(now: int, minutes: int) -> None:
    found = Window.last(minutes * MINUTE, now)
    assert found.end == now
    if found.start < now:
        assert found.width == minutes * MINUTE
        for method in Method:
            found.check(method, now)


@given(MOMENTS, st.integers(-20 * DAY, DAY), st.integers(-DAY, 2 * DAY), st.sampled_from(Method))
def test_a_window_passes_only_within_the_documented_limits(now: int, start: int, width: int, method: Method) -> None:
    asked = Window(now + start, now + start + width)
    try:
        asked.check(method, now)
    except LimitExceeded as error:
        assert str(error).isprintable()  # noqa: PT017
        kept = DAY if method is Method.HISTORICAL else 14 * DAY
        assert width <= 0 or width > DAY or start > 0 or start < -kept
    else:
        assert 0 < asked.end - asked.start <= DAY
        assert asked.start >= floor_minute(now) - (DAY if method is Method.HISTORICAL else 14 * DAY)


@given(MOMENTS, st.integers(1, DAY), st.integers(1, 2000))
def test_no_trend_of_more_than_100_points_passes_and_the_advice_does(now: int, width: int, interval: int) -> None:
    query = HistoricalQuery(window=Window(now - width, now), interval=interval)
    try:
        query.check(now)
    except LimitExceeded as error:
        advised = int("".join(filter(str.isdigit, error.todo)))
        HistoricalQuery(window=query.window, interval=advised).check(now)
        assert advised > interval
    else:
        assert -(-(query.window.width) // (interval * MINUTE)) <= 100


@given(st.integers(-(10**15), 10**15))
def test_minutes_enclose_the_moment(moment: int) -> None:
    low, high = floor_minute(moment), ceil_minute(moment)
    assert low <= moment <= high
    assert low % MINUTE == high % MINUTE == 0
    assert high - low in (0, MINUTE)


@given(st.integers(0, 999_999 * 3600))
def test_a_length_of_time_is_read_as_it_is_written(seconds: int) -> None:
    assert parse_duration(format_duration(seconds * 1000)) == seconds * 1000


@given(st.text(max_size=20))
def test_any_text_is_a_length_of_time_or_says_how_to_write_one(text: str) -> None:
    try:
        assert parse_duration(text) >= 0
    except ValueError as error:
        assert "write a number and its unit" in str(error)  # noqa: PT017


@given(
    st.sampled_from(Method),
    st.lists(st.sampled_from([metric.name for metric in CATALOGUE]) | st.text(max_size=12), max_size=8),
)
def test_any_names_of_metrics_make_a_body_or_a_limit(method: Method, names: list[str]) -> None:
    query = METHODS[method.value](window=LAST_HOUR, metrics=tuple(names))
    try:
        query.check(NOW)
    except LimitExceeded as error:
        assert str(error).isprintable()  # noqa: PT017
        return
    body = query.body()
    json.dumps(body, ensure_ascii=False).encode()
    by_time, current = body.get("metricsToRetrieveByTime", []), body.get("metricsToRetrieveCurrentValue", [])
    known = {metric.name: metric for metric in CATALOGUE}
    assert all(known[name].kind is Kind.BY_TIME for name in by_time if name in known)
    assert all(known[name].kind is Kind.CURRENT for name in current if name in known)
    assert len(set(by_time) | set(current)) == len(by_time) + len(current) <= len(names)
