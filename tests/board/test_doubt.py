"""An answer that fell from many to none is doubted; a quiet floor and a first answer are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmm_tui.api.answers import Cost
from kmm_tui.api.window import Window
from kmm_tui.board.doubt import MANY, fell_to_nothing
from kmm_tui.board.figure import Figures
from kmm_tui.board.scope import ACCOUNT, Level
from kmm_tui.board.snapshot import Agent, Listing, Roster, Snapshot, Trend, TrendPoint
from kmm_tui.board.state import Content
from kmm_tui.metrics import Method

WINDOW = Window(1_000_000, 2_000_000)
COST = Cost(1, 0.1, 10)
PRESENCE = ("onlineAgents", "awayAgents", "backSoonAgents", "assignedConversations", "unassignedConversations")


def roster(agents: int) -> Roster:
    nothing = Figures(Method.AGENT_VIEW, frozenset(), {})
    people = (Agent(str(n), None, None, None, (), None, None, None, None, None, nothing) for n in range(agents))
    return Roster(tuple(people), WINDOW, 1, COST)


def figures(**values: float | None) -> Snapshot:
    asked = frozenset((*PRESENCE, "closedConversations"))
    return Snapshot(ACCOUNT, None, WINDOW, Figures(Method.METRICS, asked, values), 1, COST)


def trend(*counts: float | None) -> Trend:
    points = tuple(TrendPoint(n, {"closedConversations": count}) for n, count in enumerate(counts))
    return Trend(ACCOUNT, WINDOW, 5, points, 1, COST)


@settings(deadline=None)
@given(before=st.integers(0, 30), after=st.integers(0, 30))
def test_many_agents_do_not_vanish_at_once(before: int, after: int) -> None:
    assert fell_to_nothing(roster(before), roster(after)) is (before >= MANY and after == 0)


VALUES = st.dictionaries(st.sampled_from(PRESENCE), st.none() | st.integers(0, 20))


@settings(deadline=None)
@given(before=VALUES, after=VALUES, closed=st.integers(0, 100))
def test_agents_and_conversations_together_do_not_vanish_at_once(
    before: dict[str, int | None], after: dict[str, int | None], closed: int
) -> None:
    was, now = (sum(value or 0 for value in values.values()) for values in (before, after))
    # What was closed within the window says nothing about who is there.
    doubted = fell_to_nothing(figures(**before), figures(**after, closedConversations=closed))
    assert doubted is (was >= MANY and now == 0)


@pytest.mark.parametrize(
    ("before", "after", "doubted"),
    [
        (trend(1, 2), trend(), True),
        (trend(0, None), trend(None, None), True),
        (trend(1, 2), trend(0, 0), False),
        (trend(), trend(), False),
        (trend(None), trend(), False),
        (trend(), trend(3), False),
    ],
)
def test_a_trend_without_any_count_is_doubted_where_there_were_some(before: Trend, after: Trend, doubted: bool) -> None:
    assert fell_to_nothing(before, after) is doubted


@pytest.mark.parametrize("after", [roster(0), figures(), trend(), Listing(Level.SKILL, 0, 1)])
@pytest.mark.parametrize("before", [None, roster(9), figures(onlineAgents=9), trend(9), Listing(Level.SKILL, 9, 1)])
def test_only_two_answers_of_a_kind_are_compared(before: Content | None, after: Content) -> None:
    if before is None or type(before) is not type(after) or isinstance(before, Listing):
        assert not fell_to_nothing(before, after)
    else:
        assert fell_to_nothing(before, after)
