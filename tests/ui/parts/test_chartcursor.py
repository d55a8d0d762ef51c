"""The chart's cursor reads what was known at a moment; limits and values below zero stand where they belong."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual.geometry import Region
from textual.widget import Widget

from kmm_tui.board.figure_text import wait_text
from kmm_tui.ui.chartplot import Plot, Unit
from kmm_tui.ui.chartscale import DURATION_STEPS
from kmm_tui.ui.linechart import LineChart, Series

MakeStage = Callable[[Widget], Any]
MakeRedraws = Callable[[Widget], Any]

MINUTE = 60_000
HOUR = 60 * MINUTE
PLAIN = Unit("{:g}".format, None, False, None)


def each_minute(*values: float | None, every: int = 1) -> tuple[tuple[int, float | None], ...]:
    return tuple((index * every * MINUTE, value) for index, value in enumerate(values))


def row_of(app: Any, text: str) -> int:
    return next(y for y, line in enumerate(app.text()) if text in line)


@pytest.fixture
def chart() -> LineChart:
    return LineChart(zone=UTC)


# -- limits and scales


async def test_a_limit_is_a_dashed_line_with_its_sign_and_name_once_the_data_come_near(
    stage: MakeStage, chart: LineChart
) -> None:
    app = stage(chart)
    async with app.run_test(size=(70, 20)):
        chart.set_limits([(20, "warn", "max 20"), (60, "critical", "max 60")])
        chart.set_data([Series("queue", each_minute(2, 11, 3))])
        assert "max" not in "".join(app.text())
        chart.set_data([Series("queue", each_minute(2, 13, 3))])
        line = app.text()[row_of(app, "▲ max 20")]
        assert line.count("⠉ ⠉ ⠉") or line.count("⠒ ⠒ ⠒") or line.count("⠤ ⠤ ⠤") or line.count("⣀ ⣀ ⣀")
        assert "■" not in "".join(app.text())
        chart.set_data([Series("queue", each_minute(2, 50, 3))])
        assert row_of(app, "■ max 60") < row_of(app, "▲ max 20")
        chart.set_limits([])
        assert "max" not in "".join(app.text())


async def test_limits_in_one_row_are_both_named(stage: MakeStage, chart: LineChart) -> None:
    app = stage(chart)
    async with app.run_test(size=(70, 12)):
        chart.set_limits([(50, "warn", "warn 50"), (51, "critical", "crit 51")])
        chart.set_data([Series("queue", each_minute(0, 100))])
        assert abs(row_of(app, "■ crit 51") - row_of(app, "▲ warn 50")) == 1


async def test_where_names_do_not_fit_the_signs_of_limits_stay(stage: MakeStage, chart: LineChart) -> None:
    app = stage(chart)
    async with app.run_test(size=(30, 10)):
        chart.set_limits([(20, "warn", "max 20")])
        chart.set_data([Series("queue", each_minute(2, 13, 30))])
        assert "max" not in "".join(app.text())
        assert any(line.endswith("▲") for line in app.text())


async def test_scores_below_zero_hang_under_a_line_at_zero(stage: MakeStage, chart: LineChart) -> None:
    app = stage(chart)
    async with app.run_test(size=(60, 16)):
        chart.set_unit("{:+.0f}".format)
        chart.set_data([Series("NPS", each_minute(60, 60, None, -60, -60))])
        above, zero, below = (row_of(app, label) for label in ("+50┤", "+0┤", "-50┤"))
        assert above < zero < below
        text = app.text()
        assert len(set(text[zero].split("┤")[1].strip())) == 1
        half = len(text[0]) // 2
        assert not any(char >= "⠀" for y in range(zero + 1, below + 3) for char in text[y][5:half])
        assert not any(char >= "⠀" for y in range(above - 2, zero) for char in text[y][half + 2 :])


async def test_another_unit_is_another_axis(stage: MakeStage, chart: LineChart, redraws: MakeRedraws) -> None:
    app = stage(chart)
    async with app.run_test(size=(60, 16)) as pilot:
        chart.set_data([Series("wait", each_minute(80_000, 250_000))])
        chart.set_unit(wait_text, steps=DURATION_STEPS)
        assert "4:00┤" in "".join(app.text())
        await pilot.pause()
        asked = redraws(chart)
        chart.set_unit(wait_text, steps=DURATION_STEPS)
        chart.set_limits([])
        assert asked.take() == []
        with pytest.raises(ValueError, match="y_top"):
            chart.set_unit(wait_text, y_top=0)


points = st.lists(
    st.tuples(st.integers(1, 6), st.one_of(st.none(), st.floats(-100, 100))), min_size=1, max_size=40
).map(
    lambda steps: tuple((sum(gap for gap, _ in steps[: index + 1]) * MINUTE, y) for index, (_, y) in enumerate(steps))
)


@given(points, st.integers(40, 90), st.integers(6, 20))
def test_no_dot_stands_in_a_gap_and_none_outside_the_values_around_it(known: Any, width: int, height: int) -> None:
    span = (0, max(x for x, _ in known) + MINUTE)
    series = Series("a", known, gap_ms=2 * MINUTE)
    plot = Plot([series], span, [], PLAIN, UTC, (width, height), 0)
    allowed: set[int] = set()
    for run in series.runs():
        allowed |= set(range(plot.column(run[0][0]), plot.column(run[-1][0]) + 1))
    zero = plot.scale.bottom < 0 < plot.scale.top
    seen = {
        column
        for y, row in enumerate(plot.rows())
        if not (zero and y == plot.scale.row(0))
        for column, char in enumerate("".join(text for text, _ in row)[plot.gutter :])
        if char != " "
    }
    assert seen <= allowed
    if not zero:
        assert {plot.column(run[0][0]) for run in series.runs()} <= seen


# -- the cursor


async def test_the_cursor_reads_one_value_after_the_other_and_not_what_is_unknown(
    stage: MakeStage, chart: LineChart
) -> None:
    app = stage(chart)
    async with app.run_test(size=(70, 12)) as pilot:
        chart.set_data(
            [
                Series("queue", each_minute(4, None, 6, 7, every=5)),
                Series("last week", each_minute(1, 2, 3, None, every=5), "dim"),
            ]
        )
        chart.focus()
        assert chart.readout() is None
        read = []
        for key in ("right", "l", "right", "right", "right"):
            await pilot.press(key)
            readout = chart.readout()
            assert readout is not None
            read.append((readout.time, *(text for _, text, _ in readout.values)))
        assert read == [
            ("00:00", "4", "1"), ("00:05", "·", "2"), ("00:10", "6", "3"), ("00:15", "7", "·"), ("00:15", "7", "·"),
        ]  # fmt: skip
        first = app.text()[0]
        assert first.split() == ["00:15", "⠤⠤⠤", "queue", "7", first.split()[4], "last", "week", "·"]
        await pilot.press("home")
        assert chart.cursor == 0
        await pilot.press("end")
        assert chart.cursor == 15 * MINUTE
        await pilot.press("shift+left")
        assert chart.cursor == 0


async def test_a_thin_line_marks_the_column_and_hides_nothing(stage: MakeStage, chart: LineChart) -> None:
    app = stage(chart)
    async with app.run_test(size=(60, 12)):
        chart.set_data([Series("queue", each_minute(5, 9, 2, 8))])
        plain = app.text()
        chart.cursor_to(2 * MINUTE)
        column = chart.cursor_column
        assert column is not None
        marked = app.text()
        for y in range(1, 10):
            assert marked[y][column] == ("│" if plain[y][column] == " " else plain[y][column])
            assert marked[y][:column] + marked[y][column + 1 :] == plain[y][:column] + plain[y][column + 1 :]
        assert marked[10:] == plain[10:]
        chart.cursor_off()
        assert app.text() == plain


async def test_the_cursor_stays_with_its_moment_as_time_moves_on(stage: MakeStage, chart: LineChart) -> None:
    app = stage(chart)
    async with app.run_test(size=(80, 12)):
        values = tuple((x * MINUTE, float(x)) for x in range(200))
        chart.set_data([Series("queue", values[:61])], span=(0, HOUR))
        chart.cursor_to(40 * MINUTE)
        columns = []
        for later in (0, 10, 30, 40):
            chart.set_data([Series("queue", values[: 61 + later])], span=(later * MINUTE, later * MINUTE + HOUR))
            assert chart.cursor == 40 * MINUTE
            readout = chart.readout()
            assert readout is not None
            assert (readout.time, readout.values[0][1]) == ("00:40", "40")
            assert chart.cursor_column is not None
            columns.append(chart.cursor_column)
        assert columns == sorted(set(columns), reverse=True)
        chart.set_data([Series("queue", values)], span=(50 * MINUTE, 110 * MINUTE))
        assert chart.cursor_column is None
        assert chart.readout() is None
        assert chart.cursor == 40 * MINUTE


@given(st.integers(0, 2879), st.integers(30, 200), st.integers(0, 1000))
@example(index=417, width=30, shift=416)
def test_what_is_read_covers_the_true_value_however_many_points_share_a_column(
    index: int, width: int, shift: int
) -> None:
    known = tuple((i * 30_000, float((i * 7919) % 1000)) for i in range(2880))
    plot = Plot([Series("a", known)], (0, 2880 * 30_000 + shift * MINUTE), [], PLAIN, UTC, (width, 20), 2)
    moment, value = known[index]
    text = plot.read(moment).values[0][1]
    low, _, high = text.partition("–")
    here = [y for x, y in known if plot.column(x) == plot.column(moment)]
    assert (float(low), float(high or low)) == (min(here), max(here))
    assert float(low) <= value <= float(high or low)


@given(st.integers(-12, 12), st.integers(0, 2879), st.integers(30, 200))
def test_each_step_of_the_cursor_is_seen(steps: int, index: int, width: int) -> None:
    known = tuple((i * 30_000, 1.0) for i in range(2880))
    plot = Plot([Series("a", known)], (0, 2880 * 30_000), [], PLAIN, UTC, (width, 20), 2)
    before = index * 30_000
    after = plot.step(before, steps)
    assert after is not None
    last = plot.column(known[-1][0])
    assert plot.column(after) == max(0, min(plot.column(before) + steps, last))


async def test_the_mouse_reads_in_passing_and_a_click_stays(stage: MakeStage, chart: LineChart) -> None:
    app = stage(chart)
    async with app.run_test(size=(70, 12)) as pilot:
        chart.set_data([Series("queue", each_minute(*range(13), every=5))], span=(0, 3 * HOUR))
        await pilot.hover(chart, offset=(20, 5))
        passing = chart.cursor
        assert passing is not None
        assert passing % (5 * MINUTE) == 0
        await pilot.click(chart, offset=(10, 5))
        held = chart.cursor
        assert held is not None
        assert held < passing
        await pilot.hover(chart, offset=(60, 5))
        readout = chart.readout()
        assert readout is not None
        assert readout.values[0][1] == "·"
        chart.on_leave()
        assert chart.cursor == held


async def test_moving_the_cursor_draws_its_columns_and_the_figures_only(
    stage: MakeStage, chart: LineChart, redraws: MakeRedraws
) -> None:
    app = stage(chart)
    async with app.run_test(size=(60, 12)) as pilot:
        chart.set_data([Series("queue", each_minute(5, 9, 2, 8))])
        chart.cursor_to(MINUTE)
        await pilot.pause()
        x = chart.cursor_column
        assert x is not None
        asked = redraws(chart)
        chart.cursor_to(MINUTE)
        assert asked.take() == []
        chart.cursor_to(2 * MINUTE)
        regions = asked.take()
        assert Region(x, 1, 1, 11) in regions
        assert all(region is not None and (region.width == 1 or region.height == 1) for region in regions)


async def test_escape_takes_the_cursor_away_and_is_the_screens_without_one(stage: MakeStage, chart: LineChart) -> None:
    app = stage(chart)
    backs = []
    app.action_back = lambda: backs.append(chart.cursor)
    app.bind("escape", "back")
    async with app.run_test(size=(60, 12)) as pilot:
        chart.set_data([Series("queue", each_minute(5, 9, 2, 8))])
        chart.focus()
        await pilot.press("left")
        assert chart.cursor == 3 * MINUTE
        await pilot.press("escape")
        assert chart.cursor is None
        assert backs == []
        await pilot.press("escape")
        assert backs == [None]


async def test_without_a_picture_there_is_nothing_to_read(stage: MakeStage, chart: LineChart) -> None:
    app = stage(chart)
    async with app.run_test(size=(60, 12)) as pilot:
        chart.focus()
        await pilot.press("right", "end", "left")
        await pilot.hover(chart, offset=(20, 5))
        assert chart.cursor is None
        assert chart.readout() is None
        assert "waiting for the first answer" in "".join(app.text())


async def test_figures_push_names_aside_where_room_is_short(stage: MakeStage) -> None:
    chart = LineChart(y_format=wait_text, steps=DURATION_STEPS, zone=UTC)
    app = stage(chart)
    async with app.run_test(size=(44, 9)):
        chart.set_data([Series("90th percentile", each_minute(1000, 73_000)), Series("last week", each_minute(5000))])
        before = len(app.text()[0]), row_of(app, "┤")
        chart.cursor_to(MINUTE)
        head = "".join(app.text()[: before[1]])
        assert "1:13" in head
        assert "00:01" in head
        assert (len(app.text()[0]), row_of(app, "┤")) == before


@pytest.mark.parametrize(("key", "minute"), [("right", 40), ("left", 10)])
async def test_from_a_gap_the_cursor_goes_to_the_next_that_is_known(
    stage: MakeStage, chart: LineChart, key: str, minute: int
) -> None:
    app = stage(chart)
    async with app.run_test(size=(70, 12)) as pilot:
        known = tuple((each * MINUTE, 5.0) for each in (*range(0, 11, 5), *range(40, 61, 5)))
        chart.set_data([Series("queue", known)])
        chart.focus()
        chart.cursor_to(25 * MINUTE)
        await pilot.press(key)
        assert chart.cursor == minute * MINUTE


async def test_a_column_of_several_values_tells_their_times_and_days(stage: MakeStage, chart: LineChart) -> None:
    app = stage(chart)
    async with app.run_test(size=(70, 12)):
        known = tuple((each * 5 * MINUTE, float(each)) for each in range(2 * 288))
        chart.set_data([Series("queue", known)])
        chart.cursor_to(30 * HOUR)
        readout = chart.readout()
        assert readout is not None
        begin, end = readout.time.removeprefix("Fri 2 Jan ").split("–")
        first, last = (int(text[:2]) * 12 + int(text[3:]) // 5 + 288 for text in (begin, end))
        assert first <= 360 <= last
        assert last > first
        assert readout.values[0][1] == f"{first}–{last}"
