"""The wall as it is drawn: a line on top, the body, and a line at the bottom, each written only where it changed."""

from __future__ import annotations

from collections.abc import Sequence

from kmm_tui.ui.columns import Span
from kmm_tui.ui.lines import Line, RoleLines, spread

BEATS = "▖▘▝▗"
"""The heartbeat, a step each second: a terminal that has frozen is seen, though its figures are quiet."""
_MARGIN: Span = (" ", "value")


class Ends(RoleLines):
    """One line with something at each end."""

    DEFAULT_CSS = """
    Ends { height: 1; }
    """

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._ends: tuple[Line, Line] = ((), ())

    def put(self, left: Line, right: Line) -> None:
        """Shows `left` and `right`; the left is cut first."""
        self._ends = (left, right)
        self.show()

    def lines(self, width: int) -> Sequence[Line]:
        left, right = self._ends
        return [spread((_MARGIN, *left), (*right, _MARGIN), width)]


class Middle(RoleLines):
    """What stands between the two, as large as what is left."""

    DEFAULT_CSS = """
    Middle { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__(id="wall-body")
        self._body: list[Line] = []

    def put(self, body: Sequence[Line]) -> None:
        """Shows these lines from the top on."""
        self._body = [(_MARGIN, *line) if line else () for line in body]
        self.show()

    def lines(self, width: int) -> Sequence[Line]:  # noqa: ARG002 - laid out for the screen
        return [*self._body, *[()] * max(0, self.size.height - len(self._body))]


def beat(now: float) -> str:
    """The heartbeat at `now`, epoch s."""
    return BEATS[int(now) % len(BEATS)]
