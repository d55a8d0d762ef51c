"""A skill that is no more leaves the screen, and whoever had chosen it is shown the row that is chosen now."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot

from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.state import Section, Topic, TopicState
from kmm_tui.ui.linetable import LineTable

from .conftest import SetStage, settle


def screen(pilot: Pilot[str]) -> str:
    """The text on the screen."""
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())


async def test_the_chosen_row_is_withdrawn(stage: SetStage) -> None:
    set_up = stage()
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("down")
        await settle(pilot)
        table: LineTable[Any] = pilot.app.screen.query_one("#skills", LineTable)
        row = table.cursor_row
        assert row
        assert row.scope.key
        set_up.feed.publish(TopicState(Topic(Section.FIGURES, row.scope), 30.0, is_withdrawn=True))
        await settle(pilot)
        now = table.cursor_row
        assert now
        assert now.scope != row.scope
        shown = screen(pilot)
        assert f"AGENTS of {now.label if now.scope.key else 'the account'}" in shown
        assert row.label not in shown.split("AGENTS of")[0]
        for key in ("1", "2", "3", "4"):
            set_up.feed.publish(TopicState(Topic(Section.FIGURES, Scope(Level.SKILL, key)), 30.0, is_withdrawn=True))
        await settle(pilot)
        shown = screen(pilot)
        assert "SKILLS 0" in shown
        assert "AGENTS of the account" in shown
