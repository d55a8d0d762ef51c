"""The live board can be counted over another window: it is asked for at once, and does not become the usual one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kmm_tui.api.window import HOUR, MINUTE, Window
from kmm_tui.board.snapshot import Roster, Snapshot
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS
from tests.feed.fed import Fed

Start = Callable[..., Fed]


def account_window(fed: Fed) -> Window:
    found = fed.board.account()
    assert found is not None
    return found.window


async def test_another_width_is_asked_for_at_once(start: Start) -> None:
    fed = start()
    await fed.pass_(35)
    assert account_window(fed).width == HOUR
    calls = len(fed.account.asked)
    fed.feed.window = 15 * MINUTE
    assert fed.feed.window == 15 * MINUTE
    await fed.pass_(0.1)
    assert len(fed.account.asked) > calls
    for state in (fed.board.state(ACCOUNT_FIGURES), fed.board.state(AGENTS)):
        assert state is not None
        assert isinstance(state.content, Snapshot | Roster)
        assert state.content.window.width == 15 * MINUTE
    # The same one again is no news.
    calls = len(fed.account.asked)
    fed.feed.window = 15 * MINUTE
    await fed.pass_(0.1)
    assert len(fed.account.asked) == calls


async def test_a_window_that_begins_at_a_moment_grows(start: Start, slept_on: Any) -> None:
    fed = start()
    await fed.pass_(35)
    begin = slept_on.ms - 20 * MINUTE
    fed.feed.window = lambda: Window(begin, slept_on.ms)
    await fed.pass_(0.1)
    first = account_window(fed)
    await fed.pass_(300)
    later = account_window(fed)
    assert (first.start, later.start) == (begin, begin)
    assert later.end >= first.end + 5 * MINUTE - 60_000


async def test_the_next_start_shows_the_usual_window_only(start: Start, tmp_path: Path) -> None:
    fed = start(folder=tmp_path)
    await fed.pass_(65)
    usual = account_window(fed)
    fed.feed.window = 15 * MINUTE
    await fed.pass_(65)
    assert account_window(fed).width == 15 * MINUTE
    await fed.end()
    again = start(folder=tmp_path, begin=False)
    again.feed.window = HOUR
    again.feed.start()
    # Of which turn depends on how busy the machine was with writing.
    assert account_window(again).width == usual.width
    await again.end()


async def test_what_was_kept_is_not_shown_as_another_window(start: Start, tmp_path: Path) -> None:
    fed = start(folder=tmp_path)
    await fed.pass_(65)
    await fed.end()
    again = start(folder=tmp_path, begin=False)
    again.feed.window = 15 * MINUTE
    again.feed.start()
    assert again.board.account() is None
    await again.pass_(35)
    assert account_window(again).width == 15 * MINUTE
