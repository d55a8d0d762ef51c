"""Time on the board: which window figures are counted over, and any window of the last fourteen days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from kmm_tui.api.window import Window
from kmm_tui.board.board import Board
from kmm_tui.board.figure import Absent
from kmm_tui.board.judge import Judge
from kmm_tui.board.look import Look
from kmm_tui.board.shifts import Shift
from kmm_tui.board.span import PRESETS, TODAY, YESTERDAY, Span, SpanError, last, note, since
from kmm_tui.board.span_text import parse_span
from kmm_tui.board.state import TopicState
from kmm_tui.board.travel import Travel
from kmm_tui.metrics import BY_NAME
from kmm_tui.ui.arranging import Arranging
from kmm_tui.ui.header import About
from kmm_tui.ui.prefs import Prefs
from kmm_tui.ui.timebar import TimeBar
from kmm_tui.ui.windows import WindowScreen


class Travelling(Arranging):
    """The board, of now or of another time. What is live goes on behind the past."""

    class Spanned(Message):
        """Live figures are to be counted over another window, which `window` tells whenever it is asked."""

        def __init__(self, span: Span, window: Callable[[int], Window]) -> None:
            super().__init__()
            self.span, self.window = span, window

    class LookedBack(Message):
        """A window that is over is to be shown, with what `look` says."""

        def __init__(self, window: Window, look: Look) -> None:
            super().__init__()
            self.window, self.look = window, look

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "window", "Window", show=False, id="time.window",
                tooltip="what figures are counted over: a width, since a shift began, today, yesterday, a range"),
        Binding("left_square_bracket", "step(-1)", "Back", show=False, id="time.back", tooltip="one window back"),
        Binding("right_square_bracket", "step(1)", "Forth", show=False, id="time.forth", tooltip="one window forth"),
        Binding("left_curly_bracket", "day(-1)", "Day back", show=False, id="time.day-back", tooltip="one day back"),
        Binding("right_curly_bracket", "day(1)", "Day forth", show=False, id="time.day-forth",
                tooltip="one day forth"),
        Binding("full_stop", "now", "Now", key_display=".", show=False, id="time.now", tooltip="back to now"),
    ]  # fmt: skip
    DEFAULT_CSS = """
    Travelling.-past { border: heavy $kmm-accent; }
    """

    def __init__(self, board: Board, about: About, tz: tzinfo | None, prefs: Prefs) -> None:
        super().__init__(board, about, tz, prefs)
        self._live_board = board
        self._shifts: Sequence[Shift] = prefs.shifts
        self.time_bar = TimeBar(tz)
        self.travel = Travel(prefs.span or last(about.window))
        self.past: Window | None = None

    def compose(self) -> ComposeResult:
        for widget in super().compose():
            yield widget
            if widget is self.title_bar:
                yield self.time_bar

    # -- where in time one is

    @property
    def _now_ms(self) -> int:
        return int(self.now * 1000)

    def action_step(self, direction: int) -> None:
        """One window back or forth."""
        self._travel(lambda: self.travel.step(direction, self._now_ms, self.tz, self._shifts))

    def action_day(self, direction: int) -> None:
        """One day back or forth, to the same times of day."""
        self._travel(lambda: self.travel.day(direction, self._now_ms, self.tz, self._shifts))

    def action_now(self) -> None:
        """Back to now."""
        if self.past is not None and not self.travel.home().is_live:
            self._go(Travel(last(self.about.window)))
        else:
            self._go(self.travel.home())

    def action_window(self) -> None:
        """Chooses a window."""
        spans = [*PRESETS, *(since(shift) for shift in self._shifts), TODAY, YESTERDAY]

        def read(text: str) -> Span:
            span = parse_span(text, self._now_ms, self.tz, self._shifts)
            Travel(span).window(self._now_ms, self.tz, self._shifts)
            return span

        def done(span: Span | None) -> None:
            if span is not None:
                self._travel(lambda: Travel(span))

        self.app.push_screen(WindowScreen(spans, self.travel.span, read), done)

    def _travel(self, there: Callable[[], Travel]) -> None:
        try:
            travel = there()
            travel.window(self._now_ms, self.tz, self._shifts)
        except SpanError as error:
            self.say(str(error))
            return
        self._go(travel)

    def _go(self, travel: Travel) -> None:
        before, self.travel = self.travel, travel
        window = travel.window(self._now_ms, self.tz, self._shifts)
        if travel.is_live:
            self._come_home(changed=before.span != travel.span)
        elif window != self.past:
            self._look_back(window)
        told = travel.note
        if travel.at_ms is None and not told:
            told = note(travel.span, self._now_ms, self.tz, self._shifts)
        if told:
            self.say(told)

    def _come_home(self, *, changed: bool) -> None:
        self.past = None
        self._show_board(self._live_board)
        span, tz, shifts = self.travel.span, self.tz, self._shifts
        self.title_bar.set_span(span.label)
        self.strip.set_window(_short(span))
        if changed:
            self.post_message(self.Spanned(span, lambda now: Travel(span).window(now, tz, shifts)))

    def _look_back(self, window: Window) -> None:
        self.past = window
        # Judged by itself: what was bad then neither raises nor resolves anything of now.
        board = Board(Judge(self.prefs.limits), self.prefs.state_limits)
        self._show_board(board)
        self.strip.set_window("")
        self.post_message(self.LookedBack(window, self.present_look))

    def _show_board(self, board: Board) -> None:
        self.board = board
        self.hold(False)
        self.set_class(self.past is not None, "-past")
        self.time_bar.update_bar(self._now_ms, self.past)
        self.update_board(self.now, self.note)

    def show_past(self, window: Window, states: Sequence[TopicState]) -> None:
        """The answers about `window`; those of one that is not looked at any more are too late."""
        if window == self.past:
            for state in states:
                self.board.put(state)
            self.update_board(self.now, self.note)
            row = self.board.account_row(self.now)
            if row and row.get(BY_NAME["unassigned_conversations"]) is Absent.NOT_RECORDED:
                self.say("n/r: not recorded on this machine; figures of a window are the API's")

    def look(self) -> None:
        """In the past it is asked for what is looked at, too; what is live goes on as it was."""
        if self.past is None:
            super().look()
        elif self.present_look != self._looked_back:
            self.post_message(self.LookedBack(self.past, self.present_look))
        self._looked_back = self.present_look

    _looked_back: Look | None = None

    def tick(self, now: float) -> None:
        """The bar of the fourteen days moves on as well."""
        super().tick(now)
        if self.past is not None:
            self.time_bar.update_bar(self._now_ms, self.past)


def _short(span: Span) -> str:
    """What stands beside CLOSED: ``1h``, ``today``."""
    return span.label.removeprefix("last ").split(" ")[0]
