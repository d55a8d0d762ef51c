"""The bar tells where in the last fourteen days one looks, in words and by its place."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.widget import Widget

from kmm_tui.api.window import DAY, HOUR, MINUTE, Window
from kmm_tui.ui.timebar import TimeBar, ago_text, window_text

MakeStage = Callable[[Widget], Any]
ZONE = ZoneInfo("Europe/Berlin")
NOW = int(datetime(2026, 11, 21, 14, 0, tzinfo=ZONE).timestamp() * 1000)


def before(days: int, hours: int, width: int = HOUR) -> Window:
    """A window that ended so long ago."""
    end = NOW - days * DAY - hours * HOUR
    return Window(end - width, end)


def bar(window: Window | None) -> TimeBar:
    made = TimeBar(ZONE)
    made.update_bar(NOW, window)
    return made


def text(made: TimeBar, width: int) -> str:
    return "".join(piece for piece, _ in made.lines(width)[0])


async def test_it_takes_no_room_while_live(stage: MakeStage) -> None:
    made = TimeBar(ZONE)
    async with stage(made).run_test(size=(100, 3)) as pilot:
        assert made.size.height == 0
        made.update_bar(NOW, before(2, 3))
        await pilot.pause()
        assert made.render_line(0).text.startswith(" ◂ PAST Thu 19 Nov 10:00–11:00 · 2 days 3 h ago")
        made.update_bar(NOW, None)
        await pilot.pause()
        assert made.size.height == 0


async def test_a_second_later_nothing_is_drawn_again(stage: MakeStage, redraws: Callable[[Widget], Any]) -> None:
    made, window, now = TimeBar(ZONE), before(2, 3), NOW + 7 * MINUTE
    made.update_bar(now, window)
    async with stage(made).run_test(size=(100, 3)) as pilot:
        await pilot.pause()
        asked = redraws(made)
        made.update_bar(now + 1000, window)
        assert asked.take() == []


@given(st.integers(0, 13), st.integers(0, 23), st.integers(62, 240))
def test_the_block_stands_where_the_window_lies(days: int, hours: int, width: int) -> None:
    line = text(bar(before(days, hours)), width)
    assert cell_len(line) <= width
    assert "PAST" in line
    track = line[line.index("├") + 1 : line.rindex("┤")]
    share = 1 - (days * 24 + hours + 0.5) / (14 * 24)
    cells = [index for index, char in enumerate(track) if char == "█"]
    assert cells == list(range(cells[0], cells[-1] + 1))
    assert cells[0] <= share * len(track) <= cells[-1] + 1
    assert len(cells) <= 2 + len(track) / 14 / 24


def test_further_back_is_never_further_right() -> None:
    places = [text(bar(before(days, 0)), 140).index("█") for days in range(14)]
    assert places == sorted(set(places), reverse=True)


def test_a_day_is_as_wide_as_a_day() -> None:
    line = text(bar(before(3, 0, DAY)), 160)
    track = line[line.index("├") + 1 : line.rindex("┤")]
    assert abs(track.count("█") - len(track) / 14) <= 1.5


def test_days_are_ticked_and_named_as_room_allows() -> None:
    wide = text(bar(before(2, 3)), 160)
    assert "14 days ago ├" in wide
    assert wide.rstrip().endswith("┤ now")
    letters = [char for char in wide[wide.index("├") :] if char in "MTWFS█"]
    assert "".join(letters).replace("██", "█") == "SMTWTFSSMTW█FS"
    track = wide[wide.index("├") : wide.rindex("┤")]
    assert track.count("┴") in (13, 14)
    middle = text(bar(before(2, 3)), 84)
    assert "┴" in middle
    assert "S" not in middle[middle.index("├") :]
    narrow = text(bar(before(2, 3)), 60)
    assert "┴" not in narrow
    assert "█" in narrow


@pytest.mark.parametrize("width", [20, 38, 50])
def test_words_stay_where_the_bar_has_no_room(width: int) -> None:
    line = text(bar(before(2, 3)), width)
    assert line.startswith(" ◂ PAST Thu 19 Nov 10:00–11:00")
    assert "├" not in line


def test_windows_older_than_the_api_keeps_stand_at_the_edge() -> None:
    line = text(bar(before(20, 0)), 120)
    assert line[line.index("├") + 1] == "█"


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (before(0, 14, 2 * HOUR), "Fri 20 Nov 22:00–24:00"),
        (before(0, 13, 2 * HOUR), "Fri 20 Nov 23:00–Sat 21 Nov 01:00"),
        (before(0, 14, DAY), "Fri 20 Nov 00:00–24:00"),
        (before(27, 12, 3 * HOUR), "Sun 25 Oct 00:00–02:00"),
        (Window(before(1, 0).start + 30_000, before(1, 0).end - 30_000), "Fri 20 Nov 13:00–14:00"),
    ],
)
def test_windows_are_told_in_local_time_and_whole_minutes(window: Window, words: str) -> None:
    assert window_text(window, ZONE) == words


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (-5, "just now"), (59_000, "just now"), (42 * MINUTE, "42 min ago"), (3 * HOUR + 5 * MINUTE, "3 h 5 min ago"),
        (DAY, "1 day ago"), (2 * DAY + 3 * HOUR + MINUTE, "2 days 3 h ago"),
    ],
)  # fmt: skip
def test_how_long_ago_is_told_in_two_units(ms: int, words: str) -> None:
    assert ago_text(ms) == words
