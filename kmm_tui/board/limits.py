"""Limits: from which value on a figure is worth a warning, or critical, and where it has to return to be calm again."""

from __future__ import annotations

import fnmatch
import math
from dataclasses import dataclass
from functools import lru_cache

from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.severity import Severity
from kmm_tui.metrics import Good, Metric, Unit


@dataclass(frozen=True, slots=True)
class Limit:
    """Two levels for one metric, in the metric's own unit (ms, a ratio where 1.0 is 100 %, or a count).

    A metric whose `warn` lies below its `critical` is bad when it is high: it breaches at the value itself and above.
    One whose `warn` lies above is bad when it is low: it breaches below the value. With only one of the two given the
    metric's own direction decides. `warn_leave` and `critical_leave` are where a level is left again; None is the
    usual margin (see `default_leave`). Both levels None switches the metric off for the scopes concerned.
    """

    metric: str
    warn: float | None = None
    critical: float | None = None
    warn_leave: float | None = None
    critical_leave: float | None = None
    on: tuple[str, ...] = ()
    """Which scopes: `account`, `skill:PATTERN`, `group:PATTERN`, `agent:PATTERN` (a bare `skill:` or `skill` is every
    skill), or an id, a name or a pattern of any of them. Nothing is everything that offers the metric."""
    levels: frozenset[Level] = frozenset()
    """Restricts it to these levels; empty is all."""
    least: int = 0
    """For metrics with a base: so many of the base there have to be, as a ratio of three says little."""
    source: str = ""
    """Who says so: `preset live-chat`, or a place in the settings."""

    @property
    def is_off(self) -> bool:
        """Whether it switches the metric off for the scopes concerned."""
        return self.warn is None and self.critical is None

    def can_speak_of(self, level: Level) -> bool:
        """Whether it can concern anything of `level` at all."""
        if self.levels and level not in self.levels:
            return False
        return not self.on or any(pattern.level in (None, level) for pattern in _patterns(self.on))

    def names(self, level: Level) -> bool:
        """Whether it names `level` by its word, and is not only of all or of any."""
        return any(pattern.level is level for pattern in _patterns(self.on))

    def speaks_of(self, scope: Scope, name: str | None) -> bool:
        """Whether it concerns the scope of this name. Names and ids are compared without regard to case."""
        if self.levels and scope.level not in self.levels:
            return False
        return not self.on or any(pattern.fits(scope, name) for pattern in _patterns(self.on))


@dataclass(frozen=True, slots=True)
class StateLimits:
    """How long an agent may be away, by reason, in ms. Reasons are compared without regard to case."""

    reasons: tuple[tuple[str, int | None], ...] = ()
    """Named reasons; None is one that may last as long as it likes."""
    away: int | None = None
    """For reasons that are not named."""
    back_soon: int | None = None

    def of(self, status: str | None, reason: str | None) -> int | None:
        """The limit of a state with its reason, ms; None without one."""
        if status == "BACK_SOON":
            return self._named("back soon", self.back_soon)
        if status != "AWAY":
            return None
        return self._named(reason, self.away) if reason else self.away

    def _named(self, reason: str, others: int | None) -> int | None:
        wanted = reason.casefold()
        return next((limit for name, limit in self.reasons if name.casefold() == wanted), others)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """An entry of `Limit.on`: without a level it is of any; `text` is casefolded, and `*` fits the nameless, too."""

    level: Level | None
    text: str

    def fits(self, scope: Scope, name: str | None) -> bool:
        if self.level is not None and scope.level is not self.level:
            return False
        if self.text == "*" or (scope.key and scope.key.casefold() == self.text):
            return True
        if not name:
            return False
        folded = name.casefold()
        return folded == self.text or fnmatch.fnmatchcase(folded, self.text)


