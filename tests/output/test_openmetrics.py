"""Figures for Prometheus: by its own parser and conventions, with nothing that is old and nothing that is not there."""

from __future__ import annotations

import json
import re
from collections import Counter
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from kmm_tui.api.text import clean
from kmm_tui.board.board import Board
from kmm_tui.board.derived import known_metrics
from kmm_tui.board.freshness import Trouble
from kmm_tui.board.own import using
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.metrics import Method, unlisted
from kmm_tui.output import openmetrics
from kmm_tui.output.openmetrics import BoardCollector, family_name
from kmm_tui.settings.own_metrics import own_metrics
from kmm_tui.settings.own_sources import OwnFormula
from tests.output.boards import (
    EVERY,
    HOUR,
    NOW,
    agent,
    board_of,
    roster_state,
    skill_state,
    snapshot_state,
    usual_board,
)

P90 = "queueWaitTime90thPercentile"
UNITS = ("seconds", "ratio")
NOT_BASE = ("milliseconds", "ms", "minutes", "hours", "percent", "percentage", "days")


def exported(board: Board, now: float = NOW, *, agents: bool = False, calls: dict[int, int] | None = None) -> str:
    collector = BoardCollector(board, "123", lambda: now, 30.0, calls or {}, agents=agents)
    text: str = generate_latest(collector).decode()  # type: ignore[no-untyped-call]
    return text


def parsed(text: str) -> dict[str, Any]:
    families = list(text_string_to_metric_families(text))  # type: ignore[no-untyped-call]
    assert len({family.name for family in families}) == len(families)
    return {family.name: family for family in families}


def samples(text: str) -> dict[str, float]:
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line[0] != "#"}


def full_board() -> Board:
    return board_of(
        snapshot_state(ACCOUNT, None, **{**EVERY, P90: 45_500}),
        skill_state("7", "Billing", **{**EVERY, P90: 252_000, "agentLoad": 1.18}),
        skill_state("8", None),
        snapshot_state(Scope(Level.GROUP, "-1"), "Main", trouble=Trouble("SERVER", "500", NOW)),
        roster_state(agent("1", "Ana", **EVERY), agent("2", "Li", "AWAY")),
    )


def lint(text: str) -> list[str]:
    """What promtool would complain of, and more: each family with help and type, units as suffixes, no series twice."""
    found = []
    for name, family in parsed(text).items():
        head = re.escape(name)
        if not re.search(rf"^# HELP {head} \S.*[.]$", text, re.MULTILINE):
            found.append(f"{name}: no help")
        if not re.search(rf"^# TYPE {head} (gauge|counter|info|stateset)$", text, re.MULTILINE):
            found.append(f"{name}: no type")
        ends = name.rpartition("_")[2]
        if (ends in UNITS) != bool(family.unit) or (family.unit and family.unit != ends):
            found.append(f"{name}: unit {family.unit!r}")
        if family.type != "counter" and re.search(r"_(total|count|sum|bucket|info|created)$", name):
            found.append(f"{name}: an end that means something else")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or "__" in name or not name.startswith("kmm_"):
            found.append(f"{name}: not a plain name")
        found += [f"{name}: not a base unit" for word in NOT_BASE if re.search(rf"(^|_){word}(_|$)", name)]
        series = Counter((sample.name, tuple(sorted(sample.labels.items()))) for sample in family.samples)
        found += [f"{name}: twice {each}" for each, count in series.items() if count > 1]
        if not family.samples and family.type not in ("counter",):
            found.append(f"{name}: without samples")
    return found


def test_prometheus_reads_it_and_finds_nothing_to_complain_of() -> None:
    text = exported(full_board(), agents=True, calls={200: 12, 429: 1, 0: 2})
    assert lint(text) == []
    assert text.endswith("# EOF\n")
    assert len(parsed(text)) > 80


def test_figures_are_in_base_units_by_level() -> None:
    found = samples(exported(full_board(), calls={200: 12, 0: 2}))
    skill = '{account="123",skill="Billing",skill_id="7"}'
    assert found[f"kmm_skill_queue_wait_time_90th_percentile_seconds{skill}"] == 252.0
    assert found[f"kmm_skill_agent_load_ratio{skill}"] == 1.18
    assert found[f"kmm_skill_answer_age_seconds{skill}"] == 1.0
    assert found['kmm_account_queue_wait_time_90th_percentile_seconds{account="123"}'] == 45.5
    assert found['kmm_account_unassigned_conversations{account="123"}'] == 1
    assert found['kmm_window_seconds{account="123"}'] == HOUR / 1000
    assert found['kmm_api_calls_total{account="123",status="200"}'] == 12
    assert found['kmm_api_calls_total{account="123",status="none"}'] == 2
    severity = 'kmm_skill_severity{account="123",metric="queue_wait_time_90th_percentile",skill="Billing",skill_id="7"}'
    assert found[severity] == 3
    assert found['kmm_trouble{account="123",part="groups",word="SERVER"}'] == 1
    assert found['kmm_freshness{account="123",kmm_freshness="live",part="skills"}'] == 1


