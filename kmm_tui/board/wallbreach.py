"""New breaches: what has become critical since one last looked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kmm_tui.board.freshness import Age
from kmm_tui.board.judge import Verdict
from kmm_tui.board.rows import ScopeRow
from kmm_tui.board.scope import Scope
from kmm_tui.board.severity import Severity


@dataclass(frozen=True, slots=True)
class Breach:
    """A figure that has become critical."""

    row: ScopeRow
    verdict: Verdict

    @property
    def scope(self) -> Scope:
        """What it is a figure of."""
        return self.row.scope


class Breaches:
    """Remembers what was critical. Of a scope that comes for the first time nothing is new: it may be so for hours."""

    def __init__(self) -> None:
        self._known: dict[Scope, dict[str, float | None]] = {}

    def note(self, rows: Iterable[ScopeRow]) -> list[Breach]:
        """Takes note of all rows as they are now, and returns what is new among them, the worst scope first."""
        new: list[Breach] = []
        known: dict[Scope, dict[str, float | None]] = {}
        for row in rows:
            before = self._known.get(row.scope)
            if row.figures is None or row.age not in (Age.LIVE, Age.LATE):
                # Old figures neither raise nor end anything: what was critical is so until somebody knows better.
                if before is not None:
                    known[row.scope] = before
                continue
            critical = {
                name: verdict.since
                for name, verdict in row.judged.verdicts.items()
                if verdict.severity is Severity.CRITICAL
            }
            if before is not None:
                new += [
                    Breach(row, row.judged.verdicts[name])
                    for name, since in critical.items()
                    if name not in before or before[name] != since
                ]
                # A gap in the figures is no end of it.
                critical |= {
                    name: since for name, since in before.items() if row.judged.severity_of(name) is Severity.UNKNOWN
                }
            known[row.scope] = critical
        self._known = known
        return sorted(new, key=lambda breach: (-breach.row.judged.rank, breach.row.label.casefold()))
