"""What a wall shows, and what its few keys do."""

from __future__ import annotations

from kmm_tui.board.look import Look
from kmm_tui.board.scope import Level
from kmm_tui.ui.board_screen import BoardScreen
from kmm_tui.ui.wall.digits import large
from kmm_tui.ui.wall.screen import WallScreen
from tests.ui.board.conftest import SetStage
from tests.ui.board.conftest import settle as board_settled
from tests.ui.board.person import shows

from .conftest import SetWall, settle, text_of


async def test_the_first_page_is_the_account_in_large_figures(wall: SetWall) -> None:
    set_up = wall()
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        text = text_of(pilot)
        for label in ("IN QUEUE", "P90 WAIT", "OVERDUE", "ONLINE", "LOAD", "CLOSED 1h", "max 3:00", "● LIVE 12s"):
            assert label in text, text
        for figure in ("27", "4:12", "5", "42", "89%", "312"):
            for row in large(figure, 7):
                assert row.rstrip() in text, text
        assert "■ Billing p90 4:12" in text
        assert "● ○ ○  0:20" in text


async def test_it_asks_for_what_its_pages_need_and_no_more(wall: SetWall) -> None:
    set_up = wall()
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        wanted = set_up.feed.shown
    assert wanted == Look(levels=frozenset({Level.SKILL, Level.GROUP}), agents=False, trend=None)


@shows("wall.forth", "wall.back", "wall.hold")
async def test_arrows_turn_the_pages_and_space_holds_one(wall: SetWall) -> None:
    set_up = wall()
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("right")
        assert "· skills" in text_of(pilot)
        await pilot.press("left")
        assert "IN QUEUE" in text_of(pilot)
        await pilot.press("space")
        await set_up.pass_(pilot, 90)
        assert "IN QUEUE" in text_of(pilot)
        assert "held" in text_of(pilot)
        await pilot.press("space")
        await set_up.pass_(pilot, 21)
        assert "· skills" in text_of(pilot)


@shows("view.wall", "wall.leave")
async def test_w_goes_from_the_board_to_the_wall_and_back(stage: SetStage) -> None:
    set_up = stage()
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await board_settled(pilot)
        of_board = set_up.feed.shown
        for key in ("escape", "w"):
            await pilot.press("w")
            await settle(pilot)
            assert isinstance(pilot.app.screen, WallScreen)
            assert "P90 WAIT" in text_of(pilot)
            assert set_up.feed.shown != of_board
            await pilot.press(key)
            await pilot.pause(0.1)
            assert isinstance(pilot.app.screen, BoardScreen)
            assert set_up.feed.shown == of_board
            assert "SKILLS" in text_of(pilot)
