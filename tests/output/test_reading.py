"""One reading of the board: the worst decides, what is missing is unknown, and monitoring systems can read the line."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kmm_tui.board.freshness import Trouble
from kmm_tui.board.scope import ACCOUNT, Level
from kmm_tui.board.state import LISTS, TopicState
from kmm_tui.output.formats import as_csv, as_table
from kmm_tui.output.reading import Reading, State, agents_grid, as_plugin, scopes_grid
from tests.output.boards import NOW, agent, board_of, roster_state, skill_state, snapshot_state, usual_board

P90 = "queueWaitTime90thPercentile"
MISSING = TopicState(LISTS[Level.GROUP], 30.0, None, Trouble("SERVER", "the server failed (500)", NOW), NOW + 5)
# label=value[unit];[warn];[crit];[min];[max], after the guidelines of the Monitoring Plugins.
PERFDATA = re.compile(r"'[^'=|]+'=-?[0-9.]+(?:s|%)?(?:;[0-9.:]*){0,4}")


@pytest.mark.parametrize(
    ("values", "missing", "state"),
    [
        ({}, (), State.OK),
        ({P90: 70_000}, (), State.WARNING),
        ({P90: 200_000}, (), State.CRITICAL),
        ({"unassignedConversations": 5}, (), State.UNKNOWN),
        ({}, (MISSING,), State.UNKNOWN),
        ({P90: 70_000}, (MISSING,), State.WARNING),
        ({P90: 200_000}, (MISSING,), State.CRITICAL),
    ],
)
def test_the_state_is_that_of_the_worst(values: Any, missing: Any, state: State) -> None:
    # While nobody waits there is no percentile, which is no gap; while five do, it is one.
    assert Reading(usual_board(**values), NOW, missing).state is state


def test_a_board_that_knows_nothing_is_not_calm() -> None:
    assert Reading(board_of(), NOW).state is State.UNKNOWN


def test_figures_that_are_gone_are_unknown() -> None:
    assert Reading(usual_board(**{P90: 200_000}), NOW + 3600).state is State.UNKNOWN


def test_agents_count_where_they_are_wanted() -> None:
    board = board_of(snapshot_state(ACCOUNT), roster_state(agent("1", "Ana", "BACK_SOON", csat=0.9)))
    assert Reading(board, NOW).state is State.OK
    reading = Reading(board, NOW, agents=True)
    assert reading.state is State.CRITICAL
    table = as_table(agents_grid(reading)).splitlines()
    assert table[1].split()[:3] == ["Ana", "critical", "BACK_SOON"]
    assert as_plugin(reading).startswith("KMM CRITICAL - 1 critical | ")
    assert "agent Ana: critical" in as_plugin(reading)


def test_the_first_line_is_that_of_a_monitoring_plugin() -> None:
    first, *more = as_plugin(Reading(usual_board(**{P90: 252_000, "csat": 0.8}), NOW, (MISSING,))).splitlines()
    text, _, perfdata = first.partition(" | ")
    assert text == "KMM CRITICAL - Billing: P90 wait 4:12 (max 3:00), CSAT 80% (min 85%)"
    found = perfdata.split(" ")
    assert all(PERFDATA.fullmatch(each) for each in found)
    assert "'csat'=90%;85:;75:" in found
    assert "'online_agents'=7" in found
    # What has no value has no perfdata: a graph would take it for zero.
    assert "percentile" not in perfdata
    assert more == ["SERVER: the server failed (500)", "skill Billing: P90 wait 4:12 (max 3:00), CSAT 80% (min 85%)"]


def test_a_name_cannot_begin_perfdata() -> None:
    text = as_plugin(Reading(board_of(snapshot_state(ACCOUNT), skill_state("7", "A | 'x'=1", **{P90: 252_000})), NOW))
    assert text.splitlines()[0].count("|") == 1
    assert "|" not in text.splitlines()[1]


def test_perfdata_of_durations_is_in_seconds_with_their_limits() -> None:
    board = board_of(snapshot_state(ACCOUNT, queueWaitTime90thPercentile=45_500))
    assert "'queue_wait_time_90th_percentile'=45.5s;60;180" in as_plugin(Reading(board, NOW))


def test_hundreds_in_trouble_are_counted() -> None:
    many = [skill_state(str(n), f"Skill {n}", **{P90: 252_000}) for n in range(300)]
    lines = as_plugin(Reading(board_of(snapshot_state(ACCOUNT), *many), NOW)).splitlines()
    assert len(lines) == 22
    assert "; 300 critical | " in lines[0]
    assert lines[-1] == "and 280 more"


def test_the_table_has_the_account_first_and_then_the_worst() -> None:
    board = board_of(
        snapshot_state(ACCOUNT), skill_state("1", "Accounts"), skill_state("7", "Billing", **{P90: 252_000}, csat=None)
    )
    lines = as_table(scopes_grid(Reading(board, NOW), whole=False)).splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [
        ["account", "whole"],
        ["skill", "Billing"],
        ["skill", "Accounts"],
    ]
    assert "4:12" in lines[2]
    assert lines[2].rstrip().endswith("–")
    whole = as_csv(scopes_grid(Reading(board, NOW), whole=True)).splitlines()
    assert whole[0].startswith("level,id,name,severity,worst,unassignedConversations,")
    assert whole[2].startswith("skill,7,Billing,critical,queue_wait_time_90th_percentile,0,10,")
