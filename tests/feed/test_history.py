"""A window that is over is asked for once: what is known is kept, shared and never asked for again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmm_tui.api.client import KmmClient
from kmm_tui.api.errors import LimitExceeded, ServerFailure
from kmm_tui.api.window import HOUR, MINUTE, Window, floor_minute
from kmm_tui.board.past import SETTLED, PastAnswer
from kmm_tui.board.scope import Level
from kmm_tui.feed.asker import Asker
from kmm_tui.feed.history import PastAsker, PastMemory, together, whole_minutes
from kmm_tui.feed.memory import Memory
from kmm_tui.feed.offered import Offered
from kmm_tui.simulator.world import build_world
from tests.feed.past_rig import Centre

CLOSED, CSAT, QUEUE = "closed_conversations", "csat", "unassigned_conversations"


@pytest.fixture
async def centre(slept_on: Any) -> AsyncIterator[Centre]:
    slept_on.seconds = 1_800_018_030.5
    found = Centre(build_world(size="small", scene="busy", seed=5, clock=slept_on), slept_on)
    yield found
    await found.close()


class Asking:
    """A `PastAsker` on the contact centre, its store, and the calls that it made."""

    def __init__(self, centre: Centre, clock: Any) -> None:
        self.centre, self.store = centre, PastMemory()
        client: KmmClient = centre.client()
        self.past = PastAsker(Asker(client, Offered(clock, Memory(None, ""))), self.store, lambda: clock.ms)

    @property
    def calls(self) -> int:
        return len(self.centre.transport.bodies)


@pytest.fixture
def asking(centre: Centre, slept_on: Any) -> Asking:
    return Asking(centre, slept_on)


@pytest.fixture
def window(slept_on: Any) -> Window:
    end = floor_minute(slept_on.ms) - 3 * HOUR
    return Window(end - HOUR, end)


async def test_one_call_answers_the_account_and_every_skill(asking: Asking, window: Window) -> None:
    answer = await asking.past.answer(Level.ACCOUNT, window, (CLOSED, CSAT, QUEUE))
    assert asking.calls == 1
    assert (answer.level, answer.window) == (Level.SKILL, window)
    # Current values are not of that window.
    assert answer.asked == {"closedConversations", "csat"}
    assert answer.account is not None
    assert answer.account["closedConversations"] == sum(row["closedConversations"] or 0 for row in answer.rows.values())
    assert set(answer.rows) == set(answer.names)
    assert await asking.past.answer(Level.SKILL, window, (CSAT,)) == answer
    assert asking.calls == 1


async def test_those_who_ask_at_once_share_one_call(asking: Asking, window: Window) -> None:
    found = await asyncio.gather(*(asking.past.answer(Level.SKILL, window, (CLOSED, CSAT)) for _ in range(5)))
    assert asking.calls == 1
    assert all(each is found[0] for each in found)


async def test_one_who_wants_more_than_is_being_asked_asks_for_the_rest_only(asking: Asking, window: Window) -> None:
    _, more = await asyncio.gather(
        asking.past.answer(Level.SKILL, window, (CLOSED,)), asking.past.answer(Level.SKILL, window, (CLOSED, CSAT))
    )
    asked = [body["metricsToRetrieveByTime"] for _, body in asking.centre.transport.bodies]
    assert asked == [[CLOSED], [CSAT]]
    assert more.asked == {"closedConversations", "csat"}
    assert all(set(row) == more.asked for row in more.rows.values())


async def test_one_who_no_longer_waits_takes_the_answer_from_nobody(asking: Asking, window: Window) -> None:
    first = asyncio.create_task(asking.past.answer(Level.SKILL, window, (CLOSED,)))
    second = asyncio.create_task(asking.past.answer(Level.SKILL, window, (CLOSED,)))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).rows
    assert asking.calls == 1


async def test_seconds_make_no_other_window(asking: Asking, window: Window) -> None:
    await asking.past.answer(Level.GROUP, window, (CLOSED,))
    await asking.past.answer(Level.GROUP, Window(window.start + 59_999, window.end - 59_999), (CLOSED,))
    assert asking.calls == 1


async def test_a_window_that_is_hardly_over_is_not_kept(asking: Asking, slept_on: Any) -> None:
    end = floor_minute(slept_on.ms) - SETTLED
    over, young = Window(end - HOUR, end), Window(end - HOUR + MINUTE, end + MINUTE)
    for window in (over, young):
        await asking.past.answer(Level.SKILL, window, (CLOSED,))
    assert await asking.past.is_kept(Level.SKILL, (over, young), (CLOSED,)) == {over}
    await asking.past.answer(Level.SKILL, young, (CLOSED,))
    assert asking.calls == 3


async def test_an_error_reaches_who_asked_and_nothing_is_kept(asking: Asking, window: Window) -> None:
    asking.centre.app.service.faults.switch_on("500:on=metrics")
    found = await asyncio.gather(
        *(asking.past.answer(Level.SKILL, window, (CLOSED,)) for _ in range(2)), return_exceptions=True
    )
    assert [type(each) for each in found] == [ServerFailure] * 2
    asking.centre.app.service.faults.switch_off()
    assert await asking.past.kept(Level.SKILL, window, (CLOSED,)) is None
    assert (await asking.past.answer(Level.SKILL, window, (CLOSED,))).rows


@pytest.mark.parametrize("order", ["nulls:on=metrics", "empty:on=metrics"])
async def test_an_answer_without_a_single_number_is_not_believed_for_ever(
    asking: Asking, window: Window, order: str
) -> None:
    asking.centre.app.service.faults.switch_on(order)
    await asking.past.answer(Level.GROUP, window, (CLOSED,))
    asking.centre.app.service.faults.switch_off()
    good = await asking.past.answer(Level.GROUP, window, (CLOSED,))
    assert any(row["closedConversations"] for row in good.rows.values())


async def test_groups_with_their_sub_groups_are_kept_apart(asking: Asking, window: Window) -> None:
    alone = await asking.past.answer(Level.GROUP, window, (CLOSED,))
    whole = await asking.past.answer(Level.GROUP, window, (CLOSED,), subgroups=True)
    assert [body["filters"].get("includeSubGroups") for _, body in asking.centre.transport.bodies] == [None, True]
    assert await asking.past.answer(Level.GROUP, window, (CLOSED,), subgroups=True) == whole
    assert await asking.past.answer(Level.GROUP, window, (CLOSED,)) == alone
    assert asking.calls == 2


async def test_a_metric_that_the_account_refuses_is_not_asked_for_again(asking: Asking, window: Window) -> None:
    asking.centre.app.service.faults.switch_on(f"refused-metric:metric={CSAT}")
    first = await asking.past.answer(Level.SKILL, window, (CLOSED, CSAT))
    calls = asking.calls
    assert first.asked == {"closedConversations"}
    assert await asking.past.answer(Level.SKILL, window, (CLOSED, CSAT)) == first
    assert asking.calls == calls


async def test_agents_of_a_window_are_those_of_every_state(asking: Asking, window: Window) -> None:
    answer = await asking.past.answer(Level.AGENT, window, ("transfers", "agent_current_status", CLOSED))
    ((_, body),) = asking.centre.transport.bodies
    assert set(body["filters"]["effectiveAgentStatus"]) == {"ONLINE", "BACK_SOON", "AWAY", "OFFLINE"}
    assert "metricsToRetrieveCurrentValue" not in body
    assert answer.asked == {"transfers", "closedConversations"}
    assert all(set(row) <= answer.asked for row in answer.rows.values())
    assert await asking.past.is_whole(window)


async def test_a_metric_of_another_method_is_refused_before_anything_is_asked(asking: Asking, window: Window) -> None:
    with pytest.raises(LimitExceeded):
        await asking.past.answer(Level.SKILL, window, ("transfers",))
    assert asking.calls == 0


async def test_the_memory_forgets_what_was_used_least_lately() -> None:
    store = PastMemory(3)
    answers = [
        PastAnswer(Level.SKILL, Window(n, n + 1), frozenset({"csat"}), {"1": {"csat": n}}, {"1": None})
        for n in range(4)
    ]
    for answer in answers[:3]:
        await store.keep_past(answer)
    await store.past(Level.SKILL, answers[0].window, frozenset())
    await store.keep_past(answers[3])
    kept = await store.has_past(Level.SKILL, [each.window for each in answers], frozenset({"csat"}))
    assert kept == {answers[0].window, answers[2].window, answers[3].window}


_FIELDS = ("closedConversations", "csat", "avgWaitTime")


@st.composite
def answers(draw: st.DrawFn) -> PastAnswer:
    asked = draw(st.frozensets(st.sampled_from(_FIELDS), min_size=1))
    row = st.fixed_dictionaries({}, optional={field: st.none() | st.integers(0, 9) for field in sorted(asked)})
    rows = draw(st.dictionaries(st.sampled_from("abc"), row))
    return PastAnswer(
        Level.SKILL, Window(0, HOUR), asked, rows, {key: key.upper() for key in rows}, draw(st.none() | row)
    )


@given(answers(), answers())
def test_two_answers_together_say_what_each_said(before: PastAnswer, after: PastAnswer) -> None:
    both = together(before, after)
    assert both.asked == before.asked | after.asked
    assert both.rows.keys() == both.names.keys() == before.rows.keys() | after.rows.keys()
    for key, row in both.rows.items():
        for field in both.asked:
            said = after if field in after.asked else before
            assert row.get(field) == said.rows.get(key, {}).get(field)
    if after.account is not None:
        for field in after.asked:
            assert both.account is not None
            assert both.account.get(field) == after.account.get(field)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_whole_minutes_hold_the_window_and_are_hardly_wider(start: int, width: int) -> None:
    window = Window(start, start + width)
    found = whole_minutes(window)
    assert found.start <= window.start
    assert found.end >= window.end
    assert found.start % MINUTE == found.end % MINUTE == 0
    assert found.width == window.width


class Slow(PastMemory):
    """A store whose disk is slow, or hangs."""

    def __init__(self) -> None:
        super().__init__()
        self.goes_on = asyncio.Event()

    async def keep_past(self, answer: PastAnswer) -> None:
        await self.goes_on.wait()
        await super().keep_past(answer)


async def test_nobody_waits_for_a_slow_disk_and_nothing_is_asked_for_again(
    centre: Centre, slept_on: Any, window: Window
) -> None:
    store = Slow()
    past = PastAsker(Asker(centre.client(), Offered(slept_on, Memory(None, ""))), store, lambda: slept_on.ms)
    first = await past.answer(Level.SKILL, window, (CLOSED,))
    assert await past.answer(Level.SKILL, window, (CLOSED,)) == first
    assert len(centre.transport.bodies) == 1
    store.goes_on.set()
    await asyncio.sleep(0)
    assert await store.past(Level.SKILL, window, frozenset()) == first
