"""Holds figures against limits: how bad each is, since when, and which scope to look at first.

A level is entered at one value and left at another, so that nothing flickers. Missing data is never good news: it makes
a figure unknown, and what was known before goes on after the gap. See `limits.Bounds` for where levels begin and end.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from kmm_tui.board.derived import counted_over, figure_of, inputs_of, is_old, metric_named
from kmm_tui.board.figure import Absent, Figure, Figures, Number
from kmm_tui.board.limits import Bounds, Limit, bounds
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.severity import Severity
from kmm_tui.metrics import BY_NAME, Method, Metric

MOST_SCOPES = 8192
"""Scopes whose levels are remembered; beyond it those that were not judged for longest are forgotten."""
STEP = math.log(1.5)
"""A breach ranks one step higher for each half as much again beyond its limit."""
STEPS = 99
"""The highest step."""
_OUTSIDE = 0.75  # of a step, by which a value has to be outside its step to change it
_FEW_LEAVE = 0.8  # of the least base: a breach that stands on enough is not lifted by one case less
_JUST_CALM = 0.999
_NO_MATTER = (Absent.NOT_OFFERED, Absent.NOT_RECORDED)  # nobody could tell: neither good news nor bad

Row = TypeVar("Row")

_NOBODY_WAITS = "unassigned_conversations"
# Where a metric has nothing to divide by, this one has to be 0, or the answer contradicts itself.
_ZERO_THEN: Mapping[str, str] = {
    "queue_wait_time_50th_percentile": _NOBODY_WAITS,
    "queue_wait_time_90th_percentile": _NOBODY_WAITS,
    "sla_share": "overdue_conversations_total",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one figure is worth. `since` is when this severity was entered, epoch s; None while calm."""

    metric: str
    severity: Severity
    since: float | None
    figure: Figure
    limit: Limit
    is_few: bool = False
    """Calm only because there are fewer of the base than `Limit.least`: nothing can be said from so few."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a scope is worth: a verdict for each metric with a limit, by name, and the worst of them.

    `rank` orders scopes, higher is worse: by severity, then in coarse steps of how far the worst figure is beyond its
    limit; 0 is calm. `nearest` is the metric nearest to its first level, or furthest beyond it, and `nearness` how
    near: below 1 it is calm, from 1 on it breaches.
    """

    verdicts: Mapping[str, Verdict]
    severity: Severity
    worst: str | None
    rank: int
    nearest: str | None = None
    nearness: float = 0.0

    def severity_of(self, metric: str) -> Severity:
        """The severity of one metric; calm where no limit concerns it."""
        verdict = self.verdicts.get(metric)
        return verdict.severity if verdict else Severity.CALM


CALM = Judged({}, Severity.CALM, None, 0)


def nearness(verdict: Verdict) -> float | None:
    """How far the figure is on its way to its first level: at least 1 where it breaches, below 1 where it is calm.

    Where high is bad it is value / limit; of shares that are bad when low (1 - value) / (1 - limit). None without a
    figure to say it from.
    """
    metric = metric_named(verdict.metric)
    if metric is None or isinstance(verdict.figure, Absent) or verdict.severity is Severity.UNKNOWN or verdict.is_few:
        return None
    return _nearness(bounds(verdict.limit, metric), verdict.severity, verdict.figure)


def next_to_breach(rows: Iterable[tuple[Row, Judged]]) -> list[Row]:
    """Those of `rows` that breach no limit yet, nearest to one first; without those of which nothing is known."""
    calm = [(row, judged) for row, judged in rows if judged.severity < Severity.WARN and judged.nearest is not None]
    return [row for row, _ in sorted(calm, key=lambda pair: -pair[1].nearness)]


def _nearness(levels: Bounds, severity: Severity, value: Number) -> float:
    way = levels.way(value)
    return min(way, _JUST_CALM) if severity is Severity.CALM else max(way, 1.0)


class _Rule:
    """A limit that takes effect for a metric, with all that judging needs looked up."""

    __slots__ = ("base", "bounds", "derived", "limit", "metric", "name", "zero_then")

    def __init__(self, limit: Limit, metric: Metric) -> None:
        self.limit = limit
        self.metric = metric
        self.name = metric.name
        self.derived = inputs_of(metric.name) != (metric.name,)
        self.bounds = bounds(limit, metric)
        self.base = counted_over(metric) if limit.least > 0 else None
        self.zero_then = BY_NAME[_ZERO_THEN[metric.name]] if metric.name in _ZERO_THEN else None

    def needs(self) -> set[str]:
        extra = {metric.name for metric in (self.base, self.zero_then) if metric is not None}
        return extra.union(inputs_of(self.name))