@lru_cache(maxsize=1024)
def _patterns(on: tuple[str, ...]) -> tuple[_Pattern, ...]:
    words = {level.value: level for level in Level}
    found = []
    for entry in on:
        head, colon, rest = entry.partition(":")
        level = words.get(head.strip().casefold())
        # Only a level's own word is a prefix: `Sales: EU` is a name.
        text = entry if level is None else rest if colon else ""
        text = text.strip().casefold()
        found.append(_Pattern(level, "*" if level and (not text or level is Level.ACCOUNT) else text))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Bounds:
    """A limit made explicit: which direction is bad, and where each level is entered and left. Units as in `Limit`.

    Where high is bad, a level is entered at its value and left at its leave value or below; where low is bad, it is
    entered below its value and left at its leave value or above. `warn_fine` and `critical_fine` are what counts as
    wholly fine for the respective level, from where the way to it is measured.
    """

    high_is_bad: bool
    warn: float | None
    warn_leave: float
    warn_fine: float
    critical: float | None
    critical_leave: float
    critical_fine: float

    def level(self, value: float, held: Severity) -> Severity:
        """Calm, warn or critical at `value`, where `held` was the level before."""
        if self.high_is_bad:
            if self.critical is not None and (
                value >= self.critical or (held is Severity.CRITICAL and value > self.critical_leave)
            ):
                return Severity.CRITICAL
            if self.warn is not None and (
                value >= self.warn or (held is not Severity.CALM and value > self.warn_leave)
            ):
                return Severity.WARN
            return Severity.CALM
        if self.critical is not None and (
            value < self.critical or (held is Severity.CRITICAL and value < self.critical_leave)
        ):
            return Severity.CRITICAL
        if self.warn is not None and (value < self.warn or (held is not Severity.CALM and value < self.warn_leave)):
            return Severity.WARN
        return Severity.CALM

    def way(self, value: float, severity: Severity = Severity.WARN) -> float:
        """How far `value` is on its way to the level: 0 is wholly fine, 1 the level itself, above is beyond it.

        Without that level the other one is meant. Where high is bad it is value / limit; of shares that are bad when
        low (1 - value) / (1 - limit).
        """
        is_critical = self.warn is None or (severity is Severity.CRITICAL and self.critical is not None)
        enter = self.critical if is_critical else self.warn
        if enter is None:
            return 0.0
        fine = self.critical_fine if is_critical else self.warn_fine
        way = (value - fine) / (enter - fine)
        return way if way > 0 else 0.0


@lru_cache(maxsize=1024)
def bounds(limit: Limit, metric: Metric) -> Bounds:
    """The bounds of `limit` for `metric`, with the usual margins where it tells none.

    A leave value on the wrong side of its level counts as the level itself: otherwise it would be entered and left at
    once.
    """
    high = is_high_bad(limit, metric)

    def leave(enter: float | None, given: float | None) -> float:
        if enter is None:
            return 0.0
        if given is None:
            return default_leave(enter, metric.unit, high_is_bad=high)
        return min(given, enter) if high else max(given, enter)

    def fine(enter: float | None) -> float:
        return 0.0 if enter is None else _fine(enter, metric.unit, high)

    return Bounds(
        high,
        limit.warn, leave(limit.warn, limit.warn_leave), fine(limit.warn),
        limit.critical, leave(limit.critical, limit.critical_leave), fine(limit.critical),
    )  # fmt: skip


def is_high_bad(limit: Limit, metric: Metric) -> bool:
    """Whether the limit is one for values that are too high; the metric's own direction decides where it is open."""
    if limit.warn is not None and limit.critical is not None and limit.warn != limit.critical:
        return limit.warn < limit.critical
    return metric.good is not Good.UP


def default_leave(enter: float, unit: Unit, *, high_is_bad: bool) -> float:
    """Where a level that is entered at `enter` is left again if nobody says otherwise.

    A sixth of it for durations (60 s and 50 s), two percentage points for ratios and shares, 1 for counts, 2 for
    scores; but never past the best value there is: then half-way to it.
    """
    margin = {Unit.RATIO: 0.02, Unit.SHARE: 0.02, Unit.COUNT: 1.0, Unit.SCORE: 2.0}.get(unit, abs(enter) / 6)
    left = min(enter, round(enter - margin, 9)) if high_is_bad else max(enter, round(enter + margin, 9))
    best = _best(unit, high_is_bad)
    if left >= best if high_is_bad else left <= best:
        return left
    return (enter + best) / 2 if (best < enter if high_is_bad else best > enter) else enter


def _best(unit: Unit, high_is_bad: bool) -> float:
    if high_is_bad:
        return {Unit.SCORE: -100.0, Unit.UNKNOWN: -math.inf}.get(unit, 0.0)
    return {Unit.SHARE: 1.0, Unit.SCORE: 100.0}.get(unit, math.inf)


def _fine(enter: float, unit: Unit, high_is_bad: bool) -> float:
    if high_is_bad:
        fine = -100.0 if unit is Unit.SCORE else 0.0
        return fine if fine < enter else enter - 1
    # What has no best value is wholly fine at twice the limit.
    fine = {Unit.SHARE: 1.0, Unit.RATIO: 1.0, Unit.SCORE: 100.0}.get(unit, 2 * enter)
    return fine if fine > enter else enter + 1
