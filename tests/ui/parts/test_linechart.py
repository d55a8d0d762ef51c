"""The chart tells what is known, and only that."""

from collections.abc import Callable, Container
from datetime import UTC
from itertools import pairwise
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.widget import Widget

from kmm_tui.ui.braille import PATTERNS, Canvas, Pen, sample
from kmm_tui.ui.chartscale import DURATION_STEPS
from kmm_tui.ui.linechart import LineChart, Series

MakeStage = Callable[[Widget], Any]
MakeRedraws = Callable[[Widget], Any]

MINUTE = 60_000
HOUR = 60 * MINUTE


def level(value: float, minutes: int = 60, skip: Container[int] = ()) -> tuple[tuple[int, float], ...]:
    """One value a minute, but for `skip`."""
    return tuple((minute * MINUTE, value) for minute in range(minutes + 1) if minute not in skip)


def colours(chart: LineChart, y: int, first: str = "") -> list[str]:
    """Text colours of the line's segments that show anything, from the character `first` on."""
    styles = [part.style for part in chart.render_line(y) if part.text.strip() and part.text.strip()[0] >= first]
    return [style.color.name for style in styles if style is not None and style.color is not None]


def plot(app: Any) -> list[bool]:
    """Per column of the plot, whether anything is drawn in it."""
    rows = [line.split("│")[-1].split("┤")[-1] for line in app.text() if "│" in line or "┤" in line]
    return [any(row[column] != " " for row in rows) for column in range(len(rows[0]))]


@pytest.fixture
def chart() -> LineChart:
    return LineChart(zone=UTC)


async def test_a_line_is_drawn_at_its_height_on_a_scale_from_0(stage: MakeStage, chart: LineChart) -> None:
    app = stage(chart)
    async with app.run_test(size=(60, 14)):
        chart.set_data([Series("queue", level(20))])
        lines = app.text()
        assert lines[1].lstrip().startswith("20┤")
        assert set(lines[1].split("┤")[1].strip()) <= set("⠉⠁⠈")
        assert next(line for line in lines if line.lstrip().startswith("0┤"))
        assert plot(app) == [True] * len(plot(app))
        chart.set_data([Series("queue", level(0))])
        zero = next(line for line in app.text() if line.lstrip().startswith("0┤"))
        assert set(zero.split("┤")[1].strip()) <= set("⣀⡀⢀")
        assert zero.split("┤")[1].strip()


@pytest.mark.parametrize(
    "points",
    [
        level(5, skip=range(20, 41)),
        tuple((x, None if 20 * MINUTE <= x <= 40 * MINUTE else y) for x, y in level(5)),
        tuple((x, float("nan") if 20 * MINUTE <= x <= 40 * MINUTE else y) for x, y in level(5)),
    ],
    ids=["no points", "unknown", "not a number"],
)
async def test_what_is_not_known_is_a_gap_never_drawn_across(stage: MakeStage, chart: LineChart, points: Any) -> None:
    app = stage(chart)
    async with app.run_test(size=(64, 12)):
        chart.set_data([Series("queue", points)], span=(0, HOUR))
        drawn = plot(app)
        third = len(drawn) // 3
        assert all(drawn[: third - 2])
        assert not any(drawn[third + 2 : 2 * third - 2])
        assert all(drawn[2 * third + 2 :])


async def test_a_lonely_point_is_seen(stage: MakeStage, chart: LineChart) -> None:
    app = stage(chart)
    async with app.run_test(size=(64, 12)):
        chart.set_data([Series("queue", ((30 * MINUTE, 4.0),))], span=(0, HOUR))
        assert plot(app).count(True) == 1


async def test_one_missing_answer_is_a_gap_even_with_a_limit_of_its_own(stage: MakeStage, chart: LineChart) -> None:
    app = stage(chart)
    async with app.run_test(size=(130, 12)):
        chart.set_data([Series("q", level(5, skip=(30,)), gap_ms=MINUTE)], span=(0, HOUR))
        assert not all(plot(app))
        chart.set_data([Series("q", level(5, skip=(30,)), gap_ms=5 * MINUTE)], span=(0, HOUR))
        assert all(plot(app))


async def test_series_are_told_apart_without_colour(stage: MakeStage, chart: LineChart) -> None:
    app = stage(chart)
    async with app.run_test(size=(70, 14)):
        texts = []
        for count in range(4):
            dull = [Series(str(each), ((0, None),), "dim") for each in range(count)]
            chart.set_data([*dull, Series("line", level(10), "dim")], span=(0, HOUR))
            texts.append(app.text()[-13:])
        lines = [next(line for line in text if line.lstrip().startswith("10┤")) for text in texts]
        assert len(set(lines)) == 4
        assert all(sample(each) in app.text()[0] for each in range(4))


