"""Time on the board: which window figures are counted over, and any window of the last fourteen days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from kmm_tui.api.window import Window
from kmm_tui.board.board import Board
from kmm_tui.board.figure import Absent, Number
from kmm_tui.board.judge import Judge
from kmm_tui.board.look import Look
from kmm_tui.board.present import Present
from kmm_tui.board.shifts import Shift
from kmm_tui.board.span import PRESETS, TODAY, YESTERDAY, Span, SpanError, last, note, since
from kmm_tui.board.span_text import parse_span
from kmm_tui.board.state import Topic, TopicState
from kmm_tui.board.travel import AT_NOW, Travel
from kmm_tui.metrics import BY_NAME
from kmm_tui.ui.agents_panel import EVERYONE
from kmm_tui.ui.arranging import Arranging
from kmm_tui.ui.header import About
from kmm_tui.ui.prefs import Prefs
from kmm_tui.ui.timebar import TimeBar, window_text
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
    # Where lines are few only the sides of the frame are drawn: the bar of the fourteen days closes it at the top.
    DEFAULT_CSS = """
    Travelling.-past {
        border: heavy $kmm-accent;
        &.-h-short { border-top: none; border-bottom: none; }
        &.-w-tiny, &.-h-tiny { border: none; }
    }
    """

    def __init__(self, board: Board, about: About, tz: tzinfo | None, prefs: Prefs) -> None:
        super().__init__(board, about, tz, prefs)
        self._live_board = board
        self._shifts: Sequence[Shift] = prefs.shifts
        self.time_bar = TimeBar(tz)
        usual = last(about.window)
        self.present = Present(prefs.span or usual, usual, tz, prefs.shifts)
        self.travel = Travel(self.present.span)
        self.past: Window | None = None
        self._looked_back: Look | None = None
        self._instead = ""
        self._failed: list[Topic] = []

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
        self._travel(lambda: self._homed(self._here.step(direction, self._now_ms, self.tz, self._shifts)))

    def action_day(self, direction: int) -> None:
        """One day back or forth, to the same times of day."""
        self._travel(lambda: self._homed(self._here.day(direction, self._now_ms, self.tz, self._shifts)))

    def action_now(self) -> None:
        """Back to now, and to what live figures were counted over."""
        if self.past is None:
            self.say(AT_NOW)
        else:
            self._go(Travel(self.present.span))

    def take_back(self) -> bool:
        """Takes back the last thing; in the past, where nothing else is left of that, the journey."""
        tables = [panel for panel in self.tables if panel.display]
        left = len(self.trail.places) > 1 or any(panel.filter_text for panel in tables)
        if self.past is None or left or (self.agents.display and self.agents.state != EVERYONE):
            return super().take_back()
        self.action_now()
        return True

    @property
    def _here(self) -> Travel:
        """Where one is: at what stands in, while the chosen span has no window."""
        return Travel(self.present.at(self._now_ms)[0]) if self.travel.is_live else self.travel

    def _homed(self, travel: Travel) -> Travel:
        return replace(travel, span=self.present.span) if travel.is_live else travel

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
            if travel.at_ms is not None or travel.span != self.present.span:
                travel.window(self._now_ms, self.tz, self._shifts)
        except SpanError as error:
            self.say(str(error))
            return
        self._go(travel)

    def _go(self, travel: Travel) -> None:
        self.travel = travel
        told = travel.note
        if travel.is_live:
            self._come_home(travel.span)
            told = told or self._noted(travel.span)
        else:
            window = travel.window(self._now_ms, self.tz, self._shifts)
            if window != self.past:
                self._look_back(window)
            if travel.at_ms is None:
                told = told or self._noted(travel.span)
        if told:
            self.say(told)

    def _noted(self, span: Span) -> str:
        try:
            return note(span, self._now_ms, self.tz, self._shifts)
        except SpanError:
            return self.present.at(self._now_ms)[1]

    def _come_home(self, span: Span) -> None:
        self.past = None
        is_other, self.present.span = span != self.present.span, span
        if is_other:
            self._live_board.refit(self.present.fitted)
        self._show_board(self._live_board)
        self.look()
        if is_other:
            self.post_message(self.Spanned(span, self.present.teller()))

    def _look_back(self, window: Window) -> None:
        self.past, self._failed = window, []
        # Judged by itself: what was bad then neither raises nor resolves anything of now.
        board = Board(Judge(self.prefs.limits), self.prefs.state_limits)
        self._prefer_counted(False)
        self._show_board(board)
        self.ask_past()

    def ask_past(self) -> None:
        """Asks for the past that is looked at; what is known of it costs nothing."""
        if self.past is not None:
            self._looked_back = self.present_look
            self.post_message(self.LookedBack(self.past, self.present_look))

    def _show_board(self, board: Board) -> None:
        self.board = board
        self.hold(False)
        self.set_class(self.past is not None, "-past")
        if self.past is None:
            self._prefer_counted(False)
        self.time_bar.update_bar(self._now_ms, self.past)
        self.update_board(self.now, self.note)

    def _prefer_counted(self, wanted: bool) -> None:
        """Where nobody recorded the values of a moment, the figures of its window are what there is to see."""
        self.strip.prefer_counted(wanted)
        for panel in (self.skills, self.groups, self.agents):
            panel.prefer_counted(wanted)

    def show_past(self, window: Window, states: Sequence[TopicState]) -> None:
        """The answers about `window`; those of one that is not looked at any more are too late."""
        if window != self.past:
            return
        # What failed before may not be looked at any more, and so is not in this answer.
        for topic in self._failed:
            self.board.drop(topic)
        self._failed = [state.topic for state in states if state.trouble]
        for state in states:
            self.board.put(state)
        row = self.board.account_row(self.now)
        unknown = row is not None and row.get(BY_NAME["unassigned_conversations"]) is Absent.NOT_RECORDED
        self._prefer_counted(unknown)
        self.update_board(self.now, self.note)
        if unknown:
            self.say("n/r: not recorded on this machine; figures of a window are the API's")

    def look(self) -> None:
        """In the past it is asked for what is looked at, too; what is live goes on as it was."""
        if self.past is None:
            super().look()
        elif self.present_look != self._looked_back:
            self.ask_past()

    # -- which time it is of

    def update_board(self, now: float, note: str = "") -> None:
        """Tells as well what stands in for a span that has no window now."""
        before, self._instead = self._instead, self.present.at(int(now * 1000))[1]
        if note == before:
            note = ""
        super().update_board(now, note or self._instead)

    def tick(self, now: float) -> None:
        """The bar of the fourteen days moves on as well, and a shift that begins or is long over is another window."""
        self._tell_window(int(now * 1000))
        super().tick(now)
        if self.past is not None:
            self.time_bar.update_bar(self._now_ms, self.past)

    def _tell_window(self, now_ms: int) -> None:
        if self.past is not None:
            self.title_bar.set_span("")
            self.strip.set_window("")
            return
        span, _ = self.present.at(now_ms)
        account = self.board.account()
        self.title_bar.set_span(span.label, awaited=account is not None and not self.present.fits(account.window))
        self.strip.set_window(short_label(span))

    def update_titles(self) -> None:
        """Says beside the titles what underlined figures are counted over: all others are of one moment."""
        words = window_text(self.past, self.tz) if self.past else self.present.at(self._now_ms)[0].label
        for panel in (self.skills, self.groups, self.agents):
            panel.title.aside = f"underlined: {words}"
        super().update_titles()

    def _recent(self, name: str) -> list[Number | None]:
        return super()._recent(name) if self.past is None else []


def short_label(span: Span) -> str:
    """What stands beside CLOSED: ``1h``, ``today``, ``since 07:00``."""
    words = span.label.removeprefix("last ")
    return f"since {words.rpartition(' ')[2]}" if words.startswith("since ") else words
