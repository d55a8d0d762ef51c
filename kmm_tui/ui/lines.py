"""Widgets of a few fixed lines in roles: only a line that changed is drawn again, and none ever lays out the screen."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from kmm_tui.board.scope import ACCOUNT, Scope
from kmm_tui.ui.cells import clean, cut
from kmm_tui.ui.columns import Fitted, Span, fit_cell
from kmm_tui.ui.lean import LeanCache
from kmm_tui.ui.roles import RoleStyles
from kmm_tui.ui.rowlines import join

Line = Sequence[Span]
LEAST_NAME = 8
"""Cells that a name has left at least."""


class Name(str):
    """The text of a span that is cut before any other of its line: a name that is cut still is one."""

    __slots__ = ()


def name_of(scope: Scope, label: str) -> str:
    """`label` as the name of `scope`; the account is one of the board's own words."""
    return label if scope == ACCOUNT else Name(label)


class RoleLines(Widget):
    """Base of the header, the strip and the titles: subclasses say what their lines are, in `lines`."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    RoleLines {
        width: 1fr;
        height: 1;
        background: $kmm-ground;
        color: $kmm-text;
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._styles_cache = LeanCache(self._draw_part)
        self._look = RoleStyles(self, "lines")
        self._as_said: list[Line] = []
        self._fitted: list[Fitted] = []
        self._width = -1

    def lines(self, width: int) -> Sequence[Line]:
        """What to show, top to bottom, on `width` cells."""
        raise NotImplementedError

    def show(self) -> None:
        """Asks for the lines again and draws those that differ."""
        width, height = self.size
        if not width:
            return
        said, same_width = list(self.lines(width)[:height]), width == self._width
        known = self._as_said if same_width else []
        # A tuple that is the same object as before is not fitted again.
        fitted = [
            self._fitted[y]
            if y < len(known) and known[y] is line and isinstance(line, tuple)
            else fit_cell(tuple(line) or "", width)
            for y, line in enumerate(said)
        ]
        before, self._as_said, self._fitted, self._width = self._fitted, said, fitted, width
        for y in range(max(len(before), len(fitted))):
            if not same_width or not (y < len(before) and y < len(fitted)):
                self.refresh(Region(0, y, width, 1))
            elif before[y] != fitted[y]:
                left, right = _differing(before[y], fitted[y], width)
                self.refresh(Region(left, y, right - left, 1))

    @property
    def dim(self) -> bool:
        """Whether all of it looks old."""
        return self._look.dim

    @dim.setter
    def dim(self, dim: bool) -> None:
        if dim != self._look.dim:
            self._look.dim = dim
            self.refresh()

    def on_resize(self) -> None:
        self.show()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._look.clear()

    def render_line(self, y: int) -> Strip:
        """The strip of one line."""
        if self.size.width != self._width:
            self.show()
        fitted = self._fitted[y] if y < len(self._fitted) else fit_cell("", self.size.width)
        return join(list(fitted), self.size.width, self._look)

    def _draw_part(self, crop: Region) -> list[Strip]:
        return [self.render_line(y).crop(crop.x, crop.right) for y in crop.line_range]


def _differing(before: Fitted, after: Fitted, width: int) -> tuple[int, int]:
    """From which cell to which two lines of `width` cells differ."""
    least = min(len(before), len(after))
    head = next((at for at in range(least) if before[at] != after[at]), least)
    tail = next((at for at in range(least - head) if before[-1 - at] != after[-1 - at]), least - head)
    left = sum(cell_len(text) for text, _ in after[:head])
    return left, width - sum(cell_len(text) for text, _ in after[len(after) - tail :])


def shortened(line: Line, room: int) -> Line:
    """`line` with its names cut, the longest first, as far as it takes to have the rest on `room` cells."""
    over = sum(cell_len(clean(text)) for text, _ in line) - room
    if over <= 0:
        return line
    spans = list(line)
    names = [(cell_len(clean(text)), place) for place, (text, _) in enumerate(spans) if isinstance(text, Name)]
    for size, place in sorted(names, reverse=True):
        text, role = spans[place]
        left = max(min(size, LEAST_NAME), size - over)
        spans[place] = (cut(clean(text), left), role)
        over -= size - left
        if over <= 0:
            break
    return spans


def spread(left: Line, right: Line, width: int) -> list[Span]:
    """`left` and `right` at the ends of `width` cells; `left` is cut first, since the truth stands on the right."""
    right_size = sum(cell_len(clean(text)) for text, _ in right)
    room = max(0, width - right_size - (1 if right else 0))
    pieces: list[Span] = [(text, role or "value") for text, role in fit_cell(tuple(shortened(left, room)) or "", room)]
    gap: list[Span] = [(" ", "value")] if right and room else []
    return [*pieces, *gap, *right]
