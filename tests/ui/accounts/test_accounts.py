"""All accounts at a glance: the worst on top, each by itself, and none taken for another."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.app import App
from textual.command import CommandPalette
from textual.widgets import OptionList

from kmm_tui.alerting.journal import Journal
from kmm_tui.alerting.service import AlertService
from kmm_tui.board.alert_rules import AlertRule, AlertRules
from kmm_tui.board.scope import Level
from kmm_tui.ui.accounts.app import AccountBoard
from tests.ui.board.conftest import LIMITED, NOW, FrozenClock, whole_board, with_trouble
from tests.ui.board.frames import capture
from tests.ui.board.person import shows

from .conftest import CALM, Accounts, as_now, calm, warned

OFFLINE = ("OFFLINE", "api.example cannot be reached; check the network")


async def test_the_worst_stands_on_top(accounts: Accounts) -> None:
    async with accounts(calm=calm(), warned=warned(), burning=whole_board()) as there:
        assert there.order == ["burning", "warned", "calm"]
        title = there.lines[0]
        assert "3 accounts · last 1h" in title
        assert "■ 1 critical  ▲ 1 warn  1 calm" in title
        assert "■ Acme BURNING" in there.text


async def test_who_does_not_answer_stands_between_what_burns_and_a_warning(accounts: Accounts) -> None:
    blind = with_trouble([state for state in whole_board() if not state.topic.scope.key], *OFFLINE)
    for state in blind:
        object.__setattr__(state, "content", None)
    async with accounts(calm=calm(), warned=warned(), blind=blind, burning=whole_board()) as there:
        assert there.order == ["burning", "blind", "warned", "calm"]
        assert "? 1 without figures" in there.lines[0]
        assert "1 of 4 ▲ OFFLINE" in there.lines[0]
        assert "▲ OFFLINE no data yet" in there.line("Acme BLIND")
        there.line("OFFLINE api.example cannot be reached")


async def test_an_account_changes_its_place_when_it_gets_worse_and_not_with_every_figure(accounts: Accounts) -> None:
    async with accounts(one=calm(), two=warned(), three=calm()) as there:
        assert there.order == ["two", "one", "three"]
        await there.publish("three", as_now(CALM, csat=0.9, closed_conversations=290))
        assert there.order == ["two", "one", "three"]
        await there.publish("three", as_now(CALM, queue_wait_time_90th_percentile=400_000))
        assert there.order == ["three", "two", "one"]
        await there.publish("three", *calm())
        assert there.order == ["two", "three", "one"], "who is as bad as another stays where they are"


async def test_the_keyboard_is_at_the_worst_until_somebody_chooses_another(accounts: Accounts) -> None:
    async with accounts(one=calm(), two=warned(), three=calm()) as there:
        assert there.line("Acme TWO").startswith("▸")
        await there.publish("three", *whole_board())
        assert there.line("Acme THREE").startswith("▸")
        await there.press("down")
        assert there.line("Acme TWO").startswith("▸")
        await there.publish("two", *calm())
        await there.publish("one", *warned())
        assert there.order == ["three", "one", "two"]
        assert there.line("Acme TWO").startswith("▸")


async def test_figures_that_have_become_old_look_it_and_count_no_more(accounts: Accounts) -> None:
    async with accounts(one=whole_board(), two=calm()) as there:
        await there.publish("two", *calm())
        for _ in range(2):
            await there.wait(100)
            await there.publish("two", as_now(CALM, closed_conversations=205))
        assert "■ STALE" in there.line("Acme ONE")
        assert "critical" not in there.lines[0]
        assert "without figures" in there.lines[0]


@shows("view.accounts")
async def test_enter_opens_the_board_of_an_account_and_escape_comes_back(accounts: Accounts) -> None:
    async with accounts(calm=calm(), burning=whole_board()) as there:
        assert there.order == ["burning", "calm"]
        await there.press("enter")
        assert "Acme BURNING" in there.lines[0]
        there.line("SKILLS 4")
        assert "CALM" not in there.text
        await there.press("down", "escape")
        there.line("SKILLS 4")
        await there.press("escape")
        assert there.order == ["burning", "calm"]
        await there.press("down", "enter")
        assert "Acme CALM" in there.lines[0]
        assert "Billing" not in there.text
        await there.press("2", "0")
        assert there.order == ["burning", "calm"]


async def test_only_the_open_board_asks_for_more_than_its_account(accounts: Accounts) -> None:
    async with accounts(calm=calm(), burning=whole_board()) as there:
        for feed in there.feeds.values():
            assert feed.shown is not None
            assert (feed.shown.levels, feed.shown.agents, feed.shown.trend) == (frozenset(), False, None)
        await there.press("enter")
        opened, resting = there.feeds["burning"].shown, there.feeds["calm"].shown
        assert opened
        assert resting
        assert Level.SKILL in opened.levels
        assert opened.agents
        assert (resting.levels, resting.agents) == (frozenset(), False)
        await there.press("0")
        opened = there.feeds["burning"].shown
        assert opened
        assert (opened.levels, opened.agents) == (frozenset(), False)
        await there.press("enter")
        opened = there.feeds["burning"].shown
        assert opened
        assert Level.SKILL in opened.levels
        assert opened.agents


async def test_a_board_is_found_again_as_it_was_left(accounts: Accounts) -> None:
    async with accounts(calm=calm(), burning=whole_board()) as there:
        await there.press("enter", "2", "slash", "r", "e", "t", "enter")
        assert "Billing" not in there.text
        await there.press("0", "enter")
        there.line("Returns [EU]")
        assert "Billing" not in there.text


async def test_what_was_opened_over_a_board_that_is_being_left_is_not_lost(accounts: Accounts) -> None:
    async with accounts(calm=calm(), burning=whole_board()) as there:
        await there.press("enter")
        # Both keys at once: the first is a message on its way when the second is looked at.
        board = there.app.comparing
        assert isinstance(board, AccountBoard)
        board.action_accounts()
        there.app.action_command_palette()
        await there.settled()
        assert isinstance(there.app.screen, CommandPalette)
        await there.press("escape", "0")
        assert there.order == ["burning", "calm"]
        there.app.all.chosen.strip.action_ask()
        there.app.action_command_palette()
        await there.settled()
        await there.press("escape")
        assert there.order == ["burning", "calm"]


async def test_what_ends_late_takes_nothing_else_away(accounts: Accounts) -> None:
    async with accounts(calm=calm(), burning=whole_board()) as there:
        await there.press("enter", "colon")
        palette = there.app.screen
        await there.press("escape", "0")
        palette.dismiss()
        await there.settled()
        assert there.order == ["burning", "calm"]


async def test_an_exception_while_the_board_of_another_account_comes_up_is_outlived(accounts: Accounts) -> None:
    async with accounts(calm=calm(), burning=whole_board()) as there:
        there.app.outlives = True
        there.app.open(there.desk("calm"))
        assert not there.app.stands
        assert there.app.survives(RuntimeError("boom"))
        await there.settled()


async def test_another_window_is_that_of_the_open_board_alone(accounts: Accounts) -> None:
    async with accounts(calm=calm(), burning=whole_board()) as there:
        usual = there.feeds["burning"].window
        await there.press("enter", "d", "down", "down", "enter")
        chosen = there.feeds["burning"].window
        assert chosen != usual
        assert "last 1h" not in there.lines[0]
        await there.press("0")
        assert there.feeds["burning"].window == usual
        assert "last 1h" in there.lines[0]
        await there.press("enter")
        assert callable(there.feeds["burning"].window)
        assert "last 1h" not in there.lines[0]


async def test_r_asks_all_of_them_or_the_one_that_is_open(accounts: Accounts) -> None:
    async with accounts(calm=calm(), burning=whole_board()) as there:
        await there.press("r")
        assert [feed.asked for feed in there.feeds.values()] == [1, 1]
        there.line("asking all accounts")
        await there.press("enter", "r")
        assert {name: feed.asked for name, feed in there.feeds.items()} == {"calm": 1, "burning": 2}


async def test_the_meter_is_that_of_the_chosen_account_and_says_so(accounts: Accounts) -> None:
    async with accounts(calm=calm(), burning=whole_board()) as there:
        await there.press("down", "m")
        there.line("WHAT ASKING COSTS · Acme CALM")
        await there.press("escape", "up", "enter", "m")
        there.line("WHAT ASKING COSTS · Acme BURNING")


async def test_after_a_sleep_every_account_is_asked_over_new_connections(accounts: Accounts) -> None:
    async with accounts(calm=calm(), burning=whole_board()) as there:
        await there.wait(3600)
        assert [feed.woken for feed in there.feeds.values()] == [1, 1]


async def test_the_open_board_tells_that_another_account_burns(accounts: Accounts) -> None:
    async with accounts(one=calm(), two=calm(), burning=whole_board()) as there:
        await there.press("down", "enter")
        assert "Acme" in there.lines[0]
        assert "BURNING" not in there.lines[0]
        await there.wait(1)
        assert "0 Accounts ■ 1" in there.lines[-1]
        await there.publish("burning", *calm())
        assert "0 Accounts ■" not in there.lines[-1]


async def test_why_tells_of_the_chosen_account(accounts: Accounts) -> None:
    async with accounts(calm=calm(), burning=whole_board()) as there:
        await there.press("question_mark")
        there.line("P90 wait · Acme BURNING")
        await there.press("escape", "left", "question_mark")
        there.line("In queue · Acme BURNING")
        await there.press("escape", "down", "right", "question_mark")
        there.line("In queue · Acme CALM")


async def test_the_palette_goes_to_an_account_also_from_the_board_of_another(accounts: Accounts) -> None:
    async with accounts(calm=calm(), burning=whole_board()) as there:
        await there.press("enter", "colon")
        assert isinstance(there.app.screen, CommandPalette)
        await there.press(*"acmecalm")
        for _ in range(100):
            await there.pilot.pause(0.02)
            if there.app.screen.query_one(OptionList).option_count == 1:
                break
        await there.press("enter")
        await there.settled()
        assert "Acme CALM" in there.lines[0]
        resting = there.feeds["burning"].shown
        assert resting
        assert not resting.agents


async def test_alerts_of_each_account_are_counted_in_its_lane(accounts: Accounts) -> None:
    rules = AlertRules(limits=LIMITED.limits, usual=AlertRule("", ""))
    service = AlertService(rules, FrozenClock(), Journal(None, "1"), who="you")
    await service.turn()
    for state in whole_board():
        service.note(state)
    count = len(service.open)
    assert count
    async with accounts(calm=calm(), burning=whole_board(), alerts={"burning": service}) as there:
        assert f"{count} alerts" in there.line("Acme BURNING")
        assert "alerts" not in there.line("Acme CALM")


async def test_more_accounts_than_there_is_room_for_are_counted_and_can_be_reached(accounts: Accounts) -> None:
    many = {f"a{number}": calm() for number in range(8)}
    async with accounts((80, 24), **many) as there:
        assert there.order[:5] == ["a0", "a1", "a2", "a3", "a4"]
        there.line("3 more accounts below")
        await there.press(*["down"] * 7)
        assert there.order[-1] == "a7"
        assert "more account" not in there.text
        await there.press("enter")
        assert "Acme A7" in there.lines[0]


async def test_a_terminal_too_small_for_strips_has_a_line_for_each_account(accounts: Accounts) -> None:
    async with accounts((50, 14), calm=calm(), burning=whole_board()) as there:
        there.line("kmm-tui needs 60 x 20")
        text = " ".join(there.text.split())
        assert "Acme BURNING: in queue 27, p90 wait 4:12, online 42 ● LIVE" in text
        assert "Acme CALM: in queue 0" in text


async def test_the_help_tells_the_keys_of_where_one_is(accounts: Accounts) -> None:
    async with accounts((120, 60), calm=calm(), burning=whole_board()) as there:
        await there.press("f1")
        there.line("the board of this account; Esc or 0 comes back")
        assert "agent groups with or without" not in there.text
        await there.press("escape", "enter", "f1")
        there.line("all accounts side by side; Esc does it, too")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_lanes(accounts: Accounts, picture: SnapshotAssertion, size: tuple[int, int]) -> None:
    failing = with_trouble(whole_board(), *OFFLINE)
    async with accounts(size, calm=calm(), offline=failing, warned=warned()) as there:
        assert there.clock.time == NOW
        assert capture(there.pilot).written() == picture


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such key there")
async def test_boards_that_are_suspended_leave_their_alerts_to_another(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(App, "action_suspend_process", lambda _: None)
    rules = AlertRules(limits=LIMITED.limits, usual=AlertRule("", ""))

    def service(account: str) -> AlertService:
        return AlertService(rules, FrozenClock(), Journal(tmp_path, account), who="you")

    here = {name: service(name) for name in ("calm", "other")}
    async with accounts(calm=calm(), other=calm(), alerts=here) as there:
        for name in here:
            await here[name].turn()
            after = service(name)
            await after.turn()
            assert (here[name].is_in_charge, after.is_in_charge) == (True, False)
        await there.press("ctrl+z")
        for name in here:
            after = service(name)
            await after.turn()
            assert (here[name].is_in_charge, after.is_in_charge) == (False, True)
            await after.close()
