"""Open alerts that no figure tells stand on the strip of trouble: of own rules, and of what nobody answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kmm_tui.alerting.journal import Journal, alert_entry
from kmm_tui.alerting.service import AlertService
from kmm_tui.board.alert_rules import AlertRules
from kmm_tui.board.alerts import Ack, Alert
from kmm_tui.board.freshness import Age
from kmm_tui.board.rows import ScopeRow
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.severity import Severity
from kmm_tui.board.wall import Names, Plan
from kmm_tui.ui.wall.trouble import Item, with_alerts
from tests.ui.board.conftest import NOW

from .conftest import SetWall, settle, text_of

BILLING, ANA = Scope(Level.SKILL, "1"), Scope(Level.AGENT, "9")
THIN = Alert(
    "a", "alert:Thin floor", "Thin floor", ACCOUNT, "the account", Severity.CRITICAL, Severity.CRITICAL, NOW - 720,
    NOW - 700, bound="online_agents < 3",
)  # fmt: skip
P90 = "queue_wait_time_90th_percentile"
WAITS = replace(THIN, id="b", rule="alert:Waits", what="Waits", scope=BILLING, label="Billing", metric=P90)
SILENT = replace(THIN, id="c", rule="no-data:", what="no data", scope=BILLING, label="Bill\x1bing\u202e",
                 peak=Severity.WARN, level=Severity.WARN)  # fmt: skip
BREACH = Item(Severity.CRITICAL, "Billing p90 4:12", 9, of=(BILLING, P90))
WORN = Item(Severity.WARN, "Delivery on % 70%", 3, of=(Scope(Level.SKILL, "2"), "online_share"))


def row(age: Age) -> ScopeRow:
    return ScopeRow(ACCOUNT, "", None, age)


def items(*alerts: Alert, names: Names = Names.OFF, age: Age = Age.LIVE) -> list[Item]:
    return with_alerts(
        [BREACH, WORN], alerts, NOW, names, lambda scope: row(age) if scope in (ACCOUNT, BILLING) else None
    )


def texts(*alerts: Alert, names: Names = Names.OFF) -> list[str]:
    return [item.text for item in items(*alerts, names=names)]


def test_they_stand_before_figures_that_are_as_bad() -> None:
    assert texts(THIN, SILENT) == [
        "Account: Thin floor for 12m", "Billing p90 4:12", "Bill ing: no data for 12m", "Delivery on % 70%",
    ]  # fmt: skip


def test_of_one_rule_the_first_does_and_the_others_are_behind() -> None:
    others = [replace(THIN, id=str(n), scope=Scope(Level.SKILL, str(n)), label=f"Skill {n}") for n in (5, 6)]
    assert texts(THIN, *others)[:2] == ["Account: Thin floor for 12m", "Billing p90 4:12"]
    assert texts(THIN, *others)[2:4] == ["Skill 5: Thin floor for 12m", "Skill 6: Thin floor for 12m"]


def test_what_a_figure_tells_already_is_not_told_again_nor_is_a_limit() -> None:
    limit = replace(THIN, rule=f"limit:{P90}", metric=P90)
    assert items(WAITS, limit) == [BREACH, WORN]
    assert texts(replace(WAITS, scope=ACCOUNT))[0] == "Account: Waits ?"


@pytest.mark.parametrize(
    "quiet",
    [
        replace(THIN, ack=Ack("ana", NOW - 60)),
        replace(THIN, snoozed_until=NOW + 60),
        replace(THIN, level=Severity.CALM),
    ],
    ids=["taken", "snoozed", "calm for now"],
)
def test_one_that_needs_nobody_stands_behind_without_colour(quiet: Alert) -> None:
    assert [(item.text, item.is_old) for item in items(quiet)][:2] == [
        ("Billing p90 4:12", False), ("Account: Thin floor for 12m", True),
    ]  # fmt: skip


def test_one_over_old_figures_has_no_colour_but_silence_has() -> None:
    assert [item.is_old for item in items(THIN, SILENT, age=Age.STALE)] == [True, False, False, False]


@pytest.mark.parametrize(
    ("names", "said"), [(Names.OFF, "an agent"), (Names.INITIALS, "AS"), (Names.FULL, "Ana Sousa")]
)
def test_agents_are_named_as_far_as_everybody_may_read(names: Names, said: str) -> None:
    away = replace(THIN, scope=ANA, label="Ana Sousa", what="Too long away")
    assert texts(away, names=names)[0] == f"{said}: Too long away for 12m"


async def test_a_wall_shows_them_on_every_page(wall: SetWall) -> None:
    stage = wall(plans=(Plan(("account",), ("online_agents",)),))
    made = AlertService(AlertRules(), stage.clock, Journal(None, "1"), who="ana", only_follows=True)
    made._known.learn([alert_entry("raised", THIN, NOW)])
    stage.app.desk.alerts = made
    async with stage.app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        assert "■ Account: Thin floor for 12m" in text_of(pilot).splitlines()[-2]
