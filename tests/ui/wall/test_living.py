"""What a wall does over the hours, with nobody there: turns, breaches, nights, failures, and what it never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, time
from typing import Any

import pytest
from textual.pilot import Pilot

from kmm_tui.api.window import MINUTE, Window
from kmm_tui.board.freshness import Trouble
from kmm_tui.board.look import Look
from kmm_tui.board.scope import Level
from kmm_tui.board.shifts import Shift
from kmm_tui.board.state import ACCOUNT_FIGURES, AGENTS, TopicState
from kmm_tui.board.wall import Names, Plan
from kmm_tui.board.wallhours import Closed, Hours
from kmm_tui.board.wallprefs import Notices
from kmm_tui.board.wallsight import INCH, Sight
from kmm_tui.ui.wall.app import WallApp
from kmm_tui.ui.wall.people import initials, minutes_text
from tests.ui.board.conftest import ACCOUNT_SNAPSHOT, ROSTER, SKILLS, agent, good, scope_state, whole_board
from tests.ui.board.frames import capture

from .conftest import SetWall, Wall, settle, text_of
from .test_pages import with_figures

BAD = {"queueWaitTime90thPercentile": 401_000.0, "unassignedConversations": 31.0}
UNTIL_NOON = (Shift("open", time(6), time(14, 5), zone=UTC),)
"""Open until half a minute after the beginning of a test."""


async def at_wall(wall: Wall, pilot: Pilot[Any]) -> None:
    await settle(pilot)
    wall.app._tick()
    await pilot.pause(0.02)


def account(**fields: float | None) -> TopicState:
    values = {**ACCOUNT_SNAPSHOT.figures.values, **fields}
    figures = replace(ACCOUNT_SNAPSHOT.figures, values=values)
    return good(ACCOUNT_FIGURES, replace(ACCOUNT_SNAPSHOT, figures=figures, taken_at=ACCOUNT_SNAPSHOT.taken_at + 1000))


async def test_columns_keep_their_width_when_a_number_grows(wall: SetWall) -> None:
    set_up = wall()
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await at_wall(set_up, pilot)
        labels = ("IN QUEUE", "P90 WAIT", "OVERDUE", "ONLINE", "LOAD", "CLOSED")
        before = text_of(pilot)
        await set_up.publish(pilot, account(unassignedConversations=12_345, queueWaitTime90thPercentile=46_000_000))
        after = text_of(pilot)
        assert before != after
        for label in labels:
            places = [[line.find(label) for line in text.splitlines()] for text in (before, after)]
            assert places[0] == places[1], label


async def test_every_page_is_seen_and_a_breach_comes_in_between(wall: SetWall) -> None:
    set_up = wall(plans=(Plan(), Plan(("skill:1",)), Plan(("group",))), rotate=20.0, breach_hold=60.0)
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await at_wall(set_up, pilot)
        seen = []
        for _ in range(7):
            head = capture(pilot).lines[0] + capture(pilot).lines[1]
            page = next((name for name in ("Billing", "agent groups", "日本語サポート") if name in head), "account")
            seen.append(page)
            if len(seen) == 3:
                await set_up.publish(pilot, with_figures(SKILLS[2], 50, **BAD))
            await set_up.pass_(pilot, 20)
        breach = "日本語サポート"
        assert seen == ["account", "Billing", "agent groups", breach, breach, "agent groups", "account"]


async def test_the_strip_says_what_is_critical_on_every_page(wall: SetWall) -> None:
    set_up = wall()
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await at_wall(set_up, pilot)
        for _ in range(3):
            foot = capture(pilot).lines[-2]
            assert "■ Billing p90 4:12" in foot
            await pilot.press("right")


async def test_without_trouble_the_strip_is_empty_and_a_note_has_its_place(wall: SetWall) -> None:
    set_up = wall([good(ACCOUNT_FIGURES, ACCOUNT_SNAPSHOT)], plans=(Plan(("account",), ("closed_conversations",)),))
    async with set_up.app.run_test(size=(80, 24)) as pilot:
        await at_wall(set_up, pilot)
        set_up.feed.told = "watched, but not in this account: Bilding"
        await set_up.publish(pilot, account(queueWaitTime90thPercentile=1000, overdueConversationsInQueue=0,
                                            overdueConversationsTotal=0, humanOnlineLoad=0.1, csat=0.99,
                                            avgTimeToFirstResponseFirstAssignment=1000, onlineAgents=99))  # fmt: skip
        assert capture(pilot).lines[-2].strip() == "watched, but not in this account: Bilding"


@pytest.mark.parametrize(
    ("how", "tmux", "sequence"),
    [
        (Notices.OFF, "", ""),
        (Notices.OSC9, "", "\x1b]9;critical: a b,  c p90 6:41\x07"),
        (Notices.OSC777, "", "\x1b]777;notify;kmm-tui;critical: a b,  c p90 6:41\x07"),
        (Notices.OSC9, "/tmp/tmux", "\x1bPtmux;\x1b\x1b]9;critical: a b,  c p90 6:41\x07\x1b\\"),
    ],
)
async def test_it_rings_and_tells_the_desktop_only_where_that_is_wanted_and_once(
    wall: SetWall, monkeypatch: pytest.MonkeyPatch, how: Notices, tmux: str, sequence: str
) -> None:
    monkeypatch.setenv("TMUX", tmux)
    set_up = wall(bell=how is not Notices.OFF, notices=how)
    rung: list[str] = []
    monkeypatch.setattr(WallApp, "bell", lambda _: rung.append("bell"))
    async with set_up.app.run_test(size=(80, 24)) as pilot:
        await at_wall(set_up, pilot)
        assert set_up.app._driver is not None
        monkeypatch.setattr(set_up.app._driver, "write", rung.append)
        for seconds in (20, 30):
            await set_up.publish(pilot, with_figures(replace(SKILLS[2], name="a\x07b;\x1b c"), seconds, **BAD))
            await pilot.pause(0.02)
        assert [each for each in rung if "\x1b]" in each or each == "bell"] == (["bell", sequence] if sequence else [])


async def test_when_nobody_looks_it_is_dim_and_neither_rings_nor_interrupts(
    wall: SetWall, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up = wall(hours=Hours(UNTIL_NOON), bell=True)
    rung: list[str] = []
    monkeypatch.setattr(WallApp, "bell", lambda _: rung.append("bell"))
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await at_wall(set_up, pilot)
        assert "closed" not in text_of(pilot)
        assert capture(pilot).coloured
        await set_up.pass_(pilot, 40)
        frame = capture(pilot)
        assert "closed until Mon 06:00" in frame.lines[-1] + frame.lines[-2]
        assert not {cell.look for line in frame.cells for cell in line if cell.text.strip()} - {"s", "d"}
        await set_up.publish(pilot, with_figures(SKILLS[2], 60, **BAD))
        assert "breach" not in text_of(pilot)
        assert rung == []


async def test_a_blank_wall_asks_for_nothing_but_the_account_until_it_opens_again(wall: SetWall) -> None:
    set_up = wall(hours=Hours(UNTIL_NOON, Closed.BLANK), plans=(Plan(), Plan(("group",), agents=True)))
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await at_wall(set_up, pilot)
        assert set_up.feed.shown == Look(frozenset({Level.GROUP}), agents=True, trend=None)
        await set_up.pass_(pilot, 40)
        assert set_up.feed.shown == Look(frozenset(), agents=False, trend=None)
        assert "P90" not in text_of(pilot)
        set_up.clock.time += 16 * 3600
        await set_up.pass_(pilot, 1)
        assert set_up.feed.shown == Look(frozenset({Level.GROUP}), agents=True, trend=None)


async def test_it_moves_aside_by_a_cell_every_few_minutes(wall: SetWall) -> None:
    set_up = wall(plans=(Plan(),))
    places = set()
    async with set_up.app.run_test(size=(80, 24)) as pilot:
        await at_wall(set_up, pilot)
        for _ in range(5):
            lines = text_of(pilot).splitlines()
            y = next(index for index, line in enumerate(lines) if "Acme EMEA" in line)
            places.add((lines[y].index("Acme EMEA"), y))
            set_up.clock.time += 180
            set_up.app._tick()
            await pilot.pause(0.05)
    assert len({x for x, _ in places}) == 2
    assert len({y for _, y in places}) == 2


async def test_clock_and_heartbeat_move_each_second(wall: SetWall) -> None:
    set_up = wall(plans=(Plan(),))
    async with set_up.app.run_test(size=(80, 24)) as pilot:
        await at_wall(set_up, pilot)
        heads = []
        for _ in range(4):
            heads.append(next(line.rstrip() for line in capture(pilot).lines if line.strip()))
            await set_up.pass_(pilot, 1)
        assert [head.split()[-2] for head in heads] == ["14:04:31", "14:04:32", "14:04:33", "14:04:34"]
        assert {head[-1] for head in heads} == set("▖▘▝▗")


async def test_after_a_failure_all_is_as_before(wall: SetWall) -> None:
    set_up = wall([good(ACCOUNT_FIGURES, ACCOUNT_SNAPSHOT)], plans=(Plan(),))
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await at_wall(set_up, pilot)
        trouble = Trouble("OFFLINE", "no way there", set_up.clock.time)
        await set_up.publish(pilot, TopicState(ACCOUNT_FIGURES, 30.0, ACCOUNT_SNAPSHOT, trouble, set_up.clock.time + 9))
        await set_up.pass_(pilot, 200)
        assert "no way there" in text_of(pilot)
        fresh = replace(ACCOUNT_SNAPSHOT, taken_at=int(set_up.clock.time * 1000))
        await set_up.publish(pilot, good(ACCOUNT_FIGURES, fresh))
        text = text_of(pilot)
        assert "● LIVE 0s" in text
        assert "no way there" not in text
        assert "OFFLINE" not in text


async def test_a_wall_that_could_not_be_drawn_says_so(wall: SetWall, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up = wall()
    set_up.app.outlives = True
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await at_wall(set_up, pilot)
        with monkeypatch.context() as patched:
            patched.setattr(set_up.screen(), "_draw", lambda: 1 / 0)
            set_up.app.call_later(set_up.app._tick)
            await pilot.pause(0.1)
            assert "■ ERROR not drawn since" in text_of(pilot)
        await set_up.pass_(pilot, 1)
        assert "● LIVE" in text_of(pilot)


async def test_what_was_usual_stands_below_by_time_figures(wall: SetWall) -> None:
    set_up = wall(plans=(Plan(),))
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await at_wall(set_up, pilot)
        window = ACCOUNT_SNAPSHOT.window
        wide = Window(
            window.start - window.start % (15 * MINUTE), window.start - window.start % (15 * MINUTE) + 60 * MINUTE
        )
        assert wide.width == window.width
        set_up.feed.days = {day: {"closedConversations": 200.0} for day in range(1, 8)}
        await set_up.publish(pilot, account())
        assert "▲+56 % on usual" in text_of(pilot)


@pytest.mark.parametrize(
    ("names", "there", "not_there"),
    [
        (Names.OFF, ("Lunch",), ("Marta", "MK", "Ana")),
        (Names.INITIALS, ("MK", "LW", "AS"), ("Marta", "Ana")),
        (Names.FULL, ("Marta Kowalczyk", "Li Wei 李伟", "agent 4"), ()),
    ],
)
async def test_names_of_agents_are_on_the_wall_only_where_that_is_wanted(
    wall: SetWall, names: Names, there: tuple[str, ...], not_there: tuple[str, ...]
) -> None:
    set_up = wall(plans=(Plan(("group:Lisbon",), agents=True),), names=names)
    async with set_up.app.run_test(size=(120, 40)) as pilot:
        await at_wall(set_up, pilot)
        text = text_of(pilot)
        assert all(each in text for each in there), text
        assert not any(each in text for each in not_there), text


async def test_agents_who_have_no_room_are_counted(wall: SetWall) -> None:
    many = tuple(agent(str(each), f"A{each} B", "ONLINE", 100, assigned_conversations=1) for each in range(300))
    states = [*whole_board(), good(AGENTS, replace(ROSTER, agents=many))]
    set_up = wall(states, plans=(Plan(("group:Lisbon",), agents=True),), names=Names.INITIALS)
    async with set_up.app.run_test(size=(80, 24)) as pilot:
        await at_wall(set_up, pilot)
        text = text_of(pilot)
        shown = text.count("online ")
        assert f"+{300 - shown} more" in text


def test_initials_and_times() -> None:
    assert [initials(name) for name in ("Marta Kowalczyk", "ana", "J. R. R. Tolkien", "李 伟", "", "👩‍👩‍👧 x")] == [
        "MK", "A", "JRT", "李伟", "", "X",
    ]  # fmt: skip
    assert [minutes_text(ms * 60_000) for ms in (0, 31, 125, 700, 5000)] == ["<1m", "31m", "2h05", "11h", "3d"]
    assert minutes_text(None) == "?"


async def test_it_says_how_large_figures_are_and_which_pages_cannot_hold_theirs(wall: SetWall) -> None:
    set_up = wall(sight=Sight(55 * INCH, 6000))
    async with set_up.app.run_test(size=(200, 40)) as pilot:
        await at_wall(set_up, pilot)
        assert '6 m from a 55" screen of 40 rows: figures need 3 rows and have 10' in text_of(pilot)
        await set_up.pass_(pilot, 35)
        assert "figures need" not in text_of(pilot)
    far = wall(sight=Sight(32 * INCH, 12_000), plans=(Plan(),))
    async with far.app.run_test(size=(200, 60)) as pilot:
        await at_wall(far, pilot)
        text = text_of(pilot)
        assert "figures need 11 rows and have 14" in text
        assert "the page account cannot hold 6 figures that large: they are shown" in text
        assert "● ○" in text


async def test_no_key_opens_anything_in_front_of_it(wall: SetWall) -> None:
    set_up = wall()
    async with set_up.app.run_test(size=(80, 24)) as pilot:
        await at_wall(set_up, pilot)
        for key in (
            "m",
            "f1",
            "colon",
            "ctrl+p",
            "ctrl+z",
            "w",
            "escape",
            "question_mark",
            "slash",
            "tab",
            "enter",
            "x",
        ):
            await pilot.press(key)
        assert pilot.app.screen is set_up.screen()
        assert len(pilot.app.screen_stack) == 1
        assert pilot.app.focused is None
        await pilot.press("r")
        assert set_up.feed.asked == 1
        await pilot.press("q")
    assert set_up.app.return_code == 0


async def test_a_terminal_that_is_gone_is_a_failure_and_its_person_is_none(wall: SetWall) -> None:
    set_up = wall()
    async with set_up.app.run_test(size=(80, 24)) as pilot:
        await at_wall(set_up, pilot)
        set_up.app.terminal_gone()
        await pilot.pause(0.05)
    assert set_up.app.return_value == "kmm-tui: the wall's terminal was closed"


async def test_a_skill_that_is_gone_has_no_page_any_more(wall: SetWall) -> None:
    set_up = wall(plans=(Plan(("skill",), ("csat", "closed_conversations")),))
    async with set_up.app.run_test(size=(80, 24)) as pilot:
        await at_wall(set_up, pilot)
        assert "· Billing" in text_of(pilot)
        await set_up.publish(pilot, replace(scope_state(SKILLS[0]), is_withdrawn=True))
        await set_up.pass_(pilot, 1)
        assert "· Billing" not in text_of(pilot)
        assert "· Returns [EU]" in text_of(pilot)
