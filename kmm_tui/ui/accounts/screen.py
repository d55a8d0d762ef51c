"""All accounts at a glance: a lane for each, the worst on top, and at the top of all how many are in trouble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from kmm_tui.board.board import worst
from kmm_tui.board.derived import metric_named
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.board.present import Present
from kmm_tui.board.scope import ACCOUNT
from kmm_tui.board.severity import Severity
from kmm_tui.board.span import Span as CountedSpan
from kmm_tui.board.span import is_anchored, last
from kmm_tui.board.why import Why, explain
from kmm_tui.ui.accounts.lane import Lane
from kmm_tui.ui.asking import ahead_of, subject_of
from kmm_tui.ui.boardstyle import LEAST_HEIGHT, LEAST_WIDTH
from kmm_tui.ui.columns import Span
from kmm_tui.ui.desk import Desk
from kmm_tui.ui.header import TroubleLine, local_time, truth
from kmm_tui.ui.keyline import KeyLine
from kmm_tui.ui.lean import LeanCompositor
from kmm_tui.ui.levels import glyph
from kmm_tui.ui.lines import Line, RoleLines, spread
from kmm_tui.ui.prefs import Prefs
from kmm_tui.ui.strip import strip_text
from kmm_tui.ui.travelling import short_label
from kmm_tui.ui.why import WhyScreen

SAID_FOR = 10.0
"""Seconds for which an answer to a key stands."""
LEAST_LANE, USUAL_LANE, MOST_LANE = 4, 6, 16
"""Lines of a lane: title, label, value and news; with what belongs to the value, and what it was lately; at most."""
AROUND = 3
"""Lines that are no lane's: the title, what is told, and the keys."""


class AccountsTitle(RoleLines):
    """` kmm  3 accounts · last 1h   ■ 1 critical  ▲ 1 warn  1 calm ...  ● LIVE   14:04:31`."""

    DEFAULT_CSS = """
    AccountsTitle { height: 1; background: $kmm-surface; }
    """

    def __init__(self, count: int, tz: tzinfo | None) -> None:
        super().__init__()
        self._count = count
        self._tz = tz
        self._span = ""
        self._now = 0.0
        self._lanes: Sequence[Lane] = ()
        self._broken = False

    def update_title(self, now: float, lanes: Sequence[Lane], span: str) -> None:
        """`span` is what figures are counted over, in words; `now` is epoch s."""
        self._now, self._lanes, self._span, self._broken = now, lanes, span, False
        self.show()

    def distrust(self) -> None:
        """The lanes could not be drawn: what stands on the screen is of another time, and says so."""
        self._broken = True
        self.show()

    def lines(self, width: int) -> Sequence[Line]:
        left: list[Span] = [(" kmm ", "accent"), (f" {self._count} accounts", "strong")]
        counts = [[("  ", "value"), span] for span in self._counted()]
        right = self._truth()
        clock: Span = (f"   {local_time(self._now * 1000, self._tz)} ", "value")
        if self._span:
            label: Span = (f" · {self._span}", "dim")
            room = width - 2 - sum(cell_len(text) for text, _ in (*left, label, *right, clock))
            # Rather than how many are calm: without its window no figure is anything.
            for kept in range(len(counts), 0, -1):
                if sum(cell_len(text) for count in counts[:kept] for text, _ in count) <= room:
                    left, counts = [*left, label], counts[:kept]
                    break
        left += [span for count in counts for span in count]
        return [spread(left, [*right, clock], width)]

    def _counted(self) -> list[Span]:
        """How many are critical, without figures that may be gone by, in warning, unknown and calm."""
        found = [lane.standing for lane in self._lanes]
        blind = sum(each.is_blind for each in found)

        def count(severity: Severity, word: str) -> list[Span]:
            number = sum(each.severity is severity and not each.is_blind for each in found)
            sign, role = glyph(severity)
            span: Span = (f"{sign} {number} {word}".strip(), role if severity else "dim")
            return [span] if number else []

        without: Span = (f"? {blind} without figures", "critical")
        return [
            *count(Severity.CRITICAL, "critical"),
            *([without] if blind else []),
            *count(Severity.WARN, "warn"),
            *count(Severity.UNKNOWN, "unknown"),
            *count(Severity.CALM, "calm"),
        ]

    def _truth(self) -> list[Span]:
        if self._broken:
            return [("■ ERROR", "critical"), (" not drawn since", "dim")]
        found = [lane.standing.fresh for lane in self._lanes]
        fresh: Freshness = worst(found)
        if fresh.is_live or len(found) < 2:
            return truth(fresh, self._now, None)
        ill = sum(not each.is_live for each in found)
        whose = f"{ill} of {len(found)} " if ill < len(found) else ""
        # Each lane tells how old its figures are.
        sign, *_ = truth(replace(fresh, seconds=None), self._now, None)
        return [(f"{whose}{sign[0]}", sign[1])]


