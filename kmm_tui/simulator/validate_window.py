"""The time window of a question: whole minutes, how wide and how old it may be, and the points of a trend in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kmm_tui.metrics import Method
from kmm_tui.simulator.http_refusal import bad_request

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WIDEST = DAY
KEPT: Mapping[Method, int] = {Method.METRICS: 14 * DAY, Method.AGENT_VIEW: 14 * DAY, Method.HISTORICAL: DAY}
MOST_POINTS = 100


@dataclass(frozen=True, slots=True)
class Window:
    """Epoch milliseconds. ``start`` and ``end`` are whole minutes, both included; ``width`` is as it was asked for."""

    start: int
    end: int
    width: int


def _moment(time: dict[str, Any], name: str) -> int:
    if name not in time:
        raise bad_request("window-missing", f"filters.time.{name} is required")
    value = time[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise bad_request("window-type", f"filters.time.{name} must be a whole number of epoch milliseconds")
    return value


def window_of(time: Any, method: Method, now: int) -> Window:
    """The window of ``filters.time``, rounded outwards to whole minutes; ``now`` is epoch milliseconds.

    A window is measured before it is rounded. One minute of grace at the old end makes up for the time that a
    request is on its way. Raises a refusal with 400.
    """
    if time is None:
        raise bad_request("window-missing", "filters.time with from and to is required")
    if not isinstance(time, dict):
        raise bad_request("window-type", "filters.time must be an object with from and to")
    if unknown := sorted(set(time) - {"from", "to"}):
        raise bad_request("unknown-key", f"filters.time has no {unknown[0]!r}; it has from and to")
    begin, end = _moment(time, "from"), _moment(time, "to")
    if begin > end:
        raise bad_request("window-order", "filters.time.from is after filters.time.to")
    if end - begin > WIDEST:
        raise bad_request("window-too-wide", "the window is wider than 24 hours")
    start = begin // MINUTE * MINUTE
    stop = -(-end // MINUTE) * MINUTE
    if stop > -(-now // MINUTE) * MINUTE:
        raise bad_request("window-in-future", f"filters.time.to is in the future: it is {now} now")
    if start < (now - KEPT[method]) // MINUTE * MINUTE - MINUTE:
        kept = "24 hours" if KEPT[method] == DAY else "14 days"
        raise bad_request("window-too-old", f"{method.value} is kept for {kept}; filters.time.from is older")
    return Window(start, stop, end - begin)


def interval_of(minutes: int, window: Window) -> int:
    """The distance of a trend's points in milliseconds.

    With 0 minutes the first of 5 minutes, 60 minutes, 1 day and a twelfth of the window that gives fewer than 100
    points. Raises a refusal with 400 where the points asked for are more than 100.
    """
    if minutes:
        step = minutes * MINUTE
        if -(-window.width // step) > MOST_POINTS:
            raise bad_request(
                "too-many-points", f"{minutes} minutes give more than {MOST_POINTS} points in this window"
            )
        return step
    span = window.end - window.start
    choices = (5 * MINUTE, 60 * MINUTE, DAY)
    return next((step for step in choices if -(-span // step) < MOST_POINTS), max(span // 12, MINUTE))


def edges_of(window: Window, step: int) -> list[int]:
    """The edges between a trend's points; each point lies in (edge, next edge] and is named by the latter.

    The first edge is a millisecond early because the window includes its beginning; the last point may be shorter.
    """
    edges = [window.start - 1]
    edges.extend(range(window.start + step, window.end, step))
    edges.append(window.end)
    return edges
