"""The lane of one account among others: whose it is and how true, its strip of figures, and what stands out in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from kmm_tui.board.derived import metric_named
from kmm_tui.board.limit_text import bound_text
from kmm_tui.board.rows import ScopeRow
from kmm_tui.board.scope import ACCOUNT
from kmm_tui.board.severity import Severity
from kmm_tui.board.standing import Standing, standing, stands_out
from kmm_tui.board.state import ACCOUNT_FIGURES
from kmm_tui.ui.alerting import open_count
from kmm_tui.ui.cells import cut, wrap
from kmm_tui.ui.columns import Span
from kmm_tui.ui.desk import Desk
from kmm_tui.ui.figure_column import figure_text_of
from kmm_tui.ui.header import truth
from kmm_tui.ui.levels import GLYPHS, ROLES, glyph
from kmm_tui.ui.lines import Line, RoleLines, spread
from kmm_tui.ui.roles import Role
from kmm_tui.ui.strip import SPARK_CELLS, FigureStrip

LONGEST_NAME = 24
"""Cells for the name of what stands out, where several stand below each other."""
_NAMED: dict[Severity, Role] = {Severity.CRITICAL: "critical", Severity.WARN: "warn"}


class LaneTitle(RoleLines):
    """` ■ Acme EMEA · 12345678 · profile emea   3 alerts ... ● LIVE 12s  next 18s`."""

    DEFAULT_CSS = """
    LaneTitle { height: 1; background: $kmm-surface; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._standing: Standing | None = None
        self._now = 0.0
        self._is_chosen = False

    def update_title(self, found: Standing, now: float) -> None:
        """How the account is off at `now`, epoch s."""
        self._standing, self._now = found, now
        self.show()

    def choose(self, is_chosen: bool) -> None:
        """Whether the keyboard is in this lane."""
        self._is_chosen = is_chosen
        self.show()

    def lines(self, width: int) -> Sequence[Line]:
        about, found, alerts = self._desk.about, self._standing, self._desk.alerts
        severity = found.severity if found else Severity.UNKNOWN
        is_blind = found is not None and found.is_blind
        sign, role = glyph(severity)
        named: Role = _NAMED.get(severity, "critical" if is_blind else "strong")
        left: list[Span] = [
            ("▸ " if self._is_chosen else "  ", "accent"),
            (f"{sign} ", "critical" if is_blind else role),
            (about.title, named),
        ]
        if about.notice:
            left.append((f" {about.notice}", "accent"))
        state = self._desk.board.state(ACCOUNT_FIGURES)
        right = truth(found.fresh, self._now, state.next_try if state else None) if found else []
        right.append((" ", "value"))
        optional: list[list[Span]] = []
        if alerts and (count := open_count(alerts, self._now)):
            optional.append([("  ", "value"), count, (" alert" if count[0] == "1" else " alerts", "dim")])
        optional.append([(f" · profile {about.profile}", "dim")])
        if about.name:
            optional.append([(f" · {about.account}", "dim")])
        room = width - sum(cell_len(text) for text, _ in (*left, *right)) - 2
        for spans in optional:
            if (size := sum(cell_len(text) for text, _ in spans)) <= room:
                left += spans
                room -= size
        return [spread(left, right, width)]


class LaneStrip(FigureStrip):
    """The account's figures. Enter opens its board; `?` tells of the picked figure."""

    class Opened(Message):
        """The person wants to see the board of this account."""

        def __init__(self, desk: Desk) -> None:
            super().__init__()
            self.desk = desk

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "ask", "Open", id="accounts.open", tooltip="the board of this account; Esc or 0 comes back"),
    ]

    def __init__(self, window: str) -> None:
        super().__init__(window)
        # Until a person picks one, no figure is more in question than the worst.
        self._picked = -1

    @property
    def is_picked(self) -> bool:
        """Whether a person has picked one of its figures."""
        return self._picked >= 0

    @property
    def picked(self) -> str:
        """The metric that is asked about: of the picked tile, or the worst."""
        return super().picked if self.is_picked else self.worst or self.metrics[0]

    def watch_has_focus(self, has_focus: bool) -> None:
        """Marks the lane as well."""
        super().watch_has_focus(has_focus)
        if isinstance(self.parent, Lane):
            self.parent.title.choose(has_focus)

    def action_ask(self) -> None:
        """Opens the account's board."""
        if isinstance(self.parent, Lane):
            self.post_message(self.Opened(self.parent.desk))


