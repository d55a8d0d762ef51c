"""Who could cover: only where it is needed, only who has the skill, the nearest first."""

from __future__ import annotations

from typing import Any

import pytest

from kmm_tui.api.answers import Skill
from kmm_tui.board.cover import cover
from kmm_tui.board.figure import Figures
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Agent
from kmm_tui.metrics import BY_NAME, Method

NOW = 1_800_000_000_000
BILLING = Scope(Level.SKILL, "1")


def agent(key: str, status: str, minutes: float | None, free: int | None = 0, skill: str = "1") -> Agent:
    since = None if minutes is None else NOW - round(minutes * 60_000)
    figures = Figures(Method.AGENT_VIEW, frozenset({"availableSlots"}), {"availableSlots": free})
    skills = (Skill("9", "Other"), Skill(skill, "Billing"))
    return Agent(key, f"Agent {key}", "7", None, skills, status, since, None, None, None, figures)


FLOOR = (
    agent("long", "AWAY", 40),
    agent("busy", "ONLINE", 10, 0),
    agent("some", "ONLINE", 10, 1),
    agent("soon", "BACK_SOON", 2),
    agent("most", "ONLINE", 10, 3),
    agent("undated", "AWAY", None),
    agent("short", "AWAY", 5, 4),
    agent("unsure", "ONLINE", 5, None),
    agent("stranger", "ONLINE", 5, 9, skill="2"),
    agent("strange", "AWAY", 1, 9, skill="2"),
    agent("gone", "OFFLINE", 1, 2),
)


def queue(**values: Any) -> Figures:
    fields = {BY_NAME[name].field: value for name, value in values.items()}
    return Figures(Method.METRICS, frozenset(fields), fields)


def test_the_absent_with_the_skill_shortest_away_first_and_the_online_with_room() -> None:
    found = cover(BILLING, queue(unassigned_conversations=14, available_slots=4), FLOOR, NOW)
    assert (found.needed, found.waiting, found.free) == (True, 14, 4)
    assert [each.key for each in found.away] == ["soon", "short", "long", "undated"]
    assert [each.key for each in found.room] == ["most", "some"]


@pytest.mark.parametrize(
    ("waiting", "free", "needed"),
    [
        (14, 0, True),
        (5, 4, True),
        (4, 4, False),
        (0, 0, False),
        (0, None, False),
        (3, None, None),
        (None, 0, None),
        (None, None, None),
    ],
)
def test_unknown_is_not_no_need(waiting: int | None, free: int | None, needed: bool | None) -> None:
    figures = queue(unassigned_conversations=waiting, available_slots=free)
    assert cover(BILLING, figures, [], NOW).needed is needed


def test_without_an_answer_nothing_is_claimed() -> None:
    found = cover(BILLING, None, FLOOR, NOW)
    assert (found.needed, found.waiting, found.free) == (None, None, None)
    assert found.room


def test_a_group_is_covered_by_its_own_and_the_account_by_anyone() -> None:
    figures = queue(unassigned_conversations=1, available_slots=0)
    assert len(cover(Scope(Level.GROUP, "7"), figures, FLOOR, NOW).away) == 5
    assert cover(Scope(Level.GROUP, "8"), figures, FLOOR, NOW).away == ()
    assert [each.key for each in cover(ACCOUNT, figures, FLOOR, NOW).room] == ["stranger", "most", "some"]
