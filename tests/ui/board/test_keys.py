"""What each key does, as a person sees it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from kmm_tui.board.freshness import Trouble
from kmm_tui.board.look import Look
from kmm_tui.board.scope import ACCOUNT, Level
from kmm_tui.board.state import AGENTS, Section, Topic
from kmm_tui.ui.board_screen import BoardScreen
from kmm_tui.ui.help import NOTICE, Help
from kmm_tui.ui.keyline import KeyLine
from kmm_tui.ui.linetable import LineTable

from .conftest import NOW, READING, ROSTER, SKILLS, SetStage, good, scope_state, settle


def screen(pilot: Pilot[str]) -> list[str]:
    """The lines of text on the screen."""
    width, height = pilot.app.size
    strips = pilot.app.screen._compositor.render_strips()
    return [strip.crop(0, width).text for strip in strips[:height]]


def line_with(pilot: Pilot[str], text: str) -> str:
    """The first line that has `text` in it; fails with the whole screen if there is none."""
    lines = screen(pilot)
    found = next((line for line in lines if text in line), None)
    assert found is not None, "\n".join(lines)
    return found


def rows(pilot: Pilot[str], name: str) -> list[str]:
    """The keys of the rows of a table, in their order."""
    return [key for key, _ in pilot.app.screen.query_one(f"#{name}", LineTable).rows]


async def test_the_first_look_answers_the_questions_of_a_supervisor(stage: SetStage) -> None:
    async with stage().app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        whole = "\n".join(screen(pilot))
        for text in ("Acme EMEA", "13:05–14:05", "LIVE 12s", "next 18s", "14:04:31", "profile acme", "12345678"):
            assert text in whole
        values = line_with(pilot, "4:12").split()
        assert values == ["27", "4:12", "5", "42", "89%", "1:48", "0:52", "312", "86%"]
        assert "201 agt 64 con 47 auto" in whole
        assert "6 away 3 soon" in whole


async def test_agents_follow_the_chosen_skill_and_escape_goes_back(stage: SetStage) -> None:
    async with stage().app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert rows(pilot, "agents") == ["1", "4", "3", "2"]
        await pilot.press("down")
        await settle(pilot)
        assert "AGENTS of Billing 2" in line_with(pilot, "AGENTS")
        assert rows(pilot, "agents") == ["1", "3"]
        await pilot.press("escape")
        await settle(pilot)
        assert "AGENTS of the account 4" in line_with(pilot, "AGENTS")


async def test_agents_follow_the_chosen_group(stage: SetStage) -> None:
    async with stage().app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("3", "down", "4")
        await settle(pilot)
        assert "AGENTS of Lisbon 4" in line_with(pilot, "AGENTS")
        await pilot.press("3", "down", "enter")
        await settle(pilot)
        assert "nobody of Main group is logged in" in "\n".join(screen(pilot))
        await pilot.press("1", "escape")
        await settle(pilot)
        assert "AGENTS of the account 4" in line_with(pilot, "AGENTS")


@pytest.mark.parametrize(
    ("key", "title", "focus"),
    [("2", "SKILLS", "skills"), ("3", "AGENT GROUPS", "groups"), ("4", "AGENTS of", "agents"), ("5", "TREND", "trend")],
)
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=str)
async def test_a_key_brings_up_each_part(
    stage: SetStage, key: str, title: str, focus: str, size: tuple[int, int]
) -> None:
    async with stage().app.run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press(key)
        await settle(pilot)
        line_with(pilot, title)
        assert pilot.app.focused is not None
        assert pilot.app.focused.id == focus


async def test_sub_groups_are_asked_for_on_a_key_and_said(stage: SetStage) -> None:
    set_up = stage()
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("g")
        await settle(pilot)
        assert set_up.feed.subgroups is True
        line_with(pilot, "AGENT GROUPS 2  with sub-groups")
        await pilot.press("g")
        await settle(pilot)
        assert set_up.feed.subgroups is False
        assert "with sub-groups" not in "\n".join(screen(pilot))


async def test_ordering_by_key_by_value_and_without_figures_last(stage: SetStage) -> None:
    async with stage().app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert rows(pilot, "skills") == ["", "1", "2", "3", "4"]
        await pilot.press("O")
        await settle(pilot)
        assert rows(pilot, "skills") == ["", "3", "2", "1", "4"]
        # The next column is the median wait, longest first: only two skills have one.
        await pilot.press("o")
        await settle(pilot)
        assert rows(pilot, "skills")[:3] == ["", "1", "2"]
        # And then the worst waits: over an hour is more than four minutes.
        await pilot.press("o")
        await settle(pilot)
        assert rows(pilot, "skills")[:3] == ["", "2", "1"]


async def test_a_click_on_a_header_orders_by_it(stage: SetStage) -> None:
    async with stage().app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        table = pilot.app.screen.query_one("#skills", LineTable)
        await pilot.click(table, offset=(3, 0))
        await settle(pilot)
        assert rows(pilot, "skills") == ["", "1", "2", "4", "3"]
        await pilot.click(table, offset=(3, 0))
        await settle(pilot)
        assert rows(pilot, "skills") == ["", "3", "4", "2", "1"]


async def test_refresh_asks_now(stage: SetStage) -> None:
    set_up = stage()
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("r")
        assert set_up.feed.asked == 1


async def test_help_says_what_the_figures_are_not_for_and_closes_again(stage: SetStage) -> None:
    async with stage().app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f1")
        await pilot.pause(0.1)
        assert isinstance(pilot.app.screen, Help)
        assert NOTICE[:60] in "\n".join(screen(pilot))
        await pilot.press("q")
        await pilot.pause(0.1)
        assert isinstance(pilot.app.screen, BoardScreen)


async def test_q_ends_it(stage: SetStage) -> None:
    app = stage().app
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("q")
    assert app.return_code == 0
    assert app.return_value is None


async def test_the_cursor_stays_with_its_skill_when_the_order_changes(stage: SetStage) -> None:
    set_up = stage()
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("down", "down")
        table = pilot.app.screen.query_one("#skills", LineTable)
        assert table.cursor_key == "2"
        figures = replace(SKILLS[1].figures, values={"unassignedConversations": 99})
        set_up.feed.publish(scope_state(replace(SKILLS[1], figures=figures)))
        await settle(pilot)
        assert rows(pilot, "skills")[1] == "2"
        assert table.cursor_key == "2"


async def test_time_in_state_ticks_each_second_and_stops_when_the_agents_are_stale(stage: SetStage) -> None:
    set_up = stage()
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        board = pilot.app.screen
        assert isinstance(board, BoardScreen)
        assert "31:44" in line_with(pilot, "Marta")
        board.tick(NOW + 1)
        await pilot.pause()
        assert "31:45" in line_with(pilot, "Marta")
        assert "LIVE 13s" in line_with(pilot, "kmm")
        board.tick(NOW + 300)
        await pilot.pause()
        # 12 seconds after the answer it had been 31:44, so that is what is known of her.
        assert "31:32" in line_with(pilot, "Marta")
        assert "STALE" in line_with(pilot, "kmm")


async def test_a_failing_part_tells_its_own_trouble_and_leaves_the_others_alone(stage: SetStage) -> None:
    set_up = stage()
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        trouble = Trouble("DENIED", "access is denied; give the key the permission", NOW)
        set_up.feed.publish(replace(good(AGENTS, ROSTER), trouble=trouble, next_try=NOW + 600))
        await settle(pilot)
        assert "DENIED" in line_with(pilot, "kmm")
        line_with(pilot, "give the key the permission")
        assert "4:12" in line_with(pilot, "Billing")


async def test_names_are_data_and_not_markup(stage: SetStage) -> None:
    set_up = stage()
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        hostile = replace(SKILLS[0], name="[red]x[/red] \x1b[31m 👩‍👩‍👧 \u202eabc")
        set_up.feed.publish(good(Topic(Section.FIGURES, hostile.scope), hostile))
        await settle(pilot)
        line = line_with(pilot, "[red]x[/red]")
        assert "\x1b" not in line
        assert "\u202e" not in line
        # The figures still stand in their columns.
        headers, others = line_with(pilot, "▾queue"), line_with(pilot, "whole account")
        assert cell_len(headers[: headers.index("load") + 4]) == cell_len(line[: line.index("104%") + 4])
        assert cell_len(others[: others.index("89%") + 3]) == cell_len(line[: line.index("104%") + 4])


async def test_what_is_watched_and_does_not_exist_is_said(stage: SetStage) -> None:
    async with stage(told="watched, but not in this account: Biling").app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        line_with(pilot, "watched, but not in this account: Biling")


async def test_an_unknown_theme_is_said_and_the_board_starts(stage: SetStage) -> None:
    app = stage(theme="solarized").app
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        line_with(pilot, "there is no theme 'solarized'")
        assert app.theme == "kmm-dark"


async def test_a_board_that_cannot_be_drawn_does_not_look_live(
    stage: SetStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up = stage()
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)

        def fail(*_: object) -> None:
            raise RuntimeError("boom")

        with monkeypatch.context() as patched:
            patched.setattr(BoardScreen, "tick", fail)
            with pytest.raises(RuntimeError):
                set_up.app._tick()
            await pilot.pause()
            assert "ERROR" in line_with(pilot, "kmm")
            assert "LIVE" not in line_with(pilot, "kmm")
        set_up.app._tick()
        await pilot.pause()
        assert "LIVE" in line_with(pilot, "kmm")


async def test_resizing_keeps_what_was_chosen(stage: SetStage) -> None:
    async with stage().app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("down")
        for size in ((80, 24), (40, 10), (300, 80), (60, 20)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
        assert "AGENTS of Billing 2" in line_with(pilot, "AGENTS")


async def test_a_terminal_that_was_too_small_at_first_has_all_keys_once_it_is_not(stage: SetStage) -> None:
    async with stage().app.run_test(size=(20, 5)) as pilot:
        await settle(pilot)
        await pilot.press("f1")
        await pilot.press("escape")
        await settle(pilot)
        await pilot.resize_terminal(120, 40)
        await settle(pilot)
        assert "1 Overview" in screen(pilot)[-1]
        await pilot.press("down")
        await settle(pilot)
        assert "AGENTS of Billing 2" in line_with(pilot, "AGENTS")


async def test_only_what_is_on_the_screen_is_asked_for(stage: SetStage) -> None:
    set_up = stage()
    async with set_up.app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert set_up.feed.shown == Look(frozenset({Level.SKILL}), agents=True, trend=None)
        await pilot.press("3")
        await settle(pilot)
        assert set_up.feed.shown == Look(frozenset({Level.GROUP}), agents=False, trend=None)
        await pilot.press("5")
        await settle(pilot)
        assert set_up.feed.shown == Look(frozenset(), agents=False, trend=ACCOUNT)
        await pilot.press("1")
        await pilot.resize_terminal(200, 60)
        await settle(pilot)
        assert set_up.feed.shown == Look(frozenset({Level.SKILL, Level.GROUP}), agents=True, trend=ACCOUNT)


async def test_what_the_meter_has_no_need_of_is_room_for_keys(stage: SetStage, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up = stage()
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        keys = pilot.app.screen.query_one(KeyLine)
        for throttled, room in ((2, 90), (0, 102)):
            monkeypatch.setattr(set_up.feed, "reading", partial(replace, READING, throttled=throttled))
            set_up.app._tick()
            await settle(pilot)
            assert keys.size.width == room
            assert screen(pilot)[-1].endswith("6.4 calls/min ")


async def test_the_meter_is_at_the_bottom_and_whole_on_a_key(stage: SetStage) -> None:
    set_up = stage()
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        set_up.app._tick()
        await pilot.pause()
        line_with(pilot, "▲ 2 x 429  6.4 calls/min")
        await pilot.press("m")
        await pilot.pause(0.1)
        for text in ("6.4 of 300", "3 calls", "384", "0.21 s", "1.90 s", "7.34 MB"):
            line_with(pilot, text)
        await pilot.press("m")
        await pilot.pause(0.1)
        assert isinstance(pilot.app.screen, BoardScreen)
