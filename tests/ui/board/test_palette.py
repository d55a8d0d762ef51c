"""The palette: every action by name, and everything that has a name."""

from __future__ import annotations

from textual.command import CommandPalette
from textual.widgets import Input, OptionList

from kmm_tui.ui.palette import SKIPPED

from .conftest import SetStage
from .person import Person, at_board, is_shown_here, shows


async def options(person: Person, wanted: str = "") -> list[str]:
    """What the palette offers, once it has `wanted` among it and finds nothing more."""
    found: list[str] = []
    for _ in range(200):
        before = found
        await person.pilot.pause(0.05)
        listed = person.pilot.app.screen.query_one(OptionList)
        found = [str(listed.get_option_at_index(place).prompt) for place in range(listed.option_count)]
        if found == before and any(wanted in each for each in found):
            break
    return found


@shows("board.palette")
async def test_every_action_is_in_the_palette_under_both_keys(stage: SetStage) -> None:
    async with at_board(stage) as person:
        for key in ("colon", "ctrl+p"):
            await person.press(key)
            assert isinstance(person.pilot.app.screen, CommandPalette)
            found = "\n".join(await options(person, "Quit"))
            for deed in person.stage.app.deeds.values():
                # Without alerts there is no view of them.
                has = deed.id != "view.alerts" and not deed.id.startswith(("alerts.", *SKIPPED))
                if deed.part == "board" and is_shown_here(deed.id) and has:
                    assert deed.words in found, deed.id
            assert "Theme" in found
            await person.press("escape")
            assert person.is_at_the_board


async def test_an_action_of_the_palette_does_what_its_key_does(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("colon")
        await person.type("rows in trouble")
        await options(person, "Pin")
        await person.press("down", "enter")
        assert person.is_at_the_board
        person.line("not pinned")


async def test_a_skill_a_group_and_an_agent_are_jumped_to_by_name(stage: SetStage) -> None:
    async with at_board(stage) as person:
        for typed, wanted, title in (
            ("日本語", "日本語サポート", "overview › AGENTS of 日本語サポート"),
            ("returns [eu]", "Returns [EU]", "overview › AGENTS of Returns [EU] 2"),
            ("lisbo", "Lisbon", "overview › AGENTS of Lisbon 4"),
            ("李伟", "Li Wei 李伟", "overview › AGENT Li Wei 李伟"),
            ("agent 4", "agent 4", "overview › AGENT 4"),
        ):
            await person.press("colon")
            person.pilot.app.screen.query_one(Input).value = typed
            found = await options(person, wanted)
            place = next(place for place, each in enumerate(found) if wanted in each)
            person.pilot.app.screen.query_one(OptionList).highlighted = place
            await person.press("enter")
            assert person.is_at_the_board
            if typed == "agent 4":
                person.line("id 4")
            else:
                person.line(title)
            await person.press("escape")
            assert "overview ›" not in person.text
