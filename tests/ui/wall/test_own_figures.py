"""A figure of a person's own source says on the wall how old it is, however fresh everything else is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kmm_tui.board.board import Board
from kmm_tui.board.freshness import Age, Trouble
from kmm_tui.board.own import using
from kmm_tui.board.scope import ACCOUNT, Level
from kmm_tui.board.snapshot import Snapshot
from kmm_tui.board.sources import Slot, SourceAnswer, Standing, mixed
from kmm_tui.board.state import ACCOUNT_FIGURES, TopicState, source_topic
from kmm_tui.board.wall import Page, Plan, Spot, pages
from kmm_tui.settings.own_metrics import own_metrics
from kmm_tui.settings.own_sources import OwnFormula, OwnSource
from kmm_tui.ui.wall.figures import Shown, shown
from tests.ui.board.conftest import NOW, NOW_MS, whole_board

DESK = OwnSource.model_validate(
    {"name": "desk", "url": "https://desk.example", "by": "account", "every": "5m", "metrics": [{"name": "tickets"}]}
)
EACH = OwnFormula.model_validate({"name": "tickets_each", "formula": "tickets / online_agents", "unit": "number"})
NAMES = ("tickets", "tickets_each", "online_agents")
SILENT = Trouble("OFFLINE", "cannot reach it", NOW)


def on_the_wall(seconds: float | None, age: Age) -> list[Shown]:
    """The figures of one page whose source answered so many seconds ago."""
    at = NOW_MS - round((seconds or 0) * 1000)
    answer = SourceAnswer("desk", Level.ACCOUNT, DESK.columns(), {"": (Slot(0, 2**62, (71,)),)}, at)
    known = None if seconds is None else answer
    board = Board()
    for state in whole_board():
        content = state.content
        if state.topic == ACCOUNT_FIGURES and isinstance(content, Snapshot):
            figures = mixed(content.figures, ACCOUNT, None, NOW_MS, [Standing(Level.ACCOUNT, ("tickets",), known, age)])
            state = replace(state, content=replace(content, figures=figures))
        board.put(state)
    board.put(TopicState(source_topic("desk"), 300.0, known, None if age is Age.LIVE else SILENT, NOW + 60))
    (page,) = pages([Plan(("account",), NAMES)], board, NOW)
    return [_shown(board, page, name) for name in NAMES]


def _shown(board: Board, page: Page, name: str) -> Shown:
    return shown(board, page, Spot(ACCOUNT, name), NOW, "1h", None, lambda _row, _metric: ("", "dim"))


def words(figure: Shown) -> str:
    return "".join(text for text, _ in figure.target)


@pytest.mark.parametrize(
    ("seconds", "age", "text", "told"),
    [
        (60, Age.LIVE, "71", ""),
        (1800, Age.STALE, "71", "■ OFFLINE 30m"),
        (9000, Age.GONE, "--", "■ OFFLINE 2h"),
        (None, Age.AWAITED, "?", "▲ OFFLINE"),
    ],
)
def test_what_a_source_does_not_tell_any_more_has_its_word_and_age(
    seconds: float | None, age: Age, text: str, told: str
) -> None:
    with using(own_metrics([DESK], [EACH])):
        tickets, each, online = on_the_wall(seconds, age)
    assert (tickets.text, words(tickets)) == (text, told)
    assert words(each) == words(tickets)
    assert "OFFLINE" not in words(online)
