"""What was usual is filled in behind live polling: once for each window, within the budget, and never in its way."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

import pytest

from kmm_tui.api.window import DAY, HOUR, Window
from kmm_tui.board.board import Board
from kmm_tui.board.grid import GRID, Comparable, comparable
from kmm_tui.board.look import Look
from kmm_tui.board.scope import ACCOUNT, Level, Scope, Watch
from kmm_tui.feed.backfill import NO_ROOM, OFF, SHARE, THROTTLED, Live
from kmm_tui.feed.budget import Budget
from kmm_tui.feed.feed import Feed
from kmm_tui.feed.history import PastMemory
from kmm_tui.feed.pacing import Pace
from kmm_tui.feed.past import Archive
from kmm_tui.metrics import BY_NAME, Kind
from tests.feed.past_rig import WANTS, Centre
from tests.outages.prepared import Prepared
from tests.outages.virtual_time import START, VirtualClock, run_virtually

CLOSED = BY_NAME["closed_conversations"]
BY_TIME = frozenset(BY_NAME[name].field for name in WANTS.metrics if BY_NAME[name].kind is Kind.BY_TIME)


def all_days(window: Window, now: int) -> tuple[Comparable, ...]:
    return comparable(window, UTC, now)


def some_days(window: Window, now: int) -> tuple[Comparable, ...]:
    return tuple(each for each in all_days(window, now) if each.days_ago in (1, 2))


class Turnstile:
    """The account's pace, and since when whoever asks has been waiting to."""

    def __init__(self, pace: Pace, clock: VirtualClock) -> None:
        self.pace, self.clock = pace, clock
        self.since: dict[Any, float] = {}

    async def turn(self) -> None:
        self.since[asyncio.current_task()] = self.clock.now()
        await self.pace.turn()

    def place(self) -> Any:
        return self.pace.place()


@dataclass
class Floor:
    """A live feed on a server, and when it was asked what: (epoch s, method, window, whether live)."""

    centre: Centre
    clock: VirtualClock
    budget: Budget
    gate: Turnstile
    feed: Feed = field(init=False)
    board: Board = field(default_factory=Board)
    calls: list[tuple[float, str, Window, bool]] = field(default_factory=list)

    waits: list[float] = field(default_factory=list)

    def heard(self, method: str, body: dict[str, Any]) -> None:
        window = Window(body["filters"]["time"]["from"], body["filters"]["time"]["to"])
        now = self.clock.now()
        self.waits.append(round(now - self.gate.since[asyncio.current_task()], 3))
        self.calls.append((now, method, window, method != "metrics" or now * 1000 - window.end < 60_000))

    @property
    def live_waits(self) -> list[float]:
        """Seconds that each live call waited for its turn and its place."""
        return sorted(wait for wait, call in zip(self.waits, self.calls, strict=True) if call[3])

    @property
    def past(self) -> list[tuple[float, str, Window, bool]]:
        return [call for call in self.calls if not call[3]]

    async def pass_(self, seconds: float) -> None:
        await self.clock.sleep(seconds)


@contextlib.asynccontextmanager
async def floor(
    days: Callable[[Window, int], tuple[Comparable, ...]] | None = all_days,
    *,
    interval: float = 30.0,
    fastest: float = 5.0,
    store: PastMemory | None = None,
    **world: Any,
) -> AsyncIterator[Floor]:
    clock = VirtualClock()
    centre = Centre(Prepared(clock, **world), clock)
    budget = Budget(clock, fastest=fastest)
    gate = Turnstile(budget.pace, clock)
    client = centre.client(gate=gate, observe=budget.heard)
    found = Floor(centre, clock, budget, gate)
    centre.transport.told.append(found.heard)
    tasks: list[Any] = []

    def spawn(work: Any, name: str) -> object:
        tasks.append(asyncio.create_task(work, name=name))
        return tasks[-1]

    archive = Archive(store or PastMemory(100_000), comparable=days)
    found.feed = Feed(client, WANTS, Watch(), interval, clock, spawn, found.board.put, budget, archive=archive)
    try:
        found.feed.start()
        yield found
        assert not [task.get_name() for task in tasks if task.done()]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await found.feed.close()
        await centre.close()


