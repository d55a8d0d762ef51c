"""What a wall looks like in every state it can be in, at four sizes: text and looks, cell by cell."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, time
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from kmm_tui.board.scope import Level
from kmm_tui.board.shifts import Shift
from kmm_tui.board.snapshot import Snapshot
from kmm_tui.board.state import TopicState
from kmm_tui.board.wall import Plan
from kmm_tui.board.wallhours import Closed, Hours
from tests.ui.board.conftest import NOW, SKILLS, row, scope_state, whole_board, with_trouble
from tests.ui.board.frames import capture

from .conftest import SetWall, Wall, settle
from .promises import kept

SIZES = [(200, 60), (120, 40), (80, 24), (60, 20)]
After = Callable[[Wall, Pilot[Any]], Awaitable[None]]
NIGHT = (Shift("open", time(6), time(8), zone=UTC),)


def failing(word: str, message: str) -> Callable[[], list[TopicState]]:
    """The whole board after a last attempt that failed."""
    return lambda: with_trouble(whole_board(), word, message)


def never_answered() -> list[TopicState]:
    nothing = [replace(state, content=None) for state in whole_board() if state.topic.scope.key == ""]
    return with_trouble(nothing, "AUTH", "the login of me is refused; correct user name and password")


def breached(snapshot: Snapshot) -> TopicState:
    values = {**snapshot.figures.values, "queueWaitTime90thPercentile": 401_000, "unassignedConversations": 31}
    return scope_state(
        replace(snapshot, figures=replace(snapshot.figures, values=values), taken_at=snapshot.taken_at + 9_000)
    )


async def breach(wall: Wall, pilot: Pilot[Any]) -> None:
    """A skill that was calm becomes critical, which is on no page."""
    await wall.pass_(pilot, 5)
    await wall.publish(pilot, breached(SKILLS[2]))


@dataclass(frozen=True)
class Case:
    """A state of the wall, `seconds` after the answers, and the word that says how fresh it is."""

    word: str
    seconds: float = 12.0
    states: Callable[[], list[TopicState]] = whole_board
    after: After | None = None
    prefs: dict[str, Any] = field(default_factory=dict)
    is_open: bool = True

    @property
    def old(self) -> bool:
        return self.seconds >= 150


CASES = {
    "live": Case("● LIVE 12s"),
    "late": Case("▲ THROTTLED 1m", 70, failing("THROTTLED", "the server asks for fewer calls (429)")),
    "stale": Case("■ STALE 2m", 170),
    "gone": Case("■ OFFLINE 11m", 700, failing("OFFLINE", "no way to va.agentvep.example: name unknown")),
    "never answered": Case("▲ AUTH no data yet", states=never_answered),
    "breach": Case("● LIVE 17s", after=breach, prefs={"plans": (Plan(), Plan(("skill:1",)))}),
    "closed": Case("● LIVE 12s", prefs={"hours": Hours(NIGHT)}, is_open=False),
    "blank": Case("● LIVE 12s", prefs={"hours": Hours(NIGHT, Closed.BLANK)}, is_open=False),
    "agents": Case("● LIVE 12s", prefs={"plans": (Plan(("group:Lisbon",), agents=True),)}),
    "old agents": Case("■ STALE 2m", 170, prefs={"plans": (Plan(("group:Lisbon",), agents=True),)}),
}


@pytest.mark.parametrize("name", CASES)
async def test_every_state_at_every_size(wall: SetWall, picture: SnapshotAssertion, name: str) -> None:
    case = CASES[name]
    set_up = wall(case.states(), **case.prefs)
    set_up.clock.time = NOW - 12 + case.seconds
    async with set_up.app.run_test(size=SIZES[0]) as pilot:
        await settle(pilot)
        if case.after:
            await case.after(set_up, pilot)
        for size in SIZES:
            if pilot.app.size != size:
                await pilot.resize_terminal(*size)
            set_up.app._tick()
            await pilot.pause(0.05)
            frame = kept(pilot, case.word, old=case.old, is_open=case.is_open)
            assert frame.written() == picture(name=f"{size[0]}x{size[1]}")


async def test_a_terminal_that_is_too_small_says_so_with_the_figures_that_matter_most(wall: SetWall) -> None:
    async with wall().app.run_test(size=(59, 24)) as pilot:
        for size in ((59, 24), (100, 19), (20, 5), (8, 3)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
            frame = capture(pilot)
            if size[0] > 50:
                assert f"The wall needs 60 x 20, this terminal has {size[0]} x {size[1]}." in frame.text
                assert "in queue 27, p90 wait 4:12, online 42" in frame.text


async def test_names_from_the_network_do_not_move_the_figures(wall: SetWall) -> None:
    odd = ("請求とお支払いについてのお問い合わせ窓口（夜間・休日）", "a\x1b[31mb", "👩‍👩‍👧 family 🇵🇹", "[bold]x[/]")
    states = [
        scope_state(replace(each, name=name)) if isinstance(each, Snapshot) else each
        for each, name in zip(SKILLS, odd, strict=True)
    ]
    async with wall([*whole_board(), *states]).app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("right")
        frame = kept(pilot, "● LIVE 12s")
        assert "[bold]x[/]" in frame.text
        assert "\x1b" not in frame.text


async def test_what_is_new_and_nameless_has_a_page_too(wall: SetWall) -> None:
    states = [*whole_board(), scope_state(row(Level.SKILL, "99", None, unassigned_conversations=3))]
    async with wall(states, plans=(Plan(("skill:99",)),)).app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "· skill 99" in capture(pilot).lines[0]
