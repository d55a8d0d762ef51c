"""Figures that the board computes itself: from what was answered, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.board.derived import (
    DERIVED,
    figure_of,
    inputs_of,
    known_metrics,
    metric_named,
    number_of,
    requested,
)
from kmm_tui.board.figure import Absent, Figures
from kmm_tui.metrics import BY_NAME, CATALOGUE, Method, Unit

COUNTS = st.none() | st.integers(-3, 10**6)


def figures(name: str, *values: Any, refused: frozenset[str] = frozenset(), asked: int | None = None) -> Figures:
    """The inputs of a derived metric with these values, the first `asked` of which were asked for."""
    derived = DERIVED[name]
    fields = [BY_NAME[each].field for each in derived.inputs]
    (method,) = derived.metric.methods
    return Figures(method, frozenset(fields[:asked]), dict(zip(fields, values, strict=True)), refused)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("sla_share", (5, 100), 0.95),
        ("sla_share", (0, 7), 1.0),
        ("sla_share", (7, 7), 0.0),
        ("sla_share", (8, 7), 0.0),
        ("sla_share", (0, 0), Absent.NOT_APPLICABLE),
        ("sla_share", (None, 7), Absent.NOT_ANSWERED),
        ("sla_share", (0, -7), Absent.NOT_ANSWERED),
        ("online_share", (3, 1, 0), 0.75),
        ("online_share", (0, 0, 2), 0.0),
        ("online_share", (0, 0, 0), Absent.NOT_APPLICABLE),
        ("online_share", (3, None, 0), Absent.NOT_ANSWERED),
        ("online_rate", (1_800_000, 3_600_000), 0.5),
        ("online_rate", (0, 0), Absent.NOT_APPLICABLE),
        ("online_rate", (None, 3_600_000), Absent.NOT_APPLICABLE),
    ],
)
def test_a_derived_figure_follows_its_formula(name: str, values: Any, expected: Any) -> None:
    assert figure_of(figures(name, *values), DERIVED[name].metric) == expected


@given(st.sampled_from(sorted(DERIVED)), st.data())
def test_nothing_is_made_up(name: str, data: st.DataObject) -> None:
    derived = DERIVED[name]
    values = data.draw(st.tuples(*[COUNTS] * len(derived.inputs)))
    asked = data.draw(st.integers(0, len(derived.inputs)))
    refused = data.draw(st.sets(st.sampled_from([BY_NAME[each].field for each in derived.inputs])))
    found = figures(name, *values, refused=frozenset(refused), asked=asked)
    inputs = [found.get(BY_NAME[each]) for each in derived.inputs]
    figure = figure_of(found, derived.metric)
    if isinstance(figure, Absent):
        assert number_of(found, derived.metric) is None
        reasons = [each for each in inputs if isinstance(each, Absent)]
        broken = any(not isinstance(each, Absent) and each < 0 for each in inputs)
        assert figure in reasons if reasons else broken or figure is Absent.NOT_APPLICABLE
    else:
        assert not any(isinstance(each, Absent) for each in inputs)
        assert figure >= 0
        assert derived.metric.unit is not Unit.SHARE or figure <= 1


def test_what_the_account_refuses_is_not_offered_and_what_nobody_asked_for_was_not_asked() -> None:
    metric = DERIVED["sla_share"].metric
    assert figure_of(figures("sla_share", 1, 2, refused=frozenset({"openConversations"})), metric) is Absent.NOT_OFFERED
    assert figure_of(figures("sla_share", 1, 2, asked=1), metric) is Absent.NOT_ASKED
    both = figures("sla_share", 1, 2, asked=0, refused=frozenset({"openConversations"}))
    assert figure_of(both, metric) is Absent.NOT_OFFERED
    assert figure_of(Figures(Method.AGENT_VIEW, frozenset(), {}), metric) is Absent.NOT_OFFERED
    assert number_of(None, metric) is None


def test_catalogue_and_derived_metrics_are_found_by_name() -> None:
    assert metric_named("csat") is BY_NAME["csat"]
    assert metric_named("close_rate") is BY_NAME["closed_rate"]
    assert metric_named("online_share") is DERIVED["online_share"].metric
    assert metric_named("no_such_metric") is None
    assert list(known_metrics()) == [metric.name for metric in CATALOGUE] + list(DERIVED)
    csat = Figures(Method.METRICS, frozenset({"csat"}), {"csat": 0.8})
    assert figure_of(csat, BY_NAME["csat"]) == 0.8


def test_derived_metrics_do_not_shadow_the_catalogue_and_their_inputs_can_be_asked_for() -> None:
    for name, derived in DERIVED.items():
        assert name == derived.metric.name
        assert metric_named(name) is derived.metric
        assert derived.metric.field not in {metric.field for metric in CATALOGUE}
        assert all(derived.metric.methods <= BY_NAME[each].methods for each in derived.inputs)
        assert all(BY_NAME[each].kind is derived.metric.kind for each in derived.inputs)


def test_behind_a_derived_metric_its_inputs_are_asked_for() -> None:
    assert inputs_of("csat") == ("csat",)
    assert requested(["csat", "online_share", "away_agents"]) == (
        "csat",
        "online_agents",
        "away_agents",
        "back_soon_agents",
    )
