"""Order, columns and saved views, as a person likes them, for this run and the next."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.board.board import Board
from kmm_tui.board.judge import Judge
from kmm_tui.board.presets import PRESETS
from kmm_tui.board.scope import Level
from kmm_tui.board.snapshot import Snapshot
from kmm_tui.settings.views import Views
from kmm_tui.ui.prefs import Prefs
from kmm_tui.ui.scope_panel import ScopePanel

from .conftest import LIMITED, NOW, SetStage, row, scope_state
from .person import Person, at_board, shows

HEADER = "online   away"
"""What the header of the skills has in it in any order."""


def kept_in(folder: Path) -> Prefs:
    """A person whose views are kept in `folder`, as read at the start."""
    views = Views(folder / "views.json")
    assert views.load() == ""
    return replace(LIMITED, views=views)


# -- order


@shows("rows.sort", "rows.reverse", "rows.pin")
async def test_rows_are_ordered_by_the_picked_column_and_trouble_stands_on_top(stage: SetStage) -> None:
    async with at_board(stage) as person:
        assert person.rows("skills") == ["", "2", "1", "3", "4"]
        await person.press("p")
        person.line("SKILLS 4  ■ 2  ? 2  not pinned")
        assert person.rows("skills") == ["", "1", "2", "3", "4"]
        assert "▾queue" in person.text
        # Online agents, by value: 11 is more than 7, and without a figure comes last either way.
        await person.press(*["right"] * 8)
        assert person.table("skills").cursor_column == "online_agents"
        await person.press("o")
        assert "▾online" in person.text
        assert person.rows("skills") == ["", "3", "1", "2", "4"]
        await person.press("O")
        assert "▴online" in person.text
        assert person.rows("skills") == ["", "4", "2", "1", "3"]
        # Again on the same column goes on to the next one.
        await person.press("o")
        assert "▾away" in person.text
        await person.press("p")
        assert "not pinned" not in person.text
        assert person.rows("skills")[:3] == ["", "2", "1"]


VALUES = st.one_of(st.integers(61_000, 165_000), st.integers(180_000, 5_000_000))
FACTORS = st.floats(0.93, 1.07)


@given(
    st.lists(VALUES, min_size=2, max_size=6),
    st.lists(st.lists(FACTORS, min_size=6, max_size=6), min_size=1, max_size=12),
)
def test_rows_in_trouble_do_not_dance(waits: list[int], steps: list[list[float]]) -> None:
    """Waits that move by less than a margin leave every row in trouble in its place, whatever they are."""

    def answer(place: int, wait: float, at: float) -> Snapshot:
        asked = row(Level.SKILL, str(place), f"Skill {place}", queue_wait_time_90th_percentile=wait,
                    unassigned_conversations=5)  # fmt: skip
        return replace(asked, taken_at=int(at * 1000))

    board, panel = Board(Judge(PRESETS["live-chat"])), ScopePanel(Level.SKILL)

    def order(values: list[float], at: float) -> list[str]:
        for place, value in enumerate(values):
            board.put(scope_state(answer(place, value, at)))
        panel.update_rows(board, at)
        return [key for key, _ in panel.table.rows]

    first = order([float(wait) for wait in waits], NOW)
    for number, factors in enumerate(steps, 1):
        moved = [wait * factor for wait, factor in zip(waits, factors, strict=False)]
        assert order(moved, NOW + number) == first


@shows("rows.subgroups")
async def test_g_takes_sub_groups_in_and_out_again(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("g")
        person.line("overview › AGENT GROUPS 2  ? 2  with sub-groups")
        assert person.stage.feed.subgroups
        await person.press("down", "question_mark")
        assert "sub-groups" not in person.line("leaves out")
        await person.press("escape", "g", "question_mark")
        assert "sub-groups, unless they are switched on" in person.line("leaves out")
        assert not person.stage.feed.subgroups
        await person.press("escape")
        assert "with sub-groups" not in person.text


# -- columns


async def chosen(person: Person) -> list[str]:
    """The columns that are ticked in the chooser, in their order."""
    return [line.split("[x]")[1].split("  ")[0].strip() for line in person.lines if "[x]" in line]


@shows("rows.columns", "chooser.toggle", "chooser.up", "chooser.down", "chooser.find", "chooser.keep")
async def test_columns_are_chosen_kept_and_there_again_after_a_restart(stage: SetStage, tmp_path: Path) -> None:
    async with at_board(stage, prefs=kept_in(tmp_path)) as person:
        await person.press("c")
        assert (await chosen(person))[:3] == ["In queue", "P50 wait", "P90 wait"]
        # One out, one down and up again, one more found by typing: letters are letters there.
        await person.press("space")
        assert (await chosen(person))[:2] == ["P50 wait", "P90 wait"]
        await person.press("J")
        assert (await chosen(person))[:2] == ["P90 wait", "P50 wait"]
        await person.press("K", "shift+down", "shift+down", "shift+up")
        assert (await chosen(person))[:2] == ["P90 wait", "P50 wait"]
        await person.press("slash")
        await person.type("away load")
        await person.press("down", "space", "escape", "enter")
        assert person.is_at_the_board
        header = person.line(HEADER)
        assert "queue" not in header
        assert header.index("p90") < header.index("p50")
        # It is asked for from now on.
        assert person.stage.feed.shown is not None
        assert "human_away_load" in person.stage.feed.shown.metrics
    saved = json.loads((tmp_path / "views.json").read_text("utf-8"))["columns"]["skills"]
    assert saved[0] == "queue_wait_time_90th_percentile"
    assert saved[-1] == "human_away_load"
    async with at_board(stage, prefs=kept_in(tmp_path), size=(200, 60)) as person:
        await person.press("2")
        header = person.line(HEADER)
        assert header.index("p90") < header.index("p50")
        assert "aw load" in header
        assert "queue" not in header


@shows("chooser.cancel", "chooser.defaults")
async def test_the_choice_is_left_as_it_was_or_is_the_usual_one_again(stage: SetStage, tmp_path: Path) -> None:
    async with at_board(stage, prefs=kept_in(tmp_path)) as person:
        before = person.line(HEADER)
        await person.press("c", "space", "escape")
        assert person.line(HEADER) == before
        assert not person.stage.app._prefs.views.columns("skills")  # type: ignore[union-attr]
        await person.press("c", "space", "enter")
        assert "queue" not in person.line(HEADER)
        await person.press("c", "d", "enter")
        # The order by a column that was taken away does not come back with it.
        assert person.line(HEADER).split()[2:] == before.replace("▾", "").split()[1:]
        assert not person.stage.app._prefs.views.columns("skills")  # type: ignore[union-attr]
        await person.press("4", "enter", "c")
        person.line("the columns of this table are always the same")


# -- views


@shows("board.views", "views.close", "views.remove")
async def test_a_view_is_saved_opened_after_a_restart_and_removed(stage: SetStage, tmp_path: Path) -> None:
    async with at_board(stage, prefs=kept_in(tmp_path)) as person:
        await person.press("3", "down", "enter", "t", "slash")
        await person.type("marta")
        await person.press("enter", "O", "v")
        await person.type("lunch at Lisbon")
        await person.press("enter")
        person.line("saved the view lunch at Lisbon")
    async with at_board(stage, prefs=kept_in(tmp_path)) as person:
        await person.press("v")
        assert "agents · of Lisbon · ! · /marta · by state" in person.line("lunch at Lisbon")
        await person.press("enter")
        person.line("AGENTS of Lisbon 4")
        person.line("[! 1 away with work]")
        assert "1 of 4" in person.line(" / marta")
        assert person.rows("agents") == ["1"]
        await person.press("v", "escape")
        assert person.is_at_the_board
        await person.press("v", "delete")
        person.line("removed the view lunch at Lisbon")
        await person.press("v")
        person.line("no view is saved yet")
    assert json.loads((tmp_path / "views.json").read_text("utf-8"))["views"] == []


async def test_a_view_of_the_overview_arranges_the_table_it_was_saved_from(stage: SetStage, tmp_path: Path) -> None:
    async with at_board(stage, prefs=kept_in(tmp_path)) as person:
        # The agents have the keyboard; the view is of the skills all the same.
        await person.press("right", "right", "o", "tab", "v")
        await person.type("mine")
        await person.press("enter")
        assert "skill ▴" in person.text
        await person.press("o", "shift+tab", "o")
        before = person.rows("agents")
        await person.press("v", "enter")
        assert "skill ▴" in person.text
        assert person.rows("agents") == before


async def test_without_a_settings_folder_views_and_columns_hold_for_this_run(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("3", "v")
        await person.type("mine")
        await person.press("enter")
        person.line("saved the view mine, until the board ends")
        await person.press("1", "v", "enter")
        person.line("overview › AGENT GROUPS")
        await person.press("1", "c", "space", "enter")
        assert "queue" not in person.line(HEADER)
