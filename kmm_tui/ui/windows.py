"""Which window of time the by-time figures are counted over: presets, shifts, days, or a range that is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from kmm_tui.board.span import Span, SpanError
from kmm_tui.ui.cells import clean
from kmm_tui.ui.columns import Column
from kmm_tui.ui.linetable import LineTable

EXAMPLES = "such as 90m, today, yesterday 9-11, 20 nov 10:00-11:30, since 8:00"

COLUMNS: tuple[Column[Span], ...] = (
    Column("name", "window", 24, render=lambda span: (span.label, "value"), max_width=60),
)


class WindowScreen(ModalScreen[Span | None]):
    """Dismisses with the span that was chosen or typed; what cannot be shown says what can be instead."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close", id="windows.close"),
    ]
    DEFAULT_CSS = """
    WindowScreen {
        align: center middle;
        & > Vertical {
            width: 92%; max-width: 76; height: 80%; max-height: 22;
            background: $kmm-surface; color: $kmm-text; padding: 1 2;
        }
        Static { height: auto; color: $kmm-dim; }
        #wrong { color: $kmm-warn; min-height: 1; }
        LineTable { background: $kmm-surface; }
        Input { background: $kmm-ground; }
    }
    """

    def __init__(self, spans: Sequence[Span], present: Span, read: Callable[[str], Span]) -> None:
        """`read` turns what is typed into a span, or raises `SpanError`."""
        super().__init__()
        self._spans = list(spans)
        self._present = present
        self._read = read
        self._table: LineTable[Span] = LineTable(COLUMNS, id="windows")
        self._input = Input(placeholder=EXAMPLES, compact=True, max_length=80)

    def compose(self) -> ComposeResult:
        """The usual ones, and a line for any other."""
        with Vertical():
            yield self._table
            yield self._input
            yield Static("", id="wrong", markup=False)
            yield Static("Enter chooses · Tab between list and line · Esc back", markup=False)

    def on_mount(self) -> None:
        """The cursor stands on the present one."""
        self._input.cursor_blink = False
        self._table.set_rows([(str(place), span) for place, span in enumerate(self._spans)])
        if self._present in self._spans:
            self._table.move_cursor(str(self._spans.index(self._present)))
        self._table.focus()

    @on(LineTable.RowSelected)
    def choose(self, event: LineTable.RowSelected) -> None:
        """One of the list."""
        event.stop()
        self.dismiss(self._spans[int(event.key)])

    @on(Input.Submitted)
    def typed(self, event: Input.Submitted) -> None:
        """One that is typed."""
        event.stop()
        if not event.value.strip():
            return
        try:
            span = self._read(event.value)
        except SpanError as error:
            for line in self.query("#wrong").results(Static):
                line.update(clean(str(error)))
            return
        self.dismiss(span)
