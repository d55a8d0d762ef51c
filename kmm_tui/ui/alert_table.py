"""The table of alerts: open ones on top, the worst first, then those that are over; and the line for a note."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from kmm_tui.alerting.service import AlertService
from kmm_tui.board.alert_text import value_text
from kmm_tui.board.alerts import LONGEST_NOTE, Alert
from kmm_tui.board.derived import metric_named
from kmm_tui.board.figure_text import clock_text
from kmm_tui.board.severity import Severity
from kmm_tui.ui.columns import Column, Span
from kmm_tui.ui.header import local_time
from kmm_tui.ui.levels import ROLES, counted, glyph
from kmm_tui.ui.lines import Line, RoleLines
from kmm_tui.ui.roles import Role
from kmm_tui.ui.table_panel import TablePanel

OVER: Span = ("✓", "dim")
DAY = 86_400.0


def alert_columns(tz: tzinfo | None) -> tuple[Column[Alert], ...]:
    """The columns, with moments on the clock of `tz`."""

    def since(alert: Alert, now_ms: int) -> Span:
        # Of another day the time alone would be taken for today's.
        form = "%H:%M" if 0 <= now_ms / 1000 - alert.since < DAY / 2 else "%d.%m. %H:%M"
        return (local_time(alert.since * 1000, tz, form), "dim")

    def state(alert: Alert) -> Span:
        if not alert.is_open:
            return (f"over; {alert.ack.who}: {alert.ack.note}" if alert.ack and alert.ack.note else "over", "dim")
        if alert.ack:
            note = f": {alert.ack.note}" if alert.ack.note else ""
            return (f"taken by {alert.ack.who}{note}", "value")
        if alert.snoozed_until is not None:
            return (f"snoozed till {local_time(alert.snoozed_until * 1000, tz, '%H:%M')}", "value")
        return ("settling", "dim") if alert.level is Severity.CALM else ("open", _role(alert))

    return (
        Column("level", "", 1, render=lambda alert: glyph(alert.peak) if alert.is_open else OVER),
        Column("name", "where", 14, max_width=24, gap=1, render=lambda alert: (alert.label, _text_role(alert)),
               sort_value=lambda alert: alert.label.casefold()),
        Column("what", "what", 13, max_width=20, render=lambda alert: (alert.what, _text_role(alert)),
               sort_value=lambda alert: alert.what.casefold()),
        Column("value", "now", 6, align="right", render=_value, priority=2),
        Column("worst", "worst", 6, align="right", render=_worst, sort_value=lambda alert: alert.worst, priority=1),
        Column("bound", "limit", 10, render=lambda alert: (_bound(alert), "dim"), priority=4),
        Column("since", "since", 12, align="right", ticking=since, sort_value=lambda alert: alert.since, priority=3),
        Column("for", "for", 8, align="right", ticking=_lasted, sort_value=_seconds),
        Column("state", "state", 18, max_width=72, gap=1, render=state),
    )  # fmt: skip


def _role(alert: Alert) -> Role:
    return ROLES[alert.peak]


def _text_role(alert: Alert) -> Role:
    return "value" if alert.is_open else "dim"


def _value(alert: Alert) -> Span:
    if not alert.is_open:
        return ("", "dim")
    return (value_text(alert, alert.value), ROLES[alert.level])


def _worst(alert: Alert) -> Span:
    return (value_text(alert, alert.worst), "value" if alert.is_open else "dim")


def _bound(alert: Alert) -> str:
    # That of a condition is the condition, which has no room here: it is in the note of the settings.
    return alert.bound if alert.metric and metric_named(alert.metric) else ""


def _lasted(alert: Alert, now_ms: int) -> Span:
    return (clock_text(alert.duration(now_ms / 1000) * 1000), "value" if alert.is_open else "dim")


def _seconds(alert: Alert) -> float | None:
    return alert.duration(alert.raised_at) if alert.ended is not None else None


def rank(alert: Alert) -> int:
    """How far on top: open before over, the worst first, of those what nobody has taken yet."""
    if not alert.is_open:
        return 0
    return 2 * alert.peak + (alert.ack is None and alert.snoozed_until is None)


class NoteBar(Widget):
    """`note › on it`: the line into which a note is typed; Enter keeps it, Escape takes nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "No note", show=False, id="note.cancel"),
    ]
    DEFAULT_CSS = """
    NoteBar {
        height: 1; width: 1fr; layout: horizontal; display: none; background: $kmm-surface;
        &.-open { display: block; }
        RoleLines { background: $kmm-surface; width: auto; max-width: 60%; }
        Input, Input:focus { width: 1fr; background: $kmm-surface; background-tint: $kmm-surface; color: $kmm-title; }
    }
    """

    class Written(Message):
        """The note for the alert of this id."""

        def __init__(self, alert_id: str, note: str) -> None:
            super().__init__()
            self.alert_id, self.note = alert_id, note

    def __init__(self) -> None:
        super().__init__(id="alert-note")
        self._prompt = _Prompt()
        self._input = Input(compact=True, max_length=LONGEST_NOTE, placeholder="a note, or nothing")
        # A cursor that blinks draws twice a second for months.
        self._input.cursor_blink = False
        self._alert_id = ""
        self._back: Widget | None = None

    def compose(self) -> ComposeResult:
        yield self._prompt
        yield self._input

    def open(self, alert: Alert, back: Widget) -> None:
        """Asks for a note about `alert`; the keyboard goes to `back` afterwards."""
        self._alert_id, self._back = alert.id, back
        self._input.value = alert.ack.note if alert.ack else ""
        self._prompt.update(f" acknowledge {alert.label}: {alert.what} › ")
        # At once: the next key may be here already, and it is text.
        self.add_class("-open", update=False)
        self.update_node_styles()
        self.screen.set_focus(self._input)

    def action_cancel(self) -> None:
        """Nothing is acknowledged."""
        self.remove_class("-open")
        if self._back is not None:
            self._back.focus()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_cancel()
        self.post_message(self.Written(self._alert_id, event.value))

    def on_descendant_blur(self) -> None:
        """Left by a click, it is gone; not while only the terminal's window has lost the keyboard."""
        if self.app.app_focus:
            self.remove_class("-open")


