"""Alerts on the board: a view of their own, a count beside its key, and what a person does with one."""

from __future__ import annotations

from datetime import tzinfo

from textual import on
from textual.app import ComposeResult

from kmm_tui.alerting.service import AlertService
from kmm_tui.board.alerts import SNOOZES, Alert
from kmm_tui.board.board import Board
from kmm_tui.board.derived import metric_named
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.board.scope import Level
from kmm_tui.board.severity import Severity
from kmm_tui.ui.alert_table import AlertsPanel, NoteBar
from kmm_tui.ui.board_screen import AnyPanel
from kmm_tui.ui.columns import Span
from kmm_tui.ui.header import About
from kmm_tui.ui.levels import ROLES
from kmm_tui.ui.linetable import LineTable
from kmm_tui.ui.places import Place, View
from kmm_tui.ui.prefs import Prefs
from kmm_tui.ui.titles import titled
from kmm_tui.ui.trending import Trending

ACTION = f"view('{View.ALERTS.value}')"
_LIVE = Freshness(Age.LIVE, None)


class Alerting(Trending):
    """The board with its alerts. Without `alerts`, which the app sets, there is no such view."""

    DEFAULT_CSS = """
    Alerting {
        #alerts-panel { display: none; }
        &.-view-alerts { #upper, #lower { display: none; } #alerts-panel { display: block; } }
        &.-view-alerts.-w-tiny #alerts-panel, &.-view-alerts.-h-tiny #alerts-panel { display: none; }
    }
    """
    alerts: AlertService | None = None

    def __init__(self, board: Board, about: About, tz: tzinfo | None, prefs: Prefs) -> None:
        # Before its base asks for all tables.
        self.alarms = AlertsPanel(tz)
        super().__init__(board, about, tz, prefs)

    @property
    def tables(self) -> tuple[AnyPanel, ...]:
        """The parts that are tables."""
        return *super().tables, self.alarms

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield self.alarms

    @property
    def has_alerts(self) -> bool:  # type: ignore[override]
        """Whether there is a view of alerts."""
        return self.alerts is not None

    # -- what is shown

    def _update_panels(self) -> None:
        super()._update_panels()
        if self.alarms.display and self.alerts:
            self.alarms.update_alerts(self.alerts, self.now)

    def tick(self, now: float) -> None:
        """Alerts change between two answers, too: snoozes end, and others acknowledge."""
        super().tick(now)
        if self.alerts:
            self.keys.count(ACTION, open_count(self.alerts, now))
            if self.alarms.display:
                self.alarms.update_alerts(self.alerts, now)

    def update_titles(self) -> None:
        """Says above each part what it shows."""
        super().update_titles()
        if self.alarms.display:
            words = titled(self, self.alarms, self.alarms.title_words())
            self.alarms.title.update_title(words, _LIVE, _LIVE, self.now)

    def _focus_first(self) -> None:
        if self.trail.here.view is View.ALERTS:
            self.alarms.body.focus()
        else:
            super()._focus_first()

    # -- what a person does

    def action_view(self, name: str) -> None:
        """Shows a view; alerts are those of now, whatever time is looked at."""
        if name == View.ALERTS.value and self.past is not None:
            self.action_now()
        super().action_view(name)

    @on(LineTable.RowSelected)
    def open_alert(self, event: LineTable.RowSelected) -> None:
        """Enter goes to the place that an alert is about."""
        row = event.table.cursor_row
        if isinstance(row, Alert):
            view = {Level.ACCOUNT: View.OVERVIEW, Level.AGENT: View.AGENT}.get(row.scope.level, View.AGENTS)
            self.enter(Place(view, row.scope))

    def action_why(self) -> None:
        """Tells all that is known of the figure that an alert is about."""
        row = self.alarms.table.cursor_row if self.alarms.display else None
        if row is None or self.focused is self.strip:
            super().action_why()
        elif row.metric is not None and metric_named(row.metric):
            self._why([row.metric], row.metric, row.scope)
        else:
            self.say(f"{row.label}: {row.what}" + (f", {row.bound}" if row.bound else ""))

    def _picked(self) -> Alert | None:
        """The open alert under the cursor; says so where there is none."""
        row = self.alarms.table.cursor_row if self.alarms.display else None
        if row is None or not row.is_open:
            self.say("choose an alert that is open")
            return None
        return row

    def action_take_alert(self) -> None:
        """Takes the alert under the cursor, with a note."""
        if alert := self._picked():
            self.alarms.note_bar.open(alert, self.alarms.table)

    @on(NoteBar.Written)
    def take(self, event: NoteBar.Written) -> None:
        """The note is written."""
        alert = self.alarms.row(event.alert_id)
        if self.alerts and alert:
            self.alerts.acknowledge(alert.id, event.note)
            self._told(f"taken: {alert.label}, {alert.what}; nobody is told again unless it gets worse")

    def action_snooze_alert(self) -> None:
        """Silences the alert under the cursor for 5 minutes; if it is silent already, for the next length."""
        alert = self._picked()
        if self.alerts is None or alert is None:
            return
        left = 0.0 if alert.snoozed_until is None else (alert.snoozed_until - self.now) / 60
        minutes = next((each for each in SNOOZES if each > left), SNOOZES[0])
        self.alerts.snooze(alert.id, minutes)
        self._told(f"snoozed for {minutes} min: {alert.label}, {alert.what}")

    def _told(self, text: str) -> None:
        if self.alerts:
            self.alarms.update_alerts(self.alerts, self.now)
        self.update_titles()
        self.say(text)


def open_count(alerts: AlertService, now: float) -> Span | None:
    """How many are open; of those that nobody has taken the colour."""
    peaks = [alert.peak for alert in alerts.open if not alert.is_muted(now)]
    return (str(len(alerts.open)), ROLES[max(peaks, default=Severity.CALM)]) if alerts.open else None
