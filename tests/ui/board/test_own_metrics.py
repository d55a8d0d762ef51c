"""Figures of a person's own on the board: in columns and the strip, old by themselves, and explained."""

from __future__ import annotations

from dataclasses import replace

from kmm_tui.board.freshness import Age, Trouble
from kmm_tui.board.own import using
from kmm_tui.board.scope import Level
from kmm_tui.board.snapshot import Snapshot
from kmm_tui.board.sources import Slot, SourceAnswer, Standing, mixed
from kmm_tui.board.state import TopicState, source_topic
from kmm_tui.settings.own_metrics import own_metrics
from kmm_tui.settings.own_sources import OwnFormula, OwnSource
from kmm_tui.ui.columns import fit_cell
from kmm_tui.ui.scope_table import scope_columns

from .conftest import NOW, NOW_MS, SetStage, whole_board
from .person import at_board

PLAN = OwnSource.model_validate(
    {
        "name": "plan",
        "file": "/plan.csv",
        "by": "skill",
        "key": "skill",
        "metrics": [{"name": "planned_agents", "short": "plan"}],
    }
)
TICKETS = OwnSource.model_validate(
    {"name": "desk", "url": "https://desk.example", "by": "account", "metrics": [{"name": "tickets", "good": "down"}]}
)
GAP = OwnFormula.model_validate({"name": "staff_gap", "formula": "planned_agents - online_agents", "short": "gap"})


def always(value: int) -> tuple[Slot, ...]:
    return (Slot(0, 2**62, (value,)),)


def board(age: Age) -> list[TopicState]:
    """The whole board with what two sources say, the plan being of this age."""
    plan = SourceAnswer("plan", Level.SKILL, PLAN.columns(), {"billing": always(71)}, NOW_MS - 12_000)
    desk = SourceAnswer("desk", Level.ACCOUNT, TICKETS.columns(), {"": always(4321)}, NOW_MS)
    standings = [
        Standing(Level.SKILL, ("plannedAgents",), plan, age),
        Standing(Level.ACCOUNT, ("tickets",), desk, Age.LIVE),
    ]
    states = []
    for state in whole_board():
        content = state.content
        if isinstance(content, Snapshot):
            figures = mixed(content.figures, content.scope, content.name, NOW_MS, standings)
            state = replace(state, content=replace(content, figures=figures))
        states.append(state)
    trouble = Trouble("OFFLINE", "cannot reach it", NOW) if age is not Age.LIVE else None
    return [*states, TopicState(source_topic("plan"), 300.0, plan, trouble, NOW + 60)]


async def test_they_are_shown_like_others_and_explained(stage: SetStage) -> None:
    with using(own_metrics([PLAN, TICKETS], [GAP])):
        async with at_board(stage, (150, 40), states=board(Age.LIVE)) as person:
            assert "TICKETS" in person.text
            assert "4321" in person.text
            heading = person.line("skill  ")
            assert heading.index("plan") < heading.index("gap")
            billing = person.line("Billing ")
            assert "71" in billing
            assert "n/o" in person.line("Returns")
            table = person.table("skills")
            table.move_cursor(next(key for key, row in table.rows if row.label == "Billing"))
            table.pick_column("staff_gap")
            await person.press("question_mark")
            assert "planned_agents - online_agents, of planned agents 71" in person.text
            assert "plan › planned_agents, in count = 71" in person.text


async def test_what_is_old_by_itself_looks_old_alone(stage: SetStage) -> None:
    with using(own_metrics([PLAN], [GAP])):
        async with at_board(stage, (150, 40), states=board(Age.STALE)) as person:
            assert "LIVE" in person.lines[0]
            row = next(row for row in person.stage.app.screen.board.rows(Level.SKILL, NOW) if row.label == "Billing")  # type: ignore[attr-defined]
            columns = {column.key: column for column in scope_columns(Level.SKILL)}
            for name in ("planned_agents", "staff_gap"):
                text, role = fit_cell(columns[name].rendered(row, NOW_MS), 6, "right")[-1]
                assert (text.strip().lstrip("-").isdigit(), role) == (True, "stale")
            assert fit_cell(columns["online_agents"].rendered(row, NOW_MS), 6)[0][1] != "stale"
        async with at_board(stage, (150, 40), states=board(Age.GONE)) as person:
            assert "--" in person.line("Billing ")
            assert "LIVE" in person.lines[0]
