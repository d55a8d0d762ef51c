"""The titles above the parts of the board: the way there, what is shown, how fresh it is, what a person did to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmm_tui.board.state import AGENTS
from kmm_tui.ui.columns import Span
from kmm_tui.ui.holding import held_words
from kmm_tui.ui.keymap import key_text
from kmm_tui.ui.lines import Name
from kmm_tui.ui.panel import Panel
from kmm_tui.ui.places import View
from kmm_tui.ui.table_panel import TablePanel

if TYPE_CHECKING:
    from kmm_tui.ui.board_screen import BoardScreen


def update_titles(screen: BoardScreen) -> None:
    """Says above each part what it shows, how fresh it is where that needs saying, and what is held back."""
    board, now = screen.board, screen.now
    overall = board.overall(now)
    for panel in (screen.skills, screen.groups):
        if panel.display:
            words = titled(screen, panel, panel.title_words())
            panel.title.update_title(words, board.section(panel.level, now), overall, now)
    agents, trend, detail = screen.agents, screen.trend, screen.detail
    if agents.display:
        words = titled(screen, agents, agents.title_words(board, now))
        agents.title.update_title(words, board.freshness(AGENTS, now), overall, now)
    if trend.display:
        words = titled(screen, trend, trend.title_words(board))
        trend.title.update_title(words, trend.freshness(board, now), overall, now)
    if detail.display:
        words = titled(screen, detail, detail.title_words(board))
        detail.title.update_title(words, detail.freshness(board, now), overall, now)


def titled(screen: BoardScreen, panel: Panel, words: list[Span]) -> list[Span]:
    """`words` with the way here in front, and what the person has done to the rows behind."""
    crumbs: list[Span] = []
    if screen.trail.here.view is not View.OVERVIEW:
        for word in screen.trail.crumbs(screen.board.label):
            crumbs += [(Name(word), "dim"), (" › ", "dim")]
    if isinstance(panel, TablePanel):
        if not panel.pin:
            words = [*words, ("  not pinned", "dim")]
        if panel.is_held:
            key = key_text(screen.prefs.keys.get("rows.hold", "space"))
            words = [*words, *held_words(panel.changes, screen.now - screen.held_at, key)]
    return [*crumbs, *words]
