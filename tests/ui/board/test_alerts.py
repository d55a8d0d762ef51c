"""Alerts on the board: a view of what is open and was, a count beside its key, and what a person does with one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from kmm_tui.alerting.channels import Terminal, TerminalChannel
from kmm_tui.alerting.journal import Journal, alert_entry
from kmm_tui.alerting.outlet import Outlet
from kmm_tui.alerting.service import AlertService
from kmm_tui.board.alert_rules import AlertRule, AlertRules
from kmm_tui.board.alerts import Ack, Alert
from kmm_tui.board.presets import PRESETS
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.board.severity import Severity
from kmm_tui.ui.alerting import Alerting
from kmm_tui.ui.places import Place, View
from kmm_tui.ui.why import WhyScreen

from .conftest import LIMITED, NOW, FrozenClock, SetStage, Stage, settle, whole_board
from .person import shows

P90 = "queue_wait_time_90th_percentile"
PAST = Alert(
    "old", f"limit:{P90}", "P90 wait", Scope(Level.SKILL, "3"), "日本語サポート", Severity.CALM, Severity.CRITICAL,
    NOW - 90_000, NOW - 89_940, P90, 10_000, 300_000, "max 3:00", ended=NOW - 89_000,
    ack=Ack("ana", NOW - 89_500, "mine"),
)  # fmt: skip


async def service(clock: FrozenClock, *, past: tuple[Alert, ...] = (PAST,)) -> AlertService:
    """Alerts of the whole board's figures, and some that are over."""
    rules = AlertRules(limits=PRESETS["live-chat"], usual=AlertRule("", ""))
    made = AlertService(rules, clock, Journal(None, "1"), who="ana")
    made._known.learn(alert_entry("resolved", each, NOW) for each in past)
    await made.turn()
    for state in whole_board():
        made.note(state)
    return made


class Played:
    """A board with alerts, at 120 x 30, in the view of alerts."""

    def __init__(self, stage: Stage, pilot: Pilot[str]) -> None:
        self.stage, self.pilot = stage, pilot

    @property
    def screen(self) -> Alerting:
        screen = self.stage.app.screen_stack[0]
        assert isinstance(screen, Alerting)
        return screen

    @property
    def service(self) -> AlertService:
        assert self.stage.app.desk.alerts
        return self.stage.app.desk.alerts

    def row(self, what: str, where: str) -> Alert:
        return next(each for each in self.service.open if (each.what, each.label) == (what, where))

    async def go_to(self, alert: Alert) -> None:
        assert self.screen.alarms.table.move_cursor(alert.id)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    @property
    def shown(self) -> str:
        return text_of(self.stage.app)


def text_of(app: Any) -> str:
    height = app.size.height
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips[:height])


Play = Any


@pytest.fixture
def play(stage: SetStage) -> Play:
    """Runs `act` on a board with alerts."""

    async def run(act: Any, *, size: tuple[int, int] = (120, 30), opened: bool = True, **more: Any) -> None:
        clock = FrozenClock()
        set_up = stage(prefs=LIMITED, alerts=await service(clock), **more)
        async with set_up.app.run_test(size=size) as pilot:
            await settle(pilot)
            played = Played(set_up, pilot)
            if opened:
                await played.press("6")
                await settle(pilot)
            await act(played)

    return run


@shows("view.alerts")
async def test_open_alerts_are_listed_worst_first_and_below_them_what_is_over(play: Play) -> None:
    async def act(it: Played) -> None:
        lines = it.shown.splitlines()
        title = next(index for index, line in enumerate(lines) if "ALERTS" in line)
        assert "open" in lines[title]
        assert "1 over" in lines[title]
        rows = [line for line in lines[title + 2 :] if line.strip()]
        assert rows[0].startswith("▌■")
        glyphs = [row[1] for row in rows[:-1]]
        over = glyphs.index("✓")
        assert sorted(glyphs[:over], key="■▲".index) == glyphs[:over]
        assert "日本語サポート" in rows[over]
        assert "mine" in rows[over]

    await play(act)


async def test_the_count_of_open_ones_stands_beside_the_key(play: Play) -> None:
    async def act(it: Played) -> None:
        it.screen.tick(NOW + 1)
        await it.pilot.pause()
        assert f"6 Alerts {len(it.service.open)} " in it.shown
        for alert in it.service.open:
            it.service.acknowledge(alert.id)
        it.screen.tick(NOW + 1)
        assert it.screen.keys._counts["view('alerts')"] == (str(len(it.service.open)), "value")

    await play(act, opened=False, size=(80, 24))


@pytest.mark.parametrize(
    ("level", "place"),
    [
        (Level.SKILL, Place(View.AGENTS, Scope(Level.SKILL, "1"))),
        (Level.ACCOUNT, Place(View.OVERVIEW, ACCOUNT)),
    ],
)
async def test_enter_goes_to_the_place_concerned_and_escape_back(play: Play, level: Level, place: Place) -> None:
    async def act(it: Played) -> None:
        wanted = ACCOUNT if level is Level.ACCOUNT else place.scope
        await it.go_to(next(each for each in it.service.open if each.scope == wanted))
        await it.press("enter")
        assert it.screen.trail.here == place
        await it.press("escape")
        assert it.screen.trail.here.view is View.ALERTS

    await play(act)


