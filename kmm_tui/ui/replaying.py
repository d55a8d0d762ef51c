"""The board as it was recorded: played, stopped, stepped through and searched. Nothing on it is of now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer

from kmm_tui.api.window import MINUTE, format_duration
from kmm_tui.board.board import Board
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.board.judge import Judge
from kmm_tui.board.state import TopicState
from kmm_tui.feed.clock import Clock
from kmm_tui.feed.feed import Spawn
from kmm_tui.feed.recorded import Recorded
from kmm_tui.feed.replay import ReplayClock, ReplayFeed
from kmm_tui.settings.themefile import DEFAULT
from kmm_tui.ui.app import BoardApp
from kmm_tui.ui.arranging import Arranging
from kmm_tui.ui.board_screen import SAID_FOR, BoardScreen
from kmm_tui.ui.desk import Desk
from kmm_tui.ui.fed import SETTLE, StateChanged
from kmm_tui.ui.header import About
from kmm_tui.ui.help import Help
from kmm_tui.ui.keymap import key_text
from kmm_tui.ui.prefs import Prefs
from kmm_tui.ui.replaybar import Played, ReplayBar, speed_words

LEAP = 10 * MINUTE
"""How far the keys for it go, in ms."""
KEYS = {
    "full_stop": ".", "comma": ",", "plus": "+", "minus": "-", "equals_sign": "=", "left_square_bracket": "[",
    "right_square_bracket": "]", "left_curly_bracket": "{", "right_curly_bracket": "}",
}  # fmt: skip
AT_START = "the record begins here"
AT_END = "the record ends here"
NOTHING_ASKED = "a replay asks for nothing: it shows what was recorded"


class RecordedBoard(Board):
    """A board of another time: however new an answer was at that time, it is not live."""

    def overall(self, now: float) -> Freshness:
        """The worst of everything; where nothing was wrong, that it is past."""
        found = super().overall(now)
        return replace(found, age=Age.PAST) if found.age is Age.LIVE and found.trouble is None else found


class Replaying(Arranging):
    """The board of a replay, with a frame and a bar that say so."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "Pause", id="replay.pause", tooltip="stop the replay, or let it go on"),
        Binding("full_stop,right_square_bracket", "step(1)", "Step", key_display=".", id="replay.step",
                tooltip="stop at the next recorded answers"),
        Binding("comma,left_square_bracket", "step(-1)", "Back", key_display=",", id="replay.step-back",
                tooltip="stop at the recorded answers before"),
        Binding("right_curly_bracket", "leap(1)", "+10 min", key_display="}", id="replay.leap",
                tooltip="ten minutes forth"),
        Binding("left_curly_bracket", "leap(-1)", "-10 min", key_display="{", id="replay.leap-back",
                tooltip="ten minutes back"),
        Binding("plus,equals_sign", "speed(True)", "Faster", key_display="+", id="replay.faster",
                tooltip="play faster"),
        Binding("minus", "speed(False)", "Slower", key_display="-", id="replay.slower", tooltip="play slower"),
    ]  # fmt: skip
    DEFAULT_CSS = """
    Replaying { border: heavy $kmm-accent; }
    """

    def __init__(
        self,
        board: Board,
        about: About,
        tz: tzinfo | None,
        prefs: Prefs,
        clock: ReplayClock,
        feed: Callable[[], ReplayFeed | None],
    ) -> None:
        super().__init__(board, about, tz, prefs)
        self._clock = clock
        self._feed = feed
        self._unsay: Timer | None = None
        self._width = about.window
        self.bar = ReplayBar(tz, id="replay")

    def compose(self) -> ComposeResult:
        """The bar stands under the title."""
        for widget in super().compose():
            yield widget
            if widget is self.title_bar:
                yield self.bar

    # -- what is shown

    def show_board(self, board: Board, now: float, note: str) -> None:
        """Another moment: nothing of the one before is left."""
        self.board = board
        self.hold(False)
        self.update_board(now, note)

    def update_board(self, now: float, note: str = "") -> None:
        """See `BoardScreen`; figures are counted over the window that they were asked for in then."""
        account = self.board.account()
        if account and account.window.width != self._width:
            self._width = account.window.width
            self.title_bar.set_span(f"last {format_duration(self._width)}")
            self.strip.set_window(format_duration(self._width))
        super().update_board(now, note)

    def tick(self, now: float) -> None:
        """The bar moves on as well."""
        feed, clock = self._feed(), self._clock
        if feed:
            self.note = feed.note() or self.note
        super().tick(now)
        if feed:
            start, end = feed.span
            self.bar.update_bar(Played(round(now * 1000), clock.speed, start, end, clock.is_paused))

    def update_meter(self, reading: object) -> None:
        """There is nothing that asking could cost."""

    def say(self, text: str) -> None:
        """Answers what the person just did, for a few seconds of their own time and not of the replay's."""
        if self._unsay:
            self._unsay.stop()
        self._said = (text, float("inf"))
        self._unsay = self.set_timer(SAID_FOR, self._fall_silent)
        self._update_trouble()

    def _fall_silent(self) -> None:
        self._said = ("", 0.0)
        self._update_trouble()

    # -- what a person does

    def action_pause(self) -> None:
        """Stops the replay, or lets it go on."""
        feed = self._feed()
        if feed is None:
            return
        if self._clock.is_at_end and not self._clock.is_paused:
            self.say(AT_END)
            return
        feed.pause(not self._clock.is_paused)
        self.tick(self._clock.now())

    async def action_step(self, direction: int) -> None:
        """Stops at the next recorded answers, or at those before."""
        feed = self._feed()
        if feed and not await feed.step(direction):
            self.say(AT_END if direction > 0 else AT_START)
        self.tick(self._clock.now())

    async def action_leap(self, direction: int) -> None:
        """Ten minutes forth or back."""
        feed = self._feed()
        if feed and not await feed.seek(self._clock.ms + direction * LEAP):
            self.say(AT_END if direction > 0 else AT_START)

    def action_speed(self, faster: bool) -> None:
        """Plays faster or slower."""
        feed = self._feed()
        if feed:
            feed.speed_up(faster)
            self.say(f"{speed_words(self._clock.speed)} as fast as it was")
            self.tick(self._clock.now())

    def action_subgroups(self) -> None:
        """What was not asked for then cannot be shown."""
        self.say("a replay shows agent groups as they were recorded")


