"""The same seed makes the same day, and what is past stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmm_tui.simulator import history

DAY = 24 * 60


def test_the_same_seed_makes_the_same_world(ask: Callable[..., Any]) -> None:
    one, other = ask(seed=9), ask(seed=9)
    for world in (one, other):
        world.wait(45)
    window = one.window(180)
    assert one.account(window) == other.account(window)
    assert one.agents(window) == other.agents(window)


def test_another_seed_makes_another_world(ask: Callable[..., Any]) -> None:
    one, other = ask(seed=9), ask(seed=10)
    window = one.window(180)
    assert one.account(window) != other.account(window)


@settings(max_examples=8, deadline=None, database=None)
@given(steps=st.lists(st.floats(0.01, 200), min_size=1, max_size=12))
def test_it_does_not_matter_in_what_steps_time_passes(ask: Callable[..., Any], steps: list[float]) -> None:
    walked, jumped = ask(seed=4), ask(seed=4)
    for step in steps:
        walked.wait(step)
        walked.world.now()
    jumped.clock.seconds = walked.clock.seconds
    window = walked.window(300)
    assert walked.account(window) == jumped.account(window)
    assert walked.agents(window) == jumped.agents(window)


def test_a_day_lived_through_is_the_day_played_afterwards(ask: Callable[..., Any]) -> None:
    lived, later = ask(seed=5), ask(seed=5)
    for _ in range(30):
        lived.wait(61)
        lived.account(lived.window())
    later.clock.seconds = lived.clock.seconds + 2 * DAY * 60
    window = lived.window(23 * 60)  # reaches over the seam between two days
    assert later.account(window)["closedConversations"] > 0
    by_time = ("closedConversations", "avgWaitTime", "avgTimeToResponse", "csat", "concludedConversations")
    assert [lived.account(window)[f] for f in by_time] == [later.account(window)[f] for f in by_time]


@settings(max_examples=10, deadline=None, database=None)
@given(ago=st.integers(0, 13 * DAY), minutes=st.integers(1, DAY), wait=st.integers(1, 2 * DAY))
def test_a_past_window_never_changes(ask: Callable[..., Any], ago: int, minutes: int, wait: int) -> None:
    world = ask(seed=6)
    window = world.window(minutes, ago)
    fields = ("closedConversations", "avgWaitTime", "avgTimeToResponse", "autoClosed", "csat")
    agents = frozenset(agent.id for agent in world.world.plan.agents)

    def told() -> list[object]:
        account = world.account(window)
        every = world.world.agents(_all_states(window), ["agent_login_duration", "agent_status_with_reason_duration"])
        spent = {a.record["agentId"]: (a.record["loginDuration"], a.record.get(LIST)) for a in every}
        return [*(account.get(field) for field in fields), {a: spent.get(a) for a in agents if spent.get(a, (0,))[0]}]

    before = told()
    world.wait(wait)
    assert told() == before


LIST = "agentStatusWithReasonDurationList"


def _all_states(window: Any) -> Any:
    from dataclasses import replace

    return replace(window, statuses=frozenset({"ONLINE", "BACK_SOON", "AWAY", "OFFLINE"}))


def test_the_order_of_questions_does_not_matter(ask: Callable[..., Any]) -> None:
    forwards, backwards = ask(seed=7), ask(seed=7)
    windows = [forwards.window(DAY, ago) for ago in range(0, 13 * DAY, 3 * DAY)]
    told = [forwards.account(window) for window in windows]
    assert [backwards.account(window) for window in reversed(windows)] == told[::-1]


def test_days_dropped_to_save_memory_come_back_the_same(
    ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = ask(seed=8)
    windows = [world.window(DAY, ago) for ago in (0, 2 * DAY, 4 * DAY, 6 * DAY)]
    told = [world.account(window) for window in windows]
    monkeypatch.setattr(history, "KEPT_FACTS", 1)
    for window in windows:
        world.account(window)
    assert len(world.world.history) == 2
    assert [world.account(window) for window in windows] == told


def test_weeks_of_running_keep_no_more_than_two_weeks(ask: Callable[..., Any]) -> None:
    world = ask(scene="calm")
    for _ in range(18):
        world.wait(DAY)
        world.account(world.window(DAY))
    assert len(world.world.history) <= history.KEPT_DAYS
    assert world.account(world.window(60, 13 * DAY))["closedConversations"] > 0