async def test_the_first_series_lies_over_the_others(stage: MakeStage, chart: LineChart) -> None:
    app = stage(chart)
    async with app.run_test(size=(40, 10)):
        chart.set_data([Series("a", level(5), "critical"), Series("b", level(5), "dim")], span=(0, HOUR))
        row = next(y for y, line in enumerate(app.text()) if "5┤" in line)
        wanted = app.current_theme.variables["kmm-critical"]
        assert colours(chart, row, "⠀") == [wanted]


async def test_axes_carry_units_and_local_time(stage: MakeStage) -> None:
    chart = LineChart(y_format=lambda ms: f"{int(ms) // MINUTE}:00", steps=DURATION_STEPS, zone=UTC)
    app = stage(chart)
    async with app.run_test(size=(80, 14)):
        chart.set_data([Series("p90", level(200_000.0))], span=(13 * HOUR, 14 * HOUR))
        assert "nothing known in this time" in "".join(app.text())
        chart.set_data([Series("p90", tuple((x + 13 * HOUR, y) for x, y in level(200_000.0)))])
        assert any(line.startswith("4:00┤") for line in app.text())
        assert "13:30" in app.text()[-1]
        mark = app.text()[-1].index("13:30") + 2
        assert app.text()[-2][mark] == "┬"


async def test_a_fixed_scale_holds_and_what_is_above_sticks_to_its_top(stage: MakeStage) -> None:
    chart = LineChart(y_top=1, y_format=lambda share: f"{share:.0%}", zone=UTC)
    app = stage(chart)
    async with app.run_test(size=(40, 10)):
        chart.set_data([Series("load", level(1.4))])
        assert app.text()[1].startswith("100%┤")
        assert app.text()[1].split("┤")[1].strip()


@pytest.mark.parametrize("size", [(300, 80), (80, 24), (40, 8), (20, 4), (20, 3), (12, 2), (3, 1), (1, 1)])
async def test_it_is_sensible_at_any_size(stage: MakeStage, size: tuple[int, int]) -> None:
    chart = LineChart(y_format=lambda value: f"{value:.0f} convs", zone=UTC)
    app = stage(chart)
    async with app.run_test(size=size) as pilot:
        chart.set_data(
            [Series("李偉 waiting", level(20)), Series("usual", level(12), "dim"), Series("max", level(25), "warn")]
        )
        await pilot.pause()
        assert [cell_len(line) for line in app.text()] == [size[0]] * size[1]
        assert any("⠀" < char <= "⣿" for char in "".join(app.text()))
        if size[0] >= 20 and size[1] >= 4:
            assert "convs┤" in "".join(app.text())
            assert ":" in app.text()[-1] or "Jan" in app.text()[-1]


async def test_the_same_data_again_costs_nothing(stage: MakeStage, chart: LineChart, redraws: MakeRedraws) -> None:
    app = stage(chart)
    async with app.run_test(size=(60, 14)) as pilot:
        chart.set_data([Series("queue", level(20))], span=(0, HOUR))
        await pilot.pause()
        first = chart.render_line(3)
        asked = redraws(chart)
        chart.set_data([Series("queue", level(20))], span=(0, HOUR))
        assert asked.take() == []
        assert chart.render_line(3) is first
        chart.set_data([Series("queue", level(21))], span=(0, HOUR))
        assert asked.take() == [None]


async def test_no_chart_without_its_reason_and_stale_ones_lose_their_colour(stage: MakeStage, chart: LineChart) -> None:
    app = stage(chart)
    async with app.run_test(size=(50, 9)) as pilot:
        assert "waiting for the first answer" in "".join(app.text())
        chart.set_data([Series("queue", level(20), "warn")])
        await pilot.pause()
        live = app.text()
        chart.dim = True
        await pilot.pause()
        assert app.text() == live
        used = {colour for y in range(9) for colour in colours(chart, y)}
        assert app.current_theme.variables["kmm-warn"] not in used
        assert app.current_theme.variables["kmm-stale"] in used
        chart.message = "▲ OFFLINE [since] 14:04"
        assert "▲ OFFLINE [since] 14:04" in "".join(app.text())
        chart.message = None
        assert app.text() == live


@given(st.lists(st.tuples(st.integers(-5, 45), st.integers(-5, 45)), min_size=1, max_size=8), st.integers(0, 3))
def test_a_solid_line_is_connected_and_a_broken_one_lies_on_it(points: Any, owner: int) -> None:
    def dots(index: int) -> list[tuple[int, int]]:
        canvas = Canvas(20, 10)
        seen: list[tuple[int, int]] = []
        monkey = cast(Any, canvas)
        monkey.dot = lambda x, y, _: seen.append((x, y))
        pen = Pen(canvas, index)
        for point in points:
            pen.to(*point)
        return seen

    solid = dots(0)
    assert solid[0] == points[0]
    assert all(max(abs(a[0] - b[0]), abs(a[1] - b[1])) == 1 for a, b in pairwise(solid))
    assert set(points) <= set(solid)
    assert set(dots(owner)) <= set(solid)


def test_patterns_differ_also_in_the_legend() -> None:
    assert len({sample(index) for index in range(len(PATTERNS))}) == len(PATTERNS)
