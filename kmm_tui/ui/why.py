"""The answer to `?`: everything that is known of one figure, over the board."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from kmm_tui.board.severity import Severity
from kmm_tui.board.why import Why
from kmm_tui.ui.cells import clean, wrap
from kmm_tui.ui.levels import GLYPHS

COLOURS = {
    Severity.CALM: "$kmm-text",
    Severity.UNKNOWN: "$kmm-dim",
    Severity.WARN: "$kmm-warn",
    Severity.CRITICAL: "bold $kmm-critical",
}

LABEL = 15
"""Cells of a line's label; the words stand beside it, on several lines where they need them."""
MOST_LINES = 12


class WhyScreen(ModalScreen[None]):
    """One figure; the arrow keys go on to the others of the same row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss", "Close", id="why.close"),
        Binding("left,h", "step(-1)", "Figure before", id="why.left"),
        Binding("right,l", "step(1)", "Next figure", id="why.right"),
    ]
    DEFAULT_CSS = """
    WhyScreen {
        align: center middle;
        & > VerticalScroll {
            width: 92%; max-width: 110; height: auto; max-height: 92%;
            background: $kmm-surface; color: $kmm-text; padding: 1 3; scrollbar-size-vertical: 1;
        }
        Static { width: 1fr; height: auto; }
    }
    """

    def __init__(self, names: Sequence[str], name: str, explain: Callable[[str], Why]) -> None:
        """`names` are the figures that can be gone through, `explain` answers for one of them."""
        super().__init__()
        self._names = list(names) if name in names else [name, *names]
        self._at = self._names.index(name)
        self._explain = explain

    def compose(self) -> ComposeResult:
        """One text."""
        with VerticalScroll():
            yield Static(self._text(), id="why")

    def action_step(self, step: int) -> None:
        """Goes on to the next figure, around the ends."""
        self._at = (self._at + step) % len(self._names)
        self.renew()

    def renew(self) -> None:
        """Says it anew, as of now."""
        for text in self.query("#why").results(Static):
            text.update(self._text())

    def on_resize(self) -> None:
        """Lines are broken anew for the width there is now."""
        self.call_after_refresh(self.renew)

    @property
    def _width(self) -> int:
        return next((text.size.width for text in self.query("#why") if text.size.width), 74)

    def _text(self) -> Content:
        why = self._explain(self._names[self._at])
        colour = "$kmm-dim" if why.is_old else COLOURS[why.severity]
        sign = GLYPHS[why.severity].strip()
        text = Content.assemble(
            (clean(why.title), "bold $kmm-title"), "    ", (why.text, colour), "   ",
            (f"{sign} {why.verdict}".strip(), colour), "\n", (why.meaning, "$kmm-text"), "\n",
        )  # fmt: skip
        for label, words in why.lines:
            lines = wrap(words, self._width - LABEL, MOST_LINES)
            indented = f"\n{' ' * LABEL}".join(lines)
            text += Content.assemble("\n", (f"{label:<{LABEL}}", "$kmm-dim"), (indented, "$kmm-text"))
        return text + Content.assemble("\n\n", ("← → other figures   Esc back", "$kmm-dim"))
