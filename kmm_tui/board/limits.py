"""Limits: from which value on a figure is worth a warning, or critical, and where it has to return to be calm again."""

from __future__ import annotations

from dataclasses import dataclass

from kmm_tui.board.scope import Level


@dataclass(frozen=True, slots=True)
class Limit:
    """Two levels for one metric, in the metric's own unit (ms, a ratio where 1.0 is 100 %, or a count).

    A metric whose `warn` lies below its `critical` is bad when it is high: it breaches at the value itself and above.
    One whose `warn` lies above is bad when it is low: it breaches below the value. With only one of the two given the
    metric's own direction decides. `warn_leave` and `critical_leave` are where a level is left again; None is the
    usual margin (see `board.judge`). Both levels None switches the metric off for the scopes concerned.
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


@dataclass(frozen=True, slots=True)
class StateLimits:
    """How long an agent may be away, by reason, in ms. Reasons are compared without regard to case."""

    reasons: tuple[tuple[str, int], ...] = ()
    away: int | None = None
    """For reasons that are not named."""
    back_soon: int | None = None

    def of(self, status: str | None, reason: str | None) -> int | None:
        """The limit of a state with its reason, ms; None without one."""
        if status == "BACK_SOON":
            named = self._named("back soon")
            return self.back_soon if named is None else named
        if status != "AWAY":
            return None
        named = self._named(reason) if reason else None
        return self.away if named is None else named

    def _named(self, reason: str) -> int | None:
        wanted = reason.casefold()
        return next((limit for name, limit in self.reasons if name.casefold() == wanted), None)
