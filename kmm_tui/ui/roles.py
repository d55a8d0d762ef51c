"""What a piece of text stands for, and how a line-drawn widget asks the theme for its look."""

from typing import Literal, get_args

from rich.style import Style
from textual.color import Color
from textual.widget import Widget

Role = Literal[
    "value",
    "strong",
    "dim",
    "glyph",
    "accent",
    "ok",
    "warn",
    "critical",
    "stale",
    "online",
    "away",
    "back-soon",
    "offline",
]
"""The theme decides how each looks, by the variable `$kmm-<role>`; no widget has a colour of its own.

They are no component classes: of each Textual makes a node of some kilobytes, for every widget anew.
"""
ROLES: tuple[Role, ...] = get_args(Role)

_COLOURS = {"value": "text", "strong": "title", "glyph": "dim"}
_BOLD = ("strong", "critical")


class RoleStyles:
    """The styles of roles and of a widget's component classes, each resolved once until `clear`.

    A name is a role or a component of the widget, None its plain ground. While `dim` is set every role is drawn as
    `stale`.
    """

    def __init__(self, widget: Widget, prefix: str) -> None:
        self._widget = widget
        self._prefix = prefix
        self._found: dict[tuple[str | None, str | None], Style] = {}
        self._same: dict[Style, Style] = {}
        self._carries: dict[tuple[Style, str | None], bool] = {}
        self._dim = False
        self._asked: dict[str, str] | None = None

    @property
    def dim(self) -> bool:
        """Whether all roles look stale."""
        return self._dim

    @dim.setter
    def dim(self, dim: bool) -> None:
        self._dim = dim
        self.clear()

    def clear(self) -> None:
        """Asks theme and style sheet again, as theme, focus or classes changed."""
        if self._asked is not None and self._asked != self._widget.app.theme_variables:
            # A theme may differ from another one in a single role, of which no rule of the widget's own tells.
            self._widget.refresh()
        self._asked = None
        self._found.clear()
        self._same.clear()
        self._carries.clear()

    def __call__(self, name: str | None, over: str | None = None) -> Style:
        """The style of `name`, with the component `over` (such as a cursor's ground) laid on it."""
        style = self._found.get((name, over))
        if style is None:
            style = self._widget.rich_style
            if name is not None:
                style += self._role("stale" if self._dim else name) if name in ROLES else self._component(name)
            if over is not None:
                style += self._component(over)
            # Equal looks are one object, so that drawing can compare by identity.
            style = self._found[name, over] = self._same.setdefault(style, style)
        return style

    def carries_blanks(self, style: Style, over: str | None = None) -> bool:
        """Whether blanks look in `style` as they do on the plain ground with `over` laid on it."""
        carries = self._carries.get((style, over))
        if carries is None:
            marked = style.underline or style.reverse or style.strike
            carries = self._carries[style, over] = not marked and style.bgcolor == self(None, over).bgcolor
        return carries

    def _role(self, role: str) -> Style:
        self._asked = self._widget.app.theme_variables
        colour = Color.parse(self._asked[f"kmm-{_COLOURS.get(role, role)}"])
        return Style(color=colour.rich_color, bold=True if role in _BOLD else None)

    def _component(self, name: str) -> Style:
        return self._widget.get_component_rich_style(f"{self._prefix}--{name}", partial=True)
