"""Rows that are held still while asking goes on."""

from __future__ import annotations

from dataclasses import replace

from kmm_tui.board.snapshot import Roster
from kmm_tui.board.state import AGENTS, TopicState

from .conftest import LIMITED, NOW, ROSTER, SKILLS, SetStage, good, scope_state, whole_board
from .person import at_board, changed, shows, taken


def answers(at: float) -> list[TopicState]:
    """All of the board, as of `at`."""
    return [replace(state, content=taken(state.content, at)) for state in whole_board()]


@shows("rows.hold")
async def test_held_rows_stay_the_badge_counts_and_space_lets_go(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("space")
        person.line("▌▌HELD 0:00  no change yet · space goes on")
        before = person.line("Billing")
        await person.publish(changed(SKILLS[0], unassigned_conversations=99), changed(SKILLS[2], online_agents=1))
        assert person.line("Billing") == before
        person.line("▌▌HELD 0:00  2 changes · space goes on")
        await person.wait_until(NOW + 4)
        assert "31:44" in person.line("Marta")
        person.line("▌▌HELD 0:04  2 changes")
        # An answer that says what is on the screen is no change.
        await person.publish(scope_state(SKILLS[2]))
        person.line("1 change ·")
        await person.press("space")
        assert "HELD" not in person.text
        assert " 99 " in person.line("Billing")
        assert "31:48" in person.line("Marta")


async def test_a_key_changes_what_is_held_and_another_skill_shows_its_own_agents(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("space", "p")
        assert person.rows("skills") == ["", "1", "2", "3", "4"]
        await person.press("down")
        person.line("AGENTS of Billing 2")
        assert person.rows("agents") == ["1", "3"]
        assert "HELD" in person.line("AGENTS of Billing")
        await person.press("4")
        # Somewhere else is something else: nothing is held there.
        assert "HELD" not in person.text
        await person.press("space", "t")
        assert person.rows("agents") == ["1"]
        assert "HELD" in person.line("AGENTS of Billing")


async def test_held_rows_never_look_live_once_they_are_stale(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("space")
        assert person.is_coloured("Returns")
        # Nothing came: the rows are as stale as they would be if they were not held.
        await person.wait_until(NOW + 200)
        assert "STALE" in person.lines[0]
        assert not person.is_coloured("Returns")
        # An answer comes, and all is live again but what is held.
        await person.publish(*answers(NOW + 198))
        assert "LIVE" in person.lines[0]
        assert not person.is_coloured("Returns")
        await person.press("space")
        assert person.is_coloured("Returns")


async def test_rows_held_for_long_look_old_although_asking_goes_on(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("space")
        for moment in (NOW + 60, NOW + 120, NOW + 170):
            person.stage.clock.time = moment
            await person.publish(*answers(moment - 2))
            await person.wait_until(moment)
        assert "LIVE" in person.lines[0]
        for table in ("skills", "agents"):
            assert person.table(table).dim
        await person.press("space")
        for table in ("skills", "agents"):
            assert not person.table(table).dim
        assert person.is_coloured("Returns")


async def test_the_key_that_lets_go_is_the_one_that_is_set(stage: SetStage) -> None:
    async with at_board(stage, prefs=replace(LIMITED, keys={"rows.hold": "h,ctrl+h"})) as person:
        roster = Roster((), ROSTER.window, ROSTER.taken_at, ROSTER.cost)
        await person.press("tab", "ctrl+h")
        person.line("no change yet · h Ctrl+H goes on")
        await person.publish(good(AGENTS, roster))
        person.line("4 changes · h Ctrl+H")
        person.line("Marta")
        await person.press("ctrl+h")
        person.line("nobody of the account is logged in")
