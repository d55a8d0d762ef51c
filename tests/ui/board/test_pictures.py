"""What the board looks like: calm, late, stale, refused, empty; at three sizes; dark and light."""

from __future__ import annotations

from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion

from kmm_tui.board.scope import Level
from kmm_tui.board.snapshot import Listing, Roster
from kmm_tui.board.state import AGENTS, LISTS, TopicState

from .conftest import NOW, NOW_MS, ROSTER, SetStage, good, plain, settle, whole_board, with_trouble

SIZES = [(80, 24), (120, 40), (200, 60)]


def _late(seconds: float) -> float:
    return float(NOW - 12 + seconds)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(
    ("name", "at"),
    [("live", NOW), ("late", _late(70)), ("stale", _late(170)), ("gone", _late(700))],
    ids=["live", "late", "stale", "gone"],
)
async def test_the_board_at_every_age(
    stage: SetStage, svg: SnapshotAssertion, size: tuple[int, int], name: str, at: float
) -> None:
    set_up = stage()
    set_up.clock.time = at
    async with set_up.app.run_test(size=size) as pilot:
        await settle(pilot)
        assert plain(set_up.app.export_screenshot()) == svg


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("word", ["AUTH", "THROTTLED", "OFFLINE"])
async def test_the_board_in_trouble(stage: SetStage, svg: SnapshotAssertion, size: tuple[int, int], word: str) -> None:
    message = f"what happened in case of {word}; what to do about it, which can take more words than fit on the line"
    set_up = stage(with_trouble(whole_board(), word, message))
    async with set_up.app.run_test(size=size) as pilot:
        await settle(pilot)
        assert plain(set_up.app.export_screenshot()) == svg


async def test_the_board_that_never_got_an_answer(stage: SetStage, svg: SnapshotAssertion) -> None:
    nothing = [replace(state, content=None) for state in whole_board() if state.topic.scope.key == ""]
    set_up = stage(with_trouble(nothing, "AUTH", "the login of me is refused; correct user name and password"))
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert plain(set_up.app.export_screenshot()) == svg


async def test_the_board_of_an_empty_account(stage: SetStage, svg: SnapshotAssertion) -> None:
    states: list[TopicState] = [
        good(LISTS[Level.SKILL], Listing(Level.SKILL, 0, NOW_MS)),
        good(LISTS[Level.GROUP], Listing(Level.GROUP, 0, NOW_MS)),
        good(AGENTS, Roster((), ROSTER.window, ROSTER.taken_at, ROSTER.cost)),
    ]
    set_up = stage(states)
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert plain(set_up.app.export_screenshot()) == svg


async def test_the_light_theme(stage: SetStage, svg: SnapshotAssertion) -> None:
    set_up = stage(theme="kmm-light")
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert plain(set_up.app.export_screenshot()) == svg


@pytest.mark.parametrize("size", [(59, 24), (100, 19), (20, 5)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_terminal_that_is_too_small(stage: SetStage, svg: SnapshotAssertion, size: tuple[int, int]) -> None:
    set_up = stage()
    async with set_up.app.run_test(size=size) as pilot:
        await settle(pilot)
        assert plain(set_up.app.export_screenshot()) == svg
