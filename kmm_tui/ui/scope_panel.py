"""The table of skills, or of agent groups, as a part of the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kmm_tui.board.board import Board, badness
from kmm_tui.board.derived import known_metrics
from kmm_tui.board.freshness import Age, Freshness
from kmm_tui.board.grouping import tree
from kmm_tui.board.rows import ScopeRow
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.state import LISTS
from kmm_tui.ui.columns import Span
from kmm_tui.ui.figure_column import counted_first, usual_of
from kmm_tui.ui.levels import counted
from kmm_tui.ui.scope_table import DEFAULT_COLUMNS, NAMES, SCOPE_SORT, Beside, row_key, row_words, scope_columns
from kmm_tui.ui.table_panel import TablePanel

WORDS = {Level.SKILL: ("skills", "SKILLS"), Level.GROUP: ("groups", "AGENT GROUPS")}
"""Name and title."""


class ScopePanel(TablePanel[ScopeRow]):
    """Skills or agent groups. `parents` name each group's parent group, where the settings tell."""

    def __init__(self, level: Level, parents: Mapping[str, str] | None = None) -> None:
        (name, self.heading), self.what = WORDS[level], NAMES[level]
        self._parents = dict(parents or {})
        self._depths: dict[str, int] = {}
        self._chosen: Sequence[str] | None = None
        self._comparison: Beside | None = None
        self._counted_first = False
        super().__init__(
            scope_columns(level, depth=self._depth, widths=self._width_of),
            row_key,
            SCOPE_SORT,
            name=name,
            empty=f"this account has no {self.what}s",
            rank=lambda row: row.judged.rank,
            words=row_words,
        )
        self.level = level
        self.subgroups = False

    @property
    def scope(self) -> Scope:
        """What the cursor is on; the account where it is nowhere."""
        row = self.table.cursor_row
        return row.scope if row else ACCOUNT

    @property
    def usual(self) -> tuple[str, ...]:
        """The metrics that it shows if nobody chooses others."""
        return tuple(name for name, _, _ in usual_of(DEFAULT_COLUMNS, self.level))

    def choose_columns(self, chosen: Sequence[str] | None) -> None:
        """Shows these metrics; None is the usual ones."""
        self._chosen = chosen
        columns = scope_columns(self.level, chosen, self._depth, self._comparison, self._width_of)
        self.set_columns(counted_first(columns, known_metrics()) if self._counted_first else columns)

    def prefer_counted(self, wanted: bool) -> None:
        """Shows by-time figures before others where there is not room for all."""
        if wanted != self._counted_first:
            self._counted_first = wanted
            self.choose_columns(self._chosen)

    def compare_with(self, comparison: Beside | None) -> None:
        """Shows by-time figures beside what they were at another time; None shows them alone."""
        if comparison is not None or self._comparison is not None:
            self._comparison = comparison
            self.choose_columns(self._chosen)

    def arranged(self, rows: list[tuple[str, ScopeRow]]) -> list[tuple[str, ScopeRow]]:
        """Groups below their parents, where the settings name any: the API tells of none."""
        self._depths.clear()
        if not self._parents:
            return rows
        by_key = dict(rows)
        placed = tree([(key, row.label) for key, row in rows], self._parents)
        self._depths.update(placed)
        return [(key, by_key[key]) for key, _ in placed]

    def _depth(self, row: ScopeRow) -> int:
        return self._depths.get(row_key(row), 0)

    def aged(self, row: ScopeRow, latest: ScopeRow) -> ScopeRow:
        """The held row with the age of the latest answer, unless that is younger."""
        return replace(row, age=latest.age) if badness(latest.age) > badness(row.age) else row

    def update_rows(self, board: Board, now: float) -> None:
        """Shows what is known at `now`, epoch seconds."""
        rows, account = board.rows(self.level, now), board.account_row(now)
        self.put(rows, [account] if rows and account else [])
        waiting = board.state(LISTS[self.level]) is None or not board.listed(self.level)
        self.tell_absence(absence(board.section(self.level, now)) if waiting and not rows else None)

    def title_words(self) -> list[Span]:
        """What it is, how many, and how many of them are in trouble."""
        rows = self.all_rows
        words: list[Span] = [(self.heading, "strong"), (f" {len(rows)}", "dim")]
        for stale in (False, True):
            words += counted([row.severity for row in rows if row.is_old is stale], stale=stale)
        if self.level is Level.GROUP and self.subgroups:
            words.append(("  with sub-groups", "accent"))
        return [*words, *self.filter_words()]


def absence(fresh: Freshness) -> str:
    """Why there is nothing to show yet."""
    return f"{fresh.trouble.word}: {fresh.trouble.message}" if fresh.trouble else "waiting for the first answer"


def briefly(fresh: Freshness) -> str:
    """The same in few words, where another part of the screen tells it in full."""
    if not fresh.trouble:
        return "waiting for the first answer"
    return fresh.trouble.word if fresh.age is Age.PAST else f"{fresh.trouble.word}: no answer yet"
