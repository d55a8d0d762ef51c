"""Only what changed is drawn: painted over the frame before, it is the frame that a whole drawing makes."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import pytest
from rich.cells import cell_len, split_graphemes
from textual.strip import Strip

from kmm_tui.board.state import AGENTS
from kmm_tui.ui.lean import LeanCompositor

from .conftest import NOW, ROSTER, SKILLS, SetStage, good
from .person import Person, at_board, changed, taken

KEYS = ("down", "up", "right", "left", "tab", "space", "p", "o", "a", "1", "2", "3", "4", "escape", "end", "home")
STEPS = 40


def cells(strip: Strip) -> list[tuple[str, Any]]:
    """What a terminal keeps of it: a character and its look for each cell, nothing in the second half of a wide one."""
    found: list[tuple[str, Any]] = []
    for text, style, _ in strip:
        assert style
        for start, stop, _ in split_graphemes(text)[0]:
            # Of a blank one sees the ground, and its colour only where a line runs through it.
            is_blank = text[start:stop] == " " and not (style.underline or style.reverse)
            colour = None if is_blank else (style.color, style.bold)
            look = style.bgcolor, style.underline, style.reverse, colour
            found += [(text[start:stop], look), *[("", look)] * (cell_len(text[start:stop]) - 1)]
    return found


class Painted:
    """A terminal that was drawn whole once, and is told what changed since."""

    def __init__(self, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pilot = person.pilot
        self.parts = self.cells = 0
        partial, full = LeanCompositor.render_partial_update, LeanCompositor.render_full_update

        def drawn(compositor: LeanCompositor) -> Any:
            update = partial(compositor)
            for x, y, strip in update.parts if update else ():
                self.parts += 1
                self._put(x, y, [strip])
            return update

        def drawn_whole(compositor: LeanCompositor, simplify: bool = False) -> Any:
            update = full(compositor, simplify)
            for y, line in enumerate(update.strips):
                self._put(0, y, line)
            return update

        self.screen = [cells(strip) for strip in self._whole()]
        monkeypatch.setattr(LeanCompositor, "render_partial_update", drawn)
        monkeypatch.setattr(LeanCompositor, "render_full_update", drawn_whole)

    def _whole(self) -> list[Strip]:
        return self.pilot.app.screen._compositor.render_strips()[: self.pilot.app.size.height]

    def _put(self, x: int, y: int, strips: Iterable[Strip]) -> None:
        for strip in strips:
            new = cells(strip)
            self.cells += len(new)
            self.screen[y][x : x + len(new)] = new
            x += len(new)
        assert len(self.screen[y]) == self.pilot.app.size.width

    def check(self, after: str) -> None:
        """Fails unless the terminal shows what there is."""
        for y, (line, wanted) in enumerate(zip(self.screen, self._whole(), strict=True)):
            assert line == cells(wanted), f"line {y} after {after}"


@pytest.mark.parametrize(("size", "seed"), [((120, 40), 1), ((200, 50), 2), ((80, 24), 3)])
async def test_parts_that_are_painted_make_the_whole_frame(
    stage: SetStage, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], seed: int
) -> None:
    chance = random.Random(seed)
    now = NOW
    async with at_board(stage, size) as person:
        painted = Painted(person, monkeypatch)
        for _ in range(STEPS):
            deed = chance.choice(("second", "second", "answer", "agents", "key"))
            if deed == "key":
                deed = chance.choice(KEYS)
                await person.press(deed)
            elif deed == "second":
                now += chance.choice((1, 1, 1, 20, 70))
                await person.wait_until(now)
            elif deed == "answer":
                values = {name: chance.randrange(99) for name in ("unassigned_conversations", "online_agents")}
                await person.publish(changed(chance.choice(SKILLS), **values))
            else:
                shown = tuple(chance.sample(ROSTER.agents, chance.randrange(1, 5)))
                roster = taken(ROSTER, now)
                assert isinstance(roster, type(ROSTER))
                await person.publish(good(AGENTS, type(ROSTER)(shown, roster.window, roster.taken_at, roster.cost)))
            painted.check(deed)
        assert painted.parts > STEPS


async def test_a_second_draws_the_cells_that_tick_and_no_more(stage: SetStage, monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_board(stage) as person:
        painted = Painted(person, monkeypatch)
        await person.wait_until(NOW + 1)
        # Clocks of four agents in a column of eight cells, and the end of the top line.
        assert 0 < painted.cells < 4 * 26 + 60
        painted.check("a second")
