"""A row in trouble says of what, also where the figure's own column has no room."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from kmm_tui.api.answers import Cost
from kmm_tui.api.window import HOUR, Window
from kmm_tui.board.freshness import Age
from kmm_tui.board.judge import Judge
from kmm_tui.board.presets import PRESETS
from kmm_tui.board.rows import ScopeRow
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.snapshot import Snapshot, figures_of
from kmm_tui.metrics import BY_NAME, Method
from kmm_tui.ui.columns import fit_cell
from kmm_tui.ui.figure_column import named
from kmm_tui.ui.scope_table import scope_columns

SKILL = Scope(Level.SKILL, "1")


def row(values: dict[str, float], age: Age = Age.LIVE) -> ScopeRow:
    metrics = tuple(BY_NAME[name] for name in values)
    fields: dict[str, float | None] = {BY_NAME[name].field: value for name, value in values.items()}
    figures = figures_of(Method.METRICS, metrics, fields)
    taken = Snapshot(SKILL, None, Window.last(HOUR, HOUR), figures, HOUR, Cost(HOUR, 0.1, 1))
    limits = [
        limit for limit in PRESETS["live-chat"] if limit.metric in ("online_share", "queue_wait_time_90th_percentile")
    ]
    return ScopeRow(SKILL, "Claims", taken.figures, age, Judge(limits).judge(SKILL, None, taken.figures, 1.0))


FEW_ONLINE = {"online_agents": 11.0, "away_agents": 4.0, "back_soon_agents": 0.0}


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (20, "Claims        on 73%"),
        (14, "Claims  on 73%"),
        (13, "Claims     on"),
        (10, "Claims  on"),
        (9, "Claims   "),
        (4, "Cla…"),
    ],
)
def test_the_worst_figure_stands_at_the_other_end_of_the_name_whole_or_not_at_all(width: int, text: str) -> None:
    widths = MappingProxyType({"name": width})
    cell = named(("Claims", "value"), row(FEW_ONLINE), lambda key: widths.get(key, 0))
    assert "".join(piece for piece, _ in fit_cell(cell, width)) == text


def test_it_is_said_once_and_of_what_breaches_only() -> None:
    shown = {"name": 20, "online_share": 4}
    assert named(("Claims", "value"), row(FEW_ONLINE), lambda key: shown.get(key, 0)) == ("Claims", "value")
    calm = row({**FEW_ONLINE, "away_agents": 0.0})
    assert named(("Claims", "value"), calm, lambda key: 20 if key == "name" else 0) == ("Claims", "value")


@pytest.mark.parametrize(("age", "role"), [(Age.LIVE, "warn"), (Age.STALE, "stale"), (Age.GONE, None)])
def test_what_is_old_has_no_colour_and_what_is_gone_is_not_said(age: Age, role: str | None) -> None:
    columns = scope_columns(Level.SKILL, widths=lambda key: 30 if key == "name" else 0)
    name = next(column for column in columns if column.key == "name")
    cell = name.rendered(row(FEW_ONLINE, age), 0)
    assert (("on 73%", role) in cell) is (role is not None)
    assert "on 73%" in str(cell) or age is Age.GONE
