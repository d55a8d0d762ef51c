"""A skill or group that the account has deleted leaves the board, and none leaves it for a hiccup of the server's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.api.answers import Cost, MetricsAnswer, MetricsRow
from kmm_tui.api.errors import Unreachable
from kmm_tui.api.window import Window
from kmm_tui.board.doubt import BELIEVED_AFTER
from kmm_tui.board.look import Look
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.state import Section, Topic
from kmm_tui.feed.gone import Gone
from tests.feed.fed import Fed

Start = Callable[..., Fed]
SALES = Topic(Section.FIGURES, Scope(Level.SKILL, "2"))
APART = 15.0


def answer(at: float, *keys: str, total: int | None = None, left_out: int = 0) -> MetricsAnswer:
    rows = tuple(MetricsRow(key, None, {}) for key in keys)
    return MetricsAnswer(Window(0, 1), (), total, rows, None, Cost(round(at * 1000), 0.1, 10), left_out)


async def test_a_skill_that_is_deleted_leaves_the_board_and_nobody_asks_for_it(start: Start) -> None:
    fed = start()
    await fed.pass_(31)
    fed.account.names["skillId"][1] = ""
    await fed.pass_(59)
    assert fed.shown(Level.SKILL) == ["Billing", "Café", "Sales"]
    await fed.pass_(31)
    assert fed.shown(Level.SKILL) == ["Billing", "Café"]
    assert fed.withdrawn() == [SALES]
    assert [task.get_name() for task in fed.tasks if task.done()] == ["figures of skill 2"]
    assert fed.board.section(Level.SKILL, fed.clock.now()).is_live
    # Made again, it is followed again.
    fed.account.names["skillId"][1] = "Sales"
    await fed.pass_(31)
    assert fed.shown(Level.SKILL) == ["Billing", "Café", "Sales"]


async def test_a_watched_skill_that_is_deleted_is_told(start: Start) -> None:
    fed = start("sales", "main")
    await fed.pass_(31)
    assert fed.feed.note() == ""
    fed.account.names["skillId"][1] = ""
    await fed.pass_(120)
    assert fed.feed.note() == "watched, but not in this account: sales"


async def test_a_skill_that_is_missing_twice_stays_with_its_figures(start: Start) -> None:
    fed = start()
    fed.account.online = lambda n: n + 10
    await fed.pass_(31)
    for _ in range(3):
        fed.account.names["skillId"][1] = ""
        await fed.pass_(60)
        # The answer that lacks it is in doubt, so the figures are those of before.
        (row,) = (row for row in fed.board.rows(Level.SKILL, fed.clock.now()) if row.label == "Sales")
        assert row.number("online_agents") == 12
        fed.account.names["skillId"][1] = "Sales"
        await fed.pass_(30)
    assert fed.withdrawn() == []


@pytest.mark.parametrize("wrong", ["empty", "cut", "failing", "hasty"])
async def test_no_skill_leaves_for_an_answer_that_tells_nothing(wrong: str, start: Start) -> None:
    fed = start()
    await fed.pass_(31)
    fed.account.names["skillId"][1] = ""
    if wrong == "empty":
        fed.account.names["skillId"] = []
    if wrong == "cut":
        fed.account.left_out = 1
    if wrong == "failing":
        fed.account.fails = lambda _: Unreachable("no", "wait")
    for _ in range(5):
        if wrong == "hasty":
            fed.feed.ask_now()
        await fed.pass_(1 if wrong == "hasty" else 30)
    assert fed.shown(Level.SKILL) == ["Billing", "Café", "Sales"]


async def test_a_call_that_was_filtered_says_nothing_of_the_others(start: Start) -> None:
    fed = start("sales", "billing", "main")
    fed.account.names["skillId"] += [f"Other {n}" for n in range(200)]
    await fed.pass_(31)
    fed.account.names["skillId"][1] = ""
    await fed.pass_(300)
    assert all(query.skill_ids for _, query in fed.account.asked[-6:] if query.group_by == "skillId")
    assert fed.shown(Level.SKILL) == ["Billing", "Sales"]
    # The list itself is asked for now and then.
    await fed.pass_(4000)
    assert fed.shown(Level.SKILL) == ["Billing"]


async def test_groups_that_are_deleted_while_nobody_looks_are_gone_when_somebody_does(start: Start) -> None:
    fed = start()
    fed.feed.show(Look(levels=frozenset({Level.SKILL})))
    await fed.pass_(31)
    fed.account.names["agentGroupId"][1] = ""
    await fed.pass_(4000)
    fed.feed.show(Look())
    await fed.pass_(1)
    assert fed.shown(Level.GROUP) == ["Main"]


SEEN = st.lists(st.tuples(st.sets(st.sampled_from("abc")), st.booleans(), st.floats(-100, 100)), max_size=30)


@given(sweeps=SEEN)
def test_whoever_was_listed_in_any_of_the_last_answers_is_not_gone(sweeps: list[tuple[set[str], bool, float]]) -> None:
    gone, at, since = Gone(), 1_800_000_000.0, dict.fromkeys("abc", 0)
    for listed, whole, later in sweeps:
        at += later
        found = gone.among("abc", answer(at, *listed, left_out=0 if whole else 1), APART)
        for key in "abc":
            since[key] = 0 if key in listed else since[key] + (whole and bool(listed))
        assert all(since[key] >= BELIEVED_AFTER for key in found)
        assert not found or (whole and listed)


def test_three_whole_answers_apart_are_enough_whatever_the_clock_does() -> None:
    for step in (APART, 600.0, -APART, -1e9):
        gone = Gone()
        found = [gone.among("ab", answer(2e9 + step * turn, "a", total=1), APART) for turn in range(3)]
        assert found == [set(), set(), {"b"}]
    gone = Gone()
    for turn in range(9):
        assert gone.among("ab", answer(2e9 + 60 * turn, "a", total=2), APART) == set()
        assert gone.among("ab", replace(answer(2e9 + 60 * turn, total=0)), APART) == set()