@shows("alerts.take", "note.cancel")
async def test_an_alert_is_taken_with_a_note_and_what_is_typed_is_text(play: Play) -> None:
    async def act(it: Played) -> None:
        alert = it.row("P90 wait", "Billing")
        await it.go_to(alert)
        await it.press("A")
        assert "acknowledge Billing: P90 wait" in it.shown
        await it.press(*"q6 S", "[", "enter")
        taken = next(each for each in it.service.open if each.id == alert.id)
        assert taken.ack == Ack("ana", NOW, "q6 S[")
        assert it.screen.trail.here.view is View.ALERTS
        assert "taken by ana" in it.shown
        assert it.screen.focused is it.screen.alarms.table
        await it.press("A", *"no", "escape")
        assert next(each for each in it.service.open if each.id == alert.id).ack == taken.ack
        assert not isinstance(it.screen.focused, Input)

    await play(act)


@shows("alerts.snooze")
async def test_an_alert_is_snoozed_for_5_then_15_then_60_minutes(play: Play) -> None:
    async def act(it: Played) -> None:
        alert = it.row("P90 wait", "Billing")
        await it.go_to(alert)
        for minutes in (5, 15, 60, 5):
            await it.press("S")
            snoozed = next(each for each in it.service.open if each.id == alert.id)
            assert snoozed.snoozed_until == NOW + minutes * 60
            assert f"snoozed for {minutes} min" in it.shown

    await play(act)


async def test_why_is_about_the_figure_of_the_alert(play: Play) -> None:
    async def act(it: Played) -> None:
        await it.go_to(it.row("P90 wait", "Billing"))
        await it.press("question_mark")
        assert isinstance(it.stage.app.screen, WhyScreen)
        assert "Billing" in it.shown

    await play(act)


async def test_what_is_over_can_be_neither_taken_nor_snoozed(play: Play) -> None:
    async def act(it: Played) -> None:
        await it.go_to(PAST)
        await it.press("A")
        await it.press("S")
        assert "choose an alert that is open" in it.shown
        assert not isinstance(it.screen.focused, Input)

    await play(act)


async def test_names_are_text_in_the_table_and_the_note(stage: SetStage) -> None:
    clock = FrozenClock()
    hostile = replace(PAST, id="x", ended=None, ack=None, label="[red]\x1b[31mX\n[/]", what="[b]")
    made = await service(clock, past=())
    made._known.note(hostile)
    made._book = type(made._book)([*made._book.open, hostile])
    set_up = stage(prefs=LIMITED, alerts=made)
    async with set_up.app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        it = Played(set_up, pilot)
        await it.press("6")
        await it.go_to(hostile)
        await it.press("A")
        assert "[red] [31mX [/]" in it.shown
        assert "\x1b" not in it.shown


async def test_without_alerts_there_is_no_such_view(stage: SetStage) -> None:
    set_up = stage(prefs=LIMITED)
    async with set_up.app.run_test(size=(160, 30)) as pilot:
        await settle(pilot)
        await pilot.press("6")
        await pilot.pause()
        screen = set_up.app.screen_stack[0]
        assert isinstance(screen, Alerting)
        assert screen.trail.here.view is View.OVERVIEW
        assert "Alerts" not in text_of(set_up.app)


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (200, 60)])
async def test_every_size_holds_the_table_and_the_keys(play: Play, size: tuple[int, int]) -> None:
    async def act(it: Played) -> None:
        lines = it.shown.splitlines()
        assert any("ALERTS" in line for line in lines)
        assert any("Billing" in line and "P90 wait" in line for line in lines)
        assert "q Quit" in lines[-1]
        await it.press("j", "k", "o", "p", "space", "space", "y", "c", "slash", *"bill", "enter")
        assert it.screen.alarms.filter_text == "bill"
        assert all(alert.label == "Billing" for alert in it.screen.alarms.shown_rows)
        await asyncio.sleep(0)

    await play(act, size=size)


async def test_the_bell_goes_to_the_terminal_that_the_board_is_on(
    stage: SetStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FrozenClock()
    outlet_clock = FrozenClock()
    rules = AlertRules(limits=PRESETS["live-chat"], usual=AlertRule("", ""))
    terminal = Terminal()
    outlet = Outlet(TerminalChannel("bell", terminal), outlet_clock, "1", "Acme")
    alerts = AlertService(rules, clock, Journal(None, "1"), who="ana", outlets=[outlet], terminal=terminal)
    set_up = stage(prefs=LIMITED, alerts=alerts)
    async with set_up.app.run_test() as pilot:
        await settle(pilot)
        written: list[str] = []
        monkeypatch.setattr(set_up.app._driver, "write", written.append)
        await alerts.turn()
        for state in whole_board():
            alerts.note(state)
        for _ in range(5):
            outlet_clock.time += 1
            await outlet.turn()
        assert written.count("\a") == 1
