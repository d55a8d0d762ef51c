"""How a figure is written: always the same width for the same magnitude, and never a zero where there is none."""

from __future__ import annotations

from kmm_tui.board.figure import Absent, Figure
from kmm_tui.metrics import Metric, Unit

GONE = "--"
"""What stands where a value was, once it is too old to be shown at all."""


def clock_text(ms: float) -> str:
    """A duration as ``m:ss``, ``h:mm:ss`` or ``3d04h``; seconds are cut, not rounded, so that a clock never runs ahead.

    >>> clock_text(252_000), clock_text(4_323_000), clock_text(400), clock_text(273_600_000)
    ('4:12', '1:12:03', '0:00', '3d04h')
    """
    seconds = max(0, int(ms // 1000))
    if seconds < 3600:
        return f"{seconds // 60}:{seconds % 60:02}"
    if seconds < 48 * 3600:
        return f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
    return f"{seconds // 86400}d{seconds % 86400 // 3600:02}h"


def wait_text(ms: float) -> str:
    """A duration in five characters at most: ``m:ss`` below an hour, then ``1h12m``, ``12h`` and ``3d``.

    >>> wait_text(252_000), wait_text(4_323_000), wait_text(46_000_000), wait_text(273_600_000)
    ('4:12', '1h12m', '12h', '3d')
    """
    minutes = int(max(0.0, ms) // 60_000)
    if minutes < 60:
        return clock_text(ms)
    if minutes < 600:
        return f"{minutes // 60}h{minutes % 60:02}m"
    return f"{minutes // 60}h" if minutes < 48 * 60 else f"{minutes // 1440}d"


def age_text(seconds: float) -> str:
    """An age in its largest unit: ``12s``, ``3m``, ``2h``, ``4d``.

    >>> age_text(12.7), age_text(185), age_text(7300)
    ('12s', '3m', '2h')
    """
    whole = max(0, int(seconds))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if whole >= size:
            return f"{whole // size}{unit}"
    return f"{whole}s"


def count_text(value: float) -> str:
    """A count: up to 9999 in full, then in thousands or millions with three digits.

    >>> count_text(312), count_text(12_345), count_text(1_234_567)
    ('312', '12.3k', '1.23M')
    """
    if abs(value) < 10_000:
        return f"{value:.0f}"
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size * 0.9995:
            scaled = value / size
            return f"{scaled:.3g}{unit}" if abs(scaled) < 1000 else f"{scaled:.0f}{unit}"
    return f"{value:.0f}"


def percent_text(value: float) -> str:
    """A ratio as whole percent; next to nothing is not nothing.

    >>> percent_text(0.914), percent_text(1.18), percent_text(0.004)
    ('91%', '118%', '<1%')
    """
    if 0 < value < 0.005:
        return "<1%"
    return f"{value * 100:.0f}%"


def figure_text(figure: Figure, metric: Metric) -> str:
    """The figure as its metric's unit is written."""
    if isinstance(figure, Absent):
        return figure.value
    match metric.unit:
        case Unit.COUNT:
            return count_text(figure)
        case Unit.DURATION:
            return wait_text(figure)
        case Unit.RATIO | Unit.SHARE:
            return percent_text(figure)
        case Unit.SCORE:
            return f"{figure:+.0f}"
        case _:
            return f"{figure:g}" if isinstance(figure, float) else str(figure)
