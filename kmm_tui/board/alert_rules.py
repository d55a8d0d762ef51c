"""What alerts are raised by: limits, a person's own rules on figures and on expressions, and silence.

A rule is held against the figures of a scope whenever there are new ones, and says how bad they are. When an alert is
raised and resolved from that, and how often, is the business of `alerts.AlertBook`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from kmm_tui.board.derived import figure_of, is_old, metric_named, requested
from kmm_tui.board.expression import Expression
from kmm_tui.board.figure import Absent, Figure, Figures
from kmm_tui.board.judge import Judge, Verdict
from kmm_tui.board.limit_text import bound_text, bounds_of
from kmm_tui.board.limits import Limit
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.severity import Severity
from kmm_tui.board.shifts import Shift, running
from kmm_tui.metrics import Method

SETTLE = 300.0
"""Seconds for which a figure has to be calm before its alert is resolved, unless the rule holds it for longer."""
USUAL_LEVELS = frozenset({Level.ACCOUNT, Level.SKILL})
"""What a rule speaks of that names no level: groups and agents would say the same things once more."""
LIMIT = "limit:"
OWN = "alert:"
_NO_MATTER = (Absent.NOT_OFFERED, Absent.NOT_RECORDED, Absent.NOT_ASKED)


@dataclass(frozen=True, slots=True)
class AlertRule:
    """A rule. `hold` and `settle` in seconds: how long a breach has to last, and how long calm.

    In `quiet` hours nobody is told; out of `hours`, where any are given, nothing is raised and what is open is over.
    `zone` is the board's, None the machine's own.
    """

    key: str
    """The same over restarts: open alerts are known by it."""
    name: str
    hold: float = 0.0
    settle: float = SETTLE
    quiet: tuple[Shift, ...] = ()
    hours: tuple[Shift, ...] = ()
    zone: tzinfo | None = None
    limit: Limit | None = None
    """For a rule on one metric: its levels and where it holds. For one on an expression: only where."""
    when: Expression | None = None
    """A condition that is bad when it is true."""
    until: Expression | None = None
    """Where it is left again; without it when `when` is not true any more."""
    level: Severity = Severity.WARN
    """How bad it is when `when` is true."""

    def is_open(self, at: float) -> bool:
        """Whether it holds at `at`, epoch s."""
        return not self.hours or self._is_within(self.hours, at)

    def is_quiet(self, at: float) -> bool:
        """Whether nobody is to be told at `at`, epoch s."""
        return self._is_within(self.quiet, at)

    def _is_within(self, shifts: Iterable[Shift], at: float) -> bool:
        return any(running(shift, int(at * 1000), self.zone) for shift in shifts)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one rule makes of one answer. `at` is when that was asked for, epoch s.

    `severity` unknown is a figure that is missing. `since` is when the breach began where that is known better than
    from the readings themselves.
    """

    rule: AlertRule
    scope: Scope
    label: str
    severity: Severity
    at: float
    what: str
    metric: str | None = None
    figure: Figure = Absent.NOT_APPLICABLE
    bound: str = ""
    high_is_bad: bool = True
    since: float | None = None


