"""The app of the board: its keys, and what becomes of what a person does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, partial
from typing import Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen

from kmm_tui.api.errors import KmmError
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, TopicState
from kmm_tui.feed.poller import trouble_of
from kmm_tui.ui.alert_table import AlertsPanel, NoteBar
from kmm_tui.ui.alerting import Alerting
from kmm_tui.ui.board_screen import BoardScreen
from kmm_tui.ui.chooser import ColumnChooser, ColumnList
from kmm_tui.ui.comparing import Comparing
from kmm_tui.ui.cover import CoverScreen
from kmm_tui.ui.desk import BoardFeed, ComparesPast, Desk, Stretching
from kmm_tui.ui.fed import FedApp
from kmm_tui.ui.filterbar import FilterBar
from kmm_tui.ui.heatmap import HeatMap
from kmm_tui.ui.help import Help
from kmm_tui.ui.keymap import Deed, deeds_of
from kmm_tui.ui.linechart import LineChart
from kmm_tui.ui.linetable import LineTable
from kmm_tui.ui.meter import MeterScreen
from kmm_tui.ui.palette import Actions, Jumps
from kmm_tui.ui.strip import FigureStrip
from kmm_tui.ui.themechooser import ThemeChooser
from kmm_tui.ui.travelling import Travelling
from kmm_tui.ui.trend_panel import TrendPanel
from kmm_tui.ui.trendchoice import MetricScreen
from kmm_tui.ui.trending import Trending
from kmm_tui.ui.views import ViewsScreen
from kmm_tui.ui.wall.notice import notice
from kmm_tui.ui.wall.screen import WallScreen
from kmm_tui.ui.why import WhyScreen
from kmm_tui.ui.windows import WindowScreen


class BoardApp(FedApp):
    """The live board. It ends with None, or with a sentence that says why it had to end."""

    TITLE = "kmm-tui"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = App.COMMANDS | {Actions, Jumps}
    COMMAND_PALETTE_BINDING = "colon"
    KEYED: ClassVar[tuple[type[DOMNode], ...]] = (
        Alerting, AlertsPanel, NoteBar, TrendPanel, LineTable, FigureStrip, LineChart, HeatMap, Help, MeterScreen,
        WhyScreen, CoverScreen, ColumnChooser, ColumnList, ViewsScreen, WindowScreen, MetricScreen, FilterBar,
        WallScreen, ThemeChooser,
    )  # fmt: skip
    """What has keys besides the app itself, in the order in which the help tells them."""
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

    @cached_property
    def deeds(self) -> Mapping[str, Deed]:
        """All that has a key here, by id."""
        return deeds_of(*self.KEYED, type(self))

    def get_default_screen(self) -> BoardScreen | WallScreen:
        """The board."""
        return self._new_board_screen(self.desk)

    def _new_board_screen(self, desk: Desk) -> Alerting:
        screen = Alerting(desk.board, desk.about, self._tz, self._prefs)
        screen.alerts = desk.alerts
        # Keys may come before the first answer does.
        screen.now = self._clock.now()
        return screen

    def on_mount(self) -> None:
        """Keys and themes, then the feed, then the clock."""
        self.set_keymap({name: keys for name, keys in self._prefs.keys.items() if name in self.deeds})
        self.wear_wanted()
        self._start_desks()
        self.set_interval(1.0, self._tick)

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
            wall = WallScreen(self.board, self.desk.about, self._tz, self._prefs, can_leave=True)
            wall.present, wall.usual_of, wall.now = board.present, self.feed.usual_of, self._clock.now()
            wall.alerts = self.desk.alerts
            self.push_screen(wall, lambda _: self._back_from_wall(board))

    def _back_from_wall(self, board: Comparing) -> None:
        if self.feed:
            self.feed.show(board.present_look)
        board.update_board(self._clock.now(), self._note())

    def on_travelling_spanned(self, message: Travelling.Spanned) -> None:
        """Counts over another window from now on."""
        if self.feed:
            self.feed.window = self._teller(message.window)

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
            work: Any = partial(self._look_back, self.desk, self.feed, message)
            self.run_worker(work, group=f"past of {self.desk.about.profile}", exclusive=True, exit_on_error=False)

    async def _look_back(self, desk: Desk, feed: BoardFeed, message: Travelling.LookedBack) -> None:
        try:
            states = await feed.past_board(message.window, message.look)
        except KmmError as error:
            # It stays on the board as long as one looks at this window: `r` asks again.
            trouble = trouble_of(error, self._clock.now())
            topics = (*LISTS.values(), ACCOUNT_FIGURES, AGENTS)
            states = tuple(TopicState(topic, 0.0, trouble=trouble, is_past=True) for topic in topics)
        for screen in self.screens_of(desk):
            if isinstance(screen, Travelling):
                screen.show_past(message.window, states)

    def action_meter(self) -> None:
        """Shows what asking costs."""
        if self.feed and not isinstance(self.screen, MeterScreen):
            feed, every = self.feed, self.desk.about.every
            self.push_screen(MeterScreen(feed.reading(), every, feed.note(), feed.backfill, self._whose))

    @property
    def _whose(self) -> str:
        """The account of the desk, where there are several."""
        return ""

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

    async def action_suspend_process(self) -> None:  # type: ignore[override]
        """Stands still in the background; meanwhile another board of this machine tells of alerts."""
        for desk in self.desks:
            if desk.alerts:
                await desk.alerts.close()
        super().action_suspend_process()

    def action_help(self) -> None:
        """Shows the help."""
        if not isinstance(self.screen, Help):
            self.push_screen(Help(self.deeds, self._prefs.keys))
