"""Limits: whom they concern, which direction is bad, and where a level is entered and left."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kmm_tui.board.limits import Limit, StateLimits, bounds, default_leave, is_high_bad
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.severity import Severity
from kmm_tui.metrics import BY_NAME, CATALOGUE, Metric, Unit

P90, CSAT, LOAD = (BY_NAME[name] for name in ("queue_wait_time_90th_percentile", "csat", "agent_load"))
BILLING = Scope(Level.SKILL, "1")
TEAM = Scope(Level.GROUP, "1")
MARTA = Scope(Level.AGENT, "77")
NUMBERS = [metric for metric in CATALOGUE if metric.is_number]
BEST = {Unit.SHARE: 1.0, Unit.SCORE: 100.0}


@pytest.mark.parametrize(
    ("on", "account", "skill", "group", "agent"),
    [
        ((), True, True, True, True),
        (("account",), True, False, False, False),
        (("Account",), True, False, False, False),
        (("skill",), False, True, False, False),
        (("skill:",), False, True, False, False),
        (("SKILL: * ",), False, True, False, False),
        (("skill:bill*",), False, True, False, False),
        (("skill:1",), False, True, False, False),
        (("skill:11",), False, False, False, False),
        (("1",), False, True, True, False),
        (("BILLING",), False, True, False, False),
        (("*ing*",), False, True, True, False),
        (("group:Billing & claims", "agent:MARTA *"), False, False, True, True),
        (("agent:77",), False, False, False, True),
        (("*",), True, True, True, True),
        (("",), False, False, False, False),
        (("Sales: EU",), False, False, False, False),
    ],
)
def test_whom_a_limit_concerns(on: tuple[str, ...], account: bool, skill: bool, group: bool, agent: bool) -> None:
    limit = Limit("csat", warn=0.8, on=on)
    assert limit.speaks_of(ACCOUNT, None) is account
    assert limit.speaks_of(BILLING, "Billing") is skill
    assert limit.speaks_of(TEAM, "Billing & claims") is group
    assert limit.speaks_of(MARTA, "Marta Kowalczyk") is agent


def test_levels_restrict_a_limit_and_the_nameless_are_of_their_level_all_the_same() -> None:
    limit = Limit("csat", warn=0.8, on=("1", "skill:9"), levels=frozenset({Level.GROUP}))
    assert limit.speaks_of(TEAM, "x")
    assert not limit.speaks_of(BILLING, "x")
    assert [level for level in Level if limit.can_speak_of(level)] == [Level.GROUP]
    assert Limit("csat", on=("skill:*",)).speaks_of(BILLING, None)
    assert not Limit("csat", on=("skill:B*",)).speaks_of(BILLING, None)
    assert Limit("csat", on=("sales: eu",)).speaks_of(BILLING, "Sales: EU")
    assert [level for level in Level if Limit("csat", on=("skill:a", "account")).can_speak_of(level)] == [
        Level.ACCOUNT,
        Level.SKILL,
    ]


@pytest.mark.parametrize(
    ("limit", "metric", "high"),
    [
        (Limit("x", 1, 3), CSAT, True),
        (Limit("x", 3, 1), P90, False),
        (Limit("x", warn=60_000), P90, True),
        (Limit("x", critical=0.8), CSAT, False),
        (Limit("x", warn=1.0), LOAD, True),
        (Limit("x", 0.8, 0.8), CSAT, False),
    ],
)
def test_the_two_values_tell_the_direction_and_the_metric_where_they_do_not(
    limit: Limit, metric: Metric, high: bool
) -> None:
    assert is_high_bad(limit, metric) is high


@pytest.mark.parametrize(
    ("enter", "unit", "high", "leave"),
    [
        (60_000, Unit.DURATION, True, 50_000),
        (180_000, Unit.DURATION, True, 150_000),
        (0.85, Unit.RATIO, True, 0.83),
        (0.95, Unit.SHARE, False, 0.97),
        (0.99, Unit.SHARE, False, 0.995),
        (1.0, Unit.SHARE, False, 1.0),
        (0.01, Unit.RATIO, True, 0.005),
        (3, Unit.COUNT, True, 2),
        (1, Unit.COUNT, True, 0),
        (5, Unit.COUNT, False, 6),
        (30, Unit.SCORE, False, 32),
        (60, Unit.UNKNOWN, True, 50),
    ],
)
def test_the_usual_margins(enter: float, unit: Unit, high: bool, leave: float) -> None:
    assert default_leave(enter, unit, high_is_bad=high) == leave


@given(st.sampled_from(NUMBERS), st.floats(0, 1e6), st.booleans())
def test_every_level_can_be_left_again(metric: Metric, enter: float, high: bool) -> None:
    if not high:
        assume(enter <= BEST.get(metric.unit, 1e6))
    left = default_leave(enter, metric.unit, high_is_bad=high)
    if high:
        assert 0 <= left <= enter or metric.unit in (Unit.SCORE, Unit.UNKNOWN)
        assert left <= enter
    else:
        assert enter <= left <= max(BEST.get(metric.unit, 2e6), enter)


@given(
    st.sampled_from(NUMBERS),
    st.floats(-100, 1e6),
    st.floats(-100, 1e6),
    st.none() | st.floats(-100, 1e6),
    st.none() | st.floats(-100, 1e6),
    st.floats(-100, 1e6),
    st.sampled_from([Severity.CALM, Severity.WARN, Severity.CRITICAL]),
)
def test_a_level_once_found_is_found_again(
    metric: Metric,
    warn: float,
    critical: float,
    warn_leave: float | None,
    critical_leave: float | None,
    value: float,
    held: Severity,
) -> None:
    found = bounds(Limit("x", warn, critical, warn_leave, critical_leave), metric)
    level = found.level(value, held)
    assert found.level(value, level) is level
    # What was worse before never makes it better now.
    assert level >= found.level(value, Severity.CALM)


@given(st.sampled_from(NUMBERS), st.floats(0.01, 500_000), st.booleans(), st.floats(0, 1e6))
def test_the_way_to_a_limit_ends_at_the_limit(metric: Metric, enter: float, high: bool, value: float) -> None:
    if not high:
        enter = min(enter, 0.9)
    limit = Limit("x", enter, enter * (2 if high else 0.5))
    found = bounds(limit, metric)
    assert found.high_is_bad is high
    assert found.way(enter) == pytest.approx(1)
    assert found.way(value) >= 0
    is_breach = found.level(value, Severity.CALM) is not Severity.CALM
    assert found.way(value) >= 1 - 1e-9 if is_breach else found.way(value) <= 1 + 1e-9


def test_the_way_of_one_sided_limits_is_measured_to_the_level_there_is() -> None:
    assert bounds(Limit("x", warn=60_000), P90).way(30_000, Severity.CRITICAL) == 0.5
    assert bounds(Limit("x", critical=60_000), P90).way(90_000) == 1.5
    assert bounds(Limit("x"), P90).way(90_000) == 0


def test_a_leave_value_on_the_wrong_side_is_the_level_itself() -> None:
    found = bounds(Limit("x", 60, 120, warn_leave=90, critical_leave=500), P90)
    assert (found.warn_leave, found.critical_leave) == (60, 120)
    low = bounds(Limit("x", 0.9, 0.8, warn_leave=0.1), CSAT)
    assert low.warn_leave == 0.9


def test_limits_of_states_go_by_reason() -> None:
    limits = StateLimits((("Lunch", 30), ("Back soon", 7)), away=20, back_soon=10)
    assert limits.of("AWAY", "LUNCH") == 30
    assert limits.of("AWAY", "Dentist") == 20
    assert limits.of("AWAY", None) == 20
    assert limits.of("BACK_SOON", None) == 7
    assert limits.of("ONLINE", None) is None
    assert StateLimits(back_soon=10).of("BACK_SOON", "Lunch") == 10
