"""What feeds the screens: the app's workers, what they publish, and the clock. What a person does is `app`'s."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import tzinfo
from functools import partial
from typing import Any, ClassVar, Protocol

from textual.message import Message
from textual.screen import Screen

from kmm_tui.api.window import Window
from kmm_tui.board.board import Board
from kmm_tui.board.state import TopicState
from kmm_tui.feed.clock import Clock
from kmm_tui.feed.following import JUMP
from kmm_tui.settings.themefile import DEFAULT
from kmm_tui.ui.board_screen import BoardScreen
from kmm_tui.ui.comparing import Comparing
from kmm_tui.ui.cover import CoverScreen
from kmm_tui.ui.desk import BoardFeed, Desk, Stretching
from kmm_tui.ui.prefs import Prefs
from kmm_tui.ui.themed import ThemedApp
from kmm_tui.ui.trending import Trending
from kmm_tui.ui.wall.screen import WallScreen
from kmm_tui.ui.why import WhyScreen

SETTLE = 0.03
"""Seconds for which answers are collected before they are drawn together."""


class StateChanged(Message):
    """A topic has a new state. A newer one of the same topic replaces one that nobody has handled yet."""

    def __init__(self, desk: Desk, state: TopicState) -> None:
        super().__init__()
        self.desk = desk
        self.state = state

    def can_replace(self, message: Message) -> bool:
        if not isinstance(message, StateChanged) or message.desk is not self.desk:
            return False
        return message.state.topic == self.state.topic


class Drawn(Protocol):
    """A screen that the app keeps up to date."""

    def update_board(self, now: float, note: str = "") -> None:
        """Shows what is known at `now`, epoch seconds; `note` is told while there is no trouble to tell."""
        ...

    def tick(self, now: float) -> None:
        """Moves ages on to `now`, epoch seconds."""
        ...

    def distrust(self) -> None:
        """Says at the top that what is below could not be drawn."""
        ...


class FedApp(ThemedApp[str]):
    """It owns the feeds' workers, keeps what they publish, and hands it to the screens."""

    DRAWN: ClassVar[tuple[type[Drawn], ...]] = (BoardScreen, WallScreen)

    def __init__(
        self,
        desk: Desk,
        clock: Clock,
        *,
        theme: str = DEFAULT,
        tz: tzinfo | None = None,
        prefs: Prefs | None = None,
        note: str = "",
    ) -> None:
        """`note` is told at the start, while there is nothing worse to tell."""
        self._prefs = prefs or Prefs()
        super().__init__(theme, self._prefs.themes)
        self.desk = desk
        self.desks: tuple[Desk, ...] = (desk,)
        self._clock = clock
        self._tz = tz
        self._settling = False
        self._ticked_at = clock.now()
        self._start_note = note

    @property
    def board(self) -> Board:
        """What is known of the account."""
        return self.desk.board

    @property
    def feed(self) -> BoardFeed | None:
        """Who asks, once the app has started."""
        return self.desk.feed

    def screens_of(self, desk: Desk) -> list[Screen[Any]]:  # noqa: ARG002 - there is only one
        """The screens that show a desk, the one in front last."""
        return self.screen_stack if self._screen_stack else []

    def counting(self, desk: Desk) -> Comparing | WallScreen | None:
        """What says which window live figures are counted over: the first screen, once there is one."""
        first = next(iter(self.screens_of(desk)), None)
        return first if isinstance(first, Comparing | WallScreen) else None

    @property
    def comparing(self) -> Comparing | None:
        """The board itself, once there is a screen."""
        first = self.counting(self.desk)
        return first if isinstance(first, Comparing) else None

    def _start_desks(self) -> None:
        self._connect(self.desk)
        screen = self.counting(self.desk)
        if screen:
            self._seat(self.desk, screen)
        if self.feed:
            self.feed.start()

    def _connect(self, desk: Desk) -> None:
        if desk.alerts:
            desk.alerts.terminal.write = self._write_terminal
        desk.feed = desk.connect(self._start_worker, partial(self._publish, desk))

    def _seat(self, desk: Desk, screen: Comparing | WallScreen) -> None:
        """Lets `screen` show a desk, whose feed counts and asks as the screen wants it."""
        feed = desk.feed
        if feed is None:
            return
        desk.is_anchored = lambda: screen.is_anchored
        screen.usual_of = feed.usual_of
        if screen.present.is_unusual:
            feed.window = self._teller(screen.present.teller())
        if isinstance(screen, WallScreen):
            # From the first call on nothing is asked for that no page shows.
            feed.show(screen.present_look)
            return
        screen.backfill_of = lambda: feed.backfill
        if isinstance(screen, Trending):
            screen.lines = desk.lines
            screen.can_stretch = lambda: isinstance(feed, Stretching)

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

    def _publish(self, desk: Desk, state: TopicState) -> None:
        self.post_message(StateChanged(desk, state))

    def on_state_changed(self, message: StateChanged) -> None:
        """Notes it, and draws all that comes within a moment at once."""
        message.desk.board.put(self._fitted(message.desk, message.state))
        if not self._settling:
            self._settling = True
            self.set_timer(SETTLE, self._draw)

    def _fitted(self, desk: Desk, state: TopicState) -> TopicState:
        screen = self.counting(desk)
        return screen.present.fitted(state) if screen else state

    def _draw(self) -> None:
        if not self.stands:
            self.set_timer(SETTLE, self._draw)
            return
        self._settling = False
        self._redraw(lambda screen, now: screen.update_board(now, self._note()))

    def _tick(self) -> None:
        now = self._clock.now()
        if abs(now - self._ticked_at) > JUMP:
            self._woke()
        self._ticked_at = now
        self.mishaps.settle()
        changed = self.renew_themes()
        if self.stands:
            self._redraw(lambda screen, now: screen.tick(now))
            if changed:
                self._draw()

    def _woke(self) -> None:
        if self.feed:
            self._start_worker(self.feed.woke(), "woke")

    def _redraw(self, draw: Callable[[Drawn, float], None]) -> None:
        behind_wall = isinstance(self.screen, WallScreen)
        for screen in self.screen_stack:
            if isinstance(screen, self.DRAWN):
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
        return self.desk.note() or self.theme_note or self._start_note

    def _teller(self, window: Callable[[int], Window]) -> Callable[[], Window]:
        clock = self._clock
        return lambda: window(int(clock.now() * 1000))
