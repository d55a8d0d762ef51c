"""Bars and lines of one text row: how full, how long against a limit, of what parts, and which way it went."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.cells import cell_len

from kmm_tui.board.figure_text import clock_text
from kmm_tui.board.severity import Severity
from kmm_tui.ui.cells import cut, fit
from kmm_tui.ui.columns import Cell, Span
from kmm_tui.ui.roles import Role

OVER = "»"
"""At the end of a bar that would be longer than its room."""
TRACK = "░"
"""What is left of a bar's room."""

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LEVELS = "▁▂▃▄▅▆▇█"
_ROLES: dict[Severity, Role] = {Severity.WARN: "warn", Severity.CRITICAL: "critical", Severity.UNKNOWN: "dim"}
_BAR = 8
_LEAST_LABEL = 4


def bar(fraction: float | None, width: int) -> str:
    """A bar of exactly `width` cells, filled to `fraction` of them in eighths.

    Anything above 0 shows, nothing below 1 looks full, and above 1 the last cell is `»`. None and what is no number
    are blank: they are not the same as empty.
    """
    if width <= 0:
        return ""
    if fraction is None or math.isnan(fraction):
        return " " * width
    if fraction > 1:
        return "█" * (width - 1) + OVER
    eighths = math.floor(max(0.0, fraction) * width * 8)
    if fraction > 0:
        eighths = max(1, min(eighths, width * 8 if fraction == 1 else width * 8 - 1))
    full, rest = divmod(eighths, 8)
    filled = "█" * full + (_EIGHTHS[rest] if rest else "")
    return filled + TRACK * (width - len(filled))


def limit_cell(
    label: str, spent_ms: float, limit_ms: float | None, width: int, severity: Severity = Severity.CALM
) -> Cell:
    """What it is, how long so far, and against which limit: `Lunch ███████░ 27:10/30:00`, in at most `width` cells.

    Both times are in ms; None is without a limit. Bars of the same width stand below each other in a column. Where
    the room is short the bar goes first, then the label, then the limit; the time itself stays longest.
    """
    role = _ROLES.get(severity, "value")
    spent = clock_text(max(0.0, spent_ms))
    limit = "" if limit_ms is None else f"/{clock_text(limit_ms)}"
    if width < len(spent) + len(limit):
        return ((cut(spent, width), role),)
    # Without a limit the time still stands where it stands above and below.
    times = f"{spent}{limit or ' ' * min(6, width - len(spent))}"
    usual = 13 if width >= 28 else 11
    times_width = min(width, max(usual, len(times)))
    room = width - times_width - 1
    drawn = _BAR if limit_ms is not None and room - _BAR - 1 >= _LEAST_LABEL else 0
    label_width = room - (drawn + 1 if drawn else 0)
    spans: list[Span] = []
    if label_width >= _LEAST_LABEL:
        spans.append((fit(label, label_width) + " ", role))
    if limit_ms is not None and drawn:
        filled = bar(spent_ms / limit_ms if limit_ms > 0 else math.inf, drawn)
        body = filled.rstrip(TRACK)
        spans += [(body, role), (filled[len(body) :], "dim"), (" ", "value")]
    room = (times_width if spans else width) - len(times)
    spans += [(" " * room, "value"), (spent, role), (times[len(spent) :], "dim")]
    return tuple(span for span in spans if span[0])


def stacked(parts: Sequence[tuple[float, Role, str]], width: int) -> Cell:
    """Shares of a whole side by side, each (share, role, glyph), in exactly `width` cells.

    Shares are of any unit; what is not above 0, or not finite, is left out. Every other one gets at least one cell:
    only where there are more of them than cells do the smallest go. With nothing to show it is blank. Raises
    ValueError for a glyph that is not one cell wide.
    """
    if width <= 0:
        return ""
    if any(cell_len(glyph) != 1 for _, _, glyph in parts):
        raise ValueError("a part's glyph takes one cell")
    shown = [part for part in parts if part[0] > 0 and math.isfinite(part[0])]
    if len(shown) > width:
        kept = sorted(range(len(shown)), key=lambda index: -shown[index][0])[:width]
        shown = [shown[index] for index in sorted(kept)]
    if not shown:
        return ((" " * width, "value"),)
    sizes = _shared_out([share for share, _, _ in shown], width)
    return tuple((glyph * size, role) for size, (_, role, glyph) in zip(sizes, shown, strict=True))


def _shared_out(shares: Sequence[float], width: int) -> list[int]:
    """Whole cells as near to the shares as can be with one at least for each; there are no more shares than cells."""
    largest = max(shares)
    # Divided first, as the sum of very large ones is no number.
    scaled = [share / largest for share in shares]
    total = sum(scaled)
    wanted = [share / total * width for share in scaled]
    sizes = [max(1, math.floor(each)) for each in wanted]
    while sum(sizes) > width:
        most = max((index for index, size in enumerate(sizes) if size > 1), key=lambda i: sizes[i] - wanted[i])
        sizes[most] -= 1
    while sum(sizes) < width:
        least = max(range(len(sizes)), key=lambda i: wanted[i] - sizes[i])
        sizes[least] += 1
    return sizes


def spark(values: Sequence[float | None], width: int, low: float, high: float) -> str:
    """The newest `width` of `values` as `▁▂▃▄▅▆▇█` on the fixed scale from `low` to `high`, exactly `width` cells.

    The newest stands on the right. None and what is no number are blank; what is off the scale is drawn at its end.
    """
    if width <= 0:
        return ""
    drawn = "".join(_level(value, low, high) for value in values[-width:])
    return drawn.rjust(width)


def _level(value: float | None, low: float, high: float) -> str:
    if value is None or math.isnan(value):
        return " "
    if value <= low:
        return _LEVELS[0]
    if value >= high:
        return _LEVELS[-1]
    return _LEVELS[min(7, int((value - low) / (high - low) * 8))]
