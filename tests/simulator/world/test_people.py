"""Who is on the list, in which state, and for how long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

EVERYONE = frozenset({"ONLINE", "BACK_SOON", "AWAY", "OFFLINE"})
MINUTE = 60_000


@settings(max_examples=12, deadline=None, database=None)
@given(seed=st.integers(1, 30), skip=st.integers(0, 24 * 60))
def test_nobody_logged_out_is_listed_unless_asked_for(
    ask: Callable[..., Any], narrowed: Any, seed: int, skip: int
) -> None:
    world = ask(seed=seed)
    world.wait(skip)
    window = world.window(240)
    here = world.agents(window)
    assert all(record["agentCurrentStatus"] in ("ONLINE", "BACK_SOON", "AWAY") for record in here.values())
    gone = world.agents(narrowed(window, statuses=frozenset({"OFFLINE"})))
    assert all(record["agentCurrentStatus"] == "OFFLINE" for record in gone.values())
    assert not set(here) & set(gone)
    assert set(world.agents(narrowed(window, statuses=EVERYONE))) == set(here) | set(gone)
    for record in gone.values():  # logged in during the window, and out before now
        assert window.start <= record["agentCurrentStatusStartTime"] <= world.world.now()
        assert record["loginDuration"] >= 0


def test_those_who_left_before_the_window_are_not_in_it(ask: Callable[..., Any], narrowed: Any) -> None:
    world = ask(seed=1)
    world.wait(13 * 60)  # late in the evening
    offline = frozenset({"OFFLINE"})
    lately = world.agents(narrowed(world.window(60), statuses=offline))
    today = world.agents(narrowed(world.window(13 * 60), statuses=offline))
    assert set(lately) < set(today)


@settings(max_examples=10, deadline=None, database=None)
@given(seed=st.integers(1, 30), skip=st.integers(0, 600))
def test_the_states_add_up_to_the_agents(ask: Callable[..., Any], seed: int, skip: int) -> None:
    world = ask(seed=seed)
    world.wait(skip)
    window = world.window()
    account, states = world.account(window), Counter(r["agentCurrentStatus"] for r in world.agents(window).values())
    assert account["onlineAgents"] == states["ONLINE"]
    assert account["awayAgents"] == states["AWAY"]
    assert account["backSoonAgents"] == states["BACK_SOON"]


@settings(max_examples=12, deadline=None, database=None)
@given(seed=st.integers(1, 30), skip=st.floats(0, 900), minutes=st.integers(1, 1440))
def test_durations_add_up_and_are_at_most_a_minute_old(
    ask: Callable[..., Any], narrowed: Any, seed: int, skip: float, minutes: int
) -> None:
    world = ask(seed=seed)
    world.wait(skip)
    window = narrowed(world.window(minutes), end=world.world.now() // MINUTE * MINUTE + MINUTE)
    for record in world.agents(window).values():
        login = record["loginDuration"]
        assert 0 <= record["onlineDuration"] <= login <= minutes * MINUTE
        if "agentStatusDurationList" not in record:
            continue  # no bots
        for field in ("agentStatusDurationList", "agentStatusWithReasonDurationList"):
            assert sum(entry["agentStatusDuration"] for entry in record[field]) == login
            assert all(entry["agentStatus"] != "OFFLINE" for entry in record[field])
        since = max(record["agentCurrentStatusStartTime"], window.start)
        state = {e["agentStatus"]: e["agentStatusDuration"] for e in record["agentStatusDurationList"]}
        told = state.get(record["agentCurrentStatus"], 0)
        assert told >= world.world.now() - since - MINUTE


def test_bots_have_no_durations_by_state_and_people_do(busy: Any) -> None:
    records = busy.agents(busy.window())
    bots = {agent.id for agent in busy.world.plan.agents if agent.is_bot}
    assert bots <= set(records)
    assert {key for key, record in records.items() if "agentStatusDurationList" not in record} == bots


def test_a_record_is_made_as_the_api_describes_it(busy: Any) -> None:
    plan = busy.world.plan
    for agent in busy.world.agents(busy.window(), []):
        record, about = agent.record, agent.metadata
        assert set(record) == {
            "agentId", "agentGroupId", "agentCurrentStatus", "agentCurrentStatusStartTime",
            "agentCurrentStatusReasonId", "agentCurrentStatusReasonStartTime",
        }  # fmt: skip
        assert isinstance(record["agentId"], str)
        assert isinstance(record["agentGroupId"], int)
        assert (str(record["agentGroupId"]), about["agentGroupName"]) in busy.world.group_names()
        assert record["agentCurrentStatusStartTime"] <= record["agentCurrentStatusReasonStartTime"] <= busy.world.now()
        assert all(str(skill["skillId"]) in plan.skill_of for skill in about["agentSkills"])
        assert about["configuredMaxSlots"] > 0
        if record["agentCurrentStatus"] != "AWAY":
            assert record["agentCurrentStatusReasonId"] == "NA"


@pytest.mark.parametrize("scene", ["busy", "lunch"])
def test_people_go_away_for_a_reason_and_leave_work_open(ask: Callable[..., Any], scene: str) -> None:
    world = ask(size="medium", scene=scene)
    away = [r for r in world.agents(world.window()).values() if r["agentCurrentStatus"] == "AWAY"]
    reasons = {record["agentCurrentStatusReasonId"] for record in away}
    assert "Lunch" in reasons if scene == "lunch" else len(reasons) >= 2
    assert any(record["assignedConversations"] for record in away)


def test_a_filter_on_a_skill_lists_the_agents_who_have_it_with_all_their_figures(busy: Any, narrowed: Any) -> None:
    window, plan = busy.window(), busy.world.plan
    everyone = busy.agents(window)
    skill = plan.skills[1]
    having = busy.agents(narrowed(window, skill_ids=frozenset({skill.id})))
    assert having == {
        key: record
        for key, record in everyone.items()
        if any(agent.id == key and skill.index in agent.skills for agent in plan.agents)
    }


def test_an_older_name_is_answered_under_its_older_field(busy: Any) -> None:
    window = busy.window()
    new = {a.record["agentId"]: a.record.get("closedRate") for a in busy.world.agents(window, ["closed_rate"])}
    old = {a.record["agentId"]: a.record.get("closeRate") for a in busy.world.agents(window, ["close_rate"])}
    assert new == old
    assert any(new.values())


def test_the_night_shift_works_across_midnight(ask: Callable[..., Any]) -> None:
    world = ask(size="medium", scene="night")
    people = [r for r in world.agents(world.window(24 * 60)).values() if "agentStatusDurationList" in r]
    offset = world.world.calendar.offset
    midnight = (world.world.now() + offset) // 86_400_000 * 86_400_000 - offset
    since_midnight = world.world.now() - midnight
    assert people
    assert any(record["loginDuration"] > since_midnight for record in people)
