"""How figures are written: within their columns, true to their size, and never a zero where there is none."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kmm_tui.board.figure import Absent
from kmm_tui.board.figure_text import (
    GONE,
    age_text,
    clock_text,
    count_text,
    figure_text,
    number_text,
    percent_text,
    wait_text,
)
from kmm_tui.metrics import CATALOGUE, Method, Metric, Unit, unlisted

VALUES = st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
NUMBERS = [metric for metric in CATALOGUE if metric.is_number]
DAY = 86_400_000


@given(VALUES)
@example(0.005)
@example(-0.3)
@example(999_499)
@example(999_500)
@example(99_950)
@example(9999.5)
@example(999_500_000)
@example(-10_000)
@example(1e300)
def test_no_figure_is_wider_than_its_column(value: float) -> None:
    for write in (count_text, number_text, percent_text, wait_text):
        assert 1 <= len(write(value)) <= 5, write
    for metric in NUMBERS:
        assert len(figure_text(value, metric)) <= 5


@given(VALUES)
@example(0.4)
@example(-0.4)
@example(0.00499)
def test_only_nothing_reads_as_nothing(value: float) -> None:
    for write in (count_text, number_text, percent_text):
        if value != 0:
            assert write(value) not in ("0", "0%", "-0", "-0%", "0.0")
    if value < 0:
        assert wait_text(value) == "<0"


@given(VALUES)
def test_a_kind_of_nothing_is_never_written_like_a_number(value: float) -> None:
    written = {figure_text(number, metric) for number, metric in product((value, 0, 0.0), NUMBERS)}
    assert written.isdisjoint({absent.value for absent in Absent} | {GONE})


def test_the_kinds_of_nothing_are_told_apart() -> None:
    texts = [absent.value for absent in Absent] + [GONE]
    assert len(set(texts)) == len(texts)
    for metric, absent in product(CATALOGUE, Absent):
        assert figure_text(absent, metric) == absent.value


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_more_never_reads_as_less(a: float, b: float) -> None:
    def size(text: str) -> float:
        number = float(re.sub(r"[^0-9.]", "", text))
        return 0.1 if text.startswith("<") else number * {"k": 1e3, "M": 1e6, "G": 1e9}.get(text[-1], 1)

    low, high = sorted((a, b))
    assert size(count_text(low)) <= size(count_text(high))


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_longer_wait_never_reads_as_shorter(a: int, b: int) -> None:
    def seconds(text: str) -> float:
        if text == ">999d":
            return float("inf")
        if ":" in text:
            minutes, rest = text.split(":")
            return int(minutes) * 60 + int(rest)
        sizes = {"d": 86_400, "h": 3600, "m": 60}
        return sum(int(number) * sizes[unit] for number, unit in re.findall(r"(\d+)([dhm])", text))

    low, high = sorted((a, b))
    assert seconds(wait_text(low)) <= seconds(wait_text(high))
    assert seconds(wait_text(high)) <= high / 1000 or wait_text(high) == ">999d"


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "0:00"), (999, "0:00"), (1000, "0:01"), (3_599_999, "59:59"), (3_600_000, "1h00m"), (35_999_999, "9h59m"),
        (36_000_000, "10h"), (2 * DAY - 1, "47h"), (2 * DAY, "2d"), (999 * DAY, "999d"), (1000 * DAY, ">999d"),
    ],
)  # fmt: skip
def test_waits(ms: int, text: str) -> None:
    assert wait_text(ms) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (7, "7"), (9999, "9999"), (10_000, "10k"), (10_050, "10.1k"), (99_949, "99.9k"), (99_950, "100k"),
        (999_499, "999k"), (999_500, "1M"), (1_234_567, "1.23M"), (5e9, "5G"), (1e15, ">999G"), (-5, "-5"), (0.2, "<1"),
    ],
)  # fmt: skip
def test_counts(value: float, text: str) -> None:
    assert count_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0%"),
        (0.001, "<1%"),
        (0.006, "1%"),
        (0.995, "100%"),
        (1, "100%"),
        (1.18, "118%"),
        (100, ">9k%"),
        (-0.5, "-50%"),
    ],
)
def test_percents(value: float, text: str) -> None:
    assert percent_text(value) == text


def test_each_unit_is_written_in_its_own_way() -> None:
    def one(unit: Unit) -> Metric:
        return next(metric for metric in CATALOGUE if metric.unit is unit)

    texts = [figure_text(60.0, one(unit)) for unit in (Unit.COUNT, Unit.DURATION, Unit.RATIO, Unit.SHARE, Unit.SCORE)]
    assert texts == ["60", "0:00", "6000%", "6000%", "+60"]
    assert figure_text(-20, one(Unit.SCORE)) == "-20"
    odd = unlisted("new_metric", Method.METRICS)
    assert [figure_text(value, odd) for value in (7, 0.25, 0, 7 / 102, 99.96)] == ["7", "0.25", "0", "0.069", "100"]


@given(st.floats(-1e6, 1e12))
def test_clocks_and_ages_never_run_backwards(value: float) -> None:
    assert clock_text(value)[0].isdigit()
    assert age_text(value)[0].isdigit()
    assert len(age_text(min(value, 86_400 * 9999))) <= 5


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (59.9, "59s"), (60, "1m"), (3599, "59m"), (3600, "1h"), (86_400, "1d"), (-5, "0s")]
)
def test_ages(seconds: float, text: str) -> None:
    assert age_text(seconds) == text