class LaneNews(RoleLines):
    """What went wrong with asking; else the skills and agent groups in trouble, the worst first: below or beside."""

    DEFAULT_CSS = """
    LaneNews { height: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._found: Standing | None = None
        self._rows: Sequence[ScopeRow] = ()
        self._note = ""

    def update_news(self, found: Standing, rows: Sequence[ScopeRow], note: str) -> None:
        """`rows` are what stands out; `note` is told while there is nothing else to tell."""
        self._found, self._rows, self._note = found, rows, note
        self.show()

    def lines(self, width: int) -> Sequence[Line]:
        told: list[Line] = []
        height = max(1, self.size.height)
        if self._found and (trouble := self._found.fresh.trouble):
            role: Role = "critical" if self._found.is_blind else "warn"
            sign = f"   {'■' if self._found.is_blind else '▲'} {trouble.word} "
            first, *others = wrap(trouble.message, max(1, width - cell_len(sign) - 1), height) or [""]
            told = [[(sign, role), (first, "value")]]
            told += [[(" " * cell_len(sign), "value"), (line, "value")] for line in others]
        elif self._note:
            told = [[(f"   {self._note}", "dim")]]
        room = height - len(told)
        if self._rows and room > 0:
            told += _below(self._rows, room - 1)
            if rest := self._rows[room - 1 :]:
                told.append(_beside(rest, width))
        return told


def _beside(rows: Sequence[ScopeRow], width: int) -> Line:
    """As many as fit on one line, and how many more there are."""
    spans: list[Span] = [("  ", "value")]
    used = 2
    for at, row in enumerate(rows):
        piece = [(" ", "value"), *_told(row, LONGEST_NAME), ("  ", "value")]
        size = sum(cell_len(text) for text, _ in piece)
        left = len(rows) - at
        more = f" +{left} more"
        if used + size + (len(more) if left > 1 else 0) > width:
            return [*spans, (more if at else more.replace(" more", ""), "dim")]
        spans += piece
        used += size
    return spans


def _below(rows: Sequence[ScopeRow], count: int) -> list[Line]:
    shown = rows[:count]
    size = max((min(cell_len(row.label), LONGEST_NAME) for row in shown), default=0)
    return [
        [("   ", "value"), (f"{row.scope.level.value:<6}", "dim"), *_told(row, LONGEST_NAME, size)] for row in shown
    ]


def _told(row: ScopeRow, longest: int, size: int = 0) -> list[Span]:
    sign = GLYPHS[row.severity]
    name = cut(row.label, longest)
    spans: list[Span] = [(f"{sign} ", ROLES[row.severity]), (name + " " * max(0, size - cell_len(name)), "value")]
    verdict = row.judged.verdicts.get(row.judged.worst or "")
    metric = metric_named(verdict.metric) if verdict else None
    if verdict and metric:
        bound = bound_text(verdict.limit, verdict.severity) if size else ""
        spans.append((f"  {metric.short} " if size else f" {metric.short} ", "dim"))
        spans.append((figure_text_of(row, metric.name), ROLES[row.severity]))
        if bound:
            spans.append((f"  {bound}", "dim"))
    return spans


class Lane(Vertical):
    """One account."""

    DEFAULT_CSS = """
    Lane {
        height: 6;
        LaneStrip { height: 4; margin: 0; }
        LaneNews { height: 1fr; }
    }
    """

    def __init__(self, desk: Desk, window: str) -> None:
        super().__init__()
        self.desk = desk
        self.title = LaneTitle(desk)
        self.strip = LaneStrip(window)
        self.news = LaneNews()
        self._aged = (0.0, 0.0)
        self._out: Sequence[ScopeRow] = ()
        self.standing = standing(desk.board, 0.0)

    def compose(self) -> ComposeResult:
        yield self.title
        yield self.strip
        yield self.news

    def update_lane(self, now: float) -> None:
        """Shows what is known at `now`, epoch s."""
        board = self.desk.board
        self._aged, self._out = (now, board.ages_until(now)), stands_out(board, now)
        self.strip.update_row(board.account_row(now), lambda name: board.line(ACCOUNT, name, now, SPARK_CELLS))
        self._tell(now)

    def look_again(self, now: float) -> None:
        """Finds out anew how the account is off at `now`, and draws nothing."""
        self.standing = standing(self.desk.board, now)

    def tick(self, now: float) -> None:
        """Moves ages on; draws figures anew only where one has become older than it may look."""
        if not self._aged[0] <= now <= self._aged[1]:
            self.update_lane(now)
        else:
            self._tell(now)

    def _tell(self, now: float) -> None:
        self.standing = standing(self.desk.board, now, self._out)
        self.title.update_title(self.standing, now)
        self.news.update_news(self.standing, self._out, self.desk.note())
