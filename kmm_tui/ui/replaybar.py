"""Which moment is played back, how fast, and where in the record it is.

bar = ReplayBar(zone)                             # in compose()
bar.update_bar(Played(now_ms, 10.0, is_paused=False, start=first_ms, end=last_ms))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from rich.cells import cell_len

from kmm_tui.board.localtime import MONTHS, WEEKDAYS, local
from kmm_tui.ui.columns import Span
from kmm_tui.ui.lines import Line, RoleLines

LEAST_TRACK = 8
"""Cells below which no track is drawn."""
_BLOCK = "█"


@dataclass(frozen=True, slots=True)
class Played:
    """Where a replay stands. Moments are epoch ms; `start` and `end` are those of the record."""

    at: int
    speed: float
    start: int
    end: int
    is_paused: bool = False

    @property
    def share(self) -> float:
        """How far in the record it is, 0.0 to 1.0."""
        width = self.end - self.start
        return min(1.0, max(0.0, (self.at - self.start) / width)) if width > 0 else 1.0


def moment_words(ms: int, zone: tzinfo | None) -> str:
    """``Sun 22 Nov 10:42:31`` on the clock of `zone`, None being the machine's own."""
    shown = local(ms, zone)
    return f"{WEEKDAYS[shown.weekday()]} {shown.day} {MONTHS[shown.month - 1]} {shown:%H:%M:%S}"


def speed_words(speed: float) -> str:
    """``10×``, ``0.5×``."""
    return f"{speed:g}×"


class ReplayBar(RoleLines):
    """``▶ REPLAY Sun 22 Nov 10:42:31 · 10×   Fri 20 Nov 09:00 ├───█──┤ Sun 22 Nov 14:04 · 37 %``."""

    DEFAULT_CSS = """
    ReplayBar { height: 1; background: $kmm-surface; }
    """

    def __init__(self, zone: tzinfo | None, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._zone = zone
        self._played: Played | None = None

    def update_bar(self, played: Played) -> None:
        """Shows where the replay stands."""
        self._played = played
        self.show()

    def lines(self, width: int) -> Sequence[Line]:
        """See `RoleLines`."""
        played = self._played
        if played is None:
            return []
        is_over = played.at >= played.end
        sign = "■" if is_over else "▌▌" if played.is_paused else "▶"
        spans: list[Span] = [(f" {sign} REPLAY", "accent"), (f" {moment_words(played.at, self._zone)}", "strong")]
        if is_over:
            spans.append((" · END", "warn"))
        elif played.is_paused:
            spans.append((" · PAUSED", "warn"))
        share = f" {played.share:.0%} "
        room = width - sum(cell_len(text) for text, _ in spans) - len(share)
        speed = f" · {speed_words(played.speed)}"
        # By need: the speed, the track, and what its ends are.
        if len(speed) <= room:
            spans.append((speed, "value"))
            room -= len(speed)
        first, last = (self._edge(each) for each in (played.start, played.end))
        before, after = f"  {first} ", f" {last} ·"
        if room - len(before) - len(after) < 2 * LEAST_TRACK:
            before, after = "  ", ""
        cells = room - len(before) - len(after)
        if cells < LEAST_TRACK:
            return [[*spans, (share, "dim")]]
        return [[*spans, (before, "dim"), *_track(played.share, cells), (after, "dim"), (share, "dim")]]

    def _edge(self, ms: int) -> str:
        return moment_words(ms, self._zone)[:-3]


def _track(share: float, cells: int) -> list[Span]:
    """The whole record on `cells` cells, its ends included, and a block where one is."""
    inner = cells - 2
    place = min(int(share * inner), inner - 1)
    return [(f"├{'─' * place}", "dim"), (_BLOCK, "accent"), (f"{'─' * (inner - 1 - place)}┤", "dim")]
