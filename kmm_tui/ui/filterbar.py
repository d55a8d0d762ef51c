"""The line at the bottom of a panel into which a filter is typed, and which says how much it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from kmm_tui.ui.lines import Line, RoleLines, spread
from kmm_tui.ui.matching import MOST_PATTERN


class _Prompt(RoleLines):
    DEFAULT_CSS = """
    _Prompt { width: 3; }
    """

    def lines(self, width: int) -> Sequence[Line]:
        return [[(" / ", "accent")]] if width else []


class _Count(RoleLines):
    DEFAULT_CSS = """
    _Count { width: 50%; max-width: 48; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._note = ""
        self._count = ""

    def update(self, count: str, note: str) -> None:
        self._count, self._note = count, note
        self.show()

    def lines(self, width: int) -> Sequence[Line]:
        left: Line = [(f" ▲ {self._note}", "warn")] if self._note else []
        right: Line = [(self._count, "dim"), (" ", "value")] if self._count else []
        return [spread(left, right, width)]


class FilterBar(Widget):
    """`/ text        3 of 25`. It is not there until `open`, and is gone again once it is left empty.

    What is typed is posted at once. Enter or Down keeps it and gives the keyboard back to where it was; Escape takes
    the filter away, too. `kmm_tui.ui.matching` says what the text means.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "No filter", show=False, id="filter.clear"),
        Binding("down", "keep", "Keep the filter", show=False, id="filter.keep"),
    ]
    DEFAULT_CSS = """
    FilterBar {
        height: 1; width: 1fr; layout: horizontal; display: none; background: $kmm-surface;
        &.-open { display: block; }
        RoleLines { background: $kmm-surface; }
        Input, Input:focus { width: 1fr; background: $kmm-surface; background-tint: $kmm-surface; color: $kmm-title; }
    }
    """

    class BarMessage(Message):
        """About the filter of `bar`, which is `text` now; '' is none."""

        def __init__(self, bar: FilterBar, text: str) -> None:
            super().__init__()
            self.bar = bar
            self.text = text

        @property
        def control(self) -> Widget:
            """The bar, so that `@on` can tell several apart by a selector."""
            return self.bar

    class Changed(BarMessage):
        """The filter is another one than before."""

    class Closed(BarMessage):
        """The person is done typing; the filter is kept."""

    def __init__(
        self,
        *,
        stays: bool = False,
        placeholder: str = "",
        id: str | None = None,  # noqa: A002 - Textual's name for it
        classes: str | None = None,
    ) -> None:
        """`stays` keeps the line on the screen although there is no filter."""
        super().__init__(id=id, classes=classes)
        self._stays = stays
        self._input = Input(compact=True, select_on_focus=False, max_length=MOST_PATTERN, placeholder=placeholder)
        # A cursor that blinks draws twice a second for months.
        self._input.cursor_blink = False
        self._count = _Count()
        self._back: Widget | None = None
        self._told = ""
        self.set_class(stays, "-open")

    def compose(self) -> ComposeResult:
        yield _Prompt()
        yield self._input
        yield self._count

    @property
    def text(self) -> str:
        """What is typed."""
        return self._input.value

    @property
    def is_open(self) -> bool:
        """Whether the line is on the screen."""
        return self.has_class("-open")

    def open(self, back: Widget | None = None) -> None:
        """Shows the line and gives it the keyboard, which goes to `back` afterwards (None: to who has it now)."""
        if not self._input.has_focus:
            self._back = back or self.screen.focused
        # At once: the next key may be here already, and it is text.
        self.add_class("-open", update=False)
        self.update_node_styles()
        self.screen.set_focus(self._input)
        self._input.cursor_position = len(self._input.value)

    def set_text(self, text: str) -> None:
        """Puts a filter there that was not typed, such as a saved one; posts `Changed`."""
        self.set_class(self._stays or bool(text) or self._input.has_focus, "-open")
        self._input.value = text[:MOST_PATTERN]
        self._tell()

    def clear(self) -> None:
        """Takes the filter away; posts `Changed` if there was one."""
        self.set_text("")

    def on_descendant_blur(self) -> None:
        """Left empty, by a click or by Tab, it is gone; not while only the terminal's window has lost the keyboard."""
        if not self._stays and self.app.app_focus:
            self.set_class(bool(self.text), "-open")

    def update_count(self, shown: int, total: int, note: str = "") -> None:
        """Says how many of how many rows are left, and what is to be known of the filter (`Matcher.note`)."""
        self._count.update(f"{shown} of {total}", note)

    def action_clear(self) -> None:
        """No filter, and back to the rows."""
        self._input.value = ""
        self.action_keep()

    def action_keep(self) -> None:
        """Back to the rows with the filter as it is."""
        self._tell()
        if not self._stays:
            self.set_class(bool(self.text), "-open")
        back, self._back = self._back, None
        if back is not None and back.is_attached and back.focusable:
            back.focus()
        else:
            self.screen.set_focus(None)
        self.post_message(self.Closed(self, self.text))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._tell()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_keep()

    def _tell(self) -> None:
        """Once for each text, although the input's own message comes later than the change."""
        if self.text != self._told:
            self._told = self.text
            self.post_message(self.Changed(self, self.text))
