"""Only the rows that fit: by what is typed, and by the state of agents."""

from __future__ import annotations

from textual import events

from .conftest import SetStage
from .person import at_board, shows


@shows("rows.filter", "filter.clear", "filter.keep")
async def test_rows_are_filtered_as_one_types_and_letters_are_no_commands(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("slash")
        await person.type("qr1?")
        # Every one of these is a key of the board, and none of them did anything.
        assert person.stage.feed.asked == 0
        assert person.is_at_the_board
        assert "overview ›" not in person.text
        assert "0 of 4" in person.line("/ qr1?")
        await person.press("escape")
        assert person.rows("skills") == ["", "2", "1", "3", "4"]
        assert " of 4" not in person.text

        for typed, found in (
            ("bill", ["1"]), ("BILL ing", ["1"]), ("!bill", ["2", "3", "4"]), ("[eu]", ["2"]), ("サポ", ["3"]),
            ("/^(bill|skill)/", ["1", "4"]), ("!/^(bill|skill)/", ["2", "3"]), ("ing$", ["1"]),
        ):  # fmt: skip
            await person.press("slash", "ctrl+u")
            person.table("skills").screen.query_one("#skills-filter Input").value = typed  # type: ignore[attr-defined]
            await person.settled()
            await person.press("down")
            assert person.rows("skills") == ["", *found], typed
            assert f"{len(found)} of 4" in person.text
            person.line(f" / {typed}")
        # The line stays while it filters, the keyboard is back in the table, and Escape takes the filter away.
        await person.press("down", "enter")
        person.line("AGENTS of Billing 2")
        await person.press("escape", "escape")
        assert person.rows("skills") == ["", "2", "1", "3", "4"]
        await person.press("slash", "left_square_bracket", "enter")
        person.line("▲ not a pattern")
        assert person.rows("skills") == ["", "2"]


async def test_agents_are_found_by_name_state_reason_group_and_skill(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("4")
        for typed, found in (
            ("marta", ["1"]), ("lunch", ["1"]), ("lisbon", ["1", "4", "3", "2"]), ("billing", ["1", "3"]),
            ("李", ["2"]), ("!online billing", ["1"]),
        ):  # fmt: skip
            await person.press("slash", "ctrl+u")
            await person.type(typed)
            await person.press("enter")
            assert person.rows("agents") == found, typed
        await person.press("escape")
        assert len(person.rows("agents")) == 4


@shows("rows.state")
async def test_states_go_round_by_key_and_escape_shows_all(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("4")
        person.line("[all 4] ! 1 away with work  ● 2 online  ○ 1 Lunch  ◐ 1 back soon  · offline")
        for chip, found in (
            ("[! 1 away with work]", ["1"]), ("[● 2 online]", ["3", "2"]), ("[○ 1 Lunch]", ["1"]),
            ("[◐ 1 back soon]", ["4"]),
        ):  # fmt: skip
            await person.press("t")
            person.line(chip)
            assert person.rows("agents") == found
        assert person.stage.feed.shown is not None
        assert not person.stage.feed.shown.offline
        await person.press("t")
        # Who has logged out is asked for only when somebody wants to know.
        person.line("[· 0 offline]")
        person.line("no agent of the account is offline")
        assert person.stage.feed.shown.offline
        await person.press("t")
        person.line("[all 4]")
        await person.press("t", "escape")
        person.line("[all 4]")
        assert not person.stage.feed.shown.offline
        # In the overview there are no chips, so the title tells that not all are shown.
        await person.press("t", "1")
        person.line("only away with work")
        assert person.rows("agents") == ["1"]
        await person.press("escape")
        assert "only away with work" not in person.text
        assert len(person.rows("agents")) == 4


async def test_what_is_typed_at_once_behind_the_slash_is_text_and_no_command(stage: SetStage) -> None:
    async with at_board(stage) as person:
        for key in ("slash", *"qbil"):
            person.pilot.app.post_message(events.Key(key, None if key == "slash" else key))
        await person.settled()
        assert person.pilot.app._exit is False
        person.line("/ qbil")
