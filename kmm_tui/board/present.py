"""The span that live figures are counted over, and what stands in while it has no window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import tzinfo

from kmm_tui.api.window import MINUTE, Window
from kmm_tui.board.shifts import Shift
from kmm_tui.board.snapshot import AgentDetail, Roster, Snapshot
from kmm_tui.board.span import Span, SpanError, resolve
from kmm_tui.board.state import TopicState
from kmm_tui.board.windowed import of_the_moment


class Present:
    """The chosen live span. `usual` is a width, which always has a window."""

    def __init__(self, span: Span, usual: Span, zone: tzinfo | None, shifts: Sequence[Shift]) -> None:
        self.span = span
        self._usual = usual
        self._zone = zone
        self._shifts = shifts
        self._looked_at: tuple[Span, Window, bool] | None = None

    def at(self, now_ms: int) -> tuple[Span, str]:
        """The span at `now_ms`, epoch ms, and why it is not the chosen one; '' if it is."""
        try:
            resolve(self.span, now_ms, self._zone, self._shifts)
        except SpanError as error:
            return self._usual, f"{self._usual.label} instead: {str(error).partition(';')[0]}"
        return self.span, ""

    @property
    def is_unusual(self) -> bool:
        """Whether another span is chosen than the usual width."""
        return self.span != self._usual

    def window(self, now_ms: int) -> Window:
        """What to ask for at `now_ms`, epoch ms. Never raises: a shift may have ended over a day ago meanwhile."""
        return resolve(self.at(now_ms)[0], now_ms, self._zone, self._shifts)

    def teller(self) -> Callable[[int], Window]:
        """What tells the window of the span chosen now, whatever is chosen afterwards."""
        return Present(self.span, self._usual, self._zone, self._shifts).window

    def judge(self) -> Callable[[Window], bool]:
        """What tells of a window whether it is one of the span chosen now, whatever is chosen afterwards."""
        return Present(self.span, self._usual, self._zone, self._shifts).fits

    def fits(self, window: Window) -> bool:
        """Whether an answer over `window` is one over this span, whenever it was asked for."""
        known = self._looked_at
        if known is None or known[:2] != (self.span, window):
            wanted = self.window(window.end)
            known = self._looked_at = (self.span, window, abs(wanted.start - window.start) <= MINUTE)
        return known[2]

    def fitted(self, state: TopicState) -> TopicState:
        """`state` without by-time figures of another window: they must not be taken for those of this one."""
        content = state.content
        if not isinstance(content, Snapshot | Roster | AgentDetail) or self.fits(content.window):
            return state
        return replace(state, content=of_the_moment(content))
