"""Who is away with work, who could cover, and which row breaches next."""

from __future__ import annotations

from dataclasses import replace

from kmm_tui.board.scope import Level
from kmm_tui.board.snapshot import Listing
from kmm_tui.board.state import LISTS

from .conftest import LIMITED, NOW, NOW_MS, ROSTER, SetStage, agent, good, row, scope_state, whole_board
from .person import at_board, roster_of, shows

MARTA, LI, ANA, NAMELESS = ROSTER.agents
JOHN = agent("5", "J. Okafor", "AWAY", 250, "Break", assigned_conversations=2, available_slots=0, max_slots=4)
PAULO = agent("7", "Paulo Dias", "ONLINE", 900, assigned_conversations=1, available_slots=3, max_slots=4)


@shows("rows.with-work")
async def test_a_shows_who_is_away_with_work_longest_first(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.publish(roster_of(*ROSTER.agents, JOHN, PAULO))
        await person.press("down", "down", "1")
        await person.press("escape", "escape", "a")
        person.line("AGENTS of the account 6  ! 2 away with work (5 consumers)")
        person.line("[! 2 away with work]")
        assert person.rows("agents") == ["1", "5"]
        # Of one skill only, where one is chosen; here it is the other one, and nobody of it is away with work.
        await person.press("1", "escape", "down", "a")
        person.line("no agent of Returns [EU] is away with work")
        person.line("[! 0 away with work]")
        assert person.rows("agents") == []


async def test_what_was_chosen_stays_although_nobody_is_left(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("a")
        assert person.rows("agents") == ["1"]
        back = replace(MARTA, status="ONLINE", reason=None)
        await person.publish(roster_of(back, LI, ANA, NAMELESS))
        person.line("no agent of the account is away with work")
        assert person.rows("agents") == []


@shows("rows.cover", "cover.close")
async def test_x_tells_who_could_cover_and_enter_goes_to_the_agent(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.publish(roster_of(*ROSTER.agents, JOHN, PAULO))
        await person.press("down", "down", "x")
        person.line("WHO COULD COVER · Billing")
        person.line("14 waiting, 0 free slots: more wait than there is room for")
        found = [line for line in person.lines if "Lisbon" in line]
        # The shortest away first, then those online who have room, and nobody of another skill.
        assert [next(name for name in ("Okafor", "Marta", "Paulo") if name in line) for line in found] == [
            "Okafor", "Marta", "Paulo",
        ]  # fmt: skip
        assert "4:10" in found[0]
        await person.wait_until(NOW + 2)
        assert "4:12" in person.line("Okafor")
        for close in ("escape", "x", "q"):
            await person.press(close)
            assert person.is_at_the_board
            await person.press("x")
        await person.wait_until(NOW + 200)
        person.line("STALE: as of the last answer")
        # 12 seconds after the answer it had been 4:10, so that is what is known.
        assert "3:58" in person.line("Okafor")
        await person.press("down", "enter")
        person.line("overview › AGENT Marta Kowalczyk")


async def test_cover_of_a_group_of_the_worst_skill_and_of_what_is_not_known(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.publish(roster_of(*ROSTER.agents, PAULO))
        await person.press("x")
        person.line("WHO COULD COVER · Returns [EU]")
        await person.press("escape", "3", "down", "x")
        person.line("WHO COULD COVER · Lisbon")
        assert "3         1" in person.line("Paulo Dias")
        await person.press("escape")
        await person.wait_until(NOW + 700)
        await person.press("x")
        person.line("nothing is known of Lisbon by now")


@shows("rows.next-to-breach")
async def test_b_goes_to_the_row_that_is_nearest_to_a_limit(stage: SetStage) -> None:
    near = [
        scope_state(row(Level.SKILL, "20", "Far", queue_wait_time_90th_percentile=10_000, unassigned_conversations=3)),
        scope_state(row(Level.SKILL, "21", "Near", queue_wait_time_90th_percentile=55_000, unassigned_conversations=2)),
        good(LISTS[Level.SKILL], Listing(Level.SKILL, 6, NOW_MS)),
    ]
    async with at_board(stage, states=[*whole_board(), *near]) as person:
        await person.press("b")
        person.line("next to breach: Near, p90 wait 0:55 of ▲ 1:00  ■ 3:00")
        assert person.table("skills").cursor_key == "21"
        assert person.table("skills").cursor_column == "queue_wait_time_90th_percentile"
        await person.press("question_mark")
        person.line("P90 wait · Near")
        await person.press("escape", "slash")
        await person.type("far")
        await person.press("enter", "b")
        person.line("(the filter hides it)")


async def test_b_says_so_where_no_limit_is_set(stage: SetStage) -> None:
    async with at_board(stage, prefs=replace(LIMITED, limits=())) as person:
        await person.press("b")
        person.line("no limit is set for any of them")
        await person.press("x")
        person.line("no skill is in trouble")
