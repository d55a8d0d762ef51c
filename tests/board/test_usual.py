"""What was normal, and whether a change is good: nothing is invented, and nothing is divided by zero."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kmm_tui.api.number import Number
from kmm_tui.board.figure import Figures
from kmm_tui.board.usual import ChangeKind, change, usual
from kmm_tui.metrics import BY_NAME, CATALOGUE, Good, Kind, Method, Metric, unlisted

CLOSED, WAIT, CSAT = BY_NAME["closed_conversations"], BY_NAME["avg_wait_time"], BY_NAME["csat"]
CONSUMER, QUEUE, NPS = BY_NAME["closed_by_consumer"], BY_NAME["unassigned_conversations"], BY_NAME["nps"]
RATE = BY_NAME["transfer_rate"]


def figures(**values: Number | None) -> Figures:
    return Figures(Method.METRICS, frozenset(values), values)


def test_a_figure_stands_beside_yesterday_last_week_and_the_median() -> None:
    past = {days: {"closedConversations": days * 10} for days in (1, 2, 6, 7, 8)}
    found = usual(CLOSED, figures(closedConversations=33), past)
    assert found
    assert (found.value, found.yesterday, found.last_week, found.median, found.count) == (33, 10, 70, 60.0, 5)


def test_what_is_not_known_stays_unknown() -> None:
    past: dict[int, dict[str, Number | None]] = {1: {"closedConversations": None}, 2: {}, 3: {"closedConversations": 5}}
    found = usual(CLOSED, figures(closedConversations=None), past)
    assert found
    assert (found.value, found.yesterday, found.last_week, found.median, found.count) == (None, None, None, None, 1)


@pytest.mark.parametrize(("values", "median"), [([4, 6], None), ([0, 0, 0], 0.0), ([1, None, 5, 3], 3.0)])
def test_a_median_takes_three_known_values_and_zero_is_known(values: list[Number | None], median: float | None) -> None:
    past = {days: {"closedConversations": value} for days, value in enumerate(values, 1)}
    found = usual(CLOSED, figures(closedConversations=1), past)
    assert found
    assert found.median == median


def test_current_values_and_what_is_no_number_have_no_past() -> None:
    for metric in CATALOGUE:
        known = usual(metric, figures(), {1: {metric.field: 3}}) is not None
        assert known == (metric.kind is Kind.BY_TIME and metric.is_number), metric.name
    assert usual(QUEUE, figures(unassignedConversations=3), {1: {"unassignedConversations": 3}}) is None


CASES = [
    (CLOSED, 112, 100, ChangeKind.BETTER, "▲", "+12 %"),
    (CLOSED, 88, 100, ChangeKind.WORSE, "▼", "−12 %"),
    (CLOSED, 103, 100, ChangeKind.SAME, "=", "+3 %"),
    (CLOSED, 100, 100, ChangeKind.SAME, "=", "0 %"),
    (CLOSED, 2, 1, ChangeKind.SAME, "=", "+100 %"),
    (CLOSED, 5, 0, ChangeKind.BETTER, "▲", "+5"),
    (CLOSED, 0, 0, ChangeKind.SAME, "=", "0"),
    (CLOSED, 5000, 3, ChangeKind.BETTER, "▲", ">+999 %"),
    (CONSUMER, 50, 40, ChangeKind.PLAIN, "▲", "+25 %"),
    (WAIT, 52_000, 60_000, ChangeKind.BETTER, "▼", "−0:08"),
    (WAIT, 132_000, 60_000, ChangeKind.WORSE, "▲", "+1:12"),
    (WAIT, 4_000, 5_000, ChangeKind.SAME, "=", "−0:01"),
    (WAIT, 0, 9_000, ChangeKind.BETTER, "▼", "−0:09"),
    (CSAT, 0.82, 0.86, ChangeKind.WORSE, "▼", "−4 pt"),
    (CSAT, 0.86, 0.85, ChangeKind.SAME, "=", "+1 pt"),
    (CSAT, 0.05, 0.0, ChangeKind.BETTER, "▲", "+5 pt"),
    (RATE, 0.2, 0.1, ChangeKind.WORSE, "▲", "+10 pt"),
    (NPS, -10, -40, ChangeKind.BETTER, "▲", "+30"),
    (NPS, 10, -10, ChangeKind.BETTER, "▲", "+20"),
    (unlisted("new_metric", Method.METRICS), 3.5, 1, ChangeKind.PLAIN, "▲", "+250 %"),
]


@pytest.mark.parametrize(("metric", "value", "base", "kind", "arrow", "text"), CASES)
def test_a_change_says_how_much_and_whether_it_is_good(
    metric: Metric, value: Number, base: Number, kind: ChangeKind, arrow: str, text: str
) -> None:
    found = change(metric, value, base)
    assert (found.kind, found.arrow, found.text) == (kind, arrow, text)


@pytest.mark.parametrize(("value", "base"), [(None, 3), (3, None), (None, None)])
def test_without_one_of_the_values_the_change_is_unknown(value: Number | None, base: Number | None) -> None:
    found = change(CLOSED, value, base)
    assert (found.kind, found.ratio, found.difference, found.arrow, found.text) == (
        ChangeKind.UNKNOWN, None, None, "", ""
    )  # fmt: skip


numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)


@example(metric=CLOSED, value=1e308, base=1e-300)
@example(metric=WAIT, value=1.7e308, base=-1.7e308)
@example(metric=CSAT, value=1e308, base=0)
@given(metric=st.sampled_from([one for one in CATALOGUE if one.is_number]), value=numbers, base=numbers)
def test_any_two_values_have_a_change(metric: Metric, value: Number, base: Number) -> None:
    found = change(metric, value, base)
    assert found.ratio is None or math.isfinite(found.ratio)
    assert found.text or found.kind is ChangeKind.UNKNOWN
    assert "nan" not in found.text
    assert "inf" not in found.text
    assert (found.arrow == "=") == (found.kind is ChangeKind.SAME)
    if found.kind in (ChangeKind.BETTER, ChangeKind.WORSE):
        good = metric.good
        assert (found.kind is ChangeKind.BETTER) == ((value > base) == (good is Good.UP))


@given(values=st.dictionaries(st.integers(1, 14), st.integers(0, 1000) | st.none()))
def test_the_median_is_that_of_the_known_values(values: dict[int, int | None]) -> None:
    found = usual(CLOSED, figures(closedConversations=1), {days: {CLOSED.field: one} for days, one in values.items()})
    known = [one for one in values.values() if one is not None]
    assert found
    assert found.count == len(known)
    assert found.median == (statistics.median(known) if len(known) >= 3 else None)
    assert (found.yesterday, found.last_week) == (values.get(1), values.get(7))
