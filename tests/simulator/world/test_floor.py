"""What must hold on the floor itself, at every moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kmm_tui.simulator.conversation import ASSIGNED, QUEUED, Conversation
from kmm_tui.simulator.floor import Floor

MINUTE = 60_000
SCENES = st.sampled_from(["calm", "busy", "lunch", "surge", "outage", "night"])


def everywhere(floor: Floor) -> list[tuple[Conversation, int]]:
    """Every open conversation with the place where it was found."""
    queued = [(talk, QUEUED) for queue in floor.queues for talk, token in queue if talk.token == token]
    return queued + [(talk, ASSIGNED) for seat in floor.seats for talk in seat.hand]


@settings(max_examples=15, deadline=None, database=None)
@given(seed=st.integers(1, 100), scene=SCENES, steps=st.lists(st.floats(0.05, 120), max_size=8))
def test_every_conversation_is_in_exactly_one_place(
    ask: Callable[..., Any], seed: int, scene: str, steps: list[float]
) -> None:
    world = ask(seed=seed, scene=scene)
    for step in [0.0, *steps]:
        world.wait(step)
        world.world.now()
        floor = world.world.floor
        found = everywhere(floor)
        assert max(Counter(id(talk) for talk, _ in found).values(), default=1) == 1
        assert all(talk.place == place for talk, place in found)
        assert floor.opened == floor.closed + len(found)
        account = world.account(world.window())
        assert account["openConversations"] == len(found)
        assert account["openConversations"] == account["unassignedConversations"] + account["assignedConversations"]
        late = account["overdueConversationsInQueue"], account["overdueConversationsAssigned"]
        assert account["overdueConversationsTotal"] == sum(late)
        assert late[0] <= account["unassignedConversations"]
        assert late[1] <= account["assignedConversations"]


@settings(max_examples=15, deadline=None, database=None)
@given(seed=st.integers(1, 100), scene=SCENES, steps=st.lists(st.floats(0.05, 200), max_size=6))
def test_no_agent_is_over_capacity_and_none_works_logged_out(
    ask: Callable[..., Any], seed: int, scene: str, steps: list[float]
) -> None:
    world = ask(seed=seed, scene=scene)
    for step in [0.0, *steps]:
        world.wait(step)
        for record in world.agents(world.window()).values():
            assert 0 <= record["activeConversations"] <= record["assignedConversations"] <= record["maxSlots"]
            assert record["pendingAgentResponse"] <= record["assignedConversations"]
            free = record["maxSlots"] - record["assignedConversations"]
            assert record["availableSlots"] == (free if record["agentCurrentStatus"] == "ONLINE" else 0)
        assert not any(seat.hand for seat in world.world.floor.seats if seat.stretch is None)


@settings(max_examples=10, deadline=None, database=None)
@given(seed=st.integers(1, 100), skip=st.integers(0, 300))
def test_nobody_queues_while_an_agent_with_the_skill_is_free(ask: Callable[..., Any], seed: int, skip: int) -> None:
    world = ask(seed=seed)
    world.wait(skip)
    for figures in world.by("skillId", world.window()).values():
        assert not (figures["unassignedConversations"] and figures["availableSlots"])


def test_littles_law_holds_over_a_day(ask: Callable[..., Any]) -> None:
    """Conversations in hand = their rate x the time each is in hand, counted in two ways that share nothing."""
    world = ask(seed=2)
    day = world.world.calendar.start(world.world.calendar.day(world.world.now()) + 1)
    world.wait((day - world.world.now()) / MINUTE + 1)
    in_hand = []
    for _ in range(24 * 12 - 1):
        world.wait(5)
        in_hand.append(world.account(world.window())["assignedConversations"])
    world.wait(5)
    window = world.window(24 * 60 + 1)
    everyone = frozenset({"ONLINE", "BACK_SOON", "AWAY", "OFFLINE"})
    records = world.agents(type(window)(window.start, window.end, statuses=everyone)).values()
    closed = sum(record["closedConversations"] for record in records)
    handled = sum(record["closedConversations"] * record.get("avgConversationsDuration", 0) for record in records)
    arrived_a_minute, minutes_each = closed / (24 * 60), handled / closed / MINUTE
    mean = sum(in_hand) / len(in_hand)
    assert closed > 300
    # The consumers who are put back into the queue and give up there were in hand too, but nobody's when they left.
    assert abs(mean - arrived_a_minute * minutes_each) < 0.08 * mean


def test_nothing_happens_on_an_exact_minute(ask: Callable[..., Any]) -> None:
    """Both ends of a window count: what happened on an exact minute would count in two windows that meet there."""
    floor = ask(size="medium").world.floor
    floor.advance(24 * 60 * MINUTE)
    moments = [time for family in floor.ledger.facts for series in family.values() for time in series.times]
    assert len(moments) > 50_000
    assert not any(time % MINUTE == 0 for time in moments)


def test_a_day_ends_on_an_empty_floor(ask: Callable[..., Any]) -> None:
    world = ask(seed=2)
    floor = world.world.floor
    floor.advance(24 * 60 * MINUTE)
    assert everywhere(floor) == []
    assert floor.opened == floor.closed > 500
