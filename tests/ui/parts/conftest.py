"""A bare app around one widget, and a recorder of what the widget asks to be drawn again."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from kmm_tui.ui.linetable import LineTable
from kmm_tui.ui.themes import load_themes, variable_defaults


class Stage(App[None]):
    """Shows `part` alone and keeps the messages a table posts."""

    def __init__(self, part: Widget) -> None:
        super().__init__()
        self.part = part
        self.heard: list[tuple[str, str | None]] = []
        for theme in load_themes()[0]:
            self.register_theme(theme)
        self.theme = "kmm-dark"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()

    def compose(self) -> ComposeResult:
        yield self.part

    def on_line_table_row_highlighted(self, event: LineTable.RowHighlighted) -> None:
        self._hear(event, event.key)

    def on_line_table_row_selected(self, event: LineTable.RowSelected) -> None:
        self._hear(event, event.key)

    def on_line_table_header_selected(self, event: LineTable.HeaderSelected) -> None:
        self._hear(event, event.key)

    def _hear(self, event: Message, key: str | None) -> None:
        self.heard.append((type(event).__name__, key))

    def text(self) -> list[str]:
        """The lines of the widget as drawn."""
        return [self.part.render_line(y).text for y in range(self.part.size.height)]


class Redraws:
    """Stands between a widget and its `refresh`: what was asked for since `take`, None for everything."""

    def __init__(self, widget: Widget, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[Region | None] = []
        self.layouts = 0
        real = widget.refresh

        def refresh(*regions: Region, **options: Any) -> Widget:
            self.layouts += bool(options.get("layout"))
            self.asked.extend(regions or [None])
            return real(*regions, **options)

        monkeypatch.setattr(widget, "refresh", refresh)

    def take(self) -> list[Region | None]:
        """What was asked for, once."""
        asked, self.asked = self.asked, []
        return asked


@pytest.fixture
def stage() -> Callable[[Widget], Stage]:
    return Stage


@pytest.fixture
def redraws(monkeypatch: pytest.MonkeyPatch) -> Callable[[Widget], Redraws]:
    return lambda widget: Redraws(widget, monkeypatch)
