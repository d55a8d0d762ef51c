"""`?` on every sort of figure."""

from __future__ import annotations

from dataclasses import replace

from kmm_tui.api.answers import Cost
from kmm_tui.board.snapshot import AgentDetail
from kmm_tui.board.state import agent_topic

from .conftest import COST, NOW, NOW_MS, ROSTER, SKILLS, WINDOW, SetStage, good
from .person import at_board, changed, shows

P90_COLUMN = ("right", "right", "right", "right", "right")


@shows("rows.why", "why.left", "why.right", "why.close")
async def test_a_figure_of_a_skill_is_explained_and_the_arrow_keys_go_on(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("down", "down", *P90_COLUMN, "question_mark")
        assert "4:12   ■ critical, seen since" in person.line("P90 wait · Billing")
        person.line("Nine in ten consumers now in the queue")
        assert "queueWaitTime90thPercentile = 252 000 ms" in person.line("source")
        assert "at 14:04:19, answered in 0.21 s" in person.line("asked")
        assert "▲ 1:00 ■ 3:00 (preset live-chat)" in person.line("limits  ")
        assert "14 waiting, 0 free slots" in person.line("what moves it")
        assert "51 by agents, 21 by consumers, 16 by the system" in person.line("resolved")
        await person.press("right")
        person.line("Overdue in queue · Billing")
        await person.press("l")
        person.line("Overdue · Billing")
        await person.press("left", "h")
        person.line("P90 wait · Billing")
        # Around the end: in front of the first figure is the last, and its absence is told.
        await person.press("left", "left", "left")
        assert "Active · Billing" in person.text
        assert "no usable value" in person.line("no number")
        for close in ("escape", "question_mark", "q", "enter"):
            await person.press(close)
            assert person.is_at_the_board
            await person.press("question_mark")
            person.line("P90 wait · Billing")


async def test_without_a_picked_figure_the_worst_one_is_meant(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("down", "question_mark")
        person.line("P90 wait · Returns [EU]")
        await person.press("escape", "5", "question_mark")
        person.line("P90 wait · the account")


@shows("strip.why")
async def test_a_tile_of_the_strip_is_explained_by_either_key(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("shift+tab", "right", "enter")
        assert "4:12" in person.line("P90 wait · the account")
        await person.press("escape", "right", "right", "question_mark")
        person.line("Online · the account")
        assert "not over skills" in person.line("put together")


async def test_a_figure_of_an_agent_is_explained_in_the_list_and_among_all_of_them(stage: SetStage) -> None:
    detail = AgentDetail("1", ROSTER.agents[0], (), (), WINDOW, NOW_MS - 2_000, replace(COST, asked_at=NOW_MS - 2_000))
    async with at_board(stage) as person:
        await person.press("4", "left", "question_mark")
        person.line("Closed · Marta Kowalczyk")
        assert "over 13:05:00–14:05:00" in person.line("counted")
        assert "closed by agents + by consumers + by the system" in person.line("formula")
        await person.press("escape", "enter", "down", "down", "question_mark")
        assert "75%" in person.line("Load · Marta Kowalczyk")
        assert "lunch, 3 assigned" in person.line("what moves it")
        assert "14:04:19" in person.line("asked")
        await person.press("right")
        person.line("Free slots · Marta Kowalczyk")
        await person.press("escape")
        # Enter on a line asks the same, and what the answer about the agent herself said is from then on.
        await person.publish(good(agent_topic("1"), detail))
        await person.press("enter")
        assert "14:04:29" in person.line("asked")
        person.line("Load · Marta Kowalczyk")


async def test_an_answer_on_the_screen_grows_old_and_is_renewed(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("down", "down", *P90_COLUMN, "question_mark")
        assert "LIVE, 12 s old" in person.line("fresh")
        await person.wait_until(NOW + 5)
        assert "LIVE, 17 s old" in person.line("fresh")
        await person.publish(changed(SKILLS[0], queue_wait_time_90th_percentile=30_000))
        assert "0:30" in person.line("P90 wait · Billing")
        assert "within its limits" in person.text
        await person.wait_until(NOW + 200)
        assert "old" in person.line("P90 wait · Billing").partition("0:30")[2]
        assert "STALE, 212 s old" in person.line("fresh")
        await person.wait_until(NOW + 700)
        assert "--" in person.line("P90 wait · Billing")
        assert "30 000" not in person.text
        assert "too old to be shown" in person.line("no number")


async def test_the_answer_that_does_not_list_an_agent_is_not_where_figures_come_from(stage: SetStage) -> None:
    asked = Cost(NOW_MS - 1_000, 0.1, 10)
    gone = AgentDetail("1", None, (), (), WINDOW, NOW_MS - 1_000, asked)
    async with at_board(stage) as person:
        await person.publish(good(agent_topic("1"), gone))
        await person.press("4", "question_mark")
        assert "14:04:19" in person.line("asked")
