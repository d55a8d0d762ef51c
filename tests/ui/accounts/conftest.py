"""Several accounts without a network: each with a feed of its own that publishes what a test hands it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from kmm_tui.alerting.service import AlertService
from kmm_tui.api.window import HOUR
from kmm_tui.board.snapshot import Snapshot
from kmm_tui.board.state import ACCOUNT_FIGURES, TopicState
from kmm_tui.feed.feed import Spawn
from kmm_tui.ui.accounts.app import AccountsApp
from kmm_tui.ui.desk import Desk
from kmm_tui.ui.header import About
from kmm_tui.ui.prefs import Prefs
from tests.ui.board.conftest import EVERY, LIMITED, FakeFeed, FrozenClock, figures, good, whole_board
from tests.ui.board.frames import FrameExtension
from tests.ui.board.person import Sees

CALM = figures(
    unassigned_conversations=0, overdue_conversations_in_queue=0, overdue_conversations_total=0, online_agents=40,
    away_agents=2, back_soon_agents=1, agent_load=0.5, human_agent_load=0.5, human_online_load=0.52,
    available_slots=61, open_conversations=70,
    avg_time_to_first_response_first_assignment=21_000, avg_time_to_response=30_000,
    avg_wait_time=31_000, avg_wait_time_first_response=25_000, closed_conversations=204, closed_by_agent=150,
    closed_by_consumer=30, auto_closed=24, csat=0.93,
)  # fmt: skip


def as_now(snapshot: Snapshot, **values: float | None) -> TopicState:
    """An answer about the account like `snapshot`, with other figures."""
    other = figures(**values).figures
    known = {name: value for name, value in other.values.items() if value is not None}
    return good(ACCOUNT_FIGURES, replace(snapshot, figures=replace(other, values={**snapshot.figures.values, **known})))


def calm() -> list[TopicState]:
    """An account where nothing is wrong: its own figures are all there is."""
    return [good(ACCOUNT_FIGURES, CALM)]


def warned() -> list[TopicState]:
    """One with a wait over its first limit."""
    return [as_now(CALM, unassigned_conversations=6, queue_wait_time_90th_percentile=95_000)]


@dataclass
class Several(Sees):
    """The app of several accounts, and the feed of each by its profile."""

    app: AccountsApp
    clock: FrozenClock
    feeds: dict[str, FakeFeed]
    pilot: Pilot[str] = field(init=False)

    def desk(self, profile: str) -> Desk:
        return next(desk for desk in self.app.desks if desk.about.profile == profile)

    async def press(self, *keys: str) -> None:
        """Presses keys, and waits until all of it is on the screen."""
        for key in keys:
            await self.pilot.press(key)
            await self.settled()

    async def settled(self) -> None:
        """Returns once everything that was published is drawn."""
        await self.pilot.pause()
        while self.app._settling:
            await self.pilot.pause(0.01)
        await self.pilot.pause()
        await self.pilot.pause()

    async def publish(self, profile: str, *states: TopicState) -> None:
        """Answers about one account come in."""
        for state in states:
            self.feeds[profile].publish(state)
        await self.settled()

    async def wait(self, seconds: float) -> None:
        """The clock goes on."""
        self.clock.time += seconds
        self.app._tick()
        await self.settled()

    @property
    def order(self) -> list[str]:
        """The profiles whose lanes can be seen, from the top."""
        found = [line.partition("· profile ")[2] for line in self.lines]
        return [each.split()[0] for each in found if each]


Accounts = Callable[..., Any]


@pytest.fixture
def accounts() -> Accounts:
    """Sits down in front of accounts, given as the first answers of each profile."""

    @asynccontextmanager
    async def at(
        size: tuple[int, int] = (120, 40),
        *,
        prefs: Prefs = LIMITED,
        alerts: dict[str, AlertService] | None = None,
        theme: str = "kmm-dark",
        **states: list[TopicState],
    ) -> AsyncIterator[Several]:
        feeds: dict[str, FakeFeed] = {}

        def desk(profile: str, number: int, first: list[TopicState]) -> Desk:
            def connect(spawn: Spawn, publish: Callable[[TopicState], None]) -> FakeFeed:
                feeds[profile] = FakeFeed(publish, first)
                return feeds[profile]

            about = About(f"{number}0000000", f"Acme {profile.upper()}", profile, HOUR, EVERY)
            return Desk(connect, about, prefs, alerts=(alerts or {}).get(profile))

        desks = [desk(profile, number + 1, first) for number, (profile, first) in enumerate(states.items())]
        clock = FrozenClock()
        there = Several(AccountsApp(desks, clock, theme=theme, tz=UTC, prefs=prefs), clock, feeds)
        async with there.app.run_test(size=size) as pilot:
            there.pilot = pilot
            await there.settled()
            await pilot.pause(0.05)
            yield there

    return at


@pytest.fixture
def picture(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compares frames of the screen as text."""
    return snapshot.use_extension(FrameExtension)


__all__ = ["CALM", "Accounts", "Several", "as_now", "calm", "warned", "whole_board"]
