"""Which columns a table has, and in which order: a list to tick, to move things in, and to search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from kmm_tui.ui.cells import wrap
from kmm_tui.ui.columns import Column, Span
from kmm_tui.ui.filterbar import FilterBar
from kmm_tui.ui.lines import Line, RoleLines, spread
from kmm_tui.ui.linetable import LineTable
from kmm_tui.ui.matching import Matcher

HINTS = "space tick  JK move  / find  d usual  ⏎ keep  esc back"


@dataclass(frozen=True, slots=True)
class Choice:
    """A column that there may be. `group` is what it is filed under; one that is `fixed` cannot be hidden."""

    key: str
    label: str
    meaning: str = ""
    group: str = ""
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class _Entry:
    """A choice as listed: its place among the shown ones from 1, 0 if it is not shown."""

    choice: Choice
    place: int


def _mark(entry: _Entry) -> Span:
    return ("[x]", "strong") if entry.place else ("[ ]", "dim")


_COLUMNS: tuple[Column[_Entry], ...] = (
    Column("place", "", 3, align="right", render=lambda entry: (str(entry.place or ""), "dim")),
    Column("mark", "", 3, gap=1, render=_mark),
    Column("label", "column", 14, gap=1, max_width=30,
           render=lambda entry: (entry.choice.label, "strong" if entry.place else "value")),
    Column("group", "", 10, max_width=18, priority=1, render=lambda entry: (entry.choice.group, "dim")),
    Column("meaning", "what it is", 14, max_width=80, priority=2,
           render=lambda entry: (entry.choice.meaning, "dim")),
)  # fmt: skip


class ColumnList(LineTable[_Entry]):
    """Enter keeps the choice instead of opening a row, and so a double click can tick."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "screen.keep", "Keep", id="chooser.keep")]


class _Told(RoleLines):
    """What the column under the cursor is, in two lines, and the keys."""

    DEFAULT_CSS = """
    _Told { height: 4; background: $kmm-surface; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._choice: Choice | None = None
        self._warning = ""

    def update(self, choice: Choice | None, warning: str = "") -> None:
        self._choice, self._warning = choice, warning
        self.show()

    def lines(self, width: int) -> Sequence[Line]:
        if self._warning:
            told: list[Line] = [[(f" ▲ {self._warning}", "warn")], ()]
        else:
            meaning = wrap(self._choice.meaning, width - 2, 2) if self._choice else []
            told = [((f" {line}", "value"),) for line in meaning]
            told = [*told, (), ()][:2]
        keys: list[Span] = []
        for hint in HINTS.split("  "):
            key, what = hint.split(" ")
            keys += [(key, "accent"), (f" {what}  ", "dim")]
        keys[-1] = (keys[-1][0].rstrip(), "dim")
        return [(), *told, keys]


class _Title(RoleLines):
    DEFAULT_CSS = """
    _Title { background: $kmm-surface; }
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._count = ""

    def update(self, count: str) -> None:
        self._count = count
        self.show()

    def lines(self, width: int) -> Sequence[Line]:
        return [spread([(f" {self._title}", "strong")], [(self._count, "dim"), (" ", "value")], width)]


