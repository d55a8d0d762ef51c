"""A look ahead in words, with what it was reckoned from: for the answer to `?`."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from kmm_tui.board.derived import metric_named, number_of
from kmm_tui.board.figure_text import count_text, figure_text
from kmm_tui.board.judge import Judge, Verdict
from kmm_tui.board.lately import Lately
from kmm_tui.board.limit_text import bounds_of
from kmm_tui.board.outlook import HORIZON, STEADIER, STEADY, Crossing, QueueOutlook, Slope, crossing, queue_outlook
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.snapshot import Agent, Snapshot
from kmm_tui.board.staffing import Need, staffing
from kmm_tui.metrics import BY_NAME, Metric

WAIT = "queue_wait_time_90th_percentile"
QUEUE = "unassigned_conversations"
OPEN = "open_conversations"
WATCHED = (
    WAIT,
    QUEUE,
    OPEN,
    "assigned_conversations",
    "overdue_conversations_in_queue",
    "csat",
    "sla_share",
)
"""What a look ahead is taken of, and from.

Not of loads and response times: they return more often than they go on, as `tests/outlook/table.py` has shown.
"""
_FAR = 3600.0  # s; as far back as answers are kept
_QUEUES = (QUEUE, WAIT, "overdue_conversations_in_queue", "available_slots", "queue_wait_time_50th_percentile")
_MAX_SLOTS = BY_NAME["max_slots"]


def ahead_lines(
    metric: Metric,
    snapshot: Snapshot,
    verdict: Verdict | None,
    lately: Lately,
    judge: Judge,
    agents: Sequence[Agent],
    now: float,
) -> list[tuple[str, str]]:
    """What can be said of the minutes to come, as labelled lines for `?`; none where nothing can be said.

    `snapshot` are the scope's live figures, `agents` those of the scope, `now` is epoch seconds.
    """
    scope, lines = snapshot.scope, []
    found = crossing_of(metric.name, verdict, lately, scope, now) if verdict else None
    if found:
        lines.append(("ahead", _crossing_text(found, metric)))
    if metric.name in _QUEUES:
        queue = queue_outlook(lately.points(scope, QUEUE, now - _FAR), now)
        if queue:
            lines.append(("the queue", _queue_text(queue)))
        words = _staffing_text(snapshot, lately, judge, agents, now)
        if words:
            lines.append(("agents needed", words))
    return lines


def crossing_of(name: str, verdict: Verdict, lately: Lately, scope: Scope, now: float) -> Crossing | None:
    """When the figure that `verdict` is about enters its next level; None where nothing can be said."""
    levels = None if verdict.is_few else bounds_of(verdict.limit)
    if levels is None:
        return None
    points = lately.points(scope, name, now - _FAR)
    return crossing(points, levels, verdict.severity, now, STEADY if name == WAIT else STEADIER)


def crossing_words(metric: Metric, verdict: Verdict, lately: Lately, scope: Scope, now: float) -> str:
    """``P90 wait over 3:00 in about 6 min``; '' where nothing can be said."""
    found = crossing_of(metric.name, verdict, lately, scope, now)
    return "" if found is None else _crossing_words(found, metric)


def need_of(snapshot: Snapshot, lately: Lately, slots: Sequence[float], target: float, now: float) -> Need | None:
    """What staffing is reckoned from; `slots` are the places of the online agents, `target` in seconds.

    None where one of the figures is not known, or too little of how open conversations moved.
    """
    names = ("closed_conversations", "assigned_conversations", QUEUE, "available_slots", "online_agents")
    values = [number_of(snapshot.figures, BY_NAME[name]) for name in names]
    opened = lately.points(snapshot.scope, OPEN, now - _FAR)
    if len(opened) < 2 or not slots or any(value is None for value in values):
        return None
    closed, assigned, waiting, free, online = (float(value or 0) for value in values)
    window = (snapshot.window.end - snapshot.window.start) / 1000
    (began, before), (ended, after) = opened[0], opened[-1]
    return Need(
        closed, window, after - before, ended - began, assigned, waiting, free, int(online), fmean(slots), target
    )


def _crossing_words(found: Crossing, metric: Metric) -> str:
    side = "over" if found.slope.rate > 0 else "under"
    limit = figure_text(found.limit, metric)
    return f"{metric.label} {side} {limit} in about {_minutes(found.seconds)}"


def _crossing_text(found: Crossing, metric: Metric) -> str:
    latest = f"{_number(found.latest)}" if found.latest is not None else f"more than {_number(2 * HORIZON)}"
    return (
        f"{_crossing_words(found, metric)} ({found.level.word}; between {_number(found.earliest)} and {latest} min), "
        f"if it goes on like this: {_slope_text(found.slope, metric)}, "
        f"{found.chance:.0%} likely within {_minutes(HORIZON)}"
    )


def _queue_text(queue: QueueOutlook) -> str:
    slope = queue.slope
    moved = f"{abs(slope.rate) * 60:.1f} a minute, from {slope.points} answers of {_minutes(slope.span)}"
    if queue.seconds is None:
        return f"has grown by {moved}"
    return f"empty in about {_minutes(queue.seconds)}: it shrinks by {moved}"


def _staffing_text(snapshot: Snapshot, lately: Lately, judge: Judge, agents: Sequence[Agent], now: float) -> str:
    scope = snapshot.scope
    limit = judge.limit_for(WAIT, scope, snapshot.name)
    target = (limit.critical or limit.warn) if limit else None
    wait = metric_named(WAIT)
    if scope.level not in (Level.SKILL, Level.GROUP) or not target or wait is None:
        return ""
    slots = [each.figures.number(_MAX_SLOTS) for each in agents if each.status == "ONLINE"]
    need = need_of(snapshot, lately, [each for each in slots if each], target / 1000, now)
    found = staffing(need) if need else None
    if found is None or need is None:
        return ""
    if found.most == 0:
        more = "no more online agents"
    elif found.least == found.most:
        more = f"{found.least} more online"
    else:
        more = f"{found.least} to {found.most} more online"
    return (
        f"{more} for a p90 wait within {figure_text(target, wait)}: about {found.arrivals * 60:.1f} conversations come "
        f"a minute and each takes a place for {_minutes(found.holding)}, so with {count_text(need.waiting)} waiting it "
        f"takes {found.needed:.0f} places; there are {found.places:.0f}, {need.places_each:.1f} an agent"
    )


def _slope_text(slope: Slope, metric: Metric) -> str:
    change = figure_text(abs(slope.rate) * 60, metric)
    return f"{'+' if slope.rate > 0 else '-'}{change} a minute from {slope.points} answers of {_minutes(slope.span)}"


def _minutes(seconds: float) -> str:
    return f"{_number(seconds)} min"


def _number(seconds: float) -> str:
    return f"{max(1, round(seconds / 60))}"
