"""Where in the last fourteen days one looks, while that is not the present.

bar = TimeBar(zone)                               # in compose(); it takes no room while the board is live
bar.update_bar(now_ms, window)                    # in the past
bar.update_bar(now_ms, None)                      # live
"""

from collections.abc import Sequence
from datetime import timedelta, tzinfo

from rich.cells import cell_len

from kmm_tui.api.window import DAY, HOUR, MINUTE, Window, ceil_minute, floor_minute
from kmm_tui.ui.chartscale import day_marks, day_text, local_moment
from kmm_tui.ui.columns import Span
from kmm_tui.ui.lines import Line, RoleLines

DAYS = 14
"""How far back the API reaches."""

_BLOCK = "█"
_DAY_TICK = "┴"
_LEAST_TRACK = 8
_TICK_CELLS = 2
"""So many cells a day has to have for its beginning to be ticked, and below for its letter, too."""
_LETTER_CELLS = 3


def ago_text(ms: int) -> str:
    """How long ago in its two largest units: ``42 min ago``, ``3 h 5 min ago``, ``2 days 3 h ago``.

    >>> ago_text(42 * 60_000), ago_text(183_600_000)
    ('42 min ago', '2 days 3 h ago')
    """
    minutes = max(0, ms) // MINUTE
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [f"{days} day{'s' if days > 1 else ''}"] if days else []
    parts += [f"{hours} h"] if hours else []
    parts += [f"{rest} min"] if rest and not days else []
    return f"{' '.join(parts)} ago" if parts else "just now"


def window_text(window: Window, zone: tzinfo | None) -> str:
    """A window on the clock of `zone` (None: the machine's own): ``Thu 19 Nov 10:00–11:00``.

    The day of its end is told if that is another one; a midnight ends the day before, at ``24:00``.
    """
    start = local_moment(floor_minute(window.start), zone)
    end = local_moment(ceil_minute(window.end), zone)
    last = f"{end:%H:%M}"
    if end.date() == start.date() + timedelta(days=1) and last == "00:00":
        last = "24:00"
    elif end.date() != start.date():
        last = f"{day_text(end.date())} {last}"
    return f"{day_text(start.date())} {start:%H:%M}–{last}"


class TimeBar(RoleLines):
    """``PAST Thu 19 Nov 10:00–11:00 · 2 days 3 h ago   14 days ago ├──┴──█┴──┤ now``; hidden while live."""

    DEFAULT_CSS = """
    TimeBar { height: 1; background: $kmm-surface; }
    """

    def __init__(self, zone: tzinfo | None, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._zone = zone
        self._now = 0
        self._window: Window | None = None
        self.display = False

    def update_bar(self, now_ms: int, window: Window | None) -> None:
        """Looks at `window`; None is the present. `now_ms` is epoch ms."""
        self._now, self._window = now_ms, window
        if self.display != (window is not None):
            self.display = window is not None
        self.show()

    def lines(self, width: int) -> Sequence[Line]:
        window = self._window
        if window is None:
            return []
        text = f" {window_text(window, self._zone)}"
        spans: list[Span] = [(" ◂ PAST", "accent"), (text, "strong")]
        room = width - 1 - sum(cell_len(each) for each, _ in spans)
        ago = f" · {ago_text(self._now - window.end)}"
        # By need: the words, the bar, and what its ends are.
        if len(ago) <= room:
            spans.append((ago, "dim"))
            room -= len(ago)
        before, after = ("  14 days ago ", " now") if room >= 56 else ("  ", "")
        cells = room - len(before) - len(after)
        if cells < _LEAST_TRACK:
            return [spans]
        return [[*spans, (before, "dim"), *self._track(window, cells), (after, "dim")]]

    def _track(self, window: Window, cells: int) -> list[Span]:
        """The fourteen days on `cells` cells with their ends, the window as a block on them."""
        inner = cells - 2
        begin = self._now - DAYS * DAY
        line = ["─"] * inner

        def place(moment: int) -> int:
            return max(0, min((moment - begin) * inner // (DAYS * DAY), inner - 1))

        if inner >= DAYS * _TICK_CELLS:
            for midnight, _ in day_marks(begin, self._now, 1, self._zone):
                line[place(midnight)] = _DAY_TICK
                noon = midnight + 12 * HOUR
                if inner >= DAYS * _LETTER_CELLS and noon < self._now:
                    line[place(noon)] = day_text(local_moment(midnight, self._zone).date())[0]
        first = place(window.start)
        last = max(first, place(window.end - 1))
        block = _BLOCK * (last - first + 1)
        return [
            (f"├{''.join(line[:first])}", "dim"),
            (block, "accent"),
            (f"{''.join(line[last + 1 :])}┤", "dim"),
        ]