class _Held:
    """What is remembered of one metric of one scope from one judgement to the next."""

    __slots__ = ("is_offered", "level", "nearness", "rule", "since", "step", "unknown_since", "verdict")

    def __init__(self, rule: _Rule) -> None:
        self.rule = rule
        self.level = Severity.CALM
        self.since: float | None = None
        self.step = 0
        self.unknown_since: float | None = None
        self.is_offered = True
        self.verdict: Verdict | None = None
        self.nearness = -1.0

    def judge(self, figures: Figures | None, at: float) -> bool:
        """Takes note of the newest figures; whether the verdict is another one now."""
        rule = self.rule
        if figures is None:
            return self.is_offered and self._unknown(Absent.NOT_ANSWERED, at)
        figure = figure_of(figures, rule.metric) if rule.derived else figures.get(rule.metric)
        if figures.old and is_old(figures, rule.metric):
            figure = Absent.NOT_ANSWERED
        if isinstance(figure, Absent):
            return self._absent(figure, figures, at)
        before = self.level
        level = rule.bounds.level(figure, before)
        is_few = False
        if rule.base is not None:
            base = figures.get(rule.base)
            if isinstance(base, Absent):
                return self._withdraw() if base in _NO_MATTER else self._unknown(figure, at)
            least = rule.limit.least if before is Severity.CALM else rule.limit.least * _FEW_LEAVE
            if base < least:
                level, is_few = Severity.CALM, True
        old = self.verdict
        if old is not None and old.figure == figure and old.severity is level and old.is_few is is_few:
            return False
        if level is not before:
            self.level, self.since = level, None if level is Severity.CALM else at
        self.is_offered, self.unknown_since = True, None
        self.step = 0 if level is Severity.CALM else self._step(figure, is_fresh=level is not before)
        self.nearness = -1.0 if is_few else _nearness(rule.bounds, level, figure)
        self.verdict = Verdict(rule.name, level, self.since, figure, rule.limit, is_few)
        return True

    def _step(self, value: Number, *, is_fresh: bool) -> int:
        way = self.rule.bounds.way(value, self.level)
        beyond = min(float(STEPS), math.log(way) / STEP) if way > 1 else 0.0
        inside = self.step - _OUTSIDE < beyond < self.step + 1 + _OUTSIDE
        return self.step if inside and not is_fresh else int(beyond)

    def _absent(self, figure: Absent, figures: Figures, at: float) -> bool:
        if figure in _NO_MATTER:
            return self._withdraw()
        rule = self.rule
        is_nothing = figure is Absent.NOT_APPLICABLE
        if is_nothing and rule.zero_then is not None:
            is_nothing = figures.number(rule.zero_then) == 0
        if not is_nothing:
            return self._unknown(figure, at)
        old = self.verdict
        if old is not None and old.figure is figure and old.severity is Severity.CALM:
            return False
        self._forget()
        self.is_offered = True
        self.verdict = Verdict(rule.name, Severity.CALM, None, figure, rule.limit)
        return True

    def _unknown(self, figure: Figure, at: float) -> bool:
        old = self.verdict
        if old is not None and old.severity is Severity.UNKNOWN and old.figure == figure:
            return False
        if self.unknown_since is None:
            self.unknown_since = at
        self.is_offered, self.nearness = True, -1.0
        self.verdict = Verdict(self.rule.name, Severity.UNKNOWN, self.unknown_since, figure, self.rule.limit)
        return True

    def _withdraw(self) -> bool:
        was_there = self.verdict is not None
        self._forget()
        self.is_offered, self.verdict = False, None
        return was_there

    def _forget(self) -> None:
        self.level, self.since, self.unknown_since, self.step, self.nearness = Severity.CALM, None, None, 0, -1.0


class _Memory:
    """What is remembered of one scope."""

    __slots__ = ("figures", "held", "judged", "name", "seen")

    def __init__(self, name: str | None, held: list[_Held]) -> None:
        self.name = name
        self.held = held
        self.figures: Figures | None = None
        self.judged: Judged | None = None
        self.seen = 0.0


