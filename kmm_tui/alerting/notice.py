"""What people are told: everything that happened since the last notice, gathered into one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from kmm_tui.board.alert_text import alert_text, count_words, value_text
from kmm_tui.board.alerts import Alert, Change, What, order
from kmm_tui.board.derived import metric_named

LINES = 10
"""Alerts that a notice names in words; of the others it tells how many there are."""
MOST_LISTED = 100
"""Alerts that a notice holds for programs."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice about one account, at `at` (epoch s). `is_test` says that nothing has happened."""

    account: str
    name: str
    """What people call the account."""
    at: float
    changes: tuple[Change, ...] = ()
    is_test: bool = False
    id: str = field(default="")

    @property
    def alerts(self) -> list[Alert]:
        """The alerts that it tells of, the open ones first, the worst in front."""
        return sorted((change.alert for change in self.changes), key=lambda each: (not each.is_open, order(each)))

    @property
    def title(self) -> str:
        """``Acme EMEA: 2 critical, 3 warn``."""
        what = "a test, nothing is wrong" if self.is_test else count_words(self.alerts)
        return f"{self.name}: {what}"

    def lines(self, most: int = LINES) -> list[str]:
        """One line for each alert, at most `most` and one more."""
        found = [alert_text(alert, self.at) for alert in self.alerts]
        more = len(found) - most
        return [*found[:most], *([f"and {more} more"] if more > 0 else [])]

    def payload(self) -> dict[str, Any]:
        """The notice for programs, as JSON values. Moments are ISO 8601 in UTC, durations seconds."""
        what = {change.alert.id: change.what.value for change in self.changes}
        return {
            "version": 1,
            "kind": "test" if self.is_test else "alerts",
            "id": self.id,
            "sent_at": moment(self.at),
            "account": self.account,
            "name": self.name,
            "title": self.title,
            "count": len(self.changes),
            "alerts": [alert_payload(alert, what[alert.id], self.at) for alert in self.alerts[:MOST_LISTED]],
        }


def alert_payload(alert: Alert, what: str, now: float) -> dict[str, Any]:
    """One alert for programs; values are in the unit of the metric: ms, a ratio or a count."""
    metric = metric_named(alert.metric) if alert.metric else None
    return {
        "id": alert.id,
        "what": what,
        "is_open": alert.is_open,
        "rule": alert.rule,
        "about": alert.what,
        "metric": alert.metric,
        "unit": metric.unit.value if metric else None,
        "scope": {"level": alert.scope.level.value, "id": alert.scope.key or None, "name": alert.label},
        "level": alert.peak.word,
        "limit": alert.bound or None,
        "value": alert.value,
        "value_text": value_text(alert, alert.value) or None,
        "worst": alert.worst,
        "worst_text": value_text(alert, alert.worst) or None,
        "since": moment(alert.since),
        "ended": None if alert.ended is None else moment(alert.ended),
        "seconds": round(alert.duration(now)),
        "acknowledged_by": alert.ack.who if alert.ack else None,
        "text": alert_text(alert, now),
    }


def moment(at: float) -> str:
    """Epoch seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


TELLING = frozenset({What.RAISED, What.WORSE, What.AWOKE, What.RESOLVED})
"""What people are told of."""


class Gathered:
    """What is still to be told through one channel: of each alert the last thing that happened."""

    def __init__(self, told: Iterable[str] = ()) -> None:
        """`told` are the ids of alerts that people have been told of already."""
        self._waiting: dict[str, Change] = {}
        self._told: dict[str, None] = dict.fromkeys(told)

    def put(self, change: Change) -> None:
        """Takes note of what happened."""
        alert = change.alert
        waiting = self._waiting.get(alert.id)
        if change.what is What.RESOLVED:
            # What came and went before anybody was told is in the list of alerts, and worth no notice.
            self._waiting.pop(alert.id, None)
            if alert.id in self._told or alert.is_told:
                self._waiting[alert.id] = change
        elif change.what in (What.ACKNOWLEDGED, What.SNOOZED):
            self._waiting.pop(alert.id, None)
        elif change.what in TELLING:
            first = waiting.what if waiting and waiting.what is not What.RESOLVED else change.what
            self._waiting[alert.id] = Change(first, alert, change.at)
        elif waiting is not None:
            self._waiting[alert.id] = Change(waiting.what, alert, waiting.at)

    @property
    def waiting(self) -> list[Change]:
        """All that is still to be told."""
        return list(self._waiting.values())

    def done(self, changes: Iterable[Change]) -> None:
        """People have been told of these."""
        for change in changes:
            if self._waiting.get(change.alert.id) == change:
                del self._waiting[change.alert.id]
            if change.what is What.RESOLVED:
                self._told.pop(change.alert.id, None)
            else:
                self._told[change.alert.id] = None
