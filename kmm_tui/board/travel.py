"""Travelling through the fourteen days that the API keeps: where one is, and the next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from kmm_tui.api.window import KEPT, WIDEST, Window, ceil_minute, floor_minute
from kmm_tui.board.grid import moved_window, oldest
from kmm_tui.board.localtime import day_start, moved
from kmm_tui.board.shifts import Shift
from kmm_tui.board.span import Span, SpanKind, is_live, resolve
from kmm_tui.metrics import Method

AT_EDGE = "as far back as the API keeps figures, 14 days"
AT_NOW = "now: there is nothing later"

_KEPT = KEPT[Method.METRICS]


@dataclass(frozen=True, slots=True)
class Travel:
    """Where one looks: at `span` as it is now (`at_ms` None), or at a window that ends at `at_ms`, epoch ms.

    A window in the past is as wide as `width_ms`: that of the span when one left the present. `note` says on one line
    why a step ended where it did; '' as a rule.
    """

    span: Span
    at_ms: int | None = None
    width_ms: int = 0
    note: str = field(default="", compare=False)

    @property
    def is_live(self) -> bool:
        """Whether what is looked at moves on with the time."""
        return self.at_ms is None and is_live(self.span)

    def window(self, now_ms: int, zone: tzinfo | None, shifts: Sequence[Shift]) -> Window:
        """The window to ask for, one that the API answers at `now_ms`. Raises `SpanError` as `resolve` does.

        One that the 14 days leave behind is moved along with them, a quarter of an hour at a time.
        """
        if self.at_ms is None:
            return resolve(self.span, now_ms, zone, shifts)
        return self._kept(Window(self.at_ms - self.width_ms, self.at_ms), now_ms)

    def step(self, direction: int, now_ms: int, zone: tzinfo | None, shifts: Sequence[Shift]) -> Travel:
        """One window back (-1) or forth (1), where it is not beyond an end. Raises `SpanError` as `resolve` does."""
        here = self._whole_minutes(now_ms, zone, shifts)
        by = here.width if direction > 0 else -here.width
        return self._to(Window(here.start + by, here.end + by), direction, now_ms, zone, shifts)

    def day(self, direction: int, now_ms: int, zone: tzinfo | None, shifts: Sequence[Shift]) -> Travel:
        """One local day back (-1) or forth (1), to the same times by the wall clock. Raises what `resolve` does.

        Where clocks skip one of them, or the day between is so long that the window would be wider than 24 hours, the
        window keeps its width.
        """
        here = self._whole_minutes(now_ms, zone, shifts)
        days = 1 if direction > 0 else -1
        there = moved_window(here, days, zone)
        if there is None or there.width > WIDEST:
            end = moved(here.end, days, zone)
            there = Window(end - here.width, end)
        return self._to(there, direction, now_ms, zone, shifts)

    def home(self) -> Travel:
        """Back to the span as it is now."""
        return Travel(self.span)

    def place(self, now_ms: int, zone: tzinfo | None = None) -> float:
        """Where in the 14 days its end is: 0.0 is 14 days ago, 1.0 is now."""
        end = self.at_ms if self.at_ms is not None else self.span.end
        if self.at_ms is None and self.span.kind is SpanKind.YESTERDAY:
            end = day_start(now_ms, zone)
        return 1.0 if end is None else min(1.0, max(0.0, 1 - (now_ms - end) / _KEPT))

    def _whole_minutes(self, now: int, zone: tzinfo | None, shifts: Sequence[Shift]) -> Window:
        window = self.window(now, zone, shifts)
        return Window(floor_minute(window.start), ceil_minute(window.end))

    def _to(self, there: Window, direction: int, now: int, zone: tzinfo | None, shifts: Sequence[Shift]) -> Travel:
        back = direction < 0
        note = ""
        if there.end >= now and not back:
            if is_live(self.span):
                return replace(self.home(), note=AT_NOW if self.at_ms is None else "")
            there, note = _ending(floor_minute(now), there.width), AT_NOW
        kept = self._kept(there, now)
        if kept != there and back:
            note = AT_EDGE
        if not is_live(self.span) and kept == resolve(self.span, now, zone, shifts):
            return replace(self.home(), note=note)
        return Travel(self.span, kept.end, kept.width, note)

    @staticmethod
    def _kept(window: Window, now: int) -> Window:
        edge = oldest(now)
        return window if window.start >= edge else Window(edge, edge + window.width)


def _ending(end: int, width: int) -> Window:
    return Window(end - width, end)
