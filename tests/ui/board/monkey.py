"""Presses keys, clicks, resizes and changes the data at random, and looks at whether the board still holds together.

A longer run than the tests have: `python -m tests.ui.board.monkey [STEPS [SEED]]`; the same seed gives the same run.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path

from textual.pilot import OutOfBounds, Pilot
from textual.widget import Widget
from textual.widgets import Input

from kmm_tui.alerting.journal import Journal
from kmm_tui.alerting.service import AlertService
from kmm_tui.api.answers import Skill, StateDuration
from kmm_tui.api.errors import Unreachable
from kmm_tui.api.window import Window
from kmm_tui.board.alert_rules import AlertRule, AlertRules
from kmm_tui.board.freshness import Age, Trouble
from kmm_tui.board.look import Look
from kmm_tui.board.presets import DEFAULT_STATE_LIMITS, PRESETS
from kmm_tui.board.scope import Level
from kmm_tui.board.snapshot import Agent, AgentDetail, Listing, Roster
from kmm_tui.board.state import AGENTS, LISTS, Section, Topic, TopicState, agent_topic
from kmm_tui.feed.feed import Spawn
from kmm_tui.settings.views import Views
from kmm_tui.ui.app import BoardApp
from kmm_tui.ui.comparing import Comparing
from kmm_tui.ui.desk import Desk
from kmm_tui.ui.places import View
from kmm_tui.ui.prefs import Prefs

from .conftest import (
    ABOUT,
    COST,
    EVERY,
    TREND_CONTENT,
    WINDOW,
    FakeFeed,
    FrozenClock,
    agent,
    good,
    row,
    scope_state,
    whole_board,
)  # fmt: skip

KEYS = (
    *("up", "down", "left", "right", "j", "k", "h", "l", "pageup", "pagedown", "home", "end", "tab", "shift+tab") * 3,
    *("enter", "escape", "space", "slash", "question_mark", "backspace", "delete") * 3,
    *"123456" * 3, *"ASASabcdefgxyvtopOgEsmrKJduwniz", "full_stop", "full_stop", "colon", "f1", "ctrl+p", "ctrl+d",
    "shift+up", "shift+down", "ctrl+s", *"!^()*", "backslash", "left_square_bracket", "right_square_bracket",
    "left_curly_bracket", "right_curly_bracket",
)  # fmt: skip
SIZES = ((20, 5), (59, 20), (60, 19), (60, 20), (80, 24), (110, 32), (120, 40), (170, 48), (200, 60), (300, 80))
WORDS = (
    "Billing", "Returns [EU]", "[red]x[/red]", "[/]", "[@click=app.quit]y[/]", "日本語サポート", "👩‍👩‍👧 family",
    "\x1b[31mred", "\u202eabc", "x" * 300, "", "a\nb", "=1+2", "Ünï", "$kmm-text", "\\", "[", "é" * 40,
)  # fmt: skip
REASONS = (None, "Lunch", "Break", "[b]", "会議", "a:b", *(f"reason {number}" for number in range(200)))
STATUSES = ("ONLINE", "AWAY", "BACK_SOON", "OFFLINE", "NEW_STATE", "")
TROUBLES = ("AUTH", "DENIED", "THROTTLED", "OFFLINE", "SERVER", "GARBLED", "EMPTY?")


class Stays(BoardApp):
    """A board that cannot be ended from the keyboard."""

    async def action_quit(self) -> None:
        """Stays."""


class Answering(FakeFeed):
    """Has a past, or not."""

    async def past_board(self, window: Window, look: Look) -> tuple[TopicState, ...]:
        """The board as it is now, nothing, or a failure, by the window."""
        await super().past_board(window, look)
        if window.start // 60_000 % 3 == 0:
            raise Unreachable("[red]no answer[/]", "wait")
        return tuple(whole_board()) if window.start // 60_000 % 3 == 1 else ()


class Monkey:
    """One board, and what happens to it. `did` are the last steps, `world` is what the account has."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.random = random.Random(seed)
        self.did: deque[str] = deque(maxlen=40)
        self.clock = FrozenClock()
        self.feeds: list[FakeFeed] = []
        self.looks: list[Look] = []
        views = Views(folder / "views.json")
        views.load()
        prefs = Prefs(
            limits=PRESETS["live-chat"],
            state_limits=DEFAULT_STATE_LIMITS,
            parents={"Lisbon": "Main group", "101": "100", "100": "101"},
            views=views,
            folder=folder,
        )
        rules = AlertRules(limits=prefs.limits, usual=AlertRule("", ""))
        self.alerts = AlertService(rules, self.clock, Journal(None, "1"), who="monkey")
        desk = Desk(self._connect, ABOUT, prefs, alerts=self.alerts)
        self.app = Stays(desk, self.clock, tz=UTC, prefs=prefs)

    def _connect(self, spawn: Spawn, publish: Callable[[TopicState], None]) -> FakeFeed:
        first = [] if self.random.random() < 0.5 else whole_board()
        self.feeds.append(Answering(self.alerts.watching(publish), first))
        return self.feeds[0]

    @property
    def board_screen(self) -> Comparing:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, Comparing)
        return screen

    # -- what happens

    async def step(self, pilot: Pilot[str]) -> None:
        """One thing at random."""
        dice = self.random.random()
        if dice < 0.7:
            await self._press(pilot)
        elif dice < 0.76:
            await self._click(pilot)
        elif dice < 0.79:
            width, height = self.random.choice(SIZES)
            self._note(f"size {width}x{height}")
            await pilot.resize_terminal(width, height)
        elif dice < 0.93:
            self._data()
        elif dice < 0.97:
            self._time()
            await self.alerts.turn()
        elif dice < 0.98:
            theme = self.random.choice(sorted(self.app.available_themes))
            self._note(f"theme {theme}")
            self.app.theme = theme
        else:
            self._note("answers to what is looked at")
            self._answer_look()

    def _note(self, what: str) -> None:
        self.did.append(what)

    async def _press(self, pilot: Pilot[str]) -> None:
        count = self.random.choice((1, 1, 1, 1, 2, 3, 8))
        if self.random.random() < 0.05:
            keys = list(self.random.choice(("billing", "!bot", "(a+)+$", "[", "^l", "/x", "view")))
        else:
            keys = [self.random.choice(KEYS)] * count if count == 8 else self.random.choices(KEYS, k=count)
        # `m` then `m` is help for nobody; `q` in a dialog closes it, on the board it would end the run.
        if len(self.app.screen_stack) > 1 and self.random.random() < 0.1:
            keys = ["escape"]
        self._note(f"keys {' '.join(keys)}")
        await pilot.press(*keys)

    async def _click(self, pilot: Pilot[str]) -> None:
        width, height = self.app.size
        at = self.random.randrange(max(1, width)), self.random.randrange(max(1, height - 1))
        times = self.random.choice((1, 1, 2))
        self._note(f"click {at} x{times}")
        try:
            await pilot.click(offset=at, times=times)
        except OutOfBounds:
            self._note("out of bounds")

    def _time(self) -> None:
        seconds = self.random.choice((1, 1, 1, 5, 29, 70, 200, 4000, 100_000, -50))
        self._note(f"clock {seconds:+}")
        self.clock.time += seconds
        self.app._tick()

    def _data(self) -> None:
        deed = self.random.choice((
            self._a_row, self._a_row, self._a_row, self._gone, self._roster, self._roster, self._nobody, self._trouble,
            self._recovered, self._everything,
        ))  # fmt: skip
        self._note(deed.__name__)
        deed()

    def _publish(self, state: TopicState) -> None:
        self.feeds[0].publish(replace(state, next_try=self.clock.time + EVERY))

    @property
    def _now_ms(self) -> int:
        return int(self.clock.time * 1000) - 1000

    def _a_row(self) -> None:
        level = self.random.choice((Level.SKILL, Level.GROUP))
        key = str(self.random.choice((1, 2, 3, 7, *range(100, 130))))
        values = {
            "unassigned_conversations": self.random.choice((None, 0, 5, 10**9)),
            "queue_wait_time_90th_percentile": self.random.choice((None, 0, 59_000, 300_000)),
            "online_agents": self.random.choice((0, 3)), "available_slots": self.random.choice((None, 0, 2, -1)),
            "human_online_load": self.random.choice((None, 0.2, 0.9, 12.0)),
        }  # fmt: skip
        found = replace(row(level, key, self.random.choice(WORDS), **values), taken_at=self._now_ms)
        self._publish(scope_state(found))
        self._publish(good(LISTS[level], Listing(level, 4, self._now_ms)))

    def _gone(self) -> None:
        topics = [t for t in self.app.board._states if t.section is Section.FIGURES and t.scope.key]
        for topic in self.random.sample(topics, min(len(topics), self.random.choice((1, 2, 50)))):
            self._publish(TopicState(topic, EVERY, is_withdrawn=True))

    def _agent(self, key: str) -> Agent:
        status = self.random.choice(STATUSES)
        found = agent(
            key, self.random.choice(WORDS), status, self.random.choice((0, 59, 4000)),
            self.random.choice(REASONS) if status == "AWAY" else None,
            assigned_conversations=self.random.choice((0, 2)), available_slots=self.random.choice((0, 3)),
        )  # fmt: skip
        skills = tuple(Skill(str(number), name) for number, name in enumerate(WORDS[:4], 1))
        return replace(found, skills=self.random.choice((found.skills, skills, ())))

    def _roster(self) -> None:
        many = self.random.choice((1, 3, 20, 300))
        agents = tuple(self._agent(str(number)) for number in self.random.sample(range(1, 400), many))
        self._publish(good(AGENTS, Roster(agents, WINDOW, self._now_ms, COST)))

    def _nobody(self) -> None:
        self._publish(good(AGENTS, Roster((), WINDOW, self._now_ms, COST)))

    def _trouble(self) -> None:
        trouble = Trouble(self.random.choice(TROUBLES), self.random.choice(WORDS), self.clock.time)
        for state in list(self.app.board._states.values()):
            if self.random.random() < 0.5:
                self.feeds[0].publish(replace(state, trouble=trouble, next_try=self.clock.time + 41))

    def _recovered(self) -> None:
        for state in list(self.app.board._states.values()):
            content = replace(state.content, taken_at=self._now_ms) if state.content else None
            self._publish(replace(state, content=content, trouble=None))

    def _everything(self) -> None:
        for state in whole_board():
            content = replace(state.content, taken_at=self._now_ms) if state.content else None
            self._publish(replace(state, content=content))

    def _answer_look(self) -> None:
        look = self.feeds[0].shown
        if look is None:
            return
        if look.trend:
            trend = replace(TREND_CONTENT, scope=look.trend, taken_at=self._now_ms)
            self._publish(good(Topic(Section.TREND, look.trend), trend))
        if look.agent:
            found = None if self.random.random() < 0.3 else self._agent(look.agent)
            spent = tuple(StateDuration(status or "X", 60_000, None) for status in STATUSES)
            reasons = tuple(StateDuration("AWAY", 1000, reason) for reason in REASONS)
            detail = AgentDetail(look.agent, found, spent, reasons, WINDOW, self._now_ms, COST)
            self._publish(good(agent_topic(look.agent), detail))

    # -- what has to hold

    async def settle(self, pilot: Pilot[str]) -> None:
        """Lets everything that was set going come to an end."""
        for _ in range(100):
            await pilot.pause()
            if not self.app._settling:
                break
            await asyncio.sleep(0.01)
        await pilot.pause()

    async def hold_together(self, pilot: Pilot[str]) -> None:
        """Checks, once all has come to an end; a busy machine gets time for that."""
        for patience in (0.0, 0.05, 0.2, 1.0):
            await asyncio.sleep(patience)
            await self.settle(pilot)
            try:
                self.check()
            except AssertionError:
                if patience == 1.0:
                    raise
            else:
                return

    def check(self) -> None:
        """What a person can rely on, whatever happened."""
        board = self.board_screen
        if self.app._exception:
            raise self.app._exception
        assert self.app.is_running
        assert len(self.app.screen_stack) <= 4, [type(each).__name__ for each in self.app.screen_stack]
        self._check_tables(board)
        self._check_agents(board)
        self._check_look(board)
        if self.app.screen is board and not board.is_small:
            self._check_focus(board)

    def _check_focus(self, board: Comparing) -> None:
        focused = board.focused
        assert focused is not None, "no part has the keyboard"
        assert is_seen(focused), f"{focused} has the keyboard and cannot be seen"
        view = board.trail.here.view
        assert board.trail.places[0].view is View.OVERVIEW
        assert [each for each in View if board.has_class(f"-view-{each.value}")] == [view]

    def _check_tables(self, board: Comparing) -> None:
        for panel in board.tables:
            if not panel.display:
                continue
            keys = [key for key, _ in panel.table.rows]
            assert len(keys) == len(set(keys))
            assert (panel.table.cursor_key in keys) if keys else panel.table.cursor_key is None
            if board.is_small:
                pass
            elif panel.filter_text:
                assert panel.filter_bar.is_open, "a filter that cannot be seen"
                assert panel.filter_bar.text.strip() == panel.filter_text
            elif panel.filter_bar.is_open:
                assert panel.filter_bar.query_one(Input).has_focus or board is not self.app.screen, (
                    f"an empty filter of {panel.id}, {board.focused} has the keyboard, {panel.filter_bar.text!r}"
                )
            column = panel.table.cursor_column
            assert board.is_small or column is None or column in panel.table.shown_columns, f"{panel.id}: {column}"
            assert panel._column(panel.sort[0]) is not None, f"sorted by {panel.sort}, which is no column"

    def _check_agents(self, board: Comparing) -> None:
        panel = board.agents
        if not panel.display:
            return
        assert panel.scope == board.scope, f"agents of {panel.scope}, chosen is {board.scope}"
        chips = {chip.key for chip in panel.chips._chips}
        if chips:
            assert panel.chips.chosen == panel.state
        shown = {key for key, _ in panel.table.rows}
        if not panel.is_held:
            known = {each.key: each for each in board.board.agent_rows(board.scope)}
            assert shown == {key for key, each in known.items() if panel.fits(each)}
            if board.board.freshness(AGENTS, self.clock.time).age is not Age.GONE and not panel.filter_text and chips:
                chip = next(each for each in panel.chips._chips if each.key == panel.state)
                assert chip.count in (None, len(shown)), f"{chip} and {len(shown)} rows"
        assert shown <= {key for key, _ in panel._rows if panel.row(key).agent.is_in(board.scope)}  # type: ignore[union-attr]

    def _check_look(self, board: Comparing) -> None:
        look = self.feeds[0].shown
        if look is None or board.past is not None:
            return
        here = board.trail.here
        assert look == board._looked == board.present_look
        assert (look.trend is not None) == board.trend.display, f"{look} and trend.display {board.trend.display}"
        assert look.agent == (here.scope.key if here.view is View.AGENT else None)
        for panel in (board.skills, board.groups):
            assert not panel.display or panel.level in look.levels
        assert look.agents == (board.agents.display or board.detail.display)

    async def go_home(self, pilot: Pilot[str]) -> None:
        """Escape always leads back to the overview, and keys work there."""
        await pilot.resize_terminal(120, 40)
        await self.settle(pilot)
        board = self.board_screen
        for _ in range(40):
            await pilot.press("escape")
            if self.app.screen is board and board.trail.here.view is View.OVERVIEW:
                break
            await self.settle(pilot)
        assert self.app.screen is board, f"{self.app.screen} does not close"
        assert board.trail.here.view is View.OVERVIEW
        for key, view in (("2", View.SKILLS), ("4", View.AGENTS), ("1", View.OVERVIEW)):
            await pilot.press(key)
            await self.settle(pilot)
            assert board.trail.here.view is view
        self.check()