class ReplayHelp(Help):
    """The help, with the keys of a replay first; those that they take the place of are left out."""

    def _keys(self) -> list[tuple[str, str]]:
        own = [each for each in Replaying.__dict__["BINDINGS"] if isinstance(each, Binding)]
        taken = {key_text(key) for each in own for key in each.key.split(",")}
        shown = [(" ".join(_written(key) for key in each.key.split(",")), each.tooltip) for each in own]
        return [*shown, *((keys, words) for keys, words in super()._keys() if keys not in taken)]


def _written(key: str) -> str:
    return KEYS.get(key) or key_text(key)


class ReplayApp(BoardApp):
    """Plays a record back."""

    KEYED = (*BoardApp.KEYED, Replaying)

    def __init__(
        self,
        record: Recorded,
        span: tuple[int, int],
        about: About,
        real: Clock,
        at_ms: int,
        *,
        speed: float = 1.0,
        theme: str = DEFAULT,
        tz: tzinfo | None = None,
        prefs: Prefs | None = None,
        note: str = "",
    ) -> None:
        """Begins at `at_ms` and goes `speed` times as fast as it was, by `real`, the time that passes.

        `span` is the record's first and last moment. Both are epoch ms.
        """
        self._record = record
        self._span = span
        self._real = real
        self._played = ReplayClock(real, at_ms, speed, span[1])
        desk = Desk(self._make, about, prefs or Prefs())
        super().__init__(desk, self._played, theme=theme, tz=tz, prefs=prefs, note=note)
        self.desk.board = self._new_board()

    def _new_board(self) -> Board:
        return RecordedBoard(Judge(self._prefs.limits), self._prefs.state_limits)

    def _make(self, spawn: Spawn, publish: Callable[[TopicState], None]) -> ReplayFeed:
        return ReplayFeed(self._record, self._played, self._real, self._span, spawn, publish, self._begin)

    def get_default_screen(self) -> BoardScreen:
        """The board of a replay."""
        return Replaying(self.board, self.desk.about, self._tz, self._prefs, self._played, lambda: self.replay)

    @property
    def replay(self) -> ReplayFeed | None:
        """The feed, once there is one."""
        return self.feed if isinstance(self.feed, ReplayFeed) else None

    def _publish(self, desk: Desk, state: TopicState) -> None:
        # At once: a message that is still under way when another moment begins would be one of the moment before.
        self.on_state_changed(StateChanged(desk, state))

    def _begin(self, states: Sequence[TopicState]) -> None:
        self.desk.board = self._new_board()
        for state in states:
            self.board.put(state)
        for screen in self.screen_stack:
            if isinstance(screen, Replaying):
                screen.board = self.board
                if self.stands:
                    screen.show_board(self.board, self._clock.now(), self._note())
                else:
                    self.set_timer(SETTLE, self._draw)

    def action_ask_now(self) -> None:
        """Nobody is asked."""
        self._tell(NOTHING_ASKED)

    def action_meter(self) -> None:
        """Nothing was asked."""
        self._tell(NOTHING_ASKED)

    def _tell(self, text: str) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, Replaying):
                screen.say(text)

    def action_help(self) -> None:
        """Shows the help."""
        if not isinstance(self.screen, Help):
            self.push_screen(ReplayHelp(self.deeds, self._prefs.keys))
