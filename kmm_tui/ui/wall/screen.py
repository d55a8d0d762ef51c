"""The wallboard on the screen: pages of large figures that take turns, and nothing that asks for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from kmm_tui.alerting.service import AlertService
from kmm_tui.api.window import Window
from kmm_tui.board.board import Board
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.board.grid import on_grid
from kmm_tui.board.look import Look
from kmm_tui.board.present import Present
from kmm_tui.board.rows import ScopeRow
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.span import is_anchored, last
from kmm_tui.board.wall import Page, Spot, look, page_of, pages, split
from kmm_tui.board.wallbreach import Breach, Breaches
from kmm_tui.board.wallhours import Closed, drift, opens_text
from kmm_tui.board.wallprefs import WallPrefs
from kmm_tui.board.wallturn import Turns, Why
from kmm_tui.metrics import Metric
from kmm_tui.ui.boardstyle import LEAST_HEIGHT, LEAST_WIDTH
from kmm_tui.ui.columns import Span
from kmm_tui.ui.comparing import Against, Comparison, UsualOf, is_alike
from kmm_tui.ui.header import About, local_time, truth
from kmm_tui.ui.lean import LeanCompositor
from kmm_tui.ui.lines import Line, Name
from kmm_tui.ui.prefs import Prefs
from kmm_tui.ui.strip import strip_text
from kmm_tui.ui.wall import trouble
from kmm_tui.ui.wall.body import Area, area_of, body_of, least_size, rooms_of, sight_words
from kmm_tui.ui.wall.face import Ends, Middle, beat
from kmm_tui.ui.wall.figures import shown
from kmm_tui.ui.wall.grid import capacity

DRIFT_EVERY = 180.0
"""Seconds after which the wall moves by a cell."""
MANY_DOTS = 12
"""With more pages than these a number says which one is up."""
NOTE_FOR = 30.0
"""Seconds for which something is told at the bottom after the start or another size."""
_NOTHING = Look(levels=frozenset(), agents=False, trend=None)


class WallScreen(Screen[None]):
    """Drawn from what the board knows. `can_leave` is whether there is a board behind it to go back to."""

    class Looked(Message):
        """Something else is looked at than before."""

        def __init__(self, look: Look) -> None:
            super().__init__()
            self.look = look

    class Raised(Message):
        """Figures have become critical while the wall is open."""

        def __init__(self, breaches: Sequence[Breach]) -> None:
            super().__init__()
            self.breaches = tuple(breaches)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "hold", "Hold", show=False, id="wall.hold", tooltip="hold the page, or let the turns go on"),
        Binding("left", "turn(-1)", "Back", show=False, id="wall.back", tooltip="the page before"),
        Binding("right", "turn(1)", "Forth", show=False, id="wall.forth", tooltip="the next page"),
        Binding("escape,w", "leave", "Board", show=False, id="wall.leave", tooltip="back to the board"),
    ]
    DEFAULT_CSS = """
    WallScreen {
        background: $kmm-ground; color: $kmm-text; layout: vertical; overflow: hidden; padding: 0 1 1 0;
        &.-aside { padding: 0 0 1 1; }
        &.-down { padding: 1 1 0 0; }
        &.-aside.-down { padding: 1 0 0 1; }
    }
    """

    def __init__(self, board: Board, about: About, tz: tzinfo | None, prefs: Prefs, *, can_leave: bool = False) -> None:
        super().__init__()
        self._compositor = LeanCompositor()
        self.board = board
        self.about = about
        self.tz = tz
        self.wall: WallPrefs = prefs.wall
        self.now = 0.0
        self.note = ""
        self.head = Ends("wall-head")
        self.body = Middle()
        self.foot = Ends("wall-foot")
        usual = last(about.window)
        self.present = Present(prefs.span or usual, usual, tz, prefs.shifts)
        self.usual_of: UsualOf = lambda _scope, _names, _window: {}
        self.alerts: AlertService | None = None
        """What else may be wrong than a figure beyond its limit."""
        self._can_leave = can_leave
        self._turns = Turns(self.wall.rotate, self.wall.breach_hold)
        self._breaches = Breaches()
        self._breach_pages: dict[str, Page] = {}
        self._pages: tuple[Page, ...] = ()
        self._up: Page | None = None
        self._up_since = 0.0
        self._aged = (0.0, 0.0)
        self._looked: Look | None = None
        self._open = True
        self._told = ("", 0.0)
        self._strip: list[trouble.Item] = []
        self._drawn: object = None

    def compose(self) -> ComposeResult:
        yield self.head
        yield self.body
        yield self.foot

    @property
    def is_anchored(self) -> bool:
        """Whether the window of by-time figures grows from a begin that stands still."""
        return is_anchored(self.present.at(int(self.now * 1000))[0])

    # -- what is new

    def update_board(self, now: float, note: str = "") -> None:
        """Shows what the board knows at `now`, epoch seconds. `note` is told while there is no trouble to tell."""
        self.now, self.note = now, note
        self._aged = now, self.board.ages_until(now)
        rows = self._rows()
        self._strip = trouble.items(rows)
        self._note_breaches(rows)
        self._choose()
        self._drawn = None
        self.tick(now)

    def tick(self, now: float) -> None:
        """Moves clock, ages and turns on to `now`, epoch seconds."""
        if not self._aged[0] <= now <= self._aged[1]:
            # Something has just become late or stale: its figures have to look it.
            self.update_board(now, self.note)
            return
        self.now = now
        self._keep_hours()
        if self._turns.tick(now) or (self._up is not None and not self._turns.is_held and self._is_over):
            self._choose(anew=True)
        self._draw()

    def distrust(self) -> None:
        """The wall could not be drawn: what stands on it is of another time, and says so."""
        self.head.put(self._title(), (("■ ERROR", "critical"), (" not drawn since ", "dim")))

    def tell(self, text: str) -> None:
        """Says something at the bottom for a while, such as how large figures are."""
        self._told = (text, self.now + NOTE_FOR)

    def _rows(self) -> list[ScopeRow]:
        account = self.board.account_row(self.now)
        levels = self.present_look.levels
        rows = [
            row for level in (Level.SKILL, Level.GROUP) if level in levels for row in self.board.rows(level, self.now)
        ]
        return [*([account] if account else []), *rows]

    # -- pages

    @property
    def _is_over(self) -> bool:
        """Whether a page that is alone has been up for a turn: what stands on it is chosen anew then."""
        return len(self._pages) == 1 and not 0 <= self.now - self._up_since < self.wall.rotate

    def _choose(self, *, anew: bool = False) -> None:
        """Which pages there are, and which is up. What stands on it stays as long as it is up."""
        area = self._area
        found: list[Page] = []
        for page in pages(self.wall.plans, self.board, self.now):
            rooms = [max(rooms_of(page), key=len)] * len(page.spots) if page.spots else []
            least = least_size(self.wall.sight, self.app.size.height)
            count = capacity(rooms, area.width, area.height, page.size, least) if rooms else 1
            found += split(page, count) if count else split(page, capacity(rooms, area.width, area.height, None, 0))
        self._pages = tuple(found)
        self._turns.set_pages([page.key for page in self._pages], self.now)
        if not self._pages:
            self._up = None
            return
        key = self._turns.up(self.now).key
        known = next((each for each in self._pages if each.key == key), None) or self._breach_pages.get(key)
        page = known or self._pages[min(self._turns.index, len(self._pages) - 1)]
        grown = self._up is not None and len(page.spots) != len(self._up.spots)
        if anew or self._up is None or page.key != self._up.key or grown:
            self._up, self._up_since, self._drawn = page, self.now, None

    def _note_breaches(self, rows: Sequence[ScopeRow]) -> None:
        new = self._breaches.note(rows)
        if not new or not self._open:
            return
        keys = []
        for breach in new:
            spot = Spot(breach.scope, breach.verdict.metric)
            known = next((page.key for page in self._pages if spot in page.spots), None)
            if known is None:
                page = page_of(breach.scope, breach.verdict.metric, self.board)
                known = page.key
                self._breach_pages[known] = page
            keys.append(known)
        self._turns.breach(keys, self.now)
        waiting = self._turns.waiting
        self._breach_pages = {key: page for key, page in self._breach_pages.items() if key in waiting}
        self.post_message(self.Raised(new))

    # -- hours

    def _keep_hours(self) -> None:
        is_open = self.wall.hours.is_open(int(self.now * 1000), self.tz)
        if is_open != self._open:
            self._open = is_open
            self._drawn = None
            for part in (self.head, self.body, self.foot):
                part.dim = not is_open
            self.look()

    @property
    def _is_blank(self) -> bool:
        return not self._open and self.wall.hours.closed is Closed.BLANK

    @property
    def present_look(self) -> Look:
        """What the pages need to be asked for, and no more."""
        return _NOTHING if self._is_blank else look(self.wall.plans, self.board)

    def look(self) -> None:
        """Tells what is looked at, if it is something else than before."""
        if (wanted := self.present_look) != self._looked:
            self._looked = wanted
            self.post_message(self.Looked(wanted))

    # -- drawing

    @property
    def _area(self) -> Area:
        return area_of(*self.app.size)

    @property
    def _overall(self) -> Freshness:
        return self.board.overall(self.now)

    def _draw(self) -> None:
        width, height = self.app.size
        aside, down = drift(self.now, DRIFT_EVERY)
        self.set_class(aside == 1, "-aside")
        self.set_class(down == 1, "-down")
        minute = int(self.now // 60) if self._up and self._up.agents_of else 0
        overall = self._overall
        is_ageing = overall.age not in (Age.LIVE, Age.AWAITED) or overall.trouble
        retry = int(self.now) if is_ageing or not self.board.has_live_sources(self.now) else 0
        key = (width, height, self._up, minute, retry, self._open)
        if self._drawn != key:
            self._drawn = key
            self.body.put(self._body(width, height))
        self.head.put(self._title(), self._truth(overall))
        self.foot.put(*self._foot(width))

    def _body(self, width: int, height: int) -> tuple[Line, ...]:
        if width < LEAST_WIDTH or height < LEAST_HEIGHT:
            words = f"The wall needs {LEAST_WIDTH} x {LEAST_HEIGHT}, this terminal has {width} x {height}."
            return ((), ((words, "value"),), (), ((strip_text(self.board.account_row(self.now)), "value"),))
        if self._is_blank or self._up is None:
            return ()
        return body_of(
            self.board,
            self._up,
            self._area,
            self.now,
            figure=lambda page, spot: shown(self.board, page, spot, self.now, self._window, self.tz, self._usual),
            least=least_size(self.wall.sight, height),
            names=self.wall.names,
        )

    @property
    def _window(self) -> str:
        label = self.present.at(int(self.now * 1000))[0].label.removeprefix("last ")
        return f"since {label.rpartition(' ')[2]}" if label.startswith("since ") else label

    def _title(self) -> Line:
        about = self.about
        spans: list[Span] = [(Name(about.title), "strong")]
        if about.notice:
            spans.append((f" {about.notice}", "accent"))
        if self._up is not None and self._up.title and not self._is_blank:
            spans += [(" · ", "value"), (Name(self._up.title), "value")]
        spans.append((f" · {self.present.at(int(self.now * 1000))[0].label}", "dim"))
        return spans

    def _truth(self, overall: Freshness) -> Line:
        clock = local_time(self.now * 1000, self.tz)
        return [*truth(overall, self.now, None), (f"   {clock}", "value"), (f" {beat(self.now)}", "dim")]

    def _foot(self, width: int) -> tuple[Line, Line]:
        right = self._turn_spans()
        room = max(0, width - 4 - sum(len(text) for text, _ in right))
        if not self._open:
            now_ms = int(self.now * 1000)
            return [(f"{opens_text(self.wall.hours.opens(now_ms, self.tz), now_ms, self.tz)}", "dim")], right
        alerts = self.alerts.open if self.alerts else ()
        found = trouble.with_alerts(self._strip, alerts, self.now, self.wall.names, self._row)
        spans = trouble.strip(found, room)
        text, until = self._told
        if text and self.now < until:
            # For a while after the start nothing is more urgent than whether it can be read.
            spans = [(text, "dim")]
        elif self.note and not found:
            spans = [(self.note, "dim")]
        return spans, right

    def _row(self, scope: Scope) -> ScopeRow | None:
        row = self.board.row(scope, self.now)
        return None if row is None or row.age is Age.GONE else row

    def _turn_spans(self) -> list[Span]:
        if not self._pages or self._is_blank:
            return []
        up = self._turns.up(self.now)
        if up.why is Why.HELD:
            return [("held", "accent")]
        clock = f"{int(up.left) // 60}:{int(up.left) % 60:02}" if up.left is not None else ""
        if up.why is Why.BREACH:
            return [("breach ", "strong"), (clock, "dim")]
        if len(self._pages) == 1:
            return []
        if len(self._pages) > MANY_DOTS:
            dots = f"{self._turns.index + 1}/{len(self._pages)}"
        else:
            dots = " ".join("●" if index == self._turns.index else "○" for index in range(len(self._pages)))
        return [(f"{dots}  {clock}", "dim")]

    # -- what was usual

    def _usual(self, row: ScopeRow, metric: Metric) -> Span:
        account = self.board.account()
        window = account.window if account and self.present.fits(account.window) else None
        if window is None:
            return ("", "dim")
        alike = is_alike(window, self._model(window))
        for against in (Against.MEDIAN, Against.LAST_WEEK, Against.YESTERDAY):
            span = Comparison(against, window, self.usual_of, alike).of(row, metric)
            if span[0]:
                return span
        return ("", "dim")

    def _model(self, window: Window) -> Window | None:
        return on_grid(window, anchored=self.is_anchored)

    # -- what happens around it

    def on_mount(self) -> None:
        """Asks for what its pages need."""
        self._keep_hours()
        self.look()

    def on_resize(self) -> None:
        """Lays out the pages anew."""
        if self.wall.sight:
            self.tell("; ".join(sight_words(self.wall.sight, self.wall.plans, *self.app.size)))
        self._choose(anew=True)
        self._drawn = None
        self._draw()

    def action_hold(self) -> None:
        """Holds the page, or lets the turns go on."""
        self._turns.hold(self.now)
        self._draw()

    def action_turn(self, step: int) -> None:
        """The page before or behind."""
        self._turns.turn(step, self.now)
        self._choose(anew=True)
        self._draw()

    def action_leave(self) -> None:
        """Back to the board that it was opened from."""
        if self._can_leave:
            self.dismiss()
