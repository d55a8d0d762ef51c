"""The saved views, over the board: open one, save the present one under a name, remove one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from kmm_tui.board.derived import metric_named
from kmm_tui.board.scope import Level, Scope
from kmm_tui.settings.view import LONGEST_NAME, View
from kmm_tui.ui.cells import clean
from kmm_tui.ui.columns import Column, Span
from kmm_tui.ui.linetable import LineTable

Label = Callable[[Scope], str]
"""What a skill, a group or an agent is called."""


def _about(view: View, label: Label) -> Span:
    parts = [view.screen]
    if view.scope:
        parts.append(f"of {clean(label(Scope(Level(view.scope[0]), view.scope[1])))}")
    if view.state:
        parts.append(view.state.replace(":", " ").lower())
    if view.filter:
        parts.append(f"/{view.filter}")
    if view.sort:
        metric = metric_named(view.sort[0])
        parts.append(f"by {metric.label.lower() if metric else view.sort[0]}")
    return (" · ".join(parts), "dim")


def _columns(label: Label) -> tuple[Column[View], ...]:
    return (
        Column("name", "view", 16, render=lambda view: (view.name, "value"), max_width=40),
        Column("about", "what it shows", 20, render=lambda view: _about(view, label), max_width=80, priority=1),
    )


class ViewsScreen(ModalScreen[tuple[str, str] | None]):
    """Dismisses with what to do (open, save, remove) and the name of the view, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close", id="views.close"),
        Binding("delete,ctrl+d", "remove", "Remove", id="views.remove"),
    ]
    DEFAULT_CSS = """
    ViewsScreen {
        align: center middle;
        & > Vertical {
            width: 92%; max-width: 90; height: 80%; max-height: 24;
            background: $kmm-surface; color: $kmm-text; padding: 1 2;
        }
        Static { height: auto; color: $kmm-dim; margin-top: 1; }
        LineTable { background: $kmm-surface; }
        Input { background: $kmm-ground; }
    }
    """

    def __init__(self, views: Sequence[View], label: Label) -> None:
        super().__init__()
        self._views = list(views)
        self._table: LineTable[View] = LineTable(_columns(label), empty="no view is saved yet", id="views")
        self._input = Input(placeholder="name, to save what is on the screen", compact=True, max_length=LONGEST_NAME)

    def compose(self) -> ComposeResult:
        """The views, and the name of a new one."""
        with Vertical():
            yield self._table
            yield self._input
            yield Static("Enter opens, or saves under the name typed · Tab between · Delete removes · Esc back")

    def on_mount(self) -> None:
        """The list first, unless there is nothing in it."""
        self._input.cursor_blink = False
        self._table.set_rows([(view.name, view) for view in self._views])
        (self._table if self._views else self._input).focus()

    @on(LineTable.RowSelected)
    def open_view(self, event: LineTable.RowSelected) -> None:
        """Opens the view under the cursor."""
        event.stop()
        self.dismiss(("open", event.key))

    @on(Input.Submitted)
    def save_view(self, event: Input.Submitted) -> None:
        """Saves the present view."""
        event.stop()
        if name := event.value.strip():
            self.dismiss(("save", name))

    def action_remove(self) -> None:
        """Removes the view under the cursor."""
        if self._table.has_focus and (key := self._table.cursor_key):
            self.dismiss(("remove", key))
