"""The board without a network: a feed that publishes what a test hands it, and a clock that stands still."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.pilot import Pilot

from kmm_tui.alerting.service import AlertService
from kmm_tui.api.answers import Cost, Skill
from kmm_tui.api.errors import KmmError
from kmm_tui.api.window import HOUR, MINUTE, Window
from kmm_tui.board.asked import AGENT_FIGURES, FIGURES
from kmm_tui.board.freshness import Trouble
from kmm_tui.board.look import Look
from kmm_tui.board.meter import Reading
from kmm_tui.board.presets import DEFAULT_STATE_LIMITS, PRESETS
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Agent, Listing, Roster, Snapshot, Trend, TrendPoint, figures_of
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, TREND, Content, Section, Topic, TopicState
from kmm_tui.feed.feed import Spawn
from kmm_tui.metrics import BY_NAME, Method, of_names
from kmm_tui.ui.app import BoardApp
from kmm_tui.ui.desk import Desk
from kmm_tui.ui.header import About
from kmm_tui.ui.keyline import KeyLine
from kmm_tui.ui.prefs import Prefs

from .frames import FrameExtension

NOW = 1_795_356_271.0
"""2026-11-22 14:04:31 UTC."""
NOW_MS = int(NOW * 1000)
WINDOW = Window.last(HOUR, NOW_MS - 12_000)
COST = Cost(NOW_MS - 12_000, 0.21, 4096)
EVERY = 30.0

READING = Reading(6.4, 300.0, 3, 2, 2, 384, 0.21, 1.9, 7_340_000)
Values = dict[str, float | None]


@dataclass
class FrozenClock:
    """A clock that a test turns."""

    time: float = NOW

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing on the screen sleeps")


@dataclass
class FakeFeed:
    """Publishes `first` at its start, and afterwards what a test tells it to."""

    publish: Callable[[TopicState], None]
    first: list[TopicState] = field(default_factory=list)
    subgroups: bool = False
    asked: int = 0
    woken: int = 0
    told: str = ""
    shown: Look | None = None
    window: int | Callable[[], Window] = HOUR
    past: dict[Window, tuple[TopicState, ...]] = field(default_factory=dict)
    looked_back: list[Window] = field(default_factory=list)
    backfill: Any = None
    past_fails: KmmError | None = None
    held: asyncio.Event | None = None
    """Until it is set, answers about the past are on their way."""
    days: dict[int, dict[str, float | None]] = field(default_factory=dict)

    async def past_board(self, window: Window, look: Look) -> tuple[TopicState, ...]:
        self.looked_back.append(window)
        if self.held:
            await self.held.wait()
        if self.past_fails:
            raise self.past_fails
        return self.past.get(window, ())

    def usual_of(self, scope: Scope, names: Iterable[str], window: Window) -> Mapping[int, Mapping[str, float | None]]:
        return self.days

    def start(self) -> None:
        for state in self.first:
            self.publish(state)

    def ask_now(self) -> None:
        self.asked += 1

    async def woke(self) -> None:
        self.woken += 1

    def show(self, look: Look) -> None:
        self.shown = look

    def note(self) -> str:
        return self.told

    def reading(self) -> Reading:
        return READING


def figures(**values: float | None) -> Snapshot:
    asked = tuple(of_names(FIGURES))
    fields = {BY_NAME[name].field: value for name, value in values.items()}
    return Snapshot(ACCOUNT, None, WINDOW, figures_of(Method.METRICS, asked, fields), NOW_MS - 12_000, COST)


def row(level: Level, key: str, name: str | None, **values: float | None) -> Snapshot:
    return replace(figures(**values), scope=Scope(level, key), name=name)


def agent(
    key: str, name: str | None, status: str, for_seconds: int, reason: str | None = None, **values: float
) -> Agent:
    since = NOW_MS - for_seconds * 1000
    fields: dict[str, float | None] = {BY_NAME[each].field: value for each, value in values.items()}
    skills = (Skill("1", "Billing"),) if int(key) % 2 else (Skill("2", "Returns [EU]"),)
    asked = tuple(of_names(AGENT_FIGURES))
    shown = figures_of(Method.AGENT_VIEW, asked, fields)
    return Agent(key, name, "7", "Lisbon", skills, status, since, reason, since if reason else None, 4, shown)


def good(topic: Topic, content: Content, interval: float = EVERY) -> TopicState:
    return TopicState(topic, interval, content, None, NOW + 18)


def scope_state(snapshot: Snapshot) -> TopicState:
    return good(Topic(Section.FIGURES, snapshot.scope), snapshot)


ACCOUNT_SNAPSHOT = figures(
    unassigned_conversations=27, assigned_conversations=131, active_conversations=120, overdue_conversations_in_queue=2,
    overdue_conversations_total=5, queue_wait_time_50th_percentile=31_000, queue_wait_time_90th_percentile=252_000,
    online_agents=42, away_agents=6, back_soon_agents=3, agent_load=0.91, human_agent_load=0.93, human_online_load=0.89,
    open_conversations=158, available_slots=11,
    avg_wait_time=63_000, avg_wait_time_first_response=140_000, avg_time_to_response=52_000,
    avg_time_to_first_response_first_assignment=108_000, closed_conversations=312, closed_by_agent=201,
    closed_by_consumer=64, auto_closed=47, csat=0.86,
)  # fmt: skip

SKILLS = (
    row(Level.SKILL, "1", "Billing", unassigned_conversations=14, queue_wait_time_50th_percentile=151_000,
        queue_wait_time_90th_percentile=252_000, overdue_conversations_total=4, online_agents=7, away_agents=3,
        back_soon_agents=1, available_slots=0, agent_load=1.04, human_online_load=1.04, open_conversations=80,
        avg_time_to_response=82_000, closed_conversations=88,
        closed_by_agent=51, closed_by_consumer=21, auto_closed=16, csat=0.81),
    row(Level.SKILL, "2", "Returns [EU]", unassigned_conversations=6, queue_wait_time_50th_percentile=58_000,
        queue_wait_time_90th_percentile=4_325_000, overdue_conversations_total=1, online_agents=4, away_agents=1,
        back_soon_agents=0, available_slots=0, agent_load=0.97, human_online_load=0.97, open_conversations=30,
        avg_time_to_response=49_000, closed_conversations=31,
        closed_by_agent=22, closed_by_consumer=6, auto_closed=3, csat=None),
    row(Level.SKILL, "3", "日本語サポート", unassigned_conversations=0, overdue_conversations_total=0, online_agents=11,
        away_agents=0, back_soon_agents=1, available_slots=4, agent_load=0.71, human_online_load=0.71,
        open_conversations=40, closed_conversations=12_345),
    row(Level.SKILL, "4", None, unassigned_conversations=None, online_agents=0, away_agents=0, back_soon_agents=0),
)  # fmt: skip

GROUPS = (
    row(Level.GROUP, "7", "Lisbon", unassigned_conversations=9, online_agents=17, away_agents=4, agent_load=0.95),
    row(Level.GROUP, "-1", "Main group", unassigned_conversations=0, online_agents=2, away_agents=0, agent_load=0.4),
)

ROSTER = Roster(
    (
        agent("1", "Marta Kowalczyk", "AWAY", 1904, "Lunch", assigned_conversations=3, pending_agent_response=2,
              active_conversations=3, agent_load=0.75, available_slots=0, max_slots=4, avg_time_to_response=111_000,
              closed_conversations=14, csat=0.92),
        agent("2", "Li Wei 李伟", "ONLINE", 2900, assigned_conversations=4, pending_agent_response=1, agent_load=1.0,
              available_slots=0, max_slots=4, closed_conversations=16),
        agent("3", "Ana Sousa", "ONLINE", 4323, assigned_conversations=4, agent_load=1.0, available_slots=0,
              max_slots=4, csat=0.81),
        agent("4", None, "BACK_SOON", 61, assigned_conversations=0, agent_load=0.0, available_slots=4, max_slots=4),
    ),
    WINDOW, NOW_MS - 12_000, COST,
)  # fmt: skip


def _trend() -> Trend:
    start = NOW_MS // (5 * MINUTE) * (5 * MINUTE) - 8 * HOUR
    points = []
    for index in range(1, 97):
        closed = 10 + index % 17 + index // 8
        transferred = index % 5
        values: Values = {
            "closedConversations": closed,
            "transfers": transferred,
            "concludedConversations": closed + transferred,
        }
        points.append(TrendPoint(start + index * 5 * MINUTE, values))
    return Trend(ACCOUNT, Window(start, start + 8 * HOUR), 5, tuple(points), NOW_MS - 12_000, COST)


TREND_CONTENT = _trend()


def whole_board(interval: float = EVERY) -> list[TopicState]:
    """A complete board, every part answered 12 seconds ago."""
    return [
        good(LISTS[Level.SKILL], Listing(Level.SKILL, 4, NOW_MS - 12_000), interval),
        good(LISTS[Level.GROUP], Listing(Level.GROUP, 2, NOW_MS - 12_000), interval),
        good(ACCOUNT_FIGURES, ACCOUNT_SNAPSHOT, interval),
        *(replace(scope_state(snapshot), interval=interval) for snapshot in (*SKILLS, *GROUPS)),
        good(AGENTS, ROSTER, interval),
        good(TREND, TREND_CONTENT, interval),
    ]


def with_trouble(states: list[TopicState], word: str, message: str) -> list[TopicState]:
    """The same, with the last attempt of everything failed."""
    trouble = Trouble(word, message, NOW)
    return [replace(state, trouble=trouble, next_try=NOW + 41) for state in states]


LIMITED = Prefs(limits=PRESETS["live-chat"], state_limits=DEFAULT_STATE_LIMITS)
"""The limits that a board has without any settings."""

ABOUT = About("12345678", "Acme EMEA", "acme", HOUR, EVERY)


@dataclass
class Stage:
    """An app with its feed and clock."""

    app: BoardApp
    clock: FrozenClock
    feeds: list[FakeFeed]

    @property
    def feed(self) -> FakeFeed:
        return self.feeds[0]


SetStage = Callable[..., Stage]


@pytest.fixture
def stage() -> SetStage:
    """Makes a board that is handed `states` when it starts."""

    def make(
        states: list[TopicState] | None = None,
        *,
        theme: str = "kmm-dark",
        told: str = "",
        prefs: Prefs | None = None,
        alerts: AlertService | None = None,
    ) -> Stage:
        clock, feeds = FrozenClock(), []

        def connect(spawn: Spawn, publish: Callable[[TopicState], None]) -> FakeFeed:
            feeds.append(FakeFeed(publish, whole_board() if states is None else states, told=told))
            return feeds[0]

        desk = Desk(connect, ABOUT, prefs or Prefs(), alerts=alerts)
        app = BoardApp(desk, clock, theme=theme, tz=UTC, prefs=prefs)
        return Stage(app, clock, feeds)

    return make


class SvgExtension(SingleFileSnapshotExtension):
    """One SVG file for each snapshot, so that a change can be looked at."""

    file_extension = "svg"
    _write_mode = WriteMode.TEXT


@pytest.fixture
def svg(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compares pictures of the screen."""
    return snapshot.use_extension(SvgExtension)


@pytest.fixture
def picture(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compares frames of the screen as text."""
    return snapshot.use_extension(FrameExtension)


async def settle(pilot: Pilot[str]) -> None:
    """Returns once everything that was published is drawn, the keys at the bottom included."""
    for _ in range(200):
        await pilot.pause(0.01)
        overview = pilot.app.screen_stack[0]
        if any(line.keys and line.region for line in overview.query(KeyLine)) and not pilot.app._settling:  # type: ignore[attr-defined]
            break
    await pilot.pause(0.05)


def plain(picture: str) -> str:
    """A screenshot without what differs from run to run: its ids, and fonts fetched from elsewhere."""
    picture = re.sub(r"@font-face\s*{[^}]*}\s*", "", picture)
    return re.sub(r"terminal-\d+", "terminal", picture)
