"""Whose line the trend draws: a list of metrics to choose one from, and to search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from kmm_tui.ui.chooser import Choice
from kmm_tui.ui.columns import Column
from kmm_tui.ui.filterbar import FilterBar
from kmm_tui.ui.linetable import LineTable
from kmm_tui.ui.matching import Matcher

COLUMNS: tuple[Column[Choice], ...] = (
    Column("label", "metric", 16, render=lambda choice: (choice.label, "value"), max_width=46),
    Column("group", "", 10, max_width=14, priority=1, render=lambda choice: (choice.group, "dim")),
    Column("meaning", "what it is", 14, max_width=80, priority=2, render=lambda choice: (choice.meaning, "dim")),
)


class MetricScreen(ModalScreen[str | None]):
    """Dismisses with the key of the choice, or with None if the person cancels."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Close", id="metrics.close"),
        Binding("slash", "find", "Find", id="metrics.find"),
    ]
    DEFAULT_CSS = """
    MetricScreen {
        align: center middle;
        & > Vertical {
            width: 92%; max-width: 100; height: 90%; max-height: 40;
            background: $kmm-surface; color: $kmm-text; padding: 1 2;
        }
        Static { height: auto; color: $kmm-dim; }
        LineTable { background: $kmm-surface; }
    }
    """

    def __init__(self, choices: Sequence[Choice], present: str) -> None:
        """`present` is the key of the one that is drawn now."""
        super().__init__()
        self._choices = list(choices)
        self._present = present
        self._table: LineTable[Choice] = LineTable(COLUMNS, empty="no metric is called so", id="metrics")
        self._bar = FilterBar(placeholder="find a metric", id="metrics-filter")

    def compose(self) -> ComposeResult:
        """The metrics, and the line to search them."""
        with Vertical():
            yield self._table
            yield self._bar
            yield Static("Enter chooses · / find · Esc back", markup=False)

    def on_mount(self) -> None:
        """The cursor stands on the present one."""
        self._fill("")
        self._table.move_cursor(self._present)
        self._table.focus()

    def action_find(self) -> None:
        """Puts the keyboard where text is typed."""
        self._bar.open(self._table)

    def action_cancel(self) -> None:
        """Takes a filter away first; without one leaves everything as it was."""
        if self._bar.text:
            self._bar.clear()
        else:
            self.dismiss(None)

    @on(LineTable.RowSelected)
    def _chosen(self, event: LineTable.RowSelected) -> None:
        event.stop()
        self.dismiss(event.key)

    @on(FilterBar.Changed)
    def _filtered(self, event: FilterBar.Changed) -> None:
        event.stop()
        self._fill(event.text)

    def _fill(self, text: str) -> None:
        matcher = Matcher(text)
        rows = [(each.key, each) for each in self._choices if _fits(matcher, each)]
        self._table.set_rows(rows)
        self._bar.update_count(len(rows), len(self._choices), matcher.note)


def _fits(matcher: Matcher, choice: Choice) -> bool:
    words = choice.key.replace("_", " ")
    return matcher.matches(choice.label, words, choice.key, choice.group, choice.meaning)
