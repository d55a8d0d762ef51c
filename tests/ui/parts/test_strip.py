"""The tiles of the strip tell what belongs to their figure whole, however large the account."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from kmm_tui.board.freshness import Age
from kmm_tui.board.judge import CALM
from kmm_tui.board.rows import ScopeRow
from kmm_tui.board.scope import ACCOUNT
from kmm_tui.board.snapshot import figures_of
from kmm_tui.metrics import BY_NAME, Method
from kmm_tui.ui.strip import FigureStrip

HOUR = 3_600_000
WIDTHS = [80, 100, 120, 160, 200]


def drawn(width: int, **values: float) -> list[str]:
    strip = FigureStrip("1h")
    fields: dict[str, float | None] = {BY_NAME[name].field: value for name, value in values.items()}
    figures = figures_of(Method.METRICS, tuple(BY_NAME[name] for name in values), fields)
    strip.update_row(ScopeRow(ACCOUNT, "", figures, Age.LIVE, CALM))
    return ["".join(text for text, _ in line) for line in strip.lines(width)]


def size(scale: int) -> dict[str, float]:
    return {
        "unassigned_conversations": 7 * scale,
        "available_slots": 175 * scale,
        "overdue_conversations_total": 17 * scale,
        "overdue_conversations_in_queue": 123 * scale,
        "online_agents": 95 * scale,
        "away_agents": 11 * scale,
        "back_soon_agents": 2 * scale,
        "avg_wait_time": scale * HOUR // 8,
        "avg_wait_time_first_response": scale * HOUR // 8,
        "avg_time_to_response": 37_000,
        "avg_time_to_first_response_first_assignment": 37_000,
        "closed_conversations": 1140 * scale,
        "closed_by_agent": 730 * scale,
        "closed_by_consumer": 269 * scale,
        "auto_closed": 141 * scale,
        "queue_wait_time_50th_percentile": scale * HOUR // 8,
        "agent_load": 0.77,
        "human_online_load": 0.78,
    }


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scale", [1, 10, 50])
def test_nothing_that_belongs_to_a_figure_is_cut(width: int, scale: int) -> None:
    lines = drawn(width, **size(scale))
    assert not [line for line in lines if "…" in line]
    assert all(cell_len(line) <= width for line in lines)


def test_it_says_the_same_in_fewer_letters_where_there_is_no_room() -> None:
    values = size(10)
    assert "110 aw 20 soon" in drawn(80, **values)[2]
    assert "1750 fr " in drawn(80, **values)[2]
    assert "w 1h15m" in drawn(80, **values)[2]
    assert "7300agt 2690con 1410auto" in drawn(120, **values)[2]


def test_it_says_it_in_full_where_there_is_room() -> None:
    wide = drawn(200, **size(10))[2]
    assert "110 away 20 soon" in wide
    assert "1750 free" in wide
    assert "wait 1h15m" in wide
    assert "7300 agt 2690 con 1410 auto" in wide
