"""Windows that can be compared with one another: the same time of day on the days before, on a grid so that they recur.

Past windows never change, so each is asked for once. Without the grid every minute would make new ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from itertools import pairwise

from kmm_tui.api.window import KEPT, MINUTE, WIDEST, Window, ceil_minute, floor_minute
from kmm_tui.board.localtime import day_start, local, moved, shows_same
from kmm_tui.board.past import is_settled
from kmm_tui.metrics import Method

GRID = 15 * MINUTE
"""Ends of comparable windows are multiples of this. Every zone's whole hours are."""
DAYS = 14
"""How many days back there are windows to compare with."""


@dataclass(frozen=True, slots=True)
class Comparable:
    """The same window of the local day that lies `days_ago` earlier: 1 is yesterday, 7 the same weekday last week."""

    days_ago: int
    window: Window


@dataclass(frozen=True, slots=True)
class LocalHour:
    """The window of a whole local hour. `hour` (0..23) comes twice on a day on which clocks are set back."""

    hour: int
    window: Window


def oldest(now_ms: int) -> int:
    """The oldest moment to look at: 15 to 30 minutes inside what the API keeps, so that it is still kept when asked."""
    edge = floor_minute(now_ms) - KEPT[Method.METRICS]
    return edge - edge % -GRID + GRID


def on_grid(window: Window, *, anchored: bool = False) -> Window | None:
    """`window` with its end rounded down to the grid: the one that `comparable` repeats on the days before.

    One of a fixed width keeps it, and begins so much earlier. One that is `anchored` keeps its begin, which is that of
    a day or a shift, and becomes shorter; None where nothing is left of it.
    """
    start, end = floor_minute(window.start), ceil_minute(window.end)
    last = end - end % GRID
    first = start if anchored else start - (end - last)
    return Window(first, last) if first < last else None


def comparable(window: Window, zone: tzinfo | None, now_ms: int, *, anchored: bool = False) -> tuple[Comparable, ...]:
    """The windows to compare `window` with, of the last 14 days, yesterday's first.

    Each has the same bounds by the wall clock and is over for good. Left out are those that begin before `oldest`, and
    those that are longer or shorter, or do not exist, as clocks changed meanwhile: their counts say nothing.
    `anchored` as in `on_grid`.
    """
    model = on_grid(window, anchored=anchored)
    return tuple(_earlier(model, zone, now_ms)) if model and model.width <= WIDEST else ()


def _earlier(model: Window, zone: tzinfo | None, now_ms: int) -> Iterator[Comparable]:
    edge = oldest(now_ms)
    for days in range(1, DAYS + 1):
        there = moved_window(model, -days, zone)
        if there and there.width == model.width and there.start >= edge and is_settled(there, now_ms):
            yield Comparable(days, there)


def moved_window(window: Window, days: int, zone: tzinfo | None) -> Window | None:
    """The window with the same bounds by the wall clock, so many local days later; None where clocks skip a bound."""
    start, end = moved(window.start, days, zone), moved(window.end, days, zone)
    same = shows_same(start, window.start, zone) and shows_same(end, window.end, zone)
    return Window(start, end) if same and start < end else None


def hours(day_ms: int, zone: tzinfo | None) -> tuple[LocalHour, ...]:
    """The hours of the local day of `day_ms`, in order, without a gap: 23 to 25 of them where clocks change by an hour.

    Where they change by half an hour, one of the windows is half an hour wide.
    """
    start, end = day_start(day_ms, zone), day_start(day_ms, zone, 1)
    cuts = [start, *(at for at in range(start + GRID, end, GRID) if _begins_hour(at, zone)), end]
    windows = (Window(first, last) for first, last in pairwise(cuts))
    return tuple(LocalHour(local(window.start, zone).hour, window) for window in windows)


def _begins_hour(at: int, zone: tzinfo | None) -> bool:
    now, before = local(at, zone), local(at - GRID, zone)
    # Clocks that jump begin an hour anew, or one in its middle.
    jumped = now.replace(tzinfo=None) - before.replace(tzinfo=None)
    return now.minute == 0 or jumped.total_seconds() * 1000 != GRID
