"""What figures are counted over: chosen from a list or typed, on the live board."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time

from kmm_tui.api.window import HOUR, MINUTE, Window
from kmm_tui.board.scope import ACCOUNT
from kmm_tui.board.shifts import Shift
from kmm_tui.board.state import TopicState

from .conftest import ACCOUNT_SNAPSHOT, LIMITED, NOW, NOW_MS, SKILLS, SetStage, row, scope_state
from .person import Person, at_board, shows

MIDNIGHT = NOW_MS - (14 * HOUR + 4 * MINUTE + 31_000)
EARLY = Shift("Early", time(7), time(15))
WEEKDAYS = Shift("Fridays", time(9), time(17), days=frozenset({4}))
SHIFTS = replace(LIMITED, shifts=(EARLY, WEEKDAYS))


def present_window(person: Person) -> Window:
    """What live figures are asked for over by now."""
    window = person.stage.feed.window
    assert isinstance(window, Callable)  # type: ignore[arg-type]
    return window()  # type: ignore[operator]


def over(window: Window, **values: float) -> TopicState:
    """The account's answer over another window."""
    snapshot = row(ACCOUNT.level, "", None, **values)
    return scope_state(replace(snapshot, scope=ACCOUNT, window=window))


@shows("time.window", "windows.close")
async def test_the_list_has_widths_shifts_and_days_and_escape_changes_nothing(stage: SetStage) -> None:
    async with at_board(stage, prefs=SHIFTS) as person:
        await person.press("d")
        for label in (
            "last 15m",
            "last 1h",
            "last 24h",
            "since Early 07:00",
            "since Fridays 09:00",
            "today",
            "yesterday",
        ):
            person.line(label)
        assert any("▌" in line and "last 1h" in line for line in person.lines)
        await person.press("escape")
        assert person.is_at_the_board
        assert person.stage.feed.window == HOUR


async def test_figures_of_the_window_before_are_not_shown_as_those_of_the_new_one(stage: SetStage) -> None:
    async with at_board(stage) as person:
        assert "312" in person.line("whole account")
        await person.press("d", "end", "up", "enter")
        assert present_window(person) == Window(MIDNIGHT, NOW_MS)
        head = person.line("Acme EMEA")
        assert "today being asked for" in head
        assert "13:05" not in head
        person.line("CLOSED today")
        person.line("underlined: today")
        for gone in ("312", "201 agt", "1:48"):
            assert gone not in person.text, gone
        # Values of this moment have no window, and stand.
        assert "27" in person.line("whole account")
        assert "4:12" in person.line("Billing")
        # An answer that was on its way still is one of the hour before.
        await person.publish(scope_state(ACCOUNT_SNAPSHOT), scope_state(SKILLS[0]))
        assert "312" not in person.text
        assert "88" not in person.line("Billing")
        await person.press("shift+tab")
        await person.publish(over(Window(MIDNIGHT, NOW_MS), closed_conversations=2718, unassigned_conversations=27))
        assert "2718" in person.line("whole account")
        assert "today 00:00–14:05" in person.line("Acme EMEA")


async def test_a_range_is_typed_and_what_cannot_be_is_refused_with_what_can(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("d", "tab")
        for text, told in (
            ("3 oct 10:00-11:00", "only the last 14 days are kept"),
            ("20 nov 8:00-21 nov 12:00", "at most 24h can be shown at once"),
            ("15:00-16:00", "write such as"),
            ("soon", "is not understood"),
        ):
            await person.type(text.replace(":", ":").replace("-", "-").lower())
            await person.press("enter")
            assert not person.is_at_the_board, text
            if text != "15:00-16:00":
                person.line(told)
            await person.press("ctrl+u")
            if person.is_at_the_board:
                await person.press("d", "tab")
        await person.type("20 nov 10-11")
        await person.press("enter")
        person.line("PAST Fri 20 Nov 10:00–11:00")
        await person.press("full_stop")
        assert "last 1h" in person.line("Acme EMEA")
        assert person.stage.feed.window == HOUR


async def test_yesterday_is_past_and_now_is_what_it_was_before(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("d", "end", "enter")
        person.line("PAST Sat 21 Nov 00:00–24:00")
        await person.press("full_stop")
        assert "last 1h" in person.line("Acme EMEA")
        assert "312" in person.line("whole account")


async def test_a_shift_that_is_long_over_gives_way_to_the_usual_width(stage: SetStage) -> None:
    prefs = replace(SHIFTS, span=None)
    async with at_board(stage, prefs=prefs) as person:
        await person.press("d", "end", "up", "up", "enter")
        person.line("Fridays is not running and last began on Fri 09:00, over 24 hours ago")
        assert person.stage.feed.window == HOUR
        await person.press("d", "end", "up", "up", "up", "enter")
        assert present_window(person) == Window(MIDNIGHT + 7 * HOUR, NOW_MS)
        person.line("CLOSED since 07:00")


async def test_a_board_that_begins_with_a_shift_goes_on_when_that_is_long_over(stage: SetStage) -> None:
    from kmm_tui.board.span import since

    prefs = replace(SHIFTS, shifts=(WEEKDAYS,), span=since(WEEKDAYS))
    async with at_board(stage, prefs=prefs) as person:
        window = present_window(person)
        assert window.width == HOUR
        person.line("last 1h instead: Fridays is not running")
        assert "last 1h 13:05–14:05" in person.line("Acme EMEA")
        assert "312" in person.line("whole account")
        await person.press("left_square_bracket")
        person.line("PAST Sun 22 Nov 12:05–13:05")
        await person.press("full_stop")
        # On Friday it is the shift again, without anybody's doing.
        friday = NOW + 5 * 86400
        await person.wait_until(friday)
        assert "since Fridays 09:00" in person.line("Acme EMEA")
        assert present_window(person).start == int(MIDNIGHT + 5 * 24 * HOUR + 9 * HOUR)
        assert "instead" not in person.text
