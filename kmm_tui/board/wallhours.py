"""When a wall is open: outside its hours it is dimmed or blank, and says when it opens again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta, tzinfo
from enum import Enum

from kmm_tui.board.localtime import WEEKDAYS, clock_text, local
from kmm_tui.board.shifts import Shift, running

_AHEAD = 15
"""Days: two weeks, so that hours of one weekday are found though clocks skip them once."""


class Closed(Enum):
    """What a wall looks like outside its hours."""

    DIM = "dim"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours in which somebody looks. Without any it is always open."""

    open: tuple[Shift, ...] = ()
    closed: Closed = Closed.DIM

    def is_open(self, now_ms: int, zone: tzinfo | None) -> bool:
        """Whether it is open at `now_ms`, epoch ms; `zone` is the board's, None the machine's own."""
        return not self.open or any(running(each, now_ms, zone) for each in self.open)

    def opens(self, now_ms: int, zone: tzinfo | None) -> int | None:
        """When it opens next after `now_ms`, epoch ms; None if it never closes or never opens."""
        today = local(now_ms, zone).date()
        starts = [
            run[0]
            for each in self.open
            for ahead in range(-1, _AHEAD)
            if (run := each.on(today + timedelta(ahead), zone)) and run[0] > now_ms
        ]
        return min(starts, default=None)


def opens_text(opens: int | None, now_ms: int, zone: tzinfo | None) -> str:
    """``closed until 07:00``, ``closed until Mon 07:00``, or ``closed``."""
    if opens is None:
        return "closed"
    then, now = local(opens, zone), local(now_ms, zone)
    day = "" if then.date() == now.date() else f"{WEEKDAYS[then.weekday()]} "
    return f"closed until {day}{clock_text(opens, zone)}"


def drift(now: float, every: float) -> tuple[int, int]:
    """By how many cells, right and down, a wall stands aside at `now` (epoch s): 0 or 1 each, another every `every` s.

    Over four steps each cell of a character lies on four different ones, so that no bright one burns in.
    """
    step = int(now // every) % 4
    return ((0, 0), (1, 0), (1, 1), (0, 1))[step]
