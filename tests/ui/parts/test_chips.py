"""Chips: what is chosen is seen without colour and never out of sight."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.widget import Widget

from kmm_tui.ui.chips import Chip, Chips

MakeStage = Callable[[Widget], Any]

STATES = (
    Chip("all", "", "all", count=11),
    Chip("online", "●", "online", "online", 7),
    Chip("lunch", "○", "Lunch", "away", 3),
    Chip("soon", "◐", "back soon", "back-soon", 1),
    Chip("offline", "·", "offline", "offline"),
)


@pytest.fixture
def chips() -> Chips:
    chips = Chips()
    chips.set_chips(STATES)
    return chips


class Ears(list[str]):
    """Keeps what the chips post."""

    def __init__(self, chips: Chips, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        real = chips.post_message

        def post(message: Any) -> bool:
            if isinstance(message, Chips.Chosen):
                self.append(message.key)
            return real(message)

        monkeypatch.setattr(chips, "post_message", post)


async def test_choosing_moves_nothing_and_is_seen_without_colour(stage: MakeStage, chips: Chips) -> None:
    app = stage(chips)
    async with app.run_test(size=(80, 2)):
        assert app.text()[0].rstrip() == "[all 11] ● 7 online  ○ 3 Lunch  ◐ 1 back soon  · offline"
        assert chips.choose("lunch")
        assert app.text()[0].rstrip() == " all 11  ● 7 online [○ 3 Lunch] ◐ 1 back soon  · offline"
        (style,) = [segment.style for segment in chips.render_line(0) if "[" in segment.text]
        assert style is not None
        assert style.bold
        assert not chips.choose("nobody")
        assert chips.chosen == "lunch"


async def test_clicks_and_keys_choose_and_tell(stage: MakeStage, chips: Chips, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Ears(chips, monkeypatch)
    app = stage(chips)
    async with app.run_test(size=(80, 2)) as pilot:
        await pilot.click(chips, offset=(app.text()[0].index("Lunch"), 0))
        await pilot.click(chips, offset=(79, 0))
        assert (chips.chosen, heard) == ("lunch", ["lunch"])
        for _ in range(3):
            chips.next()
        chips.next(-1)
        assert heard == ["lunch", "soon", "offline", "all", "offline"]
        chips.choose("online")
        assert len(heard) == 5


async def test_new_counts_keep_the_choice_and_a_choice_that_is_gone_becomes_the_first(
    stage: MakeStage, chips: Chips, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Ears(chips, monkeypatch)
    app = stage(chips)
    async with app.run_test(size=(80, 2)):
        chips.choose("lunch")
        chips.set_chips([STATES[0], Chip("lunch", "○", "Lunch", "away", 4)])
        assert app.text()[0].rstrip() == " all 11 [○ 4 Lunch]"
        assert heard == []
        chips.set_chips(STATES[:2])
        assert chips.chosen == "all"
        assert heard == ["all"]
        chips.set_chips(())
        assert app.text()[0].strip() == ""
        chips.next()
        assert heard == ["all"]


@pytest.mark.parametrize("width", [*range(1, 40), 55, 56, 57])
async def test_the_chosen_one_is_in_sight_on_any_width(stage: MakeStage, chips: Chips, width: int) -> None:
    app = stage(chips)
    async with app.run_test(size=(width, 2)):
        for chip in STATES:
            chips.choose(chip.key)
            line = app.text()[0]
            assert cell_len(line) == width
            if width >= 17:
                assert f"[{chip.words}]" in line
            elif width >= 5:
                assert "[" in line


async def test_arrows_lead_to_the_chips_that_do_not_fit(
    stage: MakeStage, chips: Chips, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Ears(chips, monkeypatch)
    app = stage(chips)
    async with app.run_test(size=(34, 2)) as pilot:
        assert app.text()[0] == "[all 11] ● 7 online  ○ 3 Lunch   ›"
        await pilot.click(chips, offset=(33, 0))
        assert app.text()[0] == "‹ ○ 3 Lunch [◐ 1 back soon]      ›"
        await pilot.click(chips, offset=(0, 0))
        assert heard == ["soon", "online"]


@given(
    st.lists(st.tuples(st.text(max_size=12), st.one_of(st.none(), st.integers(0, 9999))), min_size=1, max_size=8),
    st.integers(0, 7),
    st.integers(1, 60),
)
def test_no_line_is_wider_than_its_room(words: list[tuple[str, int | None]], at: int, width: int) -> None:
    chips = Chips()
    chips.set_chips([Chip(str(index), "●", text, count=count) for index, (text, count) in enumerate(words)])
    chips.choose(str(min(at, len(words) - 1)))
    (line,) = chips.lines(width)
    assert sum(cell_len(text) for text, _ in line) <= max(width, 4)
    if width >= 8:
        assert any(text.startswith("[") and text.endswith("]") for text, _ in line)