class _Prompt(RoleLines):
    def __init__(self) -> None:
        super().__init__()
        self._text = ""

    def update(self, text: str) -> None:
        self._text = text
        self.styles.width = min(60, len(text))
        self.show()

    def lines(self, width: int) -> Sequence[Line]:  # noqa: ARG002 - cut by its base
        return [[(self._text, "accent")]]


class AlertsPanel(TablePanel[Alert]):
    """Open and past alerts."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("A", "screen.take_alert", "Take", id="alerts.take", tooltip="take an alert upon yourself, with a note"),
        Binding("S", "screen.snooze_alert", "Snooze", id="alerts.snooze",
                tooltip="be told no more of an alert for 5 minutes; again: for 15, for 60"),
    ]  # fmt: skip

    def __init__(self, tz: tzinfo | None) -> None:
        super().__init__(
            alert_columns(tz),
            lambda alert: alert.id,
            ("since", True),
            name="alerts",
            empty="nothing is wrong, and nothing was",
            rank=rank,
            words=lambda alert: (alert.label, alert.what),
        )
        self.note_bar = NoteBar()
        self._open: list[Alert] = []
        self._over = 0
        self._is_in_charge = True

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield self.note_bar

    def update_alerts(self, service: AlertService, now: float) -> None:
        """Shows what is open and was, at `now`, epoch seconds."""
        past = service.past
        self._open, self._over, self._is_in_charge = service.open, len(past), service.is_in_charge
        self.table.tick(int(now * 1000))
        self.put([*self._open, *past])

    def title_words(self) -> list[Span]:
        """How many are open and how bad, and how many are over."""
        words: list[Span] = [("ALERTS", "strong"), (f" {len(self._open)} open", "dim")]
        words += counted([alert.peak for alert in self._open if alert.ack is None])
        taken = sum(alert.ack is not None for alert in self._open)
        words += [(f"  {taken} taken", "dim")] if taken else []
        words.append((f"  {self._over} over", "dim"))
        if not self._is_in_charge:
            words.append(("  another board here tells of them", "dim"))
        return [*words, *self.filter_words()]
