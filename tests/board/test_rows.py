"""Rows: figures as they are, or why there are none; and how bad they are by their age."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kmm_tui.board.derived import metric_named
from kmm_tui.board.figure import Absent, Figures
from kmm_tui.board.freshness import Age
from kmm_tui.board.judge import Judge
from kmm_tui.board.presets import PRESETS
from kmm_tui.board.rows import AgentRow, ScopeRow
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.severity import Severity
from kmm_tui.board.snapshot import Agent, figures_of
from kmm_tui.metrics import BY_NAME, Method

BILLING = Scope(Level.SKILL, "1")
P90 = "queue_wait_time_90th_percentile"
NAMES = (P90, "unassigned_conversations", "overdue_conversations_total", "open_conversations")


def figures(method: Method = Method.METRICS) -> Figures:
    fields = {"queueWaitTime90thPercentile": 252_000, "unassignedConversations": 0, "overdueConversationsTotal": 1,
              "openConversations": 10}  # fmt: skip
    return figures_of(method, tuple(BY_NAME[name] for name in NAMES), dict(fields))


def scope_row(age: Age = Age.LIVE, known: Figures | None = None) -> ScopeRow:
    judged = Judge(PRESETS["live-chat"]).judge(BILLING, "Billing", known or figures(), 0.0)
    return ScopeRow(BILLING, "Billing", known or figures(), age, judged)


@pytest.mark.parametrize("age", Age)
def test_a_row_is_as_bad_as_its_figures_until_they_are_gone(age: Age) -> None:
    row = scope_row(age)
    # Of what is gone nobody knows, and that is no good news.
    assert row.severity is (Severity.UNKNOWN if age is Age.GONE else Severity.CRITICAL)
    assert row.is_old is (age in (Age.STALE, Age.GONE))


def test_a_figure_is_a_value_or_a_reason_and_zero_is_a_value() -> None:
    row = scope_row()
    assert row.get(BY_NAME[P90]) == 252_000
    assert row.get(BY_NAME["unassigned_conversations"]) == 0
    assert row.get(BY_NAME["csat"]) is Absent.NOT_ASKED
    assert row.get(BY_NAME["transfers"]) is Absent.NOT_OFFERED
    sla = metric_named("sla_share")
    assert sla is not None
    assert row.get(sla) == pytest.approx(0.9)
    without = replace(row, figures=None)
    assert without.get(BY_NAME[P90]) is Absent.NOT_ANSWERED


def test_rows_are_sorted_by_numbers_and_what_has_none_has_none() -> None:
    row = scope_row()
    assert row.number(P90) == 252_000
    assert row.number("sla_share") == pytest.approx(0.9)
    for name in ("csat", "transfers", "nobody_knows_it"):
        assert row.number(name) is None
    assert replace(row, figures=None).number(P90) is None


def test_an_agents_row_is_known_by_its_id_and_reads_the_agents_figures() -> None:
    asked = tuple(BY_NAME[name] for name in ("assigned_conversations", "csat"))
    known = figures_of(Method.AGENT_VIEW, asked, {"assignedConversations": 3})
    row = AgentRow(Agent("5", None, None, None, (), "AWAY", None, None, None, None, known))
    assert row.key == "5"
    assert row.get(BY_NAME["assigned_conversations"]) == row.number("assigned_conversations") == 3
    assert row.get(BY_NAME["csat"]) is Absent.NOT_APPLICABLE
    assert row.number("csat") is None
    assert row.number("unassigned_conversations") is None
    assert row.number("nobody_knows_it") is None


def test_equal_rows_are_equal_so_that_nothing_is_drawn_twice() -> None:
    assert scope_row() == scope_row()
    assert scope_row() != scope_row(Age.LATE)
    assert scope_row() != replace(scope_row(), label="Other")