class AlertRules:
    """All rules, and what they remember of each scope: levels are left elsewhere than they are entered."""

    def __init__(self, own: Sequence[AlertRule] = (), limits: Sequence[Limit] = (), usual: AlertRule | None = None):
        """`limits` are rules, too, each with the durations and hours of `usual`; a person's own rule on the same
        metric and scope takes their place.
        """
        self.own = tuple(own)
        self._limits = Judge(limits)
        self.usual = template = usual or AlertRule("", "")
        names = dict.fromkeys(limit.metric for limit in limits if metric_named(limit.metric))
        self._of_metric = {
            metric.name: replace(template, key=f"{LIMIT}{metric.name}", name=metric.label)
            for metric in map(metric_named, names)
            if metric
        }
        self._judges = {rule.key: Judge((rule.limit,)) for rule in own if rule.limit and rule.when is None}
        self._true: set[tuple[str, Scope]] = set()

    @property
    def all(self) -> tuple[AlertRule, ...]:
        """Every rule."""
        return (*self.own, *self._of_metric.values())

    def is_quiet(self, key: str, at: float) -> bool:
        """Whether nobody is to be told at `at` (epoch s) of an alert of the rule with this key."""
        return next((rule for rule in self.all if rule.key == key), self.usual).is_quiet(at)

    def levels(self) -> frozenset[Level]:
        """The levels whose figures the rules need."""
        limits = [*self._limits.limits, *(rule.limit for rule in self.own if rule.limit)]
        if not limits and not self.own:
            return frozenset()
        return USUAL_LEVELS | {level for level in Level for limit in limits if limit.names(level)}

    def needs(self, method: Method) -> tuple[str, ...]:
        """The request names that the rules need of `method`."""
        names = set(self._limits.needs(method)).union(*(judge.needs(method) for judge in self._judges.values()))
        for rule in self.own:
            for part in (rule.when, rule.until):
                names.update(name for name in requested(part.names if part else ()))
        return tuple(sorted(name for name in names if (metric := metric_named(name)) and method in metric.methods))

    def readings(self, scope: Scope, name: str | None, label: str, figures: Figures, at: float) -> list[Reading]:
        """What every rule that speaks of `scope` makes of its newest figures, asked for at `at` (epoch s)."""
        found: list[Reading] = []
        taken: set[str] = set()
        for rule in self.own:
            limit = rule.limit
            if limit is not None and not speaks_of(limit, scope, name):
                continue
            if limit is None and scope.level not in USUAL_LEVELS:
                continue
            if rule.when is not None:
                found += self._conditional(rule, rule.when, scope, label, figures, at)
                continue
            verdict = self._judges[rule.key].judge(scope, name, figures, at).verdicts.get(limit.metric if limit else "")
            if verdict:
                taken.add(verdict.metric)
                found.append(_reading(rule, rule.name, scope, label, verdict, at))
        for metric, verdict in self._limits.judge(scope, name, figures, at).verdicts.items():
            if metric not in taken and speaks_of(verdict.limit, scope, name):
                rule = self._of_metric[metric]
                found.append(_reading(rule, rule.name, scope, label, verdict, at))
        return found

    def forget(self, scope: Scope) -> None:
        """Forgets a scope that is no more."""
        self._limits.forget(scope)
        for judge in self._judges.values():
            judge.forget(scope)
        self._true = {each for each in self._true if each[1] != scope}

    def _conditional(
        self, rule: AlertRule, when: Expression, scope: Scope, label: str, figures: Figures, at: float
    ) -> list[Reading]:
        lookup = lookup_in(figures)
        key = (rule.key, scope)
        holds = when.holds(lookup)
        if key in self._true and holds is False and rule.until is not None:
            left = rule.until.holds(lookup)
            holds = left if isinstance(left, Absent) else not left
        if isinstance(holds, Absent):
            if holds in _NO_MATTER:
                return []
            severity = Severity.UNKNOWN
        else:
            severity = rule.level if holds else Severity.CALM
            (self._true.add if holds else self._true.discard)(key)
        return [Reading(rule, scope, label, severity, at, rule.name, bound=when.text)]


def speaks_of(limit: Limit, scope: Scope, name: str | None) -> bool:
    """Whether a rule with this limit raises alerts of the scope: of groups and agents only where they are named."""
    return (scope.level in USUAL_LEVELS or limit.names(scope.level)) and limit.speaks_of(scope, name)


def lookup_in(figures: Figures) -> Callable[[str], Figure]:
    """The figure of any metric by its name, for expressions."""

    def lookup(name: str) -> Figure:
        metric = metric_named(name)
        if metric is None:
            return Absent.NOT_OFFERED
        # What a source said long ago is not known now.
        return Absent.NOT_ANSWERED if is_old(figures, metric) else figure_of(figures, metric)

    return lookup


def _reading(rule: AlertRule, what: str, scope: Scope, label: str, verdict: Verdict, at: float) -> Reading:
    if verdict.severity < Severity.WARN:
        # Most readings are calm, and of those nothing is ever told.
        return Reading(rule, scope, label, verdict.severity, at, what, verdict.metric, verdict.figure)
    levels = bounds_of(verdict.limit)
    return Reading(
        rule,
        scope,
        label,
        verdict.severity,
        at,
        what,
        metric=verdict.metric,
        figure=verdict.figure,
        bound=bound_text(verdict.limit, verdict.severity),
        high_is_bad=levels is None or levels.high_is_bad,
    )
