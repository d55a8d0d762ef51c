"""What the board looks like in every state it can be in, at four sizes: text and looks, cell by cell."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from kmm_tui.board.scope import Level
from kmm_tui.board.snapshot import Listing, Roster
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, LISTS, TopicState

from .conftest import (
    ACCOUNT_SNAPSHOT,
    EVERY,
    GROUPS,
    LIMITED,
    NOW,
    NOW_MS,
    ROSTER,
    SKILLS,
    SetStage,
    Stage,
    good,
    scope_state,
    settle,
    whole_board,
    with_trouble,
)
from .frames import Frame, capture
from .promises import kept

SIZES = [(200, 60), (120, 40), (80, 24), (60, 20)]
"""The largest first, so that all that is held is on the screen when it is."""
After = Callable[[Stage, Pilot[str]], Awaitable[None]]

ANSWERED = NOW - 12
STEP_MS = 120_000
BEFORE = ((3, 12_000, 40), (5, 15_000, 41), (4, 14_000, 42), (9, 48_000, 42), (12, 61_000, 42), (19, 130_000, 42))
"""In the queue, waiting (ms) and online, from step to step until now."""


def the_account_before() -> list[TopicState]:
    """What the account's figures were in the last minutes."""
    states = []
    for index, (waiting, wait, online) in enumerate(BEFORE):
        values = dict(ACCOUNT_SNAPSHOT.figures.values)
        values |= {"unassignedConversations": waiting, "queueWaitTime90thPercentile": wait, "onlineAgents": online}
        earlier = NOW_MS - 12_000 - (len(BEFORE) - index) * STEP_MS
        snapshot = replace(ACCOUNT_SNAPSHOT, figures=replace(ACCOUNT_SNAPSHOT.figures, values=values), taken_at=earlier)
        states.append(good(ACCOUNT_FIGURES, snapshot))
    return states


def nothing_there() -> list[TopicState]:
    """An account without skills and groups, with nobody logged in."""
    return [
        good(LISTS[Level.SKILL], Listing(Level.SKILL, 0, NOW_MS)),
        good(LISTS[Level.GROUP], Listing(Level.GROUP, 0, NOW_MS)),
        good(AGENTS, Roster((), ROSTER.window, ROSTER.taken_at, ROSTER.cost)),
    ]


WIDE = ("請求とお支払いについてのお問い合わせ窓口（夜間・休日）", "Réclamations", "👩‍👩‍👧 family 🇵🇹", "고객지원")
WIDE_AGENTS = ("王小明", "Zoë 👍🏽 Ångström", "ภาษาไทย ช่วยเหลือ", "ñandú é")
WIDE_REASON = "昼食休憩（食堂にて三十分）"


def wide_names() -> list[TopicState]:
    """Names of two cells a character, of several characters a cell, and too long ones."""
    skills = [replace(row, name=name) for row, name in zip(SKILLS, WIDE, strict=True)]
    groups = [
        replace(row, name=name)
        for row, name in zip(GROUPS, ("東京本社・第一営業部カスタマーサポート", "🤖🤖"), strict=True)
    ]
    agents = [replace(agent, name=name) for agent, name in zip(ROSTER.agents, WIDE_AGENTS, strict=True)]
    agents[0] = replace(agents[0], reason=WIDE_REASON)
    kinds = (AGENTS, *(scope_state(row).topic for row in (*SKILLS, *GROUPS)))
    kept_as_is = [state for state in whole_board() if state.topic not in kinds]
    renamed = [scope_state(row) for row in (*skills, *groups)]
    return [*kept_as_is, *renamed, good(AGENTS, replace(ROSTER, agents=tuple(agents)))]


def failing(word: str, message: str) -> Callable[[], list[TopicState]]:
    """The whole board after a last attempt that failed."""
    return lambda: with_trouble(whole_board(), word, message)


