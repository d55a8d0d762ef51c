"""Tables line up in terminal cells, CSV can be read back, JSON has null and never NaN: whatever the answer holds."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from kmm_tui.api.answers import AgentRecord, AgentViewAnswer, Cost, MetricsAnswer, MetricsRow, Skill, StateDuration
from kmm_tui.api.text import clean
from kmm_tui.api.window import Window
from kmm_tui.metrics import BY_NAME, Method, unlisted
from kmm_tui.output.formats import as_csv, as_json, as_table, cell_width, pad
from kmm_tui.output.rows import Grid, agents_data, agents_grid, metrics_data, metrics_grid

WINDOW = Window(0, 3_600_000)
COST = Cost(0, 0.1, 10)
LOAD, WAIT, CLOSED, CSAT = (BY_NAME[name] for name in ("agent_load", "avg_wait_time", "closed_conversations", "csat"))
NAMES = st.text(max_size=40).map(clean)
FIGURES = st.none() | st.integers(0, 10**7) | st.floats(0, 10**7, allow_nan=False)


def metrics_answer(rows: list[tuple[str, str | None, dict[str, Any]]], total: dict[str, Any]) -> MetricsAnswer:
    asked = (LOAD, WAIT, CLOSED)
    return MetricsAnswer(WINDOW, asked, len(rows), tuple(MetricsRow(*row) for row in rows), total, COST)


def grid(rows: list[tuple[str, tuple[Any, ...]]]) -> Grid:
    return Grid(("key", "name"), (LOAD, WAIT, CLOSED), tuple(((f"{i}", n), f) for i, (n, f) in enumerate(rows)))


@given(st.lists(st.tuples(NAMES, st.tuples(FIGURES, FIGURES, FIGURES)), max_size=8))
def test_every_line_of_a_table_ends_its_figures_in_the_same_cell(rows: list[tuple[str, tuple[Any, ...]]]) -> None:
    lines = as_table(grid(rows), UTC).splitlines()
    assert len(lines) == len(rows) + 1
    # The last column is right-aligned: every line is as wide as the widest, in cells and not in characters.
    assert len({cell_width(line) for line in lines}) == 1


@given(st.lists(st.tuples(NAMES, st.tuples(FIGURES, FIGURES, FIGURES)), max_size=8))
def test_csv_reads_back_as_what_went_in(rows: list[tuple[str, tuple[Any, ...]]]) -> None:
    head, *read = csv.reader(io.StringIO(as_csv(grid(rows))))
    assert head == ["key", "name", "agentLoad", "avgWaitTime", "closedConversations"]
    assert [row[1] for row in read] == [name for name, _ in rows]
    for row, (_, figures) in zip(read, rows, strict=True):
        assert [None if cell == "" else float(cell) for cell in row[2:]] == list(figures)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("Billing", 7),
        ("日本語サポート", 14),
        ("王小明", 6),
        ("e\u0301", 1),
        ("🤖", 2),
        ("Gdańsk", 6),
        ("", 0),
        ("김민준", 6),
    ],
)
def test_widths_are_those_of_a_terminal(text: str, cells: int) -> None:
    assert cell_width(text) == cells == cell_len(text)
    assert cell_width(pad(text, 20, right=False)) == cell_width(pad(text, 20, right=True)) == 20


def test_a_table_shows_figures_as_people_read_them_and_nothing_as_nothing() -> None:
    answer = metrics_answer(
        [
            ("1", "日本語サポート", {"agentLoad": 1.18, "avgWaitTime": 252_000, "closedConversations": 0}),
            ("2", None, {}),
        ],
        {"agentLoad": 0.004, "closedConversations": 12_345},
    )
    data = metrics_data("77", "skill", answer)
    assert as_table(metrics_grid(data, answer.asked)).splitlines() == [
        "key  name            load  wait  closed",
        "1    日本語サポート  118%  4:12       0",
        "2    –                  –     –       ?",
        "all  whole account    <1%     –   12.3k",
    ]


def test_json_has_null_for_what_has_no_value_and_keeps_names_readable() -> None:
    answer = metrics_answer([("1", None, {"agentLoad": None})], {"agentLoad": 0})
    text = as_json(metrics_data("77", "skill", answer))
    assert json.loads(text)["rows"] == [{"key": "1", "name": None, "metrics": {"agentLoad": None}}]
    assert '"日本"' in as_json({"name": "日本"})
    with pytest.raises(ValueError, match="JSON"):
        as_json({"value": float("nan")})


def test_a_cell_that_looks_like_more_than_one_is_quoted() -> None:
    text = as_csv(grid([('a "quoted", name; with 2 parts', (0.5, None, 3))]))
    assert text.splitlines()[1] == '0,"a ""quoted"", name; with 2 parts",0.5,,3'


def test_a_metric_that_nobody_knows_is_shown_as_the_number_it_is() -> None:
    metric = unlisted("brand_new_metric", Method.METRICS)
    table = as_table(Grid(("key", "name"), (metric,), ((("all", "whole account"), (0.25,)),)))
    assert table.splitlines()[1].split()[-1] == "0.25"
    assert "brandNewMetric" in as_csv(Grid(("key", "name"), (metric,), ()))


def agent(**changes: Any) -> AgentRecord:
    given: dict[str, Any] = {
        "agent_id": "5", "name": "Ana [b]", "nickname": None, "login_name": None, "group_id": "-1", "group_name": None,
        "skills": (Skill("1", "Billing"), Skill("2", None)), "status": "AWAY", "status_since": 1_000, "reason": "Lunch",
        "reason_since": 2_000, "configured_slots": 4, "metrics": {"csat": 0.5},
    }  # fmt: skip
    return AgentRecord(**{**given, **changes})


def test_an_agent_as_data_as_csv_and_in_a_table() -> None:
    answer = AgentViewAnswer(WINDOW, (CSAT,), 1, (agent(),), COST)
    data = agents_data("77", answer)
    assert data["rows"] == [
        {
            "agentId": "5", "name": "Ana [b]", "groupId": "-1", "group": None,
            "skills": [{"key": "1", "name": "Billing"}, {"key": "2", "name": None}],
            "status": "AWAY", "since": 1_000, "reason": "Lunch", "reasonSince": 2_000, "metrics": {"csat": 0.5},
        }
    ]  # fmt: skip
    found = agents_grid(data, answer.asked)
    assert as_csv(found).splitlines()[1] == "5,Ana [b],-1,AWAY,Lunch,1000,Billing; 2,0.5"
    assert "1970-01-01 00:00:01" in as_table(found, UTC)
    assert "50%" in as_table(found, UTC)


def test_lists_of_durations_become_figures_of_their_own() -> None:
    record = agent(
        states=(StateDuration("ONLINE", 900), StateDuration("AWAY", 300)),
        reasons=(StateDuration("AWAY", 100, "Lunch"), StateDuration("AWAY", 150, "Lunch"), StateDuration("AWAY", 50)),
    )
    (row,) = agents_data("77", AgentViewAnswer(WINDOW, (CSAT,), 1, (record,), COST))["rows"]
    assert row["metrics"] == {
        "csat": 0.5,
        "agentStatusDurationList.ONLINE": 900,
        "agentStatusDurationList.AWAY": 300,
        "agentStatusWithReasonDurationList.AWAY.Lunch": 250,
        "agentStatusWithReasonDurationList.AWAY": 50,
    }


@given(st.integers(-(2**63), 2**63))
def test_no_moment_is_too_odd_to_be_written(moment: int) -> None:
    answer = AgentViewAnswer(WINDOW, (CSAT,), 1, (agent(status_since=moment),), COST)
    assert len(as_table(agents_grid(agents_data("77", answer), answer.asked), UTC).splitlines()) == 2
