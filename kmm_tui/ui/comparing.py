"""What was usual, beside what is: yesterday, the same weekday last week, or the median of comparable windows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.message import Message

from kmm_tui.api.window import MINUTE, Window
from kmm_tui.board.board import Board
from kmm_tui.board.figure import Number
from kmm_tui.board.figure_text import figure_text
from kmm_tui.board.grid import GRID, on_grid
from kmm_tui.board.rows import ScopeRow
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.snapshot import Snapshot
from kmm_tui.board.span import is_anchored
from kmm_tui.board.state import Section, Topic
from kmm_tui.board.usual import SAME_RATIO, Change, ChangeKind, Usual, change, usual
from kmm_tui.feed.backfill import Backfill
from kmm_tui.metrics import Kind, Metric, Unit
from kmm_tui.ui.columns import Span
from kmm_tui.ui.header import local_time
from kmm_tui.ui.roles import Role
from kmm_tui.ui.travelling import Travelling

UsualOf = Callable[[Scope, Iterable[str], Window], Mapping[int, Mapping[str, Number | None]]]
"""What figures were in comparable windows, by days ago and response field."""


class Against(Enum):
    """What is compared with. The value is how it is said."""

    NOTHING = ""
    YESTERDAY = "yesterday"
    LAST_WEEK = "last week"
    MEDIAN = "the median of comparable days"


ORDER = tuple(Against)
LABELS = {
    Against.YESTERDAY: ("yesterday", "day before"),
    Against.LAST_WEEK: ("last week", "week before"),
    Against.MEDIAN: ("usual", "usual"),
}
"""What stands above it, beside figures of now and beside those of the past."""
MEANINGS: dict[ChangeKind, tuple[str, Role]] = {
    ChangeKind.BETTER: ("", "dim"),
    ChangeKind.WORSE: ("!", "strong"),
    ChangeKind.SAME: ("", "dim"),
    ChangeKind.PLAIN: ("", "dim"),
    ChangeKind.UNKNOWN: ("", "dim"),
}
"""The sign of what a change means, and its role: worse is what a supervisor looks for."""


def base_of(found: Usual | None, against: Against) -> Number | None:
    """The value that is compared with."""
    if found is None:
        return None
    return {
        Against.YESTERDAY: found.yesterday,
        Against.LAST_WEEK: found.last_week,
        Against.MEDIAN: found.median,
    }.get(against)


def change_span(found: Change) -> Span:
    """A change as text: ``▲+0:08!``; the mark says that it is for the worse."""
    sign, role = MEANINGS[found.kind]
    return (f"{found.arrow}{'' if found.kind is ChangeKind.SAME else found.text}{sign}", role)


def usual_lines(metric: Metric, found: Usual | None, *, alike: bool = True) -> list[tuple[str, str]]:
    """What was usual, for the answer to `?`; without the change where the windows are not alike."""
    if metric.kind is not Kind.BY_TIME:
        return [("usual", "the API keeps no past of current values; the record of this machine does, see Trends")]
    if found is None:
        return [("usual", "not known")]
    words = []
    for name, value in (("yesterday", found.yesterday), ("last week", found.last_week)):
        words.append(f"{name} {_told(metric, found, value, alike)}")
    if found.median is not None:
        words.append(f"median of {found.count} days {_told(metric, found, found.median, alike)}")
    else:
        words.append(f"{found.count} of the last 14 days known: too few for a median")
    return [("usual", ", ".join(words))]


def _told(metric: Metric, found: Usual, value: Number | None, alike: bool) -> str:
    if value is None:
        return "not known"
    if not alike:
        return figure_text(value, metric)
    differs = change(metric, found.value, value)
    meaning = {ChangeKind.BETTER: ", better", ChangeKind.WORSE: ", worse", ChangeKind.SAME: ", as good as the same"}
    text = f" ({differs.arrow}{differs.text}{meaning.get(differs.kind, '')})" if differs.arrow else ""
    return f"{figure_text(value, metric)}{text}"


def is_alike(window: Window, model: Window | None) -> bool:
    """Whether counts over `window` can be held against those over windows as wide as `model`.

    They grow with the time: what is a little wider has to be off by less than counts as a difference.
    """
    return model is not None and abs(window.width - model.width) <= max(MINUTE, SAME_RATIO * model.width)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compares rows of tables with what was usual of them in `window`."""

    against: Against
    window: Window
    usual_of: UsualOf
    alike: bool = True
    """Whether what is compared with is as wide; see `is_alike`."""
    is_past: bool = False
    """Whether `window` is over."""

    @property
    def label(self) -> str:
        """What stands above it."""
        return LABELS[self.against][self.is_past] if self.against in LABELS else ""

    def of(self, row: ScopeRow, metric: Metric) -> Span:
        """The change of one figure, as text; nothing where nothing is known."""
        told = self.beside(row, metric, 0)
        return told[-1] if told else ("", "dim")

    def beside(self, row: ScopeRow, metric: Metric, width: int) -> tuple[Span, ...]:
        """What one figure was, and how it has changed; nothing where nothing is known.

        Where `width` cells do not hold both, it is the change.
        """
        found = self.usual(row.scope, row, metric)
        base = base_of(found, self.against)
        if found is None or base is None or not (self.alike or metric.unit is not Unit.COUNT):
            return ()
        was: Span = (f"{figure_text(base, metric)} ", "dim")
        told = change_span(change(metric, found.value, base))
        return (was, told) if cell_len(was[0]) + cell_len(told[0]) <= width else (told,)

    def usual(self, scope: Scope, row: ScopeRow, metric: Metric) -> Usual | None:
        """What one figure is usually."""
        if metric.kind is not Kind.BY_TIME or row.figures is None:
            return None
        return usual(metric, row.figures, self.usual_of(scope, (metric.name,), self.window))