class Judge:
    """Judges scopes by limits, of which a later one overrides an earlier one of the same metric where it applies.

    Remembers what it found of each scope. Limits on metrics that nothing knows, or that are no numbers, have no effect.
    """

    def __init__(self, limits: Sequence[Limit]) -> None:
        self.limits = tuple(limits)
        rules: dict[str, list[_Rule]] = {}
        for limit in self.limits:
            metric = metric_named(limit.metric)
            if metric is not None and metric.is_number:
                rules.setdefault(metric.name, []).append(_Rule(limit, metric))
        self._rules = {level: _in_force(rules, level) for level in Level}
        self._memory: dict[Scope, _Memory] = {}

    def judge(
        self, scope: Scope, name: str | None, figures: Figures | None, now: float, taken_at: float | None = None
    ) -> Judged:
        """What `scope` is worth by `figures`, None if there are none, which were asked for at `taken_at`.

        Both moments are epoch seconds; `taken_at` is `now` if it is not given. Frozen figures that were judged already
        are not looked at again.
        """
        memory = self._memory.get(scope)
        if memory is None or memory.name != name:
            memory = self._remember(scope, name, memory)
        memory.seen = now
        if figures is not None and figures is memory.figures and memory.judged is not None:
            return memory.judged
        memory.figures = figures
        at = now if taken_at is None else taken_at
        is_changed = False
        for held in memory.held:
            if held.judge(figures, at):
                is_changed = True
        if memory.judged is None or is_changed:
            memory.judged = _judged(memory.held)
        return memory.judged

    def limit_for(self, metric: str, scope: Scope, name: str | None) -> Limit | None:
        """The limit in force for a metric of a scope; None without one, or where its level lacks the metric."""
        known = metric_named(metric)
        rule = None if known is None else self._rule(known.name, scope, name)
        return rule.limit if rule else None

    def metrics(self) -> frozenset[str]:
        """The request names that the limits need, of all methods."""
        return self.needs(Method.METRICS) | self.needs(Method.AGENT_VIEW)

    def needs(self, method: Method) -> frozenset[str]:
        """The request names that the limits need of `method`, those that only confirm a figure included."""
        levels = [self._rules[level] for level in Level if method_of(level) is method]
        rules = [rule for rules in levels for of_metric in rules.values() for rule in of_metric]
        found = {name for rule in rules if not rule.limit.is_off for name in rule.needs()}
        return frozenset(name for name in found if method in BY_NAME[name].methods)

    def forget(self, scope: Scope) -> None:
        """Forgets what it found of a scope that is no more."""
        self._memory.pop(scope, None)

    def _rule(self, metric: str, scope: Scope, name: str | None) -> _Rule | None:
        for rule in self._rules[scope.level].get(metric, ()):
            if rule.limit.speaks_of(scope, name):
                return None if rule.limit.is_off else rule
        return None

    def _remember(self, scope: Scope, name: str | None, old: _Memory | None) -> _Memory:
        known = {held.rule.name: held for held in old.held} if old else {}
        found = []
        for metric in self._rules[scope.level]:
            rule = self._rule(metric, scope, name)
            if rule is None:
                continue
            held = known.get(metric)
            if held is None or held.rule is not rule:
                fresh = _Held(rule)
                if held is not None:
                    fresh.level, fresh.since, fresh.step = held.level, held.since, held.step
                    fresh.unknown_since = held.unknown_since
                held = fresh
            found.append(held)
        if old is None and len(self._memory) >= MOST_SCOPES:
            for gone, _ in heapq.nsmallest(MOST_SCOPES // 4, self._memory.items(), key=lambda item: item[1].seen):
                del self._memory[gone]
        memory = self._memory[scope] = _Memory(name, found)
        return memory


def method_of(level: Level) -> Method:
    """The method that tells current figures of a level."""
    return Method.AGENT_VIEW if level is Level.AGENT else Method.METRICS


def _in_force(rules: Mapping[str, list[_Rule]], level: Level) -> dict[str, list[_Rule]]:
    """Of each metric that `level` offers the rules that can take effect there, the one that is asked first in front."""
    found: dict[str, list[_Rule]] = {}
    for name, of_metric in rules.items():
        if method_of(level) not in of_metric[0].metric.methods:
            continue
        for rule in reversed(of_metric):
            if rule.limit.can_speak_of(level):
                found.setdefault(name, []).append(rule)
                # What is said of everything leaves nothing for the rules before it.
                if not rule.limit.on:
                    break
    return found


def _judged(all_held: list[_Held]) -> Judged:
    verdicts: dict[str, Verdict] = {}
    severity, step, worst = Severity.CALM, -1, None
    nearest, near = None, -1.0
    for held in all_held:
        verdict = held.verdict
        if verdict is None:
            continue
        verdicts[verdict.metric] = verdict
        if held.nearness > near:
            nearest, near = verdict.metric, held.nearness
        found = verdict.severity
        if found is Severity.CALM or found < severity:
            continue
        steps = 0 if found is Severity.UNKNOWN else held.step
        if found > severity or steps > step:
            severity, step, worst = found, steps, verdict.metric
    rank = 0 if severity is Severity.CALM else severity * (STEPS + 1) + step
    return Judged(verdicts, severity, worst, rank, nearest, max(0.0, near))
