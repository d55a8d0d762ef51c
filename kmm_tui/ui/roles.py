"""What a piece of text stands for, and how a line-drawn widget asks the theme for its look."""

from typing import Literal, get_args

from rich.style import Style
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
"""The theme decides how each looks; no widget has a colour of its own."""
ROLES: tuple[Role, ...] = get_args(Role)

_COLOURS = {"value": "text", "strong": "title", "glyph": "dim"}
_BOLD = ("strong", "critical")


def role_classes(prefix: str) -> set[str]:
    """The component classes `<prefix>--<role>` of a widget that draws in roles."""
    return {f"{prefix}--{role}" for role in ROLES}


def role_rules(prefix: str) -> str:
    """The CSS rules for `role_classes`, to stand inside the widget's own block."""
    return "\n".join(
        f"& > .{prefix}--{role} {{ color: $kmm-{_COLOURS.get(role, role)};"
        f"{' text-style: bold;' if role in _BOLD else ''} }}"
        for role in ROLES
    )


class RoleStyles:
    """The styles of a widget's component classes, each resolved once until `clear`.

    A name is a role or another component of the widget, None its plain ground. While `dim` is set every role is
    drawn as `stale`.
    """

    def __init__(self, widget: Widget, prefix: str) -> None:
        self._widget = widget
        self._prefix = prefix
        self._found: dict[tuple[str | None, str | None], Style] = {}
        self._same: dict[Style, Style] = {}
        self._carries: dict[tuple[Style, str | None], bool] = {}
        self._dim = False

    @property
    def dim(self) -> bool:
        """Whether all roles look stale."""
        return self._dim

    @dim.setter
    def dim(self, dim: bool) -> None:
        self._dim = dim
        self.clear()

    def clear(self) -> None:
        """Asks the style sheet again, as theme, focus or classes changed."""
        self._found.clear()
        self._same.clear()
        self._carries.clear()

    def __call__(self, name: str | None, over: str | None = None) -> Style:
        """The style of `name`, with the component `over` (such as a cursor's ground) laid on it."""
        style = self._found.get((name, over))
        if style is None:
            style = self._widget.rich_style
            if name is not None:
                style += self._component("stale" if self._dim and name in ROLES else name)
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

    def _component(self, name: str) -> Style:
        return self._widget.get_component_rich_style(f"{self._prefix}--{name}", partial=True)
