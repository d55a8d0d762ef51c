"""Silence: what has not been answered for minutes is an alert of its own, since missing data resolves nothing.

Of the account alone it is told when nothing at all is answered: one sentence, not one for each skill.
"""

from __future__ import annotations

from collections.abc import Collection

from kmm_tui.board.alert_rules import AlertRule, Reading
from kmm_tui.board.scope import ACCOUNT, Scope
from kmm_tui.board.severity import Severity

SILENCE = "no-data:"
"""With what the keys of such rules begin; what is missing follows, nothing where it is the whole answer."""
_WHOLE = ""


class Silence:
    """When each thing that alerts are raised by was last known. Moments are epoch s, `after` is seconds."""

    def __init__(self, after: float, started: float, usual: AlertRule | None = None) -> None:
        """`started` is when it began to listen: nobody was silent before. `usual` has the hours of its rules."""
        self.after = after
        self._started = started
        template = usual or AlertRule("", "")
        self._quiet, self._hours, self._zone = template.quiet, template.hours, template.zone
        self._rules: dict[str, AlertRule] = {}
        self._labels: dict[Scope, str] = {}
        self._heard: dict[tuple[str, Scope], float] = {}

    def expect(self, scope: Scope, label: str) -> None:
        """Answers about the scope are awaited from now on."""
        self._labels[scope] = label
        self._heard.setdefault((_WHOLE, scope), self._started)

    def heard(self, scope: Scope, label: str, at: float, readings: list[Reading]) -> None:
        """An answer that was asked for at `at`, and what the rules made of it."""
        self._labels[scope] = label
        self._heard[_WHOLE, scope] = at
        for reading in readings:
            key = (reading.rule.key, scope)
            if reading.severity is not Severity.UNKNOWN:
                self._heard[key] = at
            else:
                self._heard.setdefault(key, at)
            if reading.rule.key not in self._rules:
                self._rules[reading.rule.key] = self._rule(reading.rule.key, reading.rule.name)

    def excuse(self, now: float) -> None:
        """The machine slept, or asking was paused: nobody was silent before `now`."""
        self._started = now

    def forget(self, scope: Scope) -> None:
        """A scope is no more, or is not asked for."""
        self._labels.pop(scope, None)
        self._heard = {key: at for key, at in self._heard.items() if key[1] != scope}

    def readings(self, now: float, known: Collection[tuple[str, Scope]] = ()) -> list[Reading]:
        """Who has been silent for too long at `now`; and of those `known` as silent, by rule key, who is not any more.

        Of a silence that another one says already there is no word, neither way.
        """
        silent = {key for key, at in self._heard.items() if now - max(at, self._started) >= self.after}
        told = {(rule.removeprefix(SILENCE), scope) for rule, scope in known}
        found = []
        for what, scope in silent:
            if not self._is_covered(what, scope, silent):
                found.append(self._reading(what, scope, now, is_silent=True))
        # Of one that was not heard since the start it is not known yet.
        over = (key for key in told - silent if self._heard.get(key, self._started) > self._started)
        return found + [self._reading(what, scope, now, is_silent=False) for what, scope in over]

    def _reading(self, what: str, scope: Scope, now: float, *, is_silent: bool) -> Reading:
        rule = self._rules.get(what) or self._rules.setdefault(what, self._rule(what, ""))
        severity = Severity.CALM
        if is_silent:
            severity = Severity.CRITICAL if (what, scope) == (_WHOLE, ACCOUNT) else Severity.WARN
        words = f"no data: {rule.name}" if rule.name else "no data"
        label, since = self._labels.get(scope, str(scope)), self._heard.get((what, scope), now)
        return Reading(rule, scope, label, severity, now, words, since=since)

    @staticmethod
    def _is_covered(what: str, scope: Scope, silent: set[tuple[str, Scope]]) -> bool:
        """Whether another silence says it already: of all of the scope, or of the same in the whole account."""
        if what != _WHOLE and ((_WHOLE, scope) in silent or (_WHOLE, ACCOUNT) in silent):
            return True
        return scope != ACCOUNT and (what, ACCOUNT) in silent

    def _rule(self, what: str, name: str) -> AlertRule:
        # An answer ends a silence at once: it cannot flap faster than it is told.
        return AlertRule(f"{SILENCE}{what}", name, 0.0, 0.0, quiet=self._quiet, hours=self._hours, zone=self._zone)
