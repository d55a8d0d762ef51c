"""The themes beside the board: each is worn as one comes to it, Enter keeps it, Escape goes back to the former one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from kmm_tui.settings.themefile import ThemeFile
from kmm_tui.ui.cells import wrap
from kmm_tui.ui.columns import Column
from kmm_tui.ui.lines import Line, RoleLines
from kmm_tui.ui.linetable import LineTable
from kmm_tui.ui.shelf import Shelf

_COLUMNS: tuple[Column[ThemeFile], ...] = (
    Column("name", "theme", 16, render=lambda theme: (theme.name, "value"), max_width=40),
    Column("title", "", 10, gap=2, max_width=40, priority=1,
           render=lambda theme: (theme.title or ("dark" if theme.dark else "light"), "dim")),
    Column("own", "", 5, gap=2, priority=2, render=lambda theme: ("yours" if theme.own else "", "dim")),
)  # fmt: skip
_SAMPLE: Line = (
    (" 312", "value"), ("  ▲ 91 %", "warn"), ("  ■ 4:12", "critical"), ("  2:07 old", "stale"),
)  # fmt: skip
_STATES: Line = (
    (" ● online", "online"), ("  ○ away", "away"), ("  ◐ soon", "back-soon"), ("  · offline", "offline"),
)  # fmt: skip
_KEYS: Line = ((" ⏎", "accent"), (" keep  ", "dim"), ("esc", "accent"), (" as it was", "dim"))


class _Told(RoleLines):
    """The theme's signs, how it stays, and what is wrong with it."""

    DEFAULT_CSS = """
    _Told { height: 8; background: $kmm-surface; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._name = ""
        self._wrong = ""

    def update(self, name: str, wrong: str) -> None:
        self._name, self._wrong = name, wrong
        self.show()

    def lines(self, width: int) -> Sequence[Line]:
        wrong = wrap(self._wrong, width - 4, 2) if self._wrong else []
        told: list[Line] = [((f" {'▲ ' if not at else '  '}{line}", "warn"),) for at, line in enumerate(wrong)]
        stays: Line = ((" for good: ", "dim"), (f'[ui] theme = "{self._name}"', "value"))
        return [(), _SAMPLE, _STATES, (), stays, *[*told, (), ()][:2], _KEYS]


class ThemeChooser(ModalScreen[None]):
    """`wear` puts a theme on; `former` is the one to go back to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,T", "go_back", "As it was", id="themes.close"),
    ]
    DEFAULT_CSS = """
    ThemeChooser {
        align: right bottom;
        background: transparent;
        & > Vertical {
            width: 56; max-width: 100%; height: auto; max-height: 100%; margin: 0 0 1 0;
            background: $kmm-surface; color: $kmm-text; border: round $kmm-line;
        }
        LineTable { height: auto; max-height: 14; background: $kmm-surface; }
    }
    """

    def __init__(self, shelf: Shelf, former: str, wear: Callable[[str], None]) -> None:
        super().__init__()
        self._shelf = shelf
        self._former = former
        self._wear = wear
        self._table: LineTable[ThemeFile] = LineTable(_COLUMNS, empty="no theme file can be read", id="themes")
        self._told = _Told()

    def compose(self) -> ComposeResult:
        """The themes, and what there is to say of the one under the cursor."""
        with Vertical():
            yield self._table
            yield self._told

    def on_mount(self) -> None:
        """The cursor is on the theme that is worn."""
        self._table.styles.height = min(14, len(self._shelf.themes) + 1)
        self._table.set_rows(list(self._shelf.themes.items()))
        self._table.move_cursor(self._former)
        self._table.focus()

    @on(LineTable.RowHighlighted)
    def _looked_at(self, event: LineTable.RowHighlighted) -> None:
        event.stop()
        if event.key in self._shelf.themes:
            if event.key != self.app.theme:
                self._wear(event.key)
            weak = self._shelf.weak(event.key)
            more = f" and {len(weak) - 1} more" if len(weak) > 1 else ""
            self._told.update(event.key, f"{weak[0].partition('roles.')[2]}{more}" if weak else "")

    @on(LineTable.RowSelected)
    def _kept(self, event: LineTable.RowSelected) -> None:
        event.stop()
        self.dismiss()

    def action_go_back(self) -> None:
        """Nothing has changed."""
        self._wear(self._former)
        self.dismiss()
