"""Whatever a server sends is read as typed values or is `Garbled`: no other error, no invented zero, no blind board."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kmm_tui.api.answers import AgentViewAnswer, Cost, HistoricalAnswer, MetricsAnswer
from kmm_tui.api.errors import Garbled
from kmm_tui.api.number import number, whole
from kmm_tui.api.reading import read_agent_view, read_historical, read_metrics
from kmm_tui.api.text import Body, Redactor, clean
from kmm_tui.api.window import Window
from kmm_tui.metrics import Method, offered, unlisted

WINDOW = Window(0, 3_600_000)
COST = Cost(0, 0.1, 10)


def metrics(raw: Any, *extra: Any) -> MetricsAnswer:
    return read_metrics(body(raw), WINDOW, (*offered(Method.METRICS), *extra), COST)


def agents(raw: Any) -> AgentViewAnswer:
    return read_agent_view(body(raw), WINDOW, offered(Method.AGENT_VIEW), COST)


def trend(raw: Any) -> HistoricalAnswer:
    return read_historical(body(raw), WINDOW, offered(Method.HISTORICAL), None, COST)


def body(raw: Any) -> Body:
    return Body(raw if isinstance(raw, bytes) else raw.encode() if isinstance(raw, str) else json.dumps(raw).encode())


READERS: tuple[Callable[[Any], Any], ...] = (metrics, agents, trend)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.integers(-(2**80), 2**80) | st.floats()
    | st.text(max_size=8) | st.sampled_from(["NA", "12", "0", "NaN", "-1", "1e5", "\ud800", "\x1b[31m", "[b]"])
)  # fmt: skip
KEYS = st.text(max_size=5) | st.sampled_from(
    ["metadata", "count", "groupBy", "groups", "key", "keyDescription", "metrics", "all", "agentViewRecords", "agentId",
     "agentGroupId", "agentMetadata", "agentSkills", "skillId", "agentCurrentStatus", "agentCurrentStatusStartTime",
     "agentStatusDurationList", "agentStatus", "agentStatusDuration", "historicalMetricsIntervals", "timestamp",
     "values",
     "closedConversations", "onlineAgents", "csat", "model_config", "model_fields", "__class__", "self"]
)  # fmt: skip
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=20
)
SHAPED = st.one_of(
    st.fixed_dictionaries(
        {"groupBy": st.fixed_dictionaries({"groups": st.lists(ANYTHING, max_size=3) | ANYTHING}) | ANYTHING},
        optional={"metadata": ANYTHING, "all": ANYTHING},
    ),
    st.fixed_dictionaries({"agentViewRecords": st.lists(ANYTHING, max_size=3) | ANYTHING}, optional={"all": ANYTHING}),
    st.fixed_dictionaries({"historicalMetricsIntervals": st.lists(ANYTHING, max_size=3) | ANYTHING}),
    ANYTHING,
)


def is_typed(answer: Any) -> None:
    if isinstance(answer, MetricsAnswer):
        figures = [row.metrics for row in answer.rows] + ([] if answer.all is None else [answer.all])
        assert all(isinstance(row.key, str) and row.key for row in answer.rows)
    elif isinstance(answer, AgentViewAnswer):
        figures = [record.metrics for record in answer.records]
        assert all(isinstance(record.agent_id, str) and record.agent_id for record in answer.records)
        moments = [m for r in answer.records for m in (r.status_since, r.reason_since) if m is not None]
        assert all(0 < moment < 253_402_300_800_000 for moment in moments)
    else:
        figures = [point.values for point in answer.points]
        assert [point.timestamp for point in answer.points] == sorted(point.timestamp for point in answer.points)
    for values in figures:
        assert all(value is None or type(value) is int or math.isfinite(value) for value in values.values())


@given(SHAPED)
@example({"groupBy": None, "all": None})
@example({"agentViewRecords": [{"agentId": "1", "agentMetadata": {"agentSkills": [{"skillId": {"a": 1}}]}}]})
def test_any_json_is_an_answer_or_garbled(value: Any) -> None:
    raw = json.dumps(value).encode()
    for read in READERS:
        try:
            is_typed(read(raw))
        except Garbled as error:
            assert str(error).isprintable()  # noqa: PT017
            assert len(str(error)) < 500  # noqa: PT017


@given(st.binary(max_size=80))
@example(b"\xff\xfe{")
@example(b'{"all": {"csat": 1e999}}')
@example(b'{"all": ' + b"9" * 5000 + b"}")
@example(b'{"all": {"onlineAgents": ' + b"9" * 5000 + b"}}")
@example(b'{"all":' * 100_000)
@example(b"[" * 100_000)
def test_any_bytes_are_an_answer_or_garbled(raw: bytes) -> None:
    for read in READERS:
        try:
            is_typed(read(raw))
        except Garbled:
            continue


@given(st.one_of(SCALARS, ANYTHING))
@example("1e-5")
@example("-0")
@example("1_000")
@example("１２")
def test_a_number_is_the_one_that_was_sent_or_none(value: Any) -> None:
    found = number(value)
    if found is None:
        return
    assert type(found) in (int, float)
    assert math.isfinite(found)
    assert not isinstance(value, bool)
    assert found == (float(value) if isinstance(value, str) and not value.strip("+-").isdigit() else type(found)(value))
    if found == 0:
        assert float(value) == 0


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_whole_number_is_exact_also_as_text(value: int) -> None:
    assert number(value) == number(str(value)) == whole(str(value)) == value


@pytest.mark.parametrize(
    "value", [None, True, False, "", " ", "NA", "NaN", "inf", "1,5", "1_000", "0x10", "１２", [], {}, 2**70, "9" * 60]
)
def test_what_is_no_number_is_none_and_not_zero(value: Any) -> None:
    assert number(value) is None
    assert metrics({"all": {"onlineAgents": value}}).all is not None
    assert (metrics({"all": {"onlineAgents": value}}).all or {})["onlineAgents"] is None


@given(st.dictionaries(st.sampled_from([metric.field for metric in offered(Method.METRICS)]), SCALARS))
def test_no_zero_that_the_server_did_not_send(figures: dict[str, Any]) -> None:
    found = metrics({"all": figures}).all
    assert found is not None
    for field, value in found.items():
        if value == 0:
            assert float(figures[field]) == 0
        if field not in figures:
            assert value is None


def test_numbers_as_strings_nulls_and_missing_fields() -> None:
    answer = metrics(
        {
            "metadata": {"count": "2"},
            "groupBy": {
                "groups": [
                    {"key": 7, "keyDescription": "NA",
                     "metrics": {"onlineAgents": "3", "csat": "0.5", "agentLoad": None}},
                    {"key": "8"},
                ]
            },
        }
    )  # fmt: skip
    first, second = answer.rows
    assert (answer.count, answer.total, answer.all) == (2, 2, None)
    assert (first.key, first.name, second.key, second.name) == ("7", None, "8", None)
    assert (first.metrics["onlineAgents"], first.metrics["csat"], first.metrics["agentLoad"]) == (3, 0.5, None)
    assert set(second.metrics.values()) == {None}


def test_fields_that_nobody_knows_are_no_error_and_can_be_asked_for() -> None:
    raw = {"all": {"futureMetric": 42.5, "futureObject": {"a": [1]}}, "new": [], "groupBy": {"groups": [], "x": 1}}
    answer = metrics(raw, unlisted("future_metric", Method.METRICS), unlisted("future_object", Method.METRICS))
    assert answer.all is not None
    assert (answer.all["futureMetric"], answer.all["futureObject"]) == (42.5, None)


def test_an_agent_is_read_with_all_that_belongs_to_it() -> None:
    (found,) = agents(
        {
            "metadata": {"count": 1},
            "agentViewRecords": [
                {
                    "agentId": 12.0, "agentGroupId": -1, "agentCurrentStatus": "back soon", "closeRate": "0.25",
                    "agentCurrentStatusStartTime": "1800000000000", "agentCurrentStatusReasonStartTime": 0,
                    "agentCurrentStatusReasonId": "Lunch", "agentLoad": 1.18,
                    "agentStatusDurationList": [
                        {"agentStatus": "ONLINE", "agentStatusDuration": 5}, None, {"agentStatusDuration": 3},
                        {"agentStatus": "AWAY", "agentStatusDuration": None},
                    ],
                    "agentStatusWithReasonDurationList": [
                        {"agentStatus": "AWAY", "agentStatusDuration": "7", "agentStatusReasonId": "Lunch"}
                    ],
                    "agentMetadata": {
                        "agentName": "", "agentNickname": "Bo", "agentGroupName": "Main", "configuredMaxSlots": "4",
                        "agentSkills": [{"skillId": 5, "skillName": "Billing"}, {"skillId": 6.0}, {"skillName": ""}, 3],
                    },
                }
            ],
        }
    ).records  # fmt: skip
    assert (found.agent_id, found.group_id, found.name, found.group_name) == ("12", "-1", "Bo", "Main")
    assert (found.status, found.status_since) == ("BACK_SOON", 1_800_000_000_000)
    assert (found.reason, found.reason_since, found.configured_slots) == ("Lunch", None, 4)
    assert [(skill.key, skill.name) for skill in found.skills] == [("5", "Billing"), ("6", None)]
    assert (found.metrics["closedRate"], found.metrics["agentLoad"], found.metrics["csat"]) == (0.25, 1.18, None)
    assert [(each.state, each.duration) for each in found.states] == [("ONLINE", 5)]
    assert [(each.state, each.duration, each.reason) for each in found.reasons] == [("AWAY", 7, "Lunch")]


BROKEN: list[Any] = [
    None,
    7,
    "x",
    [],
    {},
    {"agentId": None},
    {"key": None},
    {"key": []},
    {"timestamp": "soon"},
    {"timestamp": 0},
]


@pytest.mark.parametrize("broken", BROKEN)
def test_one_broken_record_does_not_hide_the_others(broken: Any, caplog: pytest.LogCaptureFixture) -> None:
    rows = metrics({"groupBy": {"groups": [{"key": "1"}, broken, {"key": "2"}]}, "all": {}})
    people = agents({"metadata": {"count": 3}, "agentViewRecords": [{"agentId": "1"}, broken, {"agentId": "2"}]})
    points = trend({"historicalMetricsIntervals": [{"timestamp": 60_000}, broken, {"timestamp": 120_000}]})
    assert ([row.key for row in rows.rows], rows.left_out, rows.sent) == (["1", "2"], 1, 3)
    assert ([each.agent_id for each in people.records], people.left_out, people.count) == (["1", "2"], 1, 3)
    assert [point.timestamp for point in points.points] == [60_000, 120_000]
    assert caplog.text.count("left out") == 3


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("broken", [None, {}, 7])
def test_where_nothing_can_be_read_the_answer_is_garbled(read: Callable[[Any], Any], broken: Any) -> None:
    with pytest.raises(Garbled, match="cannot be read"):
        read(
            {
                "groupBy": {"groups": [broken]},
                "agentViewRecords": [broken, broken],
                "historicalMetricsIntervals": [broken],
            }
        )


@pytest.mark.parametrize("read", READERS)
def test_an_empty_list_is_an_answer(read: Callable[[Any], Any]) -> None:
    is_typed(read({"groupBy": {"groups": []}, "agentViewRecords": [], "historicalMetricsIntervals": []}))


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b'"[Billing] [red]x[/red]"', "[Billing] [red]x[/red]"),
        (b'"a\\u001b[31mb\\u0007"', "a[31mb"),
        (b'"a\tb\nc"', "a b c"),
        ('"😀 客服 👩‍👩‍👧"'.encode(), "😀 客服 👩‍👩‍👧"),
        (b'"a\\u202eb\\u2066c\\u200fd"', "abcd"),
        (b'"half \\ud83d smile"', "half ? smile"),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"caf\xe9"', "caf\ufffd"),
        (b'"  many   blanks "', "many blanks"),
        (b'"NA"', None), (b'""', None), (b'"\\u0000"', None), (b"null", None), (b"{}", None), (b"17", "17"),
        (b'"' + b"x" * 5000 + b'"', "x" * 199 + "…"),
    ],
)  # fmt: skip
def test_names_come_in_clean(raw: bytes, name: str | None) -> None:
    answer = metrics(b'{"groupBy": {"groups": [{"key": "1", "keyDescription": ' + raw + b"}]}}")
    assert answer.rows[0].name == name
    person = agents(b'{"agentViewRecords": [{"agentId": "1", "agentMetadata": {"agentName": ' + raw + b"}}]}")
    assert person.records[0].name == name


@given(st.text(max_size=60) | st.text("a \x1b\u202e\u200d\ud800\n😀", max_size=60))
def test_a_clean_text_is_one_line_that_can_be_drawn(text: str) -> None:
    found = clean(text)
    found.encode()
    assert found == found.strip()
    assert len(found) <= 200
    assert not any(char in found for char in "\x1b\n\r\t\x00\u202e\u2028\u200f")
    assert clean(found) == found


def test_the_points_of_a_trend_come_in_order_and_tell_their_distance() -> None:
    points = [{"timestamp": 600_000, "values": {"transfers": 2.0}}, {"timestamp": "300000", "values": None}]
    answer = trend({"historicalMetricsIntervals": points})
    assert [point.timestamp for point in answer.points] == [300_000, 600_000]
    assert answer.interval == 5
    assert answer.points[0].values["transfers"] is None
    assert answer.points[1].values["transfers"] == 2


@given(st.text(min_size=4, max_size=30), st.text(max_size=20), st.text(max_size=20))
def test_a_known_secret_is_never_said(secret: str, before: str, after: str) -> None:
    said = Redactor([secret]).say(f"{before} {secret} {after}")
    if clean(secret) and clean(secret) not in clean(f"{before} ******** {after}"):
        assert secret not in said


def test_a_secret_is_masked_before_a_message_is_cut() -> None:
    secret = "tok-" + "s3cr3t" * 40
    for length in range(0, 260, 7):
        assert "s3cr3t" not in Redactor([secret]).say("x" * length + secret)


def test_only_the_last_bearers_are_remembered() -> None:
    redactor = Redactor(["password"])
    for n in range(5000):
        redactor.learn(f"bearer-{n:05}")
    assert redactor.scrub("password bearer-04999 bearer-04990") == "******** ******** ********"
    assert len(repr(redactor)) < 40
