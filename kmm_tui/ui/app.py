"""The app: it owns the feed's workers, keeps what they publish, and hands it to the screens."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import tzinfo
from functools import partial
from typing import Any, ClassVar, Protocol, runtime_checkable

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from kmm_tui.alerting.service import AlertService
from kmm_tui.api.errors import KmmError
from kmm_tui.api.window import Window
from kmm_tui.board.board import Board
from kmm_tui.board.figure import Number
from kmm_tui.board.judge import Judge
from kmm_tui.board.look import Look
from kmm_tui.board.meter import Reading
from kmm_tui.board.scope import Scope
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, TopicState
from kmm_tui.feed.backfill import Backfill
from kmm_tui.feed.clock import Clock
from kmm_tui.feed.feed import Spawn
from kmm_tui.feed.following import JUMP
from kmm_tui.feed.poller import trouble_of
from kmm_tui.settings.themefile import DEFAULT
from kmm_tui.ui.alerting import Alerting
from kmm_tui.ui.board_screen import BoardScreen
from kmm_tui.ui.comparing import Comparing
from kmm_tui.ui.cover import CoverScreen
from kmm_tui.ui.header import About
from kmm_tui.ui.help import Help
from kmm_tui.ui.keymap import deeds
from kmm_tui.ui.meter import MeterScreen
from kmm_tui.ui.palette import Actions, Jumps
from kmm_tui.ui.prefs import Prefs
from kmm_tui.ui.recordedline import Lines
from kmm_tui.ui.themechooser import ThemeChooser
from kmm_tui.ui.themed import ThemedApp
from kmm_tui.ui.travelling import Travelling
from kmm_tui.ui.trending import Trending
from kmm_tui.ui.wall.notice import notice
from kmm_tui.ui.wall.screen import WallScreen
from kmm_tui.ui.why import WhyScreen

SETTLE = 0.03
"""Seconds for which answers are collected before they are drawn together."""


class BoardFeed(Protocol):
    """What the app needs of a feed."""

    subgroups: bool

    def start(self) -> None:
        """Begin to poll."""
        ...

    def ask_now(self) -> None:
        """Ask for everything at once."""
        ...

    async def woke(self) -> None:
        """The machine slept or its clock jumped: connections may be dead, and all has to be asked for anew."""
        ...

    def show(self, look: Look) -> None:
        """What is on the screen; the rest is not asked for."""
        ...

    @property
    def window(self) -> int | Callable[[], Window]:
        """What live figures are counted over: ms up to now, or what tells the present window."""
        ...

    @window.setter
    def window(self, window: int | Callable[[], Window]) -> None: ...

    async def past_board(self, window: Window, look: Look) -> tuple[TopicState, ...]:
        """The board of a window that is over. Raises the `KmmError` that leaves nothing to show."""
        ...

    @property
    def backfill(self) -> Backfill | None:
        """What fills in how it was on other days; None where nothing does."""
        ...

    def usual_of(self, scope: Scope, names: Iterable[str], window: Window) -> Mapping[int, Mapping[str, Number | None]]:
        """What the figures of `scope` were in comparable windows, by days ago and response field."""
        ...

    def note(self) -> str:
        """What a person should know of the asking, in one line; '' if there is nothing."""
        ...

    def reading(self) -> Reading:
        """The meter."""
        ...


@runtime_checkable
class Stretching(Protocol):
    """A feed that can ask for trends over another stretch."""

    def trend_over(self, width: int, interval: int) -> None:
        """From now on trends reach back `width` ms, in steps of `interval` minutes; at most 100 of them."""
        ...


@runtime_checkable
class ComparesPast(Protocol):
    """A feed that can ask how it was before a window that is over, and not only before now."""

    def compare(self, past: Window | None) -> None:
        """From now on other days are those before `past`; None is the present again."""
        ...


Connect = Callable[[Spawn, Callable[[TopicState], None]], BoardFeed]
"""Makes the feed, given how to start its workers and where to publish."""


class StateChanged(Message):
    """A topic has a new state. A newer one of the same topic replaces one that nobody has handled yet."""

    def __init__(self, state: TopicState) -> None:
        super().__init__()
        self.state = state

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, StateChanged) and message.state.topic == self.state.topic


class BoardApp(ThemedApp[str]):
    """The live board. It ends with None, or with a sentence that says why it had to end."""

    TITLE = "kmm-tui"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = App.COMMANDS | {Actions, Jumps}
    COMMAND_PALETTE_BINDING = "colon"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "r",
            "ask_now",
            "Refresh",
            show=False,
            id="board.refresh",
            tooltip="ask now, also after a refused sign-in was mended",
        ),
        Binding(
            "m",
            "meter",
            "Meter",
            show=False,
            id="board.meter",
            tooltip="what asking costs: calls, answer times, bytes, refusals",
        ),
        Binding(
            "colon,ctrl+p",
            "command_palette",
            "Commands",
            key_display=":",
            show=False,
            id="board.palette",
            tooltip="every action, and any skill, group or agent by name",
        ),
        Binding(
            "T", "change_theme", "Theme", show=False, id="board.theme", tooltip="another look, seen as one chooses"
        ),
        Binding("f1", "help", "Help", key_display="F1", id="board.help", tooltip="what keys, words and figures mean"),
        Binding("q", "quit", "Quit", id="board.quit", tooltip="end, and log out"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="board.quit-always"),
    ]

    def __init__(
        self,
        connect: Connect,
        about: About,
        clock: Clock,
        *,
        theme: str = DEFAULT,
        tz: tzinfo | None = None,
        prefs: Prefs | None = None,
        note: str = "",
        lines: Lines | None = None,
        alerts: AlertService | None = None,
    ) -> None:
        """`note` is told at the start, while there is nothing worse to tell; `lines` has what was recorded,
        `alerts` what is wrong and was."""
        self._prefs = prefs or Prefs()
        super().__init__(theme, self._prefs.themes)
        self._connect = connect
        self._about = about
        self._clock = clock
        self._tz = tz
        self._settling = False
        self._ticked_at = clock.now()
        self._start_note = note
        self._lines = lines
        self.alerts = alerts
        self.board = Board(Judge(self._prefs.limits), self._prefs.state_limits)
        self.feed: BoardFeed | None = None

    def get_default_screen(self) -> BoardScreen | WallScreen:
        """The board."""
        screen = Alerting(self.board, self._about, self._tz, self._prefs)
        screen.alerts = self.alerts
        # Keys may come before the first answer does.
        screen.now = self._clock.now()
        return screen

    @property
    def comparing(self) -> Comparing | None:
        """The board itself, once there is a screen."""
        first = self.screen_stack[0] if self._screen_stack else None
        return first if isinstance(first, Comparing) else None

    @property
    def counting(self) -> Comparing | WallScreen | None:
        """What says which window live figures are counted over: the first screen, once there is one."""
        first = self.screen_stack[0] if self._screen_stack else None
        return first if isinstance(first, Comparing | WallScreen) else None

    def on_mount(self) -> None:
        """Keys and themes, then the feed, then the clock."""
        known = deeds()
        self.set_keymap({name: keys for name, keys in self._prefs.keys.items() if name in known})
        self.wear_wanted()
        if self.alerts:
            self.alerts.terminal.write = self._write_terminal
        self.feed = self._connect(self._start_worker, self._publish)
        board = self.counting
        if board:
            board.usual_of = self.feed.usual_of
            if board.present.is_unusual:
                self.feed.window = self._teller(board.present.teller())
        if isinstance(board, Comparing):
            board.backfill_of = lambda: self.feed.backfill if self.feed else None
        elif board:
            # From the first call on nothing is asked for that no page shows.
            self.feed.show(board.present_look)
        self.feed.start()
        if isinstance(board, Trending):
            board.lines = self._lines
            board.can_stretch = lambda: isinstance(self.feed, Stretching)
        self.set_interval(1.0, self._tick)

    def _write_terminal(self, text: str) -> None:
        if self._driver:
            self._driver.write(text)
            self._driver.flush()

    # -- the feed

    def _start_worker(self, work: Coroutine[Any, Any, None], name: str) -> object:
        worker = self.run_worker(work, name=name, group="feed", exit_on_error=False)
        if worker._task:
            # One that is ended before its first step would be complained of on the terminal after the board's end.
            worker._task.add_done_callback(lambda _: work.close())
        return worker

    def _publish(self, state: TopicState) -> None:
        self.post_message(StateChanged(state))

    def on_state_changed(self, message: StateChanged) -> None:
        """Notes it, and draws all that comes within a moment at once."""
        screen = self.counting
        self.board.put(screen.present.fitted(message.state) if screen else message.state)
        if not self._settling:
            self._settling = True
            self.set_timer(SETTLE, self._draw)

    def _draw(self) -> None:
        if not self.stands:
            self.set_timer(SETTLE, self._draw)
            return
        self._settling = False
        self._redraw(lambda screen, now: screen.update_board(now, self._note()))

    def _tick(self) -> None:
        now = self._clock.now()
        if self.feed and abs(now - self._ticked_at) > JUMP:
            self._start_worker(self.feed.woke(), "woke")
        self._ticked_at = now
        self.mishaps.settle()
        changed = self.renew_themes()
        if self.stands:
            self._redraw(lambda screen, now: screen.tick(now))
            if changed:
                self._draw()

    def _redraw(self, draw: Callable[[BoardScreen | WallScreen, float], None]) -> None:
        behind_wall = isinstance(self.screen, WallScreen)
        for screen in self.screen_stack:
            if isinstance(screen, BoardScreen | WallScreen):
                # What a wall covers is drawn when it comes up again.
                if behind_wall and screen is not self.screen:
                    continue
                try:
                    draw(screen, self._clock.now())
                except Exception:
                    screen.distrust()
                    raise
                if self.feed and isinstance(screen, BoardScreen):
                    screen.update_meter(self.feed.reading())
                    if isinstance(screen, Comparing):
                        screen.renew_usual()
            elif isinstance(screen, WhyScreen | CoverScreen) and screen.is_mounted:
                screen.renew()

    def _note(self) -> str:
        own = (self.feed.note() if self.feed else "") or (self.alerts.trouble if self.alerts else "")
        return own or self.theme_note or self._start_note

    # -- what a person does

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:  # noqa: ARG002 - Textual's own
        """None: all there is has a key, and is in the palette by it."""
        return ()

    def action_change_theme(self) -> None:
        """Shows the themes, each as one comes to it."""
        if not isinstance(self.screen, ThemeChooser):
            self.push_screen(ThemeChooser(self.shelf, self.theme, self.wear))

    def on_board_screen_looked(self, message: BoardScreen.Looked) -> None:
        """Asks for what is looked at, and for nothing else."""
        if self.feed:
            self.feed.show(message.look)

    def on_wall_screen_looked(self, message: WallScreen.Looked) -> None:
        """Asks for what the wall shows, and for nothing else."""
        if self.feed:
            self.feed.show(message.look)

    def on_wall_screen_raised(self, message: WallScreen.Raised) -> None:
        """Rings and tells the desktop, where the settings say so: nothing is ever put over the figures."""
        wall = self._prefs.wall
        if wall.bell:
            self.bell()
        if self._driver and (sequence := notice(wall.notices, message.breaches)):
            self._driver.write(sequence)
            self._driver.flush()

    def action_wall(self) -> None:
        """Shows the wall; Esc or w goes back to the board."""
        board = self.comparing
        if isinstance(self.screen, BoardScreen) and board and self.feed:
            wall = WallScreen(self.board, self._about, self._tz, self._prefs, can_leave=True)
            wall.present, wall.usual_of, wall.now = board.present, self.feed.usual_of, self._clock.now()
            self.push_screen(wall, lambda _: self._back_from_wall(board))

    def _back_from_wall(self, board: Comparing) -> None:
        if self.feed:
            self.feed.show(board.present_look)
        board.update_board(self._clock.now(), self._note())

    def on_travelling_spanned(self, message: Travelling.Spanned) -> None:
        """Counts over another window from now on."""
        if self.feed:
            self.feed.window = self._teller(message.window)

    def _teller(self, window: Callable[[int], Window]) -> Callable[[], Window]:
        clock = self._clock
        return lambda: window(int(clock.now() * 1000))

    def on_trending_stretched(self, message: Trending.Stretched) -> None:
        """Asks for trends over another stretch."""
        if isinstance(self.feed, Stretching):
            self.feed.trend_over(message.width, message.interval)

    def on_comparing_compared(self, message: Comparing.Compared) -> None:
        """Has other days asked for that a window in the past is compared with."""
        if isinstance(self.feed, ComparesPast):
            self.feed.compare(message.past)

    def on_travelling_looked_back(self, message: Travelling.LookedBack) -> None:
        """Asks for what was, without holding up what is."""
        if self.feed:
            work: Any = partial(self._look_back, self.feed, message)
            self.run_worker(work, group="past", exclusive=True, exit_on_error=False)

    async def _look_back(self, feed: BoardFeed, message: Travelling.LookedBack) -> None:
        try:
            states = await feed.past_board(message.window, message.look)
        except KmmError as error:
            # It stays on the board as long as one looks at this window: `r` asks again.
            trouble = trouble_of(error, self._clock.now())
            topics = (*LISTS.values(), ACCOUNT_FIGURES, AGENTS)
            states = tuple(TopicState(topic, 0.0, trouble=trouble, is_past=True) for topic in topics)
        for screen in self.screen_stack:
            if isinstance(screen, Travelling):
                screen.show_past(message.window, states)

    def action_meter(self) -> None:
        """Shows what asking costs."""
        if self.feed and not isinstance(self.screen, MeterScreen):
            self.push_screen(MeterScreen(self.feed.reading(), self._about.every, self.feed.note(), self.feed.backfill))

    def action_ask_now(self) -> None:
        """Asks for everything now."""
        if self.feed:
            self.feed.ask_now()
        if self.comparing:
            self.comparing.ask_past()

    def on_board_screen_subgroups_toggled(self, message: BoardScreen.SubgroupsToggled) -> None:
        """Asks for the groups with their sub-groups, or without."""
        if self.feed:
            self.feed.subgroups = message.include
            self.board.lately.clear()

    def action_help(self) -> None:
        """Shows the help."""
        if not isinstance(self.screen, Help):
            self.push_screen(Help(self._prefs.keys))
