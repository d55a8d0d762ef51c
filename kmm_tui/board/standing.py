"""How an account is off among others: which to look at first where several stand side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kmm_tui.board.board import Board
from kmm_tui.board.freshness import Freshness
from kmm_tui.board.rows import ScopeRow
from kmm_tui.board.scope import Level
from kmm_tui.board.severity import Severity

_CALM, _OPEN, _WARN, _BLIND, _CRITICAL = range(5)
# Nobody knows how bad an account is that does not answer: worse than a warning, and no reason to overlook what burns.
_STEPS = {
    Severity.CRITICAL: _CRITICAL,
    Severity.WARN: _WARN,
    Severity.UNKNOWN: _OPEN,
    Severity.CALM: _CALM,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account is off. `severity` is that of its own figures, unknown where they are old or missing.

    `order` is higher for what is worse: first what burns, then who does not answer, then warnings, then what is late
    or not known, then calm; of these by how far the worst figure is beyond its limit, and by what is worst among the
    skills and agent groups. It moves in the coarse steps of `Judged.rank` only.
    """

    severity: Severity
    order: tuple[int, int, int]
    fresh: Freshness
    is_blind: bool
    """Whether it has been asked, and there is no figure that may be gone by."""


def standing(board: Board, now: float, out: Sequence[ScopeRow] | None = None) -> Standing:
    """How the account of `board` is off at `now`, epoch s; `out` is what stands out in it, if that is known."""
    fresh, row = board.overall(now), board.account_row(now)
    found = stands_out(board, now) if out is None else out
    scopes = max((each.severity for each in found), default=Severity.CALM)
    if row is None or row.is_old:
        is_blind = row is not None or fresh.trouble is not None
        return Standing(Severity.UNKNOWN, (_BLIND if is_blind else _OPEN, 0, scopes), fresh, is_blind)
    judged = row.judged
    step = _STEPS[judged.severity]
    if step == _CALM and not fresh.is_live:
        step = _OPEN
    return Standing(judged.severity, (step, judged.rank, scopes), fresh, is_blind=False)


def stands_out(board: Board, now: float) -> Sequence[ScopeRow]:
    """The skills and agent groups that breach a limit by figures that are not old, the worst first."""
    rows = [row for level in (Level.SKILL, Level.GROUP) for row in board.rows(level, now)]
    found = [row for row in rows if row.severity >= Severity.WARN and not row.is_old]
    return sorted(found, key=lambda row: (-row.judged.rank, row.label, row.scope.key))
