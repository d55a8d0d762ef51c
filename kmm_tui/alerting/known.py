"""What is known of alerts from the journal: those that are open and those that are over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kmm_tui.alerting.journal import Entry, alert_of
from kmm_tui.board.alerts import Alert, order

MOST_PAST = 500
"""Past alerts that are remembered."""


class Known:
    """Alerts by what was written down last. `wishes` are what people asked for and nobody has fulfilled yet."""

    def __init__(self) -> None:
        self._open: dict[str, Alert] = {}
        self._past: dict[str, Alert] = {}
        self.wishes: dict[str, Entry] = {}
        self.version = 0
        """Grows with whatever changes."""

    @property
    def open(self) -> list[Alert]:
        """The open alerts, those to look at first in front."""
        return sorted(self._open.values(), key=order)

    @property
    def past(self) -> list[Alert]:
        """Alerts that are over, the newest first."""
        return list(reversed(self._past.values()))

    def learn(self, entries: Iterable[Entry]) -> None:
        """Takes note of what the journal says, in its order."""
        for entry in entries:
            if entry.get("what") == "told":
                ids = entry.get("ids")
                self.told([str(each) for each in ids] if isinstance(ids, list) else [])
            elif "do" in entry:
                self.wishes[str(entry.get("id"))] = entry
            elif alert := alert_of(entry):
                self.note(alert)

    def note(self, alert: Alert) -> None:
        """Takes note of what has become of an alert; whatever was wished of it before has been fulfilled."""
        self.version += 1
        for known in (self.wishes, self._open, self._past):
            known.pop(alert.id, None)
        if alert.is_open:
            self._open[alert.id] = alert
            return
        self._past[alert.id] = alert
        if len(self._past) > MOST_PAST:
            del self._past[next(iter(self._past))]

    def told(self, ids: Iterable[str]) -> None:
        """People were told of these."""
        for each in ids:
            if each in self._open:
                self._open[each] = replace(self._open[each], is_told=True)