def is_seen(widget: Widget) -> bool:
    """Whether the widget and all that it is in are displayed, on at least one cell."""
    return all(each.display for each in widget.ancestors_with_self if isinstance(each, Widget)) and bool(
        widget.region.width and widget.region.height
    )


async def run(seed: int, steps: int, folder: Path, told: Callable[[int, Monkey], None] | None = None) -> None:
    """Raises with what was done last if the board does not hold."""
    monkey = Monkey(seed, folder)
    try:
        async with monkey.app.run_test(size=monkey.random.choice(SIZES)) as pilot:
            for number in range(steps):
                await monkey.step(pilot)
                if monkey.random.random() < 0.4:
                    await monkey.hold_together(pilot)
                if number % 200 == 199:
                    await monkey.go_home(pilot)
                if told:
                    told(number, monkey)
            await monkey.go_home(pilot)
    except BaseException as error:
        error.add_note(f"seed {seed}, after: {'; '.join(monkey.did)}")
        raise


def _resident() -> int:
    pages = Path("/proc/self/statm")
    return int(pages.read_text().split()[1]) * 4096 if pages.exists() else 0


def _tell(number: int, monkey: Monkey) -> None:
    if number % 1000 == 999:
        print(number + 1, f"{_resident() / 1e6:.1f} MB", flush=True)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as place:
        asyncio.run(run(first, count, Path(place), _tell))
