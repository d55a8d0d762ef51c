"""The limits to start from, value for value, and that they fit the metrics and what the board asks for."""

from __future__ import annotations

import pytest

from kmm_tui.board.asked import AGENT_FIGURES, FIGURES
from kmm_tui.board.derived import metric_named
from kmm_tui.board.judge import Judge
from kmm_tui.board.limits import bounds
from kmm_tui.board.presets import DEFAULT_PRESET, DEFAULT_STATE_LIMITS, PRESETS
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.metrics import Good, Method

SCOPES = (ACCOUNT, Scope(Level.SKILL, "1"), Scope(Level.GROUP, "1"), Scope(Level.AGENT, "1"))


@pytest.mark.parametrize(
    ("metric", "chat", "messaging"),
    [
        ("queue_wait_time_90th_percentile", (60_000, 180_000), (300_000, 900_000)),
        ("avg_time_to_first_response_first_assignment", (60_000, 120_000), (300_000, 900_000)),
        ("avg_time_to_response", (60_000, 120_000), (300_000, 900_000)),
        ("overdue_conversations_in_queue", (1, 3), (1, 3)),
        ("sla_share", (0.95, 0.90), (0.95, 0.90)),
        ("human_online_load", (0.85, 0.95), (0.85, 0.95)),
        ("online_share", (0.75, 0.60), (0.75, 0.60)),
        ("csat", (0.85, 0.75), (0.85, 0.75)),
        ("transfer_rate", (0.10, 0.20), (0.10, 0.20)),
    ],
)
def test_the_starting_values(metric: str, chat: tuple[float, float], messaging: tuple[float, float]) -> None:
    for preset, values in (("live-chat", chat), ("messaging", messaging)):
        judge = Judge(PRESETS[preset])
        found = [judge.limit_for(metric, scope, "x") for scope in SCOPES]
        concerned = [limit for limit in found if limit]
        assert [scope.level for scope, limit in zip(SCOPES, found, strict=True) if limit] == (
            [Level.AGENT] if metric == "transfer_rate" else [Level.ACCOUNT, Level.SKILL, Level.GROUP]
        )
        assert {(limit.warn, limit.critical, limit.source) for limit in concerned} == {(*values, f"preset {preset}")}
    assert len(PRESETS["live-chat"]) == len(PRESETS["messaging"]) == 9


def test_the_default_is_live_chat_and_none_is_nothing() -> None:
    assert DEFAULT_PRESET == "live-chat"
    assert PRESETS["none"] == ()
    assert Judge(PRESETS["none"]).metrics() == frozenset()


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_a_preset_holds_a_metric_to_its_own_direction(preset: str) -> None:
    for limit in PRESETS[preset]:
        metric = metric_named(limit.metric)
        assert metric is not None
        assert bounds(limit, metric).high_is_bad is (metric.good is not Good.UP)


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_what_a_preset_needs_is_asked_for_anyway(preset: str) -> None:
    judge = Judge(PRESETS[preset])
    assert judge.needs(Method.METRICS) <= set(FIGURES)
    assert judge.needs(Method.AGENT_VIEW) <= set(AGENT_FIGURES)


def test_every_state_of_absence_has_a_limit_to_start_from() -> None:
    minutes = {
        reason: (DEFAULT_STATE_LIMITS.of("AWAY", reason) or 0) / 60_000
        for reason in ("Lunch", "break", "Dentist", None)
    }
    assert minutes == {"Lunch": 30, "break": 15, "Dentist": 30, None: 30}
    assert DEFAULT_STATE_LIMITS.of("BACK_SOON", None) == 600_000
    assert DEFAULT_STATE_LIMITS.of("ONLINE", None) is None
