"""What was usual, beside what is: yesterday, the same weekday last week, or the median of comparable windows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from textual.binding import Binding, BindingType

from kmm_tui.api.window import Window
from kmm_tui.board.figure import Number
from kmm_tui.board.figure_text import figure_text
from kmm_tui.board.rows import ScopeRow
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.snapshot import Snapshot
from kmm_tui.board.state import Section, Topic
from kmm_tui.board.usual import Change, ChangeKind, Usual, change, usual
from kmm_tui.metrics import Kind, Metric
from kmm_tui.ui.columns import Span
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


def usual_lines(metric: Metric, found: Usual | None) -> list[tuple[str, str]]:
    """What was usual, for the answer to `?`."""
    if metric.kind is not Kind.BY_TIME:
        return [("usual", "the API keeps no past of current values; the record of this machine does, see Trends")]
    if found is None:
        return [("usual", "not known")]
    words = []
    for name, value in (("yesterday", found.yesterday), ("last week", found.last_week)):
        words.append(f"{name} {_told(metric, found, value)}")
    if found.median is not None:
        words.append(f"median of {found.count} days {_told(metric, found, found.median)}")
    else:
        words.append(f"{found.count} of the last 14 days known: too few for a median")
    return [("usual", ", ".join(words))]


def _told(metric: Metric, found: Usual, value: Number | None) -> str:
    if value is None:
        return "not known"
    differs = change(metric, found.value, value)
    meaning = {ChangeKind.BETTER: ", better", ChangeKind.WORSE: ", worse", ChangeKind.SAME: ", as good as the same"}
    text = f" ({differs.arrow}{differs.text}{meaning.get(differs.kind, '')})" if differs.arrow else ""
    return f"{figure_text(value, metric)}{text}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compares rows of tables with what was usual of them in `window`."""

    against: Against
    window: Window
    usual_of: UsualOf

    def of(self, row: ScopeRow, metric: Metric) -> Span:
        """The change of one figure, as text; nothing where nothing is known."""
        found = self.usual(row.scope, row, metric)
        base = base_of(found, self.against)
        return ("", "dim") if found is None or base is None else change_span(change(metric, found.value, base))

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
    _drawn: tuple[object, ...] = ()

    def action_compare(self) -> None:
        """Compares with the next thing, and in the end with nothing."""
        self.against = ORDER[(ORDER.index(self.against) + 1) % len(ORDER)]
        self.renew_usual()
        if self.against is Against.NOTHING:
            self.say("figures stand alone again")
        else:
            self.say(f"by-time figures beside {self.against.value}; ! is for the worse, = is as good as the same")

    @property
    def comparison(self) -> Comparison | None:
        """How rows are compared; None with nothing, in the past, and before there are figures."""
        window = self._compared_window
        if self.against is Against.NOTHING or window is None or self.past is not None:
            return None
        return Comparison(self.against, window, self.usual_of)

    @property
    def _compared_window(self) -> Window | None:
        snapshot = self.board.account()
        return snapshot.window if snapshot else None

    def renew_usual(self, known: int = 0) -> None:
        """Draws anew what is compared, if it is something else than before; `known` counts what has been learnt."""
        found = self.comparison
        drawn = (self.against, known, found is None, found.window.end // QUARTER if found else 0)
        if drawn != self._drawn:
            self._drawn = drawn
            for panel in (self.skills, self.groups):
                with_parts = panel is self.groups and self.groups.subgroups
                panel.compare_with(None if with_parts else found)

    def usual_words(self, scope: Scope, metric: Metric) -> Sequence[tuple[str, str]]:
        """What was usual of a figure, for the answer to `?`."""
        if scope.level is Level.AGENT or self.past is not None:
            return ()
        state = self.board.state(Topic(Section.FIGURES, scope))
        content = state.content if state else None
        if not isinstance(content, Snapshot):
            return ()
        past = self.usual_of(scope, (metric.name,), content.window)
        return usual_lines(metric, usual(metric, content.figures, past) if past else None)


QUARTER = 15 * 60_000
