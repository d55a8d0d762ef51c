"""What every view and every screen in front of the board looks like, at three sizes: text and looks, cell by cell."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from kmm_tui.api.answers import StateDuration
from kmm_tui.api.window import MINUTE
from kmm_tui.board.snapshot import AgentDetail
from kmm_tui.board.state import TopicState, agent_topic
from kmm_tui.settings.view import View
from kmm_tui.settings.views import Views
from kmm_tui.ui.board_screen import BoardScreen

from .conftest import COST, LIMITED, NOW_MS, ROSTER, WINDOW, SetStage, good, settle, whole_board
from .promises import in_front, kept, keys_are_whole, texts_are_whole
from .test_withdrawn_row import screen as written

SIZES = [(60, 20), (80, 24), (120, 40)]
VIEWS = {
    "why": "down question_mark", "cover": "x", "help": "f1", "meter": "m", "chooser": "c", "views": "v",
    "skills": "2", "filter": "slash r e t enter", "of a skill": "escape enter", "groups": "3",
    "agents": "4", "agent": "enter", "away with work": "4 a", "trend": "5",
}  # fmt: skip
"""What is pressed to come to each from the one before. What stands in front of the board is closed again."""


def marta() -> TopicState:
    """Everything about one agent."""
    spent = (
        StateDuration("ONLINE", 24 * MINUTE),
        StateDuration("AWAY", 31 * MINUTE, "Lunch"),
        StateDuration("BACK_SOON", 5 * MINUTE),
    )
    states = tuple(replace(each, reason=None) for each in spent)
    return good(agent_topic("1"), AgentDetail("1", ROSTER.agents[0], states, spent, WINDOW, NOW_MS - 12_000, COST))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_view(stage: SetStage, picture: SnapshotAssertion, size: tuple[int, int], tmp_path: Path) -> None:
    views = Views(tmp_path / "views.json")
    views.save(View("Monday", "skills", filter="!test", sort=("csat", True)))
    views.save(View("lunch", "agents", state="AWAY:Lunch", scope=("skill", "1")))
    set_up = stage([*whole_board(), marta()], prefs=replace(LIMITED, views=views))
    async with set_up.app.run_test(size=size) as pilot:
        await settle(pilot)
        for name, keys in VIEWS.items():
            await pilot.press(*keys.split())
            set_up.app._tick()
            await settle(pilot)
            frame = kept(pilot, "● LIVE 12s") if isinstance(pilot.app.screen, BoardScreen) else in_front(pilot)
            assert frame.written() == picture(name=name)
            if not isinstance(pilot.app.screen, BoardScreen):
                await pilot.press("escape")


async def test_keys_at_the_bottom_are_whole_or_not_there(stage: SetStage) -> None:
    async with stage().app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        keys_are_whole(pilot.app.screen)


@pytest.mark.parametrize("keys", ["v", "d", "m", "5 c"])
@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_what_one_can_do_in_a_dialog_is_told_whole(
    stage: SetStage, tmp_path: Path, size: tuple[int, int], keys: str
) -> None:
    set_up = stage(prefs=replace(LIMITED, views=Views(tmp_path / "views.json")))
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press(*keys.split())
        await settle(pilot)
        await pilot.resize_terminal(*size)
        await settle(pilot)
        texts_are_whole(pilot.app.screen)
        if keys == "m":
            assert re.search(r"each 30 s  +\d+ calls", written(pilot))
