"""The top line: whose board it is, over which window, and how true it is. And the line that says what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from rich.cells import cell_len

from kmm_tui.api.errors import SignInRefused
from kmm_tui.api.window import Window, ceil_minute, floor_minute, format_duration
from kmm_tui.board.figure_text import age_text, clock_text
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.ui.cells import clean, cut
from kmm_tui.ui.columns import Span
from kmm_tui.ui.lines import LEAST_NAME, Line, RoleLines, spread
from kmm_tui.ui.roles import Role

GLYPHS: dict[Age, tuple[str, Role]] = {
    Age.AWAITED: ("○", "dim"),
    Age.PAST: ("◂", "accent"),
    Age.LIVE: ("●", "ok"),
    Age.LATE: ("▲", "warn"),
    Age.STALE: ("■", "critical"),
    Age.GONE: ("■", "critical"),
}


@dataclass(frozen=True, slots=True)
class About:
    """Whose board it is. `window` in ms, `every` in seconds; `notice` is a word such as DEMO, or ''."""

    account: str
    name: str | None
    profile: str
    window: int
    every: float
    notice: str = ""

    @property
    def title(self) -> str:
        """What the account is called: its name, or its id where it has none."""
        return self.name or f"account {self.account}"


def local_time(ms: float, tz: tzinfo | None, form: str = "%H:%M:%S") -> str:
    """An epoch moment (ms) on the person's clock; `tz` None is the machine's own zone."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(tz).strftime(form)


def truth(fresh: Freshness, now: float, next_turn: float | None) -> list[Span]:
    """Freshness as glyph, word, age, and what happens next. Times in epoch seconds."""
    glyph, role = GLYPHS[fresh.age]
    age = f" {age_text(fresh.seconds)}" if fresh.seconds is not None else ""
    if fresh.trouble is None:
        word = "waiting" if fresh.age is Age.AWAITED else ("STALE" if fresh.age is Age.GONE else fresh.age.value)
        spans: list[Span] = [(f"{glyph} {word}{age}", role)]
        if next_turn is not None and fresh.age is not Age.AWAITED:
            spans.append((f"  next {max(0, round(next_turn - now))}s", "dim"))
        return spans
    # A failure is worth a warning at once, and more once the figures are old.
    glyph, role = GLYPHS[Age.LATE] if fresh.age in (Age.LIVE, Age.AWAITED) else (glyph, role)
    spans = [(f"{glyph} {fresh.word}", role)]
    spans.append((f"{age} old" if age else " no data yet", "dim"))
    if fresh.trouble.word == SignInRefused.word:
        # Not by itself: accounts get locked.
        spans.append((" · r tries again", "dim"))
    elif fresh.next_try is not None:
        spans.append((f" · retry {clock_text(max(0.0, fresh.next_try - now) * 1000)}", "dim"))
    return spans


class TitleBar(RoleLines):
    """`kmm  Acme EMEA · last 1h 13:04–14:04 ... ● LIVE 12s  next 18s   14:04:31`."""

    DEFAULT_CSS = """
    TitleBar { height: 1; background: $kmm-surface; }
    """

    def __init__(self, about: About, tz: tzinfo | None) -> None:
        super().__init__(id="title")
        self._about = about
        self._tz = tz
        self._now = 0.0
        self._fresh = Freshness(Age.AWAITED, None)
        self._window: Window | None = None
        self._taken_at: int | None = None
        self._next: float | None = None
        self._broken = False
        self._span = f"last {format_duration(about.window)}"
        self._awaited = False

    def set_span(self, label: str, *, awaited: bool = False) -> None:
        """What figures are counted over, in words; '' for a window that is over, which is told elsewhere.

        `awaited` says that nothing over it has been answered yet.
        """
        if (label, awaited) != (self._span, self._awaited):
            self._span, self._awaited = label, awaited
            self.show()

    def update_truth(
        self, now: float, fresh: Freshness, window: Window | None, taken_at: int | None, next_turn: float | None
    ) -> None:
        """Moves on to `now` (epoch s); `taken_at` is when the last good answer was asked for, epoch ms."""
        self._now, self._fresh, self._window, self._broken = now, fresh, window, False
        self._taken_at, self._next = taken_at, next_turn
        self.show()

    def distrust(self) -> None:
        """The board could not be drawn: what stands on the screen is of another time, and says so."""
        self._broken = True
        self.show()

    def lines(self, width: int) -> Sequence[Line]:
        about = self._about
        name = clean(about.title)
        left: list[Span] = [(" kmm ", "accent"), (" ", "strong"), (name, "strong")]
        if about.notice:
            left.append((f" {about.notice}", "accent"))
        right: list[Span] = [*truth(self._fresh, self._now, self._next)]
        if self._broken:
            right = [("■ ERROR", "critical"), (" not drawn since", "dim")]
        clock: Span = (f"   {local_time(self._now * 1000, self._tz)} ", "value")
        # By need: the window, who one is, when the last answer was taken.
        optional: list[Span] = [(f" · {self._span}", "dim")] if self._span else []
        if self._awaited:
            optional.append((" being asked for", "warn"))
        elif self._window and self._span:
            start = local_time(floor_minute(self._window.start), self._tz, "%H:%M")
            end = local_time(ceil_minute(self._window.end), self._tz, "%H:%M")
            optional.append((f" {start}–{end}", "dim"))
        if about.name:
            optional.append((f" · {about.account}", "dim"))
        optional.append((f" · profile {about.profile}", "dim"))
        if self._taken_at and self._span:
            optional.append((f" · answer of {local_time(self._taken_at, self._tz)}", "dim"))
        room = width - sum(cell_len(text) for text, _ in (*left, *right, clock)) - 2
        over = cell_len(optional[0][0]) - room if optional else 0
        if over > 0 and cell_len(name) - over >= LEAST_NAME:
            # A name that is cut still is one; without its window no figure is anything.
            left[2], room = (cut(name, cell_len(name) - over), "strong"), room + over
        for span in optional:
            if (size := cell_len(span[0])) > room:
                break
            left.append(span)
            room -= size
        return [spread(left, [*right, clock], width)]


class TroubleLine(RoleLines):
    """One line under the strip: empty while all is well, else what went wrong and what to do."""

    DEFAULT_CSS = """
    TroubleLine { height: 1; }
    """

    def __init__(self) -> None:
        super().__init__(id="trouble")
        self._fresh = Freshness(Age.LIVE, None)
        self._note = self._said = ""

    def update_trouble(self, fresh: Freshness, note: str = "", said: str = "") -> None:
        """Tells `said`, which answers the person; else the trouble of `fresh`, else `note`."""
        self._fresh, self._note, self._said = fresh, note, said
        self.show()

    def lines(self, width: int) -> Sequence[Line]:  # noqa: ARG002 - a long trouble is cut by its base
        if self._said:
            return [[(" › ", "accent"), (self._said, "value")]]
        if self._fresh.trouble:
            glyph, role = GLYPHS[self._fresh.age if self._fresh.age in (Age.STALE, Age.GONE) else Age.LATE]
            trouble = self._fresh.trouble
            return [[(f" {glyph} {trouble.word} ", role), (trouble.message, "value")]]
        return [[(f" {self._note}", "dim")]] if self._note else []
