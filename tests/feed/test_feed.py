"""The feed of an account: it learns what there is, follows what is watched, and keeps the session alive."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kmm_tui.api.errors import LimitExceeded, SignInRefused, Unreachable
from kmm_tui.board.freshness import Age
from kmm_tui.board.scope import Level
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, TREND
from kmm_tui.feed.feed import LIST_EVERY
from tests.feed.fed import Fed

Start = Callable[..., Fed]


async def test_all_is_learnt_with_two_calls_and_kept_up_with_two_at_each_beat(start: Start) -> None:
    fed = start()
    await fed.pass_(1)
    assert fed.shown(Level.SKILL) == ["Billing", "Café", "Sales"]
    assert fed.shown(Level.GROUP) == ["Main", "Night"]
    assert fed.board.account() is not None
    assert len(fed.account.asked) == 2
    assert sorted(fed.account.others) == ["agents", "trend"]
    await fed.pass_(60)
    assert len(fed.account.asked) == 6
    # The trend is of whole intervals of five minutes: there is nothing new of it yet.
    assert [fed.account.others.count(each) for each in ("agents", "trend")] == [3, 1]
    assert fed.board.overall(fed.clock.now()).is_live


@pytest.mark.parametrize(
    ("watch", "skills", "groups", "unmatched"),
    [
        ((), ["Billing", "Café", "Sales"], ["Main", "Night"], ()),
        (("bill*",), ["Billing"], [], ()),
        (("skill:1", "group:night"), ["Billing"], ["Night"], ()),
        (("1",), ["Billing"], ["Main"], ()),
        (("CAFÉ", "Biling"), ["Café"], [], ("Biling",)),
        (("group:Billing",), [], [], ("group:Billing",)),
    ],
)
async def test_what_is_watched_is_followed_and_the_account_always(
    watch: tuple[str, ...], skills: list[str], groups: list[str], unmatched: tuple[str, ...], start: Start
) -> None:
    fed = start(*watch)
    assert fed.feed.unmatched() == ()
    await fed.pass_(61)
    assert (fed.shown(Level.SKILL), fed.shown(Level.GROUP)) == (skills, groups)
    assert fed.feed.unmatched() == unmatched
    assert fed.board.account() is not None
    assert fed.board.freshness(ACCOUNT_FIGURES, fed.clock.now()).is_live


async def test_a_skill_that_appears_later_is_followed(start: Start) -> None:
    fed = start()
    await fed.pass_(1)
    fed.account.names["skillId"].append("New")
    await fed.pass_(31)
    assert "New" in fed.shown(Level.SKILL)


async def test_a_skill_that_appears_later_is_found_though_only_few_are_asked_for(start: Start) -> None:
    fed = start("bill*", "night")
    fed.account.names["skillId"] += [f"Other {n}" for n in range(200)]
    await fed.pass_(1)
    fed.account.names["skillId"].append("Billing 2")
    await fed.pass_(LIST_EVERY * 1.6)
    assert fed.shown(Level.SKILL) == ["Billing", "Billing 2"]


async def test_an_account_that_is_empty_at_first_is_looked_at_again_at_every_turn(start: Start) -> None:
    fed = start()
    names, fed.account.names = fed.account.names, {"skillId": [], "agentGroupId": []}
    await fed.pass_(200)
    assert fed.shown(Level.SKILL) == fed.shown(Level.GROUP) == []
    for level in LISTS:
        assert fed.board.section(level, fed.clock.now()).is_live
    fed.account.names = names
    await fed.pass_(31)
    assert fed.shown(Level.SKILL) == ["Billing", "Café", "Sales"]
    assert fed.shown(Level.GROUP) == ["Main", "Night"]


async def test_lists_that_fail_at_first_say_why_and_recover(start: Start) -> None:
    fed = start()
    fed.account.fails = lambda _: Unreachable("no network", "wait")
    await fed.pass_(1)
    for topic in (*LISTS.values(), ACCOUNT_FIGURES):
        found = fed.board.freshness(topic, fed.clock.now())
        assert (found.age, found.word) == (Age.AWAITED, "OFFLINE")
    assert fed.board.freshness(AGENTS, fed.clock.now()).is_live
    fed.account.fails = lambda _: None
    await fed.pass_(6)
    assert fed.shown(Level.SKILL) == ["Billing", "Café", "Sales"]
    assert fed.board.overall(fed.clock.now()).is_live


async def test_groups_that_fail_do_not_hold_up_skills(start: Start) -> None:
    fed = start()
    fed.account.fails = lambda query: Unreachable("no", "wait") if query.group_by == "agentGroupId" else None
    await fed.pass_(61)
    assert fed.shown(Level.SKILL) == ["Billing", "Café", "Sales"]
    assert fed.board.section(Level.SKILL, fed.clock.now()).is_live
    assert fed.board.section(Level.GROUP, fed.clock.now()).word == "OFFLINE"


async def test_a_list_that_fails_later_does_not_take_the_account_away(start: Start) -> None:
    fed = start("bill*")
    fed.account.names["skillId"] += [f"Other {n}" for n in range(200)]
    await fed.pass_(61)
    fed.account.fails = lambda query: LimitExceeded("x", "y") if query.group_by and not query.skill_ids else None
    await fed.pass_(LIST_EVERY * 1.6)
    assert fed.board.account() is not None
    assert fed.board.freshness(ACCOUNT_FIGURES, fed.clock.now()).is_live


async def test_all_that_is_asked_for_now_is_asked_for_now(start: Start) -> None:
    fed = start()
    await fed.pass_(5)
    before = len(fed.account.asked)
    fed.feed.ask_now()
    await fed.pass_(1)
    assert len(fed.account.asked) - before == 2
    assert fed.account.others.count("agents") == 2
    assert fed.account.sign_in.retried == 1


async def test_subgroups_are_asked_for_at_once_and_for_groups_only(start: Start) -> None:
    fed = start()
    await fed.pass_(5)
    before = len(fed.account.asked)
    fed.feed.subgroups = True
    await fed.pass_(1)
    (asked,) = fed.account.asked[before:]
    assert (asked[1].group_by, asked[1].include_subgroups) == ("agentGroupId", True)
    assert fed.feed.subgroups


async def test_a_session_is_kept_alive_whatever_happens(start: Start) -> None:
    fed = start(every=240.0)
    sign_in = fed.account.sign_in
    await fed.pass_(250)
    for fails in (SignInRefused("no", "ask"), ZeroDivisionError("odd")):
        sign_in.fails = fails
        await fed.pass_(240)
    began = 1_800_000_000.0
    assert [at - began for at in sign_in.kept] == [240, 480, 720]


async def test_where_there_is_no_session_nothing_is_kept_alive(start: Start) -> None:
    fed = start()
    await fed.pass_(1000)
    assert fed.account.sign_in.kept == []
    assert TREND in {state.topic for state in fed.states}
