"""A wall without a network: the board's own stage, with the wall as its screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from kmm_tui.board.state import TopicState
from kmm_tui.board.wallprefs import WallPrefs
from kmm_tui.feed.feed import Spawn
from kmm_tui.ui.desk import Desk
from kmm_tui.ui.wall.app import WallApp
from kmm_tui.ui.wall.screen import WallScreen
from tests.ui.board.conftest import ABOUT, LIMITED, FakeFeed, FrozenClock, Stage, stage, whole_board
from tests.ui.board.frames import FrameExtension


@dataclass
class Wall(Stage):
    """A wall with its feed and clock."""

    def screen(self) -> WallScreen:
        found = self.app.screen_stack[-1]
        assert isinstance(found, WallScreen)
        return found

    async def pass_(self, pilot: Pilot[Any], seconds: float) -> None:
        """Lets time go by, a second at a time, as the app's own clock does."""
        for _ in range(round(seconds)):
            self.clock.time += 1
            self.app._tick()
        await pilot.pause(0.02)

    async def publish(self, pilot: Pilot[Any], *states: TopicState) -> None:
        """Answers come, and are drawn."""
        for state in states:
            self.feed.publish(state)
        await settle(pilot)


__all__ = ["stage"]

SetWall = Callable[..., Wall]


@pytest.fixture
def wall() -> SetWall:
    """Makes a wall that is handed `states` when it starts; `prefs` are what is wanted of it."""

    def make(states: list[TopicState] | None = None, theme: str = "kmm-dark", **prefs: Any) -> Wall:
        clock, feeds = FrozenClock(), []

        def connect(spawn: Spawn, publish: Callable[[TopicState], None]) -> FakeFeed:
            feeds.append(FakeFeed(publish, whole_board() if states is None else states))
            return feeds[0]

        wanted = replace(LIMITED, wall=WallPrefs(**prefs))
        return Wall(WallApp(Desk(connect, ABOUT, wanted), clock, theme=theme, tz=UTC, prefs=wanted), clock, feeds)

    return make


@pytest.fixture
def picture(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compares frames of the screen as text."""
    return snapshot.use_extension(FrameExtension)


async def settle(pilot: Pilot[Any]) -> None:
    """Returns once everything that was published is drawn."""
    for _ in range(200):
        await pilot.pause(0.01)
        if not pilot.app._settling and pilot.app.board.account():  # type: ignore[attr-defined]
            break
    await pilot.pause(0.05)


def text_of(pilot: Pilot[Any]) -> str:
    """The whole screen as text."""
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())