class ColumnChooser(ModalScreen[tuple[str, ...] | None]):
    """Dismisses with the keys of the shown columns in their order, or with None if the person cancels.

    The shown ones stand on top in their order, the others below in that of `choices`. A column that is ticked joins
    the end of the shown ones, and the cursor goes on to the next line, so that several can be ticked one after
    another. `d` brings back `defaults`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "tick", "Show, hide", id="chooser.toggle"),
        Binding("shift+up,K", "move(-1)", "Move up", id="chooser.up"),
        Binding("shift+down,J", "move(1)", "Move down", id="chooser.down"),
        Binding("slash", "find", "Find", id="chooser.find"),
        Binding("d", "defaults", "Usual columns", id="chooser.defaults"),
        Binding("escape", "cancel", "Cancel", id="chooser.cancel"),
    ]
    CSS = """
    ColumnChooser { align: center middle; }
    ColumnChooser > Vertical {
        width: 94%; max-width: 110; height: 94%; max-height: 44; background: $kmm-surface; padding: 0 1;
        ColumnList, RoleLines { background: $kmm-surface; }
    }
    """

    def __init__(
        self,
        choices: Sequence[Choice],
        shown: Sequence[str],
        defaults: Sequence[str],
        *,
        title: str = "COLUMNS",
    ) -> None:
        """Keys in `shown` and `defaults` that are no choice are left out, missing fixed ones are put in front."""
        super().__init__()
        self._choices = {choice.key: choice for choice in choices}
        self._shown = self._valid(shown)
        self._defaults = self._valid(defaults)
        self._matcher = Matcher("")
        self._title = _Title(title)
        self._bar = FilterBar(stays=True, placeholder="find a column", id="chooser-filter")
        self._list = ColumnList(_COLUMNS, empty="no column is called so", id="chooser-list")
        self._told = _Told()

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._title
            yield self._bar
            yield self._list
            yield self._told

    def on_mount(self) -> None:
        """The list has the keyboard first."""
        self._list.focus()
        self._fill()

    @property
    def shown(self) -> tuple[str, ...]:
        """The keys that are ticked so far, in their order."""
        return tuple(self._shown)

    # -- what a person does

    def action_tick(self) -> None:
        """Ticks the column under the cursor, or takes its tick away."""
        key = self._list.cursor_key
        if key is None:
            return
        if key in self._shown:
            if self._choices[key].fixed or len(self._shown) == 1:
                last = "" if self._choices[key].fixed else ": one column has to stay"
                self._told.update(None, f"{self._choices[key].label} is always shown{last}")
                return
            self._shown.remove(key)
        else:
            self._shown.append(key)
        listed = [each for each, _ in self._list.rows]
        at = listed.index(key)
        beside = (listed[at + 1 : at + 2] or listed[max(0, at - 1) : at] or [key])[0]
        self._list.move_cursor(beside)
        self._fill()

    def action_move(self, step: int) -> None:
        """Moves a shown column towards the left (-1) or the right (1) of the table."""
        key = self._list.cursor_key
        if key is None or key not in self._shown:
            return
        at = self._shown.index(key)
        to = at + step
        if 0 <= to < len(self._shown):
            self._shown[at], self._shown[to] = self._shown[to], key
            self._fill()
            self._list.move_cursor(key)

    def action_find(self) -> None:
        """Puts the keyboard where text is typed."""
        self._bar.open(self._list)

    def action_defaults(self) -> None:
        """Ticks the usual columns, in their usual order."""
        self._shown = list(self._defaults)
        self._fill()

    def action_keep(self) -> None:
        """Takes what is ticked; a table without any column is none."""
        if self._shown:
            self.dismiss(tuple(self._shown))
        else:
            self._told.update(None, "tick a column: a table without any is none")

    def action_cancel(self) -> None:
        """Takes a filter away first; without one leaves everything as it was."""
        if self._bar.text:
            self._bar.clear()
        else:
            self.dismiss(None)

    @on(LineTable.RowSelected)
    def _ticked(self, event: LineTable.RowSelected) -> None:
        event.stop()
        self.action_tick()

    @on(LineTable.RowHighlighted)
    def _looked_at(self, event: LineTable.RowHighlighted) -> None:
        event.stop()
        self._told.update(self._choices.get(event.key) if event.key else None)

    @on(FilterBar.Changed)
    def _filtered(self, event: FilterBar.Changed) -> None:
        event.stop()
        self._matcher = Matcher(event.text)
        self._fill()

    @on(FilterBar.Closed)
    def _filter_closed(self, event: FilterBar.Closed) -> None:
        event.stop()
        self._list.focus()

    # -- what is shown

    def _fill(self) -> None:
        ticked = set(self._shown)
        entries = [_Entry(self._choices[key], place) for place, key in enumerate(self._shown, 1)]
        entries += [_Entry(choice, 0) for key, choice in self._choices.items() if key not in ticked]
        rows = [(entry.choice.key, entry) for entry in entries if self._wanted(entry.choice)]
        self._list.set_rows(rows)
        self._title.update(f"{len(self._shown)} shown")
        self._bar.update_count(len(rows), len(entries), self._matcher.note)

    def _wanted(self, choice: Choice) -> bool:
        return self._matcher.matches(
            choice.label, choice.key.replace("_", " "), choice.key, choice.group, choice.meaning
        )

    def _valid(self, keys: Sequence[str]) -> list[str]:
        known = [key for key in dict.fromkeys(keys) if key in self._choices]
        return [*(key for key, choice in self._choices.items() if choice.fixed and key not in known), *known]
