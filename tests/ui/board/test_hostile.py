"""Whatever is pressed, clicked, resized and answered, in whatever order: the board holds together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.content import Content
from textual.fuzzy import Matcher
from textual.widgets import OptionList

from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.snapshot import Roster
from kmm_tui.board.state import AGENTS, Section, Topic, TopicState
from kmm_tui.settings.views import Views
from kmm_tui.ui.board_screen import BoardScreen
from kmm_tui.ui.filterbar import FilterBar
from kmm_tui.ui.palette import highlighted
from kmm_tui.ui.prefs import Prefs
from kmm_tui.ui.why import WhyScreen

from .conftest import COST, EVERY, NOW_MS, ROSTER, SKILLS, WINDOW, SetStage, agent, good, scope_state, settle
from .monkey import run
from .person import at_board


@pytest.mark.parametrize("seed", [2, 3])
async def test_a_monkey_does_not_break_it(seed: int, tmp_path: Path) -> None:
    await run(seed, 60, tmp_path)


async def test_the_keyboard_is_somewhere_after_the_screen_was_too_small(stage: SetStage) -> None:
    async with stage().app.run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await pilot.press("tab")
        for size in ((20, 5), (80, 24), (59, 30), (200, 60)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
        board = pilot.app.screen
        assert isinstance(board, BoardScreen)
        assert board.focused is board.skills.table
        await pilot.press("down")
        assert board.skills.table.cursor_key == "1"


async def test_where_nothing_can_be_seen_keys_change_nothing(stage: SetStage) -> None:
    async with stage().app.run_test(size=(40, 10)) as pilot:
        await settle(pilot)
        await pilot.press("slash", "x", "4", "p", "space", "t", "question_mark")
        await pilot.resize_terminal(120, 40)
        await settle(pilot)
        board = pilot.app.screen
        assert isinstance(board, BoardScreen)
        assert not board.skills.filter_text
        assert board.skills.pin
        assert not any(panel.is_held for panel in board.tables)
        assert board.has_class("-view-overview")


async def test_a_chosen_state_stays_chosen_when_nobody_is_in_it_any_more(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("a")
        person.line("[! 1 away with work]")
        nobody = Roster(tuple(each for each in ROSTER.agents if each.key != "1"), WINDOW, NOW_MS - 1000, COST)
        await person.publish(good(AGENTS, nobody))
        person.line("[! 0 away with work]")
        person.line("no agent of the account is away with work")
        await person.publish(good(AGENTS, ROSTER))
        person.line("Marta")
        person.line("[! 1 away with work]")
        # The overview has no chips, and says it in the title.
        await person.press("1")
        assert "only away with work" in person.line("AGENTS of")
        await person.press("escape")
        assert "only" not in person.line("AGENTS of")


async def test_a_chip_counts_exactly_the_agents_that_it_leaves(stage: SetStage) -> None:
    agents = (agent("1", "Ann", "AWAY", 10), agent("3", "Bob", "AWAY", 20, "Lunch"), agent("5", "Cy", "ONLINE", 5))
    async with at_board(stage) as person:
        await person.publish(good(AGENTS, Roster(agents, WINDOW, NOW_MS - 1000, COST)))
        await person.press("4", "t", "t", "t")
        person.line("[○ 1 away]")
        person.line("Ann")
        assert not any("Bob" in line for line in person.lines)


async def test_a_filter_that_nothing_fits_is_no_empty_floor(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("4", "slash")
        await person.type("zzz")
        person.line("none of 4 fits /zzz (Esc shows all)")
        assert not any("logged in" in line for line in person.lines)


async def test_a_filter_line_left_empty_is_gone(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("slash", "tab")
        assert not any(bar.is_open for bar in person.pilot.app.screen.query(FilterBar))


async def test_escape_takes_away_every_filter_in_the_end(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("slash")
        await person.type("bill")
        await person.press("enter", "4", "slash")
        await person.type("marta")
        await person.press("enter", "1", *["escape"] * 3)
        board = person.pilot.app.screen
        assert isinstance(board, BoardScreen)
        assert [panel.filter_text for panel in board.tables] == [""] * len(board.tables)


async def test_held_rows_are_those_of_the_row_that_is_chosen(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("space", "down")
        assert "AGENTS of Returns [EU] 2" in person.line("AGENTS of")
        board = person.pilot.app.screen
        assert isinstance(board, BoardScreen)
        assert {key for key, _ in board.agents.table.rows} == {"2", "4"}
        assert board.agents.is_held


async def test_enter_on_a_figure_of_an_agent_tells_why(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("4", "enter", "down", "enter")
        await person.settled()
        assert isinstance(person.pilot.app.screen, WhyScreen)


async def test_a_skill_that_is_withdrawn_while_its_agents_are_open(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("down", "enter")
        await person.publish(TopicState(Topic(Section.FIGURES, Scope(Level.SKILL, "2")), EVERY, is_withdrawn=True))
        person.line("overview › AGENTS of skill 2 2")
        await person.press("question_mark", "escape", "x", "escape", "y", "b", "escape")
        assert person.is_at_the_board


async def test_names_are_never_markup_in_the_palette(stage: SetStage) -> None:
    names = ("[red]x[/red]", "[/]", "[@click=app.quit]y[/]", "[")
    for name in names:
        assert highlighted(Matcher("x"), name).plain == Content(name).plain == name
    async with at_board(stage) as person:
        for number, name in enumerate(names):
            row = replace(SKILLS[0], scope=Scope(Level.SKILL, str(90 + number)), name=f"zz{name}")
            await person.publish(scope_state(row))
        await person.press("colon")
        await person.type("zz")
        listed: list[str] = []
        for _ in range(100):
            await person.pilot.pause(0.02)
            options = person.pilot.app.screen.query_one(OptionList)
            listed = [str(options.get_option_at_index(at).prompt) for at in range(options.option_count)]
            if len(listed) >= len(names):
                break
        for name in names:
            assert any(f"zz{name}" in each for each in listed), listed


async def test_a_view_of_another_hand_with_columns_that_there_are_not(stage: SetStage, tmp_path: Path) -> None:
    path = tmp_path / "views.json"
    path.write_text(
        '{"version": 1, "columns": {"skills": ["no_such"], "agents": ["nor_this"]}, "views": [{"name": "odd",'
        ' "screen": "skills", "columns": ["gone"], "sort": ["gone", true], "scope": ["skill", "404"]}]}'
    )
    views = Views(path)
    views.load()
    async with at_board(stage, prefs=Prefs(views=views)) as person:
        await person.press("question_mark", "escape", "v", "enter", "question_mark", "escape")
        person.line("SKILLS")
        person.line("p90")
        assert person.is_at_the_board


@pytest.mark.parametrize("size", [(60, 20), (40, 10)], ids=str)
async def test_every_key_before_the_first_answer(stage: SetStage, size: tuple[int, int], tmp_path: Path) -> None:
    app = stage([], prefs=Prefs(folder=tmp_path)).app
    async with app.run_test(size=size) as pilot:
        for view in "14" if size == (60, 20) else "1":
            for key in ("x", "b", "a", "question_mark", "y", "e", "t", "o", "O", "g", "c", "v", "space", "slash"):
                await pilot.press(view, key, "escape")
        await pilot.resize_terminal(120, 40)
        await pilot.press("1")
        await settle(pilot)
        assert isinstance(app.screen, BoardScreen)
        assert app.screen.focused is not None
