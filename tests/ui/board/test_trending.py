"""The trend view: a line of any metric from the record, the API's own counts, and the map of hours."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from kmm_tui.api.window import DAY, HOUR, MINUTE, Window
from kmm_tui.board.derived import known_metrics, metric_named
from kmm_tui.board.freshness import Trouble
from kmm_tui.board.judge import method_of
from kmm_tui.board.scope import ACCOUNT, Level, Scope
from kmm_tui.ui.figure_column import choosable
from kmm_tui.ui.recordedline import read_line
from kmm_tui.ui.trending import OWN_WIDTHS, intervals

from .conftest import NOW, NOW_MS, SKILLS, TREND_CONTENT, SetStage, scope_state
from .person import Person, at_board, shows
from .trendrig import P90, RETURNS, Filling, Recorded, board_of, choose, fill, known, remember

# -- lines from the record


@shows("trend.metric", "metrics.find")
async def test_any_metric_has_a_line_from_the_record_beside_that_of_a_week_earlier(stage: SetStage) -> None:
    async with at_board(stage) as person:
        record = Recorded(lambda _, at: 150_000 if at < NOW_MS - 3 * DAY else 90_000)
        remember(person, record)
        await person.press("down", "5")
        person.line("TREND of Returns [EU]")
        await choose(person, "p90 wait")
        person.line("TREND of Returns [EU] · P90 wait · last 4h · record")
        line = person.line("P90 wait   ")
        assert "a week earlier" in line
        assert set(known(person)) == {90_000}
        assert set(known(person, 1)) == {150_000}
        assert [each[:2] for each in record.asked] == [(RETURNS, P90)] * 2
        (_, _, start, end), (_, _, before, last) = record.asked
        assert (end, end - start) == (NOW_MS, 4 * HOUR)
        assert (before, last) == (start - 7 * DAY, end - 7 * DAY)
        # In its own unit, and with its limits: 1:30 is beyond the first and half-way to the second.
        person.line("▲ max 1:00")
        assert any(line.startswith(("1:00┤", "2:00┤")) for line in person.lines), person.text


async def test_gaps_of_the_record_stay_gaps(stage: SetStage) -> None:
    async with at_board(stage) as person:
        remember(person, Recorded())
        await person.press("5")
        await choose(person, "p90 wait")
        (now, *_) = board_of(person).trend.chart._series
        runs = [[at for at, _ in run] for run in now.runs()]
        noon = NOW_MS // DAY * DAY + 12 * HOUR
        assert len(runs) == 2
        assert runs[0][-1] < noon
        assert runs[1][0] >= noon + HOUR
        columns = [line for line in person.lines if "┤" in line or "│" in line]
        assert columns


async def test_a_line_of_counts_says_and_keeps_to_what_they_are_counted_over(stage: SetStage) -> None:
    async with at_board(stage) as person:
        record = Recorded()
        remember(person, record)
        await person.press("5")
        await choose(person, "csat")
        person.line("CSAT 1h · last 4h · record")
        assert record.fits is not None
        hour, day = Window.last(HOUR, NOW_MS - 3 * DAY), Window.last(DAY, NOW_MS - 3 * DAY)
        assert (record.fits(hour), record.fits(day)) == (True, False)
        await choose(person, "p90 wait")
        assert record.fits is None


@shows("trend.stretch")
async def test_longer_stretches_of_the_record_one_after_another(stage: SetStage) -> None:
    async with at_board(stage) as person:
        record = Recorded()
        remember(person, record)
        await person.press("5")
        await choose(person, "p90 wait")
        for words, width in (("24h", DAY), ("3 days", 3 * DAY), ("14 days", 14 * DAY), ("1h", HOUR), ("4h", 4 * HOUR)):
            await person.press("z")
            await person.pilot.app.workers.wait_for_complete()
            await person.settled()
            person.line(f"P90 wait · last {words} · record")
            assert record.asked[-2][3] - record.asked[-2][2] == width
            assert known(person)


async def test_the_api_s_own_counts_can_be_looked_at_more_closely(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("5")
        for words in ("8h · per 5 min", "1h · per 5 min", "6h · per 5 min", "8h · per 5 min"):
            person.line(f"TREND of the account · last {words} · historical")
            start, end = board_of(person).trend.chart._span or (0, 0)
            assert end == TREND_CONTENT.window.end
            assert f"{(end - start) // HOUR}h" == words.split()[0]
            await person.press("z")


async def test_a_feed_that_can_is_asked_for_a_day_of_the_api_s_counts(stage: SetStage) -> None:
    async with at_board(stage) as person:
        asked: list[tuple[int, int]] = []
        person.stage.feed.trend_over = lambda *how: asked.append(how)  # type: ignore[attr-defined]
        await person.press("5", "z", "z", "z")
        assert asked == [(DAY, 15), (HOUR, 1), (6 * HOUR, 5)]
        assert all(width // (interval * MINUTE) <= 100 for width, interval in asked)


@shows("trend.interval")
async def test_the_interval_of_the_api_s_counts_is_chosen_or_suits_the_stretch(stage: SetStage) -> None:
    async with at_board(stage) as person:
        asked: list[tuple[int, int]] = []
        person.stage.feed.trend_over = lambda *how: asked.append(how)  # type: ignore[attr-defined]
        await person.press("5", "z", *"iiiii")
        assert asked == [(DAY, each) for each in (15, 15, 30, 60, 15, 15)]
        person.line("a point each 15 min")
        await person.press("z", *"iii")
        # Of what was chosen only what an answer can hold stays.
        assert asked[6:] == [(HOUR, each) for each in (15, 30, 1, 1)]
        assert all(width // (interval * MINUTE) <= 100 for width, interval in asked)
        await choose(person, "p90 wait")
        await person.press("i")
        person.line("intervals are those of the API's own counts")


def test_an_interval_makes_a_line_and_not_more_points_than_the_api_answers() -> None:
    for width in OWN_WIDTHS:
        assert intervals(width)
        assert all(2 <= width // (each * MINUTE) <= 100 for each in intervals(width))


async def test_a_line_is_read_anew_with_new_answers_but_not_more_often_than_every_ten_seconds(stage: SetStage) -> None:
    async with at_board(stage) as person:
        record = Recorded()
        remember(person, record)
        await person.press("5")
        await choose(person, "p90 wait")
        assert len(record.asked) == 2
        for moment, times in ((NOW + 4, 2), (NOW + 9, 2), (NOW + 10, 4), (NOW + 12, 4), (NOW + 31, 6)):
            person.stage.clock.time = moment
            await person.publish(scope_state(SKILLS[1]))
            await person.pilot.app.workers.wait_for_complete()
            assert len(record.asked) == times, moment
        assert record.asked[-2][3] == NOW_MS + 31_000


async def test_an_answer_about_what_is_not_looked_at_any_more_is_not_drawn(stage: SetStage) -> None:
    async with at_board(stage) as person:
        slow = asyncio.Event()
        record = Recorded(lambda name, _: 111.0 if name == "open_conversations" else 77.0)
        remember(person, record)
        await person.press("5")
        record.held = slow
        await person.press("c", "down", "down", "enter")
        person.line("reading the record")
        await person.press("c", "down", "enter")
        slow.set()
        await person.pilot.app.workers.wait_for_complete()
        await person.settled()
        assert set(known(person)) == {77.0}
        assert len({name for _, name, _, _ in record.asked}) == 2


async def test_without_a_record_or_with_nothing_in_it_it_says_what_to_do(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("5")
        await choose(person, "p90 wait")
        said = " ".join(line.strip() for line in person.lines)
        assert "nothing is recorded on this machine" in said
        assert "[record] in the settings" in said
        remember(person, Recorded(since=NOW_MS + 1))
        await choose(person, "online share")
        said = " ".join(line.strip() for line in person.lines)
        assert "nothing is recorded of Online share of the account in the last 4h" in said
        assert "c another metric" in said


async def test_what_is_chosen_is_asked_for_from_then_on(stage: SetStage) -> None:
    async with at_board(stage) as person:
        remember(person, Recorded())
        await person.press("5")
        await choose(person, "human away load")
        look = person.stage.feed.shown
        assert look is not None
        assert "human_away_load" in look.metrics
        await person.press("1")
        look = person.stage.feed.shown
        assert look is not None
        assert "human_away_load" not in look.metrics


async def test_an_agent_has_lines_of_what_is_told_of_agents_and_is_called_by_name(stage: SetStage) -> None:
    async with at_board(stage) as person:
        record = Recorded(lambda _, __: 0.5)
        remember(person, record)
        await person.press("5")
        await choose(person, "p90 wait")
        board_of(person).scope = Scope(Level.AGENT, "1")
        await person.press("5")
        person.line("TREND of Marta Kowalczyk · P90 wait")
        assert "P90 wait is not told of this agent: c chooses another metric" in person.text
        await choose(person, "pending rate")
        assert record.asked[-1][:2] == (Scope(Level.AGENT, "1"), "pending_agent_response_rate")
        person.line("50%")
        look = person.stage.feed.shown
        assert look is not None
        assert look.agents
        assert "pending_agent_response_rate" in look.agent_metrics


async def test_a_line_whose_figures_are_stale_has_no_colour(stage: SetStage) -> None:
    old = replace(scope_state(SKILLS[1]), trouble=Trouble("OFFLINE", "no connection", NOW))
    async with at_board(stage) as person:
        remember(person, Recorded())
        await person.press("down", "5")
        await choose(person, "p90 wait")
        assert person.is_coloured("▲ max 1:00")
        await person.publish(old)
        await person.wait_until(NOW + 200)
        person.line("OFFLINE")
        assert not person.is_coloured("▲ max 1:00")


@shows("metrics.close")
async def test_the_choice_is_left_as_it_was_and_a_filter_goes_first(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("5", "c", "slash")
        await person.type("csat")
        await person.press("enter", "escape")
        assert not person.is_at_the_board
        await person.press("escape")
        assert person.is_at_the_board
        person.line("· historical")


def test_every_number_of_the_catalogue_and_every_computed_one_can_be_chosen() -> None:
    offered = {name for level in Level for name in choosable(method_of(level))}
    assert offered == {name for name, metric in known_metrics().items() if metric.is_number}


async def test_a_computed_metric_is_computed_from_what_was_recorded_together() -> None:
    values = {"overdue_conversations_total": 3.0, "open_conversations": 12.0}
    record = Recorded(lambda name, at: None if name.startswith("over") and at % HOUR == 0 else values[name])
    metric = metric_named("sla_share")
    assert metric is not None
    end = NOW_MS // DAY * DAY + 10 * HOUR
    line = await read_line(record, ACCOUNT, metric, end - HOUR, end, UTC, lambda _: True)
    found = {at - end: value for at, value in line.points}
    assert found[0] is None
    assert found[-HOUR] is None
    assert {value for value in found.values() if value is not None} == {0.75}


async def test_a_week_earlier_is_meant_by_the_clock_on_the_wall() -> None:
    """On 25 October 2026 clocks in Berlin went back: 10:00 a week before 28 October is an hour further away."""
    metric = metric_named(P90)
    assert metric is not None
    end = 1_793_178_000_000  # 2026-10-28 10:00 in Berlin
    record = Recorded(lambda _, at: float(at))
    line = await read_line(record, ACCOUNT, metric, end - HOUR, end, ZoneInfo("Europe/Berlin"), lambda _: True)
    assert record.asked[1][3] == end - 7 * DAY - HOUR
    assert {at - value for at, value in line.before if value is not None} == {7 * DAY + HOUR}


# -- the cursor


async def test_escape_takes_the_cursor_away_first_and_then_goes_back(stage: SetStage) -> None:
    async with at_board(stage) as person:
        remember(person, Recorded(lambda _, __: 90_000.0))
        await person.press("5")
        await choose(person, "p90 wait")
        await person.press("end")
        assert read_under(person) == "1:30"
        await person.press("escape")
        assert board_of(person).trend.chart.cursor is None
        person.line("TREND of the account")
        await person.press("escape")
        person.line("SKILLS")


def read_under(person: Person) -> str:
    """What is read under the cursor of the first line."""
    readout = board_of(person).trend.chart.readout()
    assert readout is not None
    assert readout.values[0][1] in person.text
    return readout.values[0][1]


# -- the map of hours


@shows("trend.map")
async def test_the_hours_of_two_weeks_as_a_map_that_fills(stage: SetStage) -> None:
    async with at_board(stage) as person:
        filling = Filling(paused="live polling goes first")
        fill(person, filling)
        await person.press("down", "5", "H")
        person.line("TREND of Returns [EU] · Closed · 14 days hour by hour")
        scope, name, windows = filling.looked[-1]
        assert (scope, name) == (RETURNS, "closed_conversations")
        assert len(windows) == 13 * 24 + 14
        assert {window.width for window in windows} == {HOUR}
        person.line("0 of 326 hours asked, live polling goes first")
        filling.known = dict.fromkeys(windows[:-200], 40.0)
        filling.done = 126
        await person.wait_until(NOW + 1)
        person.line("▒▒▒▒▒▒▒░░░░░░░░░░░░░ 126 of 326 hours asked, live polling goes first")
        assert "█" in person.line("Sun 22 Nov")
        person.line("more is better")
        filling.done = 326
        await person.wait_until(NOW + 2)
        person.line("all 326 hours asked")
        assert len(filling.looked) == 1
        await person.press("H")
        person.line("waiting for the first answer")
        assert filling.aways == 1


async def test_the_map_of_another_metric_has_its_own_unit_and_direction(stage: SetStage) -> None:
    async with at_board(stage) as person:
        filling = Filling()
        fill(person, filling)
        await person.press("5", "H")
        await choose(person, "avg_time_to_response")
        _, name, windows = filling.looked[-1]
        assert name == "avg_time_to_response"
        filling.known = {windows[0]: 95_000.0, windows[1]: None}
        filling.done = 2
        await person.wait_until(NOW + 1)
        person.line("less is better")
        await person.press("left")
        assert "Response" in person.line("–14:00" if "–14:00" in person.text else "–01:00")
        assert "1:35" in person.text


async def test_enter_on_an_hour_goes_there_and_the_map_stays(stage: SetStage) -> None:
    async with at_board(stage) as person:
        filling = Filling()
        fill(person, filling)
        await person.press("5", "H")
        hour = Window(NOW_MS // HOUR * HOUR - 2 * HOUR, NOW_MS // HOUR * HOUR - HOUR)
        filling.known, filling.done = {hour: 12.0}, 1
        await person.wait_until(NOW + 1)
        await person.press("left", "enter")
        assert person.stage.feed.looked_back == [hour]
        person.line("◂ PAST Sun 22 Nov 12:00–13:00")
        person.line("by hour")
        await person.press("escape")
        assert board_of(person).trend.heat.cursor is None
        person.line("14 days hour by hour")
        await person.press("escape", "full_stop")
        person.line("SKILLS")
        assert "◂ PAST" not in person.text
        assert filling.aways == 1


async def test_the_hour_that_still_goes_on_can_be_gone_to_as_well(stage: SetStage) -> None:
    async with at_board(stage) as person:
        fill(person, Filling())
        await person.press("5", "H")
        board_of(person).trend.heat.cursor_to(board_of(person).trend.heat._days[0].date, 14)
        await person.press("enter")
        assert "PAST" not in person.text
        person.line("since 22 Nov 14:00")


async def test_maps_are_not_offered_for_agents_nor_without_filling(stage: SetStage) -> None:
    async with at_board(stage) as person:
        await person.press("5", "H")
        assert "set fill = true under [usual]" in person.text
        filling = Filling()
        fill(person, filling)
        board_of(person).scope = Scope(Level.AGENT, "1")
        await person.press("5")
        assert "not offered for agents" in person.text
        assert filling.looked == []


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (200, 60)])
async def test_the_keys_of_the_trend_are_the_tables_beside_tables(stage: SetStage, size: tuple[int, int]) -> None:
    async with at_board(stage, size=size) as person:
        board = board_of(person)
        if board.trend.display:
            board.trend.chart.focus()
        await person.press("H", "z")
        assert not board.trend.has_class("-map")
        await person.press("c")
        assert not person.is_at_the_board
        assert "COLUMNS" in person.text
        await person.press("escape", "5")
        assert "c Metric  z Stretch  H Map" in person.lines[-1]


async def test_the_account_s_trend_beside_tables_stays_the_api_s(stage: SetStage) -> None:
    async with at_board(stage, size=(200, 60)) as person:
        remember(person, Recorded())
        person.line("TREND of the account · last 8h · per 5 min")
        await person.press("5")
        await choose(person, "p90 wait")
        await person.press("1")
        person.line("TREND of the account · last 8h · per 5 min")
        assert "concluded" in person.text
        await person.press("5", "H", "1")
        person.line("TREND of the account · last 8h · per 5 min")
        assert "by day and hour" not in person.text