class Lanes(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Scrolls to the lane that has the keyboard: its own keys would scroll past it."""


class AccountsScreen(Screen[None]):
    """The lanes. They change places only when one has become worse or better than another, by coarse steps."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="accounts.up", tooltip="the account above"),
        Binding("down,j", "move(1)", "Down", show=False, id="accounts.down", tooltip="the account below"),
        Binding("question_mark", "why", "Why", key_display="?", id="accounts.why",
                tooltip="all that is known of the picked figure; ← and → pick another"),
    ]  # fmt: skip
    # The first strip would be scrolled to, and the title above it away.
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    AccountsScreen {
        background: $kmm-ground; color: $kmm-text; layout: vertical; overflow: hidden;
        #lanes { height: 1fr; scrollbar-size-vertical: 1; }
        &.-roomy #lanes { margin-top: 1; }
        #small { display: none; padding: 1 2; }
        #bottom { height: 1; dock: bottom; }
        &.-small > * { display: none; }
        &.-small > #small { display: block; }
    }
    """

    def __init__(self, desks: Sequence[Desk], tz: tzinfo | None, prefs: Prefs) -> None:
        super().__init__()
        self._compositor = LeanCompositor()
        self.tz = tz
        self.now = 0.0
        self.note = ""
        width = desks[0].about.window
        usual = last(width)
        self.present = Present(prefs.span or usual, usual, tz, prefs.shifts)
        self.title_bar = AccountsTitle(len(desks), tz)
        self.lanes = [Lane(desk, short_label(self.present.span)) for desk in desks]
        self.scroll = Lanes(*self.lanes, id="lanes")
        self.told = TroubleLine()
        self.keys = KeyLine()
        self._said = ("", 0.0)
        self._is_sought = False
        """Whether a person has chosen a lane; until then it is the worst."""

    def compose(self) -> ComposeResult:
        yield self.title_bar
        yield self.scroll
        yield self.told
        yield Static(id="small", markup=False)
        with Horizontal(id="bottom"):
            yield self.keys

    # -- what is new

    def update_board(self, now: float, note: str = "") -> None:
        """Shows what is known at `now`, epoch s; `note` is told at the bottom."""
        self.now, self.note = now, note
        with self.app.batch_update():
            for lane in self.lanes:
                lane.strip.set_window(short_label(self._span))
                lane.update_lane(now)
            self._order()
        self._tell()

    def tick(self, now: float) -> None:
        """Moves ages on to `now`, epoch s."""
        self.now = now
        for lane in self.lanes:
            lane.tick(now)
        self._order()
        self._tell()

    @property
    def _span(self) -> CountedSpan:
        return self.present.at(int(self.now * 1000))[0]

    @property
    def is_anchored(self) -> bool:
        """Whether figures are counted from a begin that stands still."""
        return is_anchored(self._span)

    def _order(self) -> None:
        """The worst on top; who is as bad as another stays where they are."""
        wanted = sorted(self.lanes, key=lambda lane: lane.standing.order, reverse=True)
        if wanted != self.lanes:
            self.lanes = wanted
            places = {lane: place for place, lane in enumerate(wanted)}
            self.scroll.sort_children(key=lambda widget: places[widget])  # type: ignore[index]
        is_sought = self._is_sought or any(lane.strip.is_picked for lane in self.lanes)
        if not is_sought and not self.lanes[0].strip.has_focus:
            self.lanes[0].strip.focus(scroll_visible=False)

    def _tell(self) -> None:
        self.title_bar.update_title(self.now, self.lanes, self._span.label)
        text, until = self._said
        note = self.note or self._below()
        self.told.update_trouble(Freshness(Age.LIVE, None), note, text if self.now < until else "")
        if self.has_class("-small"):
            self._tell_small()

    def distrust(self) -> None:
        """Says at the top that what is below could not be drawn."""
        self.title_bar.distrust()

    def say(self, text: str) -> None:
        """Answers what the person just did, for a few seconds."""
        self._said = (text, self.now + SAID_FOR)
        self._tell()

    # -- room

    def on_resize(self) -> None:
        """Lanes are as high as there is room for, and none higher than another."""
        room = self.size.height - AROUND
        lines = max(LEAST_LANE, min(MOST_LANE, room // len(self.lanes)))
        for lane in self.lanes:
            lane.styles.height = lines
            lane.strip.styles.height = min(lines, USUAL_LANE) - 2
        self.set_class(room > lines * len(self.lanes), "-roomy")
        self.set_class(self.size.width < LEAST_WIDTH or self.size.height < LEAST_HEIGHT, "-small")
        self.call_after_refresh(self._tell)

    def _below(self) -> str:
        lines, left = self.lanes[0].size.height, self.scroll.max_scroll_y - self.scroll.scroll_offset.y
        count = -(-left // lines) if lines else 0
        return f"{count} more account{'' if count == 1 else 's'} below" if count > 0 else ""

    def _tell_small(self) -> None:
        width, height = self.size
        lines = [f"kmm-tui needs {LEAST_WIDTH} x {LEAST_HEIGHT}, this terminal has {width} x {height}.", ""]
        for lane in self.lanes:
            about, fresh = lane.desk.about, lane.standing.fresh
            told = "".join(text for text, _ in truth(fresh, self.now, None))
            lines += [f"{about.title}: {strip_text(lane.strip.row)}  {told}"]
        for small in self.query("#small").results(Static):
            small.update("\n".join(lines))

    # -- what a person does

    @property
    def chosen(self) -> Lane:
        """The lane that has the keyboard, or the first."""
        return next((lane for lane in self.lanes if lane.strip is self.focused), self.lanes[0])

    def choose(self, desk: Desk) -> None:
        """Gives the keyboard to the lane of a desk."""
        self._is_sought = True
        for lane in self.lanes:
            if lane.desk is desk:
                lane.strip.focus(scroll_visible=False)
                lane.scroll_visible(animate=False)
                self.call_after_refresh(self._tell)

    def on_mouse_down(self) -> None:
        """Who clicks has chosen."""
        self._is_sought = True

    def action_move(self, step: int) -> None:
        """To the account above (-1) or below (1)."""
        at = self.lanes.index(self.chosen) + step
        if 0 <= at < len(self.lanes):
            self.choose(self.lanes[at].desk)

    def action_why(self) -> None:
        """Tells all that is known of the picked figure of the chosen account."""
        lane = self.chosen
        board, whose = lane.desk.board, lane.desk.about.title

        def answer(name: str) -> Why:
            metric = metric_named(name)
            assert metric is not None  # noqa: S101 - only names of metrics are handed over
            about = replace(subject_of(board, ACCOUNT, self.now, subgroups=False), label=whose)
            why = explain(metric, about, board.judge, self.now, lambda at: local_time(at * 1000, self.tz))
            return replace(why, lines=(*why.lines, *ahead_of(board, ACCOUNT, metric, self.now)))

        self.app.push_screen(WhyScreen(lane.strip.metrics, lane.strip.picked, answer))
