"""What asking costs, as a value to show."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """The meter at one moment; all but `per_minute` and `refresh_calls` over the last hour.

    `budget` is what the pace allows, calls a minute. Times are in seconds, None without an answer; `received` in bytes.
    """

    per_minute: float
    budget: float
    refresh_calls: int
    throttled: int
    failed: int
    calls: int
    mean_seconds: float | None
    worst_seconds: float | None
    received: int