class Comparing(Travelling):
    """The board beside what was usual at this time of day."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "compare", "Usual", show=False, id="time.usual",
                tooltip="beside yesterday, last week, the median of comparable days, or nothing"),
    ]  # fmt: skip
    against = Against.NOTHING
    usual_of: UsualOf = staticmethod(lambda _scope, _names, _window: {})
    """Set by the app."""
    backfill_of: Callable[[], Backfill | None] = staticmethod(lambda: None)
    """Set by the app: what fills in how it was on other days."""
    _drawn: tuple[object, ...] = ()
    _asked_usual = False
    followed: Window | None = None
    """The window that is over and is compared with the days before it."""

    class Compared(Message):
        """Other days are to be known for `past`, a window that is over; None is the present again."""

        def __init__(self, past: Window | None) -> None:
            super().__init__()
            self.past = past

    def action_compare(self) -> None:
        """Compares with the next thing, and in the end with nothing."""
        self.against = ORDER[(ORDER.index(self.against) + 1) % len(ORDER)]
        self.renew_usual()
        self.say(self._compared_words())

    def _compared_words(self) -> str:
        if self.against is Against.NOTHING:
            return "figures stand alone again"
        filling = self.backfill_of()
        if not self.prefs.fill:
            return "nothing is asked of other days: it is switched off in the settings ([usual] fill = false)"
        words = f"by-time figures beside {self.against.value}; ! is for the worse, = is as good as the same"
        window = self._compared_window
        if window and not is_alike(window, self._model(window)):
            return f"{words}; counts only once the window is wider, as other days are known by quarters of an hour"
        known = filling.progress if filling else None
        if known and not known.is_done:
            later = f", paused: {known.paused}" if known.paused else ""
            beside = f"by-time figures beside {self.against.value}, ! is worse"
            return f"{beside}; {known.done} of {known.total} answers known by now{later}"
        return words

    def _model(self, window: Window) -> Window | None:
        """The window that the comparable ones of other days are like."""
        return on_grid(window, anchored=self.is_anchored)

    @property
    def is_anchored(self) -> bool:
        """Whether the window that is looked at grows from a begin that stands still."""
        return self.past is None and is_anchored(self.present.at(self._now_ms)[0])

    @property
    def comparison(self) -> Comparison | None:
        """How rows are compared; None with nothing, and before there are figures."""
        window = self._compared_window
        if self.against is Against.NOTHING or window is None:
            return None
        alike = is_alike(window, self._model(window))
        return Comparison(self.against, window, self.usual_of, alike, self.past is not None)

    @property
    def _compared_window(self) -> Window | None:
        snapshot = self.board.account()
        return snapshot.window if snapshot and self._fits(snapshot.window) else None

    def _fits(self, window: Window) -> bool:
        return self.past is not None or self.present.fits(window)

    def renew_usual(self) -> None:
        """Draws anew what is compared, if it is something else than before."""
        past = self.past if self.against is not Against.NOTHING or self._asked_usual else None
        if past != self.followed:
            self.followed = past
            self.post_message(self.Compared(past))
        found, filling = self.comparison, self.backfill_of()
        known = filling.progress if filling and self.prefs.fill else None
        wanted = self.against is not Against.NOTHING or self._asked_usual
        self.meter.update_filling(known if known and not known.is_done and wanted else None)
        quarter = (found.window.end // GRID, found.window.start, found.alike) if found else ()
        drawn = (self.against, known.done if known else 0, self.groups.subgroups, quarter)
        if drawn != self._drawn:
            self._drawn = drawn
            self.strip.compare_with(found)
            for panel in (self.skills, self.groups):
                with_parts = panel is self.groups and self.groups.subgroups
                panel.compare_with(None if with_parts else found)

    def action_subgroups(self) -> None:
        """Groups with their sub-groups are compared with nothing: other days are known of groups alone."""
        super().action_subgroups()
        self.renew_usual()

    def _show_board(self, board: Board) -> None:
        super()._show_board(board)
        self.renew_usual()

    def usual_words(self, scope: Scope, metric: Metric) -> Sequence[tuple[str, str]]:
        """What was usual of a figure, for the answer to `?`."""
        self._asked_usual = True
        if scope.level is Level.AGENT:
            return ()
        if scope.level is Level.GROUP and self.groups.subgroups:
            return [("usual", "not known of groups with their sub-groups")]
        state = self.board.state(Topic(Section.FIGURES, scope))
        content = state.content if state else None
        if not isinstance(content, Snapshot):
            return ()
        if not self._fits(content.window):
            return [("awaited", "by-time figures of the chosen window are being asked for")]
        if metric.kind is Kind.BY_TIME and not self.prefs.fill:
            return [("usual", "switched off in the settings: [usual] fill = false")]
        past, model = self.usual_of(scope, (metric.name,), content.window), self._model(content.window)
        alike = metric.unit is not Unit.COUNT or is_alike(content.window, model)
        lines = usual_lines(metric, usual(metric, content.figures, past) if past else None, alike=alike)
        if metric.kind is Kind.BY_TIME and model and abs(content.window.width - model.width) > MINUTE:
            until = local_time(model.end, self.tz, "%H:%M")
            lines.append(("", f"until {until} on those days: other days are known by quarters of an hour"))
        return lines
