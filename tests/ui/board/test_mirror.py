"""The board of one that follows another: it looks as that one does, and what it cannot do it says or leaves out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from kmm_tui.board.state import TopicState
from kmm_tui.feed.feed import Spawn
from kmm_tui.feed.memory import Memory
from kmm_tui.feed.mirror import MirrorFeed
from kmm_tui.feed.news import News, NewsFile, told
from kmm_tui.record.record import Record
from kmm_tui.ui.desk import Desk
from kmm_tui.ui.mirroring import MirrorApp

from .conftest import ABOUT, EVERY, LIMITED, NOW, READING, FrozenClock, whole_board
from .test_replay import TurnedClock


class Page(MirrorApp):
    """A mirror that a test may put into a browser, as far as the board can tell."""

    in_browser = False

    @property
    def is_web(self) -> bool:
        return self.in_browser


@pytest.fixture
async def mirror(tmp_path: Path) -> AsyncIterator[Callable[..., Page]]:
    """The whole board of the other tests, recorded and told of by somebody who is there."""
    record = Record(tmp_path, "12345678", clock=FrozenClock())
    record.start()
    states: list[TopicState] = whole_board()
    for state in states:
        record.note(state)
    await record.written()
    news = NewsFile(Memory(tmp_path, "12345678"), "acme")
    news.write(News(EVERY, ABOUT.window, tuple(told(each) for each in states), "", READING))
    news.touch(NOW)

    def make(clock: TurnedClock) -> Page:
        def connect(spawn: Spawn, publish: Callable[[TopicState], None]) -> MirrorFeed:
            return MirrorFeed(record, news, EVERY, clock, spawn, publish)

        prefs = replace(LIMITED, folder=tmp_path / "exports")
        return Page(Desk(connect, ABOUT, prefs), clock, tz=UTC, prefs=prefs)

    yield make
    await record.close()


def text_of(app: MirrorApp) -> str:
    return "\n".join("".join(piece.text for piece in line) for line in app.screen._compositor.render_strips())


async def test_it_looks_as_the_other_and_grows_old_when_that_one_is_gone(
    mirror: Callable[..., Page], tmp_path: Path
) -> None:
    clock = TurnedClock(NOW)
    app = mirror(clock)
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(200):
            await pilot.pause(0.01)
            if "4:12" in text_of(app):
                break
        text = text_of(app)
        for word in ("LIVE 12s", "last 1h", "Billing", "■ 4:12", "Marta Kowalczyk", "Li Wei", "calls/min"):
            assert word in text
        await pilot.press("r")
        assert "asks for nothing" in text_of(app)
        await pilot.press("f1")
        await pilot.pause()
        help_ = str(app.screen.query_one("Static").render())
        assert app.screen.query_one("Static").content_region.x > 10, "it stands in the middle of the board"
        assert "show only rows that fit" in help_
        assert "as a CSV file" in help_
        for word in ("sub-groups", "ask now", "one window back"):
            assert word not in help_
        await pilot.press("escape")
        clock.turn(200)
        app._tick()
        for _ in range(200):
            await pilot.pause(0.01)
            if "NO FEED" in text_of(app):
                break
        assert "■ NO FEED 3m" in text_of(app)
        assert "no sign of life" in text_of(app)


async def test_in_a_browser_no_key_writes_a_file(mirror: Callable[..., Page], tmp_path: Path) -> None:
    app = mirror(TurnedClock(NOW))
    app.in_browser = True
    folder = tmp_path / "exports"
    folder.mkdir()
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(200):
            await pilot.pause(0.01)
            if "4:12" in text_of(app):
                break
        await pilot.press("s", "e", "E")
        await pilot.pause()
        assert list(folder.iterdir()) == []
        await pilot.press("f1")
        await pilot.pause()
        assert "CSV" not in str(app.screen.query_one("Static").render())
