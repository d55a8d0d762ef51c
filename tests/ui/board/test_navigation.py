"""Where keys lead on the board, and the way back."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from kmm_tui.api.answers import StateDuration
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.snapshot import AgentDetail, Listing
from kmm_tui.board.state import LISTS, Section, Topic, agent_topic
from kmm_tui.ui.app import BoardApp

from .conftest import (
    COST,
    LIMITED,
    NOW_MS,
    ROSTER,
    TREND_CONTENT,
    WINDOW,
    SetStage,
    good,
    row,
    scope_state,
    whole_board,
)  # fmt: skip
from .person import Person, at_board, shows


@shows("view.overview", "view.skills", "view.groups", "view.agents", "view.trends")
async def test_each_view_has_a_key_and_says_the_way_back(stage: SetStage) -> None:
    async with at_board(stage) as person:
        for key, title in (
            ("2", "overview › SKILLS 4"),
            ("3", "overview › AGENT GROUPS 2"),
            ("4", "overview › AGENTS of the account 4"),
            ("5", "overview › TREND of the account"),
        ):
            await person.press(key)
            person.line(title)
        await person.press("1")
        assert "overview ›" not in person.text
        person.line("SKILLS 4")
        person.line("AGENTS of the account 4")


@shows("table.open", "view.back")
async def test_enter_goes_down_to_one_agent_and_escape_all_the_way_back(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("2", "down", "down")
        assert person.table("skills").cursor_key == "1"
        await person.press("enter")
        person.line("overview › skills › AGENTS of Billing 2")
        assert person.rows("agents") == ["1", "3"]
        await person.press("end", "enter")
        person.line("overview › skills › Billing › AGENT Ana Sousa")
        person.line("skills Billing")
        assert person.stage.feed.shown is not None
        assert person.stage.feed.shown.agent == "3"
        await person.press("escape")
        person.line("overview › skills › AGENTS of Billing 2")
        assert person.table("agents").cursor_key == "3"
        await person.press("escape")
        person.line("overview › SKILLS 4")
        assert person.table("skills").cursor_key == "1"
        await person.press("escape")
        assert "overview ›" not in person.text
        person.line("AGENTS of Billing 2")
        await person.press("escape")
        assert person.table("skills").cursor_key == ""
        person.line("AGENTS of the account 4")


async def test_what_is_chosen_is_what_the_next_view_is_of(stage: SetStage) -> None:
    billing = replace(TREND_CONTENT, scope=Scope(Level.SKILL, "1"))
    async with at_board(stage) as person:
        await person.press("down", "down", "5")
        person.line("TREND of Billing")
        person.line("waiting for the first answer")
        await person.publish(good(Topic(Section.TREND, billing.scope), billing))
        person.line("TREND of Billing · last 8h · per 5 min")
        await person.press("4")
        person.line("overview › AGENTS of Billing 2")


async def test_an_agent_shows_the_state_the_window_and_every_figure(stage: SetStage) -> None:
    marta = ROSTER.agents[0]
    spent = (StateDuration("ONLINE", 1_800_000, None), StateDuration("AWAY", 600_000, "Lunch"))
    detail = AgentDetail("1", marta, (), spent, WINDOW, NOW_MS - 2_000, COST)
    async with at_board(stage) as person:
        await person.press("4", "enter")
        person.line("time in each state: waiting for the answer")
        await person.publish(good(agent_topic("1"), detail))
        assert "31:44" in person.line("○ Lunch")
        assert "of 30:00" in person.line("○ Lunch")
        assert "away with work: 3 assigned" in person.line("○ Lunch")
        person.line("● online 30:00 75%   ○ Lunch 10:00 25%")
        assert "in window" in person.line("92%")
        await person.publish(good(agent_topic("1"), replace(detail, agent=None)))
        person.line("this agent is not logged in any more")


async def test_groups_stand_below_their_parents_where_the_settings_name_them(stage: SetStage) -> None:
    named = (("7", "Lisbon", 9), ("8", "Europe", 1), ("9", "Porto", 99), ("10", "Asia", 50))
    groups = [row(Level.GROUP, key, name, unassigned_conversations=queue) for key, name, queue in named]
    states = [*whole_board(), *(scope_state(group) for group in groups)]
    states.append(good(LISTS[Level.GROUP], Listing(Level.GROUP, 5, NOW_MS - 12_000)))
    async with at_board(stage, states=states, prefs=replace(LIMITED, parents={"Lisbon": "Europe", "9": "8"})) as person:
        await person.press("3")
        indents = {name: len(person.line(name)) - len(person.line(name)[3:].lstrip()) for name in ("Europe", "Lisbon")}
        assert indents["Lisbon"] == indents["Europe"] + 2
        found = person.rows("groups")
        # The largest queue comes first among those who stand side by side, and below Europe.
        assert found[found.index("8") :][:3] == ["8", "9", "7"]
        assert found.index("10") < found.index("8")


def long_board() -> list[object]:
    return [scope_state(row(Level.SKILL, str(key), f"Skill {key:03}", unassigned_conversations=1000 - key))
            for key in range(100, 160)]  # fmt: skip


@shows("table.up", "table.down", "table.page-up", "table.page-down", "table.first", "table.last")
async def test_the_cursor_moves_by_rows_pages_and_to_the_ends(stage: SetStage) -> None:
    async with at_board(stage, states=[*whole_board(), *long_board()]) as person:
        await person.press("2")
        rows, table = person.rows("skills"), person.table("skills")
        assert len(rows) == 65

        async def goes_to(key: str, place: int) -> None:
            await person.press(key)
            assert table.cursor_key == rows[place]
            # Wherever it goes it can be seen.
            mark = next(line for line in person.lines if line.startswith("▌"))
            assert (row_of(person, place)) in mark

        await goes_to("down", 1)
        await goes_to("j", 2)
        await goes_to("up", 1)
        await goes_to("k", 0)
        await goes_to("end", 64)
        await goes_to("home", 0)
        await person.press("pagedown")
        page = rows.index(table.cursor_key or "")
        assert 15 < page < 64
        await person.press("pageup")
        assert table.cursor_key == rows[0]


def row_of(person: Person, place: int) -> str:
    return person.table("skills").rows[place][1].label if place else "whole account"


@shows("table.left", "table.right")
async def test_the_column_cursor_says_which_figure_is_meant(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("down", "right", "right", "l")
        assert person.table("skills").cursor_column == "unassigned_conversations"
        await person.press("question_mark")
        person.line("In queue · Returns [EU]")
        await person.press("escape", "h", "left", "right", "right", "right")
        assert person.table("skills").cursor_column == "queue_wait_time_50th_percentile"
        await person.press("question_mark")
        person.line("P50 wait · Returns [EU]")


@shows("strip.left", "strip.right")
async def test_tiles_of_the_strip_are_picked_by_the_arrow_keys(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("shift+tab")
        person.line("▸IN QUEUE")
        await person.press("right", "l")
        person.line("▸OVERDUE")
        await person.press("left")
        person.line("▸P90 WAIT")
        await person.press("h", "h", "h")
        person.line("▸IN QUEUE")
        await person.press("tab")
        assert "▸" not in person.text


@shows("board.refresh")
async def test_r_asks_now(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("r")
        assert person.stage.feed.asked == 1


@shows("board.meter", "meter.close")
async def test_m_tells_what_asking_costs(stage: SetStage) -> None:
    async with at_board(stage) as person:
        for close in ("escape", "m", "q", "enter"):
            await person.press("m")
            assert "6.4 of 300" in person.line("calls a minute")
            assert person.line("refused as too many").endswith("2")
            await person.press(close)
            assert person.is_at_the_board


@shows("board.quit")
async def test_q_ends_the_board(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.pilot.press("q")
    assert person.stage.app.return_code == 0


@shows("board.quit-always")
async def test_ctrl_q_ends_it_from_within_a_dialog_and_while_typing(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("slash", "b")
        await person.pilot.press("ctrl+q")
    assert person.stage.app.return_code == 0
    async with at_board(stage) as person:
        await person.press("f1")
        await person.pilot.press("ctrl+q")
    assert person.stage.app.return_code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such key there")
@shows("board.suspend")
async def test_ctrl_z_gives_the_terminal_back_to_the_shell(stage: SetStage, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(BoardApp, "action_suspend_process", lambda _: asked.append("suspend"))
    async with at_board(stage) as person:
        await person.press("ctrl+z")
    assert asked == ["suspend"]
