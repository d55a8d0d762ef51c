"""Alerts: one open alert for each rule and scope, from the moment that it is raised until it resolves by itself.

A breach has to last before it is raised, and calm has to last before it is resolved; a figure that flaps stays one
alert. Missing data neither raises nor resolves: the time for which nothing is known does not count. All moments are
epoch seconds of the figures themselves; nothing here has a clock.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from kmm_tui.board.alert_rules import AlertRule, Reading
from kmm_tui.board.figure import Absent, Figure, Number
from kmm_tui.board.scope import Scope
from kmm_tui.board.severity import Severity

MOST_GAP = 150.0
"""Seconds between two readings beyond which nothing is known of what was between them."""
MOST_DOUBLED = 3
"""How many times a flapping figure doubles how long it has to be calm."""
SNOOZES = (5, 15, 60)
"""Minutes for which an alert can be snoozed."""
LONGEST_NOTE = 200
"""Characters of a note."""
MOST_TRACKED = 20_000
"""Rules and scopes that are watched at the same time; those beyond it raise nothing."""
NOTED_EVERY = 60.0
"""Seconds between two changes that only tell of a new worst value."""


class What(Enum):
    """What happened to an alert."""

    RAISED = "raised"
    WORSE = "worse"
    """It reached a higher level than ever before: whoever took it or silenced it did so for less."""
    WORST = "worst"
    """Only its worst value is another one."""
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    AWOKE = "awoke"
    """Its snooze is over, and it is still open."""
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Ack:
    """Who took an alert upon themselves, when (epoch s), and what they said."""

    who: str
    at: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert. Moments are epoch s, values in the unit of `metric`."""

    id: str
    rule: str
    """The key of its rule."""
    what: str
    """What it is about: the figure in words, or the rule's own name."""
    scope: Scope
    label: str
    level: Severity
    """How bad it is now; calm while it settles."""
    peak: Severity
    """The highest level that lasted."""
    since: float
    """When the breach began."""
    raised_at: float
    metric: str | None = None
    value: Number | None = None
    worst: Number | None = None
    bound: str = ""
    """The limit that it broke, in words."""
    relapses: int = 0
    """How often it was calm for a moment and came back."""
    ack: Ack | None = None
    snoozed_until: float | None = None
    ended: float | None = None
    """When the breach ended; None while it is open."""
    is_told: bool = False
    """Whether a notice of it has gone out."""

    @property
    def is_open(self) -> bool:
        """Whether it has not been resolved."""
        return self.ended is None

    def duration(self, now: float) -> float:
        """How long the breach lasted, or has lasted at `now`, in seconds."""
        return max(0.0, (now if self.ended is None else self.ended) - self.since)

    def is_muted(self, now: float) -> bool:
        """Whether somebody knows of it already, so that nobody has to be told again."""
        return self.ack is not None or (self.snoozed_until is not None and now < self.snoozed_until)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to an alert, and the alert afterwards."""

    what: What
    alert: Alert
    at: float


def order(alert: Alert) -> tuple[int, bool, float]:
    """Sorts open alerts: the worst first, of those what nobody knows of yet, then the newest."""
    return (-alert.peak, alert.ack is not None or alert.snoozed_until is not None, -alert.since)


class _Track:
    """What is remembered of one rule in one scope between two readings."""

    __slots__ = ("alert", "calm_since", "is_missing", "noted_at", "seen_at", "since")

    def __init__(self, at: float) -> None:
        self.seen_at = at
        self.is_missing = False
        self.since: dict[Severity, float] = {}
        self.calm_since: float | None = None
        self.alert: Alert | None = None
        self.noted_at = at

    def pass_over(self, seconds: float) -> None:
        """Leaves a time out of which nothing is known."""
        self.since = {level: since + seconds for level, since in self.since.items()}
        if self.calm_since is not None:
            self.calm_since += seconds

    def note(self, severity: Severity, at: float) -> None:
        self.since = {
            level: self.since.get(level, at) for level in (Severity.WARN, Severity.CRITICAL) if severity >= level
        }

    def lasting(self, hold: float, at: float) -> Severity:
        """The highest level that has lasted for `hold` seconds."""
        return max((level for level, since in self.since.items() if at - since >= hold), default=Severity.CALM)


class AlertBook:
    """Every open alert. The only thing here that changes; what it hands out does not."""

    def __init__(self, alerts: Iterable[Alert] = (), most_gap: float = MOST_GAP) -> None:
        """`alerts` were open when they were last written down; `most_gap` in seconds, see `MOST_GAP`."""
        self._most_gap = most_gap
        self._tracks: dict[tuple[str, Scope], _Track] = {}
        for alert in alerts:
            if alert.is_open:
                track = _Track(alert.raised_at)
                track.alert, track.is_missing = alert, True
                levels = (Severity.WARN, Severity.CRITICAL)
                track.since = {level: alert.since for level in levels if alert.level >= level}
                self._tracks[alert.rule, alert.scope] = track

    @property
    def open(self) -> list[Alert]:
        """The open alerts, those to look at first in front."""
        return sorted((track.alert for track in self._tracks.values() if track.alert), key=order)

    def get(self, alert_id: str) -> Alert | None:
        """The open alert of this id."""
        track = self._track_of(alert_id)
        return track.alert if track else None

    def observe(self, reading: Reading) -> list[Change]:
        """Takes note of what a rule makes of the newest figures of a scope."""
        rule, at = reading.rule, reading.at
        key = (rule.key, reading.scope)
        track = self._tracks.get(key)
        if track is None:
            if reading.severity < Severity.WARN or len(self._tracks) >= MOST_TRACKED or not rule.is_open(at):
                return []
            track = self._tracks[key] = _Track(at)
        if not rule.is_open(at):
            return self._end(key, track, at, at)
        if reading.severity is Severity.UNKNOWN:
            track.is_missing = True
            return []
        gap = at - track.seen_at
        if gap < 0:
            # A clock that was set back: what lasted goes on from where it is now.
            track.pass_over(gap)
        elif track.is_missing or gap > self._most_gap:
            track.pass_over(gap)
        track.seen_at, track.is_missing = at, False
        track.note(reading.severity, at)
        if reading.severity < Severity.WARN:
            return self._calm(key, track, reading)
        return self._breach(track, reading)

    def tick(self, now: float, rules: Iterable[AlertRule] = ()) -> list[Change]:
        """What time alone changes: snoozes end, and alerts of `rules` that are out of their hours are over."""
        closed = {rule.key for rule in rules if not rule.is_open(now)}
        found: list[Change] = []
        for key, track in list(self._tracks.items()):
            alert = track.alert
            if key[0] in closed:
                found += self._end(key, track, now, now)
            elif alert and alert.snoozed_until is not None and now >= alert.snoozed_until:
                found.append(self._set(track, replace(alert, snoozed_until=None), What.AWOKE, now))
        return found

    def acknowledge(self, alert_id: str, who: str, note: str, now: float) -> list[Change]:
        """Somebody takes an open alert upon themselves; nothing where it is not open any more."""
        track = self._track_of(alert_id)
        if track is None or track.alert is None:
            return []
        alert = replace(track.alert, ack=Ack(_line(who), now, _line(note)), snoozed_until=None)
        return [self._set(track, alert, What.ACKNOWLEDGED, now)]

    def snooze(self, alert_id: str, minutes: int, now: float) -> list[Change]:
        """Nobody is told of an open alert for `minutes`, unless it gets worse."""
        track = self._track_of(alert_id)
        if track is None or track.alert is None:
            return []
        alert = replace(track.alert, snoozed_until=now + minutes * 60)
        return [self._set(track, alert, What.SNOOZED, now)]

    def told(self, ids: Iterable[str]) -> None:
        """Notices of these have gone out."""
        wanted = set(ids)
        for track in self._tracks.values():
            if track.alert and track.alert.id in wanted:
                track.alert = replace(track.alert, is_told=True)

    def keep_only(self, is_kept: Sequence[str], now: float) -> list[Change]:
        """Ends the alerts of rules that are no more: all whose key is not among `is_kept`."""
        found: list[Change] = []
        for key, track in list(self._tracks.items()):
            if key[0] not in is_kept:
                found += self._end(key, track, now, now)
        return found

    def forget(self, scope: Scope, now: float) -> list[Change]:
        """Ends the alerts of a scope that is no more."""
        found: list[Change] = []
        for key, track in list(self._tracks.items()):
            if key[1] == scope:
                found += self._end(key, track, now, now)
        return found

    def _track_of(self, alert_id: str) -> _Track | None:
        return next((each for each in self._tracks.values() if each.alert and each.alert.id == alert_id), None)

    def _set(self, track: _Track, alert: Alert, what: What, at: float) -> Change:
        track.alert, track.noted_at = alert, at
        return Change(what, alert, at)

    def _breach(self, track: _Track, reading: Reading) -> list[Change]:
        rule, at, alert = reading.rule, reading.at, track.alert
        reached = track.lasting(rule.hold, at)
        value = number(reading.figure)
        if alert is None:
            if reached is Severity.CALM:
                return []
            since = track.since[Severity.WARN]
            raised = Alert(
                id=_id(rule.key, reading.scope, at),
                rule=rule.key,
                what=reading.what,
                scope=reading.scope,
                label=reading.label,
                level=reading.severity,
                peak=reached,
                since=since if reading.since is None else min(reading.since, since),
                raised_at=at,
                metric=reading.metric,
                value=value,
                worst=value,
                bound=reading.bound,
            )
            return [self._set(track, raised, What.RAISED, at)]
        relapses = alert.relapses + (track.calm_since is not None)
        track.calm_since = None
        worst = worse(alert.worst, value, high_is_bad=reading.high_is_bad)
        now = replace(alert, level=reading.severity, value=value, worst=worst, relapses=relapses, label=reading.label)
        if reached > alert.peak:
            return [
                self._set(
                    track, replace(now, peak=reached, bound=reading.bound, ack=None, snoozed_until=None), What.WORSE, at
                )
            ]
        track.alert = now
        if worst != alert.worst and at - track.noted_at >= NOTED_EVERY:
            return [self._set(track, now, What.WORST, at)]
        return []

    def _calm(self, key: tuple[str, Scope], track: _Track, reading: Reading) -> list[Change]:
        alert = track.alert
        if alert is None:
            del self._tracks[key]
            return []
        if track.calm_since is None:
            track.calm_since = reading.at
        track.alert = replace(alert, level=Severity.CALM, value=number(reading.figure))
        if reading.at - track.calm_since < reading.rule.settle * 2 ** min(alert.relapses, MOST_DOUBLED):
            return []
        return self._end(key, track, track.calm_since, reading.at)

    def _end(self, key: tuple[str, Scope], track: _Track, ended: float, at: float) -> list[Change]:
        del self._tracks[key]
        if track.alert is None:
            return []
        over = replace(track.alert, level=Severity.CALM, ended=max(ended, track.alert.since), snoozed_until=None)
        return [Change(What.RESOLVED, over, at)]


def number(figure: Figure) -> Number | None:
    """The value, or None whatever the reason."""
    return None if isinstance(figure, Absent) else figure


def worse(one: Number | None, other: Number | None, *, high_is_bad: bool) -> Number | None:
    """The worse of two values, of which either may be unknown."""
    if one is None or other is None:
        return other if one is None else one
    return max(one, other) if high_is_bad else min(one, other)


def _line(text: str) -> str:
    """One line of printable text of at most `LONGEST_NOTE` characters."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:LONGEST_NOTE]


def _id(rule: str, scope: Scope, at: float) -> str:
    """The same for the same alert, another for each one: when it was raised, and of what."""
    return f"{int(at * 1000):x}-{zlib.crc32(f'{rule}|{scope.level.value}|{scope.key}'.encode()):08x}"
