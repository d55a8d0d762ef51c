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

    A negative one, which only a confused clock makes, is no zero: ``<0``.

    >>> wait_text(252_000), wait_text(4_323_000), wait_text(46_000_000), wait_text(273_600_000)
    ('4:12', '1h12m', '12h', '3d')
    """
    if ms < 0:
        return "<0"
    minutes = int(ms // 60_000)
    if minutes < 60:
        return clock_text(ms)
    if minutes < 600:
        return f"{minutes // 60}h{minutes % 60:02}m"
    if minutes < 48 * 60:
        return f"{minutes // 60}h"
    return f"{minutes // 1440}d" if minutes < 1000 * 1440 else ">999d"


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
    """A count in five characters at most: up to 9999 in full, then in thousands or millions with up to three digits.

    What is none of its kind still reads as what it is: next to nothing is ``<1``, less than nothing too much ``<-9k``.

    >>> count_text(312), count_text(12_345), count_text(1_234_567)
    ('312', '12.3k', '1.23M')
    """
    if value < -9999:
        return "<-9k"
    if abs(value) <= 0.5 and value != 0:
        return "<1" if value > 0 else "<0"
    if value < 9999.5:
        return f"{value:.0f}"
    for size, unit in ((1e3, "k"), (1e6, "M"), (1e9, "G")):
        scaled = value / size
        if scaled < 999.5:
            return f"{scaled:.0f}{unit}" if scaled >= 99.95 else f"{scaled:.3g}{unit}"
    return ">999G"


def percent_text(value: float) -> str:
    """A ratio as whole percent, in five characters at most; next to nothing is not nothing.

    >>> percent_text(0.914), percent_text(1.18), percent_text(0.004)
    ('91%', '118%', '<1%')
    """
    percent = value * 100
    if abs(percent) <= 0.5 and value != 0:
        return "<1%" if value > 0 else "<0%"
    if percent >= 9999.5:
        return ">9k%"
    return f"{percent:.0f}%" if percent >= -999 else "<-1k%"


def number_text(value: float) -> str:
    """A number of no known kind, in five characters at most: from 100 on as a count, below with up to three digits.

    >>> number_text(3.25), number_text(0.0686274), number_text(325.4), number_text(-0.257), number_text(0.0001)
    ('3.25', '0.069', '325', '-0.26', '<.001')
    """
    if abs(value) >= 99.95:
        return count_text(value)
    texts = (f"{value or 0:.{digits}g}" for digits in (3, 2, 1))
    return next((text for text in texts if len(text) <= 5), "<.001" if value > 0 else "<0")


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
            return f"{figure:+.0f}" if abs(figure) < 9999.5 else count_text(figure)
        case _:
            return number_text(figure)
