"""Every scene looks like itself, at whatever hour it is started; a scene of one's own is read or refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kmm_tui.simulator.scenes import SCENES, SceneError, load_scene
from kmm_tui.simulator.world import build_world

HOUR = 3_600_000
START = 1_795_000_000_000


def looks(ask: Callable[..., Any], **options: Any) -> Any:
    world = ask(**{"size": "medium", **options})
    return world.account(world.window())


@pytest.mark.parametrize("hour", [0, 7, 15, 100, 161])
def test_busy_is_a_working_floor_whatever_the_hour_and_the_weekday(ask: Callable[..., Any], hour: int) -> None:
    figures = looks(ask, scene="busy", start=START + hour * HOUR + 123_456)
    assert 0.7 <= figures["agentLoad"] <= 1.0
    assert figures["onlineAgents"] > 80
    assert figures["awayAgents"] > 0
    assert figures["overdueConversationsTotal"] > 0
    assert 0.75 <= figures["csat"] <= 0.95
    assert 20_000 < figures["avgTimeToResponse"] < 120_000


def test_busy_keeps_several_skills_waiting(ask: Callable[..., Any]) -> None:
    waiting: set[str] = set()
    longest = 0
    world = ask(size="medium", scene="busy")
    for _ in range(6):
        world.wait(5)
        for key, figures in world.by("skillId", world.window()).items():
            if figures["unassignedConversations"]:
                waiting.add(key)
                longest = max(longest, figures["queueWaitTime90thPercentile"])
    assert len(waiting) >= 4
    assert 20_000 < longest < 20 * 60_000


def test_figures_move_from_minute_to_minute(ask: Callable[..., Any]) -> None:
    world = ask(size="medium", scene="busy")
    seen = []
    for _ in range(5):
        figures = world.account(world.window())
        seen.append((figures["openConversations"], figures["closedConversations"], figures["avgWaitTime"]))
        world.wait(1)
    assert len(set(seen)) == len(seen)


def test_the_scenes_differ_as_their_names_say(ask: Callable[..., Any]) -> None:
    calm, busy, outage, night = (looks(ask, scene=scene) for scene in ("calm", "busy", "outage", "night"))
    assert calm["unassignedConversations"] <= busy["unassignedConversations"] < outage["unassignedConversations"]
    assert calm["agentLoad"] < 0.7 < busy["agentLoad"] < outage["agentLoad"]
    assert outage["onlineAgents"] < 0.75 * busy["onlineAgents"]
    assert 0 < night["onlineAgents"] < 25


def test_at_lunch_many_are_away_with_open_conversations(ask: Callable[..., Any]) -> None:
    busy, lunch = (looks(ask, scene=scene) for scene in ("busy", "lunch"))
    assert lunch["awayAgents"] > 2 * busy["awayAgents"]
    assert lunch["humanAwayLoad"] > 0.1


def test_a_surge_trebles_the_arrivals_of_one_skill(ask: Callable[..., Any]) -> None:
    def closed(scene: str) -> dict[str, int]:
        world = ask(size="medium", scene=scene)
        world.wait(60)
        by_skill = world.by("skillId", world.window())
        return {s.name: by_skill[s.id]["closedConversations"] for s in world.world.plan.skills}

    busy, surge = closed("busy"), closed("surge")
    assert surge["Billing"] > 1.8 * busy["Billing"]
    others = [name for name in busy if name != "Billing"]
    assert sum(surge[name] for name in others) < 1.15 * sum(busy[name] for name in others)


def test_the_sizes_are_what_they_say(ask: Callable[..., Any]) -> None:
    for size, agents, skills, groups in (("small", 20, 6, 4), ("medium", 150, 25, 12), ("large", 1200, 120, 60)):
        plan = ask(size=size, scene="night").world.plan
        assert (len(plan.agents), len(plan.skills), len(plan.groups)) == (agents, skills, groups)
        for things in (plan.agents, plan.skills, plan.groups):
            assert len({thing.id for thing in things}) == len(things)
            assert len({thing.name for thing in things}) == len(things)
        assert plan.groups[0].id == "-1"
        assert all(crew for crew in plan.with_skill)


def test_large_has_more_agents_logged_in_than_a_view_can_read(ask: Callable[..., Any]) -> None:
    figures = looks(ask, size="large", scene="calm")
    assert figures["onlineAgents"] + figures["awayAgents"] + figures["backSoonAgents"] > 1000


def test_the_world_runs_faster_if_asked_to(ask: Callable[..., Any]) -> None:
    world = ask(speed=60.0)
    before = world.world.now()
    world.wait(1)
    assert world.world.now() == before + HOUR
    world.wait(-0.5)  # a clock that is set back does not take the world with it
    assert world.world.now() == before + HOUR


SCENE = """
base = "calm"
time = "09:30"
weekday = "friday"
pressure = 0.9
[[incident]]
begins = -10
lasts = 60
skill = "Delivery"
arrivals = 5
[[fault]]
name = "not read here"
"""


def test_a_scene_of_ones_own(ask: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "friday.toml"
    path.write_text(SCENE, encoding="utf-8")
    scene = load_scene(path)
    assert (scene.name, scene.time, scene.weekday, scene.pressure) == ("friday", 9.5 * HOUR, 4, 0.9)
    assert scene.day_begins == SCENES["calm"].day_begins
    assert [(i.begins, i.lasts, i.skill, i.arrivals) for i in scene.incidents] == [(-600_000, HOUR, "Delivery", 5.0)]
    world = ask(size="medium", scene=str(path))
    world.wait(30)
    delivery = next(skill for skill in world.world.plan.skills if skill.name == "Delivery")
    by_skill = world.by("skillId", world.window())
    assert by_skill[delivery.id]["openConversations"] > max(
        figures["openConversations"] for key, figures in by_skill.items() if key != delivery.id
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("pressure = 'much'", "pressure: 'much' is not a number from 0 to 5"),
        ("pressure = 9", "pressure: 9 is not a number from 0 to 5"),
        ("presure = 1.0", "presure: unknown key; the nearest is 'pressure'"),
        ("time = '25:00'", "time: '25:00' is not a time of day"),
        ("weekday = 'someday'", "weekday: 'someday' is not one of monday"),
        ("base = 'noon'", "base: 'noon' is not one of calm"),
        ("incident = 3", "incident: must be [[incident]] tables"),
        ("[[incident]]\nlasts = 5", "incident[0].begins: is missing"),
        ("[[incident]]\nbegins = 1\nlasts = 5\naway = 2", "incident[0].away: 2 is not a number from 0 to 1"),
        ("[[incident]]\nbegins = 1\nlasts = 5\nevery_day = 1", "incident[0].every_day: must be true or false"),
        ("[[incident]]\nbegins = 1\nlasts = 5\nskil = 'x'", "incident[0].skil: unknown key; the nearest is 'skill'"),
        ("= 3", "not TOML"),
    ],
)
def test_a_wrong_scene_is_refused_by_file_and_key(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SceneError) as refusal:
        load_scene(path)
    assert str(refusal.value).startswith(f"{path}: {complaint}")


def test_what_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match=r"nothing\.toml: cannot be read"):
        load_scene(tmp_path / "nothing.toml")
    with pytest.raises(SceneError, match="unknown scene 'noon': one of calm, busy"):
        build_world(scene="noon")
    with pytest.raises(ValueError, match="unknown size 'huge': one of small, medium, large"):
        build_world(size="huge")
    with pytest.raises(ValueError, match="speed 0 is not above 0"):
        build_world(speed=0)
    path = tmp_path / "odd.toml"
    path.write_text("[[incident]]\nbegins = 0\nlasts = 5\nskill = 'Juggling'", encoding="utf-8")
    with pytest.raises(SceneError, match=r"skill: no skill is named 'Juggling'"):
        build_world(size="small", scene=path)
