"""What must hold of any answer: parts add up to wholes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

SCENES = st.sampled_from(["calm", "busy", "lunch", "surge", "outage", "night"])
WINDOWS = st.integers(min_value=30, max_value=600)


@settings(max_examples=12, deadline=None, database=None)
@given(seed=st.integers(1, 50), scene=SCENES, minutes=WINDOWS)
def test_the_three_ways_of_closing_add_up(ask: Callable[..., Any], seed: int, scene: str, minutes: int) -> None:
    world = ask(seed=seed, scene=scene)
    figures = world.account(world.window(minutes))
    ways = figures["closedByAgent"] + figures["closedByConsumer"] + figures["autoClosed"]
    assert figures["closedConversations"] == ways
    for record in world.agents(world.window(minutes)).values():
        assert record["closedConversations"] == (
            record["closedByAgent"] + record["closedByConsumer"] + record["autoClosed"]
        )
        assert record["concludedConversations"] == record["closedConversations"] + record["transfers"]


def test_concluded_is_closed_and_transferred(busy: Any) -> None:
    window = busy.window(240)
    metrics = ["closed_conversations", "transfers", "concluded_conversations"]
    (figures,) = busy.world.historical(window, metrics, [window.start, window.end])
    assert figures["transfers"] > 0
    assert figures["concludedConversations"] == figures["closedConversations"] + figures["transfers"]
    assert figures["closedConversations"] == busy.account(window)["closedConversations"]


@settings(max_examples=12, deadline=None, database=None)
@given(seed=st.integers(1, 20), scene=SCENES, skip=st.integers(0, 90))
def test_half_the_queue_waits_no_longer_than_nine_tenths_of_it(
    ask: Callable[..., Any], seed: int, scene: str, skip: int
) -> None:
    world = ask(seed=seed, scene=scene)
    world.wait(skip)
    window = world.window()
    for figures in [world.account(window), *world.by("skillId", window).values()]:
        waits = ("queueWaitTime50thPercentile" in figures, "queueWaitTime90thPercentile" in figures)
        assert waits == ((True, True) if figures["unassignedConversations"] else (False, False))
        if all(waits):
            assert 0 <= figures["queueWaitTime50thPercentile"] <= figures["queueWaitTime90thPercentile"]


@pytest.mark.parametrize("ago", [0, 700, 1500])
@settings(max_examples=15, deadline=None, database=None)
@given(minutes=st.integers(2, 1440), share=st.floats(0.05, 0.95))
def test_a_window_cut_in_two_adds_up(busy: Any, counts: list[str], ago: int, minutes: int, share: float) -> None:
    cut = max(1, min(minutes - 1, int(minutes * share)))
    whole = busy.account(busy.window(minutes, ago))
    late, early = busy.account(busy.window(cut, ago)), busy.account(busy.window(minutes - cut, ago + cut))
    assert {field: early[field] + late[field] for field in counts} == {field: whole[field] for field in counts}


@pytest.mark.parametrize("minutes", [60, 1440])
def test_the_account_is_all_its_groups_and_all_its_skills(
    busy: Any, counts: list[str], places: list[str], total: Any, minutes: int
) -> None:
    window = busy.window(minutes)
    account = busy.account(window)
    assert total(busy.by("agentGroupId", window).values(), counts + places) == {f: account[f] for f in counts + places}
    # An agent is one of each of the agent's skills: agents do not add up over skills, conversations do.
    talks = [field for field in counts + places if not field.endswith("Agents")]
    assert total(busy.by("skillId", window).values(), talks) == {field: account[field] for field in talks}


def test_a_group_with_its_sub_groups_is_the_sum_of_its_parts(
    ask: Callable[..., Any], counts: list[str], places: list[str], total: Any, narrowed: Any
) -> None:
    world = ask(size="medium")
    window = world.window(120)
    alone = world.by("agentGroupId", window)
    within = world.by("agentGroupId", narrowed(window, include_subgroups=True))
    plan = world.world.plan
    assert any(len(below) > 1 and group for group, below in enumerate(plan.subtree))
    for group in plan.groups:
        parts = [alone[plan.groups[index].id] for index in plan.subtree[group.index]]
        assert total(parts, counts + places) == {field: within[group.id][field] for field in counts + places}
    assert within["-1"] == world.account(window)


def test_a_filter_on_a_group_with_sub_groups_asks_for_all_below_it(ask: Callable[..., Any], narrowed: Any) -> None:
    world = ask(size="medium")
    plan, window = world.world.plan, world.window()
    emea = plan.groups[1]
    below = frozenset(plan.groups[index].id for index in plan.subtree[1])
    asked = narrowed(window, group_ids=frozenset({emea.id}), include_subgroups=True)
    assert world.account(asked) == world.account(narrowed(window, group_ids=below))
    assert list(world.by("agentGroupId", asked)) == [emea.id]
    assert world.by("agentGroupId", asked)[emea.id] == world.account(asked)


def test_agents_add_up_to_their_account(busy: Any, total: Any, narrowed: Any, counts: list[str]) -> None:
    statuses = frozenset({"ONLINE", "BACK_SOON", "AWAY", "OFFLINE"})
    window = busy.window(60)
    records = busy.agents(narrowed(window, statuses=statuses))
    # Agents by id: what nobody had in hand (left the queue) is not theirs.
    account = busy.account(narrowed(window, agent_ids=frozenset(records)))
    assert total(records.values(), counts) == {field: account[field] for field in counts}
    assert total(records.values(), ["assignedConversations", "activeConversations"]) == {
        field: account[field] for field in ("assignedConversations", "activeConversations")
    }


def test_bots_and_people_are_all_there_is(
    busy: Any, counts: list[str], places: list[str], total: Any, narrowed: Any
) -> None:
    window = busy.window(120)
    parts = [busy.account(narrowed(window, user_types=frozenset({kind}))) for kind in ("HUMAN", "BOT")]
    account = busy.account(window)
    assert total(parts, counts + places) == {field: account[field] for field in counts + places}
    nobody = busy.account(narrowed(window, user_types=frozenset({"SYSTEM"})))
    assert not any(nobody[field] for field in counts + places)
    assert "agentLoad" not in nobody
    assert "avgTimeToResponse" not in nobody


def test_a_filter_that_nothing_passes_is_no_calm_floor(busy: Any, narrowed: Any) -> None:
    window = narrowed(busy.window(), skill_ids=frozenset({"no such skill"}))
    assert busy.by("skillId", window) == {}
    assert busy.agents(window) == {}
    figures = busy.account(window)
    assert figures["onlineAgents"] == figures["openConversations"] == figures["closedConversations"] == 0


@settings(max_examples=10, deadline=None, database=None)
@given(step=st.integers(1, 60), points=st.integers(1, 24))
def test_the_points_of_a_trend_add_up_to_its_window(busy: Any, step: int, points: int) -> None:
    window = busy.window(step * points)
    edges = list(range(window.start, window.end + 1, step * 60_000))
    metrics = ["transfers", "closed_conversations", "concluded_conversations"]
    trend = busy.world.historical(window, metrics, edges)
    assert len(trend) == points
    assert sum(point["closedConversations"] for point in trend) == busy.account(window)["closedConversations"]
    for point in trend:
        assert point["concludedConversations"] == point["closedConversations"] + point["transfers"]
