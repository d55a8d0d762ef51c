"""The heat map shades what is known, tells nothing from little, and keeps to the clock of the floor."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.message import Message
from textual.widget import Widget

from kmm_tui.api.window import HOUR
from kmm_tui.board.figure import Absent, Figure
from kmm_tui.metrics import BY_NAME, Unit
from kmm_tui.ui.heatmap import HOURS, SHADES, Day, HeatMap, local_day, scale_of, shade

MakeStage = Callable[[Widget], Any]
BERLIN = ZoneInfo("Europe/Berlin")
CLOSED = BY_NAME["closed_conversations"]
RESPONSE = BY_NAME["avg_time_to_response"]
TUESDAY = date(2026, 11, 17)


def day(of: date, hours: Mapping[int, Figure | None]) -> Day:
    begin = int(datetime(of.year, of.month, of.day, tzinfo=UTC).timestamp() * 1000)
    return Day(of, hours, {hour: begin + hour * HOUR for hour in range(HOURS)})


def fortnight(hours: Mapping[int, Figure | None], last: date = TUESDAY) -> list[Day]:
    return [day(last - timedelta(days=back), hours) for back in range(14)]


def cells(line: str, label: int, width: int) -> list[str]:
    return [line[label + hour * width : label + (hour + 1) * width] for hour in range(HOURS)]


@pytest.fixture
def heat() -> HeatMap:
    return HeatMap()


finite = st.floats(-1e6, 1e6)


@given(finite, finite, st.tuples(finite, finite).filter(lambda ends: ends[0] < ends[1]))
def test_more_is_never_lighter(one: float, other: float, scale: tuple[float, float]) -> None:
    less, more = sorted((one, other))
    assert SHADES.index(shade(less, *scale)) <= SHADES.index(shade(more, *scale))


@given(st.tuples(finite, finite).filter(lambda ends: ends[1] - ends[0] > 1e-3))
def test_the_low_end_is_blank_and_whatever_is_above_it_shows(scale: tuple[float, float]) -> None:
    low, high = scale
    assert shade(low, low, high) == shade(low - 1, low, high) == " "
    assert shade(low + (high - low) / 1e6, low, high) == "░"
    assert shade(high, low, high) == shade(high + 1, low, high) == "█"


@pytest.mark.parametrize(("width", "label", "cell"), [(60, 8, 2), (64, 12, 2), (100, 12, 3), (40, 8, 1)])
async def test_each_hour_of_each_day_has_its_shade(
    stage: MakeStage, heat: HeatMap, width: int, label: int, cell: int
) -> None:
    app = stage(heat)
    async with app.run_test(size=(width, 18)):
        heat.set_cells(CLOSED, fortnight({0: 0, 8: 5, 9: 20, 10: 21, 11: 60, 12: 99}), (0, 80))
        text = app.text()
        assert all(cell_len(line) == width for line in text)
        assert text[2].startswith(" Tue 17" if label == 8 else " Tue 17 Nov")
        assert text[15].startswith(" Wed 4")
        row = cells(text[2], label, cell)
        assert [row[hour].strip() for hour in (0, 8, 9, 10, 11, 12)] == [
            "", "░" * cell, "░" * cell, "▒" * cell, "▓" * cell, "█" * cell,
        ]  # fmt: skip
        assert all(row[hour].strip() == "·" for hour in (1, 7, 13, 23))
        hours = cells(text[1], label, cell)
        assert text[1][label + 12 * cell :].startswith("12")
        assert hours[0][:1] == "0"


async def test_the_legend_says_what_the_shades_are_and_which_way_is_good(stage: MakeStage, heat: HeatMap) -> None:
    app = stage(heat)
    async with app.run_test(size=(80, 18)):
        heat.set_cells(RESPONSE, fortnight({9: 60_000}), (0, 240_000))
        assert "0:00 ░░ 1:00 ▒▒ 2:00 ▓▓ 3:00 ██ 4:00+  less is better" in app.text()[16]
        heat.set_cells(CLOSED, fortnight({9: 6}), (0, 8))
        assert "more is better" in app.text()[16]
    small = HeatMap()
    narrow = stage(small)
    async with narrow.run_test(size=(40, 18)):
        small.set_cells(RESPONSE, fortnight({9: 60_000}), (0, 240_000))
        assert "0:00 ░▒▓█ 4:00+  less is better" in narrow.text()[16]


async def test_kinds_of_nothing_differ_from_each_other_and_from_zero(stage: MakeStage, heat: HeatMap) -> None:
    app = stage(heat)
    hours: dict[int, Figure | None] = {
        0: 0, 1: Absent.NOT_APPLICABLE, 2: Absent.NOT_ASKED, 3: None, 4: Absent.NOT_ANSWERED, 5: Absent.NOT_OFFERED,
        6: float("nan"),
    }  # fmt: skip
    async with app.run_test(size=(60, 18)):
        heat.set_cells(RESPONSE, [day(TUESDAY, hours)], (0, 240_000))
        assert [cell.strip() for cell in cells(app.text()[2], 8, 2)[:8]] == ["", "–", "·", "·", "?", "·", "·", "·"]
        said = []
        for hour in range(6):
            heat.cursor_to(TUESDAY, hour)
            said.append(app.text()[0].split("Response ")[1].strip())
        assert said == [
            "0:00", "not applicable", "not known", "not known", "asked for, not answered", "not offered",
        ]  # fmt: skip


async def test_the_cursor_reads_an_hour_and_is_seen_without_colour(stage: MakeStage, heat: HeatMap) -> None:
    app = stage(heat)
    async with app.run_test(size=(60, 18)) as pilot:
        heat.set_cells(RESPONSE, fortnight({9: 60_000, 10: 252_000}), (0, 240_000))
        heat.focus()
        assert "by day and hour" in app.text()[0]
        await pilot.press("left")
        assert heat.cursor == (TUESDAY, 10)
        assert app.text()[0].strip() == "Tue 17 Nov 10:00–11:00  Response 4:12"
        assert app.text()[2].startswith("▌Tue 17")
        assert cells(app.text()[2], 8, 2)[10] == "[]"
        assert cells(app.text()[1], 8, 2)[9:12] == ["  ", "10", "  "]
        await pilot.press("down", "h")
        assert app.text()[0].strip() == "Mon 16 Nov 09:00–10:00  Response 1:00"
        await pilot.press("home", "up", "up")
        assert heat.cursor == (TUESDAY, 0)
        await pilot.press("end", "right")
        assert heat.cursor == (TUESDAY, 23)
        await pilot.press("escape")
        assert heat.cursor is None
        assert not any("[]" in line for line in app.text())


async def test_the_cursor_stays_with_its_day(stage: MakeStage, heat: HeatMap) -> None:
    app = stage(heat)
    async with app.run_test(size=(60, 18)):
        heat.set_cells(CLOSED, fortnight({9: 6}), (0, 8))
        heat.cursor_to(TUESDAY, 9)
        heat.set_cells(CLOSED, fortnight({9: 6}, TUESDAY + timedelta(days=1)), (0, 8))
        assert app.text()[3].startswith("▌Tue 17")
        assert "Tue 17 Nov 09:00–10:00  Closed 6" in app.text()[0]
        heat.set_cells(CLOSED, fortnight({9: 6}, TUESDAY + timedelta(days=14)), (0, 8))
        assert heat.cursor is None
        assert not any("▌" in line for line in app.text())


async def test_enter_or_a_double_click_opens_an_hour(
    stage: MakeStage, heat: HeatMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[int] = []
    real = heat.post_message

    def post_message(message: Message) -> bool:
        if isinstance(message, HeatMap.Selected):
            opened.append(message.start)
        return real(message)

    monkeypatch.setattr(heat, "post_message", post_message)
    async with stage(heat).run_test(size=(60, 18)) as pilot:
        heat.set_cells(CLOSED, fortnight({9: 6}), (0, 8))
        heat.focus()
        await pilot.press("enter")
        assert opened == []
        heat.cursor_to(TUESDAY, 9)
        await pilot.press("enter")
        await pilot.click(heat, offset=(8 + 2 * 10, 3), times=2)
        starts = [datetime(2026, 11, 17, 9, tzinfo=UTC), datetime(2026, 11, 16, 10, tzinfo=UTC)]
        assert opened == [int(start.timestamp() * 1000) for start in starts]


async def test_a_click_reads_the_hour_under_it(stage: MakeStage, heat: HeatMap) -> None:
    app = stage(heat)
    async with app.run_test(size=(60, 18)) as pilot:
        heat.set_cells(CLOSED, fortnight({9: 6}), (0, 8))
        await pilot.click(heat, offset=(8 + 2 * 14 + 1, 4))
        assert heat.cursor == (TUESDAY - timedelta(days=2), 14)
        await pilot.click(heat, offset=(3, 4))
        await pilot.click(heat, offset=(20, 1))
        await pilot.click(heat, offset=(58, 5))
        assert heat.cursor == (TUESDAY - timedelta(days=2), 14)


async def test_days_that_do_not_fit_are_told_and_reached(stage: MakeStage, heat: HeatMap) -> None:
    app = stage(heat)
    async with app.run_test(size=(70, 9)) as pilot:
        heat.set_cells(CLOSED, fortnight({9: 6}), (0, 8))
        assert "↕8 more" in app.text()[1]
        assert "more is better" in app.text()[8]
        heat.cursor_to(TUESDAY, 9)
        heat.focus()
        await pilot.press(*["down"] * 13)
        assert app.text()[7].startswith("▌Wed 4 Nov")
        assert app.text()[2].startswith(" Mon 9 Nov")


def test_a_day_on_which_the_clocks_go_forward_lacks_an_hour() -> None:
    begin = int(datetime(2026, 3, 28, 23, tzinfo=UTC).timestamp() * 1000)
    made = local_day(date(2026, 3, 29), BERLIN, {begin + hour * HOUR: hour for hour in range(23)})
    assert sorted(made.starts) == [0, 1, *range(3, 24)]
    assert [made.hours[hour] for hour in (0, 1, 3, 23)] == [0, 1, 2, 22]
    assert made.doubled == frozenset()


def test_a_day_on_which_they_go_back_tells_the_second_of_its_double_hour() -> None:
    begin = int(datetime(2026, 10, 24, 22, tzinfo=UTC).timestamp() * 1000)
    made = local_day(date(2026, 10, 25), BERLIN, {begin + hour * HOUR: hour for hour in range(25)})
    assert sorted(made.starts) == list(range(24))
    assert [made.hours[hour] for hour in (0, 1, 2, 3, 23)] == [0, 1, 3, 4, 24]
    assert made.doubled == {2}


async def test_days_of_other_lengths_say_so(stage: MakeStage, heat: HeatMap) -> None:
    app = stage(heat)
    async with app.run_test(size=(60, 18)):
        days = [local_day(date(2026, 3, 29), BERLIN, {}), local_day(date(2026, 10, 25), BERLIN, {})]
        start = days[1].starts[2]
        days[1] = local_day(date(2026, 10, 25), BERLIN, {start: 60})
        heat.set_cells(CLOSED, days, (0, 80))
        short, long = app.text()[2], app.text()[3]
        assert cells(short, 8, 2)[1:4] == ["· ", "  ", "· "]
        assert short.endswith(" 23h")
        assert cells(long, 8, 2)[1:4] == ["· ", "▓²", "· "]
        assert long.endswith(" 25h")
        heat.cursor_to(date(2026, 3, 29), 2)
        assert "no such hour" in app.text()[0]
        heat.cursor_to(date(2026, 10, 25), 2)
        assert "02:00–03:00 ²  Closed 60" in app.text()[0]


@given(st.sampled_from(sorted(BY_NAME)), st.lists(st.floats(0, 1e7), max_size=20))
def test_a_scale_holds_what_it_is_made_for(name: str, values: list[float]) -> None:
    metric = BY_NAME[name]
    if metric.unit in (Unit.SHARE, Unit.SCORE):
        values = [value / 1e7 for value in values]
    low, high = scale_of(metric, [*values, None, Absent.NOT_APPLICABLE])
    assert low < high
    assert max(values, default=low) <= high * (1 + 1e-9)
    if metric.unit is Unit.COUNT:
        assert high / 4 == int(high / 4)


def test_shares_that_are_all_high_are_still_told_apart() -> None:
    csat = next(metric for metric in BY_NAME.values() if metric.unit is Unit.SHARE)
    assert scale_of(csat, [0.81, 0.93]) == (0.8, 1.0)
    assert scale_of(csat, [0.1, 0.93]) == (0.0, 1.0)


@pytest.mark.parametrize("size", [(1, 1), (31, 5), (32, 4), (36, 3), (60, 2), (300, 80)])
async def test_it_is_sensible_at_any_size(stage: MakeStage, heat: HeatMap, size: tuple[int, int]) -> None:
    app = stage(heat)
    async with app.run_test(size=size):
        assert [cell_len(line) for line in app.text()] == [size[0]] * size[1]
        heat.set_cells(CLOSED, fortnight({9: 6}), (0, 8))
        heat.cursor_to(TUESDAY, 9)
        assert [cell_len(line) for line in app.text()] == [size[0]] * size[1]
        if size[0] < 32 and size[1] > 1:
            assert "32 columns" in " ".join(" ".join(app.text()).split())


async def test_no_map_without_its_reason(stage: MakeStage, heat: HeatMap, redraws: Callable[[Widget], Any]) -> None:
    app = stage(heat)
    async with app.run_test(size=(60, 18)) as pilot:
        assert "no hour is known yet" in "".join(app.text())
        heat.set_cells(CLOSED, fortnight({9: 6}), (0, 8))
        live = app.text()
        heat.message = "not a figure by time"
        await pilot.pause()
        assert app.text()[0].strip() == "not a figure by time"
        heat.message = None
        await pilot.pause()
        assert app.text() == live
        asked = redraws(heat)
        heat.set_cells(CLOSED, fortnight({9: 6}), (0, 8))
        assert asked.take() == []
        heat.set_cells(CLOSED, [day(TUESDAY, {9: 1}), *fortnight({9: 6})[1:]], (0, 8))
        assert [region.y for region in asked.take()] == [2]


def test_impossible_maps_are_refused(heat: HeatMap) -> None:
    with pytest.raises(ValueError, match="rise"):
        heat.set_cells(CLOSED, fortnight({}), (1, 1))
    with pytest.raises(ValueError, match="same date"):
        heat.set_cells(CLOSED, [day(TUESDAY, {}), day(TUESDAY, {})], (0, 1))
    with pytest.raises(ValueError, match="0 to 23"):
        heat.cursor_to(TUESDAY, 24)
