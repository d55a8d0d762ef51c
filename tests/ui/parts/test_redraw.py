"""What does not change costs nothing, and what cannot be seen is not formatted."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from textual.widget import Widget

from kmm_tui.ui.columns import Column
from kmm_tui.ui.linetable import LineTable

MakeStage = Callable[[Widget], Any]
MakeRedraws = Callable[[Widget], Any]


@dataclass(frozen=True)
class Agent:
    """A row, as the board would have one."""

    name: str
    queue: int = 0
    since_ms: int = 0


class Drawn:
    """Columns that count how often rows are formatted."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.columns: tuple[Column[Agent], ...] = (
            Column("name", "agent", 10, max_width=20, render=self.name, priority=0),
            Column("queue", "queue", 6, align="right", render=lambda row: (str(row.queue), "warn"), priority=1),
            Column(
                "for",
                "for",
                6,
                align="right",
                ticking=lambda row, now: (f"{(now - row.since_ms) // 60_000} min", "dim"),
                priority=2,
            ),
            Column("more", "more", 30, render=lambda row: "m", priority=3),
        )

    def name(self, row: Agent) -> str:
        self.names.append(row.name)
        return row.name


def people(count: int) -> list[tuple[str, Agent]]:
    return [(f"k{index}", Agent(f"Agent {index}", index)) for index in range(count)]


@pytest.fixture
def drawn() -> Drawn:
    return Drawn()


@pytest.fixture
def table(drawn: Drawn) -> LineTable[Agent]:
    table: LineTable[Agent] = LineTable(drawn.columns)
    table.tick(0)
    return table


async def test_only_visible_rows_are_formatted_and_only_changed_ones_again(
    stage: MakeStage, table: LineTable[Agent], drawn: Drawn
) -> None:
    app = stage(table)
    async with app.run_test(size=(40, 11)) as pilot:
        rows = people(1000)
        table.set_rows(rows)
        await pilot.pause()
        assert set(drawn.names) == {f"Agent {index}" for index in range(10)}
        drawn.names.clear()
        rows[3] = ("k3", replace(rows[3][1], queue=99))
        rows[500] = ("k500", replace(rows[500][1], queue=99))
        table.set_rows(rows)
        await pilot.pause()
        assert drawn.names == ["Agent 3"]


async def test_nothing_changed_draws_nothing_and_a_change_draws_its_cells_only(
    stage: MakeStage, table: LineTable[Agent], redraws: MakeRedraws
) -> None:
    app = stage(table)
    async with app.run_test(size=(40, 11)) as pilot:
        rows = people(1000)
        table.set_rows(rows)
        await pilot.pause()
        asked = redraws(table)
        table.set_rows([(key, replace(row)) for key, row in rows])
        table.tick(1)
        table.set_sort(None)
        assert asked.take() == []
        rows[3] = ("k3", replace(rows[3][1], queue=99))
        rows[500] = ("k500", replace(rows[500][1], queue=99))
        table.set_rows(rows)
        (region,) = asked.take()
        assert region.y == 4
        assert app.text()[4][region.x : region.right].strip() == "99"
        table.set_rows(rows[:900])
        assert asked.take() == []
        assert asked.layouts == 0


async def test_a_second_draws_only_the_clocks_that_turned(
    stage: MakeStage, table: LineTable[Agent], drawn: Drawn, redraws: MakeRedraws
) -> None:
    app = stage(table)
    async with app.run_test(size=(40, 11)) as pilot:
        table.tick(31_000)
        table.set_rows([("a", Agent("A", since_ms=0)), ("b", Agent("B", since_ms=30_000))])
        await pilot.pause()
        app.text()
        asked = redraws(table)
        drawn.names.clear()
        table.tick(59_000)
        assert asked.take() == []
        table.tick(60_000)
        (region,) = asked.take()
        assert app.text()[region.y][region.x : region.right].strip() == "1 min"
        assert region.y == 1
        table.tick(95_000)
        (region,) = asked.take()
        assert region.y == 2
        assert drawn.names == []


async def test_what_is_kept_of_drawn_rows_is_bounded(stage: MakeStage, table: LineTable[Agent]) -> None:
    app = stage(table)
    async with app.run_test(size=(40, 11)) as pilot:
        table.set_rows(people(1000))
        for top in range(0, 990, 9):
            table.scroll_to(y=top, animate=False)
            app.text()
        await pilot.pause()
        assert len(table._lines._kept) <= 64
