"""Rules: limits and a person's own, on figures and on expressions, of the scopes that they name; and silence."""

from __future__ import annotations

from collections.abc import Mapping

from kmm_tui.board.alert_rules import AlertRule, AlertRules, Reading
from kmm_tui.board.alert_silence import Silence
from kmm_tui.board.alerts import AlertBook, What
from kmm_tui.board.derived import known_metrics
from kmm_tui.board.expression import names_of, parse
from kmm_tui.board.figure import Figures
from kmm_tui.board.limits import Limit
from kmm_tui.board.presets import PRESETS
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.severity import Severity
from kmm_tui.metrics import BY_NAME, Method

P90, QUEUE, ONLINE = "queue_wait_time_90th_percentile", "unassigned_conversations", "online_agents"
BILLING, TEAM = Scope(Level.SKILL, "1"), Scope(Level.GROUP, "7")
NAMES = names_of(known_metrics().values())
NOW = 1_700_000_000.0


def figures(values: Mapping[str, float | None]) -> Figures:
    fields = {BY_NAME[name].field: value for name, value in values.items()}
    return Figures(Method.METRICS, frozenset(fields), fields)


def severities(readings: list[Reading]) -> dict[str, Severity]:
    return {reading.rule.key: reading.severity for reading in readings}


def test_every_limit_is_a_rule_and_speaks_of_the_account_and_skills_unless_it_names_others() -> None:
    rules = AlertRules(limits=[Limit(P90, 60_000, 180_000), Limit(ONLINE, 2, 1, on=("group:Team*",))])
    bad = figures({P90: 200_000, QUEUE: 3, ONLINE: 0})
    assert rules.levels() == {Level.ACCOUNT, Level.SKILL, Level.GROUP}
    assert severities(rules.readings(BILLING, "Billing", "Billing", bad, NOW)) == {f"limit:{P90}": Severity.CRITICAL}
    assert severities(rules.readings(TEAM, "Team A", "Team A", bad, NOW)) == {f"limit:{ONLINE}": Severity.CRITICAL}
    (reading,) = rules.readings(ACCOUNT, None, "the account", bad, NOW)
    assert (reading.what, reading.bound, reading.figure) == ("P90 wait", "max 3:00", 200_000)


def test_an_own_rule_takes_the_place_of_the_limit_where_it_speaks() -> None:
    own = AlertRule("alert:b", "Billing waits", limit=Limit(P90, critical=30_000, on=("skill:Bill*",)))
    rules = AlertRules([own], [Limit(P90, 60_000)])
    bad = figures({P90: 90_000})
    assert severities(rules.readings(BILLING, "Billing", "Billing", bad, NOW)) == {"alert:b": Severity.CRITICAL}
    other = rules.readings(Scope(Level.SKILL, "2"), "Claims", "Claims", bad, NOW)
    assert severities(other) == {f"limit:{P90}": Severity.WARN}


def test_a_condition_is_left_where_its_until_says_and_says_nothing_without_its_figures() -> None:
    when, until = parse(f"{QUEUE} > 5 and {ONLINE} < 3", NAMES), parse(f"{QUEUE} < 2", NAMES)
    rules = AlertRules([AlertRule("alert:x", "thin", when=when, until=until, level=Severity.CRITICAL)])
    assert rules.needs(Method.METRICS) == (ONLINE, QUEUE)

    def at(queue: float | None, online: float | None) -> list[Severity]:
        found = rules.readings(BILLING, "Billing", "Billing", figures({QUEUE: queue, ONLINE: online}), NOW)
        return [reading.severity for reading in found]

    assert at(4, 1) == [Severity.CALM]
    assert at(6, 2) == [Severity.CRITICAL]
    assert at(4, 9) == [Severity.CRITICAL]
    assert at(None, 9) == [Severity.UNKNOWN]
    assert at(1, 9) == [Severity.CALM]
    assert at(4, 1) == [Severity.CALM]


def test_what_the_rules_need_is_what_their_limits_need() -> None:
    rules = AlertRules(limits=PRESETS["live-chat"])
    assert {P90, "csat", "overdue_conversations_in_queue", "closed_conversations"} <= set(rules.needs(Method.METRICS))
    assert rules.levels() == {Level.ACCOUNT, Level.SKILL}
    assert AlertRules().levels() == frozenset()


def test_silence_of_five_minutes_is_one_alert_of_the_account_and_ends_with_the_first_answer() -> None:
    silence, book = Silence(300, NOW), AlertBook()
    skills = [Scope(Level.SKILL, str(number)) for number in range(50)]
    for scope in (ACCOUNT, *skills):
        silence.heard(scope, str(scope), NOW + 30, [])

    def known() -> list[tuple[str, Scope]]:
        return [(alert.rule, alert.scope) for alert in book.open]

    assert silence.readings(NOW + 329) == []
    (reading,) = silence.readings(NOW + 330)
    (raised,) = book.observe(reading)
    assert (raised.what, raised.alert.scope, raised.alert.since) == (What.RAISED, ACCOUNT, NOW + 30)
    silence.heard(ACCOUNT, "the account", NOW + 400, [])
    changes = [change for reading in silence.readings(NOW + 401, known()) for change in book.observe(reading)]
    assert [change.what for change in changes if change.alert.scope == ACCOUNT] == [What.RESOLVED]
    assert len(book.open) == 50


def test_one_figure_that_is_not_answered_is_told_by_its_name() -> None:
    silence = Silence(300, NOW)
    rule = AlertRule("limit:p90", "P90 wait")
    for passed in range(0, 360, 30):
        missing = Reading(rule, BILLING, "Billing", Severity.UNKNOWN, NOW + passed, "P90 wait")
        silence.heard(BILLING, "Billing", NOW + passed, [missing])
        silence.heard(ACCOUNT, "the account", NOW + passed, [])
    (reading,) = silence.readings(NOW + 330)
    assert (reading.what, reading.scope, reading.severity) == ("no data: P90 wait", BILLING, Severity.WARN)


def test_nobody_was_silent_while_the_machine_slept_and_what_is_forgotten_is_not_awaited() -> None:
    silence = Silence(300, NOW)
    silence.expect(ACCOUNT, "the account")
    silence.excuse(NOW + 80_000)
    assert silence.readings(NOW + 80_299) == []
    assert len(silence.readings(NOW + 80_300)) == 1
    silence.forget(ACCOUNT)
    assert silence.readings(NOW + 99_999) == []