def test_by_time_figures_are_no_counters() -> None:
    families = parsed(exported(full_board(), agents=True, calls={200: 1}))
    assert [name for name, family in families.items() if family.type == "counter"] == ["kmm_api_calls"]
    assert "window of kmm_window_seconds" in families["kmm_account_csat_ratio"].documentation


def test_what_has_no_value_has_no_sample() -> None:
    board = usual_board(csat=None, onlineAgents=None)
    skills = [name for name in samples(exported(board)) if 'skill_id="7"' in name]
    assert not any("csat_ratio" in name or "online_agents" in name for name in skills)
    assert any("unassigned_conversations" in name for name in skills)


@pytest.mark.parametrize(("age", "is_told"), [(1.0, True), (149.0, True), (151.0, False), (700.0, False)])
def test_nothing_that_is_stale_is_exported_but_its_age(age: float, is_told: bool) -> None:
    text = exported(board_of(snapshot_state(ACCOUNT, age=age), skill_state("7", "Billing", age=age)))
    assert lint(text) == []
    names = {name.partition("{")[0] for name in samples(text)}
    figures = {name for name in names if re.match("kmm_(account|skill)_", name)}
    ages = {"kmm_account_answer_age_seconds", "kmm_skill_answer_age_seconds"}
    assert ages <= figures
    assert (figures > ages) is is_told
    assert samples(text)['kmm_account_answer_age_seconds{account="123"}'] == age


def test_agents_that_are_stale_are_not_exported_and_unwanted_ones_never() -> None:
    board = full_board()
    assert "kmm_agent_state" in exported(board, agents=True)
    stale = exported(board, NOW + 200, agents=True)
    assert "kmm_agent_" not in stale
    assert 'kmm_agents_answer_age_seconds{account="123"} 201.0' in stale
    assert "kmm_agent" not in exported(board)


def test_before_the_first_answer_there_is_no_figure_at_all() -> None:
    text = exported(Board(), agents=True)
    assert lint(text) == []
    assert {name.partition("{")[0] for name in samples(text)} == {
        "kmm_build_info", "kmm_interval_seconds", "kmm_freshness",
    }  # fmt: skip


@given(st.text(max_size=300).map(clean), st.sampled_from(["7", "-1", "x" * 60]))
def test_no_name_breaks_the_text(name: str, key: str) -> None:
    text = exported(board_of(skill_state(key, name), roster_state(agent(key, name))), agents=True)
    assert lint(text) == []
    labels = [each.labels for each in parsed(text)["kmm_skill_online_agents"].samples]
    assert labels == [{"account": "123", "skill": name, "skill_id": key}]
    assert len(name) <= 200


def test_the_number_of_series_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openmetrics, "MOST_SCOPES", 10)
    board = board_of(
        *(skill_state(str(n), f"Skill {n}") for n in range(25)),
        roster_state(*(agent(str(n), f"Agent {n}") for n in range(12))),
    )
    text = exported(board, agents=True)
    assert len(parsed(text)["kmm_skill_online_agents"].samples) == 10
    assert len(parsed(text)["kmm_agent_assigned_conversations"].samples) == 10
    found = samples(text)
    assert found['kmm_scopes_left_out{account="123",level="skill"}'] == 15
    assert found['kmm_scopes_left_out{account="123",level="agent"}'] == 2


def test_every_metric_has_a_family_of_its_own() -> None:
    for level in Level:
        names = [family_name(level, metric) for metric in known_metrics().values() if metric.is_number]
        assert len(set(names)) == len(names)
    assert family_name(Level.SKILL, unlisted("new-metric_total", Method.METRICS)) == "kmm_skill_new_metric"


def test_the_dashboard_reads_what_is_exported() -> None:
    dashboard = json.loads(files("kmm_tui.output").joinpath("grafana.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    queries += [each["query"]["query"] for each in dashboard["templating"]["list"] if each["type"] == "query"]
    queries += [each["expr"] for each in dashboard["annotations"]["list"]]
    assert len(queries) > 20
    text = exported(full_board(), calls={200: 1})
    known = {name.partition("{")[0] for name in samples(text)}
    labels = {label for family in parsed(text).values() for sample in family.samples for label in sample.labels}
    for query in queries:
        assert set(re.findall(r"kmm_\w+", query)) <= known, query
        assert set(re.findall(r"(\w+)(?:=~|=)\"", query)) <= labels, query
    shown = [name for panel in dashboard["panels"] for name in re.findall(r"{{(\w+)}}", json.dumps(panel["targets"]))]
    assert set(shown) <= labels
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_a_persons_own_metrics_are_set_apart_and_break_nothing() -> None:
    """One may be called as the family of another metric is."""
    formulas = [
        OwnFormula.model_validate({"name": name, "formula": "onlineAgents + 1", "good": "up"})
        for name in ("overdue_conversations", "idle_count", "idle")
    ]
    with using(own_metrics([], formulas)):
        text = exported(full_board())
    assert lint(text) == []
    found = samples(text)
    assert found['kmm_account_own_overdue_conversations{account="123"}'] == 2
    assert found['kmm_account_overdue_conversations{account="123"}'] == 1
    assert found['kmm_account_own_idle{account="123"}'] == 2
