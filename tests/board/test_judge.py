"""Judging: nothing flickers, missing data is never good news, and who is worst comes first without dancing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.board import judge as judging
from kmm_tui.board.derived import DERIVED, known_metrics
from kmm_tui.board.figure import Absent, Figures
from kmm_tui.board.judge import CALM, Judge, Judged, nearness, next_to_breach
from kmm_tui.board.limits import Limit, bounds
from kmm_tui.board.presets import PRESETS
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.severity import Severity
from kmm_tui.metrics import BY_NAME, Method, Unit

P90, QUEUE, CSAT, LOAD = "queue_wait_time_90th_percentile", "unassigned_conversations", "csat", "human_online_load"
OVERDUE, RATE, DONE = "overdue_conversations_in_queue", "transfer_rate", "concluded_conversations"
BILLING = Scope(Level.SKILL, "1")
MARTA = Scope(Level.AGENT, "77")
WAIT_LIMIT = Limit(P90, 60_000, 180_000)
LIVE_CHAT = PRESETS["live-chat"]
NEEDED = sorted(Judge(LIVE_CHAT).needs(Method.METRICS))
RANGES = {Unit.COUNT: st.integers(0, 9), Unit.DURATION: st.integers(0, 400_000)}
VALUES = st.fixed_dictionaries(
    {name: st.none() | RANGES.get(BY_NAME[name].unit, st.floats(0, 1.3)) for name in NEEDED},
)


def figures(values: Mapping[str, Any], method: Method = Method.METRICS, refused: tuple[str, ...] = ()) -> Figures:
    fields = {BY_NAME[name].field: value for name, value in values.items()}
    return Figures(method, frozenset(fields), fields, frozenset(BY_NAME[name].field for name in refused))


def wait(ms: float | None, queue: int | None = 3) -> Figures:
    return figures({P90: ms, QUEUE: queue})


def severities(judge: Judge, values: list[Any], start: float = 100.0) -> list[Severity]:
    return [judge.judge(BILLING, "Billing", wait(v), start + i).severity for i, v in enumerate(values)]


def test_a_level_is_entered_at_its_value_and_left_at_another() -> None:
    judge = Judge([WAIT_LIMIT])
    ways = {59_999: "", 60_000: "warn", 50_001: "warn", 50_000: "", 59_000: "", 180_000: "critical",
            150_001: "critical", 150_000: "warn", 55_000: "warn", 49_000: ""}  # fmt: skip
    assert [each.word for each in severities(judge, list(ways))] == list(ways.values())
    low = Judge([Limit(CSAT, 0.85, 0.75)])
    found = [low.judge(BILLING, None, figures({CSAT: v}), 0).severity.word for v in (0.85, 0.849, 0.869, 0.87, 0.74)]
    assert found == ["", "warn", "warn", "", "critical"]


def test_since_is_when_the_present_severity_was_entered() -> None:
    judge = Judge([WAIT_LIMIT])
    since = [
        judge.judge(BILLING, "Billing", wait(v), now).verdicts[P90].since
        for now, v in ((10, 1), (20, 70_000), (30, 90_000), (40, 200_000), (50, 160_000), (60, 100_000), (70, 0))
    ]
    assert since == [None, 20, 20, 40, 40, 60, None]
    asked = judge.judge(BILLING, "Billing", wait(70_000), now=100.0, taken_at=97.5)
    assert asked.verdicts[P90].since == 97.5


@given(st.sampled_from(LIVE_CHAT), st.lists(st.floats(0.01, 0.99), max_size=20), st.booleans())
def test_inside_the_margin_nothing_flickers(limit: Limit, places: list[float], is_critical: bool) -> None:
    metric = known_metrics()[limit.metric]
    judge = Judge([replace(limit, least=0)])
    rule = bounds(limit, metric)
    enter, leave = (rule.critical, rule.critical_leave) if is_critical else (rule.warn, rule.warn_leave)
    assert enter is not None
    breach = enter if rule.high_is_bad else enter - 1e-6
    values = [breach, *(leave + (enter - leave) * place for place in places)]
    find = derived_from if metric.name in DERIVED else judge_at
    seen = {find(judge, metric.name, value) for value in values}
    assert seen == {Severity.CRITICAL if is_critical else Severity.WARN}


def judge_at(judge: Judge, name: str, value: float) -> Severity:
    values = {name: value, QUEUE: 5, DONE: 50}
    if Method.METRICS in known_metrics()[name].methods:
        return judge.judge(BILLING, "Billing", figures(values), 0).severity
    return judge.judge(MARTA, "Marta", figures(values, Method.AGENT_VIEW), 0).severity


def derived_from(judge: Judge, name: str, value: float) -> Severity:
    """The severity of a share: 1 000 000 000 of a whole are split so that it comes out."""
    part = round(1e9 * value)
    inputs = {"sla_share": (10**9 - part, 10**9), "online_share": (part, 10**9 - part, 0)}[name]
    values = dict(zip(DERIVED[name].inputs, inputs, strict=True))
    return judge.judge(BILLING, "Billing", figures(values), 0).severity


@given(st.lists(st.integers(0, 250_000), min_size=1, max_size=8), st.data())
def test_missing_data_changes_nothing_of_what_is_remembered(values: list[int], data: st.DataObject) -> None:
    gaps = st.sampled_from(
        [None, figures({QUEUE: 3}), figures({P90: None, QUEUE: 4}), figures({P90: None, QUEUE: None})]
    )
    whole, gappy = Judge([WAIT_LIMIT]), Judge([WAIT_LIMIT])
    for now, value in enumerate(values):
        for gap in data.draw(st.lists(gaps, max_size=2)):
            assert gappy.judge(BILLING, "Billing", gap, now).severity is Severity.UNKNOWN
        expected = whole.judge(BILLING, "Billing", wait(value), now)
        assert gappy.judge(BILLING, "Billing", wait(value), now) == expected


def test_missing_data_is_unknown_and_says_since_when() -> None:
    judge = Judge(LIVE_CHAT)
    assert judge.judge(BILLING, "Billing", None, 5).severity is Severity.UNKNOWN
    judge.judge(BILLING, "Billing", figures({P90: 200_000, QUEUE: 9}), 10)
    for now in (20, 30):
        judged = judge.judge(BILLING, "Billing", None, now)
        assert (judged.severity, judged.verdicts[P90].since) == (Severity.UNKNOWN, 20)
        assert judged.verdicts[P90].figure is Absent.NOT_ANSWERED
    again = judge.judge(BILLING, "Billing", figures({P90: 170_000, QUEUE: 9}), 40).verdicts[P90]
    assert (again.severity, again.since) == (Severity.CRITICAL, 10)


@pytest.mark.parametrize(
    ("name", "values", "severity"),
    [
        (P90, {P90: None, QUEUE: 0}, Severity.CALM),
        (P90, {P90: None, QUEUE: 4}, Severity.UNKNOWN),
        (P90, {P90: None, QUEUE: None}, Severity.UNKNOWN),
        (P90, {P90: None}, Severity.UNKNOWN),
        (CSAT, {CSAT: None}, Severity.CALM),
        (OVERDUE, {OVERDUE: None}, Severity.UNKNOWN),
        ("sla_share", {"overdue_conversations_total": 0, "open_conversations": 0}, Severity.CALM),
        ("sla_share", {"overdue_conversations_total": 2, "open_conversations": 0}, Severity.UNKNOWN),
        ("sla_share", {"overdue_conversations_total": 0}, Severity.UNKNOWN),
    ],
)
def test_nothing_is_calm_only_where_nothing_contradicts_it(
    name: str, values: dict[str, Any], severity: Severity
) -> None:
    limit = next(limit for limit in LIVE_CHAT if limit.metric == name)
    judge = Judge([limit])
    judged = judge.judge(BILLING, "Billing", figures(values), 1)
    assert judged.severity_of(name) is severity
    assert judge.judge(BILLING, "Billing", figures(values), 2) is judged


def test_a_queue_that_ran_empty_ends_the_breach() -> None:
    judge = Judge([WAIT_LIMIT])
    assert severities(judge, [200_000]) == [Severity.CRITICAL]
    assert judge.judge(BILLING, "Billing", wait(None, 0), 200).severity is Severity.CALM
    assert severities(judge, [55_000]) == [Severity.CALM]


def test_what_is_not_offered_has_no_verdict() -> None:
    judge = Judge([Limit(CSAT, 0.8, 0.7), Limit("nps", 10, 0), WAIT_LIMIT])
    first = judge.judge(BILLING, "Billing", figures({CSAT: 0.5, P90: 1, QUEUE: 1}), 1)
    assert set(first.verdicts) == {CSAT, P90}
    then = judge.judge(BILLING, "Billing", figures({CSAT: 0.5, P90: 1, QUEUE: 1}, refused=(CSAT,)), 2)
    assert set(then.verdicts) == {P90}
    assert then.severity_of(CSAT) is Severity.CALM
    assert set(judge.judge(BILLING, "Billing", None, 3).verdicts) == {P90}
    back = judge.judge(BILLING, "Billing", figures({CSAT: 0.5, P90: 1, QUEUE: 1}), 4)
    assert back.verdicts[CSAT].since == 4


@given(st.sampled_from(LIVE_CHAT), st.lists(st.floats(0, 2), min_size=2, max_size=2))
def test_worse_figures_are_never_judged_better(limit: Limit, shares: list[float]) -> None:
    metric = known_metrics()[limit.metric]
    scale = {Unit.DURATION: 300_000.0, Unit.COUNT: 5.0}.get(metric.unit, 1.0)
    values = sorted(min(share, 1.0) * scale if metric.unit is Unit.SHARE else share * scale for share in shares)
    if limit.warn is not None and limit.critical is not None and limit.warn > limit.critical:
        values.reverse()
    find = derived_from if metric.name in DERIVED else judge_at
    better, worse = (find(Judge([limit]), metric.name, value) for value in values)
    assert better <= worse


@given(st.lists(st.none() | VALUES, max_size=6), VALUES)
def test_the_same_figures_judged_again_are_judged_the_same(before: list[Any], values: dict[str, Any]) -> None:
    judge = Judge(LIVE_CHAT)
    for now, each in enumerate(before):
        judge.judge(BILLING, "Billing", None if each is None else figures(each), now)
    first = judge.judge(BILLING, "Billing", figures(values), 100)
    assert judge.judge(BILLING, "Billing", figures(values), 200) == first


@given(st.lists(st.none() | VALUES, min_size=1, max_size=8))
def test_the_rank_follows_the_severity(polls: list[Any]) -> None:
    judge = Judge(LIVE_CHAT)
    found: list[Judged] = []
    for now, each in enumerate(polls):
        scope = Scope(Level.SKILL, str(now % 2))
        found.append(judge.judge(scope, None, None if each is None else figures(each), now))
    for one in found:
        assert one.severity is max((v.severity for v in one.verdicts.values()), default=Severity.CALM)
        assert (one.rank == 0) is (one.severity is Severity.CALM) is (one.worst is None)
        assert one.worst is None or one.verdicts[one.worst].severity is one.severity
        breaches = one.severity >= Severity.WARN
        assert one.nearness >= 1 if breaches else one.nearness < 1
        ways = {name: way for name, v in one.verdicts.items() if (way := nearness(v)) is not None}
        assert one.nearest == (max(ways, key=lambda name: ways[name]) if ways else None)
        assert one.nearness == max(ways.values(), default=0.0)
        for other in found:
            assert (one.severity <= other.severity) or one.rank > other.rank


def test_of_equally_severe_scopes_the_one_further_beyond_its_limit_ranks_higher() -> None:
    judge = Judge(LIVE_CHAT)

    def rank(key: str, **values: Any) -> int:
        return judge.judge(
            Scope(Level.SKILL, key), None, figures({QUEUE: 3, "closed_conversations": 80, **values}), 0
        ).rank

    barely, far = rank("a", **{P90: 185_000}), rank("b", **{P90: 700_000})
    assert 0 < rank("c", **{P90: 100_000}) < barely < far
    assert rank("d", **{P90: 186_000, LOAD: 0.96}) == barely
    assert rank("e", **{CSAT: 0.74}) == barely < rank("f", **{CSAT: 0.2})
    missing = judge.judge(Scope(Level.SKILL, "g"), None, None, 0)
    assert 0 < missing.rank < rank("h", **{P90: 61_000})


def test_the_rank_changes_only_when_the_figure_moved_well_out_of_its_step() -> None:
    judge = Judge([WAIT_LIMIT])

    def rank(value: float) -> int:
        return judge.judge(BILLING, "Billing", wait(value), 0).rank

    step = 1.5
    low = rank(180_000)
    assert [rank(180_000 * step**power) for power in (0.9, 1.2, 0.9, 1.7, 0.2)] == [low] * 5
    assert rank(180_000 * step**1.8) == low + 1
    assert [rank(180_000 * step**power) for power in (0.9, 1.1, 2.6, 0.3)] == [low + 1] * 4
    assert rank(180_000 * step**0.2) == low
    assert rank(1e30) == rank(1e60)
    assert rank(100_000) < low


@given(st.sampled_from([0, 1, 5]), st.floats(0.01, 0.7), st.lists(st.booleans(), max_size=12))
def test_rows_do_not_dance(power: int, swing: float, ups: list[bool]) -> None:
    judge = Judge([WAIT_LIMIT])
    middle = 200_000 * 1.5**power
    ranks = {judge.judge(BILLING, "Billing", wait(middle), 0).rank}
    for up in ups:
        value = middle * 1.5 ** (swing if up else -swing)
        ranks.add(judge.judge(BILLING, "Billing", wait(value), 0).rank)
    assert len(ranks) == 1


def test_a_later_limit_overrides_an_earlier_one_where_it_applies() -> None:
    limits = (
        WAIT_LIMIT,
        Limit(P90, 300_000, 600_000, on=("skill:Claims*",)),
        Limit(P90, on=("skill:Claims test",)),
        Limit(P90, 10_000, 20_000, on=("*vip*",), levels=frozenset({Level.SKILL})),
    )
    judge = Judge(limits)

    def warn(level: Level, name: str | None) -> float | None:
        limit = judge.limit_for(P90, Scope(level, "5"), name)
        return limit.warn if limit else None

    assert warn(Level.SKILL, "Billing") == warn(Level.SKILL, None) == 60_000
    assert warn(Level.GROUP, "VIP") == 60_000
    assert warn(Level.SKILL, "claims FR") == 300_000
    assert warn(Level.SKILL, "Claims test") is None
    assert warn(Level.SKILL, "Claims VIP") == 10_000
    assert warn(Level.AGENT, "Marta") is None, "the agent view knows no queue"
    assert judge.limit_for("no_such_metric", BILLING, None) is None
    off = judge.judge(Scope(Level.SKILL, "5"), "Claims test", wait(10**7), 0)
    assert off == CALM
    assert judge.judge(Scope(Level.SKILL, "6"), "Claims FR", wait(200_000), 0).severity is Severity.CALM


ENTRIES = st.sampled_from(["account", "skill", "skill:Bill*", "group:*", "1", "billing", "x", "skill:1", "agent"])
LIMITS = st.builds(
    Limit,
    st.sampled_from([P90, CSAT, RATE]),
    warn=st.none() | st.sampled_from([0.5, 1.0]),
    on=st.lists(ENTRIES, max_size=2).map(tuple),
    levels=st.frozensets(st.sampled_from(Level), max_size=2),
)


@given(st.lists(LIMITS, max_size=6), st.sampled_from(Level), st.sampled_from([P90, CSAT, RATE]))
def test_the_last_limit_that_applies_is_in_force(limits: list[Limit], level: Level, metric: str) -> None:
    judge = Judge(limits)
    scope = ACCOUNT if level is Level.ACCOUNT else Scope(level, "1")
    method = Method.AGENT_VIEW if level is Level.AGENT else Method.METRICS
    applying = [each for each in limits if each.metric == metric and each.speaks_of(scope, "Billing")]
    in_force = applying[-1] if applying and not applying[-1].is_off else None
    if method not in BY_NAME[metric].methods:
        in_force = None
    assert judge.limit_for(metric, scope, "Billing") == in_force
    judged = judge.judge(scope, "Billing", None, 0)
    assert (metric in judged.verdicts) is (in_force is not None)
    assert in_force is None or metric in judge.needs(method) <= judge.metrics()


def test_a_name_that_is_learnt_later_brings_its_limits_and_keeps_what_is_known() -> None:
    judge = Judge([WAIT_LIMIT, Limit(P90, 30_000, 90_000, on=("skill:Billing",))])
    assert judge.judge(BILLING, None, wait(70_000), 1).severity is Severity.WARN
    renamed = judge.judge(BILLING, "Billing", wait(70_000), 2)
    assert renamed.verdicts[P90].limit.warn == 30_000
    assert (renamed.severity, renamed.verdicts[P90].since) == (Severity.WARN, 1)


def test_an_older_name_is_the_same_metric_and_nonsense_has_no_effect() -> None:
    judge = Judge([Limit("close_rate", 0.5, 0.4), Limit("no_such_metric", 1, 2), Limit("agent_current_status", 1, 2)])
    found = judge.judge(MARTA, "Marta", figures({"closed_rate": 0.3}, Method.AGENT_VIEW), 0)
    assert (found.worst, found.severity) == ("closed_rate", Severity.CRITICAL)
    assert judge.limit_for("closed_rate", MARTA, None) == judge.limits[0]
    assert judge.metrics() == {"closed_rate"}


def test_a_rate_of_few_is_calm_until_there_are_enough() -> None:
    judge = Judge([Limit(RATE, 0.1, 0.2, least=10)])

    def at(rate: float | None, base: float | None) -> judging.Verdict | None:
        values = figures({RATE: rate, DONE: base}, Method.AGENT_VIEW)
        return judge.judge(MARTA, "Marta", values, 0).verdicts.get(RATE)

    few = at(0.5, 9)
    assert few is not None
    assert (few.severity, few.is_few, nearness(few)) == (Severity.CALM, True, None)
    found = [each.severity for base in (10, 9, 8, 7, 9) if (each := at(0.5, base))]
    assert found == [Severity.CRITICAL] * 3 + [Severity.CALM] * 2
    unknown = at(0.5, None)
    assert unknown is not None
    assert unknown.severity is Severity.UNKNOWN
    no_base = Figures(
        Method.AGENT_VIEW, frozenset({"transferRate"}), {"transferRate": 0.5}, frozenset({BY_NAME[DONE].field})
    )
    assert judge.judge(MARTA, "Marta", no_base, 0).verdicts == {}


def test_what_the_limits_need_is_asked_of_the_method_that_has_it() -> None:
    judge = Judge([*LIVE_CHAT, Limit("online_rate", 0.8, 0.6)])
    assert judge.needs(Method.AGENT_VIEW) == {RATE, DONE, "agent_online_duration", "agent_login_duration"}
    assert judge.needs(Method.HISTORICAL) == frozenset()
    assert {P90, QUEUE, "open_conversations", "overdue_conversations_total"} <= judge.needs(Method.METRICS)
    assert judge.needs(Method.METRICS).isdisjoint({RATE, "online_share", "sla_share"})
    assert Judge([WAIT_LIMIT, Limit(P90)]).metrics() == frozenset(), "switched off everywhere"
    assert Judge([WAIT_LIMIT, Limit(P90, on=("skill:x",))]).metrics() == {P90, QUEUE}
    assert all(name in BY_NAME for name in judge.metrics())


def test_the_next_to_breach_come_in_the_order_of_their_nearness() -> None:
    judge = Judge([WAIT_LIMIT, Limit(CSAT, 0.85, 0.75)])
    rows: dict[str, dict[str, float]] = {
        "far": {P90: 6000},
        "near": {P90: 48_000},
        "share": {P90: 0, CSAT: 0.865},
        "over": {P90: 90_000},
        "none": {},
    }
    judged = {
        key: judge.judge(Scope(Level.SKILL, key), key, figures({QUEUE: 1, **values}), 0) for key, values in rows.items()
    }
    assert next_to_breach(judged.items()) == ["share", "near", "far"]
    assert judged["share"].nearest == CSAT
    assert judged["share"].nearness == pytest.approx(0.9)
    assert (judged["near"].nearness, judged["over"].nearness) == (0.8, 1.5)
    assert judged["none"].nearest is None
    edge = judge.judge(BILLING, "Billing", figures({CSAT: 0.85, P90: 0, QUEUE: 0}), 0)
    assert edge.severity is Severity.CALM
    assert edge.nearness < 1


def test_a_scope_that_is_no_more_is_forgotten() -> None:
    judge = Judge([WAIT_LIMIT])
    assert severities(judge, [70_000, 55_000]) == [Severity.WARN] * 2
    judge.forget(BILLING)
    judge.forget(BILLING)
    assert severities(judge, [55_000]) == [Severity.CALM]


def test_of_too_many_scopes_those_not_judged_for_longest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "MOST_SCOPES", 8)
    judge = Judge([WAIT_LIMIT])
    scopes = [Scope(Level.GROUP, str(key)) for key in range(9)]
    for now, scope in enumerate([*scopes[:8], scopes[0], scopes[8]]):
        judge.judge(scope, None, wait(70_000), now)
    kept = [scopes[0], *scopes[3:]]
    assert [judge.judge(scope, None, wait(55_000), 20).severity for scope in kept] == [Severity.WARN] * 7
    assert judge.judge(scopes[1], None, wait(55_000), 20).severity is Severity.CALM


def test_agents_and_scopes_of_the_same_id_are_judged_apart() -> None:
    judge = Judge([Limit("agent_load", 1.0, 1.2)])
    load = {"agent_load": 1.3}
    assert judge.judge(Scope(Level.AGENT, "1"), None, figures(load, Method.AGENT_VIEW), 0).severity is Severity.CRITICAL
    assert judge.judge(BILLING, None, figures({"agent_load": 0.5}), 0).severity is Severity.CALM
