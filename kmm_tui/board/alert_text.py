"""Alerts in words: one line each, for screens, notices and lists."""

from __future__ import annotations

from collections.abc import Sequence

from kmm_tui.board.alerts import Alert
from kmm_tui.board.derived import metric_named
from kmm_tui.board.figure import Number
from kmm_tui.board.figure_text import clock_text, figure_text
from kmm_tui.board.severity import Severity

GLYPHS = {Severity.CRITICAL: "■", Severity.WARN: "▲", Severity.UNKNOWN: "?", Severity.CALM: " "}


def value_text(alert: Alert, value: Number | None) -> str:
    """A value of the alert's metric; '' where there is none."""
    metric = metric_named(alert.metric) if alert.metric else None
    return "" if value is None or metric is None else figure_text(value, metric)


def alert_text(alert: Alert, now: float) -> str:
    """``■ Billing: P90 wait 4:12, max 3:00, for 6:10``; of one that is over: how long it lasted, and its worst."""
    glyph = "✓" if not alert.is_open else GLYPHS[alert.peak]
    lasted = clock_text(alert.duration(now) * 1000)
    parts = [f"{glyph} {alert.label}: {alert.what}"]
    if alert.is_open:
        parts[0] += f" {value_text(alert, alert.value)}".rstrip()
        parts += [alert.bound] if alert.bound else []
        parts.append(f"for {lasted}")
    else:
        parts.append(f"over after {lasted}")
        worst = value_text(alert, alert.worst)
        parts += [f"worst {worst}"] if worst else []
    return ", ".join(parts)


def count_words(alerts: Sequence[Alert]) -> str:
    """``2 critical, 3 warn, 1 over``; '' of none."""
    counts = (
        (sum(each.is_open and each.peak is Severity.CRITICAL for each in alerts), "critical"),
        (sum(each.is_open and each.peak is not Severity.CRITICAL for each in alerts), "warn"),
        (sum(not each.is_open for each in alerts), "over"),
    )
    return ", ".join(f"{count} {word}" for count, word in counts if count)