async def hold_and_go_on(stage: Stage, pilot: Pilot[str]) -> None:
    """Holds the rows, and lets new answers come."""
    await pilot.press("space")
    figures = replace(SKILLS[2].figures, values=dict(SKILLS[1].figures.values))
    stage.feed.publish(scope_state(replace(SKILLS[2], figures=figures)))
    online = replace(ROSTER.agents[0], status="ONLINE", reason=None)
    stage.feed.publish(good(AGENTS, replace(ROSTER, agents=(online, *ROSTER.agents[1:]))))


@dataclass(frozen=True)
class Case:
    """A state of the board, `seconds` after the answers, and the word that says how fresh it is."""

    word: str
    seconds: float = 12.0
    states: Callable[[], list[TopicState]] = whole_board
    after: After | None = None
    history: bool = True
    grey: bool = False

    @property
    def old(self) -> bool:
        return self.seconds >= 5 * EVERY


REFUSED = "the login of me is refused; correct user name and password, which can take more words than fit on the line"
CASES = {
    "live": Case("● LIVE 12s"),
    "late": Case("▲ LATE 1m", 70),
    "stale": Case("■ STALE 2m", 170),
    "auth": Case("▲ AUTH 12s old · r tries again", states=failing("AUTH", REFUSED)),
    "throttled": Case("▲ THROTTLED 1m", 70, failing("THROTTLED", "the server asks for fewer calls (429)")),
    "offline": Case("■ OFFLINE 2m", 170, failing("OFFLINE", "no way to va.agentvep.liveperson.net: name unknown")),
    "empty": Case("● LIVE 12s", states=nothing_there, history=False),
    "held": Case("● LIVE 12s", after=hold_and_go_on),
    "no colour": Case("● LIVE 12s", grey=True),
    "wide names": Case("● LIVE 12s", states=wide_names),
}


def never_answered() -> list[TopicState]:
    """A board whose sign-in was refused from the first."""
    nothing = [replace(state, content=None) for state in whole_board() if state.topic.scope.key == ""]
    return with_trouble(nothing, "AUTH", REFUSED)


SELDOM = {
    "gone": Case("■ STALE 11m", 700),
    "never answered": Case("▲ AUTH no data yet", states=never_answered, history=False),
}


@pytest.mark.parametrize("name", CASES)
async def test_every_state_at_every_size(
    stage: SetStage, picture: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    frames = await frames_of(CASES[name], SIZES, stage, monkeypatch)
    for (width, height), frame in zip(SIZES, frames, strict=True):
        assert frame.written() == picture(name=f"{width}x{height}")


@pytest.mark.parametrize("name", SELDOM)
async def test_seldom_states(
    stage: SetStage, picture: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    [frame] = await frames_of(SELDOM[name], [(120, 40)], stage, monkeypatch)
    assert frame.written() == picture


async def test_a_terminal_that_is_too_small_says_so_with_the_figures_that_matter_most(
    stage: SetStage, picture: SnapshotAssertion
) -> None:
    async with stage().app.run_test(size=(59, 24)) as pilot:
        for size in ((59, 24), (100, 19), (20, 5)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
            assert capture(pilot).written() == picture(name=f"{size[0]}x{size[1]}")


async def frames_of(
    case: Case, sizes: list[tuple[int, int]], stage: SetStage, monkeypatch: pytest.MonkeyPatch
) -> list[Frame]:
    """The frames of a case, all promises kept."""
    if case.grey:
        monkeypatch.setenv("NO_COLOR", "1")
    set_up = stage(case.states(), prefs=LIMITED)
    set_up.clock.time = ANSWERED + case.seconds
    for state in the_account_before() if case.history else ():
        set_up.app.board.put(state)
    frames = []
    async with set_up.app.run_test(size=sizes[0]) as pilot:
        await settle(pilot)
        if case.after:
            await case.after(set_up, pilot)
            await settle(pilot)
        for size in sizes:
            if pilot.app.size != size:
                await pilot.resize_terminal(*size)
            # A second goes by without a change of the clock: all that it redraws is drawn.
            set_up.app._tick()
            await settle(pilot)
            frames.append(kept(pilot, case.word, old=case.old))
            assert not (case.grey and frames[-1].coloured)
    return frames
