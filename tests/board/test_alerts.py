"""Alerts: one for each rule and scope, however its figure flaps; and what is not known neither raises nor resolves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.board.alert_rules import SETTLE, AlertRule, Reading
from kmm_tui.board.alert_text import alert_text, count_words
from kmm_tui.board.alerts import LONGEST_NOTE, Alert, AlertBook, Change, What
from kmm_tui.board.figure import Absent, Figure
from kmm_tui.board.scope import Level, Scope
from kmm_tui.board.severity import Severity
from kmm_tui.board.shifts import Shift

P90 = "queue_wait_time_90th_percentile"
BILLING, CLAIMS = Scope(Level.SKILL, "1"), Scope(Level.SKILL, "2")
NOW = 1_700_000_000.0
WAITS = AlertRule("limit:p90", "P90 wait", hold=60.0, settle=120.0)
NIGHT = Shift("night", time(22), time(6), zone=UTC)
DAY = Shift("day", time(8), time(18), zone=UTC)
EVERY = 30.0


def reading(
    severity: Severity, at: float, figure: Figure = 90_000, *, rule: AlertRule = WAITS, scope: Scope = BILLING
) -> Reading:
    figure = Absent.NOT_ANSWERED if severity is Severity.UNKNOWN else figure
    return Reading(rule, scope, "Billing", severity, at, rule.name, metric=P90, figure=figure, bound="max 1:00")


def played(book: AlertBook, levels: str, *, rule: AlertRule = WAITS, start: float = NOW) -> list[Change]:
    """Plays one letter each 30 seconds: ``.`` calm, ``w`` warn, ``c`` critical, ``?`` missing."""
    severities = {".": Severity.CALM, "w": Severity.WARN, "c": Severity.CRITICAL, "?": Severity.UNKNOWN}
    found: list[Change] = []
    for number, letter in enumerate(levels):
        figure = {"w": 90_000, "c": 200_000 + number}.get(letter, 10_000)
        found += book.observe(reading(severities[letter], start + number * EVERY, figure, rule=rule))
    return found


def what(changes: list[Change]) -> list[What]:
    return [change.what for change in changes if change.what is not What.WORST]


def test_a_breach_is_raised_once_it_has_lasted_and_resolves_by_itself_with_its_duration_and_worst_value() -> None:
    book = AlertBook()
    assert what(played(book, "ww")) == []
    (raised,) = played(book, "w", start=NOW + 60)
    assert (raised.what, raised.alert.since, raised.at) == (What.RAISED, NOW, NOW + 60)
    over = played(book, "ccw.....", start=NOW + 90)[-1]
    assert over.what is What.RESOLVED
    assert over.alert.duration(NOW + 9999) == 180
    assert over.alert.worst == 200_001
    assert alert_text(over.alert, 0) == "✓ Billing: P90 wait, over after 3:00, worst 3:20"
    assert book.open == []


def test_it_gets_worse_once_and_only_when_the_higher_level_lasts_as_well() -> None:
    book = AlertBook()
    assert what(played(book, "wwwcwcwcw")) == [What.RAISED]
    assert what(played(book, "cccwwccc", start=NOW + 300)) == [What.WORSE]
    assert book.open[0].peak is Severity.CRITICAL


def test_a_flapping_figure_makes_one_alert() -> None:
    for period in ("w.", "www.", "www..", "www...", "wwww.....wwww", "ww" + "." * 9, "c.w.c..w"):
        rule = replace(WAITS, hold=0.0, settle=SETTLE)
        changes = played(AlertBook(), period * 40, rule=rule)
        assert what(changes).count(What.RAISED) == 1, period


def test_the_calm_that_ends_a_flapping_one_has_to_last_longer_and_longer() -> None:
    book = AlertBook()
    played(book, "www..w..w..w", rule=replace(WAITS, hold=0))
    assert book.open[0].relapses == 3
    assert what(played(book, "." * 30, rule=replace(WAITS, hold=0), start=NOW + 360)) == []
    assert what(played(book, "." * 5, rule=replace(WAITS, hold=0), start=NOW + 1260)) == [What.RESOLVED]


def test_missing_data_neither_raises_nor_resolves_and_its_time_does_not_count() -> None:
    book = AlertBook()
    assert what(played(book, "ww??????????w")) == []
    assert what(played(book, "w", start=NOW + 13 * EVERY)) == [What.RAISED]
    assert what(played(book, ".." + "?" * 40 + "..", start=NOW + 14 * EVERY)) == []
    assert book.open


def test_a_gap_without_any_answer_does_not_count_either() -> None:
    book = AlertBook()
    played(book, "ww")
    assert what(played(book, "w", start=NOW + 3600)) == []
    assert what(played(book, "w", start=NOW + 3630)) == [What.RAISED]


def test_a_clock_that_is_set_back_raises_nothing_and_ends_nothing() -> None:
    book = AlertBook()
    played(book, "www")
    assert what(played(book, ".w.w", start=NOW - 86_400)) == []
    assert book.open[0].duration(NOW - 86_400) == 0


def test_who_took_it_when_and_what_they_said_is_kept_and_a_snooze_ends_by_itself() -> None:
    book = AlertBook()
    alert = played(book, "www")[0].alert
    (snoozed,) = book.snooze(alert.id, 15, NOW + 70)
    assert snoozed.alert.is_muted(NOW + 70 + 899)
    assert not snoozed.alert.is_muted(NOW + 70 + 900)
    assert book.tick(NOW + 900) == []
    assert what(book.tick(NOW + 970)) == [What.AWOKE]
    (taken,) = book.acknowledge(alert.id, "ana", "on it\x1b]0;\n" + "x" * 500, NOW + 971)
    assert taken.alert.ack
    assert (taken.alert.ack.who, taken.alert.ack.at) == ("ana", NOW + 971)
    assert taken.alert.ack.note.startswith("on it ]0; xxx")
    assert len(taken.alert.ack.note) == LONGEST_NOTE
    assert book.acknowledge("nothing", "ana", "", NOW) == book.snooze("nothing", 5, NOW) == []


def test_getting_worse_ends_a_snooze() -> None:
    book = AlertBook()
    alert = played(book, "www")[0].alert
    book.snooze(alert.id, 60, NOW + 70)
    (worse,) = [each for each in played(book, "cccc", start=NOW + 90) if each.what is What.WORSE]
    assert not worse.alert.is_muted(NOW + 181)


def test_out_of_its_hours_a_rule_raises_nothing_and_what_is_open_is_over() -> None:
    noon, evening = 1_700_049_600.0, 1_700_049_600.0 + 6 * 3600  # 12:00 and 18:00 UTC
    rule = replace(WAITS, hours=(DAY,), quiet=(NIGHT,), hold=0)
    book = AlertBook()
    assert what(played(book, "wwww", rule=rule, start=evening)) == []
    assert what(played(book, "w", rule=rule, start=noon)) == [What.RAISED]
    assert book.tick(evening - 1, [rule]) == []
    assert what(book.tick(evening, [rule])) == [What.RESOLVED]
    assert (rule.is_quiet(noon), rule.is_quiet(noon + 12 * 3600)) == (False, True)


def test_what_was_open_before_a_restart_goes_on_and_is_raised_no_second_time() -> None:
    book = AlertBook()
    played(book, "wwwww")
    alert = book.open[0]
    again = AlertBook([alert])
    assert again.open == [alert]
    assert what(played(again, "www", start=NOW + 7200)) == []
    assert what(played(again, "......", start=NOW + 7290)) == [What.RESOLVED]
    assert what(AlertBook([alert]).keep_only(["limit:other"], NOW)) == [What.RESOLVED]
    assert what(AlertBook([alert]).forget(BILLING, NOW)) == [What.RESOLVED]


def test_the_worst_and_newest_come_first_and_those_that_somebody_knows_of_last() -> None:
    book = AlertBook()
    rule = replace(WAITS, hold=0)
    for number, level in enumerate((Severity.WARN, Severity.CRITICAL, Severity.CRITICAL, Severity.CRITICAL)):
        book.observe(reading(level, NOW + number, rule=rule, scope=Scope(Level.SKILL, str(number))))
    book.acknowledge(book.open[0].id, "ana", "", NOW)
    assert [alert.scope.key for alert in book.open] == ["2", "1", "3", "0"]
    assert count_words(book.open) == "3 critical, 1 warn"


@given(
    st.lists(st.tuples(st.sampled_from(".wc?"), st.sampled_from([BILLING, CLAIMS]), st.floats(0, 400)), max_size=60),
    st.sampled_from([0.0, 45.0, 300.0]),
)
def test_there_never_are_two_open_alerts_of_one_rule_and_scope(
    moments: list[tuple[str, Scope, float]], hold: float
) -> None:
    rule = replace(WAITS, hold=hold)
    severities = {".": Severity.CALM, "w": Severity.WARN, "c": Severity.CRITICAL, "?": Severity.UNKNOWN}
    book, at = AlertBook(), NOW
    opened: dict[Scope, Alert] = {}
    values: dict[Scope, list[float]] = {}
    for letter, scope, passed in moments:
        at += passed
        value = passed + 1000 * "?.wc".index(letter)
        changes = book.observe(reading(severities[letter], at, value, rule=rule, scope=scope))
        assert letter != "?" or changes == []
        for change in changes:
            if change.what is What.RAISED:
                assert scope not in opened
                assert change.alert.raised_at - change.alert.since >= hold
                opened[scope], values[scope] = change.alert, []
            elif change.what is What.RESOLVED:
                over = change.alert
                assert over.id == opened.pop(scope).id
                assert over.since <= (over.ended or 0) <= at
                assert over.worst == max(values.pop(scope))
        if scope in opened and letter in "wc":
            values[scope].append(value)
        assert {alert.scope for alert in book.open} == set(opened)
        assert len(book.open) == len(opened)


@pytest.mark.parametrize("levels", ["????", "?" * 50, "w?" * 30, "c" + "?" * 99])
def test_what_was_never_seen_to_last_is_never_raised(levels: str) -> None:
    assert played(AlertBook(), levels) == []
