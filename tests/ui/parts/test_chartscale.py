"""Axes read round, from 0, and in the person's own time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.ui.chartscale import DURATION_STEPS, ValueScale, day_text, reach, time_marks, value_marks

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


@given(st.floats(0, 1e12), st.integers(2, 8), st.sampled_from([None, DURATION_STEPS]), st.booleans())
def test_the_axis_starts_at_0_and_holds_the_highest_value(
    highest: float, most: int, steps: Sequence[float] | None, whole: bool
) -> None:
    marks = value_marks(highest, most, steps, whole)
    assert marks[0] == 0
    assert marks[-1] >= highest * (1 - 1e-6)
    assert 2 <= len(marks) <= most
    assert marks == sorted(set(marks))


@pytest.mark.parametrize(
    ("highest", "options", "marks"),
    [
        (27, {}, [0, 10, 20, 30]),
        (0, {"whole": True}, [0, 1]),
        (3, {"whole": True}, [0, 1, 2, 3]),
        (252_000, {"steps": DURATION_STEPS}, [0, 2 * MINUTE, 4 * MINUTE, 6 * MINUTE]),
    ],
)
def test_marks_read_round(highest: float, options: dict[str, Any], marks: list[float]) -> None:
    assert value_marks(highest, 4, **options) == marks


def ms(year: int, month: int, day: int, hour: int = 0, minute: int = 0, zone: tzinfo = UTC) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=zone).timestamp() * 1000)


def test_an_hour_is_marked_in_local_time() -> None:
    start = ms(2026, 1, 5, 13, 4)
    marks = time_marks(start, start + HOUR, 6, timezone(timedelta(hours=5, minutes=45)))
    assert [label for _, label in marks] == ["18:50", "19:00", "19:10", "19:20", "19:30", "19:40"]
    assert marks[1][0] == ms(2026, 1, 5, 13, 15)


def test_midnight_is_told_by_its_day_and_weeks_by_days() -> None:
    start = ms(2026, 1, 5, 20)
    assert [label for _, label in time_marks(start, start + 8 * HOUR, 4, UTC)] == ["21:00", "6 Jan", "03:00"]
    start = ms(2026, 3, 20)
    labels = [label for _, label in time_marks(start, start + 9 * DAY, 12, UTC)]
    assert labels[0] == "20 Mar"
    assert "29 Mar" in labels


def test_days_begin_at_local_midnight_also_when_the_clocks_change() -> None:
    zone = ZoneInfo("Europe/Berlin")
    start = ms(2026, 3, 27, zone=zone)
    marks = time_marks(start, start + 11 * DAY, 12, zone)
    assert all(datetime.fromtimestamp(moment / 1000, zone).hour == 0 for moment, _ in marks)
    assert len(marks) >= 11


@given(st.integers(0, 4 * 10**12), st.integers(1, 400 * DAY), st.integers(1, 20))
def test_marks_lie_inside_are_never_more_than_asked_and_in_order(start: int, span: int, most: int) -> None:
    marks = time_marks(start, start + span, most, ZoneInfo("America/St_Johns"))
    moments = [moment for moment, _ in marks]
    assert len(moments) <= most
    assert moments == sorted(set(moments))
    assert all(start <= moment <= start + span for moment in moments)


@given(st.floats(-1e9, 0), st.floats(0, 1e9), st.integers(3, 8), st.sampled_from([None, DURATION_STEPS]), st.booleans())
def test_the_axis_holds_values_on_both_sides_of_0_and_0_itself(
    lowest: float, highest: float, most: int, steps: Sequence[float] | None, whole: bool
) -> None:
    marks = value_marks(highest, most, steps, whole, lowest)
    assert 0 in marks
    nearly = 1e-6 + 1e-6 * (highest - lowest)
    assert marks[0] <= lowest + nearly
    assert marks[-1] >= highest - nearly
    assert 2 <= len(marks) <= most
    assert marks == sorted(set(marks))


def test_scores_are_marked_on_both_sides() -> None:
    assert value_marks(60, 5, lowest=-60) == [-100, -50, 0, 50, 100]
    assert value_marks(0, 4, lowest=-60) == [-60, -40, -20, 0]


@given(st.lists(st.floats(-200, 200), min_size=2), st.integers(1, 60))
def test_what_stands_higher_is_not_less(values: list[float], height: int) -> None:
    scale = ValueScale(tuple(value_marks(max(values), 5, lowest=min(values))), height)
    for lower, higher in pairwise(sorted(values)):
        assert 0 <= scale.dot(higher) <= scale.dot(lower) <= 4 * height - 1
    assert {scale.row(value) for value in values} <= set(range(height))


@pytest.mark.parametrize(
    ("lowest", "highest", "limits", "shown"),
    [
        (0, 59, [100], (0, 59)),
        (0, 60, [100], (0, 100)),
        (0, 130, [100], (0, 130)),
        (20, 61, [100, 300], (0, 100)),
        (-13, 0, [-20], (-20, 0)),
        (-11, 40, [-20, 50], (-11, 50)),
    ],
)
def test_a_limit_comes_into_the_picture_when_the_data_come_near_it(
    lowest: float, highest: float, limits: list[float], shown: tuple[float, float]
) -> None:
    assert reach(lowest, highest, limits) == shown


def test_days_are_named_the_same_under_any_locale() -> None:
    assert day_text(date(2026, 11, 19)) == "Thu 19 Nov"
