"""The service: what the feed publishes becomes alerts, which outlive a restart, and of two boards one tells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kmm_tui.alerting.journal import Journal
from kmm_tui.alerting.outlet import Outlet
from kmm_tui.alerting.service import AlertService
from kmm_tui.api.answers import Cost
from kmm_tui.api.window import Window
from kmm_tui.board.alert_rules import AlertRule, AlertRules
from kmm_tui.board.alerts import What
from kmm_tui.board.figure import Figures
from kmm_tui.board.freshness import Trouble
from kmm_tui.board.limits import Limit
from kmm_tui.board.look import Look
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.snapshot import Snapshot
from kmm_tui.board.state import Section, Topic, TopicState
from kmm_tui.metrics import BY_NAME, Method
from tests.alerting.conftest import NOW, P90, Ear, Turned

BILLING = Scope(Level.SKILL, "1")
RULES = [Limit(P90, 60_000, 180_000)]
FIELD = BY_NAME[P90].field
Make = Callable[..., AlertService]


def state(scope: Scope, wait: float, at: float, name: str = "Billing") -> TopicState:
    figures = Figures(Method.METRICS, frozenset({FIELD}), {FIELD: wait})
    ms = int(at * 1000)
    snapshot = Snapshot(scope, name, Window(ms - 3_600_000, ms), figures, ms, Cost(ms, 0.1, 1, 100))
    return TopicState(Topic(Section.FIGURES, scope), 30.0, snapshot)


@pytest.fixture
def make(clock: Turned, tmp_path: Path) -> Make:
    def make(*ears: Ear, hold: float = 0.0, folder: Path | None = tmp_path, **more: Any) -> AlertService:
        rules = AlertRules(limits=RULES, usual=AlertRule("", "", hold=hold))
        outlets = [Outlet(ear, clock, "1", "Acme") for ear in ears]
        return AlertService(rules, clock, Journal(folder, "1"), who="ana", outlets=outlets, **more)

    return make


class Played:
    """Turns services and their outlets second by second, and hands them figures each half minute."""

    def __init__(self, clock: Turned, *services: AlertService) -> None:
        self.clock, self.services = clock, services

    async def go(self, seconds: int, wait: float | None = None, scopes: tuple[Scope, ...] = (BILLING,)) -> None:
        for second in range(seconds):
            if wait is not None and second % 30 == 0:
                for scope in (ACCOUNT, *scopes):
                    for service in self.services:
                        service.note(state(scope, 0 if scope == ACCOUNT else wait, self.clock.seconds))
            self.clock.seconds += 1
            for service in self.services:
                await service.turn()
                for outlet in service._outlets:
                    await outlet.turn()
        for service in self.services:
            await service.write()


async def started(clock: Turned, *services: AlertService) -> Played:
    played = Played(clock, *services)
    await played.go(1)
    return played


async def test_a_breach_is_told_once_and_its_end_as_well(make: Make, clock: Turned, ear: Ear) -> None:
    service = make(ear, hold=60)
    played = await started(clock, service)
    await played.go(120, wait=90_000)
    (alert,) = service.open
    assert (alert.label, alert.what, alert.bound, alert.is_told) == ("Billing", "P90 wait", "max 1:00", True)
    await played.go(600, wait=10_000)
    assert service.open == []
    assert [each.is_open for each in service.past] == [False]
    assert [[each.what for each in notice.changes] for notice in ear.heard] == [[What.RAISED], [What.RESOLVED]]
    await service.close()


async def test_open_and_past_alerts_outlive_a_restart_and_nobody_is_told_again(
    make: Make, clock: Turned, ear: Ear
) -> None:
    service = make(ear)
    played = await started(clock, service)
    other = Scope(Level.SKILL, "2")
    await played.go(60, wait=90_000, scopes=(BILLING, other))
    service.acknowledge(next(alert.id for alert in service.open if alert.scope == other), "mine")
    await played.go(400, wait=90_000, scopes=(BILLING, other))
    await played.go(1, wait=5_000, scopes=(BILLING,))
    before = service.open
    await service.close()
    assert len(ear.heard) == 1

    again = make(ear)
    played = await started(clock, again)
    assert [(each.id, each.since, each.ack, each.is_told) for each in again.open] == [
        (each.id, each.since, each.ack, each.is_told) for each in before
    ]
    assert [each.ack.note for each in again.open if each.ack] == ["mine"]
    await played.go(120, wait=90_000, scopes=(BILLING, other))
    assert len(ear.heard) == 1
    await again.close()


async def test_what_nobody_was_told_of_before_the_end_is_told_after_the_restart(
    make: Make, clock: Turned, ear: Ear
) -> None:
    service = make()
    played = await started(clock, service)
    await played.go(1, wait=90_000)
    await service.close()
    again = make(ear)
    played = await started(clock, again)
    await played.go(5)
    assert [notice.title for notice in ear.heard] == ["Acme: 1 warn"]
    await again.close()


async def test_of_two_boards_one_tells_and_both_show_and_either_can_acknowledge(make: Make, clock: Turned) -> None:
    one, other = Ear(), Ear()
    first, second = make(one), make(other)
    played = await started(clock, first, second)
    await played.go(90, wait=90_000)
    assert (first.is_in_charge, second.is_in_charge) == (True, False)
    assert [each.id for each in first.open] == [each.id for each in second.open]
    assert (len(one.heard), len(other.heard)) == (1, 0)
    second.acknowledge(second.open[0].id, "I have it")
    await played.go(3)
    for service in (first, second):
        assert service.open[0].ack
        assert service.open[0].ack.note == "I have it"
    await first.close()
    second.snooze(second.open[0].id, 15)
    played = Played(clock, second)
    await played.go(60, wait=300_000)
    assert second.is_in_charge
    assert len(second.open) == 1
    assert [notice.title for notice in other.heard] == ["Acme: 1 critical"], "it got worse, which ends every silence"
    await second.close()


async def test_a_storm_of_500_breaches_is_one_alert_each_and_one_notice_a_minute(
    make: Make, clock: Turned, ear: Ear
) -> None:
    service = make(ear, folder=None)
    played = await started(clock, service)
    skills = tuple(Scope(Level.SKILL, str(number)) for number in range(500))
    for wait in (90_000, 10_000, 300_000):
        await played.go(60, wait=wait, scopes=skills)
    assert len(service.open) == 500
    assert len(ear.heard) <= 3
    assert [len(notice.changes) for notice in ear.heard] == [500, 500]


async def test_silence_is_one_alert_and_resolves_nothing_and_a_nap_is_no_silence(make: Make, clock: Turned) -> None:
    service = make()
    played = await started(clock, service)
    await played.go(60, wait=90_000)
    clock.seconds += 30_000
    await played.go(200)
    assert [alert.what for alert in service.open] == ["P90 wait"]
    trouble = Trouble("OFFLINE", "", clock.seconds)
    service.note(TopicState(Topic(Section.FIGURES, ACCOUNT), 30.0, None, trouble))
    await played.go(110)
    assert [(alert.what, alert.scope) for alert in service.open] == [("no data", ACCOUNT), ("P90 wait", BILLING)]
    await played.go(90, wait=90_000)
    assert [alert.what for alert in service.open] == ["P90 wait"]
    await service.close()


async def test_what_the_last_board_knew_and_what_is_too_old_raises_nothing(make: Make, clock: Turned) -> None:
    service = make()
    played = await started(clock, service)
    service.note(state(BILLING, 300_000, clock.seconds - 200))
    await played.go(2)
    assert service.open == []
    await service.close()


async def test_the_alert_of_a_skill_that_is_gone_is_over(make: Make, clock: Turned) -> None:
    service = make()
    played = await started(clock, service)
    await played.go(60, wait=90_000)
    service.note(TopicState(Topic(Section.FIGURES, BILLING), 30.0, is_withdrawn=True))
    assert service.open == []
    await played.go(30, wait=90_000)
    await service.close()
    again = make()
    played = await started(clock, again)
    await played.go(1000, wait=0, scopes=())
    assert again.open == []
    assert {each.scope for each in again.past} == {BILLING}
    await again.close()


def test_what_the_rules_need_is_asked_for_whatever_is_looked_at(make: Make) -> None:
    look = make().look(Look(levels=frozenset(), agents=False, metrics=("csat",)))
    assert (look.levels, look.agents, look.agent_metrics) == (frozenset({Level.SKILL}), False, ())
    assert {"csat", P90} <= set(look.metrics)
    assert look.trend == ACCOUNT


async def test_an_error_costs_no_figure(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    service = make()
    published: list[TopicState] = []
    monkeypatch.setattr(service, "note", lambda _: 1 / 0)
    service.watching(published.append)(state(BILLING, 1, NOW))
    assert len(published) == 1


async def test_who_only_follows_never_takes_charge_and_knows_what_another_judged(make: Make, clock: Turned) -> None:
    first, mirror = make(), make(only_follows=True)
    played = await started(clock, mirror, first)
    await played.go(60, 200_000)
    assert [alert.what for alert in first.open] == ["P90 wait"]
    await first.close()
    await started(clock, mirror)
    assert not mirror.is_in_charge
    assert [alert.id for alert in mirror.open] == [alert.id for alert in first.open]
