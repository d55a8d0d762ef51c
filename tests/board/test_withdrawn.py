"""What is withdrawn is forgotten: its row, its age, and the name that it had."""

from __future__ import annotations

from kmm_tui.api.answers import Cost
from kmm_tui.api.window import HOUR, Window
from kmm_tui.board.board import Board
from kmm_tui.board.figure import Figures
from kmm_tui.board.freshness import Age
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.snapshot import Snapshot
from kmm_tui.board.state import Section, Topic, TopicState
from kmm_tui.metrics import Method

NOW = 1_800_000_000.0


def state(key: str, name: str, seconds_old: float) -> TopicState:
    at = int((NOW - seconds_old) * 1000)
    scope, figures = Scope(Level.SKILL, key), Figures(Method.METRICS, frozenset(), {})
    snapshot = Snapshot(scope, name, Window.last(HOUR, at), figures, at, Cost(at, 0.1, 1))
    return TopicState(Topic(Section.FIGURES, scope), 30.0, snapshot)


def test_a_withdrawn_skill_does_not_make_the_board_old() -> None:
    board, gone, here = Board(), state("1", "Old", 5000), state("2", "Here", 1)
    for each in (gone, here):
        board.put(each)
    assert board.overall(NOW).age is Age.GONE
    board.put(TopicState(gone.topic, 30.0, is_withdrawn=True))
    assert [row.label for row in board.rows(Level.SKILL, NOW)] == ["Here"]
    assert board.section(Level.SKILL, NOW).age is Age.LIVE
    assert board.overall(NOW).is_live
    assert board.state(gone.topic) is None
    assert board.label(gone.topic.scope) == "skill 1"
    # Withdrawing what was never there harms nothing, and it may come back.
    board.put(TopicState(gone.topic, 30.0, is_withdrawn=True))
    board.put(state("1", "Back", 1))
    assert {row.label for row in board.rows(Level.SKILL, NOW)} == {"Back", "Here"}
