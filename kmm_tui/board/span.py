"""What a person wants to look at: the last hour, since the shift began, today, yesterday, or a range of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from enum import Enum

from kmm_tui.api.window import HOUR, MINUTE, WIDEST, Window, ceil_minute, floor_minute, format_duration
from kmm_tui.board.grid import oldest
from kmm_tui.board.localtime import WEEKDAYS, clock_text, day_start, local, moment_text, moved, range_text
from kmm_tui.board.shifts import Shift, last_run


class SpanKind(Enum):
    """How a span says what it is."""

    WIDTH = "width"
    SHIFT = "shift"
    TODAY = "today"
    YESTERDAY = "yesterday"
    RANGE = "range"


class SpanError(ValueError):
    """A span that cannot be shown. Its text is one line that says what can be shown instead."""


@dataclass(frozen=True, slots=True)
class Span:
    """What to look at. `width` in ms goes with WIDTH, `shift` with SHIFT, `start` and `end` (epoch ms) with RANGE.

    A range without an end ends now. `label` is how people read it: ``last 1h``, ``since Early 07:00``, ``today``.
    """

    kind: SpanKind
    label: str
    width: int = 0
    shift: str = ""
    start: int | None = None
    end: int | None = None


def last(width: int) -> Span:
    """The last `width` ms."""
    return Span(SpanKind.WIDTH, f"last {format_duration(width)}", width=width)


def since(shift: Shift) -> Span:
    """Since the shift's last start."""
    return Span(SpanKind.SHIFT, f"since {shift.name} {shift.begins:%H:%M}", shift=shift.name)


def between(start: int, end: int | None, zone: tzinfo | None) -> Span:
    """From `start` to `end`, or until now, epoch ms."""
    label = f"since {moment_text(start, zone)}" if end is None else range_text(start, end, zone)
    return Span(SpanKind.RANGE, label, start=start, end=end)


TODAY = Span(SpanKind.TODAY, "today")
YESTERDAY = Span(SpanKind.YESTERDAY, "yesterday")
PRESETS = tuple(last(minutes * MINUTE) for minutes in (15, 30, 60, 120, 240, 480, 1440))
DEFAULT = last(HOUR)


def is_live(span: Span) -> bool:
    """Whether it ends now, and so moves on with the time."""
    return span.kind is not SpanKind.YESTERDAY and (span.kind is not SpanKind.RANGE or span.end is None)


def is_anchored(span: Span) -> bool:
    """Whether it grows from a begin that stands still, that of a day or a shift, as `grid.comparable` wants to know."""
    return is_live(span) and span.kind is not SpanKind.WIDTH


def resolve(span: Span, now_ms: int, zone: tzinfo | None, shifts: Sequence[Shift]) -> Window:
    """The window that `span` is at `now_ms`, one that the API answers. `zone` is the board's, None the machine's.

    A live one that has grown over 24 hours is cut to the last 24 (`note` says so). Raises `SpanError` for what is older
    than the API keeps, wider than 24 hours, in the future, or ends before it begins; and for a shift that last began
    over 24 hours ago.
    """
    return _placed(span, now_ms, zone, shifts)[0]


def note(span: Span, now_ms: int, zone: tzinfo | None, shifts: Sequence[Shift]) -> str:
    """What a person should know of the window that `resolve` gives, on one line; '' if it is what the label says.

    Raises what `resolve` raises.
    """
    return _placed(span, now_ms, zone, shifts)[1]


def _placed(span: Span, now: int, zone: tzinfo | None, shifts: Sequence[Shift]) -> tuple[Window, str]:
    match span.kind:
        case SpanKind.WIDTH:
            return _last(span.width, now), ""
        case SpanKind.SHIFT:
            return _since_shift(_named(span.shift, shifts), now, zone)
        case SpanKind.TODAY:
            return _since(day_start(now, zone), now, "today is over 24 hours long already")
        case SpanKind.YESTERDAY:
            return _yesterday(now, zone)
        case SpanKind.RANGE:
            return _range(span, now, zone)


def _last(width: int, now: int) -> Window:
    if not MINUTE <= width <= WIDEST:
        raise SpanError(f'a window is 1m to {_wide(WIDEST)} wide; write such as "1h"')
    return Window.last(width, now)


def _since(start: int, now: int, too_long: str) -> tuple[Window, str]:
    # At the very start nothing has passed yet, and a window without any width would be refused.
    window = Window(min(start, floor_minute(now - 1)), now)
    if window.width <= WIDEST:
        return window, ""
    return Window.last(WIDEST, now), f"{too_long}: the last {_wide(WIDEST)} of it are shown"


def _named(name: str, shifts: Sequence[Shift]) -> Shift:
    for shift in shifts:
        if shift.name.casefold() == name.casefold():
            return shift
    raise SpanError(f'no shift is called "{name}"; write such as "today" or "1h"')


def _since_shift(shift: Shift, now: int, zone: tzinfo | None) -> tuple[Window, str]:
    run = last_run(shift, now, zone)
    if run is None:
        raise SpanError(f'{shift.name} is on no day of the week; write such as "today" or "1h"')
    start, end = run
    own = shift.zone or zone
    if now < end:
        return _since(start, now, f"{shift.name} has been running for over 24 hours")
    # A daily one always began within the last local day, be that 25 hours long.
    if start < min(ceil_minute(now) - WIDEST, moved(now, -1, own)):
        began = f"{WEEKDAYS[local(start, own).weekday()]} {clock_text(start, own)}"
        raise SpanError(
            f'{shift.name} is not running and last began on {began}, over 24 hours ago; write such as "today" or "1h"'
        )
    window, cut = _since(start, now, f"{shift.name} began over 24 hours ago")
    return window, cut or f"{shift.name} is over since {clock_text(end, own)}: shown from its start on"


def _yesterday(now: int, zone: tzinfo | None) -> tuple[Window, str]:
    start, end = day_start(now, zone, -1), day_start(now, zone)
    if end - start <= WIDEST:
        return Window(start, end), ""
    return Window(end - WIDEST, end), f"yesterday was over 24 hours long: the last {_wide(WIDEST)} of it are shown"


def _range(span: Span, now: int, zone: tzinfo | None) -> tuple[Window, str]:
    start = span.start if span.start is not None else now
    if start >= now:
        raise SpanError(f'{moment_text(start, zone)} is still to come; write such as "1h" or "yesterday 9-11"')
    if span.end is None:
        return _since(start, now, "over 24 hours have passed since then")
    if span.end <= start:
        raise SpanError('the range ends before it begins; write such as "20 nov 10:00-11:30" or "22:00-6:00"')
    window = Window(start, span.end)
    if start < oldest(now):
        since_when = moment_text(oldest(now), zone)
        raise SpanError(f'only the last 14 days are kept, since {since_when}; write such as "yesterday 9-11"')
    if window.width > WIDEST:
        such_as = range_text(start, start + HOUR, zone).lower() if start + HOUR <= now else "1h"
        raise SpanError(
            f"the range is {_wide(window.width)} wide, and at most {_wide(WIDEST)} can be shown at once; "
            f'write such as "{such_as}"'
        )
    if span.end > now:
        # It began less than 24 hours ago, so its time alone says when.
        began = clock_text(start, zone)
        raise SpanError(f'{moment_text(span.end, zone)} is still to come; for until now write "{began}-"')
    return window, ""


def _wide(ms: int) -> str:
    return format_duration(ms)
