"""What a person does at the board and sees on it, for tests that are told in those words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar

from textual.pilot import Pilot

from kmm_tui.board.snapshot import Agent, Roster, Snapshot
from kmm_tui.board.state import AGENTS, Content, TopicState
from kmm_tui.metrics import BY_NAME
from kmm_tui.ui.linetable import LineTable

from .conftest import LIMITED, ROSTER, SetStage, Stage, good, scope_state, settle

Test = TypeVar("Test", bound=Callable[..., Any])

SHOWN_HERE = ("view", "rows", "board", "table", "strip", "help", "meter", "why", "cover", "chooser", "views", "filter",
              "alerts", "note")  # fmt: skip
"""Parts of which every key is shown by a test of this folder; the keys of other parts are theirs to show."""


def is_shown_here(deed: str) -> bool:
    """Whether `shows` has to name this deed."""
    return deed.partition(".")[0] in SHOWN_HERE


def shows(*deeds: str) -> Callable[[Test], Test]:
    """Notes that a test shows what a person sees after the keys of these deeds; `test_keymap` looks for all of them."""

    def note(test: Test) -> Test:
        return test

    assert deeds
    return note


class Sees:
    """Somebody in front of a running app."""

    pilot: Pilot[str]

    @property
    def lines(self) -> list[str]:
        """The lines of text on the screen."""
        width, height = self.pilot.app.size
        strips = self.pilot.app.screen._compositor.render_strips()
        return [strip.crop(0, width).text.rstrip() for strip in strips[:height]]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines)

    def line(self, text: str) -> str:
        """The first line with `text` in it; fails with the whole screen if there is none."""
        found = next((line for line in self.lines if text in line), None)
        assert found is not None, self.text
        return found


class Person(Sees):
    """Somebody in front of a running board."""

    def __init__(self, stage: Stage, pilot: Pilot[str]) -> None:
        self.stage = stage
        self.pilot = pilot

    # -- what is done

    async def press(self, *keys: str) -> None:
        """Presses keys, and waits until all of it is on the screen."""
        await self.pilot.press(*keys)
        await self.settled()

    async def type(self, text: str) -> None:
        """Types a text."""
        names = {" ": "space", "!": "exclamation_mark", "/": "slash", "?": "question_mark", ":": "colon"}
        await self.press(*(names.get(char, char) for char in text))

    async def publish(self, *states: TopicState) -> None:
        """New answers come in."""
        for state in states:
            self.stage.feed.publish(state)
        await self.pilot.pause()
        while self.stage.app._settling:
            await self.pilot.pause(0.01)
        await self.settled()

    async def wait_until(self, moment: float) -> None:
        """The clock goes on to `moment`, epoch seconds."""
        self.stage.clock.time = moment
        self.stage.app._tick()
        await self.settled()

    async def settled(self) -> None:
        """Waits until nothing is left to be drawn."""
        await self.pilot.pause()
        await self.pilot.pause()

    # -- what is seen

    def is_coloured(self, text: str) -> bool:
        """Whether anything on the first line with `text` in it has a colour of trouble."""
        trouble = {self.pilot.app.theme_variables[f"kmm-{role}"].lower() for role in ("critical", "warn")}
        for strip in self.pilot.app.screen._compositor.render_strips():
            if text in strip.text:
                colours = {part.style.color.get_truecolor() for part in strip if part.style and part.style.color}
                return any(colour.hex.lower() in trouble for colour in colours)
        raise AssertionError(self.text)

    def table(self, name: str) -> LineTable[Any]:
        """A table of the board."""
        found: LineTable[Any] = self.pilot.app.screen_stack[0].query_one(f"#{name}", LineTable)
        return found

    def rows(self, name: str) -> list[str]:
        """The keys of the rows of a table, in their order."""
        return [key for key, _ in self.table(name).rows]

    @property
    def is_at_the_board(self) -> bool:
        """Whether nothing is in front of the board."""
        return len(self.pilot.app.screen_stack) == 1


@asynccontextmanager
async def at_board(stage: SetStage, size: tuple[int, int] = (120, 40), **kept: Any) -> AsyncIterator[Person]:
    """Sits down at a board of this size that has the usual limits; `kept` is what `stage` takes."""
    kept.setdefault("prefs", LIMITED)
    set_up = stage(kept.pop("states", None), **kept)
    async with set_up.app.run_test(size=size) as pilot:
        await settle(pilot)
        yield Person(set_up, pilot)


def changed(snapshot: Snapshot, **values: float | None) -> TopicState:
    """The next answer of the same scope, with other figures."""
    figures = snapshot.figures
    fields = {BY_NAME[name].field: value for name, value in values.items()}
    return scope_state(replace(snapshot, figures=replace(figures, values={**figures.values, **fields})))


def roster_of(*agents: Agent) -> TopicState:
    """An answer that lists these agents."""
    return good(AGENTS, Roster(agents, ROSTER.window, ROSTER.taken_at, ROSTER.cost))


def taken(content: Content | None, at: float) -> Content:
    """The same answer as of `at`, epoch seconds."""
    assert content is not None
    moved: Content = replace(content, taken_at=int(at * 1000))
    return moved