def test_over_a_day_no_past_window_is_asked_for_twice() -> None:
    async def a_day() -> Floor:
        async with floor(some_days, interval=1800.0, skills=2, groups=2, agents=2) as found:
            await found.pass_(25 * 3600)
            assert found.feed.backfill.progress.is_done
            return found

    found = run_virtually(a_day())
    asked = Counter(
        (body["groupBy"], body["filters"]["time"]["from"], body["filters"]["time"]["to"])
        for (_, body), call in zip(found.centre.transport.bodies, found.calls, strict=True)
        if not call[3]
    )
    # A day of quarter hours, each with two days to fill; what was yesterday's is the day before's an hour later.
    assert len(asked) > 90 * 2 * 1.5
    assert set(asked.values()) == {1}


def test_over_a_day_of_looking_back_and_at_maps_no_past_window_is_asked_for_twice() -> None:
    """Filling, a person who travels to and fro, one who looks at a map of hours: all of them share what is known."""

    async def a_day() -> Counter[tuple[object, ...]]:
        async with floor(some_days, interval=1800.0, skills=2, groups=2, agents=2) as found:
            midnight = int(found.clock.now() * 1000) // DAY * DAY
            hours = [Window(midnight - back * HOUR, midnight - back * HOUR + HOUR) for back in range(1, 49)]
            look = Look(trend=None)
            for hour in range(24):
                for window in (hours[hour], hours[0], hours[hour // 2]):
                    await found.feed.past_board(window, look)
                found.feed.backfill.look_at_hours(ACCOUNT, CLOSED.name, hours)
                await found.pass_(3600)
                assert found.feed.backfill.hours_progress.is_done
            times = Counter[tuple[object, ...]]()
            for (method, body), (at, _, window, _) in zip(found.centre.transport.bodies, found.calls, strict=True):
                if at * 1000 - window.end > 60_000:
                    times[method, body.get("groupBy"), window] += 1
            return times

    times = run_virtually(a_day())
    assert len([key for key in times if key[0] == "agent_view"]) == 24
    assert len([key for key in times if key[0] == "metrics"]) > 2 * (90 + 48)
    assert {key: count for key, count in times.items() if count > 1} == {}


@pytest.mark.parametrize(("interval", "fastest", "slow"), [(30.0, 5.0, 0.4), (15.0, 1.0, 0.0)])
def test_live_polling_is_as_punctual_with_it_as_without(interval: float, fastest: float, slow: float) -> None:
    async def a_while(days: Any) -> Floor:
        async with floor(days, interval=interval, fastest=fastest, skills=60, groups=20) as found:
            if slow:
                found.centre.app.service.faults.switch_on(f"slow:seconds={slow},on=metrics")
            await found.pass_(600)
            return found

    with_it, without = run_virtually(a_while(all_days)), run_virtually(a_while(None))
    # Which of those that ask at one moment goes first is chance, and with it how a tight account's beats fall.
    assert with_it.live_waits[-1] <= without.live_waits[-1]
    assert statistics.mean(with_it.live_waits) <= statistics.mean(without.live_waits) * 1.02
    assert len(with_it.live_waits) >= len(without.live_waits) * 0.95
    assert len(with_it.past) > 10


def test_it_takes_a_third_of_the_rate_at_most() -> None:
    async def a_while() -> Floor:
        async with floor(skills=120, groups=10, fastest=2.0) as found:
            await found.pass_(600)
            return found

    found = run_virtually(a_while())
    times = [call[0] for call in found.past]
    assert len(times) > 40
    for at in times:
        # In any minute: a third of the rate, and the rest of an answer that was begun.
        assert sum(1 for each in times if at <= each < at + 60) <= 2.0 / SHARE * 60 + 3


def test_yesterday_comes_first_then_last_week_then_the_rest() -> None:
    async def begin() -> tuple[Floor, int]:
        async with floor() as found:
            await found.pass_(600)
            assert found.feed.backfill.progress.is_done
            return found, found.feed.backfill.progress.total

    found, total = run_virtually(begin())
    days = [round((START * 1000 - window.end) / DAY) for _, _, window, _ in found.past]
    assert days[::2] == days[1::2] == [1, 7, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13]
    assert total == 2 * 13


def test_what_is_usual_is_what_was_answered() -> None:
    async def fill() -> None:
        async with floor() as found:
            present = Window.last(HOUR, int(found.clock.now() * 1000))
            assert found.feed.usual_of(ACCOUNT, WANTS.metrics, present) == {}
            await found.pass_(600)
            now = int(found.clock.now() * 1000)
            for scope in (ACCOUNT, Scope(Level.SKILL, "1002"), Scope(Level.GROUP, "2001")):
                usual = found.feed.usual_of(scope, WANTS.metrics, present)
                assert set(usual) == {each.days_ago for each in all_days(present, now)}
                board = {
                    each.days_ago: await found.feed.past_board(each.window, found.feed._look)
                    for each in all_days(present, now)
                }
                for days_ago, values in usual.items():
                    (state,) = (
                        each
                        for each in board[days_ago]
                        if each.topic.scope == scope and each.topic.section.value == "figures"
                    )
                    assert values.keys() == BY_TIME
                    assert values == {f: state.content.figures.values[f] for f in values}  # type: ignore[union-attr]
            assert found.feed.usual_of(Scope(Level.AGENT, "5000"), WANTS.metrics, present) == {}
            # A skill that no answer names has a past without values.
            nobody = found.feed.usual_of(Scope(Level.SKILL, "77"), ("csat", "online_agents"), present)
            assert set(map(str, nobody.values())) == {"{'csat': None}"}

    run_virtually(fill())


def test_other_days_are_those_before_a_window_of_the_past_while_somebody_compares_it() -> None:
    async def compare() -> None:
        async with floor(some_days) as found:
            await found.pass_(200)
            now = int(found.clock.now() * 1000) // GRID * GRID
            there = Window(now - 5 * DAY - HOUR, now - 5 * DAY)
            assert found.feed.usual_of(ACCOUNT, ("closed_conversations",), there) == {}
            found.feed.compare(there)
            await found.pass_(60)
            assert set(found.feed.usual_of(ACCOUNT, ("closed_conversations",), there)) == {1, 2}
            before = [Window(there.start - days * DAY, there.end - days * DAY) for days in (1, 2)]
            assert [call[2] for call in found.past[-4:]] == [each for each in before for _ in range(2)]
            # Back at the present nothing is asked for that was known before.
            calls = len(found.past)
            found.feed.compare(None)
            await found.pass_(10)
            present = Window.last(HOUR, int(found.clock.now() * 1000))
            assert set(found.feed.usual_of(ACCOUNT, ("closed_conversations",), present)) == {1, 2}
            assert len(found.past) == calls

    run_virtually(compare())


def test_it_can_be_switched_off_and_on() -> None:
    async def switch() -> None:
        async with floor() as found:
            found.feed.backfill.is_on = False
            await found.pass_(300)
            assert found.past == []
            assert found.feed.backfill.progress.paused in (OFF, "")
            found.feed.backfill.is_on = True
            await found.pass_(300)
            assert found.feed.backfill.progress.is_done

    run_virtually(switch())


def test_it_waits_while_the_account_is_throttled() -> None:
    async def throttle() -> None:
        async with floor() as found:
            found.centre.app.service.faults.switch_on("429:retry_after=5,on=metrics")
            await found.pass_(65)
            found.centre.app.service.faults.switch_off()
            before = len(found.past)
            assert found.budget.pace.is_slowed
            await found.pass_(60)
            assert found.budget.pace.is_slowed
            assert len(found.past) == before
            assert found.feed.backfill.progress.paused == THROTTLED
            await found.pass_(1200)
            assert not found.budget.pace.is_slowed
            assert found.feed.backfill.progress.is_done

    run_virtually(throttle())


@pytest.mark.parametrize("order", ["500:on=metrics", "html:on=metrics", "reset:on=metrics"])
def test_it_waits_while_live_figures_are_in_trouble(order: str) -> None:
    async def trouble() -> None:
        async with floor() as found:
            await found.pass_(10)
            before = len(found.past)
            found.centre.app.service.faults.switch_on(order)
            await found.pass_(400)
            # Its own first tries by the table, until live polling meets it as well.
            assert len(found.past) <= before + 4
            assert found.feed.backfill.progress.paused
            found.centre.app.service.faults.switch_off()
            await found.pass_(1200)
            assert found.feed.backfill.progress.is_done

    run_virtually(trouble())


def test_a_new_quarter_hour_is_a_new_list_and_what_is_kept_is_not_asked_for() -> None:
    async def quarters() -> None:
        store = PastMemory(1000)
        async with floor(store=store) as found:
            await found.pass_(600)
            first = len(found.past)
            await found.pass_(GRID / 1000)
            assert found.feed.backfill.progress.is_done
            assert len(found.past) == 2 * first
        async with floor(store=store) as again:
            # Another start at the same time of that day: everything is known.
            await again.pass_(30)
            assert again.feed.backfill.progress.is_done
            assert again.past == []

    run_virtually(quarters())


def test_the_hours_of_a_heat_map_are_filled_newest_first_while_somebody_looks() -> None:
    async def look() -> None:
        async with floor(None) as found:
            await found.pass_(5)
            now = int(found.clock.now() * 1000)
            last = now - now % HOUR
            hours = [Window(last - (n + 1) * HOUR, last - n * HOUR) for n in range(14 * 24)]
            skill = Scope(Level.SKILL, "1001")
            found.feed.backfill.look_at_hours(skill, CLOSED.name, hours)
            assert found.feed.backfill.hours_progress.total >= 14 * 24 - 2
            await found.pass_(60)
            progress = found.feed.backfill.hours_progress
            assert 10 < progress.done < progress.total
            ends = [window.end for _, _, window, _ in found.past]
            assert ends == sorted(ends, reverse=True)
            values = found.feed.backfill.hours()
            assert len(values) == progress.done
            assert all(values.values())
            # The account's are known with the skills'.
            calls = len(found.past)
            found.feed.backfill.look_at_hours(ACCOUNT, "csat", hours)
            await found.pass_(1)
            assert len(found.feed.backfill.hours()) >= progress.done
            found.feed.backfill.look_away()
            calls = len(found.past)
            await found.pass_(120)
            assert len(found.past) == calls
            assert found.feed.backfill.hours() == {}
            assert found.feed.backfill.hours_progress.total == 0
            found.feed.backfill.look_at_hours(skill, CLOSED.name, hours)
            await found.pass_(1200)
            assert found.feed.backfill.hours_progress.is_done
            asked = Counter(window for _, _, window, _ in found.past)
            assert set(asked.values()) == {1}

    run_virtually(look())


@pytest.mark.parametrize("name", ["unassigned_conversations", "transfers"])
def test_no_heat_map_is_made_of_what_cannot_be_told_of_the_past(name: str) -> None:
    async def look() -> None:
        async with floor(None) as found:
            await found.pass_(5)
            end = int(START * 1000) - 5 * HOUR
            found.feed.backfill.look_at_hours(ACCOUNT, name, [Window(end - HOUR, end)])
            await found.pass_(60)
            assert found.past == []
            assert found.feed.backfill.hours_progress.total == 0

    run_virtually(look())


def test_that_live_polling_leaves_no_room_is_said_once_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    async def tight() -> None:
        async with floor() as found:
            monkeypatch.setattr(found.feed.backfill, "_live", lambda: Live(found.clock.now() + 1.0))
            await found.pass_(300)
            assert found.past == []
            assert found.feed.backfill.progress.paused == NO_ROOM
            monkeypatch.undo()
            await found.pass_(300)
            assert found.feed.backfill.progress.is_done

    run_virtually(tight())
